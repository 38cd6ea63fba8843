//! The profiles for the electricity properties.

use std::sync::{Arc, LazyLock};

use flagflow_electricity::{Flow, Profile};

/// A profile with the items in another order, other codes, and items that are not read.
pub(crate) fn shuffled(flow: Flow) -> Arc<Profile> {
    static SHUFFLED: LazyLock<[Arc<Profile>; 3]> = LazyLock::new(|| {
        [
            read(include_str!("../profiles/shuffled-d0350.toml")),
            read(include_str!("../profiles/shuffled-d0351.toml")),
            read(include_str!("../profiles/shuffled-d0172.toml")),
        ]
    });
    let [d0350, d0351, d0172] = &*SHUFFLED;
    match flow {
        Flow::D0350 => d0350.clone(),
        Flow::D0351 => d0351.clone(),
        Flow::D0172 => d0172.clone(),
    }
}

/// The built-in profiles and the shuffled ones.
pub(crate) fn all() -> impl Iterator<Item = Arc<Profile>> {
    Flow::ALL.into_iter().flat_map(|flow| [Profile::builtin(flow), shuffled(flow)])
}

#[expect(clippy::expect_used, reason = "the texts are ours")]
fn read(text: &str) -> Arc<Profile> {
    Arc::new(Profile::from_toml(text).expect("a profile"))
}

//! Selects the files that have been unchanged for long enough.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::time::Duration;

use flagflow_files::Stamp;

/// Follows the files of a folder from look to look.
///
/// Nothing here reads a clock or a disk: a look is a moment, as the time since any beginning, and
/// what was there.
///
/// ```
/// use std::time::Duration;
/// use flagflow_intake::watch::{Settling, Stamp};
///
/// let stamp = Stamp::of(&std::fs::metadata(".")?);
/// let mut settling = Settling::new(Duration::from_secs(2));
/// let look = |settling: &mut Settling, second| {
///     settling.look(Duration::from_secs(second), [("file".into(), stamp.clone())])
/// };
/// assert!(look(&mut settling, 10).is_empty());
/// assert!(look(&mut settling, 11).is_empty());
/// assert_eq!(look(&mut settling, 12).len(), 1);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Settling {
    settle: Duration,
    since: BTreeMap<OsString, (Stamp, Duration)>,
}

impl Settling {
    /// Files are due once they have been the same for this long; with no time at all, at once.
    #[must_use]
    pub const fn new(settle: Duration) -> Self {
        Self { settle, since: BTreeMap::new() }
    }

    /// Compares the listed files with the last look, and returns those that are due, by name.
    /// Missing files are forgotten.
    pub fn look(
        &mut self,
        now: Duration,
        seen: impl IntoIterator<Item = (OsString, Stamp)>,
    ) -> Vec<(OsString, Stamp)> {
        let mut since = BTreeMap::new();
        for (name, stamp) in seen {
            let before = self.since.remove(&name).filter(|(before, _)| *before == stamp);
            let first = before.map_or(now, |(_, first)| first);
            since.insert(name, (stamp, first));
        }
        self.since = since;
        let due = |first: Duration| now.saturating_sub(first) >= self.settle;
        let due = self.since.iter().filter(|(_, (_, first))| due(*first));
        due.map(|(name, (stamp, _))| (name.clone(), stamp.clone())).collect()
    }

    /// Restarts the wait for a file that changed, or could not be handled.
    pub fn again(&mut self, name: &OsString, now: Duration) {
        if let Some((_, first)) = self.since.get_mut(name) {
            *first = now;
        }
    }

    /// Removes a file that has left the folder.
    pub fn forget(&mut self, name: &OsStr) {
        self.since.remove(name);
    }

    /// Returns true if a file was there at the last look.
    #[must_use]
    pub fn holds(&self, name: &OsStr) -> bool {
        self.since.contains_key(name)
    }

    /// Returns the number of files at the last look that have not left the folder since.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.since.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::stamp;
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn names(due: &[(OsString, Stamp)]) -> Vec<&str> {
        due.iter().map(|(name, _)| name.to_str().unwrap()).collect()
    }

    #[test]
    fn a_file_that_grows_is_never_due() {
        let mut settling = Settling::new(2 * SECOND);
        for second in 0..10 {
            let seen = [("still".into(), stamp(1, 1)), ("grows".into(), stamp(2, second.into()))];
            let due = settling.look(second * SECOND, seen);
            assert_eq!(names(&due), if second < 2 { vec![] } else { vec!["still"] });
        }
    }

    #[test]
    fn another_file_of_the_same_name_begins_anew() {
        let mut settling = Settling::new(SECOND);
        settling.look(SECOND, [("a".into(), stamp(1, 1))]);
        assert!(settling.look(3 * SECOND, [("a".into(), stamp(2, 1))]).is_empty());
        assert!(settling.look(4 * SECOND, []).is_empty());
        assert!(settling.look(5 * SECOND, [("a".into(), stamp(2, 1))]).is_empty());
        assert_eq!(settling.look(6 * SECOND, [("a".into(), stamp(2, 1))]).len(), 1);
        settling.again(&"a".into(), 6 * SECOND);
        assert!(settling.look(6 * SECOND, [("a".into(), stamp(2, 1))]).is_empty());
    }

    #[test]
    fn without_a_time_to_settle_everything_is_due_by_name() {
        let mut settling = Settling::new(Duration::ZERO);
        let seen = ["b", "a"].map(|name| (name.into(), stamp(1, 1)));
        assert_eq!(names(&settling.look(SECOND, seen)), ["a", "b"]);
    }

    proptest! {
        /// Due exactly when the last looks that span the time all saw the same.
        #[test]
        fn due_is_the_same_for_long_enough(
            lengths in prop::collection::vec(prop::option::of(0u64..2), 1..20),
            settle in 0u32..4,
        ) {
            let mut settling = Settling::new(settle * SECOND);
            for now in 0..lengths.len() {
                let seen = lengths[now].map(|length| ("a".into(), stamp(1, length)));
                let due = settling.look(u32::try_from(now).unwrap() * SECOND, seen);
                let span = now.checked_sub(settle as usize).map(|from| &lengths[from..=now]);
                let same = span.is_some_and(|span| {
                    lengths[now].is_some() && span.iter().all(|length| *length == lengths[now])
                });
                prop_assert_eq!(!due.is_empty(), same);
            }
        }
    }
}

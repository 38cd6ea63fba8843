//! Inputs for the benchmarks: invented records, the same every time.

#![forbid(unsafe_code)]

pub mod electricity;
pub mod turns;

use flagflow_domain::{EffectiveDate, Mprn, Outcome, ServiceFlag};
use flagflow_gas::{Detail, E45, Layout, Tag, WriterOptions};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// Enough records for a file larger than any processor cache.
pub const RECORDS: usize = 100_000;

/// Records of one kind, with valid check digits, spread over points, letters, days and outcomes.
#[must_use]
pub fn details(tag: Tag) -> Vec<Detail> {
    let mut random = Pcg64::seed_from_u64(77);
    let mut detail = || {
        let update =
            E45::new(mprn(&mut random), pick(&mut random, &ServiceFlag::ALL), date(&mut random));
        match tag {
            Tag::E46 => update.answered(pick(&mut random, &Outcome::ALL)).into(),
            _ => update.into(),
        }
    };
    (0..RECORDS).map(|_| detail()).collect()
}

/// Makes a bare file of these records.
#[must_use]
#[expect(clippy::expect_used, reason = "a vector takes everything")]
pub fn file(tag: Tag, layout: Layout) -> Vec<u8> {
    let mut writer = WriterOptions::new().layout(layout).writer(Vec::new());
    for detail in details(tag) {
        writer.write(detail).expect("room");
    }
    writer.finish().expect("room")
}

/// The four kinds of file, each with a name.
pub fn kinds() -> impl Iterator<Item = (String, Tag, Layout)> {
    let each = |tag: Tag| Layout::ALL.map(|layout| (format!("{tag}-{layout}"), tag, layout));
    [Tag::E45, Tag::E46].into_iter().flat_map(each)
}

fn pick<T: Copy>(random: &mut Pcg64, values: &[T]) -> T {
    values[random.random_range(0..values.len())]
}

/// 6 to 10 digits.
fn mprn(random: &mut Pcg64) -> Mprn {
    let body = 10u64.pow(random.random_range(4..8));
    Mprn::from_body(random.random_range(body..body * 10)).unwrap_or(Mprn::MAX)
}

fn date(random: &mut Pcg64) -> EffectiveDate {
    let year = random.random_range(2016..2030);
    EffectiveDate::from_ymd(year, random.random_range(1..13), random.random_range(1..29))
        .unwrap_or(EffectiveDate::MAX)
}

//! Fixed layout: decode and validate every field of every record.

use crate::contender::Backend::{Safe, Wide};
use crate::contender::{Contender, Use};
use crate::input::{Bad, Input, Kind};
use crate::options::Options;
use crate::ours::gas;
use crate::peer::{atoi_simd, fixed_width, lines, nom, winnow};
use crate::question::{COUNT, Result, compare};
use crate::report::Sense::{AtMost, Faster};
use crate::report::{Report, Target};

/// The contenders for E45.
pub(super) const UPDATES: [Contender; 13] = [
    Contender::ours::<gas::Rows<false, false>>(Safe),
    Contender::ours::<gas::Rows<true, false>>(Wide),
    Contender::ours::<gas::Batches<false>>(Safe),
    Contender::ours::<gas::Batches<true>>(Wide),
    Contender::ours::<gas::Files<false>>(Safe),
    Contender::ours::<gas::Files<true>>(Wide),
    Contender::ours::<gas::Lines<false>>(Safe),
    Contender::peer::<nom::E45>(),
    Contender::peer::<winnow::E45>(),
    Contender::peer::<atoi_simd::E45>(),
    Contender::peer::<lines::E45>(),
    Contender::peer::<fixed_width::E45>(),
    Contender::peer::<fixed_width::DatedE45>(),
];

/// The contenders for single E45 records.
const ONE_BY_ONE: [Contender; 5] = [
    Contender::ours::<gas::Files<false>>(Safe),
    Contender::ours::<gas::Files<true>>(Wide),
    Contender::ours::<gas::Lines<false>>(Safe),
    Contender::peer::<nom::E45>(),
    Contender::peer::<winnow::E45>(),
];

/// The contenders for E46.
const ANSWERS: [Contender; 5] = [
    Contender::ours::<gas::Answered<false>>(Safe),
    Contender::ours::<gas::Answered<true>>(Wide),
    Contender::peer::<nom::E46>(),
    Contender::peer::<lines::E46>(),
    Contender::peer::<fixed_width::E46>(),
];

const TO_COUNT: Target = Target {
    row: "fixed, decode and validate, × newline count",
    sense: AtMost,
    safe: 3.0,
    wide: 1.2,
};
const TO_NOM: Target =
    Target { row: "fixed, against nom alone", sense: Faster, safe: 1.9, wide: 5.0 };
const TO_FIXED_WIDTH: Target =
    Target { row: "fixed, against fixed_width with serde", sense: Faster, safe: 35.0, wide: 90.0 };
const TO_FIXED_WIDTH_CHRONO: Target =
    Target { row: "fixed, against fixed_width with serde and chrono", ..TO_FIXED_WIDTH };
const ITERATOR: Target = Target {
    row: "the same as an iterator of records, × newline count",
    sense: AtMost,
    safe: 4.0,
    wide: 2.2,
};

/// E45 into columns.
pub(super) fn updates(options: &Options, report: &mut Report) -> Result<()> {
    let input = Input::new(Kind::E45, options.records, Bad::None);
    let timings = compare(&input, &UPDATES, Use::Columns, options)?;
    report.timings("E45 fixed, into columns", &timings)?;
    report.target(TO_COUNT, &timings, COUNT);
    report.target(TO_NOM, &timings, "nom");
    report.target(TO_FIXED_WIDTH, &timings, "fixed_width, serde");
    report.target(TO_FIXED_WIDTH_CHRONO, &timings, "fixed_width, serde, chrono");
    Ok(())
}

/// E46 into columns.
pub(super) fn answers(options: &Options, report: &mut Report) -> Result<()> {
    let input = Input::new(Kind::E46, options.records, Bad::None);
    let timings = compare(&input, &ANSWERS, Use::Columns, options)?;
    Ok(report.timings("E46 fixed, into columns", &timings)?)
}

/// E45, record by record.
pub(super) fn one_by_one(options: &Options, report: &mut Report) -> Result<()> {
    let input = Input::new(Kind::E45, options.records, Bad::None);
    let timings = compare(&input, &ONE_BY_ONE, Use::OneByOne, options)?;
    report.timings("E45 fixed, one record after the other", &timings)?;
    report.target(ITERATOR, &timings, COUNT);
    Ok(())
}

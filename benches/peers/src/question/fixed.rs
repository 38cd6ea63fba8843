//! Fixed layout: decode and validate every field of every record.

use crate::contender::{Contender, Use};
use crate::input::{Bad, Input, Kind};
use crate::options::Options;
use crate::ours::gas;
use crate::peer::{atoi_simd, fixed_width, lines, nom, winnow};
use crate::question::{Result, compare};
use crate::report::Report;

/// The contenders for E45.
pub(super) const UPDATES: [Contender; 13] = [
    Contender::ours::<gas::Rows<false, false>>(),
    Contender::ours::<gas::Rows<true, false>>(),
    Contender::ours::<gas::Batches<false>>(),
    Contender::ours::<gas::Batches<true>>(),
    Contender::ours::<gas::Files<false>>(),
    Contender::ours::<gas::Files<true>>(),
    Contender::ours::<gas::Lines<false>>(),
    Contender::peer::<nom::E45>(),
    Contender::peer::<winnow::E45>(),
    Contender::peer::<atoi_simd::E45>(),
    Contender::peer::<lines::E45>(),
    Contender::peer::<fixed_width::E45>(),
    Contender::peer::<fixed_width::DatedE45>(),
];

/// The contenders for single E45 records.
const ONE_BY_ONE: [Contender; 5] = [
    Contender::ours::<gas::Files<false>>(),
    Contender::ours::<gas::Files<true>>(),
    Contender::ours::<gas::Lines<false>>(),
    Contender::peer::<nom::E45>(),
    Contender::peer::<winnow::E45>(),
];

/// The contenders for E46.
const ANSWERS: [Contender; 5] = [
    Contender::ours::<gas::Answered<false>>(),
    Contender::ours::<gas::Answered<true>>(),
    Contender::peer::<nom::E46>(),
    Contender::peer::<lines::E46>(),
    Contender::peer::<fixed_width::E46>(),
];

/// E45 into columns.
pub(super) fn updates(options: &Options, report: &mut Report) -> Result<()> {
    let input = Input::new(Kind::E45, options.records, Bad::None);
    let timings = compare(&input, &UPDATES, Use::Columns, options)?;
    Ok(report.timings("E45 fixed, into columns", &timings)?)
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
    Ok(report.timings("E45 fixed, one record after the other", &timings)?)
}

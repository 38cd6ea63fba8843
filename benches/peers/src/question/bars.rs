//! D0350 with pipes.

use crate::contender::{Contender, Use};
use crate::input::{Bad, Input, Kind};
use crate::options::Options;
use crate::ours::electricity;
use crate::peer::{arrow_csv, csv, csv_serde, nom, simd_csv};
use crate::question::{Result, compare};
use crate::report::Report;

/// The contenders.
pub(super) const UPDATES: [Contender; 9] = [
    Contender::ours::<electricity::Batches<false>>(),
    Contender::ours::<electricity::Batches<true>>(),
    Contender::ours::<electricity::Files<false>>(),
    Contender::ours::<electricity::Files<true>>(),
    Contender::peer::<nom::Bars>(),
    Contender::peer::<simd_csv::Bars>(),
    Contender::peer::<csv::Bars>(),
    Contender::peer::<arrow_csv::Bars>(),
    Contender::peer::<csv_serde::Bars>(),
];

/// Updates into columns.
pub(super) fn ask(options: &Options, report: &mut Report) -> Result<()> {
    let input = Input::new(Kind::Bars, options.records, Bad::None);
    let timings = compare(&input, &UPDATES, Use::Columns, options)?;
    Ok(report.timings("D0350 zhv, lines of one length", &timings)?)
}

//! D0350 with pipes.

use crate::contender::Backend::{Safe, Wide};
use crate::contender::{Contender, Use};
use crate::input::{Bad, Input, Kind};
use crate::options::Options;
use crate::ours::electricity;
use crate::peer::{arrow_csv, csv, csv_serde, nom, simd_csv};
use crate::question::{Result, compare};
use crate::report::{Report, Sense, Target};

/// The contenders.
pub(super) const UPDATES: [Contender; 9] = [
    Contender::ours::<electricity::Batches<false>>(Safe),
    Contender::ours::<electricity::Batches<true>>(Wide),
    Contender::ours::<electricity::Files<false>>(Safe),
    Contender::ours::<electricity::Files<true>>(Wide),
    Contender::peer::<nom::Bars>(),
    Contender::peer::<simd_csv::Bars>(),
    Contender::peer::<csv::Bars>(),
    Contender::peer::<arrow_csv::Bars>(),
    Contender::peer::<csv_serde::Bars>(),
];

const TARGET: Target = Target {
    row: "bars of constant width, against csv",
    sense: Sense::Faster,
    safe: 4.0,
    wide: 15.0,
};

/// Updates into columns.
pub(super) fn ask(options: &Options, report: &mut Report) -> Result<()> {
    let input = Input::new(Kind::Bars, options.records, Bad::None);
    let timings = compare(&input, &UPDATES, Use::Columns, options)?;
    report.timings("D0350 zhv, lines of one length", &timings)?;
    report.target(TARGET, &timings, "csv, fields by hand");
    Ok(())
}

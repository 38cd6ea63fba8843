//! Layout uklink: fields with commas, text in quotes.

use crate::contender::Backend::{Safe, Wide};
use crate::contender::{Contender, Use};
use crate::input::{Bad, Input, Kind};
use crate::options::Options;
use crate::ours::gas;
use crate::peer::{arrow_csv, csv, csv_serde, nom, simd_csv};
use crate::question::{Result, compare};
use crate::report::{Report, Sense, Target};

/// The contenders.
pub(super) const UPDATES: [Contender; 12] = [
    Contender::ours::<gas::Rows<false, true>>(Safe),
    Contender::ours::<gas::Rows<true, true>>(Wide),
    Contender::ours::<gas::Batches<false>>(Safe),
    Contender::ours::<gas::Batches<true>>(Wide),
    Contender::ours::<gas::Files<false>>(Safe),
    Contender::ours::<gas::Files<true>>(Wide),
    Contender::ours::<gas::Lines<true>>(Safe),
    Contender::peer::<nom::Uklink>(),
    Contender::peer::<simd_csv::Commas>(),
    Contender::peer::<csv::Commas>(),
    Contender::peer::<arrow_csv::Commas>(),
    Contender::peer::<csv_serde::Commas>(),
];

const CONSTANT: Target = Target {
    row: "uklink of constant width, against csv",
    sense: Sense::Faster,
    safe: 4.0,
    wide: 15.0,
};
const VARYING: Target = Target {
    row: "uklink of varying width, against csv",
    sense: Sense::Faster,
    safe: 3.0,
    wide: 7.0,
};

/// All lines of one length.
pub(super) fn constant(options: &Options, report: &mut Report) -> Result<()> {
    ask(Kind::Uklink, "E45 uklink, lines of one length", CONSTANT, options, report)
}

/// Meter points of 6 to 10 digits.
pub(super) fn varying(options: &Options, report: &mut Report) -> Result<()> {
    let title = "E45 uklink, meter points of 6 to 10 digits";
    ask(Kind::UklinkVarying, title, VARYING, options, report)
}

fn ask(
    kind: Kind,
    title: &str,
    target: Target,
    options: &Options,
    report: &mut Report,
) -> Result<()> {
    let input = Input::new(kind, options.records, Bad::None);
    let timings = compare(&input, &UPDATES, Use::Columns, options)?;
    report.timings(title, &timings)?;
    report.target(target, &timings, "csv, fields by hand");
    Ok(())
}

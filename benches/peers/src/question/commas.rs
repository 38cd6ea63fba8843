//! Layout uklink: fields with commas, text in quotes.

use crate::contender::{Contender, Use};
use crate::input::{Bad, Input, Kind};
use crate::options::Options;
use crate::ours::gas;
use crate::peer::{arrow_csv, csv, csv_serde, nom, simd_csv};
use crate::question::{Result, compare};
use crate::report::Report;

/// The contenders.
pub(super) const UPDATES: [Contender; 12] = [
    Contender::ours::<gas::Rows<false, true>>(),
    Contender::ours::<gas::Rows<true, true>>(),
    Contender::ours::<gas::Batches<false>>(),
    Contender::ours::<gas::Batches<true>>(),
    Contender::ours::<gas::Files<false>>(),
    Contender::ours::<gas::Files<true>>(),
    Contender::ours::<gas::Lines<true>>(),
    Contender::peer::<nom::Uklink>(),
    Contender::peer::<simd_csv::Commas>(),
    Contender::peer::<csv::Commas>(),
    Contender::peer::<arrow_csv::Commas>(),
    Contender::peer::<csv_serde::Commas>(),
];

/// All lines of one length.
pub(super) fn constant(options: &Options, report: &mut Report) -> Result<()> {
    ask(Kind::Uklink, "E45 uklink, lines of one length", options, report)
}

/// Meter points of 6 to 10 digits.
pub(super) fn varying(options: &Options, report: &mut Report) -> Result<()> {
    ask(Kind::UklinkVarying, "E45 uklink, meter points of 6 to 10 digits", options, report)
}

fn ask(kind: Kind, title: &str, options: &Options, report: &mut Report) -> Result<()> {
    let input = Input::new(kind, options.records, Bad::None);
    let timings = compare(&input, &UPDATES, Use::Columns, options)?;
    Ok(report.timings(title, &timings)?)
}

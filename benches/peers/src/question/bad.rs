//! Compares the time for files with bad records and clean files.

use crate::contender::{Contender, Use};
use crate::input::{Bad, Input, Kind};
use crate::measure::{Entry, measure};
use crate::options::Options;
use crate::question::{Result, bars, commas, ensure_exact, fixed, reading};
use crate::report::Report;

/// The variants of the files.
const FILES: [(&str, Bad); 3] =
    [("clean", Bad::None), ("1 % bad", Bad::OnePercent), ("all bad in one field", Bad::EveryDay)];

/// Every layout.
pub(super) fn ask(options: &Options, report: &mut Report) -> Result<()> {
    of(Kind::E45, "E45 fixed", &fixed::UPDATES, options, report)?;
    of(Kind::Uklink, "E45 uklink", &commas::UPDATES, options, report)?;
    of(Kind::Bars, "D0350 zhv", &bars::UPDATES, options, report)
}

/// flagflow's contenders, and nom for comparison.
fn of(
    kind: Kind,
    name: &str,
    all: &[Contender],
    options: &Options,
    report: &mut Report,
) -> Result<()> {
    let is_exact = |contender: &&Contender| contender.is_ours || contender.name == "nom";
    let contenders: Vec<_> = all.iter().filter(is_exact).collect();
    let files = FILES.map(|(_, bad)| Input::new(kind, options.records, bad));
    for contender in &contenders {
        files.iter().try_for_each(|file| ensure_exact(contender, file))?;
    }
    let timings = measure(entries(&contenders, &files), options.rounds, options.clock);
    Ok(report.timings(&format!("{name}, with bad records, into columns"), &timings)?)
}

fn entries<'a>(contenders: &[&'a Contender], files: &'a [Input]) -> Vec<Entry<'a>> {
    let of = |contender: &'a Contender| {
        files.iter().zip(FILES).map(move |(file, (name, _))| {
            let entry = reading(contender, file, Use::Columns);
            Entry { name: format!("{}, {name}", contender.name), ..entry }
        })
    };
    contenders.iter().flat_map(|contender| of(contender)).collect()
}

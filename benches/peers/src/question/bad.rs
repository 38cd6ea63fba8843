//! Compares the time for files with bad records and clean files.

use crate::contender::{Contender, Use};
use crate::input::{Bad, Input, Kind};
use crate::judge::judge;
use crate::measure::{Entry, measure};
use crate::options::Options;
use crate::question::{Result, bars, commas, fixed, reading};
use crate::report::{Report, Sense, Target};

/// The variants of the files.
const FILES: [(&str, Bad); 3] =
    [("clean", Bad::None), ("1 % bad", Bad::OnePercent), ("all bad in one field", Bad::EveryDay)];

/// Every layout.
pub(super) fn ask(options: &Options, report: &mut Report) -> Result<()> {
    let layout = |kind, name, row| Layout { kind, name, row };
    let fixed = layout(Kind::E45, "E45 fixed", "fixed, 1 % of the records bad against clean");
    let uklink = layout(Kind::Uklink, "E45 uklink", "uklink, 1 % of the records bad against clean");
    let bars = layout(Kind::Bars, "D0350 zhv", "bars, 1 % of the records bad against clean");
    fixed.ask(&fixed::UPDATES, options, report)?;
    uklink.ask(&commas::UPDATES, options, report)?;
    bars.ask(&bars::UPDATES, options, report)
}

struct Layout {
    kind: Kind,
    name: &'static str,
    row: &'static str,
}

impl Layout {
    /// flagflow's contenders, and nom for comparison.
    fn ask(&self, all: &[Contender], options: &Options, report: &mut Report) -> Result<()> {
        let exact = |contender: &&Contender| contender.backend.is_some() || contender.name == "nom";
        let contenders: Vec<_> = all.iter().filter(exact).collect();
        let files = FILES.map(|(_, bad)| Input::new(self.kind, options.records, bad));
        self.check(&contenders, &files)?;
        let timings = measure(entries(&contenders, &files), options.rounds, options.clock);
        report.timings(&format!("{}, with bad records, into columns", self.name), &timings)?;
        let target = Target { row: self.row, sense: Sense::AtMost, safe: 1.5, wide: 1.5 };
        for turn in timings.chunks(FILES.len()) {
            if let [clean, one_percent, ..] = turn {
                report.ratio(target, one_percent, clean);
            }
        }
        Ok(())
    }

    fn check(&self, contenders: &[&Contender], files: &[Input]) -> Result<()> {
        for contender in contenders {
            for file in files {
                let bad = file.truth.iter().filter(|record| record.is_err()).count();
                let verdict = judge(contender, file);
                if !verdict.is_exact(bad) {
                    let (name, layout) = (contender.name, self.name);
                    return Err(format!("{name} reads {layout} otherwise: {verdict:?}").into());
                }
            }
        }
        Ok(())
    }
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

//! Compares the handling of bad records, without timing.

use crate::contender::Contender;
use crate::input::{Bad, Input, Kind};
use crate::judge::judge;
use crate::question::{Result, bars, commas, fixed};
use crate::report::Report;

/// Enough records for a hundred of each fault.
const RECORDS: usize = 90_000;

/// Every layout.
pub(super) fn ask(report: &mut Report) -> Result<()> {
    of(Kind::E45, "E45 fixed", &fixed::UPDATES, report)?;
    of(Kind::Uklink, "E45 uklink", &commas::UPDATES, report)?;
    of(Kind::Bars, "D0350 zhv", &bars::UPDATES, report)
}

fn of(kind: Kind, name: &str, contenders: &[Contender], report: &mut Report) -> Result<()> {
    let input = Input::new(kind, RECORDS, Bad::OnePercent);
    let bad = input.bad();
    let verdict = |contender: &Contender| (contender.name, judge(&contender.whole(), &input));
    let verdicts: Vec<_> = contenders.iter().map(verdict).collect();
    let title = format!("{name}: {bad} bad records among {RECORDS}");
    report.verdicts(&title, bad, &verdicts)?;
    let ours = contenders.iter().zip(&verdicts).filter(|(one, _)| one.is_ours);
    match ours.map(|(_, verdict)| verdict).find(|(_, verdict)| !verdict.is_exact(bad)) {
        Some((name, verdict)) => Err(format!("{name} is not exact: {verdict:?}").into()),
        None => Ok(()),
    }
}

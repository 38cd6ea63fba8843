//! The questions, one module each.

mod bad;
mod bars;
mod commas;
mod faults;
mod fixed;
mod targets;
mod writing;

pub(crate) use self::targets::Target;

use std::error::Error;
use std::hint::black_box;
use std::str::FromStr;

use crate::contender::{Contender, Use};
use crate::input::Input;
use crate::judge::judge;
use crate::measure::{Entry, Timing, measure};
use crate::options::Options;
use crate::report::Report;

/// Any error ends the measurement.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A question, by its name on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    Fixed,
    Answers,
    Iterator,
    Uklink,
    Varying,
    Bars,
    Writing,
    Bad,
    Faults,
    Targets,
}

impl Question {
    /// All questions, in the order of the report.
    pub(crate) const ALL: [(&'static str, Self); 10] = [
        ("fixed", Self::Fixed),
        ("answers", Self::Answers),
        ("iterator", Self::Iterator),
        ("uklink", Self::Uklink),
        ("varying", Self::Varying),
        ("bars", Self::Bars),
        ("writing", Self::Writing),
        ("bad", Self::Bad),
        ("faults", Self::Faults),
        ("targets", Self::Targets),
    ];

    /// Measures, and adds the result to the report.
    pub(crate) fn ask(self, options: &Options, report: &mut Report) -> Result<()> {
        match self {
            Self::Fixed => fixed::updates(options, report),
            Self::Answers => fixed::answers(options, report),
            Self::Iterator => fixed::one_by_one(options, report),
            Self::Uklink => commas::constant(options, report),
            Self::Varying => commas::varying(options, report),
            Self::Bars => bars::ask(options, report),
            Self::Writing => writing::ask(options, report),
            Self::Bad => bad::ask(options, report),
            Self::Faults => faults::ask(report),
            Self::Targets => targets::ask(options, report),
        }
    }
}

impl FromStr for Question {
    type Err = String;

    fn from_str(name: &str) -> std::result::Result<Self, String> {
        let known = Self::ALL.iter().find(|(known, _)| *known == name);
        known.map(|(_, question)| *question).ok_or_else(|| format!("no question is named {name}"))
    }
}

/// The name of the reference for all readers.
const COUNT: &str = "newline count, memchr";

/// Counts the newlines of a file, once a run.
fn count(input: &Input) -> Entry<'_> {
    let file = input.file(1);
    let run = || {
        black_box(memchr::memchr_iter(b'\n', black_box(file.body)).count());
    };
    let (records, bytes) = (file.records, file.body.len());
    Entry { name: COUNT.into(), records, bytes, run: Box::new(run) }
}

/// Reads a file once a run.
fn reading<'a>(contender: &'a Contender, input: &'a Input, how: Use) -> Entry<'a> {
    let file = input.file(contender.share);
    Entry {
        name: contender.name.into(),
        records: file.records,
        bytes: file.body.len(),
        run: Box::new(move || contender.run(black_box(file), how)),
    }
}

/// Checks that a contender returns every valid record, reports every bad one, and nothing else.
fn ensure_exact(contender: &Contender, input: &Input) -> Result<()> {
    let verdict = judge(contender, input);
    if verdict.is_exact(input.bad()) {
        return Ok(());
    }
    Err(format!("{} reads other records: {verdict:?}", contender.name).into())
}

/// Times contenders on a clean file, after checking that each returns every record.
fn compare(
    input: &Input,
    contenders: &[Contender],
    how: Use,
    options: &Options,
) -> Result<Vec<Timing>> {
    contenders.iter().try_for_each(|contender| ensure_exact(contender, input))?;
    let readings = contenders.iter().map(|contender| reading(contender, input, how));
    Ok(measure(
        std::iter::once(count(input)).chain(readings).collect(),
        options.rounds,
        options.clock,
    ))
}

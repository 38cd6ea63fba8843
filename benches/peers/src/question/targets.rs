//! The targets: ratios of a few contenders, each for the portable backend and the widest one.

use std::hint::black_box;

use crate::contender::{Contender, Use, backend};
use crate::input::{Bad, Input, Kind};
use crate::measure::{Entry, Timing, measure};
use crate::options::Options;
use crate::ours::{electricity, gas};
use crate::peer::{csv, nom};
use crate::question::{COUNT, Result, count, ensure_exact, reading, writing};
use crate::report::Report;
use crate::report::Sense::{self, AtMost, Faster};

/// A row of the table. A name without a backend is that of both, `flagflow Reader, portable` and
/// `flagflow Reader, wide`, or of a contender that has only one form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) row: &'static str,
    pub(crate) ours: &'static str,
    pub(crate) against: &'static str,
    pub(crate) sense: Sense,
    /// The limits for the portable backend and the widest one.
    pub(crate) limits: [f64; 2],
}

const READER: &str = "flagflow Reader";
const COLUMNS: &str = "flagflow RowDecoder";
const VALIDATION: &str = "flagflow RowDecoder, marks only";
const WRITER: &str = "flagflow write_all";
const BY_HAND: &str = "csv, fields by hand";

const CLEAN: [Target; 4] = [
    target("typed `Reader` against nom alone", READER, "nom", Faster, [1.8, 3.5]),
    target("typed `Reader` against the column decode", READER, COLUMNS, AtMost, [1.3, 1.5]),
    target("validation of canonical rows, × newline count", VALIDATION, COUNT, AtMost, [4.5, 1.3]),
    target("column decode, × newline count", COLUMNS, COUNT, AtMost, [7.0, 2.1]),
];
const BAD: [Target; 1] =
    [target("an error of a bad record against nom's", READER, "nom", AtMost, [2.5, 2.5])];
const UKLINK: [Target; 1] =
    [target("typed `Reader`, uklink, against csv", READER, BY_HAND, Faster, [6.0, 15.0])];
const ZHV: [Target; 1] =
    [target("typed `Reader`, D0350 zhv, against csv", READER, BY_HAND, Faster, [6.0, 15.0])];
const WRITING: [Target; 1] =
    [target("writing typed records against `write!`", WRITER, "write!", Faster, [12.0, 20.0])];
const WRITING_UKLINK: [Target; 1] =
    [target("writing typed records, uklink, against csv", WRITER, BY_HAND, Faster, [6.0, 15.0])];
const WRITING_ZHV: [Target; 1] =
    [target("writing typed records, D0350 zhv, against csv", WRITER, BY_HAND, Faster, [6.0, 15.0])];

const fn target(
    row: &'static str,
    ours: &'static str,
    against: &'static str,
    sense: Sense,
    limits: [f64; 2],
) -> Target {
    Target { row, ours, against, sense, limits }
}

/// Every row.
pub(super) fn ask(options: &Options, report: &mut Report) -> Result<()> {
    let gas = [Contender::ours::<gas::Files<false>>(), Contender::ours::<gas::Files<true>>()];
    let electricity = [
        Contender::ours::<electricity::Files<false>>(),
        Contender::ours::<electricity::Files<true>>(),
    ];
    let reading = |kind, bad, [portable, wide]: [Contender; 2], peer| {
        single_records(&Input::new(kind, options.records, bad), &[portable, wide, peer], options)
    };
    let writing = |kind, peer| {
        let is_typed = |name: &str| name.strip_prefix(WRITER).is_some_and(|it| it.starts_with(','));
        writing::compare(kind, |name| name == peer || is_typed(name), options)
    };
    report.targets(&[
        (&CLEAN, clean(options)?),
        (&BAD, reading(Kind::E45, Bad::EveryDay, gas, Contender::peer::<nom::E45>())?),
        (&UKLINK, reading(Kind::Uklink, Bad::None, gas, Contender::peer::<csv::Commas>())?),
        (&ZHV, reading(Kind::Bars, Bad::None, electricity, Contender::peer::<csv::Bars>())?),
        (&WRITING, writing(Kind::E45, "write!")?),
        (&WRITING_UKLINK, writing(Kind::Uklink, BY_HAND)?),
        (&WRITING_ZHV, writing(Kind::Bars, BY_HAND)?),
    ])
}

/// Clean E45 at fixed lengths.
fn clean(options: &Options) -> Result<Vec<Timing>> {
    let input = Input::new(Kind::E45, options.records, Bad::None);
    let contenders = [
        (Contender::ours::<gas::Rows<false, false>>(), Use::Columns),
        (Contender::ours::<gas::Rows<true, false>>(), Use::Columns),
        (Contender::ours::<gas::Files<false>>(), Use::OneByOne),
        (Contender::ours::<gas::Files<true>>(), Use::OneByOne),
        (Contender::peer::<nom::E45>(), Use::OneByOne),
    ];
    let mut entries = vec![count(&input), validation(&input, false)?, validation(&input, true)?];
    for (contender, how) in &contenders {
        ensure_exact(contender, &input)?;
        entries.push(reading(contender, &input, *how));
    }
    Ok(measure(entries, options.rounds, options.clock))
}

/// Counts the canonical rows of a clean file, after checking that all of them are.
fn validation(input: &Input, is_wide: bool) -> Result<Entry<'_>> {
    let file = input.file(1);
    let name = format!("{VALIDATION}, {}", if is_wide { "wide" } else { "portable" });
    let validate = move || gas::canonical_rows(black_box(file.body), backend(is_wide));
    if validate() != file.records {
        return Err(format!("{name} refuses records").into());
    }
    let run = move || {
        black_box(validate());
    };
    Ok(Entry { name, records: file.records, bytes: file.body.len(), run: Box::new(run) })
}

/// Records read one by one.
fn single_records(
    input: &Input,
    contenders: &[Contender],
    options: &Options,
) -> Result<Vec<Timing>> {
    contenders.iter().try_for_each(|contender| ensure_exact(contender, input))?;
    let readings = contenders.iter().map(|contender| reading(contender, input, Use::OneByOne));
    Ok(measure(readings.collect(), options.rounds, options.clock))
}

//! Reports refused lines of events and points with wrong check digits: the first ones on standard
//! error, and all of them in a file.

use std::fmt::Display;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use csv::QuoteStyle;
use flagflow::MeterPoint;
use flagflow::check::{escape, escape_path};
use flagflow::files::input::{self, Input};
use flagflow::files::output::Output;
use flagflow::files::{Error, Source};
use flagflow::frame::LineReader;
use flagflow::status::{Event, MAX_LINE, ReplayError};

use crate::exit::{Exit, Failure, in_file};
use crate::files::Files;
use crate::terminal::tell;

/// The number of lines of a kind that are printed one by one.
const MOST_TOLD: u64 = 100;

#[derive(clap::Args)]
pub(crate) struct RefusedArgs {
    /// Write every refused line to this file, a table of its number, the reason, and the line;
    /// standard error has only the first 100
    #[arg(long, value_name = "FILE")]
    refused_to: Option<PathBuf>,
}

impl RefusedArgs {
    /// Opens a file of events that is read once. The list of refused lines reads it again.
    pub(crate) fn open<'a>(
        &'a self,
        path: &'a Path,
        files: &Files,
    ) -> Result<(Input, Refused<'a>), Failure> {
        match &self.refused_to {
            None => Ok((input::open(path)?, Refused::new(path, None))),
            Some(_) => {
                let source = Source::open(path)?;
                Ok((source.read()?, self.list(path, &source, files)?))
            }
        }
    }

    /// Begins the list of refused lines of a source.
    pub(crate) fn list<'a>(
        &'a self,
        path: &'a Path,
        source: &Source,
        files: &Files,
    ) -> Result<Refused<'a>, Failure> {
        let list =
            self.refused_to.as_deref().map(|to| RefusedList::new(to, source, files)).transpose()?;
        Ok(Refused::new(path, list))
    }
}

/// The refused lines of a file of events.
pub(crate) struct Refused<'a> {
    path: &'a Path,
    list: Option<RefusedList<'a>>,
    count: u64,
    warnings: u64,
}

impl<'a> Refused<'a> {
    const fn new(path: &'a Path, list: Option<RefusedList<'a>>) -> Self {
        Self { path, list, count: 0, warnings: 0 }
    }

    /// Adds a line; lines must be in order. An error that is not of one line ends the reading.
    pub(crate) fn add(&mut self, error: ReplayError) -> Result<(), Failure> {
        let Some(line) = error.line().filter(|_| error.is_in_one_line()) else {
            return Err(in_file(self.path)(error));
        };
        self.count += 1;
        if self.count <= MOST_TOLD {
            tell(format_args!("{}: {error}", escape_path(self.path)));
        }
        self.list.as_mut().map_or(Ok(()), |list| list.add(line, &error))
    }

    /// Warns if the check digits of an event's meter point are wrong.
    pub(crate) fn judge(&mut self, line: u64, event: &Event) {
        let Some(wrong) = event.what.point().and_then(wrong_digits) else { return };
        self.warnings += 1;
        if self.warnings <= MOST_TOLD {
            tell(format_args!("{}: line {line}: warning: {wrong}", escape_path(self.path)));
        }
    }

    /// The number of lines so far.
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    /// Publishes the list, and reports the number of lines that were not printed.
    pub(crate) fn end(self) -> Result<Exit, Failure> {
        let name = escape_path(self.path);
        if let Some(more) = self.warnings.checked_sub(MOST_TOLD).filter(|more| *more > 0) {
            tell(format_args!("{name}: and {more} more lines with wrong check digits"));
        }
        let more = self.count.checked_sub(MOST_TOLD).filter(|more| *more > 0);
        match (more, &self.list) {
            (Some(more), None) => tell(format_args!(
                "{name}: and {more} more refused lines; --refused-to FILE lists all of them"
            )),
            (Some(more), Some(list)) => tell(format_args!(
                "{name}: and {more} more refused lines; all of them are in {}",
                escape_path(list.path)
            )),
            (None, _) => {}
        }
        self.list.map_or(Ok(()), RefusedList::end)?;
        Ok(if self.count == 0 { Exit::Clean } else { Exit::Findings })
    }
}

/// Describes the fault in the check digits of a point, if any.
fn wrong_digits(point: MeterPoint) -> Option<impl Display> {
    let expected = match point {
        MeterPoint::Gas(mprn) if !mprn.has_valid_check_digits() => {
            format!("the last two digits should be {:02}", mprn.expected_check_digits())
        }
        MeterPoint::Electricity(mpan) if !mpan.has_valid_check_digit() => {
            format!("the last digit should be {}", mpan.expected_check_digit())
        }
        MeterPoint::Gas(_) | MeterPoint::Electricity(_) => return None,
    };
    Some(format!("the check digits of the meter point {point} are wrong: {expected}"))
}

/// A list of refused lines: a csv table.
struct RefusedList<'a> {
    path: &'a Path,
    output: csv::Writer<Output>,
    /// The same lines, read again.
    lines: LineReader<Input>,
}

impl<'a> RefusedList<'a> {
    fn new(path: &'a Path, source: &Source, files: &Files) -> Result<Self, Failure> {
        if input::is_standard(path) {
            return Err(Failure::new("--refused-to: the list is a file, not standard output"));
        }
        let mut output = files.streamed(path)?;
        writeln!(output, "line,reason,text").map_err(|error| Error::writing_to(path, error))?;
        let output =
            csv::WriterBuilder::new().quote_style(QuoteStyle::NonNumeric).from_writer(output);
        Ok(Self { path, output, lines: LineReader::with_max_line(source.read()?, MAX_LINE) })
    }

    fn add(&mut self, number: u64, error: &ReplayError) -> Result<(), Failure> {
        let reason = error.to_string();
        let begins = format!("line {number}: ");
        let reason = reason.strip_prefix(&begins).unwrap_or(&reason);
        while let Some(line) = self.lines.read_line().map_err(|error| in_file(self.path)(error))? {
            if line.number == number {
                let (number, text) = (number.to_string(), escape(line.bytes));
                let written = self.output.write_record([number.as_str(), reason, &text]);
                written.map_err(|error| Error::writing_to(self.path, error.into()))?;
                break;
            }
        }
        Ok(())
    }

    fn end(self) -> Result<(), Failure> {
        let output = self.output.into_inner();
        let output = output.map_err(|error| Error::writing_to(self.path, error.into_error()))?;
        Ok(output.commit()?)
    }
}

//! The loop from the first line to the last.

use std::io::BufRead;
use std::num::NonZeroUsize;

use flagflow_domain::Fuel;
use flagflow_frame::{Line, LineReader, read_ahead};

use crate::column_check::ColumnCheck;
use crate::error::Error;
use crate::file_check::FileCheck;
use crate::file_state::FileState;
use crate::finding::{escape, mask_digits};
use crate::flow::FlowCheck;
use crate::flow::electricity::{self, ElectricityRules};
use crate::flow::gas::GasRules;
use crate::layout::{Flow, Layout};
use crate::options::{CrossRecords, Options};
use crate::report::Report;
use crate::row_input::{BlockRows, OwnInput, RowInput};
use crate::rule;
use crate::sequence::{FileIdentity, Sequence};
use crate::sniff::{self, Looks};
use crate::verdict::FileFormat;
use crate::visitor::{NoVisitor, Visitor};

/// Checks a file, from its first byte to its last.
///
/// ```
/// use flagflow_check::{Options, check};
///
/// let report = check(&b"E451234567810A20220101\n"[..], &Options::default())?;
/// assert_eq!(report.accepted, 1);
/// # Ok::<(), flagflow_check::Error>(())
/// ```
///
/// # Errors
///
/// When the input cannot be read to its end, has no line with text, is of no known flow and layout,
/// or a temporary file fails. What is wrong in the file is in the report.
pub fn check(input: impl BufRead, options: &Options) -> Result<Report, Error> {
    check_records(input, options, &mut NoVisitor)
}

/// Identifies a file in its sender's sequence: its series, its number, and a digest of its content.
///
/// The file is read to its end with the same options. Records are not compared with one another, so
/// memory stays small.
///
/// ```
/// use flagflow_check::{Options, Sequence, check, identify};
///
/// let file = |number: u32, flag: char| format!(
///     "A000000000042DXI20220201093000{number:06}\nE451234567810{flag}20220101\nZ990000000001\n"
/// );
/// let previous = identify(file(41, 'A').as_bytes(), &Options::default())?;
/// let options = Options { sequence: Sequence::After(previous), ..Options::default() };
/// let report = check(file(43, 'N').as_bytes(), &options)?;
/// let finding = &report.findings[0];
/// assert_eq!((finding.rule.name(), finding.offset), ("sequence-skipped", 30));
/// assert_eq!(finding.message, "the file with the number 42 is missing");
/// # Ok::<(), flagflow_check::Error>(())
/// ```
///
/// # Errors
///
/// As [`check`].
pub fn identify(input: impl BufRead, options: &Options) -> Result<FileIdentity, Error> {
    let options = Options {
        cross_records: CrossRecords::Off,
        max_samples: Some(0),
        sequence: Sequence::First,
        ..options.clone()
    };
    Ok(check(input, &options)?.identity.unwrap_or_default())
}

/// Checks a file as [`check`] does, and passes the result of each record to a visitor.
///
/// The report is the same. The rules that a record breaks are known at its line, in constant
/// memory, with one exception: a record may repeat or contradict an earlier one. Above the limit of
/// [`Options::cross_records`] only the end of the file decides that, so from there on verdicts are
/// [`provisional`](crate::Verdict::provisional), and [`Visitor::deferred`] takes the findings that
/// were missing. A caller that needs complete results in the file's order reads the file twice:
/// first to collect the numbers of the deferred records (a bit for each record is enough), then to
/// act, with [`CrossRecords::Off`](crate::CrossRecords::Off).
///
/// ```
/// use flagflow_check::{Error, Options, RuleId, Verdict, Visitor, check_records};
///
/// /// The numbers of rejected records, each with the first rule that it broke.
/// #[derive(Default)]
/// struct Rejected(Vec<(u64, Option<RuleId>)>);
///
/// impl Visitor for Rejected {
///     type Error = Error;
///
///     fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), Error> {
///         if verdict.rejected {
///             self.0.push((verdict.record, verdict.rules.iter().next()));
///         }
///         Ok(())
///     }
/// }
///
/// let file = b"E451234567810A20220101\nE450000123409N20230229\n";
/// let mut rejected = Rejected::default();
/// check_records(&file[..], &Options::default(), &mut rejected)?;
/// assert_eq!(rejected.0, [(2, Some(RuleId::InvalidDate))]);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
///
/// As [`check`], and whatever the visitor says.
pub fn check_records<V: Visitor>(
    input: impl BufRead,
    options: &Options,
    visitor: &mut V,
) -> Result<Report, V::Error> {
    check_file(input, options, visitor, OneThread)
}

/// Checks a file as [`check_records`] does, with the same report and the same visits, while
/// [`Options::threads`] other threads read ahead and decode records. A file of at most 1 MiB is
/// checked by this thread alone.
///
/// # Errors
///
/// As [`check_records`].
pub fn check_on_threads<V: Visitor>(
    input: impl BufRead + Send,
    options: &Options,
    visitor: &mut V,
) -> Result<Report, V::Error> {
    check_file(input, options, visitor, Threads)
}

/// Checks a file, the rest of it behind the first line in a way of its own.
fn check_file<R: BufRead, V: Visitor>(
    input: R,
    options: &Options,
    visitor: &mut V,
    rest: impl CheckRest<OwnInput<R>>,
) -> Result<Report, V::Error> {
    let mut lines = LineReader::with_max_line(OwnInput(input), options.max_line);
    let archive = sniff::archive(lines.peek().map_err(Error::read)?);
    let mut state = FileState::new(options, visitor);
    let line = loop {
        let line = lines.read_line().map_err(Error::read)?.ok_or_else(Error::empty)?;
        match rule::empty_line::breaks(&line) {
            true => state.take_empty_line(&line)?,
            false => break line,
        }
    };
    let format = recognise(&line, options).map_err(|error| error.with_looks(archive))?;
    state.recognised(format, &line)?;
    match format {
        FileFormat::Gas(layout) => {
            let mut check = FileCheck::new(state, GasRules::new(options, layout), &line);
            check.take_line(&line)?;
            rest.check(check, lines)
        }
        FileFormat::Electricity(layout, profile) => {
            if profile.flow() != flagflow_electricity::Flow::D0350 {
                state.compare_none();
            }
            let rules = ElectricityRules::new(layout, profile);
            let mut check = FileCheck::new(state, rules, &line);
            check.take_line(&line)?;
            rest.check(check, lines)
        }
    }
}

/// A way to check the rest of a file.
trait CheckRest<R> {
    fn check<'o, F: FlowCheck<'o>, V: Visitor>(
        self,
        check: FileCheck<'o, F, V>,
        lines: LineReader<R>,
    ) -> Result<Report, V::Error>;
}

/// Checks by this thread alone.
struct OneThread;

impl<R: BufRead> CheckRest<OwnInput<R>> for OneThread {
    fn check<'o, F: FlowCheck<'o>, V: Visitor>(
        self,
        mut check: FileCheck<'o, F, V>,
        mut lines: LineReader<OwnInput<R>>,
    ) -> Result<Report, V::Error> {
        check_lines(&mut check, &mut lines, u64::MAX)?;
        finish(check, &lines)
    }
}

/// Checks with other threads, which read ahead.
struct Threads;

impl Threads {
    /// The bytes of a file from which on other threads are worth their start.
    const LARGE: u64 = 1 << 20;
}

impl<R: BufRead + Send> CheckRest<OwnInput<R>> for Threads {
    fn check<'o, F: FlowCheck<'o>, V: Visitor>(
        self,
        mut check: FileCheck<'o, F, V>,
        mut lines: LineReader<OwnInput<R>>,
    ) -> Result<Report, V::Error> {
        let threads = check.state.options.threads;
        if threads == NonZeroUsize::MIN || !check.state.may_take_rows() {
            return OneThread.check(check, lines);
        }
        if check_lines(&mut check, &mut lines, Self::LARGE)? {
            return finish(check, &lines);
        }
        let table = check.flow.table();
        let decode = |block: &[u8], rows: &mut BlockRows<F::Flow>| rows.decode(table, block);
        let (input, lines) = lines.take_inner();
        read_ahead(input, threads, decode, |ahead| {
            let mut lines = lines.with_inner(ahead);
            check_lines(&mut check, &mut lines, u64::MAX)?;
            finish(check, &lines)
        })
    }
}

/// Checks lines up to an offset. Returns true if the file ends before.
fn check_lines<'o, F: FlowCheck<'o>, V: Visitor>(
    check: &mut FileCheck<'o, F, V>,
    lines: &mut LineReader<impl RowInput<F::Flow>>,
    most: u64,
) -> Result<bool, V::Error> {
    let mut columns = ColumnCheck::<F::Flow>::default();
    while lines.offset() < most {
        if columns.take(check, lines)? {
            continue;
        }
        let Some(line) = lines.read_line().map_err(Error::read)? else { return Ok(true) };
        match rule::empty_line::breaks(&line) {
            true => check.state.take_empty_line(&line)?,
            false => check.take_line(&line)?,
        }
    }
    Ok(false)
}

/// Checks the end of a file.
fn finish<'o, F: FlowCheck<'o>, V: Visitor>(
    mut check: FileCheck<'o, F, V>,
    lines: &LineReader<impl BufRead>,
) -> Result<Report, V::Error> {
    if lines.has_byte_order_mark() {
        check.state.envelope.count_byte_order_mark(&mut check.state.findings);
    }
    if let Some(padding) = lines.padding() {
        check.state.count_padding(padding);
    }
    check.finish(lines.offset())
}

/// A fuel, and the layout of its file.
#[derive(Clone, Copy)]
enum Recognised {
    Gas(flagflow_gas::Layout),
    Electricity(flagflow_electricity::Layout),
}

impl Recognised {
    fn of_layout(layout: Layout) -> Self {
        match layout {
            Layout::Fixed => Self::Gas(flagflow_gas::Layout::Fixed),
            Layout::Uklink => Self::Gas(flagflow_gas::Layout::Uklink),
            Layout::Zhv => Self::Electricity(flagflow_electricity::Layout::Zhv),
            Layout::Zhf => Self::Electricity(flagflow_electricity::Layout::Zhf),
        }
    }

    /// Recognises a layout by the first line with text.
    fn by(line: &[u8]) -> Option<Self> {
        let electricity = flagflow_electricity::Layout::recognise(line).map(Self::Electricity);
        electricity.or_else(|| flagflow_gas::Layout::recognise(line).map(Self::Gas))
    }

    /// Returns the main layout of a flow, for a file whose first line has no known layout.
    fn of_flow(flow: Flow) -> Self {
        match flow.electricity() {
            Some(_) => Self::Electricity(flagflow_electricity::Layout::Zhv),
            None => Self::Gas(flagflow_gas::Layout::Fixed),
        }
    }

    fn is_of(self, flow: Flow) -> bool {
        matches!(self, Self::Electricity(_)) == flow.electricity().is_some()
    }

    const fn fuel(self) -> Fuel {
        match self {
            Self::Gas(_) => Fuel::Gas,
            Self::Electricity(_) => Fuel::Electricity,
        }
    }
}

/// Returns the format of a file by its first line with text, as a check does: the options first,
/// then the line.
///
/// ```
/// use flagflow_check::{Layout, Options, recognise};
/// use flagflow_frame::LineReader;
///
/// let mut lines = LineReader::new(&b"E451234567810A20220101\n"[..]);
/// let line = lines.read_line()?.ok_or("no line")?;
/// assert_eq!(recognise(&line, &Options::default())?.layout(), Layout::Fixed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Unrecognised`](crate::ErrorKind::Unrecognised) if neither decides it, they
/// contradict each other, or the header of a user file names an unknown flow.
pub fn recognise<'o>(line: &Line<'_>, options: &'o Options) -> Result<FileFormat<'o>, Error> {
    let by_option = options.layout.map(Recognised::of_layout);
    let by_line = || Recognised::by(line.bytes);
    let by_flow = || options.flow.map(Recognised::of_flow);
    let found = by_option
        .or_else(by_line)
        .or_else(by_flow)
        .filter(|found| options.flow.is_none_or(|flow| found.is_of(flow)))
        .filter(|found| options.fuel.is_none_or(|fuel| found.fuel() == fuel))
        .ok_or_else(|| Error::unrecognised(looks(line, options), beginning(line, options.mask)))?;
    Ok(match found {
        Recognised::Gas(layout) => FileFormat::Gas(layout),
        Recognised::Electricity(layout) => {
            FileFormat::Electricity(layout, electricity::profile(options, layout, line)?)
        }
    })
}

/// Describes a line of no known format.
fn looks(line: &Line<'_>, options: &Options) -> Option<Looks> {
    match (Recognised::by(line.bytes), options.flow) {
        (Some(Recognised::Gas(layout)), Some(flow)) => {
            Some(format!("a gas file (layout {layout}), and not one of {flow}").into())
        }
        (Some(Recognised::Electricity(layout)), Some(flow)) => {
            Some(format!("an electricity file (layout {layout}), and not one of {flow}").into())
        }
        _ => sniff::describe(line.bytes),
    }
}

/// A line's first bytes, for saying what could not be recognised.
fn beginning(line: &Line<'_>, mask: bool) -> String {
    let mut bytes = line.bytes[..line.bytes.len().min(16)].to_vec();
    if mask {
        mask_digits(&mut bytes);
    }
    escape(&bytes)
}

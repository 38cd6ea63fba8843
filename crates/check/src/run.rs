//! The loop from the first line to the last.

use std::io::BufRead;

use flagflow_domain::Fuel;
use flagflow_frame::{Line, LineReader};

use crate::column_check::ColumnCheck;
use crate::electricity::{self, ElectricityCheck};
use crate::error::Error;
use crate::file_state::FileState;
use crate::finding::{escape, mask_digits};
use crate::gas::GasCheck;
use crate::options::{CrossRecords, Flow, Layout, Options};
use crate::report::Report;
use crate::sequence::{FileIdentity, Sequence};
use crate::sniff::{self, Looks};
use crate::verdict::{FileFormat, NoVisitor, Visitor};

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

/// What a file is among those of its sender: its series, its number, a digest of its content.
///
/// The file is read to its end, by the same options; records are not held against one another, so
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

/// Checks a file as [`check`] does, and tells a visitor what became of each record.
///
/// The report is the same. What a record broke is told while its line is at hand, in constant
/// memory. One thing cannot always be told then: whether it repeats or contradicts an earlier
/// record. Past [`Options::cross_records`] only the end of the file can say, so from that moment on
/// verdicts are [`provisional`](crate::Verdict::provisional), and [`Visitor::deferred`] brings what was
/// missing. Who must act on the whole truth in the file's order reads the file twice: first to
/// collect the numbers of the late records (a bit for each record is enough), then, with
/// [`CrossRecords::Off`](crate::CrossRecords::Off), to act.
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
    let mut lines = LineReader::with_max_line(input, options.max_line);
    let archive = sniff::archive(lines.peek().map_err(Error::read)?);
    let mut file_state = FileState::new(options, visitor);
    let mut check = loop {
        let line = lines.read_line().map_err(Error::read)?.ok_or_else(Error::empty)?;
        match line.is_blank() {
            true => file_state.empty_line(&line)?,
            false => break AnyCheck::begin(file_state, &line, archive)?,
        }
    };
    let mut column_check = ColumnCheck::default();
    loop {
        if check.rows(&mut column_check, &mut lines)? {
            continue;
        }
        let Some(line) = lines.read_line().map_err(Error::read)? else { break };
        check.line(&line)?;
    }
    if lines.has_byte_order_mark() {
        check.file_state().byte_order_mark();
    }
    if let Some(padding) = lines.padding() {
        check.file_state().padding(padding);
    }
    check.finish(lines.offset())
}

/// A file in the middle of its check, by its fuel.
enum AnyCheck<'o, V> {
    Gas(GasCheck<'o, V>),
    Electricity(ElectricityCheck<'o, V>),
}

impl<'o, V: Visitor> AnyCheck<'o, V> {
    /// Begins with the first line that has text.
    fn begin(
        mut file_state: FileState<'o, V>,
        line: &Line<'_>,
        archive: Option<Looks>,
    ) -> Result<Self, V::Error> {
        let recognised = recognise(line, file_state.options);
        let shape = recognised.map_err(|error| error.with_looks(archive))?;
        file_state.shaped(shape, line)?;
        let mut check = match shape {
            FileFormat::Gas(layout) => Self::Gas(GasCheck::new(file_state, layout, line)),
            FileFormat::Electricity(layout, profile) => {
                Self::Electricity(ElectricityCheck::new(file_state, layout, profile, line))
            }
        };
        check.line(line)?;
        Ok(check)
    }

    #[inline]
    fn line(&mut self, line: &Line<'_>) -> Result<(), V::Error> {
        match self {
            Self::Gas(check) if !line.is_blank() => check.line(line),
            Self::Electricity(check) if !line.is_blank() => check.line(line),
            _ => self.file_state().empty_line(line),
        }
    }

    /// Takes perfect rows by their columns, if there are any next.
    #[inline]
    fn rows(
        &mut self,
        column_check: &mut ColumnCheck,
        lines: &mut LineReader<impl BufRead>,
    ) -> Result<bool, V::Error> {
        match self {
            Self::Gas(check) => column_check.take(check, lines),
            Self::Electricity(check) => column_check.take(check, lines),
        }
    }

    fn file_state(&mut self) -> &mut FileState<'o, V> {
        match self {
            Self::Gas(check) => &mut check.file_state,
            Self::Electricity(check) => &mut check.file_state,
        }
    }

    fn finish(self, bytes: u64) -> Result<Report, V::Error> {
        match self {
            Self::Gas(check) => check.finish(bytes),
            Self::Electricity(check) => check.finish(bytes),
        }
    }
}

/// A fuel, and the layout of its file.
#[derive(Clone, Copy)]
enum Recognised {
    Gas(flagflow_gas::Layout),
    Electricity(flagflow_electricity::Layout),
}

impl Recognised {
    fn told(layout: Layout) -> Self {
        match layout {
            Layout::Fixed => Self::Gas(flagflow_gas::Layout::Fixed),
            Layout::Uklink => Self::Gas(flagflow_gas::Layout::Uklink),
            Layout::Zhv => Self::Electricity(flagflow_electricity::Layout::Zhv),
            Layout::Zhf => Self::Electricity(flagflow_electricity::Layout::Zhf),
        }
    }

    /// By the first line that has text.
    fn by(line: &[u8]) -> Option<Self> {
        let electricity = flagflow_electricity::Layout::recognise(line).map(Self::Electricity);
        electricity.or_else(|| flagflow_gas::Layout::recognise(line).map(Self::Gas))
    }

    /// A file that is said to be of a flow is of its main layout unless it looks otherwise.
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

/// By what a file is read whose first line with text is this one, as a check decides it: the options
/// first, then the line.
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
/// [`ErrorKind::Unrecognised`](crate::ErrorKind::Unrecognised) where neither says it, they contradict
/// each other, or the header of a user file names a flow that is not read.
pub fn recognise<'o>(line: &Line<'_>, options: &'o Options) -> Result<FileFormat<'o>, Error> {
    let told = options.layout.map(Recognised::told);
    let by_line = || Recognised::by(line.bytes);
    let by_flow = || options.flow.map(Recognised::of_flow);
    let found = told
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

/// Names a line by which no file is read.
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

//! The accepted part in the making.

use std::io::{self, Write};

use flagflow_check::{
    CrossRecords, EditionChoice, FileFormat, Options, Rows, RuleFlags, RuleId, check, recognise,
};
use flagflow_electricity::Timestamp;
use flagflow_frame::{Line, LineEnd};

use super::options::QuarantineOptions;
use super::raw::{LineCopier, ReasonLines};
use super::report::{EnvelopeLineChange, QuarantineRefusal};
use super::standing::is_error;
use crate::envelope::{
    EnvelopeCounts, Given, HeaderSays, LineCode, completed, made_trailer, recount,
};
use flagflow_files::{Error, Result};

/// Rules that cannot be broken in a line that is rewritten, or that concern the file.
const FIXED_IN_PLACE: [RuleId; 3] =
    [RuleId::MixedLineEnds, RuleId::MissingTerminator, RuleId::EditionUnknown];

/// Rules that are broken by a header line itself, and would not be by another header.
const OF_THE_LINE: [RuleId; 18] = [
    RuleId::LineTooLong,
    RuleId::MalformedRecord,
    RuleId::UnknownRecord,
    RuleId::WrongLength,
    RuleId::MissingTrailingBar,
    RuleId::TrailingBlanks,
    RuleId::NonAscii,
    RuleId::ItemTooLong,
    RuleId::NotANumber,
    RuleId::InvalidDate,
    RuleId::InvalidTime,
    RuleId::InvalidTimestamp,
    RuleId::WrongFileType,
    RuleId::FlowVersion,
    RuleId::UnexpectedRole,
    RuleId::TestFlag,
    RuleId::InvalidFileId,
    RuleId::PlaceholderDate,
];

/// A writer that keeps the last byte.
struct LastByte<'w> {
    out: &'w mut dyn Write,
    last: [u8; 1],
}

impl<'w> LastByte<'w> {
    const fn new(out: &'w mut dyn Write) -> Self {
        Self { out, last: [0] }
    }
}

impl Write for LastByte<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        let last = bytes.get(..written).and_then(<[u8]>::last);
        self.last = last.map_or(self.last, |last| [*last]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Accepted part while it is written. Lines are counted even without a writer: the reasons have the
/// number of lines before a record.
pub(super) struct Accepted<'a, 'w> {
    options: &'a QuarantineOptions,
    out: Option<LastByte<'w>>,
    /// Shape of the file, and the ending of new lines; known from the first line.
    form: Option<(FileFormat<'a>, LineEnd)>,
    counts: Option<EnvelopeCounts>,
    /// Lines so far, and whether one of them has text.
    pub(super) lines: u64,
    has_text: bool,
    first_end: Option<LineEnd>,
    last_end: LineEnd,
    pub(super) header: EnvelopeLineChange,
    pub(super) trailer: EnvelopeLineChange,
    is_open: bool,
    is_closed: bool,
    says: HeaderSays,
    pub(super) refusal: Option<QuarantineRefusal>,
}

impl<'a, 'w> Accepted<'a, 'w> {
    pub(super) fn new(options: &'a QuarantineOptions, out: Option<&'w mut dyn Write>) -> Self {
        Self {
            options,
            out: out.map(LastByte::new),
            form: None,
            counts: None,
            lines: 0,
            has_text: false,
            first_end: None,
            last_end: LineEnd::Lf,
            header: EnvelopeLineChange::Absent,
            trailer: EnvelopeLineChange::Absent,
            is_open: false,
            is_closed: false,
            says: HeaderSays::default(),
            refusal: None,
        }
    }

    const fn check(&self) -> &'a Options {
        &self.options.check
    }

    const fn given(&self) -> Given<'a> {
        Given { gas: &self.options.header, user_file: &self.options.user_file }
    }

    fn is_error(&self, rule: RuleId) -> bool {
        is_error(self.check(), rule)
    }

    pub(super) fn begin(&mut self, shape: FileFormat<'a>, end: LineEnd) {
        let end = if end == LineEnd::None { LineEnd::Lf } else { end };
        self.form = Some((shape, end));
        self.counts = Some(EnvelopeCounts::new(shape, self.check()));
    }

    /// Writes the mark before the first line.
    pub(super) fn mark(&mut self) -> Result<()> {
        if self.is_error(RuleId::ByteOrderMark) {
            return Ok(());
        }
        self.write(b"\xEF\xBB\xBF")
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.as_mut().map_or(Ok(()), |out| out.write_all(bytes)).map_err(Error::writing)
    }

    /// Ends an unterminated line.
    fn terminate(&mut self) -> Result<()> {
        if self.last_end != LineEnd::None {
            return Ok(());
        }
        let usual = self.allowed(self.form.map_or(LineEnd::Lf, |(_, end)| end));
        let end = self.out.as_ref().map_or(usual, |out| usual.after(&out.last));
        let first = *self.first_end.get_or_insert(end);
        if end != first && self.is_error(RuleId::MixedLineEnds) {
            self.refuse(QuarantineRefusal::StaysWrong(RuleId::MixedLineEnds));
        }
        self.last_end = end;
        self.write(end.as_bytes())
    }

    /// Begins a line.
    fn line(&mut self, end: LineEnd) -> Result<()> {
        self.terminate()?;
        self.lines += 1;
        if end != LineEnd::None {
            self.first_end.get_or_insert(end);
        }
        self.last_end = end;
        Ok(())
    }

    /// Writes a line that was made.
    fn made(&mut self, line: &[u8], end: LineEnd) -> Result<()> {
        self.terminate()?;
        let end = self.allowed(end);
        self.line(end)?;
        self.has_text = true;
        self.write(line)?;
        self.write(end.as_bytes())
    }

    /// Writes a line that is not a record as received, except for an ending that would be an error.
    fn received(&mut self, line: &Line<'_>, raws: &mut LineCopier<'_>) -> Result<()> {
        let end = self.allowed(line.end);
        self.line(end)?;
        self.has_text |= !line.is_blank();
        if let Some(out) = &mut self.out {
            raws.write_line(&Line { end: LineEnd::None, ..*line }, out)?;
        }
        self.write(end.as_bytes())?;
        if self.is_error(RuleId::MissingTerminator) { self.terminate() } else { Ok(()) }
    }

    /// Returns the ending of a line that is not a record.
    fn allowed(&self, end: LineEnd) -> LineEnd {
        match (end, self.first_end) {
            (LineEnd::Lf | LineEnd::CrLf, Some(first))
                if first != end && self.is_error(RuleId::MixedLineEnds) =>
            {
                first
            }
            _ => end,
        }
    }

    /// Writes a new header, if values are given, before a first line with text that is not a
    /// header.
    #[inline]
    pub(super) fn open(&mut self) -> Result<()> {
        if self.is_open { Ok(()) } else { self.add_header() }
    }

    #[cold]
    fn add_header(&mut self) -> Result<()> {
        self.is_open = true;
        let Some((shape, _)) = self.form else { return Ok(()) };
        if self.given().is_any(shape) {
            self.make_header(None, EnvelopeLineChange::Added)
        } else {
            Ok(())
        }
    }

    fn make_header(&mut self, received: Option<&[u8]>, fate: EnvelopeLineChange) -> Result<()> {
        let Some((shape, end)) = self.form else { return Ok(()) };
        let line = self.given().header(shape, received, self.check())?;
        self.says = self.read_values(&line, line.len() as u64, shape);
        self.header = fate;
        if let Some(rule) = self.wrong_with_header(&line)? {
            self.refuse(QuarantineRefusal::StaysWrong(rule));
        }
        self.made(&line, end)
    }

    /// Returns the header values that a check reads: none from a line past the limit.
    fn read_values(&self, line: &[u8], length: u64, shape: FileFormat<'_>) -> HeaderSays {
        match length > self.check().max_line as u64 {
            true => HeaderSays::default(),
            false => HeaderSays::read(line, shape),
        }
    }

    /// Returns the rule that a new header would break: its values are complete, but the options may
    /// not accept its day or its length.
    fn wrong_with_header(&self, line: &[u8]) -> Result<Option<RuleId>> {
        let alone = Options { cross_records: CrossRecords::Off, ..self.check().clone() };
        let alone = check(&[line, b"\n"].concat()[..], &alone)?;
        // the lines that are missing below the header are those of the file
        let below = [RuleId::MissingTrailer, RuleId::GroupCardinality];
        let is_mended = |rule: &RuleId| below.contains(rule) || FIXED_IN_PLACE.contains(rule);
        let mut broken =
            RuleId::all().filter(|rule| alone.totals[*rule] > 0 && self.is_error(*rule));
        Ok(broken.find(|rule| !is_mended(rule)))
    }

    /// Handles the header; returns true if the header was kept as received.
    pub(super) fn take_header(
        &mut self,
        line: &Line<'_>,
        rules: RuleFlags,
        raws: &mut LineCopier<'_>,
    ) -> Result<bool> {
        self.is_open = true;
        let Some((shape, _)) = self.form else { return Ok(true) };
        let errors = self.errors(rules);
        if errors.is_empty() {
            self.says = self.read_values(line.bytes, line.length, shape);
            self.header = EnvelopeLineChange::Kept;
            self.received(line, raws)?;
            return Ok(true);
        }
        self.header = EnvelopeLineChange::Dropped;
        let stays = errors.iter().find(|rule| !OF_THE_LINE.contains(rule));
        match stays {
            Some(rule) => self.refuse(QuarantineRefusal::StaysWrong(rule)),
            None if self.given().is_any(shape) => {
                self.make_header(Some(line.bytes), EnvelopeLineChange::Replaced)?;
            }
            None if self.may_be_bare(shape) => {}
            None => self.refuse(QuarantineRefusal::NoHeader),
        }
        Ok(false)
    }

    fn refuse(&mut self, refusal: QuarantineRefusal) {
        self.refusal.get_or_insert(refusal);
    }

    /// Returns true if the file would be recognised without a header: always for gas.
    fn may_be_bare(&self, shape: FileFormat<'_>) -> bool {
        let check = self.check();
        let is_told = check.layout.is_some() && check.flow.is_some();
        matches!(shape, FileFormat::Gas(_)) || is_told
    }

    /// Returns the errors that make a line be left out.
    fn errors(&self, rules: RuleFlags) -> RuleFlags {
        let errors = rules.iter().filter(|rule| self.is_error(*rule));
        errors.filter(|rule| !FIXED_IN_PLACE.contains(rule)).collect()
    }

    /// Returns true if the part is recognised with this line as its next.
    pub(super) fn is_recognised_with(&self, line: &Line<'_>) -> bool {
        if self.has_text {
            return true;
        }
        match (recognise(line, self.check()), self.form) {
            (Ok(FileFormat::Gas(found)), Some((FileFormat::Gas(own), _))) => found == own,
            (
                Ok(FileFormat::Electricity(found, by)),
                Some((FileFormat::Electricity(own, profile), _)),
            ) => found == own && by.flow() == profile.flow(),
            _ => false,
        }
    }

    /// Returns true if a line's ending would make the part's endings mixed.
    pub(super) fn withholds_end(&self, end: LineEnd, below: Option<&ReasonLines>) -> bool {
        if !self.is_error(RuleId::MixedLineEnds) {
            return false;
        }
        let first = self.first_end.unwrap_or(end);
        (end != first && end != LineEnd::None) || below.is_some_and(|it| !it.ends_with(first))
    }

    /// Returns true if a record would be a group as the next line of the part: the group above it
    /// in the file was left out.
    #[inline]
    pub(super) fn takes_group(&self, code: LineCode) -> bool {
        self.counts.as_ref().is_some_and(|counts| counts.takes_group(code))
    }

    /// Handles a level-1 group; returns true if the group was kept.
    pub(super) fn take_group(
        &mut self,
        line: &Line<'_>,
        rules: RuleFlags,
        raws: &mut LineCopier<'_>,
    ) -> Result<bool> {
        if !self.errors(rules).is_empty() || !self.is_recognised_with(line) {
            return Ok(false);
        }
        self.count(line);
        self.received(line, raws)?;
        Ok(true)
    }

    fn count(&mut self, line: &Line<'_>) {
        if let (Some(counts), Some((shape, _))) = (&mut self.counts, self.form) {
            counts.add(LineCode::of(line.bytes, shape));
        }
    }

    /// Handles an empty line; returns true if the line was kept.
    pub(super) fn take_empty(
        &mut self,
        line: &Line<'_>,
        raws: &mut LineCopier<'_>,
    ) -> Result<bool> {
        if self.is_error(RuleId::EmptyLine) {
            return Ok(false);
        }
        self.received(line, raws)?;
        Ok(true)
    }

    /// Returns whether rows with this ending may follow, whatever is in them.
    pub(super) fn may_take_rows(&self, end: LineEnd) -> bool {
        self.has_text && !self.withholds_end(end, None)
    }

    /// Writes accepted records, byte for byte.
    pub(super) fn take_rows(&mut self, rows: &Rows<'_>, code: LineCode) -> Result<()> {
        let count = rows.len() as u64;
        self.line(rows.line_end())?;
        self.lines += count - 1;
        if let Some(counts) = &mut self.counts {
            counts.add_records(code, count);
        }
        self.write(rows.as_bytes())
    }

    /// Writes an accepted record with its reasons, byte for byte.
    #[inline]
    pub(super) fn take_record(
        &mut self,
        line: &Line<'_>,
        code: LineCode,
        below: Option<&ReasonLines>,
        raws: &mut LineCopier<'_>,
    ) -> Result<()> {
        self.line(line.end)?;
        self.has_text = true;
        if let Some(counts) = &mut self.counts {
            counts.add(code);
        }
        if let Some(out) = &mut self.out {
            raws.write_line(line, out)?;
        }
        below.map_or(Ok(()), |below| self.take_reasons(below, raws))
    }

    fn take_reasons(&mut self, below: &ReasonLines, raws: &mut LineCopier<'_>) -> Result<()> {
        if below.reasons == 0 {
            return Ok(());
        }
        self.lines += below.lines;
        self.last_end = below.last_end;
        if let Some(counts) = &mut self.counts {
            counts.add_reasons(below.reasons);
        }
        self.out.as_mut().map_or(Ok(()), |out| below.write(raws, out))
    }

    const fn has_header(&self) -> bool {
        matches!(
            self.header,
            EnvelopeLineChange::Kept | EnvelopeLineChange::Replaced | EnvelopeLineChange::Added
        )
    }

    /// Writes the trailer: as received except for its counts, or not at all.
    pub(super) fn take_trailer(
        &mut self,
        line: &Line<'_>,
        rules: RuleFlags,
        raws: &mut LineCopier<'_>,
    ) -> Result<bool> {
        self.is_closed = true;
        if !self.has_header() {
            self.trailer = EnvelopeLineChange::Dropped;
            return Ok(false);
        }
        if let Some(bytes) = self.recounted(line, rules) {
            self.trailer = EnvelopeLineChange::Kept;
            let end = LineEnd::None;
            let (length, oversize) = (bytes.len() as u64, false);
            let own = Line { bytes: &bytes, length, oversize, end, ..*line };
            self.received(&Line { end: line.end, ..own }, raws)?;
            return Ok(true);
        }
        let form = self.form;
        self.make_trailer(
            EnvelopeLineChange::Replaced,
            form.and_then(|(shape, _)| completed(line.bytes, shape)),
        )?;
        Ok(false)
    }

    /// Returns the received trailer with our counts, where nothing else is wrong with it and its
    /// header.
    fn recounted(&self, line: &Line<'_>, rules: RuleFlags) -> Option<Vec<u8>> {
        let (shape, _) = self.form?;
        let counts = [RuleId::RecordCount, RuleId::GroupCount, RuleId::FlowCount];
        let is_good = self.errors(rules).iter().all(|rule| counts.contains(&rule));
        let is_of_the_header =
            self.header == EnvelopeLineChange::Kept || matches!(shape, FileFormat::Gas(_));
        if !is_good || !is_of_the_header || line.oversize {
            return None;
        }
        recount(line.bytes, shape, self.counts.as_ref()?)
    }

    fn make_trailer(
        &mut self,
        fate: EnvelopeLineChange,
        completed: Option<Timestamp>,
    ) -> Result<()> {
        let (Some((shape, end)), Some(counts)) = (self.form, &self.counts) else { return Ok(()) };
        let completed = self.options.user_file.completed.or(completed);
        match made_trailer(shape, counts, &self.says, completed) {
            Some(line) => {
                self.trailer = fate;
                if line.len() > self.check().max_line && self.is_error(RuleId::LineTooLong) {
                    self.refuse(QuarantineRefusal::StaysWrong(RuleId::LineTooLong));
                }
                self.made(&line, end)
            }
            None => {
                self.trailer = EnvelopeLineChange::Dropped;
                self.refuse(QuarantineRefusal::NoTrailer);
                Ok(())
            }
        }
    }

    /// Ends the file, with a trailer if the header has none.
    pub(super) fn finish(&mut self) -> Result<()> {
        if self.has_header() && !self.is_closed {
            self.make_trailer(EnvelopeLineChange::Added, None)?;
        }
        self.out.as_mut().map_or(Ok(()), Write::flush).map_err(Error::writing)
    }

    /// Returns the values of a new header that replaces the received one.
    pub(super) const fn made_header(&self) -> Option<&HeaderSays> {
        match self.header {
            EnvelopeLineChange::Replaced | EnvelopeLineChange::Added => Some(&self.says),
            _ => None,
        }
    }

    /// Returns true if the part would have no edition, and that is an error.
    pub(super) fn lacks_edition(&self) -> bool {
        if self.form.is_none() {
            return false;
        }
        let is_told = self.check().edition != EditionChoice::Auto;
        let is_dated = self.has_header() && self.says.day.is_some();
        self.is_error(RuleId::EditionUnknown) && !is_told && !is_dated
    }

    /// Returns the refusal of a part that lacks a group, or all records of a group that must have
    /// some.
    pub(super) fn is_short(&self) -> Option<QuarantineRefusal> {
        let is_short = self.counts.as_ref().is_some_and(EnvelopeCounts::is_short);
        let rule = RuleId::GroupCardinality;
        (is_short && self.is_error(rule)).then_some(QuarantineRefusal::StaysWrong(rule))
    }

    pub(super) const fn is_wanted(&self) -> bool {
        self.out.is_some()
    }
}

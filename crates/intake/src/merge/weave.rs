//! The merged file, as a stream of bytes.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use flagflow_check::{FileFormat, Options};
use flagflow_electricity::LineTag;
use flagflow_frame::LineEnd;
use flagflow_gas::Tag;

use super::MergeOptions;
use super::feed::Feed;
use super::left_out::MergeLeftOut;
use super::places::{CorrectedPlaces, Expected};
use crate::envelope::{EnvelopeCounts, LineCode, has_lines_below, recount};
use flagflow_files::{Error, ErrorKind, Result};

/// File that a line is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineOrigin {
    Accepted,
    Corrected,
}

/// Origins of the lines of the merged file that a check has not read yet: each run of lines with
/// its first line in both files.
#[derive(Clone, Debug, Default)]
pub(super) struct Origins(VecDeque<LineRun>);

#[derive(Clone, Copy, Debug)]
struct LineRun {
    merged: u64,
    from: LineOrigin,
    own: u64,
}

impl Origins {
    fn push(&mut self, run: LineRun) {
        let goes_on = self.0.back().is_some_and(|last| {
            last.from == run.from && run.merged - last.merged == run.own - last.own
        });
        if !goes_on {
            self.0.push_back(run);
        }
    }

    /// Returns the line of the corrected file that a merged line is from, if any. Lines must be
    /// passed in ascending order.
    pub(super) fn corrected(&mut self, merged: u64) -> Option<u64> {
        while self.0.get(1).is_some_and(|next| next.merged <= merged) {
            self.0.pop_front();
        }
        let run = self.0.front().filter(|run| run.from == LineOrigin::Corrected)?;
        Some(run.own + (merged - run.merged))
    }
}

/// The merged file, as a stream of bytes.
pub(super) struct Woven<'o, A, C, R> {
    accepted: Feed<'o, A>,
    corrected: Feed<'o, C>,
    places: CorrectedPlaces<R>,
    /// Next or current corrected record; `None` at the end of the reasons.
    expected: Option<Expected>,
    /// Corrected record after the current one.
    following: Option<Expected>,
    options: &'o Options,
    allow_bad: bool,
    counts: Option<EnvelopeCounts>,
    /// True if the next lines of the corrected file belong to the record inserted last.
    unit_is_open: bool,
    /// True if reasons are allowed below the record.
    unit_has_reasons: bool,
    /// The lines that follow in the rejected part, where the record is the rejected one, unchanged.
    unit_lines: u64,
    /// The line ending that the lines of the record get, where it is not their own.
    unit_end: Option<LineEnd>,
    /// Corrected records so far.
    pub(super) records: u64,
    /// The lines of the corrected file that are not put back, and what else is changed in it.
    pub(super) left_out: MergeLeftOut,
    /// Level-1 group above the next line.
    group: Option<Vec<u8>>,
    merged_lines: u64,
    /// Origin of the current line while only a part of it is written.
    unfinished: Option<LineOrigin>,
    /// The line ending of the accepted file's first line, if it has one.
    accepted_end: Option<LineEnd>,
    /// The end of the first line, and that of the last.
    first_end: Option<LineEnd>,
    last_end: LineEnd,
    /// The ending for the last line if that has none, and another line follows.
    missing_end: LineEnd,
    origins: Rc<RefCell<Origins>>,
    ready: Vec<u8>,
    given: usize,
    /// Error of the merge itself, rather than of the check that reads its output.
    pub(super) failure: Option<Error>,
}

impl<'o, A: BufRead, C: BufRead, R: BufRead> Woven<'o, A, C, R> {
    pub(super) fn new(
        accepted: A,
        corrected: C,
        reasons: Option<R>,
        options: &'o MergeOptions,
        origins: Rc<RefCell<Origins>>,
    ) -> Result<Self> {
        let MergeOptions { check: ref options, allow_bad, .. } = *options;
        let mut accepted = Feed::new(accepted, options)?;
        let mut ready = Vec::new();
        if accepted.take_mark()? {
            ready.extend_from_slice(b"\xEF\xBB\xBF");
        }
        let mut places = CorrectedPlaces::new(reasons);
        let expected = places.next()?;
        let mut left_out = MergeLeftOut::default();
        let mut corrected = Feed::new(corrected, options)?;
        if expected.as_ref().is_some_and(|expected| corrected.is(expected)) {
            // a rejected line may look like one of any layout
            corrected.shape = corrected.shape.filter(|_| accepted.shape.is_none());
        } else {
            left_out.byte_order_mark = corrected.take_mark()?;
        }
        Ok(Self {
            accepted_end: accepted.end().filter(|end| *end != LineEnd::None),
            accepted,
            corrected,
            places,
            expected,
            following: None,
            options,
            allow_bad,
            counts: None,
            unit_is_open: false,
            unit_has_reasons: false,
            unit_lines: 0,
            unit_end: None,
            records: 0,
            left_out,
            group: None,
            merged_lines: 0,
            unfinished: None,
            first_end: None,
            last_end: LineEnd::Lf,
            missing_end: LineEnd::Lf,
            origins,
            ready,
            given: 0,
            failure: None,
        })
    }

    /// Returns the shape of the accepted file, or if it has no text, of the corrected one.
    fn shape(&self) -> Result<Option<FileFormat<'o>>> {
        match (self.accepted.shape, self.corrected.shape) {
            (Some(one), Some(other)) if !self.allow_bad && one.layout() != other.layout() => {
                let (one, other) = (one.layout(), other.layout());
                let what = format!("the accepted file is {one}, the corrected one {other}");
                Err(Error::new(ErrorKind::Options, what))
            }
            (shape, other) => Ok(shape.or(other)),
        }
    }

    /// Prepares the next bytes; none at the end.
    fn advance(&mut self) -> Result<()> {
        self.ready.clear();
        self.given = 0;
        if let Some(from) = self.unfinished {
            return self.go_on(from);
        }
        let shape = self.shape()?;
        match self.choose(shape)? {
            Some(from) => self.put(from, shape),
            None => self.expect_all(),
        }
    }

    /// Chooses the file of the next line.
    fn choose(&mut self, shape: Option<FileFormat<'o>>) -> Result<Option<LineOrigin>> {
        if self.unit_is_open && !self.corrected_goes_on(shape) {
            self.unit_is_open = false;
            self.expected = self.following.take();
        }
        let is_its_turn = self.unit_is_open
            || self.expected.as_ref().is_some_and(|next| next.after <= self.accepted.lines)
            || self.accepted.is_at_end()
            || self.is_at_trailer(shape);
        if is_its_turn && !self.unit_is_open {
            self.pass_over(shape)?;
        }
        Ok(match (self.corrected.is_at_end(), self.accepted.is_at_end()) {
            (false, _) if is_its_turn => Some(LineOrigin::Corrected),
            (_, false) => Some(LineOrigin::Accepted),
            _ => None,
        })
    }

    /// Returns whether the next line of the corrected file is a rejected line, unchanged.
    fn is_unchanged(&self) -> bool {
        self.expected.as_ref().is_some_and(|expected| self.corrected.is(expected))
    }

    /// Leaves out the next lines of the corrected file that are not records.
    fn pass_over(&mut self, shape: Option<FileFormat<'o>>) -> Result<()> {
        while !self.corrected.is_at_end() && !self.is_unchanged() {
            let code = shape.map(|shape| self.corrected.code(shape));
            let is = |what: fn(LineCode) -> bool| code.is_some_and(what);
            let counted = if self.corrected.is_empty_line() {
                &mut self.left_out.empty_lines
            } else if self.corrected.is_padding() {
                &mut self.left_out.padding
            } else if is(LineCode::is_header) {
                &mut self.left_out.headers
            } else if is(LineCode::is_trailer) {
                &mut self.left_out.trailers
            } else if shape.zip(code).is_some_and(is_group) && self.has_its_group() {
                &mut self.left_out.groups
            } else {
                return Ok(());
            };
            *counted += 1;
            self.corrected.pass_over()?;
        }
        Ok(())
    }

    /// Returns true if the record below a level-1 group of the corrected file is inserted below a
    /// group of the accepted file: the group is the same, or belongs to the header of the corrected
    /// file.
    fn has_its_group(&self) -> bool {
        let Some(group) = &self.group else { return false };
        let is_same = self.corrected.whole().is_some_and(|(line, _)| line == group);
        let lacks_group = self.expected.as_ref().is_some_and(|expected| expected.lacks_group);
        is_same || (self.left_out.headers > 0 && !lacks_group)
    }

    /// Returns true if the next line of the corrected file belongs to the record before it.
    fn corrected_goes_on(&self, shape: Option<FileFormat<'o>>) -> bool {
        if self.corrected.is_at_end() {
            return false;
        }
        let is_reason = self.unit_has_reasons
            && shape.is_some_and(|shape| self.corrected.code(shape).is_below(shape));
        if self.unit_lines > 0 {
            return is_reason || self.corrected.is_empty_line();
        }
        // a reason may have been rejected on its own
        let is_next = |next: &Expected| self.corrected.is(next);
        is_reason && !self.following.as_ref().is_some_and(is_next)
    }

    fn is_at_trailer(&self, shape: Option<FileFormat<'o>>) -> bool {
        !self.accepted.is_empty_line()
            && shape.is_some_and(|shape| self.accepted.code(shape).is_trailer())
    }

    /// Writes the next line of one file.
    fn put(&mut self, from: LineOrigin, shape: Option<FileFormat<'o>>) -> Result<()> {
        if from == LineOrigin::Corrected {
            self.prepare()?;
        }
        if self.last_end == LineEnd::None {
            self.ready.extend_from_slice(self.missing_end.as_bytes());
        }
        let own = match from {
            LineOrigin::Accepted => self.accepted.lines + 1,
            LineOrigin::Corrected => self.corrected.lines + 1,
        };
        self.merged_lines += 1;
        self.origins.borrow_mut().push(LineRun { merged: self.merged_lines, from, own });
        let is_trailer = from == LineOrigin::Accepted && self.is_at_trailer(shape);
        self.count(from, shape)?;
        match is_trailer.then(|| self.recounted(shape)).flatten() {
            Some(trailer) => self.put_trailer(&trailer),
            None => self.go_on(from),
        }
    }

    /// Decides about the line ending of the next corrected line, and skips the padding after it.
    fn prepare(&mut self) -> Result<()> {
        if self.unit_is_open {
            self.unit_lines = self.unit_lines.saturating_sub(1);
            return Ok(());
        }
        let (is_unchanged, own) = (self.is_unchanged(), self.corrected.end());
        let expected_end = self.expected.as_ref().and_then(|expected| expected.end);
        self.unit_lines = 0;
        if is_unchanged {
            let lines = self.expected.as_ref().map_or(1, |expected| expected.lines);
            self.unit_lines = lines.saturating_sub(1);
            // an editor may have changed the line endings and nothing else
            self.unit_end =
                expected_end.filter(|expected_end| own.is_some_and(|own| own != *expected_end));
            return Ok(());
        }
        self.left_out.padding += u64::from(self.corrected.trim_padding()?);
        let of_file = self.accepted_end.or(expected_end.filter(|end| *end != LineEnd::None));
        self.unit_end = Some(of_file.or(self.first_end).or(own).unwrap_or(LineEnd::Lf))
            .filter(|end| *end != LineEnd::None);
        Ok(())
    }

    fn count(&mut self, from: LineOrigin, shape: Option<FileFormat<'o>>) -> Result<()> {
        let feed = match from {
            LineOrigin::Accepted => (self.accepted.is_empty_line(), self.accepted.whole()),
            LineOrigin::Corrected => (self.corrected.is_empty_line(), self.corrected.whole()),
        };
        let is_record = from == LineOrigin::Corrected && !self.unit_is_open;
        let is_unchanged = is_record && self.is_unchanged();
        if feed.0 && !is_unchanged {
            return Ok(());
        }
        let code = shape.map(|shape| match from {
            LineOrigin::Accepted => self.accepted.code(shape),
            LineOrigin::Corrected => self.corrected.code(shape),
        });
        if let (Some(shape), Some(code)) = (shape, code) {
            self.counts.get_or_insert_with(|| EnvelopeCounts::new(shape, self.options)).add(code);
        }
        let is_group = shape.zip(code).is_some_and(is_group) && !is_unchanged;
        if is_group {
            self.group = feed.1.map(|(line, _)| line.to_vec());
        }
        match is_record && !is_group {
            true => self.open_unit(shape, code),
            false => Ok(()),
        }
    }

    /// Begins a corrected record; its reasons may follow.
    fn open_unit(&mut self, shape: Option<FileFormat<'o>>, code: Option<LineCode>) -> Result<()> {
        self.records += 1;
        self.unit_is_open = true;
        let may_have_reasons = matches!(
            code,
            Some(LineCode::Gas(Some(Tag::E46)) | LineCode::Electricity(Some(LineTag::Record)))
        );
        self.unit_has_reasons =
            may_have_reasons && shape.is_some_and(|shape| has_lines_below(shape, self.options));
        self.following = self.places.next()?;
        Ok(())
    }

    fn recounted(&self, shape: Option<FileFormat<'o>>) -> Option<Vec<u8>> {
        let (line, end) = self.accepted.whole()?;
        let mut line = recount(line, shape?, self.counts.as_ref()?)?;
        line.extend_from_slice(end.as_bytes());
        Some(line)
    }

    fn put_trailer(&mut self, line: &[u8]) -> Result<()> {
        let end = self.accepted.take(&mut Vec::new())?;
        self.ready.extend_from_slice(line);
        self.ended(LineOrigin::Accepted, end);
        Ok(())
    }

    fn go_on(&mut self, from: LineOrigin) -> Result<()> {
        let is_begun = self.unfinished.is_some();
        let end = match from {
            LineOrigin::Accepted => self.accepted.take(&mut self.ready)?,
            LineOrigin::Corrected => self.corrected.take(&mut self.ready)?,
        };
        // of a line that is not seen whole the end stays as it is
        let wanted = self.unit_end.filter(|_| from == LineOrigin::Corrected && !is_begun);
        let end = match (end, wanted) {
            (Some(own), Some(wanted)) if own != wanted => {
                self.ready.truncate(self.ready.len() - own.as_bytes().len());
                let wanted = wanted.after(&self.ready);
                self.ready.extend_from_slice(wanted.as_bytes());
                self.left_out.line_endings += u64::from(own != LineEnd::None);
                Some(wanted)
            }
            (end, _) => end,
        };
        self.ended(from, end);
        Ok(())
    }

    fn ended(&mut self, from: LineOrigin, end: Option<LineEnd>) {
        self.unfinished = end.is_none().then_some(from);
        if let Some(end) = end {
            self.last_end = end;
            let first = *self.first_end.get_or_insert(end);
            let usual = if first == LineEnd::None { LineEnd::Lf } else { first };
            self.missing_end = usual.after(&self.ready);
        }
    }

    /// Returns an error at the end unless exactly the records of the reasons were inserted.
    fn expect_all(&mut self) -> Result<()> {
        if !self.places.is_given() {
            return Ok(());
        }
        while self.places.next()?.is_some() {}
        let (listed, records) = (self.places.listed, self.records);
        if listed != records {
            let what = format!(
                "the reasons list {listed} records, and {records} are to be put back: leave out the \
                 reasons of those that are not"
            );
            return Err(Error::new(ErrorKind::Options, what));
        }
        match self.places.last > self.accepted.lines {
            true => Err(Error::new(ErrorKind::Options, "the reasons are of another accepted file")),
            false => Ok(()),
        }
    }
}

fn is_group((shape, code): (FileFormat<'_>, LineCode)) -> bool {
    let groups = matches!(code, LineCode::Electricity(Some(LineTag::Group | LineTag::Further(_))));
    groups && !code.is_below(shape)
}

impl<A: BufRead, C: BufRead, R: BufRead> Read for Woven<'_, A, C, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len()
            && let Err(error) = self.advance()
        {
            let cause = io::Error::other(error.to_string());
            self.failure = Some(error);
            return Err(cause);
        }
        let read = (&self.ready[self.given..]).read(buffer)?;
        self.given += read;
        Ok(read)
    }
}

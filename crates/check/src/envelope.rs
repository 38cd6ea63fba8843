//! The lines around the records: header, trailer, a second file, and the endings of lines.

use flagflow_frame::{Line, LineEnd};

use crate::findings::FindingCounts;
use crate::layout::Layout;
use crate::rule::{self, Message, RuleId};
use crate::span::{LineRef, SavedLine};

/// A file that begins behind the trailer of the one that is checked.
struct SecondFile {
    header: SavedLine,
    lines: u64,
}

/// The lines around the records of a file, so far.
#[derive(Default)]
pub(crate) struct Envelope {
    has_header: bool,
    has_trailer: bool,
    /// The ending of the first line.
    first_end: Option<LineEnd>,
    /// A line with another ending was found.
    is_mixed: bool,
    second_file: Option<SecondFile>,
    line_1: Option<SavedLine>,
    first_text: Option<SavedLine>,
    last_text: Option<SavedLine>,
}

impl Envelope {
    pub(crate) const fn has_header(&self) -> bool {
        self.has_header
    }

    pub(crate) const fn has_trailer(&self) -> bool {
        self.has_trailer
    }

    /// Takes the header.
    pub(crate) const fn take_header(&mut self) {
        self.has_header = true;
    }

    /// Takes the trailer.
    pub(crate) const fn take_trailer(&mut self) {
        self.has_trailer = true;
    }

    /// Takes the first line of the file.
    pub(crate) fn take_line_1(&mut self, spot: LineRef<'_>) {
        self.line_1.get_or_insert_with(|| SavedLine::new(spot));
    }

    /// Takes the first line with text.
    pub(crate) fn take_first_text(&mut self, spot: LineRef<'_>) {
        self.take_line_1(spot);
        self.first_text = Some(SavedLine::new(spot));
    }

    /// Returns the first line with text: the header, if there is one.
    pub(crate) const fn first_text(&self) -> Option<&SavedLine> {
        self.first_text.as_ref()
    }

    /// Returns the last line with text, of a file without a trailer.
    pub(crate) fn last_text(&mut self) -> Option<SavedLine> {
        self.last_text.clone().filter(|_| !self.has_trailer)
    }

    /// Keeps a line with text while it may be the last one.
    #[inline]
    pub(crate) fn take_text(&mut self, line: &Line<'_>) {
        if !self.has_trailer {
            let spot = LineRef::of_line(line);
            self.last_text.get_or_insert_with(|| SavedLine::new(spot)).set(spot);
        }
    }

    /// Returns whether a line belongs to a second file, behind the trailer, whose lines are only
    /// counted.
    #[inline]
    pub(crate) fn is_of_second_file(&mut self, line: &Line<'_>) -> bool {
        self.has_trailer && self.counts_to_second_file(line)
    }

    #[cold]
    fn counts_to_second_file(&mut self, line: &Line<'_>) -> bool {
        if self.second_file.is_none() && rule::second_file::breaks(line.bytes) {
            let header = SavedLine::new(LineRef::of_line(line));
            self.second_file = Some(SecondFile { header, lines: 0 });
        }
        let second = self.second_file.as_mut();
        second.is_some_and(|second| {
            second.lines += 1;
            true
        })
    }

    /// Returns whether lines with an ending break no rule by it.
    pub(crate) fn is_usual(&self, end: LineEnd) -> bool {
        self.first_end == Some(end) || self.is_mixed
    }

    /// Checks the ending of a line.
    #[inline]
    pub(crate) fn check_line_end(&mut self, spot: LineRef<'_>, findings: &mut FindingCounts) {
        let end = spot.line.end;
        let first = *self.first_end.get_or_insert(end);
        if end != first || end == LineEnd::None {
            self.check_odd_line_end(spot, first, findings);
        }
    }

    #[cold]
    fn check_odd_line_end(
        &mut self,
        spot: LineRef<'_>,
        first: LineEnd,
        findings: &mut FindingCounts,
    ) {
        let end = spot.line.end;
        if rule::missing_terminator::breaks(end) {
            findings.whole(RuleId::MissingTerminator, spot, rule::missing_terminator::message);
        } else if rule::mixed_line_ends::breaks(first, end)
            && !std::mem::replace(&mut self.is_mixed, true)
        {
            let message = || rule::mixed_line_ends::message(first, end);
            findings.whole(RuleId::MixedLineEnds, spot, message);
        }
    }

    /// Counts a byte-order mark, which belongs to no line: the finding shows the first line.
    pub(crate) fn count_byte_order_mark(&self, findings: &mut FindingCounts) {
        let message = rule::byte_order_mark::message;
        whole_saved(RuleId::ByteOrderMark, self.line_1.as_ref(), message, findings);
    }

    /// Checks the envelope at the end of the file.
    pub(crate) fn check(&self, layout: Layout, findings: &mut FindingCounts) {
        let first = self.first_text.as_ref();
        if rule::missing_header::breaks(self.has_header, self.has_trailer) {
            let message = || rule::missing_header::message(layout);
            whole_saved(RuleId::MissingHeader, first, message, findings);
        }
        if rule::missing_trailer::breaks(self.has_header, self.has_trailer) {
            let last = self.last_text.as_ref().or(first);
            let message = || rule::missing_trailer::message(layout);
            whole_saved(RuleId::MissingTrailer, last, message, findings);
        }
        if let Some(SecondFile { header, lines }) = &self.second_file {
            let message = || rule::second_file::message(header.line().number, *lines);
            whole_saved(RuleId::SecondFile, Some(header), message, findings);
        }
    }
}

/// Counts a finding of the file at a line that was kept.
fn whole_saved(
    rule: RuleId,
    saved: Option<&SavedLine>,
    message: impl FnOnce() -> Message,
    findings: &mut FindingCounts,
) {
    let Some(saved) = saved else { return };
    findings.whole(rule, LineRef::of_line(&saved.line()), message);
}

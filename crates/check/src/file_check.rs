//! The walk through a file, line by line, the same for every flow.
//!
//! Each line becomes a [`Parsed`], which is handed on to the rules, the counts and the visitor.

use flagflow_codec::{
    Counts, FileOrder, Flow, LineKind, LineSpec, Names, RawLine, Role, longest_row,
};
use flagflow_frame::Line;

use crate::checked_flow::CheckedFlow;
use crate::file_state::{FileState, UpdateFields};
use crate::flow::FlowCheck;
use crate::parsed::Parsed;
use crate::report::Report;
use crate::rule::unexpected_record::UnexpectedBecause;
use crate::rule::{self, RuleId};
use crate::span::{LineRef, PlacedField, SavedLine};
use crate::verdict::{OtherLine, RecordValues, RuleFlags};
use crate::visitor::Visitor;

/// A file in the middle of its check. It takes each line with text in turn, then the end.
pub(crate) struct FileCheck<'o, F: FlowCheck<'o>, V> {
    pub(crate) state: FileState<'o, V>,
    pub(crate) flow: F,
    order: FileOrder<F::Flow>,
    has_reasons: bool,
    /// The lines above the trailer, once there is one.
    at_trailer: Option<Counts>,
    open: Option<OpenRecord<F::Flow>>,
    /// The bytes of the longest line that a row decoder takes.
    longest_row: Option<usize>,
}

/// A record whose reasons may follow, and its result so far.
struct OpenRecord<F: Flow> {
    line: SavedLine,
    record: Option<F::Record>,
    values: RecordValues,
    broken: RuleFlags,
}

impl<'o, F: FlowCheck<'o>, V: Visitor> FileCheck<'o, F, V> {
    /// Begins at the first line with text, which comes next.
    pub(crate) fn new(state: FileState<'o, V>, flow: F, line: &Line<'_>) -> Self {
        let table = flow.table();
        let mut check = Self {
            order: FileOrder::new(table),
            has_reasons: table.lines().iter().any(|line| line.kind() == LineKind::Reason),
            at_trailer: None,
            open: None,
            longest_row: longest_row(table),
            state,
            flow,
        };
        if RawLine::peek_kind(line.bytes, table) != Some(LineKind::Header) {
            check.begin(LineRef::of_line(line));
        }
        check
    }

    /// Checks the beginning of the file, by its header if there is one.
    fn begin(&mut self, line: LineRef<'_>) {
        self.state.begin(self.flow.day(), line);
        self.flow.check_beginning(line, &mut self.state.findings);
    }

    /// Takes a line with text.
    #[inline]
    pub(crate) fn take_line(&mut self, line: &Line<'_>) -> Result<(), V::Error> {
        if self.state.envelope.is_of_second_file(line) {
            self.close()?;
            return self.state.take_second_file(line);
        }
        self.state.envelope.take_text(line);
        let table = self.flow.table();
        let record = if line.oversize { None } else { self.flow.read_canonical(line.bytes) };
        let parsed = Parsed::new(LineRef::of_line(line), table, record);
        let tag = match record {
            Some(record) => {
                let tag = F::Flow::tag(&record);
                let role = self.order.place(Some(tag));
                if role == Role::Record && self.flow.is_expected(tag) {
                    return self.take_clean(parsed);
                }
                return self.take_role(parsed, Some(tag), role);
            }
            None => RawLine::peek_tag(line.bytes, table),
        };
        let role = self.order.place(tag);
        self.take_role(parsed, tag, role)
    }

    /// Takes a canonical record in its place.
    #[inline]
    fn take_clean(&mut self, mut parsed: Parsed<'_, F::Flow>) -> Result<(), V::Error> {
        parsed.line.record = Some(self.state.begin_record(parsed.line.line));
        let FileState { envelope, findings, .. } = &mut self.state;
        envelope.check_line_end(parsed.line, findings);
        self.check_values(&mut parsed);
        self.settle(parsed)
    }

    /// Takes any other line by its role.
    fn take_role(
        &mut self,
        mut parsed: Parsed<'_, F::Flow>,
        tag: Option<<F::Flow as Names>::Tag>,
        role: Role,
    ) -> Result<(), V::Error> {
        let line = parsed.line.line;
        let other_line = match role {
            Role::Header => OtherLine::Header,
            Role::Trailer => OtherLine::Trailer,
            Role::Group => OtherLine::Group,
            Role::Reason => OtherLine::Reason { record: self.state.counts.records() },
            Role::Record | Role::Misplaced => return self.take_record(parsed, tag, role),
        };
        if other_line == OtherLine::Trailer {
            self.close()?;
        }
        self.state.findings.begin_line();
        match role {
            Role::Header => self.take_header(parsed),
            Role::Trailer => self.take_trailer(parsed),
            Role::Group => self.take_group(parsed),
            _ => self.take_reason(&mut parsed),
        }
        self.state.take_other_line(line, other_line)
    }

    /// Takes a record that is not canonical, or not in its place.
    fn take_record(
        &mut self,
        mut parsed: Parsed<'_, F::Flow>,
        tag: Option<<F::Flow as Names>::Tag>,
        role: Role,
    ) -> Result<(), V::Error> {
        parsed.line.record = Some(self.state.begin_record(parsed.line.line));
        let unexpected = self.unexpected(tag, role);
        self.check_record(&mut parsed, unexpected);
        self.settle(parsed)
    }

    fn unexpected(
        &mut self,
        tag: Option<<F::Flow as Names>::Tag>,
        role: Role,
    ) -> Option<UnexpectedBecause> {
        let is_of_flow = tag.is_none_or(|tag| self.flow.is_expected(tag));
        let kind = tag.and_then(|tag| self.flow.table().line(tag)).map(LineSpec::kind);
        let is_after_trailer = self.state.envelope.has_trailer();
        rule::unexpected_record::breaks(role, kind, (is_after_trailer, is_of_flow))
    }

    /// Cuts a line into its items, or counts the reason why it cannot be cut.
    fn cut<'a>(&mut self, parsed: &mut Parsed<'a, F::Flow>) -> Option<RawLine<'a, F::Flow>> {
        let (line, flow) = (parsed.line, &self.flow);
        if !self.state.check_line_length(line) {
            return None;
        }
        let count = |fault: &_| {
            let message = || flow.message_of_line(fault, line);
            self.state.findings.whole(rule::of_fault(fault.kind), line, message);
        };
        parsed.raw().inspect_err(count).ok()
    }

    /// Checks a record or a reason: the ending of its line, its shape, its place, then each item.
    fn check_record(
        &mut self,
        parsed: &mut Parsed<'_, F::Flow>,
        unexpected: Option<UnexpectedBecause>,
    ) {
        let line = parsed.line;
        self.state.envelope.check_line_end(line, &mut self.state.findings);
        let Some(raw) = self.cut(parsed) else { return };
        let (flow, findings) = (&mut self.flow, &mut self.state.findings);
        if let Some(why) = unexpected {
            let message = || rule::unexpected_record::message(why, flow.records());
            findings.whole(RuleId::UnexpectedRecord, line, message);
        }
        flow.check_end(line, &raw, findings);
        (parsed.record, parsed.values) = (None, RecordValues::default());
        for item in Parsed::items(line, &raw) {
            flow.check_item(item, &mut parsed.values, findings);
        }
        self.check_values(parsed);
    }

    /// Checks the values of a record, as far as they can be read.
    #[inline]
    fn check_values(&mut self, parsed: &mut Parsed<'_, F::Flow>) {
        let FileState { edition, findings, .. } = &mut self.state;
        self.flow.check_values(parsed, findings);
        edition.check(parsed, findings);
    }

    /// Ends a record; where reasons may follow, it stays open until they have.
    #[inline]
    fn settle(&mut self, mut parsed: Parsed<'_, F::Flow>) -> Result<(), V::Error> {
        if !self.has_reasons {
            return self.state.end_record(&mut parsed);
        }
        let broken = self.state.findings.broken();
        self.close()?;
        let Parsed { line, record, values, .. } = parsed;
        let line = if V::ENABLED { SavedLine::whole(line) } else { SavedLine::new(line) };
        self.open = Some(OpenRecord { line, record, values, broken });
        Ok(())
    }

    /// Ends an open record.
    fn close(&mut self) -> Result<(), V::Error> {
        let Some(OpenRecord { line: saved, record, values, broken }) = self.open.take() else {
            return Ok(());
        };
        self.state.findings.resume_line(broken);
        let line = saved.line();
        let at = LineRef { line: &line, record: saved.record };
        let mut parsed = Parsed::new(at, self.flow.table(), record);
        parsed.values = values;
        if V::ENABLED && record.is_none() && !line.oversize {
            // the saved line is another one than was cut before, and a visitor may want its items
            let _ = parsed.raw();
        }
        self.state.end_record(&mut parsed)
    }

    fn take_header(&mut self, mut parsed: Parsed<'_, F::Flow>) {
        let line = parsed.line;
        self.state.envelope.take_header();
        self.state.envelope.check_line_end(line, &mut self.state.findings);
        if let Some(raw) = self.cut(&mut parsed) {
            let FileState { findings, sequence, .. } = &mut self.state;
            self.flow.check_end(line, &raw, findings);
            for item in Parsed::items(line, &raw) {
                self.flow.check_header_item(item, findings);
            }
            if let Some(sequence) = sequence {
                let (series, number) = self.flow.identify(&raw);
                sequence.identify(series, number);
                if let Some(item) = raw.item_of(F::Flow::FILE_NUMBER) {
                    let header = self.flow.table().line(raw.tag());
                    let items = header.map_or(&[][..], |header| header.items());
                    let field = PlacedField::of_line::<F::Flow>(items, item.field());
                    sequence.number_at(item.start(), item.as_bytes().len(), field);
                }
            }
        }
        self.begin(line);
    }

    fn take_group(&mut self, mut parsed: Parsed<'_, F::Flow>) {
        let line = parsed.line;
        self.state.envelope.check_line_end(line, &mut self.state.findings);
        let Some(raw) = self.cut(&mut parsed) else { return };
        let findings = &mut self.state.findings;
        self.flow.check_end(line, &raw, findings);
        for item in Parsed::items(line, &raw) {
            self.flow.check_item(item, &mut parsed.values, findings);
        }
    }

    fn take_trailer(&mut self, mut parsed: Parsed<'_, F::Flow>) {
        let (line, counts) = (parsed.line, *self.order.counts());
        self.state.envelope.take_trailer();
        self.at_trailer = Some(counts);
        self.state.envelope.check_line_end(line, &mut self.state.findings);
        let Some(raw) = self.cut(&mut parsed) else { return };
        let findings = &mut self.state.findings;
        self.flow.check_end(line, &raw, findings);
        for item in Parsed::items(line, &raw) {
            self.flow.check_trailer_item(item, &counts, findings);
        }
    }

    /// Takes a reason, which belongs to the record above it: an error in it rejects the record.
    fn take_reason(&mut self, parsed: &mut Parsed<'_, F::Flow>) {
        parsed.line.record = Some(self.state.counts.records());
        self.check_record(parsed, None);
        if let Some(above) = &mut self.open {
            above.broken = above.broken.or(self.state.findings.broken());
        }
    }

    /// Ends the file.
    pub(crate) fn finish(mut self, bytes: u64) -> Result<Report, V::Error> {
        self.close()?;
        let record = self.flow.table().lines().first();
        let items = record.map_or(&[][..], |record| record.items());
        let field = |field| PlacedField::of_line::<F::Flow>(items, field);
        self.state
            .end(UpdateFields { point: field(F::Flow::POINT), flag: field(F::Flow::FLAG) })?;
        let Self { mut state, flow, order, at_trailer, .. } = self;
        let totals = flow.finish(order.counts(), at_trailer.as_ref(), &mut state.findings);
        Ok(state.report(totals, bytes))
    }

    /// Returns whether a canonical row that comes next is a record in its place.
    pub(crate) fn is_in_records(&self) -> bool {
        self.order.is_in_records()
            && self.longest_row.is_some_and(|longest| longest <= self.state.options.max_line)
    }

    /// Counts records that were checked by their rows.
    pub(crate) fn take_rows(&mut self, rows: usize) {
        self.order.take_records(rows as u64);
    }
}

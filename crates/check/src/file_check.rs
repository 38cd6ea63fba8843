//! The walk through a file, line by line, the same for every flow.
//!
//! Each line becomes a [`Parsed`], which is handed on to the rules, the counts and the visitor.

use flagflow_codec::{
    Counts, ErrorKind, FileOrder, Flow, LineKind, LineSpec, Names, RawLine, Role, Shortfall, Table,
    longest_row,
};
use flagflow_frame::{Line, Position};

use crate::checked_flow::CheckedFlow;
use crate::file_state::{FileState, UpdateFields};
use crate::flow::FlowCheck;
use crate::parsed::Parsed;
use crate::report::Report;
use crate::rule::unexpected_record::UnexpectedBecause;
use crate::rule::{self, RuleId};
use crate::span::{LineRef, PlacedField, SavedItem, SavedLine};
use crate::verdict::{OtherLine, RecordValues, RuleFlags};
use crate::visitor::Visitor;

/// A file in the middle of its check. It takes each line with text in turn, then the end.
pub(crate) struct FileCheck<'o, F: FlowCheck<'o>, V> {
    pub(crate) state: FileState<'o, V>,
    pub(crate) flow: F,
    order: FileOrder<F::Flow>,
    /// Lines of the table are below records.
    has_lines_below: bool,
    minimum: Minimum,
    /// The groups above the next line, each with its level, where one of them may lack a line.
    groups: Vec<(u8, SavedLine)>,
    /// The lines above the trailer, once there is one.
    at_trailer: Option<Counts>,
    open: Option<OpenRecord<F::Flow>>,
    /// The bytes of the longest line that a row decoder takes.
    longest_row: Option<usize>,
}

/// The lines of a table that must occur, by the places where a missing one is found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Minimum {
    /// None.
    Nowhere,
    /// In the file: where it ends.
    InFile,
    /// Below another line: where the next line ends that one.
    BelowLines,
}

impl Minimum {
    fn of<F: Names>(table: &Table<F>) -> Self {
        let mut required = table.lines().iter().filter(|line| line.cardinality().least > 0);
        match required.next() {
            None => Self::Nowhere,
            Some(line) if line.parent().is_some() => Self::BelowLines,
            Some(_) if required.any(|line| line.parent().is_some()) => Self::BelowLines,
            Some(_) => Self::InFile,
        }
    }
}

/// The reason for which a record is not allowed where it is.
#[derive(Clone, Copy)]
enum Misplaced {
    /// Its place is another one.
    Unexpected(UnexpectedBecause),
    /// There are too many of its kind.
    TooMany(ErrorKind),
}

/// Returns whether a line of a table is below records, directly or not.
fn is_below_records<F: Names>(table: &Table<F>, line: &LineSpec<F>) -> bool {
    let above = line.parent().and_then(|tag| table.line(tag));
    above.is_some_and(|above| {
        above.kind() == LineKind::Record
            || above.level() < line.level() && is_below_records(table, above)
    })
}

/// A record below which lines may follow, and its result so far.
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
            has_lines_below: table.lines().iter().any(|line| is_below_records(table, line)),
            minimum: Minimum::of(table),
            groups: Vec::new(),
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
                let role = self.place(Some(tag), parsed.line);
                if role == Role::Record && self.flow.is_expected(tag) {
                    return self.take_clean(parsed);
                }
                return self.take_role(parsed, Some(tag), role);
            }
            None => RawLine::peek_tag(line.bytes, table),
        };
        let role = self.place(tag, parsed.line);
        self.take_role(parsed, tag, role)
    }

    /// Returns the role of the next line, once the lines that it ends have been checked.
    #[inline]
    fn place(&mut self, tag: Option<<F::Flow as Names>::Tag>, line: LineRef<'_>) -> Role {
        let Line { offset, number, .. } = *line.line;
        match self.minimum {
            Minimum::Nowhere => return self.order.place(tag),
            Minimum::InFile if tag.is_none_or(|tag| !self.is_trailer(tag)) => {}
            _ => {
                while let Some(shortfall) = self.order.shortfall_before(tag) {
                    self.count_shortfall(shortfall, line);
                }
            }
        }
        self.order.place_at(tag, Position { offset, line: number, ..Position::START })
    }

    fn is_trailer(&self, tag: <F::Flow as Names>::Tag) -> bool {
        self.flow.table().line(tag).is_some_and(|line| line.kind() == LineKind::Trailer)
    }

    /// Counts a line that is missing: at the line above its place, or at the line where the file
    /// ends.
    #[cold]
    fn count_shortfall(&mut self, shortfall: Shortfall, end: LineRef<'_>) {
        let Shortfall { kind, parent } = shortfall;
        let message = || rule::group_cardinality::message(kind);
        let is_parent =
            |saved: &SavedLine| parent.is_some_and(|parent| parent.line == saved.line().number);
        let findings = &mut self.state.findings;
        if let Some(open) = self.open.as_mut().filter(|open| is_parent(&open.line)) {
            findings.resume_line(open.broken);
            let at = LineRef { line: &open.line.line(), record: open.line.record };
            findings.whole(RuleId::GroupCardinality, at, message);
            open.broken = findings.broken();
            return;
        }
        let group = self.groups.iter().map(|(_, line)| line).find(|line| is_parent(line));
        match group {
            Some(saved) => {
                let line = saved.line();
                findings.whole(RuleId::GroupCardinality, LineRef::of_line(&line), message);
            }
            None => findings.whole(RuleId::GroupCardinality, end, message),
        }
    }

    /// Takes a canonical record in its place.
    #[inline]
    fn take_clean(&mut self, mut parsed: Parsed<'_, F::Flow>) -> Result<(), V::Error> {
        self.begin_record(&mut parsed.line);
        let FileState { envelope, findings, .. } = &mut self.state;
        envelope.check_line_end(parsed.line, findings);
        self.check_values(&mut parsed);
        self.settle(parsed)
    }

    /// Counts a record that begins.
    #[inline]
    fn begin_record(&mut self, line: &mut LineRef<'_>) {
        let record = self.state.begin_record(line.line);
        line.record = Some(record);
        if rule::too_many_instructions::breaks(record, self.flow.records()) {
            let message = rule::too_many_instructions::message;
            self.state.findings.whole(RuleId::TooManyInstructions, *line, message);
        }
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
            Role::Group if !self.is_below_records(tag) => OtherLine::Group,
            Role::Group | Role::Reason => OtherLine::Reason { record: self.state.counts.records() },
            Role::Record | Role::Misplaced => return self.take_record(parsed, tag, role),
        };
        if matches!(other_line, OtherLine::Trailer | OtherLine::Group) {
            self.close()?;
        }
        self.state.findings.begin_line();
        match other_line {
            OtherLine::Header => self.take_header(parsed),
            OtherLine::Trailer => self.take_trailer(parsed),
            OtherLine::Group => self.take_group(parsed, tag),
            _ => self.take_reason(&mut parsed),
        }
        self.state.take_other_line(line, other_line)
    }

    fn is_below_records(&self, tag: Option<<F::Flow as Names>::Tag>) -> bool {
        let table = self.flow.table();
        let line = tag.and_then(|tag| table.line(tag));
        self.has_lines_below && line.is_some_and(|line| is_below_records(table, line))
    }

    /// Takes a record that is not canonical, or not in its place.
    fn take_record(
        &mut self,
        mut parsed: Parsed<'_, F::Flow>,
        tag: Option<<F::Flow as Names>::Tag>,
        role: Role,
    ) -> Result<(), V::Error> {
        self.begin_record(&mut parsed.line);
        let misplaced = self.misplaced(tag, role);
        self.check_record(&mut parsed, misplaced);
        self.settle(parsed)
    }

    fn misplaced(&mut self, tag: Option<<F::Flow as Names>::Tag>, role: Role) -> Option<Misplaced> {
        if let Some(kind) = self.order.excess() {
            return Some(Misplaced::TooMany(kind));
        }
        let is_of_flow = tag.is_none_or(|tag| self.flow.is_expected(tag));
        let kind = tag.and_then(|tag| self.flow.table().line(tag)).map(LineSpec::kind);
        let is_after_trailer = self.state.envelope.has_trailer();
        let because = rule::unexpected_record::breaks(role, kind, (is_after_trailer, is_of_flow));
        because.map(Misplaced::Unexpected)
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
    fn check_record(&mut self, parsed: &mut Parsed<'_, F::Flow>, misplaced: Option<Misplaced>) {
        let line = parsed.line;
        self.state.envelope.check_line_end(line, &mut self.state.findings);
        let Some(raw) = self.cut(parsed) else { return };
        let (flow, findings) = (&mut self.flow, &mut self.state.findings);
        match misplaced {
            Some(Misplaced::Unexpected(why)) => {
                let message = || rule::unexpected_record::message(why, flow.records());
                findings.whole(RuleId::UnexpectedRecord, line, message);
            }
            Some(Misplaced::TooMany(kind)) => {
                let message = || rule::group_cardinality::message(kind);
                findings.whole(RuleId::GroupCardinality, line, message);
            }
            None => {}
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

    /// Ends a record; where lines below it may follow, it stays open until they have.
    #[inline]
    fn settle(&mut self, mut parsed: Parsed<'_, F::Flow>) -> Result<(), V::Error> {
        if !self.has_lines_below {
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
                let identifier = self.flow.file_identifier(&raw);
                sequence.identify(self.flow.series(&raw), identifier);
            }
            self.keep_identity(&raw, line);
        }
        self.begin(line);
    }

    /// Keeps the number and the identifier of the file, if they are in a line, and their places.
    fn keep_identity(&mut self, raw: &RawLine<'_, F::Flow>, line: LineRef<'_>) {
        let Some(sequence) = &mut self.state.sequence else { return };
        let table = self.flow.table();
        let saved = |field| {
            let (item, spec) = (raw.item_of(field)?, table.line(raw.tag())?);
            Some(SavedItem {
                line: SavedLine::new(line),
                start: item.start(),
                length: item.as_bytes().len(),
                field: PlacedField::of_line::<F::Flow>(spec.items(), field),
            })
        };
        if let Some(place) = saved(F::Flow::FILE_NUMBER) {
            sequence.number(self.flow.file_number(raw), place);
        }
        if let Some(place) = F::Flow::FILE_IDENTIFIER.and_then(saved) {
            sequence.identifier_at(place);
        }
    }

    fn take_group(
        &mut self,
        mut parsed: Parsed<'_, F::Flow>,
        tag: Option<<F::Flow as Names>::Tag>,
    ) {
        let line = parsed.line;
        self.keep_group(tag, line);
        self.state.envelope.check_line_end(line, &mut self.state.findings);
        let Some(raw) = self.cut(&mut parsed) else { return };
        let findings = &mut self.state.findings;
        self.flow.check_end(line, &raw, findings);
        for item in Parsed::items(line, &raw) {
            self.flow.check_item(item, &mut parsed.values, findings);
        }
        self.keep_identity(&raw, line);
    }

    /// Keeps a group while a line below it may be missing.
    fn keep_group(&mut self, tag: Option<<F::Flow as Names>::Tag>, line: LineRef<'_>) {
        let spec = tag.and_then(|tag| self.flow.table().line(tag));
        if let Some(level) =
            spec.map(LineSpec::level).filter(|_| self.minimum == Minimum::BelowLines)
        {
            self.groups.retain(|(above, _)| *above < level);
            self.groups.push((level, SavedLine::new(line)));
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

    /// Takes a line below a record, to which it belongs: an error in it rejects the record.
    fn take_reason(&mut self, parsed: &mut Parsed<'_, F::Flow>) {
        parsed.line.record = Some(self.state.counts.records());
        self.check_record(parsed, None);
        if let Some(above) = &mut self.open {
            above.broken = above.broken.or(self.state.findings.broken());
        }
    }

    /// Ends the file.
    pub(crate) fn finish(mut self, bytes: u64) -> Result<Report, V::Error> {
        let last = self.state.envelope.last_text();
        if self.minimum != Minimum::Nowhere {
            let last = last.as_ref().map(SavedLine::line);
            while let Some(shortfall) = self.order.shortfall_at_end() {
                if let Some(last) = &last {
                    self.state.findings.begin_line();
                    self.count_shortfall(shortfall, LineRef::of_line(last));
                }
            }
        }
        self.close()?;
        let record = self.flow.table().lines().first();
        let items = record.map_or(&[][..], |record| record.items());
        let field = |field| PlacedField::of_line::<F::Flow>(items, field);
        self.state
            .end(UpdateFields { point: field(F::Flow::POINT), flag: field(F::Flow::FLAG) })?;
        let Self { mut state, flow, order, at_trailer, .. } = self;
        flow.check_end_of_file(&mut state.findings);
        let (records, layout) = (flow.records(), flow.table().layout().into());
        let totals = flow.totals(order.counts(), at_trailer.as_ref());
        Ok(state.report((records, layout), totals, bytes))
    }

    /// Returns whether a canonical row that comes next is a record in its place.
    pub(crate) fn is_in_records(&self) -> bool {
        self.order.is_in_records()
            && self.longest_row.is_some_and(|longest| longest <= self.state.options.max_line)
    }

    /// Returns the number of records before the one whose number alone breaks a rule.
    pub(crate) fn rows_left(&self) -> usize {
        rule::too_many_instructions::left(self.state.counts.records(), self.flow.records())
    }

    /// Counts records that were checked by their rows.
    pub(crate) fn take_rows(&mut self, rows: usize) {
        self.order.take_records(rows as u64);
    }
}

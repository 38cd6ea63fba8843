//! Canonical rows checked many at a time, by their columns.
//!
//! Rows are checked by the same rules as lines one by one, with one difference: a rule whose
//! samples are full is only counted. Whatever else is found in a row sends it to
//! [`FileCheck::take_line`], so a finding is made in one place, and leaving this module out changes
//! nothing but the time. A visitor takes rows that break no rule as [`Rows`], and each other row by
//! its line.

use std::ops::Range;

use flagflow_codec::{Flow, LineDecoder};
use flagflow_domain::ServiceFlag;
use flagflow_frame::{Line, LineReader, Position, whole_lines};
use flagflow_rows::{MARK_NOT_CANONICAL, RowColumns};

use crate::checked_flow::{CheckedFlow, DecodedRows};
use crate::cross::UpdateColumns;
use crate::edition_check::EditionCheck;
use crate::error::Error;
use crate::file_check::FileCheck;
use crate::findings::RuleBits;
use crate::flow::FlowCheck;
use crate::parsed::Parsed;
use crate::row_input::{BufferedRows, ROWS, RowBatch, RowInput};
use crate::rows::{CanonicalRows, Rows, line_of_row};
use crate::rule;
use crate::span::LineRef;
use crate::visitor::Visitor;

/// The columns of a file's rows, reused from one batch to the next.
pub(crate) struct ColumnCheck<F: Flow> {
    batch: RowBatch<F>,
    rules: Vec<RuleBits>,
}

impl<F: Flow> Default for ColumnCheck<F> {
    fn default() -> Self {
        Self { batch: RowBatch::default(), rules: vec![0; ROWS] }
    }
}

/// A batch of rows, on its way through a check.
struct Chunk<'l, 'c, 'o, C: FlowCheck<'o>, V> {
    check: &'c mut FileCheck<'o, C, V>,
    decoder: &'l LineDecoder<C::Flow>,
    columns: &'l RowColumns,
    rules: &'l mut [RuleBits],
    bytes: &'l [u8],
    /// The number of rows to take.
    rows: usize,
    /// The next row, and where it begins in the input.
    next: usize,
    position: Position,
}

impl<F: CheckedFlow> ColumnCheck<F> {
    /// Takes the rows that the buffer has next. False where there are none to take.
    pub(crate) fn take<'o, C: FlowCheck<'o, Flow = F>, V: Visitor>(
        &mut self,
        check: &mut FileCheck<'o, C, V>,
        lines: &mut LineReader<impl RowInput<F>>,
    ) -> Result<bool, V::Error> {
        if !check.is_in_records() || !check.state.may_take_rows() {
            return Ok(false);
        }
        let first = lines.position();
        let bytes = lines.peek().map_err(Error::read)?.len();
        let taken = match lines.inner().decoded() {
            Some(rows) if bytes > 0 => take_rows(check, rows, &mut self.rules, first)?,
            _ => {
                let bytes = lines.peek().map_err(Error::read)?;
                match self.batch.decode(check.flow.table(), bytes) {
                    Some(rows) => take_rows(check, rows, &mut self.rules, first)?,
                    None => return Ok(false),
                }
            }
        };
        taken.iter().for_each(|(rows, bytes)| lines.skip_lines(*rows, *bytes));
        Ok(taken.is_some())
    }
}

/// Takes rows. Returns the number of lines and bytes, or `None` where there are none to take.
fn take_rows<'o, C: FlowCheck<'o>, V: Visitor>(
    check: &mut FileCheck<'o, C, V>,
    from: BufferedRows<'_, C::Flow>,
    rules: &mut [RuleBits],
    first: Position,
) -> Result<Option<(u64, usize)>, V::Error> {
    let BufferedRows { decoder, columns, bytes } = from;
    let rows = columns.len().saturating_sub(usize::from(may_be_padded(columns, bytes)));
    let is_usual = check.state.envelope.is_usual(decoder.line_end());
    if rows == 0 || !is_usual || !check.flow.is_known(decoder.tag()) {
        return Ok(None);
    }
    let mut chunk = Chunk { check, decoder, columns, rules, bytes, rows, next: 0, position: first };
    chunk.check_rows()?;
    let Chunk { next, position, .. } = chunk;
    Ok(Some((position.line - first.line, columns.starts()[next] as usize)))
}

/// Returns whether the last row has the last byte of the buffer and ends with a SUB, which belongs
/// to no line where the file ends there. Only the reader of lines can look behind it.
fn may_be_padded(columns: &RowColumns, bytes: &[u8]) -> bool {
    let rows = columns.starts().last().map_or(0, |end| *end as usize);
    rows == bytes.len() && matches!(bytes, [.., 0x1A, b'\n'] | [.., 0x1A, b'\r', b'\n'])
}

impl<'l, 'o, C: FlowCheck<'o>, V: Visitor> Chunk<'l, '_, 'o, C, V> {
    /// Checks the rows in turn, until one ends the records.
    fn check_rows(&mut self) -> Result<(), V::Error> {
        let rows = self.rows;
        while self.next < rows {
            let limit = rows.min(self.next.saturating_add(self.check.rows_left()));
            let end = self.next + self.canonical(self.next..limit);
            self.segment(self.next..end)?;
            self.count_only(end..limit);
            // the first row that is canonical again, or one whose findings are to be shown
            let is_limit = self.next == limit;
            if self.next < rows && (is_limit || !self.is_canonical(self.next)) {
                self.by_line()?;
                if !self.check.is_in_records() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Returns the number of canonical rows before another one.
    fn canonical(&self, rows: Range<usize>) -> usize {
        let marks = &self.columns.marks()[rows];
        marks.iter().take_while(|mark| **mark & MARK_NOT_CANONICAL == 0).count()
    }

    fn is_canonical(&self, row: usize) -> bool {
        self.columns.marks()[row] & MARK_NOT_CANONICAL == 0
    }

    fn columns(&self, rows: Range<usize>) -> CanonicalRows<'l> {
        CanonicalRows::new(self.decoder, self.columns, rows)
    }

    /// Checks canonical rows.
    fn segment(&mut self, rows: Range<usize>) -> Result<(), V::Error> {
        self.check.flow.row_rules(
            &self.columns(rows.clone()),
            &self.check.state.edition,
            &mut self.rules[rows.clone()],
        );
        let mut next = rows.start;
        while next < rows.end {
            let bits = self.rules[next];
            let same = self.rules[next..rows.end].iter().take_while(|it| **it == bits).count();
            self.stretch(next..next + same, bits)?;
            next += same;
        }
        if !rows.is_empty() {
            let line = self.last_line();
            self.check.state.envelope.take_text(&line);
        }
        Ok(())
    }

    /// Checks rows that break the same rules.
    fn stretch(&mut self, rows: Range<usize>, bits: RuleBits) -> Result<(), V::Error> {
        let rules = EditionCheck::RULES.iter().chain(C::ROW_RULES).enumerate();
        let broken = || rules.clone().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, it)| *it);
        let findings = &mut self.check.state.findings;
        let has_no_finding = |rule| match V::ENABLED {
            true => findings.ignores(rule),
            false => findings.only_counts(rule),
        };
        if !broken().all(has_no_finding) {
            return rows.into_iter().try_for_each(|_| self.by_line());
        }
        let is_rejected = broken().any(|rule| findings.rejects(rule));
        let count = rows.len();
        broken().for_each(|rule| findings.count_more(rule, count as u64));
        if is_rejected {
            self.check.state.counts.reject_more(count as u64);
            self.skip(count);
        } else {
            self.accept(rows.clone())?;
        }
        self.check.take_rows(count);
        self.check.flow.take_rows(&self.columns(rows));
        Ok(())
    }

    /// Accepts rows that break no rule of their own, once they are compared with earlier records.
    fn accept(&mut self, rows: Range<usize>) -> Result<(), V::Error> {
        if !self.check.state.compares() {
            return self.pass(rows, false);
        }
        let Range { start: mut next, end } = rows;
        for row in rows {
            if self.check.state.compares_later() {
                self.pass(next..row, false)?;
                return self.accept_rest(row..end);
            }
            if let Some(first) = self.check.state.compare_row(&self.columns(row..row + 1)) {
                self.pass(next..row, false)?;
                self.again(first)?;
                next = row + 1;
            }
        }
        self.pass(next..end, false)
    }

    /// Takes the next row, whose point and day an earlier record has.
    fn again(&mut self, first: ServiceFlag) -> Result<(), V::Error> {
        let line = self.line();
        let record = self.decoder.record(self.columns, self.next);
        let at = LineRef { line: &line, record: Some(self.check.state.begin_record(&line)) };
        self.check.state.end_again(&mut Parsed::new(at, self.check.flow.table(), record), first)?;
        self.skip(1);
        Ok(())
    }

    /// Accepts rows that only the end of the file can compare: those of one width together, since
    /// their fields have the same places.
    fn accept_rest(&mut self, rows: Range<usize>) -> Result<(), V::Error> {
        let mut next = rows.start;
        while next < rows.end {
            let width = self.columns.range(next).len();
            let is_alike = |row: &usize| self.columns.range(*row).len() == width;
            let alike = (next..rows.end).take_while(is_alike).count();
            self.keep(next..next + alike)?;
            next += alike;
        }
        self.pass(rows, true)
    }

    /// Keeps rows of one width for the end of the file.
    fn keep(&mut self, rows: Range<usize>) -> Result<(), V::Error> {
        let ahead = rows.start - self.next;
        let line = self.line_of(rows.start, self.position_of(rows.start));
        let record = self.check.state.counts.records() + ahead as u64 + 1;
        let at = LineRef { line: &line, record: Some(record) };
        let places = self.decoder.places(&self.bytes[self.columns.range(rows.start)]);
        let (point, flag) = places.unwrap_or_default();
        let first = at.location((point.start, point.len()), flag.start);
        let CanonicalRows { points, dates: days, flags, .. } = self.columns(rows);
        Ok(self.check.state.keep(UpdateColumns { points, days, flags, first })?)
    }

    /// Counts accepted rows, the next ones, and passes them on to the visitor.
    fn pass(&mut self, rows: Range<usize>, provisional: bool) -> Result<(), V::Error> {
        let count = rows.len();
        if count == 0 {
            return Ok(());
        }
        let columns = self.columns(rows.clone());
        let (record, first) = (self.check.state.counts.records() + 1, self.position);
        self.check.state.counts.accept_more(columns.flags);
        if V::ENABLED {
            let (decoder, starts) = (self.decoder, self.columns.starts());
            let records = DecodedRows { decoder, columns: self.columns, first: rows.start };
            self.check.state.pass_rows(|shape| Rows {
                shape,
                provisional,
                record,
                first,
                columns,
                line_end: decoder.line_end(),
                bytes: self.bytes,
                starts: &starts[rows.start..=rows.end],
                records: &records,
            })?;
        }
        self.skip(count);
        Ok(())
    }

    /// The line of the next row.
    fn line(&self) -> Line<'l> {
        self.line_of(self.next, self.position)
    }

    /// The line of the row before the next one, which is one line.
    fn last_line(&self) -> Line<'l> {
        let row = self.next - 1;
        let Position { offset, line, .. } = self.position;
        let offset = offset - self.columns.range(row).len() as u64;
        self.line_of(row, Position { offset, line: line - 1, ..self.position })
    }

    fn line_of(&self, row: usize, position: Position) -> Line<'l> {
        line_of_row(&self.bytes[self.columns.range(row)], self.decoder.line_end(), position)
    }

    /// The position of a row behind rows of one line.
    fn position_of(&self, row: usize) -> Position {
        let starts = self.columns.starts();
        let Position { offset, line, .. } = self.position;
        let offset = offset + u64::from(starts[row] - starts[self.next]);
        Position { offset, line: line + (row - self.next) as u64, ..self.position }
    }

    /// Goes on behind rows of one line.
    fn skip(&mut self, rows: usize) {
        self.position = self.position_of(self.next + rows);
        self.next += rows;
    }

    /// Counts the errors of rows that are not canonical, as long as the rows are rejected and no
    /// finding is to be shown.
    fn count_only(&mut self, rows: Range<usize>) {
        let first = rows.start;
        // a visitor takes each of them
        for row in rows.filter(|_| !V::ENABLED) {
            if self.is_canonical(row) || !self.counts() {
                break;
            }
            self.skip(1);
        }
        let counted = self.next - first;
        if counted > 0 {
            self.check.state.counts.reject_more(counted as u64);
            self.check.take_rows(counted);
            let line = self.last_line();
            self.check.state.envelope.take_text(&line);
        }
    }

    /// Counts the errors of the next row, if nothing else is to be done.
    fn counts(&mut self) -> bool {
        let row = &self.bytes[self.columns.range(self.next)];
        let broken = self.check.flow.broken_by_row(self.decoder, row, &self.check.state.edition);
        let Some(broken) = broken else { return false };
        let findings = &mut self.check.state.findings;
        let is_counted = broken.iter().all(|rule| findings.only_counts(rule))
            && broken.iter().any(|rule| findings.rejects(rule));
        if is_counted {
            broken.iter().for_each(|rule| findings.count_more(rule, 1));
        }
        is_counted
    }

    /// Takes the lines of a row one by one.
    fn by_line(&mut self) -> Result<(), V::Error> {
        let row = &self.bytes[self.columns.range(self.next)];
        for line in whole_lines(row, self.position) {
            match rule::empty_line::breaks(&line) {
                true => self.check.state.take_empty_line(&line)?,
                false => self.check.take_line(&line)?,
            }
            self.position.line += 1;
        }
        self.position.offset += row.len() as u64;
        self.next += 1;
        Ok(())
    }
}

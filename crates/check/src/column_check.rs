//! The fast lane: perfect rows judged many at a time, by their columns.
//!
//! What is judged here is judged by the same rules as a line on its own, with one difference: a rule
//! whose samples are full is only counted. Whatever else is found in a row sends it to
//! [`RowCheck::line`], so a finding is made in one place, and leaving this module out changes nothing but
//! the time. Nobody may listen here: a visitor is told of each line.

use std::io::BufRead;
use std::ops::Range;

use flagflow_codec::Decoding;
use flagflow_frame::{Line, LineEnd, LineReader, Position, whole_lines};
use flagflow_rows::{Backend, MARK_NOT_CANONICAL, RowColumns as Columns};

use crate::cross::{self, RecordLocation};
use crate::error::Error;
use crate::file_state::{FileState, RecordResult};
use crate::place::LineRef;
use crate::rule::RuleId;
use crate::verdict::Visitor;

/// Rows of one filling of the columns.
const ROWS: usize = 4096;

/// The decoding of rows for the validator: with check digits.
pub(crate) fn decoding() -> Decoding {
    Decoding { backend: Backend::best(), check_digits: true }
}

/// Which rules a row breaks: one bit for each of [`RowCheck::RULES`].
pub(crate) type RuleBits = u8;

/// The most rules that a row breaks: two on its date, one on each other field.
const MOST_BROKEN: usize = 5;

/// The rules that a row breaks.
#[derive(Default)]
pub(crate) struct BrokenRules {
    rules: [Option<RuleId>; MOST_BROKEN],
    count: usize,
}

impl BrokenRules {
    /// A field breaks a rule. Rules past the last place would be lost: no record breaks so many.
    pub(crate) fn push(&mut self, rule: RuleId) {
        if let Some(place) = self.rules.get_mut(self.count) {
            *place = Some(rule);
            self.count += 1;
        }
    }

    fn iter(&self) -> impl Iterator<Item = RuleId> {
        self.rules.into_iter().flatten()
    }
}

/// The columns, reused from one filling to the next.
pub(crate) struct ColumnCheck {
    columns: Columns,
    codes: Vec<RuleBits>,
}

impl Default for ColumnCheck {
    fn default() -> Self {
        Self { columns: Columns::with_capacity(ROWS), codes: vec![0; ROWS] }
    }
}

/// A check that can take rows.
pub(crate) trait RowCheck<'o>: 'o {
    /// Who listens to it.
    type Visitor: Visitor + 'o;

    /// The rules that perfect rows may break, by their bits.
    const RULES: &'static [RuleId];

    /// What the check keeps.
    fn file_state(&mut self) -> &mut FileState<'o, Self::Visitor>;

    /// Whether a perfect row that comes next is a record in its place.
    fn is_in_records(&self) -> bool;

    /// Takes rows from the beginning of a buffer. How many, and the end of their lines.
    fn decode(&mut self, bytes: &[u8], columns: &mut Columns) -> (usize, LineEnd);

    /// Says which rules perfect rows break.
    fn codes(&self, columns: &Columns, rows: Range<usize>, codes: &mut [RuleBits]);

    /// What a perfect row says.
    fn judged(&self, columns: &Columns, row: usize) -> RecordResult;

    /// The column of meter points.
    fn points<'c>(&self, columns: &'c Columns) -> &'c [u64];

    /// The column of flags.
    fn flags<'c>(&self, columns: &'c Columns) -> &'c [u8];

    /// Perfect rows were judged.
    fn passed(&mut self, columns: &Columns, rows: Range<usize>);

    /// Where a perfect row's record stands.
    fn locate(&mut self, spot: LineRef<'_>) -> RecordLocation;

    /// Holds a record against the others, and counts it.
    fn close(
        &mut self,
        spot: LineRef<'_>,
        judged: RecordResult,
    ) -> Result<(), <Self::Visitor as Visitor>::Error>;

    /// The rules that an imperfect row breaks, if it is a record of one line whose fields stand in
    /// their places and are all that is wrong with it.
    fn broken(&self, _row: &[u8]) -> Option<BrokenRules> {
        None
    }

    /// Takes a line with text by itself.
    fn line(&mut self, line: &Line<'_>) -> Result<(), <Self::Visitor as Visitor>::Error>;
}

type VisitorError<'o, C> = <<C as RowCheck<'o>>::Visitor as Visitor>::Error;

/// A filling of the columns, on its way through a check.
struct Chunk<'l> {
    columns: &'l Columns,
    codes: &'l mut [RuleBits],
    bytes: &'l [u8],
    line_end: LineEnd,
    /// How many rows are taken.
    rows: usize,
    /// The next row, and where it begins in the input.
    next: usize,
    position: Position,
}

impl ColumnCheck {
    /// Takes what rows the buffer has next. False where there are none to take.
    pub(crate) fn take<'o, C: RowCheck<'o>>(
        &mut self,
        check: &mut C,
        lines: &mut LineReader<impl BufRead>,
    ) -> Result<bool, VisitorError<'o, C>> {
        if C::Visitor::ENABLED || !check.is_in_records() || !check.file_state().may_take_rows() {
            return Ok(false);
        }
        let first = lines.position();
        let bytes = lines.peek().map_err(Error::read)?;
        self.columns.clear();
        let (rows, line_end) = check.decode(bytes, &mut self.columns);
        let rows = rows.saturating_sub(usize::from(self.may_be_padded(bytes)));
        if rows == 0 || !check.file_state().is_usual(line_end) {
            return Ok(false);
        }
        let (columns, codes) = (&self.columns, self.codes.as_mut_slice());
        let mut filling = Chunk { columns, codes, bytes, line_end, rows, next: 0, position: first };
        filling.judge(check)?;
        let Chunk { next, position, .. } = filling;
        let bytes = self.columns.starts()[next] as usize;
        lines.skip_lines(position.line - first.line, bytes);
        Ok(true)
    }

    /// Whether the last row has the last byte of the buffer and ends with a SUB, which belongs to no
    /// line where the file ends there. Only the reader of lines can look behind it.
    fn may_be_padded(&self, bytes: &[u8]) -> bool {
        let rows = self.columns.starts().last().map_or(0, |end| *end as usize);
        rows == bytes.len() && matches!(bytes, [.., 0x1A, b'\n'] | [.., 0x1A, b'\r', b'\n'])
    }
}

impl Chunk<'_> {
    /// Judges the rows in turn, until one ends the records.
    fn judge<'o, C: RowCheck<'o>>(&mut self, check: &mut C) -> Result<(), VisitorError<'o, C>> {
        let rows = self.rows;
        while self.next < rows {
            let perfect = self.next + self.perfect(self.next..rows);
            self.segment(check, self.next..perfect)?;
            self.count_only(check, perfect..rows);
            // the first row that is perfect again, or one that has something to show
            if self.next < rows && self.is_imperfect(self.next) {
                self.by_line(check)?;
                if !check.is_in_records() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// How many rows are perfect before one that is not.
    fn perfect(&self, rows: Range<usize>) -> usize {
        let marks = &self.columns.marks()[rows];
        marks.iter().take_while(|mark| **mark & MARK_NOT_CANONICAL == 0).count()
    }

    /// Judges perfect rows.
    fn segment<'o, C: RowCheck<'o>>(
        &mut self,
        check: &mut C,
        rows: Range<usize>,
    ) -> Result<(), VisitorError<'o, C>> {
        check.codes(self.columns, rows.clone(), &mut self.codes[rows.clone()]);
        let mut next = rows.start;
        while next < rows.end {
            let code = self.codes[next];
            let same = self.codes[next..rows.end].iter().take_while(|it| **it == code).count();
            self.stretch(check, next..next + same, code)?;
            next += same;
        }
        if !rows.is_empty() {
            check.file_state().text(&self.last_line());
        }
        Ok(())
    }

    /// Judges rows that break the same rules.
    fn stretch<'o, C: RowCheck<'o>>(
        &mut self,
        check: &mut C,
        rows: Range<usize>,
        code: RuleBits,
    ) -> Result<(), VisitorError<'o, C>> {
        let broken = || C::RULES.iter().enumerate().filter(move |(bit, _)| code >> bit & 1 == 1);
        let finding_counts = &check.file_state().finding_counts;
        if !broken().all(|(_, rule)| finding_counts.only_counts(*rule)) {
            return rows.into_iter().try_for_each(|_| self.by_line(check));
        }
        let rejected = broken().any(|(_, rule)| finding_counts.rejects(*rule));
        for (_, rule) in broken() {
            check.file_state().finding_counts.count_more(*rule, rows.len() as u64);
        }
        match rejected {
            true => {
                check.file_state().reject_more(rows.len() as u64);
                self.skip(rows.len());
            }
            false => self.accept(check, rows.clone())?,
        }
        check.passed(self.columns, rows);
        Ok(())
    }

    /// Takes rows in that break no rule of their own.
    fn accept<'o, C: RowCheck<'o>>(
        &mut self,
        check: &mut C,
        rows: Range<usize>,
    ) -> Result<(), VisitorError<'o, C>> {
        if !check.file_state().compares() {
            let flags = &check.flags(self.columns)[rows.clone()];
            check.file_state().accept_more(flags);
            self.skip(rows.len());
            return Ok(());
        }
        let end = rows.end;
        for row in rows {
            if check.file_state().tells_later() {
                return self.accept_rest(check, row..end);
            }
            let judged = check.judged(self.columns, row);
            let line = self.line();
            let spot = check.file_state().record(&line);
            check.close(spot, judged)?;
            self.skip(1);
        }
        Ok(())
    }

    /// The same where only the end of the file holds them against the others: those of one width
    /// together, since their lines are alike.
    fn accept_rest<'o, C: RowCheck<'o>>(
        &mut self,
        check: &mut C,
        rows: Range<usize>,
    ) -> Result<(), VisitorError<'o, C>> {
        let mut next = rows.start;
        while next < rows.end {
            let width = self.columns.range(next).len();
            let is_alike = |row: &usize| self.columns.range(*row).len() == width;
            let alike = (next..rows.end).take_while(is_alike).count();
            self.accept_for_now(check, next..next + alike)?;
            next += alike;
        }
        Ok(())
    }

    fn accept_for_now<'o, C: RowCheck<'o>>(
        &mut self,
        check: &mut C,
        rows: Range<usize>,
    ) -> Result<(), VisitorError<'o, C>> {
        let line = self.line();
        let record = Some(check.file_state().records + 1);
        let first = check.locate(LineRef { line: &line, record });
        let said = cross::UpdateColumns {
            points: &check.points(self.columns)[rows.clone()],
            days: &self.columns.dates()[rows.clone()],
            flags: &check.flags(self.columns)[rows.clone()],
            first,
        };
        check.file_state().accept_for_now(said)?;
        self.skip(rows.len());
        Ok(())
    }

    /// The line of the next row.
    fn line(&self) -> Line<'_> {
        self.line_of(self.next, self.position)
    }

    /// The line of the row before the next one, which is one line.
    fn last_line(&self) -> Line<'_> {
        let row = self.next - 1;
        let Position { offset, line, .. } = self.position;
        let offset = offset - self.columns.range(row).len() as u64;
        self.line_of(row, Position { offset, line: line - 1, ..self.position })
    }

    fn line_of(&self, row: usize, position: Position) -> Line<'_> {
        let row = &self.bytes[self.columns.range(row)];
        let bytes = &row[..row.len() - self.line_end.as_bytes().len()];
        Line {
            bytes,
            length: bytes.len() as u64,
            oversize: false,
            end: self.line_end,
            offset: position.offset,
            number: position.line,
        }
    }

    /// Goes on behind rows of one line.
    fn skip(&mut self, rows: usize) {
        let starts = &self.columns.starts()[self.next..];
        self.position.offset += u64::from(starts[rows] - starts[0]);
        self.position.line += rows as u64;
        self.next += rows;
    }

    fn is_imperfect(&self, row: usize) -> bool {
        self.columns.marks()[row] & MARK_NOT_CANONICAL != 0
    }

    /// Counts what is wrong with imperfect rows, as long as they are rejected and nothing needs to be
    /// shown.
    fn count_only<'o, C: RowCheck<'o>>(&mut self, check: &mut C, rows: Range<usize>) {
        let first = rows.start;
        for row in rows {
            if !self.is_imperfect(row) || !self.counts(check) {
                break;
            }
            self.skip(1);
        }
        let counted = self.next - first;
        if counted > 0 {
            check.file_state().reject_more(counted as u64);
            check.file_state().text(&self.last_line());
        }
    }

    /// Counts what is wrong with the next row, if that is all there is to do.
    fn counts<'o, C: RowCheck<'o>>(&self, check: &mut C) -> bool {
        let row = &self.bytes[self.columns.range(self.next)];
        let Some(broken) = check.broken(row) else { return false };
        let finding_counts = &mut check.file_state().finding_counts;
        let is_counted = broken.iter().all(|rule| finding_counts.only_counts(rule))
            && broken.iter().any(|rule| finding_counts.rejects(rule));
        if is_counted {
            broken.iter().for_each(|rule| finding_counts.count_more(rule, 1));
        }
        is_counted
    }

    /// Takes the lines of a row one by one.
    fn by_line<'o, C: RowCheck<'o>>(&mut self, check: &mut C) -> Result<(), VisitorError<'o, C>> {
        let row = &self.bytes[self.columns.range(self.next)];
        for line in whole_lines(row, self.position) {
            match line.is_blank() {
                true => check.file_state().empty_line(&line)?,
                false => check.line(&line)?,
            }
            self.position.line += 1;
        }
        self.position.offset += row.len() as u64;
        self.next += 1;
        Ok(())
    }
}

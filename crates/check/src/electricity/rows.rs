//! Perfect updates judged by their columns. Each line here has its like in the check line by line.

use std::ops::Range;

use flagflow_codec::LineDecoder;
use flagflow_domain::Distributor;
use flagflow_frame::{Line, LineEnd};
use flagflow_rows::{MARK_CHECK_DIGITS, RowColumns as Columns};

use super::{ElectricityCheck, Participant, field_of, place_of};
use crate::column_check::{RowCheck, RuleBits};
use crate::cross::RecordLocation;
use crate::file_state::{FileState, RecordResult};
use crate::place::LineRef;
use crate::rule::{RuleId, date_out_of_range, placeholder_date};
use crate::verdict::Visitor;

/// What an MPAN core has behind its distributor's id: eleven digits.
const OF_A_DISTRIBUTOR: u64 = 100_000_000_000;

/// The MPAN cores whose distributor [is known](Distributor::is_known).
const OF_KNOWN_DISTRIBUTORS: Range<u64> = Range {
    start: Distributor::FIRST.id() as u64 * OF_A_DISTRIBUTOR,
    end: (Distributor::LAST.id() as u64 + 1) * OF_A_DISTRIBUTOR,
};

/// The bit of [`RuleId::InstructionNumber`].
const INSTRUCTION_NUMBER: RuleBits = 1 << 4;

impl<'o, V: Visitor + 'o> RowCheck<'o> for ElectricityCheck<'o, V> {
    type Visitor = V;

    const RULES: &'static [RuleId] = &[
        RuleId::MpanCheckDigit,
        RuleId::UnknownDistributor,
        RuleId::FlagNotInEdition,
        RuleId::FutureEffectiveDate,
        RuleId::InstructionNumber,
        RuleId::PlaceholderDate,
        RuleId::DateOutOfRange,
    ];

    fn file_state(&mut self) -> &mut FileState<'o, V> {
        &mut self.file_state
    }

    fn is_in_records(&self) -> bool {
        self.order.is_in_records()
            && self.longest_row.is_some_and(|longest| longest <= self.file_state.options.max_line)
    }

    fn decode(&mut self, bytes: &[u8], columns: &mut Columns) -> (usize, LineEnd) {
        let rows = self.decoders.decode_next(self.profile.table(self.layout), bytes, columns);
        (rows, self.decoders.current().map_or(LineEnd::None, LineDecoder::line_end))
    }

    fn codes(&self, columns: &Columns, rows: Range<usize>, codes: &mut [RuleBits]) {
        let (allowed, last_day) = (self.file_state.allowed_flags(), self.file_state.last_day());
        let points = &self.points(columns)[rows.clone()];
        let flags = &self.flags(columns)[rows.clone()];
        let marks = columns.marks()[rows.clone()].iter().zip(&columns.dates()[rows.clone()]);
        for (((code, point), flag), (mark, date)) in
            codes.iter_mut().zip(points).zip(flags).zip(marks)
        {
            *code = u8::from(*mark == MARK_CHECK_DIGITS)
                | u8::from(!OF_KNOWN_DISTRIBUTORS.contains(point)) << 1
                | u8::from(!allowed[usize::from(*flag)]) << 2
                | u8::from(*date > last_day) << 3
                | u8::from(placeholder_date::breaks(*date)) << 5
                | u8::from(date_out_of_range::breaks(*date)) << 6;
        }
        add_instructions(
            self.last_instruction.unwrap_or(0),
            &self.instructions(columns)[rows],
            codes,
        );
    }

    fn judged(&self, columns: &Columns, row: usize) -> RecordResult {
        let update = self.decoders.current().and_then(|it| it.record(columns, row));
        RecordResult {
            rejected: false,
            point: update.map(|update| update.mpan_core().as_u64()),
            flag: update.and_then(|update| update.flag()),
            day: update.and_then(|update| update.effective_from()),
        }
    }

    fn points<'c>(&self, columns: &'c Columns) -> &'c [u64] {
        self.decoders.current().map_or(&[], |it| it.points(columns))
    }

    fn flags<'c>(&self, columns: &'c Columns) -> &'c [u8] {
        self.decoders.current().map_or(&[], |it| it.flags(columns))
    }

    fn passed(&mut self, columns: &Columns, rows: Range<usize>) {
        self.order.take_records(rows.len() as u64);
        if let Some(last) = self.instructions(columns)[rows.clone()].last() {
            self.last_instruction = Some(*last);
        }
        let points = &self.points(columns)[rows];
        if let Some(file) = &mut self.participant {
            file.count_others(points);
        }
    }

    fn locate(&mut self, spot: LineRef<'_>) -> RecordLocation {
        let (layout, profile) = (self.layout, self.profile);
        self.file_state.locate(spot, |part| place_of(spot, layout, profile, field_of(part)))
    }

    fn close(&mut self, spot: LineRef<'_>, judged: RecordResult) -> Result<(), V::Error> {
        Self::close(self, spot, judged)
    }

    fn line(&mut self, line: &Line<'_>) -> Result<(), V::Error> {
        Self::line(self, line)
    }
}

impl<V> ElectricityCheck<'_, V> {
    fn instructions<'c>(&self, columns: &'c Columns) -> &'c [u64] {
        self.decoders.current().and_then(|it| it.numbers(columns)).unwrap_or_default()
    }
}

impl Participant {
    fn count_others(&mut self, points: &[u64]) {
        let is_other = |point: &&u64| {
            usize::try_from(**point / OF_A_DISTRIBUTOR)
                .is_ok_and(|id| self.is_other.get(id) == Some(&true))
        };
        self.others += points.iter().filter(is_other).count() as u64;
    }
}

/// Says of each number whether it is not above the one before, of which the first is told.
fn add_instructions(before: u64, numbers: &[u64], codes: &mut [RuleBits]) {
    let code = |before: u64, number: u64| if number <= before { INSTRUCTION_NUMBER } else { 0 };
    let [first, rest @ ..] = codes else { return };
    if let Some(number) = numbers.first() {
        *first |= code(before, *number);
    }
    for (it, pair) in rest.iter_mut().zip(numbers.windows(2)) {
        *it |= code(pair[0], pair[1]);
    }
}

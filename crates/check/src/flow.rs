//! The parts of a check that are a flow's own.

pub(crate) mod electricity;
pub(crate) mod gas;

use flagflow_codec::{Counts, Fault, FieldFault, Flow, LineDecoder, Names, RawLine, Table};
use flagflow_domain::EffectiveDate;

use crate::checked_flow::CheckedFlow;
use crate::edition_check::EditionCheck;
use crate::file_state::FlowTotals;
use crate::findings::{BrokenRules, FindingCounts, RuleBits};
use crate::parsed::Parsed;
use crate::rows::CanonicalRows;
use crate::rule::{self, Message, RuleId};
use crate::sequence::{FileNumber, Series};
use crate::span::{ItemRef, LineRef};
use crate::verdict::RecordValues;

/// The rules that only a flow has, and the data that these need, in the middle of a file.
pub(crate) trait FlowCheck<'o>: Sized {
    /// The flow.
    type Flow: CheckedFlow;

    /// The rules of the flow that canonical rows may break, by their bits, which begin above those
    /// of [`EditionCheck::RULES`].
    const ROW_RULES: &'static [RuleId];

    /// The table of the file.
    fn table(&self) -> &'o Table<Self::Flow>;

    /// Reads a canonical line.
    fn read_canonical(&self, line: &[u8]) -> Option<<Self::Flow as Flow>::Record>;

    /// Returns whether a line may be in the file; the first record decides.
    #[inline]
    fn is_expected(&mut self, _tag: <Self::Flow as Names>::Tag) -> bool {
        true
    }

    /// Returns whether the records before were of a line too.
    #[inline]
    fn is_known(&self, _tag: <Self::Flow as Names>::Tag) -> bool {
        true
    }

    /// The records of the file, once they are known.
    fn records(&self) -> Option<crate::layout::Flow>;

    /// The day on which the file was made, by its header.
    fn day(&self) -> Option<EffectiveDate>;

    /// Checks the beginning of the file, behind its header if there is one.
    fn check_beginning(&self, _line: LineRef<'_>, _findings: &mut FindingCounts) {}

    /// The message for a line that cannot be cut.
    fn message_of_line(
        &self,
        fault: &Fault<<Self::Flow as Names>::Field>,
        line: LineRef<'_>,
    ) -> Message;

    /// The message for an item that cannot be read.
    fn message_of_item(
        &self,
        fault: &Fault<<Self::Flow as Names>::Field>,
        item: ItemRef<'_, Self::Flow>,
    ) -> Message;

    /// Checks the end of a line, behind its last item.
    fn check_end(
        &mut self,
        _line: LineRef<'_>,
        _raw: &RawLine<'_, Self::Flow>,
        _findings: &mut FindingCounts,
    ) {
    }

    /// Checks an item of a header.
    fn check_header_item(&mut self, item: ItemRef<'_, Self::Flow>, findings: &mut FindingCounts);

    /// Returns the series of the file, by its header.
    fn series(&self, header: &RawLine<'_, Self::Flow>) -> Option<Series>;

    /// Returns the number of the file, by the line that has its item.
    fn file_number(&self, line: &RawLine<'_, Self::Flow>) -> Option<FileNumber>;

    /// Returns the identifier of the file, by its header.
    fn file_identifier(&self, _header: &RawLine<'_, Self::Flow>) -> Option<String> {
        None
    }

    /// Checks an item of a record, a reason or a group, and takes its value.
    fn check_item(
        &mut self,
        item: ItemRef<'_, Self::Flow>,
        values: &mut RecordValues,
        findings: &mut FindingCounts,
    );

    /// Checks the values of a record, as far as they can be read.
    fn check_values(&mut self, parsed: &mut Parsed<'_, Self::Flow>, findings: &mut FindingCounts);

    /// Checks an item of a trailer below so many lines.
    fn check_trailer_item(
        &mut self,
        item: ItemRef<'_, Self::Flow>,
        counts: &Counts,
        findings: &mut FindingCounts,
    );

    /// Returns the rules that each canonical row breaks.
    fn row_rules(&self, rows: &CanonicalRows<'_>, edition: &EditionCheck, rules: &mut [RuleBits]);

    /// Takes canonical rows that were checked.
    fn take_rows(&mut self, _rows: &CanonicalRows<'_>) {}

    /// The rules that a row breaks which is not canonical, if it is one record and nothing else is
    /// wrong with it. A row is never longer than a line may be.
    fn broken_by_row(
        &self,
        _decoder: &LineDecoder<Self::Flow>,
        _row: &[u8],
        _edition: &EditionCheck,
    ) -> Option<BrokenRules> {
        None
    }

    /// Checks what only the end of the file shows.
    fn check_end_of_file(&self, _findings: &mut FindingCounts) {}

    /// Returns the totals of the file. The second counts are those above the trailer, if there is
    /// one.
    fn totals(self, at_end: &Counts, at_trailer: Option<&Counts>) -> FlowTotals;

    /// Returns the value of an item, or counts its fault.
    fn read<'a, T>(
        &self,
        item: ItemRef<'a, Self::Flow>,
        parse: impl FnOnce(&'a [u8]) -> Result<T, FieldFault>,
        findings: &mut FindingCounts,
    ) -> Option<T> {
        let fault = match item.item.read(parse) {
            Ok(value) => return Some(value),
            Err(fault) => fault,
        };
        let place = || item.line.field(item.field(), fault.start, fault.length);
        let message = || self.message_of_item(&fault, item);
        findings.count(rule::of_fault(fault.kind), item.line.line.number, place, message);
        None
    }
}

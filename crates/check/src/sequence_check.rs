//! Compares a file with the previous file: collects its identity while it is read, compares at its
//! end.

use flagflow_frame::Line;
use sha2::{Digest, Sha256};

use crate::findings::FindingCounts;
use crate::rule::{
    Message, RuleId, same_content, sequence_backwards, sequence_repeated, sequence_skipped,
    sequence_unknown, sequence_wrapped,
};
use crate::sequence::{FileContent, FileIdentity, FileNumber, Sequence, Series};
use crate::span::{LineRef, SavedItem, SavedLine};

/// The identity of a file, collected during its check.
pub(crate) struct SequenceCheck<'o> {
    sequence: &'o Sequence,
    series: Option<Series>,
    number: Option<FileNumber>,
    identifier: Option<String>,
    /// The items of number and identifier, good or bad.
    number_item: Option<SavedItem<'o>>,
    identifier_item: Option<SavedItem<'o>>,
    records: u64,
    of_records: Sha256,
    of_envelope: Sha256,
}

impl<'o> SequenceCheck<'o> {
    /// Creates the check before the first line; `None` if the option is off.
    pub(crate) fn new(sequence: &'o Sequence) -> Option<Self> {
        if *sequence == Sequence::Off {
            return None;
        }
        Some(Self {
            sequence,
            series: None,
            number: None,
            identifier: None,
            number_item: None,
            identifier_item: None,
            records: 0,
            of_records: Sha256::new(),
            of_envelope: Sha256::new(),
        })
    }

    /// Adds a record.
    pub(crate) fn record(&mut self, line: &Line<'_>) {
        self.records += 1;
        take(&mut self.of_records, line);
    }

    /// Adds a line that belongs to the record above it.
    pub(crate) fn reason(&mut self, line: &Line<'_>) {
        take(&mut self.of_records, line);
    }

    /// Adds a line that is not part of a record.
    pub(crate) fn around(&mut self, line: &Line<'_>) {
        take(&mut self.of_envelope, line);
    }

    /// Takes the series and the identifier of the file, by its header.
    pub(crate) fn identify(&mut self, series: Option<Series>, identifier: Option<String>) {
        (self.series, self.identifier) = (series, identifier);
    }

    /// Takes the item of the header's identifier, good or bad.
    pub(crate) fn identifier_at(&mut self, item: SavedItem<'o>) {
        self.identifier_item = Some(item);
    }

    /// Takes the number of the file and its item, good or bad: the first one of the file.
    pub(crate) fn number_at(&mut self, number: Option<FileNumber>, item: SavedItem<'o>) {
        if self.number_item.is_none() {
            (self.number, self.number_item) = (number, Some(item));
        }
    }

    /// Compares the file with the previous file, at its end. `first` is the first line with text,
    /// where findings are that have no item.
    pub(crate) fn finish(
        self,
        finding_counts: &mut FindingCounts,
        first: Option<&SavedLine>,
    ) -> FileIdentity {
        let (number_item, identifier_item) = (self.number_item, self.identifier_item);
        let identity = FileIdentity {
            series: self.series,
            number: self.number,
            identifier: self.identifier,
            content: Some(FileContent {
                records: self.records,
                of_records: self.of_records.finalize().into(),
                of_envelope: self.of_envelope.finalize().into(),
            }),
        };
        let (Some(previous), Some(first)) =
            (self.sequence.previous(identity.series.as_ref()), first)
        else {
            return identity;
        };
        for SequenceFinding { rule, message, is_of_identifier } in judged(previous, &identity) {
            let item = if is_of_identifier { &identifier_item } else { &number_item };
            let line = item.as_ref().map_or(first, |item| &item.line).line();
            let at = LineRef::of_line(&line);
            let place = || match item {
                Some(SavedItem { start, length, field, .. }) => at.field(*field, *start, *length),
                None => at.whole(),
            };
            finding_counts.count(rule, line.number, place, || message);
        }
        identity
    }
}

fn take(digest: &mut Sha256, line: &Line<'_>) {
    digest.update(line.bytes);
    if line.oversize {
        digest.update(line.length.to_be_bytes());
    }
    digest.update(b"\n");
}

/// A finding in a file that follows another file: at the file's number, or at its identifier.
struct SequenceFinding {
    rule: RuleId,
    message: Message,
    is_of_identifier: bool,
}

/// Returns the findings in a file that follows another file.
fn judged(
    previous: &FileIdentity,
    identity: &FileIdentity,
) -> impl Iterator<Item = SequenceFinding> {
    let of_number = of_number(previous, identity);
    let is_repeated = matches!(of_number, Some((RuleId::SequenceRepeated, _)));
    let identifier = sequence_repeated::repeats_identifier(previous, identity);
    let first = match identifier.filter(|_| !is_repeated) {
        Some(identifier) => {
            Some((RuleId::SequenceRepeated, sequence_repeated::message(&identifier), true))
        }
        None => of_number.map(|(rule, message)| (rule, message, false)),
    };
    let content = of_content(previous, identity).map(|(rule, message)| (rule, message, false));
    let all = first.into_iter().chain(content);
    all.map(|(rule, message, is_of_identifier)| SequenceFinding { rule, message, is_of_identifier })
}

fn of_number(previous: &FileIdentity, identity: &FileIdentity) -> Option<(RuleId, Message)> {
    if let Some(why) = sequence_unknown::breaks(previous, identity) {
        return Some((RuleId::SequenceUnknown, sequence_unknown::message(&why)));
    }
    let (before, number) = (previous.number.as_ref()?, identity.number.as_ref()?);
    let step = before.step_to(number);
    if let Some((from, to)) = sequence_skipped::breaks(&step) {
        return Some((RuleId::SequenceSkipped, sequence_skipped::message(from, to)));
    }
    let wrapped = sequence_wrapped::breaks(&step);
    let repeated = sequence_repeated::breaks(&step);
    let backwards = sequence_backwards::breaks(&step);
    None.or_else(|| wrapped.then(|| (RuleId::SequenceWrapped, sequence_wrapped::message(before))))
        .or_else(|| {
            repeated.then(|| (RuleId::SequenceRepeated, sequence_repeated::message(before)))
        })
        .or_else(|| {
            backwards.then(|| (RuleId::SequenceBackwards, sequence_backwards::message(before)))
        })
}

fn of_content(previous: &FileIdentity, identity: &FileIdentity) -> Option<(RuleId, Message)> {
    let (before, content) = (previous.content?, identity.content?);
    let same_envelope = before.of_envelope == content.of_envelope;
    same_content::breaks(&before, &content)
        .then(|| (RuleId::SameContent, same_content::message(same_envelope)))
}

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
    number_place: Option<SavedItem<'o>>,
    identifier_place: Option<SavedItem<'o>>,
    records: u64,
    of_records: Sha256,
    of_envelope: Sha256,
}

/// A rule that a file breaks after another file, and the place of the finding.
struct Break {
    rule: RuleId,
    is_of_identifier: bool,
    message: Message,
}

impl Break {
    const fn of_number(rule: RuleId, message: Message) -> Self {
        Self { rule, is_of_identifier: false, message }
    }
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
            number_place: None,
            identifier_place: None,
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

    /// Takes the number of the file, good or bad, by the first line that has its item.
    pub(crate) fn number(&mut self, number: Option<FileNumber>, place: SavedItem<'o>) {
        if self.number_place.is_none() {
            (self.number, self.number_place) = (number, Some(place));
        }
    }

    /// Saves the position of the header's identifier, good or bad.
    pub(crate) fn identifier_at(&mut self, place: SavedItem<'o>) {
        self.identifier_place = Some(place);
    }

    /// Compares the file with the previous file, at its end. `first` is the first line with text,
    /// where the item of a finding is missing.
    pub(crate) fn finish(
        self,
        finding_counts: &mut FindingCounts,
        first: Option<&SavedLine>,
    ) -> FileIdentity {
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
        let breaks = of_number(previous, &identity).into_iter();
        for found in breaks.chain(of_content(previous, &identity)) {
            let item = match found.is_of_identifier {
                true => self.identifier_place.as_ref(),
                false => self.number_place.as_ref(),
            };
            let line = item.map_or(first, |item| &item.line).line();
            let spot = LineRef::of_line(&line);
            let place = || match item {
                Some(item) => spot.field(item.field, item.start, item.length),
                None => spot.whole(),
            };
            finding_counts.count(found.rule, line.number, place, || found.message);
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

/// Returns the rule on numbers that a file breaks after another file.
fn of_number(previous: &FileIdentity, identity: &FileIdentity) -> Option<Break> {
    let found = of_step(previous, identity);
    let is_repeated = found.as_ref().is_some_and(|it| it.rule == RuleId::SequenceRepeated);
    match sequence_repeated::repeats_identifier(previous, identity).filter(|_| !is_repeated) {
        Some(identifier) => Some(Break {
            rule: RuleId::SequenceRepeated,
            is_of_identifier: true,
            message: sequence_repeated::message_of_identifier(identifier),
        }),
        None => found,
    }
}

fn of_step(previous: &FileIdentity, identity: &FileIdentity) -> Option<Break> {
    let found = Break::of_number;
    if let Some(why) = sequence_unknown::breaks(previous, identity) {
        return Some(found(RuleId::SequenceUnknown, sequence_unknown::message(&why)));
    }
    let (before, number) = (previous.number.as_ref()?, identity.number.as_ref()?);
    let step = before.step_to(number);
    if let Some((from, to)) = sequence_skipped::breaks(&step) {
        return Some(found(RuleId::SequenceSkipped, sequence_skipped::message(from, to)));
    }
    if sequence_wrapped::breaks(&step) {
        return Some(found(RuleId::SequenceWrapped, sequence_wrapped::message(before)));
    }
    if sequence_repeated::breaks(&step) {
        return Some(found(RuleId::SequenceRepeated, sequence_repeated::message(before)));
    }
    sequence_backwards::breaks(&step)
        .then(|| found(RuleId::SequenceBackwards, sequence_backwards::message(before)))
}

fn of_content(previous: &FileIdentity, identity: &FileIdentity) -> Option<Break> {
    let (before, content) = (previous.content?, identity.content?);
    let same_envelope = before.of_envelope == content.of_envelope;
    let message = || same_content::message(same_envelope);
    same_content::breaks(&before, &content)
        .then(|| Break::of_number(RuleId::SameContent, message()))
}

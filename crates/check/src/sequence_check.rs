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
use crate::span::{LineRef, PlacedField, SavedLine};

/// The identity of a file, collected during its check.
pub(crate) struct SequenceCheck<'o> {
    sequence: &'o Sequence,
    series: Option<Series>,
    number: Option<FileNumber>,
    /// The position of the header's number.
    span: Option<(usize, usize, Option<PlacedField<'o>>)>,
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
            span: None,
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

    /// Takes the series and the number of the file, by its header.
    pub(crate) fn identify(&mut self, series: Option<Series>, number: Option<FileNumber>) {
        (self.series, self.number) = (series, number);
    }

    /// Saves the position of the header's number, good or bad.
    pub(crate) fn number_at(
        &mut self,
        start: usize,
        length: usize,
        field: Option<PlacedField<'o>>,
    ) {
        self.span = Some((start, length, field));
    }

    /// Compares the file with the previous file, at its end. `first` is the first line with text,
    /// the header if there is a header.
    pub(crate) fn finish(
        self,
        finding_counts: &mut FindingCounts,
        first: Option<&SavedLine>,
    ) -> FileIdentity {
        let span = self.span;
        let identity = FileIdentity {
            series: self.series,
            number: self.number,
            content: Some(FileContent {
                records: self.records,
                of_records: self.of_records.finalize().into(),
                of_envelope: self.of_envelope.finalize().into(),
            }),
        };
        let (Some(previous), Some(anchor)) =
            (self.sequence.previous(identity.series.as_ref()), first)
        else {
            return identity;
        };
        let line = anchor.line();
        let spot = LineRef::of_line(&line);
        for (rule, message) in judged(previous, &identity) {
            let place = || match span {
                Some((start, length, field)) => spot.field(field, start, length),
                None => spot.whole(),
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

/// Returns the findings in a file that follows another file.
fn judged(
    previous: &FileIdentity,
    identity: &FileIdentity,
) -> impl Iterator<Item = (RuleId, Message)> {
    of_number(previous, identity).into_iter().chain(of_content(previous, identity))
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

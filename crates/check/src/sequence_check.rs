//! Compares a file with the previous file: collects its identity while it is read, compares at its
//! end.

use flagflow_frame::Line;
use sha2::{Digest, Sha256};

use crate::finding_counts::{FindingCounts, PlacedField};
use crate::place::{LineRef, SavedLine};
use crate::rule::sequence_unknown::UnknownBecause;
use crate::rule::{
    Message, RuleId, same_content, sequence_backwards, sequence_repeated, sequence_skipped,
    sequence_unknown, sequence_wrapped,
};
use crate::sequence::{FileContent, FileIdentity, FileNumber, Sequence, SequenceStep, Series};

/// The identity of a file, collected during its check.
pub(crate) struct SequenceCheck<'o> {
    sequence: &'o Sequence,
    pub(crate) series: Option<Series>,
    pub(crate) number: Option<FileNumber>,
    /// The position of the header's number.
    span: Option<(usize, usize, PlacedField<'static>)>,
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

    /// Saves the position of the header's number, good or bad.
    pub(crate) fn number_at(&mut self, start: usize, length: usize, field: PlacedField<'static>) {
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
        let spot = LineRef { line: &line, record: None };
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
    let (before, number) = match comparable(previous, identity) {
        Ok(numbers) => numbers,
        Err(why) => return Some((RuleId::SequenceUnknown, sequence_unknown::message(&why))),
    };
    Some(match before.step_to(number) {
        SequenceStep::Next => return None,
        SequenceStep::Wrapped => (RuleId::SequenceWrapped, sequence_wrapped::message(before)),
        SequenceStep::Repeated => (RuleId::SequenceRepeated, sequence_repeated::message(before)),
        SequenceStep::Backwards => (RuleId::SequenceBackwards, sequence_backwards::message(before)),
        SequenceStep::Skipped { from, to } => {
            (RuleId::SequenceSkipped, sequence_skipped::message(from, to))
        }
        SequenceStep::Unclear => {
            (RuleId::SequenceUnknown, sequence_unknown::message(&UnknownBecause::NoOrder(before)))
        }
    })
}

/// Returns the two numbers, if they are of the same series.
fn comparable<'a>(
    previous: &'a FileIdentity,
    identity: &'a FileIdentity,
) -> Result<(&'a FileNumber, &'a FileNumber), UnknownBecause<'a>> {
    match (&previous.series, &identity.series) {
        (Some(before), Some(series)) if before != series => {
            Err(UnknownBecause::OtherSeries(before, series))
        }
        _ => {
            let before = previous.number.as_ref().ok_or(UnknownBecause::NoNumberBefore)?;
            let number = identity.number.as_ref().ok_or(UnknownBecause::NoNumber)?;
            Ok((before, number))
        }
    }
}

fn of_content(previous: &FileIdentity, identity: &FileIdentity) -> Option<(RuleId, Message)> {
    let (before, content) = (previous.content?, identity.content?);
    let same_envelope = before.of_envelope == content.of_envelope;
    content
        .has_the_same_records(&before)
        .then(|| (RuleId::SameContent, same_content::message(same_envelope)))
}

//! Holds a file against the one before it: gathers what it is while it is read, judges at its end.

use flagflow_frame::Line;
use sha2::{Digest, Sha256};

use crate::place::{Anchor, Spot};
use crate::rule::sequence_unknown::Why;
use crate::rule::{
    RuleId, Words, same_content, sequence_backwards, sequence_repeated, sequence_skipped,
    sequence_unknown, sequence_wrapped,
};
use crate::sequence::{Content, FileNumber, Issue, Sequence, Series, Step};
use crate::tally::{PlacedField, Tally};

/// A file in the middle of its check, as one of its sender's.
pub(crate) struct Following<'o> {
    sequence: &'o Sequence,
    pub(crate) series: Option<Series>,
    pub(crate) number: Option<FileNumber>,
    /// Where the header's number stands.
    span: Option<(usize, usize, PlacedField<'static>)>,
    records: u64,
    of_records: Sha256,
    of_envelope: Sha256,
}

impl<'o> Following<'o> {
    /// Before the first line, where anything is asked for.
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

    /// Takes a record.
    pub(crate) fn record(&mut self, line: &Line<'_>) {
        self.records += 1;
        take(&mut self.of_records, line);
    }

    /// Takes a line that belongs to the record above it.
    pub(crate) fn reason(&mut self, line: &Line<'_>) {
        take(&mut self.of_records, line);
    }

    /// Takes a line that is no part of a record.
    pub(crate) fn around(&mut self, line: &Line<'_>) {
        take(&mut self.of_envelope, line);
    }

    /// Keeps where the header's number stands, good or bad.
    pub(crate) fn number_at(&mut self, start: usize, length: usize, field: PlacedField<'static>) {
        self.span = Some((start, length, field));
    }

    /// Judges it, at the end of the file. `first` is the first line with text, the header if there is
    /// one.
    pub(crate) fn finish(self, tally: &mut Tally, first: Option<&Anchor>) -> Issue {
        let span = self.span;
        let issue = Issue {
            series: self.series,
            number: self.number,
            content: Some(Content {
                records: self.records,
                of_records: self.of_records.finalize().into(),
                of_envelope: self.of_envelope.finalize().into(),
            }),
        };
        let (Some(previous), Some(anchor)) = (self.sequence.previous(issue.series.as_ref()), first)
        else {
            return issue;
        };
        let line = anchor.line();
        let spot = Spot { line: &line, record: None };
        for (rule, words) in judged(previous, &issue) {
            let place = || match span {
                Some((start, length, field)) => spot.field(field, start, length),
                None => spot.whole(),
            };
            tally.count(rule, line.number, place, || words);
        }
        issue
    }
}

fn take(digest: &mut Sha256, line: &Line<'_>) {
    digest.update(line.bytes);
    if line.oversize {
        digest.update(line.length.to_be_bytes());
    }
    digest.update(b"\n");
}

/// What there is to say of a file after another.
fn judged(previous: &Issue, issue: &Issue) -> impl Iterator<Item = (RuleId, Words)> {
    of_number(previous, issue).into_iter().chain(of_content(previous, issue))
}

fn of_number(previous: &Issue, issue: &Issue) -> Option<(RuleId, Words)> {
    let (before, number) = match comparable(previous, issue) {
        Ok(numbers) => numbers,
        Err(why) => return Some((RuleId::SequenceUnknown, sequence_unknown::words(&why))),
    };
    Some(match before.step_to(number) {
        Step::Next => return None,
        Step::Wrapped => (RuleId::SequenceWrapped, sequence_wrapped::words(before)),
        Step::Repeated => (RuleId::SequenceRepeated, sequence_repeated::words(before)),
        Step::Backwards => (RuleId::SequenceBackwards, sequence_backwards::words(before)),
        Step::Skipped { from, to } => (RuleId::SequenceSkipped, sequence_skipped::words(from, to)),
        Step::Unclear => (RuleId::SequenceUnknown, sequence_unknown::words(&Why::NoOrder(before))),
    })
}

/// The two numbers, where they are of one series.
fn comparable<'a>(
    previous: &'a Issue,
    issue: &'a Issue,
) -> Result<(&'a FileNumber, &'a FileNumber), Why<'a>> {
    match (&previous.series, &issue.series) {
        (Some(before), Some(series)) if before != series => Err(Why::OtherSeries(before, series)),
        _ => {
            let before = previous.number.as_ref().ok_or(Why::NoNumberBefore)?;
            let number = issue.number.as_ref().ok_or(Why::NoNumber)?;
            Ok((before, number))
        }
    }
}

fn of_content(previous: &Issue, issue: &Issue) -> Option<(RuleId, Words)> {
    let (before, content) = (previous.content?, issue.content?);
    let same_envelope = before.of_envelope == content.of_envelope;
    content
        .has_the_same_records(&before)
        .then(|| (RuleId::SameContent, same_content::words(same_envelope)))
}

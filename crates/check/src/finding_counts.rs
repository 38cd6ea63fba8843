//! Counting findings, and keeping the first few of each rule.

use std::cell::LazyCell;

use crate::baseline::KnownFindings;
use crate::finding::{Excerpt, Finding, MAX_VALUE, escape};
use crate::options::Options;
use crate::rule::{Message, PerRule, RuleId};
use crate::severity::Severity;
use crate::verdict::RuleFlags;

/// The place that a finding points at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FindingSpan<'a> {
    pub(crate) line: u64,
    pub(crate) record: Option<u64>,
    /// The line's first byte in the file.
    pub(crate) line_offset: u64,
    /// The line, or its beginning where it is too long to hold.
    pub(crate) bytes: &'a [u8],
    /// All the line's bytes.
    pub(crate) line_length: u64,
    /// The span in the line.
    pub(crate) start: usize,
    pub(crate) length: u64,
    pub(crate) field: Option<PlacedField<'a>>,
    /// The span's bytes where the line is no longer at hand.
    pub(crate) value: Option<&'a [u8]>,
}

/// A field, by its name, and its place in the record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlacedField<'a> {
    pub(crate) name: &'a str,
    pub(crate) place: u8,
    /// Its most characters. A longer value is something else, perhaps an identifier gone astray.
    pub(crate) most: usize,
    pub(crate) is_identifier: bool,
}

impl FindingSpan<'_> {
    fn span(&self) -> &[u8] {
        if let Some(value) = self.value {
            return value;
        }
        let start = self.start.min(self.bytes.len());
        let length = usize::try_from(self.length).unwrap_or(usize::MAX);
        &self.bytes[start..start + length.min(self.bytes.len() - start)]
    }

    /// Whether an identifier may stand in the span: it is one, or a whole line, or longer than its
    /// field can be, or has the digits of a meter point.
    fn may_identify(&self) -> bool {
        let of_the_field =
            |field: &PlacedField<'_>| field.is_identifier || self.length > field.most as u64;
        self.field.as_ref().is_none_or(of_the_field) || has_meter_point(self.span())
    }

    fn value(&self, mask: bool) -> Option<String> {
        let span = self.span();
        (!(mask && self.may_identify())).then(|| escape(&span[..span.len().min(MAX_VALUE)]))
    }

    fn excerpt(&self, mask: bool) -> Option<Excerpt> {
        let length = self.span().len();
        let mut excerpt = Excerpt::around(self.bytes, self.line_length, self.start, length);
        if mask {
            excerpt.mask();
        }
        (!self.bytes.is_empty()).then_some(excerpt)
    }

    fn finding(&self, rule: RuleId, severity: Severity, message: Message, mask: bool) -> Finding {
        Finding {
            rule,
            severity,
            line: self.line,
            record: self.record,
            offset: self.line_offset + self.start as u64,
            column: self.start as u64 + 1,
            length: self.length,
            field: self.field.map(|field| field.name.to_owned()),
            value: self.value(mask),
            message: message.message,
            expected: message.expected,
            excerpt: self.excerpt(mask),
            place: self.field.map_or(0, |field| field.place + 1),
        }
    }
}

/// Returns whether a meter point may stand in text: 13 digits or more, of which 13 may be an MPAN core; or 9 or
/// more that are at least 6 without leading zeros, as an MPRN is. A date has fewer, a small count too.
fn has_meter_point(text: &[u8]) -> bool {
    let without_zeros = |run: &[u8]| run.iter().skip_while(|digit| **digit == b'0').count();
    text.split(|byte| !byte.is_ascii_digit())
        .any(|run| run.len() >= 13 || run.len() >= 9 && without_zeros(run) >= 6)
}

/// What a baseline has, and how much of that was found again.
#[derive(Debug)]
struct AlreadyKnown {
    left: KnownFindings,
    suppressed: PerRule<u64>,
}

impl AlreadyKnown {
    fn new(known: &KnownFindings) -> Self {
        Self { left: known.clone(), suppressed: PerRule::from_fn(|_| 0) }
    }

    fn take(&mut self, rule: RuleId, place: &FindingSpan<'_>, mask: bool) -> bool {
        let field = place.field.map(|field| field.name);
        let span = (place.line_offset + place.start as u64, place.length);
        let known = self.left.take(rule, field, place.value(mask), span);
        self.suppressed[rule] += u64::from(known);
        known
    }
}

/// Counts of findings, exact, and the first samples of each rule.
#[derive(Debug)]
pub(crate) struct FindingCounts {
    ignore: PerRule<bool>,
    severity: PerRule<Severity>,
    most: usize,
    pub(crate) mask: bool,
    totals: PerRule<u64>,
    ignored: PerRule<u64>,
    known: Option<AlreadyKnown>,
    samples: PerRule<Vec<Finding>>,
    /// The rules broken since it was emptied.
    pub(crate) broken: RuleFlags,
}

impl FindingCounts {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            ignore: options.ignore.clone(),
            severity: options.severity.clone(),
            most: options.max_samples.unwrap_or(usize::MAX),
            mask: options.mask,
            totals: PerRule::from_fn(|_| 0),
            ignored: PerRule::from_fn(|_| 0),
            known: options.baseline.as_deref().map(AlreadyKnown::new),
            samples: PerRule::from_fn(|_| Vec::new()),
            broken: RuleFlags::EMPTY,
        }
    }

    /// Counts a finding on a line. True where it is an error, and so rejects the record it is in.
    ///
    /// Findings come in the file's order, but for those that only the end of the file brings to
    /// light; of these too the first in the file are kept. Once a rule's samples are full, a finding
    /// costs no more than its counting.
    pub(crate) fn count<'a>(
        &mut self,
        rule: RuleId,
        line: u64,
        place: impl FnOnce() -> FindingSpan<'a>,
        message: impl FnOnce() -> Message,
    ) -> bool {
        if self.ignore[rule] {
            self.ignored[rule] += 1;
            return false;
        }
        self.broken.insert(rule);
        let is_error = self.severity[rule] == Severity::Error;
        let place = LazyCell::new(place);
        if let Some(known) = &mut self.known
            && known.left.has(rule)
            && known.take(rule, &place, self.mask)
        {
            return is_error;
        }
        self.totals[rule] += 1;
        let samples = &mut self.samples[rule];
        let full = samples.len() >= self.most;
        if !full || samples.last().is_some_and(|last| line < last.line) {
            let finding = place.finding(rule, self.severity[rule], message(), self.mask);
            let at = samples.partition_point(|sample| sample.order() <= finding.order());
            samples.insert(at, finding);
            samples.truncate(self.most);
        }
        is_error
    }

    /// Whether another finding of a rule, farther down in the file, would only be counted.
    pub(crate) fn only_counts(&self, rule: RuleId) -> bool {
        let may_be_known = self.known.as_ref().is_some_and(|known| known.left.has(rule));
        self.ignore[rule] || (!may_be_known && self.samples[rule].len() >= self.most)
    }

    /// Whether a finding of a rule rejects its record.
    pub(crate) fn rejects(&self, rule: RuleId) -> bool {
        !self.ignore[rule] && self.severity[rule] == Severity::Error
    }

    /// Counts findings of a rule that are [only counted](FindingCounts::only_counts).
    pub(crate) fn count_more(&mut self, rule: RuleId, findings: u64) {
        let counts = if self.ignore[rule] { &mut self.ignored } else { &mut self.totals };
        counts[rule] += findings;
    }

    pub(crate) fn into_parts(self) -> Counted {
        let Self { totals, ignored, known, severity, samples, .. } = self;
        let suppressed = known.map(|known| known.suppressed);
        let mut findings: Vec<Finding> = Vec::new();
        for samples in samples.into_values() {
            findings.extend(samples);
        }
        findings.sort_by_key(Finding::order);
        Counted { totals, ignored, suppressed, severity, findings }
    }
}

/// What a tally comes to.
pub(crate) struct Counted {
    pub(crate) totals: PerRule<u64>,
    pub(crate) ignored: PerRule<u64>,
    pub(crate) suppressed: Option<PerRule<u64>>,
    pub(crate) severity: PerRule<Severity>,
    pub(crate) findings: Vec<Finding>,
}

#[cfg(test)]
mod tests {
    use super::has_meter_point;

    #[test]
    fn meter_points_are_seen_in_longer_numbers() {
        for text in ["1013044353630", "22276543210987", "x1234567810", "0000123409", "123456781"] {
            assert!(has_meter_point(text.as_bytes()), "{text}");
        }
        for text in ["20240603", "0000000042", "000000012345", "1234 5678", ""] {
            assert!(!has_meter_point(text.as_bytes()), "{text}");
        }
    }
}

//! Counting findings, and keeping the first few of each rule.

use std::cell::LazyCell;

use crate::baseline::KnownFindings;
use crate::checked_flow::CheckedFlow;
use crate::finding::Finding;
use crate::options::Options;
use crate::parsed::Parsed;
use crate::rule::{Message, PerRule, RuleId};
use crate::severity::Severity;
use crate::span::{FindingSpan, ItemRef, LineRef};
use crate::verdict::RuleFlags;

/// The rules that a row breaks: one bit for each of `EditionCheck::RULES` and
/// `FlowCheck::ROW_RULES`.
pub(crate) type RuleBits = u8;

/// The most rules that a row breaks: two on its point and its date, one on each other field.
const MOST_BROKEN: usize = 7;

/// The rules that a row breaks.
#[derive(Default)]
pub(crate) struct BrokenRules {
    rules: [Option<RuleId>; MOST_BROKEN],
    count: usize,
}

impl BrokenRules {
    /// Adds a rule. Rules past the last place would be lost: no record breaks so many.
    pub(crate) fn push(&mut self, rule: RuleId) {
        if let Some(place) = self.rules.get_mut(self.count) {
            *place = Some(rule);
            self.count += 1;
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = RuleId> {
        self.rules.into_iter().flatten()
    }
}

/// The findings of a baseline, and the numbers of those found again.
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
    mask: bool,
    totals: PerRule<u64>,
    ignored: PerRule<u64>,
    known: Option<AlreadyKnown>,
    samples: PerRule<Vec<Finding>>,
    /// The rules that reject a record.
    errors: RuleFlags,
    /// The rules that the line being checked breaks.
    broken: RuleFlags,
}

impl FindingCounts {
    pub(crate) fn new(options: &Options) -> Self {
        let is_error = |rule: &RuleId| options.severity[*rule] == Severity::Error;
        Self {
            errors: RuleId::all().filter(is_error).collect(),
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

    /// Begins a line: it breaks no rule so far.
    #[inline]
    pub(crate) const fn begin_line(&mut self) {
        self.broken = RuleFlags::EMPTY;
    }

    /// Returns the rules that the line breaks, except for ignored ones.
    #[inline]
    pub(crate) const fn broken(&self) -> RuleFlags {
        self.broken
    }

    /// Goes on with a line that breaks these rules.
    pub(crate) const fn resume_line(&mut self, broken: RuleFlags) {
        self.broken = broken;
    }

    /// Returns whether the line breaks a rule that rejects its record.
    #[inline]
    pub(crate) const fn rejects_line(&self) -> bool {
        !self.broken.and(self.errors).is_empty()
    }

    /// Returns whether identifiers are masked.
    pub(crate) const fn masks(&self) -> bool {
        self.mask
    }

    /// Counts a finding of a whole line.
    pub(crate) fn whole(
        &mut self,
        rule: RuleId,
        spot: LineRef<'_>,
        message: impl FnOnce() -> Message,
    ) {
        self.count(rule, spot.line.number, || spot.whole(), message);
    }

    /// Counts a finding of a whole item.
    pub(crate) fn item<F: CheckedFlow>(
        &mut self,
        rule: RuleId,
        item: ItemRef<'_, F>,
        message: impl FnOnce() -> Message,
    ) {
        self.count(rule, item.line.line.number, || item.whole(), message);
    }

    /// Counts a finding of a field of a record.
    #[inline]
    pub(crate) fn field<F: CheckedFlow>(
        &mut self,
        rule: RuleId,
        parsed: &mut Parsed<'_, F>,
        field: F::Field,
        message: impl FnOnce() -> Message,
    ) {
        self.count(rule, parsed.line.line.number, || parsed.span(field), message);
    }

    /// Counts a finding on a line.
    ///
    /// Findings come in the file's order, except for those that are made at the end of the file; of
    /// these too the first in the file are kept. Once a rule's samples are full, a finding costs no
    /// more than its counting.
    pub(crate) fn count<'a>(
        &mut self,
        rule: RuleId,
        line: u64,
        place: impl FnOnce() -> FindingSpan<'a>,
        message: impl FnOnce() -> Message,
    ) {
        if self.ignore[rule] {
            self.ignored[rule] += 1;
            return;
        }
        self.broken.insert(rule);
        let place = LazyCell::new(place);
        if let Some(known) = &mut self.known
            && known.left.has(rule)
            && known.take(rule, &place, self.mask)
        {
            return;
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
    }

    /// Returns whether findings of a rule are left out.
    pub(crate) fn ignores(&self, rule: RuleId) -> bool {
        self.ignore[rule]
    }

    /// Returns whether another finding of a rule, farther down in the file, would only be counted.
    pub(crate) fn only_counts(&self, rule: RuleId) -> bool {
        let may_be_known = self.known.as_ref().is_some_and(|known| known.left.has(rule));
        self.ignore[rule] || (!may_be_known && self.samples[rule].len() >= self.most)
    }

    /// Returns whether a finding of a rule rejects its record.
    pub(crate) fn rejects(&self, rule: RuleId) -> bool {
        !self.ignore[rule] && self.errors.contains(rule)
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

/// The result of counting.
pub(crate) struct Counted {
    pub(crate) totals: PerRule<u64>,
    pub(crate) ignored: PerRule<u64>,
    pub(crate) suppressed: Option<PerRule<u64>>,
    pub(crate) severity: PerRule<Severity>,
    pub(crate) findings: Vec<Finding>,
}

//! Writes the parts of a quarantine while the file is checked.

use std::io::{self, Write};

use flagflow_check::{
    DeferredFinding, FileFormat, FileStart, Options, OtherLine, Report, Rows, RuleFlags, RuleId,
    Verdict, Visitor,
};
use flagflow_frame::Line;

use super::Outputs;
use super::accepted::Accepted;
use super::options::QuarantineOptions;
use super::raw::{LineCopier, ReasonLines};
use super::reason::{LineRole, QuarantineReason, Standpoint};
use super::report::{QuarantineRefusal, Quarantined};
use super::standing::{Admission, NewHeader, Withheld, is_error};
use crate::deferred::DeferredRules;
use crate::envelope::{LineCode, has_lines_below};
use flagflow_files::Source;
use flagflow_files::{Error, Result};

/// Progress of a quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum QuarantinePhase {
    /// Every verdict so far was final, and is acted on.
    First,
    /// Verdicts wait for the end of the file from the next line on.
    Waiting,
    /// The file is read again; lines already handled are skipped.
    Second,
}

/// State of a quarantine.
pub(super) struct QuarantineSession<'a, 'w> {
    options: &'a QuarantineOptions,
    source: &'a Source,
    raws: LineCopier<'a>,
    accepted: Accepted<'a, 'w>,
    rejected: Option<&'w mut dyn Write>,
    reasons: Option<&'w mut dyn Write>,
    standing: Admission,
    shape: Option<FileFormat<'a>>,
    phase: QuarantinePhase,
    late: DeferredRules,
    /// The line that is to be acted on next.
    next_line: u64,
    /// Lines below a record whose verdict is still to come.
    below: Option<Box<ReasonLines>>,
    /// Every rule reported for a line.
    reported: RuleFlags,
    counts: QuarantineCounts,
}

#[derive(Clone, Copy, Debug, Default)]
struct QuarantineCounts {
    accepted: u64,
    rejected: u64,
    withheld: u64,
    left_out: u64,
}

impl<'a, 'w> QuarantineSession<'a, 'w> {
    pub(super) fn new(
        source: &'a Source,
        outputs: Outputs<'w>,
        options: &'a QuarantineOptions,
    ) -> Self {
        let Outputs { accepted, rejected, reasons } = outputs;
        Self {
            options,
            source,
            raws: LineCopier::new(source),
            accepted: Accepted::new(options, accepted),
            rejected,
            reasons,
            standing: Admission::new(&options.check),
            shape: None,
            phase: QuarantinePhase::First,
            late: DeferredRules::default(),
            next_line: 1,
            below: None,
            reported: RuleFlags::EMPTY,
            counts: QuarantineCounts::default(),
        }
    }

    pub(super) fn needs_second_pass(&self) -> bool {
        self.phase == QuarantinePhase::Waiting
    }

    pub(super) fn begin_second_pass(&mut self) {
        self.phase = QuarantinePhase::Second;
    }

    /// Returns true if a line is to be handled: in its order, and once.
    fn is_due(&self, line: &Line<'_>) -> bool {
        self.phase != QuarantinePhase::Waiting && line.number >= self.next_line
    }

    /// Advances to a line.
    #[inline]
    fn step(&mut self, line: &Line<'_>, lines: u64) -> Result<()> {
        let is_first = self.next_line == 1;
        self.next_line = line.number + lines;
        // a byte-order mark belongs to no line
        if is_first && line.offset > 0 { self.accepted.mark() } else { Ok(()) }
    }

    /// Returns true if a line below a record comes before the record's verdict.
    fn may_be_below(&self, line: &Line<'_>) -> bool {
        let has_lines = |shape| has_lines_below(shape, &self.options.check);
        line.number > self.next_line && self.shape.is_some_and(has_lines)
    }

    /// Handles a line that is not a record.
    fn take_aside(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
        rules: RuleFlags,
    ) -> Result<()> {
        self.reported = self.reported.or(rules);
        self.step(line, 1)?;
        let after = self.accepted.lines;
        let level = self.shape.and_then(|shape| LineCode::of(line.bytes, shape).level(shape));
        let is_below_bad = other_line == OtherLine::Group && self.standing.is_below_bad(|| level);
        let withheld = is_below_bad.then_some(Withheld::BadGroup);
        let (what, is_there) = match other_line {
            OtherLine::Header => (LineRole::Header, self.take_header(line, rules)?),
            OtherLine::Trailer => (LineRole::Trailer, self.take_trailer(line, rules)?),
            OtherLine::Group if is_below_bad => (LineRole::Group, false),
            OtherLine::Group => (LineRole::Group, self.take_group(line, level, rules)?),
            OtherLine::SecondFile => (LineRole::SecondFile, false),
            _ => (LineRole::EmptyLine, self.accepted.take_empty(line, &mut self.raws)?),
        };
        if is_there {
            return Ok(());
        }
        self.counts.left_out += 1;
        let at = Standpoint { what, record: None, lines: 1, after, shape: self.shape };
        self.tell(line, at, rules, withheld)
    }

    fn take_header(&mut self, line: &Line<'_>, rules: RuleFlags) -> Result<bool> {
        let is_there = self.accepted.take_header(line, rules, &mut self.raws)?;
        self.use_header();
        Ok(is_there)
    }

    /// Begins a file whose first line is not a header.
    fn open(&mut self) -> Result<()> {
        self.accepted.open()?;
        self.use_header();
        Ok(())
    }

    /// Applies a new header to the admission of records.
    fn use_header(&mut self) {
        if self.standing.made.is_some() {
            return;
        }
        if let (Some(says), Some(shape)) = (self.accepted.made_header(), self.shape) {
            self.standing.made = Some(NewHeader::new(says, shape, &self.options.check));
        }
    }

    fn take_trailer(&mut self, line: &Line<'_>, rules: RuleFlags) -> Result<bool> {
        self.open()?;
        self.standing.after_trailer = true;
        self.accepted.take_trailer(line, rules, &mut self.raws)
    }

    fn take_group(&mut self, line: &Line<'_>, level: Option<u8>, rules: RuleFlags) -> Result<bool> {
        self.open()?;
        let is_there = self.accepted.take_group(line, rules, &mut self.raws)?;
        self.standing.take_group(level, is_there);
        Ok(is_there)
    }

    /// Handles a record whose verdict is complete.
    fn take_record(
        &mut self,
        verdict: &Verdict<'_>,
        rules: RuleFlags,
        rejected: bool,
    ) -> Result<()> {
        let below = self.below.take();
        let below = below.as_deref();
        self.reported = self.reported.or(rules);
        self.step(&verdict.line, 1 + below.map_or(0, |below| below.lines))?;
        self.open()?;
        let code = LineCode::of(verdict.line.bytes, verdict.shape);
        let withheld = if rejected { None } else { self.withholds(verdict, code, below) };
        if rejected || withheld.is_some() {
            self.reject(verdict, rules, withheld, below)?;
        } else {
            self.counts.accepted += 1;
            self.accepted.take_record(&verdict.line, code, below, &mut self.raws)?;
        }
        below.map_or(Ok(()), |below| self.take_empties(below))
    }

    /// Handles rows at once, if none of their records needs a look. Returns false if one does.
    fn take_rows(&mut self, rows: &Rows<'_>) -> Result<bool> {
        let records = rows.first_record()..rows.first_record() + rows.len() as u64;
        let is_final = match self.phase {
            QuarantinePhase::First => !rows.is_provisional(),
            QuarantinePhase::Waiting => return Ok(true),
            QuarantinePhase::Second => records.into_iter().all(|it| self.late.of(it).is_empty()),
        };
        if !is_final || rows.first_line() < self.next_line {
            return Ok(false);
        }
        self.open()?;
        let Some(verdict) = rows.verdicts().next() else { return Ok(false) };
        if !self.accepted.may_take_rows(rows.line_end()) || !self.standing.allows_rows(rows) {
            return Ok(false);
        }
        self.step(&verdict.line, rows.len() as u64)?;
        self.counts.accepted += rows.len() as u64;
        self.accepted.take_rows(rows, LineCode::of(verdict.line.bytes, verdict.shape))?;
        Ok(true)
    }

    #[inline]
    fn withholds(
        &mut self,
        verdict: &Verdict<'_>,
        code: LineCode,
        below: Option<&ReasonLines>,
    ) -> Option<Withheld> {
        if below.is_some_and(ReasonLines::has_gap)
            && is_error(&self.options.check, RuleId::EmptyLine)
        {
            return Some(Withheld::EmptyLine);
        }
        if self.accepted.withholds_end(verdict.line.end, below) {
            return Some(Withheld::LineEnd);
        }
        if !self.accepted.is_recognised_with(&verdict.line) {
            return Some(Withheld::NotRecognised);
        }
        if self.accepted.takes_group(code) {
            return Some(Withheld::EnvelopeLine);
        }
        self.standing.withholds(verdict, code)
    }

    #[cold]
    fn reject(
        &mut self,
        verdict: &Verdict<'_>,
        rules: RuleFlags,
        withheld: Option<Withheld>,
        below: Option<&ReasonLines>,
    ) -> Result<()> {
        self.counts.rejected += 1;
        self.counts.withheld += u64::from(withheld.is_some());
        if let Some(out) = &mut self.rejected {
            self.raws.write_line(&verdict.line, *out)?;
            below.map_or(Ok(()), |below| below.write(&mut self.raws, *out))?;
        }
        let lines = 1 + below.map_or(0, |below| below.lines);
        let (record, after) = (Some(verdict.record), self.accepted.lines);
        let at = Standpoint { what: LineRole::Record, record, lines, after, shape: self.shape };
        self.tell(&verdict.line, at, rules, withheld)
    }

    /// Handles empty lines that turned out not to be followed by a reason.
    fn take_empties(&mut self, below: &ReasonLines) -> Result<()> {
        let source = self.source;
        let rules = match self.options.check.ignore[RuleId::EmptyLine] {
            true => RuleFlags::EMPTY,
            false => [RuleId::EmptyLine].into_iter().collect(),
        };
        below.each_empty(source, |line| self.take_aside(line, OtherLine::Empty, rules))
    }

    /// Writes a line of the reasons.
    fn tell(
        &mut self,
        line: &Line<'_>,
        at: Standpoint<'_>,
        rules: RuleFlags,
        withheld: Option<Withheld>,
    ) -> Result<()> {
        let Some(reasons) = &mut self.reasons else { return Ok(()) };
        let reason = QuarantineReason::new(line, at, rules, withheld, &self.options.check);
        serde_json::to_writer(&mut **reasons, &reason)
            .map_err(io::Error::from)
            .and_then(|()| reasons.write_all(b"\n"))
            .map_err(Error::writing)
    }

    /// Ends the parts.
    pub(super) fn finish(mut self, report: &Report, read_twice: bool) -> Result<Quarantined> {
        self.accepted.finish()?;
        for out in [&mut self.rejected, &mut self.reasons].into_iter().flatten() {
            out.flush().map_err(Error::writing)?;
        }
        let QuarantineCounts { accepted, rejected, withheld, left_out } = self.counts;
        Ok(Quarantined {
            records: report.records,
            accepted,
            rejected,
            withheld,
            header: self.accepted.header,
            trailer: self.accepted.trailer,
            left_out,
            read_twice,
            refusals: self.refusals(report),
        })
    }

    fn refusals(&self, report: &Report) -> Vec<QuarantineRefusal> {
        let limits = self.options.limits.exceeded(report.records, self.counts.rejected);
        let mut refusals: Vec<_> = limits.map(QuarantineRefusal::Limit).collect();
        if self.accepted.is_wanted() {
            refusals.extend(self.accepted.refusal.or(self.accepted.is_short()));
            refusals.extend(self.stays_wrong(report).map(QuarantineRefusal::StaysWrong));
        }
        refusals
    }

    /// Returns the errors that concern the file as a whole.
    fn stays_wrong(&self, report: &Report) -> impl Iterator<Item = RuleId> {
        // an envelope is made whole, a mark that is an error left out, padding always
        let fixable = [
            RuleId::MissingHeader,
            RuleId::MissingTrailer,
            RuleId::ByteOrderMark,
            RuleId::TrailingPadding,
        ];
        let options: &Options = &self.options.check;
        let of_the_file = RuleId::all().filter(move |rule| {
            let is_left = report.totals[*rule] > 0 && !self.reported.contains(*rule);
            is_left && is_error(options, *rule) && !fixable.contains(rule)
        });
        let edition = self.accepted.lacks_edition().then_some(RuleId::EditionUnknown);
        of_the_file.filter(|rule| *rule != RuleId::EditionUnknown).chain(edition)
    }
}

/// Returns the shape with the options' own profiles.
fn owned<'a>(shape: FileFormat<'_>, options: &'a Options) -> FileFormat<'a> {
    match shape {
        FileFormat::Gas(layout) => FileFormat::Gas(layout),
        FileFormat::Electricity(layout, profile) => {
            FileFormat::Electricity(layout, options.profile(profile.flow()))
        }
    }
}

impl Visitor for QuarantineSession<'_, '_> {
    type Error = Error;

    fn begin(&mut self, beginning: FileStart<'_>) -> Result<()> {
        if self.shape.is_none() {
            let shape = owned(beginning.shape, &self.options.check);
            self.shape = Some(shape);
            self.accepted.begin(shape, beginning.line_end);
        }
        Ok(())
    }

    fn other_line(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
        rules: RuleFlags,
    ) -> Result<()> {
        if !self.is_due(line) {
            return Ok(());
        }
        let is_mere = matches!(other_line, OtherLine::Reason { .. } | OtherLine::Empty);
        if !is_mere || !self.may_be_below(line) {
            return self.take_aside(line, other_line, rules);
        }
        self.reported = self.reported.or(rules);
        self.below.get_or_insert_with(|| Box::new(ReasonLines::new(line))).push(line, other_line);
        Ok(())
    }

    #[inline]
    fn record(&mut self, verdict: &Verdict<'_>) -> Result<()> {
        if !self.is_due(&verdict.line) {
            return Ok(());
        }
        if self.phase == QuarantinePhase::First && verdict.provisional {
            self.phase = QuarantinePhase::Waiting;
            self.below = None;
            return Ok(());
        }
        if self.phase == QuarantinePhase::First {
            return self.take_record(verdict, verdict.rules, verdict.rejected);
        }
        let late = self.late.of(verdict.record);
        let is_late_error = late.iter().any(|rule| is_error(&self.options.check, rule));
        self.take_record(verdict, verdict.rules.or(late), verdict.rejected || is_late_error)
    }

    fn rows(&mut self, rows: &Rows<'_>) -> Result<()> {
        if self.take_rows(rows)? {
            return Ok(());
        }
        rows.verdicts().try_for_each(|verdict| self.record(&verdict))
    }

    fn deferred(&mut self, late: DeferredFinding) -> Result<()> {
        if self.phase == QuarantinePhase::Waiting {
            self.late.insert(late.record, late.rule);
        }
        Ok(())
    }
}

//! Visitors of a check: they take each record and its result.

use flagflow_frame::{Line, LineEnd};

use crate::error::Error;
use crate::rows::Rows;
use crate::rule::RuleId;
use crate::verdict::{FileFormat, OtherLine, RecordValues, RuleFlags, Verdict};

/// Takes the records and the other lines of a file while it is checked: see
/// [`check_records`](crate::check_records).
///
/// [`Visitor::begin`] is called first, except for empty lines at the top of the file; then one
/// method for each line in the file's order; then [`Visitor::deferred`] for the findings that only
/// the end of the file gives.
pub trait Visitor {
    /// The error of a visitor; it ends the check.
    type Error: From<Error>;

    /// False for a visitor that takes nothing: no method is called, at no cost.
    const ENABLED: bool = true;

    /// Takes the format of the file, by its first line with text, which comes next.
    ///
    /// # Errors
    ///
    /// Any error that is to end the check.
    fn begin(&mut self, _beginning: FileStart<'_>) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Takes a line that is not a record, and the rules that it breaks, except for ignored ones and
    /// for those of the whole file that are only shown there.
    ///
    /// # Errors
    ///
    /// Any error that is to end the check.
    fn other_line(
        &mut self,
        _line: &Line<'_>,
        _other_line: OtherLine,
        _rules: RuleFlags,
    ) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Takes a record with its result: at its line, or with [`Options::with_reasons`] at the next
    /// line that is not one of its reasons.
    ///
    /// [`Options::with_reasons`]: crate::Options::with_reasons
    ///
    /// # Errors
    ///
    /// Any error that is to end the check.
    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), Self::Error>;

    /// Takes consecutive records of canonical lines that break no rule. Unless a visitor takes them
    /// as columns, it takes them one by one, by [`Visitor::record`].
    ///
    /// # Errors
    ///
    /// Any error that is to end the check.
    fn rows(&mut self, rows: &Rows<'_>) -> Result<(), Self::Error> {
        rows.verdicts().try_for_each(|verdict| self.record(&verdict))
    }

    /// Takes a finding that only the end of the file gives, of a record whose verdict was
    /// [provisional](Verdict::provisional); in the file's order.
    ///
    /// # Errors
    ///
    /// Any error that is to end the check.
    fn deferred(&mut self, _late: DeferredFinding) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// Two visitors: the first one takes everything first. An error of the second becomes one of the
/// first.
impl<A: Visitor, B: Visitor> Visitor for (A, B)
where
    A::Error: From<B::Error>,
{
    type Error = A::Error;

    const ENABLED: bool = A::ENABLED || B::ENABLED;

    fn begin(&mut self, beginning: FileStart<'_>) -> Result<(), A::Error> {
        self.0.begin(beginning)?;
        Ok(self.1.begin(beginning)?)
    }

    fn other_line(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
        rules: RuleFlags,
    ) -> Result<(), A::Error> {
        self.0.other_line(line, other_line, rules)?;
        Ok(self.1.other_line(line, other_line, rules)?)
    }

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), A::Error> {
        self.0.record(verdict)?;
        Ok(self.1.record(verdict)?)
    }

    fn rows(&mut self, rows: &Rows<'_>) -> Result<(), A::Error> {
        self.0.rows(rows)?;
        Ok(self.1.rows(rows)?)
    }

    fn deferred(&mut self, deferred: DeferredFinding) -> Result<(), A::Error> {
        self.0.deferred(deferred)?;
        Ok(self.1.deferred(deferred)?)
    }
}

impl<V: Visitor> Visitor for &mut V {
    type Error = V::Error;

    const ENABLED: bool = V::ENABLED;

    fn begin(&mut self, beginning: FileStart<'_>) -> Result<(), V::Error> {
        (**self).begin(beginning)
    }

    fn other_line(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
        rules: RuleFlags,
    ) -> Result<(), V::Error> {
        (**self).other_line(line, other_line, rules)
    }

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), V::Error> {
        (**self).record(verdict)
    }

    fn rows(&mut self, rows: &Rows<'_>) -> Result<(), V::Error> {
        (**self).rows(rows)
    }

    fn deferred(&mut self, deferred: DeferredFinding) -> Result<(), V::Error> {
        (**self).deferred(deferred)
    }
}

/// A visitor that may be missing.
impl<V: Visitor> Visitor for Option<V> {
    type Error = V::Error;

    const ENABLED: bool = V::ENABLED;

    fn begin(&mut self, beginning: FileStart<'_>) -> Result<(), V::Error> {
        self.as_mut().map_or(Ok(()), |visitor| visitor.begin(beginning))
    }

    fn other_line(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
        rules: RuleFlags,
    ) -> Result<(), V::Error> {
        self.as_mut().map_or(Ok(()), |visitor| visitor.other_line(line, other_line, rules))
    }

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), V::Error> {
        self.as_mut().map_or(Ok(()), |visitor| visitor.record(verdict))
    }

    fn rows(&mut self, rows: &Rows<'_>) -> Result<(), V::Error> {
        self.as_mut().map_or(Ok(()), |visitor| visitor.rows(rows))
    }

    fn deferred(&mut self, deferred: DeferredFinding) -> Result<(), V::Error> {
        self.as_mut().map_or(Ok(()), |visitor| visitor.deferred(deferred))
    }
}

/// A visitor that takes nothing, for calls that must name one.
#[derive(Clone, Copy, Debug)]
pub struct NoVisitor;

impl Visitor for NoVisitor {
    type Error = Error;

    const ENABLED: bool = false;

    #[inline]
    fn record(&mut self, _verdict: &Verdict<'_>) -> Result<(), Error> {
        Ok(())
    }
}

/// The format of a file, by its first line with text.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FileStart<'a> {
    /// The format of its lines.
    pub shape: FileFormat<'a>,
    /// The ending of the first line with text.
    pub line_end: LineEnd,
}

/// A finding of a record that only the end of the file gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeferredFinding {
    /// The number of the record, from 1.
    pub record: u64,
    /// The number of its line, from 1.
    pub line: u64,
    /// The rule that it breaks; never an ignored one.
    pub rule: RuleId,
    /// True if the rule is an error.
    pub rejected: bool,
    /// The values of the record: point, flag and day are present.
    pub values: RecordValues,
}

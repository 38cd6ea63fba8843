//! Counting accepted records: by flag, by month, by distributor.

mod histogram;

use std::fmt;

use flagflow_domain::{Distributor, EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::{Flow, Instruction};

use crate::error::Error;
use crate::report::PerFlag;
use crate::rows::Rows;
use crate::verdict::{FileFormat, RecordValues, Verdict};
use crate::visitor::{DeferredFinding, FileStart, Visitor};

pub use histogram::{Bar, Histogram};

/// Accepted records by flag, by effective month, and in electricity files by distributor; of a
/// D0172, whose records have none of these, the instructions that it confirms.
///
/// A visitor of a check ([`check_records`](crate::check_records)). It counts exactly the records
/// that the report counts as accepted, even if that was decided at the end of the file; the counts
/// of several files (or of [`Counts::merge`]) add up.
///
/// The counts take a few kilobytes for the years of real files, and at most 12 MB for any file: 10
/// 000 years of twelve months, six numbers of eight bytes each, in a list with twice the room.
///
/// ```
/// use flagflow_check::{Counts, Error, Options, check_records};
///
/// let file = b"E451234567810A20220101\nE450000123409N20220131\nE45\n";
/// let mut counts = Counts::default();
/// let report = check_records(&file[..], &Options::default(), &mut counts)?;
/// let months: Vec<_> = counts.months().map(|(month, n)| (month.to_string(), n.total())).collect();
/// assert_eq!(months, [("2022-01".to_owned(), report.accepted)]);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    years: Years,
    /// Records whose day cannot be read.
    dayless: Flagged,
    distributors: Box<[u64; 100]>,
    confirmed: Confirmed,
    /// The flow of the file, of electricity.
    flow: Option<Flow>,
}

/// The months of the years from a first one on, up to the last one that was needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Years {
    first: usize,
    months: Vec<[Flagged; 12]>,
}

impl Years {
    /// Years from 0 to this one have counts.
    const LAST: usize = 9999;

    /// Returns the months of a year of at most [`Years::LAST`].
    #[inline]
    fn of(&mut self, year: usize) -> &mut [Flagged; 12] {
        if !(self.first..self.first + self.months.len()).contains(&year) {
            self.extend_to(year);
        }
        &mut self.months[year - self.first]
    }

    #[cold]
    fn extend_to(&mut self, year: usize) {
        if self.months.is_empty() {
            self.first = year;
        }
        let before = self.first.saturating_sub(year);
        self.months.splice(..0, std::iter::repeat_n([Flagged::default(); 12], before));
        self.first -= before;
        let years = self.months.len().max(year - self.first + 1);
        self.months.resize(years, [Flagged::default(); 12]);
    }

    /// Iterates over the years and their months.
    fn iter(&self) -> impl Iterator<Item = (usize, &[Flagged; 12])> {
        (self.first..).zip(&self.months)
    }
}

/// The instructions that accepted records of a D0172 confirm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Confirmed {
    /// Records, each of which confirms one file.
    pub files: u64,
    /// Instructions received.
    pub received: u64,
    /// Instructions accepted.
    pub accepted: u64,
    /// Instructions rejected.
    pub rejected: u64,
}

impl Confirmed {
    fn add(&mut self, other: &Self) {
        self.files += other.files;
        self.received += other.received;
        self.accepted += other.accepted;
        self.rejected += other.rejected;
    }

    /// The numbers of one record; those that cannot be read are 0.
    fn of(instruction: Option<Instruction>) -> Self {
        match instruction {
            Some(Instruction::D0172(record)) => Self {
                files: 1,
                received: record.received().into(),
                accepted: record.accepted().into(),
                rejected: record.rejected().into(),
            },
            _ => Self { files: 1, ..Self::default() },
        }
    }
}

/// A number for each flag, and one for records whose flag cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flagged {
    /// Records by flag.
    pub flags: PerFlag,
    /// Records without a flag, if the rules that require a flag are not errors.
    pub without: u64,
}

/// A month of a year from 0 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(u32);

impl Default for Counts {
    fn default() -> Self {
        Self {
            years: Years::default(),
            dayless: Flagged::default(),
            distributors: Box::new([0; 100]),
            confirmed: Confirmed::default(),
            flow: None,
        }
    }
}

impl Counts {
    /// Returns the accepted records by flag.
    #[must_use]
    pub fn flags(&self) -> Flagged {
        let mut all = self.dayless;
        for (_, months) in self.years.iter() {
            months.iter().for_each(|month| all.merge(month));
        }
        all
    }

    /// Iterates over the months that have accepted records, in order.
    pub fn months(&self) -> impl Iterator<Item = (Month, Flagged)> {
        self.years.iter().flat_map(|(year, months)| {
            let first = u32::try_from(year).unwrap_or(u32::MAX) * 12;
            (first..).map(Month).zip(*months).filter(|(_, count)| !count.is_empty())
        })
    }

    /// Returns the accepted records without a readable day, if the rules that require a day are not
    /// errors.
    #[must_use]
    pub fn without_day(&self) -> Flagged {
        self.dayless
    }

    /// Iterates over the distributors that have accepted records in electricity files, known or
    /// not, by id.
    pub fn distributors(&self) -> impl Iterator<Item = (Distributor, u64)> {
        let ids = (0..).map_while(Distributor::new);
        ids.zip(*self.distributors).filter(|(_, count)| *count > 0)
    }

    /// Returns the instructions that the records of D0172 files confirm.
    #[must_use]
    pub const fn confirmed(&self) -> Confirmed {
        self.confirmed
    }

    /// Returns the number of all records.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.flags().total() + self.confirmed.files
    }

    /// Returns the approximate memory of the counts, in bytes.
    #[must_use]
    pub fn memory(&self) -> usize {
        size_of::<Self>() + 800 + self.years.months.len() * size_of::<[Flagged; 12]>()
    }

    /// Adds the counts of another file.
    pub fn merge(&mut self, other: &Self) {
        self.dayless.merge(&other.dayless);
        for (year, months) in other.years.iter() {
            let own = self.years.of(year);
            own.iter_mut().zip(months).for_each(|(own, month)| own.merge(month));
        }
        for (own, count) in self.distributors.iter_mut().zip(*other.distributors) {
            *own += count;
        }
        self.confirmed.add(&other.confirmed);
    }

    /// Counts a record, or removes it from the counts.
    #[inline]
    fn change(&mut self, values: RecordValues, by: impl Fn(&mut u64)) {
        by(self.of_day(values.day).of(values.flag));
        if self.flow.is_some()
            && let Some(mpan) = values.point.and_then(|point| MpanCore::new(point).ok())
        {
            by(&mut self.distributors[usize::from(mpan.distributor().id())]);
        }
    }

    #[inline]
    fn of_day(&mut self, day: Option<EffectiveDate>) -> &mut Flagged {
        match day {
            Some(day) => self.of_month(day.year(), day.month() - 1),
            None => &mut self.dayless,
        }
    }

    /// The counts of a month, from 0.
    #[inline]
    fn of_month(&mut self, year: u32, month: u32) -> &mut Flagged {
        match (year as usize, month as usize) {
            (year @ ..=Years::LAST, month @ 0..12) => &mut self.years.of(year)[month],
            _ => &mut self.dayless,
        }
    }
}

impl Flagged {
    /// Returns the number of all records.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.flags.iter().map(|(_, count)| count).sum::<u64>() + self.without
    }

    /// Returns true if there are no records.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// Adds other numbers.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.flags.merge(&other.flags);
        self.without += other.without;
    }

    #[inline]
    fn of(&mut self, flag: Option<ServiceFlag>) -> &mut u64 {
        match flag {
            Some(flag) => self.flags.of_mut(flag),
            None => &mut self.without,
        }
    }
}

impl Month {
    /// December 9999.
    pub(crate) const LAST: Self = Self(119_999);

    /// Returns the month of a day.
    #[must_use]
    pub const fn of(day: EffectiveDate) -> Self {
        Self(day.year() * 12 + day.month() - 1)
    }

    /// Returns the month so many months after January of the year 0; `None` after December 9999.
    pub(crate) const fn at(number: u32) -> Option<Self> {
        if number <= Self::LAST.0 { Some(Self(number)) } else { None }
    }

    /// Returns the number of months since January of the year 0.
    pub(crate) const fn number(self) -> u32 {
        self.0
    }

    /// Returns the year, 0 to 9999.
    #[must_use]
    pub const fn year(self) -> u32 {
        self.0 / 12
    }

    /// Returns the month of the year, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u32 {
        self.0 % 12 + 1
    }
}

/// Writes the form of ISO 8601, `2021-11`.
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.year(), self.month()))
    }
}

impl Visitor for Counts {
    type Error = Error;

    fn begin(&mut self, beginning: FileStart<'_>) -> Result<(), Error> {
        self.flow = match beginning.shape {
            FileFormat::Electricity(_, profile) => Some(profile.flow()),
            FileFormat::Gas(_) => None,
        };
        Ok(())
    }

    #[inline]
    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), Error> {
        if verdict.rejected {
            return Ok(());
        }
        if self.flow == Some(Flow::D0172) {
            self.confirmed.add(&Confirmed::of(verdict.instruction()));
        } else {
            self.change(verdict.values, |count| *count += 1);
        }
        Ok(())
    }

    fn rows(&mut self, rows: &Rows<'_>) -> Result<(), Error> {
        for (flag, day) in rows.flags().iter().zip(rows.days()) {
            *self.of_month(day / 10_000, day / 100 % 100 - 1).of(ServiceFlag::from_byte(*flag)) +=
                1;
        }
        if self.flow.is_some() {
            let mpans = rows.points().iter().filter_map(|point| MpanCore::new(*point).ok());
            for mpan in mpans {
                self.distributors[usize::from(mpan.distributor().id())] += 1;
            }
        }
        Ok(())
    }

    fn deferred(&mut self, deferred: DeferredFinding) -> Result<(), Error> {
        if deferred.rejected {
            self.change(deferred.values, |count| *count -= 1);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_named_and_numbered() {
        let day = |text: &str| text.parse::<EffectiveDate>().unwrap();
        for (text, month, name) in
            [("00000101", 1, "0000-01"), ("20211105", 11, "2021-11"), ("99991231", 12, "9999-12")]
        {
            let of = Month::of(day(text));
            assert_eq!((of.month(), of.to_string().as_str()), (month, name));
            assert_eq!(Month::at(of.number()), Some(of));
        }
        assert_eq!(Month::at(120_000), None);
    }
}

//! Compares the records of a contender with the content of the file.

use crate::contender::Contender;
use crate::fault::Fault;
use crate::input::Input;
use crate::row::Row;

/// The result of a contender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Bad records that were accepted, by fault.
    pub(crate) taken: [usize; Fault::ALL.len()],
    /// Number of reported errors.
    pub(crate) told: usize,
    /// Valid records that are missing.
    pub(crate) lost: usize,
    /// Records that are not in the file.
    pub(crate) invented: usize,
}

impl Verdict {
    /// Returns true if every valid record was read correctly, every bad one was reported, and
    /// nothing else.
    pub(crate) fn is_exact(&self, bad: usize) -> bool {
        *self == Self { told: bad, ..Self::default() }
    }

    /// Returns the number of bad records that were accepted.
    pub(crate) fn taken(&self) -> usize {
        self.taken.iter().sum()
    }
}

/// Reads a contender's share of a file, and compares every value of every record.
pub(crate) fn judge(contender: &Contender, input: &Input) -> Verdict {
    let file = input.file(contender.share);
    let mut judgement = Judgement::new(&input.truth[..file.records]);
    for event in contender.keep(file).0 {
        match event {
            Some(row) => judgement.record(row),
            None => judgement.bad(),
        }
    }
    judgement.finish()
}

/// Number of records to search ahead before a record counts as invented.
const AHEAD: usize = 64;

struct Judgement<'t> {
    /// The expected records that remain.
    rest: &'t [Result<Row, Fault>],
    verdict: Verdict,
}

impl<'t> Judgement<'t> {
    fn new(truth: &'t [Result<Row, Fault>]) -> Self {
        Self { rest: truth, verdict: Verdict::default() }
    }

    fn record(&mut self, row: Row) {
        match self.rest.iter().take(AHEAD).position(|truth| *truth == Ok(row)) {
            Some(ahead) => self.pass(ahead + 1),
            None => self.unknown(),
        }
    }

    /// Advances behind a record that was found; those before it are missing.
    fn pass(&mut self, records: usize) {
        let (passed, rest) = self.rest.split_at(records);
        self.verdict.lost += passed.iter().filter(|truth| truth.is_ok()).count() - 1;
        self.rest = rest;
    }

    /// Counts a record that is not in the file: as an accepted bad one, if a bad one is next.
    fn unknown(&mut self) {
        match self.rest.split_first() {
            Some((Err(fault), rest)) => {
                self.verdict.taken[*fault as usize] += 1;
                self.rest = rest;
            }
            _ => self.verdict.invented += 1,
        }
    }

    fn bad(&mut self) {
        self.verdict.told += 1;
        if let Some((Err(_), rest)) = self.rest.split_first() {
            self.rest = rest;
        }
    }

    fn finish(mut self) -> Verdict {
        self.verdict.lost += self.rest.iter().filter(|truth| truth.is_ok()).count();
        self.verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [Row; 3] = [
        Row::update(1_234_567_810, b'A', 20_211_105),
        Row::update(1_111_111_900, b'N', 20_211_106),
        Row::update(2_345_678_902, b'I', 20_211_107),
    ];

    fn truth() -> Vec<Result<Row, Fault>> {
        vec![Ok(GOOD[0]), Err(Fault::NoSuchDay), Ok(GOOD[1]), Ok(GOOD[2])]
    }

    fn verdict(events: &[Option<Row>]) -> Verdict {
        let truth = truth();
        let mut judgement = Judgement::new(&truth);
        for event in events {
            match event {
                Some(row) => judgement.record(*row),
                None => judgement.bad(),
            }
        }
        judgement.finish()
    }

    #[test]
    fn exact_is_every_good_record_and_every_bad_one_told() {
        assert!(verdict(&[Some(GOOD[0]), None, Some(GOOD[1]), Some(GOOD[2])]).is_exact(1));
        assert!(!verdict(&[Some(GOOD[0]), Some(GOOD[1]), Some(GOOD[2])]).is_exact(1));
    }

    #[test]
    fn a_bad_record_taken_is_counted_by_its_fault() {
        let other = Row::update(1, b'A', 20_210_302);
        let verdict = verdict(&[Some(GOOD[0]), Some(other), Some(GOOD[1]), Some(GOOD[2])]);
        assert_eq!(verdict.taken[Fault::NoSuchDay as usize], 1);
        assert_eq!((verdict.taken(), verdict.lost, verdict.invented), (1, 0, 0));
    }

    #[test]
    fn lost_and_invented_records_are_counted() {
        let other = Row::update(1, b'A', 20_210_302);
        let verdict = verdict(&[Some(other), None, Some(GOOD[2])]);
        assert_eq!((verdict.lost, verdict.invented, verdict.told), (2, 1, 1));
    }
}

//! Iterating over a reader's records.

use crate::fault::{Error, Kind};

/// A reader that hands out one record after another.
pub trait ReadRecord {
    /// A record's values.
    type Record;
    /// The kinds of error.
    type Kind: Kind;
    /// The fields.
    type Field: Copy;

    /// The next record's values; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// What is wrong with the record, or with the file.
    fn read(&mut self) -> ReadResult<Self>;

    /// The next record, if it is at hand already and nothing is wrong with it: the short way, asked
    /// first. A reader that has none at hand, or never has, leaves it to [`ReadRecord::read`].
    #[inline]
    fn at_hand(&mut self) -> Option<Self::Record> {
        None
    }
}

/// The result of reading the next record.
pub type ReadResult<R> = Result<
    Option<<R as ReadRecord>::Record>,
    Error<<R as ReadRecord>::Kind, <R as ReadRecord>::Field>,
>;

impl<R: ReadRecord> ReadRecord for &mut R {
    type Record = R::Record;
    type Kind = R::Kind;
    type Field = R::Field;

    fn read(&mut self) -> ReadResult<Self> {
        (**self).read()
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as below")]
    fn at_hand(&mut self) -> Option<Self::Record> {
        (**self).at_hand()
    }
}

/// Iterates over a reader's records. After an error that is not recoverable it ends.
#[derive(Debug)]
pub struct Records<R> {
    reader: R,
    ended: bool,
}

impl<R> Records<R> {
    /// Begins where the reader stands.
    pub const fn new(reader: R) -> Self {
        Self { reader, ended: false }
    }

    /// The reader, to ask for its header, trailer or position.
    pub const fn reader(&self) -> &R {
        &self.reader
    }

    /// The reader again.
    pub fn into_reader(self) -> R {
        self.reader
    }
}

impl<R: ReadRecord> Iterator for Records<R> {
    type Item = Result<R::Record, Error<R::Kind, R::Field>>;

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "a record that goes through memory takes twice as long"
    )]
    fn next(&mut self) -> Option<Self::Item> {
        match self.reader.at_hand() {
            Some(record) => Some(Ok(record)),
            None => self.read_next(),
        }
    }
}

impl<R: ReadRecord> Records<R> {
    #[cold]
    fn read_next(&mut self) -> Option<<Self as Iterator>::Item> {
        if self.ended {
            return None;
        }
        let next = self.reader.read().transpose();
        self.ended = match &next {
            None => true,
            Some(Err(error)) => !error.is_recoverable(),
            Some(Ok(_)) => false,
        };
        next
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::fmt;

    use super::*;
    use crate::Position;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Wrong {
        Io,
        Letter,
    }

    impl fmt::Display for Wrong {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{self:?}")
        }
    }

    impl Kind for Wrong {
        const IO: Self = Self::Io;

        fn is_recoverable(self) -> bool {
            self == Self::Letter
        }
    }

    type Step = Result<Option<u32>, Wrong>;

    /// Says these one after the other, and counts how often it is asked.
    #[derive(Debug)]
    struct Slow {
        steps: VecDeque<Step>,
        reads: usize,
    }

    impl Slow {
        fn new(steps: &[Step]) -> Self {
            Self { steps: steps.iter().copied().collect(), reads: 0 }
        }
    }

    impl ReadRecord for Slow {
        type Record = u32;
        type Kind = Wrong;
        type Field = &'static str;

        fn read(&mut self) -> ReadResult<Self> {
            self.reads += 1;
            let step = self.steps.pop_front().unwrap_or(Ok(None));
            step.map_err(|kind| Error::new(kind, None, Position::START))
        }
    }

    /// The same, with some records at hand before those.
    struct Fast {
        at_hand: Vec<u32>,
        slow: Slow,
    }

    impl ReadRecord for Fast {
        type Record = u32;
        type Kind = Wrong;
        type Field = &'static str;

        fn read(&mut self) -> ReadResult<Self> {
            self.slow.read()
        }

        fn at_hand(&mut self) -> Option<u32> {
            self.at_hand.pop()
        }
    }

    fn seen<R>(records: &mut Records<R>) -> Vec<Result<u32, Wrong>>
    where
        R: ReadRecord<Record = u32, Kind = Wrong, Field = &'static str>,
    {
        records.map(|each| each.map_err(|error| error.kind())).collect()
    }

    #[test]
    fn records_go_on_after_an_error_that_is_recoverable() {
        let steps = [Ok(Some(1)), Err(Wrong::Letter), Ok(Some(2)), Ok(None), Ok(Some(3))];
        let mut records = Records::new(Slow::new(&steps));
        assert_eq!(seen(&mut records), [Ok(1), Err(Wrong::Letter), Ok(2)]);
        assert_eq!(records.reader().reads, 4);
        // the end was met: the reader is not asked again
        assert!(records.next().is_none());
        assert_eq!(records.into_reader().reads, 4);
    }

    #[test]
    fn records_end_after_any_other_error() {
        let steps = [Ok(Some(1)), Err(Wrong::Io), Ok(Some(2))];
        let mut records = Records::new(Slow::new(&steps));
        assert_eq!(seen(&mut records), [Ok(1), Err(Wrong::Io)]);
        assert_eq!(records.reader().reads, 2);
    }

    #[test]
    fn an_error_comes_out_as_it_was() {
        let error = Records::new(Slow::new(&[Err(Wrong::Letter)])).next().unwrap().unwrap_err();
        assert_eq!(error.to_string(), "line 1, column 1 (byte 0): Letter");
    }

    #[test]
    fn what_is_at_hand_comes_first_also_through_a_reference() {
        let mut fast = Fast { at_hand: vec![8, 7], slow: Slow::new(&[Ok(Some(9))]) };
        let mut records = Records::new(&mut fast);
        assert_eq!(records.next().unwrap().unwrap(), 7);
        assert_eq!(records.next().unwrap().unwrap(), 8);
        assert_eq!(records.reader().slow.reads, 0);
        assert_eq!(seen(&mut records), [Ok(9)]);
        assert_eq!(fast.slow.reads, 2);
    }
}

//! Iterating over a reader's records.

use crate::fault::{Error, Kind};

/// A reader that hands out one record after another.
pub trait ReadRecord {
    /// A record's values.
    type Record;
    /// What can be wrong.
    type Kind: Kind;
    /// In what.
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

/// What reading the next record gives.
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

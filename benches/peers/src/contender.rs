//! A way to read a file.

use flagflow_rows::Backend;

use crate::input::File;
use crate::sink::{Kept, Sink, Sum};

/// Reads and checks every record of a file: digits, letters, days of the calendar.
pub(crate) trait Read {
    /// Name in the tables.
    const NAME: &'static str;
    /// A slow contender gets only one in so many records. Figures are by record.
    const SHARE: usize = 1;
    /// The columns of its kind of record.
    type Columns: Sink + Default;

    /// Passes the records to `sink`.
    fn read<S: Sink>(file: File<'_>, sink: &mut S);
}

/// A reader with an erased type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) share: usize,
    /// One of flagflow's readers, which are exact.
    pub(crate) is_ours: bool,
    columns: fn(File<'_>),
    sum: fn(File<'_>),
    keep: fn(File<'_>) -> Kept,
}

/// Returns the portable backend, or the widest one of this processor; `FLAGFLOW_BACKEND` names
/// another.
pub(crate) fn backend(is_wide: bool) -> Backend {
    if is_wide { Backend::best() } else { Backend::Portable }
}

/// Use of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Filled into columns, which are reused between batches.
    Columns,
    /// Processed one by one.
    OneByOne,
}

impl Contender {
    /// A contender of another crate.
    pub(crate) const fn peer<R: Read>() -> Self {
        Self {
            name: R::NAME,
            share: R::SHARE,
            is_ours: false,
            columns: read::<R, R::Columns>,
            sum: read::<R, Sum>,
            keep: keep::<R>,
        }
    }

    /// A flagflow reader.
    pub(crate) const fn ours<R: Read>() -> Self {
        let mut contender = Self::peer::<R>();
        contender.is_ours = true;
        contender
    }

    /// The same, with all records.
    pub(crate) const fn whole(mut self) -> Self {
        self.share = 1;
        self
    }

    /// Reads for timing.
    pub(crate) fn run(&self, file: File<'_>, how: Use) {
        match how {
            Use::Columns => (self.columns)(file),
            Use::OneByOne => (self.sum)(file),
        }
    }

    /// Reads for comparison.
    pub(crate) fn keep(&self, file: File<'_>) -> Kept {
        (self.keep)(file)
    }
}

fn read<R: Read, S: Sink + Default>(file: File<'_>) {
    let mut sink = S::default();
    R::read(file, &mut sink);
    std::hint::black_box(&sink);
}

fn keep<R: Read>(file: File<'_>) -> Kept {
    let mut kept = Kept::default();
    R::read(file, &mut kept);
    kept
}

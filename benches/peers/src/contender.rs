//! A way to read a file.

use crate::input::File;
use crate::sink::{Kept, Sink, Sum};

/// Reads every record of a file, its values checked: digits, letters, days of the calendar.
pub(crate) trait Read {
    /// What it is called in the tables.
    const NAME: &'static str;
    /// Only one in so many of the records is given to it, if it is slow. Figures are by record.
    const SHARE: usize = 1;
    /// The columns that its kind of record has.
    type Columns: Sink + Default;

    /// Gives what it reads to `sink`.
    fn read<S: Sink>(file: File<'_>, sink: &mut S);
}

/// A reader whose type is forgotten.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) share: usize,
    /// Which of our backends it is, for the table of targets.
    pub(crate) backend: Option<Backend>,
    columns: fn(File<'_>),
    sum: fn(File<'_>),
    keep: fn(File<'_>) -> Kept,
}

/// How one of our own readers comes to its speed: which column of targets it is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    /// Safe and portable.
    Safe,
    /// AVX2.
    Wide,
}

/// What is done with the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// They go into columns, reused between batches.
    Columns,
    /// Each is looked at as it comes.
    OneByOne,
}

impl Contender {
    /// Somebody else's.
    pub(crate) const fn peer<R: Read>() -> Self {
        Self {
            name: R::NAME,
            share: R::SHARE,
            backend: None,
            columns: read::<R, R::Columns>,
            sum: read::<R, Sum>,
            keep: keep::<R>,
        }
    }

    /// One of our own.
    pub(crate) const fn ours<R: Read>(backend: Backend) -> Self {
        let mut contender = Self::peer::<R>();
        contender.backend = Some(backend);
        contender
    }

    /// The same, given all of the records.
    pub(crate) const fn whole(mut self) -> Self {
        self.share = 1;
        self
    }

    /// Reads, to be timed.
    pub(crate) fn run(&self, file: File<'_>, how: Use) {
        match how {
            Use::Columns => (self.columns)(file),
            Use::OneByOne => (self.sum)(file),
        }
    }

    /// Reads, to be compared.
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

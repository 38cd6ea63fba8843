//! Sorting more numbers than fit in memory: sorted runs in temporary files, merged at the end.
//!
//! Numbers of 128 bits and nothing else, so that sorting is the standard library's and a run is
//! their bytes. (CONTRIBUTING.md lists the crates that were tried.)

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::PathBuf;

/// Number of bytes of a packed record, in memory and in a run.
pub(super) const BYTES: usize = size_of::<u128>();

/// Maximum number of runs at once: each is an open file with a buffer. When there is one more, all
/// are merged into one.
const MOST_RUNS: usize = 128;

/// The bytes of a run's buffer.
const BUFFER: usize = 64 << 10;

/// Collects numbers, and writes those that exceed the memory to runs.
#[derive(Debug)]
pub(super) struct Sorting {
    most: usize,
    folder: PathBuf,
    held: Vec<u128>,
    runs: Vec<SortedRun>,
}

impl Sorting {
    /// Holds at most so many numbers in memory. Runs go to a folder, as files without names: the
    /// system removes them however the process ends.
    pub(super) const fn new(most: usize, folder: PathBuf) -> Self {
        Self { most, folder, held: Vec::new(), runs: Vec::new() }
    }

    #[inline]
    pub(super) fn push(&mut self, number: u128) -> io::Result<()> {
        if self.held.len() >= self.most {
            self.spill()?;
        }
        if self.held.len() == self.held.capacity() {
            self.grow();
        }
        self.held.push(number);
        Ok(())
    }

    /// Doubles the capacity as a vector does, up to the limit.
    #[cold]
    fn grow(&mut self) {
        let wanted = (self.held.len() * 2).clamp(1, self.most.max(1));
        self.held.reserve_exact(wanted - self.held.len());
    }

    #[cold]
    fn spill(&mut self) -> io::Result<()> {
        self.held.sort_unstable();
        let mut writer = RunWriter::new(&self.folder)?;
        self.held.iter().try_for_each(|number| writer.push(*number))?;
        self.held.clear();
        self.runs.push(writer.finish()?);
        if self.runs.len() > MOST_RUNS {
            let merged = self.merged()?;
            self.runs.push(merged);
        }
        Ok(())
    }

    /// Merges all runs into one.
    fn merged(&mut self) -> io::Result<SortedRun> {
        let mut merge = Merge::new(Vec::new(), std::mem::take(&mut self.runs))?;
        let mut writer = RunWriter::new(&self.folder)?;
        while let Some(number) = merge.next()? {
            writer.push(number)?;
        }
        writer.finish()
    }

    /// Returns all numbers, in order.
    pub(super) fn finish(mut self) -> io::Result<Merge> {
        self.held.sort_unstable();
        Merge::new(self.held, self.runs)
    }
}

/// A run in the making.
#[derive(Debug)]
struct RunWriter {
    file: BufWriter<File>,
    count: u64,
}

impl RunWriter {
    fn new(folder: &PathBuf) -> io::Result<Self> {
        let file = BufWriter::with_capacity(BUFFER, tempfile::tempfile_in(folder)?);
        Ok(Self { file, count: 0 })
    }

    fn push(&mut self, number: u128) -> io::Result<()> {
        self.count += 1;
        self.file.write_all(&number.to_le_bytes())
    }

    fn finish(self) -> io::Result<SortedRun> {
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(SortedRun { file, left: self.count })
    }
}

/// A sorted run in a temporary file, and how many of its numbers are still to be read.
#[derive(Debug)]
struct SortedRun {
    file: File,
    left: u64,
}

/// Numbers in order: those that are held, and those of the runs.
#[derive(Debug)]
pub(super) struct Merge {
    held: std::vec::IntoIter<u128>,
    runs: Vec<(BufReader<File>, u64)>,
    /// The next number of each source that has one; the source after the last run is what is held.
    next: BinaryHeap<Reverse<(u128, usize)>>,
}

impl Merge {
    fn new(held: Vec<u128>, runs: Vec<SortedRun>) -> io::Result<Self> {
        let reader = |run: SortedRun| (BufReader::with_capacity(BUFFER, run.file), run.left);
        let runs: Vec<_> = runs.into_iter().map(reader).collect();
        let sources = runs.len() + 1;
        let mut merge = Self { held: held.into_iter(), runs, next: BinaryHeap::new() };
        for source in 0..sources {
            let first = merge.take(source)?;
            merge.next.extend(first.map(|number| Reverse((number, source))));
        }
        Ok(merge)
    }

    /// Returns the next number of all.
    #[inline]
    pub(super) fn next(&mut self) -> io::Result<Option<u128>> {
        let Some(&Reverse((number, source))) = self.next.peek() else { return Ok(None) };
        let after = self.take(source)?;
        if let Some(mut top) = self.next.peek_mut() {
            match after {
                // the heap is reordered once, when `top` is dropped
                Some(after) => *top = Reverse((after, source)),
                None => drop(PeekMut::pop(top)),
            }
        }
        Ok(Some(number))
    }

    /// Reads the next number of a source.
    #[inline]
    fn take(&mut self, source: usize) -> io::Result<Option<u128>> {
        match self.runs.get_mut(source) {
            None => Ok(self.held.next()),
            Some((_, 0)) => Ok(None),
            Some((reader, left)) => {
                // a run that ends before its last number is an error of the reader
                let mut bytes = [0; BYTES];
                reader.read_exact(&mut bytes)?;
                *left -= 1;
                Ok(Some(u128::from_le_bytes(bytes)))
            }
        }
    }

    /// Returns the number of runs.
    #[cfg(test)]
    pub(super) fn runs(&self) -> usize {
        self.runs.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sorted(most: usize, numbers: &[u128]) -> (Vec<u128>, usize) {
        let mut sorting = Sorting::new(most, std::env::temp_dir());
        for number in numbers {
            sorting.push(*number).unwrap();
            assert!(sorting.held.capacity() <= most.max(1));
        }
        let mut merge = sorting.finish().unwrap();
        let runs = merge.runs();
        let mut all = Vec::new();
        while let Some(number) = merge.next().unwrap() {
            all.push(number);
        }
        assert_eq!(merge.next().unwrap(), None);
        (all, runs)
    }

    proptest! {
        #[test]
        fn numbers_come_out_in_order_whatever_the_memory(
            mut numbers in proptest::collection::vec(
                prop_oneof![any::<u128>(), 0u128..20, Just(u128::MAX)],
                0..60,
            ),
            most in 0usize..70,
        ) {
            let (all, _) = sorted(most, &numbers);
            numbers.sort_unstable();
            prop_assert_eq!(all, numbers);
        }
    }

    /// A crate that was tried lost everything there.
    #[test]
    fn nothing_is_lost_where_the_last_filling_is_just_full() {
        for count in [0, 1, 9, 10, 11, 20, 30] {
            let numbers: Vec<u128> = (0..count).rev().collect();
            assert_eq!(sorted(10, &numbers).0.len(), numbers.len(), "{count}");
        }
    }

    #[test]
    fn runs_are_merged_before_they_are_too_many() {
        let numbers: Vec<u128> = (0..2000).map(|n| n * 7919 % 2003).collect();
        let (all, runs) = sorted(3, &numbers);
        assert!(all.is_sorted() && all.len() == 2000);
        assert!((2..=MOST_RUNS).contains(&runs), "{runs}");
    }

    #[test]
    fn a_run_that_is_cut_short_is_an_error() {
        let mut sorting = Sorting::new(10_000, std::env::temp_dir());
        (0..20_001).for_each(|number| sorting.push(number).unwrap());
        sorting.runs[1].file.set_len(100_000).unwrap();
        let mut merge = sorting.finish().unwrap();
        let failed = loop {
            match merge.next() {
                Ok(Some(_)) => {}
                Ok(None) => break false,
                Err(error) => break error.kind() == io::ErrorKind::UnexpectedEof,
            }
        };
        assert!(failed);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let mut sorting = Sorting::new(1, "/no/such/folder".into());
        sorting.push(1).unwrap();
        assert_eq!(sorting.push(2).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}

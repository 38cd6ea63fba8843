//! Sorting more items than fit in memory: sorted runs in temporary files, merged at the end.
//!
//! An item is a number of 128 bits or a string of bytes, so that sorting is the standard library's
//! and a run is their bytes. (CONTRIBUTING.md lists the crates that were tried.)

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::PathBuf;

/// Maximum number of runs at once: each is an open file with a buffer. When there is one more, all
/// are merged into one.
const MOST_RUNS: usize = 128;

/// The bytes of a run's buffer.
const BUFFER: usize = 64 << 10;

/// An item that can be sorted, and written to a run.
pub(super) trait Sortable: Ord + Sized {
    /// The fewest bytes of an item in memory.
    const LEAST: usize;

    /// Returns the number of bytes in memory.
    fn size(&self) -> usize;

    /// Writes the item to a run.
    fn write(&self, run: &mut impl Write) -> io::Result<()>;

    /// Reads an item of a run.
    fn read(run: &mut impl Read) -> io::Result<Self>;
}

impl Sortable for u128 {
    const LEAST: usize = size_of::<Self>();

    #[inline]
    fn size(&self) -> usize {
        Self::LEAST
    }

    #[inline]
    fn write(&self, run: &mut impl Write) -> io::Result<()> {
        run.write_all(&self.to_le_bytes())
    }

    #[inline]
    fn read(run: &mut impl Read) -> io::Result<Self> {
        let mut bytes = [0; size_of::<Self>()];
        run.read_exact(&mut bytes)?;
        Ok(Self::from_le_bytes(bytes))
    }
}

impl Sortable for Box<[u8]> {
    /// A vector that has just grown has room for twice as many; an allocation has a header.
    const LEAST: usize = 2 * size_of::<Self>() + 16;

    fn size(&self) -> usize {
        Self::LEAST + self.len()
    }

    fn write(&self, run: &mut impl Write) -> io::Result<()> {
        run.write_all(&(self.len() as u64).to_le_bytes())?;
        run.write_all(self)
    }

    fn read(run: &mut impl Read) -> io::Result<Self> {
        let mut length = [0; size_of::<u64>()];
        run.read_exact(&mut length)?;
        let length = u64::from_le_bytes(length);
        let mut bytes = Vec::new();
        run.take(length).read_to_end(&mut bytes)?;
        let is_whole = bytes.len() as u64 == length;
        if is_whole { Ok(bytes.into()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

/// Collects items, and writes those that exceed the memory to runs.
#[derive(Debug)]
pub(super) struct Sorting<T> {
    /// Most bytes of items in memory.
    memory: usize,
    folder: PathBuf,
    held: Vec<T>,
    /// Bytes of the held items.
    size: usize,
    runs: Vec<SortedRun>,
}

impl<T: Sortable> Sorting<T> {
    /// Holds at most so many bytes of items in memory, and at least one item. Runs go to a folder,
    /// as files without names: the system removes them however the process ends.
    pub(super) const fn new(memory: usize, folder: PathBuf) -> Self {
        Self { memory, folder, held: Vec::new(), size: 0, runs: Vec::new() }
    }

    #[inline]
    pub(super) fn push(&mut self, item: T) -> io::Result<()> {
        let size = item.size();
        if self.size.saturating_add(size) > self.memory && !self.held.is_empty() {
            self.spill()?;
        }
        if self.held.len() == self.held.capacity() {
            self.grow();
        }
        self.size += size;
        self.held.push(item);
        Ok(())
    }

    /// Doubles the capacity as a vector does, up to the limit.
    #[cold]
    fn grow(&mut self) {
        let most = (self.memory / T::LEAST).max(self.held.len() + 1);
        let wanted = (self.held.len() * 2).clamp(1, most);
        self.held.reserve_exact(wanted - self.held.len());
    }

    #[cold]
    fn spill(&mut self) -> io::Result<()> {
        self.held.sort_unstable();
        let mut writer = RunWriter::new(&self.folder)?;
        self.held.iter().try_for_each(|item| writer.push(item))?;
        self.held.clear();
        self.size = 0;
        self.runs.push(writer.finish()?);
        if self.runs.len() > MOST_RUNS {
            let merged = self.merged()?;
            self.runs.push(merged);
        }
        Ok(())
    }

    /// Merges all runs into one.
    fn merged(&mut self) -> io::Result<SortedRun> {
        let mut merge = Merge::<T>::new(Vec::new(), std::mem::take(&mut self.runs))?;
        let mut writer = RunWriter::new(&self.folder)?;
        while let Some(item) = merge.next()? {
            writer.push(&item)?;
        }
        writer.finish()
    }

    /// Returns all items, in order.
    pub(super) fn finish(mut self) -> io::Result<Merge<T>> {
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

    fn push(&mut self, item: &impl Sortable) -> io::Result<()> {
        self.count += 1;
        item.write(&mut self.file)
    }

    fn finish(self) -> io::Result<SortedRun> {
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(SortedRun { file, left: self.count })
    }
}

/// A sorted run in a temporary file, and how many of its items are still to be read.
#[derive(Debug)]
struct SortedRun {
    file: File,
    left: u64,
}

/// Items in order: those that are held, and those of the runs.
#[derive(Debug)]
pub(super) struct Merge<T> {
    held: std::vec::IntoIter<T>,
    runs: Vec<(BufReader<File>, u64)>,
    /// The next item of each source that has one; the source after the last run is what is held.
    next: BinaryHeap<Reverse<(T, usize)>>,
}

impl<T: Sortable> Merge<T> {
    fn new(held: Vec<T>, runs: Vec<SortedRun>) -> io::Result<Self> {
        let reader = |run: SortedRun| (BufReader::with_capacity(BUFFER, run.file), run.left);
        let runs: Vec<_> = runs.into_iter().map(reader).collect();
        let sources = runs.len() + 1;
        let mut merge = Self { held: held.into_iter(), runs, next: BinaryHeap::new() };
        for source in 0..sources {
            let first = merge.take(source)?;
            merge.next.extend(first.map(|item| Reverse((item, source))));
        }
        Ok(merge)
    }

    /// Returns the next of all items.
    #[inline]
    pub(super) fn next(&mut self) -> io::Result<Option<T>> {
        let Some(Reverse((_, source))) = self.next.peek() else { return Ok(None) };
        let source = *source;
        let after = self.take(source)?;
        let Some(mut top) = self.next.peek_mut() else { return Ok(None) };
        let Reverse((item, _)) = match after {
            // the heap is reordered once, when `top` is dropped
            Some(after) => std::mem::replace(&mut *top, Reverse((after, source))),
            None => PeekMut::pop(top),
        };
        Ok(Some(item))
    }

    /// Reads the next item of a source.
    #[inline]
    fn take(&mut self, source: usize) -> io::Result<Option<T>> {
        match self.runs.get_mut(source) {
            None => Ok(self.held.next()),
            Some((_, 0)) => Ok(None),
            Some((reader, left)) => {
                // a run that ends before its last item is an error of the reader
                let item = T::read(reader)?;
                *left -= 1;
                Ok(Some(item))
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
    use std::fmt::Debug;

    use proptest::prelude::*;

    use super::*;

    /// Sorts items with the memory of so many of the smallest ones.
    fn sorted<T: Sortable + Clone + Debug>(most: usize, items: &[T]) -> (Vec<T>, usize) {
        let mut sorting = Sorting::new(most * T::LEAST, std::env::temp_dir());
        for item in items {
            sorting.push(item.clone()).unwrap();
            assert!(sorting.held.capacity() <= most.max(1));
            assert!(sorting.size <= most * T::LEAST || sorting.held.len() == 1);
        }
        let mut merge = sorting.finish().unwrap();
        let runs = merge.runs();
        let mut all = Vec::new();
        while let Some(item) = merge.next().unwrap() {
            all.push(item);
        }
        assert!(merge.next().unwrap().is_none());
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

        #[test]
        fn strings_come_out_in_order_whatever_the_memory(
            strings in proptest::collection::vec(
                proptest::collection::vec(0u8..4, 0..100),
                0..60,
            ),
            most in 0usize..70,
        ) {
            let mut strings: Vec<Box<[u8]>> = strings.into_iter().map(Into::into).collect();
            let (all, _) = sorted(most, &strings);
            strings.sort_unstable();
            prop_assert_eq!(all, strings);
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

    /// Cuts the second of two runs to half its length, and returns true if reading it fails.
    fn fails_when_cut<T: Sortable>(item: impl Fn(u128) -> T) -> bool {
        let mut sorting = Sorting::new(10_000 * item(0).size(), std::env::temp_dir());
        (0..20_001).for_each(|number| sorting.push(item(number)).unwrap());
        let run = &sorting.runs[1].file;
        run.set_len(run.metadata().unwrap().len() / 2 + 3).unwrap();
        let mut merge = sorting.finish().unwrap();
        loop {
            match merge.next() {
                Ok(Some(_)) => {}
                Ok(None) => break false,
                Err(error) => break error.kind() == io::ErrorKind::UnexpectedEof,
            }
        }
    }

    #[test]
    fn a_run_that_is_cut_short_is_an_error() {
        assert!(fails_when_cut(|number| number));
        assert!(fails_when_cut(|number| -> Box<[u8]> { number.to_be_bytes().into() }));
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let mut sorting = Sorting::new(1, "/no/such/folder".into());
        sorting.push(1_u128).unwrap();
        assert_eq!(sorting.push(2).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}

//! Reading a file in memory on several threads.

use std::num::NonZeroUsize;
use std::ops::{ControlFlow, Range};

use flagflow_frame::LineReader;
use flagflow_frame::parallel::{self, Batches};

use crate::batch::Batch;
use crate::error::Result;
use crate::file::FileOrder;
use crate::reader::{File, PartEnd, Progress, Reader, ReaderOptions, io_at};

impl Reader<&[u8]> {
    /// Reads what is left of a file that is in memory, or mapped into it, on several threads: the
    /// same batches of records and errors, in their order, with the same positions, that
    /// [`Reader::read_batch`] gives, though it may cut them elsewhere. Ends when `take` breaks.
    ///
    /// With one thread, before the first level-1 group, and behind a trailer it is this thread that
    /// reads.
    ///
    /// ```
    /// use std::num::NonZeroUsize;
    /// use std::ops::ControlFlow;
    /// use flagflow_electricity::{Flow, Reader, ReaderOptions};
    ///
    /// let mut file = b"X01|1|\n".to_vec();
    /// file.extend(b"X02|1|DC01|1013044353630|A|20211105|\n".repeat(50_000));
    /// let threads = NonZeroUsize::MIN.saturating_add(1);
    /// let mut reader = ReaderOptions::new().flow(Flow::D0350).reader(&file[..]);
    /// let mut records = 0;
    /// reader.read_parallel(threads, |batch| {
    ///     records += batch.len();
    ///     ControlFlow::<()>::Continue(())
    /// })?;
    /// assert_eq!(records, 50_000);
    /// # Ok::<(), flagflow_electricity::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those that are not [recoverable](crate::Error::is_recoverable): the layout is not known.
    pub fn read_parallel<B>(
        &mut self,
        threads: NonZeroUsize,
        mut take: impl FnMut(&Batch) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>> {
        let mut one = Batch::with_capacity(1);
        while !(self.progress.may_hold_updates() || self.progress.envelope.seen.trailer) {
            if !self.read_batch(&mut one)? {
                return Ok(ControlFlow::Continue(()));
            }
            if let ControlFlow::Break(it) = take(&one) {
                return Ok(ControlFlow::Break(it));
            }
        }
        if threads.get() > 1
            && let Some(file) = self.progress.file_in_updates().cloned()
            && let ControlFlow::Break(Some(it)) = self.read_parts(threads, &file, &mut take)?
        {
            return Ok(ControlFlow::Break(it));
        }
        let mut batch = Batch::new();
        while self.read_batch(&mut batch)? {
            if let ControlFlow::Break(it) = take(&batch) {
                return Ok(ControlFlow::Break(it));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Reads records on several threads, up to a trailer (`Break(None)`) or the end.
    fn read_parts<B>(
        &mut self,
        threads: NonZeroUsize,
        file: &File,
        take: &mut impl FnMut(&Batch) -> ControlFlow<B>,
    ) -> Result<ControlFlow<Option<B>>> {
        let position = self.lines.position();
        self.lines.peek().map_err(io_at(position))?;
        let (rest, options) = (*self.lines.inner(), self.options.clone());
        let start = self.lines.offset();
        let work = |range: Range<usize>, part: &mut Part| {
            let is_last = range.end == rest.len();
            let offset = start + range.start as u64;
            part.read(options.reader_of_part(file, &rest[range], offset, is_last), offset);
        };
        Ok(parallel::in_order(rest, threads, work, |part: &mut Part| {
            for batch in part.batches.filled() {
                batch.move_behind(self.lines.position().line - 1, self.progress.records);
                take(batch).map_break(Some)?;
            }
            self.lines.skip_lines(part.lines, part.bytes);
            self.progress.take_part(&part.progress);
            if part.is_ended { ControlFlow::Break(None) } else { ControlFlow::Continue(()) }
        }))
    }
}

/// What a thread read of a file's part.
#[derive(Debug, Default)]
struct Part {
    batches: Batches<Batch>,
    lines: u64,
    bytes: usize,
    progress: Progress,
    /// It ends before its end: there is a trailer.
    is_ended: bool,
}

impl Part {
    fn read(&mut self, mut reader: Reader<&[u8]>, offset: u64) {
        // nothing that is not recoverable is in bytes of a known layout
        self.batches.fill(|batch| reader.read_batch(batch).unwrap_or(false));
        let end = match reader.part {
            Some(PartEnd::Trailer(position)) => Some(position),
            _ => None,
        };
        self.is_ended = end.is_some();
        let end = end.unwrap_or(reader.lines.position());
        self.lines = end.line - 1;
        self.bytes = usize::try_from(end.offset - offset).unwrap_or(usize::MAX);
        self.progress = reader.progress;
    }
}

impl Progress {
    /// The file, where an update that comes next is a record in its place.
    fn file_in_updates(&self) -> Option<&File> {
        self.file.as_ref().filter(|_| self.may_hold_updates())
    }

    /// Goes on behind a part.
    fn take_part(&mut self, part: &Self) {
        self.records += part.records;
        self.opening = part.opening.or(self.opening);
        self.order.take_part(&part.order);
    }
}

impl ReaderOptions {
    /// A reader of a part of a file in the middle of its records, which begins at an offset. It
    /// counts lines and records from there, and ends before a trailer. Only the last part has the
    /// file's end.
    fn reader_of_part<'p>(
        &self,
        file: &File,
        part: &'p [u8],
        offset: u64,
        is_last: bool,
    ) -> Reader<&'p [u8]> {
        let mut reader = self.clone().reader(part);
        let lines = LineReader::with_max_line(part, self.max_line).with_offset(offset);
        reader.lines = if is_last { lines } else { lines.without_end() };
        reader.progress.order = FileOrder::in_updates(&file.profile);
        reader.progress.file = Some(file.clone());
        reader.part = Some(PartEnd::Open);
        reader
    }
}

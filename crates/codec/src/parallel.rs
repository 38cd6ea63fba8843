//! Reading a file in memory on several threads.

use std::num::NonZeroUsize;
use std::ops::{ControlFlow, Range};

use flagflow_frame::LineReader;
use flagflow_frame::parallel::{self, Batches};

use crate::batch::Batch;
use crate::error::Result;
use crate::flow::Flow;
use crate::order::FileOrder;
use crate::reader::{File, PartEnd, Progress, Reader, io_at};

impl<F: Flow> Reader<F, &[u8]> {
    /// Reads the rest of a file that is in memory, or mapped into it, on several threads: the same
    /// batches of records and errors, in their order, with the same positions, that
    /// [`Reader::read_batch`] gives, though it may cut them elsewhere. Ends when `take` breaks.
    ///
    /// With one thread, with lines below records, before the first group of records, behind a
    /// trailer, and where the table limits the number of lines below a group, only this thread
    /// reads.
    ///
    /// # Errors
    ///
    /// Those that are not [recoverable](crate::Error::is_recoverable): the layout is not known.
    pub fn read_parallel<B>(
        &mut self,
        threads: NonZeroUsize,
        mut take: impl FnMut(&Batch<F>) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, F::Field> {
        self.end_run();
        let mut one = Batch::with_capacity(1);
        while threads.get() > 1 && !self.progress.is_settled() {
            if !self.read_batch(&mut one)? {
                return Ok(ControlFlow::Continue(()));
            }
            if let ControlFlow::Break(it) = take(&one) {
                return Ok(ControlFlow::Break(it));
            }
        }
        if threads.get() > 1
            && let Some(file) = self.progress.file_in_records().cloned()
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
        file: &File<F>,
        take: &mut impl FnMut(&Batch<F>) -> ControlFlow<B>,
    ) -> Result<ControlFlow<Option<B>>, F::Field> {
        let position = self.lines.position();
        self.lines.peek().map_err(io_at(position))?;
        let (rest, start) = (*self.lines.inner(), self.lines.offset());
        let (options, settings) = (self.options.clone(), self.settings);
        let order = self.progress.order.of_part();
        let work = |range: Range<usize>, part: &mut Part<F>| {
            let (is_last, offset) = (range.end == rest.len(), start + range.start as u64);
            let mut reader = Reader::with_options(&rest[range], options.clone(), settings);
            reader.begin_part(file, order, offset, is_last);
            part.read(reader, offset);
        };
        Ok(parallel::in_order(parallel::parts(rest), threads, work, |part: &mut Part<F>| {
            for batch in part.batches.filled() {
                let records = self.progress.order.counts().records;
                batch.move_behind(self.lines.position().line - 1, records);
                take(batch).map_break(Some)?;
            }
            self.lines.skip_lines(part.lines, part.bytes);
            self.progress.take_part(&part.progress);
            if part.is_ended { ControlFlow::Break(None) } else { ControlFlow::Continue(()) }
        }))
    }

    /// Begins a part of a file in the middle of its records. Lines and records are counted from
    /// there, and the part ends before a trailer. Only the last part has the file's end.
    fn begin_part(&mut self, file: &File<F>, order: FileOrder<F>, offset: u64, is_last: bool) {
        let bytes = *self.lines.inner();
        let lines = LineReader::with_max_line(bytes, self.settings.max_line).with_offset(offset);
        self.lines = if is_last { lines } else { lines.without_end() };
        self.progress.order = order;
        self.progress.file = Some(file.clone());
        self.part = Some(PartEnd::Open);
    }
}

/// The result of a thread that read a part of a file.
#[derive(Debug)]
struct Part<F: Flow> {
    batches: Batches<Batch<F>>,
    lines: u64,
    bytes: usize,
    progress: Progress<F>,
    /// The part ends before its end: there is a trailer.
    is_ended: bool,
}

impl<F: Flow> Default for Part<F> {
    fn default() -> Self {
        let (batches, progress) = (Batches::default(), Progress::default());
        Self { batches, lines: 0, bytes: 0, progress, is_ended: false }
    }
}

impl<F: Flow> Part<F> {
    fn read(&mut self, mut reader: Reader<F, &[u8]>, offset: u64) {
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

impl<F: Flow> Progress<F> {
    /// Returns whether it is known that the rest can be read in parts, or that it cannot.
    fn is_settled(&self) -> bool {
        let has_reasons = self.file.as_ref().is_some_and(|file| file.has_reasons);
        has_reasons || self.order.is_in_records() || self.envelope.has_trailer
    }

    /// Returns the file, where the next record is one in its place.
    fn file_in_records(&self) -> Option<&File<F>> {
        let order = &self.order;
        self.file.as_ref().filter(|_| order.is_in_records() && order.is_divisible())
    }

    /// Goes on behind a part.
    fn take_part(&mut self, part: &Self) {
        self.group = part.group.or(self.group);
        self.order.take_part(&part.order);
    }
}

//! Reading a file in memory on several threads.

use std::num::NonZeroUsize;
use std::ops::{ControlFlow, Range};

use flagflow_frame::LineReader;
use flagflow_frame::parallel::{self, Batches};

use crate::batch::Batch;
use crate::error::Result;
use crate::file::FileOrder;
use crate::layout::Layout;
use crate::reader::{Reader, ReaderOptions, failed_at};

impl Reader<&[u8]> {
    /// Reads what is left of a file that is in memory, or mapped into it, on several threads: the
    /// same batches of records and errors, in their order, with the same positions, that
    /// [`Reader::read_batch`] gives, though it may cut them elsewhere. Ends when `take` breaks.
    ///
    /// With one thread, with [reasons](ReaderOptions::with_reasons), and behind a trailer it is this
    /// thread that reads.
    ///
    /// ```
    /// use std::num::NonZeroUsize;
    /// use std::ops::ControlFlow;
    /// use flagflow_gas::Reader;
    ///
    /// let file = b"E451234567810A20211105\n".repeat(50_000);
    /// let threads = NonZeroUsize::MIN.saturating_add(1);
    /// let mut records = 0;
    /// Reader::from_slice(&file).read_parallel(threads, |batch| {
    ///     records += batch.len();
    ///     ControlFlow::<()>::Continue(())
    /// })?;
    /// assert_eq!(records, 50_000);
    /// # Ok::<(), flagflow_gas::Error>(())
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
        while threads.get() > 1
            && !(self.options.with_reasons || self.order.is_in_records() || self.envelope.trailer)
        {
            if !self.read_batch(&mut one)? {
                return Ok(ControlFlow::Continue(()));
            }
            if let ControlFlow::Break(it) = take(&one) {
                return Ok(ControlFlow::Break(it));
            }
        }
        if threads.get() > 1
            && let (Some(layout), true) = (self.layout, self.order.is_in_records())
            && let ControlFlow::Break(Some(it)) = self.read_parts(layout, threads, &mut take)?
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
        layout: Layout,
        threads: NonZeroUsize,
        take: &mut impl FnMut(&Batch) -> ControlFlow<B>,
    ) -> Result<ControlFlow<Option<B>>> {
        let position = self.lines.position();
        self.lines.peek().map_err(failed_at(position))?;
        let (rest, options) = (*self.lines.inner(), self.options.layout(layout));
        let start = self.lines.offset();
        let work = |range: Range<usize>, part: &mut Part| {
            let is_last = range.end == rest.len();
            let offset = start + range.start as u64;
            part.read(options.reader_of_part(&rest[range], offset, is_last), offset);
        };
        Ok(parallel::in_order(rest, threads, work, |part: &mut Part| {
            for batch in part.batches.filled() {
                batch.move_behind(self.lines.position().line - 1, self.records);
                take(batch).map_break(Some)?;
            }
            self.lines.skip_lines(part.lines, part.bytes);
            self.records += part.records;
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
    records: u64,
    /// It ends before its end: there is a trailer.
    is_ended: bool,
}

impl Part {
    fn read(&mut self, mut reader: Reader<&[u8]>, offset: u64) {
        // nothing that is not recoverable is in bytes of a known layout
        self.batches.fill(|batch| reader.read_batch(batch).unwrap_or(false));
        let trailer_at = reader.trailer_at.flatten();
        let end = trailer_at.unwrap_or(reader.lines.position());
        self.is_ended = trailer_at.is_some();
        self.lines = end.line - 1;
        self.bytes = usize::try_from(end.offset - offset).unwrap_or(usize::MAX);
        self.records = reader.records;
    }
}

impl ReaderOptions {
    /// A reader of a part of a file in the middle of its records, which begins at an offset. It
    /// counts lines and records from there, and ends before a trailer. Only the last part has the
    /// file's end.
    fn reader_of_part(self, part: &[u8], offset: u64, is_last: bool) -> Reader<&[u8]> {
        let mut reader = self.reader(part);
        let lines = LineReader::with_max_line(part, self.max_line).with_offset(offset);
        reader.lines = if is_last { lines } else { lines.without_end() };
        reader.order = FileOrder::in_records();
        reader.trailer_at = Some(None);
        reader
    }
}

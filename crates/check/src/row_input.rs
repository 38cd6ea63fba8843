//! Inputs of a check, and the rows that are decoded of them.

use std::io::{self, BufRead, Read};

use flagflow_codec::{Decoding, Flow, LineDecoder, LineDecoders, Table};
use flagflow_frame::{ReadAhead, split_line};
use flagflow_rows::{Backend, RowColumns};

/// Rows of one batch.
pub(crate) const ROWS: usize = 4096;

/// Rows at the beginning of a buffer.
#[derive(Clone, Copy)]
pub(crate) struct BufferedRows<'a, F: Flow> {
    pub(crate) decoder: &'a LineDecoder<F>,
    pub(crate) columns: &'a RowColumns,
    pub(crate) bytes: &'a [u8],
}

/// An input whose rows may have been decoded before they are read.
pub(crate) trait RowInput<F: Flow>: BufRead {
    /// Returns the rows at the beginning of the buffer, where they are decoded.
    fn decoded(&self) -> Option<BufferedRows<'_, F>>;
}

/// An input that is read by the thread that checks it.
pub(crate) struct OwnInput<R>(pub(crate) R);

impl<R: Read> Read for OwnInput<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: BufRead> BufRead for OwnInput<R> {
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }

    #[inline]
    fn consume(&mut self, bytes: usize) {
        self.0.consume(bytes);
    }
}

impl<F: Flow, R: BufRead> RowInput<F> for OwnInput<R> {
    fn decoded(&self) -> Option<BufferedRows<'_, F>> {
        None
    }
}

impl<F: Flow> RowInput<F> for ReadAhead<'_, BlockRows<F>> {
    fn decoded(&self) -> Option<BufferedRows<'_, F>> {
        self.made().rows_at(self.at(), self.rest())
    }
}

/// Rows of one kind that follow each other, as columns.
#[derive(Debug)]
pub(crate) struct RowBatch<F: Flow> {
    decoders: LineDecoders<F>,
    columns: RowColumns,
}

impl<F: Flow> Default for RowBatch<F> {
    fn default() -> Self {
        let how = Decoding { backend: Backend::best(), check_digits: true };
        Self { decoders: LineDecoders::new(how), columns: RowColumns::with_capacity(ROWS) }
    }
}

impl<F: Flow> RowBatch<F> {
    /// Decodes the rows at the beginning of a buffer, which begins a line; `None` where there are
    /// none.
    pub(crate) fn decode<'a>(
        &'a mut self,
        table: &Table<F>,
        bytes: &'a [u8],
    ) -> Option<BufferedRows<'a, F>> {
        self.columns.clear();
        self.decoders.decode_next(table, bytes, &mut self.columns);
        self.rows(bytes)
    }

    fn rows<'a>(&'a self, bytes: &'a [u8]) -> Option<BufferedRows<'a, F>> {
        let (decoder, columns) = (self.decoders.current()?, &self.columns);
        (!columns.is_empty()).then_some(BufferedRows { decoder, columns, bytes })
    }
}

/// The rows of a block of lines, by the places where their batches begin.
#[derive(Debug)]
pub(crate) struct BlockRows<F: Flow> {
    /// The first so many are of this block, the others there to be used again.
    batches: Vec<(usize, RowBatch<F>)>,
    used: usize,
}

impl<F: Flow> Default for BlockRows<F> {
    fn default() -> Self {
        Self { batches: Vec::new(), used: 0 }
    }
}

impl<F: Flow> BlockRows<F> {
    /// Decodes the rows of a block. Lines that are no rows are left out.
    pub(crate) fn decode(&mut self, table: &Table<F>, block: &[u8]) {
        self.used = 0;
        let mut at = 0;
        while let Some(rest) = block.get(at..).filter(|rest| !rest.is_empty()) {
            if self.used == self.batches.len() {
                self.batches.push((0, RowBatch::default()));
            }
            let (start, batch) = &mut self.batches[self.used];
            match batch.decode(table, rest) {
                Some(rows) => {
                    *start = at;
                    at += rows.columns.bytes();
                    self.used += 1;
                }
                None => {
                    at =
                        split_line(rest).map_or(block.len(), |(.., rest)| block.len() - rest.len());
                }
            }
        }
    }

    /// Returns the rows of the batch that begins at a place, with the bytes from there on.
    fn rows_at<'a>(&'a self, place: usize, bytes: &'a [u8]) -> Option<BufferedRows<'a, F>> {
        let batches = &self.batches[..self.used];
        let batch = batches.binary_search_by_key(&place, |(start, _)| *start).ok()?;
        batches[batch].1.rows(bytes)
    }
}

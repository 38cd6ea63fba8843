//! Record batches of one flow.

use std::collections::HashMap;
use std::fmt::{Debug, Display};
use std::io::BufRead;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::SchemaRef;
use flagflow_codec::{Batch, Content, ErrorKind as Kind, ReadSettings, Reader};
use flagflow_frame::{LineEnd, Position};

use crate::columns::ArrayMaker;
use crate::error::{Error, ErrorKind, Result};
use crate::flow::{ScanFlow, cells_of, join_reasons, object_of, row_of};
use crate::options::{OnError, ScanOptions};
use crate::row::{RowBuilder, ScanRow, expect_fitting};
use crate::schema::{Column, schema};

/// Reads record batches.
pub(crate) trait BatchSource: Debug + Send {
    fn schema(&self) -> SchemaRef;

    /// Returns the next batch, which has rows; `None` at the end.
    fn next(&mut self) -> Result<Option<RecordBatch>>;

    /// Returns the number of bad records so far.
    fn bad_records(&self) -> u64;
}

/// The place of a part in its file. The part is read behind a few lines of the file before it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PartPlace {
    /// Bytes and lines read before the part.
    pub(crate) context: (u64, u64),
    /// Bytes and lines of the file before the part.
    pub(crate) before: (u64, u64),
    /// True if the part begins behind the first byte of the file.
    pub(crate) is_behind: bool,
    /// True if the part ends before the end of the file.
    pub(crate) is_cut: bool,
}

impl PartPlace {
    /// Returns a position in the file; `None` for one before the part.
    fn position(&self, at: Position) -> Option<Position> {
        let offset = at.offset.checked_sub(self.context.0)? + self.before.0;
        let line = at.line.saturating_sub(self.context.1) + self.before.1;
        Some(Position { offset, line, ..at })
    }

    /// Returns true if an error of the file is one of the part: the counts of a trailer are those
    /// of the whole file, and only its last part has its end.
    const fn has(&self, kind: Kind) -> bool {
        match kind {
            Kind::RecordCount { .. } | Kind::GroupCount { .. } | Kind::FlowCount { .. } => {
                !self.is_behind
            }
            Kind::MissingTrailer => !self.is_cut,
            _ => true,
        }
    }
}

/// A bad record or line.
struct ScanFault {
    position: Position,
    is_record: bool,
    text: String,
}

impl ScanFault {
    fn new<N: Display>(position: Position, field: Option<N>, kind: Kind) -> Self {
        let text = match field {
            Some(field) => format!("{field}: {kind}"),
            None => kind.to_string(),
        };
        Self { position, is_record: position.record.is_some(), text }
    }

    fn error(&self) -> Error {
        Error::new(ErrorKind::BadRecord, self.text.clone()).at(self.position)
    }
}

pub(crate) struct FlowSource<F: ScanFlow, R> {
    reader: Reader<F, R>,
    batch: Batch<F>,
    schema: SchemaRef,
    columns: Vec<Column>,
    arrays: ArrayMaker,
    builder: RowBuilder,
    place: PartPlace,
    file: Option<String>,
    on_error: OnError,
    bad_records: u64,
    /// The number of the last bad record.
    last_bad: Option<u64>,
    /// The first batch, which was read for the header.
    first: Option<Result<Option<RecordBatch>>>,
    ended: bool,
}

impl<F: ScanFlow, R> Debug for FlowSource<F, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { columns, place, file, on_error, .. } = self;
        let mut f = f.debug_struct("FlowSource");
        f.field("columns", columns).field("place", place).field("file", file);
        f.field("on_error", on_error).finish_non_exhaustive()
    }
}

impl<F: ScanFlow, R: BufRead> FlowSource<F, R> {
    pub(crate) fn new(
        input: R,
        format: &F::Format,
        place: PartPlace,
        line_end: LineEnd,
        file: Option<String>,
        options: &ScanOptions,
    ) -> Self {
        let reader_options = F::reader_options(format, options);
        let columns = options.columns();
        let batch_size = options.batch_size.max(1);
        let mut source = Self {
            reader: Reader::with_options(input, reader_options, ReadSettings::default()),
            batch: Batch::with_capacity(batch_size),
            schema: schema(&columns, HashMap::new()),
            builder: RowBuilder::new(&columns),
            columns,
            arrays: ArrayMaker::default(),
            place,
            file,
            on_error: options.on_error,
            bad_records: 0,
            last_bad: None,
            first: None,
            ended: false,
        };
        let first = source.read();
        let metadata = source.metadata(format, line_end);
        source.schema = schema(&source.columns, metadata);
        let with_schema = |batch: RecordBatch| Ok(batch.with_schema(source.schema.clone())?);
        source.first = Some(first.and_then(|batch| batch.map(with_schema).transpose()));
        source
    }

    fn metadata(&self, format: &F::Format, line_end: LineEnd) -> HashMap<String, String> {
        let line_end = if line_end == LineEnd::CrLf { "crlf" } else { "lf" };
        let mut metadata: HashMap<String, String> = [
            ("flagflow.version", env!("CARGO_PKG_VERSION")),
            ("flagflow.fuel", F::FUEL.as_str()),
            ("flagflow.layout", F::layout_name(format)),
            ("flagflow.line_end", line_end),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
        let header = self.reader.header();
        F::describe(format, header, &mut metadata);
        let header = header.and_then(|header| object_of::<F>(format, &Content::Header(header)));
        let group = self.reader.opening();
        let group = group.and_then(|group| object_of::<F>(format, &Content::Group(group)));
        for (key, object) in [("flagflow.header", header), ("flagflow.group", group)] {
            if let Some(object) = object {
                metadata.insert(key.to_owned(), object);
            }
        }
        metadata
    }

    /// Counts bad records, and returns the first error if that ends the scan.
    fn count_bad(&mut self, bad: &[ScanFault]) -> Result<()> {
        self.bad_records += bad.iter().filter(|bad| bad.is_record).count() as u64;
        match bad.first().filter(|_| self.on_error == OnError::Fail) {
            Some(bad) => Err(bad.error()),
            None => Ok(()),
        }
    }

    fn read(&mut self) -> Result<Option<RecordBatch>> {
        self.read_rows().map_err(|error| error.in_file(self.file.as_deref()))
    }

    fn read_rows(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            let place = self.place;
            if !self.reader.read_batch(&mut self.batch).map_err(|error| fatal(&place, error))? {
                return Ok(None);
            }
            let errors = self.batch.errors().iter();
            let mut bad: Vec<_> = errors.filter_map(|error| bad_line(&place, error)).collect();
            // a bad reason below a bad record
            bad.retain(|bad| {
                let is_again = bad.is_record && bad.position.record <= self.last_bad;
                self.last_bad = self.last_bad.max(bad.position.record);
                !is_again
            });
            self.count_bad(&bad)?;
            let is_before = |row: &usize| {
                self.batch.position(*row).is_none_or(|at| place.position(at).is_none())
            };
            let first = match place.context.0 {
                0 => 0,
                _ => (0..self.batch.len()).take_while(is_before).count(),
            };
            let is_kept = self.on_error == OnError::Keep && bad.iter().any(|bad| bad.is_record);
            let has_rows = first < self.batch.len();
            if is_kept || has_rows && self.batch.points().is_empty() {
                self.push_rows(first, &bad)?;
                return self.builder.finish(&self.schema).map(Some);
            }
            if has_rows {
                return self.columns(first).map(Some);
            }
        }
    }

    /// Returns the batch from a row on.
    fn columns(&mut self, first: usize) -> Result<RecordBatch> {
        let cells = cells_of(&self.batch);
        let mut arrays = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            arrays.push(match column {
                Column::File | Column::Line | Column::Offset => {
                    let at = |row| self.batch.position(row).and_then(|at| self.place.position(at));
                    let rows = (0..self.batch.len()).map(at);
                    self.arrays.positions(*column, rows, self.file.as_deref())
                }
                column => self.arrays.array(*column, &cells)?,
            });
        }
        let options = RecordBatchOptions::new().with_row_count(Some(cells.rows));
        let batch = RecordBatch::try_new_with_options(self.schema.clone(), arrays, &options)?;
        Ok(if first == 0 { batch } else { batch.slice(first, batch.num_rows() - first) })
    }

    /// Adds the records of the batch from a row on, and the bad records that are kept, in the
    /// file's order.
    fn push_rows(&mut self, first: usize, bad: &[ScanFault]) -> Result<()> {
        let is_kept = self.on_error == OnError::Keep;
        let mut bad = bad.iter().filter(|bad| is_kept && bad.is_record).peekable();
        let (file, mut reasons) = (self.file.as_deref(), String::new());
        for row in first..self.batch.len() {
            let at = self.batch.position(row).and_then(|at| self.place.position(at));
            let at = at.unwrap_or_default();
            while let Some(before) = bad.next_if(|bad| bad.position.line < at.line) {
                push_bad(&mut self.builder, before, file);
            }
            let Some(record) = self.batch.record(row) else { continue };
            join_reasons::<F>(&mut reasons, self.batch.reasons(row));
            let values = row_of::<F>(&record, &reasons);
            expect_fitting(&values).map_err(|error| error.at(at))?;
            self.builder.push(&values, at, file);
        }
        bad.for_each(|bad| push_bad(&mut self.builder, bad, file));
        Ok(())
    }
}

fn push_bad(builder: &mut RowBuilder, bad: &ScanFault, file: Option<&str>) {
    let row = ScanRow { error: Some(&bad.text), ..ScanRow::default() };
    // the position of a row is that of its line
    let back = bad.position.column - 1;
    let position = Position { offset: bad.position.offset - back, ..bad.position };
    builder.push(&row, position, file);
}

/// Returns an error of the reader that is about the part.
fn bad_line<N: flagflow_codec::Name + Display>(
    place: &PartPlace,
    error: &flagflow_codec::Error<N>,
) -> Option<ScanFault> {
    let position = place.position(error.position()).filter(|_| place.has(error.kind()))?;
    Some(ScanFault::new(position, error.field(), error.kind()))
}

/// Returns the error that ends a scan.
fn fatal<N: flagflow_codec::Name + Display>(
    place: &PartPlace,
    error: flagflow_codec::Error<N>,
) -> Error {
    let position = place.position(error.position()).unwrap_or_default();
    let kind = error.kind();
    match error.into_io() {
        Ok(cause) => Error::new(ErrorKind::Input, cause.to_string()).at(position),
        Err(_) => Error::new(ErrorKind::Unrecognised, kind.to_string()).at(position),
    }
}

impl<F: ScanFlow, R: BufRead + Send> BatchSource for FlowSource<F, R> {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn next(&mut self) -> Result<Option<RecordBatch>> {
        if self.ended {
            return Ok(None);
        }
        let next = self.first.take().unwrap_or_else(|| self.read());
        self.ended = !matches!(next, Ok(Some(_)));
        next
    }

    fn bad_records(&self) -> u64 {
        self.bad_records
    }
}

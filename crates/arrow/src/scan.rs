//! Files as record batches.

use std::io::{BufRead, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use arrow_array::{RecordBatch, RecordBatchOptions, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use flagflow_check::{FileFormat, escape_path, recognise};
use flagflow_electricity::Electricity;
use flagflow_files::input;
use flagflow_frame::LineReader;
use flagflow_gas::{Gas, table};

use crate::electricity;
use crate::error::{Error, ErrorKind, Result};
use crate::open::{open, source};
use crate::options::ScanOptions;
use crate::source::{BatchSource, FlowSource, PartPlace};
use crate::split::FileSplit;

/// Reads files into record batches of one schema.
///
/// A scan is an iterator and a [`RecordBatchReader`]. The first batch is read when the scan is
/// made, so that the schema's metadata has the header. A scan ends with its first error.
#[derive(Debug)]
pub struct Scan {
    source: Box<dyn BatchSource>,
    schema: SchemaRef,
    /// The files that follow, the next one last.
    rest: Vec<PathBuf>,
    options: ScanOptions,
    bad_records: u64,
    ended: bool,
}

impl Scan {
    /// Opens a file, or standard input for `-`; compressed files are decompressed.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or is of no known format.
    pub fn open(path: &Path, options: &ScanOptions) -> Result<Self> {
        Self::open_all([path], options)
    }

    /// Opens files, which are read one after the other. The metadata of the schema is that of the
    /// first one.
    ///
    /// # Errors
    ///
    /// As [`Scan::open`]; no file at all.
    pub fn open_all(
        paths: impl IntoIterator<Item = impl AsRef<Path>>,
        options: &ScanOptions,
    ) -> Result<Self> {
        let mut rest: Vec<_> = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
        rest.reverse();
        let first =
            rest.pop().ok_or_else(|| Error::new(ErrorKind::Input, "there is no file to read"))?;
        let source = open(&first, options)?;
        Ok(Self { rest, ..Self::of_source(source, options) })
    }

    /// Reads a file that is open.
    ///
    /// # Errors
    ///
    /// As [`Scan::open`].
    pub fn new(input: impl BufRead + Send + 'static, options: &ScanOptions) -> Result<Self> {
        Ok(Self::of_source(source(input, None, options)?, options))
    }

    /// Reads a file that is open under a name, which errors and the column `file` have.
    ///
    /// # Errors
    ///
    /// As [`Scan::open`].
    pub fn named(
        input: impl BufRead + Send + 'static,
        name: &str,
        options: &ScanOptions,
    ) -> Result<Self> {
        let source = source(input, Some(name), options);
        let source = source.map_err(|error| error.in_file(Some(name)))?;
        Ok(Self::of_source(source, options))
    }

    /// Reads a part of a file. All parts together give the rows of the whole file, in its order.
    ///
    /// # Errors
    ///
    /// As [`Scan::open`]; a file that has another length than when it was split.
    pub fn of(split: &FileSplit, options: &ScanOptions) -> Result<Self> {
        let name = escape_path(&split.path);
        let source = source_of_split(split, &name, options);
        Ok(Self::of_source(source.map_err(|error| error.in_file(Some(&name)))?, options))
    }

    fn of_source(source: Box<dyn BatchSource>, options: &ScanOptions) -> Self {
        let schema = source.schema();
        let options = options.clone();
        Self { source, schema, rest: Vec::new(), options, bad_records: 0, ended: false }
    }

    /// Returns the number of bad records so far, kept or left out.
    #[must_use]
    pub fn bad_records(&self) -> u64 {
        self.bad_records + self.source.bad_records()
    }

    /// Returns a batch under the schema of the first file, whose metadata is another.
    fn with_schema(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let (schema, columns) = (self.schema.clone(), batch.columns().to_vec());
        Ok(RecordBatch::try_new_with_options(schema, columns, &options)?)
    }

    fn read(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(batch) = self.source.next()? {
                return self.with_schema(&batch).map(Some);
            }
            let Some(path) = self.rest.pop() else { return Ok(None) };
            self.bad_records += self.source.bad_records();
            self.source = open(&path, &self.options)?;
        }
    }
}

impl Iterator for Scan {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.read();
        self.ended = !matches!(next, Ok(Some(_)));
        next.map_err(ArrowError::from).transpose()
    }
}

impl RecordBatchReader for Scan {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

fn source_of_split(
    split: &FileSplit,
    name: &str,
    options: &ScanOptions,
) -> Result<Box<dyn BatchSource>> {
    if split.is_whole {
        return open(&split.path, options);
    }
    let unreadable = |cause| flagflow_files::Error::input("cannot be read", cause);
    let mut file = std::fs::File::open(&split.path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    if length != split.length {
        return Err(Error::new(ErrorKind::Input, "the file has changed since it was split"));
    }
    file.seek(SeekFrom::Start(split.bytes.start)).map_err(unreadable)?;
    let part = file.take(split.bytes.end - split.bytes.start);
    let part = std::io::BufReader::with_capacity(input::BUFFER, part);
    let head = Cursor::new(split.context.clone());
    let (mut options, check) = (options.clone(), split.check(options));
    (options.flow, options.layout) = (check.flow, check.layout);
    let context_lines = split.context.iter().filter(|byte| **byte == b'\n').count() as u64;
    let place = PartPlace {
        context: (split.context.len() as u64, context_lines),
        before: (split.bytes.start, split.lines_before),
        is_behind: split.bytes.start > 0,
        is_cut: split.bytes.end < split.length,
    };
    let (name, line_end) = (Some(name.to_owned()), split.line_end);
    let input = head.chain(part);
    // flow and layout are given, so the line is not read
    let mut no_line = LineReader::new(&b"\n"[..]);
    let line = no_line.read_line().map_err(flagflow_files::Error::reading)?;
    let line = line.ok_or_else(|| Error::new(ErrorKind::Unrecognised, "no line"))?;
    Ok(match recognise(&line, &check)? {
        FileFormat::Gas(layout) => {
            let format = table(layout, false);
            Box::new(FlowSource::<Gas, _>::new(input, &format, place, line_end, name, &options))
        }
        FileFormat::Electricity(layout, profile) => {
            let format = electricity::format(layout, profile);
            let source = FlowSource::<Electricity, _>::new;
            Box::new(source(input, &format, place, line_end, name, &options))
        }
    })
}

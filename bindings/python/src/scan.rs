//! Files as streams of record batches.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, SchemaRef};
use flagflow::arrow::parquet::ParquetWriter;
use flagflow::arrow::{Column, Error, FileSplit, OnError, Scan, ScanOptions, schema};
use flagflow::electricity::Profile;
use flagflow::files::output::Guard;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};

use crate::error::{bad_option, parsed, raised, raised_step};
use crate::input::{Raised, open_object};

/// The input of a scan.
enum Origin {
    Paths(Vec<PathBuf>),
    /// A function that returns a file object at its beginning, and its name.
    Object(Py<PyAny>, String),
    Part(FileSplit),
}

/// A scan that can be opened again and again.
#[pyclass(frozen, module = "flagflow._native")]
pub(crate) struct NativeScan {
    origin: Origin,
    options: ScanOptions,
    /// The last error of a stream. Consumers only show its message.
    error: LastError,
    raised: Raised,
}

type LastError = Arc<Mutex<Option<Error>>>;

fn lock(error: &LastError) -> std::sync::MutexGuard<'_, Option<Error>> {
    error.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the error of a scan.
struct Kept {
    scan: Scan,
    error: LastError,
}

impl Iterator for Kept {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.scan.next()?;
        Some(next.map_err(|error| {
            let error = Error::from(error);
            *lock(&self.error) = Some(error.clone());
            ArrowError::from(error)
        }))
    }
}

impl RecordBatchReader for Kept {
    fn schema(&self) -> SchemaRef {
        self.scan.schema()
    }
}

impl NativeScan {
    fn open(&self, py: Python<'_>, options: &ScanOptions) -> PyResult<Kept> {
        *lock(&self.error) = None;
        let scan = py.detach(|| match &self.origin {
            Origin::Paths(paths) => Scan::open_all(paths, options),
            Origin::Part(split) => Scan::of(split, options),
            Origin::Object(opener, name) => open_object(opener, name, &self.raised)
                .and_then(|input| Scan::named(input, name, options)),
        });
        let scan =
            scan.map_err(|error| self.raised.take().unwrap_or_else(|| raised(py, &error)))?;
        Ok(Kept { scan, error: self.error.clone() })
    }

    fn options(
        &self,
        py: Python<'_>,
        columns: Option<Vec<String>>,
        batch_size: Option<usize>,
    ) -> PyResult<ScanOptions> {
        let mut options = self.options.clone();
        if let Some(columns) = columns {
            options.columns = Some(columns_of(py, &columns)?);
            options.positions = false;
        }
        options.batch_size = batch_size.unwrap_or(options.batch_size);
        Ok(options)
    }
}

fn columns_of(py: Python<'_>, names: &[String]) -> PyResult<Vec<Column>> {
    names.iter().map(|name| name.parse().map_err(|error| raised(py, &error))).collect()
}

#[pymethods]
impl NativeScan {
    #[new]
    #[pyo3(signature = (
        *, paths=None, opener=None, name=None, part=None, flow=None, layout=None,
        profiles=Vec::new(), columns=None, positions=false, batch_size=None, on_error=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "options of Python")]
    fn new(
        py: Python<'_>,
        paths: Option<Vec<PathBuf>>,
        opener: Option<Py<PyAny>>,
        name: Option<String>,
        part: Option<&Bound<'_, PyDict>>,
        flow: Option<String>,
        layout: Option<String>,
        profiles: Vec<String>,
        columns: Option<Vec<String>>,
        positions: bool,
        batch_size: Option<usize>,
        on_error: Option<String>,
    ) -> PyResult<Self> {
        let origin = match (paths, opener, part) {
            (Some(paths), _, _) => Origin::Paths(paths),
            (_, Some(opener), _) => Origin::Object(opener, name.unwrap_or_default()),
            (_, _, Some(part)) => Origin::Part(split_of(py, part)?),
            _ => return Err(bad_option(py, "there is no input")),
        };
        let mut options = ScanOptions::default();
        options.flow = parsed(py, "flow", flow)?;
        options.layout = parsed(py, "layout", layout)?;
        options.profiles = profiles_of(py, &profiles)?;
        options.columns = columns.map(|columns| columns_of(py, &columns)).transpose()?;
        options.positions = positions;
        options.batch_size = batch_size.unwrap_or(options.batch_size);
        options.on_error = parsed::<OnError>(py, "on_error", on_error)?.unwrap_or_default();
        Ok(Self { origin, options, error: LastError::default(), raised: Raised::default() })
    }

    /// Returns the names of the columns.
    fn columns(&self) -> Vec<&'static str> {
        self.options.columns().iter().map(|column| column.as_str()).collect()
    }

    /// Returns the schema as a capsule, without reading anything.
    fn schema_capsule<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = schema::schema(&self.options.columns(), std::collections::HashMap::new());
        let schema = FFI_ArrowSchema::try_from(schema.as_ref());
        let schema = schema.map_err(|error| raised(py, &error.into()))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// Opens the input and returns a stream of record batches as a capsule.
    #[pyo3(signature = (columns=None, batch_size=None))]
    fn stream_capsule<'py>(
        &self,
        py: Python<'py>,
        columns: Option<Vec<String>>,
        batch_size: Option<usize>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let scan = self.open(py, &self.options(py, columns, batch_size)?)?;
        let stream = FFI_ArrowArrayStream::new(Box::new(scan));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }

    /// Returns the metadata of the first file.
    fn metadata(&self, py: Python<'_>) -> PyResult<std::collections::HashMap<String, String>> {
        let scan = self.open(py, &self.options(py, None, Some(1))?)?;
        let schema = scan.schema();
        let metadata = schema.metadata().iter();
        Ok(metadata.map(|(key, value)| (key.to_string(), value.to_string())).collect())
    }

    /// Raises the last error of a stream, if there is one.
    fn raise_error(&self, py: Python<'_>) -> PyResult<()> {
        if let Some(error) = self.raised.take() {
            return Err(error);
        }
        lock(&self.error).take().map_or(Ok(()), |error| Err(raised(py, &error)))
    }

    /// Writes a Parquet file, whole or not at all, and returns the number of rows.
    fn write_parquet(&self, py: Python<'_>, path: PathBuf) -> PyResult<u64> {
        let name = path.to_string_lossy().into_owned();
        let mut guard = Guard::default();
        let inputs = match &self.origin {
            Origin::Paths(paths) => paths.as_slice(),
            Origin::Part(split) => std::slice::from_ref(&split.path),
            Origin::Object(..) => &[],
        };
        let guarded = inputs.iter().try_for_each(|input| guard.reads(input));
        let guarded = guarded.and_then(|()| guard.writes(&path));
        guarded.map_err(|error| raised_step(py, error, &name))?;
        let scan = self.open(py, &self.options)?;
        let written = py.detach(|| {
            let output = guard.create(&path)?;
            let schema = scan.schema();
            let mut writer = ParquetWriter::new(output, schema.clone())?;
            let mut rows = 0;
            for batch in scan {
                let batch = batch?;
                rows += batch.num_rows() as u64;
                writer.write(&batch)?;
                if let Err(error) = Python::attach(|py| py.check_signals()) {
                    return Ok(Err(error));
                }
            }
            let metadata = schema.metadata().iter();
            let metadata =
                metadata.map(|(key, value)| (key.to_string(), value.to_string())).collect();
            writer.finish(metadata)?.commit()?;
            Ok(Ok(rows))
        });
        written.map_err(|error: Error| self.raised.take().unwrap_or_else(|| raised(py, &error)))?
    }
}

/// Parses profiles, each a text of TOML.
pub(crate) fn profiles_of(py: Python<'_>, texts: &[String]) -> PyResult<Vec<Arc<Profile>>> {
    let parse = |text: &String| Profile::from_toml(text).map(Arc::new);
    let profiles = texts.iter().map(parse).collect::<Result<Vec<_>, _>>();
    profiles.map_err(|error| bad_option(py, format!("profile: {error}")))
}

/// Splits a file, and returns the parts as dictionaries, which can be pickled.
#[pyfunction]
#[pyo3(signature = (path, size, *, flow=None, layout=None, profiles=Vec::new()))]
pub(crate) fn splits<'py>(
    py: Python<'py>,
    path: PathBuf,
    size: u64,
    flow: Option<String>,
    layout: Option<String>,
    profiles: Vec<String>,
) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let mut options = ScanOptions::default();
    options.flow = parsed(py, "flow", flow)?;
    options.layout = parsed(py, "layout", layout)?;
    options.profiles = profiles_of(py, &profiles)?;
    let parts = py.detach(|| flagflow::arrow::splits(&path, size, &options));
    let parts = parts.map_err(|error| raised(py, &error))?;
    let dictionary = |split: &FileSplit| {
        let part = PyDict::new(py);
        part.set_item("path", split.path.as_os_str())?;
        part.set_item("begin", split.bytes.start)?;
        part.set_item("end", split.bytes.end)?;
        part.set_item("length", split.length)?;
        part.set_item("lines_before", split.lines_before)?;
        part.set_item("context", split.context.as_slice())?;
        part.set_item("layout", split.layout.map(|layout| layout.as_str()))?;
        part.set_item("flow", split.flow.map(|flow| flow.as_str()))?;
        part.set_item("is_crlf", split.line_end == flagflow::frame::LineEnd::CrLf)?;
        part.set_item("is_whole", split.is_whole)?;
        Ok(part)
    };
    parts.iter().map(dictionary).collect()
}

/// Returns the part that a dictionary describes.
fn split_of(py: Python<'_>, part: &Bound<'_, PyDict>) -> PyResult<FileSplit> {
    use flagflow::frame::LineEnd;
    let missing = |key: &str| bad_option(py, format!("the part has no {key}"));
    macro_rules! value {
        ($key:literal) => {
            part.get_item($key)?.ok_or_else(|| missing($key))?.extract()?
        };
    }
    let bytes = value!("begin")..value!("end");
    let path: PathBuf = value!("path");
    let mut split = FileSplit::whole(&path, value!("length"));
    split.bytes = bytes;
    split.lines_before = value!("lines_before");
    split.context = value!("context");
    split.layout = parsed(py, "layout", value!("layout"))?;
    split.flow = parsed(py, "flow", value!("flow"))?;
    let is_crlf: bool = value!("is_crlf");
    split.line_end = if is_crlf { LineEnd::CrLf } else { LineEnd::Lf };
    split.is_whole = value!("is_whole");
    Ok(split)
}

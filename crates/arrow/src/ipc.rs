//! Arrow IPC files.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Write};

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, SchemaRef};

use crate::error::{Error, ErrorKind, Result};
use crate::schema::metadata_of;

/// Writes record batches as an Arrow IPC file.
pub struct IpcWriter<W: Write>(FileWriter<W>);

impl<W: Write> std::fmt::Debug for IpcWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IpcWriter").finish_non_exhaustive()
    }
}

impl<W: Write> IpcWriter<W> {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn new(output: W, schema: &SchemaRef) -> Result<Self> {
        FileWriter::try_new(output, schema).map(Self).map_err(unwritable)
    }

    /// Writes a batch.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.0.write(batch).map_err(unwritable)
    }

    /// Ends the file, with further metadata.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn finish(mut self, metadata: HashMap<String, String>) -> Result<()> {
        for (key, value) in metadata {
            self.0.write_metadata(key, value);
        }
        self.0.finish().map_err(unwritable)
    }
}

/// Writes all batches of a reader as an Arrow IPC file, and returns the number of rows.
///
/// # Errors
///
/// Those of the reader; the output cannot be written.
pub fn write_ipc(batches: impl RecordBatchReader, output: impl Write) -> Result<u64> {
    let mut writer = IpcWriter::new(output, &batches.schema())?;
    let mut rows = 0;
    for batch in batches {
        let batch = batch?;
        rows += batch.num_rows() as u64;
        writer.write(&batch)?;
    }
    writer.finish(HashMap::new())?;
    Ok(rows)
}

/// Reads the batches of an Arrow IPC file.
pub type IpcReader = FileReader<BufReader<File>>;

/// Opens an Arrow IPC file, with the metadata of the schema and the file.
///
/// # Errors
///
/// The file cannot be read, or is not an Arrow IPC file.
pub fn read_ipc(file: File) -> Result<(IpcReader, HashMap<String, String>)> {
    let unreadable = |error: ArrowError| {
        let what = format!("not a readable Arrow IPC file: {error}");
        Error::new(ErrorKind::Unrecognised, what)
    };
    let reader = FileReader::try_new(BufReader::new(file), None).map_err(unreadable)?;
    let mut metadata = metadata_of(&reader.schema());
    let own = reader.custom_metadata().iter();
    metadata.extend(own.map(|(key, value)| (key.to_string(), value.to_string())));
    Ok((reader, metadata))
}

#[expect(clippy::needless_pass_by_value, reason = "called by map_err")]
fn unwritable(error: ArrowError) -> Error {
    Error::new(ErrorKind::Output, error.to_string())
}

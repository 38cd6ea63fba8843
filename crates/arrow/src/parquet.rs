//! Parquet files.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use crate::error::{Error, ErrorKind, Result};
use crate::schema::{Column, metadata_of};

/// The most rows of a row group, which are in memory while it is written.
const GROUP: usize = 1 << 20;

/// Writes record batches as a Parquet file, compressed by zstd, in bounded memory.
pub struct ParquetWriter<W: Write + Send>(ArrowWriter<W>);

impl<W: Write + Send> std::fmt::Debug for ParquetWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParquetWriter").finish_non_exhaustive()
    }
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn new(output: W, schema: SchemaRef) -> Result<Self> {
        let level = ZstdLevel::try_new(1).map_err(unwritable)?;
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_created_by(concat!("flagflow ", env!("CARGO_PKG_VERSION")).to_owned());
        // these values hardly repeat, so a dictionary is built in vain
        for column in [Column::MeterPoint, Column::InstructionNumber, Column::Offset, Column::Line]
        {
            let path = ColumnPath::from(column.as_str());
            properties = properties.set_column_dictionary_enabled(path, false);
        }
        properties = properties.set_max_row_group_row_count(Some(GROUP));
        let writer = ArrowWriter::try_new(output, schema, Some(properties.build()));
        writer.map(Self).map_err(unwritable)
    }

    /// Writes a batch.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.0.write(batch).map_err(unwritable)
    }

    /// Ends the file, with further metadata, and returns the output.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn finish(mut self, metadata: HashMap<String, String>) -> Result<W> {
        let mut metadata: Vec<_> = metadata.into_iter().collect();
        metadata.sort();
        for (key, value) in metadata {
            self.0.append_key_value_metadata(KeyValue::new(key, value));
        }
        self.0.into_inner().map_err(unwritable)
    }
}

/// Writes all batches of a reader as a Parquet file, and returns the number of rows.
///
/// # Errors
///
/// Those of the reader; the output cannot be written.
pub fn write_parquet(batches: impl RecordBatchReader, output: impl Write + Send) -> Result<u64> {
    let schema = batches.schema();
    let mut writer = ParquetWriter::new(output, schema.clone())?;
    let mut rows = 0;
    for batch in batches {
        let batch = batch?;
        rows += batch.num_rows() as u64;
        writer.write(&batch)?;
    }
    writer.finish(metadata_of(&schema))?;
    Ok(rows)
}

/// Opens a Parquet file. The schema of the batches has the metadata of the file.
///
/// # Errors
///
/// The file cannot be read, or is not a Parquet file.
pub fn read_parquet(file: File) -> Result<(ParquetRecordBatchReader, HashMap<String, String>)> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(unreadable)?;
    let mut metadata = metadata_of(builder.schema());
    let pairs = builder.metadata().file_metadata().key_value_metadata();
    for pair in pairs.into_iter().flatten() {
        if let Some(value) = &pair.value {
            metadata.insert(pair.key.clone(), value.clone());
        }
    }
    Ok((builder.with_batch_size(8192).build().map_err(unreadable)?, metadata))
}

#[expect(clippy::needless_pass_by_value, reason = "called by map_err")]
fn unwritable(error: ParquetError) -> Error {
    Error::new(ErrorKind::Output, error.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "called by map_err")]
fn unreadable(error: ParquetError) -> Error {
    Error::new(ErrorKind::Unrecognised, format!("not a readable Parquet file: {error}"))
}

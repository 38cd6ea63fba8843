//! Mending a file, and checking what came of it before anybody gets it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};

use flagflow_check::render;
use flagflow_check::{Report, Severity, check};
use serde::Serialize;
use serde_json::value::RawValue;

use super::fix;
use super::options::FixOptions;
use super::report::{Fix, FixReport};
use flagflow_files::input::BUFFER;
use flagflow_files::output::NotStandard;
use flagflow_files::{Error, Result};

/// A file that was fixed and checked again.
#[derive(Debug)]
pub struct FixedFile {
    /// Fixes that were made.
    pub fixes: FixReport,
    /// Report of the check of the result.
    pub report: Report,
    spool: File,
}

/// Fixes a file as [`fix`] does, keeps the result in a temporary file, and checks it.
///
/// # Errors
///
/// As [`fix`], or if a temporary file fails.
pub fn fix_and_check(
    input: impl BufRead,
    options: &FixOptions,
    tell: &mut dyn FnMut(&Fix) -> Result<()>,
) -> Result<FixedFile> {
    let spool = tempfile::tempfile().map_err(failed)?;
    let mut writer = BufWriter::with_capacity(BUFFER, NotStandard(spool));
    let fixes = fix(input, &mut writer, options, tell)?;
    let NotStandard(mut spool) = writer.into_inner().map_err(|error| failed(error.into_error()))?;
    spool.rewind().map_err(failed)?;
    let mut report = check(BufReader::with_capacity(BUFFER, &spool), &options.check)?;
    report.show_again(|offset| from(&spool, offset)).map_err(failed)?;
    Ok(FixedFile { fixes, report, spool })
}

/// Returns the rest of a file from a byte on.
fn from(mut file: &File, offset: u64) -> io::Result<&File> {
    file.seek(io::SeekFrom::Start(offset))?;
    Ok(file)
}

fn failed(cause: io::Error) -> Error {
    Error::output("a temporary file failed", cause)
}

impl FixedFile {
    /// Returns true if no error is left.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.report.worst() < Some(Severity::Error)
    }

    /// Returns true if anything was fixed.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.fixes.sum() > 0
    }

    /// Writes the result.
    ///
    /// # Errors
    ///
    /// If the temporary file cannot be read, or the writer fails.
    pub fn copy_to(&mut self, output: &mut impl Write) -> Result<()> {
        self.spool.rewind().map_err(failed)?;
        let mut buffer = vec![0; BUFFER];
        loop {
            let read = self.spool.read(&mut buffer).map_err(failed)?;
            if read == 0 {
                return output.flush().map_err(Error::writing);
            }
            output.write_all(&buffer[..read]).map_err(Error::writing)?;
        }
    }

    /// Everything as one line of JSON (`flagflow-fix/1`): the fixes by kind, samples of them, and
    /// the report of the check. `name` is the file's.
    ///
    /// # Errors
    ///
    /// Errors of the writer.
    pub fn write_json(&self, mut output: impl Write, name: &str) -> Result<()> {
        let document = Document { fixed: self, name };
        serde_json::to_writer(&mut output, &document)
            .map_err(io::Error::from)
            .and_then(|()| output.write_all(b"\n"))
            .map_err(Error::writing)
    }
}

/// Fixes and report of a file as JSON.
struct Document<'a> {
    fixed: &'a FixedFile,
    name: &'a str,
}

#[derive(Serialize)]
struct FixFields<'a> {
    schema: &'static str,
    file: &'a str,
    lines: u64,
    fixes: FixCounts<'a>,
    samples: &'a [Fix],
    truncated: bool,
    report: Box<RawValue>,
}

struct FixCounts<'a>(&'a FixReport);

impl Serialize for FixCounts<'_> {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(kind, count)| (kind.as_str(), count)))
    }
}

impl Serialize for Document<'_> {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        use serde::ser::Error;
        let Self { fixed: FixedFile { fixes, report, .. }, name } = *self;
        let mut text = Vec::new();
        render::json(&mut text, name, report).map_err(S::Error::custom)?;
        let text = String::from_utf8(text).map_err(S::Error::custom)?;
        let fields = FixFields {
            schema: "flagflow-fix/1",
            file: name,
            lines: fixes.lines,
            fixes: FixCounts(fixes),
            samples: &fixes.samples,
            truncated: fixes.sum() > fixes.samples.len() as u64,
            report: RawValue::from_string(text).map_err(S::Error::custom)?,
        };
        fields.serialize(serializer)
    }
}

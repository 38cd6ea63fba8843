//! Splits a file with bad records.

use std::fs::File;
use std::io::{BufWriter, Read, Seek};
use std::sync::Arc;

use flagflow_check::{Report, Visitor};
use flagflow_files::input::Input;
use flagflow_files::{Error, Result, Source};

use crate::quarantine::{Outputs, QuarantineOptions, QuarantineRefusal, quarantine_with};

/// Suffixes of a file's parts: accepted records, rejected records, and reasons.
pub(super) const PARTS: [&str; 3] = [".accepted", ".rejected", ".reasons.jsonl"];

/// The parts of a file, in temporary files without a name.
#[derive(Clone, Debug)]
pub struct SplitParts([Arc<File>; 3]);

impl SplitParts {
    /// Returns the suffix of each part, and its content.
    pub(super) fn readers(&self) -> impl Iterator<Item = (&'static str, impl Read)> {
        PARTS.into_iter().zip(&self.0).map(|(suffix, file)| (suffix, &**file))
    }
}

/// Checks a file, and splits its records into parts; without parts if all records are accepted or
/// none is, or if the quarantine refuses the file, with the reasons. The limits are those of the
/// options. `input` is the first reading of the source.
///
/// # Errors
///
/// As [`quarantine_with`], and errors of temporary files.
pub fn check_and_split<V: Visitor>(
    source: &Source,
    input: Input,
    options: &QuarantineOptions,
    also: &mut V,
) -> Result<(Report, Option<SplitParts>, Vec<QuarantineRefusal>)>
where
    Error: From<V::Error>,
{
    let failed = |cause| Error::output("a temporary file failed", cause);
    let file = || tempfile::tempfile().map(BufWriter::new).map_err(failed);
    let (mut accepted, mut rejected, mut reasons) = (file()?, file()?, file()?);
    let outputs = Outputs {
        accepted: Some(&mut accepted),
        rejected: Some(&mut rejected),
        reasons: Some(&mut reasons),
    };
    let (report, outcome) = quarantine_with(source, input, outputs, options, also)?;
    if !outcome.may_be_published() || outcome.accepted == 0 || outcome.rejected == 0 {
        return Ok((report, None, outcome.refusals));
    }
    let finished = |writer: BufWriter<File>| {
        let mut file = writer.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.rewind().map(|()| Arc::new(file))
    };
    let parts = [accepted, rejected, reasons].map(finished);
    let [accepted, rejected, reasons] = parts.map(|part| part.map_err(failed));
    Ok((report, Some(SplitParts([accepted?, rejected?, reasons?])), Vec::new()))
}

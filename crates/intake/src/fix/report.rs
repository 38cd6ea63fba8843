//! Report of the fixes of a file.

use std::fmt;
use std::io::{self, Write};

use flagflow_check::escape;
use serde::{Serialize, Serializer};

use super::kind::FixKind;
use flagflow_files::{Error, Result};

/// Maximum number of shown bytes of a line, before and after.
pub const MAX_BYTES: usize = 256;

/// One fix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Fix {
    /// Line in the unfixed file, from 1.
    pub line: u64,
    /// Kind of the fix.
    #[serde(serialize_with = "name")]
    pub kind: FixKind,
    /// The bytes that were there, at most [`MAX_BYTES`], those outside printable ASCII as `\xNN`:
    /// the line, or its end. `None` where identifiers are masked and a line may have one.
    pub before: Option<String>,
    /// Fixed bytes.
    pub after: Option<String>,
}

fn name<S: Serializer>(kind: &FixKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}

impl Fix {
    pub(super) fn new(line: u64, kind: FixKind, before: &[u8], after: &[u8], masked: bool) -> Self {
        let shown = |bytes: &[u8]| escape(bytes.get(..MAX_BYTES).unwrap_or(bytes));
        let excerpt = |bytes| (!masked).then(|| shown(bytes));
        Self { line, kind, before: excerpt(before), after: excerpt(after) }
    }

    /// Writes it as a line of JSON.
    ///
    /// # Errors
    ///
    /// Errors of the writer.
    pub fn write_json(&self, mut output: impl Write) -> Result<()> {
        serde_json::to_writer(&mut output, self)
            .map_err(io::Error::from)
            .and_then(|()| output.write_all(b"\n"))
            .map_err(Error::writing)
    }
}

impl fmt::Display for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.kind)?;
        match (self.before.as_deref(), self.after.as_deref()) {
            (Some(""), Some("")) => f.write_str(": dropped"),
            (Some(before), Some(after)) => write!(f, ": `{before}` -> `{after}`"),
            _ => Ok(()),
        }
    }
}

/// Report of the fixes of a file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FixReport {
    /// Bytes of the file as it was.
    pub bytes: u64,
    /// Lines of the fixes.
    pub lines: u64,
    /// The first of each kind, in the order of lines.
    pub samples: Vec<Fix>,
    counts: [u64; FixKind::ALL.len()],
}

impl FixReport {
    /// Returns the number of fixes of a kind; exact.
    #[must_use]
    pub const fn count(&self, kind: FixKind) -> u64 {
        self.counts[kind as usize]
    }

    /// Returns the number of all fixes.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Iterates over the kinds of fixes made, with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (FixKind, u64)> {
        FixKind::ALL.into_iter().zip(self.counts).filter(|(_, count)| *count > 0)
    }

    /// Counts one. Whether it is among the first `most` of its kind.
    pub(super) const fn add(&mut self, kind: FixKind, most: usize) -> bool {
        let count = &mut self.counts[kind as usize];
        *count += 1;
        *count <= most as u64
    }
}

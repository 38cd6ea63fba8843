//! Findings, and the printable form of bytes.

use std::borrow::Cow;
use std::path::Path;

pub use flagflow_frame::escape;

use crate::rule::RuleId;
use crate::severity::Severity;

/// A fault that a rule found in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// The severity, as changed by the options.
    pub severity: Severity,
    /// The line, from 1.
    pub line: u64,
    /// The record, from 1, if the line is a record.
    pub record: Option<u64>,
    /// The first byte of the span, from 0, in the uncompressed file.
    pub offset: u64,
    /// The first byte of the span in its line, from 1.
    pub column: u64,
    /// The number of bytes of the span.
    pub length: u64,
    /// The field's name, or `None` for the whole line or file.
    pub field: Option<String>,
    /// The bytes of the span, at most 64, in printable form; `None` if they are masked.
    pub value: Option<String>,
    /// The message.
    pub message: Cow<'static, str>,
    /// The expected value.
    pub expected: Option<Cow<'static, str>>,
    /// The part of the line around the span.
    pub excerpt: Option<Excerpt>,
    /// The field's place in its record, for the order of findings.
    pub(crate) place: u8,
}

impl Finding {
    /// Returns the sort key of findings: by line, whole lines before their fields, fields in their
    /// record's order, rules in the registry's.
    pub(crate) fn order(&self) -> (u64, u8, RuleId) {
        (self.line, self.place, self.rule)
    }
}

/// The maximum number of bytes of a span that a finding shows.
pub const MAX_VALUE: usize = 64;

/// The part of a line around a finding's span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The bytes; with masked identifiers some may be replaced by `*`.
    pub bytes: Vec<u8>,
    /// True if the line continues before the bytes.
    pub cut_before: bool,
    /// True if the line continues after the bytes.
    pub cut_after: bool,
    /// The index of the span's first byte.
    pub start: usize,
    /// The number of the span's bytes.
    pub length: usize,
}

impl Excerpt {
    /// The number of bytes shown before and after a span.
    pub(crate) const MARGIN: usize = 40;
    const SPAN: usize = 80;

    /// Cuts the part around a span out of a line.
    pub(crate) fn around(line: &[u8], line_length: u64, start: usize, length: usize) -> Self {
        let start = start.min(line.len());
        let length = length.min(Self::SPAN).min(line.len() - start);
        let from = start.saturating_sub(Self::MARGIN);
        let to = line.len().min(start + length + Self::MARGIN);
        Self {
            bytes: line[from..to].to_vec(),
            cut_before: from > 0,
            cut_after: (to as u64) < line_length,
            start: start - from,
            length,
        }
    }

    /// Hides all digits, which may be an identifier.
    pub(crate) fn mask(&mut self) {
        mask_digits(&mut self.bytes);
    }
}

/// Hides every digit, because any digit may be part of an identifier.
pub(crate) fn mask_digits(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|byte| byte.is_ascii_digit()) {
        *byte = b'*';
    }
}

/// Returns the name of a file in printable form, as [`escape`] writes bytes. Every message, report
/// and log writes names this way, so that a name cannot add a line or a terminal command.
#[must_use]
pub fn escape_path(path: &Path) -> String {
    escape(path.as_os_str().as_encoded_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_escaped_as_bytes_are() {
        assert_eq!(escape_path(Path::new("a\n\u{1b}[2J\u{fc}")), r"a\x0A\x1B[2J\xC3\xBC");
    }

    #[test]
    fn excerpts_keep_the_span_in_sight() {
        let line: Vec<u8> = (0..=255).cycle().take(1000).collect();
        for (start, length) in [(0, 0), (0, 1000), (500, 3), (990, 10), (1000, 0), (2000, 5)] {
            let excerpt = Excerpt::around(&line, 1000, start, length);
            let shown = &excerpt.bytes[excerpt.start..excerpt.start + excerpt.length];
            let from = start.min(1000);
            assert_eq!(shown, &line[from..from + excerpt.length]);
            assert_eq!(excerpt.length, length.min(80).min(1000 - from));
            assert_eq!(excerpt.cut_before, from > 40);
            assert_eq!(excerpt.cut_after, from + excerpt.length + 40 < 1000);
        }
    }
}

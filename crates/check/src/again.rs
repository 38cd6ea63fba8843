//! Adds the lines of findings that were made at the end of the file.

use std::io::{self, Read};

use crate::finding::{Excerpt, Finding, escape};
use crate::report::Report;
use crate::rule::RuleId;

/// The maximum number of bytes of a line ending.
const LINE_END: usize = 2;

impl Report {
    /// Returns true if findings have no excerpt of their lines, because they were made at the end
    /// of the file.
    #[must_use]
    pub fn lacks_excerpts(&self) -> bool {
        self.findings.iter().any(lacks_excerpt)
    }

    /// Adds the excerpts of such findings by reading the input again, uncompressed. `read_from`
    /// opens the input at an offset.
    ///
    /// ```
    /// use flagflow_check::{Options, check};
    ///
    /// let file = b"E451234567810A20220101\nE451234567810A20220101\n";
    /// let mut report = check(&file[..], &Options::default())?;
    /// let duplicate = report.findings.len() - 1;
    /// // only a large file has a finding without its line
    /// let excerpt = report.findings[duplicate].excerpt.take();
    /// report.show_again(|offset| Ok(&file[offset as usize..]))?;
    /// assert!(excerpt.is_some() && report.findings[duplicate].excerpt == excerpt);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of reading. A changed input is not an error: no excerpt is added if the
    /// line has another value.
    pub fn show_again<R: Read>(
        &mut self,
        mut read_from: impl FnMut(u64) -> io::Result<R>,
    ) -> io::Result<()> {
        let mask = self.masked;
        for finding in self.findings.iter_mut().filter(|finding| lacks_excerpt(finding)) {
            let before = size(finding.column.saturating_sub(1)).min(Excerpt::MARGIN);
            let span = size(finding.length);
            let most = before + span + Excerpt::MARGIN + LINE_END;
            let mut piece = Vec::with_capacity(most);
            let input = read_from(finding.offset - before as u64)?;
            input.take(most as u64).read_to_end(&mut piece)?;
            finding.excerpt = excerpt(finding, piece, before, mask);
        }
        Ok(())
    }
}

/// Converts the length of something that was in memory.
fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Returns true for a finding without an excerpt, of a rule that may report at the end of the file.
fn lacks_excerpt(finding: &Finding) -> bool {
    matches!(finding.rule, RuleId::DuplicateMeterPoint | RuleId::ConflictingUpdate)
        && finding.excerpt.is_none()
}

/// Returns true if the bytes may be those of the finding. A masked value is a number.
fn may_be(finding: &Finding, span: &[u8]) -> bool {
    match &finding.value {
        Some(value) => *value == escape(span),
        None => span.iter().all(u8::is_ascii_digit),
    }
}

/// Returns the excerpt from a piece of the input with `before` bytes before the span.
fn excerpt(finding: &Finding, mut piece: Vec<u8>, before: usize, mask: bool) -> Option<Excerpt> {
    let span = size(finding.length);
    if !may_be(finding, piece.get(before..before + span)?) {
        return None;
    }
    if let Some(end) = piece[before + span..].iter().position(|byte| *byte == b'\n') {
        piece.truncate(before + span + end);
        // one CR belongs to the line ending
        if end > 0 && piece.last() == Some(&b'\r') {
            piece.pop();
        }
    }
    let mut excerpt = Excerpt::around(&piece, piece.len() as u64, before, span);
    excerpt.cut_before = finding.column > 1 + Excerpt::MARGIN as u64;
    if mask {
        excerpt.mask();
    }
    Some(excerpt)
}

//! Showing the lines of findings that only the end of the file brought to light.

use std::io::{self, Read};

use crate::finding::{Excerpt, Finding, escape};
use crate::report::Report;
use crate::rule::RuleId;

/// The most bytes of a line end.
const LINE_END: usize = 2;

impl Report {
    /// Whether findings are shown without their lines, because only the end of the file brought them
    /// to light.
    #[must_use]
    pub fn lacks_excerpts(&self) -> bool {
        self.findings.iter().any(lacks_excerpt)
    }

    /// Shows the lines of such findings where the input, uncompressed, can be read again.
    /// `read_from` begins to read at a byte of it.
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
    /// Whatever reading says. An input that has changed in the meantime is none: its lines are not
    /// shown where another value stands in them.
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

/// Of what was held in memory once.
fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The rules that the end of a file may bring to light have a line to show.
fn lacks_excerpt(finding: &Finding) -> bool {
    matches!(finding.rule, RuleId::DuplicateMeterPoint | RuleId::ConflictingUpdate)
        && finding.excerpt.is_none()
}

/// Whether the bytes may be those that the finding is about. A value that is masked is a number.
fn may_be(finding: &Finding, span: &[u8]) -> bool {
    match &finding.value {
        Some(value) => *value == escape(span),
        None => span.iter().all(u8::is_ascii_digit),
    }
}

/// The excerpt out of a piece of the input, in which some bytes stand before the span.
fn excerpt(finding: &Finding, mut piece: Vec<u8>, before: usize, mask: bool) -> Option<Excerpt> {
    let span = size(finding.length);
    if !may_be(finding, piece.get(before..before + span)?) {
        return None;
    }
    if let Some(end) = piece[before + span..].iter().position(|byte| *byte == b'\n') {
        piece.truncate(before + span + end);
        // one CR belongs to the line end
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

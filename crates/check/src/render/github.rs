//! Workflow commands of GitHub Actions: a finding becomes an annotation at its line.
//!
//! `::error file=F,line=L,endLine=L,col=C,endColumn=C,title=T::MESSAGE`, with the escapes that
//! GitHub's own toolkit applies: `%`, CR and LF in a message, `:` and `,` too in a property. Any
//! other byte outside printable ASCII is written `\xNN`.

use std::io::{self, Write};

use crate::finding::{Finding, escape};
use crate::render::wording::{counted, sentence};
use crate::render::{ReportEntry, verdict};
use crate::report::Report;
use crate::severity::Severity;

/// Writes a line of workflow commands for each file (its verdict, with exact totals) and for each
/// finding of its report.
///
/// External text cannot begin a command of its own: names of files are in properties only, and all
/// text is escaped.
///
/// # Errors
///
/// Returns the errors of the writer.
pub fn github(out: &mut impl Write, entries: &[ReportEntry]) -> io::Result<()> {
    for entry in entries {
        let file = property(entry.path.as_os_str().as_encoded_bytes());
        match &entry.outcome {
            Ok(report) => {
                summary(out, &file, entry, report)?;
                report.findings.iter().try_for_each(|f| annotation(out, &file, f))?;
            }
            Err(why) => {
                let why = data(why.as_bytes());
                writeln!(out, "::error file={file},title=flagflow::{why}")?;
            }
        }
    }
    Ok(())
}

fn summary(
    out: &mut impl Write,
    file: &str,
    entry: &ReportEntry,
    report: &Report,
) -> io::Result<()> {
    let Report { records, accepted, rejected, .. } = report;
    let mut text = verdict(report, entry.fails());
    for refusal in &entry.refused {
        text.push_str(&format!("; refused: {refusal}"));
    }
    for (rule, count) in counted(&report.totals) {
        text.push_str(&format!("; {rule}: {count}"));
    }
    for (rule, count) in counted(&report.ignored) {
        text.push_str(&format!("; {rule} ignored: {count}"));
    }
    for (rule, count) in report.suppressed.iter().flat_map(counted) {
        text.push_str(&format!("; {rule} of the baseline: {count}"));
    }
    text.push_str(&format!("; {records} records, {accepted} accepted, {rejected} rejected"));
    if let Some(policy) = &entry.policy {
        text.push_str(&format!("; judged by {policy}"));
    }
    let command = if entry.fails() { "error" } else { "notice" };
    writeln!(out, "::{command} file={file},title=flagflow::{}", data(text.as_bytes()))
}

fn annotation(out: &mut impl Write, file: &str, finding: &Finding) -> io::Result<()> {
    let Finding { line, column, length, .. } = *finding;
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    // GitHub's end is the last column, not the column after it
    let end = column + length.saturating_sub(1);
    let (title, message) = (property(finding.rule.name().as_bytes()), sentence(finding));
    let message = data(message.as_bytes());
    writeln!(
        out,
        "::{command} file={file},line={line},endLine={line},col={column},endColumn={end},\
         title={title}::{message}"
    )
}

/// Escapes the text of a command. GitHub has escapes for `%`, CR and LF, and for no other control
/// character.
fn data(text: &[u8]) -> String {
    let lines = text.split_inclusive(|byte| matches!(byte, b'\r' | b'\n'));
    let escaped = lines.map(|line| match line {
        [text @ .., b'\r'] => escape(text).replace('%', "%25") + "%0D",
        [text @ .., b'\n'] => escape(text).replace('%', "%25") + "%0A",
        text => escape(text).replace('%', "%25"),
    });
    escaped.collect()
}

/// Escapes the value of a command's property.
fn property(text: &[u8]) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_github_reads_as_syntax_is_escaped() {
        assert_eq!(data(b"50%\r\n::error::\x1B"), r"50%25%0D%0A::error::\x1B");
        assert_eq!(property(b"a,b:c\n%\xFF"), r"a%2Cb%3Ac%0A%25\xFF");
    }
}

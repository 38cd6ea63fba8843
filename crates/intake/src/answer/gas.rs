//! The E46 answers to E45 updates.

use std::io::{self, Write};

use flagflow_check::Layout;
use flagflow_domain::Outcome;
use flagflow_frame::LineEnd;
use flagflow_gas::{E45, Header, ReasonCode, Writer, WriterOptions};

use super::options::AnswerOptions;
use super::reasons::Codes;
use super::ruling::Ruling;
use flagflow_files::{Error, ErrorKind, Result};

/// A file of answers in the making.
pub(super) struct Answers<W> {
    writer: Writer<W>,
    codes: Codes<ReasonCode>,
}

impl<W: Write> Answers<W> {
    pub(super) fn begin(
        output: W,
        options: &AnswerOptions,
        layout: flagflow_gas::Layout,
        line_end: LineEnd,
    ) -> Result<Self> {
        let codes = match &options.reasons {
            Some(reasons) => {
                Codes::of(reasons, "eight printable characters", |code| code.parse().ok())?
            }
            None => Codes::none(),
        };
        let mut file = WriterOptions::new()
            .layout(options.layout_of("a gas", layout, Layout::gas)?)
            .line_end(options.line_end.choose(line_end))
            .count_reasons(options.count_reasons);
        if let Some(header) = header(options)? {
            file = file.envelope(header);
        }
        Ok(Self { writer: file.writer(output), codes })
    }

    /// Writes the answer to an update. Returns the number of its reasons.
    pub(super) fn write(&mut self, update: E45, ruling: &Ruling) -> Result<usize> {
        let outcome = if ruling.is_refused() { Outcome::Rejected } else { Outcome::Accepted };
        self.writer.write(update.answered(outcome)).map_err(unwritten)?;
        if !ruling.is_refused() {
            return Ok(0);
        }
        let codes = self.codes.of_refusals(ruling.refusals());
        for code in &codes {
            self.writer.write_reason(*code).map_err(unwritten)?;
        }
        Ok(codes.len())
    }

    pub(super) fn finish(self) -> Result<()> {
        self.writer.finish().map(|_| ()).map_err(|error| unwritten(error.into_parts().0))
    }
}

/// Returns the header, where there is to be one.
fn header(options: &AnswerOptions) -> Result<Option<Header>> {
    let bad = |what: &str| Err(Error::new(ErrorKind::Options, what));
    if !options.user_file.is_empty() || options.rejections_identifier.is_some() {
        return bad("the header values of an electricity file are given, and the file is gas");
    }
    if options.deemed_received.is_some() || options.answered_file.is_some() {
        return bad("values of a confirmation are given, and the file is gas");
    }
    match (options.envelope == Some(true), options.header.file_type) {
        (false, _) if options.header.is_empty() => Ok(None),
        (false, _) => bad("header values are given for an answer without a header"),
        (true, None) => {
            let what = "the header has no value for file_type: which type the response file has \
                        is not known here";
            Err(Error::new(ErrorKind::MissingHeaderValues, what))
        }
        (true, Some(_)) => options.header.header().map(Some),
    }
}

fn unwritten(error: flagflow_gas::Error) -> Error {
    Error::writing(error.into_io().unwrap_or_else(io::Error::other))
}

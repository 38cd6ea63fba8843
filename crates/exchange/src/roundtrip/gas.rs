//! Gas, read and written again.

use std::io::{BufRead, Write};

use flagflow_frame::LineEnd;
use flagflow_gas::{Header, Layout, ReaderOptions, WriterOptions};

use super::{RoundTripStop, finish};

/// Reads and writes every record, up to the first that cannot be read or differs; how many there
/// are.
pub(super) fn rewrite(
    input: impl BufRead,
    layout: Layout,
    line_end: LineEnd,
    output: &mut impl Write,
) -> Result<u64, RoundTripStop> {
    let mut reader = ReaderOptions::new().layout(layout).reader(input);
    // the header is known once the first record was looked at, good or bad
    let mut next = reader.read();
    let options = WriterOptions::new().layout(layout).line_end(line_end);
    let mut writer = with_envelope(options, reader.header()).writer(output);
    writer.begin()?;
    while let Some(detail) = next? {
        writer.write(detail)?;
        next = reader.read();
    }
    finish(writer)
}

fn with_envelope(options: WriterOptions, header: Option<&Header>) -> WriterOptions {
    header.map_or(options, |header| options.envelope(*header))
}

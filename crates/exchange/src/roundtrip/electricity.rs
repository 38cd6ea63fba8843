//! Electricity, read and written again by its profile.

use std::io::{BufRead, Write};
use std::sync::Arc;

use flagflow_electricity::{
    Fault, Flow, Instruction, Layout, LineKind, Opening, Profile, Reader, Record, Writer,
    WriterOptions, read_canonical,
};
use flagflow_frame::{LineEnd, Position};

use crate::convert::reader_options;

use super::{RoundTripStop, finish};

/// Reads and writes every group and record, up to the first that cannot be read or differs; returns
/// the number of records.
pub(super) fn rewrite(
    input: impl BufRead,
    line_end: LineEnd,
    profile: Option<&Arc<Profile>>,
    output: &mut impl Write,
) -> Result<u64, RoundTripStop> {
    let mut reader = reader_options(profile).reader(input);
    let mut record = Record::new();
    // the header is known once the first line of the body was looked at, good or bad
    let mut next = reader.read_body(&mut record);
    let (options, layout, profile) = options(&reader, line_end);
    let mut writer = options.writer(output);
    writer.begin()?;
    while let Some(kind) = next? {
        let written = write(&mut writer, kind, &record, (layout, &profile));
        written.map_err(|stopped| stopped.unwrap_or_else(|fault| stop(&record, fault)))?;
        next = reader.read_body(&mut record);
    }
    if let Some(trailer) = reader.trailer() {
        writer.set_trailer(trailer);
    }
    finish(writer)
}

/// Returns the options of the writer, as the file was read so far.
fn options<R: BufRead>(
    reader: &Reader<R>,
    line_end: LineEnd,
) -> (WriterOptions, Layout, Arc<Profile>) {
    let built_in = || Profile::builtin(Flow::D0350);
    let profile = reader.format().map(|format| format.profile().clone()).unwrap_or_else(built_in);
    let layout = reader.layout().unwrap_or(Layout::Zhv);
    let options = WriterOptions::new(profile.clone()).layout(layout).line_end(line_end);
    let header = reader.header().cloned();
    (header.into_iter().fold(options, WriterOptions::envelope), layout, profile)
}

/// Writes the values of a line; fails by a stop of the writer, or a fault of the line.
fn write(
    writer: &mut Writer<impl Write>,
    kind: LineKind,
    record: &Record,
    (layout, profile): (Layout, &Profile),
) -> Result<(), Result<RoundTripStop, Fault>> {
    let written = if kind == LineKind::Group {
        let opening = Opening::try_from(record).map_err(Err)?;
        writer.write_opening(opening, record.extras())
    } else {
        let canonical = read_canonical(record.as_bytes(), layout, profile);
        let read = canonical.map_or_else(|| Instruction::try_from(record), Ok).map_err(Err)?;
        writer.write_with_reasons(read, record.extras(), record.reasons())
    };
    written.map_err(|error| Ok(error.into()))
}

fn stop(record: &Record, fault: Fault) -> RoundTripStop {
    let position: Position = record.position().forward(fault.start as u64);
    RoundTripStop::Unreadable(position, fault.to_string())
}

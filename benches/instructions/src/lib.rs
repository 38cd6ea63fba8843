//! The loops whose instructions are counted, and their inputs.

use std::sync::Arc;

use flagflow_benches::{details, electricity, file};
use flagflow_check::{CrossRecords, Options, check};
use flagflow_electricity::{self as power, D0350, Profile, read_instruction};
use flagflow_gas::{Batch, Detail, Layout, Reader, Tag, WriterOptions, read_detail};

/// Number of records for each loop.
pub const RECORDS: usize = 10_000;

/// A bare file of gas records.
#[must_use]
pub fn gas(tag: Tag, layout: Layout) -> (Vec<u8>, Layout) {
    (first_lines(&file(tag, layout), RECORDS), layout)
}

/// The update lines of an electricity file, with their profile.
#[must_use]
pub fn updates(layout: power::Layout) -> (Vec<u8>, power::Layout, Arc<Profile>) {
    let profile = electricity::builtin();
    let file = electricity::file(&profile, layout);
    let lines = electricity::lines(&file, &profile);
    let lines: Vec<u8> = lines[..RECORDS].iter().flat_map(|line| [*line, b"\n"].concat()).collect();
    (lines, layout, profile)
}

/// Typed records.
#[must_use]
pub fn records(tag: Tag, layout: Layout) -> (Vec<Detail>, Layout, Vec<u8>) {
    let details = details(tag)[..RECORDS].to_vec();
    (details, layout, Vec::with_capacity(RECORDS * 40))
}

/// An electricity file of as many updates, with header and trailer.
#[must_use]
pub fn electricity_file(layout: power::Layout) -> Vec<u8> {
    let (updates, _, mut out) = electricity_records(layout);
    assert_eq!(write_electricity_together(&updates, layout, &mut out), RECORDS as u64);
    out
}

/// Typed updates.
#[must_use]
pub fn electricity_records(layout: power::Layout) -> (Vec<D0350>, power::Layout, Vec<u8>) {
    let updates = electricity::updates()[..RECORDS].to_vec();
    (updates, layout, Vec::with_capacity(RECORDS * 64))
}

fn first_lines(file: &[u8], lines: usize) -> Vec<u8> {
    file.split_inclusive(|byte| *byte == b'\n').take(lines).collect::<Vec<_>>().concat()
}

fn lines(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    file.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

/// Returns the number of good lines, each read by itself.
#[must_use]
pub fn read_details(file: &[u8], layout: Layout) -> usize {
    lines(file).filter(|line| read_detail(line, layout).is_ok()).count()
}

/// Returns the number of records of a file, read one by one.
#[must_use]
pub fn read_file(file: &[u8]) -> usize {
    Reader::from_slice(file).into_records().filter(|detail| detail.is_ok()).count()
}

/// Returns the number of good updates, each read by itself.
#[must_use]
pub fn read_updates(file: &[u8], layout: power::Layout, profile: &Profile) -> usize {
    lines(file).filter(|line| read_instruction(line, layout, profile).is_ok()).count()
}

/// Writes records one by one and returns their number.
#[must_use]
pub fn write(details: &[Detail], layout: Layout, out: &mut Vec<u8>) -> usize {
    let mut writer = WriterOptions::new().layout(layout).writer(out);
    details.iter().filter(|detail| writer.write(**detail).is_ok()).count()
}

/// Returns the number of records that the validator accepts, without comparing records.
#[must_use]
pub fn validate(file: &[u8]) -> u64 {
    let options = Options { cross_records: CrossRecords::Off, ..Options::default() };
    check(file, &options).map_or(0, |report| report.accepted)
}

/// Returns the number of records of a file, read in batches.
#[must_use]
pub fn read_gas_batches(file: &[u8]) -> usize {
    let (mut reader, mut batch, mut records) = (Reader::from_slice(file), Batch::new(), 0);
    while reader.read_batch(&mut batch).is_ok_and(|more| more) {
        records += batch.len();
    }
    records
}

/// Returns the number of updates of a file, read one by one.
#[must_use]
pub fn read_electricity_file(file: &[u8]) -> usize {
    power::Reader::from_slice(file).into_records().filter(|update| update.is_ok()).count()
}

/// Returns the number of updates of a file, read in batches.
#[must_use]
pub fn read_electricity_batches(file: &[u8]) -> usize {
    let mut reader = power::Reader::from_slice(file);
    let (mut batch, mut records) = (power::Batch::new(), 0);
    while reader.read_batch(&mut batch).is_ok_and(|more| more) {
        records += batch.len();
    }
    records
}

/// Writes records together and returns their number.
#[must_use]
pub fn write_together(details: &[Detail], layout: Layout, out: &mut Vec<u8>) -> u64 {
    let mut writer = WriterOptions::new().layout(layout).writer(out);
    writer.write_all(details).map_or(0, |()| writer.record_count())
}

/// Writes updates one by one and returns their number.
#[must_use]
pub fn write_electricity(updates: &[D0350], layout: power::Layout, out: &mut Vec<u8>) -> usize {
    let mut writer = electricity::options(&electricity::builtin(), layout).writer(out);
    updates.iter().filter(|update| writer.write(**update).is_ok()).count()
}

/// Writes a file of updates together and returns their number.
#[must_use]
pub fn write_electricity_together(
    updates: &[D0350],
    layout: power::Layout,
    out: &mut Vec<u8>,
) -> u64 {
    let mut writer = electricity::options(&electricity::builtin(), layout).writer(out);
    let written = writer.write_all(updates);
    let records = writer.record_count();
    written
        .and_then(|()| writer.finish().map(drop).map_err(|error| error.into_parts().0))
        .map_or(0, |()| records)
}

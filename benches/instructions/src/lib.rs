//! The loops whose instructions are counted, and their inputs.

use std::sync::Arc;

use flagflow_benches::{details, electricity, file};
use flagflow_check::{CrossRecords, Options, check};
use flagflow_electricity::{self as power, Profile, read_update};
use flagflow_gas::{Detail, Layout, Reader, Tag, WriterOptions, read_detail};

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

fn first_lines(file: &[u8], lines: usize) -> Vec<u8> {
    file.split_inclusive(|byte| *byte == b'\n').take(lines).collect::<Vec<_>>().concat()
}

fn lines(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    file.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

/// Counts the valid lines, each read separately.
#[must_use]
pub fn read_details(file: &[u8], layout: Layout) -> usize {
    lines(file).filter(|line| read_detail(line, layout).is_ok()).count()
}

/// Counts the records of a reader.
#[must_use]
pub fn read_file(file: &[u8]) -> usize {
    Reader::from_slice(file).into_records().filter(|detail| detail.is_ok()).count()
}

/// Counts the valid updates, each read separately.
#[must_use]
pub fn read_updates(file: &[u8], layout: power::Layout, profile: &Profile) -> usize {
    lines(file).filter(|line| read_update(line, layout, profile).is_ok()).count()
}

/// Writes records, and returns their number.
#[must_use]
pub fn write(details: &[Detail], layout: Layout, out: &mut Vec<u8>) -> usize {
    let mut writer = WriterOptions::new().layout(layout).writer(out);
    details.iter().filter(|detail| writer.write_record(**detail).is_ok()).count()
}

/// Counts the records that the validator accepts, without the cross-record rules.
#[must_use]
pub fn validate(file: &[u8]) -> u64 {
    let options = Options { cross_records: CrossRecords::Off, ..Options::default() };
    check(file, &options).map_or(0, |report| report.accepted)
}

//! Checks that the records of any file, written and read again, are the same, and that a second
//! round writes the same bytes.

use flagflow_gas::{Detail, Header, Layout, Reader, WriterOptions, detect_line_end};

/// Checks the property on `file`.
pub fn parse_write_parse(file: &[u8]) {
    let (details, header, layout) = read(file);
    let Some(layout) = layout else { return assert!(details.is_empty()) };
    let options = WriterOptions::new().layout(layout).line_end(detect_line_end(file));
    let options = header.map_or(options, |header| options.envelope(header));
    let written = write(options, &details);
    assert_eq!(read_clean(&written), (details.clone(), header));
    assert_eq!(detect_line_end(&written).as_bytes().is_empty(), written.is_empty());
    assert_eq!(write(options, &read(&written).0), written);
}

type Read = (Vec<Detail>, Option<Header>, Option<Layout>);

/// Returns the valid records of any file.
fn read(file: &[u8]) -> Read {
    let mut reader = Reader::from_slice(file);
    let details = reader.records().filter_map(Result::ok).collect();
    (details, reader.header().copied(), reader.layout())
}

/// Returns the content of a file without faults.
#[expect(clippy::expect_used, reason = "a fault in what we wrote is what is looked for")]
fn read_clean(file: &[u8]) -> (Vec<Detail>, Option<Header>) {
    let mut reader = Reader::from_slice(file);
    let details = reader.records().map(|read| read.expect("no fault in what was written"));
    (details.collect(), reader.header().copied())
}

#[expect(clippy::expect_used, reason = "a vector takes everything")]
fn write(options: WriterOptions, details: &[Detail]) -> Vec<u8> {
    let mut writer = options.writer(Vec::new());
    details.iter().for_each(|detail| writer.write(detail).expect("room"));
    writer.finish().expect("room")
}

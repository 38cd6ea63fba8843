//! Checks that generated records, written in any form and read again, are the same.

use arbitrary::{Arbitrary, Unstructured};
use flagflow_gas::{Detail, Header, Layout, LineEnd, Reader, WriterOptions};

/// A generated file.
#[derive(Arbitrary, Debug)]
struct File {
    uklink: bool,
    crlf: bool,
    header: Option<Header>,
    details: Vec<Detail>,
}

/// Makes a file from `data`.
#[expect(clippy::expect_used, reason = "a vector takes everything")]
pub fn structured(data: &[u8]) {
    let Ok(file) = File::arbitrary_take_rest(Unstructured::new(data)) else { return };
    let mut writer = options(&file).writer(Vec::new());
    file.details.iter().for_each(|detail| writer.write(detail).expect("room"));
    let written = writer.finish().expect("room");
    let mut reader = Reader::from_slice(&written);
    let details: Vec<_> = reader.records().map(|read| read.map_err(|e| e.to_string())).collect();
    let expected: Vec<_> = file.details.into_iter().map(Ok).collect();
    assert_eq!((details, reader.header().copied()), (expected, file.header));
    assert_eq!(reader.trailer().is_some(), file.header.is_some());
}

fn options(file: &File) -> WriterOptions {
    let options = WriterOptions::new()
        .layout(if file.uklink { Layout::Uklink } else { Layout::Fixed })
        .line_end(if file.crlf { LineEnd::CrLf } else { LineEnd::Lf });
    file.header.map_or(options, |header| options.envelope(header))
}

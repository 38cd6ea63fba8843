//! The page, as this crate sees it.

use std::fmt::Debug;
use std::io::{self, Write};

use flagflow_files::{ReadAt, Source};

use crate::request::NamedFile;

/// The file that is the request; those of the request have the numbers from 1 on.
pub const REQUEST: u32 = 0;

/// Something that has numbered files and numbered streams.
pub trait Page: Copy + Debug + Send + Sync + 'static {
    /// Reads a file at an offset, 0 bytes at its end; `None` if it cannot be read.
    fn read(&self, file: u32, offset: u64, buffer: &mut [u8]) -> Option<usize>;

    /// Appends bytes to a stream.
    fn write(&self, stream: Stream, bytes: &[u8]);
}

/// An output of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Stream {
    /// A line of JSON for each step.
    Events = 0,
    /// The report as text.
    Text = 1,
    /// The report as JSON, a line for each file.
    Json = 2,
    /// The report as one HTML page.
    Html = 3,
    /// The report as SARIF.
    Sarif = 4,
    /// The report as JUnit's XML.
    Junit = 5,
    /// The accepted records of a file.
    Accepted = 6,
    /// The rejected records of a file.
    Rejected = 7,
    /// The reasons of the rejected records.
    Reasons = 8,
}

/// Writes to a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamWriter<P>(pub(crate) P, pub(crate) Stream);

impl<P: Page> Write for StreamWriter<P> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(self.1, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file of the page.
#[derive(Debug)]
struct PageFile<P> {
    page: P,
    number: u32,
    size: u64,
}

impl<P: Page> ReadAt for PageFile<P> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let changed = || io::Error::other("changed while it was read, or may not be read");
        if offset >= self.size || buffer.is_empty() {
            return Ok(0);
        }
        // a file that became shorter has no byte there
        self.page.read(self.number, offset, buffer).filter(|read| *read > 0).ok_or_else(changed)
    }

    fn size(&self) -> u64 {
        self.size
    }
}

/// Returns a file of the request as a source; numbers begin at 1.
pub(crate) fn source<P: Page>(page: P, number: u32, file: &NamedFile) -> Source {
    Source::from_bytes_at(PageFile { page, number, size: file.size }, &file.shown_name())
}

/// Reads the request to its end.
pub(crate) fn request<P: Page>(page: P) -> Vec<u8> {
    let (mut bytes, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
    while let Some(read) = page.read(REQUEST, bytes.len() as u64, &mut buffer).filter(|n| *n > 0) {
        bytes.extend_from_slice(&buffer[..read]);
    }
    bytes
}

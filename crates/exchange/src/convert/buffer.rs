//! Passes output on to the underlying writer in large pieces.

use std::io::{BufWriter, Write};

use serde::Serialize;

use flagflow_files::input::BUFFER;
use flagflow_files::{Error, Result};

pub(super) type Buffer<W> = BufWriter<W>;

pub(super) fn buffered<W: Write>(output: W) -> Buffer<W> {
    Buffer::with_capacity(BUFFER, output)
}

/// Writes a line with an object.
pub(super) fn object(
    output: &mut impl Write,
    value: &impl Serialize,
    line_end: &[u8],
) -> Result<()> {
    serde_json::to_writer(&mut *output, value)
        .map_err(std::io::Error::from)
        .and_then(|()| output.write_all(line_end))
        .map_err(Error::writing)
}

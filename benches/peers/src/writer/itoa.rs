//! itoa, with leading zeros added by hand.

use crate::question::Result;
use crate::row::Row;

/// At fixed lengths.
pub(super) fn fixed(rows: &[Row], out: &mut Vec<u8>) -> Result<()> {
    let mut buffer = ::itoa::Buffer::new();
    for row in rows {
        out.extend_from_slice(b"E45");
        padded::<10>(out, buffer.format(row.point));
        out.push(row.flag);
        padded::<8>(out, buffer.format(row.day));
        out.push(b'\n');
    }
    Ok(())
}

/// With commas.
pub(super) fn uklink(rows: &[Row], out: &mut Vec<u8>) -> Result<()> {
    let mut buffer = ::itoa::Buffer::new();
    for row in rows {
        out.extend_from_slice(b"\"E45\",");
        out.extend_from_slice(buffer.format(row.point).as_bytes());
        out.extend_from_slice(&[b',', b'"', row.flag, b'"', b',']);
        padded::<8>(out, buffer.format(row.day));
        out.push(b'\n');
    }
    Ok(())
}

fn padded<const WIDTH: usize>(out: &mut Vec<u8>, digits: &str) {
    out.extend_from_slice(&[b'0'; WIDTH][digits.len().min(WIDTH)..]);
    out.extend_from_slice(digits.as_bytes());
}

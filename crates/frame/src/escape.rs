//! Bytes in printable form, for messages and lists.

/// Returns bytes in printable form: other bytes than printable ASCII are written `\xNN`.
#[must_use]
pub fn escape(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => text.push_str(&format!("\\x{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_printable_is_escaped() {
        assert_eq!(escape(b"A \\~"), "A \\~");
        assert_eq!(escape(b"\0\x1F\x7F\x80\xFF\r"), r"\x00\x1F\x7F\x80\xFF\x0D");
    }
}

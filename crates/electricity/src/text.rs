//! Short text that is copied, not owned.

use std::fmt;

use flagflow_codec::{ErrorKind, FieldFault, check_ascii, check_printable};

/// At most `MOST` bytes of ASCII, held in place, with zeros behind them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ShortText<const MOST: usize> {
    bytes: [u8; MOST],
    length: u8,
}

impl<const MOST: usize> ShortText<MOST> {
    /// The text of ASCII bytes, if they fit.
    #[inline]
    pub(crate) fn new(text: &[u8]) -> Option<Self> {
        let length = u8::try_from(text.len()).ok()?;
        let mut bytes = [0; MOST];
        bytes.get_mut(..text.len())?.copy_from_slice(text);
        text.is_ascii().then_some(Self { bytes, length })
    }

    pub(crate) fn as_str(&self) -> &str {
        // ASCII by construction
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }
}

impl<const MOST: usize> fmt::Debug for ShortText<MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Returns whether text is of printable characters of ASCII without a pipe, spaces among them.
pub(crate) fn is_plain(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b' '..=b'~') && *byte != b'|')
}

/// Returns whether text is a value of an item CHAR: one to `most` printable characters of ASCII,
/// not all of them spaces, and no pipe.
pub(crate) fn is_value(text: &[u8], most: usize) -> bool {
    text.len() <= most && check_value(text).is_ok()
}

/// Checks text of an item CHAR, but for its length.
///
/// # Errors
///
/// `NonAscii` and `NotPrintable` at the byte, `EmptyItem` for no character but spaces.
pub(crate) fn check_value(text: &[u8]) -> Result<(), FieldFault> {
    check_ascii(text)?;
    check_printable(text)?;
    match text.iter().all(|byte| *byte == b' ') {
        true => Err(FieldFault::of_field(ErrorKind::EmptyItem, text)),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_fits_or_is_refused() {
        let longest = [b'x'; 32];
        assert_eq!(ShortText::<32>::new(&longest).unwrap().as_bytes(), longest);
        assert_eq!(ShortText::<32>::new(b"").unwrap().as_str(), "");
        assert_eq!(ShortText::<32>::new(&[b'x'; 33]), None);
        assert_eq!(ShortText::<32>::new(&[b'x'; 300]), None);
        assert_eq!(ShortText::<32>::new("é".as_bytes()), None);
    }

    #[test]
    fn text_sorts_as_text() {
        let text = |bytes| ShortText::<4>::new(bytes).unwrap();
        assert!(text(b"a") < text(b"ab"));
        assert!(text(b"ab") < text(b"b"));
    }

    #[test]
    fn text_is_shown_as_text() {
        assert_eq!(format!("{:?}", ShortText::<4>::new(b"a\"b").unwrap()), r#""a\"b""#);
    }

    #[test]
    fn a_value_is_printable_and_has_a_character() {
        let fault = |text: &[u8]| check_value(text).unwrap_err();
        for (text, kind, start, length) in [
            (&b""[..], ErrorKind::EmptyItem, 0, 0),
            (b"   ", ErrorKind::EmptyItem, 0, 3),
            (b"A\tB", ErrorKind::NotPrintable, 1, 1),
            (b"AB\x7F", ErrorKind::NotPrintable, 2, 1),
            (b"|A", ErrorKind::NotPrintable, 0, 1),
            (b"A|\xFF", ErrorKind::NonAscii, 2, 1),
        ] {
            assert_eq!(fault(text), FieldFault { kind, start, length }, "{text:?}");
        }
        assert_eq!(check_value(b" A~!"), Ok(()));
        let are_values = [&b"ABCD"[..], b"ABCDE", b""].map(|text| is_value(text, 4));
        assert_eq!(are_values, [true, false, false]);
    }
}

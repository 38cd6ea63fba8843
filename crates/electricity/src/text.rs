//! Short text that is copied, not owned.

use std::fmt;

/// At most 32 bytes of ASCII, held in place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ShortText {
    bytes: [u8; Self::MOST],
    length: u8,
}

impl ShortText {
    /// The most bytes there are.
    pub(crate) const MOST: usize = 32;

    /// The text of ASCII bytes, if they fit.
    #[inline]
    pub(crate) fn new(text: &[u8]) -> Option<Self> {
        let length = u8::try_from(text.len()).ok()?;
        let mut bytes = [0; Self::MOST];
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

impl fmt::Debug for ShortText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_fits_or_is_refused() {
        let longest = [b'x'; 32];
        assert_eq!(ShortText::new(&longest).unwrap().as_bytes(), longest);
        assert_eq!(ShortText::new(b"").unwrap().as_str(), "");
        assert_eq!(ShortText::new(&[b'x'; 33]), None);
        assert_eq!(ShortText::new(&[b'x'; 300]), None);
        assert_eq!(ShortText::new("é".as_bytes()), None);
    }

    #[test]
    fn text_sorts_as_text() {
        let text = |bytes| ShortText::new(bytes).unwrap();
        assert!(text(b"a") < text(b"ab"));
        assert!(text(b"ab") < text(b"b"));
    }

    #[test]
    fn text_is_shown_as_text() {
        assert_eq!(format!("{:?}", ShortText::new(b"a\"b").unwrap()), r#""a\"b""#);
    }
}

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

    /// The text with spaces behind it, where it has no NUL in it.
    #[inline]
    pub(crate) fn padded(&self) -> [u8; Self::MOST] {
        self.bytes.map(|byte| if byte == 0 { b' ' } else { byte })
    }

    /// How many bytes there are.
    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.length as usize
    }

    /// Whether the text is printable, without bars, and does not end with a space.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        // all bytes without a way out, so that the compiler takes many at once
        let mut wrong = 0;
        for (at, byte) in (0u8..).zip(&self.bytes) {
            let is_wrong = (byte.wrapping_sub(b' ') > b'~' - b' ') | (*byte == b'|');
            wrong |= u8::from(is_wrong) & u8::from(at < self.length);
        }
        wrong == 0 && self.as_bytes().last() != Some(&b' ')
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
    fn plain_text_is_printable_and_ends_in_a_letter() {
        for byte in 0..=127u8 {
            let text = ShortText::new(&[b'a', byte, b'z']).unwrap();
            let is_plain = (b' '..=b'~').contains(&byte) && byte != b'|';
            assert_eq!((text.is_plain(), text.len()), (is_plain, 3), "{byte}");
            let last = ShortText::new(&[b'a', byte]).unwrap();
            assert_eq!(last.is_plain(), is_plain && byte != b' ', "{byte}");
        }
        assert!(ShortText::new(b"").unwrap().is_plain());
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

    #[test]
    fn what_is_behind_text_is_spaces() {
        let padded = ShortText::new(b"a b").unwrap().padded();
        assert_eq!(padded, *b"a b                             ");
        assert_eq!(ShortText::new(&[b'x'; 32]).unwrap().padded(), [b'x'; 32]);
    }
}

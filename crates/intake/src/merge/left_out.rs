//! The lines of a corrected file that are not put back.

use std::fmt;

/// The lines of a corrected file that are not put back, because they are not records, and the line
/// endings that were changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MergeLeftOut {
    /// Header lines.
    pub headers: u64,
    /// Trailer lines.
    pub trailers: u64,
    /// Level-1 groups (electricity) whose records went below a group of the accepted file.
    pub groups: u64,
    /// Lines with nothing but white space.
    pub empty_lines: u64,
    /// Pieces of padding at the end: 0x1A or NUL bytes.
    pub padding: u64,
    /// True if the file began with a byte-order mark.
    pub byte_order_mark: bool,
    /// Lines of records whose line ending was replaced by that of the merged file. A last line
    /// without an ending gets one, and is not counted.
    pub line_endings: u64,
}

impl MergeLeftOut {
    /// Returns whether the corrected file was taken as it is.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Returns each thing that was left out, with its count.
    fn counted(&self) -> impl Iterator<Item = (&'static str, u64)> {
        [
            ("header", self.headers),
            ("trailer", self.trailers),
            ("level-1 group", self.groups),
            ("empty line", self.empty_lines),
            ("piece of padding", self.padding),
            ("byte-order mark", u64::from(self.byte_order_mark)),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
    }
}

/// `left out: 1 header, 2 empty lines; line endings changed: 3`.
impl fmt::Display for MergeLeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |name: &str, count| match (name, count) {
            (_, 1) => format!("1 {name}"),
            ("piece of padding", _) => format!("{count} pieces of padding"),
            _ => format!("{count} {name}s"),
        };
        let left_out: Vec<_> = self.counted().map(|(name, count)| plural(name, count)).collect();
        if !left_out.is_empty() {
            write!(f, "left out: {}", left_out.join(", "))?;
        }
        if self.line_endings > 0 {
            let between = if left_out.is_empty() { "" } else { "; " };
            write!(f, "{between}line endings changed: {}", self.line_endings)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_count_is_told() {
        let mut left_out = MergeLeftOut::default();
        assert!(left_out.is_nothing() && left_out.to_string().is_empty());
        (left_out.headers, left_out.empty_lines) = (1, 2);
        assert_eq!(left_out.to_string(), "left out: 1 header, 2 empty lines");
        (left_out.padding, left_out.byte_order_mark, left_out.line_endings) = (3, true, 4);
        assert_eq!(
            left_out.to_string(),
            "left out: 1 header, 2 empty lines, 3 pieces of padding, 1 byte-order mark; line \
             endings changed: 4"
        );
        left_out = MergeLeftOut { line_endings: 1, ..MergeLeftOut::default() };
        assert_eq!(left_out.to_string(), "line endings changed: 1");
    }
}

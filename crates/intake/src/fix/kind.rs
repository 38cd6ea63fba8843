//! Kinds of fixes.

/// A kind of fix, for an error with one safe answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FixKind {
    /// UTF-8 byte-order marks before the first text are dropped.
    ByteOrderMark,
    /// Lines without text, or with only white space, are dropped.
    EmptyLines,
    /// Padding at the end of the file is dropped: 0x1A, and zero bytes.
    TrailingPadding,
    /// Lines at fixed lengths that follow one another without endings get them.
    MissingLineEndings,
    /// Every line gets the first line's end, without a CR too many; CR alone becomes LF.
    LineEnds,
    /// The last line gets an end.
    Terminator,
    /// Numbers get the leading zeros that they lost, or lose those that do not fit.
    ZeroPadding,
    /// Adds or removes spaces at the end of fixed-length lines; removes white space after the last
    /// item of a zhv line.
    Padding,
    /// White space beside the cells of a uklink line is dropped.
    CellSpaces,
    /// Removes cells after a line's last field or item, if all of them are empty.
    TrailingCells,
    /// Adds the last pipe of a zhv line.
    TrailingPipe,
    /// The trailer's numbers become those of the file.
    Count,
    /// Quotes text of a uklink line, and nothing else. A matter of style that answers no finding,
    /// so it must be [chosen](Kinds).
    Quoting,
}

impl FixKind {
    /// Every kind, in the order of reports.
    pub const ALL: [Self; 13] = [
        Self::ByteOrderMark,
        Self::EmptyLines,
        Self::TrailingPadding,
        Self::MissingLineEndings,
        Self::LineEnds,
        Self::Terminator,
        Self::ZeroPadding,
        Self::Padding,
        Self::CellSpaces,
        Self::TrailingCells,
        Self::TrailingPipe,
        Self::Count,
        Self::Quoting,
    ];

    /// Returns the name that options and reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ByteOrderMark => "byte-order-mark",
            Self::EmptyLines => "empty-lines",
            Self::TrailingPadding => "trailing-padding",
            Self::MissingLineEndings => "missing-line-endings",
            Self::LineEnds => "line-ends",
            Self::Terminator => "terminator",
            Self::ZeroPadding => "zero-padding",
            Self::Padding => "padding",
            Self::CellSpaces => "cell-spaces",
            Self::TrailingCells => "trailing-cells",
            Self::TrailingPipe => "trailing-bar",
            Self::Count => "count",
            Self::Quoting => "quoting",
        }
    }
}

/// Error for an unknown kind of fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a kind: expected byte-order-mark, empty-lines, trailing-padding, missing-line-endings, \
     line-ends, terminator, zero-padding, padding, cell-spaces, trailing-cells, trailing-bar, count \
     or quoting"
)]
pub struct UnknownKind;

flagflow_domain::named_values!(FixKind, UnknownKind);

/// Some of the kinds. The default is all but [`FixKind::Quoting`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds([bool; FixKind::ALL.len()]);

impl Kinds {
    /// The empty set.
    pub const NONE: Self = Self([false; FixKind::ALL.len()]);

    /// Adds or removes a kind.
    pub const fn set(&mut self, kind: FixKind, wanted: bool) {
        self.0[kind as usize] = wanted;
    }

    /// Returns true if a kind is in the set.
    #[must_use]
    pub const fn contains(self, kind: FixKind) -> bool {
        self.0[kind as usize]
    }
}

impl Default for Kinds {
    fn default() -> Self {
        FixKind::ALL.into_iter().filter(|kind| *kind != FixKind::Quoting).collect()
    }
}

impl FromIterator<FixKind> for Kinds {
    fn from_iter<I: IntoIterator<Item = FixKind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::NONE, |mut set, kind| {
            set.set(kind, true);
            set
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_their_names_and_places() {
        for (place, kind) in FixKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
            assert_eq!(kind.to_string().parse(), Ok(kind));
            assert!(UnknownKind.to_string().contains(kind.as_str()));
            assert_eq!(Kinds::default().contains(kind), kind != FixKind::Quoting);
            let one: Kinds = [kind].into_iter().collect();
            assert_eq!(FixKind::ALL.into_iter().filter(|k| one.contains(*k)).count(), 1);
        }
        assert_eq!("all".parse::<FixKind>(), Err(UnknownKind));
    }
}

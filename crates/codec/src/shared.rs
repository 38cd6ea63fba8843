//! Items that the types of every flow have: a flow's crate cannot take them from here by a generic
//! type, because each type has methods of its flow too, so macros make them.

/// Makes the methods that the options of every flow's reader have, from the fields `layout` and
/// `settings`.
#[doc(hidden)]
#[macro_export]
macro_rules! reader_options {
    ($options:ident, $flow:ident, $layout:ty) => {
        impl $options {
            /// The format by the first line, and lines of at most 64 KiB.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            /// Takes every line to be of this layout.
            #[must_use]
            pub const fn layout(mut self, layout: $layout) -> Self {
                self.layout = Some(layout);
                self
            }

            /// Sets the most bytes of a line.
            #[must_use]
            pub const fn max_line(mut self, bytes: usize) -> Self {
                self.settings.max_line = bytes;
                self
            }

            /// Sets the code that decodes canonical lines, many at a time. All backends read the
            /// same records; this is for tests and measurements ([`Backend::best`] by default).
            ///
            /// [`Backend::best`]: $crate::Backend::best
            #[must_use]
            pub const fn backend(mut self, backend: $crate::Backend) -> Self {
                self.settings.backend = backend;
                self
            }

            /// Makes a reader with these options.
            pub fn reader<R: std::io::BufRead>(self, inner: R) -> $crate::Reader<$flow, R> {
                let settings = self.settings;
                $crate::Reader::with_options(inner, self, settings)
            }
        }
    };
}

/// Makes the methods that the options of every flow's writer have, from the field `target` and the
/// way in which its format takes a layout.
#[doc(hidden)]
#[macro_export]
macro_rules! writer_options {
    ($options:ident, $flow:ident, |$format:ident, $to:ident: $layout:ty| $set:expr) => {
        impl $options {
            /// Sets the layout.
            #[must_use]
            pub const fn layout(mut self, $to: $layout) -> Self {
                let $format = &mut self.target.format;
                $set;
                self
            }

            /// Sets the ending of each line. [`LineEnd::None`] is written as LF.
            ///
            /// [`LineEnd::None`]: $crate::LineEnd::None
            #[must_use]
            pub const fn line_end(mut self, line_end: $crate::LineEnd) -> Self {
                self.target.line_end = line_end;
                self
            }

            /// Sets the code that makes the digits of many records at once. All backends write the
            /// same bytes; this is for tests and measurements ([`Backend::best`] by default).
            ///
            /// [`Backend::best`]: $crate::Backend::best
            #[must_use]
            pub const fn backend(mut self, backend: $crate::Backend) -> Self {
                self.target.backend = backend;
                self
            }

            /// Makes a writer with these options. Nothing is written yet.
            pub fn writer<W: std::io::Write>(self, inner: W) -> $crate::Writer<$flow, W> {
                $crate::Writer::with_options(inner, self)
            }
        }

        impl From<$options> for $crate::Target<$flow> {
            fn from(options: $options) -> Self {
                options.target
            }
        }
    };
}

/// Reads types from a record that a reader cut, by their definition.
#[doc(hidden)]
#[macro_export]
macro_rules! try_from_record {
    ($flow:ident: $($type:ty),*) => {$(
        impl TryFrom<&$crate::Record<$flow>> for $type {
            type Error = $crate::Fault<<$flow as $crate::Names>::Field>;

            fn try_from(record: &$crate::Record<$flow>) -> std::result::Result<Self, Self::Error> {
                Self::try_from(&record.raw()?)
            }
        }
    )*};
}

/// Makes the conversions of a text from bytes, by its functions `from_bytes` and `as_str`.
#[doc(hidden)]
#[macro_export]
macro_rules! text_value {
    ($type:ident, $error:ident) => {
        impl AsRef<[u8]> for $type {
            fn as_ref(&self) -> &[u8] {
                self.as_bytes()
            }
        }

        impl TryFrom<&[u8]> for $type {
            type Error = $error;

            #[inline]
            fn try_from(bytes: &[u8]) -> std::result::Result<Self, $error> {
                Self::from_bytes(bytes).ok_or($error)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $error;

            fn from_str(text: &str) -> std::result::Result<Self, $error> {
                Self::try_from(text.as_bytes())
            }
        }
    };
}

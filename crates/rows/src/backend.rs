//! The code that runs a decoder.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use crate::columns::{ColumnSlots, RowColumns};
use crate::ends::Ends;
use crate::portable;
use crate::variant::Variant;
#[cfg(target_arch = "x86_64")]
use crate::{avx2, avx512};

/// The code that runs a decoder. All of them fill the same columns with the same values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// Safe code for any processor: eight bytes at a time in one 64-bit word.
    Portable,
    /// AVX2: eight rows at a time, sixteen bytes of two of them in one register.
    Avx2,
    /// AVX-512 F, BW and VL: sixteen rows of one width at a time, sixteen bytes of four of them in
    /// one register. All else as [`Backend::Avx2`] does it.
    Avx512,
}

/// A function that takes rows of a layout into columns. Returns the number of rows.
type Run<L> = fn(&L, &Ends, &[u8], ColumnSlots<'_>) -> usize;

/// The functions of a backend.
struct Code {
    run: Run<Variant>,
    run_lines: Run<[Variant]>,
}

impl Backend {
    /// All of them, the widest last.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// The variable of the environment that forces one, for tests and measurements.
    pub const VARIABLE: &'static str = "FLAGFLOW_BACKEND";

    /// The widest one that this processor has, or the one that [`Backend::VARIABLE`] names. Found
    /// once.
    #[must_use]
    pub fn best() -> Self {
        static BEST: LazyLock<Backend> =
            LazyLock::new(|| Backend::chosen(std::env::var(Backend::VARIABLE).ok().as_deref()));
        *BEST
    }

    /// The one of this name, if the processor has it, or the widest one that it has.
    fn chosen(name: Option<&str>) -> Self {
        let forced = name.and_then(|name| name.parse().ok());
        let widest = || Self::ALL.into_iter().rfind(|it| it.is_available());
        forced.filter(|it: &Self| it.is_available()).or_else(widest).unwrap_or(Self::Portable)
    }

    /// Returns whether this processor has it.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::is_available(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => avx512::is_available(),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// Its name: `portable`, `avx2`, `avx512`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// This one if the processor has it.
    pub(crate) fn or_portable(self) -> Self {
        Some(self).filter(|it| it.is_available()).unwrap_or(Self::Portable)
    }

    /// Returns the functions of the backend.
    #[inline]
    const fn code(self) -> Code {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => Code { run: avx2::run, run_lines: avx2::run_lines },
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => Code { run: avx512::run, run_lines: avx2::run_lines },
            _ => Code { run: portable::run, run_lines: portable::run_lines },
        }
    }

    /// Takes rows of one width into the columns, up to the first that does not end in its place.
    #[inline]
    pub(super) fn run(
        self,
        variant: &Variant,
        ends: &Ends,
        bytes: &[u8],
        columns: &mut RowColumns,
    ) -> usize {
        let rows = (self.code().run)(variant, ends, bytes, columns.slots());
        columns.wrote(rows, variant.stride_u32());
        rows
    }

    /// Takes up to [`LINES`](crate::LINES) lines of any width into the columns: fewer where these
    /// are full, the buffer has no more, or a line is of no width of the decoder. Lines may also be
    /// left because they are not usual, or all of them because the buffer has fewer than 64 bytes.
    /// How many.
    #[inline]
    pub(super) fn run_lines(
        self,
        variants: &[Variant],
        ends: &Ends,
        bytes: &[u8],
        columns: &mut RowColumns,
    ) -> usize {
        let rows = (self.code().run_lines)(variants, ends, bytes, columns.slots());
        columns.wrote_lines(rows);
        rows
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is not the name of a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownBackend;

impl fmt::Display for UnknownBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a backend: expected portable, avx2 or avx512")
    }
}

impl std::error::Error for UnknownBackend {}

impl FromStr for Backend {
    type Err = UnknownBackend;

    fn from_str(text: &str) -> Result<Self, UnknownBackend> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or(UnknownBackend)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns whether the processor has AVX2, and AVX-512 F, BW and VL beside it.
    fn features() -> [bool; 2] {
        #[cfg(target_arch = "x86_64")]
        {
            let has_avx2 = std::arch::is_x86_feature_detected!("avx2");
            let has_f = std::arch::is_x86_feature_detected!("avx512f");
            let has_bw = std::arch::is_x86_feature_detected!("avx512bw");
            let has_vl = std::arch::is_x86_feature_detected!("avx512vl");
            [has_avx2, has_avx2 & has_f & has_bw & has_vl]
        }
        #[cfg(not(target_arch = "x86_64"))]
        [false; 2]
    }

    #[test]
    fn backends_have_names() {
        assert_eq!(Backend::ALL.map(|it| it.to_string()), ["portable", "avx2", "avx512"]);
        assert_eq!("portable".parse(), Ok(Backend::Portable));
        assert_eq!("avx2".parse(), Ok(Backend::Avx2));
        assert_eq!("avx512".parse(), Ok(Backend::Avx512));
        assert_eq!(format!("{:>9}|", Backend::Avx2), "     avx2|");
        for name in ["sse9", "", "AVX2", "portable "] {
            assert_eq!(name.parse::<Backend>(), Err(UnknownBackend));
        }
        assert_eq!(UnknownBackend.to_string(), "not a backend: expected portable, avx2 or avx512");
    }

    #[test]
    fn the_widest_is_taken_where_none_is_named_that_there_is() {
        assert!(Backend::Portable.is_available());
        let [has_avx2, has_avx512] = features();
        assert_eq!(Backend::Avx2.is_available(), has_avx2);
        assert_eq!(Backend::Avx512.is_available(), has_avx512);
        let widest = Backend::ALL[usize::from(has_avx2) + usize::from(has_avx512)];
        for name in [None, Some(""), Some("sse9"), Some("avx512")] {
            assert_eq!(Backend::chosen(name), widest);
        }
        assert_eq!(Backend::chosen(Some("portable")), Backend::Portable);
        for backend in Backend::ALL.into_iter().filter(|it| it.is_available()) {
            assert_eq!(Backend::chosen(Some(backend.as_str())), backend);
            assert_eq!(backend.or_portable(), backend);
        }
        let without = Backend::ALL.into_iter().filter(|it| !it.is_available());
        without.for_each(|it| assert_eq!(it.or_portable(), Backend::Portable));
        assert_eq!(Backend::VARIABLE, "FLAGFLOW_BACKEND");
        assert_eq!(
            Backend::best(),
            Backend::chosen(std::env::var("FLAGFLOW_BACKEND").ok().as_deref())
        );
    }
}

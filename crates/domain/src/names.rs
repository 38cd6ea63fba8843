//! Types that are a closed list of names.

/// Implements `Display` and `FromStr` by the names that `as_str` returns for the values of `ALL`.
#[doc(hidden)]
#[macro_export]
macro_rules! named_values {
    ($type:ident, $unknown:ident) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $unknown;

            fn from_str(text: &str) -> std::result::Result<Self, $unknown> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text).ok_or($unknown)
            }
        }
    };
}

//! Options of reading a file into record batches.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use flagflow_check::{Flow, Layout};
use flagflow_electricity::Profile;

use crate::schema::Column;

/// Treatment of a bad record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnError {
    /// The first bad record, header, trailer or count is an error.
    #[default]
    Fail,
    /// Bad records are left out.
    Skip,
    /// A bad record is a row without values and with the reason in a column `error`.
    Keep,
}

impl OnError {
    /// Every treatment.
    pub const ALL: [Self; 3] = [Self::Fail, Self::Skip, Self::Keep];

    /// Returns the name that options use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Skip => "skip",
            Self::Keep => "keep",
        }
    }
}

impl fmt::Display for OnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Error for a text that is not the name of a treatment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a treatment of bad records: expected fail, skip or keep")]
pub struct UnknownOnError;

impl FromStr for OnError {
    type Err = UnknownOnError;

    fn from_str(text: &str) -> Result<Self, UnknownOnError> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(UnknownOnError)
    }
}

/// Options of a [`Scan`](crate::Scan).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ScanOptions {
    /// The flow, instead of the flow that the first line shows.
    pub flow: Option<Flow>,
    /// The layout, instead of the layout that the first line shows.
    pub layout: Option<Layout>,
    /// The profiles of electricity files, instead of those built in, each for its flow.
    pub profiles: Vec<Arc<Profile>>,
    /// The columns, in this order; `None` for all columns of values.
    pub columns: Option<Vec<Column>>,
    /// Adds the columns `file`, `line` and `offset`.
    pub positions: bool,
    /// The most rows of a batch, at least one.
    pub batch_size: usize,
    /// The treatment of bad records.
    pub on_error: OnError,
}

impl ScanOptions {
    /// Rows of a batch by default.
    pub const BATCH_SIZE: usize = 65_536;

    /// Returns the columns of the batches.
    #[must_use]
    pub fn columns(&self) -> Vec<Column> {
        let mut columns = self.columns.clone().unwrap_or_else(|| Column::VALUES.to_vec());
        let mut add = |column: Column| {
            if !columns.contains(&column) {
                columns.push(column);
            }
        };
        if self.positions {
            Column::POSITIONS.iter().copied().for_each(&mut add);
        }
        if self.on_error == OnError::Keep {
            add(Column::Error);
        }
        columns
    }

    /// Returns the options of the check that recognises a file the same way.
    pub(crate) fn check(&self) -> flagflow_check::Options {
        let mut options = flagflow_check::Options::default();
        (options.flow, options.layout) = (self.flow, self.layout);
        for profile in &self.profiles {
            options.use_profile(profile.clone());
        }
        options
    }
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            flow: None,
            layout: None,
            profiles: Vec::new(),
            columns: None,
            positions: false,
            batch_size: Self::BATCH_SIZE,
            on_error: OnError::Fail,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_those_that_are_wanted() {
        let mut options = ScanOptions::default();
        assert_eq!(options.columns(), Column::VALUES);
        options.columns = Some(vec![Column::Line, Column::MeterPoint]);
        (options.positions, options.on_error) = (true, OnError::Keep);
        let expected =
            [Column::Line, Column::MeterPoint, Column::File, Column::Offset, Column::Error];
        assert_eq!(options.columns(), expected);
        for one in OnError::ALL {
            assert_eq!(one.to_string().parse(), Ok(one));
        }
        assert_eq!("raise".parse::<OnError>(), Err(UnknownOnError));
    }
}

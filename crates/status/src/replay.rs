//! Events from text, taken into an inventory one by one.

use std::io::BufRead;

use crate::inventory::{Happened, Inventory};
use crate::read::{EventLine, EventReader, ReadError};
use crate::refusal::Refusal;

/// Takes the events of a text into an inventory, one line at a time. A mistake in a line changes
/// nothing, and the lines after it follow.
///
/// ```
/// use flagflow_status::{Ledger, Replay, RuleSet};
///
/// let text = "on,device,event,meter_point\n\
///             2022-01-01,00-DB-12-34-56-78-90-A1,pending,\n\
///             2022-01-02,00-DB-12-34-56-78-90-A1,linked,1234567810\n\
///             2022-01-01,00-DB-12-34-56-78-90-A1,installed-not-commissioned,\n\
///             2022-01-03,00-DB-12-34-56-78-90-A1,installed-not-commissioned,\n";
/// let (mut replay, mut ledger) = (Replay::new(text.as_bytes()), Ledger::new(RuleSet::Modification));
/// for replayed in &mut replay {
///     match replayed {
///         Ok(replayed) => drop(ledger.decide(&replayed.happened)),
///         Err(error) if error.is_in_one_line() => assert!(error.to_string().starts_with("line 4: ")),
///         Err(error) => return Err(error.into()),
///     }
/// }
/// assert_eq!(replay.inventory().points().count(), 1);
/// assert_eq!(ledger.flags().count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Replay<R> {
    events: EventReader<R>,
    inventory: Inventory,
}

/// An event that happened, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The event and its points.
    pub happened: Happened,
    /// The number of its line, from 1.
    pub line: u64,
    /// The bytes of the input before its line.
    pub offset: u64,
}

/// Why nothing happened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// There is no event.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The event cannot happen in the state that it meets.
    #[error("line {line}: {refusal}")]
    Refused {
        /// The number of its line, from 1.
        line: u64,
        /// The bytes of the input before its line.
        offset: u64,
        /// Why it cannot.
        refusal: Refusal,
    },
}

impl ReplayError {
    /// Returns the number of the line, from 1, where the error is of a line.
    #[must_use]
    pub const fn line(&self) -> Option<u64> {
        match self {
            Self::Refused { line, .. }
            | Self::Read(ReadError::Line { line, .. } | ReadError::Columns { line, .. }) => {
                Some(*line)
            }
            Self::Read(ReadError::Read(_)) => None,
        }
    }

    /// Whether it is a mistake in one line, and the lines after it follow.
    #[must_use]
    pub const fn is_in_one_line(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Read(ReadError::Line { .. }))
    }
}

impl<R: BufRead> Replay<R> {
    /// Into an empty inventory.
    pub fn new(text: R) -> Self {
        Self { events: EventReader::new(text), inventory: Inventory::new() }
    }

    /// The inventory after the last line that was read.
    pub const fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    fn take(&mut self, read: EventLine) -> Result<Replayed, ReplayError> {
        let EventLine { event, line, offset } = read;
        match self.inventory.apply(event) {
            Ok(happened) => Ok(Replayed { happened, line, offset }),
            Err(refusal) => Err(ReplayError::Refused { line, offset, refusal }),
        }
    }
}

/// An item for each line that is not empty. One that is no mistake of a line is the last.
impl<R: BufRead> Iterator for Replay<R> {
    type Item = Result<Replayed, ReplayError>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = self.events.next()?;
        Some(read.map_err(ReplayError::from).and_then(|read| self.take(read)))
    }
}

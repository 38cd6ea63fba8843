//! Applies events from text to an inventory.

use std::io::BufRead;

use crate::inventory::{Happened, Inventory};
use crate::read::{EventLine, EventReader, ReadError};
use crate::refusal::Refusal;

/// Applies the events of a text to an inventory, one line at a time. An error in a line changes
/// nothing, and the following lines are applied.
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

/// An event that happened, and its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The event and its points.
    pub happened: Happened,
    /// The number of its line, from 1.
    pub line: u64,
    /// The offset of its line in the input, in bytes.
    pub offset: u64,
}

/// Error of replaying a line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The line is not an event.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The event cannot happen in the current state.
    #[error("line {line}: {refusal}")]
    Refused {
        /// The number of its line, from 1.
        line: u64,
        /// The offset of its line in the input, in bytes.
        offset: u64,
        /// The reason.
        refusal: Refusal,
    },
}

impl ReplayError {
    /// Returns the number of the line, from 1, if the error is in a line.
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

    /// Returns true if the error is in one line, so that the following lines are applied.
    #[must_use]
    pub const fn is_in_one_line(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Read(ReadError::Line { .. }))
    }
}

impl<R: BufRead> Replay<R> {
    /// Creates a replay with an empty inventory.
    pub fn new(text: R) -> Self {
        Self { events: EventReader::new(text), inventory: Inventory::new() }
    }

    /// Returns the inventory after the last line that was read.
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

/// Returns an item for each line that is not empty. An error that is not in one line is the last
/// item.
impl<R: BufRead> Iterator for Replay<R> {
    type Item = Result<Replayed, ReplayError>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = self.events.next()?;
        Some(read.map_err(ReplayError::from).and_then(|read| self.take(read)))
    }
}

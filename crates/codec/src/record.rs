//! Records whose values are read on request.

use flagflow_frame::Position;

use crate::cut::Cut;
use crate::error::{ErrorKind, Fault};
use crate::flow::Flow;
use crate::raw::RawLine;

/// A line of a file's body as a reader hands it out: its own copy of the line, cut into items, the
/// values unread until they are requested (`E45::try_from(&record)`).
///
/// All bytes are kept, also those of items without a name. Made once and used for every record of a
/// file, it costs no allocation after the first few.
#[derive(Clone, Debug)]
pub struct Record<F: Flow> {
    pub(crate) line: Vec<u8>,
    pub(crate) format: Option<F::Format>,
    pub(crate) cut: Result<Cut, Fault<F::Field>>,
    pub(crate) position: Position,
    pub(crate) reasons: Vec<F::Reason>,
}

impl<F: Flow> Default for Record<F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<F: Flow> Record<F> {
    const UNREAD: Fault<F::Field> =
        Fault { kind: ErrorKind::UnknownRecord, field: None, start: 0, length: 0 };

    /// A record to read into.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            line: Vec::new(),
            format: None,
            cut: Err(Self::UNREAD),
            position: Position::START,
            reasons: Vec::new(),
        }
    }

    /// Returns the line as it was received, without its ending; of a line past the limit its
    /// beginning.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.line
    }

    /// Returns the position where the record begins.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Returns the layout that the record was read by, once one was read.
    #[must_use]
    pub fn layout(&self) -> Option<F::Layout> {
        self.format.as_ref().map(|format| format.as_ref().layout())
    }

    /// Returns the reasons below the record, where the reader takes them.
    #[must_use]
    pub fn reasons(&self) -> &[F::Reason] {
        &self.reasons
    }

    /// Returns the line cut into items.
    ///
    /// # Errors
    ///
    /// The fault for which it could not be cut.
    pub fn raw(&self) -> Result<RawLine<'_, F>, Fault<F::Field>> {
        let cut = self.cut?;
        let table = self.format.as_ref().map(AsRef::as_ref);
        table.and_then(|table| RawLine::of(&self.line, table, cut)).ok_or(Self::UNREAD)
    }

    /// Returns the text of an item, where the line has it.
    #[must_use]
    pub fn field(&self, field: F::Field) -> Option<&[u8]> {
        self.raw().ok()?.field(field)
    }

    /// Returns the items that the typed value has no place for: see [`RawLine::extras`]. None for a
    /// line that could not be cut.
    pub fn extras(&self) -> impl Iterator<Item = &[u8]> {
        self.raw().into_iter().flat_map(|raw| raw.extras())
    }
}

//! Where a register is kept.

use flagflow_domain::{EffectiveDate, MeterPoint, ServiceFlag};

use crate::digest::Digest;
use crate::entry::Entry;
use crate::error::Result;
use crate::file::{AppliedFile, FileId};

/// Where a register is kept: a provider can put a database of its own under it.
///
/// What an update means is decided above ([`apply`](crate::apply())); a store keeps entries and files
/// and finds them again. It must see to this:
///
/// - what a [`Transaction`] changed is there wholly once it is committed, whatever happens then, and
///   not at all before;
/// - two transactions do not run at the same time: the second one waits or fails
///   ([`ErrorKind::Busy`](crate::ErrorKind::Busy));
/// - readers see the register as it was between two transactions.
///
/// Both implementations here are held against one model in `tests/model.rs`; a third one can be put
/// beside them there.
pub trait Store {
    /// Begins to apply a file.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>>;

    /// Tells of every file that was applied, by number.
    ///
    /// # Errors
    ///
    /// What the store says, and the listener.
    fn files(&self, tell: &mut dyn FnMut(AppliedFile) -> Result<()>) -> Result<()>;

    /// Tells of every entry, or of those of one point, by point, day, file and line. Constant memory,
    /// however many there are.
    ///
    /// # Errors
    ///
    /// What the store says, and the listener.
    fn entries(
        &self,
        point: Option<MeterPoint>,
        tell: &mut dyn FnMut(Entry) -> Result<()>,
    ) -> Result<()>;

    /// The store's own word on whether it is whole: a line for each thing that is not.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn damage(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}

/// One file on its way into a register. Dropped, it leaves nothing behind.
///
/// The answers to its questions are those of the register with everything that this transaction has
/// put in.
pub trait Transaction {
    /// The file with these bytes, if it was applied before.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn file_with(&mut self, digest: &Digest) -> Result<Option<AppliedFile>>;

    /// A file by its number.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn file(&mut self, id: FileId) -> Result<Option<AppliedFile>>;

    /// The number that the next file has: one more than the last.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn next_file(&mut self) -> Result<FileId>;

    /// What stands for the latest day of a point.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn latest(&mut self, point: MeterPoint) -> Result<Option<(EffectiveDate, ServiceFlag)>>;

    /// What stands for a day of a point: an update of exactly that day.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn standing(&mut self, point: MeterPoint, day: EffectiveDate) -> Result<Option<ServiceFlag>>;

    /// Whether a file said something of a point and day, whatever became of it.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn has_spoken(&mut self, file: FileId, point: MeterPoint, day: EffectiveDate) -> Result<bool>;

    /// The files that said something of a point and day, whatever became of it.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn files_of(&mut self, point: MeterPoint, day: EffectiveDate) -> Result<Vec<FileId>>;

    /// What stands for a point and day stands no longer.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn unseat(&mut self, point: MeterPoint, day: EffectiveDate) -> Result<()>;

    /// Puts an entry in.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn insert(&mut self, entry: &Entry) -> Result<()>;

    /// Puts the file in, and makes all of it last.
    ///
    /// # Errors
    ///
    /// What the store says; nothing is changed then.
    fn commit(self: Box<Self>, file: &AppliedFile) -> Result<()>;
}

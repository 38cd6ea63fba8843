//! Storage of a register.

use flagflow_domain::{EffectiveDate, MeterPoint, ServiceFlag};

use crate::digest::Digest;
use crate::entry::{Entry, FileId};
use crate::error::Result;
use crate::file::AppliedFile;

/// Storage of a register: implement this trait to use another database.
///
/// [`apply`](crate::apply()) decides the effect of an update; a store keeps entries and files and
/// finds them again. It must guarantee:
///
/// - the changes of a [`Transaction`] are complete once it is committed, and absent before;
/// - two transactions do not run at the same time: the second one waits or fails
///   ([`ErrorKind::Busy`](crate::ErrorKind::Busy));
/// - readers see the register as it was between two transactions.
///
/// The tests in `tests/it/model.rs` compare both implementations with one model; other
/// implementations can be added there.
pub trait Store {
    /// Begins to apply a file.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>>;

    /// Calls `to` with every applied file, by number.
    ///
    /// # Errors
    ///
    /// Returns an error of the store or the callback.
    fn files(&self, visit: &mut dyn FnMut(AppliedFile) -> Result<()>) -> Result<()>;

    /// Calls `to` with every entry, or with those of one point, by point, day, file and line. Uses
    /// constant memory.
    ///
    /// # Errors
    ///
    /// Returns an error of the store or the callback.
    fn entries(
        &self,
        point: Option<MeterPoint>,
        visit: &mut dyn FnMut(Entry) -> Result<()>,
    ) -> Result<()>;

    /// Returns the first point with an entry from a point on; after the last one, the first of all.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn point_from(&self, point: MeterPoint) -> Result<Option<MeterPoint>>;

    /// Returns the problems that the store's own integrity check finds, one a line.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn damage(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}

/// A transaction that applies one file. Dropping it rolls it back.
///
/// Its queries see the register with the changes of this transaction.
pub trait Transaction {
    /// Returns the file with these bytes, if it was applied before.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn file_with(&mut self, digest: &Digest) -> Result<Option<AppliedFile>>;

    /// Returns a file by its number.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn file(&mut self, id: FileId) -> Result<Option<AppliedFile>>;

    /// Returns the number of the next file: one more than the last.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn next_file(&mut self) -> Result<FileId>;

    /// Returns the current update for the latest day of a point.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn latest(&mut self, point: MeterPoint) -> Result<Option<(EffectiveDate, ServiceFlag)>>;

    /// Returns the current update for exactly this day of a point.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn standing(&mut self, point: MeterPoint, day: EffectiveDate) -> Result<Option<ServiceFlag>>;

    /// Returns true if a file had an update for a point and day, whatever its effect.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn has_spoken(&mut self, file: FileId, point: MeterPoint, day: EffectiveDate) -> Result<bool>;

    /// Returns the files that had an update for a point and day, whatever its effect.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn files_of(&mut self, point: MeterPoint, day: EffectiveDate) -> Result<Vec<FileId>>;

    /// Marks the current update of a point and day as superseded.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn supersede(&mut self, point: MeterPoint, day: EffectiveDate) -> Result<()>;

    /// Adds an entry.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn insert(&mut self, entry: &Entry) -> Result<()>;

    /// Adds the file and commits the transaction.
    ///
    /// # Errors
    ///
    /// Returns an error of the store; nothing is changed then.
    fn commit(self: Box<Self>, file: &AppliedFile) -> Result<()>;
}

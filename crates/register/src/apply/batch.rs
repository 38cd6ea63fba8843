//! Updates put in order, and what becomes of each.

use std::cmp::Ordering;
use std::collections::HashMap;

use flagflow_domain::{EffectiveDate, ServiceFlag};

use super::{Change, Listener};
use crate::conflict::Conflicts;
use crate::entry::{Effect, Entry, FileId, Update};
use crate::error::Result;
use crate::file::{Origin, UpdateCounts};
use crate::store::Transaction;

/// The number of updates that are announced to the store at a time.
const ANNOUNCED: usize = 20_000;

/// Updates of one file that are applied together.
pub(super) struct UpdateBatch<'t> {
    transaction: &'t mut (dyn Transaction + 't),
    file: FileId,
    origin: Option<Origin>,
    conflicts: Conflicts,
    updates: Vec<Update>,
    /// The changes of this batch, for the callback.
    changes: Vec<Change>,
    /// The cached origins of other files; at most one for each file.
    origins: HashMap<FileId, Option<Origin>>,
}

impl<'t> UpdateBatch<'t> {
    pub(super) fn new(
        transaction: &'t mut (dyn Transaction + 't),
        file: FileId,
        conflicts: Conflicts,
    ) -> Self {
        let (updates, changes, origins) = (Vec::new(), Vec::new(), HashMap::new());
        Self { transaction, file, origin: None, conflicts, updates, changes, origins }
    }

    pub(super) fn set_origin(&mut self, origin: Origin) {
        self.origin = Some(origin);
    }

    pub(super) fn into_origin(self) -> Option<Origin> {
        self.origin
    }

    pub(super) const fn len(&self) -> usize {
        self.updates.len()
    }

    pub(super) fn push(&mut self, update: Update) {
        self.updates.push(update);
    }

    /// Passes the updates to the store sorted by point, the updates of one point in the file's
    /// order; points do not affect each other, so the outcome is that of the file's order.
    pub(super) fn settle(
        &mut self,
        counts: &mut UpdateCounts,
        changes: &mut Option<Listener<'_>>,
    ) -> Result<()> {
        let mut updates = std::mem::take(&mut self.updates);
        updates.sort_unstable_by_key(|update| (update.point, update.line));
        for updates in updates.chunks(ANNOUNCED) {
            self.transaction.expect(updates)?;
            for update in updates {
                let change = self.take(*update)?;
                counts.add(change.effect);
                if changes.is_some() {
                    self.changes.push(change);
                }
            }
        }
        updates.clear();
        self.updates = updates;
        changes.as_mut().map_or(Ok(()), |callback| self.visit(callback))
    }

    /// Calls `changes` with the changes in the file's order.
    fn visit(&mut self, callback: &mut Listener<'_>) -> Result<()> {
        self.changes.sort_unstable_by_key(|change| change.update.line);
        self.changes.drain(..).try_for_each(|change| callback(&change))
    }

    fn take(&mut self, update: Update) -> Result<Change> {
        let (effect, before) = self.decide(&update)?;
        if effect == Effect::Corrected {
            self.transaction.supersede(update.point, update.from)?;
        }
        let entry = Entry { update, file: self.file, effect, stands: effect.stands() };
        self.transaction.insert(&entry)?;
        Ok(Change { update, effect, before })
    }

    /// Returns the effect of an update, and the previous update.
    fn decide(
        &mut self,
        update: &Update,
    ) -> Result<(Effect, Option<(EffectiveDate, ServiceFlag)>)> {
        let Some(held) = self.transaction.latest(update.point)? else {
            return Ok((Effect::New, None));
        };
        let same_day = match update.from.cmp(&held.0) {
            Ordering::Greater if update.flag == held.1 => {
                return Ok((Effect::DateChanged, Some(held)));
            }
            Ordering::Greater => return Ok((Effect::FlagChanged, Some(held))),
            Ordering::Equal => Some(held.1),
            Ordering::Less => self.transaction.standing(update.point, update.from)?,
        };
        match same_day {
            None => Ok((Effect::Late, Some(held))),
            Some(flag) => Ok((self.again(update, flag)?, Some((update.from, flag)))),
        }
    }

    /// Returns the effect of an update whose day has a current update.
    fn again(&mut self, update: &Update, standing: ServiceFlag) -> Result<Effect> {
        if update.flag == standing {
            return Ok(Effect::Repeated);
        }
        match self.conflicts == Conflicts::Newer && self.is_newest(update)? {
            true => Ok(Effect::Corrected),
            false => Ok(Effect::Conflicting),
        }
    }

    /// Returns true if this file is later than every file that had an update of that point and day;
    /// false if this file itself had one.
    fn is_newest(&mut self, update: &Update) -> Result<bool> {
        let Some(own) = self.origin.clone() else { return Ok(false) };
        // queried apart from the others, because a file can repeat an update any number of times
        if self.transaction.has_spoken(self.file, update.point, update.from)? {
            return Ok(false);
        }
        for file in self.transaction.files_of(update.point, update.from)? {
            if !self.origin_of(file)?.is_some_and(|other| own.is_later_than(other)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn origin_of(&mut self, file: FileId) -> Result<Option<&Origin>> {
        if !self.origins.contains_key(&file) {
            let origin = self.transaction.file(file)?.and_then(|file| file.origin);
            self.origins.insert(file, origin);
        }
        Ok(self.origins.get(&file).and_then(Option::as_ref))
    }
}

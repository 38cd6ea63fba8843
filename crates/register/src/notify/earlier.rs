//! Recognises events that a store had before the file that is being added.

use flagflow_status::Event;
use rusqlite::{Connection, OptionalExtension, params};

use super::store::{StatusStore, StoredDevice, StoredEvent, code_of, event_of};
use super::working::WorkingSet;
use crate::error::{Error, ErrorKind, Result};
use crate::sqlite::failed;

/// The events that a store had before a file, as far as the file may repeat them: those of the
/// meters that had an event on the day of an event of the file, or later.
///
/// Each is read once, into a temporary database, because a file may repeat any number of events.
#[derive(Debug)]
pub(super) struct Earlier {
    /// The number of events before the file.
    known: u64,
    counts: Option<Connection>,
}

/// `since` has the first day from which the events of a meter were read. `counts` has the number of
/// equal events that the file has not yet repeated.
const TABLES: &str = "
PRAGMA journal_mode = OFF;
PRAGMA cache_size = -16384;
CREATE TABLE since (device INTEGER PRIMARY KEY, day INTEGER NOT NULL) STRICT;
CREATE TABLE counts (
    device INTEGER NOT NULL,
    day INTEGER NOT NULL,
    event INTEGER NOT NULL,
    point INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (device, day, event, point)
) STRICT, WITHOUT ROWID;
BEGIN;
";
const SINCE: &str = "SELECT day FROM since WHERE device = ?1";
const READ_SINCE: &str = "INSERT OR REPLACE INTO since (device, day) VALUES (?1, ?2)";
const COUNT: &str = "INSERT INTO counts (device, day, event, point, count) VALUES (?1, ?2, ?3, ?4, 1) \
                     ON CONFLICT DO UPDATE SET count = count + 1";
const REPEAT: &str = "UPDATE counts SET count = count - 1 \
                      WHERE device = ?1 AND day = ?2 AND event = ?3 AND point = ?4 AND count > 0";

impl Earlier {
    pub(super) const fn new(known: u64) -> Self {
        Self { known, counts: None }
    }

    /// Returns true if the store had an event before the file, and counts the event as repeated.
    pub(super) fn take(
        &mut self,
        event: &Event,
        store: &impl StatusStore,
        working: &WorkingSet,
    ) -> Result<bool> {
        let Some(StoredDevice { device, last_event, .. }) = working.stored(event.device) else {
            return Ok(false);
        };
        if self.known == 0 || device.last_day() < event.on {
            return Ok(false);
        }
        self.read(event, store, *last_event)?;
        let Some(counts) = &self.counts else { return Ok(false) };
        let mut repeat = counts.prepare_cached(REPEAT).map_err(failed)?;
        Ok(repeat.execute(key(event)).map_err(failed)? > 0)
    }

    /// Reads the events of a meter from the day of an event on, from the last one back.
    fn read(&mut self, event: &Event, store: &impl StatusStore, last: u64) -> Result<()> {
        let device = event.device.as_u64().cast_signed();
        let until = match &self.counts {
            Some(counts) => {
                let mut since = counts.prepare_cached(SINCE).map_err(failed)?;
                since.query_row([device], |row| row.get::<_, u32>(0)).optional().map_err(failed)?
            }
            None => None,
        };
        if until.is_some_and(|until| until <= event.on.as_packed()) {
            return Ok(());
        }
        let mut next = Some(last);
        while let Some(id) = next {
            let StoredEvent { event: other, previous, .. } = event_of(store, id)?;
            if other.on < event.on {
                break;
            }
            if id <= self.known && until.is_none_or(|until| other.on.as_packed() < until) {
                let counts = self.counts()?;
                let mut count = counts.prepare_cached(COUNT).map_err(failed)?;
                count.execute(key(&other)).map_err(failed)?;
            }
            next = previous;
        }
        let mut since = self.counts()?.prepare_cached(READ_SINCE).map_err(failed)?;
        since.execute(params![device, event.on.as_packed()]).map(|_| ()).map_err(failed)
    }

    fn counts(&mut self) -> Result<&Connection> {
        if self.counts.is_none() {
            let counts = Connection::open("").map_err(failed)?;
            counts.execute_batch(TABLES).map_err(failed)?;
            self.counts = Some(counts);
        }
        self.counts.as_ref().ok_or_else(|| Error::new(ErrorKind::Store, "no temporary database"))
    }
}

/// Returns the fields in which two equal events agree.
fn key(event: &Event) -> [i64; 4] {
    [
        event.device.as_u64().cast_signed(),
        i64::from(event.on.as_packed()),
        code_of(event.what),
        // no point has this key
        event.what.point().map_or(0, |point| point.as_key().cast_signed()),
    ]
}

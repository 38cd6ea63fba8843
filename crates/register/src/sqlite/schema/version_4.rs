//! The migration to version 4: the state beside the log of events.

use flagflow_status::{Event, Occurrence, RuleSet};

use super::super::read::each;
use super::super::{Sqlite, failed};
use super::version_7::LAYOUT;
use crate::error::{Error, Result};
use crate::notify::impossible;
use crate::notify::store::StatusStore;
use crate::notify::working::WorkingSet;
use crate::row::{StoredRow, day, device_id, optional_integer, point, supplier, text};

/// Statuses are indexes in [`DeviceStatus::ALL`](flagflow_status::DeviceStatus::ALL). The log,
/// meters and links are those of [version 7](super::version_7), because they are written as in the
/// current version.
const BEFORE: &str = "
ALTER TABLE status_event RENAME TO status_event_3;

CREATE TABLE status_point (
    point INTEGER PRIMARY KEY,
    last_day INTEGER NOT NULL,
    meters BLOB NOT NULL,
    flag TEXT,
    day INTEGER,
    supplier TEXT,
    was_active INTEGER NOT NULL,
    notified_flag TEXT,
    notified_day INTEGER,
    file INTEGER
) STRICT;

CREATE INDEX status_pending ON status_point (point)
    WHERE flag IS NOT NULL AND (flag IS NOT notified_flag OR day IS NOT notified_day);
";

/// Each notice has its instruction number and leads to the previous notice for its point; the last
/// numbers of a recipient are stored.
const AFTER: &str = "
DROP TABLE status_event_3;

ALTER TABLE status_file ADD COLUMN notices INTEGER NOT NULL DEFAULT 0;
ALTER TABLE status_file ADD COLUMN identifier TEXT NOT NULL DEFAULT '';
ALTER TABLE status_file ADD COLUMN sent_at INTEGER;

UPDATE status_file SET
    notices = (SELECT count(*) FROM status_notice WHERE file = status_file.id),
    identifier = printf(iif(recipient = 'gas', '%06d', '%010d'), number);

CREATE INDEX status_unsent ON status_file (id) WHERE sent = 0;

ALTER TABLE status_notice RENAME TO status_notice_3;

CREATE TABLE status_notice (
    file INTEGER NOT NULL,
    point INTEGER NOT NULL,
    flag TEXT NOT NULL,
    day INTEGER NOT NULL,
    supplier TEXT,
    instruction INTEGER NOT NULL,
    previous INTEGER,
    PRIMARY KEY (file, point)
) STRICT, WITHOUT ROWID;

INSERT INTO status_notice
    SELECT notice.file, notice.point, notice.flag, notice.day, notice.supplier,
        file.first_instruction - 1
            + row_number() OVER (PARTITION BY notice.file ORDER BY notice.point),
        lag(notice.file) OVER (PARTITION BY notice.point ORDER BY notice.file)
    FROM status_notice_3 AS notice JOIN status_file AS file ON file.id = notice.file
    ORDER BY notice.file, notice.point;

DROP TABLE status_notice_3;

CREATE TABLE status_recipient (
    recipient TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    instruction INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO status_recipient
    SELECT recipient, max(number), max(sequence), max(first_instruction + notices - 1)
    FROM status_file GROUP BY recipient;

UPDATE status_point SET file = last.file
    FROM (SELECT point, max(file) AS file FROM status_notice GROUP BY point) AS last
    WHERE last.point = status_point.point;

UPDATE status_point SET notified_flag = last.flag, notified_day = last.day
    FROM (
        SELECT notice.point, notice.flag, notice.day, max(notice.file)
        FROM status_notice AS notice JOIN status_file AS file ON file.id = notice.file
        WHERE file.sent = 1 GROUP BY notice.point
    ) AS last
    WHERE last.point = status_point.point;

CREATE INDEX status_rejected ON status_answer (point) WHERE rejected IS NOT NULL;
";

const EVENTS: &str = "SELECT id, day, device, event, point, supplier FROM status_event_3 \
                      WHERE id > ?1 ORDER BY id LIMIT ?2";

/// The number of events that are replayed at a time.
const CHUNK: u32 = 100_000;

/// Replays the log of events, and stores the state that follows from it.
pub(super) fn migrate(register: &mut Sqlite) -> Result<()> {
    register.connection.execute_batch(BEFORE).map_err(failed)?;
    register.connection.execute_batch(LAYOUT).map_err(failed)?;
    let mut after = 0;
    loop {
        let events = events_after(register, after)?;
        if events.is_empty() {
            break;
        }
        // the rule set is always stored before the first event
        let missing = || Error::corrupt("the register has events and no rule set");
        let rules = register.settings()?.ok_or_else(missing)?.rules;
        replay(register, rules, &events)?;
        after += events.len() as u64;
    }
    register.connection.execute_batch(AFTER).map_err(failed)
}

fn replay(register: &mut Sqlite, rules: RuleSet, events: &[Event]) -> Result<()> {
    let mut working = WorkingSet::read(register, rules, events)?;
    for event in events {
        working.apply(*event).map_err(impossible)?;
    }
    register.write(&working.into_batch())
}

fn events_after(register: &Sqlite, after: u64) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    let mut statement = register.connection.prepare_cached(EVENTS).map_err(failed)?;
    each(&mut statement, (after.cast_signed(), CHUNK), &mut |row| {
        events.push(event(row)?);
        Ok(())
    })?;
    Ok(events)
}

/// Returns an event of version 3, which has a name.
fn event(row: &dyn StoredRow) -> Result<Event> {
    let at = optional_integer(row, "point", point)?;
    let what = text(row, "event", |name| Occurrence::new(name, at).ok())?;
    Ok(Event::new(day(row)?, device_id(row)?, what).with_supplier(supplier(row)?))
}

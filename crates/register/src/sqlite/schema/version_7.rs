//! The migration to version 7: events in blocks, and the points of a meter beside its status.

use flagflow_domain::MeterPoint;
use flagflow_status::Event;
use rusqlite::params;

use super::super::read::each;
use super::super::{Sqlite, failed, log};
use crate::error::Result;
use crate::notify::StoredEvent;
use crate::notify::store::occurrence;
use crate::row::{
    self, StoredRow, day, device_id, integer, number, optional_integer, point, supplier, unsigned,
};

/// The log of events, meters and links.
///
/// A row of the log has the events from `first` on, in the bytes of [`log`]. The points of a meter
/// are those at which it is now, and a link is a point at which a meter is or ever was.
pub(super) const LAYOUT: &str = "
CREATE TABLE status_log (
    first INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    events BLOB NOT NULL
) STRICT;

CREATE TABLE status_device (
    device INTEGER PRIMARY KEY,
    status INTEGER NOT NULL,
    was_commissioned INTEGER NOT NULL,
    day INTEGER NOT NULL,
    last_event INTEGER NOT NULL,
    points BLOB NOT NULL
) STRICT;

CREATE TABLE status_link (
    point INTEGER NOT NULL,
    device INTEGER NOT NULL,
    PRIMARY KEY (point, device)
) STRICT, WITHOUT ROWID;
";

const HAS_VERSION_6: &str = "SELECT count(*) FROM sqlite_schema WHERE name = 'status_event'";

const BEFORE: &str = "
ALTER TABLE status_device RENAME TO status_device_6;
ALTER TABLE status_link RENAME TO status_link_6;
";

const AFTER: &str = "
INSERT INTO status_link (point, device)
    SELECT point, device FROM status_link_6 ORDER BY point, device;

DROP TABLE status_event;
DROP TABLE status_device_6;
DROP TABLE status_link_6;
";

const EVENTS: &str =
    "SELECT id, day, device, event, point, supplier, previous FROM status_event ORDER BY id";

/// Both tables are in this order, so nothing is sorted.
const DEVICES: &str = "SELECT own.device, status, was_commissioned, day, last_event, point \
                       FROM status_device_6 AS own LEFT JOIN status_link_6 AS link \
                       ON link.device = own.device AND linked = 1 ORDER BY own.device, point";
const ADD_DEVICE: &str = "INSERT INTO status_device \
                          (device, status, was_commissioned, day, last_event, points) \
                          VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// Rewrites the log and the meters, unless the register was of before version 4: its state was
/// replayed into the tables of this version.
pub(super) fn migrate(register: &mut Sqlite) -> Result<()> {
    let connection = &register.connection;
    let is_there: bool =
        connection.query_row(HAS_VERSION_6, [], |row| row.get(0)).map_err(failed)?;
    if !is_there {
        return Ok(());
    }
    connection.execute_batch(BEFORE).map_err(failed)?;
    connection.execute_batch(LAYOUT).map_err(failed)?;
    let mut block = Vec::with_capacity(log::BLOCK);
    let mut statement = connection.prepare(EVENTS).map_err(failed)?;
    each(&mut statement, [], &mut |row| {
        block.push(event(row)?);
        if block.len() == log::BLOCK {
            register.add_events(&block)?;
            block.clear();
        }
        Ok(())
    })?;
    register.add_events(&block)?;
    add_devices(register)?;
    connection.execute_batch(AFTER).map_err(failed)
}

/// The columns of a meter but for its points.
type Columns = [i64; 5];

fn add_devices(register: &Sqlite) -> Result<()> {
    let mut last: Option<(Columns, Vec<MeterPoint>)> = None;
    let mut statement = register.connection.prepare(DEVICES).map_err(failed)?;
    each(&mut statement, [], &mut |row| {
        let mut columns = Columns::default();
        for (place, column) in columns.iter_mut().enumerate() {
            *column = row.get(place).map_err(failed)?;
        }
        let point = optional_integer(row, "point", row::point)?;
        match &mut last {
            Some((of_last, points)) if of_last[0] == columns[0] => points.extend(point),
            _ => {
                add_device(register, last.take())?;
                last = Some((columns, point.into_iter().collect()));
            }
        }
        Ok(())
    })?;
    add_device(register, last)
}

fn add_device(register: &Sqlite, device: Option<(Columns, Vec<MeterPoint>)>) -> Result<()> {
    let Some(([device, status, was_commissioned, day, last_event], points)) = device else {
        return Ok(());
    };
    let points = log::points_to_bytes(points.into_iter());
    let mut add = register.connection.prepare_cached(ADD_DEVICE).map_err(failed)?;
    let values = params![device, status, was_commissioned, day, last_event, points];
    add.execute(values).map(|_| ()).map_err(failed)
}

/// Returns an event of version 6, a row of the log.
fn event(row: &dyn StoredRow) -> Result<StoredEvent> {
    let at = optional_integer(row, "point", point)?;
    let what = integer(row, "event", |code| occurrence(code, at))?;
    let event = Event::new(day(row)?, device_id(row)?, what).with_supplier(supplier(row)?);
    let id = number(row, "id")?;
    // the previous event is an earlier one
    let previous =
        optional_integer(row, "previous", |it| unsigned(it).filter(|previous| *previous < id))?;
    Ok(StoredEvent { id, event, previous })
}

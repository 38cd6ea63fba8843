//! Events, their state and the files of runs in a database.

use std::fmt::Write;

use flagflow_domain::MeterPoint;
use flagflow_electricity::Timestamp;
use flagflow_status::{DeviceId, Event, LastNumbers, Notice, Recipient, Supplier};
use postgres::Row;
use postgres::error::SqlState;

use super::read::integers;
use super::{BEGIN, LOCK_RUNS, Postgres, UNLOCK_RUNS, failed};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::notify::store::{code_of, meters_to_bytes, occurrence};
use crate::notify::{
    Answer, Confirmation, PlannedFile, Settings, StatusBatch, StatusStore, StoredDevice,
    StoredEvent, StoredNotice, StoredPoint, TakenFile,
};
use crate::row::{
    self, answer, boolean, confirmation, day, device_id, device_key, integer, key, last_numbers,
    limit_of, notice, number, optional_integer, planned_file, point, settings, stored_point,
    supplier, taken_file, unsigned,
};

const DEVICES: &str = "SELECT device, status, was_commissioned, day, last_event, \
                       ARRAY(SELECT point FROM flagflow.link AS link \
                       WHERE link.device = device.device AND linked) AS points \
                       FROM flagflow.device AS device";
const POINTS: &str = "SELECT point, last_day, meters, flag, day, supplier, was_active, notified_flag, \
                      notified_day, file FROM flagflow.point";
const IS_PENDING: &str = "flag IS NOT NULL AND \
                          (flag IS DISTINCT FROM notified_flag OR day IS DISTINCT FROM notified_day)";
const FILES: &str = "SELECT id, recipient, number, sequence, first_instruction, notices, identifier, \
                     created, digest, sent, sent_at FROM flagflow.run_file";
const NOTICES: &str =
    "SELECT point, flag, day, supplier, instruction, previous FROM flagflow.notice";
const PUT_DEVICES: &str = "INSERT INTO flagflow.device \
    (device, status, was_commissioned, day, last_event) \
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::boolean[], $4::bigint[], $5::bigint[]) \
    ON CONFLICT (device) DO UPDATE SET status = excluded.status, \
    was_commissioned = excluded.was_commissioned, day = excluded.day, last_event = excluded.last_event";
const PUT_LINKS: &str = "INSERT INTO flagflow.link (device, point, linked) \
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::boolean[]) \
    ON CONFLICT (device, point) DO UPDATE SET linked = excluded.linked";
const PUT_POINTS: &str = "INSERT INTO flagflow.point \
    (point, last_day, meters, flag, day, supplier, was_active) \
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::text[], $5::bigint[], $6::text[], \
    $7::boolean[]) ON CONFLICT (point) DO UPDATE SET last_day = excluded.last_day, \
    meters = excluded.meters, flag = excluded.flag, day = excluded.day, supplier = excluded.supplier, \
    was_active = excluded.was_active";
const ADD_NOTICES: &str = "INSERT INTO flagflow.notice \
    (file, point, flag, day, supplier, instruction, previous) \
    SELECT $1, added.point, added.flag, added.day, added.supplier, added.instruction, stored.file \
    FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::bigint[]) \
    AS added (point, flag, day, supplier, instruction) \
    LEFT JOIN flagflow.point AS stored ON stored.point = added.point";
const PUT_ANSWERS: &str = "INSERT INTO flagflow.answer \
    (recipient, number, point, file, line, rejected) VALUES ($1, $2, $3, $4, $5, $6) \
    ON CONFLICT (recipient, number, point, file, line) DO UPDATE SET rejected = excluded.rejected";
const CONFIRM: &str = "INSERT INTO flagflow.confirmation \
    (file, answer_file, line, day, received, accepted, rejected) VALUES ($1, $2, $3, $4, $5, $6, $7) \
    ON CONFLICT (file, answer_file, line) DO UPDATE SET day = excluded.day, \
    received = excluded.received, accepted = excluded.accepted, rejected = excluded.rejected";

const REMOVE_NOTICES: &str = "DELETE FROM flagflow.notice AS notice WHERE file <= $1 \
    AND EXISTS (SELECT 1 FROM flagflow.point AS held JOIN flagflow.run_file AS newest \
    ON newest.id = held.file \
    WHERE held.point = notice.point AND held.file > notice.file AND newest.sent) \
    AND NOT EXISTS (SELECT 1 FROM flagflow.answer AS answer \
    WHERE answer.point = notice.point AND answer.rejected IS NOT NULL)";
const REMOVE_ANSWERS: &str = "DELETE FROM flagflow.answer AS answer WHERE rejected IS NULL \
    AND NOT EXISTS (SELECT 1 FROM flagflow.run_file AS own JOIN flagflow.notice AS notice \
    ON notice.file = own.id WHERE own.recipient = answer.recipient AND own.number = answer.number \
    AND notice.point = answer.point)";
const CUT_NOTICES: &str = "UPDATE flagflow.notice AS notice SET previous = 0 \
    WHERE previous > 0 AND previous <= $1 AND NOT EXISTS (SELECT 1 FROM flagflow.notice AS before \
    WHERE before.file = notice.previous AND before.point = notice.point)";
const KEEP_FILES: &str = "INSERT INTO flagflow.kept (single, day, file) VALUES (true, 0, $1) \
    ON CONFLICT (single) DO UPDATE SET file = greatest(kept.file, $1)";

impl StatusStore for Postgres {
    fn begin(&mut self) -> Result<()> {
        self.batch(BEGIN).inspect_err(|_| self.end())
    }

    fn commit(&mut self) -> Result<()> {
        self.batch("COMMIT")
    }

    fn roll_back(&mut self) {
        self.end();
    }

    fn lock_runs(&mut self) -> Result<()> {
        let locked = self.row(LOCK_RUNS, &[], |row| boolean(row, "is_locked"))?;
        match locked {
            Some(true) => Ok(()),
            _ => Err(Error::new(ErrorKind::Busy, "another process is writing the files of a run")),
        }
    }

    fn unlock_runs(&mut self) {
        // the end of the connection releases the lock too
        let _ = self.batch(UNLOCK_RUNS);
    }

    fn settings(&self) -> Result<Option<Settings>> {
        self.row("SELECT rules, gas, electricity FROM flagflow.settings", &[], |row| settings(row))
    }

    fn keep(&mut self, settings: Settings) -> Result<()> {
        let Settings { rules, switches } = settings;
        let put = "INSERT INTO flagflow.settings (single, rules, gas, electricity) VALUES (true, $1, $2, $3) \
                   ON CONFLICT (single) DO UPDATE SET rules = $1, gas = $2, electricity = $3";
        self.execute(put, &[&rules.as_str(), &switches.gas, &switches.electricity])
    }

    fn event_count(&self) -> Result<u64> {
        let query = "SELECT coalesce(max(id), 0) AS id FROM flagflow.event";
        Ok(self.row(query, &[], |row| number(row, "id"))?.unwrap_or_default())
    }

    fn event(&self, id: u64) -> Result<Option<StoredEvent>> {
        let query = "SELECT id, day, device, event, point, supplier, previous FROM flagflow.event \
                     WHERE id = $1";
        self.row(query, &[&id.cast_signed()], event)
    }

    fn devices(&self, ids: &[DeviceId]) -> Result<Vec<StoredDevice>> {
        let ids: Vec<_> = ids.iter().copied().map(device_key).collect();
        self.rows(&format!("{DEVICES} WHERE device = ANY($1)"), &[&ids], device)
    }

    fn devices_after(&self, after: Option<DeviceId>, limit: usize) -> Result<Vec<StoredDevice>> {
        let query =
            format!("{DEVICES} WHERE $1::bigint IS NULL OR device > $1 ORDER BY device LIMIT $2");
        self.rows(&query, &[&after.map(device_key), &limit_of(limit)], device)
    }

    fn devices_ever_at(&self, point: MeterPoint) -> Result<Vec<DeviceId>> {
        let query = "SELECT device FROM flagflow.link WHERE point = $1 ORDER BY device";
        self.rows(query, &[&key(point)], |row| device_id(row))
    }

    fn points(&self, points: &[MeterPoint]) -> Result<Vec<StoredPoint>> {
        let keys: Vec<_> = points.iter().copied().map(key).collect();
        self.rows(&format!("{POINTS} WHERE point = ANY($1) ORDER BY point"), &[&keys], |row| {
            stored_point(row)
        })
    }

    fn points_after(
        &self,
        after: Option<MeterPoint>,
        pending: bool,
        limit: usize,
    ) -> Result<Vec<StoredPoint>> {
        let which = if pending { IS_PENDING } else { "true" };
        let query = format!("{POINTS} WHERE {which} AND point > $1 ORDER BY point LIMIT $2");
        self.rows(&query, &[&after.map_or(-1, key), &limit_of(limit)], |row| stored_point(row))
    }

    fn write(&mut self, batch: &StatusBatch) -> Result<()> {
        let mut events = String::new();
        for StoredEvent { id, event, previous } in &batch.events {
            let Event { on, device, what, supplier } = event;
            let supplier = supplier.map_or_else(null, |supplier| escaped(supplier.as_str()));
            let point = what.point().map_or_else(null, |point| key(point).to_string());
            let previous = previous.map_or_else(null, |previous| previous.to_string());
            let (on, device, what) = (on.as_packed(), device_key(*device), code_of(*what));
            // writing to a String cannot fail
            let _ =
                writeln!(events, "{id}\t{on}\t{device}\t{what}\t{point}\t{supplier}\t{previous}");
        }
        self.copy("flagflow.event (id, day, device, event, point, supplier, previous)", &events)?;
        let devices = &batch.devices;
        let ids: Vec<_> = devices.iter().map(|it| device_key(it.id)).collect();
        let statuses: Vec<_> = devices.iter().map(|it| it.device.status() as i64).collect();
        let commissioned: Vec<_> = devices.iter().map(|it| it.device.was_commissioned()).collect();
        let days = devices.iter().map(|it| i64::from(it.device.last_day().as_packed()));
        let days: Vec<_> = days.collect();
        let last: Vec<_> = devices.iter().map(|it| it.last_event.cast_signed()).collect();
        self.execute(PUT_DEVICES, &[&ids, &statuses, &commissioned, &days, &last])?;
        let ids: Vec<_> = batch.links.iter().map(|link| device_key(link.device)).collect();
        let points: Vec<_> = batch.links.iter().map(|link| key(link.point)).collect();
        let linked: Vec<_> = batch.links.iter().map(|link| link.is_linked).collect();
        self.execute(PUT_LINKS, &[&ids, &points, &linked])?;
        self.write_points(&batch.points)
    }

    fn taken(&self, digest: &Digest) -> Result<Option<TakenFile>> {
        let query =
            "SELECT name, digest, events, repeated, refused FROM flagflow.taken WHERE digest = $1";
        self.row(query, &[&&digest.0[..]], |row| taken_file(row))
    }

    fn keep_taken(&mut self, file: &TakenFile) -> Result<()> {
        let TakenFile { name, digest, events, repeated, refused } = file;
        let [events, repeated, refused] = [events, repeated, refused].map(|it| it.cast_signed());
        let put = "INSERT INTO flagflow.taken (digest, name, events, repeated, refused) \
                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT (digest) DO NOTHING";
        self.execute(put, &[&&digest.0[..], name, &events, &repeated, &refused])
    }

    fn last_numbers(&self, recipient: Recipient) -> Result<LastNumbers> {
        let query =
            "SELECT number, sequence, instruction FROM flagflow.recipient WHERE recipient = $1";
        let found = self.row(query, &[&recipient.to_string()], |row| last_numbers(row))?;
        Ok(found.unwrap_or_default())
    }

    fn last_file(&self) -> Result<u64> {
        let query = "SELECT coalesce(max(id), 0) AS id FROM flagflow.run_file";
        Ok(self.row(query, &[], |row| number(row, "id"))?.unwrap_or_default())
    }

    fn file(&self, id: u64) -> Result<Option<PlannedFile>> {
        self.row(&format!("{FILES} WHERE id = $1"), &[&id.cast_signed()], |row| planned_file(row))
    }

    fn unsent(&self) -> Result<Vec<PlannedFile>> {
        self.rows(&format!("{FILES} WHERE NOT sent ORDER BY id"), &[], |row| planned_file(row))
    }

    fn notices_after(
        &self,
        file: u64,
        after: Option<MeterPoint>,
        limit: usize,
    ) -> Result<Vec<StoredNotice>> {
        let query = format!("{NOTICES} WHERE file = $1 AND point > $2 ORDER BY point LIMIT $3");
        let (file, after) = (file.cast_signed(), after.map_or(-1, key));
        self.rows(&query, &[&file, &after, &limit_of(limit)], |row| notice(row))
    }

    fn notice(&self, file: u64, point: MeterPoint) -> Result<Option<StoredNotice>> {
        let query = format!("{NOTICES} WHERE file = $1 AND point = $2");
        self.row(&query, &[&file.cast_signed(), &key(point)], |row| notice(row))
    }

    fn add_notices(&mut self, file: u64, first: u64, notices: &[Notice]) -> Result<()> {
        let file = file.cast_signed();
        let points: Vec<_> = notices.iter().map(|notice| key(notice.point)).collect();
        let flags: Vec<_> = notices.iter().map(|notice| notice.held.flag.as_str()).collect();
        let days = notices.iter().map(|notice| i64::from(notice.held.from.as_packed()));
        let days: Vec<_> = days.collect();
        let suppliers = notices.iter().map(|it| it.supplier.as_ref().map(Supplier::as_str));
        let suppliers: Vec<_> = suppliers.collect();
        let instructions = (first.cast_signed()..).take(notices.len());
        let instructions: Vec<_> = instructions.collect();
        let values: super::Values<'_> = &[&file, &points, &flags, &days, &suppliers, &instructions];
        self.execute(ADD_NOTICES, values)?;
        let put = "UPDATE flagflow.point SET file = $1 WHERE point = ANY($2)";
        self.execute(put, &[&file, &points])
    }

    fn plan(&mut self, file: &PlannedFile) -> Result<()> {
        let LastNumbers { number, sequence, instruction } = file.last();
        let [number, sequence, instruction] = [number, sequence, instruction].map(u64::cast_signed);
        let recipient = file.recipient.to_string();
        let insert = "INSERT INTO flagflow.run_file (id, recipient, number, sequence, first_instruction, \
                      notices, identifier, created, digest, sent) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, false)";
        let inserted = self.client.borrow_mut().execute(
            insert,
            &[
                &file.id.cast_signed(),
                &recipient,
                &number,
                &sequence,
                &file.first_instruction.cast_signed(),
                &file.notices.cast_signed(),
                &file.identifier,
                &file.created.as_packed().cast_signed(),
                &&file.digest.0[..],
            ],
        );
        inserted.map_err(|error| match error.code() {
            Some(code) if *code == SqlState::UNIQUE_VIOLATION => {
                Error::new(ErrorKind::Busy, "another process has planned a run").because(error)
            }
            _ => failed(error),
        })?;
        let put = "INSERT INTO flagflow.recipient (recipient, number, sequence, instruction) \
                   VALUES ($1, $2, $3, $4) ON CONFLICT (recipient) DO UPDATE \
                   SET number = $2, sequence = $3, instruction = $4";
        self.execute(put, &[&recipient, &number, &sequence, &instruction])
    }

    fn set_digest(&mut self, file: u64, digest: &Digest) -> Result<()> {
        let put = "UPDATE flagflow.run_file SET digest = $2 WHERE id = $1";
        self.execute(put, &[&file.cast_signed(), &&digest.0[..]])
    }

    fn sent(&mut self, file: u64, at: Timestamp) -> Result<()> {
        let (file, at) = (file.cast_signed(), at.as_packed().cast_signed());
        let put = "UPDATE flagflow.run_file SET sent = true, sent_at = $2 WHERE id = $1";
        self.execute(put, &[&file, &at])?;
        let put = "UPDATE flagflow.point AS point SET notified_flag = notice.flag, \
                   notified_day = notice.day FROM flagflow.notice AS notice \
                   WHERE notice.file = $1 AND notice.point = point.point";
        self.execute(put, &[&file])
    }

    fn answer_file(&mut self, name: &str, digest: &Digest) -> Result<u64> {
        let digest = &digest.0[..];
        let put = "INSERT INTO flagflow.answer_file (name, digest) VALUES ($1, $2) \
                   ON CONFLICT (digest) DO NOTHING";
        self.execute(put, &[&name, &digest])?;
        let query = "SELECT id FROM flagflow.answer_file WHERE digest = $1";
        let id = self.row(query, &[&digest], |row| number(row, "id"))?;
        id.ok_or_else(|| Error::corrupt("a file of answers is not there"))
    }

    fn answer(&mut self, answers: &[Answer]) -> Result<()> {
        let mut client = self.client.borrow_mut();
        let put = client.prepare(PUT_ANSWERS).map_err(failed)?;
        for Answer { recipient, number, point, file, line, rejected } in answers {
            let [number, file, line] = [number, file, line].map(|number| number.cast_signed());
            let recipient = recipient.to_string();
            client
                .execute(&put, &[&recipient, &number, &key(*point), &file, &line, rejected])
                .map_err(failed)?;
        }
        Ok(())
    }

    fn answers(&self, number: u64, point: MeterPoint) -> Result<Vec<Answer>> {
        let query = "SELECT recipient, number, point, file, line, rejected FROM flagflow.answer \
                     WHERE recipient = $1 AND number = $2 AND point = $3 ORDER BY file, line";
        let recipient = Recipient::of(point).to_string();
        self.rows(query, &[&recipient, &number.cast_signed(), &key(point)], |row| answer(row))
    }

    fn rejected_points(&self) -> Result<Vec<MeterPoint>> {
        let query =
            "SELECT DISTINCT point FROM flagflow.answer WHERE rejected IS NOT NULL ORDER BY point";
        self.rows(query, &[], |row| integer(row, "point", point))
    }

    fn rejected_count(&self, recipient: Recipient, number: u64) -> Result<u64> {
        let query = "SELECT count(DISTINCT point) AS count FROM flagflow.answer \
                     WHERE recipient = $1 AND number = $2 AND rejected IS NOT NULL";
        let values: super::Values<'_> = &[&recipient.to_string(), &number.cast_signed()];
        let count = self.row(query, values, |row| row::number(row, "count"))?;
        Ok(count.unwrap_or_default())
    }

    fn file_numbered(&self, recipient: Recipient, number: u64) -> Result<Option<PlannedFile>> {
        let query = format!("{FILES} WHERE recipient = $1 AND number = $2");
        self.row(&query, &[&recipient.to_string(), &number.cast_signed()], |row| planned_file(row))
    }

    fn files_after(&self, after: Option<u64>, limit: usize) -> Result<Vec<PlannedFile>> {
        let query = format!("{FILES} WHERE id > $1 ORDER BY id LIMIT $2");
        self.rows(&query, &[&after.map_or(0, u64::cast_signed), &limit_of(limit)], |row| {
            planned_file(row)
        })
    }

    fn removed_up_to(&self) -> Result<u64> {
        let query = "SELECT coalesce(max(file), 0) AS file FROM flagflow.kept";
        Ok(self.row(query, &[], |row| number(row, "file"))?.unwrap_or_default())
    }

    fn remove_notices(&mut self, before: Timestamp) -> Result<u64> {
        let query = "SELECT coalesce(min(id) - 1, (SELECT coalesce(max(id), 0) FROM flagflow.run_file)) \
                     AS id FROM flagflow.run_file WHERE NOT sent OR coalesce(sent_at, created) >= $1";
        let before = before.as_packed().cast_signed();
        let last = self.row(query, &[&before], |row| number(row, "id"))?.unwrap_or_default();
        let last = last.cast_signed();
        let removed = self.client.borrow_mut().execute(REMOVE_NOTICES, &[&last]).map_err(failed)?;
        self.execute(REMOVE_ANSWERS, &[])?;
        self.execute(CUT_NOTICES, &[&last])?;
        self.execute(KEEP_FILES, &[&last])?;
        Ok(removed)
    }

    fn confirm(&mut self, confirmation: &Confirmation) -> Result<()> {
        let Confirmation { file, answer_file, line, deemed_received, .. } = *confirmation;
        let Confirmation { received, accepted, rejected, .. } = *confirmation;
        let [file, answer_file, line] = [file, answer_file, line].map(u64::cast_signed);
        let [day, received, accepted, rejected] =
            [deemed_received.as_packed(), received, accepted, rejected].map(i64::from);
        let values: super::Values<'_> =
            &[&file, &answer_file, &line, &day, &received, &accepted, &rejected];
        self.execute(CONFIRM, values)
    }

    fn confirmations(&self, file: u64) -> Result<Vec<Confirmation>> {
        let query = "SELECT file, answer_file, line, day, received, accepted, rejected \
                     FROM flagflow.confirmation WHERE file = $1 ORDER BY answer_file, line";
        self.rows(query, &[&file.cast_signed()], |row| confirmation(row))
    }
}

impl Postgres {
    fn write_points(&self, stored: &[StoredPoint]) -> Result<()> {
        let points: Vec<_> = stored.iter().map(|it| key(it.point)).collect();
        let last_days = stored.iter().map(|it| i64::from(it.meters.last_day().as_packed()));
        let last_days: Vec<_> = last_days.collect();
        let meters: Vec<_> = stored.iter().map(|it| meters_to_bytes(it.meters.counts())).collect();
        let flags: Vec<_> =
            stored.iter().map(|it| it.held.map(|held| held.flag.as_str())).collect();
        let days = stored.iter().map(|it| it.held.map(|held| i64::from(held.from.as_packed())));
        let days: Vec<_> = days.collect();
        let suppliers = stored.iter().map(|it| it.supplier.as_ref().map(Supplier::as_str));
        let suppliers: Vec<_> = suppliers.collect();
        let active: Vec<_> = stored.iter().map(|it| it.was_active).collect();
        let values: super::Values<'_> =
            &[&points, &last_days, &meters, &flags, &days, &suppliers, &active];
        self.execute(PUT_POINTS, values)
    }
}

/// Returns the text of COPY for null.
fn null() -> String {
    "\\N".to_owned()
}

/// Returns a text for COPY.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
}

fn device(row: &Row) -> Result<StoredDevice> {
    row::device(row, integers(row, "points", |keys| keys.into_iter().map(point).collect())?)
}

fn event(row: &Row) -> Result<StoredEvent> {
    let at = optional_integer(row, "point", point)?;
    let what = integer(row, "event", |code| occurrence(code, at))?;
    let event = Event::new(day(row)?, device_id(row)?, what).with_supplier(supplier(row)?);
    let previous = optional_integer(row, "previous", unsigned)?;
    Ok(StoredEvent { id: number(row, "id")?, event, previous })
}

//! Events, their state and the files of runs in a database.

use flagflow_domain::MeterPoint;
use flagflow_electricity::Timestamp;
use flagflow_status::{DeviceId, LastNumbers, Notice, Recipient, Supplier};
use rusqlite::{ErrorCode, Params, params};

use super::read::each;
use super::{Sqlite, failed, log};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::notify::store::meters_to_bytes;
use crate::notify::{
    Answer, Confirmation, PlannedFile, Settings, StatusBatch, StatusStore, StoredDevice,
    StoredEvent, StoredLink, StoredNotice, StoredPoint, TakenFile,
};
use crate::row::{
    self, StoredRow, answer, bytes, confirmation, device_id, device_key, integer, key,
    last_numbers, limit_of, notice, number, planned_file, point, settings, stored_point,
    taken_file,
};

const SETTINGS: &str = "SELECT rules, gas, electricity FROM status_settings";
const KEEP: &str = "INSERT OR REPLACE INTO status_settings (only, rules, gas, electricity) \
                    VALUES (1, ?1, ?2, ?3)";
const EVENT_COUNT: &str =
    "SELECT coalesce((SELECT first + count - 1 FROM status_log ORDER BY first DESC LIMIT 1), 0)";
const EVENTS_AROUND: &str = "SELECT first, count, events FROM status_log WHERE first <= ?1 \
                             ORDER BY first DESC LIMIT 1";
const ADD_EVENTS: &str = "INSERT INTO status_log (first, count, events) VALUES (?1, ?2, ?3)";
const DEVICE: &str = "SELECT device, status, was_commissioned, day, last_event, points \
                      FROM status_device WHERE device = ?1";
const DEVICES_AFTER: &str = "SELECT device, status, was_commissioned, day, last_event, points \
                             FROM status_device WHERE device >= ?1 ORDER BY device LIMIT ?2";
const PUT_DEVICE: &str = "INSERT INTO status_device \
                          (device, status, was_commissioned, day, last_event, points) \
                          VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET status = ?2, \
                          was_commissioned = ?3, day = ?4, last_event = ?5, points = ?6";
const DEVICES_EVER_AT: &str = "SELECT device FROM status_link WHERE point = ?1 ORDER BY device";
const PUT_LINK: &str = "INSERT OR IGNORE INTO status_link (point, device) VALUES (?1, ?2)";
const POINT: &str = "SELECT point, last_day, meters, flag, day, supplier, was_active, notified_flag, \
                     notified_day, file FROM status_point WHERE point = ?1";
const POINTS_AFTER: &str = "SELECT point, last_day, meters, flag, day, supplier, was_active, \
                            notified_flag, notified_day, file FROM status_point \
                            WHERE point > ?1 ORDER BY point LIMIT ?2";
// the condition is that of the index
const PENDING_AFTER: &str = "SELECT point, last_day, meters, flag, day, supplier, was_active, \
                             notified_flag, notified_day, file \
                             FROM status_point INDEXED BY status_pending \
                             WHERE flag IS NOT NULL \
                             AND (flag IS NOT notified_flag OR day IS NOT notified_day) \
                             AND point > ?1 ORDER BY point LIMIT ?2";
const PUT_POINT: &str = "INSERT INTO status_point (point, last_day, meters, flag, day, supplier, was_active) \
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET \
                         last_day = ?2, meters = ?3, flag = ?4, day = ?5, supplier = ?6, was_active = ?7";
const TAKEN: &str =
    "SELECT name, digest, events, repeated, refused FROM status_taken WHERE digest = ?1";
const KEEP_TAKEN: &str = "INSERT OR IGNORE INTO status_taken \
                          (name, digest, events, repeated, refused) VALUES (?1, ?2, ?3, ?4, ?5)";
const LAST_NUMBERS: &str =
    "SELECT number, sequence, instruction FROM status_recipient WHERE recipient = ?1";
const PUT_LAST_NUMBERS: &str = "INSERT OR REPLACE INTO status_recipient \
                                (recipient, number, sequence, instruction) VALUES (?1, ?2, ?3, ?4)";
const LAST_FILE: &str = "SELECT coalesce(max(id), 0) FROM status_file";
const FILE: &str = "SELECT id, recipient, number, sequence, first_instruction, notices, identifier, \
                    created, digest, sent, sent_at FROM status_file WHERE id = ?1";
const UNSENT: &str = "SELECT id, recipient, number, sequence, first_instruction, notices, identifier, \
                      created, digest, sent, sent_at FROM status_file WHERE sent = 0 ORDER BY id";
const PLAN: &str = "INSERT INTO status_file (id, recipient, number, sequence, first_instruction, \
                    notices, identifier, created, digest, sent) \
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0)";
const NOTICES_AFTER: &str = "SELECT point, flag, day, supplier, instruction, previous \
                             FROM status_notice WHERE file = ?1 AND point > ?2 ORDER BY point LIMIT ?3";
const NOTICE: &str = "SELECT point, flag, day, supplier, instruction, previous FROM status_notice \
                      WHERE file = ?1 AND point = ?2";
const ADD_NOTICE: &str = "INSERT INTO status_notice \
                          (file, point, flag, day, supplier, instruction, previous) \
                          VALUES (?1, ?2, ?3, ?4, ?5, ?6, \
                          (SELECT file FROM status_point WHERE point = ?2))";
const PUT_FILE: &str = "UPDATE status_point SET file = ?1 WHERE point = ?2";
const SET_DIGEST: &str = "UPDATE status_file SET digest = ?2 WHERE id = ?1";
const SENT: &str = "UPDATE status_file SET sent = 1, sent_at = ?2 WHERE id = ?1";
const NOTIFIED: &str = "UPDATE status_point SET notified_flag = notice.flag, notified_day = notice.day \
                        FROM status_notice AS notice \
                        WHERE notice.file = ?1 AND notice.point = status_point.point";
const ANSWER_FILE: &str = "INSERT OR IGNORE INTO status_answer_file (name, digest) VALUES (?1, ?2)";
const ANSWER_FILE_ID: &str = "SELECT id FROM status_answer_file WHERE digest = ?1";
const ANSWER: &str = "INSERT OR REPLACE INTO status_answer \
                      (recipient, number, point, file, line, rejected) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const ANSWERS: &str = "SELECT recipient, number, point, file, line, rejected FROM status_answer \
                       WHERE recipient = ?1 AND number = ?2 AND point = ?3 ORDER BY file, line";
const REJECTED_POINTS: &str = "SELECT DISTINCT point FROM status_answer INDEXED BY status_rejected \
                               WHERE rejected IS NOT NULL ORDER BY point";

const REJECTED_COUNT: &str = "SELECT count(DISTINCT point) AS count FROM status_answer \
                              WHERE recipient = ?1 AND number = ?2 AND rejected IS NOT NULL";
const FILE_NUMBERED: &str = "SELECT id, recipient, number, sequence, first_instruction, notices, \
                             identifier, created, digest, sent, sent_at FROM status_file \
                             WHERE recipient = ?1 AND number = ?2";
const FILES_AFTER: &str = "SELECT id, recipient, number, sequence, first_instruction, notices, \
                           identifier, created, digest, sent, sent_at FROM status_file \
                           WHERE id > ?1 ORDER BY id LIMIT ?2";
const CONFIRM: &str = "INSERT OR REPLACE INTO status_confirmation \
                       (file, answer_file, line, day, received, accepted, rejected) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const CONFIRMATIONS: &str = "SELECT file, answer_file, line, day, received, accepted, rejected \
                             FROM status_confirmation WHERE file = ?1 ORDER BY answer_file, line";

const REMOVED_UP_TO: &str = "SELECT coalesce(max(file), 0) FROM kept";
const LAST_REMOVABLE: &str = "SELECT coalesce(min(id) - 1, (SELECT coalesce(max(id), 0) FROM status_file)) \
                              AS id FROM status_file WHERE sent = 0 OR coalesce(sent_at, created) >= ?1";
const REMOVE_NOTICES: &str = "DELETE FROM status_notice WHERE file <= ?1 \
    AND EXISTS (SELECT 1 FROM status_point AS held JOIN status_file AS newest ON newest.id = held.file \
    WHERE held.point = status_notice.point AND held.file > status_notice.file AND newest.sent = 1) \
    AND NOT EXISTS (SELECT 1 FROM status_answer INDEXED BY status_rejected \
    WHERE status_answer.point = status_notice.point AND status_answer.rejected IS NOT NULL)";
const REMOVE_ANSWERS: &str = "DELETE FROM status_answer WHERE rejected IS NULL AND NOT EXISTS \
    (SELECT 1 FROM status_file AS own JOIN status_notice AS notice ON notice.file = own.id \
    WHERE own.recipient = status_answer.recipient AND own.number = status_answer.number \
    AND notice.point = status_answer.point)";
const CUT_NOTICES: &str = "UPDATE status_notice SET previous = 0 WHERE previous > 0 AND previous <= ?1 \
    AND NOT EXISTS (SELECT 1 FROM status_notice AS before \
    WHERE before.file = status_notice.previous AND before.point = status_notice.point)";
const KEEP_FILES: &str = "INSERT INTO kept (only, day, file) VALUES (1, 0, ?1) \
                          ON CONFLICT (only) DO UPDATE SET file = max(file, ?1)";

impl Sqlite {
    fn execute(&self, statement: &str, values: impl Params) -> Result<()> {
        let mut statement = self.connection.prepare_cached(statement).map_err(failed)?;
        statement.execute(values).map(|_| ()).map_err(failed)
    }

    /// Returns what `read` makes of each row.
    fn rows<T>(
        &self,
        query: &str,
        values: impl Params,
        read: impl Fn(&dyn StoredRow) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        let mut statement = self.connection.prepare_cached(query).map_err(failed)?;
        each(&mut statement, values, &mut |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// Returns what `read` makes of the only row, if there is one.
    fn row<T>(
        &self,
        query: &str,
        values: impl Params,
        read: impl FnOnce(&dyn StoredRow) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.connection.prepare_cached(query).map_err(failed)?;
        let mut rows = statement.query(values).map_err(failed)?;
        rows.next().map_err(failed)?.map(|row| read(row)).transpose()
    }

    fn number(&self, query: &str) -> Result<u64> {
        let mut statement = self.connection.prepare_cached(query).map_err(failed)?;
        let number: i64 = statement.query_row([], |row| row.get(0)).map_err(failed)?;
        Ok(number.cast_unsigned())
    }

    /// Adds events to the log, which are numbered without a gap.
    pub(super) fn add_events(&self, events: &[StoredEvent]) -> Result<()> {
        for block in events.chunks(log::BLOCK) {
            let Some(first) = block.first() else { continue };
            let bytes = log::to_bytes(block);
            let bytes = bytes
                .ok_or_else(|| Error::corrupt("the last event of a meter is not in the log"))?;
            let values = params![first.id.cast_signed(), limit_of(block.len()), bytes];
            self.execute(ADD_EVENTS, values)?;
        }
        Ok(())
    }

    fn put_device(&self, stored: &StoredDevice) -> Result<()> {
        let StoredDevice { id, device, last_event } = stored;
        let (status, was_commissioned) = (device.status() as u8, device.was_commissioned());
        let (day, last_event) = (device.last_day().as_packed(), last_event.cast_signed());
        let points = log::points_to_bytes(device.points());
        let values = params![device_key(*id), status, was_commissioned, day, last_event, points];
        self.execute(PUT_DEVICE, values)
    }
}

impl StatusStore for Sqlite {
    fn begin(&mut self) -> Result<()> {
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(failed)
    }

    fn commit(&mut self) -> Result<()> {
        self.connection.execute_batch("COMMIT").map_err(failed)
    }

    fn roll_back(&mut self) {
        // SQLite has ended the transaction itself after some errors
        let _ = self.connection.execute_batch("ROLLBACK");
    }

    fn settings(&self) -> Result<Option<Settings>> {
        self.row(SETTINGS, [], settings)
    }

    fn keep(&mut self, settings: Settings) -> Result<()> {
        let Settings { rules, switches } = settings;
        self.execute(KEEP, params![rules.as_str(), switches.gas, switches.electricity])
    }

    fn event_count(&self) -> Result<u64> {
        self.number(EVENT_COUNT)
    }

    fn event(&self, id: u64) -> Result<Option<StoredEvent>> {
        let found = self.row(EVENTS_AROUND, [id.cast_signed()], |row| {
            let (first, count) = (number(row, "first")?, number(row, "count")?);
            match id.checked_sub(first).filter(|place| *place < count) {
                Some(place) => bytes(row, "events", |bytes| {
                    log::events(bytes, first).nth(usize::try_from(place).ok()?)?
                })
                .map(Some),
                None => Ok(None),
            }
        })?;
        Ok(found.flatten())
    }

    fn devices(&self, ids: &[DeviceId]) -> Result<Vec<StoredDevice>> {
        let mut found = Vec::new();
        for id in ids {
            found.extend(self.row(DEVICE, [device_key(*id)], device)?);
        }
        Ok(found)
    }

    fn devices_after(&self, after: Option<DeviceId>, limit: usize) -> Result<Vec<StoredDevice>> {
        let Some(from) = after.map_or(Some(i64::MIN), |after| device_key(after).checked_add(1))
        else {
            return Ok(Vec::new());
        };
        self.rows(DEVICES_AFTER, params![from, limit_of(limit)], device)
    }

    fn devices_ever_at(&self, point: MeterPoint) -> Result<Vec<DeviceId>> {
        self.rows(DEVICES_EVER_AT, [key(point)], device_id)
    }

    fn points(&self, points: &[MeterPoint]) -> Result<Vec<StoredPoint>> {
        let mut found = Vec::new();
        for point in points {
            found.extend(self.row(POINT, [key(*point)], stored_point)?);
        }
        Ok(found)
    }

    fn points_after(
        &self,
        after: Option<MeterPoint>,
        pending: bool,
        limit: usize,
    ) -> Result<Vec<StoredPoint>> {
        let query = if pending { PENDING_AFTER } else { POINTS_AFTER };
        self.rows(query, params![after.map_or(-1, key), limit_of(limit)], stored_point)
    }

    fn write(&mut self, batch: &StatusBatch) -> Result<()> {
        self.add_events(&batch.events)?;
        batch.devices.iter().try_for_each(|stored| self.put_device(stored))?;
        for StoredLink { device, point, .. } in &batch.links {
            self.execute(PUT_LINK, params![key(*point), device_key(*device)])?;
        }
        for StoredPoint { point, meters, held, supplier, was_active, .. } in &batch.points {
            let (flag, day) = held.map(|it| (it.flag.as_str(), it.from.as_packed())).unzip();
            let (supplier, counts) = (supplier.as_ref().map(Supplier::as_str), meters.counts());
            let last_day = meters.last_day().as_packed();
            let counts = meters_to_bytes(counts);
            let values = params![key(*point), last_day, counts, flag, day, supplier, was_active];
            self.execute(PUT_POINT, values)?;
        }
        Ok(())
    }

    fn taken(&self, digest: &Digest) -> Result<Option<TakenFile>> {
        self.row(TAKEN, [digest.0], taken_file)
    }

    fn keep_taken(&mut self, file: &TakenFile) -> Result<()> {
        let TakenFile { name, digest, events, repeated, refused } = file;
        let counts = [events, repeated, refused].map(|count| count.cast_signed());
        self.execute(KEEP_TAKEN, params![name, digest.0, counts[0], counts[1], counts[2]])
    }

    fn last_numbers(&self, recipient: Recipient) -> Result<LastNumbers> {
        let found = self.row(LAST_NUMBERS, [recipient.to_string()], last_numbers)?;
        Ok(found.unwrap_or_default())
    }

    fn last_file(&self) -> Result<u64> {
        self.number(LAST_FILE)
    }

    fn file(&self, id: u64) -> Result<Option<PlannedFile>> {
        self.row(FILE, [id.cast_signed()], planned_file)
    }

    fn unsent(&self) -> Result<Vec<PlannedFile>> {
        self.rows(UNSENT, [], planned_file)
    }

    fn notices_after(
        &self,
        file: u64,
        after: Option<MeterPoint>,
        limit: usize,
    ) -> Result<Vec<StoredNotice>> {
        let values = params![file.cast_signed(), after.map_or(-1, key), limit_of(limit)];
        self.rows(NOTICES_AFTER, values, notice)
    }

    fn notice(&self, file: u64, point: MeterPoint) -> Result<Option<StoredNotice>> {
        self.row(NOTICE, params![file.cast_signed(), key(point)], notice)
    }

    fn add_notices(&mut self, file: u64, first: u64, notices: &[Notice]) -> Result<()> {
        let file = file.cast_signed();
        for (instruction, Notice { point, held, supplier }) in (first..).zip(notices) {
            let (flag, day) = (held.flag.as_str(), held.from.as_packed());
            let supplier = supplier.as_ref().map(Supplier::as_str);
            let (point, instruction) = (key(*point), instruction.cast_signed());
            self.execute(ADD_NOTICE, params![file, point, flag, day, supplier, instruction])?;
            self.execute(PUT_FILE, params![file, point])?;
        }
        Ok(())
    }

    fn plan(&mut self, file: &PlannedFile) -> Result<()> {
        let last = file.last();
        let recipient = file.recipient.to_string();
        let values = params![
            file.id.cast_signed(),
            recipient,
            file.number.cast_signed(),
            file.sequence.cast_signed(),
            file.first_instruction.cast_signed(),
            file.notices.cast_signed(),
            file.identifier,
            file.created.as_packed().cast_signed(),
            file.digest.0,
        ];
        self.connection.execute(PLAN, values).map_err(taken)?;
        let LastNumbers { number, sequence, instruction } = last;
        let [number, sequence, instruction] = [number, sequence, instruction].map(u64::cast_signed);
        self.execute(PUT_LAST_NUMBERS, params![recipient, number, sequence, instruction])
    }

    fn set_digest(&mut self, file: u64, digest: &Digest) -> Result<()> {
        self.execute(SET_DIGEST, params![file.cast_signed(), digest.0])
    }

    fn sent(&mut self, file: u64, at: Timestamp) -> Result<()> {
        self.execute(SENT, params![file.cast_signed(), at.as_packed().cast_signed()])?;
        self.execute(NOTIFIED, [file.cast_signed()])
    }

    fn answer_file(&mut self, name: &str, digest: &Digest) -> Result<u64> {
        self.execute(ANSWER_FILE, params![name, digest.0])?;
        let id = self.row(ANSWER_FILE_ID, [digest.0], |row| number(row, "id"))?;
        id.ok_or_else(|| Error::corrupt("a file of answers is not there"))
    }

    fn answer(&mut self, answers: &[Answer]) -> Result<()> {
        for Answer { recipient, number, point, file, line, rejected } in answers {
            let [number, file, line] = [number, file, line].map(|number| number.cast_signed());
            let recipient = recipient.to_string();
            self.execute(ANSWER, params![recipient, number, key(*point), file, line, rejected])?;
        }
        Ok(())
    }

    fn answers(&self, number: u64, point: MeterPoint) -> Result<Vec<Answer>> {
        let recipient = Recipient::of(point).to_string();
        self.rows(ANSWERS, params![recipient, number.cast_signed(), key(point)], answer)
    }

    fn rejected_points(&self) -> Result<Vec<MeterPoint>> {
        self.rows(REJECTED_POINTS, [], |row| integer(row, "point", point))
    }

    fn rejected_count(&self, recipient: Recipient, number: u64) -> Result<u64> {
        let values = params![recipient.to_string(), number.cast_signed()];
        let count = self.row(REJECTED_COUNT, values, |row| row::number(row, "count"))?;
        Ok(count.unwrap_or_default())
    }

    fn file_numbered(&self, recipient: Recipient, number: u64) -> Result<Option<PlannedFile>> {
        self.row(FILE_NUMBERED, params![recipient.to_string(), number.cast_signed()], planned_file)
    }

    fn files_after(&self, after: Option<u64>, limit: usize) -> Result<Vec<PlannedFile>> {
        let after = after.map_or(0, u64::cast_signed);
        self.rows(FILES_AFTER, params![after, limit_of(limit)], planned_file)
    }

    fn removed_up_to(&self) -> Result<u64> {
        self.number(REMOVED_UP_TO)
    }

    fn remove_notices(&mut self, before: Timestamp) -> Result<u64> {
        let before = before.as_packed().cast_signed();
        let last = self.row(LAST_REMOVABLE, [before], |row| number(row, "id"))?;
        let last = last.unwrap_or_default().cast_signed();
        let removed = self.connection.execute(REMOVE_NOTICES, [last]).map_err(failed)?;
        self.execute(REMOVE_ANSWERS, [])?;
        self.execute(CUT_NOTICES, [last])?;
        self.execute(KEEP_FILES, [last])?;
        Ok(removed as u64)
    }

    fn confirm(&mut self, confirmation: &Confirmation) -> Result<()> {
        let Confirmation { file, answer_file, line, deemed_received, .. } = *confirmation;
        let Confirmation { received, accepted, rejected, .. } = *confirmation;
        let [file, answer_file, line] = [file, answer_file, line].map(u64::cast_signed);
        let day = deemed_received.as_packed();
        let values = params![file, answer_file, line, day, received, accepted, rejected];
        self.execute(CONFIRM, values)
    }

    fn confirmations(&self, file: u64) -> Result<Vec<Confirmation>> {
        self.rows(CONFIRMATIONS, [file.cast_signed()], confirmation)
    }
}

fn device(row: &dyn StoredRow) -> Result<StoredDevice> {
    row::device(row, bytes(row, "points", log::points_from_bytes)?)
}

/// Reports a number that another process has planned since this run read the store.
fn taken(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => {
            Error::new(ErrorKind::Busy, "another process has planned a run").because(error)
        }
        _ => failed(error),
    }
}

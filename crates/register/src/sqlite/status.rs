//! Events and the files of runs in a database.

use flagflow_domain::EffectiveDate;
use flagflow_electricity::Timestamp;
use flagflow_status::{
    DeviceId, Event, Notice, Occurrence, OutboundFile, PointFlag, Recipient, RuleSet, Supplier,
    Switches,
};
use rusqlite::{Connection, ErrorCode, Row, Transaction, TransactionBehavior, params};

use super::read::{day, each, flag, key, number, point, value};
use super::{Sqlite, failed};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::notify::{Answer, PlannedFile, Settings, StatusStore, TakenFile};

const SETTINGS: &str = "SELECT rules, gas, electricity FROM status_settings";
const KEEP: &str = "INSERT OR REPLACE INTO status_settings (only, rules, gas, electricity) \
                    VALUES (1, ?1, ?2, ?3)";
const EVENTS: &str = "SELECT day, device, event, point, supplier FROM status_event ORDER BY id";
const EVENTS_SINCE: &str = "SELECT day, device, event, point, supplier FROM status_event \
                            WHERE id <= ?1 AND day >= ?2 ORDER BY id";
// ids count up from 1 and no row is ever deleted, so the last id is the number of rows
const ADDED: &str = "SELECT coalesce(max(id), 0) FROM status_event";
const ADD: &str = "INSERT INTO status_event (day, device, event, point, supplier) \
                   VALUES (?1, ?2, ?3, ?4, ?5)";
const TAKEN: &str =
    "SELECT name, digest, events, repeated, refused FROM status_taken WHERE digest = ?1";
const KEEP_TAKEN: &str = "INSERT OR IGNORE INTO status_taken \
                          (name, digest, events, repeated, refused) VALUES (?1, ?2, ?3, ?4, ?5)";
const FILES: &str = "SELECT id, recipient, number, sequence, first_instruction, created, digest, sent \
                     FROM status_file ORDER BY id";
const NOTICES: &str =
    "SELECT point, flag, day, supplier FROM status_notice WHERE file = ?1 ORDER BY point";
const PLAN: &str = "INSERT INTO status_file (recipient, number, sequence, first_instruction, created, \
                    digest, sent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const NOTICE: &str = "INSERT INTO status_notice (file, point, flag, day, supplier) \
                      VALUES (?1, ?2, ?3, ?4, ?5)";
const SENT: &str = "UPDATE status_file SET sent = 1 WHERE recipient = ?1 AND number = ?2";
const ANSWER_FILE: &str = "INSERT OR IGNORE INTO status_answer_file (name, digest) VALUES (?1, ?2)";
const ANSWER_FILE_ID: &str = "SELECT id FROM status_answer_file WHERE digest = ?1";
const ANSWER: &str = "INSERT OR REPLACE INTO status_answer \
                      (recipient, number, point, file, line, rejected) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const ANSWERS: &str = "SELECT recipient, number, point, file, line, rejected FROM status_answer \
                       ORDER BY recipient DESC, number, point, file, line";

impl Sqlite {
    fn writing(&mut self) -> Result<Transaction<'_>> {
        self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)
    }
}

impl StatusStore for Sqlite {
    fn settings(&self) -> Result<Option<Settings>> {
        let mut found = None;
        let mut statement = self.connection.prepare_cached(SETTINGS).map_err(failed)?;
        each(&mut statement, [], &mut |row| {
            found = Some(settings(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    fn keep(&mut self, settings: Settings) -> Result<()> {
        let Settings { rules, switches } = settings;
        let values = params![rules.as_str(), switches.gas, switches.electricity];
        self.connection.execute(KEEP, values).map(|_| ()).map_err(failed)
    }

    fn events(&self, visit: &mut dyn FnMut(Event) -> Result<()>) -> Result<()> {
        let mut statement = self.connection.prepare_cached(EVENTS).map_err(failed)?;
        each(&mut statement, [], &mut |row| visit(event(row)?))
    }

    fn events_since(
        &self,
        from: EffectiveDate,
        known: u64,
        visit: &mut dyn FnMut(Event) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.connection.prepare_cached(EVENTS_SINCE).map_err(failed)?;
        let values = params![known.cast_signed(), from.as_packed()];
        each(&mut statement, values, &mut |row| visit(event(row)?))
    }

    fn taken(&self, digest: &Digest) -> Result<Option<TakenFile>> {
        let mut found = None;
        let mut statement = self.connection.prepare_cached(TAKEN).map_err(failed)?;
        each(&mut statement, [digest.0], &mut |row| {
            found = Some(TakenFile {
                name: value(row, "name", Some)?,
                digest: Digest(value(row, "digest", Some)?),
                events: number(row, "events")?,
                repeated: number(row, "repeated")?,
                refused: number(row, "refused")?,
            });
            Ok(())
        })?;
        Ok(found)
    }

    fn keep_taken(&mut self, file: &TakenFile) -> Result<()> {
        let TakenFile { name, digest, events, repeated, refused } = file;
        let counts = [events, repeated, refused].map(|count| count.cast_signed());
        let values = params![name, digest.0, counts[0], counts[1], counts[2]];
        self.connection.execute(KEEP_TAKEN, values).map(|_| ()).map_err(failed)
    }

    fn add(&mut self, known: u64, events: &[Event]) -> Result<()> {
        let writing = self.writing()?;
        let added: i64 = writing.query_row(ADDED, [], |row| row.get(0)).map_err(failed)?;
        if added != known.cast_signed() {
            return Err(Error::added_meanwhile());
        }
        {
            let mut statement = writing.prepare_cached(ADD).map_err(failed)?;
            for Event { on, device, what, supplier } in events {
                let (device, point) = (device.as_u64().cast_signed(), what.point().map(key));
                let supplier = supplier.as_ref().map(Supplier::as_str);
                let values = params![on.as_packed(), device, what.as_str(), point, supplier];
                statement.execute(values).map_err(failed)?;
            }
        }
        writing.commit().map_err(failed)
    }

    fn files(&self, visit: &mut dyn FnMut(PlannedFile) -> Result<()>) -> Result<()> {
        let mut statement = self.connection.prepare_cached(FILES).map_err(failed)?;
        each(&mut statement, [], &mut |row| visit(file(&self.connection, row)?))
    }

    fn plan(&mut self, files: &[PlannedFile]) -> Result<()> {
        let writing = self.writing()?;
        for file in files {
            insert(&writing, file)?;
        }
        writing.commit().map_err(failed)
    }

    fn sent(&mut self, recipient: Recipient, number: u64) -> Result<()> {
        let values = params![recipient.to_string(), number.cast_signed()];
        self.connection.execute(SENT, values).map(|_| ()).map_err(failed)
    }

    fn answer_file(&mut self, name: &str, digest: &Digest) -> Result<u64> {
        let writing = self.writing()?;
        writing.execute(ANSWER_FILE, params![name, digest.0]).map_err(failed)?;
        let id: i64 =
            writing.query_row(ANSWER_FILE_ID, [digest.0], |row| row.get(0)).map_err(failed)?;
        writing.commit().map_err(failed)?;
        Ok(id.cast_unsigned())
    }

    fn answer(&mut self, answers: &[Answer]) -> Result<()> {
        let writing = self.writing()?;
        {
            let mut statement = writing.prepare_cached(ANSWER).map_err(failed)?;
            for Answer { recipient, number, point, file, line, rejected } in answers {
                let [number, file, line] = [number, file, line].map(|number| number.cast_signed());
                let recipient = recipient.to_string();
                let values = params![recipient, number, key(*point), file, line, rejected];
                statement.execute(values).map_err(failed)?;
            }
        }
        writing.commit().map_err(failed)
    }

    fn answers(&self, visit: &mut dyn FnMut(Answer) -> Result<()>) -> Result<()> {
        let mut statement = self.connection.prepare_cached(ANSWERS).map_err(failed)?;
        each(&mut statement, [], &mut |row| visit(answer(row)?))
    }
}

fn answer(row: &Row<'_>) -> Result<Answer> {
    Ok(Answer {
        recipient: recipient(row)?,
        number: number(row, "number")?,
        point: value(row, "point", point)?,
        file: number(row, "file")?,
        line: number(row, "line")?,
        rejected: value(row, "rejected", Some)?,
    })
}

fn recipient(row: &Row<'_>) -> Result<Recipient> {
    value(row, "recipient", |name: String| name.parse().ok())
}

fn insert(writing: &Transaction<'_>, file: &PlannedFile) -> Result<()> {
    let PlannedFile { sending, created, digest, is_sent } = file;
    let values = params![
        sending.recipient.to_string(),
        sending.number.cast_signed(),
        sending.sequence.cast_signed(),
        sending.first_instruction.cast_signed(),
        created.as_packed().cast_signed(),
        digest.0,
        is_sent
    ];
    writing.prepare_cached(PLAN).map_err(failed)?.execute(values).map_err(taken)?;
    let id = writing.last_insert_rowid();
    let mut statement = writing.prepare_cached(NOTICE).map_err(failed)?;
    for Notice { point, held, supplier } in &sending.notices {
        let supplier = supplier.as_ref().map(Supplier::as_str);
        let values = params![id, key(*point), held.flag.as_str(), held.from.as_packed(), supplier];
        statement.execute(values).map_err(failed)?;
    }
    Ok(())
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

fn settings(row: &Row<'_>) -> Result<Settings> {
    let is_on = |column| value(row, column, |on: bool| Some(on));
    Ok(Settings {
        rules: value(row, "rules", |name: String| name.parse::<RuleSet>().ok())?,
        switches: Switches { gas: is_on("gas")?, electricity: is_on("electricity")? },
    })
}

fn event(row: &Row<'_>) -> Result<Event> {
    let at = value(row, "point", |key: Option<i64>| match key {
        Some(key) => point(key).map(Some),
        None => Some(None),
    })?;
    let event = Event::new(
        day(row)?,
        value(row, "device", |id: i64| Some(DeviceId::new(id.cast_unsigned())))?,
        value(row, "event", |name: String| Occurrence::new(&name, at).ok())?,
    );
    Ok(event.with_supplier(supplier(row)?))
}

fn supplier(row: &Row<'_>) -> Result<Option<Supplier>> {
    value(row, "supplier", |text: Option<String>| match text {
        Some(text) => text.parse().ok().map(Some),
        None => Some(None),
    })
}

fn file(connection: &Connection, row: &Row<'_>) -> Result<PlannedFile> {
    let mut notices = Vec::new();
    let id: i64 = value(row, "id", Some)?;
    let mut statement = connection.prepare_cached(NOTICES).map_err(failed)?;
    each(&mut statement, [id], &mut |row| {
        let held = PointFlag { flag: flag(row)?, from: day(row)? };
        let notice = Notice::new(value(row, "point", point)?, held);
        notices.push(Notice { supplier: supplier(row)?, ..notice });
        Ok(())
    })?;
    Ok(PlannedFile {
        sending: OutboundFile {
            recipient: recipient(row)?,
            number: number(row, "number")?,
            sequence: number(row, "sequence")?,
            first_instruction: number(row, "first_instruction")?,
            notices,
        },
        created: value(row, "created", |time: i64| {
            Timestamp::from_packed(u64::try_from(time).ok()?).ok()
        })?,
        digest: Digest(value(row, "digest", Some)?),
        is_sent: value(row, "sent", |sent: bool| Some(sent))?,
    })
}

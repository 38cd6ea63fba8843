//! Rows of a database as values. Rows may have any content, because another program may have
//! changed the database.

use std::error::Error as Cause;

use flagflow_check::escape;
use flagflow_domain::{EffectiveDate, MeterPoint, ServiceFlag};
use flagflow_electricity::Timestamp;
use flagflow_status::{
    Device, DeviceId, DeviceStatus, LastNumbers, Notice, PointFlag, PointMeters, Recipient,
    Supplier, Switches,
};

use crate::digest::Digest;
use crate::entry::{Effect, Entry, FileId, Update};
use crate::error::{Error, Result};
use crate::file::{AppliedFile, Origin, UpdateCounts};
use crate::notify::store::meters_from_bytes;
use crate::notify::{
    Answer, Confirmation, PlannedFile, Settings, StoredDevice, StoredNotice, StoredPoint, TakenFile,
};

/// The content of a column, or the reason why it has another type; `None` for null.
pub(crate) type Found<T> = std::result::Result<Option<T>, Box<dyn Cause + Send + Sync>>;

/// A row of a database, with the types that columns have.
pub(crate) trait StoredRow {
    /// Returns the number in a column.
    fn find_integer(&self, column: &str) -> Found<i64>;

    /// Returns the text in a column.
    fn find_text(&self, column: &str) -> Found<&str>;

    /// Returns the bytes in a column.
    fn find_bytes(&self, column: &str) -> Found<&[u8]>;

    /// Returns the truth value in a column.
    fn find_bool(&self, column: &str) -> Found<bool>;
}

pub(crate) fn senseless(column: &str) -> Error {
    Error::corrupt(format!("the register has a senseless {column}"))
}

/// Reads the content of a column that may be null.
fn optional<T, V>(
    found: Found<T>,
    column: &str,
    read: impl FnOnce(T) -> Option<V>,
) -> Result<Option<V>> {
    match found.map_err(|error| senseless(column).because(error))? {
        Some(found) => read(found).map(Some).ok_or_else(|| senseless(column)),
        None => Ok(None),
    }
}

/// Reads a number that may be null.
pub(crate) fn optional_integer<V>(
    row: &dyn StoredRow,
    column: &str,
    read: impl FnOnce(i64) -> Option<V>,
) -> Result<Option<V>> {
    optional(row.find_integer(column), column, read)
}

/// Reads a number.
pub(crate) fn integer<V>(
    row: &dyn StoredRow,
    column: &str,
    read: impl FnOnce(i64) -> Option<V>,
) -> Result<V> {
    optional_integer(row, column, read)?.ok_or_else(|| senseless(column))
}

/// Reads a text that may be null.
pub(crate) fn optional_text<V>(
    row: &dyn StoredRow,
    column: &str,
    read: impl FnOnce(&str) -> Option<V>,
) -> Result<Option<V>> {
    optional(row.find_text(column), column, read)
}

/// Reads a text.
pub(crate) fn text<V>(
    row: &dyn StoredRow,
    column: &str,
    read: impl FnOnce(&str) -> Option<V>,
) -> Result<V> {
    optional_text(row, column, read)?.ok_or_else(|| senseless(column))
}

/// Reads bytes.
pub(crate) fn bytes<V>(
    row: &dyn StoredRow,
    column: &str,
    read: impl FnOnce(&[u8]) -> Option<V>,
) -> Result<V> {
    optional(row.find_bytes(column), column, read)?.ok_or_else(|| senseless(column))
}

/// Reads a truth value.
pub(crate) fn boolean(row: &dyn StoredRow, column: &str) -> Result<bool> {
    optional(row.find_bool(column), column, Some)?.ok_or_else(|| senseless(column))
}

/// Reads a number that is not negative.
pub(crate) fn number(row: &dyn StoredRow, column: &str) -> Result<u64> {
    integer(row, column, unsigned)
}
/// Converts a point to its key, of at most fourteen digits.
pub(crate) const fn key(point: MeterPoint) -> i64 {
    point.as_key().cast_signed()
}

/// Returns the point of a key.
pub(crate) fn point(key: i64) -> Option<MeterPoint> {
    MeterPoint::from_key(unsigned(key)?)
}

pub(crate) const fn device_key(id: DeviceId) -> i64 {
    id.as_u64().cast_signed()
}

/// Returns a limit or the length of a list as the type of a database.
pub(crate) fn limit_of(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

pub(crate) fn unsigned(number: i64) -> Option<u64> {
    u64::try_from(number).ok()
}

pub(crate) fn small(number: i64) -> Option<u32> {
    u32::try_from(number).ok()
}

pub(crate) fn day_of(day: i64) -> Option<EffectiveDate> {
    EffectiveDate::from_packed(small(day)?).ok()
}

fn flag_of(flag: &str) -> Option<ServiceFlag> {
    flag.parse().ok()
}

fn time_of(time: i64) -> Option<Timestamp> {
    Timestamp::from_packed(unsigned(time)?).ok()
}

fn digest(row: &dyn StoredRow) -> Result<Digest> {
    bytes(row, "digest", |bytes| bytes.try_into().ok().map(Digest))
}

fn name(row: &dyn StoredRow, column: &str) -> Result<String> {
    text(row, column, |text| Some(text.to_owned()))
}

pub(crate) fn day(row: &dyn StoredRow) -> Result<EffectiveDate> {
    integer(row, "day", day_of)
}

pub(crate) fn flag(row: &dyn StoredRow) -> Result<ServiceFlag> {
    text(row, "flag", flag_of)
}

pub(crate) fn supplier(row: &dyn StoredRow) -> Result<Option<Supplier>> {
    optional_text(row, "supplier", |text| text.parse().ok())
}

fn file_id(row: &dyn StoredRow, column: &str) -> Result<FileId> {
    integer(row, column, |id| small(id).map(FileId))
}

pub(crate) fn entry(row: &dyn StoredRow) -> Result<Entry> {
    Ok(Entry {
        update: Update {
            point: integer(row, "point", point)?,
            from: day(row)?,
            flag: flag(row)?,
            line: number(row, "line")?,
        },
        file: file_id(row, "file")?,
        effect: integer(row, "effect", |place| {
            Effect::ALL.get(usize::try_from(place).ok()?).copied()
        })?,
        stands: boolean(row, "stands")?,
    })
}

/// Returns an applied file, whose updates have each effect so many times.
pub(crate) fn file(row: &dyn StoredRow, effects: [u64; 7]) -> Result<AppliedFile> {
    let rejected = number(row, "rejected")?;
    let [new, flag_changed, date_changed, late, repeated, conflicting, corrected] = effects;
    Ok(AppliedFile {
        id: file_id(row, "id")?,
        name: text(row, "name", |name| Some(escape(name.as_bytes())))?,
        digest: digest(row)?,
        bytes: number(row, "bytes")?,
        flow: optional_text(row, "flow", |name| name.parse().ok())?,
        origin: origin(row)?,
        applied_at: optional_integer(row, "applied_at", time_of)?,
        counts: UpdateCounts {
            records: effects.into_iter().fold(rejected, u64::saturating_add),
            rejected,
            new,
            flag_changed,
            date_changed,
            late,
            repeated,
            conflicting,
            corrected,
        },
    })
}

fn origin(row: &dyn StoredRow) -> Result<Option<Origin>> {
    let Some(created) = optional_integer(row, "created", time_of)? else { return Ok(None) };
    Ok(Some(Origin { sender: name(row, "sender")?, identifier: name(row, "identifier")?, created }))
}

pub(crate) fn settings(row: &dyn StoredRow) -> Result<Settings> {
    Ok(Settings {
        rules: text(row, "rules", |name| name.parse().ok())?,
        switches: Switches { gas: boolean(row, "gas")?, electricity: boolean(row, "electricity")? },
    })
}

pub(crate) fn device_id(row: &dyn StoredRow) -> Result<DeviceId> {
    integer(row, "device", |id| Some(DeviceId::new(id.cast_unsigned())))
}

/// Returns a device that is at some points.
pub(crate) fn device(row: &dyn StoredRow, points: Vec<MeterPoint>) -> Result<StoredDevice> {
    let status = integer(row, "status", |place| {
        DeviceStatus::ALL.get(usize::try_from(place).ok()?).copied()
    })?;
    let device = Device::restore(status, boolean(row, "was_commissioned")?, day(row)?, points);
    Ok(StoredDevice { id: device_id(row)?, device, last_event: number(row, "last_event")? })
}

pub(crate) fn stored_point(row: &dyn StoredRow) -> Result<StoredPoint> {
    let held = |flag, day| -> Result<Option<PointFlag>> {
        let flag = optional_text(row, flag, flag_of)?;
        let day = optional_integer(row, day, day_of)?;
        Ok(flag.zip(day).map(|(flag, from)| PointFlag { flag, from }))
    };
    let counts = bytes(row, "meters", meters_from_bytes)?;
    Ok(StoredPoint {
        point: integer(row, "point", point)?,
        meters: PointMeters::restore(integer(row, "last_day", day_of)?, counts),
        held: held("flag", "day")?,
        supplier: supplier(row)?,
        was_active: boolean(row, "was_active")?,
        notified: held("notified_flag", "notified_day")?,
        last_file: optional_integer(row, "file", unsigned)?,
    })
}

pub(crate) fn taken_file(row: &dyn StoredRow) -> Result<TakenFile> {
    Ok(TakenFile {
        name: name(row, "name")?,
        digest: digest(row)?,
        events: number(row, "events")?,
        repeated: number(row, "repeated")?,
        refused: number(row, "refused")?,
    })
}

pub(crate) fn last_numbers(row: &dyn StoredRow) -> Result<LastNumbers> {
    Ok(LastNumbers {
        number: number(row, "number")?,
        sequence: number(row, "sequence")?,
        instruction: number(row, "instruction")?,
    })
}

pub(crate) fn notice(row: &dyn StoredRow) -> Result<StoredNotice> {
    let held = PointFlag { flag: flag(row)?, from: day(row)? };
    let notice = Notice { point: integer(row, "point", point)?, held, supplier: supplier(row)? };
    let previous = optional_integer(row, "previous", unsigned)?;
    Ok(StoredNotice { notice, instruction: number(row, "instruction")?, previous })
}

fn recipient(row: &dyn StoredRow) -> Result<Recipient> {
    text(row, "recipient", |name| name.parse().ok())
}

pub(crate) fn planned_file(row: &dyn StoredRow) -> Result<PlannedFile> {
    Ok(PlannedFile {
        id: number(row, "id")?,
        recipient: recipient(row)?,
        number: number(row, "number")?,
        sequence: number(row, "sequence")?,
        first_instruction: number(row, "first_instruction")?,
        notices: number(row, "notices")?,
        identifier: name(row, "identifier")?,
        created: integer(row, "created", time_of)?,
        digest: digest(row)?,
        is_sent: boolean(row, "sent")?,
        sent_at: optional_integer(row, "sent_at", time_of)?,
    })
}

pub(crate) fn answer(row: &dyn StoredRow) -> Result<Answer> {
    Ok(Answer {
        recipient: recipient(row)?,
        number: number(row, "number")?,
        point: integer(row, "point", point)?,
        file: number(row, "file")?,
        line: number(row, "line")?,
        rejected: optional_text(row, "rejected", |text| Some(text.to_owned()))?,
    })
}

pub(crate) fn confirmation(row: &dyn StoredRow) -> Result<Confirmation> {
    Ok(Confirmation {
        file: number(row, "file")?,
        answer_file: number(row, "answer_file")?,
        line: number(row, "line")?,
        deemed_received: day(row)?,
        received: integer(row, "received", small)?,
        accepted: integer(row, "accepted", small)?,
        rejected: integer(row, "rejected", small)?,
    })
}

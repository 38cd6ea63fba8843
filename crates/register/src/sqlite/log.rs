//! The log of events as blocks of bytes, each a row: a row for each event would take six times as
//! much space, and as many writes.
//!
//! An event is one byte, the number of the event with the marks below, and what the marks leave
//! to be given: the day, the difference of the device to the device before, the meter point, the
//! supplier, and the distance to the previous event of the meter, 0 without one. The first event
//! of a block follows day 0 and device 0. Numbers are in groups of seven bits, the lowest first.

use flagflow_domain::{EffectiveDate, MeterPoint};
use flagflow_status::{DeviceId, Event, Supplier};

use crate::notify::StoredEvent;
use crate::notify::store::{code_of, occurrence};

/// The most events of a block: an event is found by reading half a block.
pub(super) const BLOCK: usize = 64;

/// The bits of the number of the event.
const CODE: u8 = 0x0F;
/// Marks an event on the day of the event before.
const SAME_DAY: u8 = 0x10;
/// Marks an event of the device of the event before.
const SAME_DEVICE: u8 = 0x20;
/// Marks an event with a meter point.
const WITH_POINT: u8 = 0x40;
/// Marks an event with a supplier.
const WITH_SUPPLIER: u8 = 0x80;

/// Returns the bytes of a block of events; `None` if an event is not after the previous event of
/// its meter.
pub(super) fn to_bytes(events: &[StoredEvent]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut last_day, mut last_device) = (0, 0);
    for StoredEvent { id, event, previous } in events {
        let Event { on, device, what, supplier } = event;
        let (day, device) = (on.as_packed(), device.as_u64());
        let mark = |is_so: bool, mark: u8| if is_so { mark } else { 0 };
        // no event has a larger number
        let code = code_of(*what).to_le_bytes()[0] & CODE;
        bytes.push(
            code | mark(day == last_day, SAME_DAY)
                | mark(device == last_device, SAME_DEVICE)
                | mark(what.point().is_some(), WITH_POINT)
                | mark(supplier.is_some(), WITH_SUPPLIER),
        );
        if day != last_day {
            push(&mut bytes, u64::from(day));
        }
        if device != last_device {
            let difference = device.wrapping_sub(last_device).cast_signed();
            push(&mut bytes, ((difference << 1) ^ (difference >> 63)).cast_unsigned());
        }
        if let Some(point) = what.point() {
            push(&mut bytes, point.as_key());
        }
        if let Some(supplier) = supplier {
            let text = supplier.as_str();
            // at most four characters
            bytes.push(text.len().to_le_bytes()[0]);
            bytes.extend(text.as_bytes());
        }
        let distance = match previous {
            Some(previous) => id.checked_sub(*previous).filter(|distance| *distance > 0)?,
            None => 0,
        };
        push(&mut bytes, distance);
        (last_day, last_device) = (day, device);
    }
    Some(bytes)
}

/// Returns the events of a block that begins with the event `first`. `None` stands for bytes that
/// are no event, and is the last item.
pub(super) fn events(bytes: &[u8], first: u64) -> impl Iterator<Item = Option<StoredEvent>> {
    let mut rest = bytes;
    let (mut id, mut day, mut device) = (first, 0, 0);
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let read = read_event(&mut rest, id, &mut day, &mut device);
        if read.is_none() {
            rest = &[];
        }
        id += 1;
        Some(read)
    })
}

/// Reads an event that follows one of a day and a device.
fn read_event(rest: &mut &[u8], id: u64, day: &mut u32, device: &mut u64) -> Option<StoredEvent> {
    let marks = byte(rest)?;
    if marks & SAME_DAY == 0 {
        *day = u32::try_from(number(rest)?).ok()?;
    }
    if marks & SAME_DEVICE == 0 {
        let folded = number(rest)?;
        let difference = (folded >> 1) ^ (folded & 1).wrapping_neg();
        *device = device.wrapping_add(difference);
    }
    let point = match marks & WITH_POINT {
        0 => None,
        _ => Some(MeterPoint::from_key(number(rest)?)?),
    };
    let supplier = match marks & WITH_SUPPLIER {
        0 => None,
        _ => {
            let length = usize::from(byte(rest)?);
            let (text, later) = rest.split_at_checked(length)?;
            *rest = later;
            Some(std::str::from_utf8(text).ok()?.parse::<Supplier>().ok()?)
        }
    };
    let previous = match number(rest)? {
        0 => None,
        distance => Some(id.checked_sub(distance).filter(|previous| *previous > 0)?),
    };
    let what = occurrence(i64::from(marks & CODE), point)?;
    let on = EffectiveDate::from_packed(*day).ok()?;
    let event = Event::new(on, DeviceId::new(*device), what).with_supplier(supplier);
    Some(StoredEvent { id, event, previous })
}

fn byte(rest: &mut &[u8]) -> Option<u8> {
    let (byte, later) = rest.split_first()?;
    *rest = later;
    Some(*byte)
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let byte = byte(rest)?;
        let bits = u64::from(byte & 0x7F);
        // the tenth byte has one bit of the number
        if shift == 63 && bits > 1 {
            return None;
        }
        number |= bits << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn push(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

/// Returns the bytes of the points of a meter.
pub(super) fn points_to_bytes(points: impl Iterator<Item = MeterPoint>) -> Vec<u8> {
    let mut bytes = Vec::new();
    points.for_each(|point| push(&mut bytes, point.as_key()));
    bytes
}

/// Returns the points of a meter from their bytes.
pub(super) fn points_from_bytes(mut bytes: &[u8]) -> Option<Vec<MeterPoint>> {
    let mut points = Vec::new();
    while !bytes.is_empty() {
        points.push(MeterPoint::from_key(number(&mut bytes)?)?);
    }
    Some(points)
}

#[cfg(test)]
mod tests {
    use flagflow_status::Occurrence;

    use super::*;

    fn event(day: u32, device: u64, name: &str, point: Option<&str>) -> Event {
        let what = Occurrence::new(name, point.map(|point| point.parse().unwrap())).unwrap();
        Event::new(EffectiveDate::from_packed(day).unwrap(), DeviceId::new(device), what)
    }

    /// Returns events of which one follows an event before the block.
    fn block(first: u64) -> Vec<StoredEvent> {
        let (gas, electric) = (Some("1234567810"), Some("1013044353630"));
        let supplier = |text: &str| Some(text.parse().unwrap());
        let events = [
            (event(20_220_101, u64::MAX, "pending", None), supplier("MRCY"), None),
            (event(20_220_101, u64::MAX, "associated", gas), supplier("X"), Some(first)),
            (event(20_220_131, 0, "linked", electric), None, None),
            (event(20_220_131, 1 << 63, "unlinked", gas), None, Some(first - 1)),
            (event(20_211_231, 1, "withdrawn", None), None, Some(first + 2)),
        ];
        let stored = |(id, (event, supplier, previous)): (u64, (Event, _, _))| StoredEvent {
            id,
            event: event.with_supplier(supplier),
            previous,
        };
        (first..).zip(events).map(stored).collect()
    }

    #[test]
    fn events_are_read_as_they_are_written() {
        for first in [2, 129, 1 << 40] {
            let block = block(first);
            let bytes = to_bytes(&block).unwrap();
            let read: Option<Vec<_>> = events(&bytes, first).collect();
            assert_eq!(read, Some(block));
        }
        assert_eq!(events(&[], 1).count(), 0);
        for previous in [2, 3] {
            let event = event(20_220_101, 1, "pending", None);
            assert_eq!(to_bytes(&[StoredEvent { id: 2, event, previous: Some(previous) }]), None);
        }
    }

    #[test]
    fn bytes_that_are_no_event_end_a_block() {
        let block = block(2);
        let bytes = to_bytes(&block).unwrap();
        let mut ends = 0;
        for length in 0..bytes.len() {
            let read: Vec<_> = events(&bytes[..length], 2).collect();
            match read.iter().position(Option::is_none) {
                Some(bad) => assert_eq!(bad + 1, read.len()),
                None => ends += 1,
            }
            assert!(read.iter().flatten().eq(&block[..read.iter().flatten().count()]));
        }
        assert_eq!(ends, block.len());
        let longest = [0xFF; 11];
        for bad in [&[0x0D, 0, 0, 0][..], &[0x40], &longest, &[0x00, 0x80, 0, 0, 0]] {
            assert_eq!(events(bad, 1).collect::<Vec<_>>(), [None], "{bad:?}");
        }
    }

    #[test]
    fn points_are_read_as_they_are_written() {
        let points: Vec<MeterPoint> =
            ["0000000019", "1234567810", "1013044353630"].map(|it| it.parse().unwrap()).to_vec();
        let bytes = points_to_bytes(points.iter().copied());
        assert_eq!(points_from_bytes(&bytes), Some(points));
        assert_eq!(points_from_bytes(&[]), Some(vec![]));
        assert_eq!(points_from_bytes(&bytes[..bytes.len() - 1]), None);
    }
}

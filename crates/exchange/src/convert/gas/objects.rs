//! Records from a JSON object on each line.

use std::io::BufRead;

use flagflow_domain::Fuel;
use flagflow_frame::Position;
use flagflow_gas::{Detail, ErrorKind, Field, FileOrder, Layout, Role, Tag, Trailer, table};

use flagflow_files::Result;

use super::super::conversion::ConvertSource;
use super::super::keyed::{Keyed, Unkeyed};
use super::super::names::{FUEL, normal};
use super::super::report::{ConvertReason, ConvertRefusal};
use super::table::ALIASES;
use super::values::{GasBadValue, NamedValues};
use super::{GasConversion, GasFoundHeader, GasStep};

/// The keys that mean something, in some object.
const KEYS: [Field; 11] = [
    Field::TransactionType,
    Field::OutcomeCode,
    Field::MeterPointReference,
    Field::DccServiceFlag,
    Field::DccServiceEffectiveFromDate,
    Field::OrganisationId,
    Field::FileType,
    Field::CreationDate,
    Field::CreationTime,
    Field::GenerationNumber,
    Field::RecordCount,
];

pub(super) struct GasObjects<R> {
    keyed: Keyed<R>,
    order: FileOrder,
    records: u64,
    header: GasFoundHeader,
    trailer: bool,
    /// The envelope was checked at the end of the input.
    ended: bool,
    /// The kind of the first object without a transaction type.
    assumed: Option<Tag>,
}

impl<R> NamedValues for GasObjects<R> {
    fn text(&self, field: Field) -> Option<&[u8]> {
        self.keyed.text(self.key(field)?)
    }
}

/// Index of the key for an object's fuel: the keys of fields come first, then their aliases.
const FUEL_KEY: usize = KEYS.len() + ALIASES.len();

impl<R> GasObjects<R> {
    /// Returns the place of a field among the keys: that of its name, or else of another name for
    /// it.
    fn key(&self, wanted: Field) -> Option<usize> {
        let own = KEYS.iter().position(|field| *field == wanted)?;
        let other = ALIASES.iter().position(|(_, field)| *field == wanted);
        let other = other.map(|at| KEYS.len() + at).filter(|at| self.keyed.text(*at).is_some());
        Some(other.filter(|_| self.keyed.text(own).is_none()).unwrap_or(own))
    }
}

impl<R: BufRead> GasObjects<R> {
    pub(super) fn new(input: R) -> Self {
        let fields = KEYS.iter().map(|field| field.name());
        let names = fields.chain(ALIASES.iter().map(|(name, _)| *name)).chain([FUEL]);
        Self {
            keyed: Keyed::new(input, names.map(str::to_owned).collect()),
            order: FileOrder::new(table(Layout::Fixed, false)),
            records: 0,
            header: GasFoundHeader::None,
            trailer: false,
            ended: false,
            assumed: None,
        }
    }

    /// Returns the step for the line last read.
    fn take(&mut self, read: Result<(), Unkeyed>) -> Option<GasStep> {
        let tag = match self.text(Field::TransactionType) {
            Some(text) => Tag::from_bytes(text),
            None => Some(self.without_type()),
        };
        match self.order.place(tag) {
            Role::Header => self.take_header(read),
            Role::Trailer => self.take_trailer(read),
            role => Some(self.take_record(read, role, tag)),
        }
    }

    /// Returns the kind of an object without a transaction type: an answer if it has an outcome
    /// code, else an update.
    fn without_type(&self) -> Tag {
        match self.text(Field::OutcomeCode) {
            None | Some(b"") => Tag::E45,
            Some(_) => Tag::E46,
        }
    }

    /// Requires all objects without a transaction type to be of one kind.
    fn assume(&mut self, tag: Tag) -> Result<(), GasBadValue> {
        if self.text(Field::TransactionType).is_some() {
            return Ok(());
        }
        match self.assumed.replace(self.assumed.unwrap_or(tag)) {
            Some(above) if above != tag => {
                Err(GasBadValue::new(Field::OutcomeCode, ConvertReason::MixedTable))
            }
            _ => Ok(()),
        }
    }

    fn take_header(&mut self, read: Result<(), Unkeyed>) -> Option<GasStep> {
        match whole(read).and_then(|()| NamedValues::header(self)) {
            Ok(header) => {
                self.header = GasFoundHeader::Good(header);
                None
            }
            Err(bad) => {
                self.header = GasFoundHeader::Bad;
                Some(self.bad(bad))
            }
        }
    }

    fn take_trailer(&mut self, read: Result<(), Unkeyed>) -> Option<GasStep> {
        self.trailer = true;
        let counted = whole(read).and_then(|()| self.trailer());
        match counted.and_then(|trailer| count(trailer, self.records)) {
            Ok(()) => None,
            Err(bad) => Some(self.bad(bad)),
        }
    }

    fn take_record(&mut self, read: Result<(), Unkeyed>, role: Role, tag: Option<Tag>) -> GasStep {
        self.records += 1;
        self.keyed.position.record = Some(self.records);
        let detail = whole(read).and_then(|()| self.read_detail(role, tag));
        detail.map_or_else(|bad| self.bad(bad), GasStep::Record)
    }

    fn read_detail(&mut self, role: Role, tag: Option<Tag>) -> Result<Detail, GasBadValue> {
        let bad = |reason| Err(GasBadValue::new(Field::TransactionType, reason));
        let fuel = self.keyed.text(FUEL_KEY).map(normal);
        if fuel.is_some_and(|fuel| fuel != Fuel::Gas.as_str()) {
            return bad(ConvertReason::OtherFuel);
        }
        match (role, tag) {
            (Role::Record, Some(tag @ (Tag::E45 | Tag::E46))) => {
                self.assume(tag)?;
                NamedValues::detail(self, tag)
            }
            (Role::Misplaced, Some(Tag::E45 | Tag::E46 | Tag::A00 | Tag::Z99)) => {
                bad(ConvertReason::Gas(ErrorKind::UnexpectedRecord))
            }
            _ => bad(ConvertReason::Gas(ErrorKind::UnknownRecord)),
        }
    }

    fn bad(&self, bad: GasBadValue) -> GasStep {
        if matches!(
            bad.reason,
            ConvertReason::MalformedObject
                | ConvertReason::OtherFuel
                | ConvertReason::Gas(ErrorKind::LineTooLong)
        ) {
            return GasStep::Bad(ConvertRefusal::new(self.keyed.position, bad.reason));
        }
        let (position, text) = self.field(bad.field);
        let position = position.forward(bad.start as u64);
        GasStep::Bad(ConvertRefusal::new(position, bad.reason).of_cell(bad.field, text))
    }

    /// Reports a missing part of the envelope, once.
    fn end(&mut self) -> Option<GasStep> {
        let missing = match (&self.header, self.trailer) {
            (GasFoundHeader::None, true) => ErrorKind::MissingHeader,
            (GasFoundHeader::Good(_) | GasFoundHeader::Bad, false) => ErrorKind::MissingTrailer,
            _ => return None,
        };
        if std::mem::replace(&mut self.ended, true) {
            return None;
        }
        Some(GasStep::Bad(ConvertRefusal::new(self.keyed.position, ConvertReason::Gas(missing))))
    }
}

/// Refuses a line that is not an object.
fn whole(read: Result<(), Unkeyed>) -> Result<(), GasBadValue> {
    read.map_err(|unkeyed| {
        let reason = match unkeyed {
            Unkeyed::TooLong => ConvertReason::Gas(ErrorKind::LineTooLong),
            Unkeyed::Malformed => ConvertReason::MalformedObject,
        };
        GasBadValue::new(Field::TransactionType, reason)
    })
}

fn count(trailer: Trailer, counted: u64) -> Result<(), GasBadValue> {
    let declared = trailer.record_count();
    if declared == counted {
        return Ok(());
    }
    let kind = ErrorKind::RecordCount { declared, counted };
    Err(GasBadValue::new(Field::RecordCount, ConvertReason::Gas(kind)))
}

impl<R: BufRead> ConvertSource<GasConversion> for GasObjects<R> {
    fn next(&mut self) -> Result<Option<GasStep>> {
        while let Some(read) = self.keyed.next()? {
            if let Some(step) = self.take(read) {
                return Ok(Some(step));
            }
        }
        Ok(self.end())
    }

    fn header(&self) -> GasFoundHeader {
        self.header.clone()
    }

    fn field(&self, field: Field) -> (Position, Option<&[u8]>) {
        match self.key(field) {
            Some(key) => (self.keyed.place(key), self.keyed.text(key)),
            None => (self.keyed.position, None),
        }
    }

    fn ignored(&self) -> &[String] {
        self.keyed.ignored()
    }
}

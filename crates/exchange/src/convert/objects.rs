//! Records from a JSON object on each line.

use std::borrow::Cow;
use std::io::BufRead;

use flagflow_codec::{Content, ErrorKind, Fault, FileOrder, LineSpec, Role, Totals};
use flagflow_electricity::SupplierId;
use flagflow_frame::Position;

use flagflow_files::{Error, Result};

use super::conversion::{ConvertSource, ConvertStep, FoundHeader};
use super::flow::{
    BadValue, ConvertFlow, Extras, FURTHER, NamedLines, Omission, RECORD, Rest, missing,
    reason_item, reason_line,
};
use super::keyed::{Keyed, Unkeyed};
use super::names::{FUEL, normal};
use super::object_rows::{ObjectRows, PlainObject};
use super::reason::ConvertReason;
use super::sink::cut;
use super::table::reasons_of;

pub(super) struct ObjectSource<F: ConvertFlow, R> {
    keys: ObjectKeys<F, R>,
    pub(super) rows: ObjectRows<F>,
    format: F::Format,
    options: F::Options,
    named: F::Named,
    order: FileOrder<F>,
    supplier: Option<SupplierId>,
    header: FoundHeader<F::Header>,
    has_trailer: bool,
    /// The envelope was checked at the end of the input.
    ended: bool,
    /// A trailer that is handed out after what is wrong with it.
    waiting: Option<F::Trailer>,
}

/// The keys that mean something, in some object: those of the kind, the items, their other names,
/// and the fuel.
struct ObjectKeys<F: ConvertFlow, R> {
    keyed: Keyed<R>,
    fields: Vec<F::Field>,
}

impl<F: ConvertFlow, R> ObjectKeys<F, R> {
    /// The keys before those of the items.
    const OTHERS: &[&str] = if F::KIND.is_none() { &[RECORD, FURTHER] } else { &[] };

    /// Returns the place of a field among the keys: that of its name, or else of another name for
    /// it.
    fn key(&self, wanted: F::Field) -> Option<usize> {
        let first = Self::OTHERS.len();
        let own = first + self.fields.iter().position(|field| *field == wanted)?;
        if self.keyed.text(own).is_some() {
            return Some(own);
        }
        let places = F::ALIASES.iter().zip(first + self.fields.len()..);
        let mut aliases = places.filter(|((_, field), _)| *field == wanted).map(|(_, at)| at);
        Some(aliases.find(|at| self.keyed.text(*at).is_some()).unwrap_or(own))
    }

    fn text(&self, field: F::Field) -> Option<&[u8]> {
        self.keyed.text(self.key(field)?)
    }

    fn kind(&self) -> Option<&[u8]> {
        F::KIND.map_or_else(|| self.keyed.text(0), |kind| self.text(kind))
    }

    fn further(&self) -> &[u8] {
        let key = Self::OTHERS.iter().position(|key| *key == FURTHER);
        key.and_then(|key| self.keyed.text(key)).unwrap_or_default()
    }

    fn fuel(&self) -> Option<&[u8]> {
        self.keyed.text(self.fuel_key())
    }

    fn fuel_key(&self) -> usize {
        Self::OTHERS.len() + self.fields.len() + F::ALIASES.len()
    }

    /// Returns the name of an earlier version that the object has, with the name of today.
    fn old_name(&self) -> Option<&'static (&'static str, &'static str)> {
        let begin = self.fuel_key() + 1;
        let mut names = F::OLD_NAMES.iter().enumerate();
        names.find(|(at, _)| self.keyed.text(begin + at).is_some()).map(|(_, name)| name)
    }

    /// Returns the texts of a list, or the one text, under the key of a field.
    fn list(&self, field: F::Field) -> impl Iterator<Item = (&[u8], usize)> {
        self.key(field).into_iter().flat_map(|key| self.keyed.list(key))
    }

    /// Returns the last object as a record of this line; `None` where it is not plain, or has keys
    /// that the line has no items for.
    fn plain(&self, spec: &LineSpec<F>) -> Option<PlainObject<'_, F>> {
        let (line, line_end) = self.keyed.line();
        let item = |key: usize| {
            let key = key.checked_sub(Self::OTHERS.len())?;
            let alias = || F::ALIASES.get(key - self.fields.len()).map(|(_, field)| field);
            let field = self.fields.get(key).or_else(alias)?;
            spec.items().iter().find(|item| item.field == *field)
        };
        let values = self.keyed.plain()?.filter(|(key, _)| !self.is_constant(*key));
        let values = values.map(|(key, place)| Some((*item(key)?, place)));
        Some(PlainObject { line, line_end, values: values.collect::<Option<_>>()? })
    }

    /// Returns true for a key whose text is the same in all records of a kind.
    fn is_constant(&self, key: usize) -> bool {
        key < Self::OTHERS.len() || key == self.fuel_key()
    }

    fn place(&self, field: F::Field) -> (Position, Option<&[u8]>) {
        match self.key(field) {
            Some(key) => (self.keyed.place(key), self.keyed.text(key)),
            None => (self.keyed.position, None),
        }
    }
}

type TakenObject<F> = Result<Option<ConvertStep<F>>, BadValue<<F as flagflow_codec::Names>::Field>>;

impl<F: ConvertFlow, R: BufRead> ObjectSource<F, R> {
    pub(super) fn new(
        input: R,
        (format, options): (F::Format, F::Options),
        supplier: Option<SupplierId>,
    ) -> Result<Self> {
        let mut fields: Vec<F::Field> = Vec::new();
        for item in format.as_ref().lines().iter().flat_map(LineSpec::items) {
            if !fields.contains(&item.field) {
                fields.push(item.field);
            }
        }
        let others = ObjectKeys::<F, R>::OTHERS;
        let mut names: Vec<_> = others.iter().map(|name| (*name).to_owned()).collect();
        names.extend(fields.iter().map(|field| field.as_ref().to_owned()));
        if let Some(name) = names.iter().skip(others.len()).find(|name| others.contains(&&***name))
        {
            let what = format!("the profile has an item {name}, which is a reserved key of jsonl");
            return Err(Error::new(crate::ErrorKind::Options, what));
        }
        names.extend(F::ALIASES.iter().map(|(name, _)| (*name).to_owned()));
        names.push(FUEL.to_owned());
        names.extend(F::OLD_NAMES.iter().map(|(old, _)| (*old).to_owned()));
        Ok(Self {
            keys: ObjectKeys { keyed: Keyed::new(input, names), fields },
            rows: ObjectRows::new(),
            named: F::Named::new(&format),
            order: FileOrder::new(format.as_ref()),
            format,
            options,
            supplier,
            header: FoundHeader::None,
            has_trailer: false,
            ended: false,
            waiting: None,
        })
    }

    /// Returns the step for the line last read.
    fn take(&mut self, read: Result<(), Unkeyed>) -> Option<ConvertStep<F>> {
        let table = self.format.as_ref();
        let kind = self.keys.kind();
        let line = match kind {
            Some(kind) => table
                .lines()
                .iter()
                .find(|line| F::kind_name(&self.format, line).as_bytes() == kind),
            None => F::unnamed(|field| self.keys.text(field).map(Cow::Borrowed))
                .and_then(|tag| table.line(tag)),
        };
        // as a row of a table, in a group
        if let (None, Some(parent)) = (kind, line.and_then(LineSpec::parent))
            && !self.order.is_open(parent)
        {
            self.order.place(Some(parent));
        }
        let tag = line.map(LineSpec::tag);
        let missing = missing(table, || self.order.shortfall_before(tag));
        let role = self.order.place(tag);
        if !matches!(role, Role::Header | Role::Trailer | Role::Group) {
            self.keys.keyed.position.record = Some(self.order.counts().records);
        }
        if role == Role::Record {
            self.place_reasons();
        }
        let missing =
            missing.map_or(Ok(()), |kind| Err(BadValue::whole(ConvertReason::Codec(kind))));
        let taken = whole(read).and(missing).and_then(|()| match role {
            Role::Header => self.take_header(),
            Role::Trailer => self.take_trailer(),
            Role::Group => self.take_group(tag).map(Some),
            Role::Record | Role::Reason | Role::Misplaced => self.take_record(role, tag).map(Some),
        });
        match role {
            Role::Header if taken.is_err() => self.header = FoundHeader::Bad,
            Role::Trailer => self.has_trailer = true,
            _ => {}
        }
        taken.unwrap_or_else(|bad| {
            let place = |field| self.keys.place(field);
            Some(ConvertStep::Bad(Box::new(bad.refusal(self.keys.keyed.position, place))))
        })
    }

    fn take_header(&mut self) -> TakenObject<F> {
        let text = |field| self.keys.text(field).map(Cow::Borrowed);
        self.header = FoundHeader::Good(self.named.header(text, self.keys.further())?);
        Ok(None)
    }

    fn take_trailer(&mut self) -> TakenObject<F> {
        let text = |field| self.keys.text(field).map(Cow::Borrowed);
        let trailer = self.named.trailer(text, self.keys.further())?;
        match self.mismatch(&trailer) {
            Some(fault) => {
                self.waiting = Some(trailer);
                let reason = ConvertReason::Codec(fault.kind);
                Err(BadValue { field: fault.field, reason, start: 0 })
            }
            None => Ok(Some(ConvertStep::Trailer(Box::new(trailer)))),
        }
    }

    /// Returns the first value of a trailer that does not match the file.
    fn mismatch(&self, trailer: &F::Trailer) -> Option<Fault<F::Field>> {
        let (mut line, mut above) = (Vec::new(), Vec::new());
        let none = Extras::default();
        let header = match &self.header {
            FoundHeader::Good(header) => {
                cut(&mut above, &self.format, &Content::Header(header), &none)
            }
            FoundHeader::None | FoundHeader::Bad => None,
        };
        let raw = cut(&mut line, &self.format, &Content::Trailer(trailer), &none)?;
        let totals = Totals { header, counts: *self.order.counts() };
        F::check_trailer(&raw, &totals, &self.options).err()
    }

    fn take_group(&mut self, tag: Option<F::Tag>) -> Result<ConvertStep<F>, BadValue<F::Field>> {
        let unknown = BadValue::whole(ConvertReason::Codec(ErrorKind::UnknownRecord));
        let text = |field| self.keys.text(field).map(Cow::Borrowed);
        let (group, extras) = self.named.group(tag.ok_or(unknown)?, text)?;
        Ok(ConvertStep::Group(group, extras))
    }

    /// Counts the reasons of a record, which are lines of their own in a file of lines.
    fn place_reasons(&mut self) {
        let table = self.format.as_ref();
        let (Some(line), Some(item)) = (reason_line(table), reason_item(table)) else { return };
        for _ in 0..self.keys.list(item).count() {
            self.order.place(Some(line.tag()));
        }
    }

    fn take_record(
        &mut self,
        role: Role,
        tag: Option<F::Tag>,
    ) -> Result<ConvertStep<F>, BadValue<F::Field>> {
        let (keys, format) = (&self.keys, &self.format);
        if keys.fuel().is_some_and(|fuel| normal(fuel) != F::FUEL.as_str()) {
            return Err(BadValue::whole(ConvertReason::OtherFuel));
        }
        let tag = match (role, tag) {
            (Role::Record, Some(tag)) => tag,
            (_, tag) => {
                let unexpected = self.order.excess().unwrap_or(ErrorKind::UnexpectedRecord);
                let kind = tag.map_or(ErrorKind::UnknownRecord, |_| unexpected);
                return Err(BadValue {
                    field: F::KIND,
                    ..BadValue::whole(ConvertReason::Codec(kind))
                });
            }
        };
        if let Some((old, new)) = keys.old_name() {
            return Err(BadValue::whole(ConvertReason::OldName { old, new }));
        }
        let (is_named, number) = (keys.kind().is_some(), self.order.counts().records);
        let omission = Omission { number, is_table: false, supplier: self.supplier };
        let text = |field| {
            let left_out = || F::left_out(format, field, omission).filter(|_| !is_named);
            keys.text(field).map(Cow::Borrowed).or_else(|| left_out().map(Cow::Owned))
        };
        let (record, extras) = self.named.record(tag, is_named, text)?;
        let table = format.as_ref();
        let reasons = match reason_item(table) {
            Some(item) => reasons_of(&mut self.named, table, keys.list(item))?,
            None => Vec::new(),
        };
        if let Some(spec) = table.line(tag) {
            self.rows.learn(spec, table.layout(), || keys.plain(spec));
        }
        Ok(ConvertStep::Record(record, Rest { extras, reasons }))
    }

    /// Returns the record of the next line, if it is like that of an earlier line.
    fn row(&mut self) -> Result<Option<F::Record>> {
        let record = self.rows.next(self.keys.keyed.lines()).map_err(Error::reading)?;
        if record.is_some() {
            self.order.take_records(1);
        }
        Ok(record)
    }

    /// Reads the line of the last record as an object, if it was read as a row.
    fn read_row_again(&mut self) {
        // the line is in the buffer, and it is an object
        if self.rows.take_back() && self.keys.keyed.next().is_ok() {
            self.keys.keyed.position.record = Some(self.order.counts().records);
        }
    }

    /// Reports each missing line, and a missing part of the envelope, once.
    fn end(&mut self) -> Option<ConvertStep<F>> {
        let shortfall = match self.ended {
            true => None,
            false => missing(self.format.as_ref(), || self.order.shortfall_at_end()),
        };
        let missing = match (shortfall, &self.header, self.has_trailer) {
            (Some(kind), ..) => kind,
            (None, FoundHeader::None, true) => ErrorKind::MissingHeader,
            (None, FoundHeader::Good(_) | FoundHeader::Bad, false) => ErrorKind::MissingTrailer,
            _ => return None,
        };
        if shortfall.is_none() && std::mem::replace(&mut self.ended, true) {
            return None;
        }
        let missing = BadValue::<F::Field>::whole(ConvertReason::Codec(missing));
        let place = |field| self.keys.place(field);
        Some(ConvertStep::Bad(Box::new(missing.refusal(self.keys.keyed.position, place))))
    }
}

/// Refuses a line that is not an object.
fn whole<N>(read: Result<(), Unkeyed>) -> Result<(), BadValue<N>> {
    read.map_err(|unkeyed| {
        BadValue::whole(match unkeyed {
            Unkeyed::TooLong => ConvertReason::Codec(ErrorKind::LineTooLong),
            Unkeyed::Malformed => ConvertReason::MalformedObject,
        })
    })
}

impl<F: ConvertFlow, R: BufRead> ConvertSource<F> for ObjectSource<F, R> {
    fn next(&mut self) -> Result<Option<ConvertStep<F>>> {
        if let Some(trailer) = self.waiting.take() {
            return Ok(Some(ConvertStep::Trailer(Box::new(trailer))));
        }
        loop {
            if let Some(record) = self.row()? {
                return Ok(Some(ConvertStep::Record(record, Rest::NONE)));
            }
            let Some(read) = self.keys.keyed.next()? else { return Ok(self.end()) };
            let step = self.take(read);
            self.rows.note(self.order.is_in_records());
            if step.is_some() {
                return Ok(step);
            }
        }
    }

    fn header(&self) -> FoundHeader<F::Header> {
        self.header.clone()
    }

    fn line(&mut self) -> Position {
        self.read_row_again();
        self.keys.keyed.position
    }

    fn field(&mut self, field: F::Field) -> (Position, Option<&[u8]>) {
        self.read_row_again();
        self.keys.place(field)
    }

    fn ignored(&self) -> &[String] {
        self.keys.keyed.ignored()
    }
}

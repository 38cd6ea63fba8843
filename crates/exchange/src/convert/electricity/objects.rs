//! Records from a JSON object on each line.

use std::borrow::Cow;
use std::io::BufRead;
use std::sync::Arc;

use flagflow_domain::Fuel;
use flagflow_electricity::{
    ErrorKind, Field, FileOrder, Flow, Header, LineKind, Profile, Role, Trailer,
};
use flagflow_frame::Position;

use flagflow_files::{Error, Result};

use super::super::conversion::ConvertSource;
use super::super::keyed::{Keyed, Unkeyed, keys};
use super::super::names::{FUEL, normal};
use super::super::report::{ConvertReason, ConvertRefusal};
use super::table::METER_POINT;
use super::values::{Assembly, ElectricityBadValue};
use super::{
    ElectricityConversion, ElectricityFoundHeader, ElectricityPart, ElectricityStep, profile_of,
};

/// Key of an object's kind.
pub(super) const RECORD: &str = "record";

/// The key of what header and trailer have after the items with a name.
pub(super) const FURTHER: &str = "further_items";

/// Returns the name of an object's kind, the value under [`RECORD`].
pub(super) const fn kind_name(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Header => "header",
        LineKind::Group => "group",
        LineKind::Record => "update",
        LineKind::Reason => "reason",
        LineKind::Trailer => "trailer",
    }
}

const KINDS: [LineKind; 4] =
    [LineKind::Header, LineKind::Group, LineKind::Record, LineKind::Trailer];

/// Returns the profile of a file of objects: the given one, or that of the flow in the first
/// object.
pub(super) fn profile(first_line: &[u8], given: Option<&Arc<Profile>>) -> Arc<Profile> {
    let header: Option<FlowOf> = serde_json::from_slice(first_line).ok();
    let is_rejection = |text: String| text.starts_with(Flow::D0351.as_str());
    let rejects = header.and_then(|header| header.flow_and_version).map(is_rejection);
    let flow = match rejects {
        Some(true) => Flow::D0351,
        Some(false) => Flow::D0350,
        None if given.is_some() => given.map_or(Flow::D0350, |given| given.flow()),
        None if keys(first_line).iter().any(|key| key == Field::ReasonCode.name()) => Flow::D0351,
        None => Flow::D0350,
    };
    profile_of(flow, given)
}

/// Flow named by a header.
#[derive(serde::Deserialize)]
struct FlowOf {
    flow_and_version: Option<String>,
}

pub(super) struct ElectricityObjects<R> {
    keyed: Keyed<R>,
    /// The fields of the keys after the first two.
    fields: Vec<Field>,
    profile: Arc<Profile>,
    assembly: Assembly,
    order: FileOrder,
    records: u64,
    header: ElectricityFoundHeader,
    trailer: bool,
    /// The envelope was checked at the end of the input.
    ended: bool,
    /// A trailer that is handed out after what is wrong with it.
    waiting: Option<Trailer>,
}

impl<R: BufRead> ElectricityObjects<R> {
    pub(super) fn new(input: R, profile: Arc<Profile>) -> Result<Self> {
        let mut fields: Vec<Field> = Vec::new();
        for spec in KINDS.into_iter().flat_map(|kind| profile.items(kind)) {
            if !fields.contains(&spec.field) {
                fields.push(spec.field);
            }
        }
        let mut names = vec![RECORD.to_owned(), FURTHER.to_owned()];
        check_names(&fields)?;
        names.extend(fields.iter().map(ToString::to_string));
        names.extend([METER_POINT, FUEL].map(str::to_owned));
        Ok(Self {
            keyed: Keyed::new(input, names),
            fields,
            order: FileOrder::new(&*profile),
            profile,
            assembly: Assembly::default(),
            records: 0,
            header: ElectricityFoundHeader::None,
            trailer: false,
            ended: false,
            waiting: None,
        })
    }

    /// Returns the step for the line last read.
    fn take(&mut self, read: Result<(), Unkeyed>) -> Option<ElectricityStep> {
        let name = self.keyed.text(0);
        let mut kind = KINDS.into_iter().find(|k| name == Some(kind_name(*k).as_bytes()));
        if name.is_none() && self.text(Field::MpanCore).is_some() {
            // as a row of a table
            kind = Some(LineKind::Record);
            if !self.order.is_in_records() && self.profile.opening_group().is_some() {
                self.order.place(Some(LineKind::Group));
            }
        }
        let role = self.order.place(kind);
        let taken = match role {
            Role::Header => self.take_header(read),
            Role::Trailer => self.take_trailer(read),
            Role::Group => self.take_group(read).map(Some),
            Role::Record | Role::Reason | Role::Misplaced => {
                self.take_record(read, role, kind).map(Some)
            }
        };
        taken.unwrap_or_else(|bad| Some(self.bad(bad)))
    }

    fn text(&self, field: Field) -> Option<&[u8]> {
        text_of(&self.keyed, &self.fields, field)
    }

    fn take_header(
        &mut self,
        read: Result<(), Unkeyed>,
    ) -> Result<Option<ElectricityStep>, ElectricityBadValue> {
        self.header = ElectricityFoundHeader::Bad;
        let header: Header = self.envelope(read, LineKind::Header)?;
        if !self.profile.is_flow_and_version(header.flow_and_version().as_bytes()) {
            let reason = ConvertReason::Electricity(ErrorKind::FlowVersion);
            return Err(ElectricityBadValue::new(Field::FlowAndVersion, reason));
        }
        self.header = ElectricityFoundHeader::Good(header);
        Ok(None)
    }

    fn take_trailer(
        &mut self,
        read: Result<(), Unkeyed>,
    ) -> Result<Option<ElectricityStep>, ElectricityBadValue> {
        self.trailer = true;
        let trailer: Trailer = self.envelope(read, LineKind::Trailer)?;
        let mismatch = self.mismatch(&trailer);
        match mismatch {
            Some((field, kind)) => {
                self.waiting = Some(trailer);
                Err(ElectricityBadValue::new(field, ConvertReason::Electricity(kind)))
            }
            None => Ok(Some(ElectricityStep::Part(ElectricityPart::Trailer(trailer)))),
        }
    }

    /// Returns the first number of the trailer that does not match the file.
    fn mismatch(&self, trailer: &Trailer) -> Option<(Field, ErrorKind)> {
        let groups = (trailer.group_count(), self.order.group_count());
        let flows = (trailer.flow_count(), self.order.flow_count());
        match &self.header {
            ElectricityFoundHeader::Good(header)
                if header.file_identifier() != trailer.file_identifier() =>
            {
                Some((Field::FileIdentifier, ErrorKind::FileIdMismatch))
            }
            _ if groups.0 != groups.1 => {
                let (declared, counted) = groups;
                Some((Field::GroupCount, ErrorKind::GroupCount { declared, counted }))
            }
            _ if flows.0 != flows.1 => {
                let (declared, counted) = flows;
                Some((Field::FlowCount, ErrorKind::FlowCount { declared, counted }))
            }
            _ => None,
        }
    }

    /// Returns a header or a trailer, with its further items.
    fn envelope<T>(
        &mut self,
        read: Result<(), Unkeyed>,
        kind: LineKind,
    ) -> Result<T, ElectricityBadValue>
    where
        T: for<'a, 'b> TryFrom<
                &'a flagflow_electricity::RawRecord<'b>,
                Error = flagflow_electricity::Fault,
            >,
    {
        self.assemble(read, kind)?;
        self.assembly.read(&self.profile)
    }

    fn take_group(
        &mut self,
        read: Result<(), Unkeyed>,
    ) -> Result<ElectricityStep, ElectricityBadValue> {
        self.assemble(read, LineKind::Group)?;
        let (opening, extras) = self.assembly.group(&self.profile)?;
        Ok(ElectricityStep::Part(ElectricityPart::Group(opening, extras)))
    }

    fn take_record(
        &mut self,
        read: Result<(), Unkeyed>,
        role: Role,
        kind: Option<LineKind>,
    ) -> Result<ElectricityStep, ElectricityBadValue> {
        self.records += 1;
        self.keyed.position.record = Some(self.records);
        whole(read)?;
        let fuel = self.keyed.text(self.fields.len() + 3).map(normal);
        if fuel.is_some_and(|fuel| fuel != Fuel::Electricity.as_str()) {
            return Err(ElectricityBadValue::whole(ConvertReason::OtherFuel));
        }
        let unfit = match (role, kind) {
            (Role::Record, Some(LineKind::Record)) => None,
            (_, Some(_)) => Some(ErrorKind::UnexpectedRecord),
            (_, None) => Some(ErrorKind::UnknownRecord),
        };
        if let Some(unfit) = unfit {
            return Err(ElectricityBadValue::whole(ConvertReason::Electricity(unfit)));
        }
        self.assemble(read, LineKind::Record)?;
        self.assembly.item(&self.profile).map(ElectricityStep::Record)
    }

    fn assemble(
        &mut self,
        read: Result<(), Unkeyed>,
        kind: LineKind,
    ) -> Result<(), ElectricityBadValue> {
        whole(read)?;
        let (keyed, fields, flow) = (&self.keyed, &self.fields, self.profile.flow());
        let is_row = keyed.text(0).is_none() && flow == Flow::D0350;
        let number = self.records;
        let text = |field| match text_of(keyed, fields, field) {
            Some(text) => Some(Cow::Borrowed(text)),
            None if is_row && field == Field::InstructionNumber => {
                Some(Cow::Owned(number.to_string().into_bytes()))
            }
            None => None,
        };
        let line = self.assembly.line(kind, &self.profile, text)?;
        if matches!(kind, LineKind::Header | LineKind::Trailer) {
            let further = keyed.text(1).unwrap_or_default();
            if further.iter().any(|byte| b"\r\n".contains(byte)) {
                return Err(ElectricityBadValue::whole(ConvertReason::Electricity(
                    ErrorKind::NotWritable,
                )));
            }
            line.extend_from_slice(further);
        }
        Ok(())
    }

    fn bad(&self, bad: ElectricityBadValue) -> ElectricityStep {
        let Some(field) = bad.field else {
            return ElectricityStep::Bad(ConvertRefusal::new(self.keyed.position, bad.reason));
        };
        let (position, text) = self.field(field);
        let position = position.forward(bad.start as u64);
        ElectricityStep::Bad(ConvertRefusal::new(position, bad.reason).of_cell(field, text))
    }

    /// Reports a missing part of the envelope, once.
    fn end(&mut self) -> Option<ElectricityStep> {
        let missing = match (&self.header, self.trailer) {
            (ElectricityFoundHeader::None, true) => ErrorKind::MissingHeader,
            (ElectricityFoundHeader::Good(_) | ElectricityFoundHeader::Bad, false) => {
                ErrorKind::MissingTrailer
            }
            _ => return None,
        };
        if std::mem::replace(&mut self.ended, true) {
            return None;
        }
        Some(ElectricityStep::Bad(ConvertRefusal::new(
            self.keyed.position,
            ConvertReason::Electricity(missing),
        )))
    }
}

/// Returns the text of a field, under its name or the one that the register has for a meter point.
fn text_of<'k, R>(keyed: &'k Keyed<R>, fields: &[Field], wanted: Field) -> Option<&'k [u8]> {
    let own = key(fields, wanted).and_then(|key| keyed.text(key));
    let other = || keyed.text(fields.len() + 2).filter(|_| wanted == Field::MpanCore);
    own.or_else(other)
}

/// Returns the place of a field among the keys.
fn key(fields: &[Field], wanted: Field) -> Option<usize> {
    fields.iter().position(|field| *field == wanted).map(|at| at + 2)
}

/// Returns an error for a profile in which two items have the same key.
pub(super) fn check_names(fields: &[Field]) -> Result<()> {
    match fields.iter().find(|field| [RECORD, FURTHER].contains(&field.name())) {
        None => Ok(()),
        Some(field) => {
            let what = format!("the profile has an item {field}, which is a reserved key of jsonl");
            Err(Error::new(crate::ErrorKind::Options, what))
        }
    }
}

/// Refuses a line that is not an object.
fn whole(read: Result<(), Unkeyed>) -> Result<(), ElectricityBadValue> {
    read.map_err(|unkeyed| {
        ElectricityBadValue::whole(match unkeyed {
            Unkeyed::TooLong => ConvertReason::Electricity(ErrorKind::LineTooLong),
            Unkeyed::Malformed => ConvertReason::MalformedObject,
        })
    })
}

impl<R: BufRead> ConvertSource<ElectricityConversion> for ElectricityObjects<R> {
    fn next(&mut self) -> Result<Option<ElectricityStep>> {
        if let Some(trailer) = self.waiting.take() {
            return Ok(Some(ElectricityStep::Part(ElectricityPart::Trailer(trailer))));
        }
        while let Some(read) = self.keyed.next()? {
            if let Some(step) = self.take(read) {
                return Ok(Some(step));
            }
        }
        Ok(self.end())
    }

    fn header(&self) -> ElectricityFoundHeader {
        self.header.clone()
    }

    fn field(&self, field: Field) -> (Position, Option<&[u8]>) {
        let own = key(&self.fields, field).filter(|key| self.keyed.text(*key).is_some());
        let other = (field == Field::MpanCore).then_some(self.fields.len() + 2);
        match own.or(other).or_else(|| key(&self.fields, field)) {
            Some(key) => (self.keyed.place(key), self.keyed.text(key)),
            None => (self.keyed.position, None),
        }
    }

    fn ignored(&self) -> &[String] {
        self.keyed.ignored()
    }
}

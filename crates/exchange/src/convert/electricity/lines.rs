//! Records from a file in one of the two layouts.

use std::io::BufRead;
use std::sync::Arc;

use flagflow_electricity::{
    Error, Fault, Field, Layout, LineKind, Opening, Profile, RawRecord, Reader, Record, Update,
    read_canonical,
};
use flagflow_frame::Position;

use flagflow_files::{Result, fatal};

use super::super::conversion::ConvertSource;
use super::super::report::{ConvertReason, ConvertRefusal};
use super::{
    ElectricityConversion, ElectricityFoundHeader, ElectricityPart, ElectricityStep, Extras, Item,
};

pub(super) struct ElectricityLines<R> {
    reader: Reader<R>,
    record: Record,
    layout: Layout,
    profile: Arc<Profile>,
    bad_header: bool,
    /// The trailer was handed out.
    ended: bool,
}

impl<R: BufRead> ElectricityLines<R> {
    pub(super) fn new(reader: Reader<R>, layout: Layout, profile: Arc<Profile>) -> Self {
        let record = Record::new();
        Self { reader, record, layout, profile, bad_header: false, ended: false }
    }

    fn update(&self) -> Result<ElectricityStep, Fault> {
        let canonical = read_canonical(self.record.as_bytes(), self.layout, &self.profile);
        let update = canonical.map_or_else(|| Update::try_from(&self.record), Ok)?;
        Ok(ElectricityStep::Record(Item { update, extras: Extras::of(self.record.extras()) }))
    }

    fn group(&self) -> Result<ElectricityStep, Fault> {
        let opening = Opening::try_from(&self.record)?;
        Ok(ElectricityStep::Part(ElectricityPart::Group(opening, Extras::of(self.record.extras()))))
    }

    /// Returns the step for an invalid value in a line.
    fn bad_value(&self, fault: Fault) -> ElectricityStep {
        let position = self.record.position().forward(fault.start as u64);
        let refusal = ConvertRefusal::new(position, ConvertReason::Electricity(fault.kind));
        ElectricityStep::Bad(match fault.field {
            Some(field) => refusal.of(field, self.field(field).1),
            None => refusal,
        })
    }

    /// Returns the step for an invalid line or file.
    fn bad_line(&mut self, error: Error) -> Result<ElectricityStep> {
        if !error.is_recoverable() {
            return Err(fatal(error));
        }
        let kind = RawRecord::peek_kind(error.raw(), self.profile.table(self.layout));
        self.bad_header |= error.position().record.is_none() && kind == Some(LineKind::Header);
        let refusal =
            ConvertRefusal::new(error.position(), ConvertReason::Electricity(error.kind()));
        Ok(ElectricityStep::Bad(match error.field() {
            Some(field) => {
                let raw = RawRecord::cut(error.raw(), self.profile.table(self.layout)).ok();
                let item = raw.and_then(|raw| raw.item_of(field));
                refusal.of(field, item.map(|item| item.as_bytes()))
            }
            None => refusal,
        }))
    }

    /// Returns the trailer, once.
    fn end(&mut self) -> Option<ElectricityStep> {
        let trailer = self.reader.trailer().filter(|_| !self.ended)?;
        self.ended = true;
        Some(ElectricityStep::Part(ElectricityPart::Trailer(trailer.clone())))
    }
}

impl<R: BufRead> ConvertSource<ElectricityConversion> for ElectricityLines<R> {
    fn next(&mut self) -> Result<Option<ElectricityStep>> {
        let read = match self.reader.read_body(&mut self.record) {
            Ok(Some(LineKind::Group)) => self.group(),
            Ok(Some(_)) => self.update(),
            Ok(None) => return Ok(self.end()),
            Err(error) => return self.bad_line(error).map(Some),
        };
        Ok(Some(read.unwrap_or_else(|fault| self.bad_value(fault))))
    }

    fn header(&self) -> ElectricityFoundHeader {
        match self.reader.header() {
            _ if self.bad_header => ElectricityFoundHeader::Bad,
            Some(header) => ElectricityFoundHeader::Good(header.clone()),
            None => ElectricityFoundHeader::None,
        }
    }

    fn field(&self, wanted: Field) -> (Position, Option<&[u8]>) {
        let position = self.record.position();
        match self.record.raw().ok().and_then(|raw| raw.item_of(wanted)) {
            Some(item) => (position.forward(item.start() as u64), Some(item.as_bytes())),
            None => (position, None),
        }
    }
}

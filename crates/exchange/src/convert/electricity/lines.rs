//! Records from a file in one of the two layouts.

use std::io::BufRead;
use std::sync::Arc;

use flagflow_electricity::{
    Error, Fault, Field, Layout, LineKind, Opening, Profile, RawRecord, Reader, Record, Update,
    read_canonical,
};
use flagflow_frame::Position;

use crate::error::{Result, fatal};

use super::super::conversion::Source;
use super::super::report::{Reason, Refusal};
use super::{Electricity, Extras, FoundHeader, Item, Part, Step};

pub(super) struct Lines<R> {
    reader: Reader<R>,
    record: Record,
    layout: Layout,
    profile: Arc<Profile>,
    bad_header: bool,
    /// The trailer was handed out.
    ended: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: Reader<R>, layout: Layout, profile: Arc<Profile>) -> Self {
        let record = Record::new();
        Self { reader, record, layout, profile, bad_header: false, ended: false }
    }

    fn update(&self) -> Result<Step, Fault> {
        let canonical = read_canonical(self.record.as_bytes(), self.layout, &self.profile);
        let update = canonical.map_or_else(|| Update::try_from(&self.record), Ok)?;
        Ok(Step::Record(Item { update, extras: Extras::of(self.record.extras()) }))
    }

    fn group(&self) -> Result<Step, Fault> {
        let opening = Opening::try_from(&self.record)?;
        Ok(Step::Part(Part::Group(opening, Extras::of(self.record.extras()))))
    }

    /// Returns the step for an invalid value in a line.
    fn bad_value(&self, fault: Fault) -> Step {
        let position = self.record.position().forward(fault.start as u64);
        let refusal = Refusal::new(position, Reason::Electricity(fault.kind));
        Step::Bad(match fault.field {
            Some(field) => refusal.of(field, self.field(field).1),
            None => refusal,
        })
    }

    /// Returns the step for an invalid line or file.
    fn bad_line(&mut self, error: Error) -> Result<Step> {
        if !error.is_recoverable() {
            return Err(fatal(error));
        }
        let kind = RawRecord::peek_kind(error.raw(), self.layout, &self.profile);
        self.bad_header |= error.position().record.is_none() && kind == Some(LineKind::Header);
        let refusal = Refusal::new(error.position(), Reason::Electricity(error.kind()));
        Ok(Step::Bad(match error.field() {
            Some(field) => {
                let raw = RawRecord::cut(error.raw(), self.layout, &self.profile).ok();
                let item = raw.and_then(|raw| raw.item_of(field));
                refusal.of(field, item.map(|item| item.as_bytes()))
            }
            None => refusal,
        }))
    }

    /// The trailer, once.
    fn end(&mut self) -> Option<Step> {
        let trailer = self.reader.trailer().filter(|_| !self.ended)?;
        self.ended = true;
        Some(Step::Part(Part::Trailer(trailer.clone())))
    }
}

impl<R: BufRead> Source<Electricity> for Lines<R> {
    fn next(&mut self) -> Result<Option<Step>> {
        let read = match self.reader.read_body(&mut self.record) {
            Ok(Some(LineKind::Group)) => self.group(),
            Ok(Some(_)) => self.update(),
            Ok(None) => return Ok(self.end()),
            Err(error) => return self.bad_line(error).map(Some),
        };
        Ok(Some(read.unwrap_or_else(|fault| self.bad_value(fault))))
    }

    fn header(&self) -> FoundHeader {
        match self.reader.header() {
            _ if self.bad_header => FoundHeader::Bad,
            Some(header) => FoundHeader::Good(header.clone()),
            None => FoundHeader::None,
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

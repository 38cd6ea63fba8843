//! Records from a file in one of the two layouts.

use std::io::BufRead;

use flagflow_frame::Position;
use flagflow_gas::{
    Detail, ErrorKind, Field, Layout, RawRecord, Reader, ReaderOptions, Record, Tag, read_canonical,
};

use flagflow_files::{Result, fatal};

use super::super::conversion::ConvertSource;
use super::super::report::{ConvertReason, ConvertRefusal};
use super::{GasConversion, GasFoundHeader, GasStep};

pub(super) struct GasLines<R> {
    reader: Reader<R>,
    record: Record,
    layout: Layout,
    bad_header: bool,
}

impl<R: BufRead> GasLines<R> {
    pub(super) fn new(input: R, layout: Layout) -> Self {
        let reader = ReaderOptions::new().layout(layout).reader(input);
        Self { reader, record: Record::new(), layout, bad_header: false }
    }

    fn read(&mut self) -> Result<GasStep, flagflow_gas::Fault> {
        let canonical = read_canonical(self.record.as_bytes(), self.layout);
        canonical.map_or_else(|| Detail::try_from(&self.record), Ok).map(GasStep::Record)
    }

    /// Returns the step for an invalid value in a record.
    fn bad_value(&self, fault: flagflow_gas::Fault) -> GasStep {
        let position = self.record.position().forward(fault.start as u64);
        let refusal = ConvertRefusal::new(position, ConvertReason::Gas(fault.kind));
        GasStep::Bad(match fault.field {
            Some(field) => refusal.of(field, self.record.field(field)),
            None => refusal,
        })
    }

    /// Returns the step for an invalid line or file.
    fn bad_line(&mut self, error: flagflow_gas::Error) -> Result<GasStep> {
        if !error.is_recoverable() {
            return Err(fatal(error));
        }
        let tag = RawRecord::peek_tag(error.raw(), self.layout);
        let refusal = ConvertRefusal::new(error.position(), ConvertReason::Gas(error.kind()));
        if error.position().record.is_none() && tag == Some(Tag::A00) {
            self.bad_header = true;
        }
        let field = match error.kind() {
            ErrorKind::RecordCount { .. } => Some(Field::RecordCount),
            _ => error.field(),
        };
        Ok(GasStep::Bad(match field {
            Some(field) => {
                let raw = RawRecord::cut(error.raw(), self.layout).ok();
                refusal.of(field, raw.and_then(|raw| raw.field(field)))
            }
            None => refusal,
        }))
    }
}

impl<R: BufRead> ConvertSource<GasConversion> for GasLines<R> {
    fn next(&mut self) -> Result<Option<GasStep>> {
        match self.reader.read_raw(&mut self.record) {
            Ok(true) => Ok(Some(self.read().unwrap_or_else(|fault| self.bad_value(fault)))),
            Ok(false) => Ok(None),
            Err(error) => self.bad_line(error).map(Some),
        }
    }

    fn header(&self) -> GasFoundHeader {
        match self.reader.header() {
            Some(header) => GasFoundHeader::Good(*header),
            None if self.bad_header => GasFoundHeader::Bad,
            None => GasFoundHeader::None,
        }
    }

    fn field(&self, wanted: Field) -> (Position, Option<&[u8]>) {
        let position = self.record.position();
        let raw = self.record.raw().ok();
        match raw.and_then(|raw| raw.fields().find(|(field, ..)| *field == wanted)) {
            Some((_, start, bytes)) => (position.forward(start as u64), Some(bytes)),
            None => (position, None),
        }
    }
}

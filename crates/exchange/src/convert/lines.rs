//! Records from a file in one of the layouts of its flow.

use std::io::BufRead;

use flagflow_codec::{
    Error, ErrorKind, Fault, LineKind, LineSpec, RawLine, ReadSettings, Reader, Record, Table,
};
use flagflow_frame::Position;

use flagflow_files::{Result, fatal};

use super::conversion::{ConvertSource, ConvertStep, FoundHeader};
use super::flow::{ConvertFlow, Extras, Rest, reason_line};
use super::reason::ConvertReason;
use super::report::ConvertRefusal;

pub(super) struct LineSource<F: ConvertFlow, R> {
    reader: Reader<F, R>,
    record: Record<F>,
    format: F::Format,
    has_extras: bool,
    /// The last record was read without its line.
    is_ahead: bool,
    bad_header: bool,
    /// The trailer was handed out.
    ended: bool,
    /// The number of the last record that was refused.
    refused: Option<u64>,
}

impl<F: ConvertFlow, R: BufRead> LineSource<F, R> {
    pub(super) fn new(input: R, options: F::Options, format: F::Format) -> Self {
        let reader = Reader::with_options(input, options, ReadSettings::default());
        let has_extras = has_extras(format.as_ref());
        let record = Record::new();
        let (is_ahead, bad_header, ended) = (false, false, false);
        Self { reader, record, format, has_extras, is_ahead, bad_header, ended, refused: None }
    }

    #[inline]
    fn extras(&self) -> Extras {
        if self.has_extras { Extras::of(self.record.extras()) } else { Extras::default() }
    }

    /// Returns what the values of the record do not have.
    #[inline]
    fn rest(&self) -> Rest<F> {
        Rest { extras: self.extras(), reasons: self.record.reasons().to_vec() }
    }

    fn record(&self) -> Result<ConvertStep<F>, Fault<F::Field>> {
        let record = F::Record::try_from(&self.record.raw()?)?;
        Ok(ConvertStep::Record(record, self.rest()))
    }

    fn group(&self) -> Result<ConvertStep<F>, Fault<F::Field>> {
        let group = F::Group::try_from(&self.record.raw()?)?;
        Ok(ConvertStep::Group(group, self.extras()))
    }

    /// Returns the error of a record with too few or too many reasons below it.
    #[inline]
    fn objection_to_reasons(&self) -> Option<ErrorKind> {
        reason_line(self.format.as_ref())?.objection_to(self.record.reasons().len())
    }

    /// Returns the step for an invalid value in a line.
    fn bad_value(&self, fault: Fault<F::Field>) -> ConvertStep<F> {
        let position = self.record.position().forward(fault.start as u64);
        let refusal = ConvertRefusal::new(position, ConvertReason::Codec(fault.kind));
        ConvertStep::Bad(Box::new(match fault.field {
            Some(field) => refusal.of(field, self.item(field).1),
            None => refusal,
        }))
    }

    /// Copies the line of the last record, if it was read without.
    fn copy_line(&mut self) {
        if std::mem::take(&mut self.is_ahead) {
            self.reader.copy_line(&mut self.record);
        }
    }

    fn item(&self, wanted: F::Field) -> (Position, Option<&[u8]>) {
        let position = self.record.position();
        match self.record.raw().ok().and_then(|raw| raw.item_of(wanted)) {
            Some(item) => (position.forward(item.start() as u64), Some(item.as_bytes())),
            None => (position, None),
        }
    }

    /// Returns true for a line that is missing below the record that was refused last.
    fn is_of_refused(&self, error: &Error<F::Field>) -> bool {
        let is_missing = matches!(error.kind(), ErrorKind::TooFewLines { .. });
        is_missing && self.refused.is_some() && self.refused == error.position().record
    }

    /// Returns the step for an invalid line or file.
    fn bad_line(&mut self, error: Error<F::Field>) -> Result<ConvertStep<F>> {
        if !error.is_recoverable() {
            return Err(fatal(error));
        }
        let table = self.format.as_ref();
        let kind = RawLine::peek_kind(error.raw(), table);
        self.bad_header |= error.position().record.is_none() && kind == Some(LineKind::Header);
        let refusal = ConvertRefusal::new(error.position(), ConvertReason::Codec(error.kind()));
        Ok(ConvertStep::Bad(Box::new(match error.field() {
            Some(field) => {
                let raw = RawLine::cut(error.raw(), table).ok();
                let item = raw.and_then(|raw| raw.item_of(field));
                refusal.of(field, item.map(|item| item.as_bytes()))
            }
            None => refusal,
        })))
    }

    /// Returns the trailer, once.
    fn end(&mut self) -> Option<ConvertStep<F>> {
        let trailer = self.reader.trailer().filter(|_| !self.ended)?;
        self.ended = true;
        Some(ConvertStep::Trailer(Box::new(trailer.clone())))
    }
}

/// Returns true if a group or a record has items that are carried unread.
fn has_extras<F: ConvertFlow>(table: &Table<F>) -> bool {
    table.lines().iter().flat_map(LineSpec::items).any(|item| item.slot.is_extra())
}

impl<F: ConvertFlow, R: BufRead> ConvertSource<F> for LineSource<F, R> {
    fn next(&mut self) -> Result<Option<ConvertStep<F>>> {
        if !self.has_extras {
            match self.reader.read_ahead() {
                Ok(None) => self.is_ahead = false,
                Ok(Some(record)) => {
                    self.is_ahead = true;
                    return Ok(Some(ConvertStep::Record(record, Rest::NONE)));
                }
                Err(error) => return self.bad_line(error).map(Some),
            }
        }
        let read = match self.reader.read_body(&mut self.record) {
            Ok(Some(LineKind::Group)) => self.group(),
            Ok(Some(_)) => {
                match (
                    self.objection_to_reasons(),
                    F::canonical(self.record.as_bytes(), &self.format),
                ) {
                    (Some(kind), _) => Err(Fault { kind, field: None, start: 0, length: 0 }),
                    (None, Some(record)) => {
                        return Ok(Some(ConvertStep::Record(record, self.rest())));
                    }
                    (None, None) => self.record(),
                }
            }
            Ok(None) => return Ok(self.end()),
            // reasons that are missing below a record that was refused
            Err(error) if self.is_of_refused(&error) => return self.next(),
            Err(error) => {
                self.refused = error.position().record;
                return self.bad_line(error).map(Some);
            }
        };
        Ok(Some(read.unwrap_or_else(|fault| {
            self.refused = self.record.position().record;
            self.bad_value(fault)
        })))
    }

    fn header(&self) -> FoundHeader<F::Header> {
        match self.reader.header() {
            _ if self.bad_header => FoundHeader::Bad,
            Some(header) => FoundHeader::Good(header.clone()),
            None => FoundHeader::None,
        }
    }

    fn line(&mut self) -> Position {
        self.copy_line();
        self.record.position()
    }

    fn field(&mut self, wanted: F::Field) -> (Position, Option<&[u8]>) {
        self.copy_line();
        self.item(wanted)
    }
}

//! Electricity as a flow of the codec.

use flagflow_codec::{Content, Counts, OutOfRange, RawLine, Totals, Values};
use flagflow_domain::MpanCore;
use flagflow_frame::Line;

use crate::envelope::{Header, Trailer, check_header, check_trailer};
use crate::error::{Fault, Unwritable};
use crate::field::{ReasonCode, SupplierId};
use crate::item::{Electricity, Field};
use crate::options::ReaderOptions;
use crate::profile::Format;
use crate::record::{D0350, Instruction, Opening};
use crate::writer::{
    WriterOptions, write_header, write_opening, write_reason_line, write_record, write_trailer,
};

impl flagflow_codec::Flow for Electricity {
    type Format = Format;
    type Options = ReaderOptions;
    type WriterOptions = WriterOptions;
    type Record = Instruction;
    type Header = Header;
    type Group = Opening;
    type Reason = ReasonCode;
    type Trailer = Trailer;

    fn recognise(options: &ReaderOptions, line: &Line<'_>) -> Result<Format, Fault> {
        let (layout, profile) = options.recognise(line)?;
        Ok(Format::new(profile, layout))
    }

    fn check_header(raw: &RawLine<'_, Self>, format: &Format) -> Result<(), Fault> {
        check_header(raw, format.profile())
    }

    fn check_trailer(
        raw: &RawLine<'_, Self>,
        file: &Totals<'_, Self>,
        _: &ReaderOptions,
    ) -> Result<(), Fault> {
        check_trailer(raw, file)
    }

    #[inline]
    fn record(values: &Values) -> Option<Instruction> {
        let number = values.number?;
        let mpan = MpanCore::new(values.point).ok()?;
        let (flag, date) = values.flag_from()?;
        let supplier = SupplierId::from_packed(values.party)?;
        D0350::new(number, mpan, flag, date, supplier).ok().map(Instruction::D0350)
    }

    /// Only a D0350 has columns.
    #[inline]
    fn values(record: &Instruction) -> Option<Values> {
        let Instruction::D0350(update) = record else { return None };
        Some(Values {
            number: Some(update.instruction_number()),
            point: update.mpan_core().as_u64(),
            flag: update.flag().as_byte(),
            outcome: 0,
            date: update.effective_from().as_packed(),
            party: update.supplier_id().as_packed(),
        })
    }

    fn write_line(
        out: &mut Vec<u8>,
        format: &Format,
        content: &Content<'_, Self>,
        extras: &mut dyn Iterator<Item = &[u8]>,
    ) -> Result<(), Unwritable> {
        let (layout, profile) = (format.layout(), format.profile());
        match content {
            Content::Header(header) => write_header(out, layout, profile, header),
            Content::Group(opening) => write_opening(out, layout, profile, *opening, extras),
            Content::Record(record) => write_record(out, layout, profile, *record, extras),
            Content::Trailer(trailer) => write_trailer(out, layout, profile, trailer),
            Content::Reason(reason) => write_reason_line(out, layout, profile, *reason),
        }
    }

    fn opening(options: &WriterOptions) -> Option<Opening> {
        options.opening()
    }

    fn trailer(
        options: &WriterOptions,
        header: &Header,
        counts: &Counts,
        other: Option<&Trailer>,
    ) -> Result<Trailer, OutOfRange<Field>> {
        Ok(options.trailer(header, counts, other))
    }
}

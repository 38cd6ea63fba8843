//! Gas as a flow of the codec.

use flagflow_codec::{Content, Counts, Flow, OutOfRange, RawLine, Totals, Unwritable, Values};
use flagflow_domain::{Mprn, Outcome};
use flagflow_frame::Line;

use crate::error::{ErrorKind, Fault, FieldFault};
use crate::field::ReasonCode;
use crate::layout::{Field, Gas, Table};
use crate::options::ReaderOptions;
use crate::record::{Detail, E45, Header, Trailer};
use crate::writer::{WriterOptions, write_detail, write_header, write_reason_line, write_trailer};

impl Flow for Gas {
    type Format = &'static Table;
    type Options = ReaderOptions;
    type WriterOptions = WriterOptions;
    type Record = Detail;
    type Header = Header;
    /// There is none.
    type Group = ReasonCode;
    type Reason = ReasonCode;
    type Trailer = Trailer;

    fn recognise(options: &ReaderOptions, line: &Line<'_>) -> Result<Self::Format, Fault> {
        options.recognise(line)
    }

    fn check_header(raw: &RawLine<'_, Self>, _: &Self::Format) -> Result<(), Fault> {
        Header::try_from(raw).map(|_| ())
    }

    fn check_trailer(
        raw: &RawLine<'_, Self>,
        file: &Totals<'_, Self>,
        options: &ReaderOptions,
    ) -> Result<(), Fault> {
        let declared = Trailer::try_from(raw)?.record_count();
        let counted = file.counts.records + options.counted_reasons(&file.counts);
        if declared == counted {
            return Ok(());
        }
        let kind = ErrorKind::RecordCount { declared, counted };
        raw.read(Field::RecordCount, |field| Err(FieldFault::of_field(kind, field)))
    }

    #[inline]
    fn record(values: &Values) -> Option<Detail> {
        let mprn = Mprn::new(values.point).ok()?;
        let (flag, effective_from) = values.flag_from()?;
        let update = E45::new(mprn, flag, effective_from);
        Some(match values.outcome {
            0 => Detail::E45(update),
            letter => Detail::E46(update.answered(Outcome::from_first_letter(letter)?)),
        })
    }

    #[inline]
    fn values(record: &Detail) -> Option<Values> {
        Some(Values {
            point: record.meter_point_reference().as_u64(),
            flag: record.flag().as_byte(),
            outcome: record.outcome().map_or(0, Outcome::first_letter),
            date: record.effective_from().as_packed(),
            ..Values::NONE
        })
    }

    fn write_line(
        out: &mut Vec<u8>,
        format: &Self::Format,
        content: &Content<'_, Self>,
        _: &mut dyn Iterator<Item = &[u8]>,
    ) -> Result<(), Unwritable<Field>> {
        let layout = format.layout();
        match content {
            Content::Header(header) => write_header(out, layout, header),
            Content::Record(detail) => write_detail(out, layout, *detail),
            Content::Reason(reason) => write_reason_line(out, layout, *reason),
            Content::Trailer(trailer) => write_trailer(out, layout, **trailer),
            Content::Group(_) => {
                let (kind, field) = (ErrorKind::NotWritable, Field::TransactionType);
                return Err(Unwritable { kind, field });
            }
        }
        Ok(())
    }

    fn opening(_: &WriterOptions) -> Option<ReasonCode> {
        None
    }

    fn trailer(
        options: &WriterOptions,
        _: &Header,
        counts: &Counts,
        _: Option<&Trailer>,
    ) -> Result<Trailer, OutOfRange<Field>> {
        options.trailer(counts)
    }
}

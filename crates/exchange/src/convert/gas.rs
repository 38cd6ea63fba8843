//! Gas records from one format to another.

mod lines;
mod objects;
mod sink;
mod table;
mod values;

use std::convert::Infallible;
use std::io::{BufRead, Write};

use flagflow_domain::ServiceFlag;
use flagflow_frame::LineEnd;
use flagflow_gas::{Detail, Field, Header, Layout};

use flagflow_files::Result;
use flagflow_files::header::HeaderValues;

use super::conversion::{ConvertFuel, ConvertSource, run};
use super::options::{ConvertOptions, RecordFormat};
use super::report::ConvertReport;

use lines::GasLines;
use objects::GasObjects;
use sink::GasSink;
use table::GasTable;

pub(super) use table::is_column;

type GasFoundHeader = super::conversion::FoundHeader<Header>;
type GasStep = super::conversion::ConvertStep<GasConversion>;

pub(super) struct GasConversion;

impl ConvertFuel for GasConversion {
    type Field = Field;
    type Record = Detail;
    type Part = Infallible;
    type Header = Header;

    const FLAG: Field = Field::DccServiceFlag;

    fn flag(detail: &Detail) -> Option<ServiceFlag> {
        Some(detail.flag())
    }

    fn warning(detail: &Detail) -> Option<&'static str> {
        let mprn = detail.update().meter_point_reference();
        (!mprn.has_valid_check_digits()).then_some("mprn-check-digits")
    }

    fn with_flag(detail: Detail, flag: ServiceFlag) -> Detail {
        detail.with_flag(flag)
    }

    fn needs_envelope(_: RecordFormat) -> bool {
        false
    }

    fn has_values(options: &ConvertOptions) -> bool {
        !options.header.is_empty()
    }

    fn header(&self, options: &ConvertOptions, below: Option<&Header>) -> Result<Header> {
        options.header.or(below.map(HeaderValues::from).unwrap_or_default()).header()
    }
}

pub(super) fn convert(
    input: impl BufRead,
    output: impl Write,
    (from, line_end): (RecordFormat, LineEnd),
    options: &ConvertOptions,
) -> Result<ConvertReport> {
    let how = (from, line_end);
    match from {
        RecordFormat::Uklink => go(GasLines::new(input, Layout::Uklink), output, how, options),
        RecordFormat::Csv => go(GasTable::new(input, options)?, output, how, options),
        RecordFormat::Jsonl => go(GasObjects::new(input), output, how, options),
        _ => go(GasLines::new(input, Layout::Fixed), output, how, options),
    }
}

fn go(
    source: impl ConvertSource<GasConversion>,
    output: impl Write,
    (from, line_end): (RecordFormat, LineEnd),
    options: &ConvertOptions,
) -> Result<ConvertReport> {
    let sink = |header| GasSink::new(output, options.to, line_end, header);
    run(&GasConversion, source, sink, from, options)
}

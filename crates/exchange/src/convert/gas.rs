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

use crate::error::Result;
use crate::header::HeaderValues;

use super::conversion::{Fuel, Source, run};
use super::options::{ConvertOptions, Format};
use super::report::ConvertReport;

use lines::Lines;
use objects::Objects;
use sink::Sink;
use table::Table;

pub(super) use table::is_column;

type FoundHeader = super::conversion::FoundHeader<Header>;
type Step = super::conversion::Step<Gas>;

pub(super) struct Gas;

impl Fuel for Gas {
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

    fn needs_envelope(_: Format) -> bool {
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
    (from, line_end): (Format, LineEnd),
    options: &ConvertOptions,
) -> Result<ConvertReport> {
    let how = (from, line_end);
    match from {
        Format::Uklink => go(Lines::new(input, Layout::Uklink), output, how, options),
        Format::Csv => go(Table::new(input, options)?, output, how, options),
        Format::Jsonl => go(Objects::new(input), output, how, options),
        _ => go(Lines::new(input, Layout::Fixed), output, how, options),
    }
}

fn go(
    source: impl Source<Gas>,
    output: impl Write,
    (from, line_end): (Format, LineEnd),
    options: &ConvertOptions,
) -> Result<ConvertReport> {
    let sink = |header| Sink::new(output, options.to, line_end, header);
    run(&Gas, source, sink, from, options)
}

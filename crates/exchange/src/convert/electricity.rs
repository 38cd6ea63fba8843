//! Electricity records from one format to another, by a profile.

mod lines;
mod objects;
mod sink;
mod table;
mod values;

use std::io::{BufRead, Write};
use std::sync::Arc;

use flagflow_domain::ServiceFlag;
use flagflow_electricity::{
    D0350, Field, Flow, Header, Layout, Opening, Profile, ReaderOptions, Trailer, Update,
};
use flagflow_frame::{Line, LineEnd};

use flagflow_files::Result;

use super::conversion::{ConvertFuel, ConvertSource, run};
use super::options::{ConvertOptions, RecordFormat};
use super::report::ConvertReport;

use lines::ElectricityLines;
use objects::ElectricityObjects;
use sink::ElectricitySink;
use table::ElectricityTable;

pub(super) use table::is_column;

type ElectricityFoundHeader = super::conversion::FoundHeader<Header>;
type ElectricityStep = super::conversion::ConvertStep<ElectricityConversion>;

/// Profiles, options and state for converting electricity files.
pub(super) struct ElectricityConversion {
    profile: Arc<Profile>,
}

/// An update, with the items that only the profile has a name for.
pub(super) struct Item {
    update: Update,
    extras: Extras,
}

/// A line that is not a record.
pub(super) enum ElectricityPart {
    Group(Opening, Extras),
    Trailer(Trailer),
}

/// Items that are carried unread, in the profile's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extras(Vec<Vec<u8>>);

impl Extras {
    fn of<'a>(items: impl Iterator<Item = &'a [u8]>) -> Self {
        Self(items.map(<[u8]>::to_vec).collect())
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Vec::as_slice)
    }
}

impl ConvertFuel for ElectricityConversion {
    type Field = Field;
    type Record = Item;
    type Part = ElectricityPart;
    type Header = Header;

    const FLAG: Field = Field::DccServiceFlag;

    fn flag(item: &Item) -> Option<ServiceFlag> {
        item.update.flag()
    }

    fn warning(item: &Item) -> Option<&'static str> {
        (!item.update.mpan_core().has_valid_check_digit()).then_some("mpan-check-digit")
    }

    fn with_flag(item: Item, flag: ServiceFlag) -> Item {
        match D0350::try_from(item.update) {
            Ok(update) => Item { update: update.with_flag(flag).into(), ..item },
            Err(_) => item,
        }
    }

    fn needs_envelope(to: RecordFormat) -> bool {
        matches!(to, RecordFormat::Zhv | RecordFormat::Zhf)
    }

    fn has_values(options: &ConvertOptions) -> bool {
        !options.user_file.is_empty()
    }

    fn header(&self, options: &ConvertOptions, below: Option<&Header>) -> Result<Header> {
        options.user_file.header(&self.profile, below)
    }
}

/// Converts an electricity file whose first line is `first_line`.
pub(super) fn convert(
    input: impl BufRead,
    first_line: &[u8],
    output: impl Write,
    (from, line_end): (RecordFormat, LineEnd),
    options: &ConvertOptions,
) -> Result<ConvertReport> {
    let how = (from, line_end);
    match from {
        RecordFormat::Csv => {
            let table = ElectricityTable::new(input, options)?;
            let profile = table.profile().clone();
            go(profile, table, output, how, options)
        }
        RecordFormat::Jsonl => {
            let profile = objects::profile(first_line, options.profile.as_ref());
            go(profile.clone(), ElectricityObjects::new(input, profile)?, output, how, options)
        }
        _ => {
            let layout = if from == RecordFormat::Zhf { Layout::Zhf } else { Layout::Zhv };
            let (profile, reader) = reading(first_line, layout, options.profile.as_ref());
            let lines = ElectricityLines::new(reader.reader(input), layout, profile.clone());
            go(profile, lines, output, how, options)
        }
    }
}

/// Returns the profile of a file of lines, and how it is read.
fn reading(
    first_line: &[u8],
    layout: Layout,
    given: Option<&Arc<Profile>>,
) -> (Arc<Profile>, ReaderOptions) {
    let mut reader = reader_options(given).layout(layout);
    if let Some(given) = given.filter(|_| Layout::recognise(first_line) != Some(layout)) {
        reader = reader.flow(given.flow());
    }
    let (length, end) = (first_line.len() as u64, LineEnd::None);
    let line = Line { bytes: first_line, length, oversize: false, end, offset: 0, number: 1 };
    let recognised = reader.recognise(&line).map(|(_, profile)| profile);
    (recognised.unwrap_or_else(|_| Profile::builtin(Flow::D0350)), reader)
}

/// Reads files of a profile's flow by it.
pub(crate) fn reader_options(given: Option<&Arc<Profile>>) -> ReaderOptions {
    given.map_or_else(ReaderOptions::new, |given| ReaderOptions::new().profile(given.clone()))
}

/// Returns the profile of a flow: the given one if it is that flow's.
fn profile_of(flow: Flow, given: Option<&Arc<Profile>>) -> Arc<Profile> {
    let given = given.filter(|given| given.flow() == flow);
    given.cloned().unwrap_or_else(|| Profile::builtin(flow))
}

fn go(
    profile: Arc<Profile>,
    source: impl ConvertSource<ElectricityConversion>,
    output: impl Write,
    (from, line_end): (RecordFormat, LineEnd),
    options: &ConvertOptions,
) -> Result<ConvertReport> {
    let fuel = ElectricityConversion { profile };
    let completed = options.user_file.completed;
    let own = fuel.profile.clone();
    let frame = |header| (own, header, completed);
    let sink = |header| ElectricitySink::new(output, options, line_end, frame(header));
    run(&fuel, source, sink, from, options)
}

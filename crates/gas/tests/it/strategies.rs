//! Arbitrary records and files.

use chrono::{Days, NaiveDate};
use flagflow_domain::{EffectiveDate, Mprn, Outcome, ServiceFlag};
use flagflow_gas::{CreationTime, Detail, E45, FileType, Header, Layout, LineEnd, WriterOptions};
use proptest::prelude::*;
use proptest::sample::select;

/// Days from year 0 to year 9999, both ends among them.
const DAYS: u64 = 3_652_425;

pub(crate) fn date() -> impl Strategy<Value = EffectiveDate> {
    let first = NaiveDate::from_ymd_opt(0, 1, 1).unwrap();
    (0..DAYS).prop_map(move |days| (first + Days::new(days)).try_into().unwrap())
}

/// Numbers of every length.
pub(crate) fn mprn() -> impl Strategy<Value = Mprn> {
    (1u32..=10).prop_flat_map(|digits| {
        (0..10u64.pow(digits)).prop_map(|number| Mprn::new(number).unwrap())
    })
}

pub(crate) fn detail() -> impl Strategy<Value = Detail> {
    let update = (mprn(), select(&ServiceFlag::ALL), date())
        .prop_map(|(mprn, flag, date)| E45::new(mprn, flag, date));
    let outcome = proptest::option::of(select(&Outcome::ALL));
    (update, outcome).prop_map(|(update, outcome)| match outcome {
        None => Detail::E45(update),
        Some(outcome) => Detail::E46(update.answered(outcome)),
    })
}

pub(crate) fn layout() -> impl Strategy<Value = Layout> {
    select(&Layout::ALL)
}

/// Three printable characters, none of them a quote or a comma.
fn file_type() -> impl Strategy<Value = FileType> {
    "[ -~&&[^\",]]{3}".prop_map(|text| text.parse().unwrap())
}

pub(crate) fn header() -> impl Strategy<Value = Header> {
    let organisation = 0..=Header::MAX_ORGANISATION_ID;
    let generation = 0..=Header::MAX_GENERATION_NUMBER;
    let time = (0u32..24, 0u32..60, 0u32..60)
        .prop_map(|(hour, minute, second)| CreationTime::from_hms(hour, minute, second).unwrap());
    (organisation, file_type(), date(), time, generation).prop_map(
        |(organisation, file_type, date, time, generation)| {
            Header::new(organisation, file_type, date, time, generation).unwrap()
        },
    )
}

/// Returns how a file is written, with its header if it has an envelope.
pub(crate) fn options() -> impl Strategy<Value = (WriterOptions, Option<Header>)> {
    let line_end = select(&[LineEnd::Lf, LineEnd::CrLf]);
    (layout(), line_end, proptest::option::of(header())).prop_map(|(layout, line_end, header)| {
        let options = WriterOptions::new().layout(layout).line_end(line_end);
        (header.map_or(options, |header| options.envelope(header)), header)
    })
}

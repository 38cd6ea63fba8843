//! Every table of the flows: each layout of gas, and profiles of electricity.

use std::io::{BufRead, Write};
use std::sync::Arc;

use flagflow_codec::{Reader, Writer};
use flagflow_domain::{EffectiveDate, MpanCore, Mprn, Outcome, ServiceFlag};
use flagflow_electricity::{
    D0350, D0351, Electricity, Flow, Format, Header, Layout, Profile, Timestamp, Update,
};
use flagflow_frame::LineEnd;
use flagflow_gas::{Detail, E45, FileType, Gas, Tag};
use flagflow_rows::Backend;

const DAYS: [u32; 5] = [101, 99_991_231, 20_240_229, 20_211_105, 10_100_930];

fn days() -> impl Iterator<Item = EffectiveDate> {
    DAYS.into_iter().cycle().map(|day| EffectiveDate::from_packed(day).unwrap())
}

/// Numbers of every width.
fn numbers(digits: u32) -> impl Iterator<Item = u64> {
    (0..digits)
        .flat_map(|width| [10u64.pow(width), 10u64.pow(width + 1) - 1])
        .chain([0, 12_345_678])
}

/// The tables of gas, with and without reasons.
pub(crate) fn gas() -> Vec<&'static flagflow_gas::Table> {
    let layouts = flagflow_gas::Layout::ALL.into_iter();
    layouts.flat_map(|layout| [true, false].map(|with| flagflow_gas::table(layout, with))).collect()
}

/// Updates and answers with meter points of every width, and every flag and outcome.
pub(crate) fn details() -> Vec<Detail> {
    let mut details = Vec::new();
    for flag in ServiceFlag::ALL {
        for (point, day) in numbers(10).zip(days()) {
            let update = E45::new(Mprn::new(point).unwrap(), flag, day);
            details.push(update.into());
            details.extend(Outcome::ALL.map(|outcome| Detail::from(update.answered(outcome))));
        }
    }
    details
}

/// The built-in profile with one part of its text another.
pub(crate) fn changed(flow: Flow, from: &str, to: &str) -> Profile {
    let text = Profile::builtin(flow).as_toml().to_owned();
    assert!(text.contains(from), "{from}");
    Profile::from_toml(&text.replacen(from, to, 1)).unwrap()
}

/// The built-in profile of D0350 without a group above its updates.
pub(crate) fn without_opening() -> Profile {
    let text = Profile::builtin(Flow::D0350).as_toml().to_owned();
    let (start, end) = (text.find("[[group]]").unwrap(), text.rfind("[[group]]").unwrap());
    Profile::from_toml(&format!("{}{}", &text[..start], &text[end..])).unwrap()
}

/// Another order, another code, and items of every kind that are not read.
pub(crate) fn shuffled(flow: Flow) -> Profile {
    let builtin = Profile::builtin(flow).as_toml().to_owned();
    let start = builtin.rfind("[[group]]").unwrap();
    let own = match flow {
        Flow::D0350 => {
            "{ name = \"effective_from_date\", most = 8 },
             { name = \"reason_code\", most = 3 },
             { name = \"file_sequence_number\", most = 4 },
             { name = \"dcc_service_flag\", most = 1 },"
        }
        Flow::D0351 => {
            "{ name = \"reason_code\", most = 32 },
             { name = \"dcc_service_flag\", most = 1 },
             { name = \"effective_from_date\", most = 8 },"
        }
    };
    let group = format!(
        "[[group]]\ncode = \"0U2\"\nlevel = 2\nupdate = true\nitems = [
            {{ name = \"note\", most = 5 }},
            {{ name = \"mpan_core\", most = 13 }},
            {own}
            {{ name = \"site\", kind = \"number\", most = 4 }},
            {{ name = \"instruction_type\", most = 6 }},
            {{ name = \"instruction_number\", most = 19 }},
        ]\n"
    );
    // the sequence number is a name of one group only
    let opening = builtin[..start].replace("file_sequence_number", "set_number");
    Profile::from_toml(&format!("{opening}{group}")).unwrap()
}

/// Profiles of both flows: built in, in another order with extras, with the longest numbers and
/// reasons, and without a level-1 group.
pub(crate) fn profiles() -> Vec<Arc<Profile>> {
    let number = "{ name = \"instruction_number\", kind = \"number\", most = 10 }";
    let mut profiles = vec![Arc::new(without_opening())];
    for flow in Flow::ALL {
        profiles.push(Profile::builtin(flow));
        profiles.push(Arc::new(shuffled(flow)));
        for most in ["1", "16", "19"] {
            let longer = changed(flow, number, &number.replace("10", most));
            profiles.push(Arc::new(longer));
        }
    }
    profiles.push(Arc::new(changed(Flow::D0351, "most = 8 }", "most = 32 }")));
    profiles
}

/// The tables of electricity.
pub(crate) fn electricity() -> Vec<Format> {
    let formats = |profile: Arc<Profile>| Layout::ALL.map(|it| Format::new(profile.clone(), it));
    profiles().into_iter().flat_map(formats).collect()
}

/// Records of a flow with numbers of every width.
pub(crate) fn updates(flow: Flow) -> Vec<Update> {
    let reasons = ["", "R", "R-01", "12345678", "a b", "a,b", " a", "a\0b", "123456789"];
    let mut reasons = reasons.into_iter().cycle();
    let mut flags = ServiceFlag::ALL.into_iter().cycle();
    let update = |(number, day): (u64, EffectiveDate)| {
        let mpan = MpanCore::new((number / 7 * 3 + 123) % 10_000_000_000_000).unwrap();
        match flow {
            Flow::D0350 => D0350::new(number, mpan, flags.next().unwrap(), day).unwrap().into(),
            Flow::D0351 => {
                let reason = reasons.next().unwrap().parse().unwrap();
                D0351::new(number, mpan, reason).unwrap().into()
            }
        }
    };
    numbers(19).zip(days()).map(update).collect()
}

/// Options of a writer and of a reader of each flow.
pub(crate) trait Options: flagflow_codec::Flow {
    fn options(format: &Self::Format, line_end: LineEnd) -> Self::WriterOptions;
    fn enveloped(format: &Self::Format, line_end: LineEnd) -> Self::WriterOptions;
    fn reading(format: &Self::Format) -> Self::Options;

    /// A reader by the methods of its options.
    fn reader<R: BufRead>(
        format: &Self::Format,
        max_line: usize,
        backend: Backend,
        inner: R,
    ) -> Reader<Self, R>;

    /// A writer without an envelope by the methods of its options.
    fn writer<W: Write>(
        format: &Self::Format,
        line_end: LineEnd,
        backend: Backend,
        inner: W,
    ) -> Writer<Self, W>;
}

/// Makes the readers and writers of a flow: the methods of its options are not of a trait.
macro_rules! reader_and_writer {
    () => {
        fn reader<R: BufRead>(
            format: &Self::Format,
            max_line: usize,
            backend: Backend,
            inner: R,
        ) -> Reader<Self, R> {
            Self::reading(format).max_line(max_line).backend(backend).reader(inner)
        }

        fn writer<W: Write>(
            format: &Self::Format,
            line_end: LineEnd,
            backend: Backend,
            inner: W,
        ) -> Writer<Self, W> {
            Self::options(format, line_end).backend(backend).writer(inner)
        }
    };
}

impl Options for Gas {
    fn options(format: &Self::Format, line_end: LineEnd) -> flagflow_gas::WriterOptions {
        flagflow_gas::WriterOptions::new().layout(format.layout()).line_end(line_end)
    }

    fn enveloped(format: &Self::Format, line_end: LineEnd) -> flagflow_gas::WriterOptions {
        let (day, time) = ("20211105".parse().unwrap(), "093000".parse().unwrap());
        let header = flagflow_gas::Header::new(42, FileType::DXI, day, time, 7).unwrap();
        Self::options(format, line_end).envelope(header)
    }

    fn reading(format: &Self::Format) -> flagflow_gas::ReaderOptions {
        let with_reasons = format.line(Tag::S72).is_some();
        flagflow_gas::ReaderOptions::new().layout(format.layout()).with_reasons(with_reasons)
    }

    reader_and_writer!();
}

impl Options for Electricity {
    fn options(format: &Format, line_end: LineEnd) -> flagflow_electricity::WriterOptions {
        let options = flagflow_electricity::WriterOptions::new(format.profile().clone());
        options.layout(format.layout()).line_end(line_end)
    }

    fn enveloped(format: &Format, line_end: LineEnd) -> flagflow_electricity::WriterOptions {
        let time = Timestamp::from_packed(20_211_105_093_000).unwrap();
        let header = Header::new(format.profile(), "77", "DCCO", "EELC", time).unwrap();
        Self::options(format, line_end).envelope(header)
    }

    fn reading(format: &Format) -> flagflow_electricity::ReaderOptions {
        let options = flagflow_electricity::ReaderOptions::new().layout(format.layout());
        options.flow(format.flow()).profile(format.profile().clone())
    }

    reader_and_writer!();
}

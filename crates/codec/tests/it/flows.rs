//! Every table of the flows: each layout of gas, and profiles of electricity.

use std::io::{BufRead, Write};
use std::sync::Arc;

use flagflow_codec::{Reader, Writer};
use flagflow_domain::{EffectiveDate, MpanCore, Mprn, Outcome, ServiceFlag};
use flagflow_electricity::{
    D0172, D0350, D0351, Electricity, FileIdentifier, Flow, Format, Header, Instruction, Layout,
    Profile, ReasonCode, SupplierId, Timestamp,
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
    let text = format!("{}{}", &text[..start], &text[end..]);
    Profile::from_toml(&text.replace("level = 2\nparent = \"81H\"", "level = 1")).unwrap()
}

/// Another order, another code, items of every kind that are not read, and further groups.
pub(crate) fn shuffled(flow: Flow) -> Profile {
    let builtin = Profile::builtin(flow).as_toml().to_owned();
    let parent = Profile::builtin(flow).opening_group().unwrap().code().to_owned();
    // behind the level-1 group
    let start = builtin.match_indices("[[group]]").nth(1).unwrap().0;
    let own = match flow {
        Flow::D0350 => {
            "{ name = \"effective_from_date\", format = \"DATE(8)\" },
             { name = \"answered_file_identifier\", format = \"CHAR(3)\", optional = true },
             { name = \"mpan_core\", format = \"NUM(13)\" },
             { name = \"received\", format = \"INT(4)\", optional = true },
             { name = \"supplier_id\", format = \"CHAR(4)\" },
             { name = \"dcc_service_flag\", format = \"CHAR(1)\" },"
        }
        Flow::D0351 => {
            "{ name = \"supplier_id\", format = \"CHAR(3)\", optional = true },
             { name = \"mpan_core\", format = \"NUM(13)\", optional = true },
             { name = \"dcc_service_flag\", format = \"CHAR(1)\", optional = true },
             { name = \"deemed_received_date\", format = \"DATE(8)\" },
             { name = \"effective_from_date\", format = \"DATE(8)\", optional = true },
             { name = \"incoming_instruction_number\", format = \"NUM(19)\" },"
        }
        Flow::D0172 => {
            "{ name = \"rejected\", format = \"INT(9)\" },
             { name = \"mpan_core\", format = \"NUM(13)\", optional = true },
             { name = \"answered_file_identifier\", format = \"CHAR(10)\" },
             { name = \"deemed_received_date\", format = \"DATE(8)\" },
             { name = \"accepted\", format = \"INT(9)\" },
             { name = \"received\", format = \"INT(9)\" },"
        }
    };
    let group = format!(
        "[[group]]\ncode = \"0U2\"\nlevel = 2\nparent = \"{parent}\"\noccurs = \"0..*\"\nitems = [
            {{ name = \"note\", format = \"CHAR(5)\", optional = true }},
            {own}
            {{ name = \"site\", format = \"INT(4)\", optional = true }},
            {{ name = \"instruction_type\", format = \"CHAR(6)\" }},
            {{ name = \"instruction_number\", format = \"INT(19)\" }},
        ]\n
        [[group]]\ncode = \"0U4\"\nlevel = 2\nparent = \"{parent}\"\noccurs = \"0..1\"\nitems = []\n"
    );
    let reasons =
        "[[group]]\ncode = \"0U3\"\nlevel = 3\nparent = \"0U2\"\noccurs = \"1..3\"\nitems = [
        { name = \"rejection_reason_code\", format = \"CHAR(3)\" }]\n";
    let reasons = if flow == Flow::D0351 { reasons } else { "" };
    Profile::from_toml(&format!("{}{group}{reasons}", &builtin[..start])).unwrap()
}

/// Profiles of every flow: built in, in another order with extras, with the longest numbers, and
/// without a level-1 group.
pub(crate) fn profiles() -> Vec<Arc<Profile>> {
    let number = "{ name = \"instruction_number\", format = \"INT(12)\" }";
    let mut profiles = vec![Arc::new(without_opening())];
    for flow in Flow::ALL {
        profiles.push(Profile::builtin(flow));
        profiles.push(Arc::new(shuffled(flow)));
        for most in ["1", "16", "19"] {
            let longer = changed(flow, number, &number.replace("12", most));
            profiles.push(Arc::new(longer));
        }
    }
    let (supplier, shorter) = ("CHAR(4)\" },\n]", "CHAR(3)\" },\n]");
    profiles.push(Arc::new(changed(Flow::D0350, supplier, shorter)));
    profiles
}

/// The tables of electricity.
pub(crate) fn electricity() -> Vec<Format> {
    let formats = |profile: Arc<Profile>| Layout::ALL.map(|it| Format::new(profile.clone(), it));
    profiles().into_iter().flat_map(formats).collect()
}

/// Records of a flow with numbers of every width, suppliers of every length, and with and without
/// each of the optional items.
pub(crate) fn instructions(flow: Flow) -> Vec<Instruction> {
    let suppliers = ["MRCY", "SUPA", "0A9Z", "AB", "a b", "MRC", " A", "x,\"y", "A"];
    let suppliers = suppliers.map(|id| id.parse::<SupplierId>().unwrap());
    let files = ["0000475656", "1", "a-b"].map(|id| id.parse::<FileIdentifier>().unwrap());
    let instruction = |(at, (number, day)): (usize, (u64, EffectiveDate))| {
        let mpan = MpanCore::new((number / 7 * 3 + 123) % 10_000_000_000_000).unwrap();
        let flag = ServiceFlag::ALL[at % ServiceFlag::ALL.len()];
        let supplier = suppliers[at % suppliers.len()];
        let update = D0350::new(number, mpan, flag, day, supplier).unwrap();
        let small = u32::try_from(number % 100_000).unwrap();
        match flow {
            Flow::D0350 => update.into(),
            Flow::D0351 if at % 3 == 0 => update.rejected(number / 3, day).unwrap().into(),
            Flow::D0351 => {
                let mut rejection = D0351::new(number, number / 2, day).unwrap();
                rejection = if at & 1 == 0 { rejection.with_mpan_core(mpan) } else { rejection };
                rejection = if at & 2 == 0 { rejection.with_flag(flag) } else { rejection };
                rejection =
                    if at & 4 == 0 { rejection.with_effective_from(day) } else { rejection };
                if at & 8 == 0 { rejection.with_supplier_id(supplier) } else { rejection }.into()
            }
            Flow::D0172 => {
                let file = files[at % files.len()];
                D0172::new(number, day, file, small, small / 2, small / 3).unwrap().into()
            }
        }
    };
    numbers(19).zip(days()).enumerate().map(instruction).collect()
}

/// Options of a writer and of a reader of each flow.
pub(crate) trait Options: flagflow_codec::Flow {
    fn options(format: &Self::Format, line_end: LineEnd) -> Self::WriterOptions;
    fn enveloped(format: &Self::Format, line_end: LineEnd) -> Self::WriterOptions;
    fn reading(format: &Self::Format) -> Self::Options;

    /// The reasons that a record must have.
    fn reasons(_: &Self::Format) -> Vec<Self::Reason> {
        Vec::new()
    }

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

/// Writes a record with the reasons that it must have.
pub(crate) fn write<F: Options>(
    writer: &mut Writer<F, impl Write>,
    format: &F::Format,
    record: F::Record,
) -> flagflow_codec::Result<(), F::Field> {
    match F::reasons(format) {
        reasons if reasons.is_empty() => writer.write(record),
        reasons => writer.write_with_reasons(record, [], &reasons),
    }
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

    fn reasons(format: &Format) -> Vec<ReasonCode> {
        let has_reasons = format.profile().reason_group().is_some();
        let reasons = [ReasonCode::UnknownMpan, "01".parse().unwrap()];
        if has_reasons { reasons.to_vec() } else { Vec::new() }
    }

    reader_and_writer!();
}

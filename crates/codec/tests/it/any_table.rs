//! Tables that no flow has: any style, any items in any order. The definition of their lines is
//! written here in few words, and every way to read and to write gives the same.

use std::borrow::Cow;
use std::sync::Arc;

use flagflow_codec::{
    Batch, Cardinality, Content, Counts, Decoding, ErrorKind, Fault, FieldFault, Flow, Item,
    ItemKind, LineCode, LineDecoder, LineKind, LineSpec, Names, OutOfRange, RawLine, ReadSettings,
    Reader, Slot, Style, Table, Target, Totals, Unwritable, Values, Writer, read_canonical,
    read_line,
};
use flagflow_domain::{EffectiveDate, Fuel, Mprn, Outcome, ServiceFlag};
use flagflow_frame::{Line, LineEnd};
use flagflow_rows::{Backend, CheckDigits};
use proptest::prelude::*;
use proptest::sample::select;

/// A flow of tables that a test makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct AnyFlow;

/// A text of at most forty bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct AnyText([u8; 40], usize);

impl TryFrom<&[u8]> for AnyText {
    type Error = ();

    fn try_from(text: &[u8]) -> Result<Self, ()> {
        let mut bytes = [0; 40];
        bytes.get_mut(..text.len()).ok_or(())?.copy_from_slice(text);
        Ok(Self(bytes, text.len()))
    }
}

impl AsRef<[u8]> for AnyText {
    fn as_ref(&self) -> &[u8] {
        &self.0[..self.1]
    }
}

/// A header, a group or a trailer: its text.
impl<'r, 'l> TryFrom<&'r RawLine<'l, AnyFlow>> for AnyText {
    type Error = Fault<&'static str>;

    fn try_from(raw: &'r RawLine<'l, AnyFlow>) -> Result<Self, Fault<&'static str>> {
        raw.read("text", |text| Ok(Self::try_from(text).unwrap()))
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct AnyRecord(Values);

/// Returns the number of one digit or more, if it is not larger than a number of the codec.
fn number(text: &[u8]) -> Option<u64> {
    let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| is_number)?.parse().ok()
}

fn is_day(number: u64) -> bool {
    u32::try_from(number).is_ok_and(|day| EffectiveDate::from_packed(day).is_ok())
}

/// Takes the value of an item, if it is one.
fn take(values: &mut Values, item: &Item<&str>, constant: &str, text: &[u8]) -> bool {
    let value = number(text);
    match item.slot {
        Slot::Number => values.number = value,
        Slot::Point(_) => values.point = value.unwrap_or_default(),
        Slot::Flag => values.flag = text.first().copied().unwrap_or_default(),
        Slot::Outcome => values.outcome = text.first().copied().unwrap_or_default(),
        Slot::Date => values.date = u32::try_from(value.unwrap_or_default()).unwrap_or_default(),
        Slot::Party if text.len() <= 4 => values.party[..text.len()].copy_from_slice(text),
        _ => {}
    }
    match item.slot {
        Slot::Number | Slot::Point(_) | Slot::Unused => value.is_some(),
        Slot::Flag => text.len() == 1 && ServiceFlag::from_byte(values.flag).is_some(),
        Slot::Outcome => Outcome::from_bytes(text).is_some(),
        Slot::Date => text.len() == 8 && EffectiveDate::from_packed(values.date).is_ok(),
        Slot::Party => (1..=4).contains(&text.len()),
        Slot::Own | Slot::Reason => false,
        Slot::Constant => text == constant.as_bytes(),
        Slot::Extra => true,
        Slot::Checked => match item.kind {
            ItemKind::Flag => text.len() == 1 && ServiceFlag::from_byte(text[0]).is_some(),
            ItemKind::Date => text.len() == 8 && value.is_some_and(is_day),
            _ => value.is_some(),
        },
    }
}

impl<'r, 'l> TryFrom<&'r RawLine<'l, AnyFlow>> for AnyRecord {
    type Error = Fault<&'static str>;

    fn try_from(raw: &'r RawLine<'l, AnyFlow>) -> Result<Self, Fault<&'static str>> {
        let (mut values, constant) = (Values::NONE, raw.spec().constant());
        for item in raw.items() {
            item.read(|text| match take(&mut values, item.spec(), constant, text) {
                true => Ok(()),
                false => Err(FieldFault::of_field(ErrorKind::NotANumber, text)),
            })?;
        }
        Ok(Self(values))
    }
}

/// Options of a writer.
#[derive(Clone, Debug)]
struct AnyOptions {
    table: Arc<Table<AnyFlow>>,
    line_end: LineEnd,
    backend: Backend,
    header: Option<AnyText>,
    opening: Option<AnyText>,
}

impl AnyOptions {
    const fn new(table: Arc<Table<AnyFlow>>) -> Self {
        let (line_end, backend) = (LineEnd::Lf, Backend::Portable);
        Self { table, line_end, backend, header: None, opening: None }
    }
}

impl From<AnyOptions> for Target<AnyFlow> {
    fn from(options: AnyOptions) -> Self {
        let AnyOptions { table: format, line_end, backend, header, .. } = options;
        Self { format, line_end, header, backend }
    }
}

/// The set of optional values, by which a record has its line.
const fn set_of(values: &Values) -> (bool, bool) {
    (values.outcome != 0, values.party[0] != 0)
}

fn set_of_line(line: &LineSpec<AnyFlow>) -> (bool, bool) {
    let has = |slot| line.items().iter().any(|item| item.slot == slot);
    (has(Slot::Outcome), has(Slot::Party))
}

/// Returns the text of an item without quotes; `None` for an extra.
fn text_of(item: &Item<&str>, constant: &str, values: &Values) -> Option<Vec<u8>> {
    let outcome = Outcome::from_first_letter(values.outcome);
    Some(match item.slot {
        Slot::Number => values.number.unwrap_or(0).to_string().into_bytes(),
        Slot::Point(_) if item.kind == ItemKind::Mpan => {
            format!("{:0width$}", values.point, width = item.length).into_bytes()
        }
        Slot::Point(_) => values.point.to_string().into_bytes(),
        Slot::Flag => vec![values.flag],
        Slot::Outcome => outcome.unwrap().as_str().into(),
        Slot::Date => format!("{:08}", values.date).into_bytes(),
        Slot::Party => values.party.into_iter().take_while(|byte| *byte != 0).collect(),
        Slot::Constant => constant.into(),
        _ => return None,
    })
}

impl Names for AnyFlow {
    type Field = &'static str;
    type Tag = &'static str;
    type Layout = ();

    const CODE_IS_ITEM: bool = false;
    const FUEL: Fuel = Fuel::Electricity;
    const POINT: &'static str = "point";
    const FLAG: &'static str = "flag";
    const DAY: &'static str = "date";
}

impl Flow for AnyFlow {
    type Format = Arc<Table<Self>>;
    type Options = Arc<Table<Self>>;
    type WriterOptions = AnyOptions;
    type Record = AnyRecord;
    type Header = AnyText;
    type Group = AnyText;
    type Reason = AnyText;
    type Trailer = AnyText;

    fn recognise(table: &Self::Options, _: &Line<'_>) -> Result<Self::Format, Fault<&'static str>> {
        Ok(table.clone())
    }

    fn check_header(_: &RawLine<'_, Self>, _: &Self::Format) -> Result<(), Fault<&'static str>> {
        Ok(())
    }

    fn check_trailer(
        _: &RawLine<'_, Self>,
        _: &Totals<'_, Self>,
        _: &Self::Options,
    ) -> Result<(), Fault<&'static str>> {
        Ok(())
    }

    fn record(values: &Values) -> Option<AnyRecord> {
        ServiceFlag::from_byte(values.flag)?;
        EffectiveDate::from_packed(values.date).ok()?;
        Some(AnyRecord(*values))
    }

    fn values(record: &AnyRecord) -> Option<Values> {
        Some(record.0)
    }

    fn write_line(
        out: &mut Vec<u8>,
        table: &Self::Format,
        content: &Content<'_, Self>,
        extras: &mut dyn Iterator<Item = &[u8]>,
    ) -> Result<(), Unwritable<&'static str>> {
        let is_of = |line: &&LineSpec<Self>| match content {
            Content::Record(record) => {
                line.kind() == LineKind::Record && set_of_line(line) == set_of(&record.0)
            }
            Content::Header(_) => line.kind() == LineKind::Header,
            Content::Group(_) => line.kind() == LineKind::Group,
            Content::Reason(_) => line.kind() == LineKind::Reason,
            Content::Trailer(_) => line.kind() == LineKind::Trailer,
        };
        let unwritable = |kind, field| Unwritable { kind, field };
        let line = table.lines().iter().find(is_of);
        let line = line.ok_or(unwritable(ErrorKind::NotWritable, "line"))?;
        let (style, quote) = (table.style(), |is_quoted: bool| is_quoted.then_some(b'"'));
        let is_comma = style == Style::Comma;
        out.extend(quote(is_comma));
        out.extend_from_slice(line.code().as_bytes());
        out.extend(quote(is_comma));
        out.extend((style == Style::Pipe).then_some(b'|'));
        for item in line.items() {
            let text = match content {
                Content::Record(record) => text_of(item, line.constant(), &record.0),
                Content::Header(text) | Content::Trailer(text) => Some(text.as_ref().to_vec()),
                Content::Group(text) | Content::Reason(text) => Some(text.as_ref().to_vec()),
            };
            let is_extra = text.is_none();
            let text = text.unwrap_or_else(|| extras.next().unwrap_or_default().to_vec());
            if item.mandatory && text.is_empty() {
                return Err(unwritable(ErrorKind::EmptyItem, item.field));
            }
            let missing = item.length.checked_sub(text.len());
            let missing = missing.ok_or(unwritable(ErrorKind::NotWritable, item.field))?;
            let missing = if style.is_fixed() { missing } else { 0 };
            let is_number = item.kind == ItemKind::Number && !is_extra;
            let is_quoted = is_comma && item.kind == ItemKind::Text;
            out.extend(is_comma.then_some(b','));
            out.extend(quote(is_quoted));
            out.extend(std::iter::repeat_n(b'0', if is_number { missing } else { 0 }));
            out.extend_from_slice(&text);
            out.extend(std::iter::repeat_n(b' ', if is_number { 0 } else { missing }));
            out.extend(quote(is_quoted));
            out.extend((style == Style::Pipe).then_some(b'|'));
        }
        Ok(())
    }

    fn opening(options: &AnyOptions) -> Option<AnyText> {
        options.opening
    }

    /// A trailer has room for two digits.
    fn trailer(
        _: &AnyOptions,
        _: &AnyText,
        counts: &Counts,
        _: Option<&AnyText>,
    ) -> Result<AnyText, OutOfRange<&'static str>> {
        let count = counts.records.to_string();
        AnyText::try_from(count.as_bytes()).ok().filter(|text| text.1 < 3).ok_or(OutOfRange("text"))
    }
}

fn text(text: &str) -> AnyText {
    AnyText::try_from(text.as_bytes()).unwrap()
}

static TEXT: [Item<&str>; 1] = [Item::new("text", ItemKind::Text, 8, Slot::Extra)];

fn line_of_text(code: &'static str, kind: LineKind) -> LineSpec<AnyFlow> {
    LineSpec::new(code, kind, Cow::Borrowed(code), Cow::Borrowed(&TEXT))
}

fn table(style: Style, lines: Vec<LineSpec<AnyFlow>>) -> Arc<Table<AnyFlow>> {
    let envelope = [("HEA", LineKind::Header), ("TRA", LineKind::Trailer)];
    let envelope = envelope.map(|(code, kind)| line_of_text(code, kind));
    let envelope = envelope.map(|line| line.times(Cardinality::OPTIONAL));
    Arc::new(Table::new(style, (), lines.into_iter().chain(envelope).collect()))
}

const CHECK: CheckDigits = CheckDigits { weights: &Mprn::CHECK_WEIGHTS, digits: 2 };

/// The items of a line: those that every record has, and others by the bits of a set.
fn items(
    style: Style,
    has: [bool; 5],
    lengths: [usize; 4],
    is_bare: bool,
) -> Vec<Item<&'static str>> {
    let [has_number, has_outcome, has_party, has_extra, has_constant] = has;
    let [point, number, party, extra] = lengths;
    let kind = if is_bare || style != Style::Pipe { ItemKind::Number } else { ItemKind::Mpan };
    let all = [
        Some(Item::new("point", kind, point, Slot::Point(CHECK))),
        Some(Item::new("flag", ItemKind::Text, 1, Slot::Flag)),
        Some(Item::new("date", ItemKind::Digits, 8, Slot::Date)),
        has_number.then_some(Item::new("number", ItemKind::Number, number, Slot::Number)),
        has_outcome.then_some(Item::new("outcome", ItemKind::Text, 2, Slot::Outcome)),
        has_party.then_some(Item::new("party", ItemKind::Text, party, Slot::Party)),
        has_extra.then_some(Item::new("extra", ItemKind::Text, extra, Slot::Extra).optional()),
        has_constant.then_some(Item::new("constant", ItemKind::Text, 4, Slot::Constant)),
    ];
    all.into_iter().flatten().collect()
}

/// Tables of one or two lines with records of the second's optional values too. The first line has
/// a number if the second has one, and a meter point of as many digits or not.
fn tables() -> impl Strategy<Value = Arc<Table<AnyFlow>>> {
    let style =
        select(vec![Style::Fixed, Style::Comma, Style::Pipe, Style::Pipe, Style::FixedPadded]);
    let point = prop_oneof![3 => Just(10usize), 3 => 9..=16usize, 1 => 1..=18usize];
    let lengths = (point, 1..=19usize, prop_oneof![3 => Just(4usize), 1 => 1..=6usize]);
    let extra = prop_oneof![2 => 1..=20usize, 1 => 20..=150usize];
    let code = select(vec!["AAA", "B", "LONGER", "A CODE OF 40 CHARACTERS, MORE THAN FIT. "]);
    let shape = (any::<[bool; 5]>(), any::<bool>(), any::<bool>(), code);
    (style, lengths, extra, shape).prop_flat_map(
        |(style, (point, number, party), extra, (mut has, is_bare, has_two, code))| {
            // with commas the code is the only constant, and text has one length
            let is_comma = style == Style::Comma;
            for has in &mut has[2..] {
                *has &= !is_comma;
            }
            // fixed text is not padded without padding
            let party = if style == Style::Fixed { party.min(4) } else { party };
            let lengths = [point, number, party, extra];
            let first = Just(items(style, has, lengths, is_bare)).prop_shuffle();
            let other = [has[0], !has[1], has[2], false, false];
            let point = prop_oneof![3 => Just(point), 1 => 10..=12usize];
            let second = point.prop_flat_map(move |point| {
                let lengths = [point, number, party, extra];
                Just(items(style, other, lengths, is_bare)).prop_shuffle()
            });
            (first, second).prop_map(move |(first, second)| {
                let line = |code: &'static str, items: Vec<_>| {
                    let line = LineSpec::new(code, LineKind::Record, code.into(), items.into());
                    // fixed text is not padded without padding
                    line.with_constant(if style == Style::Fixed { "CONS" } else { "CON" })
                };
                let second = has_two.then(|| line("ZZZ", second));
                table(style, std::iter::once(line(code, first)).chain(second).collect())
            })
        },
    )
}

/// Records of a table's lines: numbers of every width, some of them too long for their items.
fn records(table: &Table<AnyFlow>) -> impl Strategy<Value = Vec<AnyRecord>> + use<> {
    let lines: Vec<_> =
        table.lines().iter().filter(|line| line.kind() == LineKind::Record).collect();
    let length = |name: &str| {
        let items = lines.iter().flat_map(|line| line.items());
        items.filter(|item| item.field == name).map(|item| item.length).min()
    };
    let (most, has_number) = (length("point").unwrap(), length("number").is_some());
    let sets: Vec<_> = lines.iter().map(|line| set_of_line(line)).collect();
    let party = length("party").unwrap_or(1);
    let least = if table.style() == Style::Fixed { party } else { 1 };
    let point = (any::<u64>(), 1..=most)
        .prop_map(|(point, digits)| point % 10u64.pow(u32::try_from(digits).unwrap()));
    let numbers = (any::<u64>(), 0..=18u32).prop_map(|(number, digits)| number % 10u64.pow(digits));
    let flag = select(ServiceFlag::ALL.map(ServiceFlag::as_byte).to_vec());
    let letter =
        prop_oneof![20 => b'A'..=b'Z', 5 => b'0'..=b'9', 1 => b'a'..=b'z', 1 => Just(b' ')];
    let parties = prop::collection::vec(letter, least..=party.min(4));
    let record = (select(sets), point, numbers, flag, select(vec![b'A', b'R']), parties).prop_map(
        move |((has_outcome, has_party), point, number, flag, outcome, mut party)| {
            // white space at the end is padding
            if party.last() == Some(&b' ') {
                party.pop();
                party.push(b'x');
            }
            party.resize(if has_party { party.len() } else { 0 }, 0);
            party.resize(4, 0);
            AnyRecord(Values {
                number: has_number.then_some(number),
                point,
                flag,
                outcome: if has_outcome { outcome } else { 0 },
                date: 20_211_105,
                party: party.try_into().unwrap(),
            })
        },
    );
    // runs of numbers without digits behind others
    let run = (record, 1..90usize, any::<bool>()).prop_map(|(record, times, has_digits)| {
        let number = record.0.number.map(|number| if has_digits { number } else { 0 });
        vec![AnyRecord(Values { number, ..record.0 }); times]
    });
    prop::collection::vec(run, 1..6).prop_map(|runs| runs.concat())
}

/// The lines of the definition, and the records that have one.
fn defined(
    table: &Arc<Table<AnyFlow>>,
    records: &[AnyRecord],
    line_end: LineEnd,
) -> (Vec<Vec<u8>>, Vec<AnyRecord>) {
    let line = |record: &AnyRecord| {
        let (mut line, content) = (Vec::new(), Content::Record(*record));
        AnyFlow::write_line(&mut line, table, &content, &mut std::iter::empty()).ok()?;
        line.extend_from_slice(line_end.as_bytes());
        Some((line, *record))
    };
    records.iter().filter_map(line).unzip()
}

/// Writes the records that can be written, and passes over the others.
fn written(options: &AnyOptions, write: impl FnOnce(&mut Writer<AnyFlow, Vec<u8>>)) -> Vec<u8> {
    let mut writer = Writer::with_options(Vec::new(), options.clone());
    write(&mut writer);
    writer.finish().unwrap()
}

fn reader<'f>(table: &Arc<Table<AnyFlow>>, file: &'f [u8]) -> Reader<AnyFlow, &'f [u8]> {
    Reader::with_options(file, table.clone(), ReadSettings::default())
}

proptest! {
    // enough for each shape of a template to occur
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_way_is_the_definition(
        (table, records) in tables().prop_flat_map(|table| (Just(table.clone()), records(&table))),
        line_end in select(vec![LineEnd::Lf, LineEnd::CrLf]),
    ) {
        let (lines, good) = defined(&table, &records, line_end);
        let file = lines.concat();
        for backend in Backend::ALL {
            let options = AnyOptions { line_end, backend, ..AnyOptions::new(table.clone()) };
            let one = written(&options, |writer| {
                for record in &records {
                    let is_written = writer.write(*record).is_ok();
                    assert_eq!(is_written, defined(&table, &[*record], line_end).1.len() == 1);
                }
            });
            prop_assert_eq!(one.escape_ascii().to_string(), file.escape_ascii().to_string());
            let many = written(&options, |writer| {
                let mut records = records.iter().copied();
                while let Err(error) = writer.write_all(records.by_ref()) {
                    assert!(error.is_recoverable(), "{error}");
                }
            });
            prop_assert_eq!(many.escape_ascii().to_string(), file.escape_ascii().to_string());
        }
        for (line, record) in lines.iter().zip(&good) {
            let line = &line[..line.len() - line_end.as_bytes().len()];
            prop_assert_eq!(read_line::<AnyFlow>(line, &*table), Ok(*record), "{}", line.escape_ascii());
            if let Some(fast) = read_canonical::<AnyFlow>(line, &*table) {
                prop_assert_eq!(fast, *record);
            }
        }
        let mut typed = reader(&table, &file);
        let read: Result<Vec<_>, _> = typed.records().collect();
        prop_assert_eq!(read.unwrap(), &good[..]);
        let (mut rows, mut batch, mut seen) = (reader(&table, &file), Batch::with_capacity(70), Vec::new());
        let options = AnyOptions { line_end, ..AnyOptions::new(table.clone()) };
        let again = written(&options, |writer| {
            while rows.read_batch(&mut batch).unwrap() {
                seen.extend(batch.records());
                writer.write_batch(&batch).unwrap();
            }
        });
        prop_assert!(seen == good && again == file);
    }
}

/// Items that no value takes, a good one and each byte of the line another: the fast way gives the
/// definition's record or none.
#[test]
fn items_without_a_value_are_read_as_the_definition_reads_them() {
    for style in [Style::Fixed, Style::Comma, Style::Pipe, Style::FixedPadded] {
        let items = [
            Item::new("point", ItemKind::Number, 10, Slot::Point(CHECK)),
            Item::new("unused", ItemKind::Number, 4, Slot::Unused),
            Item::new("flag", ItemKind::Text, 1, Slot::Flag),
            Item::new("checked", ItemKind::Number, 2, Slot::Checked),
            Item::new("date", ItemKind::Digits, 8, Slot::Date),
        ];
        let spec = LineSpec::new("AAA", LineKind::Record, "AAA".into(), items.to_vec().into());
        let table = table(style, vec![spec]);
        let line: &[u8] = match style {
            Style::Fixed | Style::FixedPadded => b"AAA12345678101234A0720211105",
            Style::Comma => b"\"AAA\",1234567810,1234,\"A\",07,20211105",
            Style::Pipe => b"AAA|1234567810|1234|A|07|20211105|",
        };
        let values = Values { point: 1_234_567_810, flag: b'A', date: 20_211_105, ..Values::NONE };
        assert_eq!(read_canonical::<AnyFlow>(line, &*table), Some(AnyRecord(values)), "{style:?}");
        every_byte(line, &table);
    }
}

/// Items of each kind that are carried, good and bad ones.
#[test]
fn carried_items_are_read_by_their_kinds() {
    let table = |style, flag| {
        let mut items = items(style, [false; 5], [10, 0, 0, 0], true);
        items.extend([
            Item::new("note", ItemKind::Text, 3, Slot::Extra),
            Item::new("letter", ItemKind::Flag, flag, Slot::Checked),
            Item::new("day", ItemKind::Date, 8, Slot::Checked),
        ]);
        let spec = LineSpec::new("AAA", LineKind::Record, "AAA".into(), items.into());
        table(style, vec![spec])
    };
    let record = AnyRecord(Values { point: 1_234_567_810, ..one().0 });
    // a letter has room for two
    let (pipe, padded) = (table(Style::Pipe, 2), table(Style::FixedPadded, 1));
    let (empty, bad) = (ErrorKind::EmptyItem, ErrorKind::NotANumber);
    for (table, line, fault) in [
        (&pipe, "AAA|1234567810|A|20211105|a c|I|20240229|", None),
        (&pipe, "AAA|1234567810|A|20211105||I|20240229|", Some((empty, "note", 26, 0))),
        (&pipe, "AAA|1234567810|A|20211105|a c||20240229|", Some((empty, "letter", 30, 0))),
        (&pipe, "AAA|1234567810|A|20211105|a c|Z|20240229|", Some((bad, "letter", 30, 1))),
        (&pipe, "AAA|1234567810|A|20211105|a c|AI|20240229|", Some((bad, "letter", 30, 2))),
        (&pipe, "AAA|1234567810|A|20211105|a c|I|20230229|", Some((bad, "day", 32, 8))),
        (&pipe, "AAA|1234567810|A|20211105|a c|I|2024022|", Some((bad, "day", 32, 7))),
        (&padded, "AAA1234567810A20211105ab I20240229", None),
        (&padded, "AAA1234567810A20211105   I20240229", Some((empty, "note", 22, 3))),
        (&padded, "AAA1234567810A20211105ab  20240229", Some((empty, "letter", 25, 1))),
        (&padded, "AAA1234567810A20211105ab Z20240229", Some((bad, "letter", 25, 1))),
        (&padded, "AAA1234567810A20211105ab I20230229", Some((bad, "day", 26, 8))),
    ] {
        let fast = read_canonical::<AnyFlow>(line.as_bytes(), &**table);
        assert_eq!(fast, fault.is_none().then_some(record), "{line}");
        let slow = read_line::<AnyFlow>(line.as_bytes(), &**table);
        let found = slow.err().map(|it| (it.kind, it.field.unwrap(), it.start, it.length));
        assert_eq!(found, fault, "{line}");
        every_byte(line.as_bytes(), table);
    }
}

/// With each byte of a line another, the fast way gives the definition's record or none.
fn every_byte(line: &[u8], table: &Table<AnyFlow>) {
    for (at, byte) in (0..line.len()).flat_map(|at| (0..=255).map(move |byte| (at, byte))) {
        let mut changed = line.to_vec();
        changed[at] = byte;
        let fast = read_canonical::<AnyFlow>(&changed, table);
        let slow = RawLine::cut(&changed, table).and_then(|raw| AnyRecord::try_from(&raw));
        assert!(fast.is_none() || fast == slow.ok(), "{}", changed.escape_ascii());
    }
}

/// A carried item has a row decoder only if the bytes alone tell its values, and a template only if
/// it may be empty. Many records are read and written as one by one.
#[test]
fn carried_items_are_read_and_written_many_at_a_time() {
    let text = Item::new("carried", ItemKind::Text, 4, Slot::Extra);
    let number = Item::new("carried", ItemKind::Number, 4, Slot::Checked);
    let letter = Item::new("carried", ItemKind::Flag, 1, Slot::Checked);
    for (item, decoders, good, bad) in [
        (text, 0, ["a b ", "9999"], "    "),
        (text.optional(), 2, ["a b ", "    "], "a\tb "),
        (Item { kind: ItemKind::Number, ..text }, 2, ["0012", "9999"], "    "),
        (number, 2, ["0012", "9999"], "0x12"),
        (letter, 0, ["I", "A"], "Z"),
    ] {
        let mut items = items(Style::FixedPadded, [false; 5], [10, 0, 0, 0], true);
        items.push(item);
        let spec = LineSpec::new("AAA", LineKind::Record, "AAA".into(), items.into());
        let table = table(Style::FixedPadded, vec![spec]);
        let how = Decoding { backend: Backend::Portable, check_digits: false };
        assert_eq!(LineDecoder::<AnyFlow>::all(&*table, how).len(), decoders, "{item:?}");

        let line = |carried: &str| format!("AAA0000000007A20211105{carried}\n");
        let lines = good.map(line).concat().repeat(40);
        let file = [&lines[..], &line(bad), &lines].concat();
        let (mut rows, mut batch) = (reader(&table, file.as_bytes()), Batch::with_capacity(50));
        let (mut seen, mut errors) = (Vec::new(), Vec::new());
        while rows.read_batch(&mut batch).unwrap() {
            seen.extend(batch.records());
            errors.extend(batch.errors().iter().map(|it| (it.field(), it.position().line)));
        }
        assert_eq!((seen, errors), (vec![one(); 160], vec![(Some("carried"), 81)]), "{item:?}");

        let options = AnyOptions::new(table);
        let written = written(&options, |writer| {
            for written in [writer.write(one()), writer.write_all([one(); 3])] {
                let error = written.err().map(|it| (it.kind(), it.field(), it.position().offset));
                let refused = (ErrorKind::EmptyItem, Some("carried"), 0);
                assert_eq!(error, item.mandatory.then_some(refused));
            }
            writer.write_with(one(), [good[0].as_bytes()]).unwrap();
        });
        let empty = if item.mandatory { String::new() } else { line("    ").repeat(4) };
        assert_eq!(String::from_utf8(written).unwrap(), empty + &line(good[0]));
    }
}

/// A record of the fewest items.
fn record() -> LineSpec<AnyFlow> {
    let items = items(Style::Pipe, [false; 5], [10, 0, 0, 0], true);
    LineSpec::new("AAA", LineKind::Record, "AAA".into(), items.into())
}

/// A table of records below a group.
fn grouped() -> Arc<Table<AnyFlow>> {
    let record = record().below(Some("GRP"), 2);
    table(Style::Pipe, vec![record, line_of_text("GRP", LineKind::Group)])
}

fn one() -> AnyRecord {
    AnyRecord(Values { point: 7, flag: b'A', date: 20_211_105, ..Values::NONE })
}

/// A group is written once, before the first record; without one no record has its place.
#[test]
fn a_group_is_written_where_the_options_have_one() {
    let opening = Some(text("group"));
    let file = written(&AnyOptions { opening, ..AnyOptions::new(grouped()) }, |writer| {
        writer.write(one()).unwrap();
        writer.write_all([one(), one()]).unwrap();
        writer.write_with(one(), []).unwrap();
    });
    let lines = "AAA|7|A|20211105|\n".repeat(4);
    assert_eq!(String::from_utf8(file).unwrap(), format!("GRP|group|\n{lines}"));
    let file = written(&AnyOptions::new(grouped()), |writer| {
        for written in
            [writer.write(one()), writer.write_all([one()]), writer.write_with(one(), [])]
        {
            assert_eq!(written.unwrap_err().kind(), ErrorKind::UnexpectedRecord);
        }
    });
    assert!(file.is_empty());
}

/// A group that every file has is written at the end too, where the options have one.
#[test]
fn a_file_is_not_finished_without_its_groups() {
    let group = line_of_text("GRP", LineKind::Group).times(Cardinality { least: 1, most: None });
    let record = record().below(Some("GRP"), 2);
    let table = table(Style::Pipe, vec![record, group]);
    for (opening, body) in [(Some(text("g")), "GRP|g|\n"), (None, "")] {
        let header = Some(text("header"));
        let options = AnyOptions { header, opening, ..AnyOptions::new(table.clone()) };
        let finished = Writer::<AnyFlow, _>::with_options(Vec::new(), options).finish();
        let body = format!("HEA|header|\n{body}");
        match finished.map_err(flagflow_codec::FinishError::into_parts) {
            Ok(file) => {
                assert!(opening.is_some());
                assert_eq!(String::from_utf8(file).unwrap(), body + "TRA|0|\n");
            }
            Err((error, file)) => {
                assert!(opening.is_none());
                let kind = too_few("GRP");
                assert_eq!((error.kind(), file), (kind, body.clone().into_bytes()));
                let (line, offset) = (error.position().line, error.position().offset);
                assert_eq!((line, offset), (2, body.len() as u64));
            }
        }
    }
}

fn too_few(code: &str) -> ErrorKind {
    ErrorKind::TooFewLines { code: LineCode::new(code), least: 1, found: 0 }
}

fn too_many(code: &str, most: u32) -> ErrorKind {
    ErrorKind::TooManyLines { code: LineCode::new(code), most }
}

/// Records in the file itself have their place before and behind a group.
#[test]
fn records_are_written_beside_a_group() {
    let group = line_of_text("GRP", LineKind::Group).times(Cardinality::OPTIONAL);
    let options = AnyOptions::new(table(Style::Pipe, vec![record(), group]));
    let line = "AAA|7|A|20211105|\n";
    let file = written(&options, |writer| {
        writer.write(one()).unwrap();
        writer.write_opening(text("g"), []).unwrap();
        writer.write_all([one(); 2]).unwrap();
        let error = writer.write_opening(text("g"), []).unwrap_err();
        assert_eq!(error.kind(), too_many("GRP", 1));
        assert_eq!((error.position().line, error.position().offset), (5, 3 * 18 + 7));
        writer.write(one()).unwrap();
    });
    let expected = [line, "GRP|g|\n", line, line, line].concat();
    assert_eq!(String::from_utf8(file).unwrap(), expected);
}

/// A record with too few or too many reasons is not written at all, and a file does not end with
/// one.
#[test]
fn records_have_as_many_reasons_as_the_table_says() {
    let reason = line_of_text("WHY", LineKind::Reason).below(Some("AAA"), 2);
    let reason = reason.times(Cardinality { least: 1, most: Some(2) });
    let table = table(Style::Pipe, vec![record(), reason]);
    let mut writer = Writer::<AnyFlow, _>::with_options(Vec::new(), AnyOptions::new(table.clone()));
    let [a, b] = ["a", "b"].map(text);
    let mut written = String::new();
    for (reasons, lines) in [
        (&[a][..], "AAA|7|A|20211105|\nWHY|a|\n"),
        (&[a, b], "AAA|7|A|20211105|\nWHY|a|\nWHY|b|\n"),
    ] {
        for (wrong, kind) in [(&[][..], too_few("WHY")), (&[a, b, a], too_many("WHY", 2))] {
            let error = writer.write_with_reasons(one(), [], wrong).unwrap_err();
            assert_eq!((error.kind(), error.is_recoverable()), (kind, true));
            let (position, number) = (error.position(), writer.record_count() + 1);
            assert_eq!((position.offset, position.record), (written.len() as u64, Some(number)));
            assert_eq!(writer.inner(), written.as_bytes());
        }
        writer.write_with_reasons(one(), [], reasons).unwrap();
        written.push_str(lines);
    }
    let mut reader = reader(&table, written.as_bytes());
    for reasons in [&[a][..], &[a, b]] {
        assert_eq!(reader.read().unwrap(), Some(one()));
        assert_eq!(reader.reasons(), reasons);
    }
    assert_eq!(reader.read().unwrap(), None);

    writer.write(one()).unwrap();
    written.push_str("AAA|7|A|20211105|\n");
    let (error, file) = writer.finish().unwrap_err().into_parts();
    assert_eq!((error.kind(), error.position().line), (too_few("WHY"), 7));
    assert_eq!(String::from_utf8(file).unwrap(), written);
}

/// A party that is not four digits or letters is left to the definition, alone and among others.
#[test]
fn a_party_of_any_text_is_written_whole() {
    for (style, party, line) in [
        (Style::Pipe, b"a \0\0", "AAA|7|A|20211105|a |\n"),
        (Style::Pipe, b"a b ", "AAA|7|A|20211105|a b |\n"),
        (Style::FixedPadded, b"a \0\0", "AAA0000000007A20211105a   \n"),
        (Style::FixedPadded, b"M0\0\0", "AAA0000000007A20211105M0  \n"),
        (Style::FixedPadded, b"M0Z:", "AAA0000000007A20211105M0Z:\n"),
    ] {
        let items = items(style, [false, false, true, false, false], [10, 0, 4, 0], true);
        let spec = LineSpec::new("AAA", LineKind::Record, "AAA".into(), items.into());
        let options = AnyOptions::new(table(style, vec![spec]));
        let record = AnyRecord(Values { party: *party, ..one().0 });
        let plain = AnyRecord(Values { party: *b"MRCY", ..one().0 });
        let file = written(&options, |writer| {
            writer.write(record).unwrap();
            writer.write_all([record; 70]).unwrap();
            writer.write_all([plain, record, plain]).unwrap();
        });
        let own = match style {
            Style::Pipe => "AAA|7|A|20211105|MRCY|\n",
            _ => "AAA0000000007A20211105MRCY\n",
        };
        let expected = [&line.repeat(71), own, line, own].concat();
        assert_eq!(String::from_utf8(file).unwrap(), expected);
    }
}

/// A record with a party has no line in a table without one, and leaves nothing behind.
#[test]
fn a_party_without_an_item_is_refused() {
    let record = AnyRecord(Values { party: *b"MRCY", ..one().0 });
    let file = written(&AnyOptions::new(grouped()), |writer| {
        for written in
            [writer.write(record), writer.write_all([record]), writer.write_with(record, [])]
        {
            let error = written.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotWritable);
            assert!(error.is_recoverable());
        }
    });
    assert!(file.is_empty());
}

/// The trailer of the test's flow has two digits: with more records the file is not finished.
#[test]
fn a_file_is_not_finished_without_its_trailer() {
    for (records, trailer) in [(0, Some("0")), (99, Some("99")), (100, None)] {
        let (header, opening) = (Some(text("header")), Some(text("g")));
        let options = AnyOptions { header, opening, ..AnyOptions::new(grouped()) };
        let mut writer = Writer::<AnyFlow, _>::with_options(Vec::new(), options);
        writer.write_all(std::iter::repeat_n(one(), records)).unwrap();
        let group = if records > 0 { "GRP|g|\n" } else { "" };
        let body = format!("HEA|header|\n{group}{}", "AAA|7|A|20211105|\n".repeat(records));
        match (writer.finish(), trailer) {
            (Ok(file), Some(count)) => {
                assert_eq!(String::from_utf8(file).unwrap(), format!("{body}TRA|{count}|\n"));
            }
            (Err(error), None) => {
                assert!(error.to_string().contains("text does not fit its field"), "{error}");
                let (error, file) = error.into_parts();
                assert_eq!((error.kind(), file), (ErrorKind::Io, body.into_bytes()));
            }
            (finished, _) => panic!("{records} records: {finished:?}"),
        }
    }
}

/// Short lines in which an item is too far behind, or on the other side of the meter point.
#[test]
fn short_lines_have_their_items_in_their_places() {
    let (flag, date) = (
        Item::new("flag", ItemKind::Text, 1, Slot::Flag),
        Item::new("date", ItemKind::Digits, 8, Slot::Date),
    );
    let outcome = Item::new("outcome", ItemKind::Text, 2, Slot::Outcome);
    let point = Item::new("point", ItemKind::Number, 10, Slot::Point(CHECK));
    let extra = Item::new("extra", ItemKind::Text, 20, Slot::Extra).optional();
    for (style, items, has_outcome, line) in [
        (Style::Pipe, vec![point, flag, outcome, date], true, "A|7|A|AC|20211105|\n"),
        (
            Style::Fixed,
            vec![flag, date, extra, extra, point],
            false,
            "AA20211105                                        0000000007\n",
        ),
    ] {
        let spec = LineSpec::new("A", LineKind::Record, "A".into(), items.into());
        let table = table(style, vec![spec]);
        let outcome = if has_outcome { b'A' } else { 0 };
        let record = AnyRecord(Values { outcome, ..one().0 });
        let options = AnyOptions::new(table);
        let file = written(&options, |writer| {
            writer.write(record).unwrap();
            writer.write_all([record; 70]).unwrap();
        });
        assert_eq!(String::from_utf8(file).unwrap(), line.repeat(71));
    }
}

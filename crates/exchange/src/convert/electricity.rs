//! Conversions of electricity records, by a profile.
//!
//! The values of a row or an object are joined to a zhv line, which the codec reads, so the
//! definition of an item is the same for every format.

use std::borrow::Cow;
use std::sync::Arc;

use flagflow_codec::{Content, ErrorKind, LineSpec, Names};
use flagflow_domain::{EffectiveDate, ServiceFlag};
use flagflow_electricity::{
    Electricity, Fault, Field, Flow, Format, Header, Instruction, ItemKind, Layout, LineKind,
    LineTag, Opening, Profile, RawRecord, ReaderOptions, ReasonCode, Timestamp, Trailer,
    WriterOptions, read_canonical, read_instruction,
};
use flagflow_frame::{Line, LineEnd};

use flagflow_files::Result;

use super::flow::{BadValue, ConvertFlow, Extras, NamedLines, Objection, Omission, Texts};
use super::options::{ConvertOptions, RecordFormat};
use super::reason::ConvertReason;

/// Items by which a table of electricity is recognised, and an object or a row is a record.
const TELLING: [Field; 4] = [
    Electricity::POINT,
    Field::InstructionNumber,
    Field::IncomingInstructionNumber,
    Field::AnsweredFileIdentifier,
];

/// Returns true if a normal name is that of a column that only electricity has.
pub(super) fn is_column(name: &str) -> bool {
    TELLING.iter().any(|field| field.name() == name)
}

impl ConvertFlow for Electricity {
    type Named = Assembly;

    const KIND: Option<Field> = None;
    const ALIASES: &'static [(&'static str, Field)] =
        &[("meter_point", Self::POINT), ("effective_from", Self::DAY)];
    const OLD_NAMES: &'static [(&'static str, &'static str)] =
        &[("reason_code", "rejection_reason_code")];

    fn reading(
        from: RecordFormat,
        first_line: &[u8],
        names: &[String],
        options: &ConvertOptions,
    ) -> (Format, ReaderOptions) {
        let given = options.profile.as_ref();
        match from {
            RecordFormat::Csv | RecordFormat::Jsonl => {
                let profile = named_profile(first_line, names, given);
                (Format::new(profile, Layout::Zhv), ReaderOptions::new())
            }
            _ => reading(first_line, layout_of(from), given),
        }
    }

    fn writing(format: &Format, to: RecordFormat) -> Format {
        Format::new(format.profile().clone(), layout_of(to))
    }

    fn writer_options(writer: WriterOptions, options: &ConvertOptions) -> WriterOptions {
        options.user_file.completed.into_iter().fold(writer, WriterOptions::completed)
    }

    fn canonical(line: &[u8], format: &Format) -> Option<Instruction> {
        read_canonical(line, format.layout(), format.profile())
    }

    fn flag(record: &Instruction) -> Option<ServiceFlag> {
        record.flag()
    }

    fn with_flag(record: Instruction, flag: ServiceFlag) -> Instruction {
        match record {
            Instruction::D0350(update) => update.with_flag(flag).into(),
            Instruction::D0351(rejection) => rejection.with_flag(flag).into(),
            Instruction::D0172(_) => record,
        }
    }

    fn kind_name<'l>(format: &Format, line: &'l LineSpec<Self>) -> Cow<'l, str> {
        Cow::Borrowed(match (line.tag(), format.flow()) {
            (LineTag::Header, _) => "header",
            (LineTag::Group, _) => "group",
            (LineTag::Further(_), _) => return Cow::Owned(format!("group {}", line.code())),
            (LineTag::Record, Flow::D0350) => "update",
            (LineTag::Record, Flow::D0351) => "rejection",
            (LineTag::Record, Flow::D0172) => "confirmation",
            (LineTag::Reason, _) => "reason",
            (LineTag::Trailer, _) => "trailer",
        })
    }

    fn unnamed<'t>(text: impl Texts<'t, Field>) -> Option<LineTag> {
        TELLING.iter().find_map(|field| text(*field)).map(|_| LineTag::Record)
    }

    /// The records are numbered, the groups of a table are all the first, and a supplier may be
    /// given for all updates.
    fn left_out(format: &Format, field: Field, omission: Omission) -> Option<Vec<u8>> {
        let Omission { number, is_table, supplier } = omission;
        match field {
            Field::InstructionNumber => Some(number.to_string().into_bytes()),
            Field::FileSequenceNumber if is_table => Some(b"1".to_vec()),
            Field::SupplierId if format.flow() == Flow::D0350 => {
                supplier.map(|supplier| supplier.as_bytes().to_vec())
            }
            _ => None,
        }
    }

    fn warning(record: &Instruction) -> Option<&'static str> {
        let mpan = record.mpan_core()?;
        (!mpan.has_valid_check_digit()).then_some("mpan-check-digit")
    }

    fn has_values(options: &ConvertOptions) -> bool {
        !options.user_file.is_empty()
    }

    fn header(format: &Format, options: &ConvertOptions, below: Option<&Header>) -> Result<Header> {
        options.user_file.header(format.profile(), below)
    }

    fn further<'c>(content: &'c Content<'_, Self>) -> &'c [u8] {
        match content {
            Content::Header(header) => header.surplus(),
            Content::Trailer(trailer) => trailer.surplus(),
            _ => b"",
        }
    }

    fn fit_header(header: Header, format: &Format, to: RecordFormat) -> (Header, Objection<Self>) {
        let objection = additional(LineKind::Header, header.surplus(), format, to);
        (if objection.is_some() { header.without_surplus() } else { header }, objection)
    }

    fn fit_trailer(
        trailer: Trailer,
        format: &Format,
        options: &ConvertOptions,
    ) -> (Trailer, Objection<Self>) {
        let objection = additional(LineKind::Trailer, trailer.surplus(), format, options.to);
        let trailer = if objection.is_some() { trailer.without_surplus() } else { trailer };
        (options.user_file.completed.into_iter().fold(trailer, Trailer::with_completed), objection)
    }
}

fn layout_of(format: RecordFormat) -> Layout {
    if format == RecordFormat::Zhf { Layout::Zhf } else { Layout::Zhv }
}

/// Returns the objection to additional items of a header or a trailer, after its last named item,
/// that cannot be written.
fn additional(
    kind: LineKind,
    surplus: &[u8],
    format: &Format,
    to: RecordFormat,
) -> Objection<Electricity> {
    let fits = match to {
        RecordFormat::Jsonl => surplus.is_ascii(),
        RecordFormat::Zhf => surplus.is_empty(),
        _ => true,
    };
    let named = format.profile().items(kind);
    let count = surplus.iter().filter(|byte| **byte == b'|').count();
    let reason = ConvertReason::AdditionalItems { first: named.len() + 1, count };
    named.last().filter(|_| !fits).map(|last| (Some(last.field), reason))
}

/// Returns the profile of a file of lines, and how it is read.
fn reading(
    first_line: &[u8],
    layout: Layout,
    given: Option<&Arc<Profile>>,
) -> (Format, ReaderOptions) {
    let mut reader = reader_options(given).layout(layout);
    if let Some(given) = given.filter(|_| Layout::recognise(first_line) != Some(layout)) {
        reader = reader.flow(given.flow());
    }
    let (length, end) = (first_line.len() as u64, LineEnd::None);
    let line = Line { bytes: first_line, length, oversize: false, end, offset: 0, number: 1 };
    let recognised = reader.recognise(&line).map(|(_, profile)| profile);
    let profile = recognised.unwrap_or_else(|_| Profile::builtin(Flow::D0350));
    (Format::new(profile, layout), reader)
}

/// Reads files of a profile's flow by it.
pub(crate) fn reader_options(given: Option<&Arc<Profile>>) -> ReaderOptions {
    given.map_or_else(ReaderOptions::new, |given| ReaderOptions::new().profile(given.clone()))
}

/// Returns the profile of a table or of a file of objects: of the flow in the first object, else
/// the given one, else by the names of the columns or keys.
fn named_profile(
    first_line: &[u8],
    names: &[String],
    given: Option<&Arc<Profile>>,
) -> Arc<Profile> {
    let header: Option<FlowOf> = serde_json::from_slice(first_line).ok();
    let named = header.and_then(|header| header.flow_and_version);
    let has = |field: Field| names.iter().any(|name| name == field.name());
    let by_names = || match () {
        () if has(Field::IncomingInstructionNumber) || has(Field::RejectionReasonCode) => {
            Flow::D0351
        }
        () if has(Field::AnsweredFileIdentifier) => Flow::D0172,
        () => Flow::D0350,
    };
    let flow = match (named, given) {
        (Some(named), _) => Flow::of_header(named.as_bytes()).unwrap_or(Flow::D0350),
        (None, Some(given)) => given.flow(),
        (None, None) => by_names(),
    };
    let given = given.filter(|given| given.flow() == flow);
    given.cloned().unwrap_or_else(|| Profile::builtin(flow))
}

/// Flow named by a header.
#[derive(serde::Deserialize)]
struct FlowOf {
    flow_and_version: Option<String>,
}

/// Joins lines, reusing one buffer.
pub(super) struct Assembly {
    profile: Arc<Profile>,
    line: Vec<u8>,
}

impl Assembly {
    /// Joins the texts of a line's items. A missing instruction type is the profile's, and a
    /// missing item that only the profile names is empty.
    fn join<'t>(
        &mut self,
        kind: LineTag,
        text: impl Texts<'t, Field>,
    ) -> Result<(), BadValue<Field>> {
        let Self { line, profile } = self;
        line.clear();
        line.extend_from_slice(profile.code(kind, Layout::Zhv).as_bytes());
        for spec in profile.items(kind) {
            line.push(b'|');
            match text(spec.field) {
                Some(text) if text.iter().any(|byte| b"|\r\n".contains(byte)) => {
                    return Err(BadValue { field: Some(spec.field), ..UNWRITABLE });
                }
                Some(text) => line.extend_from_slice(&plain(&text, spec.kind)),
                None if spec.field == Field::InstructionType => {
                    line.extend_from_slice(profile.instruction_type().as_bytes());
                }
                None if !spec.mandatory || profile.is_extra(kind, spec.field) => {}
                None => return Err(BadValue::new(spec.field, ConvertReason::MissingValue)),
            }
        }
        line.push(b'|');
        Ok(())
    }

    /// Reads a header or a trailer, with its further items.
    fn envelope<'t, T>(
        &mut self,
        kind: LineTag,
        text: impl Texts<'t, Field>,
        further: &[u8],
    ) -> Result<T, BadValue<Field>>
    where
        T: for<'a, 'b> TryFrom<&'a RawRecord<'b>, Error = Fault>,
    {
        self.join(kind, text)?;
        if further.iter().any(|byte| b"\r\n".contains(byte)) {
            return Err(UNWRITABLE);
        }
        self.line.extend_from_slice(further);
        self.read()
    }

    /// Reads the last line.
    fn read<T>(&self) -> Result<T, BadValue<Field>>
    where
        T: for<'a, 'b> TryFrom<&'a RawRecord<'b>, Error = Fault>,
    {
        RawRecord::cut(&self.line, self.profile.table(Layout::Zhv))
            .and_then(|raw| T::try_from(&raw))
            .map_err(|fault| self.bad(fault))
    }

    /// Converts the fault of the last line into one of its item.
    fn bad(&self, fault: Fault) -> BadValue<Field> {
        let raw = RawRecord::cut(&self.line, self.profile.table(Layout::Zhv)).ok();
        let item = fault.field.and_then(|field| raw?.item_of(field));
        let start = item.map_or(0, |item| fault.start.saturating_sub(item.start()));
        BadValue { field: fault.field, reason: ConvertReason::Codec(fault.kind), start }
    }

    fn extras(&self, kind: LineTag) -> Extras {
        let profile = &self.profile;
        if !profile.items(kind).iter().any(|spec| profile.is_extra(kind, spec.field)) {
            return Extras::default();
        }
        let raw = RawRecord::cut(&self.line, profile.table(Layout::Zhv));
        Extras::of(raw.iter().flat_map(RawRecord::extras))
    }
}

/// Text that a zhv line cannot hold.
const UNWRITABLE: BadValue<Field> = BadValue::whole(ConvertReason::Codec(ErrorKind::NotWritable));

impl NamedLines<Electricity> for Assembly {
    fn new(format: &Format) -> Self {
        Self { profile: format.profile().clone(), line: Vec::new() }
    }

    fn record<'t>(
        &mut self,
        _: LineTag,
        _: bool,
        text: impl Texts<'t, Field>,
    ) -> Result<(Instruction, Extras), BadValue<Field>> {
        self.join(LineTag::Record, text)?;
        let record = read_instruction(&self.line, Layout::Zhv, &self.profile);
        Ok((record.map_err(|fault| self.bad(fault))?, self.extras(LineTag::Record)))
    }

    fn group<'t>(
        &mut self,
        tag: LineTag,
        text: impl Texts<'t, Field>,
    ) -> Result<(Opening, Extras), BadValue<Field>> {
        self.join(tag, text)?;
        Ok((self.read()?, self.extras(tag)))
    }

    fn reason(&mut self, text: &[u8]) -> Result<ReasonCode, BadValue<Field>> {
        self.join(LineTag::Reason, |_| Some(Cow::Borrowed(text)))?;
        self.read()
    }

    fn header<'t>(
        &mut self,
        text: impl Texts<'t, Field>,
        further: &[u8],
    ) -> Result<Header, BadValue<Field>> {
        let header: Header = self.envelope(LineTag::Header, text, further)?;
        if self.profile.is_flow_and_version(header.flow_and_version().as_bytes()) {
            return Ok(header);
        }
        let reason = ConvertReason::Codec(ErrorKind::FlowVersion);
        Err(BadValue::new(Field::FlowAndVersion, reason))
    }

    fn trailer<'t>(
        &mut self,
        text: impl Texts<'t, Field>,
        further: &[u8],
    ) -> Result<Trailer, BadValue<Field>> {
        self.envelope(LineTag::Trailer, text, further)
    }
}

/// Returns a date or a time as the flow writes it, where it is written as people do.
fn plain(text: &[u8], kind: ItemKind) -> Cow<'_, [u8]> {
    let spelt = || std::str::from_utf8(text).ok().filter(|text| text.contains('-'));
    let flow = match kind {
        ItemKind::Date => {
            spelt().and_then(|text| text.parse::<EffectiveDate>().ok()).map(|day| day.to_string())
        }
        ItemKind::Timestamp => {
            spelt().and_then(|text| text.parse::<Timestamp>().ok()).map(|time| time.to_string())
        }
        _ => None,
    };
    flow.map_or(Cow::Borrowed(text), |text| Cow::Owned(text.into_bytes()))
}

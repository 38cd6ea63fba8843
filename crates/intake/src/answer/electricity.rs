//! The D0351 rejections of D0350 updates.

use std::io::{self, Write};
use std::sync::Arc;

use flagflow_check::{Layout, RuleFlags, RuleId};
use flagflow_domain::{EffectiveDate, MpanCore};
use flagflow_electricity::{
    D0351, ErrorKind as ElectricKind, Field, Header, LineTag, OutOfRange, Profile, RawRecord,
    ReasonCode, Timestamp, Writer, WriterOptions,
};
use flagflow_frame::LineEnd;

use super::options::AnswerOptions;
use super::reasons::{AnswerRefusal, Codes};
use super::ruling::Ruling;
use flagflow_files::{Error, ErrorKind, Result, UserFileValues};

fn out_of_range(error: OutOfRange<Field>) -> Error {
    Error::new(ErrorKind::Options, format!("header: {error}"))
}

/// Values that are needed before the first record is read.
pub(super) struct AnswerPlan {
    /// The layout of the updates, and of the answer.
    of_updates: flagflow_electricity::Layout,
    layout: flagflow_electricity::Layout,
    line_end: LineEnd,
    codes: Codes<ReasonCode>,
    /// The header of the updates, and whether there was a line of one.
    updates: Option<Header>,
    has_header: bool,
}

impl AnswerPlan {
    pub(super) fn new(
        options: &AnswerOptions,
        layout: flagflow_electricity::Layout,
        line_end: LineEnd,
    ) -> Result<Self> {
        if !options.header.is_empty() {
            let what = "the header values of a gas file are given, and the file is electricity";
            return Err(Error::new(ErrorKind::Options, what));
        }
        Ok(Self {
            of_updates: layout,
            layout: chosen_layout(options, layout)?,
            line_end: options.line_end.choose(line_end),
            codes: codes(options)?,
            updates: None,
            has_header: false,
        })
    }

    /// Uses the updates' header.
    pub(super) fn take_header(&mut self, line: &[u8], profile: &Profile) {
        self.has_header = true;
        let raw = RawRecord::cut(line, profile.table(self.of_updates)).ok();
        self.updates = raw.and_then(|raw| Header::try_from(&raw).ok());
    }

    fn has_envelope(&self, options: &AnswerOptions) -> bool {
        let given = !options.user_file.is_empty();
        options.envelope.unwrap_or(self.has_header || given)
    }

    fn header(&self, values: &UserFileValues, profile: &Profile) -> Result<Header> {
        let below = self.updates.as_ref().map(UserFileValues::of_answer).unwrap_or_default();
        values.clone().or(below).header(profile, None)
    }

    pub(super) fn begin<W: Write>(
        self,
        output: W,
        options: &AnswerOptions,
    ) -> Result<Rejections<W>> {
        let profile = Arc::clone(&options.check.d0351);
        let values = &options.user_file;
        let has_envelope = self.has_envelope(options);
        if !has_envelope && !values.is_empty() {
            let what = "header values are given for an answer without a header";
            return Err(Error::new(ErrorKind::Options, what));
        }
        let header = match has_envelope {
            true => Some(self.header(values, &profile)?),
            false => None,
        };
        let mut file = WriterOptions::new(profile).layout(self.layout).line_end(self.line_end);
        if let Some(header) = header {
            let completed = values.completed.unwrap_or(header.created());
            file = file.envelope(header).completed(completed);
        }
        let received = self.updates.as_ref().map(Header::day);
        let received = received.or(values.created.map(Timestamp::date));
        Ok(Rejections { writer: file.writer(output), codes: self.codes, has_envelope, received })
    }
}

fn chosen_layout(
    options: &AnswerOptions,
    own: flagflow_electricity::Layout,
) -> Result<flagflow_electricity::Layout> {
    match options.layout {
        None => Ok(own),
        Some(Layout::Zhv) => Ok(flagflow_electricity::Layout::Zhv),
        Some(Layout::Zhf) => Ok(flagflow_electricity::Layout::Zhf),
        Some(other) => {
            let what = format!("the answer to an electricity file cannot be in layout {other}");
            Err(Error::new(ErrorKind::Options, what))
        }
    }
}

/// Returns the codes: one for everything that may refuse an update, as a rejection cannot be
/// without.
fn codes(options: &AnswerOptions) -> Result<Codes<ReasonCode>> {
    let Some(reasons) = &options.reasons else {
        let what = "a rejection has a reason code: a table of them is needed (reasons)";
        return Err(Error::new(ErrorKind::Options, what));
    };
    let items = options.check.d0351.items(LineTag::Reason);
    let item = items.iter().find(|item| item.field == Field::RejectionReasonCode);
    let most = item.map_or(0, |item| item.length);
    let fits = |code: &ReasonCode| code.as_str().len() <= most;
    let expected = format!("1 to {most} ASCII characters without a pipe");
    let codes = Codes::of(reasons, &expected, |code| code.parse().ok().filter(fits))?;
    let absent: Vec<String> = possible_refusals(options)
        .filter(|refusal| codes.of_refusal(*refusal).is_none())
        .map(|refusal| refusal.to_string())
        .collect();
    match absent.is_empty() {
        true => Ok(codes),
        false => Err(no_code(&absent.join(", "))),
    }
}

fn no_code(absent: &str) -> Error {
    let what = format!("reasons: no code for {absent}, and no default");
    Error::new(ErrorKind::Options, what)
}

/// Rules that a record can break although its instruction number and MPAN core can be read.
const BROKEN_BY_UPDATES: [RuleId; 17] = [
    RuleId::MixedLineEnds,
    RuleId::MissingTerminator,
    RuleId::UnexpectedRecord,
    RuleId::MissingTrailingBar,
    RuleId::TrailingBlanks,
    RuleId::NonAscii,
    RuleId::ItemTooLong,
    RuleId::UnknownFlag,
    RuleId::InvalidDate,
    RuleId::InstructionType,
    RuleId::MpanCheckDigit,
    RuleId::UnknownDistributor,
    RuleId::FlagNotInEdition,
    RuleId::FutureEffectiveDate,
    RuleId::InstructionNumber,
    RuleId::DuplicateMeterPoint,
    RuleId::ConflictingUpdate,
];

fn possible_refusals(options: &AnswerOptions) -> impl Iterator<Item = AnswerRefusal> {
    let refusing: RuleFlags = super::ruling::refusing(options);
    let rules = BROKEN_BY_UPDATES.into_iter().filter(move |rule| refusing.contains(*rule));
    let unknown = options.known.is_some().then_some(AnswerRefusal::UnknownMeterPoint);
    rules.map(AnswerRefusal::Rule).chain(unknown)
}

/// A file of rejections in the making.
pub(super) struct Rejections<W> {
    writer: Writer<W>,
    codes: Codes<ReasonCode>,
    pub(super) has_envelope: bool,
    /// The day on which the updates were received: that of their header.
    received: Option<EffectiveDate>,
}

impl<W: Write> Rejections<W> {
    /// Writes the rejection of a refused update, with the code of its first reason.
    pub(super) fn write(&mut self, number: u64, mpan: MpanCore, ruling: &Ruling) -> Result<()> {
        let Some(first) = ruling.refusals().next() else { return Ok(()) };
        let reason = self.codes.of_refusal(first).ok_or_else(|| no_code(&first.to_string()))?;
        let received = self.received.ok_or_else(|| {
            let what = "the day on which the updates were received is not known";
            Error::new(ErrorKind::Options, what)
        })?;
        let own = self.writer.record_count() + 1;
        let rejection = D0351::new(own, number, received).map_err(out_of_range)?;
        let rejection = rejection.with_mpan_core(mpan);
        self.writer.write_with_reasons(rejection, [], &[reason]).map_err(unwritten)
    }

    /// Ends the file. A D0351 has at least one rejection, so there is none without.
    pub(super) fn finish(self) -> Result<()> {
        if self.writer.record_count() == 0 {
            return Ok(());
        }
        self.writer.finish().map(|_| ()).map_err(|error| unwritten(error.into_parts().0))
    }
}

/// Returns the error of the options for a value that does not fit the answer's profile.
fn unwritten(error: flagflow_electricity::Error) -> Error {
    match error.kind() {
        ElectricKind::ItemTooLong { .. } | ElectricKind::NotWritable => {
            Error::new(ErrorKind::Options, format!("the answer cannot be written: {error}"))
        }
        _ => Error::writing(error.into_io().unwrap_or_else(io::Error::other)),
    }
}

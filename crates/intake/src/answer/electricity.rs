//! The D0172 confirmation of a D0350, and the D0351 rejections of its updates.

use std::io::{self, Write};
use std::sync::Arc;

use flagflow_check::{Layout, RuleFlags};
use flagflow_domain::EffectiveDate;
use flagflow_electricity::field::parse_file_identifier;
use flagflow_electricity::{
    D0172, D0351, ErrorKind as ElectricKind, Field, FileIdentifier, Header, LineTag, MAX_COUNT,
    OutOfRange, Profile, RawRecord, ReasonCode, Writer, WriterOptions,
};
use flagflow_frame::LineEnd;

use super::catalogue;
use super::options::{AnswerNumbers, AnswerOptions};
use super::reasons::{AnswerRefusal, Codes};
use super::ruling::Ruling;
use super::update::UpdateItems;
use flagflow_files::{Error, ErrorKind, Result, UserFileValues};

fn options_error(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::Options, what.into())
}

fn out_of_range(error: OutOfRange<Field>) -> Error {
    options_error(format!("the answer cannot be written: {error}"))
}

/// Values that are needed before the first record is read.
pub(super) struct AnswerPlan {
    /// The layout of the updates, and of the answer.
    of_updates: flagflow_electricity::Layout,
    layout: flagflow_electricity::Layout,
    line_end: LineEnd,
    codes: Codes<ReasonCode>,
    received: EffectiveDate,
    /// The header of the updates, and whether there was a line of one.
    updates: Option<Header>,
    has_header: bool,
    answered_file: Option<FileIdentifier>,
}

impl AnswerPlan {
    pub(super) fn new(
        options: &AnswerOptions,
        layout: flagflow_electricity::Layout,
        line_end: LineEnd,
    ) -> Result<Self> {
        if !options.header.is_empty() {
            let what = "the header values of a gas file are given, and the file is electricity";
            return Err(options_error(what));
        }
        let received = options.deemed_received.ok_or_else(|| {
            options_error("the answer has the day on which the file was received: it is needed")
        })?;
        Ok(Self {
            of_updates: layout,
            layout: options.layout_of("an electricity", layout, Layout::electricity)?,
            line_end: options.line_end.choose(line_end),
            codes: codes(options)?,
            received,
            updates: None,
            has_header: false,
            answered_file: options.answered_file,
        })
    }

    /// Uses the updates' header.
    pub(super) fn take_header(&mut self, line: &[u8], profile: &Profile) {
        self.has_header = true;
        let Ok(raw) = RawRecord::cut(line, profile.table(self.of_updates)) else { return };
        self.updates = Header::try_from(&raw).ok();
        let own = || raw.item_of(Field::FileIdentifier)?.read(parse_file_identifier).ok();
        self.answered_file = self.answered_file.or_else(own);
    }

    fn has_envelope(&self, options: &AnswerOptions) -> bool {
        options.envelope.unwrap_or(self.has_header || has_header_values(options))
    }

    /// Begins both files.
    pub(super) fn begin<'w>(
        self,
        confirmation: &'w mut dyn Write,
        rejections: &'w mut dyn Write,
        options: &AnswerOptions,
    ) -> Result<UpdateAnswers<'w>> {
        let has_envelope = self.has_envelope(options);
        if !has_envelope && has_header_values(options) {
            return Err(options_error("header values are given for an answer without a header"));
        }
        let answered_file = self.answered_file.ok_or_else(|| {
            options_error("the confirmation has the identifier of the file: it is needed")
        })?;
        if !answered_file.is_alphanumeric() {
            let what = "the identifier of the file is not letters and digits alone: the \
                        confirmation needs another one";
            return Err(options_error(what));
        }
        let mut headers = [None, None];
        if has_envelope {
            headers = self.headers(options)?.map(Some);
        }
        let [of_confirmation, of_rejections] = headers;
        let [confirmed, rejected] = [&options.confirmation, &options.rejections];
        let d0172 = self.file(&options.check.d0172, confirmed, of_confirmation, options);
        let d0351 = self.file(&options.check.d0351, rejected, of_rejections, options);
        Ok(UpdateAnswers {
            confirmation: d0172.writer(confirmation),
            rejections: d0351.writer(rejections),
            numbers: [confirmed.first_instruction, rejected.first_instruction],
            codes: self.codes,
            has_envelope,
            received: self.received,
            answered_file,
        })
    }

    /// Returns the headers of the confirmation and of the rejections.
    fn headers(&self, options: &AnswerOptions) -> Result<[Header; 2]> {
        let below = self.updates.as_ref().map(UserFileValues::of_answer).unwrap_or_default();
        let given = options.user_file.clone().or(below);
        let confirmation = given.header(&options.check.d0172, None)?;
        let own = confirmation.file_identifier();
        let file_identifier = options.rejections_identifier.clone().or_else(|| following(own));
        if file_identifier.as_deref() == Some(own) {
            let what = "the confirmation and the rejections have the same file identifier";
            return Err(options_error(what));
        }
        if file_identifier.is_none() {
            let what = "the header of the rejections has no value for file_identifier: it does not \
                        follow from that of the confirmation";
            return Err(Error::new(ErrorKind::MissingHeaderValues, what));
        }
        let values = UserFileValues { file_identifier, ..given };
        Ok([confirmation, values.header(&options.check.d0351, None)?])
    }

    fn file(
        &self,
        profile: &Arc<Profile>,
        numbers: &AnswerNumbers,
        header: Option<Header>,
        options: &AnswerOptions,
    ) -> WriterOptions {
        let file = WriterOptions::new(Arc::clone(profile))
            .layout(self.layout)
            .line_end(self.line_end)
            .file_sequence_number(numbers.file_sequence);
        let Some(header) = header else { return file };
        let completed = options.user_file.completed.unwrap_or(header.created());
        file.envelope(header).completed(completed)
    }
}

/// Returns true if a value of either header is given.
fn has_header_values(options: &AnswerOptions) -> bool {
    !options.user_file.is_empty() || options.rejections_identifier.is_some()
}

/// Returns the file identifier after one that is a number, with as many digits.
fn following(identifier: &str) -> Option<String> {
    let is_number = identifier.bytes().all(|byte| byte.is_ascii_digit());
    let next = identifier.parse::<u64>().ok().filter(|_| is_number)?.checked_add(1)?;
    let next = format!("{next:0width$}", width = identifier.len());
    (next.len() <= FileIdentifier::MOST).then_some(next)
}

/// Returns the codes of the table, if there is one. Everything that may refuse an update needs a
/// code, of the table or of the catalogue, as a rejection cannot be without.
fn codes(options: &AnswerOptions) -> Result<Codes<ReasonCode>> {
    let codes = match &options.reasons {
        None => Codes::none(),
        Some(reasons) => {
            let items = options.check.d0351.items(LineTag::Reason);
            let item = items.iter().find(|item| item.field == Field::RejectionReasonCode);
            let most = item.map_or(0, |item| item.length);
            let fits = |code: &ReasonCode| code.as_str().len() <= most;
            let expected = format!("1 to {most} ASCII characters without a pipe");
            Codes::of(reasons, &expected, |code| code.parse().ok().filter(fits))?
        }
    };
    let refusing: RuleFlags = super::ruling::refusing(options);
    let may_refuse = catalogue::WITHOUT_CODE.into_iter().filter(|rule| refusing.contains(*rule));
    let absent: Vec<_> = may_refuse
        .map(AnswerRefusal::Rule)
        .filter(|refusal| codes.of_refusal(*refusal).is_none())
        .map(|refusal| refusal.to_string())
        .collect();
    match absent.is_empty() {
        true => Ok(codes),
        false => {
            let absent = absent.join(", ");
            Err(options_error(format!("reasons: no code for {absent}, and no default")))
        }
    }
}

/// Returns the largest number of updates that a confirmation can count.
pub(super) fn most_updates(confirmation: &Profile) -> u64 {
    let items = confirmation.items(LineTag::Record).iter();
    let counts = [Field::Received, Field::Accepted, Field::Rejected];
    let shortest = items.filter(|item| counts.contains(&item.field)).map(|item| item.length).min();
    let digits = u32::try_from(shortest.unwrap_or_default()).unwrap_or(u32::MAX);
    10_u64.checked_pow(digits).map_or(u64::MAX, |most| most - 1).min(MAX_COUNT.into())
}

/// Returns the error for a file with more updates than a confirmation can count.
pub(super) fn too_many(most: u64) -> Error {
    options_error(format!(
        "the file has more than {most} updates, and a confirmation (D0172) cannot count more"
    ))
}

/// The confirmation and the rejections in the making.
pub(super) struct UpdateAnswers<'w> {
    confirmation: Writer<&'w mut dyn Write>,
    rejections: Writer<&'w mut dyn Write>,
    /// The first instruction numbers of both.
    numbers: [u64; 2],
    codes: Codes<ReasonCode>,
    pub(super) has_envelope: bool,
    received: EffectiveDate,
    answered_file: FileIdentifier,
}

impl UpdateAnswers<'_> {
    /// Writes the rejection of an update, with what is usable of its items, and returns the number
    /// of its reasons.
    pub(super) fn reject(
        &mut self,
        number: u64,
        update: &UpdateItems,
        ruling: &Ruling,
    ) -> Result<usize> {
        let own = self.numbers[1].saturating_add(self.rejections.record_count());
        let mut rejection = D0351::new(own, number, self.received).map_err(out_of_range)?;
        if let Some(mpan) = update.mpan {
            rejection = rejection.with_mpan_core(mpan);
        }
        if let Some(flag) = update.flag {
            rejection = rejection.with_flag(flag);
        }
        if let Some(day) = update.effective_from {
            rejection = rejection.with_effective_from(day);
        }
        if let Some(supplier) = update.supplier {
            rejection = rejection.with_supplier_id(supplier);
        }
        let reasons = self.reasons(update, ruling);
        self.rejections.write_with_reasons(rejection, [], &reasons).map_err(unwritten)?;
        Ok(reasons.len())
    }

    /// Returns the codes of a refusal, each once, in the order of the reasons: that of the table,
    /// the catalogue's, or the default of the table.
    fn reasons(&self, update: &UpdateItems, ruling: &Ruling) -> Vec<ReasonCode> {
        let mut reasons = Vec::new();
        for refusal in ruling.refusals() {
            let mut codes = match self.codes.own_of_refusal(refusal) {
                Some(code) => vec![code],
                None => catalogue::codes(refusal, &update.unreadable),
            };
            if codes.is_empty() {
                codes.extend(self.codes.of_refusal(refusal));
            }
            for code in codes {
                if !reasons.contains(&code) {
                    reasons.push(code);
                }
            }
        }
        reasons
    }

    /// Ends both files. A D0351 has at least one rejection, so its file is empty without.
    pub(super) fn finish(mut self, received: u64, accepted: u64) -> Result<()> {
        let count = |count: u64| u32::try_from(count).map_err(|_| too_many(MAX_COUNT.into()));
        let confirmation = D0172::new(
            self.numbers[0],
            self.received,
            self.answered_file,
            count(received)?,
            count(accepted)?,
            count(received.saturating_sub(accepted))?,
        );
        let confirmation = confirmation.map_err(out_of_range)?;
        self.confirmation.write(confirmation).map_err(unwritten)?;
        self.confirmation.finish().map_err(|error| unwritten(error.into_parts().0))?;
        if self.rejections.record_count() > 0 {
            self.rejections.finish().map_err(|error| unwritten(error.into_parts().0))?;
        }
        Ok(())
    }
}

/// Returns the error of the options for a value that does not fit the answer's profile.
fn unwritten(error: flagflow_electricity::Error) -> Error {
    match error.kind() {
        ElectricKind::Io => Error::writing(error.into_io().unwrap_or_else(io::Error::other)),
        _ => options_error(format!("the answer cannot be written: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use flagflow_electricity::Flow;

    use super::*;

    #[test]
    fn the_identifier_after_a_number_has_its_digits() {
        for (own, next) in [
            ("42", Some("43")),
            ("0000000042", Some("0000000043")),
            ("99", Some("100")),
            ("9999999999", None),
            ("A1", None),
            ("+1", None),
            ("", None),
        ] {
            assert_eq!(following(own).as_deref(), next, "{own}");
        }
    }

    #[test]
    fn a_confirmation_counts_as_many_updates_as_its_items_have_digits_for() {
        let built_in = Profile::builtin(Flow::D0172);
        assert_eq!(most_updates(&built_in), 99_999);
        let text = built_in.as_toml().replacen("NUM(5)", "NUM(3)", 1);
        assert_eq!(most_updates(&Profile::from_toml(&text).unwrap()), 999);
    }
}

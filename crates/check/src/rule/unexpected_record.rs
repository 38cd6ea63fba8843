//! `unexpected-record`

use super::{Guidance, Message, Rule, RuleId};
use crate::layout::Flow;
use crate::severity::Severity;
use flagflow_codec::{LineKind, Role};

pub(super) static RULE: Rule = Rule {
    id: RuleId::UnexpectedRecord,
    name: "unexpected-record",
    severity: Severity::Error,
    summary: "A record is in a place where it is not allowed.",
    why: "A header is first and a trailer is last. Files of updates have E45 records, files of answers E46 records. Any other order or mixture suggests that two files were joined.",
    help: "Split the file, or ask the sender to send it again.",
    source: "UK Link file format notes (profile)",
    electricity: Some(Guidance {
        why: "A header is first, a trailer is last, and an update is below a top-level group. Any other order suggests that lines were lost or inserted.",
        help: "Ask the sender for the file again.",
        source: "Data Transfer Network user file format, by public samples (formats, section 4)",
    }),
};

/// The reason for which a record is not allowed in its place.
#[derive(Clone, Copy)]
pub(crate) enum UnexpectedBecause {
    /// A header that is not the file's first record.
    HeaderInside,
    /// A line after the trailer.
    AfterTrailer,
    /// A reason without an answer above it.
    ReasonAlone,
    /// An update without a group above it.
    NoGroupAbove,
    /// A record of a flow other than the file's.
    OtherFlow,
}

/// Returns the reason why a line may not be where it is, by its role and its kind, if there is one.
pub(crate) fn breaks(
    role: Role,
    kind: Option<LineKind>,
    (is_after_trailer, is_of_flow): (bool, bool),
) -> Option<UnexpectedBecause> {
    if role != Role::Misplaced {
        return (!is_of_flow).then_some(UnexpectedBecause::OtherFlow);
    }
    Some(match kind {
        _ if is_after_trailer => UnexpectedBecause::AfterTrailer,
        Some(LineKind::Reason) => UnexpectedBecause::ReasonAlone,
        Some(LineKind::Record | LineKind::Group) => UnexpectedBecause::NoGroupAbove,
        _ => UnexpectedBecause::HeaderInside,
    })
}

/// Returns the message.
pub(crate) fn message(why: UnexpectedBecause, flow: Option<Flow>) -> Message {
    match (why, flow) {
        (UnexpectedBecause::HeaderInside, _) => {
            Message::new("a header inside the file", Some("a header on the first line only"))
        }
        (UnexpectedBecause::AfterTrailer, _) => {
            Message::new("a line after the trailer", Some("nothing after the trailer"))
        }
        (UnexpectedBecause::ReasonAlone, flow) => {
            Message::new("a reason that does not follow an answer", Some(answer(flow)))
        }
        (UnexpectedBecause::NoGroupAbove, _) => Message::new(
            "a line without its group above it",
            Some("the group that it belongs to first"),
        ),
        (UnexpectedBecause::OtherFlow, flow) => {
            let expected = flow.map_or("another record", Flow::tag);
            Message::new("a record of a flow other than the file's", Some(expected))
        }
    }
}

/// Returns the place of a reason, in the words of a flow.
fn answer(flow: Option<Flow>) -> &'static str {
    match flow {
        Some(Flow::D0350 | Flow::D0351 | Flow::D0172) => "reasons below a rejection",
        _ => "S72 below an E46",
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::findings;
    use crate::{Options, RuleId, check};

    #[test]
    fn fires() {
        assert_eq!(findings(b"E451234567810A20220101\nE46AC1234567810A20220101\nZ990000000002\nE450000123409A20220101\n"), [("missing-header", 1, 0, 22), ("unexpected-record", 2, 23, 24), ("unexpected-record", 4, 62, 22)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(
            findings(b"E46AC1234567810A20220101\nE46RJ0000123409A20220101\n")
                .iter()
                .all(|found| found.0 != "unexpected-record")
        );
    }

    /// Returns the line, the message and the expectation of each finding of this rule.
    fn found(file: &str) -> Vec<(u64, String, String)> {
        let options = Options { with_reasons: true, ..Options::default() };
        let report = check(file.as_bytes(), &options).unwrap();
        let own = report.findings.iter().filter(|it| it.rule == RuleId::UnexpectedRecord);
        own.map(|it| (it.line, it.message.to_string(), it.expected.clone().unwrap().to_string()))
            .collect()
    }

    #[test]
    fn the_message_has_the_reason() {
        let header_inside = ("a header inside the file", "a header on the first line only");
        let after = ("a line after the trailer", "nothing after the trailer");
        let reason = ("a reason that does not follow an answer", "S72 below an E46");
        let no_group = ("a line without its group above it", "the group that it belongs to first");
        let other = "a record of a flow other than the file's";
        let (header, update) =
            ("A000000000042DXI20220201093000000001\n", "E451234567810A20220101\n");
        let zhv = "ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n";
        let x02 = "82H|1|DC01|1013044353630|A|20220201|MRCY|\n";
        let zpt = "ZPT|0000000042|0||0|20220301093500|\n";
        for (file, line, (message, expected)) in [
            (format!("{header}{update}{header}"), 3, header_inside),
            (format!("{header}Z990000000000\n{update}"), 3, after),
            (format!("{header}Z990000000000\nS72ABC00001\n"), 3, after),
            (format!("{update}S72ABC00001\n"), 2, reason),
            (format!("{update}E46AC1234567810A20220101\n"), 2, (other, "E45")),
            (format!("E46AC1234567810A20220101\n{update}"), 2, (other, "E46")),
            (format!("{zhv}{zhv}"), 2, header_inside),
            (format!("{zhv}{x02}"), 2, no_group),
            (format!("{zhv}{zpt}{x02}"), 3, after),
        ] {
            let expected = [(line, message.to_owned(), expected.to_owned())];
            assert_eq!(found(&file), expected, "{file}");
        }
    }
}

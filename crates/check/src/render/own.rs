//! Recognises reports by their beginning.

use crate::rule::REGISTRY;

/// Number of bytes that identify a report of flagflow.
pub const REPORT_HEAD: u64 = 1024;

/// Returns true if bytes begin like a report of flagflow, in any format. No file of updates begins
/// like one.
///
/// ```
/// use flagflow_check::render::is_report;
///
/// assert!(is_report(b"{\"schema\":\"flagflow-report/1\",\"file\":"));
/// assert!(!is_report(b"E451234567810A20240603\n"));
/// ```
#[must_use]
pub fn is_report(head: &[u8]) -> bool {
    let head = &*String::from_utf8_lossy(head);
    // reports, logs and lists, one JSON object a line
    head.starts_with("{\"schema\":\"flagflow-")
        || (head.starts_with("{\"$schema\":") && head.contains("\"name\":\"flagflow\""))
        || (head.starts_with("<?xml") && head.contains("<testsuites name=\"flagflow\""))
        || (head.starts_with("<!DOCTYPE html>")
            && head.contains("<meta name=\"generator\" content=\"flagflow "))
        || is_annotations(head)
        || is_text(head)
}

fn is_annotations(head: &str) -> bool {
    let first = head.lines().next().unwrap_or_default();
    first.starts_with("::") && first.contains(",title=flagflow::")
}

/// Returns true for a report as text, which begins with a finding or the summary.
fn is_text(head: &str) -> bool {
    let mut lines = head.lines();
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let finding = |(severity, rest): (&str, &str)| {
        let rule = rest.split_once("]: ").map(|(rule, _)| rule);
        ["error", "warning", "note"].contains(&severity)
            && REGISTRY.iter().any(|known| rule == Some(known.name))
    };
    first.split_once('[').is_some_and(finding)
        || (second.starts_with("  file      ") && second.contains(", layout "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_known_by_their_beginning() {
        for head in [
            "{\"schema\":\"flagflow-report/1\",\"file\":",
            "::error file=x,title=flagflow::FAILED",
            "warning[empty-line]: a line without text\n --> x:1:1\n",
            "x.dxi\n  file      e45, layout fixed, bare, edition any\n",
        ] {
            assert!(is_report(head.as_bytes()), "{head}");
        }
        for head in [
            "",
            "E451234567810A20240603\n",
            "{\"schema\":\"other/1\"}",
            "{\"$schema\":\"x\",\"name\":\"other\"}",
            "<?xml version=\"1.0\"?><testsuites name=\"other\">",
            "error[no-rule]: x\n",
            "::error file=x::y",
        ] {
            assert!(!is_report(head.as_bytes()), "{head}");
        }
    }
}

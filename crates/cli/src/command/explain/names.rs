//! Names in the counts and lists of commands that are not rules of the validator.

/// A name, the command that prints it, its meaning, and the remedy.
pub(super) struct ExplainedName {
    pub(super) name: &'static str,
    pub(super) command: &'static str,
    pub(super) meaning: &'static str,
    pub(super) help: &'static str,
}

const fn name(
    name: &'static str,
    command: &'static str,
    meaning: &'static str,
    help: &'static str,
) -> ExplainedName {
    ExplainedName { name, command, meaning, help }
}

const CONVERT: &str = "flagflow convert";
const FIX: &str = "flagflow fix";
const PARTS: &str = "flagflow check --reasons-to";
const DIFF: &str = "flagflow diff";
const APPLY: &str = "flagflow register apply";

/// The help for a fix.
const FIXED: &str = "No action: the fix was applied. --skip excludes a kind, --only selects kinds.";
/// The help for a rejected record.
const WITHHELD: &str =
    "Correct the record, or the line that it depends on, and put it back with flagflow merge.";
/// The help for an outcome of a comparison or of applying a file.
const NOTHING: &str = "No action: this is an outcome, not a fault.";

/// Every name, in the order of commands.
#[rustfmt::skip]
pub(super) const NAMES: &[ExplainedName] = &[
    name("missing-value", CONVERT, "A row has no cell, or an object no key, for a value that its record needs.", "Add the column or the key. The names of all of them are in docs/convert.md."),
    name("old-name", CONVERT, "A column or key has the name that an earlier version of flagflow used.", "Rename the column or key as the message says, such as reason_code to rejection_reason_code."),
    name("malformed-row", CONVERT, "A row has fewer cells than the table has columns, or text in more cells, or text after a closing quote.", "Write as many cells as there are columns, and put a cell with commas or quotes in double quotes."),
    name("malformed-object", CONVERT, "A line is not one JSON object, or has a key twice.", "Write one object on each line, each key once."),
    name("outcome-of-update", CONVERT, "An E45 has an outcome code, which only an answer (E46) has.", "Remove the code, or make the record an E46."),
    name("mixed-table", CONVERT, "A table or objects without transaction types contain updates (E45) and answers (E46): only some of them have an outcome code.", "Add a transaction_type column, or split the file."),
    name("no-outcome-column", CONVERT, "An E46 cannot follow an E45 in a csv table, which has no outcome_code column then.", "Convert to jsonl, or split the file."),
    name("other-fuel", CONVERT, "The record is of the other fuel than the output, by its column or key fuel.", "Convert each fuel on its own; --skip-invalid leaves the records of the other fuel out."),
    name("invalid-file-type", CONVERT, "The file type of the header is not three capital letters or digits.", "Correct the header, or give --file-type."),
    name("not-writable", CONVERT, "A value cannot be written in the requested layout: it contains a pipe or a line ending, ends in padding, or is too long for its item; or a table has no place for a group.", "Correct the value, or choose another format."),
    name("unreadable", CONVERT, "A line or a value cannot be read, and has no rule of its own.", "Run flagflow check on the file for details."),
    name("byte-order-mark", FIX, "UTF-8 byte-order marks before the first text were dropped.", FIXED),
    name("empty-lines", FIX, "Lines without text were dropped.", FIXED),
    name("line-ends", FIX, "Every line got the line ending of the first line.", FIXED),
    name("terminator", FIX, "The last line got a line ending.", FIXED),
    name("zero-padding", FIX, "Numbers got the leading zeros that they lost, or lost those that do not fit.", FIXED),
    name("padding", FIX, "Lines at fixed lengths got the spaces at their end that they lost, or lost those too many.", FIXED),
    name("cell-spaces", FIX, "White space beside the cells of a uklink line was dropped.", FIXED),
    name("trailing-bar", FIX, "A zhv line got its last pipe.", FIXED),
    name("missing-line-endings", FIX, "Records without line endings between them were split into lines.", FIXED),
    name("trailing-padding", FIX, "The padding after the last line was dropped.", FIXED),
    name("trailing-cells", FIX, "Empty cells or items after the last one of a record were dropped.", FIXED),
    name("count", FIX, "The numbers of the trailer became those of the file.", FIXED),
    name("quoting", FIX, "Text of a uklink line was quoted, and nothing else.", FIXED),
    name("bad-group", PARTS, "A group above the line has an error and was left out.", "Put a good group above the record in the corrected file: flagflow merge takes it with the record."),
    name("after-trailer", PARTS, "The record follows the trailer.", WITHHELD),
    name("envelope-line", PARTS, "The record begins as a header, a trailer, a group or a reason, and might become one once lines before it are left out.", WITHHELD),
    name("not-recognised", PARTS, "The record would be the first line of the accepted part, which would be recognised as another format.", WITHHELD),
    name("instruction-number", PARTS, "The instruction number is not above that of the accepted record before it.", WITHHELD),
    name("line-end", PARTS, "The line ending of the record is not that of the accepted part.", WITHHELD),
    name("empty-line", PARTS, "There is an empty line among the reasons of the record.", WITHHELD),
    name("edition", PARTS, "The flag is not of the edition that the given header's day means.", WITHHELD),
    name("future-date", PARTS, "The record is effective from a day after that of the given header.", WITHHELD),
    name("participant", PARTS, "The MPAN is of another distributor than that of the given header.", WITHHELD),
    name("max-rejects", "flagflow check", "More records were rejected than the limit allows, and nothing was written.", "Correct the records, or set another limit with --max-rejects."),
    name("max-reject-rate", "flagflow check", "A larger share of the records was rejected than the limit allows, and nothing was written.", "Correct the records, or set another limit with --max-reject-rate."),
    name("unknown-meter-point", "flagflow answer", "The meter point is not in the list of --known, so its update is refused.", "Add it to the list if it is the provider's."),
    name("added", DIFF, "The meter point is in the new file only.", NOTHING),
    name("gone", DIFF, "The meter point is in the old file only.", NOTHING),
    name("flag-changed", "flagflow diff, flagflow register apply", "The flag differs.", NOTHING),
    name("date-changed", "flagflow diff, flagflow register apply", "The flag is the same, the day differs.", NOTHING),
    name("both-changed", DIFF, "The flag and the day differ.", NOTHING),
    name("changed", DIFF, "An item of a rejection or a confirmation differs between the two files.", NOTHING),
    name("new", APPLY, "The first update of its meter point.", NOTHING),
    name("late", APPLY, "The update is of an earlier day than the one that counts: it goes into the history, and the flag stays.", NOTHING),
    name("repeated", APPLY, "The same flag for the same day again: nothing changes.", NOTHING),
    name("conflicting", APPLY, "Another flag than the one that counts for that day: refused.", "Find out which file is right; --conflicts newer applies the newer one."),
    name("corrected", APPLY, "Another flag than the one for that day, in its place by --conflicts newer.", NOTHING),
    name("applied-before", APPLY, "The same file was applied before: nothing changes.", NOTHING),
    name("kept-out", APPLY, "With --strict nothing of the file was applied, because a record cannot be applied.", "Correct the record, or apply without --strict."),
];

/// Returns the names that a command prints.
pub(super) fn of(wanted: &str) -> impl Iterator<Item = &'static ExplainedName> {
    NAMES.iter().filter(move |name| name.name == wanted)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use flagflow::check::RuleId;
    use flagflow::exchange::convert::ConvertReason;
    use flagflow::exchange::diff::PointChange;
    use flagflow::intake::fix::FixKind;
    use flagflow::intake::quarantine::Withheld;
    use flagflow::register::Effect;

    use super::*;

    /// Each name that a command may print is a rule or is in this table, and the table has no
    /// others.
    #[test]
    fn every_name_that_a_command_prints_is_explained() {
        let reasons = ConvertReason::NAMES.iter().map(ToString::to_string);
        let printed: BTreeSet<String> = reasons
            .chain(FixKind::ALL.iter().map(ToString::to_string))
            .chain(Withheld::ALL.iter().map(ToString::to_string))
            .chain(PointChange::ALL.iter().map(ToString::to_string))
            .chain(Effect::ALL.iter().map(ToString::to_string))
            .collect();
        let others =
            ["unknown-meter-point", "max-rejects", "max-reject-rate", "applied-before", "kept-out"];
        for name in &printed {
            let is_rule = name.parse::<RuleId>().is_ok();
            assert!(is_rule || of(name).next().is_some(), "not explained: {name}");
        }
        for name in NAMES {
            let is_printed = printed.contains(name.name) || others.contains(&name.name);
            assert!(is_printed, "never printed: {}", name.name);
        }
    }
}

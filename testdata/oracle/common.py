"""Common parts of the gas and the electricity oracle: rules, values, lines, options, counting."""

import re

BOM = b"\xef\xbb\xbf"

# Days that software writes for no date.
PLACEHOLDERS = {(1, 1, 1), (1899, 12, 30), (1900, 1, 1), (1970, 1, 1), (9999, 12, 31)}

EDITION_LETTERS = {
    "pre-mp077": b"ASW",
    "mp077": b"ANI",
    "any": b"ANISW",
}

# Every rule with its severity, in the order in which the findings about a
# whole line apply to that line, then those about a field in the order in which
# they apply to that field.
LINE_RULES = {
    "byte-order-mark": "warning",
    "edition-unknown": "note",
    "missing-header": "error",
    "missing-trailer": "error",
    "empty-line": "warning",
    "mixed-line-ends": "warning",
    "missing-terminator": "note",
    "trailing-padding": "warning",
    "line-too-long": "error",
    "malformed-record": "error",
    "unknown-record": "error",
    "wrong-length": "error",
    "unexpected-record": "error",
    "group-cardinality": "error",
    "too-many-instructions": "warning",
    "second-file": "error",
    "missing-trailing-bar": "warning",
    "trailing-blanks": "warning",
}
FIELD_RULES = {
    "non-ascii": "error",
    "control-character": "error",
    "item-too-long": "error",
    "empty-item": "error",
    "not-a-number": "error",
    "unknown-flag": "error",
    "unknown-outcome": "error",
    "invalid-date": "error",
    "invalid-time": "error",
    "invalid-timestamp": "error",
    "wrong-file-type": "warning",
    "record-count": "error",
    "flow-version": "error",
    "unexpected-role": "warning",
    "test-flag": "note",
    "invalid-file-id": "warning",
    "sequence-unknown": "warning",
    "sequence-repeated": "error",
    "sequence-backwards": "error",
    "sequence-skipped": "warning",
    "sequence-wrapped": "note",
    "same-content": "warning",
    "file-id-mismatch": "error",
    "group-count": "error",
    "flow-count": "error",
    "confirmation-counts": "error",
    "instruction-type": "error",
    "mprn-check-digits": "warning",
    "mpan-check-digit": "warning",
    "unknown-distributor": "note",
    "flag-not-in-edition": "error",
    "future-effective-date": "warning",
    "placeholder-date": "warning",
    "date-out-of-range": "warning",
    "invalid-supplier-id": "warning",
    "participant-mismatch": "warning",
    "instruction-number": "warning",
    "file-sequence-number": "warning",
    "duplicate-meter-point": "warning",
    "conflicting-update": "error",
}
SEVERITY = {**LINE_RULES, **FIELD_RULES}
RULE_ORDER = {rule: place for place, rule in enumerate(SEVERITY)}
LEVEL = {"note": 0, "warning": 1, "error": 2}

# Rules for the files of one fuel only.
GAS_RULES = {"unknown-outcome", "invalid-time", "wrong-file-type", "record-count", "mprn-check-digits"}
ELECTRICITY_RULES = {
    "missing-trailing-bar", "trailing-blanks", "group-cardinality", "too-many-instructions", "control-character",
    "item-too-long", "empty-item", "invalid-timestamp", "flow-version", "unexpected-role", "test-flag", "file-id-mismatch",
    "group-count", "flow-count", "confirmation-counts", "instruction-type", "mpan-check-digit", "unknown-distributor",
    "invalid-supplier-id", "participant-mismatch", "instruction-number", "invalid-file-id", "date-out-of-range",
    "file-sequence-number",
}  # fmt: skip


class CannotCheck(Exception):
    """The file cannot be read or is not recognised: exit 2, no report."""


# -------------------------------------------------------------------- values


def date_of(text):
    """(year, month, day) of 8 digits naming a real day, or None."""
    if len(text) != 8 or not text.isdigit():
        return None
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    if not 1 <= month <= 12 or not 1 <= day <= days[month - 1]:
        return None
    return (year, month, day)


def number_of(text, longest):
    """The value of 1 to `longest` digits, or None. (bytes.isdigit is ASCII only.)"""
    if not text.isdigit() or len(text) > longest:
        return None
    return int(text)


def printable(some_bytes):
    return "".join(chr(b) if 0x20 <= b <= 0x7E else "\\x%02X" % b for b in some_bytes)


def has_meter_point(some_bytes):
    """Returns true for digits that may contain an MPAN (thirteen or more) or be an MPRN (nine or more, six without zeros)."""
    runs = re.findall(rb"[0-9]+", some_bytes)
    return any(len(run) >= 13 or (len(run) >= 9 and len(run.lstrip(b"0")) >= 6) for run in runs)


# --------------------------------------------------------------------- lines


class Line:
    def __init__(self, number, offset, text, end):
        self.number = number  # from 1
        self.offset = offset  # of its first byte in the file
        self.text = text  # without its end
        self.end = end  # b"\n", b"\r\n" or b"" (last line, not terminated)
        self.tag = None
        self.cells = None  # [(start, stop)] in text, without quotes; None: broken
        self.role = None  # "empty", "header", "trailer", "group", "record" or "reason" (of the record above it)
        self.record = None  # the record's number, from 1
        self.unexpected = False
        self.excess = False  # one too many below its parent, or in the file
        self.below = None  # of an electricity line in its place: code -> lines of that group below it


def split_lines(data):
    """The lines of the file, a byte-order mark at its start left out."""
    lines = []
    at = len(BOM) if data.startswith(BOM) else 0
    while at < len(data):
        lf = data.find(b"\n", at)
        if lf < 0:
            lines.append(Line(len(lines) + 1, at, data[at:], b""))
            break
        if lf > at and data[lf - 1 : lf] == b"\r":
            lines.append(Line(len(lines) + 1, at, data[at : lf - 1], b"\r\n"))
        else:
            lines.append(Line(len(lines) + 1, at, data[at:lf], b"\n"))
        at = lf + 1
    return lines


def take_padding(lines, max_line):
    """Takes what the file is padded with off its last line. A line of its own, and where in it the padding begins."""
    if not lines:
        return None
    last = lines[-1]
    if not last.end and re.fullmatch(rb"\x1a?\0*", last.text):
        start = 0
    elif re.search(rb"(?<!\x1a)\x1a\Z", last.text) and len(last.text) - 1 <= max_line:
        start = len(last.text) - 1
    else:
        return None
    padding = Line(last.number, last.offset, last.text, b""), start
    last.text = last.text[:start]
    if not last.text:
        lines.pop()
    return padding


def is_blank(line, max_line):
    """Returns true if a line is empty or has only spaces and tabs."""
    return len(line.text) <= max_line and not line.text.strip(b" \t")


def take_second_file(lines, is_trailer):
    """Takes the lines of a second file off: a header of any flow behind the trailer, and all that follows. Its header."""
    trailer_seen = False
    for place, line in enumerate(lines):
        if trailer_seen and re.match(rb'(\xef\xbb\xbf)?(A00|"A00"(,|\Z)|ZHV\||ZHF)', line.text):
            del lines[place:]
            return line
        trailer_seen = trailer_seen or is_trailer(line)
    return None


# ------------------------------------------------------- options and counting


class Options:
    def __init__(self):
        self.edition = "auto"
        self.flow = None
        self.layout = None
        self.as_of = None  # (year, month, day)
        self.ignore = set()
        self.severity = {}
        self.max_samples = 1000
        self.max_line = 64 * 1024
        self.mask = False
        self.fail_on = "error"
        self.cross_record = True
        self.in_sequence = False
        self.previous = None  # the issue that the file follows, of sequence.py
        self.issue = None  # the issue that the file was, after its check


def count_findings(findings, options):
    """(totals, ignored, the findings to show, whether some are left out)."""
    findings.sort(key=lambda finding: finding["place"])
    totals, ignored, shown = {}, {}, []
    truncated = False
    for finding in findings:
        del finding["place"]
        rule = finding["rule"]
        if rule in options.ignore:
            ignored[rule] = ignored.get(rule, 0) + 1
            continue
        totals[rule] = totals.get(rule, 0) + 1
        if options.max_samples and totals[rule] > options.max_samples:
            truncated = True
        else:
            shown.append(finding)
    return totals, ignored, shown, truncated

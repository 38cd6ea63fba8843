#!/usr/bin/env python3
"""A slow, plain reference implementation of `flagflow check`.

It was written from the specification alone and shares nothing with the Rust
program, so that the two can be compared (see differential.py). It reads the
whole file into memory. Gas (E45, E46) is checked here, electricity (D0350,
D0351, D0172, built-in profiles only) in electricity.py; common.py serves both.

`message`, `expected` and `source` are free wording in the contract: here they
are always "", null and null, and comparisons leave them out.
"""

import argparse
import gzip
import json
import os
import sys
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import electricity  # noqa: E402
import sequence  # noqa: E402
from common import (  # noqa: E402
    BOM,
    EDITION_LETTERS,
    LEVEL,
    PLACEHOLDERS,
    RULE_ORDER,
    SEVERITY,
    CannotCheck,
    Options,
    count_findings,
    date_of,
    has_meter_point,
    is_blank,
    number_of,
    printable,
    split_lines,
    take_padding,
    take_second_file,
)

# ---------------------------------------------------------------- the format

# Every record: its fields in order with their length in the fixed layout.
RECORDS = {
    b"A00": [
        ("transaction_type", 3),
        ("organisation_id", 10),
        ("file_type", 3),
        ("creation_date", 8),
        ("creation_time", 6),
        ("generation_number", 6),
    ],
    b"E45": [
        ("transaction_type", 3),
        ("meter_point_reference", 10),
        ("dcc_service_flag", 1),
        ("dcc_service_effective_from_date", 8),
    ],
    b"E46": [
        ("transaction_type", 3),
        ("outcome_code", 2),
        ("meter_point_reference", 10),
        ("dcc_service_flag", 1),
        ("dcc_service_effective_from_date", 8),
    ],
    b"Z99": [
        ("transaction_type", 3),
        ("record_count", 10),
    ],
}

# A field's most characters. A longer value is something else, perhaps an identifier gone astray,
# and so is masked like one.
LONGEST = {field: length for record in RECORDS.values() for field, length in record}

NUMBER_LENGTH = {
    "organisation_id": 10,
    "meter_point_reference": 10,
    "record_count": 10,
    "generation_number": 6,
}

FIRST_MP077_DAY = (2021, 11, 5)
KNOWN_FILE_TYPES = {b"DXI"}

# -------------------------------------------------------------------- values


def is_time(text, layout):
    if not text.isdigit() or len(text) > 6:
        return False
    if layout == "fixed" and len(text) != 6:
        return False
    text = text.rjust(6, b"0")
    return int(text[:2]) < 24 and int(text[2:4]) < 60 and int(text[4:]) < 60


def check_digits(body):
    """The check digits of an MPRN's body: 0 to 10."""
    total, position = 0, 1
    while body:
        total += body % 10 * position
        body //= 10
        position += 1
    return total % 11


# --------------------------------------------------------------------- lines


def cut_cell(text, start):
    """One uklink cell from `start`: (content start, content stop, place after it).

    None when its quotes are broken.
    """
    if text[start : start + 1] == b'"':
        close = text.find(b'"', start + 1)
        if close < 0:
            return None
        after = close + 1
        if after < len(text) and text[after : after + 1] != b",":
            return None
        return (start + 1, close, after)
    comma = text.find(b",", start)
    stop = len(text) if comma < 0 else comma
    if b'"' in text[start:stop]:
        return None
    return (start, stop, stop)


def cut_cells(text):
    """All cells of a uklink line, or None when a quote is broken."""
    cells, at = [], 0
    while True:
        cell = cut_cell(text, at)
        if cell is None:
            return None
        start, stop, after = cell
        cells.append((start, stop))
        if after == len(text):
            return cells
        at = after + 1  # past the comma


def find_tag(line, layout):
    if layout == "fixed":
        return line.text[:3] if len(line.text) >= 3 else None
    first = cut_cell(line.text, 0)
    return None if first is None else line.text[first[0] : first[1]]


# --------------------------------------------------------------------- check


GAS_FLOWS = ("e45", "e46")
LAYOUTS = {"fixed": GAS_FLOWS, "uklink": GAS_FLOWS, "zhv": electricity.FLOWS, "zhf": electricity.FLOWS}


def recognise(first_line, options):
    """The layout, from the first non-empty line."""
    if options.layout:
        return options.layout
    text = first_line.text
    if text.startswith(b"ZHV|"):
        return "zhv"
    if text.startswith(b"ZHF"):
        return "zhf"
    if text[:1] == b'"' or text[3:4] == b",":
        return "uklink"
    if text.startswith((b"A00", b"E45", b"E46")):
        return "fixed"
    if options.flow:
        return "fixed" if options.flow in GAS_FLOWS else "zhv"
    raise CannotCheck("not recognised: no ZHV|, ZHF, A00, E45, E46 at the start, nor comma separated")


def check(data, options, name=""):
    """The report of one (uncompressed) file, as a dict in the contract's order."""
    lines = split_lines(data)
    padding = take_padding(lines, options.max_line)
    with_text = [line for line in lines if not is_blank(line, options.max_line)]
    if not with_text:
        raise CannotCheck("empty")
    layout = recognise(with_text[0], options)
    if options.flow and options.flow not in LAYOUTS[layout]:
        raise CannotCheck("a %s file has no flow %s" % (layout, options.flow))
    if layout in ("zhv", "zhf"):
        return electricity.check(data, lines, padding, layout, options, name)
    second_file = take_second_file(lines, lambda line: find_tag(line, layout) == b"Z99")
    with_text = [line for line in with_text if line in lines]

    # ---- what each line is: header, trailer, record or empty
    header = trailer = None
    records = []
    for line in lines:
        if is_blank(line, options.max_line):
            line.role = "empty"
            continue
        line.tag = find_tag(line, layout)
        if line is with_text[0] and line.tag == b"A00":
            line.role = "header"
            header = line
        elif trailer is None and line.tag == b"Z99":
            line.role = "trailer"
            trailer = line
        else:
            line.role = "record"
            records.append(line)
            line.record = len(records)
            line.unexpected = line.tag == b"A00" or trailer is not None
    records_before_trailer = [r for r in records if trailer is None or r.number < trailer.number]

    # ---- the flow: the first detail record decides
    flow = options.flow
    if flow is None:
        for line in records:
            if line.tag in (b"E45", b"E46"):
                flow = line.tag.decode().lower()
                break
    for line in records:
        if line.tag in (b"E45", b"E46") and line.tag.decode().lower() != flow:
            line.unexpected = True

    findings = []  # everything, ignored or not
    errors = set()  # numbers of the records with an error, after --ignore/--severity

    def report_finding(rule, line, field=None, start=0, stop=None, field_place=-1, record=True):
        """One finding on line.text[start:stop]."""
        if stop is None:
            stop = len(line.text)
        severity = options.severity.get(rule, SEVERITY[rule])
        number = line.record if record else None
        value = printable(line.text[start:stop][:64])
        astray = field is not None and stop - start > LONGEST[field]
        astray = astray or has_meter_point(line.text[start:stop])
        if options.mask and (field in (None, "meter_point_reference") or astray):
            value = None
        findings.append(
            {
                "place": (line.number, field_place, RULE_ORDER[rule]),
                "rule": rule,
                "severity": severity,
                "line": line.number,
                "record": number,
                "offset": line.offset + start,
                "column": start + 1,
                "length": stop - start,
                "field": field,
                "value": value,
                "message": "",
                "expected": None,
                "source": None,
            }
        )
        if severity == "error" and rule not in options.ignore and number is not None:
            errors.add(number)

    def fields_of(line):
        """[(name, start, stop)] of a line whose shape is good, else None."""
        if len(line.text) > options.max_line or line.tag not in RECORDS:
            return None
        wanted = RECORDS[line.tag]
        if layout == "fixed":
            if len(line.text) != sum(length for _, length in wanted):
                return None
            fields, at = [], 0
            for field, length in wanted:
                fields.append((field, at, at + length))
                at += length
            return fields
        cells = cut_cells(line.text)
        if cells is None or len(cells) != len(wanted):
            return None
        return [(field, start, stop) for (field, _), (start, stop) in zip(wanted, cells)]

    def readable(line, wanted):
        """The bytes of one field of a well-shaped, ASCII field, else None."""
        for field, start, stop in fields_of(line) or []:
            if field == wanted and max(line.text[start:stop], default=0) < 0x80:
                return line.text[start:stop]
        return None

    # ---- the edition
    header_date = date_of(readable(header, "creation_date") or b"") if header else None
    edition = options.edition
    if edition == "auto":
        if header_date is None:
            edition = "any"
            report_finding("edition-unknown", with_text[0], record=False)
        else:
            edition = "pre-mp077" if header_date < FIRST_MP077_DAY else "mp077"

    # ---- findings about the file
    if data.startswith(BOM):
        report_finding("byte-order-mark", lines[0], record=False)
    if trailer and not header:
        report_finding("missing-header", with_text[0], record=False)
    if header and not trailer:
        report_finding("missing-trailer", with_text[-1], record=False)
    for line in lines:
        if line.role == "empty":
            report_finding("empty-line", line)
    for line in lines:
        if line.end and line.end != lines[0].end:
            report_finding("mixed-line-ends", line)
            break
    if not second_file and not lines[-1].end:
        report_finding("missing-terminator", lines[-1])
    if padding:
        report_finding("trailing-padding", padding[0], start=padding[1])
    if second_file:
        report_finding("second-file", second_file)

    # ---- findings of each line
    latest_good_day = options.as_of or header_date

    def judge_field(line, field, text):
        """The rules that the field's own content breaks, in order."""
        if any(byte > 0x7F for byte in text):
            return ["non-ascii"]
        if field == "outcome_code":
            return [] if text in (b"AC", b"RJ") else ["unknown-outcome"]
        if field == "dcc_service_flag":
            if text not in (b"A", b"N", b"I", b"S", b"W"):
                return ["unknown-flag"]
            return [] if text in EDITION_LETTERS[edition] else ["flag-not-in-edition"]
        if field == "creation_date":
            date = date_of(text)
            if date is None:
                return ["invalid-date"]
            return ["placeholder-date"] if date in PLACEHOLDERS else []
        if field == "dcc_service_effective_from_date":
            date = date_of(text)
            if date is None:
                return ["invalid-date"]
            rules = ["future-effective-date"] if latest_good_day and date > latest_good_day else []
            return rules + (["placeholder-date"] if date in PLACEHOLDERS else [])
        if field == "creation_time":
            return [] if is_time(text, layout) else ["invalid-time"]
        if field == "file_type":
            return ["wrong-file-type"] if line is header and text not in KNOWN_FILE_TYPES else []
        if field in NUMBER_LENGTH:
            number = number_of(text, NUMBER_LENGTH[field])
            if number is None:
                return ["not-a-number"]
            if field == "meter_point_reference" and check_digits(number // 100) != number % 100:
                return ["mprn-check-digits"]
            if field == "record_count" and line is trailer and number != len(records_before_trailer):
                return ["record-count"]
        return []

    for line in with_text:
        if len(line.text) > options.max_line:
            report_finding("line-too-long", line)
            continue
        if layout == "uklink" and cut_cells(line.text) is None:
            report_finding("malformed-record", line)
            continue
        if line.tag not in RECORDS:
            report_finding("unknown-record", line)
            continue
        fields = fields_of(line)
        if fields is None:
            report_finding("wrong-length" if layout == "fixed" else "malformed-record", line)
            continue
        if line.unexpected:
            report_finding("unexpected-record", line)
        for place, (field, start, stop) in enumerate(fields):
            text = line.text[start:stop]
            for rule in judge_field(line, field, text):
                if rule == "non-ascii":
                    while line.text[start] < 0x80:
                        start += 1
                    stop = start + 1
                report_finding(rule, line, field, start, stop, place)

    # ---- records against each other
    if options.cross_record:
        first_flag = {}  # (point, date) -> the flag of the first good record
        for line in records:
            if line.record in errors or line.tag not in (b"E45", b"E46"):
                continue
            point = number_of(readable(line, "meter_point_reference") or b"", 10)
            flag = readable(line, "dcc_service_flag")
            date = date_of(readable(line, "dcc_service_effective_from_date") or b"")
            if point is None or flag not in (b"A", b"N", b"I", b"S", b"W") or date is None:
                continue
            if (point, date) not in first_flag:
                first_flag[point, date] = flag
                continue
            if first_flag[point, date] == flag:
                rule, wanted = "duplicate-meter-point", "meter_point_reference"
            else:
                rule, wanted = "conflicting-update", "dcc_service_flag"
            for place, (field, start, stop) in enumerate(fields_of(line)):
                if field == wanted:
                    report_finding(rule, line, field, start, stop, place)

    # ---- the file after the previous one
    organisation = number_of((readable(header, "organisation_id") if header else None) or b"", 10)
    kind = readable(header, "file_type") if header else None
    if kind is not None and (len(kind) != 3 or not all(0x20 <= b <= 0x7E and b not in b'",' for b in kind)):
        kind = None
    issue = sequence.Issue(
        None if organisation is None or kind is None else (organisation, kind),
        number_of((readable(header, "generation_number") if header else None) or b"", 6),
        sequence.content(records, options.max_line),
        sequence.HIGHEST_GENERATION,
    )
    for rule, _ in sequence.finish(options, issue):
        fields = fields_of(header) if header else None
        if fields:
            report_finding(rule, header, *fields[-1], field_place=len(fields) - 1, record=False)
        else:
            report_finding(rule, with_text[0], record=False)

    # ---- counting
    totals, ignored, shown, truncated = count_findings(findings, options)

    flags = {}
    for line in records:
        flag = readable(line, "dcc_service_flag")
        if line.record not in errors and flag in (b"A", b"N", b"I", b"S", b"W"):
            flags[flag.decode()] = flags.get(flag.decode(), 0) + 1

    file_type = readable(header, "file_type") if header else None
    if file_type is not None and options.mask and len(file_type) > 3:
        file_type = bytes(0x2A if 0x30 <= byte <= 0x39 else byte for byte in file_type)
    return {
        "schema": "flagflow-report/1",
        "file": name,
        "flow": flow,
        "layout": layout,
        "envelope": bool(header or trailer),
        "file_type": None if file_type is None else file_type.decode("ascii"),
        "edition": edition,
        "profile": None,
        "records": len(records),
        "accepted": len(records) - len(errors),
        "rejected": len(errors),
        "flags": dict(sorted(flags.items())),
        "totals": dict(sorted(totals.items())),
        "ignored": dict(sorted(ignored.items())),
        "findings": shown,
        "truncated": truncated,
    }


def fails(report, options):
    """Returns true if a finding is at or above --fail-on, including findings that are not shown."""
    return any(
        LEVEL[options.severity.get(rule, SEVERITY[rule])] >= LEVEL[options.fail_on]
        for rule in report["totals"]
    )


# -------------------------------------------------------------- command line


def parse_arguments(arguments):
    def rule(text):
        if text not in SEVERITY:
            raise argparse.ArgumentTypeError("no such rule: " + text)
        return text

    def rule_and_level(text):
        name, equals, level = text.partition("=")
        if not equals or level not in LEVEL:
            raise argparse.ArgumentTypeError("RULE=error|warning|note wanted: " + text)
        return rule(name), level

    def day(text):
        raw = text.encode("utf-8", "replace")
        if len(raw) == 10 and raw[4:5] == b"-" and raw[7:8] == b"-":
            raw = raw[:4] + raw[5:7] + raw[8:]
        date = date_of(raw)
        if date is None:
            raise argparse.ArgumentTypeError("no such day: " + text)
        return date

    def count(text):
        if not text.isascii() or not text.isdigit():
            raise argparse.ArgumentTypeError("not a number: " + text)
        return int(text)

    parser = argparse.ArgumentParser(prog="check_oracle.py", allow_abbrev=False)
    parser.add_argument("--edition", choices=["auto", "pre-mp077", "mp077", "any"], default="auto")
    parser.add_argument("--flow", choices=list(GAS_FLOWS + electricity.FLOWS))
    parser.add_argument("--layout", choices=list(LAYOUTS))
    parser.add_argument("--as-of", type=day)
    parser.add_argument("--ignore", type=rule, action="append", default=[])
    parser.add_argument("--severity", type=rule_and_level, action="append", default=[])
    parser.add_argument("--max-samples", type=count, default=1000)
    parser.add_argument("--max-line", type=count, default=64 * 1024)
    parser.add_argument("--mask", action="store_true")
    parser.add_argument("--fail-on", choices=["error", "warning", "note"], default="error")
    parser.add_argument("--no-cross-record", action="store_true")
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--previous", metavar="FILE")
    parser.add_argument("--after", type=sequence.told, metavar="NUMBER")
    parser.add_argument("--in-sequence", action="store_true")
    given = parser.parse_args(arguments)

    options = Options()
    for name in ("edition", "flow", "layout", "as_of", "max_samples", "max_line", "mask", "fail_on"):
        setattr(options, name, getattr(given, name))
    options.ignore = set(given.ignore)
    options.severity = dict(given.severity)
    options.cross_record = not given.no_cross_record
    options.in_sequence = given.in_sequence or bool(given.previous) or bool(given.after)
    if given.previous:
        check(read(given.previous), options)
        options.previous, options.issue = options.issue, None
    elif given.after:
        options.previous = given.after
    return options, given.files


def read(name):
    if name == "-":
        data = sys.stdin.buffer.read()
    else:
        with open(name, "rb") as file:
            data = file.read()
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def main(arguments):
    try:
        options, files = parse_arguments(arguments)
    except (OSError, EOFError, zlib.error, CannotCheck) as problem:
        print(f"--previous: {problem}", file=sys.stderr)
        return 2
    if not files:
        print("no file given", file=sys.stderr)
        return 2
    status = 0
    for name in files:
        try:
            report = check(read(name), options, name)
        except (OSError, EOFError, zlib.error, CannotCheck) as problem:
            print(f"{name}: {problem}", file=sys.stderr)
            status = 2
            continue
        print(json.dumps(report, separators=(",", ":")))
        if options.in_sequence:
            options.previous = options.issue
        if fails(report, options):
            status = max(status, 1)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The electricity half of the oracle: D0350 and D0351, layouts zhv and zhf.

Only the built-in (placeholder) profiles: there is no --profile here.
"""

import sequence
from common import (
    BOM,
    EDITION_LETTERS,
    PLACEHOLDERS,
    RULE_ORDER,
    SEVERITY,
    CannotCheck,
    count_findings,
    date_of,
    has_meter_point,
    is_blank,
    number_of,
    printable,
    take_second_file,
)

FLOWS = ("d0350", "d0351")

# ---------------------------------------------------------------- the format

# Items: name, most characters (in zhf: the exact ones), kind. In zhf the spaces
# at the end of a "text" are padding; everything else is taken as it stands.
HEADER = [
    ("file_identifier", 10, "text"),
    ("flow_and_version", 8, "text"),
    ("from_role", 1, "text"),
    ("from_participant", 4, "text"),
    ("to_role", 1, "text"),
    ("to_participant", 4, "text"),
    ("created", 14, "timestamp"),
    ("sending_application", 5, "text"),
    ("receiving_application", 5, "text"),
    ("broadcast", 1, "text"),
    ("test_flag", 4, "text"),
]
TRAILER = [
    ("file_identifier", 10, "text"),
    ("group_count", 10, "number"),
    ("checksum", 10, "text"),
    ("flow_count", 10, "number"),
    ("completed", 14, "timestamp"),
]
SEQUENCE_GROUP = [("file_sequence_number", 10, "number")]


class Profile:
    def __init__(self, flow_and_version, from_role, to_role, instruction_type, update_code, update_group, participant):
        self.flow_and_version = flow_and_version
        self.from_role = from_role
        self.to_role = to_role
        self.instruction_type = instruction_type
        self.top_code = b"X01"  # of the group of level 1
        self.update_code = update_code
        self.groups = {self.top_code: SEQUENCE_GROUP, update_code: update_group}
        self.participant = participant  # the header's item with the distributor's participant


PROFILES = {
    "d0350": Profile(
        b"D0350001", b"Z", b"P", b"DC01", b"X02",
        [
            ("instruction_number", 10, "number"),
            ("instruction_type", 4, "text"),
            ("mpan_core", 13, "mpan"),
            ("dcc_service_flag", 1, "flag"),
            ("effective_from_date", 8, "date"),
        ],
        "to_participant",
    ),
    "d0351": Profile(
        b"D0351001", b"P", b"Z", b"DC11", b"X03",
        [
            ("instruction_number", 10, "number"),
            ("instruction_type", 4, "text"),
            ("mpan_core", 13, "mpan"),
            ("reason_code", 8, "text"),
        ],
        "from_participant",
    ),
}  # fmt: skip

PARTICIPANTS = {
    b"10": b"EELC", b"11": b"EMEB", b"12": b"LOND", b"13": b"MANW", b"14": b"MIDE", b"15": b"NEEB", b"16": b"NORW",
    b"17": b"HYDE", b"18": b"SPOW", b"19": b"SEEB", b"20": b"SOUT", b"21": b"SWAE", b"22": b"SWEB", b"23": b"YELG",
}  # fmt: skip
DISTRIBUTORS = range(10, 39)
WEIGHTS = [3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43]
LETTERS = (b"A", b"N", b"I", b"S", b"W")


# -------------------------------------------------------------------- values


def check_digit(body):
    """The 13th digit of an MPAN core, from its first twelve (bytes)."""
    return sum((byte - 0x30) * weight for byte, weight in zip(body, WEIGHTS)) % 11 % 10


def is_mpan(text):
    return len(text) == 13 and text.isdigit()


def timestamp_day(text):
    """The day of 14 digits that are a real date and time of day, or None."""
    if len(text) != 14 or not text.isdigit():
        return None
    if int(text[8:10]) > 23 or int(text[10:12]) > 59 or int(text[12:]) > 59:
        return None
    return date_of(text[:8])


# --------------------------------------------------------------------- lines


def cut(text):
    """[(start, stop)] of the items of a zhv line; the last bar may be missing."""
    spans, at = [], 0
    while at < len(text):
        bar = text.find(b"|", at)
        stop = len(text) if bar < 0 else bar
        spans.append((at, stop))
        at = stop + 1
    return spans


def without_blanks(text, wanted):
    """A zhv line without what is behind its last pipe, if that is spaces and tabs, and without the last
    cells past the wanted items, if they have nothing but spaces and tabs and at least one of them has any."""
    bared = text.rstrip(b" \t")
    if not bared.endswith(b"|"):
        return text
    cells = bared.split(b"|")[:-1]
    kept = len(cells)
    while kept > 1 + len(wanted) and not cells[kept - 1].strip(b" \t"):
        kept -= 1
    if any(cells[kept:]):
        return b"".join(cell + b"|" for cell in cells[:kept])
    return bared


def code_of(text, layout):
    return text.split(b"|")[0] if layout == "zhv" else text[:3]


def items_of(text, layout, wanted, more_may_follow):
    """[(name, start, stop)] of a line of the right shape, else None."""
    if layout == "zhv":
        spans = cut(without_blanks(text, wanted))[1:]
        if len(spans) < len(wanted) or (len(spans) > len(wanted) and not more_may_follow):
            return None
        return [(name, start, stop) for (name, _, _), (start, stop) in zip(wanted, spans)]
    if len(text) != 3 + sum(length for _, length, _ in wanted):
        return None
    items, at = [], 3
    for name, length, _ in wanted:
        items.append((name, at, at + length))
        at += length
    return items


# --------------------------------------------------------------------- check


def check(data, lines, padding, layout, options, name=""):
    second_file = take_second_file(lines, lambda line: code_of(line.text, layout) == b"ZPT")
    with_text = [line for line in lines if not is_blank(line, options.max_line)]
    header_code = b"ZHV" if layout == "zhv" else b"ZHF"
    for line in with_text:
        line.tag = code_of(line.text, layout)

    # ---- the header, the flow, the profile
    header = with_text[0] if with_text[0].tag == header_code else None
    flow = options.flow
    if flow is None:
        flow = "d0350"
        if header and len(header.text) <= options.max_line:
            for item, start, stop in items_of(header.text, layout, HEADER, True) or []:
                named = header.text[start:stop]
                if item == "flow_and_version" and named.startswith(b"D0351"):
                    flow = "d0351"
                elif item == "flow_and_version" and len(named) <= 8 and not named.startswith(b"D0350"):
                    named = named.rstrip(b" ") if layout == "zhf" else named
                    if re.fullmatch(rb"D[0-9]{4}[0-9]*", named):
                        raise CannotCheck("%s is not read" % named[:5].decode())
    profile = PROFILES[flow]
    shapes = {header_code: HEADER, b"ZPT": TRAILER, **profile.groups}
    longest = {item: most for shape in shapes.values() for item, most, _ in shape}
    kinds = {item: kind for shape in shapes.values() for item, _, kind in shape}

    # ---- what each line is
    trailer = None
    records = []
    group_count = flow_count = 0  # up to the trailer
    for line in lines:
        if is_blank(line, options.max_line):
            line.role = "empty"
        elif line is header:
            line.role = "header"
        elif trailer is None and line.tag == b"ZPT":
            line.role = "trailer"
            trailer = line
        elif trailer is None and line.tag == profile.top_code:
            line.role = "group"
            group_count += 1
            flow_count += 1
        else:
            line.role = "record"
            records.append(line)
            line.record = len(records)
            if trailer is None:
                group_count += 1
            line.unexpected = (
                trailer is not None
                or line.tag == header_code
                or (line.tag == profile.update_code and flow_count == 0)
            )
    updates = [line for line in records if line.tag == profile.update_code]

    findings = []  # everything, ignored or not
    errors = set()  # numbers of the records with an error, after --ignore/--severity

    def report_finding(rule, line, field=None, start=0, stop=None, field_place=-1, record=True):
        """One finding on line.text[start:stop]."""
        if stop is None:
            stop = len(line.text)
        severity = options.severity.get(rule, SEVERITY[rule])
        number = line.record if record else None
        value = printable(line.text[start:stop][:64])
        astray = field is not None and stop - start > longest[field]
        astray = astray or has_meter_point(line.text[start:stop])
        if options.mask and (field in (None, "mpan_core") or astray):
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

    def items(line):
        """[(name, start, stop)] of a line whose shape is good, else None."""
        if len(line.text) > options.max_line or line.tag not in shapes:
            return None
        return items_of(line.text, layout, shapes[line.tag], line.tag in (header_code, b"ZPT"))

    def value_of(item, text):
        """The item's value: in zhf without the padding of a text."""
        return text.rstrip(b" ") if layout == "zhf" and kinds[item] == "text" else text

    def readable(line, wanted):
        """The value of an item that is there, ASCII and not too long, else None."""
        for item, start, stop in (items(line) or []) if line else []:
            text = line.text[start:stop]
            if item == wanted and max(text, default=0) < 0x80 and len(text) <= longest[item]:
                return value_of(item, text)
        return None

    def place_of(line, wanted):
        """(name, start, stop, place in the line) of an item of a well-shaped line."""
        for place, (item, start, stop) in enumerate(items(line)):
            if item == wanted:
                return item, start, stop, place

    # ---- the edition: no profile here has a first day of MP077
    edition = options.edition
    if edition == "auto":
        edition = "any"
        report_finding("edition-unknown", with_text[0], record=False)
    created_day = timestamp_day(readable(header, "created") or b"")
    latest_good_day = options.as_of or created_day

    # ---- findings about the file
    report_finding("placeholder-profile", with_text[0], record=False)
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
    header_file_identifier = readable(header, "file_identifier")

    def judge(line, item, text):
        """The rules that an item's content breaks."""
        if any(byte > 0x7F for byte in text):
            return ["non-ascii"]
        if len(text) > longest[item]:
            return ["item-too-long"]
        value = value_of(item, text)
        if kinds[item] == "number":
            number = number_of(value, longest[item])
            if number is None:
                return ["not-a-number"]
            if line is trailer and item == "group_count" and number != group_count:
                return ["group-count"]
            if line is trailer and item == "flow_count" and number != flow_count:
                return ["flow-count"]
            return ["file-sequence-number"] if item == "file_sequence_number" and number == 0 else []
        if kinds[item] == "timestamp":
            return [] if timestamp_day(value) else ["invalid-timestamp"]
        if item == "file_identifier" and line is header:
            return [] if re.fullmatch(rb"[0-9A-Za-z]+", value) else ["invalid-file-id"]
        if item == "flow_and_version" and line is header:
            return [] if value == profile.flow_and_version else ["flow-version"]
        if item == "from_role" and line is header:
            return [] if value == profile.from_role else ["unexpected-role"]
        if item == "to_role" and line is header:
            return [] if value == profile.to_role else ["unexpected-role"]
        if item == "test_flag" and line is header:
            return [] if value == b"OPER" else ["test-flag"]
        if item == "file_identifier" and line is trailer:
            if header_file_identifier is not None and value != header_file_identifier:
                return ["file-id-mismatch"]
            return []
        if item == "instruction_type":
            return [] if value == profile.instruction_type else ["instruction-type"]
        if item == "mpan_core":
            if not is_mpan(value):
                return ["not-a-number"]
            rules = []
            if check_digit(value[:12]) != int(value[12:]):
                rules.append("mpan-check-digit")
            if int(value[:2]) not in DISTRIBUTORS:
                rules.append("unknown-distributor")
            return rules
        if item == "dcc_service_flag":
            if value not in LETTERS:
                return ["unknown-flag"]
            return [] if value in EDITION_LETTERS[edition] else ["flag-not-in-edition"]
        if item == "effective_from_date":
            date = date_of(value)
            if date is None:
                return ["invalid-date"]
            rules = ["future-effective-date"] if latest_good_day and date > latest_good_day else []
            if date in PLACEHOLDERS:
                return rules + ["placeholder-date"]
            return rules if 1950 <= date[0] <= 2199 else rules + ["date-out-of-range"]
        return []

    last_instruction = 0
    has_blanks = False
    for line in with_text:
        if len(line.text) > options.max_line:
            report_finding("line-too-long", line)
            continue
        if line.tag not in shapes:
            report_finding("unknown-record", line)
            continue
        if items(line) is None:
            report_finding("malformed-record" if layout == "zhv" else "wrong-length", line)
            continue
        if line.unexpected:
            report_finding("unexpected-record", line)
        if layout == "zhv":
            kept = without_blanks(line.text, shapes[line.tag])
            if not kept.endswith(b"|"):
                report_finding("missing-trailing-bar", line)
            if kept != line.text and not has_blanks:
                has_blanks = True
                report_finding("trailing-blanks", line, start=len(kept))
        for place, (item, start, stop) in enumerate(items(line)):
            for rule in judge(line, item, line.text[start:stop]):
                if rule == "non-ascii":
                    while line.text[start] < 0x80:
                        start += 1
                    stop = start + 1
                report_finding(rule, line, item, start, stop, place)
        if line.role == "record" and line.tag == profile.update_code:
            instruction = number_of(readable(line, "instruction_number") or b"", 10)
            if instruction is not None:
                if instruction <= last_instruction:
                    report_finding("instruction-number", line, *place_of(line, "instruction_number"))
                last_instruction = instruction

    # ---- the header's participant against the distributors of the meter points
    participant = readable(header, profile.participant)
    if participant is not None:
        others = 0
        for line in updates:
            mpan = readable(line, "mpan_core")
            if mpan is not None and is_mpan(mpan) and PARTICIPANTS.get(mpan[:2], participant) != participant:
                others += 1
        if others:
            report_finding("participant-mismatch", header, *place_of(header, profile.participant))

    # ---- records against each other
    if options.cross_record and flow == "d0350":
        first_flag = {}  # (point, date) -> the flag of the first good record
        for line in updates:
            point = readable(line, "mpan_core")
            flag = readable(line, "dcc_service_flag")
            date = date_of(readable(line, "effective_from_date") or b"")
            if line.record in errors or point is None or not is_mpan(point) or flag not in LETTERS or date is None:
                continue
            if (point, date) not in first_flag:
                first_flag[point, date] = flag
            elif first_flag[point, date] == flag:
                report_finding("duplicate-meter-point", line, *place_of(line, "mpan_core"))
            else:
                report_finding("conflicting-update", line, *place_of(line, "dcc_service_flag"))

    # ---- the file after the previous one
    sender = readable(header, "from_participant")
    number = readable(header, "file_identifier")
    if number is not None and not (number and sequence.is_graphic(number)):
        number = None
    groups = [line for line in lines if line.role in ("header", "group", "trailer")]
    issue = sequence.Issue(
        (flow, sender) if sender else None,
        number,
        sequence.content(records, options.max_line),
        sequence.content(groups, options.max_line),
    )
    for rule in sequence.finish(options, issue):
        if header and items(header):
            report_finding(rule, header, *place_of(header, "file_identifier"), record=False)
        else:
            report_finding(rule, with_text[0], record=False)

    # ---- counting
    totals, ignored, shown, truncated = count_findings(findings, options)
    flags = {}
    for line in updates:
        flag = readable(line, "dcc_service_flag")
        if line.record not in errors and flag in LETTERS:
            flags[flag.decode()] = flags.get(flag.decode(), 0) + 1
    return {
        "schema": "flagflow-report/1",
        "file": name,
        "flow": flow,
        "layout": layout,
        "envelope": bool(header or trailer),
        "file_type": None,
        "edition": edition,
        "records": len(records),
        "accepted": len(records) - len(errors),
        "rejected": len(errors),
        "flags": dict(sorted(flags.items())),
        "totals": dict(sorted(totals.items())),
        "ignored": dict(sorted(ignored.items())),
        "findings": shown,
        "truncated": truncated,
    }

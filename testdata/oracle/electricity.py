"""The electricity half of the oracle: D0350, D0351 and D0172, layouts zhv and zhf.

Only the built-in profiles, the flow structure of the Data Transfer Catalogue 15.4: there is no --profile here.
"""

import re

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

FLOWS = ("d0350", "d0351", "d0172")

# ---------------------------------------------------------------- the format

# Items: name, most characters (in zhf: the exact ones), kind. In zhf the spaces
# at the end of a "text" are padding; everything else is content.
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

# The items of groups, by their J numbers.
J0003 = ("mpan_core", 13, "mpan")
J0084 = ("supplier_id", 4, "text")
J0107 = ("rejection_reason_code", 4, "text")
J0109 = ("instruction_number", 12, "number")
J0330 = ("file_sequence_number", 12, "number")
J0522 = ("received", 5, "number")
J0523 = ("accepted", 5, "number")
J0524 = ("rejected", 5, "number")
J0723 = ("instruction_type", 4, "text")
J0821 = ("deemed_received_date", 8, "date")
J1017 = ("incoming_instruction_number", 12, "number")
J1064 = ("answered_file_identifier", 10, "text")
J1833 = ("dcc_service_flag", 1, "flag")
J1834 = ("effective_from_date", 8, "date")

ANY = None  # as often as there are lines


class Group:
    """A line between header and trailer."""

    def __init__(self, code, level, parent, least, most, role, items, optional=()):
        self.code, self.level, self.parent = code, level, parent
        self.least, self.most = least, most  # below one line of the parent, or in the file
        self.role = role  # "group", "record" or "reason"
        self.items = items
        self.mandatory = {name for name, _, _ in items} - {name for name, _, _ in optional}


class Profile:
    name = "dtc-15.4"
    mp077_first_day = (2021, 11, 4)

    def __init__(self, flow_and_version, from_role, to_role, instruction_type, participant, groups):
        self.flow_and_version = flow_and_version
        self.from_role = from_role
        self.to_role = to_role
        self.instruction_type = instruction_type
        self.participant = participant  # the header's item with the distributor's participant; None: not compared
        self.groups = {group.code: group for group in groups}
        self.top_code = groups[0].code  # of the group of level 1
        self.record_code = groups[1].code
        self.shapes = {group.code: group.items for group in groups}


PROFILES = {
    "d0350": Profile(
        b"D0350001", b"Z", b"P", b"DC01", "to_participant",
        [
            Group(b"81H", 1, None, 1, 1, "group", [J0330]),
            Group(b"82H", 2, b"81H", 0, ANY, "record", [J0109, J0723, J0003, J1833, J1834, J0084]),
        ],
    ),
    "d0351": Profile(
        b"D0351001", b"P", b"Z", b"DC11", "from_participant",
        [
            Group(b"83H", 1, None, 1, 1, "group", [J0330]),
            Group(b"84H", 2, b"83H", 1, ANY, "record", [J0109, J0723, J1017, J0003, J0821, J1833, J1834, J0084],
                  optional=[J0003, J1833, J1834, J0084]),
            Group(b"85H", 3, b"84H", 1, ANY, "reason", [J0107]),
        ],
    ),
    "d0172": Profile(
        b"D0172001", b"P", b"Z", b"DC90", None,
        [
            Group(b"749", 1, None, 1, 1, "group", [J0330]),
            Group(b"357", 2, b"749", 1, ANY, "record", [J0109, J0723, J0821, J1064, J0522, J0523, J0524]),
        ],
    ),
}  # fmt: skip
HIGHEST_SEQUENCE = 10**12 - 1  # J0330 has 12 digits
MOST_INSTRUCTIONS = 99999  # of a D0350: J0522 of its D0172 has 5 digits

PARTICIPANTS = {
    b"10": b"EELC", b"11": b"EMEB", b"12": b"LOND", b"13": b"MANW", b"14": b"MIDE", b"15": b"NEEB", b"16": b"NORW",
    b"17": b"HYDE", b"18": b"SPOW", b"19": b"SEEB", b"20": b"SOUT", b"21": b"SWAE", b"22": b"SWEB", b"23": b"YELG",
}  # fmt: skip
DISTRIBUTORS = range(10, 39)
WEIGHTS = [3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43]
LETTERS = (b"A", b"N", b"I", b"S", b"W")
SPACES_ARE_NONE = ("supplier_id", "rejection_reason_code", "answered_file_identifier")  # in zhv too
CONTROL = re.compile(rb"[\x00-\x1f\x7f|]")  # what no text has: control characters and (in zhf) pipes


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
    """[(start, stop)] of the items of a zhv line; the last pipe may be missing."""
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


def place_lines(lines, header, header_code, profile, max_line):
    """Gives each line its role, and each record its number; returns the records and the trailer.

    A group is in its place if its parent is open and has not enough of its kind. A line in another place is a
    record, and so is a line of an unknown code, perhaps a damaged one: it opens no group, and closes what is open
    from the level of records on. The code alone decides, whatever the shape.
    """
    open_lines = {}  # level -> the line in its place whose groups may follow
    in_file = dict.fromkeys(profile.groups, 0)  # code -> lines in their places
    trailer, records = None, []

    def close(level):
        for deeper in [other for other in open_lines if other >= level]:
            del open_lines[deeper]

    for line in lines:
        if is_blank(line, max_line):
            line.role = "empty"
            continue
        if line is header:
            line.role = "header"
            continue
        if trailer is None and line.tag == b"ZPT":
            line.role = "trailer"
            trailer = line
            continue
        group = profile.groups.get(line.tag)
        line.role = "record"
        line.unexpected = trailer is not None or line.tag == header_code
        record_level = profile.groups[profile.record_code].level
        if trailer is None and group is None:
            close(record_level)
        if trailer is None and group is not None:
            parent = next((other for other in open_lines.values() if other.tag == group.parent), None)
            found = in_file if group.parent is None else parent.below if parent else None
            if found is None:
                line.unexpected = True
                close(record_level)
            elif group.most is not ANY and found[group.code] >= group.most:
                line.excess = True
                close(record_level)
            else:
                found[group.code] += 1
                close(group.level)
                open_lines[group.level] = line
                line.below = dict.fromkeys(profile.groups, 0)
                line.role = group.role
                if group.role == "reason":
                    line.record = parent.record
        if line.role == "record":
            records.append(line)
            line.record = len(records)
    return records, trailer, in_file


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
                if item != "flow_and_version":
                    continue
                known = named[:5].lower().decode("latin-1") if named[:1] == b"D" else None
                if known in FLOWS:
                    flow = known
                elif len(named) <= 8:
                    named = named.rstrip(b" ") if layout == "zhf" else named
                    if re.fullmatch(rb"D[0-9]{4}[0-9]*", named):
                        raise CannotCheck("%s is not read" % named[:5].decode())
    profile = PROFILES[flow]
    shapes = {header_code: HEADER, b"ZPT": TRAILER, **profile.shapes}
    longest = {item: most for shape in shapes.values() for item, most, _ in shape}
    kinds = {item: kind for shape in shapes.values() for item, _, kind in shape}

    # ---- what each line is
    records, trailer, in_file = place_lines(lines, header, header_code, profile, options.max_line)
    instructions = [line for line in records if line.tag == profile.record_code]
    groups = [line for line in lines if line.role == "group"]
    between = [line for line in with_text if line.role in ("group", "record", "reason")]
    if trailer:
        between = [line for line in between if line.number < trailer.number]
    group_count = len(between)
    flow_count = len([line for line in between if line.tag == profile.top_code])

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
        """The value of an item that is there, ASCII, not too long and without control characters, else None."""
        for item, start, stop in (items(line) or []) if line else []:
            text = line.text[start:stop]
            if item == wanted and max(text, default=0) < 0x80 and len(text) <= longest[item]:
                return None if kinds[item] == "text" and CONTROL.search(text) else value_of(item, text)
        return None

    def place_of(line, wanted):
        """(name, start, stop, place in the line) of an item of a well-shaped line."""
        for place, (item, start, stop) in enumerate(items(line)):
            if item == wanted:
                return item, start, stop, place

    # ---- the edition
    created_day = timestamp_day(readable(header, "created") or b"")
    latest_good_day = options.as_of or created_day
    edition = options.edition
    if edition == "auto":
        if created_day is None:
            edition = "any"
            report_finding("edition-unknown", with_text[0], record=False)
        else:
            edition = "pre-mp077" if created_day < profile.mp077_first_day else "mp077"

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

    # ---- groups that are missing, below a line in its place or in the file
    for group in profile.groups.values():
        if group.parent is None:
            if in_file[group.code] < group.least:
                report_finding("group-cardinality", trailer or with_text[-1], record=False)
            continue
        for line in with_text:
            if line.below is not None and line.tag == group.parent and line.below[group.code] < group.least:
                report_finding("group-cardinality", line)

    # ---- more instructions than a confirmation can count
    if flow == "d0350" and len(records) > MOST_INSTRUCTIONS:
        report_finding("too-many-instructions", records[MOST_INSTRUCTIONS])

    # ---- findings of each line
    header_file_identifier = readable(header, "file_identifier")

    def is_empty(item, text):
        """Returns true for an item of a group without a value: in zhf spaces are none, in zhv in some texts."""
        return not (text.strip(b" ") if layout == "zhf" or item in SPACES_ARE_NONE else text)

    def judge(line, item, text):
        """The rules that an item's content breaks."""
        if any(byte > 0x7F for byte in text):
            return ["non-ascii"]
        if len(text) > longest[item]:
            return ["item-too-long"]
        if kinds[item] == "text" and CONTROL.search(text):
            return ["control-character"]
        if line.tag in profile.groups and is_empty(item, text):
            return ["empty-item"] if item in profile.groups[line.tag].mandatory else []
        value = value_of(item, text)
        if kinds[item] == "number":
            number = number_of(value, longest[item])
            if number is None:
                return ["not-a-number"]
            if line is trailer and item == "group_count" and number != group_count:
                return ["group-count"]
            if line is trailer and item == "flow_count" and number != flow_count:
                return ["flow-count"]
            if item == "received":
                parts = [number_of(readable(line, name) or b"", 5) for name in ("accepted", "rejected")]
                return [] if None in parts or sum(parts) == number else ["confirmation-counts"]
            return ["file-sequence-number"] if item == "file_sequence_number" and number == 0 else []
        if kinds[item] == "timestamp":
            return [] if timestamp_day(value) else ["invalid-timestamp"]
        if (item == "file_identifier" and line is header) or item == "answered_file_identifier":
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
        if item == "supplier_id":
            return [] if re.fullmatch(rb"[0-9A-Z]{4}", value) else ["invalid-supplier-id"]
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
        if kinds[item] == "date":
            date = date_of(value)
            if date is None:
                return ["invalid-date"]
            is_future = item == "effective_from_date" and latest_good_day and date > latest_good_day
            rules = ["future-effective-date"] if is_future else []
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
        if line.excess:
            report_finding("group-cardinality", line)
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
                    start += next(at for at, byte in enumerate(line.text[start:stop]) if byte > 0x7F)
                    stop = start + 1
                elif rule == "control-character":
                    start += CONTROL.search(line.text[start:stop]).start()
                    stop = start + 1
                report_finding(rule, line, item, start, stop, place)
        if line.role == "record" and line.tag == profile.record_code:
            instruction = number_of(readable(line, "instruction_number") or b"", longest["instruction_number"])
            if instruction is not None:
                if instruction <= last_instruction:
                    report_finding("instruction-number", line, *place_of(line, "instruction_number"))
                last_instruction = instruction

    # ---- the header's participant against the distributors of the meter points
    participant = readable(header, profile.participant) if profile.participant else None
    if participant is not None:
        others = 0
        for line in instructions:
            mpan = readable(line, "mpan_core")
            if mpan is not None and is_mpan(mpan) and PARTICIPANTS.get(mpan[:2], participant) != participant:
                others += 1
        if others:
            report_finding("participant-mismatch", header, *place_of(header, profile.participant))

    # ---- records against each other
    if options.cross_record and flow == "d0350":
        first_flag = {}  # (point, date) -> the flag of the first good record
        for line in instructions:
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

    # ---- the file after the previous one: the series is that of J0330
    first = groups[0] if groups else None
    sender, receiver = readable(header, "from_participant"), readable(header, "to_participant")
    identifier = readable(header, "file_identifier")
    issue = sequence.Issue(
        (flow, sender, receiver) if sender and receiver else None,
        number_of(readable(first, "file_sequence_number") or b"", longest["file_sequence_number"]),
        sequence.content([line for line in lines if line.role in ("record", "reason")], options.max_line),
        HIGHEST_SEQUENCE,
        identifier if identifier and sequence.is_graphic(identifier) else None,
    )
    for rule, is_identifier in sequence.finish(options, issue):
        line, item = (header, "file_identifier") if is_identifier else (first, "file_sequence_number")
        if line and items(line):
            report_finding(rule, line, *place_of(line, item), record=False)
        else:
            report_finding(rule, with_text[0], record=False)

    # ---- counting
    totals, ignored, shown, truncated = count_findings(findings, options)
    flags = {}
    for line in instructions:
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
        "profile": profile.name,
        "records": len(records),
        "accepted": len(records) - len(errors),
        "rejected": len(errors),
        "flags": dict(sorted(flags.items())),
        "totals": dict(sorted(totals.items())),
        "ignored": dict(sorted(ignored.items())),
        "findings": shown,
        "truncated": truncated,
    }

"""The electricity samples of make_testdata.py: D0350, D0351 and D0172, zhv and zhf. All invented."""

import electricity

# ------------------------------------------------------------ building blocks

# Invented meter points. The sum of digits times 3 5 7 13 17 19 23 29 31 37 41 43, mod 11, mod 10:
M1 = b"1013044353630"  # 3+7+39+76+92+87+155+111+246+129 = 945, 945 mod 11 = 10, 0
M2 = b"1000000000012"  # 3+43 = 46, 2
M3 = b"1011111111110"  # 3+7+13+17+19+23+29+31+37+41+43 = 263, 10, 0
M4 = b"1022222222226"  # 3 + 2*260 = 523, 6
M5 = b"1000000000100"  # 3+41 = 44, 0
LONDON = b"1200000000011"  # 3+10+43 = 56, 1
INDEPENDENT = b"2400000000004"  # 6+20 = 26, 4
LAST_KNOWN = b"3800000000005"  # 9+40 = 49, 5
AFTER_IT = b"3900000000000"  # 9+45 = 54, 10, 0
BEFORE_TEN = b"0900000000001"  # 45, 1
for point in (M1, M2, M3, M4, M5, LONDON, INDEPENDENT, LAST_KNOWN, AFTER_IT, BEFORE_TEN):
    assert electricity.check_digit(point[:12]) == int(point[12:]), point


def mpan(body):
    return body + b"%d" % electricity.check_digit(body)


def day(date):
    """A date item: a number of eight digits, bytes as they are."""
    return date if isinstance(date, bytes) else b"%08d" % date


# Field names, short.
ID, FLOW, FROLE, FPART, TROLE, TPART = (
    "file_identifier", "flow_and_version", "from_role", "from_participant", "to_role", "to_participant")  # fmt: skip
CREATED, SEND, RECV, CAST, TEST = "created", "sending_application", "receiving_application", "broadcast", "test_flag"
GROUPS, SUM, FLOWS, DONE = "group_count", "checksum", "flow_count", "completed"
SEQ, NUM, TYPE, MPAN, FLAG, DATE, SUPPLIER = (
    "file_sequence_number", "instruction_number", "instruction_type", "mpan_core", "dcc_service_flag",
    "effective_from_date", "supplier_id")  # fmt: skip
INCOMING, DEEMED, REASON = "incoming_instruction_number", "deemed_received_date", "rejection_reason_code"
ANSWERED, RECEIVED, ACCEPTED, REJECTED = "answered_file_identifier", "received", "accepted", "rejected"

# zhv: header 61 bytes (62 with LF): 4 ID(10) 15 FLOW(8) 24 FROLE 26 FPART(4) 31 TROLE 33 TPART(4)
# 38 CREATED(14) 53 SEND(0) 54 RECV(0) 55 CAST(0) 56 TEST(4). 81H, 83H, 749 6 (7): 4 SEQ(1).
# 82H 41 (42): 4 NUM(1) 6 TYPE(4) 11 MPAN(13) 25 FLAG(1) 27 DATE(8) 36 SUPPLIER(4).
# 84H 52 (53): 4 NUM(1) 6 TYPE(4) 11 INCOMING(1) 13 MPAN(13) 27 DEEMED(8) 36 FLAG(1) 38 DATE(8) 47 SUPPLIER(4).
# 85H 7 (8): 4 REASON(2). So an 84H with its 85H is 61.
# 357 37 (38): 4 NUM(1) 6 TYPE(4) 11 DEEMED(8) 20 ANSWERED(10) 31 RECEIVED(1) 33 ACCEPTED(1) 35 REJECTED(1).
# ZPT 35 (36): 4 ID(10) 15 GROUPS(1) 17 SUM(0) 18 FLOWS(1) 20 DONE(14).
# So after the header and a group of level 1 the records begin at 69: updates at 69, 111, 153, 195, 237 ...,
# rejections at 69, 130, 191 ... and their reasons at 122, 183, 244 ..., confirmations at 69, 107, 145 ...
H = b"ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n"
H51 = b"ZHV|0000475656|D0351001|P|EELC|Z|DCCO|20220301093000||||OPER|\n"
H72 = b"ZHV|0000475656|D0172001|P|EELC|Z|DCCO|20220301093000||||OPER|\n"
G81, G83, G749 = b"81H|1|\n", b"83H|1|\n", b"749|1|\n"


def u82(number, point, flag=b"A", date=20220101, kind=b"DC01", supplier=b"MRCY", end=b"\n"):
    return b"82H|%d|%s|%s|%s|%s|%s|" % (number, kind, point, flag, day(date), supplier) + end


def r84(number, point, flag=b"A", date=20220101, kind=b"DC11", supplier=b"MRCY", incoming=b"7", deemed=20220302, end=b"\n"):
    return b"84H|%d|%s|%s|%s|%s|%s|%s|%s|" % (number, kind, incoming, point, day(deemed), flag, day(date), supplier) + end


def r85(code=b"47", end=b"\n"):
    return b"85H|%s|" % code + end


def rejection(number, point, code=b"47", **items):
    return r84(number, point, **items) + r85(code)


def c357(number, received=3, accepted=2, rejected=1, kind=b"DC90", deemed=20220302, answered=b"0000475656", end=b"\n"):
    return b"357|%d|%s|%s|%s|%d|%d|%d|" % (number, kind, day(deemed), answered, received, accepted, rejected) + end


def zpt(groups, flows, identifier=b"0000475656", end=b"\n"):
    return b"ZPT|%s|%d||%d|20220301093100|" % (identifier, groups, flows) + end


# zhf: header 60 (61): 3 ID 13 FLOW 21 FROLE 22 FPART 26 TROLE 27 TPART 31 CREATED 45 SEND 50 RECV 55 CAST 56 TEST.
# 81H, 83H, 749 15 (16): 3 SEQ(12). 82H 45 (46): 3 NUM(12) 15 TYPE(4) 19 MPAN(13) 32 FLAG 33 DATE 41 SUPPLIER(4).
# 84H 65 (66): 3 NUM(12) 15 TYPE(4) 19 INCOMING(12) 31 MPAN(13) 44 DEEMED 52 FLAG 53 DATE 61 SUPPLIER(4).
# 85H 7 (8): 3 REASON(4). So an 84H with its 85H is 74.
# 357 52 (53): 3 NUM(12) 15 TYPE(4) 19 DEEMED 27 ANSWERED(10) 37 RECEIVED(5) 42 ACCEPTED(5) 47 REJECTED(5).
# ZPT 57 (58): 3 ID 13 GROUPS 23 SUM 33 FLOWS 43 DONE.
# So the records begin at 77: updates at 77, 123, 169, 215 ..., rejections at 77, 151 ... and their reasons at
# 143, 217 ..., confirmations at 77, 130, 183 ...
FH = b"ZHF0000475656D0350001ZDCCOPEELC20220301093000           OPER\n"
FH51 = b"ZHF0000475656D0351001PEELCZDCCO20220301093000           OPER\n"
FH72 = b"ZHF0000475656D0172001PEELCZDCCO20220301093000           OPER\n"
FG81, FG83, FG749 = b"81H000000000001\n", b"83H000000000001\n", b"749000000000001\n"


def f82(number, point, flag=b"A", date=20220101, kind=b"DC01", supplier=b"MRCY", end=b"\n"):
    return b"82H%012d%-4s%s%s%s%-4s" % (number, kind, point, flag, day(date), supplier) + end


def f84(number, point, flag=b"A", date=20220101, kind=b"DC11", supplier=b"MRCY", incoming=b"000000000007", deemed=20220302, end=b"\n"):
    return b"84H%012d%-4s%s%s%s%s%s%-4s" % (number, kind, incoming, point, day(deemed), flag, day(date), supplier) + end


def f85(code=b"47", end=b"\n"):
    return b"85H%-4s" % code + end


def f_rejection(number, point, code=b"47", **items):
    return f84(number, point, **items) + f85(code)


def f357(number, received=3, accepted=2, rejected=1, kind=b"DC90", deemed=20220302, answered=b"0000475656", end=b"\n"):
    return b"357%012d%-4s%s%-10s%05d%05d%05d" % (number, kind, day(deemed), answered, received, accepted, rejected) + end


def fzpt(groups, flows, identifier=b"0000475656", end=b"\n"):
    return b"ZPT%-10s%010d          %010d20220301093100" % (identifier, groups, flows) + end


assert [len(x) for x in (H, H51, H72, G81, u82(1, M1), r84(1, M1), r85(), c357(1), zpt(1, 1))] == [62, 62, 62, 7, 42, 53, 8, 38, 36]
assert [len(x) for x in (FH, FH51, FH72, FG81, f82(1, M1), f84(1, M1), f85(), f357(1), fzpt(1, 1))] == [61, 61, 61, 16, 46, 66, 8, 53, 58]

def instructions(count):
    """A D0350 of so many updates, of different points."""
    points = (mpan(b"10%010d" % number) for number in range(count))
    return H + G81 + b"".join(u82(number, point) for number, point in enumerate(points, 1)) + zpt(count + 1, 1)


def fixed_instructions(count):
    points = (mpan(b"10%010d" % number) for number in range(count))
    return FH + FG81 + b"".join(f82(number, point) for number, point in enumerate(points, 1)) + fzpt(count + 1, 1)


NO_DATE = b" " * 8  # in zhf
NO_POINT = b" " * 13


def crlf(data):
    return data.replace(b"\n", b"\r\n")


def unknown_edition(length, offset=0, line=1):
    """The note of a file whose day cannot be read: its first non-empty line."""
    return ("edition-unknown", line, offset, length, None)


def is_canonical(data):
    """Returns true if parsing and writing would give the same bytes (without the oracle)."""
    end = b"\r\n" if b"\r\n" in data else b"\n"
    lines = data.split(end)
    if lines.pop() != b"" or b"" in lines or any(b"\r" in x or b"\n" in x for x in lines):
        return False
    if data.startswith(b"ZHF"):
        lengths = {b"ZHF": 60, b"81H": 15, b"82H": 45, b"83H": 15, b"84H": 65, b"85H": 7, b"749": 15, b"357": 52, b"ZPT": 57}
        return all(len(x) == lengths.get(x[:3]) for x in lines)
    items = {b"81H": 3, b"82H": 8, b"83H": 3, b"84H": 10, b"85H": 3, b"749": 3, b"357": 9}  # with the empty text behind the last pipe
    numbers = {b"81H": [1], b"82H": [1], b"83H": [1], b"84H": [1, 3], b"749": [1], b"357": [1, 5, 6, 7], b"ZPT": [2, 4]}
    for line in lines:
        cells = line.split(b"|")
        if cells[-1] or len(cells) != items.get(cells[0], len(cells)):
            return False
        if any(cells[n] != b"%d" % int(cells[n]) for n in numbers.get(cells[0], [])):
            return False
    return True


def add(sample, variant, valid, unreadable):
    add_valid(valid, variant)
    add_shapes(sample, variant, unreadable)
    add_groups(sample, variant)
    add_items(sample, variant)
    add_rules_of_each_flow(sample)
    add_file_rules(sample, variant)
    add_mixtures(sample, variant)


# ---------------------------------------------------------------------- valid


def add_valid(valid, variant):
    V, W, X = "d0350/valid/", "d0351/valid/", "d0172/valid/"
    main = H + G81 + u82(1, M1, b"A") + u82(2, M2, b"N") + u82(3, M3, b"I") + zpt(4, 1)
    valid(V + "zhv", main, [], "The main case: header, a group, one update of each MP077 flag, trailer.",
          flow="d0350", layout="zhv", envelope=True, file_type=None, edition="mp077", profile="dtc-15.4", records=3, accepted=3,
          rejected=0, flags={"A": 1, "I": 1, "N": 1}, totals={})
    variant(V + "zhv", ["--edition", "pre-mp077"],
            [("flag-not-in-edition", 4, 111 + 25, 1, FLAG, "N"), ("flag-not-in-edition", 5, 153 + 25, 1, FLAG, "I")],
            "N and I are letters of the other edition.", edition="pre-mp077", accepted=1, rejected=2, flags={"A": 1})
    variant(V + "zhv", ["--flow", "d0351"],
            [("flow-version", 1, 15, 8, FLOW, "D0350001"), ("unexpected-role", 1, 24, 1, FROLE, "Z"), ("unexpected-role", 1, 31, 1, TROLE, "P"),
             ("unknown-record", 2, 62, 6, None), ("unknown-record", 3, 69, 41, None), ("unknown-record", 4, 111, 41, None),
             ("unknown-record", 5, 153, 41, None), ("group-cardinality", 6, 195, 35, None), ("flow-count", 6, 195 + 18, 1, FLOWS, "1")],
            "Read as the other flow: its header is wrong, its groups are unknown, and there is no 83H.", flow="d0351", records=4, rejected=4,
            flags={})
    variant(V + "zhv", ["--as-of", "2021-12-31", "--fail-on", "warning"],
            [("future-effective-date", n, at + 27, 8, DATE, "20220101") for n, at in ((3, 69), (4, 111), (5, 153))],
            "--as-of wins over the header's day.", accepted=3)
    variant(V + "zhv", ["--fail-on", "note"], [], "There is nothing to fail on.", exit=0)
    variant(V + "zhv", ["--layout", "zhf"],
            [unknown_edition(61), ("missing-header", 1, 0, 61, None), ("unknown-record", 1, 0, 61, None), ("wrong-length", 2, 62, 6, None),
             ("wrong-length", 3, 69, 41, None), ("wrong-length", 4, 111, 41, None), ("wrong-length", 5, 153, 41, None),
             ("wrong-length", 6, 195, 35, None)],
            "Read as fixed-length: ZHV is not a header of zhf, so it is a record; the other codes are known, their lengths wrong.",
            layout="zhf", records=4, rejected=4, flags={}, record_numbers=[None, None, 1, None, 2, 3, 4, None])
    valid(V + "zhv-crlf", crlf(main), [], "CRLF: the CR belongs to the line ending, after the last pipe.", records=3, accepted=3)
    valid(V + "zhv-pre-mp077", H.replace(b"20220301", b"20211103") + G81 + u82(1, M1, b"A", 20211103) + u82(2, M2, b"S", 20200101)
          + u82(3, M3, b"W", 20130101) + zpt(4, 1), [], "Created on 2021-11-03, the last day of the old letters A, S, W.",
          edition="pre-mp077", flags={"A": 1, "S": 1, "W": 1})
    valid(V + "zhv-first-day-of-mp077", H.replace(b"20220301", b"20211104") + G81 + u82(1, M1, b"N", 20211104) + u82(2, M2, b"I", 20211104)
          + zpt(3, 1), [], "Created on 2021-11-04, the first day of the new letters; effective on the header's own day.",
          edition="mp077", flags={"I": 1, "N": 1})
    valid(V + "zhv-no-updates", H + G81 + zpt(1, 1), [], "A file without updates is legal.", records=0, flow="d0350", flags={})
    valid(V + "zhv-header-of-fourteen-items", H[:-1] + b"a|b c|\n" + G81 + u82(1, M1) + zpt(2, 1), [],
          "Header items beyond the twelfth are copied unread, whatever their content.", accepted=1)
    valid(V + "zhv-trailer-of-seven-items", H + G81 + u82(1, M1) + zpt(2, 1)[:-1] + b"|\n", [],
          "A trailer with an item more, empty.", accepted=1)
    valid(V + "zhv-every-item-filled", b"ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20240229000000|SENDR|RECVR|B|OPER|\n"
          + b"81H|999999999999|\n" + b"82H|999999999999|DC01|" + M1 + b"|A|20240229|MRCY|\n"
          + b"ZPT|0000475656|2|CHECKSUM10|1|20240229235959|\n", [],
          "Every item at its most characters; leap days; midnight and the last second.", accepted=1)
    for identifier in (b"0000000001", b"GW00ab", b"1"):
        name = {b"1": "one-digit", b"GW00ab": "letters"}.get(identifier, "leading-zeros")
        valid(V + "zhv-file-identifier-" + name, H.replace(b"0000475656", identifier) + G81 + u82(1, M1) + zpt(2, 1, identifier),
              [], "The same file identifier, %s, in header and trailer." % name.replace("-", " "))
    for number, participant in sorted(electricity.PARTICIPANTS.items()):
        point = mpan(number + b"1234567890")
        valid(V + "zhv-distributor-%s-%s" % (number.decode(), participant.decode().lower()),
              H.replace(b"EELC", participant) + G81 + u82(1, point) + zpt(2, 1), [],
              "A meter point of %s in a file for %s." % (number.decode(), participant.decode()), accepted=1)
    valid(V + "zhv-independent-distributors", H.replace(b"EELC", b"INDP") + G81 + u82(1, INDEPENDENT) + u82(2, LAST_KNOWN)
          + zpt(3, 1), [], "24 and 38 are independent networks, whose participants are not known: no finding.", accepted=2)
    valid(V + "zhv-unknown-distributor", H + G81 + u82(1, AFTER_IT) + u82(2, BEFORE_TEN) + u82(3, b"0" * 13) + zpt(4, 1),
          [("unknown-distributor", 3, 69 + 11, 13, MPAN, "3900000000000"), ("unknown-distributor", 4, 111 + 11, 13, MPAN, "0900000000001"),
           ("unknown-distributor", 5, 153 + 11, 13, MPAN, "0000000000000")],
          "39, 09 and 00 are not known distributors: notes. The check digit of all zeros is 0.", accepted=3)
    variant(V + "zhv-unknown-distributor", ["--mask", "--max-samples", "2"],
            [("unknown-distributor", 3, 69 + 11, 13, MPAN, None), ("unknown-distributor", 4, 111 + 11, 13, MPAN, None)],
            "Masked, two samples.", exit=0, truncated=True)
    valid(V + "zhv-test-flag", H.replace(b"OPER", b"TR01") + G81 + u82(1, M1) + zpt(2, 1), [("test-flag", 1, 56, 4, TEST, "TR01")],
          "Not operational: a note.", accepted=1)
    valid(V + "zhv-test-flag-empty", H.replace(b"OPER", b"") + G81 + u82(1, M1) + zpt(2, 1), [("test-flag", 1, 56, 0, TEST, "")],
          "An empty test flag is not OPER either.", accepted=1)
    valid(V + "zhv-sequence", H + G81 + u82(1, M1, b"A", 20220101) + u82(2, M1, b"N", 20220102) + u82(3, M1, b"A", 20220103) + zpt(4, 1), [],
          "The same point on three dates is a normal sequence.", flags={"A": 2, "N": 1})
    valid(V + "zhv-instruction-numbers-with-gaps", H + G81 + u82(1, M1) + u82(5, M2) + u82(6, M3) + zpt(4, 1), [],
          "Increasing instruction numbers, from 1, with a gap.", accepted=3)
    valid(V + "zhv-suppliers", H + G81 + u82(1, M1, supplier=b"MRCY") + u82(2, M2, supplier=b"A1B2") + u82(3, M3, supplier=b"0000") + zpt(4, 1), [],
          "Supplier ids of letters and digits.", accepted=3)
    valid(V + "zhv-first-day-of-dates", H + G81 + u82(1, M1, date=19500101) + zpt(2, 1), [], "1 January 1950 is a date.", accepted=1)

    fixed = FH + FG81 + f82(1, M1, b"A") + f82(2, M2, b"N") + f82(3, M3, b"I") + fzpt(4, 1)
    valid(V + "zhf", fixed, [], "The main case in the fixed-length user file.", flow="d0350", layout="zhf", envelope=True, edition="mp077",
          profile="dtc-15.4", records=3, accepted=3, flags={"A": 1, "I": 1, "N": 1})
    variant(V + "zhf", ["--layout", "zhv"],
            [unknown_edition(60), ("unknown-record", 1, 0, 60, None), ("unknown-record", 2, 61, 15, None), ("unknown-record", 3, 77, 45, None),
             ("unknown-record", 4, 123, 45, None), ("unknown-record", 5, 169, 45, None), ("unknown-record", 6, 215, 57, None),
             ("group-cardinality", 6, 215, 57, None)],
            "Read as delimited every line is one long unknown code, and the file bare. That there is no 81H is shown at its last line.",
            envelope=False, layout="zhv", records=6, record_numbers=[None, 1, 2, 3, 4, 5, 6, None])
    variant(V + "zhf", ["--flow", "d0351"],
            [("flow-version", 1, 13, 8, FLOW, "D0350001"), ("unexpected-role", 1, 21, 1, FROLE, "Z"), ("unexpected-role", 1, 26, 1, TROLE, "P"),
             ("unknown-record", 2, 61, 15, None), ("unknown-record", 3, 77, 45, None), ("unknown-record", 4, 123, 45, None),
             ("unknown-record", 5, 169, 45, None), ("group-cardinality", 6, 215, 57, None), ("flow-count", 6, 215 + 33, 10, FLOWS)],
            "zhf read as the other flow.", flow="d0351")
    valid(V + "zhf-crlf", crlf(fixed), [], "zhf with CRLF.", records=3)
    valid(V + "zhf-pre-mp077", FH.replace(b"20220301", b"20211103") + FG81 + f82(1, M1, b"S", 20200101) + f82(2, M2, b"W", 20130101) + fzpt(3, 1), [],
          "zhf with the old letters.", edition="pre-mp077", flags={"S": 1, "W": 1})
    valid(V + "zhf-no-updates", FH + FG81 + fzpt(1, 1), [], "zhf without updates.", records=0)
    valid(V + "zhf-short-file-identifier", FH.replace(b"0000475656", b"007a      ") + FG81 + f82(1, M1) + fzpt(2, 1, b"007a"), [],
          "A file identifier of four characters, padded right with spaces.", accepted=1)
    valid(V + "zhf-every-item-filled", b"ZHF0000475656D0350001ZDCCOPEELC20240229235959SENDRRECVRBOPER\n" + b"81H999999999999\n"
          + f82(999999999999, M1, b"A", 20240229) + b"ZPT00004756560000000002CHECKSUM10000000000120240229235959\n", [],
          "Every item of zhf filled.", accepted=1)
    valid(V + "zhf-independent-distributor", FH.replace(b"EELC", b"IN  ") + FG81 + f82(1, INDEPENDENT) + fzpt(2, 1), [],
          "A participant of two characters, padded.", accepted=1)
    valid(V + "zhf-unknown-distributor", FH + FG81 + f82(1, AFTER_IT) + fzpt(2, 1), [("unknown-distributor", 3, 77 + 19, 13, MPAN)],
          "zhf with a distributor not known here.", accepted=1)
    valid(V + "zhf-test-flag", FH.replace(b"OPER", b"    ") + FG81 + f82(1, M1) + fzpt(2, 1), [("test-flag", 1, 56, 4, TEST, "    ")],
          "A test flag of spaces only is empty; the span stays the whole field.", accepted=1)

    answers = (H51 + G83 + rejection(1, M1) + r84(2, M2, b"N", incoming=b"9") + r85(b"3") + r85(b"55")
               + r84(3, b"", b"", b"", supplier=b"") + r85(b"38") + zpt(8, 1))
    valid(W + "zhv", answers, [], "D0351: a rejection with one reason, one with two, and one with all optional items empty. "
          "The day on which the file was received may be after it was created.",
          flow="d0351", layout="zhv", edition="mp077", profile="dtc-15.4", records=3, accepted=3, flags={"A": 1, "N": 1})
    variant(W + "zhv", ["--flow", "d0350"],
            [("flow-version", 1, 15, 8, FLOW, "D0351001"), ("unexpected-role", 1, 24, 1, FROLE, "P"), ("unexpected-role", 1, 31, 1, TROLE, "Z"),
             ("unknown-record", 2, 62, 6, None), ("unknown-record", 3, 69, 52, None), ("unknown-record", 4, 122, 7, None),
             ("unknown-record", 5, 130, 52, None), ("unknown-record", 6, 183, 6, None), ("unknown-record", 7, 190, 7, None),
             ("unknown-record", 8, 198, 26, None), ("unknown-record", 9, 225, 7, None), ("group-cardinality", 10, 233, 35, None),
             ("flow-count", 10, 233 + 18, 1, FLOWS, "1")],
            "--flow wins over the header; without 84H a reason is a record of its own.", flow="d0350", records=8, rejected=8)
    variant(W + "zhv", ["--flow", "d0172", "--max-samples", "1"],
            [("flow-version", 1, 15, 8, FLOW, "D0351001"), ("unknown-record", 2, 62, 6, None), ("group-cardinality", 10, 233, 35, None),
             ("flow-count", 10, 233 + 18, 1, FLOWS, "1")],
            "Read as D0172, which has the same roles.", flow="d0172", records=8, truncated=True)
    valid(W + "zhv-crlf", crlf(answers), [], "D0351 with CRLF.", accepted=3)
    codes = (b"1", b"3", b"23", b"38", b"47", b"48", b"55", b"56", b"58", b"62", b"9", b"ZZ-9", b"a b")
    valid(W + "zhv-reasons", H51 + G83 + r84(1, M1) + b"".join(map(r85, codes)) + zpt(15, 1), [],
          "The codes that concern this interface, and others, which may be any text of one to four characters.", records=1, accepted=1)
    valid(W + "zhv-same-point-again", H51 + G83 + rejection(1, M1) + rejection(2, M1) + rejection(3, M1, flag=b"N") + zpt(7, 1), [],
          "A point rejected three times, and the same incoming instruction: the rules that compare records are for D0350 only.",
          accepted=3, flags={"A": 2, "N": 1})
    valid(W + "zhv-every-item-filled", b"ZHV|0000475656|D0351001|P|EELC|Z|DCCO|20240229000000|SENDR|RECVR|B|OPER|\n" + b"83H|999999999999|\n"
          + b"84H|999999999999|DC11|999999999999|" + M1 + b"|20240301|A|20240229|MRCY|\n" + r85(b"1234") + zpt(3, 1), [],
          "Every item at its most characters.", accepted=1)
    valid(W + "zhv-first-and-last-day-of-dates", H51 + G83 + rejection(1, M1, deemed=19500101) + rejection(2, M2, deemed=21991231)
          + rejection(3, M3, date=19500101) + zpt(7, 1), [], "1 January 1950 and 31 December 2199 are dates.", accepted=3)
    valid(W + "zhv-pre-mp077", H51.replace(b"20220301", b"20211103") + G83 + rejection(1, M1, flag=b"S", date=20211101) + zpt(3, 1), [],
          "D0351 with an old letter.", edition="pre-mp077", flags={"S": 1})
    f_answers = (FH51 + FG83 + f_rejection(1, M1) + f84(2, M2, b"N") + f85(b"3") + f85(b"55")
                 + f84(3, NO_POINT, b" ", NO_DATE, supplier=b"") + f85(b"38") + fzpt(8, 1))
    valid(W + "zhf", f_answers, [], "D0351 in zhf: optional items without a value are spaces, numbers and dates too.",
          flow="d0351", layout="zhf", accepted=3, flags={"A": 1, "N": 1})
    valid(W + "zhf-crlf", crlf(f_answers), [], "D0351 in zhf with CRLF.", accepted=3)
    valid(W + "zhf-every-item-filled", FH51 + b"83H999999999999\n" + f84(999999999999, M1, incoming=b"9" * 12) + f85(b"1234") + fzpt(3, 1), [],
          "Every item of a zhf rejection filled.", accepted=1)

    confirmations = H72 + G749 + c357(1) + c357(2, 0, 0, 0, answered=b"a1") + c357(3, 99999, 99998, 1) + zpt(4, 1)
    valid(X + "zhv", confirmations, [], "D0172: three confirmed files, one of them without instructions.",
          flow="d0172", layout="zhv", envelope=True, file_type=None, edition="mp077", profile="dtc-15.4", records=3, accepted=3, flags={})
    variant(X + "zhv", ["--flow", "d0350"],
            [("flow-version", 1, 15, 8, FLOW, "D0172001"), ("unexpected-role", 1, 24, 1, FROLE, "P"), ("unexpected-role", 1, 31, 1, TROLE, "Z"),
             ("unknown-record", 2, 62, 6, None), ("unknown-record", 3, 69, 37, None), ("unknown-record", 4, 107, 29, None),
             ("unknown-record", 5, 137, 45, None), ("group-cardinality", 6, 183, 35, None), ("flow-count", 6, 183 + 18, 1, FLOWS, "1")],
            "Read as D0350.", flow="d0350", records=4, rejected=4)
    valid(X + "zhv-crlf", crlf(confirmations), [], "D0172 with CRLF.", accepted=3)
    valid(X + "zhv-every-item-filled", b"ZHV|0000475656|D0172001|P|EELC|Z|DCCO|20240229000000|SENDR|RECVR|B|OPER|\n" + b"749|999999999999|\n"
          + c357(999999999999, 99999, 99999, 0) + zpt(2, 1), [], "Every item at its most characters.", accepted=1)
    valid(X + "zhv-another-distributor", H72.replace(b"EELC", b"LOND") + G749 + c357(1) + zpt(2, 1), [],
          "D0172 has no meter points to compare with its sender.", accepted=1)
    valid(X + "zhv-same-file-again", H72 + G749 + c357(1) + c357(2) + zpt(3, 1), [], "The same file confirmed twice: no rule compares them.", accepted=2)
    valid(X + "zhv-first-and-last-day-of-dates", H72 + G749 + c357(1, deemed=19500101) + c357(2, deemed=21991231) + zpt(3, 1), [],
          "1 January 1950 and 31 December 2199 are dates.", accepted=2)
    f_confirmations = FH72 + FG749 + f357(1) + f357(2, 0, 0, 0, answered=b"a1") + f357(3, 99999, 99998, 1) + fzpt(4, 1)
    valid(X + "zhf", f_confirmations, [], "D0172 in zhf.", flow="d0172", layout="zhf", records=3, accepted=3, flags={})
    valid(X + "zhf-crlf", crlf(f_confirmations), [], "D0172 in zhf with CRLF.", accepted=3)


# ------------------------------------------- the shape of lines and of the file


def add_shapes(sample, variant, unreadable):
    I, J, K = "d0350/invalid/", "d0351/invalid/", "d0172/invalid/"
    unreadable(I + "unrecognised-no-bar", b"ZHV\n" + G81, "ZHV needs its pipe to be recognised.")
    variant(I + "unrecognised-no-bar", ["--layout", "zhv"],
            [unknown_edition(3), ("malformed-record", 1, 0, 3, None), ("missing-trailer", 2, 4, 6, None)],
            "With the layout named it is a header of too few items, and the trailer is missing.", records=0, envelope=True, flow="d0350")
    unreadable(I + "unrecognised-bare", u82(1, M1), "A bare update is not recognised.")
    variant(I + "unrecognised-bare", ["--flow", "d0350"],
            [unknown_edition(41), ("unexpected-record", 1, 0, 41, None), ("group-cardinality", 1, 0, 41, None)],
            "--flow makes it zhv; the update is before any 81H, and there is none, which is shown at the last line.", envelope=False,
            records=1, layout="zhv", record_numbers=[None, 1, None])
    unreadable(I + "unrecognised-bare-group", G81 + u82(1, M1), "Bare groups are not recognised either.")
    variant(I + "unrecognised-bare-group", ["--layout", "zhv"], [unknown_edition(6)], "With the layout named they are fine.", exit=0,
            envelope=False, records=1, accepted=1, flow="d0350", edition="any")
    variant(I + "unrecognised-bare-group", ["--flow", "d0351"],
            [unknown_edition(6), ("unknown-record", 1, 0, 6, None), ("unknown-record", 2, 7, 41, None), ("group-cardinality", 2, 7, 41, None)],
            "D0351 has neither.", layout="zhv", flow="d0351")
    unreadable(I + "unrecognised-lower-case", H.lower(), "Codes are upper case.")
    unreadable(I + "unrecognised-trailer-only", zpt(0, 0), "A trailer alone is not recognised.")
    variant(I + "unrecognised-trailer-only", ["--flow", "d0350"],
            [unknown_edition(35), ("missing-header", 1, 0, 35, None), ("group-cardinality", 1, 0, 35, None)],
            "With the flow named: a trailer without a header and an 81H, whose counts of 0 are right.", records=0, envelope=True)
    unreadable(I + "unrecognised-zhf-trailer-only", fzpt(1, 0), "A zhf trailer alone.")
    variant(I + "unrecognised-zhf-trailer-only", ["--layout", "zhf"],
            [unknown_edition(57), ("missing-header", 1, 0, 57, None), ("group-cardinality", 1, 0, 57, None),
             ("group-count", 1, 13, 10, GROUPS, "0000000001")],
            "With the layout named: no header, and no line between, where one is declared.", flow="d0350")
    unreadable(I + "empty-but-for-bom-and-lines", b"\xef\xbb\xbf\r\n\n", "A byte-order mark and empty lines.")
    variant(I + "empty-but-for-bom-and-lines", ["--layout", "zhv", "--flow", "d0350"], None, "Nothing overrides emptiness.", exit=2)
    unreadable(J + "unrecognised-bare", G83 + rejection(1, M1), "A bare rejection is not recognised.")
    variant(J + "unrecognised-bare", ["--flow", "d0351"], [unknown_edition(6)], "With the flow named it is fine.", exit=0, records=1, accepted=1)
    unreadable(K + "unrecognised-bare", G749 + c357(1), "A bare confirmation is not recognised.")
    variant(K + "unrecognised-bare", ["--flow", "d0172"], [unknown_edition(6)], "With the flow named it is fine.", exit=0, records=1, accepted=1)

    sample(I + "missing-trailing-bar", H[:-2] + b"\n" + b"81H|1\n" + u82(1, M1)[:-2] + b"\n" + u82(2, M2) + zpt(3, 1)[:-2] + b"\n",
           [("missing-trailing-bar", 1, 0, 60, None), ("missing-trailing-bar", 2, 61, 5, None, "81H|1"),
            ("missing-trailing-bar", 3, 67, 40, None), ("missing-trailing-bar", 5, 150, 34, None)],
           "The last pipe missing on each kind of line: read as if it were present.", exit=0, accepted=2,
           record_numbers=[None, None, 1, None], flags={"A": 2})
    variant(I + "missing-trailing-bar", ["--severity", "missing-trailing-bar=error"],
            [("missing-trailing-bar", 1, 0, 60, None), ("missing-trailing-bar", 2, 61, 5, None, "81H|1"),
             ("missing-trailing-bar", 3, 67, 40, None), ("missing-trailing-bar", 5, 150, 34, None)],
            "As an error it rejects the one record.", accepted=1, rejected=1, flags={"A": 1})
    sample(J + "missing-trailing-bar", H51 + G83 + r84(1, M1)[:-2] + b"\n" + b"85H|47\n" + r84(2, M2, supplier=b"")[:-2] + b"\n" + r85() + zpt(5, 1),
           [("missing-trailing-bar", 3, 69, 51, None), ("missing-trailing-bar", 4, 121, 6, None), ("malformed-record", 5, 128, 47, None)],
           "With and without: an empty last item needs its pipe, else an item is missing.", accepted=1, rejected=1, record_numbers=[1, 1, 2])
    variant(J + "missing-trailing-bar", ["--severity", "missing-trailing-bar=error"],
            [("missing-trailing-bar", 3, 69, 51, None), ("missing-trailing-bar", 4, 121, 6, None), ("malformed-record", 5, 128, 47, None)],
            "As an error it rejects a record once.", accepted=0, rejected=2)
    sample(K + "missing-trailing-bar", H72 + b"749|1\n" + c357(1)[:-2] + b"\n" + zpt(2, 1),
           [("missing-trailing-bar", 2, 62, 5, None), ("missing-trailing-bar", 3, 68, 36, None)], "D0172.", exit=0, accepted=1)
    sample(I + "missing-trailing-bar-crlf", crlf(H + G81) + u82(1, M1)[:-2] + b"\r\n" + zpt(2, 1)[:-2],
           [("missing-trailing-bar", 3, 71, 40, None), ("missing-terminator", 4, 113, 34, None), ("missing-trailing-bar", 4, 113, 34, None)],
           "Before CRLF, and at the end of a file that lacks its last byte and line ending.", exit=0, accepted=1)

    sample(I + "trailing-blanks", H + b"81H|1|  \n" + u82(1, M1, end=b" | | |\n") + u82(2, M2, end=b"\t\r\n") + zpt(3, 1, end=b" \n"),
           [("trailing-blanks", 2, 68, 2, None, "  "), ("mixed-line-ends", 4, 119, 42, None)],
           "Spaces, cells of spaces, a tab: behind the last item, so in no item. One warning, at the first of them.", exit=0, accepted=2)
    sample(I + "trailing-blanks-empty-cells", H + G81 + u82(1, M1, end=b"||\n") + u82(2, M2, end=b"|| |\n") + zpt(3, 1),
           [("malformed-record", 3, 69, 43, None), ("trailing-blanks", 4, 154, 4, None, "|| |")],
           "Empty cells alone are items too many; beside one of white space they are as blank as it is.", accepted=1, rejected=1)
    sample(J + "trailing-blanks", H51 + G83 + r84(1, M1, supplier=b"", end=b" \n") + r85(end=b"  \n") + zpt(3, 1),
           [("trailing-blanks", 3, 69 + 48, 1, None, " ")], "After an empty optional item, and after a reason.", exit=0, accepted=1, record_numbers=[1])

    sample(I + "malformed-record", H + b"81H|\n" + u82(1, M1) + b"81H|2||\n" + b"82H|2|DC01|" + M2 + b"|A|\n" + u82(3, M3)[:-1] + b"|\n"
           + b"82H\n" + b"82H||||||||\n" + zpt(7, 2),
           [("malformed-record", 2, 62, 4, None, "81H|"), ("malformed-record", 4, 109, 7, None), ("malformed-record", 5, 117, 27, None),
            ("malformed-record", 6, 145, 42, None), ("malformed-record", 7, 188, 3, None, "82H"), ("malformed-record", 8, 192, 11, None)],
           "Items missing or too many in groups and updates. A broken 81H is still a group and no record; a second one is a record, "
           "and that it is one too many is not reported as well.",
           records=6, accepted=1, rejected=5, record_numbers=[None, 2, 3, 4, 5, 6])
    sample(J + "malformed-record", H51 + G83 + b"84H|1|DC11|\n" + b"84H|2|DC11|\n" + r85() + r84(3, M3) + b"85H|47||\n" + b"85H\n" + zpt(7, 1),
           [("malformed-record", 3, 69, 11, None), ("group-cardinality", 3, 69, 11, None), ("malformed-record", 4, 81, 11, None),
            ("malformed-record", 7, 154, 8, None), ("malformed-record", 8, 163, 3, None)],
           "The code decides what a line is: a broken 84H lacks its 85H, or has one; a broken 85H is one, and its record is rejected.",
           records=3, accepted=0, rejected=3, record_numbers=[1, 1, 2, 3, 3])
    sample(K + "malformed-record", H72 + b"749\n" + c357(1)[:-3] + b"\n" + c357(2) + zpt(3, 1),
           [("malformed-record", 2, 62, 3, None), ("malformed-record", 3, 66, 35, None)], "D0172: items missing.",
           records=2, accepted=1, record_numbers=[None, 1])
    sample(I + "malformed-record-header", b"ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20220301093000||||\n" + G81 + u82(1, LONDON, b"A", 20990101)
           + zpt(2, 1, b"1"), [unknown_edition(56), ("malformed-record", 1, 0, 56, None)],
           "A header an item short is still the header, but nothing in it is read: no day, no participant, no identifier.",
           envelope=True, records=1, accepted=1, edition="any")
    sample(I + "malformed-record-header-without-last-item-and-bar",
           b"ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20220301093000|||\n" + G81 + zpt(1, 1), [unknown_edition(55), ("malformed-record", 1, 0, 55, None)],
           "malformed-record is the only finding, without missing-trailing-bar.", records=0)
    sample(J + "malformed-record-header", b"ZHV|0000475656|D0351001|\n" + G83 + rejection(1, M1) + zpt(3, 1),
           [unknown_edition(24), ("malformed-record", 1, 0, 24, None), ("unknown-record", 2, 25, 6, None), ("unknown-record", 3, 32, 52, None),
            ("unknown-record", 4, 85, 7, None), ("group-cardinality", 5, 93, 35, None), ("flow-count", 5, 93 + 18, 1, FLOWS, "1")],
           "A header that cannot be split gives no flow: d0350, which has none of these groups.", flow="d0350", records=3)
    variant(J + "malformed-record-header", ["--flow", "d0351"], [unknown_edition(24), ("malformed-record", 1, 0, 24, None)],
            "With the flow named.", flow="d0351", accepted=1)
    sample(I + "malformed-record-trailer", H + G81 + u82(1, M1) + b"ZPT|0000475656|9||9|\n", [("malformed-record", 4, 111, 20, None)],
           "A trailer without its time is still the trailer; its counts are not checked.", accepted=1, envelope=True)
    sample(I + "malformed-record-zpt-only", H + G81 + u82(1, M1) + b"ZPT\n", [("malformed-record", 4, 111, 3, None, "ZPT")],
           "ZPT and nothing else: the trailer, of a bad shape.", records=1, accepted=1)

    sample(I + "wrong-length", FH[:-1] + b" \n" + b"81H00000000001\n" + f82(1, M1)[:-2] + b"\n" + f82(2, M2, end=b" \n") + b"82H\n"
           + b"ZPT0000475656\n",
           [unknown_edition(61), ("wrong-length", 1, 0, 61, None), ("wrong-length", 2, 62, 14, None), ("wrong-length", 3, 77, 44, None),
            ("wrong-length", 4, 122, 46, None), ("wrong-length", 5, 169, 3, None, "82H"), ("wrong-length", 6, 173, 13, None)],
           "Each kind of zhf line a byte off, or its code alone: all keep their roles.", records=3, rejected=3, envelope=True,
           record_numbers=[None, None, None, 1, 2, 3, None])
    sample(J + "wrong-length", FH51 + FG83 + f84(1, M1) + f85(b"1").rstrip() + b"\n" + f84(2, M2, supplier=b"").rstrip() + b"\n" + f85() + fzpt(5, 1),
           [("wrong-length", 4, 143, 4, None, "85H1"), ("wrong-length", 5, 148, 61, None)],
           "Padding stripped by some editor, from a reason and from a rejection.", records=2, rejected=2, record_numbers=[1, 2])
    sample(K + "wrong-length", FH72 + b"7490000000001\n" + f357(1)[:-2] + b"\n" + fzpt(2, 1),
           [("wrong-length", 2, 61, 13, None), ("wrong-length", 3, 75, 51, None)], "D0172: a sequence number of ten digits, and a digit lost.", rejected=1)

    sample(I + "unknown-record", H + G81 + r84(1, M1) + b"82h|1|\n" + b"|\n" + b"  \n" + b" 82H|1|\n" + b"E451234567810A20220101\n"
           + zpt(6, 1),
           [("unknown-record", 3, 69, 52, None), ("unknown-record", 4, 122, 6, None), ("unknown-record", 5, 129, 1, None, "|"),
            ("empty-line", 6, 131, 2, None, "  "), ("unknown-record", 7, 134, 7, None), ("unknown-record", 8, 142, 22, None)],
           "The other flow's group, lower case, an empty code, a gas record, without missing-trailing-bar. White space is not a record.",
           records=5, rejected=5)
    sample(I + "unknown-record-zhf", FH + FG81 + f84(1, M1) + b"82h\n" + b"81\n" + H + fzpt(5, 1),
           [("unknown-record", 3, 77, 65, None), ("unknown-record", 4, 143, 3, None), ("unknown-record", 5, 147, 2, None, "81"),
            ("unknown-record", 6, 150, 61, None)], "zhf: another code, half a code, and ZHV, which is not a code of zhf.", records=4)
    sample(I + "unknown-record-placeholders", H + b"X01|1|\n" + b"X02|1|DC01|" + M1 + b"|A|20220101|\n" + zpt(2, 1),
           [("unknown-record", 2, 62, 6, None), ("unknown-record", 3, 69, 36, None), ("group-cardinality", 4, 106, 35, None),
            ("flow-count", 4, 106 + 18, 1, FLOWS, "1")], "The placeholder codes that flagflow once had are no codes of the flow.", records=2, rejected=2)
    other = (b"ZHV|0000475656|D0010002|D|UDMS|X|MRCY|20160302153151||||OPER|\n" + b"026|" + M1 + b"|V|\n"
             + b"028|G87A 01111|C|\n" + b"ZPT|0000475656|2||1|20160302154650|\n")
    unreadable(I + "unknown-record-other-flow", other, "A flow of meter readings is not read.")
    variant(I + "unknown-record-other-flow", ["--flow", "d0350"],
            [("flow-version", 1, 15, 8, FLOW, "D0010002"), ("unexpected-role", 1, 24, 1, FROLE, "D"), ("unexpected-role", 1, 31, 1, TROLE, "X"),
             ("unknown-record", 2, 62, 20, None), ("unknown-record", 3, 83, 17, None), ("group-cardinality", 4, 101, 35, None),
             ("flow-count", 4, 101 + 18, 1, FLOWS, "1")],
            "Read as D0350, but without any of its groups.", flow="d0350", records=2, rejected=2, edition="pre-mp077")

    sample(I + "unexpected-record-before-group", H + u82(1, M1) + G81 + u82(2, M2) + zpt(3, 1), [("unexpected-record", 2, 62, 41, None)],
           "An update before the 81H.", records=2, accepted=1, rejected=1, flags={"A": 1})
    variant(I + "unexpected-record-before-group", ["--ignore", "unexpected-record"], [], "Ignored it is accepted.", exit=0, accepted=2)
    sample(I + "unexpected-record-without-group", H + u82(1, M1) + u82(2, M1, b"X") + zpt(2, 0),
           [("unexpected-record", 2, 62, 41, None), ("unexpected-record", 3, 104, 41, None), ("unknown-flag", 3, 104 + 25, 1, FLAG, "X"),
            ("group-cardinality", 4, 146, 35, None)],
           "No 81H at all: every update is unexpected, its items are still checked, and the trailer shows that the group is missing.", rejected=2)
    sample(I + "unexpected-record-after-trailer", H + G81 + u82(1, M1) + zpt(2, 1) + G81 + u82(2, M2) + zpt(9, 9, b"x") + b"81H|\n" + b"026|\n"
           + b"ZPT|x|y||z|w|\n",
           [("unexpected-record", 5, 147, 6, None), ("unexpected-record", 6, 154, 41, None), ("unexpected-record", 7, 196, 26, None),
            ("malformed-record", 8, 223, 4, None), ("unknown-record", 9, 228, 4, None), ("unexpected-record", 10, 233, 13, None),
            ("not-a-number", 10, 233 + 6, 1, GROUPS, "y"), ("not-a-number", 10, 233 + 9, 1, FLOWS, "z"),
            ("invalid-timestamp", 10, 233 + 11, 1, DONE, "w")],
           "After the trailer every line is a record, 81H and a second ZPT too; the counts and identifier of the second ZPT have no effect.",
           records=7, accepted=1, rejected=6, record_numbers=[2, 3, 4, 5, 6, 7, 7, 7, 7])
    sample(I + "unexpected-record-second-header", H + G81 + b"ZHV|1|D9999999|X|DCCO|X|LOND|20220229000000||||TR01|\n" + u82(1, M1) + zpt(3, 1),
           [("unexpected-record", 3, 69, 52, None), ("invalid-timestamp", 3, 69 + 29, 14, CREATED, "20220229000000")],
           "A second header is a record: its items are checked, but not by the rules for the file's header. It does not end a group of level 1.",
           records=2, accepted=1, flow="d0350")
    sample(I + "second-file", H + G81 + u82(1, M1) + zpt(2, 1) + H + G81 + u82(1, M1) + zpt(2, 1), [("second-file", 5, 147, 61, None)],
           "Two files in one: the lines of the second are counted under its header.", records=1, accepted=1)
    sample(I + "second-file-zhf", FH + FG81 + f82(1, M1) + fzpt(2, 1) + b"A00x", [("second-file", 5, 181, 4, None, "A00x")],
           "A gas file behind a zhf file.", records=1, accepted=1)
    sample(J + "second-file", H51 + G83 + rejection(1, M1) + zpt(3, 1) + H72 + G749 + zpt(1, 1), [("second-file", 6, 166, 61, None)],
           "A D0172 behind the D0351 of the same answer.", records=1, accepted=1)
    sample(I + "trailing-padding", H + G81 + u82(1, M1) + zpt(2, 1) + b"\x1a\n", [("trailing-padding", 5, 147, 1, None, "\\x1A")],
           "The end of a file in DOS, and a line ending behind it.", exit=0, records=1, accepted=1)
    sample(I + "trailing-padding-zhf", FH + FG81 + f82(1, M1) + fzpt(2, 1) + b"\0\0", [("trailing-padding", 5, 181, 2, None, "\\x00\\x00")],
           "NULs behind the last line.", exit=0, records=1, accepted=1)
    sample(I + "placeholder-date", H + G81 + u82(1, M1, b"A", 19000101) + u82(2, M2, b"A", 99991231) + zpt(3, 1),
           [("placeholder-date", 3, 69 + 27, 8, DATE, "19000101"), ("future-effective-date", 4, 111 + 27, 8, DATE), ("placeholder-date", 4, 111 + 27, 8, DATE)],
           "Placeholder dates; not also reported as out of range.", exit=0, records=2, accepted=2)
    sample(I + "placeholder-date-zhf", FH + FG81 + f82(1, M1, b"A", 19700101) + fzpt(2, 1), [("placeholder-date", 3, 77 + 33, 8, DATE, "19700101")], "zhf.", exit=0)
    sample(J + "placeholder-date", H51 + G83 + rejection(1, M1, deemed=19700101, date=18991230) + zpt(3, 1),
           [("placeholder-date", 3, 69 + 27, 8, DEEMED, "19700101"), ("placeholder-date", 3, 69 + 38, 8, DATE, "18991230")], "Both dates of a rejection.", exit=0)
    sample(K + "placeholder-date", H72 + G749 + c357(1, deemed=99991231) + zpt(2, 1), [("placeholder-date", 3, 69 + 11, 8, DEEMED)],
           "A day of receipt is never compared with the day of the file.", exit=0)
    sample(I + "date-out-of-range", H + G81 + u82(1, M1, b"A", 19491231) + u82(2, M1, b"A", 19500101) + u82(3, M1, b"A", 22000101) + zpt(4, 1),
           [("date-out-of-range", 3, 69 + 27, 8, DATE, "19491231"), ("future-effective-date", 5, 153 + 27, 8, DATE), ("date-out-of-range", 5, 153 + 27, 8, DATE)],
           "The days before 1950 and after 2199.", exit=0, records=3, accepted=3)
    sample(I + "date-out-of-range-zhf", FH + FG81 + f82(1, M1, b"A", 229) + fzpt(2, 1), [("date-out-of-range", 3, 77 + 33, 8, DATE, "00000229")], "zhf.", exit=0)
    sample(J + "date-out-of-range", H51 + G83 + rejection(1, M1, deemed=22000101, date=19491231) + zpt(3, 1),
           [("date-out-of-range", 3, 69 + 27, 8, DEEMED, "22000101"), ("date-out-of-range", 3, 69 + 38, 8, DATE, "19491231")],
           "Both dates of a rejection.", exit=0)
    sample(J + "date-out-of-range-zhf", FH51 + FG83 + f_rejection(1, M1, deemed=19491231) + fzpt(3, 1), [("date-out-of-range", 3, 77 + 44, 8, DEEMED)],
           "zhf.", exit=0)
    sample(K + "date-out-of-range", H72 + G749 + c357(1, deemed=19491231) + c357(2, deemed=22000101) + zpt(3, 1),
           [("date-out-of-range", 3, 69 + 11, 8, DEEMED, "19491231"), ("date-out-of-range", 4, 107 + 11, 8, DEEMED, "22000101")], "D0172.", exit=0)
    sample(K + "date-out-of-range-zhf", FH72 + FG749 + f357(1, deemed=22000101) + fzpt(2, 1), [("date-out-of-range", 3, 77 + 19, 8, DEEMED)], "zhf.", exit=0)
    sample(I + "unexpected-record-zhf", FH + f82(1, M1) + FG81 + FH + fzpt(3, 1) + FG81 + f82(2, M2),
           [("unexpected-record", 2, 61, 45, None), ("unexpected-record", 4, 123, 60, None), ("unexpected-record", 6, 242, 15, None),
            ("unexpected-record", 7, 258, 45, None)],
           "zhf: an update before 81H, a second header, lines after the trailer.", records=4, rejected=4)
    sample(J + "unexpected-record", H51 + rejection(1, M1) + G83 + rejection(2, M2) + zpt(5, 1) + rejection(3, M3),
           [("unexpected-record", 2, 62, 52, None), ("unexpected-record", 3, 115, 7, None), ("unexpected-record", 8, 227, 52, None),
            ("unexpected-record", 9, 280, 7, None)],
           "Rejections before 83H and after ZPT: their reasons are below no 84H in its place, so they are records too.",
           records=5, accepted=1, rejected=4, record_numbers=[1, 2, 4, 5])
    sample(J + "unexpected-record-reason", H51 + G83 + r85() + rejection(1, M1) + b"026|\n" + r85() + zpt(6, 1),
           [("unexpected-record", 3, 69, 7, None), ("unknown-record", 6, 138, 4, None), ("unexpected-record", 7, 143, 7, None)],
           "A reason directly below 83H, and one behind a line of an unknown code, which may be a damaged 84H.",
           records=4, accepted=1, rejected=3, record_numbers=[1, 3, 4])
    variant(J + "unexpected-record-reason", ["--ignore", "unexpected-record"], [("unknown-record", 6, 138, 4, None)], "Ignored they are accepted records.",
            records=4, accepted=3)
    sample(J + "unexpected-record-second-header", H51 + G83 + r84(1, M1) + H51 + r85() + zpt(4, 1),
           [("group-cardinality", 3, 69, 52, None), ("unexpected-record", 4, 122, 61, None), ("unexpected-record", 5, 184, 7, None)],
           "A second header ends a rejection as an unknown line does.", records=3, rejected=3)
    sample(J + "unexpected-record-zhf", FH51 + f_rejection(1, M1) + FG83 + f85() + f_rejection(2, M2) + fzpt(6, 1),
           [("unexpected-record", 2, 61, 65, None), ("unexpected-record", 3, 127, 7, None), ("unexpected-record", 5, 151, 7, None)],
           "zhf: a rejection before 83H, a reason without an 84H.", records=4, rejected=3)
    sample(K + "unexpected-record", H72 + c357(1) + G749 + c357(2) + zpt(3, 1) + c357(3),
           [("unexpected-record", 2, 62, 37, None), ("unexpected-record", 6, 181, 37, None)], "Confirmations before 749 and after ZPT.",
           records=3, accepted=1, rejected=2)
    sample(K + "unexpected-record-zhf", FH72 + f357(1) + FG749 + f357(2) + fzpt(3, 1), [("unexpected-record", 2, 61, 52, None)], "zhf.", accepted=1)

    long = b"82H|1|DC01|" + M1 + b"|A|20220101|" + b"9" * 60
    sample(I + "line-too-long", H + b"81H|" + b"1" * 80 + b"\n" + long + b"\n" + b"ZPT|" + b"0" * 80 + b"\n",
           [("line-too-long", 2, 62, 84, None), ("line-too-long", 3, 147, 96, None, long[:64].decode()), ("line-too-long", 4, 244, 84, None)],
           "Lines past --max-line: that finding alone; update, group and trailer keep their roles by their codes.",
           args=["--max-line", "64"], records=1, rejected=1, record_numbers=[None, 1, None])
    variant(I + "line-too-long", ["--mask"],
            [("missing-trailing-bar", 2, 62, 84, None, None), ("item-too-long", 2, 66, 80, SEQ, None), ("missing-trailing-bar", 3, 147, 96, None, None),
             ("item-too-long", 3, 147 + 36, 60, SUPPLIER, None), ("malformed-record", 4, 244, 84, None, None)],
            "Within the default limit: items too long (masked, because they may be meter points) and no last pipe, too few items.")
    sample(J + "line-too-long-header", H51 + G83 + rejection(1, M1) + zpt(3, 1),
           [unknown_edition(61), ("line-too-long", 1, 0, 61, None), ("unknown-record", 2, 62, 6, None), ("unknown-record", 3, 69, 52, None),
            ("unknown-record", 4, 122, 7, None), ("group-cardinality", 5, 130, 35, None), ("flow-count", 5, 130 + 18, 1, FLOWS)],
           "A header past the limit is still the header, but nothing in it is read, and so not the flow.", args=["--max-line", "60"],
           flow="d0350", envelope=True)
    sample(J + "line-too-long", H51 + G83 + r84(1, M1) + b"85H|" + b"4" * 80 + b"\n" + r84(2, M2) + r85() + zpt(5, 1),
           [("line-too-long", 4, 122, 84, None)], "A reason past the limit: its record is rejected.", args=["--max-line", "64"],
           records=2, accepted=1, record_numbers=[1])
    sample(I + "line-too-long-zhf", FH + FG81 + f82(1, LONDON, b"A", 20990101) + fzpt(2, 1, b"other"), [unknown_edition(60), ("line-too-long", 1, 0, 60, None)],
           "zhf: without a readable header there is no day, participant or identifier to compare with.", args=["--max-line", "59"], accepted=1)

    sample(I + "empty-line", b"\n" + H + b"\n" + G81 + u82(1, M1) + zpt(2, 1) + b"\n",
           [("empty-line", 1, 0, 0, None, ""), ("empty-line", 3, 63, 0, None), ("empty-line", 7, 149, 0, None)],
           "Empty lines are warnings, no records, and not in the group count.", exit=0, accepted=1)
    sample(I + "empty-line-zhf", FH + FG81 + b"\n\n" + f82(1, M1) + fzpt(2, 1), [("empty-line", 3, 77, 0, None), ("empty-line", 4, 78, 0, None)],
           "Empty lines in zhf.", exit=0, accepted=1)
    sample(J + "empty-line", H51 + G83 + r84(1, M1) + b"\n" + r85() + zpt(3, 1), [("empty-line", 4, 122, 0, None)],
           "An empty line does not separate a rejection from its reason.", exit=0, accepted=1, record_numbers=[None])
    sample(I + "mixed-line-ends", H + crlf(G81) + u82(1, M1) + crlf(zpt(2, 1)), [("mixed-line-ends", 2, 62, 6, None)],
           "LF and CRLF: reported once, on the group's line, which is not a record.", exit=0, record_numbers=[None])
    sample(I + "mixed-line-ends-zhf", crlf(FH + FG81) + f82(1, M1) + crlf(fzpt(2, 1)), [("mixed-line-ends", 3, 79, 45, None)],
           "zhf: reported on a record's line.", exit=0, record_numbers=[1])
    sample(J + "mixed-line-ends", H51 + G83 + r84(1, M1) + crlf(r85()) + zpt(3, 1), [("mixed-line-ends", 4, 122, 7, None)],
           "Reported on a reason's line, which is part of the record above it.", exit=0, record_numbers=[1])
    sample(I + "missing-terminator", H + G81 + u82(1, M1) + zpt(2, 1, end=b""), [("missing-terminator", 4, 111, 35, None)],
           "No line ending at the end: a note.", exit=0, accepted=1)
    sample(I + "missing-terminator-cr", H + G81 + u82(1, M1) + zpt(2, 1, end=b"\r"),
           [("missing-terminator", 4, 111, 36, None), ("missing-trailing-bar", 4, 111, 36, None)],
           "A CR before the end of the file is content: an additional item behind the last pipe, without a pipe.", exit=0, accepted=1)
    sample(I + "missing-terminator-zhf", FH + FG81 + f82(1, M1, end=b""),
           [("missing-trailer", 3, 77, 45, None), ("missing-terminator", 3, 77, 45, None)],
           "zhf without trailer and last line ending.", record_numbers=[None, 1])
    sample(I + "byte-order-mark", b"\xef\xbb\xbf" + H + G81 + u82(1, M1) + zpt(2, 1), [("byte-order-mark", 1, 3, 61, None)],
           "A byte-order mark belongs to no line.", exit=0, accepted=1)
    sample(I + "byte-order-mark-zhf", b"\xef\xbb\xbf\n" + FH + FG81 + fzpt(1, 1),
           [("byte-order-mark", 1, 3, 0, None), ("empty-line", 1, 3, 0, None)], "Before an empty line, then zhf.", exit=0)
    sample(I + "byte-order-mark-in-the-middle", H + b"\xef\xbb\xbf" + G81 + u82(1, M1) + zpt(2, 0),
           [("unknown-record", 2, 62, 9, None, "\\xEF\\xBB\\xBF81H|1|"), ("unexpected-record", 3, 72, 41, None), ("group-cardinality", 4, 114, 35, None)],
           "A mark that is not at the start is content: no 81H, so the update is in no group.", records=2, rejected=2)

    # after a previous file with a known J0330: 42 at 66 in zhv, at 64 in zhf
    for folder, suffix, data, at, text in (
        (I, "", H + b"81H|42|\n" + u82(1, M1) + zpt(2, 1), 66, "42"),
        (I, "-zhf", FH + b"81H000000000042\n" + f82(1, M1) + fzpt(2, 1), 64, "000000000042"),
        (J, "", H51 + b"83H|42|\n" + rejection(1, M1) + zpt(3, 1), 66, "42"),
        (J, "-zhf", FH51 + b"83H000000000042\n" + f_rejection(1, M1) + fzpt(3, 1), 64, "000000000042"),
        (K, "", H72 + b"749|42|\n" + c357(1) + zpt(2, 1), 66, "42"),
        (K, "-zhf", FH72 + b"749000000000042\n" + f357(1) + fzpt(2, 1), 64, "000000000042"),
    ):
        def found(rule, at=at, text=text):
            return [(rule, 2, at, len(text), SEQ, text)]

        sample(folder + "sequence-repeated" + suffix, data, found("sequence-repeated"), "The J0330 of the previous file again.",
               args=["--after", "42"], record_numbers=[None], accepted=1)
        variant(folder + "sequence-repeated" + suffix, ["--after", "41"], [], "After 41 it is the next one.", 0)
        sample(folder + "sequence-backwards" + suffix, data, found("sequence-backwards"), "An older file.", args=["--after", "43"])
        variant(folder + "sequence-backwards" + suffix, ["--after", "999999999999"], found("sequence-backwards"), "Not the first after nines.", 1)
        sample(folder + "sequence-skipped" + suffix, data, found("sequence-skipped"), "41 is missing.", args=["--after", "40"], exit=0)
        sample(folder + "sequence-unknown" + suffix, data, found("sequence-unknown"), "What follows letters is unknown.",
               args=["--after", "A1"], exit=0)
        variant(folder + "sequence-unknown" + suffix, ["--after", "000000000041"], [], "The zeros of a number do not matter.", 0)
        first = data.replace(b"|42|", b"|1|").replace(b"000000000042", b"000000000001")
        sample(folder + "sequence-wrapped" + suffix, first, [("sequence-wrapped", 2, at, 12 if suffix else 1, SEQ)], "1 after twelve nines.",
               args=["--after", "999999999999"], exit=0)
    sample(I + "sequence-wrapped-to-0", H + b"81H|0|\n" + zpt(1, 1),
           [("sequence-wrapped", 2, 66, 1, SEQ, "0"), ("file-sequence-number", 2, 66, 1, SEQ, "0")], "0 after twelve nines: not a number of a file either.",
           args=["--after", "999999999999"], exit=0)
    sample(I + "sequence-unknown-empty", H + b"81H||\n" + zpt(1, 1), [("empty-item", 2, 66, 0, SEQ), ("sequence-unknown", 2, 66, 0, SEQ, "")],
           "An 81H without its number.", args=["--after", "41"])
    sample(I + "sequence-unknown-malformed", H + b"81H\n" + zpt(1, 1), [("sequence-unknown", 1, 0, 61, None), ("malformed-record", 2, 62, 3, None)],
           "An 81H whose number cannot be pointed at: at the first line.", args=["--after", "41"])
    sample(I + "sequence-unknown-no-group", b"\n" + H + zpt(0, 0),
           [("empty-line", 1, 0, 0, None), ("sequence-unknown", 2, 1, 61, None), ("group-cardinality", 3, 63, 35, None)],
           "No 81H at all: at the first line with text.", args=["--after", "41"])
    sample(I + "sequence-repeated-second-group", H + b"81H|42|\n" + b"81H|43|\n" + zpt(2, 2),
           [("sequence-repeated", 2, 66, 2, SEQ, "42"), ("group-cardinality", 3, 70, 7, None)], "The first 81H has the number of the file.", args=["--after", "42"])

    sample(I + "missing-header", G81 + u82(1, M1) + zpt(2, 1), [unknown_edition(6), ("missing-header", 1, 0, 6, None)],
           "A trailer without a header; the counts are checked from the start of the file.", args=["--flow", "d0350"], accepted=1)
    sample(I + "missing-header-late", b"\n" + zpt(0, 0) + H + G81,
           [("empty-line", 1, 0, 0, None), unknown_edition(35, 1, 2), ("missing-header", 2, 1, 35, None), ("group-cardinality", 2, 1, 35, None),
            ("second-file", 3, 37, 61, None)],
           "Trailer first, header after: it comes too late.", args=["--layout", "zhv"], records=0)
    sample(I + "missing-header-zhf", FG81 + f82(1, M1) + fzpt(2, 1), [unknown_edition(15), ("missing-header", 1, 0, 15, None)],
           "zhf without a header.", args=["--layout", "zhf"], accepted=1)
    sample(I + "missing-trailer", H + G81 + u82(1, M1) + b"\n", [("missing-trailer", 3, 69, 41, None), ("empty-line", 4, 111, 0, None)],
           "A header without a trailer: on the last line with text.", record_numbers=[None] * 2, accepted=1)
    sample(I + "missing-trailer-header-only", H[:-1],
           [("missing-trailer", 1, 0, 61, None), ("missing-terminator", 1, 0, 61, None), ("group-cardinality", 1, 0, 61, None)],
           "A header alone, cut off.", records=0)
    sample(J + "missing-trailer", H51 + G83 + rejection(1, M1), [("missing-trailer", 4, 122, 7, None)], "D0351 without a trailer.", accepted=1,
           record_numbers=[None])
    sample(K + "missing-trailer", H72 + G749 + c357(1), [("missing-trailer", 3, 69, 37, None)], "D0172 without a trailer.", accepted=1)
    sample(I + "truncated", H + G81 + u82(1, M1) + u82(2, M2)[:20],
           [("missing-trailer", 4, 111, 20, None), ("missing-terminator", 4, 111, 20, None), ("malformed-record", 4, 111, 20, None)],
           "Cut off within an update.", records=2, accepted=1, record_numbers=[None, 2, 2])
    sample(J + "truncated", H51 + G83 + rejection(1, M1) + r84(2, M2)[:20],
           [("missing-trailer", 5, 130, 20, None), ("missing-terminator", 5, 130, 20, None), ("malformed-record", 5, 130, 20, None),
            ("group-cardinality", 5, 130, 20, None)],
           "Cut off within a rejection, which so has no reason.", records=2, accepted=1, record_numbers=[None, 2, 2, 2])
    sample(I + "truncated-zhf", (FH + FG81 + f82(1, M1) + fzpt(2, 1))[:-10],
           [("missing-terminator", 4, 123, 48, None), ("wrong-length", 4, 123, 48, None)], "Cut off within the zhf trailer.", accepted=1)


# -------------------------------------------------------- groups: how often


def add_groups(sample, variant):
    I, J, K = "d0350/invalid/", "d0351/invalid/", "d0172/invalid/"
    sample(I + "group-cardinality", H + G81 + u82(1, M1) + b"81H|2|\n" + u82(1, M1) + zpt(4, 2),
           [("group-cardinality", 4, 111, 6, None, "81H|2|"), ("instruction-number", 5, 118 + 4, 1, NUM, "1"), ("duplicate-meter-point", 5, 118 + 11, 13, MPAN)],
           "A second 81H is a rejected record. The updates behind it are below the first one: their numbers go on, and they are compared. "
           "The flow count counts both.", records=3, accepted=2, rejected=1, record_numbers=[2, 3, 3], flags={"A": 2})
    variant(I + "group-cardinality", ["--ignore", "group-cardinality"],
            [("instruction-number", 5, 118 + 4, 1, NUM, "1"), ("duplicate-meter-point", 5, 118 + 11, 13, MPAN)], "Ignored it is an accepted record.",
            exit=0, records=3, accepted=3, ignored={"group-cardinality": 1})
    variant(I + "group-cardinality", ["--severity", "group-cardinality=warning", "--no-cross-record"],
            [("group-cardinality", 4, 111, 6, None), ("instruction-number", 5, 118 + 4, 1, NUM, "1")], "As a warning.", exit=0, accepted=3)
    sample(I + "group-cardinality-many-groups", H + G81 + u82(1, M1) + u82(2, M2) + b"81H|2|\n" + u82(3, M3) + b"81H|3|\n" + zpt(6, 3),
           [("group-cardinality", 5, 153, 6, None), ("group-cardinality", 7, 202, 6, None)],
           "Three 81H groups, the last one empty: six lines, three flows.", records=5, accepted=3, rejected=2)
    sample(I + "group-cardinality-items", H + G81 + b"81H|0|\n" + zpt(2, 2), [("group-cardinality", 3, 69, 6, None), ("file-sequence-number", 3, 73, 1, SEQ)],
           "The items of a group too many are checked.", records=1, rejected=1)
    sample(I + "group-cardinality-nothing-between", H + zpt(0, 0), [("group-cardinality", 2, 62, 35, None)],
           "Header and trailer alone: the missing 81H is shown at the trailer, and no record is rejected.", records=0, flow="d0350", envelope=True,
           record_numbers=[None])
    sample(I + "group-cardinality-nothing-between-zhf", FH + fzpt(0, 0), [("group-cardinality", 2, 61, 57, None)], "zhf header and trailer alone.", records=0)
    sample(I + "group-cardinality-zhf", FH + FG81 + f82(1, M1) + b"81H000000000002\n" + f82(2, M2) + b"81H000000000003\n" + fzpt(5, 3),
           [("group-cardinality", 4, 123, 15, None), ("group-cardinality", 6, 185, 15, None)], "Three groups in zhf.", records=4, accepted=2)

    sample(J + "group-cardinality", H51 + G83 + r84(1, M1) + rejection(2, M2) + r84(3, M3) + zpt(5, 1),
           [("group-cardinality", 3, 69, 52, None), ("group-cardinality", 6, 183, 52, None)],
           "Rejections without a reason, before another and before the trailer: rejected.", records=3, accepted=1, rejected=2, flags={"A": 1},
           record_numbers=[1, 3])
    variant(J + "group-cardinality", ["--severity", "group-cardinality=note"],
            [("group-cardinality", 3, 69, 52, None), ("group-cardinality", 6, 183, 52, None)], "As notes.", exit=0, accepted=3)
    sample(J + "group-cardinality-last-line", H51 + G83 + r84(1, M1), [("missing-trailer", 3, 69, 52, None), ("group-cardinality", 3, 69, 52, None)],
           "Before the end of the file: the one finding is about the file, the other about the record.", record_numbers=[None, 1], rejected=1)
    sample(J + "group-cardinality-no-rejection", H51 + G83 + zpt(1, 1), [("group-cardinality", 2, 62, 6, None)],
           "An 83H without an 84H: shown at the 83H, which is no record.", records=0, flow="d0351", record_numbers=[None])
    sample(J + "group-cardinality-nothing-between", H51 + zpt(0, 0), [("group-cardinality", 2, 62, 35, None)],
           "Without the 83H its missing 84H is not reported as well. The header tells the flow.", records=0, flow="d0351")
    sample(J + "group-cardinality-second-group", H51 + G83 + r84(1, M1) + b"83H|2|\n" + r85() + rejection(2, M2) + zpt(6, 2),
           [("group-cardinality", 3, 69, 52, None), ("group-cardinality", 4, 122, 6, None), ("unexpected-record", 5, 129, 7, None)],
           "A second 83H is a record, so it ends the rejection above it: the reason behind it has no 84H.", records=4, accepted=1)
    sample(J + "group-cardinality-broken-group", H51 + b"83H|\n" + zpt(1, 1), [("malformed-record", 2, 62, 4, None), ("group-cardinality", 2, 62, 4, None)],
           "A broken 83H is one, and lacks its 84H all the same.", records=0, record_numbers=[None, None])
    sample(J + "group-cardinality-misplaced", H51 + r84(1, M1) + G83 + rejection(2, M2) + zpt(4, 1), [("unexpected-record", 2, 62, 52, None)],
           "An 84H in the wrong place is not searched for reasons.", records=2, accepted=1)
    sample(J + "group-cardinality-zhf", FH51 + FG83 + f84(1, M1) + f_rejection(2, M2) + fzpt(4, 1), [("group-cardinality", 3, 77, 65, None)], "zhf.",
           records=2, accepted=1, record_numbers=[1])
    sample(J + "group-cardinality-no-rejection-zhf", FH51 + FG83 + fzpt(1, 1), [("group-cardinality", 2, 61, 15, None)], "zhf.", records=0)
    sample(J + "group-cardinality-second-group-zhf", FH51 + FG83 + FG83 + f_rejection(1, M1) + fzpt(4, 2), [("group-cardinality", 3, 77, 15, None)], "zhf.",
           records=2, accepted=1)

    sample(K + "group-cardinality", H72 + G749 + c357(1) + b"749|2|\n" + c357(2) + zpt(4, 2), [("group-cardinality", 4, 107, 6, None)], "A second 749.",
           records=3, accepted=2, record_numbers=[2])
    sample(K + "group-cardinality-no-confirmation", H72 + G749 + zpt(1, 1), [("group-cardinality", 2, 62, 6, None)], "A 749 without a 357.",
           records=0, record_numbers=[None])
    sample(K + "group-cardinality-nothing-between", H72 + zpt(0, 0), [("group-cardinality", 2, 62, 35, None)], "No 749.", records=0, flow="d0172")
    sample(K + "group-cardinality-zhf", FH72 + FG749 + FG749 + fzpt(2, 2), [("group-cardinality", 2, 61, 15, None), ("group-cardinality", 3, 77, 15, None)],
           "zhf: no 357, and one 749 too many.", records=1, rejected=1, record_numbers=[None, 1])


# ------------------------------------------------------------- item by item


def add_items(sample, variant):
    I, J, K = "d0350/invalid/", "d0351/invalid/", "d0172/invalid/"
    sample(I + "non-ascii", b"ZHV|000047565\xe9|D035\xff001|\xc3|D\xc3\xa9O|\x80|EEL\xb9|2022030109300\xb0|\xe1|\xe2|\xe3|OPE\xe4|\n"
           + b"81H|\xb1|\n" + b"82H|\xb2|DC0\xb3|101304435363\xb4|\xb5|2022010\xb6|MRC\xc7|\n" + b"ZPT|000047565\xe9|\xb7|\xb8|\xb9|2022030109310\xba|\n",
           [unknown_edition(64), ("non-ascii", 1, 13, 1, ID, "\\xE9"), ("non-ascii", 1, 19, 1, FLOW, "\\xFF"), ("non-ascii", 1, 24, 1, FROLE, "\\xC3"),
            ("non-ascii", 1, 27, 1, FPART, "\\xC3"), ("non-ascii", 1, 31, 1, TROLE, "\\x80"), ("non-ascii", 1, 36, 1, TPART, "\\xB9"),
            ("non-ascii", 1, 51, 1, CREATED, "\\xB0"), ("non-ascii", 1, 53, 1, SEND, "\\xE1"), ("non-ascii", 1, 55, 1, RECV, "\\xE2"),
            ("non-ascii", 1, 57, 1, CAST, "\\xE3"), ("non-ascii", 1, 62, 1, TEST, "\\xE4"), ("non-ascii", 2, 69, 1, SEQ, "\\xB1"),
            ("non-ascii", 3, 76, 1, NUM, "\\xB2"), ("non-ascii", 3, 81, 1, TYPE, "\\xB3"), ("non-ascii", 3, 95, 1, MPAN, "\\xB4"),
            ("non-ascii", 3, 97, 1, FLAG, "\\xB5"), ("non-ascii", 3, 106, 1, DATE, "\\xB6"), ("non-ascii", 3, 111, 1, SUPPLIER, "\\xC7"),
            ("non-ascii", 4, 127, 1, ID, "\\xE9"), ("non-ascii", 4, 129, 1, GROUPS, "\\xB7"), ("non-ascii", 4, 131, 1, SUM, "\\xB8"),
            ("non-ascii", 4, 133, 1, FLOWS, "\\xB9"), ("non-ascii", 4, 148, 1, DONE, "\\xBA")],
           "A byte past 0x7F in every item of every line: pointed at, and the item gets nothing else.", records=1, rejected=1, flags={})
    variant(I + "non-ascii", ["--mask", "--ignore", "edition-unknown", "--max-samples", "15"],
            [("non-ascii", 1, 13, 1, ID, "\\xE9"), ("non-ascii", 1, 19, 1, FLOW, "\\xFF"), ("non-ascii", 1, 24, 1, FROLE, "\\xC3"),
             ("non-ascii", 1, 27, 1, FPART, "\\xC3"), ("non-ascii", 1, 31, 1, TROLE, "\\x80"), ("non-ascii", 1, 36, 1, TPART, "\\xB9"),
             ("non-ascii", 1, 51, 1, CREATED, "\\xB0"), ("non-ascii", 1, 53, 1, SEND, "\\xE1"), ("non-ascii", 1, 55, 1, RECV, "\\xE2"),
             ("non-ascii", 1, 57, 1, CAST, "\\xE3"), ("non-ascii", 1, 62, 1, TEST, "\\xE4"), ("non-ascii", 2, 69, 1, SEQ, "\\xB1"),
             ("non-ascii", 3, 76, 1, NUM, "\\xB2"), ("non-ascii", 3, 81, 1, TYPE, "\\xB3"), ("non-ascii", 3, 95, 1, MPAN, None)],
            "Masked: only the byte in the meter point is an identifier's.", totals={"non-ascii": 23}, truncated=True)
    sample(I + "non-ascii-too-long", H + G81 + b"82H|1|DC01\xc3\xa9|" + M1 + b"|AA\xff|20220101|MRCY|\n" + zpt(2, 1),
           [("non-ascii", 3, 69 + 10, 1, TYPE, "\\xC3"), ("non-ascii", 3, 69 + 29, 1, FLAG, "\\xFF")], "Too long as well: non-ascii is the only finding.")
    sample(I + "non-ascii-alone", H + G81 + b"8\xc3\xa92|1|\n" + b"82H|1|\xe9|\n" + b"82H\xe9|1|DC01|" + M1 + b"|A|20220101|MRCY|\n" + zpt(4, 1),
           [("unknown-record", 3, 69, 7, None), ("malformed-record", 4, 77, 8, None), ("unknown-record", 5, 86, 42, None)],
           "Not reported in a code or in a line that does not split.", rejected=3)
    sample(I + "non-ascii-beyond-the-known-items", H[:-1] + b"a|b \xc3\xa9|\n" + G81 + u82(1, M1) + zpt(2, 1)[:-1] + b"\xff|\n", [],
           "In items beyond a header's twelfth or a trailer's sixth, which are not read: no finding.", exit=0, accepted=1)
    sample(I + "non-ascii-zhf", FH.replace(b"0000475656", b"00004756\xc3\xa9") + FG81 + f82(1, M1, b"\xc4") + b"82H000000000002DC011013\xa044353630A20220101MRCY\n"
           + fzpt(3, 1, b"other"),
           [("non-ascii", 1, 11, 1, ID, "\\xC3"), ("non-ascii", 3, 77 + 32, 1, FLAG, "\\xC4"), ("non-ascii", 4, 123 + 23, 1, MPAN, "\\xA0")],
           "zhf; the header's identifier cannot be read, so the trailer's is compared with nothing.", rejected=2)
    sample(J + "non-ascii", H51 + G83 + r84(1, M1, incoming=b"\xb7", deemed=b"2022030\xb2") + r85(b"d\xc3\xa9j") + zpt(3, 1),
           [("non-ascii", 3, 69 + 11, 1, INCOMING, "\\xB7"), ("non-ascii", 3, 69 + 34, 1, DEEMED, "\\xB2"), ("non-ascii", 4, 122 + 5, 1, REASON, "\\xC3")],
           "In a reason code: one finding, at its first such byte; the record is rejected once.", rejected=1, record_numbers=[1, 1, 1])
    sample(K + "non-ascii", H72 + G749 + c357(1, answered=b"000047565\xe9") + zpt(2, 1), [("non-ascii", 3, 69 + 29, 1, ANSWERED, "\\xE9")], "D0172.")

    sample(I + "control-character-header", b"ZHV|00004\t5656|D0350001|Z|DCC\x00|P|EELC|20220301093000|\x7f|||OPE\x1f|\n" + G81 + u82(1, M1)
           + zpt(2, 1, b"00004\t5656"),
           [("control-character", 1, 9, 1, ID, "\\x09"), ("control-character", 1, 29, 1, FPART, "\\x00"), ("control-character", 1, 53, 1, SEND, "\\x7F"),
            ("control-character", 1, 60, 1, TEST, "\\x1F"), ("control-character", 4, 112 + 9, 1, ID, "\\x09")],
           "In header and trailer: alone, so not also an identifier or a test flag that is not as it should be.", accepted=1)
    sample(I + "control-character-two", H + G81 + u82(1, M1, kind=b"D\x1b\x011") + zpt(2, 1), [("control-character", 3, 69 + 7, 1, TYPE, "\\x1B")],
           "Two of them: one finding, at the first.", rejected=1)
    sample(I + "item-too-long-control-character", H + G81 + u82(1, M1, kind=b"DC\x1b01\x1b") + zpt(2, 1), [("item-too-long", 3, 69 + 6, 6, TYPE, "DC\\x1B01\\x1B")],
           "An item too long has that finding alone.", rejected=1)
    sample(I + "control-character-participant", H.replace(b"EELC", b"EEL\x01") + G81 + u82(1, M1) + zpt(2, 1), [("control-character", 1, 36, 1, TPART, "\\x01")],
           "A value with such a byte is not compared with the points.", accepted=1)
    sample(I + "control-character-number", H + b"81H|\x01|\n" + b"82H|1\t|DC01|1013044353\x0030|\x1f|2022\x7f101|MRCY|\n" + zpt(2, 1),
           [("not-a-number", 2, 66, 1, SEQ, "\\x01"), ("not-a-number", 3, 69 + 4, 2, NUM, "1\\x09"), ("not-a-number", 3, 69 + 12, 13, MPAN),
            ("unknown-flag", 3, 69 + 26, 1, FLAG, "\\x1F"), ("invalid-date", 3, 69 + 28, 8, DATE, "2022\\x7F101")],
           "Numbers, flags and dates are no texts: what is not a value of theirs has its own finding.", rejected=1)
    sample(I + "control-character-cr", H + G81 + u82(1, M1, supplier=b"MRC\r")[:-2] + b"\n" + zpt(2, 1),
           [("mixed-line-ends", 3, 69, 39, None), ("missing-trailing-bar", 3, 69, 39, None), ("invalid-supplier-id", 3, 69 + 36, 3, SUPPLIER, "MRC")],
           "A CR before LF belongs to the line ending.", exit=0, accepted=1)

    header = b"ZHV|00000475656|D03500012|ZZ|DCCOO|PP|EELCC|202203010930000|SENDER|RECVER|BB|OPERA|\n"
    sample(I + "item-too-long", header + b"81H|0000000000001|\n"
           + b"82H|0000000000001|DC010|10130443536300|AA|202201010|MRCYX|\n" + b"ZPT|00000475656|00000000002|CHECKSUM100|00000000001|202203010931000|\n",
           [unknown_edition(83), ("item-too-long", 1, 4, 11, ID, "00000475656"), ("item-too-long", 1, 16, 9, FLOW), ("item-too-long", 1, 26, 2, FROLE),
            ("item-too-long", 1, 29, 5, FPART), ("item-too-long", 1, 35, 2, TROLE), ("item-too-long", 1, 38, 5, TPART),
            ("item-too-long", 1, 44, 15, CREATED), ("item-too-long", 1, 60, 6, SEND), ("item-too-long", 1, 67, 6, RECV),
            ("item-too-long", 1, 74, 2, CAST), ("item-too-long", 1, 77, 5, TEST), ("item-too-long", 2, 88, 13, SEQ),
            ("item-too-long", 3, 107, 13, NUM), ("item-too-long", 3, 121, 5, TYPE), ("item-too-long", 3, 127, 14, MPAN),
            ("item-too-long", 3, 142, 2, FLAG, "AA"), ("item-too-long", 3, 145, 9, DATE), ("item-too-long", 3, 155, 5, SUPPLIER, "MRCYX"),
            ("item-too-long", 4, 166, 11, ID), ("item-too-long", 4, 178, 11, GROUPS), ("item-too-long", 4, 190, 11, SUM), ("item-too-long", 4, 202, 11, FLOWS),
            ("item-too-long", 4, 214, 15, DONE)],
           "Every item one character too long: that alone, also where the value would be right with a zero less.", records=1, rejected=1)
    variant(I + "item-too-long", ["--mask", "--max-samples", "1"], [unknown_edition(83), ("item-too-long", 1, 4, 11, ID, None)],
            "Masked: what is longer than its item can be may be a meter point gone astray.", totals={"edition-unknown": 1, "item-too-long": 23})
    sample(I + "item-too-long-swapped", H + G81 + b"82H|" + M1 + b"|DC01|1|A|20220101|MRCY|\n" + zpt(2, 1),
           [("item-too-long", 3, 69 + 4, 13, NUM, "1013044353630"), ("not-a-number", 3, 69 + 23, 1, MPAN, "1")], "Two items in each other's place.")
    variant(I + "item-too-long-swapped", ["--mask"], [("item-too-long", 3, 73, 13, NUM, None), ("not-a-number", 3, 92, 1, MPAN, None)],
            "Masked: the point does not show itself as an instruction number.")
    sample(J + "item-too-long", H51 + G83 + b"84H|1|DC110|0000000000007|10130443536300|202203020|AA|202201010|MRCYX|\n" + r85(b"00047") + zpt(3, 1),
           [("item-too-long", 3, 69 + 6, 5, TYPE), ("item-too-long", 3, 69 + 12, 13, INCOMING), ("item-too-long", 3, 69 + 26, 14, MPAN),
            ("item-too-long", 3, 69 + 41, 9, DEEMED), ("item-too-long", 3, 69 + 51, 2, FLAG), ("item-too-long", 3, 69 + 54, 9, DATE),
            ("item-too-long", 3, 69 + 64, 5, SUPPLIER), ("item-too-long", 4, 140 + 4, 5, REASON, "00047")],
           "Each item of a rejection and of its reason.", records=1, rejected=1)
    sample(K + "item-too-long", H72 + G749 + b"357|1|DC900|202203020|00000475656|100000|100000|000000|\n" + zpt(2, 1),
           [("item-too-long", 3, 69 + 6, 5, TYPE), ("item-too-long", 3, 69 + 12, 9, DEEMED), ("item-too-long", 3, 69 + 22, 11, ANSWERED),
            ("item-too-long", 3, 69 + 34, 6, RECEIVED), ("item-too-long", 3, 69 + 41, 6, ACCEPTED), ("item-too-long", 3, 69 + 48, 6, REJECTED)],
           "Each item of a confirmation: a count of 100,000 does not fit.", rejected=1)

    sample(I + "not-a-number", H + b"81H|x|\n" + b"82H|-1|DC01|101304435363|A|20220101|MRCY|\n" + b"82H| 2|DC01|101304435363x|A|20220101|MRCY|\n"
           + b"82H|4.0|DC01| 013044353630|A|20220101|MRCY|\n" + b"ZPT|0000475656|+5||0x1|20220301093100|\n",
           [("not-a-number", 2, 62 + 4, 1, SEQ, "x"), ("not-a-number", 3, 69 + 4, 2, NUM, "-1"), ("not-a-number", 3, 69 + 12, 12, MPAN, "101304435363"),
            ("not-a-number", 4, 111 + 4, 2, NUM, " 2"), ("not-a-number", 4, 111 + 12, 13, MPAN, "101304435363x"),
            ("not-a-number", 5, 154 + 4, 3, NUM, "4.0"), ("not-a-number", 5, 154 + 13, 13, MPAN),
            ("not-a-number", 6, 198 + 15, 2, GROUPS, "+5"), ("not-a-number", 6, 198 + 19, 3, FLOWS, "0x1")],
           "Signs, spaces, letters, a point of twelve digits: nothing is trimmed.", records=3, rejected=3)
    sample(I + "not-a-number-spaces", H + b"81H| |\n" + b"82H| |DC01|" + b" " * 13 + b"|A|20220101|MRCY|\n" + b"ZPT|0000475656| || |20220301093100|\n",
           [("not-a-number", 2, 62 + 4, 1, SEQ, " "), ("not-a-number", 3, 69 + 4, 1, NUM, " "), ("not-a-number", 3, 69 + 11, 13, MPAN, " " * 13),
            ("not-a-number", 4, 111 + 15, 1, GROUPS, " "), ("not-a-number", 4, 111 + 18, 1, FLOWS, " ")],
           "In zhv a number of spaces is not an empty one.", rejected=1)
    sample(I + "not-a-number-zhf", FH + b"81H           1\n" + b"82H1           DC0110130443536 0A20220101MRCY\n"
           + b"ZPT0000475656         2                   120220301093100\n",
           [("not-a-number", 2, 61 + 3, 12, SEQ, "           1"), ("not-a-number", 3, 77 + 3, 12, NUM, "1           "),
            ("not-a-number", 3, 77 + 19, 13, MPAN, "10130443536 0"), ("not-a-number", 4, 123 + 13, 10, GROUPS), ("not-a-number", 4, 123 + 33, 10, FLOWS)],
           "zhf: numbers are padded with zeros, never with spaces.", rejected=1)
    sample(J + "not-a-number", H51 + G83 + r84(1, b"10130443536", incoming=b"x") + r85() + zpt(3, 1),
           [("not-a-number", 3, 69 + 11, 1, INCOMING, "x"), ("not-a-number", 3, 69 + 13, 11, MPAN)], "A point of eleven digits: optional, but not of this form.")
    sample(J + "not-a-number-zhf", FH51 + FG83 + f84(1, b"1013044353   ", incoming=b"           7") + f85() + fzpt(3, 1),
           [("not-a-number", 3, 77 + 19, 12, INCOMING), ("not-a-number", 3, 77 + 31, 13, MPAN)], "zhf: padded with spaces.")
    sample(K + "not-a-number", H72 + G749 + b"357|1|DC90|20220302|0000475656|-3|2x| 1|\n" + zpt(2, 1),
           [("not-a-number", 3, 69 + 31, 2, RECEIVED, "-3"), ("not-a-number", 3, 69 + 34, 2, ACCEPTED, "2x"), ("not-a-number", 3, 69 + 37, 2, REJECTED, " 1")],
           "The counts of a confirmation.")
    sample(K + "not-a-number-zhf", FH72 + FG749 + f357(1)[:-6] + b"    1\n" + fzpt(2, 1), [("not-a-number", 3, 77 + 47, 5, REJECTED, "    1")], "zhf.")

    sample(I + "empty-item-every", H + b"81H||\n" + b"82H|||||||\n" + zpt(2, 1),
           [("empty-item", 2, 66, 0, SEQ, "")] + [("empty-item", 3, 72 + n, 0, item, "") for n, item in enumerate((NUM, TYPE, MPAN, FLAG, DATE, SUPPLIER))],
           "Every item of the groups empty: they are all mandatory, and each has that finding alone.", records=1, rejected=1)
    variant(I + "empty-item-every", ["--ignore", "empty-item"], [], "Ignored there is nothing else.", exit=0, accepted=1, flags={})
    sample(I + "empty-item-spaces", H + G81 + u82(1, M1, kind=b"    ") + u82(2, M2, supplier=b" ") + u82(3, M3, flag=b" ") + zpt(4, 1),
           [("instruction-type", 3, 69 + 6, 4, TYPE, "    "), ("empty-item", 4, 111 + 36, 1, SUPPLIER, " "), ("unknown-flag", 5, 150 + 25, 1, FLAG, " ")],
           "In zhv too a supplier of spaces is none; spaces elsewhere are content.", rejected=3)
    sample(J + "empty-item-every", H51 + G83 + b"84H|||||||||\n" + r85(b"") + zpt(3, 1),
           [("empty-item", 3, 73, 0, NUM), ("empty-item", 3, 74, 0, TYPE), ("empty-item", 3, 75, 0, INCOMING), ("empty-item", 3, 77, 0, DEEMED),
            ("empty-item", 4, 82 + 4, 0, REASON)],
           "Every item empty: the mandatory ones are found, point, flag, date and supplier are optional.", records=1, rejected=1, record_numbers=[1] * 5)
    sample(J + "empty-item-spaces", H51 + G83 + r84(1, b"", b"", b"", supplier=b"  ") + r85(b"    ") + zpt(3, 1),
           [("empty-item", 4, 98 + 4, 4, REASON, "    ")],
           "A supplier of spaces is an optional item without a value; a reason of spaces a mandatory one.", rejected=1)
    sample(K + "empty-item-spaces", H72 + G749 + c357(1, answered=b" ") + zpt(2, 1), [("empty-item", 3, 69 + 20, 1, ANSWERED, " ")],
           "A file identifier of spaces is none.", rejected=1)
    sample(K + "empty-item-every", H72 + G749 + b"357||||||||\n" + zpt(2, 1),
           [("empty-item", 3, 73 + n, 0, item) for n, item in enumerate((NUM, TYPE, DEEMED, ANSWERED, RECEIVED, ACCEPTED, REJECTED))],
           "Every item of a 357 empty, the file identifier too.", records=1, rejected=1)

    sample(I + "unknown-flag", H + G81 + u82(1, M1, b"X") + u82(2, M2, b"a") + u82(3, M3, b" ") + u82(4, M4, b"") + u82(5, M5, b"A") + zpt(6, 1),
           [("unknown-flag", 3, 69 + 25, 1, FLAG, "X"), ("unknown-flag", 4, 111 + 25, 1, FLAG, "a"), ("unknown-flag", 5, 153 + 25, 1, FLAG, " "),
            ("empty-item", 6, 195 + 25, 0, FLAG, "")], "Letters of no edition, a space; nothing is an empty item.", accepted=1, flags={"A": 1})
    sample(I + "unknown-flag-zhf", FH + FG81 + f82(1, M1, b" ") + f82(2, M2, b"\x00") + f82(3, M3, b"*") + fzpt(4, 1),
           [("empty-item", 3, 77 + 32, 1, FLAG, " "), ("unknown-flag", 4, 123 + 32, 1, FLAG, "\\x00"), ("unknown-flag", 5, 169 + 32, 1, FLAG, "*")],
           "zhf: a space is no value.")
    sample(J + "unknown-flag", H51 + G83 + rejection(1, M1, flag=b"X") + rejection(2, M2, flag=b"") + zpt(5, 1), [("unknown-flag", 3, 69 + 36, 1, FLAG, "X")],
           "Optional, but not any letter.", accepted=1, flags={})
    sample(J + "unknown-flag-zhf", FH51 + FG83 + f_rejection(1, M1, flag=b"x") + f_rejection(2, M2, flag=b" ") + fzpt(5, 1),
           [("unknown-flag", 3, 77 + 52, 1, FLAG, "x")], "zhf.", accepted=1)
    sample(I + "flag-not-in-edition", H + G81 + u82(1, M1, b"S") + u82(2, M1, b"A") + u82(3, M2, b"W") + zpt(4, 1),
           [("flag-not-in-edition", 3, 69 + 25, 1, FLAG, "S"), ("flag-not-in-edition", 5, 153 + 25, 1, FLAG, "W")],
           "Old letters after MP077; the rejected S is not compared.", edition="mp077", accepted=1, rejected=2)
    variant(I + "flag-not-in-edition", ["--edition", "any"], [("conflicting-update", 4, 111 + 25, 1, FLAG, "A")], "In any edition the A conflicts with the S.",
            accepted=2, rejected=1, edition="any")
    sample(I + "flag-not-in-edition-letters-of-both-editions", H + G81 + u82(1, M1, b"A") + u82(2, M2, b"S") + u82(3, M3, b"W") + u82(4, M4, b"N")
           + u82(5, M5, b"I") + zpt(6, 1), [("flag-not-in-edition", 4, 111 + 25, 1, FLAG, "S"), ("flag-not-in-edition", 5, 153 + 25, 1, FLAG, "W")],
           "All five letters.", accepted=3, rejected=2)
    variant(I + "flag-not-in-edition-letters-of-both-editions", ["--edition", "any", "--fail-on", "note"], [], "With any edition all five pass.", exit=0,
            flags={"A": 1, "I": 1, "N": 1, "S": 1, "W": 1}, edition="any")
    sample(I + "flag-not-in-edition-last-day", H.replace(b"20220301", b"20211103") + G81 + u82(1, M1, b"N", 20211101) + u82(2, M2, b"S", 20211101) + zpt(3, 1),
           [("flag-not-in-edition", 3, 69 + 25, 1, FLAG, "N")], "2021-11-03 is the last day without the new letters.", edition="pre-mp077", accepted=1)
    sample(I + "flag-not-in-edition-first-day", H.replace(b"20220301", b"20211104") + G81 + u82(1, M1, b"N", 20211101) + u82(2, M2, b"S", 20211101) + zpt(3, 1),
           [("flag-not-in-edition", 4, 111 + 25, 1, FLAG, "S")], "2021-11-04 is the first day with them.", edition="mp077", accepted=1)
    sample(I + "flag-not-in-edition-zhf", FH + FG81 + f82(1, M1, b"N") + f82(2, M2, b"I") + fzpt(3, 1),
           [("flag-not-in-edition", 3, 77 + 32, 1, FLAG, "N"), ("flag-not-in-edition", 4, 123 + 32, 1, FLAG, "I")],
           "New letters with the old edition named.", args=["--edition", "pre-mp077"], edition="pre-mp077")
    sample(J + "flag-not-in-edition", H51 + G83 + rejection(1, M1, flag=b"W") + zpt(3, 1), [("flag-not-in-edition", 3, 69 + 36, 1, FLAG, "W")], "In a rejection.")
    sample(J + "flag-not-in-edition-zhf", FH51 + FG83 + f_rejection(1, M1, flag=b"S") + fzpt(3, 1), [("flag-not-in-edition", 3, 77 + 52, 1, FLAG, "S")], "zhf.")

    dates = [b"20230229", b"19000229", b"20221301", b"20220100", b"00000000", b"2022 101", b"2022010"]
    sample(I + "invalid-date", H + G81 + b"".join(u82(n, M1, date=d) for n, d in enumerate(dates, 1)) + u82(8, M1, date=b"") + zpt(9, 1),
           [("invalid-date", 3 + n, 69 + 42 * n + 27, len(d), DATE, d.decode()) for n, d in enumerate(dates)] + [("empty-item", 10, 362 + 27, 0, DATE, "")],
           "No such days, a space, a digit short; nothing is an empty item.", rejected=8)
    sample(I + "invalid-date-zhf", FH + FG81 + f82(1, M1, b"A", 20220229) + f82(2, M2, date=b"2022 101") + f82(3, M3, date=NO_DATE) + fzpt(4, 1),
           [("invalid-date", 3, 77 + 33, 8, DATE, "20220229"), ("invalid-date", 4, 123 + 33, 8, DATE, "2022 101"), ("empty-item", 5, 169 + 33, 8, DATE)],
           "zhf: 29 February 2022, a space; spaces only are no value.")
    sample(J + "invalid-date", H51 + G83 + rejection(1, M1, deemed=20220230, date=20221301) + zpt(3, 1),
           [("invalid-date", 3, 69 + 27, 8, DEEMED, "20220230"), ("invalid-date", 3, 69 + 38, 8, DATE, "20221301")], "Both dates of a rejection.")
    sample(J + "invalid-date-zhf", FH51 + FG83 + f_rejection(1, M1, deemed=20220230, date=20221301) + fzpt(3, 1),
           [("invalid-date", 3, 77 + 44, 8, DEEMED, "20220230"), ("invalid-date", 3, 77 + 53, 8, DATE, "20221301")], "zhf.")
    sample(K + "invalid-date", H72 + G749 + c357(1, deemed=20220431) + zpt(2, 1), [("invalid-date", 3, 69 + 11, 8, DEEMED, "20220431")], "D0172.")
    sample(K + "invalid-date-zhf", FH72 + FG749 + f357(1, deemed=20220431) + fzpt(2, 1), [("invalid-date", 3, 77 + 19, 8, DEEMED, "20220431")], "zhf.")

    for name, time, why in (
        ("29-february-2022", b"20220229120000", "2022 was no leap year."), ("29-february-1900", b"19000229120000", "1900 was no leap year."),
        ("hour-24", b"20220301240000", "Hour 24."), ("minute-60", b"20220301126000", "Minute 60."), ("second-60", b"20220301235960", "Second 60."),
        ("date-only", b"20220301", "A date alone."), ("empty", b"", "Empty."), ("without-seconds", b"202203010930", "Without seconds."),
        ("hyphens", b"2022-03-010930", "Hyphens."),
    ):
        sample(I + "invalid-timestamp-" + name, H.replace(b"20220301093000", time) + G81 + u82(1, M1, b"S", 20990101) + zpt(2, 1),
               [unknown_edition(47 + len(time)), ("invalid-timestamp", 1, 38, len(time), CREATED, time.decode())],
               why + " And no day for an effective date to be after, or for an edition.", accepted=1, edition="any")
    sample(I + "invalid-timestamp-trailer", H + G81 + u82(1, M1) + b"ZPT|0000475656|2||1|20230229093100|\n",
           [("invalid-timestamp", 4, 111 + 20, 14, DONE, "20230229093100")], "In the trailer.", accepted=1, rejected=0)
    sample(I + "invalid-timestamp-zhf", FH.replace(b"20220301093000", b"20220301      ") + FG81 + f82(1, M1) + fzpt(2, 1)[:-15] + b"20220301093160\n",
           [unknown_edition(60), ("invalid-timestamp", 1, 31, 14, CREATED, "20220301      "), ("invalid-timestamp", 4, 123 + 43, 14, DONE, "20220301093160")],
           "zhf: a timestamp is not padded with spaces; second 60.", accepted=1)

    sample(I + "flow-version", H.replace(b"D0350001", b"D0350002") + G81 + u82(1, M1) + zpt(2, 1), [("flow-version", 1, 15, 8, FLOW, "D0350002")],
           "Another version of the flow.", accepted=1, flow="d0350")
    sample(I + "flow-version-short", H.replace(b"D0350001", b"D0350") + G81 + u82(1, M1) + zpt(2, 1), [("flow-version", 1, 15, 5, FLOW, "D0350")],
           "The flow without a version.", accepted=1)
    sample(I + "flow-version-empty", H.replace(b"D0350001", b"") + G81 + u82(1, M1) + zpt(2, 1), [("flow-version", 1, 15, 0, FLOW, "")],
           "No flow at all is read as D0350.", accepted=1, flow="d0350")
    sample(I + "flow-version-zhf", FH.replace(b"D0350001", b"d0350001") + FG81 + f82(1, M1) + fzpt(2, 1), [("flow-version", 1, 13, 8, FLOW, "d0350001")],
           "zhf: lower case is another flow.", accepted=1)
    sample(J + "flow-version", H51.replace(b"D0351001", b"D0351") + G83 + rejection(1, M1) + zpt(3, 1), [("flow-version", 1, 15, 5, FLOW, "D0351")],
           "The item begins with D0351: that flow, but no version of it.", flow="d0351", accepted=1)
    sample(J + "flow-version-lower-case", H51.replace(b"D0351001", b"d0351001") + G83 + rejection(1, M1) + zpt(3, 1),
           [("flow-version", 1, 15, 8, FLOW, "d0351001"), ("unexpected-role", 1, 24, 1, FROLE, "P"), ("unexpected-role", 1, 31, 1, TROLE, "Z"),
            ("unknown-record", 2, 62, 6, None), ("unknown-record", 3, 69, 52, None), ("unknown-record", 4, 122, 7, None),
            ("group-cardinality", 5, 130, 35, None), ("flow-count", 5, 130 + 18, 1, FLOWS)], "Lower case is not D0351, so it is read as D0350.", flow="d0350")
    sample(J + "flow-version-zhf", FH51.replace(b"D0351001", b"D0351   ") + FG83 + f_rejection(1, M1) + fzpt(3, 1), [("flow-version", 1, 13, 8, FLOW, "D0351   ")],
           "zhf: the value shows the whole field.", flow="d0351", accepted=1)
    sample(K + "flow-version", H72.replace(b"D0172001", b"D0172002") + G749 + c357(1) + zpt(2, 1), [("flow-version", 1, 15, 8, FLOW, "D0172002")],
           "Another version of D0172.", flow="d0172", accepted=1)
    sample(K + "flow-version-zhf", FH72.replace(b"D0172001", b"D01720  ") + FG749 + f357(1) + fzpt(2, 1), [("flow-version", 1, 13, 8, FLOW, "D01720  ")], "zhf.",
           flow="d0172", accepted=1)

    sample(I + "unexpected-role", H.replace(b"|Z|", b"|D|").replace(b"|P|", b"||") + G81 + u82(1, M1) + zpt(2, 1),
           [("unexpected-role", 1, 24, 1, FROLE, "D"), ("unexpected-role", 1, 31, 0, TROLE, "")], "Other roles: warnings.", exit=0, accepted=1)
    sample(I + "unexpected-role-zhf", FH.replace(b"ZDCCOPEELC", b"zDCCO EELC") + FG81 + f82(1, M1) + fzpt(2, 1),
           [("unexpected-role", 1, 21, 1, FROLE, "z"), ("unexpected-role", 1, 26, 1, TROLE, " ")], "zhf: lower case, and empty.", exit=0)
    sample(J + "unexpected-role", H51.replace(b"|P|EELC|Z|DCCO|", b"|Z|EELC|P|DCCO|") + G83 + rejection(1, M1) + zpt(3, 1),
           [("unexpected-role", 1, 24, 1, FROLE, "Z"), ("unexpected-role", 1, 31, 1, TROLE, "P")], "D0350's roles in a D0351.", exit=0, flow="d0351")
    sample(K + "unexpected-role", H72.replace(b"|Z|DCCO|", b"|X|MRCY|") + G749 + c357(1) + zpt(2, 1), [("unexpected-role", 1, 31, 1, TROLE, "X")],
           "A D0172 for a supplier: its copy goes to another role.", exit=0)

    sample(I + "instruction-type", H + G81 + u82(1, M1, kind=b"DC11") + u82(2, M2, kind=b"dc01") + u82(3, M3, kind=b"") + u82(4, M4) + zpt(5, 1),
           [("instruction-type", 3, 69 + 6, 4, TYPE, "DC11"), ("instruction-type", 4, 111 + 6, 4, TYPE, "dc01"), ("empty-item", 5, 153 + 6, 0, TYPE, "")],
           "The rejection's type, lower case; nothing is an empty item.", accepted=1, rejected=3)
    sample(I + "instruction-type-zhf", FH + FG81 + f82(1, M1, kind=b"DC  ") + fzpt(2, 1), [("instruction-type", 3, 77 + 15, 4, TYPE, "DC  ")], "zhf, padded.")
    sample(J + "instruction-type", H51 + G83 + rejection(1, M1, kind=b"DC01") + zpt(3, 1), [("instruction-type", 3, 69 + 6, 4, TYPE, "DC01")], "D0350's type in a D0351.")
    sample(J + "instruction-type-zhf", FH51 + FG83 + f_rejection(1, M1, kind=b"DC90") + fzpt(3, 1), [("instruction-type", 3, 77 + 15, 4, TYPE, "DC90")], "zhf.")
    sample(K + "instruction-type", H72 + G749 + c357(1, kind=b"DC11") + zpt(2, 1), [("instruction-type", 3, 69 + 6, 4, TYPE, "DC11")], "D0351's type in a D0172.")
    sample(K + "instruction-type-zhf", FH72 + FG749 + f357(1, kind=b"DC") + fzpt(2, 1), [("instruction-type", 3, 77 + 15, 4, TYPE, "DC  ")], "zhf.")

    sample(I + "mpan-check-digit", H + G81 + u82(1, b"1013044353631") + u82(2, b"1031044353630") + u82(3, b"9999999999999") + zpt(4, 1),
           [("mpan-check-digit", 3, 69 + 11, 13, MPAN, "1013044353631"), ("mpan-check-digit", 4, 111 + 11, 13, MPAN, "1031044353630"),
            ("mpan-check-digit", 5, 153 + 11, 13, MPAN), ("unknown-distributor", 5, 153 + 11, 13, MPAN)],
           "Another check digit, two digits swapped, all nines (9 * 268 = 2412, 3): warnings.", exit=0, accepted=3)
    variant(I + "mpan-check-digit", ["--severity", "mpan-check-digit=error", "--mask", "--ignore", "unknown-distributor"],
            [("mpan-check-digit", 3, 80, 13, MPAN, None), ("mpan-check-digit", 4, 122, 13, MPAN, None), ("mpan-check-digit", 5, 164, 13, MPAN, None)],
            "As errors, masked.", rejected=3, ignored={"unknown-distributor": 1})
    sample(I + "mpan-check-digit-zhf", FH + FG81 + f82(1, b"1000000000011") + fzpt(2, 1), [("mpan-check-digit", 3, 77 + 19, 13, MPAN)], "zhf.", exit=0)
    sample(J + "mpan-check-digit", H51 + G83 + rejection(1, b"3900000000001") + rejection(2, b"") + zpt(5, 1),
           [("mpan-check-digit", 3, 69 + 13, 13, MPAN), ("unknown-distributor", 3, 69 + 13, 13, MPAN)], "In a D0351, with an unknown distributor.", exit=0)
    sample(J + "mpan-check-digit-zhf", FH51 + FG83 + f_rejection(1, b"1000000000011") + fzpt(3, 1), [("mpan-check-digit", 3, 77 + 31, 13, MPAN)], "zhf.", exit=0)

    sample(I + "invalid-supplier-id", H + G81 + u82(1, M1, supplier=b"mrcy") + u82(2, M2, supplier=b"MRC") + u82(3, M3, supplier=b"MR Y")
           + u82(4, M4, supplier=b"ZZ-1") + u82(5, M5, supplier=b"12AB") + zpt(6, 1),
           [("invalid-supplier-id", 3, 69 + 36, 4, SUPPLIER, "mrcy"), ("invalid-supplier-id", 4, 111 + 36, 3, SUPPLIER, "MRC"),
            ("invalid-supplier-id", 5, 152 + 36, 4, SUPPLIER, "MR Y"), ("invalid-supplier-id", 6, 194 + 36, 4, SUPPLIER, "ZZ-1")],
           "Lower case, three characters, a space, a hyphen: warnings.", exit=0, accepted=5)
    variant(I + "invalid-supplier-id", ["--severity", "invalid-supplier-id=error", "--max-samples", "1"],
            [("invalid-supplier-id", 3, 69 + 36, 4, SUPPLIER, "mrcy")], "As errors.", accepted=1, rejected=4, totals={"invalid-supplier-id": 4}, truncated=True)
    sample(I + "invalid-supplier-id-zhf", FH + FG81 + f82(1, M1, supplier=b"MR") + f82(2, M2, supplier=b" RCY") + f82(3, M3) + fzpt(4, 1),
           [("invalid-supplier-id", 3, 77 + 41, 4, SUPPLIER, "MR  "), ("invalid-supplier-id", 4, 123 + 41, 4, SUPPLIER, " RCY")], "zhf, padded.", exit=0)
    sample(J + "invalid-supplier-id", H51 + G83 + rejection(1, M1, supplier=b"M") + rejection(2, M2, supplier=b"") + zpt(5, 1),
           [("invalid-supplier-id", 3, 69 + 47, 1, SUPPLIER, "M")], "In a rejection, where none is fine.", exit=0, accepted=2)
    sample(J + "invalid-supplier-id-zhf", FH51 + FG83 + f_rejection(1, M1, supplier=b"mrcy") + f_rejection(2, M2, supplier=b"") + fzpt(5, 1),
           [("invalid-supplier-id", 3, 77 + 61, 4, SUPPLIER, "mrcy")], "zhf.", exit=0, accepted=2)

    sample(K + "confirmation-counts", H72 + G749 + c357(1, 3, 2, 2) + c357(2, 3, 3, 0) + c357(3, 99999, 99999, 1) + c357(4, 0, 0, 1) + zpt(5, 1),
           [("confirmation-counts", 3, 69 + 31, 1, RECEIVED, "3"), ("confirmation-counts", 5, 145 + 31, 5, RECEIVED, "99999"),
            ("confirmation-counts", 6, 191 + 31, 1, RECEIVED, "0")],
           "More answered than received; the second adds up.", records=4, accepted=1, rejected=3, record_numbers=[1, 3, 4])
    sample(K + "confirmation-counts-too-few", H72 + G749 + c357(1, 3, 1, 1) + b"357|2|DC90|20220302|0000475656|00003|02|1|\n" + zpt(3, 1),
           [("confirmation-counts", 3, 69 + 31, 1, RECEIVED, "3")], "Fewer answered than received; zeros before a number do not matter.", accepted=1)
    sample(K + "confirmation-counts-unreadable", H72 + G749 + b"357|1|DC90|20220302|0000475656|3|x|1|\n" + b"357|2|DC90|20220302|0000475656|3||1|\n"
           + b"357|3|DC90|20220302|0000475656||3|1|\n" + zpt(4, 1),
           [("not-a-number", 3, 69 + 33, 1, ACCEPTED, "x"), ("empty-item", 4, 107 + 33, 0, ACCEPTED), ("empty-item", 5, 144 + 31, 0, RECEIVED)],
           "Counts that cannot be read are not compared.", rejected=3)
    sample(K + "confirmation-counts-zhf", FH72 + FG749 + f357(1, 3, 2, 2) + f357(2) + fzpt(3, 1), [("confirmation-counts", 3, 77 + 37, 5, RECEIVED, "00003")], "zhf.",
           accepted=1)


# ----------------------------------- the rules that concern each of the flows


# Folder, header and group before the first record, whose number is 1 ("#"); the lines after it, the offsets of the
# first record and of some of its items, the number of lines between header and trailer, and the trailer.
EACH_FLOW = (
    ("d0350/invalid/", "", H, b"81H|1|\n", lambda **items: u82(1, M1, **items), b"", 69, {TYPE: (6, 4), NUM: (4, 1), SUPPLIER: (36, 4)}, 2, zpt),
    ("d0350/invalid/", "-zhf", FH, FG81, lambda **items: f82(1, M1, **items), b"", 77, {TYPE: (15, 4), NUM: (3, 12), SUPPLIER: (41, 4)}, 2, fzpt),
    ("d0351/invalid/", "", H51, b"83H|1|\n", lambda **items: r84(1, M1, **items), r85(), 69, {TYPE: (6, 4), NUM: (4, 1), SUPPLIER: (47, 4)}, 3, zpt),
    ("d0351/invalid/", "-zhf", FH51, FG83, lambda **items: f84(1, M1, **items), f85(), 77, {TYPE: (15, 4), NUM: (3, 12), SUPPLIER: (61, 4)}, 3, fzpt),
    ("d0172/invalid/", "", H72, b"749|1|\n", lambda **items: c357(1, **items), b"", 69, {TYPE: (6, 4), NUM: (4, 1), ANSWERED: (20, 10)}, 2, zpt),
    ("d0172/invalid/", "-zhf", FH72, FG749, lambda **items: f357(1, **items), b"", 77, {TYPE: (15, 4), NUM: (3, 12), ANSWERED: (27, 10)}, 2, fzpt),
)  # fmt: skip


def add_rules_of_each_flow(sample):
    for folder, suffix, header, group, record, reason, at, places, count, trailer in EACH_FLOW:
        first = record()
        rest = reason + trailer(count, 1)
        seq = (64, 12) if suffix else (66, 1)  # of J0330
        where = "zhf." if suffix else "zhv."

        zero = group[:-2] + b"0\n" if suffix else group[:-3] + b"0|\n"
        sample(folder + "file-sequence-number" + suffix, header + zero + first + rest,
               [("file-sequence-number", 2, *seq, SEQ, "0" * seq[1])], "A number that was not filled in: " + where, exit=0, records=1, accepted=1)
        digits = group[:-2] + b"x\n" if suffix else group[:-3] + b"x|\n"
        sample(folder + "not-a-number-group" + suffix, header + digits + first + rest, [("not-a-number", 2, *seq, SEQ)], "A letter in J0330: " + where,
               records=1, accepted=1)

        start, length = places[NUM]
        nothing = first[:3] + b"0" * 12 + first[15:] if suffix else first[:4] + b"0" + first[5:]
        sample(folder + "instruction-number-0" + suffix, header + group + nothing + rest, [("instruction-number", 3, at + start, length, NUM, "0" * length)],
               "Numbers begin at 1: " + where, exit=0, records=1, accepted=1)
        again = header + group + (first + reason) * 2 + trailer(2 * count - 1, 1)
        second = at + len(first + reason)
        duplicate = [("duplicate-meter-point", 4, second + (19 if suffix else 11), 13, MPAN)] if "d0350" in folder else []
        sample(folder + "instruction-number-repeated" + suffix, again,
               [("instruction-number", 3 + count - 1, second + start, length, NUM)] + duplicate, "A number again: " + where, exit=0, records=2, accepted=2)

        start, length = places[TYPE]
        sample(folder + "control-character" + suffix, header + group + record(kind=b"DC\x1b1") + rest,
               [("control-character", 3, at + start + 2, 1, TYPE, "\\x1B")], "In a text: at the byte, and the text gets nothing else: " + where, rejected=1)
        sample(folder + "control-character-del" + suffix, header + group + record(kind=b"DC1\x7f") + rest,
               [("control-character", 3, at + start + 3, 1, TYPE, "\\x7F")], "DEL: " + where, rejected=1)
        sample(folder + "empty-item" + suffix, header + group + record(kind=b"") + rest,
               [("empty-item", 3, at + start, 4 if suffix else 0, TYPE)], "A mandatory item without a value: " + where, rejected=1)

        identifier = b"DCC_00 001"
        sample(folder + "invalid-file-id" + suffix, header.replace(b"0000475656", identifier) + group + first + reason + trailer(count, 1, identifier),
               [("invalid-file-id", 1, 3 if suffix else 4, 10, ID, "DCC_00 001")], "Other characters than letters and digits: " + where, exit=0)
        if SUPPLIER in places:
            start, length = places[SUPPLIER]
            sample(folder + "control-character-supplier" + suffix, header + group + record(supplier=b"M\rC\0") + rest,
                   [("control-character", 3, at + start + 1, 1, SUPPLIER, "\\x0D")], "In a supplier id, the first of two: " + where, rejected=1)
        else:
            start, length = places[ANSWERED]
            sample(folder + "invalid-file-id-answered" + suffix, header + group + record(answered=identifier) + rest,
                   [("invalid-file-id", 3, at + start, 10, ANSWERED, "DCC_00 001")], "The file that is answered: " + where, exit=0, accepted=1)
            sample(folder + "control-character-answered" + suffix, header + group + record(answered=b"00004\x005656") + rest,
                   [("control-character", 3, at + start + 5, 1, ANSWERED, "\\x00")], "In the identifier of the file that is answered: " + where, rejected=1)
    sample("d0350/invalid/control-character-pipe-zhf", FH.replace(b"EELC", b"E|LC") + FG81 + f82(1, M1, supplier=b"MR|Y") + f82(2, M2, b"|") + fzpt(3, 1, b"00004|5656"),
           [("control-character", 1, 28, 1, TPART, "|"), ("control-character", 3, 77 + 43, 1, SUPPLIER, "|"),
            ("unknown-flag", 4, 123 + 32, 1, FLAG, "|"), ("control-character", 5, 169 + 8, 1, ID, "|")],
           "No text has a pipe, which would end the item in zhv; a value with one is not compared. A flag is no text.", rejected=2)
    sample("d0351/invalid/control-character-pipe-zhf", FH51 + FG83 + f84(1, M1) + f85(b"4|") + fzpt(3, 1), [("control-character", 4, 143 + 4, 1, REASON, "|")],
           "A pipe in a reason.", rejected=1, record_numbers=[1])
    sample("d0172/invalid/control-character-pipe-zhf", FH72 + FG749 + f357(1, answered=b"0000|75656") + fzpt(2, 1),
           [("control-character", 3, 77 + 31, 1, ANSWERED, "|")], "A pipe in the identifier of the file that is answered.", rejected=1)
    sample("d0350/invalid/invalid-file-id-empty", H.replace(b"0000475656", b"") + G81 + u82(1, M1) + zpt(2, 1, b""),
           [("invalid-file-id", 1, 4, 0, ID, "")], "The same file identifier, empty, in header and trailer.", exit=0)
    sample("d0350/invalid/invalid-file-id-padded-zhf", FH.replace(b"0000475656", b"GW/1      ") + FG81 + f82(1, M1) + fzpt(2, 1, b"GW/1"),
           [("invalid-file-id", 1, 3, 10, ID, "GW/1      ")], "zhf, with its padding.", exit=0)
    sample("d0350/invalid/file-sequence-number-00", H + b"81H|00|\n" + u82(1, M1) + zpt(2, 1), [("file-sequence-number", 2, 66, 2, SEQ, "00")],
           "Two zeros.", exit=0, records=1, accepted=1)
    sample("d0351/invalid/control-character-reason", H51 + G83 + r84(1, M1) + r85(b"4\x7f") + zpt(3, 1), [("control-character", 4, 122 + 5, 1, REASON, "\\x7F")],
           "In a reason: its record is rejected.", rejected=1, record_numbers=[1])
    sample("d0351/invalid/control-character-reason-zhf", FH51 + FG83 + f84(1, M1) + f85(b"1\t") + fzpt(3, 1),
           [("control-character", 4, 143 + 4, 1, REASON, "\\x09")], "A tab is no padding.", rejected=1, record_numbers=[1])
    sample("d0351/invalid/empty-item-reason-zhf", FH51 + FG83 + f84(1, M1) + f85(b"") + fzpt(3, 1), [("empty-item", 4, 143 + 3, 4, REASON, "    ")],
           "A reason of spaces.", rejected=1, record_numbers=[1])


# --------------------------------------------- lines against lines and the file


def add_file_rules(sample, variant):
    I, J, K = "d0350/invalid/", "d0351/invalid/", "d0172/invalid/"
    sample(I + "file-id-mismatch", H + G81 + u82(1, M1) + zpt(2, 1, b"000475656"), [("file-id-mismatch", 4, 111 + 4, 9, ID, "000475656")],
           "A leading zero less is another identifier.", accepted=1, rejected=0)
    sample(I + "file-id-mismatch-trailing-space", H.replace(b"0000475656", b"475656") + G81 + zpt(1, 1, b"475656 "),
           [("file-id-mismatch", 3, 65 + 4, 7, ID, "475656 ")], "In zhv a space is not padding.", records=0)
    sample(I + "file-id-mismatch-empty", H + G81 + zpt(1, 1, b""), [("file-id-mismatch", 3, 69 + 4, 0, ID, "")], "An empty identifier is one.")
    sample(I + "file-id-mismatch-zhf", FH + FG81 + f82(1, M1) + fzpt(2, 1, b" 000475656"), [("file-id-mismatch", 4, 123 + 3, 10, ID, " 000475656")],
           "zhf: padding is on the right, a space on the left is content.", accepted=1)
    sample(J + "file-id-mismatch", H51 + G83 + rejection(1, M1) + zpt(3, 1, b"0000475657"), [("file-id-mismatch", 5, 130 + 4, 10, ID)], "D0351.")
    sample(K + "file-id-mismatch", H72 + G749 + c357(1) + zpt(2, 1, b"0000475657"), [("file-id-mismatch", 4, 107 + 4, 10, ID)],
           "D0172: the file's own identifier, not the one that is answered.")

    sample(I + "group-count", H + G81 + u82(1, M1) + u82(2, M2) + zpt(5, 1), [("group-count", 5, 153 + 15, 1, GROUPS, "5")],
           "The trailer counts header and trailer too.", accepted=2, rejected=0)
    sample(I + "group-count-updates-only", H + G81 + u82(1, M1) + u82(2, M2) + zpt(2, 1), [("group-count", 5, 153 + 15, 1, GROUPS, "2")],
           "The trailer counts the updates only: 81H counts as well.", accepted=2)
    sample(I + "group-count-bad-lines", H + G81 + u82(1, M1) + b"\n" + b"026|\n" + b"82H|\n" + H + zpt(2, 2) + u82(2, M2),
           [("empty-line", 4, 111, 0, None), ("unknown-record", 5, 112, 4, None), ("malformed-record", 6, 117, 4, None),
            ("unexpected-record", 7, 122, 61, None), ("group-count", 8, 184 + 15, 1, GROUPS, "2"), ("flow-count", 8, 184 + 18, 1, FLOWS, "2"),
            ("unexpected-record", 9, 220, 41, None)],
           "Bad lines count, empty ones and those after the trailer do not: five, in one flow.", records=5, accepted=1)
    sample(I + "group-count-zhf", FH + FG81 + f82(1, M1) + fzpt(4, 3), [("group-count", 4, 123 + 13, 10, GROUPS, "0000000004"), ("flow-count", 4, 123 + 33, 10, FLOWS, "0000000003")],
           "zhf: both wrong by two.", accepted=1)
    sample(I + "group-count-leading-zeros", H + G81 + u82(1, M1) + b"ZPT|0000475656|0000000002||01|20220301093100|\n", [],
           "Leading zeros of a count carry no meaning (but the writer would not write them).", exit=0, accepted=1)
    sample(J + "group-count", H51 + G83 + rejection(1, M1) + zpt(2, 1), [("group-count", 5, 130 + 15, 1, GROUPS, "2")],
           "Reasons are lines, and so counted: three.", accepted=1)
    sample(J + "group-count-zhf", FH51 + FG83 + f_rejection(1, M1) + f85() + fzpt(2, 1), [("group-count", 6, 159 + 13, 10, GROUPS)], "zhf: four.", accepted=1)
    sample(K + "group-count", H72 + G749 + c357(1) + zpt(1, 1), [("group-count", 4, 107 + 15, 1, GROUPS, "1")], "D0172.")
    sample(K + "group-count-zhf", FH72 + FG749 + f357(1) + fzpt(3, 1), [("group-count", 4, 130 + 13, 10, GROUPS)], "zhf.")
    sample(I + "flow-count", H + G81 + u82(1, M1) + u82(2, M2) + zpt(3, 0), [("flow-count", 5, 153 + 18, 1, FLOWS, "0")],
           "The 81H not counted.", accepted=2, rejected=0)
    sample(I + "flow-count-two-groups", H + G81 + u82(1, M1) + b"81H|2|\n" + u82(2, M2) + zpt(4, 1),
           [("group-cardinality", 4, 111, 6, None), ("flow-count", 6, 160 + 18, 1, FLOWS, "1")],
           "Two 81H groups, one declared: the one too many is counted.", accepted=2, rejected=1)
    sample(I + "flow-count-updates", H + G81 + u82(1, M1) + u82(2, M2) + zpt(3, 2), [("flow-count", 5, 153 + 18, 1, FLOWS, "2")], "The updates counted as flows.")
    sample(I + "flow-count-malformed-group", H + b"81H\n" + u82(1, M1) + zpt(2, 1), [("malformed-record", 2, 62, 3, None)],
           "A broken 81H counts as a group, and its updates are in it.", accepted=1, rejected=0)
    sample(J + "flow-count", H51 + G83 + rejection(1, M1) + zpt(3, 0), [("flow-count", 5, 130 + 18, 1, FLOWS, "0")], "D0351.")
    sample(J + "flow-count-zhf", FH51 + FG83 + f_rejection(1, M1) + fzpt(3, 2), [("flow-count", 5, 151 + 33, 10, FLOWS)], "zhf.")
    sample(K + "flow-count", H72 + G749 + c357(1) + zpt(2, 0), [("flow-count", 4, 107 + 18, 1, FLOWS, "0")], "D0172.")
    sample(K + "flow-count-zhf", FH72 + FG749 + f357(1) + fzpt(2, 2), [("flow-count", 4, 130 + 33, 10, FLOWS)], "zhf.")

    sample(I + "instruction-number", H + G81 + u82(5, M1) + u82(5, M2) + u82(3, M3) + u82(4, M4) + u82(1, M5) + zpt(6, 1),
           [("instruction-number", 4, 111 + 4, 1, NUM, "5"), ("instruction-number", 5, 153 + 4, 1, NUM, "3"), ("instruction-number", 7, 237 + 4, 1, NUM, "1")],
           "5 again, back to 3; then 4 follows 3; back to 1.", exit=0, accepted=5)
    variant(I + "instruction-number", ["--severity", "instruction-number=error"],
            [("instruction-number", 4, 115, 1, NUM, "5"), ("instruction-number", 5, 157, 1, NUM, "3"), ("instruction-number", 7, 241, 1, NUM, "1")],
            "As an error it rejects.", accepted=2, rejected=3)
    sample(I + "instruction-number-bad-records", H + u82(7, M1) + G81 + b"82H|x|DC01|" + M2 + b"|A|20220101|MRCY|\n" + u82(6, M3, b"X") + b"82H|9|\n" + u82(6, M4)
           + zpt(6, 1) + u82(2, M5),
           [("unexpected-record", 2, 62, 41, None), ("not-a-number", 4, 111 + 4, 1, NUM, "x"), ("instruction-number", 5, 153 + 4, 1, NUM, "6"),
            ("unknown-flag", 5, 153 + 25, 1, FLAG, "X"), ("malformed-record", 6, 195, 6, None), ("instruction-number", 7, 202 + 4, 1, NUM, "6"),
            ("unexpected-record", 9, 280, 41, None), ("instruction-number", 9, 280 + 4, 1, NUM, "2")],
           "Rejected updates are in the sequence if their number can be read, also before 81H and after the trailer.", records=6, accepted=1)
    sample(I + "instruction-number-zhf", FH + FG81 + f82(2, M1) + f82(2, M2) + fzpt(3, 1), [("instruction-number", 4, 123 + 3, 12, NUM, "000000000002")], "zhf.", exit=0)
    sample(I + "instruction-number-leading-zeros", H + G81 + u82(9, M1) + b"82H|010|DC01|" + M2 + b"|A|20220101|MRCY|\n" + b"82H|10|DC01|" + M3 + b"|A|20220101|MRCY|\n" + zpt(4, 1),
           [("instruction-number", 5, 155 + 4, 2, NUM, "10")], "It is the number that counts: 9, 010, 10.", exit=0)
    sample(J + "instruction-number", H51 + G83 + rejection(2, M1) + rejection(1, M2) + zpt(5, 1), [("instruction-number", 5, 130 + 4, 1, NUM, "1")], "D0351.", exit=0)
    sample(K + "instruction-number", H72 + G749 + c357(2) + c357(1) + zpt(3, 1), [("instruction-number", 4, 107 + 4, 1, NUM, "1")], "D0172.", exit=0)

    sample(I + "participant-mismatch", H.replace(b"EELC", b"LOND") + G81 + u82(1, M1) + u82(2, LONDON) + u82(3, M2) + zpt(4, 1),
           [("participant-mismatch", 1, 33, 4, TPART, "LOND")], "Two points of distributor 10 in a file for London: reported once.",
           exit=0, record_numbers=[None], accepted=3)
    variant(I + "participant-mismatch", ["--severity", "participant-mismatch=error"], [("participant-mismatch", 1, 33, 4, TPART, "LOND")],
            "As an error it fails the file and rejects no record.", accepted=3, rejected=0)
    variant(I + "participant-mismatch", ["--no-cross-record"], [("participant-mismatch", 1, 33, 4, TPART, "LOND")],
            "--no-cross-record switches off duplicates and conflicts only.", exit=0)
    sample(I + "participant-mismatch-unknown", H.replace(b"EELC", b"") + G81 + u82(1, M1) + zpt(2, 1), [("participant-mismatch", 1, 33, 0, TPART, "")],
           "An empty participant is another one.", exit=0)
    sample(I + "participant-mismatch-bad-records", H + G81 + u82(1, M1) + b"82H|\n" + zpt(3, 1) + u82(2, LONDON, b"X", 20221301),
           [("participant-mismatch", 1, 33, 4, TPART, "EELC"), ("malformed-record", 4, 111, 4, None), ("unexpected-record", 6, 152, 41, None),
            ("unknown-flag", 6, 152 + 25, 1, FLAG), ("invalid-date", 6, 152 + 27, 8, DATE)],
           "Rejected records with a readable point count, also after the trailer.", records=3, accepted=1)
    sample(I + "participant-mismatch-zhf", FH.replace(b"EELC", b"EEL ") + FG81 + f82(1, M1) + fzpt(2, 1), [("participant-mismatch", 1, 27, 4, TPART, "EEL ")], "zhf.", exit=0)
    sample(J + "participant-mismatch", H51 + G83 + rejection(1, LONDON) + rejection(2, INDEPENDENT) + rejection(3, b"") + zpt(7, 1),
           [("participant-mismatch", 1, 26, 4, FPART, "EELC")],
           "D0351 comes from the distributor: the header's sender is compared. A rejection without a point is of none.", exit=0)
    sample(J + "participant-mismatch-zhf", FH51.replace(b"EELC", b"LOND") + FG83 + f_rejection(1, M1) + f_rejection(2, NO_POINT) + fzpt(5, 1),
           [("participant-mismatch", 1, 22, 4, FPART, "LOND")], "zhf.", exit=0)

    sample(I + "duplicate-meter-point", H + G81 + u82(1, M1) + u82(2, M2) + u82(3, M1) + u82(4, M1, supplier=b"ABCD") + zpt(5, 1),
           [("duplicate-meter-point", 5, 153 + 11, 13, MPAN), ("duplicate-meter-point", 6, 195 + 11, 13, MPAN)],
           "The same point, flag and date again, for another supplier too.", exit=0, accepted=4)
    variant(I + "duplicate-meter-point", ["--no-cross-record"], [], "Switched off.", exit=0)
    sample(I + "duplicate-meter-point-zhf", FH + FG81 + f82(1, M1) + f82(2, M1) + fzpt(3, 1), [("duplicate-meter-point", 4, 123 + 19, 13, MPAN)], "zhf.", exit=0)
    sample(I + "conflicting-update-a-n-a", H + G81 + u82(1, M1, b"A") + u82(2, M1, b"N") + u82(3, M1, b"A") + zpt(4, 1),
           [("conflicting-update", 4, 111 + 25, 1, FLAG, "N"), ("duplicate-meter-point", 5, 153 + 11, 13, MPAN)],
           "A, N, A: the N is rejected, the first A is accepted.", accepted=2, rejected=1, flags={"A": 2})
    sample(I + "conflicting-update-first-is-bad", H + u82(1, M1, b"N") + G81 + u82(2, M1, b"A", kind=b"DC11") + u82(3, M1, b"I") + u82(4, M1, b"A") + zpt(5, 1),
           [("unexpected-record", 2, 62, 41, None), ("instruction-type", 4, 111 + 6, 4, TYPE), ("conflicting-update", 6, 195 + 25, 1, FLAG, "A")],
           "Records with an error are not compared: the I is the first valid one.", accepted=1, rejected=3, flags={"I": 1})
    sample(I + "conflicting-update-empty-supplier", H + G81 + u82(1, M1, b"N", supplier=b"") + u82(2, M1, b"A") + zpt(3, 1), [("empty-item", 3, 69 + 36, 0, SUPPLIER)],
           "Nor one without its supplier.", accepted=1, rejected=1, flags={"A": 1})
    sample(I + "conflicting-update-instruction-number", H + G81 + u82(2, M1, b"A") + u82(2, M1, b"N") + u82(3, M1, b"N") + zpt(4, 1),
           [("instruction-number", 4, 111 + 4, 1, NUM), ("conflicting-update", 4, 111 + 25, 1, FLAG), ("conflicting-update", 5, 153 + 25, 1, FLAG)],
           "A warning does not keep a record out of the comparison.", accepted=1)
    variant(I + "conflicting-update-instruction-number", ["--severity", "instruction-number=error"],
            [("instruction-number", 4, 111 + 4, 1, NUM), ("conflicting-update", 5, 153 + 25, 1, FLAG)], "An error does.", accepted=1, rejected=2)
    sample(I + "conflicting-update-zhf", FH + FG81 + f82(1, M1) + f82(2, M1, b"N") + fzpt(3, 1), [("conflicting-update", 4, 123 + 32, 1, FLAG, "N")], "zhf.")

    sample(I + "future-effective-date", H + G81 + u82(1, M1, b"A", 20220301) + u82(2, M2, b"A", 20220302) + zpt(3, 1),
           [("future-effective-date", 4, 111 + 27, 8, DATE, "20220302")], "The day of created itself is fine, the next one a warning.", exit=0, accepted=2)
    variant(I + "future-effective-date", ["--as-of", "20220302"], [], "--as-of wins.", exit=0)
    sample(I + "future-effective-date-zhf", FH + FG81 + f82(1, M1, b"A", 21991231) + fzpt(2, 1), [("future-effective-date", 3, 77 + 33, 8, DATE)], "zhf.", exit=0)
    sample(J + "future-effective-date", H51 + G83 + rejection(1, M1, date=20220302) + rejection(2, M2, date=b"") + zpt(5, 1),
           [("future-effective-date", 3, 69 + 38, 8, DATE)], "In a rejection.", exit=0)
    sample(J + "future-effective-date-zhf", FH51 + FG83 + f_rejection(1, M1, date=20220302) + f_rejection(2, M2, date=NO_DATE) + fzpt(5, 1),
           [("future-effective-date", 3, 77 + 53, 8, DATE)], "zhf.", exit=0)


# ------------------------------------------------------------- nasty mixtures


def add_mixtures(sample, variant):
    I, J, K = "d0350/invalid/", "d0351/invalid/", "d0172/invalid/"
    sample(I + "mixture-lone-cr", H[:-1] + b"\r" + G81 + u82(1, M1) + zpt(1, 0),
           [("unexpected-record", 2, 69, 41, None), ("group-cardinality", 3, 111, 35, None)],
           "A lone CR does not end a line: 81H is in the header's items beyond the twelfth.", records=1)
    sample(I + "mixture-cr-cr-lf", H + G81 + u82(1, M1)[:-1] + b"\r\r\n" + zpt(2, 1)[:-1] + b"\r\r\n",
           [("mixed-line-ends", 3, 69, 42, None), ("malformed-record", 3, 69, 42, None), ("missing-trailing-bar", 4, 113, 36, None)],
           "Of two CRs before LF one is content: an item too many in an update, an unread one in the trailer.", records=1)
    sample(I + "mixture-every-item-bad", b"ZHV|x|x|x|x|x|x|x|x|x|x|x|\n" + b"81H|x|\n" + b"82H|x|x|x|x|x|x|\n" + b"ZPT|y|x|x|x|x|\n",
           [unknown_edition(26), ("flow-version", 1, 6, 1, FLOW, "x"), ("unexpected-role", 1, 8, 1, FROLE), ("unexpected-role", 1, 12, 1, TROLE),
            ("invalid-timestamp", 1, 16, 1, CREATED), ("test-flag", 1, 24, 1, TEST), ("not-a-number", 2, 31, 1, SEQ),
            ("not-a-number", 3, 38, 1, NUM), ("instruction-type", 3, 40, 1, TYPE), ("not-a-number", 3, 42, 1, MPAN),
            ("unknown-flag", 3, 44, 1, FLAG), ("invalid-date", 3, 46, 1, DATE), ("invalid-supplier-id", 3, 48, 1, SUPPLIER),
            ("file-id-mismatch", 4, 55, 1, ID, "y"), ("not-a-number", 4, 57, 1, GROUPS), ("not-a-number", 4, 61, 1, FLOWS),
            ("invalid-timestamp", 4, 63, 1, DONE)],
           "Everything that can be bad is: a finding each, in the order of the items.", records=1, rejected=1)
    sample(J + "mixture-every-item-bad", H51 + b"83H|x|\n" + b"84H|x|x|x|x|x|x|x|x|\n" + b"85H|xxxxx|\n" + zpt(3, 1),
           [("not-a-number", 2, 66, 1, SEQ), ("not-a-number", 3, 73, 1, NUM), ("instruction-type", 3, 75, 1, TYPE), ("not-a-number", 3, 77, 1, INCOMING),
            ("not-a-number", 3, 79, 1, MPAN), ("invalid-date", 3, 81, 1, DEEMED), ("unknown-flag", 3, 83, 1, FLAG), ("invalid-date", 3, 85, 1, DATE),
            ("invalid-supplier-id", 3, 87, 1, SUPPLIER), ("item-too-long", 4, 94, 5, REASON)],
           "Every item of a rejection and its reason.", records=1, rejected=1)
    sample(K + "mixture-every-item-bad", H72 + b"749|x|\n" + b"357|x|x|x|_|x|x|x|\n" + zpt(2, 1),
           [("not-a-number", 2, 66, 1, SEQ), ("not-a-number", 3, 73, 1, NUM), ("instruction-type", 3, 75, 1, TYPE), ("invalid-date", 3, 77, 1, DEEMED),
            ("invalid-file-id", 3, 79, 1, ANSWERED), ("not-a-number", 3, 81, 1, RECEIVED), ("not-a-number", 3, 83, 1, ACCEPTED),
            ("not-a-number", 3, 85, 1, REJECTED)],
           "Every item of a confirmation.", records=1, rejected=1)
    sample(I + "mixture-every-item-empty", b"ZHV||||||||||||\n" + b"81H||\n" + b"82H|||||||\n" + b"ZPT||||||\n",
           [unknown_edition(15), ("invalid-file-id", 1, 4, 0, ID), ("flow-version", 1, 5, 0, FLOW), ("unexpected-role", 1, 6, 0, FROLE),
            ("unexpected-role", 1, 8, 0, TROLE), ("invalid-timestamp", 1, 10, 0, CREATED), ("test-flag", 1, 14, 0, TEST), ("empty-item", 2, 20, 0, SEQ),
            ("empty-item", 3, 26, 0, NUM), ("empty-item", 3, 27, 0, TYPE), ("empty-item", 3, 28, 0, MPAN),
            ("empty-item", 3, 29, 0, FLAG), ("empty-item", 3, 30, 0, DATE), ("empty-item", 3, 31, 0, SUPPLIER), ("not-a-number", 4, 38, 0, GROUPS),
            ("not-a-number", 4, 40, 0, FLOWS), ("invalid-timestamp", 4, 41, 0, DONE)],
           "All items empty, with every pipe present: those of header and trailer have their own rules.", records=1, rejected=1)
    sample(I + "mixture-every-item-of-spaces-zhf", b"ZHF" + b" " * 57 + b"\n" + b"81H" + b" " * 12 + b"\n" + b"82H" + b" " * 42 + b"\n" + b"ZPT" + b" " * 54 + b"\n",
           [unknown_edition(60), ("invalid-file-id", 1, 3, 10, ID, " " * 10), ("flow-version", 1, 13, 8, FLOW, " " * 8), ("unexpected-role", 1, 21, 1, FROLE),
            ("unexpected-role", 1, 26, 1, TROLE), ("invalid-timestamp", 1, 31, 14, CREATED), ("test-flag", 1, 56, 4, TEST), ("empty-item", 2, 64, 12, SEQ),
            ("empty-item", 3, 80, 12, NUM), ("empty-item", 3, 92, 4, TYPE), ("empty-item", 3, 96, 13, MPAN), ("empty-item", 3, 109, 1, FLAG),
            ("empty-item", 3, 110, 8, DATE), ("empty-item", 3, 118, 4, SUPPLIER),
            ("not-a-number", 4, 136, 10, GROUPS), ("not-a-number", 4, 156, 10, FLOWS), ("invalid-timestamp", 4, 166, 14, DONE)],
           "Spaces only: the items of groups are empty, of the others texts are, numbers and timestamps are wrong.", records=1, rejected=1)
    sample(J + "mixture-every-item-of-spaces-zhf", FH51 + b"83H" + b" " * 12 + b"\n" + b"84H" + b" " * 62 + b"\n" + b"85H    \n" + fzpt(3, 1),
           [("empty-item", 2, 64, 12, SEQ), ("empty-item", 3, 80, 12, NUM), ("empty-item", 3, 92, 4, TYPE), ("empty-item", 3, 96, 12, INCOMING),
            ("empty-item", 3, 121, 8, DEEMED), ("empty-item", 4, 146, 4, REASON)], "The mandatory ones of a rejection.", records=1, rejected=1)
    sample(K + "mixture-every-item-of-spaces-zhf", FH72 + b"749" + b" " * 12 + b"\n" + b"357" + b" " * 49 + b"\n" + fzpt(2, 1),
           [("empty-item", 2, 64, 12, SEQ), ("empty-item", 3, 80, 12, NUM), ("empty-item", 3, 92, 4, TYPE), ("empty-item", 3, 96, 8, DEEMED),
            ("empty-item", 3, 104, 10, ANSWERED), ("empty-item", 3, 114, 5, RECEIVED), ("empty-item", 3, 119, 5, ACCEPTED), ("empty-item", 3, 124, 5, REJECTED)],
           "Those of a confirmation.", records=1, rejected=1)
    sample(I + "mixture-two-layouts", H + G81 + f82(1, M1) + FH + zpt(3, 1), [("unknown-record", 3, 69, 45, None), ("unknown-record", 4, 115, 60, None)],
           "Fixed-length lines in a delimited file have unknown codes.", records=2, rejected=2)
    sample(I + "mixture-two-flows", H + G81 + u82(1, M1) + G83 + rejection(2, M2) + zpt(5, 1),
           [("unknown-record", 4, 111, 6, None), ("unknown-record", 5, 118, 52, None), ("unknown-record", 6, 171, 7, None)],
           "The groups of a D0351 below those of a D0350.", records=4, rejected=3)
    sample(I + "mixture-zhf-with-bars", b"ZHF|0000475656|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n" + G81 + u82(1, M1) + zpt(2, 1),
           [unknown_edition(61), ("wrong-length", 1, 0, 61, None), ("wrong-length", 2, 62, 6, None), ("wrong-length", 3, 69, 41, None), ("wrong-length", 4, 111, 35, None)],
           "ZHF makes it fixed-length, with or without pipes.", layout="zhf", flow="d0350")
    variant(I + "mixture-zhf-with-bars", ["--layout", "zhv"],
            [unknown_edition(61), ("missing-header", 1, 0, 61, None), ("unknown-record", 1, 0, 61, None), ("group-count", 4, 111 + 15, 1, GROUPS, "2")],
            "Read as delimited: ZHF is not a code of zhv, so it is one record more than the trailer's count.", records=2, accepted=1)
    sample(I + "mixture-many", b"\xef\xbb\xbf" + H.replace(b"OPER", b"TR06") + u82(1, M1) + G81 + u82(2, M1, b"N") + u82(2, M1, b"A")[:-2] + b"\r\n"
           + b"82H|3|DC01|1013044353631|Q|20220302|MRCY|\n" + u82(4, LONDON, b"I", 20220302) + b"\n" + u82(5, M1, b"N") + zpt(8, 2, b"475656") + u82(6, M2),
           [("byte-order-mark", 1, 3, 61, None),
            ("participant-mismatch", 1, 3 + 33, 4, TPART, "EELC"), ("test-flag", 1, 3 + 56, 4, TEST, "TR06"), ("unexpected-record", 2, 65, 41, None),
            ("mixed-line-ends", 5, 156, 40, None), ("missing-trailing-bar", 5, 156, 40, None), ("instruction-number", 5, 156 + 4, 1, NUM, "2"),
            ("conflicting-update", 5, 156 + 25, 1, FLAG, "A"), ("mpan-check-digit", 6, 198 + 11, 13, MPAN), ("unknown-flag", 6, 198 + 25, 1, FLAG, "Q"),
            ("future-effective-date", 6, 198 + 27, 8, DATE), ("future-effective-date", 7, 240 + 27, 8, DATE), ("empty-line", 8, 282, 0, None),
            ("duplicate-meter-point", 9, 283 + 11, 13, MPAN), ("file-id-mismatch", 10, 325 + 4, 6, ID, "475656"), ("group-count", 10, 325 + 11, 1, GROUPS, "8"),
            ("flow-count", 10, 325 + 14, 1, FLOWS, "2"), ("unexpected-record", 11, 357, 41, None)],
           "Many kinds of findings, in order.", records=7, accepted=3, rejected=4, flags={"I": 1, "N": 2})
    many = b"".join(u82(n % 10, M1, b"AN"[n % 2 : n % 2 + 1]) for n in range(40))
    sample(I + "mixture-many-duplicates-and-conflicts", H + G81 + many + zpt(41, 1),
           [finding for n in range(40) for finding in (
               ([("instruction-number", 3 + n, 69 + 42 * n + 4, 1, NUM, "0")] if n % 10 == 0 else [])
               + [("conflicting-update", 3 + n, 69 + 42 * n + 25, 1, FLAG, "N") if n % 2 else ("duplicate-meter-point", 3 + n, 69 + 42 * n + 11, 13, MPAN)][: n])],
           "A, N, A, N ... forty times, with numbers that start at 0, again at every tenth.", records=40, accepted=20, rejected=20,
           totals={"conflicting-update": 20, "duplicate-meter-point": 19, "instruction-number": 4})
    variant(I + "mixture-many-duplicates-and-conflicts", ["--max-samples", "1"],
            [("instruction-number", 3, 69 + 4, 1, NUM), ("conflicting-update", 4, 111 + 25, 1, FLAG), ("duplicate-meter-point", 5, 153 + 11, 13, MPAN)],
            "One sample each.", truncated=True)
    sample(J + "mixture", H51.replace(b"OPER", b"TR01") + rejection(3, LONDON) + G83 + r84(3, M1) + r85(b"TOOLO") + u82(4, M2) + b"84H|5|DC01|39|\n" + zpt(4, 1)
           + rejection(1, M1),
           [("participant-mismatch", 1, 26, 4, FPART), ("test-flag", 1, 56, 4, TEST), ("unexpected-record", 2, 62, 52, None), ("unexpected-record", 3, 115, 7, None),
            ("instruction-number", 5, 130 + 4, 1, NUM), ("item-too-long", 6, 183 + 4, 5, REASON), ("unknown-record", 7, 194, 41, None),
            ("malformed-record", 8, 236, 14, None), ("group-cardinality", 8, 236, 14, None), ("group-count", 9, 251 + 15, 1, GROUPS, "4"),
            ("unexpected-record", 10, 287, 52, None), ("instruction-number", 10, 287 + 4, 1, NUM), ("unexpected-record", 11, 340, 7, None)],
           "Many kinds of findings in one D0351.", records=7, accepted=0, rejected=7)
    variant(J + "mixture", ["--ignore", "unexpected-record", "--ignore", "item-too-long", "--severity", "group-cardinality=warning", "--ignore", "malformed-record"],
            [("participant-mismatch", 1, 26, 4, FPART), ("test-flag", 1, 56, 4, TEST), ("instruction-number", 5, 130 + 4, 1, NUM),
             ("unknown-record", 7, 194, 41, None), ("group-cardinality", 8, 236, 14, None), ("group-count", 9, 251 + 15, 1, GROUPS, "4"),
             ("instruction-number", 10, 287 + 4, 1, NUM)],
            "What is ignored or only a warning rejects nothing.", records=7, accepted=6, rejected=1, flags={"A": 3})
    sample(K + "mixture", H72.replace(b"OPER", b"TR01") + c357(3) + G749 + b"749|0|\n" + c357(3, 3, 3, 3, deemed=19000101) + b"85H|1|\n" + c357(2, answered=b"") + zpt(4, 1)
           + c357(1),
           [("test-flag", 1, 56, 4, TEST), ("unexpected-record", 2, 62, 37, None), ("group-cardinality", 4, 107, 6, None), ("file-sequence-number", 4, 111, 1, SEQ),
            ("instruction-number", 5, 114 + 4, 1, NUM), ("placeholder-date", 5, 114 + 11, 8, DEEMED), ("confirmation-counts", 5, 114 + 31, 1, RECEIVED),
            ("unknown-record", 6, 152, 6, None), ("instruction-number", 7, 159 + 4, 1, NUM), ("empty-item", 7, 159 + 20, 0, ANSWERED),
            ("group-count", 8, 187 + 15, 1, GROUPS, "4"), ("flow-count", 8, 187 + 18, 1, FLOWS, "1"), ("unexpected-record", 9, 223, 37, None),
            ("instruction-number", 9, 223 + 4, 1, NUM)],
           "Many kinds of findings in one D0172.", records=6, accepted=0, rejected=6, flags={})

"""The electricity samples of make_testdata.py: D0350 and D0351, zhv and zhf. All invented."""

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


# Field names, short.
ID, FLOW, FROLE, FPART, TROLE, TPART = (
    "file_identifier", "flow_and_version", "from_role", "from_participant", "to_role", "to_participant")  # fmt: skip
CREATED, SEND, RECV, CAST, TEST = "created", "sending_application", "receiving_application", "broadcast", "test_flag"
GROUPS, SUM, FLOWS, DONE = "group_count", "checksum", "flow_count", "completed"
SEQ, NUM, TYPE, MPAN, FLAG, DATE = (
    "file_sequence_number", "instruction_number", "instruction_type", "mpan_core", "dcc_service_flag",
    "effective_from_date")  # fmt: skip
REASON = "reason_code"

# zhv, D0350: header 61 bytes (62 with LF): 4 ID(10) 15 FLOW(8) 24 FROLE 26 FPART(4) 31 TROLE 33 TPART(4)
# 38 CREATED(14) 53 SEND(0) 54 RECV(0) 55 CAST(0) 56 TEST(4). X01 6 (7): 4 SEQ(1).
# X02 36 (37): 4 NUM(1) 6 TYPE(4) 11 MPAN(13) 25 FLAG(1) 27 DATE(8).
# X03 26 and the reason (and 1): 4 NUM(1) 6 TYPE(4) 11 MPAN(13) 25 REASON.
# ZPT 35 (36): 4 ID(10) 15 GROUPS(1) 17 SUM(0) 18 FLOWS(1) 20 DONE(14).
# So after header and X01 the updates begin at 69, 106, 143, 180, 217 ...
H = b"ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n"
H51 = b"ZHV|0000475656|D0351001|P|EELC|Z|DCCO|20220301093000||||OPER|\n"
X1 = b"X01|1|\n"


def x02(number, point, flag=b"A", date=20220101, kind=b"DC01", end=b"\n"):
    return b"X02|%d|%s|%s|%s|%08d|" % (number, kind, point, flag, date) + end


def x03(number, point, reason=b"", kind=b"DC11", end=b"\n"):
    return b"X03|%d|%s|%s|%s|" % (number, kind, point, reason) + end


def zpt(groups, flows, identifier=b"0000475656", end=b"\n"):
    return b"ZPT|%s|%d||%d|20220301093100|" % (identifier, groups, flows) + end


# zhf: header 60 (61): 3 ID 13 FLOW 21 FROLE 22 FPART 26 TROLE 27 TPART 31 CREATED 45 SEND 50 RECV 55 CAST 56 TEST.
# X01 13 (14): 3 SEQ. X02 39 (40): 3 NUM 13 TYPE 17 MPAN 30 FLAG 31 DATE. X03 38 (39): 3 NUM 13 TYPE 17 MPAN 30 REASON(8).
# ZPT 57 (58): 3 ID 13 GROUPS 23 SUM 33 FLOWS 43 DONE. After header and X01 the updates begin at 75, 115, 155, 195 ...
FH = b"ZHF0000475656D0350001ZDCCOPEELC20220301093000           OPER\n"
FH51 = b"ZHF0000475656D0351001PEELCZDCCO20220301093000           OPER\n"
FX1 = b"X010000000001\n"


def fx02(number, point, flag=b"A", date=20220101, kind=b"DC01", end=b"\n"):
    return b"X02%010d%s%s%s%08d" % (number, kind, point, flag, date) + end


def fx03(number, point, reason=b"", kind=b"DC11", end=b"\n"):
    return b"X03%010d%s%s%-8s" % (number, kind, point, reason) + end


def fzpt(groups, flows, identifier=b"0000475656", end=b"\n"):
    return b"ZPT%-10s%010d          %010d20220301093100" % (identifier, groups, flows) + end


assert [len(x) for x in (H, H51, X1, x02(1, M1), x03(1, M1), zpt(1, 1))] == [62, 62, 7, 37, 27, 36]
assert [len(x) for x in (FH, FH51, FX1, fx02(1, M1), fx03(1, M1), fzpt(1, 1))] == [61, 61, 14, 40, 39, 58]


def crlf(data):
    return data.replace(b"\n", b"\r\n")


def notes(length, offset=0, line=1):
    """The two notes of every file read with a built-in profile and --edition auto: its first non-empty line."""
    return [placeholder(length, offset, line), unknown_edition(length, offset, line)]


def placeholder(length, offset=0, line=1):
    return ("placeholder-profile", line, offset, length, None)


def unknown_edition(length, offset=0, line=1):
    return ("edition-unknown", line, offset, length, None)


N = notes(61)  # of a zhv file
F = notes(60)  # of a zhf file


def is_canonical(data):
    """Whether parse-then-write would give the same bytes (told without the oracle)."""
    end = b"\r\n" if b"\r\n" in data else b"\n"
    lines = data.split(end)
    if lines.pop() != b"" or b"" in lines or any(b"\r" in x or b"\n" in x for x in lines):
        return False
    if data.startswith(b"ZHF"):
        lengths = {b"ZHF": 60, b"X01": 13, b"X02": 39, b"X03": 38, b"ZPT": 57}
        return all(len(x) == lengths.get(x[:3]) for x in lines)
    items = {b"X01": 3, b"X02": 7, b"X03": 6}  # with the nothing behind the last bar
    numbers = {b"X01": [1], b"X02": [1], b"X03": [1], b"ZPT": [2, 4]}
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
    add_items(sample, variant)
    add_file_rules(sample, variant)
    add_mixtures(sample, variant)


# ---------------------------------------------------------------------- valid


def add_valid(valid, variant):
    V, W = "d0350/valid/", "d0351/valid/"
    main = H + X1 + x02(1, M1, b"A") + x02(2, M2, b"N") + x02(3, M3, b"I") + zpt(4, 1)
    valid(V + "zhv", main, N, "The main case: header, a group, one update of each MP077 flag, trailer.",
          flow="d0350", layout="zhv", envelope=True, file_type=None, edition="any", records=3, accepted=3, rejected=0,
          flags={"A": 1, "I": 1, "N": 1}, totals={"edition-unknown": 1, "placeholder-profile": 1},
          record_numbers=[None, None])
    variant(V + "zhv", ["--edition", "pre-mp077"],
            [placeholder(61), ("flag-not-in-edition", 4, 106 + 25, 1, FLAG, "N"), ("flag-not-in-edition", 5, 143 + 25, 1, FLAG, "I")],
            "With the edition named there is no note about it, and N and I are letters of the other one.",
            edition="pre-mp077", accepted=1, rejected=2, flags={"A": 1})
    variant(V + "zhv", ["--flow", "d0351"],
            N + [("flow-version", 1, 15, 8, FLOW, "D0350001"), ("unexpected-role", 1, 24, 1, FROLE, "Z"),
                 ("unexpected-role", 1, 31, 1, TROLE, "P"), ("unknown-record", 3, 69, 36, None),
                 ("unknown-record", 4, 106, 36, None), ("unknown-record", 5, 143, 36, None)],
            "Read as the other flow: its header is wrong and its updates are unknown.", flow="d0351", records=3, rejected=3, flags={})
    variant(V + "zhv", ["--as-of", "2021-12-31", "--fail-on", "warning"],
            N + [("future-effective-date", n, at + 27, 8, DATE, "20220101") for n, at in ((3, 69), (4, 106), (5, 143))],
            "--as-of wins over the header's day.", accepted=3)
    variant(V + "zhv", ["--ignore", "placeholder-profile", "--ignore", "edition-unknown", "--fail-on", "note"], [],
            "Both notes ignored: nothing left to fail on.", exit=0, ignored={"placeholder-profile": 1, "edition-unknown": 1}, totals={})
    variant(V + "zhv", ["--layout", "zhf"],
            N + [("missing-header", 1, 0, 61, None), ("unknown-record", 1, 0, 61, None), ("wrong-length", 2, 62, 6, None),
                 ("wrong-length", 3, 69, 36, None), ("wrong-length", 4, 106, 36, None), ("wrong-length", 5, 143, 36, None),
                 ("wrong-length", 6, 180, 35, None)],
            "Read as fixed-length: ZHV is no header there, so it is a record; the other codes are known, their lengths wrong.",
            layout="zhf", records=4, rejected=4, flags={}, record_numbers=[None, None, None, 1, None, 2, 3, 4, None])
    valid(V + "zhv-crlf", crlf(main), N, "CRLF: the CR belongs to the line's end, after the last bar.", records=3, accepted=3)
    valid(V + "zhv-letters-of-both-editions", H + X1 + x02(1, M1, b"A") + x02(2, M2, b"S") + x02(3, M3, b"W") + x02(4, M4, b"N")
          + x02(5, M5, b"I") + zpt(6, 1), N, "No day is known from which the new letters stand: all five pass.",
          flags={"A": 1, "I": 1, "N": 1, "S": 1, "W": 1})
    variant(V + "zhv-letters-of-both-editions", ["--edition", "mp077", "--fail-on", "note"],
            [placeholder(61), ("flag-not-in-edition", 4, 106 + 25, 1, FLAG, "S"), ("flag-not-in-edition", 5, 143 + 25, 1, FLAG, "W")],
            "With the edition named S and W are errors.", accepted=3, rejected=2)
    valid(V + "zhv-many-groups", H + X1 + x02(1, M1) + x02(2, M2) + b"X01|2|\n" + x02(3, M3) + b"X01|3|\n" + zpt(6, 3), N,
          "Three X01 groups, the last one empty: six lines, three flows; X01 lines are no records.", records=3, accepted=3)
    valid(V + "zhv-no-updates", H + X1 + zpt(1, 1), N, "A group without updates.", records=0, flow="d0350", flags={})
    valid(V + "zhv-nothing-between", H + zpt(0, 0), N, "Header and trailer alone.", records=0, flow="d0350", envelope=True)
    valid(V + "zhv-header-of-fourteen-items", H[:-1] + b"a|b c|\n" + X1 + x02(1, M1) + zpt(2, 1), notes(67),
          "Header items beyond the twelfth are carried unread, whatever is in them.", accepted=1)
    valid(V + "zhv-trailer-of-seven-items", H + X1 + x02(1, M1) + zpt(2, 1)[:-1] + b"|\n", N,
          "A trailer with an item more, empty.", accepted=1)
    valid(V + "zhv-every-item-filled", b"ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20240229000000|SENDR|RECVR|B|OPER|\n"
          + b"X01|9999999999|\n" + b"X02|9999999999|DC01|" + M1 + b"|A|20240229|\n"
          + b"ZPT|0000475656|2|CHECKSUM10|1|20240229235959|\n", notes(72),
          "Every item at its most characters; leap days; midnight and the last second.", accepted=1)
    for identifier in (b"0000000001", b"GW00ab", b"1"):
        name = {b"1": "one-digit", b"GW00ab": "letters"}.get(identifier, "leading-zeros")
        valid(V + "zhv-file-identifier-" + name, H.replace(b"0000475656", identifier) + X1 + x02(1, M1) + zpt(2, 1, identifier),
              notes(51 + len(identifier)), "The same file identifier, %s, in header and trailer." % name.replace("-", " "))
    for number, participant in sorted(electricity.PARTICIPANTS.items()):
        point = mpan(number + b"1234567890")
        valid(V + "zhv-distributor-%s-%s" % (number.decode(), participant.decode().lower()),
              H.replace(b"EELC", participant) + X1 + x02(1, point) + zpt(2, 1), N,
              "A meter point of %s in a file for %s." % (number.decode(), participant.decode()), accepted=1)
    valid(V + "zhv-independent-distributors", H.replace(b"EELC", b"INDP") + X1 + x02(1, INDEPENDENT) + x02(2, LAST_KNOWN)
          + zpt(3, 1), N, "24 and 38 are independent networks, whose participants nobody here knows: silence.", accepted=2)
    valid(V + "zhv-unknown-distributor", H + X1 + x02(1, AFTER_IT) + x02(2, BEFORE_TEN) + x02(3, b"0" * 13) + zpt(4, 1),
          N + [("unknown-distributor", 3, 69 + 11, 13, MPAN, "3900000000000"), ("unknown-distributor", 4, 106 + 11, 13, MPAN, "0900000000001"),
               ("unknown-distributor", 5, 143 + 11, 13, MPAN, "0000000000000")],
          "39, 09 and 00 are no distributors known here: notes. The check digit of all zeros is 0.", accepted=3)
    variant(V + "zhv-unknown-distributor", ["--mask", "--max-samples", "2"],
            [(r, n, o, l, f, None) for r, n, o, l, f in N] + [("unknown-distributor", 3, 69 + 11, 13, MPAN, None),
            ("unknown-distributor", 4, 106 + 11, 13, MPAN, None)], "Masked, two samples.", exit=0, truncated=True)
    valid(V + "zhv-test-flag", H.replace(b"OPER", b"TR01") + X1 + x02(1, M1) + zpt(2, 1), N + [("test-flag", 1, 56, 4, TEST, "TR01")],
          "Not operational: a note.", accepted=1)
    valid(V + "zhv-test-flag-empty", H.replace(b"OPER", b"") + X1 + x02(1, M1) + zpt(2, 1), notes(57) + [("test-flag", 1, 56, 0, TEST, "")],
          "An empty test flag is not OPER either.", accepted=1)
    valid(V + "zhv-sequence", H + X1 + x02(1, M1, b"A", 20220101) + x02(2, M1, b"N", 20220102) + x02(3, M1, b"A", 20220103) + zpt(4, 1), N,
          "The same point on three dates is a normal sequence.", flags={"A": 2, "N": 1})
    valid(V + "zhv-instruction-numbers-with-gaps", H + X1 + x02(1, M1) + x02(5, M2) + b"X01|1|\n" + x02(6, M3) + zpt(5, 2), N,
          "Instruction numbers that only grow, from 1, with a gap, over two groups (whose own numbers nobody compares).", accepted=3)

    fixed = FH + FX1 + fx02(1, M1, b"A") + fx02(2, M2, b"N") + fx02(3, M3, b"I") + fzpt(4, 1)
    valid(V + "zhf", fixed, F, "The main case in the fixed-length user file.", flow="d0350", layout="zhf", envelope=True, edition="any",
          records=3, accepted=3, flags={"A": 1, "I": 1, "N": 1})
    variant(V + "zhf", ["--layout", "zhv"],
            [placeholder(60), unknown_edition(60), ("unknown-record", 1, 0, 60, None), ("unknown-record", 2, 61, 13, None),
             ("unknown-record", 3, 75, 39, None), ("unknown-record", 4, 115, 39, None), ("unknown-record", 5, 155, 39, None),
             ("unknown-record", 6, 195, 57, None)],
            "Read as delimited every line is one long unknown code, and the file bare.", envelope=False, layout="zhv", records=6)
    variant(V + "zhf", ["--flow", "d0351"],
            F + [("flow-version", 1, 13, 8, FLOW, "D0350001"), ("unexpected-role", 1, 21, 1, FROLE, "Z"),
                 ("unexpected-role", 1, 26, 1, TROLE, "P"), ("unknown-record", 3, 75, 39, None),
                 ("unknown-record", 4, 115, 39, None), ("unknown-record", 5, 155, 39, None)], "zhf read as the other flow.", flow="d0351")
    valid(V + "zhf-crlf", crlf(fixed), F, "zhf with CRLF.", records=3)
    valid(V + "zhf-letters-of-both-editions", FH + FX1 + fx02(1, M1, b"S") + fx02(2, M2, b"W") + fx02(3, M3, b"N") + fzpt(4, 1), F,
          "Letters of both editions.", flags={"N": 1, "S": 1, "W": 1})
    valid(V + "zhf-many-groups", FH + FX1 + fx02(1, M1) + b"X010000000002\n" + fx02(2, M2) + b"X010000000003\n" + fzpt(5, 3), F,
          "Three groups in zhf.", records=2)
    valid(V + "zhf-no-updates", FH + fzpt(0, 0), F, "zhf header and trailer alone.", records=0)
    valid(V + "zhf-short-file-identifier", FH.replace(b"0000475656", b"007a      ") + FX1 + fx02(1, M1) + fzpt(2, 1, b"007a"), F,
          "A file identifier of four characters, padded right with spaces.", accepted=1)
    valid(V + "zhf-every-item-filled", b"ZHF0000475656D0350001ZDCCOPEELC20240229235959SENDRRECVRBOPER\n" + b"X019999999999\n"
          + fx02(9999999999, M1, b"A", 20240229) + b"ZPT00004756560000000002CHECKSUM10000000000120240229235959\n", F,
          "Every item of zhf filled.", accepted=1)
    valid(V + "zhf-independent-distributor", FH.replace(b"EELC", b"IN  ") + FX1 + fx02(1, INDEPENDENT) + fzpt(2, 1), F,
          "A participant of two characters, padded.", accepted=1)
    valid(V + "zhf-unknown-distributor", FH + FX1 + fx02(1, AFTER_IT) + fzpt(2, 1), F + [("unknown-distributor", 3, 75 + 17, 13, MPAN)],
          "zhf with a distributor not known here.", accepted=1)
    valid(V + "zhf-test-flag", FH.replace(b"OPER", b"    ") + FX1 + fx02(1, M1) + fzpt(2, 1), F + [("test-flag", 1, 56, 4, TEST, "    ")],
          "A test flag of spaces only is empty; the span stays the whole field.", accepted=1)

    answers = H51 + X1 + x03(1, M1, b"REASON01") + x03(2, M2, b"R2") + x03(3, M3) + zpt(4, 1)
    valid(W + "zhv", answers, N, "D0351: reason codes of eight characters, of two, and none.",
          flow="d0351", layout="zhv", edition="any", records=3, accepted=3, flags={})
    variant(W + "zhv", ["--flow", "d0350"],
            N + [("flow-version", 1, 15, 8, FLOW, "D0351001"), ("unexpected-role", 1, 24, 1, FROLE, "P"), ("unexpected-role", 1, 31, 1, TROLE, "Z"),
                 ("unknown-record", 3, 69, 34, None), ("unknown-record", 4, 104, 28, None), ("unknown-record", 5, 133, 26, None)],
            "--flow wins over the header.", flow="d0350", rejected=3)
    valid(W + "zhv-crlf", crlf(answers), N, "D0351 with CRLF.", accepted=3)
    valid(W + "zhv-many-groups", H51 + X1 + x03(1, M1) + b"X01|2|\n" + x03(2, M2, b"a b") + zpt(4, 2), N,
          "Two groups; a reason with a space in it.", accepted=2)
    valid(W + "zhv-same-point-again", H51 + X1 + x03(1, M1, b"R1") + x03(2, M1, b"R1") + x03(3, M1, b"R2") + zpt(4, 1), N,
          "A point rejected three times: the cross-record rules are for D0350 only.", accepted=3)
    valid(W + "zhv-no-updates", H51 + zpt(0, 0), N, "D0351 without a rejection: the header tells the flow.", flow="d0351", records=0)
    valid(W + "zhf", FH51 + FX1 + fx03(1, M1, b"REASON01") + fx03(2, M2, b"R2") + fx03(3, M3) + fzpt(4, 1), F,
          "D0351 in zhf, reasons padded.", flow="d0351", layout="zhf", accepted=3)
    valid(W + "zhf-crlf", crlf(FH51 + FX1 + fx03(1, M1) + fzpt(2, 1)), F, "D0351 in zhf with CRLF.", accepted=1)


# ------------------------------------------- the shape of lines and of the file


def add_shapes(sample, variant, unreadable):
    I, J = "d0350/invalid/", "d0351/invalid/"
    unreadable(I + "unrecognised-no-bar", b"ZHV\n" + X1, "ZHV needs its bar to be recognised.")
    variant(I + "unrecognised-no-bar", ["--layout", "zhv"],
            notes(3) + [("malformed-record", 1, 0, 3, None), ("missing-trailer", 2, 4, 6, None)],
            "With the layout named it is a header of too few items, and the trailer is missing.", records=0, envelope=True, flow="d0350")
    unreadable(I + "unrecognised-bare", x02(1, M1), "A bare update is not recognised.")
    variant(I + "unrecognised-bare", ["--flow", "d0350"], notes(36) + [("unexpected-record", 1, 0, 36, None)],
            "--flow makes it zhv; the update stands before any X01.", envelope=False, records=1, layout="zhv")
    unreadable(I + "unrecognised-bare-group", X1 + x02(1, M1), "Bare groups are not recognised either.")
    variant(I + "unrecognised-bare-group", ["--layout", "zhv"], notes(6), "With the layout named they are fine.", exit=0,
            envelope=False, records=1, accepted=1, flow="d0350")
    variant(I + "unrecognised-bare-group", ["--flow", "d0351"], notes(6) + [("unknown-record", 2, 7, 36, None)],
            "D0351 knows no X02.", layout="zhv", flow="d0351")
    unreadable(I + "unrecognised-lower-case", H.lower(), "Codes are upper case.")
    unreadable(I + "unrecognised-trailer-only", zpt(0, 0), "A trailer alone is not recognised.")
    variant(I + "unrecognised-trailer-only", ["--flow", "d0350"], [placeholder(35), unknown_edition(35), ("missing-header", 1, 0, 35, None)],
            "With the flow named: a trailer without a header, whose counts of 0 are right.", records=0, envelope=True)
    unreadable(I + "unrecognised-zhf-trailer-only", fzpt(1, 0), "A zhf trailer alone.")
    variant(I + "unrecognised-zhf-trailer-only", ["--layout", "zhf"],
            notes(57) + [("missing-header", 1, 0, 57, None), ("group-count", 1, 13, 10, GROUPS, "0000000001")],
            "With the layout named: no header, and no line between, where one is declared.", flow="d0350")
    unreadable(I + "empty-but-for-bom-and-lines", b"\xef\xbb\xbf\r\n\n", "A byte-order mark and empty lines.")
    variant(I + "empty-but-for-bom-and-lines", ["--layout", "zhv", "--flow", "d0350"], None, "Nothing overrides emptiness.", exit=2)

    sample(I + "missing-trailing-bar", H[:-2] + b"\n" + b"X01|1\n" + x02(1, M1)[:-2] + b"\n" + x02(2, M2) + zpt(3, 1)[:-2] + b"\n",
           notes(60) + [("missing-trailing-bar", 1, 0, 60, None), ("missing-trailing-bar", 2, 61, 5, None, "X01|1"),
                        ("missing-trailing-bar", 3, 67, 35, None), ("missing-trailing-bar", 5, 140, 34, None)],
           "The last bar missing on each kind of line: read as if it were there.", exit=0, accepted=2,
           record_numbers=[None, None, None, None, 1, None], flags={"A": 2})
    variant(I + "missing-trailing-bar", ["--severity", "missing-trailing-bar=error"],
            notes(60) + [("missing-trailing-bar", 1, 0, 60, None), ("missing-trailing-bar", 2, 61, 5, None, "X01|1"),
                         ("missing-trailing-bar", 3, 67, 35, None), ("missing-trailing-bar", 5, 140, 34, None)],
            "As an error it rejects the one record.", accepted=1, rejected=1, flags={"A": 1})
    sample(J + "missing-trailing-bar", H51 + X1 + b"X03|1|DC11|" + M1 + b"|R1\n" + b"X03|2|DC11|" + M2 + b"|\n" + zpt(3, 1),
           N + [("missing-trailing-bar", 3, 69, 27, None), ("malformed-record", 4, 97, 25, None)],
           "With and without: an empty last item needs its bar, else an item is missing.", accepted=1, rejected=1)
    sample(I + "missing-trailing-bar-crlf", crlf(H + X1) + x02(1, M1)[:-2] + b"\r\n" + zpt(2, 1)[:-2],
           N + [("missing-trailing-bar", 3, 71, 35, None), ("missing-terminator", 4, 108, 34, None), ("missing-trailing-bar", 4, 108, 34, None)],
           "Before CRLF, and at the end of a file cut off by one byte and its line end.", exit=0, accepted=1)

    sample(I + "trailing-blanks", H + b"X01|1|  \n" + x02(1, M1, end=b" | | |\n") + x02(2, M2, end=b"\t\r\n") + zpt(3, 1, end=b" \n"),
           N + [("trailing-blanks", 2, 68, 2, None, "  "), ("mixed-line-ends", 4, 114, 37, None)],
           "Spaces, cells of spaces, a tab: behind the last item, so in no item. One warning, at the first of them.", exit=0, accepted=2)
    sample(I + "trailing-blanks-empty-cells", H + X1 + x02(1, M1, end=b"||\n") + x02(2, M2, end=b"|| |\n") + zpt(3, 1),
           N + [("malformed-record", 3, 69, 38, None), ("trailing-blanks", 4, 144, 4, None, "|| |")],
           "Empty cells alone are items too many; beside one of white space they are as blank as it is.", accepted=1, rejected=1)

    sample(I + "malformed-record", H + b"X01|\n" + x02(1, M1) + b"X01|2||\n" + b"X02|2|DC01|" + M2 + b"|A|\n" + x02(3, M3)[:-1] + b"|\n"
           + b"X02\n" + b"X02|||||||\n" + zpt(7, 2),
           N + [("malformed-record", 2, 62, 4, None, "X01|"), ("malformed-record", 4, 104, 7, None), ("malformed-record", 5, 112, 27, None),
                ("malformed-record", 6, 140, 37, None), ("malformed-record", 7, 178, 3, None, "X02"), ("malformed-record", 8, 182, 10, None)],
           "Items missing or too many in groups and updates. A broken X01 is still a group and no record.",
           records=5, accepted=1, rejected=4, record_numbers=[None, None, None, None, 2, 3, 4, 5])
    sample(I + "malformed-record-header", b"ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20220301093000||||\n" + X1 + x02(1, LONDON, b"A", 20990101)
           + zpt(2, 1, b"1"), notes(56) + [("malformed-record", 1, 0, 56, None)],
           "A header an item short is still the header, but nothing in it is read: no day, no participant, no identifier.",
           envelope=True, records=1, accepted=1)
    sample(I + "malformed-record-header-without-last-item-and-bar",
           b"ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20220301093000|||\n" + X1 + zpt(1, 1), notes(55) + [("malformed-record", 1, 0, 55, None)],
           "malformed-record stands alone: no missing-trailing-bar beside it.", records=0)
    sample(J + "malformed-record-header", b"ZHV|0000475656|D0351001|\n" + X1 + x03(1, M1) + zpt(2, 1),
           notes(24) + [("malformed-record", 1, 0, 24, None), ("unknown-record", 3, 32, 26, None)],
           "A header that cannot be cut tells no flow: d0350, which knows no X03.", flow="d0350", records=1)
    variant(J + "malformed-record-header", ["--flow", "d0351"], notes(24) + [("malformed-record", 1, 0, 24, None)],
            "With the flow named.", flow="d0351", accepted=1)
    sample(I + "malformed-record-trailer", H + X1 + x02(1, M1) + b"ZPT|0000475656|9||9|\n", N + [("malformed-record", 4, 106, 20, None)],
           "A trailer without its time is still the trailer; its counts are not judged.", accepted=1, envelope=True)
    sample(I + "malformed-record-zpt-only", H + X1 + x02(1, M1) + b"ZPT\n", N + [("malformed-record", 4, 106, 3, None, "ZPT")],
           "ZPT and nothing else: the trailer, of a bad shape.", records=1, accepted=1)

    sample(I + "wrong-length", FH[:-1] + b" \n" + b"X01000000001\n" + fx02(1, M1)[:-2] + b"\n" + fx02(2, M2, end=b" \n") + b"X02\n"
           + b"ZPT0000475656\n",
           notes(61) + [("wrong-length", 1, 0, 61, None), ("wrong-length", 2, 62, 12, None), ("wrong-length", 3, 75, 38, None),
                        ("wrong-length", 4, 114, 40, None), ("wrong-length", 5, 155, 3, None, "X02"), ("wrong-length", 6, 159, 13, None)],
           "Each kind of zhf line a byte off, or its code alone: all keep their roles.", records=3, rejected=3, envelope=True,
           record_numbers=[None, None, None, None, 1, 2, 3, None])
    sample(J + "wrong-length", FH51 + FX1 + fx03(1, M1, b"R1").rstrip() + b"\n" + fzpt(2, 1), F + [("wrong-length", 3, 75, 32, None)],
           "Padding stripped by some editor.", records=1, rejected=1)

    sample(I + "unknown-record", H + X1 + b"X03|1|DC11|" + M1 + b"||\n" + b"x02|1|\n" + b"|\n" + b"  \n" + b" X02|1|\n" + b"E451234567810A20220101\n"
           + zpt(6, 1),
           N + [("unknown-record", 3, 69, 26, None), ("unknown-record", 4, 96, 6, None), ("unknown-record", 5, 103, 1, None, "|"),
                ("empty-line", 6, 105, 2, None, "  "), ("unknown-record", 7, 108, 7, None), ("unknown-record", 8, 116, 22, None)],
           "The other flow's group, lower case, an empty code, a gas record. No missing-trailing-bar beside it. White space is no record.",
           records=5, rejected=5)
    sample(I + "unknown-record-zhf", FH + FX1 + fx03(1, M1) + b"x02\n" + b"X0\n" + H + fzpt(5, 1),
           F + [("unknown-record", 3, 75, 38, None), ("unknown-record", 4, 114, 3, None), ("unknown-record", 5, 118, 2, None, "X0"),
                ("unknown-record", 6, 121, 61, None)], "zhf: another code, half a code, and ZHV, which is no code of zhf.", records=4)
    other = (b"ZHV|0000475656|D0010002|D|UDMS|X|MRCY|20160302153151||||OPER|\n" + b"026|" + M1 + b"|V|\n"
             + b"028|G87A 01111|C|\n" + b"ZPT|0000475656|2||1|20160302154650|\n")
    unreadable(I + "unknown-record-other-flow", other, "A flow of meter readings is not read.")
    variant(I + "unknown-record-other-flow", ["--flow", "d0350"],
            N + [("flow-version", 1, 15, 8, FLOW, "D0010002"), ("unexpected-role", 1, 24, 1, FROLE, "D"), ("unexpected-role", 1, 31, 1, TROLE, "X"),
                 ("unknown-record", 2, 62, 20, None), ("unknown-record", 3, 83, 17, None), ("flow-count", 4, 101 + 18, 1, FLOWS, "1")],
            "Read as D0350, whose groups it has none of.", flow="d0350", records=2, rejected=2)

    sample(I + "unexpected-record-before-group", H + x02(1, M1) + X1 + x02(2, M2) + zpt(3, 1), N + [("unexpected-record", 2, 62, 36, None)],
           "An update before the first X01.", records=2, accepted=1, rejected=1, flags={"A": 1})
    variant(I + "unexpected-record-before-group", ["--ignore", "unexpected-record"], N, "Ignored it is accepted.", exit=0, accepted=2)
    sample(I + "unexpected-record-without-group", H + x02(1, M1) + x02(2, M1, b"X") + zpt(2, 0),
           N + [("unexpected-record", 2, 62, 36, None), ("unexpected-record", 3, 99, 36, None), ("unknown-flag", 3, 99 + 25, 1, FLAG, "X")],
           "No X01 at all: every update is unexpected, and its items are judged all the same.", rejected=2)
    sample(I + "unexpected-record-after-trailer", H + X1 + x02(1, M1) + zpt(2, 1) + X1 + x02(2, M2) + zpt(9, 9, b"x") + b"X01|\n" + b"026|\n"
           + b"ZPT|x|y||z|w|\n",
           N + [("unexpected-record", 5, 142, 6, None), ("unexpected-record", 6, 149, 36, None), ("unexpected-record", 7, 186, 26, None),
                ("malformed-record", 8, 213, 4, None), ("unknown-record", 9, 218, 4, None), ("unexpected-record", 10, 223, 13, None),
                ("not-a-number", 10, 223 + 6, 1, GROUPS, "y"), ("not-a-number", 10, 223 + 9, 1, FLOWS, "z"),
                ("invalid-timestamp", 10, 223 + 11, 1, DONE, "w")],
           "After the trailer every line is a record, X01 and a second ZPT too; that one's counts and identifier are nobody's.",
           records=7, accepted=1, rejected=6, record_numbers=[None, None, 2, 3, 4, 5, 6, 7, 7, 7, 7])
    sample(I + "unexpected-record-second-header", H + X1 + b"ZHV|1|D9999999|X|DCCO|X|LOND|20220229000000||||TR01|\n" + x02(1, M1) + zpt(3, 1),
           N + [("unexpected-record", 3, 69, 52, None), ("invalid-timestamp", 3, 69 + 29, 14, CREATED, "20220229000000")],
           "A second header is a record: its items are judged, the rules about the file's header are not. It ends no group.",
           records=2, accepted=1, flow="d0350")
    sample(I + "second-file", H + X1 + x02(1, M1) + zpt(2, 1) + H + X1 + x02(1, M1) + zpt(2, 1), N + [("second-file", 5, 142, 61, None)],
           "Two files in one: the lines of the second are counted under its header.", records=1, accepted=1)
    sample(I + "second-file-zhf", FH + FX1 + fx02(1, M1) + fzpt(2, 1) + b"A00x", F + [("second-file", 5, 173, 4, None, "A00x")],
           "A gas file behind a zhf file.", records=1, accepted=1)
    sample(I + "trailing-padding", H + X1 + x02(1, M1) + zpt(2, 1) + b"\x1a\n", N + [("trailing-padding", 5, 142, 1, None, "\\x1A")],
           "The end of a file in DOS, and a line ending behind it.", exit=0, records=1, accepted=1)
    sample(I + "trailing-padding-zhf", FH + FX1 + fx02(1, M1) + fzpt(2, 1) + b"\0\0", F + [("trailing-padding", 5, 173, 2, None, "\\x00\\x00")],
           "NULs behind the last line.", exit=0, records=1, accepted=1)
    sample(I + "placeholder-date", H + X1 + x02(1, M1, b"A", 19000101) + x02(2, M2, b"A", 99991231) + zpt(3, 1),
           N + [("placeholder-date", 3, 69 + 27, 8, DATE, "19000101"), ("future-effective-date", 4, 106 + 27, 8, DATE), ("placeholder-date", 4, 106 + 27, 8, DATE)],
           "Days that stand for no date; that they are out of range too is not said.", exit=0, records=2, accepted=2)
    sample(I + "placeholder-date-zhf", FH + FX1 + fx02(1, M1, b"A", 19700101) + fzpt(2, 1), F + [("placeholder-date", 3, 75 + 31, 8, DATE, "19700101")], "zhf.", exit=0)
    sample(I + "date-out-of-range", H + X1 + x02(1, M1, b"A", 19491231) + x02(2, M1, b"A", 19500101) + x02(3, M1, b"A", 22000101) + zpt(4, 1),
           N + [("date-out-of-range", 3, 69 + 27, 8, DATE, "19491231"), ("future-effective-date", 5, 143 + 27, 8, DATE), ("date-out-of-range", 5, 143 + 27, 8, DATE)],
           "The days before 1950 and after 2199.", exit=0, records=3, accepted=3)
    sample(I + "date-out-of-range-zhf", FH + FX1 + fx02(1, M1, b"A", 229) + fzpt(2, 1), F + [("date-out-of-range", 3, 75 + 31, 8, DATE, "00000229")], "zhf.", exit=0)
    sample(I + "file-sequence-number", H + b"X01|00|\n" + x02(1, M1) + zpt(2, 1), N + [("file-sequence-number", 2, 66, 2, SEQ, "00")],
           "A number that was not filled in.", exit=0, records=1, accepted=1)
    sample(I + "file-sequence-number-zhf", FH + b"X01" + b"0" * 10 + b"\n" + fx02(1, M1) + fzpt(2, 1),
           F + [("file-sequence-number", 2, 64, 10, SEQ, "0" * 10)], "zhf.", exit=0)
    sample(I + "invalid-file-id", H.replace(b"0000475656", b"DCC_00 001") + X1 + x02(1, M1) + zpt(2, 1, b"DCC_00 001"),
           N + [("invalid-file-id", 1, 4, 10, ID, "DCC_00 001")], "Other characters than letters and digits.", exit=0)
    sample(I + "invalid-file-id-empty", H.replace(b"0000475656", b"") + X1 + x02(1, M1) + zpt(2, 1, b""),
           notes(51) + [("invalid-file-id", 1, 4, 0, ID, "")], "The same file identifier, empty, in header and trailer.", exit=0)
    sample(I + "invalid-file-id-zhf", FH.replace(b"0000475656", b"GW/1      ") + FX1 + fx02(1, M1) + fzpt(2, 1, b"GW/1"),
           F + [("invalid-file-id", 1, 3, 10, ID, "GW/1      ")], "zhf, with its padding.", exit=0)
    sample(I + "instruction-number-0", H + X1 + x02(0, M1) + x02(1, M2) + zpt(3, 1), N + [("instruction-number", 3, 73, 1, NUM, "0")],
           "Numbers begin at 1.", exit=0, records=2, accepted=2)
    sample(I + "unexpected-record-zhf", FH + fx02(1, M1) + FX1 + FH + fzpt(3, 1) + FX1 + fx02(2, M2),
           F + [("unexpected-record", 2, 61, 39, None), ("unexpected-record", 4, 115, 60, None), ("unexpected-record", 6, 234, 13, None),
                ("unexpected-record", 7, 248, 39, None)],
           "zhf: an update before X01, a second header, lines after the trailer.", records=4, rejected=4)
    sample(J + "unexpected-record", H51 + x03(1, M1) + X1 + x03(2, M2) + zpt(3, 1) + x03(3, M3),
           N + [("unexpected-record", 2, 62, 26, None), ("unexpected-record", 6, 159, 26, None)], "Rejections before X01 and after ZPT.",
           accepted=1, rejected=2)

    long = b"X02|1|DC01|" + M1 + b"|A|20220101|" + b"9" * 60
    sample(I + "line-too-long", H + X1 + long + b"\n" + b"X01|" + b"1" * 80 + b"\n" + b"ZPT|" + b"0" * 80 + b"\n",
           N + [("line-too-long", 3, 69, 96, None, long[:64].decode()), ("line-too-long", 4, 166, 84, None), ("line-too-long", 5, 251, 84, None)],
           "Lines past --max-line: that finding alone; update, group and trailer keep their roles by their codes.",
           args=["--max-line", "64"], records=1, rejected=1, record_numbers=[None, None, 1, None, None])
    variant(I + "line-too-long", ["--mask"],
            [(*x, None) for x in N] + [("malformed-record", 3, 69, 96, None, None), ("missing-trailing-bar", 4, 166, 84, None, None), ("item-too-long", 4, 170, 80, SEQ, None), ("malformed-record", 5, 251, 84, None, None)],
            "Within the default limit: items too many, an item too long (masked, for it may be anything) and no last bar, too few.")
    sample(J + "line-too-long-header", H51 + X1 + x03(1, M1) + zpt(2, 1),
           N + [("line-too-long", 1, 0, 61, None), ("unknown-record", 3, 69, 26, None)],
           "A header past the limit is still the header, but nothing in it is read, and so not the flow.", args=["--max-line", "60"],
           flow="d0350", envelope=True)
    sample(I + "line-too-long-zhf", FH + FX1 + fx02(1, LONDON, b"A", 20990101) + fzpt(2, 1, b"other"), F + [("line-too-long", 1, 0, 60, None)],
           "zhf: without a readable header there is no day, participant or identifier to compare with.", args=["--max-line", "59"], accepted=1)

    sample(I + "empty-line", b"\n" + H + b"\n" + X1 + x02(1, M1) + zpt(2, 1) + b"\n",
           [("empty-line", 1, 0, 0, None, "")] + notes(61, 1, 2) + [("empty-line", 3, 63, 0, None), ("empty-line", 7, 144, 0, None)],
           "Empty lines are warnings, no records, and not in the group count.", exit=0, accepted=1)
    sample(I + "empty-line-zhf", FH + FX1 + b"\n\n" + fx02(1, M1) + fzpt(2, 1), F + [("empty-line", 3, 75, 0, None), ("empty-line", 4, 76, 0, None)],
           "Empty lines in zhf.", exit=0, accepted=1)
    sample(I + "mixed-line-ends", H + crlf(X1) + x02(1, M1) + crlf(zpt(2, 1)), N + [("mixed-line-ends", 2, 62, 6, None)],
           "LF and CRLF: said once, on the group's line, which is no record.", exit=0, record_numbers=[None, None, None])
    sample(I + "mixed-line-ends-zhf", crlf(FH + FX1) + fx02(1, M1) + crlf(fzpt(2, 1)), F + [("mixed-line-ends", 3, 77, 39, None)],
           "zhf: said on a record's line.", exit=0, record_numbers=[None, None, 1])
    sample(I + "missing-terminator", H + X1 + x02(1, M1) + zpt(2, 1, end=b""), N + [("missing-terminator", 4, 106, 35, None)],
           "No line end at the end: a note.", exit=0, accepted=1)
    sample(I + "missing-terminator-cr", H + X1 + x02(1, M1) + zpt(2, 1, end=b"\r"),
           N + [("missing-terminator", 4, 106, 36, None), ("missing-trailing-bar", 4, 106, 36, None)],
           "A CR before the end of the file is content: an item more behind the last bar, without a bar of its own.", exit=0, accepted=1)
    sample(I + "missing-terminator-zhf", FH + FX1 + fx02(1, M1, end=b""),
           F + [("missing-trailer", 3, 75, 39, None), ("missing-terminator", 3, 75, 39, None)],
           "zhf without trailer and line end.", record_numbers=[None, None, None, 1])
    sample(I + "byte-order-mark", b"\xef\xbb\xbf" + H + X1 + x02(1, M1) + zpt(2, 1), [("byte-order-mark", 1, 3, 61, None)] + notes(61, 3),
           "A byte-order mark belongs to no line.", exit=0, accepted=1)
    sample(I + "byte-order-mark-zhf", b"\xef\xbb\xbf\n" + FH + FX1 + fzpt(1, 1),
           [("byte-order-mark", 1, 3, 0, None), ("empty-line", 1, 3, 0, None)] + notes(60, 4, 2), "Before an empty line, then zhf.", exit=0)
    sample(I + "byte-order-mark-in-the-middle", H + b"\xef\xbb\xbf" + X1 + x02(1, M1) + zpt(2, 0),
           N + [("unknown-record", 2, 62, 9, None, "\\xEF\\xBB\\xBFX01|1|"), ("unexpected-record", 3, 72, 36, None)],
           "A mark that is not at the start is content: no X01, so the update stands in no group.", records=2, rejected=2)

    # after a previous file of which the identifier is told: 0000475656 at 4 in zhv, at 3 in zhf
    for suffix, data, noted, at in (
        ("", H + X1 + x02(1, M1) + zpt(2, 1), N, 4),
        ("-zhf", FH + FX1 + fx02(1, M1) + fzpt(2, 1), F, 3),
    ):
        def found(rule, noted=noted, at=at):
            return noted + [(rule, 1, at, 10, ID, "0000475656")]

        sample(I + "sequence-repeated" + suffix, data, found("sequence-repeated"), "The identifier of the previous file again.",
               args=["--after", "0000475656"], record_numbers=[None] * 3, accepted=1)
        variant(I + "sequence-repeated" + suffix, ["--after", "475655"], noted, "After 475655 it is the next one.", 0)
        sample(I + "sequence-backwards" + suffix, data, found("sequence-backwards"), "An older file.", args=["--after", "0000475657"])
        variant(I + "sequence-backwards" + suffix, ["--after", "9999999999"], found("sequence-backwards"), "Not the first after nines.", 1)
        sample(I + "sequence-skipped" + suffix, data, found("sequence-skipped"), "475655 is missing.", args=["--after", "0000475654"], exit=0)
        sample(I + "sequence-unknown" + suffix, data, found("sequence-unknown"), "Of letters nobody knows what comes next.",
               args=["--after", "A1"], exit=0)
        variant(I + "sequence-unknown" + suffix, ["--after", "475656"], found("sequence-unknown"), "Zeros matter, so it is another one.", 0)
    sample(I + "sequence-wrapped", H.replace(b"0000475656", b"0000000001") + X1 + zpt(1, 1, b"0000000001"),
           N + [("sequence-wrapped", 1, 4, 10, ID, "0000000001")], "1 after ten nines.", args=["--after", "9999999999"], exit=0)
    sample(I + "sequence-wrapped-zhf", FH.replace(b"0000475656", b"00        ") + FX1 + fzpt(1, 1, b"00"),
           F + [("sequence-wrapped", 1, 3, 10, ID)], "00 after 99, padded.", args=["--after", "99"], exit=0)
    sample(I + "sequence-unknown-empty", H.replace(b"0000475656", b"") + X1 + zpt(1, 1, b""),
           notes(51) + [("invalid-file-id", 1, 4, 0, ID), ("sequence-unknown", 1, 4, 0, ID, "")], "A header without an identifier.", args=["--after", "41"], exit=0)

    sample(I + "missing-header", X1 + x02(1, M1) + zpt(2, 1), notes(6) + [("missing-header", 1, 0, 6, None)],
           "A trailer without a header; the counts are judged from the file's beginning.", args=["--flow", "d0350"], accepted=1)
    sample(I + "missing-header-late", b"\n" + zpt(0, 0) + H + X1,
           [("empty-line", 1, 0, 0, None)] + notes(35, 1, 2) + [("missing-header", 2, 1, 35, None), ("second-file", 3, 37, 61, None)],
           "Trailer first, header after: it comes too late.", args=["--layout", "zhv"], records=0)
    sample(I + "missing-header-zhf", FX1 + fx02(1, M1) + fzpt(2, 1), notes(13) + [("missing-header", 1, 0, 13, None)],
           "zhf without a header.", args=["--layout", "zhf"], accepted=1)
    sample(I + "missing-trailer", H + X1 + x02(1, M1) + b"\n", N + [("missing-trailer", 3, 69, 36, None), ("empty-line", 4, 106, 0, None)],
           "A header without a trailer: on the last line with text.", record_numbers=[None] * 4, accepted=1)
    sample(I + "missing-trailer-header-only", H[:-1], N + [("missing-trailer", 1, 0, 61, None), ("missing-terminator", 1, 0, 61, None)],
           "A header alone, cut off.", records=0)
    sample(J + "missing-trailer", H51 + X1 + x03(1, M1), N + [("missing-trailer", 3, 69, 26, None)], "D0351 without a trailer.", accepted=1)
    sample(I + "truncated", H + X1 + x02(1, M1) + x02(2, M2)[:20],
           N + [("missing-trailer", 4, 106, 20, None), ("missing-terminator", 4, 106, 20, None), ("malformed-record", 4, 106, 20, None)],
           "Cut off within an update.", records=2, accepted=1, record_numbers=[None, None, None, 2, 2])
    sample(I + "truncated-zhf", (FH + FX1 + fx02(1, M1) + fzpt(2, 1))[:-10],
           F + [("missing-terminator", 4, 115, 48, None), ("wrong-length", 4, 115, 48, None)], "Cut off within the zhf trailer.", accepted=1)


# ------------------------------------------------------------- item by item


def add_items(sample, variant):
    I, J = "d0350/invalid/", "d0351/invalid/"
    sample(I + "non-ascii", b"ZHV|000047565\xe9|D035\xff001|\xc3|D\xc3\xa9O|\x80|EEL\xb9|2022030109300\xb0|\xe1|\xe2|\xe3|OPE\xe4|\n"
           + b"X01|\xb1|\n" + b"X02|\xb2|DC0\xb3|101304435363\xb4|\xb5|2022010\xb6|\n" + b"ZPT|000047565\xe9|\xb7|\xb8|\xb9|2022030109310\xba|\n",
           notes(64) + [("non-ascii", 1, 13, 1, ID, "\\xE9"), ("non-ascii", 1, 19, 1, FLOW, "\\xFF"), ("non-ascii", 1, 24, 1, FROLE, "\\xC3"),
                        ("non-ascii", 1, 27, 1, FPART, "\\xC3"), ("non-ascii", 1, 31, 1, TROLE, "\\x80"), ("non-ascii", 1, 36, 1, TPART, "\\xB9"),
                        ("non-ascii", 1, 51, 1, CREATED, "\\xB0"), ("non-ascii", 1, 53, 1, SEND, "\\xE1"), ("non-ascii", 1, 55, 1, RECV, "\\xE2"),
                        ("non-ascii", 1, 57, 1, CAST, "\\xE3"), ("non-ascii", 1, 62, 1, TEST, "\\xE4"), ("non-ascii", 2, 69, 1, SEQ, "\\xB1"),
                        ("non-ascii", 3, 76, 1, NUM, "\\xB2"), ("non-ascii", 3, 81, 1, TYPE, "\\xB3"), ("non-ascii", 3, 95, 1, MPAN, "\\xB4"),
                        ("non-ascii", 3, 97, 1, FLAG, "\\xB5"), ("non-ascii", 3, 106, 1, DATE, "\\xB6"), ("non-ascii", 4, 122, 1, ID, "\\xE9"),
                        ("non-ascii", 4, 124, 1, GROUPS, "\\xB7"), ("non-ascii", 4, 126, 1, SUM, "\\xB8"), ("non-ascii", 4, 128, 1, FLOWS, "\\xB9"),
                        ("non-ascii", 4, 143, 1, DONE, "\\xBA")],
           "A byte past 0x7F in every item of every line: pointed at, and the item gets nothing else.", records=1, rejected=1, flags={})
    variant(I + "non-ascii", ["--mask", "--ignore", "placeholder-profile", "--ignore", "edition-unknown", "--max-samples", "15"],
            [("non-ascii", 1, 13, 1, ID, "\\xE9"), ("non-ascii", 1, 19, 1, FLOW, "\\xFF"), ("non-ascii", 1, 24, 1, FROLE, "\\xC3"),
             ("non-ascii", 1, 27, 1, FPART, "\\xC3"), ("non-ascii", 1, 31, 1, TROLE, "\\x80"), ("non-ascii", 1, 36, 1, TPART, "\\xB9"),
             ("non-ascii", 1, 51, 1, CREATED, "\\xB0"), ("non-ascii", 1, 53, 1, SEND, "\\xE1"), ("non-ascii", 1, 55, 1, RECV, "\\xE2"),
             ("non-ascii", 1, 57, 1, CAST, "\\xE3"), ("non-ascii", 1, 62, 1, TEST, "\\xE4"), ("non-ascii", 2, 69, 1, SEQ, "\\xB1"),
             ("non-ascii", 3, 76, 1, NUM, "\\xB2"), ("non-ascii", 3, 81, 1, TYPE, "\\xB3"), ("non-ascii", 3, 95, 1, MPAN, None)],
            "Masked: only the byte in the meter point is an identifier's.", totals={"non-ascii": 22}, truncated=True)
    sample(I + "non-ascii-too-long", H + X1 + b"X02|1|DC01\xc3\xa9|" + M1 + b"|AA\xff|20220101|\n" + zpt(2, 1),
           N + [("non-ascii", 3, 69 + 10, 1, TYPE, "\\xC3"), ("non-ascii", 3, 69 + 29, 1, FLAG, "\\xFF")], "Too long as well: non-ascii comes alone.")
    sample(I + "non-ascii-alone", H + X1 + b"X\xc3\xa92|1|\n" + b"X02|1|\xe9|\n" + b"X02\xe9|1|DC01|" + M1 + b"|A|20220101|\n" + zpt(4, 1),
           N + [("unknown-record", 3, 69, 7, None), ("malformed-record", 4, 77, 8, None), ("unknown-record", 5, 86, 37, None)],
           "In a code or in a line of a bad shape it is not said.", rejected=3)
    sample(I + "non-ascii-beyond-the-known-items", H[:-1] + b"a|b \xc3\xa9|\n" + X1 + x02(1, M1) + zpt(2, 1)[:-1] + b"\xff|\n", notes(68),
           "In items beyond a header's twelfth or a trailer's sixth, which nobody reads: silence.", exit=0, accepted=1)
    sample(I + "non-ascii-zhf", FH.replace(b"0000475656", b"00004756\xc3\xa9") + FX1 + fx02(1, M1, b"\xc4") + b"X020000000002DC011013\xa044353630A20220101\n"
           + fzpt(3, 1, b"other"),
           F + [("non-ascii", 1, 11, 1, ID, "\\xC3"), ("non-ascii", 3, 75 + 30, 1, FLAG, "\\xC4"), ("non-ascii", 4, 115 + 21, 1, MPAN, "\\xA0")],
           "zhf; the header's identifier cannot be read, so the trailer's is compared with nothing.", rejected=2)
    sample(J + "non-ascii", H51 + X1 + x03(1, M1, b"d\xc3\xa9j\xc3\xa0") + zpt(2, 1), N + [("non-ascii", 3, 69 + 26, 1, REASON, "\\xC3")],
           "In a reason code: one finding, at its first such byte.")

    sample(I + "item-too-long", b"ZHV|00000475656|D03500012|ZZ|DCCOO|PP|EELCC|202203010930000|SENDER|RECVER|BB|OPERA|\n" + b"X01|00000000001|\n"
           + b"X02|00000000001|DC010|10130443536300|AA|202201010|\n" + b"ZPT|00000475656|00000000002|CHECKSUM100|00000000001|202203010931000|\n",
           notes(83) + [("item-too-long", 1, 4, 11, ID, "00000475656"), ("item-too-long", 1, 16, 9, FLOW), ("item-too-long", 1, 26, 2, FROLE),
                        ("item-too-long", 1, 29, 5, FPART), ("item-too-long", 1, 35, 2, TROLE), ("item-too-long", 1, 38, 5, TPART),
                        ("item-too-long", 1, 44, 15, CREATED), ("item-too-long", 1, 60, 6, SEND), ("item-too-long", 1, 67, 6, RECV),
                        ("item-too-long", 1, 74, 2, CAST), ("item-too-long", 1, 77, 5, TEST), ("item-too-long", 2, 88, 11, SEQ),
                        ("item-too-long", 3, 105, 11, NUM), ("item-too-long", 3, 117, 5, TYPE), ("item-too-long", 3, 123, 14, MPAN),
                        ("item-too-long", 3, 138, 2, FLAG, "AA"), ("item-too-long", 3, 141, 9, DATE), ("item-too-long", 4, 156, 11, ID),
                        ("item-too-long", 4, 168, 11, GROUPS), ("item-too-long", 4, 180, 11, SUM), ("item-too-long", 4, 192, 11, FLOWS),
                        ("item-too-long", 4, 204, 15, DONE)],
           "Every item one character too long: that alone, also where the value would be right with a zero less.", records=1, rejected=1)
    variant(I + "item-too-long", ["--mask", "--max-samples", "1"], [placeholder(83), unknown_edition(83), ("item-too-long", 1, 4, 11, ID, None)],
            "Masked: what is longer than its item can be may be a meter point gone astray.", totals={"edition-unknown": 1, "item-too-long": 22, "placeholder-profile": 1})
    sample(I + "item-too-long-swapped", H + X1 + b"X02|" + M1 + b"|DC01|1|A|20220101|\n" + zpt(2, 1),
           N + [("item-too-long", 3, 69 + 4, 13, NUM, "1013044353630"), ("not-a-number", 3, 69 + 23, 1, MPAN, "1")], "Two items in each other's place.")
    variant(I + "item-too-long-swapped", ["--mask"], [(*x, None) for x in N] + [("item-too-long", 3, 73, 13, NUM, None), ("not-a-number", 3, 92, 1, MPAN, None)],
            "Masked: the point does not show itself as an instruction number.")
    sample(J + "item-too-long", H51 + X1 + x03(1, M1, b"REASON012") + zpt(2, 1), N + [("item-too-long", 3, 69 + 25, 9, REASON, "REASON012")],
           "A reason code of nine characters.")

    sample(I + "not-a-number", H + b"X01||\n" + b"X02|-1|DC01|101304435363|A|20220101|\n" + b"X02| 2|DC01|101304435363x|A|20220101|\n"
           + b"X02||DC01||A|20220101|\n" + b"X02|4.0|DC01| 013044353630|A|20220101|\n" + b"ZPT|0000475656|+5||0x1|20220301093100|\n",
           N + [("not-a-number", 2, 62 + 4, 0, SEQ, ""), ("not-a-number", 3, 68 + 4, 2, NUM, "-1"), ("not-a-number", 3, 68 + 12, 12, MPAN, "101304435363"),
                ("not-a-number", 4, 105 + 4, 2, NUM, " 2"), ("not-a-number", 4, 105 + 12, 13, MPAN, "101304435363x"),
                ("not-a-number", 5, 143 + 4, 0, NUM, ""), ("not-a-number", 5, 143 + 10, 0, MPAN, ""), ("not-a-number", 6, 166 + 4, 3, NUM, "4.0"),
                ("not-a-number", 6, 166 + 13, 13, MPAN), ("not-a-number", 7, 205 + 15, 2, GROUPS, "+5"), ("not-a-number", 7, 205 + 19, 3, FLOWS, "0x1")],
           "Empty, signs, spaces, letters, a point of twelve digits: nothing is trimmed.", records=4, rejected=4)
    sample(I + "not-a-number-zhf", FH + b"X01         1\n" + b"X021         DC0110130443536 0A20220101\n" + b"ZPT0000475656         2                   120220301093100\n",
           F + [("not-a-number", 2, 61 + 3, 10, SEQ, "         1"), ("not-a-number", 3, 75 + 3, 10, NUM, "1         "),
                ("not-a-number", 3, 75 + 17, 13, MPAN, "10130443536 0"), ("not-a-number", 4, 115 + 13, 10, GROUPS), ("not-a-number", 4, 115 + 33, 10, FLOWS)],
           "zhf: numbers are padded with zeros, never with spaces.", rejected=1)
    sample(J + "not-a-number", H51 + X1 + x03(1, b"10130443536") + zpt(2, 1), N + [("not-a-number", 3, 69 + 11, 11, MPAN)], "A point of eleven digits.")

    sample(I + "unknown-flag", H + X1 + x02(1, M1, b"X") + x02(2, M2, b"a") + x02(3, M3, b" ") + x02(4, M4, b"") + x02(5, M5, b"A") + zpt(6, 1),
           N + [("unknown-flag", 3, 69 + 25, 1, FLAG, "X"), ("unknown-flag", 4, 106 + 25, 1, FLAG, "a"), ("unknown-flag", 5, 143 + 25, 1, FLAG, " "),
                ("unknown-flag", 6, 180 + 25, 0, FLAG, "")], "Letters of no edition, a space, nothing.", accepted=1, flags={"A": 1})
    sample(I + "unknown-flag-zhf", FH + FX1 + fx02(1, M1, b" ") + fx02(2, M2, b"\x00") + fzpt(3, 1),
           F + [("unknown-flag", 3, 75 + 30, 1, FLAG, " "), ("unknown-flag", 4, 115 + 30, 1, FLAG, "\\x00")], "zhf: a space is not no flag.")
    sample(I + "flag-not-in-edition", H + X1 + x02(1, M1, b"S") + x02(2, M1, b"A") + x02(3, M2, b"W") + zpt(4, 1),
           [placeholder(61), ("flag-not-in-edition", 3, 69 + 25, 1, FLAG, "S"), ("flag-not-in-edition", 5, 143 + 25, 1, FLAG, "W")],
           "Old letters with the new edition named; the rejected S takes no part in comparisons.", args=["--edition", "mp077"],
           edition="mp077", accepted=1, rejected=2)
    variant(I + "flag-not-in-edition", [], N + [("conflicting-update", 4, 106 + 25, 1, FLAG, "A")], "Without an edition the A conflicts with the S.",
            accepted=2, rejected=1)
    sample(I + "flag-not-in-edition-zhf", FH + FX1 + fx02(1, M1, b"N") + fx02(2, M2, b"I") + fzpt(3, 1),
           [placeholder(60), ("flag-not-in-edition", 3, 75 + 30, 1, FLAG, "N"), ("flag-not-in-edition", 4, 115 + 30, 1, FLAG, "I")],
           "New letters with the old edition named.", args=["--edition", "pre-mp077"], edition="pre-mp077")

    dates = [b"20230229", b"19000229", b"20221301", b"20220100", b"00000000", b"2022 101", b"2022010"]
    sample(I + "invalid-date", H + X1 + b"".join(b"X02|%d|DC01|%s|A|%s|\n" % (n, M1, d) for n, d in enumerate(dates, 1)) + b"X02|8|DC01|" + M1 + b"|A||\n" + zpt(9, 1),
           N + [("invalid-date", 3 + n, 69 + 37 * n + 27, len(d), DATE, d.decode()) for n, d in enumerate(dates)] + [("invalid-date", 10, 327 + 27, 0, DATE, "")],
           "No such days, a space, a digit short, nothing.", rejected=8)
    sample(I + "invalid-date-zhf", FH + FX1 + fx02(1, M1, b"A", 20220229) + b"X020000000002DC01" + M2 + b"A        \n" + fzpt(3, 1),
           F + [("invalid-date", 3, 75 + 31, 8, DATE, "20220229"), ("invalid-date", 4, 115 + 31, 8, DATE, "        ")], "zhf: 29 February 2022, and spaces.")

    for name, time, why in (
        ("29-february-2022", b"20220229120000", "2022 was no leap year."), ("29-february-1900", b"19000229120000", "1900 was no leap year."),
        ("hour-24", b"20220301240000", "Hour 24."), ("minute-60", b"20220301126000", "Minute 60."), ("second-60", b"20220301235960", "Second 60."),
        ("date-only", b"20220301", "A date alone."), ("empty", b"", "Empty."), ("without-seconds", b"202203010930", "Without seconds."),
        ("hyphens", b"2022-03-010930", "Hyphens."),
    ):
        sample(I + "invalid-timestamp-" + name, H.replace(b"20220301093000", time) + X1 + x02(1, M1, b"A", 20990101) + zpt(2, 1),
               notes(47 + len(time)) + [("invalid-timestamp", 1, 38, len(time), CREATED, time.decode())],
               why + " And no day for an effective date to be after.", accepted=1)
    sample(I + "invalid-timestamp-trailer", H + X1 + x02(1, M1) + b"ZPT|0000475656|2||1|20230229093100|\n",
           N + [("invalid-timestamp", 4, 106 + 20, 14, DONE, "20230229093100")], "In the trailer.", accepted=1, rejected=0)
    sample(I + "invalid-timestamp-zhf", FH.replace(b"20220301093000", b"20220301      ") + FX1 + fx02(1, M1) + fzpt(2, 1)[:-15] + b"20220301093160\n",
           F + [("invalid-timestamp", 1, 31, 14, CREATED, "20220301      "), ("invalid-timestamp", 4, 115 + 43, 14, DONE, "20220301093160")],
           "zhf: a timestamp is not padded with spaces; second 60.", accepted=1)

    sample(I + "flow-version", H.replace(b"D0350001", b"D0350002") + X1 + x02(1, M1) + zpt(2, 1), N + [("flow-version", 1, 15, 8, FLOW, "D0350002")],
           "Another version of the flow.", accepted=1, flow="d0350")
    sample(I + "flow-version-short", H.replace(b"D0350001", b"D0350") + X1 + x02(1, M1) + zpt(2, 1), notes(58) + [("flow-version", 1, 15, 5, FLOW, "D0350")],
           "The flow without a version.", accepted=1)
    sample(I + "flow-version-empty", H.replace(b"D0350001", b"") + X1 + x02(1, M1) + zpt(2, 1), notes(53) + [("flow-version", 1, 15, 0, FLOW, "")],
           "No flow at all is read as D0350.", accepted=1, flow="d0350")
    sample(I + "flow-version-zhf", FH.replace(b"D0350001", b"d0350001") + FX1 + fx02(1, M1) + fzpt(2, 1), F + [("flow-version", 1, 13, 8, FLOW, "d0350001")],
           "zhf: lower case is another flow.", accepted=1)
    sample(J + "flow-version", H51.replace(b"D0351001", b"D0351") + X1 + x03(1, M1) + zpt(2, 1), notes(58) + [("flow-version", 1, 15, 5, FLOW, "D0351")],
           "The item begins with D0351: that flow, but no version of it.", flow="d0351", accepted=1)
    sample(J + "flow-version-lower-case", H51.replace(b"D0351001", b"d0351001") + X1 + x03(1, M1) + zpt(2, 1),
           N + [("flow-version", 1, 15, 8, FLOW, "d0351001"), ("unexpected-role", 1, 24, 1, FROLE, "P"), ("unexpected-role", 1, 31, 1, TROLE, "Z"),
                ("unknown-record", 3, 69, 26, None)], "Lower case is not D0351, so it is read as D0350.", flow="d0350")
    sample(J + "flow-version-zhf", FH51.replace(b"D0351001", b"D0351   ") + FX1 + fx03(1, M1) + fzpt(2, 1), F + [("flow-version", 1, 13, 8, FLOW, "D0351   ")],
           "zhf: the value shows the whole field.", flow="d0351", accepted=1)

    sample(I + "unexpected-role", H.replace(b"|Z|", b"|D|").replace(b"|P|", b"||") + X1 + x02(1, M1) + zpt(2, 1),
           notes(60) + [("unexpected-role", 1, 24, 1, FROLE, "D"), ("unexpected-role", 1, 31, 0, TROLE, "")], "Other roles: warnings.", exit=0, accepted=1)
    sample(I + "unexpected-role-zhf", FH.replace(b"ZDCCOPEELC", b"zDCCO EELC") + FX1 + fx02(1, M1) + fzpt(2, 1),
           F + [("unexpected-role", 1, 21, 1, FROLE, "z"), ("unexpected-role", 1, 26, 1, TROLE, " ")], "zhf: lower case, and none.", exit=0)
    sample(J + "unexpected-role", H51.replace(b"|P|EELC|Z|DCCO|", b"|Z|EELC|P|DCCO|") + X1 + x03(1, M1) + zpt(2, 1),
           N + [("unexpected-role", 1, 24, 1, FROLE, "Z"), ("unexpected-role", 1, 31, 1, TROLE, "P")], "D0350's roles in a D0351.", exit=0, flow="d0351")

    sample(I + "instruction-type", H + X1 + x02(1, M1, kind=b"DC11") + x02(2, M2, kind=b"dc01") + x02(3, M3, kind=b"") + x02(4, M4) + zpt(5, 1),
           N + [("instruction-type", 3, 69 + 6, 4, TYPE, "DC11"), ("instruction-type", 4, 106 + 6, 4, TYPE, "dc01"), ("instruction-type", 5, 143 + 6, 0, TYPE, "")],
           "The rejection's type, lower case, none.", accepted=1, rejected=3)
    sample(I + "instruction-type-zhf", FH + FX1 + fx02(1, M1, kind=b"DC  ") + fzpt(2, 1), F + [("instruction-type", 3, 75 + 13, 4, TYPE, "DC  ")], "zhf, padded.")
    sample(J + "instruction-type", H51 + X1 + x03(1, M1, kind=b"DC01") + zpt(2, 1), N + [("instruction-type", 3, 69 + 6, 4, TYPE, "DC01")], "D0350's type in a D0351.")

    sample(I + "mpan-check-digit", H + X1 + x02(1, b"1013044353631") + x02(2, b"1031044353630") + x02(3, b"9999999999999") + zpt(4, 1),
           N + [("mpan-check-digit", 3, 69 + 11, 13, MPAN, "1013044353631"), ("mpan-check-digit", 4, 106 + 11, 13, MPAN, "1031044353630"),
                ("mpan-check-digit", 5, 143 + 11, 13, MPAN), ("unknown-distributor", 5, 143 + 11, 13, MPAN)],
           "Another check digit, two digits swapped, all nines (9 * 268 = 2412, 3): warnings.", exit=0, accepted=3)
    variant(I + "mpan-check-digit", ["--severity", "mpan-check-digit=error", "--mask", "--ignore", "unknown-distributor"],
            [(*x, None) for x in N] + [("mpan-check-digit", 3, 80, 13, MPAN, None), ("mpan-check-digit", 4, 117, 13, MPAN, None), ("mpan-check-digit", 5, 154, 13, MPAN, None)],
            "As errors, masked.", rejected=3, ignored={"unknown-distributor": 1})
    sample(I + "mpan-check-digit-zhf", FH + FX1 + fx02(1, b"1000000000011") + fzpt(2, 1), F + [("mpan-check-digit", 3, 75 + 17, 13, MPAN)], "zhf.", exit=0)
    sample(J + "mpan-check-digit", H51 + X1 + x03(1, b"3900000000001") + zpt(2, 1),
           N + [("mpan-check-digit", 3, 69 + 11, 13, MPAN), ("unknown-distributor", 3, 69 + 11, 13, MPAN)], "In a D0351, with an unknown distributor.", exit=0)


# --------------------------------------------- lines against lines and the file


def add_file_rules(sample, variant):
    I, J = "d0350/invalid/", "d0351/invalid/"
    sample(I + "file-id-mismatch", H + X1 + x02(1, M1) + zpt(2, 1, b"000475656"), N + [("file-id-mismatch", 4, 106 + 4, 9, ID, "000475656")],
           "A leading zero less is another identifier.", accepted=1, rejected=0)
    sample(I + "file-id-mismatch-trailing-space", H.replace(b"0000475656", b"475656") + X1 + zpt(1, 1, b"475656 "),
           notes(57) + [("file-id-mismatch", 3, 65 + 4, 7, ID, "475656 ")], "In zhv a space is not padding.", records=0)
    sample(I + "file-id-mismatch-empty", H + X1 + zpt(1, 1, b""), N + [("file-id-mismatch", 3, 69 + 4, 0, ID, "")], "An empty identifier is one.")
    sample(I + "file-id-mismatch-zhf", FH + FX1 + fx02(1, M1) + fzpt(2, 1, b" 000475656"), F + [("file-id-mismatch", 4, 115 + 3, 10, ID, " 000475656")],
           "zhf: padding stands on the right, a space on the left is content.", accepted=1)
    sample(J + "file-id-mismatch", H51 + X1 + x03(1, M1) + zpt(2, 1, b"0000475657"), N + [("file-id-mismatch", 4, 96 + 4, 10, ID)], "D0351.")

    sample(I + "group-count", H + X1 + x02(1, M1) + x02(2, M2) + zpt(5, 1), N + [("group-count", 5, 143 + 15, 1, GROUPS, "5")],
           "The trailer counts header and trailer too.", accepted=2, rejected=0)
    sample(I + "group-count-updates-only", H + X1 + x02(1, M1) + x02(2, M2) + zpt(2, 1), N + [("group-count", 5, 143 + 15, 1, GROUPS, "2")],
           "The trailer counts the updates only: X01 lines count as well.", accepted=2)
    sample(I + "group-count-bad-lines", H + X1 + x02(1, M1) + b"\n" + b"026|\n" + b"X02|\n" + H + zpt(2, 2) + x02(2, M2),
           N + [("empty-line", 4, 106, 0, None), ("unknown-record", 5, 107, 4, None), ("malformed-record", 6, 112, 4, None),
                ("unexpected-record", 7, 117, 61, None), ("group-count", 8, 179 + 15, 1, GROUPS, "2"), ("flow-count", 8, 179 + 18, 1, FLOWS, "2"),
                ("unexpected-record", 9, 215, 36, None)],
           "Bad lines count, empty ones and those after the trailer do not: five, in one flow.", records=5, accepted=1)
    sample(I + "group-count-zhf", FH + FX1 + fx02(1, M1) + fzpt(4, 3), F + [("group-count", 4, 115 + 13, 10, GROUPS, "0000000004"), ("flow-count", 4, 115 + 33, 10, FLOWS, "0000000003")],
           "zhf: both wrong by two.", accepted=1)
    sample(I + "group-count-leading-zeros", H + X1 + x02(1, M1) + b"ZPT|0000475656|0000000002||01|20220301093100|\n", N,
           "Leading zeros of a count carry no meaning (but the writer would not write them).", exit=0, accepted=1)
    sample(J + "group-count", H51 + X1 + x03(1, M1) + zpt(1, 1), N + [("group-count", 4, 96 + 15, 1, GROUPS, "1")], "D0351.")
    sample(I + "flow-count", H + X1 + x02(1, M1) + b"X01|2|\n" + x02(2, M2) + zpt(4, 1), N + [("flow-count", 6, 150 + 18, 1, FLOWS, "1")],
           "Two X01 groups, one declared.", accepted=2, rejected=0)
    sample(I + "flow-count-updates", H + X1 + x02(1, M1) + x02(2, M2) + zpt(3, 2), N + [("flow-count", 5, 143 + 18, 1, FLOWS, "2")], "The updates counted as flows.")
    sample(I + "flow-count-malformed-group", H + b"X01\n" + x02(1, M1) + zpt(2, 1), N + [("malformed-record", 2, 62, 3, None)],
           "A broken X01 counts as a group, and its updates are in it.", accepted=1, rejected=0)
    sample(J + "flow-count", H51 + X1 + x03(1, M1) + zpt(2, 0), N + [("flow-count", 4, 96 + 18, 1, FLOWS, "0")], "D0351.")

    sample(I + "instruction-number", H + X1 + x02(5, M1) + x02(5, M2) + x02(3, M3) + x02(4, M4) + b"X01|2|\n" + x02(1, M5) + zpt(7, 2),
           N + [("instruction-number", 4, 106 + 4, 1, NUM, "5"), ("instruction-number", 5, 143 + 4, 1, NUM, "3"), ("instruction-number", 8, 224 + 4, 1, NUM, "1")],
           "5 again, back to 3; then 4 follows 3. A new X01 does not start the numbers again.", exit=0, accepted=5)
    variant(I + "instruction-number", ["--severity", "instruction-number=error"],
            N + [("instruction-number", 4, 110, 1, NUM, "5"), ("instruction-number", 5, 147, 1, NUM, "3"), ("instruction-number", 8, 228, 1, NUM, "1")],
            "As an error it rejects.", accepted=2, rejected=3)
    sample(I + "instruction-number-bad-records", H + x02(7, M1) + X1 + b"X02|x|DC01|" + M2 + b"|A|20220101|\n" + x02(6, M3, b"X") + b"X02|9|\n" + x02(6, M4)
           + zpt(6, 1) + x02(2, M5),
           N + [("unexpected-record", 2, 62, 36, None), ("not-a-number", 4, 106 + 4, 1, NUM, "x"), ("instruction-number", 5, 143 + 4, 1, NUM, "6"),
                ("unknown-flag", 5, 143 + 25, 1, FLAG, "X"), ("malformed-record", 6, 180, 6, None), ("instruction-number", 7, 187 + 4, 1, NUM, "6"),
                ("unexpected-record", 9, 260, 36, None), ("instruction-number", 9, 260 + 4, 1, NUM, "2")],
           "Rejected updates are in the sequence if their number can be read, also before X01 and after the trailer.", records=6, accepted=1)
    sample(I + "instruction-number-zhf", FH + FX1 + fx02(2, M1) + fx02(2, M2) + fzpt(3, 1), F + [("instruction-number", 4, 115 + 3, 10, NUM, "0000000002")], "zhf.", exit=0)
    sample(I + "instruction-number-leading-zeros", H + X1 + x02(9, M1) + b"X02|010|DC01|" + M2 + b"|A|20220101|\n" + b"X02|10|DC01|" + M3 + b"|A|20220101|\n" + zpt(4, 1),
           N + [("instruction-number", 5, 145 + 4, 2, NUM, "10")], "It is the number that counts: 9, 010, 10.", exit=0)
    sample(J + "instruction-number", H51 + X1 + x03(2, M1) + x03(1, M2) + zpt(3, 1), N + [("instruction-number", 4, 96 + 4, 1, NUM, "1")], "D0351.", exit=0)

    sample(I + "participant-mismatch", H.replace(b"EELC", b"LOND") + X1 + x02(1, M1) + x02(2, LONDON) + x02(3, M2) + zpt(4, 1),
           N + [("participant-mismatch", 1, 33, 4, TPART, "LOND")], "Two points of distributor 10 in a file for London: said once.",
           exit=0, record_numbers=[None] * 3, accepted=3)
    variant(I + "participant-mismatch", ["--severity", "participant-mismatch=error"], N + [("participant-mismatch", 1, 33, 4, TPART, "LOND")],
            "As an error it fails the file and rejects no record.", accepted=3, rejected=0)
    variant(I + "participant-mismatch", ["--no-cross-record"], N + [("participant-mismatch", 1, 33, 4, TPART, "LOND")],
            "--no-cross-record switches off duplicates and conflicts only.", exit=0)
    sample(I + "participant-mismatch-unknown", H.replace(b"EELC", b"") + X1 + x02(1, M1) + zpt(2, 1), notes(57) + [("participant-mismatch", 1, 33, 0, TPART, "")],
           "An empty participant is another one.", exit=0)
    sample(I + "participant-mismatch-bad-records", H + X1 + x02(1, M1) + b"X02|\n" + zpt(3, 1) + x02(2, LONDON, b"X", 20221301),
           N + [("participant-mismatch", 1, 33, 4, TPART, "EELC"), ("malformed-record", 4, 106, 4, None), ("unexpected-record", 6, 147, 36, None),
                ("unknown-flag", 6, 147 + 25, 1, FLAG), ("invalid-date", 6, 147 + 27, 8, DATE)],
           "Rejected records with a readable point count, also after the trailer.", records=3, accepted=1)
    sample(I + "participant-mismatch-zhf", FH.replace(b"EELC", b"EEL ") + FX1 + fx02(1, M1) + fzpt(2, 1), F + [("participant-mismatch", 1, 27, 4, TPART, "EEL ")], "zhf.", exit=0)
    sample(J + "participant-mismatch", H51 + X1 + x03(1, LONDON) + x03(2, INDEPENDENT) + zpt(3, 1), N + [("participant-mismatch", 1, 26, 4, FPART, "EELC")],
           "D0351 comes from the distributor: the header's sender is compared.", exit=0)

    sample(I + "duplicate-meter-point", H + X1 + x02(1, M1) + x02(2, M2) + b"X01|2|\n" + x02(3, M1) + x02(4, M1) + zpt(6, 2),
           N + [("duplicate-meter-point", 6, 150 + 11, 13, MPAN), ("duplicate-meter-point", 7, 187 + 11, 13, MPAN)],
           "The same point, flag and date again, in another group too.", exit=0, accepted=4)
    variant(I + "duplicate-meter-point", ["--no-cross-record"], N, "Switched off.", exit=0)
    sample(I + "duplicate-meter-point-zhf", FH + FX1 + fx02(1, M1) + fx02(2, M1) + fzpt(3, 1), F + [("duplicate-meter-point", 4, 115 + 17, 13, MPAN)], "zhf.", exit=0)
    sample(I + "conflicting-update-a-n-a", H + X1 + x02(1, M1, b"A") + x02(2, M1, b"N") + x02(3, M1, b"A") + zpt(4, 1),
           N + [("conflicting-update", 4, 106 + 25, 1, FLAG, "N"), ("duplicate-meter-point", 5, 143 + 11, 13, MPAN)],
           "A, N, A: the N is rejected, the first A stands.", accepted=2, rejected=1, flags={"A": 2})
    sample(I + "conflicting-update-first-is-bad", H + x02(1, M1, b"N") + X1 + x02(2, M1, b"A", kind=b"DC11") + x02(3, M1, b"I") + x02(4, M1, b"A") + zpt(5, 1),
           N + [("unexpected-record", 2, 62, 36, None), ("instruction-type", 4, 106 + 6, 4, TYPE), ("conflicting-update", 6, 180 + 25, 1, FLAG, "A")],
           "Records with an error take no part: the I is the first good one.", accepted=1, rejected=3, flags={"I": 1})
    sample(I + "conflicting-update-instruction-number", H + X1 + x02(2, M1, b"A") + x02(2, M1, b"N") + x02(3, M1, b"N") + zpt(4, 1),
           N + [("instruction-number", 4, 106 + 4, 1, NUM), ("conflicting-update", 4, 106 + 25, 1, FLAG), ("conflicting-update", 5, 143 + 25, 1, FLAG)],
           "A warning does not keep a record out of the comparison.", accepted=1)
    variant(I + "conflicting-update-instruction-number", ["--severity", "instruction-number=error"],
            N + [("instruction-number", 4, 106 + 4, 1, NUM), ("conflicting-update", 5, 143 + 25, 1, FLAG)], "An error does.", accepted=1, rejected=2)
    sample(I + "conflicting-update-zhf", FH + FX1 + fx02(1, M1) + fx02(2, M1, b"S") + fzpt(3, 1), F + [("conflicting-update", 4, 115 + 30, 1, FLAG, "S")], "zhf.")

    sample(I + "future-effective-date", H + X1 + x02(1, M1, b"A", 20220301) + x02(2, M2, b"A", 20220302) + zpt(3, 1),
           N + [("future-effective-date", 4, 106 + 27, 8, DATE, "20220302")], "The day of created itself is fine, the next one a warning.", exit=0, accepted=2)
    variant(I + "future-effective-date", ["--as-of", "20220302"], N, "--as-of wins.", exit=0)
    sample(I + "future-effective-date-zhf", FH + FX1 + fx02(1, M1, b"A", 21991231) + fzpt(2, 1), F + [("future-effective-date", 3, 75 + 31, 8, DATE)], "zhf.", exit=0)


# ------------------------------------------------------------- nasty mixtures


def add_mixtures(sample, variant):
    I, J = "d0350/invalid/", "d0351/invalid/"
    sample(I + "mixture-lone-cr", H[:-1] + b"\r" + X1 + x02(1, M1) + zpt(1, 0),
           notes(68) + [("unexpected-record", 2, 69, 36, None)],
           "A lone CR ends no line: X01 stands in the header's items beyond the twelfth.", records=1)
    sample(I + "mixture-cr-cr-lf", H + X1 + x02(1, M1)[:-1] + b"\r\r\n" + zpt(2, 1)[:-1] + b"\r\r\n",
           N + [("mixed-line-ends", 3, 69, 37, None), ("malformed-record", 3, 69, 37, None), ("missing-trailing-bar", 4, 108, 36, None)],
           "Of two CRs before LF one is content: an item too many in an update, an unread one in the trailer.", records=1)
    sample(I + "mixture-every-item-bad", b"ZHV|x|x|x|x|x|x|x|x|x|x|x|\n" + b"X01|x|\n" + b"X02|x|x|x|x|x|\n" + b"ZPT|y|x|x|x|x|\n",
           notes(26) + [("flow-version", 1, 6, 1, FLOW, "x"), ("unexpected-role", 1, 8, 1, FROLE), ("unexpected-role", 1, 12, 1, TROLE),
                        ("invalid-timestamp", 1, 16, 1, CREATED), ("test-flag", 1, 24, 1, TEST), ("not-a-number", 2, 31, 1, SEQ),
                        ("not-a-number", 3, 38, 1, NUM), ("instruction-type", 3, 40, 1, TYPE), ("not-a-number", 3, 42, 1, MPAN),
                        ("unknown-flag", 3, 44, 1, FLAG), ("invalid-date", 3, 46, 1, DATE), ("file-id-mismatch", 4, 53, 1, ID, "y"),
                        ("not-a-number", 4, 55, 1, GROUPS), ("not-a-number", 4, 59, 1, FLOWS), ("invalid-timestamp", 4, 61, 1, DONE)],
           "Everything that can be bad is: a finding each, in the order of the items.", records=1, rejected=1)
    sample(I + "mixture-every-item-empty", b"ZHV||||||||||||\n" + b"X01||\n" + b"X02||||||\n" + b"ZPT||||||\n",
           notes(15) + [("invalid-file-id", 1, 4, 0, ID), ("flow-version", 1, 5, 0, FLOW), ("unexpected-role", 1, 6, 0, FROLE), ("unexpected-role", 1, 8, 0, TROLE),
                        ("invalid-timestamp", 1, 10, 0, CREATED), ("test-flag", 1, 14, 0, TEST), ("not-a-number", 2, 20, 0, SEQ),
                        ("not-a-number", 3, 26, 0, NUM), ("instruction-type", 3, 27, 0, TYPE), ("not-a-number", 3, 28, 0, MPAN),
                        ("unknown-flag", 3, 29, 0, FLAG), ("invalid-date", 3, 30, 0, DATE), ("not-a-number", 4, 37, 0, GROUPS), ("not-a-number", 4, 39, 0, FLOWS),
                        ("invalid-timestamp", 4, 40, 0, DONE)],
           "Nothing between any bars, but every bar is there.", records=1, rejected=1)
    sample(I + "mixture-every-item-of-spaces-zhf", b"ZHF" + b" " * 57 + b"\n" + b"X01" + b" " * 10 + b"\n" + b"X02" + b" " * 36 + b"\n" + b"ZPT" + b" " * 54 + b"\n",
           F + [("invalid-file-id", 1, 3, 10, ID, " " * 10), ("flow-version", 1, 13, 8, FLOW, " " * 8), ("unexpected-role", 1, 21, 1, FROLE), ("unexpected-role", 1, 26, 1, TROLE),
                ("invalid-timestamp", 1, 31, 14, CREATED), ("test-flag", 1, 56, 4, TEST), ("not-a-number", 2, 64, 10, SEQ), ("not-a-number", 3, 78, 10, NUM),
                ("instruction-type", 3, 88, 4, TYPE), ("not-a-number", 3, 92, 13, MPAN), ("unknown-flag", 3, 105, 1, FLAG), ("invalid-date", 3, 106, 8, DATE),
                ("not-a-number", 4, 128, 10, GROUPS), ("not-a-number", 4, 148, 10, FLOWS), ("invalid-timestamp", 4, 158, 14, DONE)],
           "Spaces only: text items are empty, the identifiers so the same; numbers, dates and flags are wrong.", records=1, rejected=1)
    sample(I + "mixture-two-layouts", H + X1 + fx02(1, M1) + FH + zpt(3, 1), N + [("unknown-record", 3, 69, 39, None), ("unknown-record", 4, 109, 60, None)],
           "Fixed-length lines in a delimited file are codes of nothing.", records=2, rejected=2)
    sample(I + "mixture-zhf-with-bars", b"ZHF|0000475656|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n" + X1 + x02(1, M1) + zpt(2, 1),
           N + [("wrong-length", 1, 0, 61, None), ("wrong-length", 2, 62, 6, None), ("wrong-length", 3, 69, 36, None), ("wrong-length", 4, 106, 35, None)],
           "ZHF makes it fixed-length, bars or not.", layout="zhf", flow="d0350")
    variant(I + "mixture-zhf-with-bars", ["--layout", "zhv"],
            [placeholder(61), unknown_edition(61), ("missing-header", 1, 0, 61, None), ("unknown-record", 1, 0, 61, None),
             ("group-count", 4, 106 + 15, 1, GROUPS, "2")],
            "Forced to be delimited: ZHF is no code there; it is a record more than the trailer says.", records=2, accepted=1)
    sample(I + "mixture-many", b"\xef\xbb\xbf" + H.replace(b"OPER", b"TR06") + x02(1, M1) + X1 + x02(2, M1, b"N") + x02(2, M1, b"A")[:-2] + b"\r\n"
           + b"X02|3|DC01|1013044353631|Q|20220302|\n" + x02(4, LONDON, b"W", 20220302) + b"\n" + x02(5, M1, b"N") + zpt(8, 2, b"475656") + x02(6, M2),
           [("byte-order-mark", 1, 3, 61, None)] + notes(61, 3) + [
               ("participant-mismatch", 1, 3 + 33, 4, TPART, "EELC"), ("test-flag", 1, 3 + 56, 4, TEST, "TR06"), ("unexpected-record", 2, 65, 36, None),
               ("mixed-line-ends", 5, 146, 35, None), ("missing-trailing-bar", 5, 146, 35, None), ("instruction-number", 5, 146 + 4, 1, NUM, "2"),
               ("conflicting-update", 5, 146 + 25, 1, FLAG, "A"), ("mpan-check-digit", 6, 183 + 11, 13, MPAN), ("unknown-flag", 6, 183 + 25, 1, FLAG, "Q"),
               ("future-effective-date", 6, 183 + 27, 8, DATE), ("future-effective-date", 7, 220 + 27, 8, DATE), ("empty-line", 8, 257, 0, None),
               ("duplicate-meter-point", 9, 258 + 11, 13, MPAN), ("file-id-mismatch", 10, 295 + 4, 6, ID, "475656"), ("group-count", 10, 295 + 11, 1, GROUPS, "8"),
               ("flow-count", 10, 295 + 14, 1, FLOWS, "2"), ("unexpected-record", 11, 327, 36, None)],
           "A bit of everything, in order.", records=7, accepted=3, rejected=4, flags={"N": 2, "W": 1})
    many = b"".join(x02(n % 10, M1, b"AN"[n % 2 : n % 2 + 1]) for n in range(40))
    sample(I + "mixture-many-duplicates-and-conflicts", H + X1 + many + zpt(41, 1),
           N + [finding for n in range(40) for finding in (
               ([("instruction-number", 3 + n, 69 + 37 * n + 4, 1, NUM, "0")] if n % 10 == 0 else [])
               + [("conflicting-update", 3 + n, 69 + 37 * n + 25, 1, FLAG, "N") if n % 2 else ("duplicate-meter-point", 3 + n, 69 + 37 * n + 11, 13, MPAN)][: n])],
           "A, N, A, N ... forty times, with numbers that start at 0, again at every tenth.", records=40, accepted=20, rejected=20,
           totals={"conflicting-update": 20, "duplicate-meter-point": 19, "edition-unknown": 1, "instruction-number": 4, "placeholder-profile": 1})
    variant(I + "mixture-many-duplicates-and-conflicts", ["--max-samples", "1"],
            N + [("instruction-number", 3, 69 + 4, 1, NUM), ("conflicting-update", 4, 106 + 25, 1, FLAG), ("duplicate-meter-point", 5, 143 + 11, 13, MPAN)],
            "One sample each.", truncated=True)
    sample(J + "mixture", H51.replace(b"OPER", b"TR01") + x03(3, LONDON, b"R1") + X1 + x03(3, M1, b"TOO-LONG-1") + x02(4, M2) + x03(5, b"39", kind=b"DC01")[:-2] + b"\n" + zpt(4, 1)
           + x03(1, M1),
           N + [("participant-mismatch", 1, 26, 4, FPART), ("test-flag", 1, 56, 4, TEST), ("unexpected-record", 2, 62, 28, None),
                ("instruction-number", 4, 98 + 4, 1, NUM), ("item-too-long", 4, 98 + 25, 10, REASON), ("unknown-record", 5, 135, 36, None),
                ("malformed-record", 6, 172, 14, None), ("group-count", 7, 187 + 15, 1, GROUPS, "4"), ("unexpected-record", 8, 223, 26, None),
                ("instruction-number", 8, 223 + 4, 1, NUM)],
           "Many kinds of findings in one D0351.", records=5, accepted=0, rejected=5)

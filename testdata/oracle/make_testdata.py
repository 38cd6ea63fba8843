#!/usr/bin/env python3
"""Writes the sample files, their side-cars and README.md. Deterministic.

Every sample has expectations that were derived by hand from the specification:
(rule, line, offset, length, field[, value]) for each finding in the order of the
report. If the oracle disagrees, nothing is written.

All data is invented.
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
import check_oracle as oracle  # noqa: E402
import electricity_samples  # noqa: E402
from common import BOM, ELECTRICITY_RULES, GAS_RULES  # noqa: E402

# ------------------------------------------------------------ building blocks

# Invented meter points: body and check digits worked out by hand.
P6 = 123409  # 1234: 4*1+3*2+2*3+1*4 = 20, 20 mod 11 = 9
P7 = 1234502  # 12345: 5+8+9+8+5 = 35, 2
P8 = 12345601  # 123456: 6+10+12+12+10+6 = 56, 1
P9 = 123456707  # 1234567: 7+12+15+16+15+12+7 = 84, 7
P10 = 1234567810  # 12345678: 8+14+18+20+20+18+14+8 = 120, 10
P00 = 1111111900  # 11111119: 9+2+3+4+5+6+7+8 = 44, 0
PA = 2345678902  # 23456789: 9+16+21+24+25+24+21+16 = 156, 2
PB = 3456789006  # 34567890: 0+18+24+28+30+30+28+24 = 182, 6
for point in (P6, P7, P8, P9, P10, P00, PA, PB):
    assert oracle.check_digits(point // 100) == point % 100, point

# Field names, short.
O, M, F, D = "outcome_code", "meter_point_reference", "dcc_service_flag", "dcc_service_effective_from_date"
ORG, TYPE, CDATE, CTIME, GEN = "organisation_id", "file_type", "creation_date", "creation_time", "generation_number"
COUNT = "record_count"

# fixed: header 36 bytes (37 with LF), E45 22 (23), E46 24 (25), trailer 13 (14).
# Starts: header 3 ORG 13 TYPE 16 CDATE 24 CTIME 30 GEN; E45 3 M 13 F 14 D;
# E46 3 O 5 M 15 F 16 D; trailer 3 COUNT.
H = b"A000000012345DXI20220301093000000042\n"
H_OLD = b"A000000012345DXI20211104093000000042\n"  # the last day before MP077
H_NEW = b"A000000012345DXI20211105093000000042\n"  # its first day


def e45(point, flag=b"A", date=20220101, end=b"\n"):
    return b"E45%010d%s%08d" % (point, flag, date) + end


def e46(outcome, point, flag=b"A", date=20220101, end=b"\n"):
    return b"E46%s%010d%s%08d" % (outcome, point, flag, date) + end


def z99(count, end=b"\n"):
    return b"Z99%010d" % count + end


# uklink: the header below is 36 bytes (37 with LF): 6 ORG(5) 13 TYPE 18 CDATE
# 27 CTIME 34 GEN(2). E45 with a 10-digit point 29 (30): 6 M 18 F 21 D. E46
# likewise 34 (35): 7 O 11 M 23 F 26 D. Trailer with one digit 7 (8): 6 COUNT.
UH = b'"A00",12345,"DXI",20220301,093000,42\n'
UH_OLD = b'"A00",12345,"DXI",20211104,093000,42\n'


def u45(point, flag=b"A", date=20220101, end=b"\n"):
    return b'"E45",%d,"%s",%08d' % (point, flag, date) + end


def u46(outcome, point, flag=b"A", date=20220101, end=b"\n"):
    return b'"E46","%s",%d,"%s",%08d' % (outcome, point, flag, date) + end


def uz99(count, end=b"\n"):
    return b'"Z99",%d' % count + end


def crlf(data):
    return data.replace(b"\n", b"\r\n")


def unknown_edition(length, offset=0, line=1):
    """The note on a file without a readable header date: its first non-empty line."""
    return ("edition-unknown", line, offset, length, None)


samples = {}  # name -> [data, [(args, exit, findings, why, report keys)]]


def sample(name, data, findings, why, exit=1, args=(), **report):
    assert name not in samples, name
    assert len(data) < 64 * 1024
    samples[name] = [data, []]
    variant(name, args, findings, why, exit, **report)


def variant(name, args, findings, why, exit=1, **report):
    """The same file again with other arguments (X.2.json, X.3.json, ...)."""
    samples[name][1].append((list(args), exit, findings, why, report))


def valid(name, data, findings, why, **report):
    assert len(data) < 8192
    sample(name, data, findings, why, exit=0, **report)


def unreadable(name, data, why, args=()):
    sample(name, data, None, why, exit=2, args=args)


# ---------------------------------------------------------------------- valid

valid("e45/valid/fixed-enveloped", H + e45(P10, b"A") + e45(P00, b"N") + e45(PA, b"I") + z99(3), [],
      "The main case: fixed layout, header, one record of each MP077 flag, trailer.",
      flow="e45", layout="fixed", envelope=True, file_type="DXI", edition="mp077",
      records=3, accepted=3, rejected=0, flags={"A": 1, "N": 1, "I": 1})
variant("e45/valid/fixed-enveloped", ["--edition", "pre-mp077"],
        [("flag-not-in-edition", 3, 73, 1, F, "N"), ("flag-not-in-edition", 4, 96, 1, F, "I")],
        "The edition named by hand wins over the header: N and I did not exist before MP077.",
        edition="pre-mp077", accepted=1, rejected=2, flags={"A": 1})
variant("e45/valid/fixed-enveloped", ["--flow", "e46"],
        [("unexpected-record", 2, 37, 22, None), ("unexpected-record", 3, 60, 22, None),
         ("unexpected-record", 4, 83, 22, None)],
        "With the flow overridden every E45 is a record of the other flow.", flow="e46", rejected=3, flags={})
variant("e45/valid/fixed-enveloped", ["--as-of", "2021-12-31", "--fail-on", "warning"],
        [("future-effective-date", 2, 51, 8, D), ("future-effective-date", 3, 74, 8, D),
         ("future-effective-date", 4, 97, 8, D)],
        "--as-of wins over the header's day, and --fail-on warning makes exit 1 of it.", accepted=3, rejected=0)

valid("e45/valid/fixed-bare", e45(P10) + e45(P00, b"I"), [unknown_edition(22)],
      "Records alone: fine, with the note that the edition is not known.",
      flow="e45", envelope=False, file_type=None, edition="any", records=2, accepted=2)
variant("e45/valid/fixed-bare", ["--fail-on", "note"], [unknown_edition(22)],
        "--fail-on note makes exit 1 of a note.")
variant("e45/valid/fixed-bare", ["--edition", "any"], [], "An edition named by hand never gives the note.",
        exit=0, edition="any")
variant("e45/valid/fixed-bare", ["--edition", "mp077", "--fail-on", "note"], [],
        "With the edition named there is nothing left to fail on.", exit=0, edition="mp077")

valid("e45/valid/fixed-enveloped-crlf", crlf(H + e45(P10) + z99(1)), [],
      "CRLF at every line is as valid as LF.", records=1)
valid("e45/valid/fixed-bare-crlf", crlf(e45(P10) + e45(P00)), [unknown_edition(22)],
      "Bare with CRLF: the CR belongs to the line ending, not to the date.", records=2, accepted=2)
valid("e45/valid/fixed-pre-mp077", H_OLD + e45(P10, b"A", 20211104) + e45(P00, b"S", 20200101)
      + e45(PA, b"W", 20130101) + z99(3), [],
      "Created on 2021-11-04, the last day of the old letters A, S, W.",
      edition="pre-mp077", flags={"A": 1, "S": 1, "W": 1})
valid("e45/valid/fixed-first-day-of-mp077", H_NEW + e45(P10, b"N", 20211105) + z99(1), [],
      "Created on 2021-11-05, the first day of the new letters; effective on the header's own day.",
      edition="mp077", flags={"N": 1})
valid("e45/valid/fixed-mprn-6-to-10-digits",
      H + e45(P6) + e45(P7) + e45(P8) + e45(P9) + e45(P10) + z99(5), [],
      "Meter points of 6 to 10 digits, with leading zeros.", records=5, accepted=5)
valid("e45/valid/fixed-leap-days", b"A000000012345DXI20240229000000000001\n" + e45(P10, b"A", 20240229)
      + e45(P00, b"N", 20000229) + z99(2), [],
      "29 February of 2024 and of 2000, in the header too, and midnight as the time.", edition="mp077")
valid("e45/valid/fixed-check-digits-10-and-00", H + e45(P10) + e45(P00) + z99(2), [],
      "Check digits 10 and 00 are legal.", accepted=2)
valid("e45/valid/fixed-mprn-zero", H + e45(0) + z99(1), [],
      "Meter point 0: the field is a number and its check digits 00 agree.", accepted=1)
valid("e45/valid/fixed-no-records", H + z99(0), [],
      "A header and a trailer with nothing between: no flow.", flow=None, records=0, envelope=True, edition="mp077")
variant("e45/valid/fixed-no-records", ["--flow", "e45"], [], "The flow named by hand.", exit=0, flow="e45")
valid("e45/valid/fixed-sequence", H + e45(P10, b"A", 20220101) + e45(P10, b"N", 20220102)
      + e45(P10, b"A", 20220103) + z99(3), [],
      "The same point on three dates is a normal sequence.", flags={"A": 2, "N": 1})
valid("e45/valid/fixed-bare-letters-of-both-editions", e45(P10, b"A") + e45(P00, b"N") + e45(PA, b"I")
      + e45(PB, b"S") + e45(P9, b"W"), [unknown_edition(22)],
      "All five letters pass in a bare file, whose edition is any.",
      edition="any", flags={"A": 1, "I": 1, "N": 1, "S": 1, "W": 1})
valid("e45/valid/fixed-bare-far-future", e45(P10, b"A", 99991230), [unknown_edition(22)],
      "A bare file has no day to compare with: a distant date gives no finding.", records=1)
variant("e45/valid/fixed-bare-far-future", ["--as-of", "20220301"],
        [unknown_edition(22), ("future-effective-date", 1, 14, 8, D, "99991230")],
        "With --as-of the far date is a warning.", exit=0, accepted=1)
variant("e45/valid/fixed-bare-far-future", ["--as-of", "9999-12-30"], [unknown_edition(22)],
        "The same day is not after it.", exit=0)
valid("e45/valid/fixed-year-0000", H + e45(P10, b"A", 229) + z99(1), [],
      "29 February of year 0000: a real day of the calendar counted backwards.", accepted=1)
valid("e45/valid/fixed-last-second", b"A009999999999DXI20220301235959999999\n" + e45(P10) + z99(1), [],
      "23:59:59 and numbers of all nines in the header.")

valid("e45/valid/uklink-enveloped", UH + u45(P10, b"A") + u45(P00, b"N") + u45(PA, b"I") + uz99(3), [],
      "The main case in the uklink layout.", flow="e45", layout="uklink", envelope=True, file_type="DXI",
      edition="mp077", records=3, accepted=3, flags={"A": 1, "N": 1, "I": 1})
valid("e45/valid/uklink-bare", u45(P10) + u45(P00, b"S"), [unknown_edition(29)],
      "Bare uklink records.", layout="uklink", envelope=False, edition="any")
valid("e45/valid/uklink-enveloped-crlf", crlf(UH + u45(P10) + uz99(1)), [], "uklink with CRLF.", records=1)
valid("e45/valid/uklink-bare-crlf", crlf(u45(P10) + u45(P00)), [unknown_edition(29)], "Bare uklink with CRLF.")
valid("e45/valid/uklink-pre-mp077", UH_OLD + u45(P10, b"S", 20211104) + u45(P00, b"W", 20130101) + uz99(2), [],
      "uklink with the old letters.", edition="pre-mp077", flags={"S": 1, "W": 1})
valid("e45/valid/uklink-mprn-6-to-10-digits", UH + u45(P6) + u45(P7) + u45(P8) + u45(P9) + u45(P10) + uz99(5), [],
      "uklink points of 6 to 10 digits, without leading zeros.", accepted=5)
valid("e45/valid/uklink-no-records", UH + uz99(0), [], "uklink header and trailer alone: no flow.",
      flow=None, records=0)
valid("e45/valid/uklink-early-time", b'"A00",1,"DXI",20240229,000005,1\n' + u45(P10, b"A", 20240229) + uz99(1), [],
      "A creation time of five seconds past midnight keeps its six digits; a leap day.")
valid("e45/valid/uklink-mprn-zero", u45(0), [unknown_edition(20)], "Meter point 0 in uklink: one digit, agreeing.",
      accepted=1)

valid("e46/valid/fixed-enveloped", H + e46(b"AC", P10) + e46(b"RJ", P00, b"N") + z99(2), [],
      "E46 answers, accepted and rejected ones, in a DXI file.",
      flow="e46", layout="fixed", file_type="DXI", edition="mp077", records=2, accepted=2, flags={"A": 1, "N": 1})
valid("e46/valid/fixed-bare", e46(b"AC", P10) + e46(b"RJ", P6, b"W"), [unknown_edition(24)],
      "Bare E46 records.", flow="e46", envelope=False)
valid("e46/valid/fixed-enveloped-crlf", crlf(H + e46(b"RJ", P10) + z99(1)), [], "E46 with CRLF.")
valid("e46/valid/fixed-pre-mp077", H_OLD + e46(b"AC", P10, b"S", 20200229) + e46(b"RJ", P00, b"W", 20130101)
      + z99(2), [], "E46 with the old letters and a leap day.", edition="pre-mp077")
valid("e46/valid/fixed-mprn-6-to-10-digits", H + e46(b"AC", P6) + e46(b"AC", P7) + e46(b"AC", P8)
      + e46(b"RJ", P9) + e46(b"RJ", P10) + z99(5), [], "E46 with points of 6 to 10 digits.", accepted=5)
valid("e46/valid/uklink-enveloped", UH + u46(b"AC", P10) + u46(b"RJ", P00, b"I") + uz99(2), [],
      "E46 in the uklink layout.", flow="e46", layout="uklink", accepted=2)
valid("e46/valid/uklink-bare", u46(b"AC", P10) + u46(b"RJ", P6), [unknown_edition(34)], "Bare uklink E46.",
      flow="e46")
valid("e46/valid/uklink-enveloped-crlf", crlf(UH + u46(b"AC", P10) + uz99(1)), [], "uklink E46 with CRLF.")
valid("e46/valid/uklink-bare-crlf", crlf(u46(b"AC", P10) + u46(b"RJ", P00)), [unknown_edition(34)],
      "Bare uklink E46 with CRLF.")

# ------------------------------------------- invalid: exit 2, nothing to check

I5 = "e45/invalid/"
I6 = "e46/invalid/"
unreadable(I5 + "empty", b"", "No byte at all.")
variant(I5 + "empty", ["--flow", "e45", "--layout", "fixed"], None, "Nothing overrides emptiness.", exit=2)
unreadable(I5 + "empty-but-for-bom", b"\xef\xbb\xbf", "A byte-order mark and nothing else.")
unreadable(I5 + "empty-but-for-line-ends", b"\n\r\n\n", "Empty lines only.")
unreadable(I5 + "unrecognised", b"hello\nE451234567810A20220101\n",
           "The first line with text decides, and it is nothing known.")
variant(I5 + "unrecognised", ["--flow", "e45"], [unknown_edition(5), ("unknown-record", 1, 0, 5, None, "hello")],
        "--flow makes it fixed; then the first line is an unknown record.", records=2, accepted=1)
unreadable(I5 + "unrecognised-leading-space", b" E451234567810A20220101\n",
           "Nothing is trimmed: a space before the tag is not E45.")
unreadable(I5 + "unrecognised-trailer-only", b"Z990000000000\n", "A fixed trailer alone is not recognised.")
variant(I5 + "unrecognised-trailer-only", ["--layout", "fixed"],
        [unknown_edition(13), ("missing-header", 1, 0, 13, None)],
        "With the layout named it is a trailer without a header, and its count of 0 is right.",
        flow=None, records=0, envelope=True)
unreadable(I5 + "unrecognised-lower-case-tag", b"e451234567810A20220101\n", "Tags are upper case.")
unreadable(I5 + "unrecognised-two-boms", b"\xef\xbb\xbf\xef\xbb\xbfE451234567810A20220101\n",
           "Only one byte-order mark is skipped; the second is content.")

# ------------------------------------------------ invalid: one file for a rule

sample(I5 + "wrong-length", H + b"E451234567810A2022010\n" + b"E451234567810A202201011\n" + z99(2),
       [("wrong-length", 2, 37, 21, None, "E451234567810A2022010"), ("wrong-length", 3, 59, 23, None)],
       "One byte too few and one too many; such records count all the same.", records=2, rejected=2)
sample(I5 + "wrong-length-trailing-space", e45(P10, end=b" \n"), [unknown_edition(23), ("wrong-length", 1, 0, 23, None)],
       "Nothing is trimmed: a space at the end is a byte too many.")
sample(I5 + "wrong-length-tag-only", e45(P10) + b"E45\n", [unknown_edition(22), ("wrong-length", 2, 23, 3, None, "E45")],
       "A known tag and nothing else.")
sample(I5 + "wrong-length-header", b"A00\n" + e45(P10, b"S") + z99(1),
       [unknown_edition(3), ("wrong-length", 1, 0, 3, None, "A00")],
       "A short header is still the header: no missing-header, but no date, so the edition is any.",
       envelope=True, file_type=None, edition="any", records=1, accepted=1, rejected=0)
sample(I5 + "wrong-length-trailer", H + e45(P10) + b"Z991\n", [("wrong-length", 3, 60, 4, None, "Z991")],
       "A short trailer is still the trailer; its count is not checked.", records=1, accepted=1, rejected=0)
sample(I6 + "wrong-length", H + b"E46AC1234567810A2022010\n" + e45(P10)[:-1] + b"12\n" + z99(2),
       [("wrong-length", 2, 37, 23, None), ("wrong-length", 3, 61, 24, None)],
       "E46 a byte short; and an E45 of an E46's length, which is wrong for an E45 and gets that finding alone.",
       flow="e46", records=2)

sample(I5 + "malformed-record-quotes",
       UH + b'"E45,1234567810,A,20220101\n' + b'"E45"x,1234567810,"A",20220101\n'
       + b'E45,1234567810,A",20220101\n' + b'"E45",1234567810,"A""",20220101\n'
       + b'"E45",1234567810,"A",20220101"\n' + b'"E45" ,1234567810,"A",20220101\n'
       + b'"E45",1234567810, "A",20220101\n' + u45(P10) + uz99(8),
       [("malformed-record", 2, 37, 26, None), ("malformed-record", 3, 64, 30, None),
        ("malformed-record", 4, 95, 26, None), ("malformed-record", 5, 122, 31, None),
        ("malformed-record", 6, 154, 30, None), ("malformed-record", 7, 185, 30, None),
        ("malformed-record", 8, 216, 30, None)],
       "Quotes broken in each way: not closed, text after, inside bare text, doubled, stray at the end, "
       "a space before the comma, a space before the quote.", flow="e45", records=8, accepted=1, rejected=7)
sample(I5 + "malformed-record-cells",
       UH + b'"E45",1234567810,"A"\n' + b'"E45",1234567810,"A",20220101,\n' + b'"E45"\n'
       + b'"E45",1234567810,"A,20220101"\n' + uz99(4),
       [("malformed-record", 2, 37, 20, None), ("malformed-record", 3, 58, 30, None),
        ("malformed-record", 4, 89, 5, None), ("malformed-record", 5, 95, 29, None)],
       "Cells missing, one too many (a comma at the end), the tag alone, and a comma inside quotes.", rejected=4)
sample(I5 + "malformed-record-header", b'"A00",12345,"DXI",20220301,093000\n' + u45(P10) + uz99(1),
       [unknown_edition(33), ("malformed-record", 1, 0, 33, None)],
       "A header with five cells is still the header.", envelope=True, file_type=None, edition="any")
sample(I5 + "malformed-record-header-quote", b'"A00",12345,"DXI,20220301,093000,42\n' + u45(P10) + uz99(1),
       [unknown_edition(35), ("malformed-record", 1, 0, 35, None)],
       "A header with a broken quote behind a good first cell keeps its part.", envelope=True, accepted=1)
sample(I5 + "malformed-record-header-tag", b'"A00,12345,DXI,20220301,093000,42\n' + u45(P10) + uz99(1),
       [unknown_edition(33), ("missing-header", 1, 0, 33, None), ("malformed-record", 1, 0, 33, None),
        ("record-count", 3, 70, 1, COUNT, "1")],
       "A header whose own tag cannot be cut is a bad record: no header, and the trailer's count is off.",
       records=2, accepted=1, rejected=1)
sample(I5 + "malformed-record-trailer", UH + u45(P10) + b'"Z99",1,\n', [("malformed-record", 3, 67, 8, None)],
       "A trailer with a cell too many is still the trailer.", records=1, accepted=1)
sample(I6 + "malformed-record", UH + b'"E46",1234567810,"A",20220101\n' + b'"E46","AC,1234567810,A,20220101\n' + uz99(2),
       [("malformed-record", 2, 37, 29, None), ("malformed-record", 3, 67, 31, None)],
       "E46 with E45's cells, and one with a broken quote: the flow is still e46.", flow="e46")

sample(I5 + "unknown-record", H + e45(P10) + b"E471234567810A20220101\n" + b"E4\n" + b"e451234567810A20220101\n"
       + b"  \n" + z99(4),
       [("unknown-record", 3, 60, 22, None), ("unknown-record", 4, 83, 2, None, "E4"),
        ("unknown-record", 5, 86, 22, None), ("empty-line", 6, 109, 2, None, "  ")],
       "Another tag, half a tag, a lower-case tag; white space is not a record.", records=4, accepted=1)
sample(I5 + "unknown-record-reason", e45(P10) + b"S72ABC12345\n", [unknown_edition(22), ("unknown-record", 2, 23, 11, None)],
       "S72 child records are off by default.", records=2)
sample(I5 + "unknown-record-uklink", b'"X45",1234567810,"A",20220101\n' + b'"E45 ",1234567810,"A",20220101\n' + b',,,\n'
       + b'"",1234567810,"A",20220101\n' + b'"e45"\n',
       [unknown_edition(29), ("unknown-record", 1, 0, 29, None), ("unknown-record", 2, 30, 30, None),
        ("unknown-record", 3, 61, 3, None, ",,,"), ("unknown-record", 4, 65, 26, None), ("unknown-record", 5, 92, 5, None)],
       "Unknown, padded, empty and lower-case tags in uklink; no flow at all.", flow=None, records=5, rejected=5)
sample(I6 + "unknown-record", e46(b"AC", P10) + b"S72ABC12345\n" + e46(b"RJ", P00),
       [unknown_edition(24), ("unknown-record", 2, 25, 11, None, "S72ABC12345")],
       "A reason record between E46 records is unknown.", records=3, accepted=2)

sample(I5 + "unexpected-record-after-trailer", H + e45(P10) + z99(1) + e45(P00) + b"E45\n" + b"XYZ\n" + z99(9),
       [("unexpected-record", 4, 74, 22, None), ("wrong-length", 5, 97, 3, None), ("unknown-record", 6, 101, 3, None),
        ("unexpected-record", 7, 105, 13, None)],
       "Lines after the trailer are records; a line that does not split has no other finding; the count of a second Z99 is not checked.",
       records=5, accepted=1, rejected=4, flags={"A": 1})
sample(I5 + "unexpected-record-second-header", H + H + e45(P10) + z99(2), [("unexpected-record", 2, 37, 36, None)],
       "Two headers: the second is a record, and counted as one.", records=2, accepted=1)
sample(I5 + "unexpected-record-header-in-the-middle", e45(P10) + b"A000000012345DXX20220230093000000042\n" + e45(P00),
       [unknown_edition(22), ("unexpected-record", 2, 23, 36, None), ("invalid-date", 2, 39, 8, CDATE, "20220230")],
       "A header in the middle is a record: its fields are checked, its file type has no effect, the file stays bare.",
       envelope=False, file_type=None, edition="any", records=3, accepted=2, rejected=1)
sample(I5 + "second-file", H + e45(P10) + z99(1) + H + e45(P10) + z99(1), [("second-file", 4, 74, 36, None)],
       "Two files in one: the lines of the second are counted under its header, and never duplicates of the first.",
       records=1, accepted=1, flags={"A": 1})
variant(I5 + "second-file", ["--ignore", "second-file"], [], "Ignored, but its lines are still not records.",
        exit=0, ignored={"second-file": 1}, records=1, accepted=1)
sample(I5 + "second-file-of-another-flow", UH + u45(P10) + uz99(1) + b"\n" + BOM + b"ZHV|\n" + b" \r\n" + b"nothing",
       [("empty-line", 4, len(UH) + 38, 0, None), ("second-file", 5, len(UH) + 39, 7, None, "\\xEF\\xBB\\xBFZHV|")],
       "A user file behind a uklink trailer: its white space, line endings and missing last ending are not checked.", records=1, accepted=1)
sample(I5 + "trailing-padding", H + e45(P10) + z99(1) + b"\x1a", [("trailing-padding", 4, 74, 1, None, "\\x1A")],
       "The end-of-file mark of DOS is not a record.", exit=0, records=1, accepted=1)
sample(I5 + "trailing-padding-before-the-end", crlf(H + e45(P10)) + z99(1)[:-1] + b"\x1a\r\n",
       [("trailing-padding", 3, 75, 1, None, "\\x1A")], "In the last line, which is checked without the padding.", exit=0, records=1, accepted=1)
variant(I5 + "trailing-padding-before-the-end", ["--mask", "--fail-on", "warning"], [("trailing-padding", 3, 75, 1, None, None)],
        "Masked as every line is.")
sample(I5 + "unknown-record-two-subs", e45(P10) + b"\x1a\x1a",
       [unknown_edition(22), ("missing-terminator", 2, 23, 2, None, "\\x1A\\x1A"), ("unknown-record", 2, 23, 2, None)],
       "Two of them are content.", records=2, accepted=1)
sample(I5 + "trailing-padding-uklink", UH + u45(P10) + uz99(1) + b"\x1a" + b"\0" * 99,
       [("trailing-padding", 4, len(UH) + 38, 100, None, "\\x1A" + "\\x00" * 63)], "A SUB and NULs, of which 64 are shown.", exit=0, records=1)
sample(I5 + "placeholder-date", b"A000000012345DXI19700101093000000042\n" + e45(P10, b"A", 19000101) + e45(P00, b"A", 10101) + e45(PA, b"A", 18991230)
       + e45(PB, b"A", 99991231) + z99(4),
       [("placeholder-date", 1, 16, 8, CDATE, "19700101"), ("placeholder-date", 2, 51, 8, D, "19000101"), ("placeholder-date", 3, 74, 8, D, "00010101"),
        ("placeholder-date", 4, 97, 8, D, "18991230"), ("future-effective-date", 5, 120, 8, D), ("placeholder-date", 5, 120, 8, D, "99991231")],
       "Placeholder dates of databases and spreadsheets; the last is in the future too.", exit=0, records=4, accepted=4, edition="pre-mp077")
variant(I5 + "placeholder-date", ["--severity", "placeholder-date=error"],
        [("placeholder-date", 1, 16, 8, CDATE), ("placeholder-date", 2, 51, 8, D), ("placeholder-date", 3, 74, 8, D),
         ("placeholder-date", 4, 97, 8, D), ("future-effective-date", 5, 120, 8, D), ("placeholder-date", 5, 120, 8, D)],
        "As errors they reject the records.", rejected=4)
sample(I6 + "placeholder-date-uklink", u46(b"AC", P10, b"A", 19700101), [unknown_edition(34), ("placeholder-date", 1, 26, 8, D, "19700101")],
       "In an E46, uklink.", exit=0)
sample(I5 + "unexpected-record-e46", H + e45(P10) + e46(b"XX", P00, b"a") + z99(2),
       [("unexpected-record", 3, 60, 24, None), ("unknown-outcome", 3, 63, 2, O, "XX"), ("unknown-flag", 3, 75, 1, F, "a")],
       "An E46 in an E45 file: unexpected, and its fields are checked too.", flow="e45", records=2, rejected=1)
variant(I5 + "unexpected-record-e46", ["--flow", "e46", "--mask"],
        [("unexpected-record", 2, 37, 22, None, None), ("unknown-outcome", 3, 63, 2, O, "XX"),
         ("unknown-flag", 3, 75, 1, F, "a")],
        "With the flow overridden the E45 is the stranger.", flow="e46", rejected=2)
sample(I5 + "unexpected-record-uklink", UH + u45(P10) + u46(b"AC", P00) + uz99(2) + u45(PA),
       [("unexpected-record", 3, 67, 34, None), ("unexpected-record", 5, 110, 29, None)],
       "uklink: the other flow and a record after the trailer.", records=3, accepted=1)
sample(I6 + "unexpected-record-e45", H + e46(b"AC", P10) + e45(P00) + z99(2), [("unexpected-record", 3, 62, 22, None)],
       "An E45 in an E46 file.", flow="e46", records=2)
sample(I5 + "unexpected-record-wrong-length-decides-flow", b"E46\n" + e45(P10),
       [unknown_edition(3), ("wrong-length", 1, 0, 3, None), ("unexpected-record", 2, 4, 22, None)],
       "The first detail record decides the flow by its tag, whatever its shape.", flow="e46", rejected=2)

LONG = b"E451234567810A20220101" + b"9" * 60  # 82 bytes
sample(I5 + "line-too-long", H + LONG + b"\n" + e45(P10) + z99(2),
       [("line-too-long", 2, 37, 82, None, LONG[:64].decode())],
       "A line past --max-line is that one finding, and a record.", args=["--max-line", "64"], records=2, accepted=1,
       flow="e45")
variant(I5 + "line-too-long", [], [("wrong-length", 2, 37, 82, None, LONG[:64].decode())],
        "Within the default it is only of the wrong length.")
variant(I5 + "line-too-long", ["--max-line", "81", "--mask"], [("line-too-long", 2, 37, 82, None, None)],
        "One byte past the limit; masked.")
variant(I5 + "line-too-long", ["--max-line", "82"], [("wrong-length", 2, 37, 82, None)],
        "Just at the limit, which counts the line without its end.")
sample(I5 + "line-too-long-header", H + e45(P10) + z99(1),
       [unknown_edition(36), ("line-too-long", 1, 0, 36, None)],
       "A header past the limit is still the header, but nothing in it is read.", args=["--max-line", "30"],
       envelope=True, edition="any", file_type=None, records=1, accepted=1)
sample(I5 + "line-too-long-uklink", b'"E45",' + b"1" * 60 + b',"A",20220101\n' + u45(P10),
       [unknown_edition(79), ("line-too-long", 1, 0, 79, None)],
       "uklink: 79 bytes with a limit of 64; the flow is known by the tag.", args=["--max-line", "64"], flow="e45")
variant(I5 + "line-too-long-uklink", [], [unknown_edition(79), ("not-a-number", 1, 6, 60, M, "1" * 60)],
        "Within the limit it is a number of 60 digits.")
sample(I6 + "line-too-long", H + b"E46" + b"x" * 70 + b"\n" + b"Z99" + b"0" * 70 + b"\n",
       [("line-too-long", 2, 37, 73, None), ("line-too-long", 3, 111, 73, None)],
       "A record and the trailer longer than the limit: the trailer is still the trailer, but its count is not checked.",
       args=["--max-line", "64"], flow="e46", records=1, envelope=True)

sample(I5 + "empty-line", H + b"\n" + e45(P10) + b"\n\n" + z99(1) + b"\n",
       [("empty-line", 2, 37, 0, None, ""), ("empty-line", 4, 61, 0, None, ""), ("empty-line", 5, 62, 0, None, ""),
        ("empty-line", 7, 77, 0, None, "")],
       "Empty lines are warnings and no records, also after the trailer.", exit=0, records=1, accepted=1)
variant(I5 + "empty-line", ["--fail-on", "warning", "--max-samples", "1"], [("empty-line", 2, 37, 0, None)],
        "One sample shown, four counted, exit 1.", totals={"empty-line": 4}, truncated=True)
variant(I5 + "empty-line", ["--severity", "empty-line=error"],
        [("empty-line", 2, 37, 0, None), ("empty-line", 4, 61, 0, None), ("empty-line", 5, 62, 0, None),
         ("empty-line", 7, 77, 0, None)],
        "As an error it fails the file but rejects no record.", rejected=0)
variant(I5 + "empty-line", ["--ignore", "empty-line", "--fail-on", "note"], [], "Ignored four times.", exit=0,
        ignored={"empty-line": 4}, totals={})
sample(I5 + "empty-line-first", b"\r\n\r\n" + crlf(e45(P10)),
       [("empty-line", 1, 0, 0, None), ("empty-line", 2, 2, 0, None), unknown_edition(22, 4, 3)],
       "Empty CRLF lines before the first line with text.", exit=0, records=1)
sample(I5 + "empty-line-white-space", b" \n" + H + b"\t\n" + e45(P10) + b" \t " + b"\n" + z99(1) + b"  ",
       [("empty-line", 1, 0, 1, None, " "), ("empty-line", 3, 39, 1, None, "\\x09"), ("empty-line", 5, 64, 3, None, " \\x09 "),
        ("empty-line", 7, 82, 2, None), ("missing-terminator", 7, 82, 2, None)],
       "Lines of spaces and tabs are not records, wherever they are.", exit=0, records=1, accepted=1)
sample(I6 + "empty-line", UH + b"\n" + u46(b"AC", P10) + uz99(1), [("empty-line", 2, 37, 0, None)],
       "An empty line in a uklink E46 file.", exit=0)

sample(I5 + "mixed-line-ends", H + e45(P10, end=b"\r\n") + e45(P00) + z99(2, end=b"\r\n"),
       [("mixed-line-ends", 2, 37, 22, None)], "LF first, then CRLF: reported once, at the first line that differs.",
       exit=0, record_numbers=[1], accepted=2)
variant(I5 + "mixed-line-ends", ["--severity", "mixed-line-ends=error"], [("mixed-line-ends", 2, 37, 22, None)],
        "As an error it rejects the record that the line is.", accepted=1, rejected=1, flags={"A": 1})
sample(I5 + "mixed-line-ends-crlf-first", crlf(H) + crlf(e45(P10)) + z99(1), [("mixed-line-ends", 3, 62, 13, None)],
       "CRLF first, LF at the trailer.", exit=0, record_numbers=[None])
sample(I5 + "mixed-line-ends-empty-line", b"\n" + crlf(e45(P10)) + crlf(e45(P00)),
       [("empty-line", 1, 0, 0, None), unknown_edition(22, 1, 2), ("mixed-line-ends", 2, 1, 22, None)],
       "The ending of an empty line is a line ending like any other.", exit=0, record_numbers=[None, None, 1])
sample(I6 + "mixed-line-ends", u46(b"AC", P10) + crlf(u46(b"RJ", P00)),
       [unknown_edition(34), ("mixed-line-ends", 2, 35, 34, None)], "uklink with both line ends.", exit=0)

sample(I5 + "missing-terminator", H + e45(P10) + z99(1, end=b""), [("missing-terminator", 3, 60, 13, None)],
       "No line ending at the end: a note.", exit=0, record_numbers=[None])
sample(I5 + "missing-terminator-bare", e45(P10) + e45(P00, end=b""), [unknown_edition(22), ("missing-terminator", 2, 23, 22, None)],
       "The last record without a line ending is still a record.", exit=0, record_numbers=[None, 2], accepted=2)
sample(I5 + "missing-terminator-cr", e45(P10) + e45(P00, end=b"\r"),
       [unknown_edition(22), ("missing-terminator", 2, 23, 23, None), ("wrong-length", 2, 23, 23, None,
        "E451111111900A20220101\\x0D")],
       "A CR before the end of the file is content.", rejected=1)
sample(I5 + "missing-terminator-crlf-file", crlf(e45(P10) + e45(P00)) + b"\r",
       [unknown_edition(22), ("missing-terminator", 3, 48, 1, None, "\\x0D"), ("unknown-record", 3, 48, 1, None)],
       "A lone CR as the last line is a record of an unknown kind.", records=3)
sample(I6 + "missing-terminator", u46(b"AC", P10, end=b""), [unknown_edition(34), ("missing-terminator", 1, 0, 34, None)],
       "One uklink line without an end.", exit=0)

sample(I5 + "byte-order-mark", b"\xef\xbb\xbf" + H + e45(P10) + z99(1),
       [("byte-order-mark", 1, 3, 36, None)], "A byte-order mark belongs to no line: line 1 starts at offset 3, column 1.",
       exit=0, record_numbers=[None], accepted=1)
sample(I5 + "byte-order-mark-empty-line", b"\xef\xbb\xbf\n" + e45(P10, b"x"),
       [("byte-order-mark", 1, 3, 0, None, ""), ("empty-line", 1, 3, 0, None, ""), unknown_edition(22, 4, 2),
        ("unknown-flag", 2, 17, 1, F, "x")],
       "A byte-order mark and an empty first line: both reported on line 1, with length 0.")
sample(I5 + "byte-order-mark-in-the-middle", e45(P10) + b"\xef\xbb\xbf" + e45(P00),
       [unknown_edition(22), ("unknown-record", 2, 23, 25, None, "\\xEF\\xBB\\xBFE451111111900A20220101")],
       "A mark that is not at the start is content.")
sample(I6 + "byte-order-mark", b"\xef\xbb\xbf" + u46(b"AC", P10),
       [("byte-order-mark", 1, 3, 34, None), unknown_edition(34, 3)], "Before a quoted uklink file.", exit=0, layout="uklink")

# non-ascii in each field of a fixed file: one byte 0xC3 (or two) in each.
sample(I5 + "non-ascii", b"A00000001\xc3\xa945DXI20220301093000000042\n" + b"E4512345\xff7810A20220101\n"
       + b"E451234567810\xc420220101\n" + b"E451234567810A2022\x800\x811\n" + b"Z99\xa0000000003\n",
       [("non-ascii", 1, 9, 1, ORG, "\\xC3"), ("non-ascii", 2, 45, 1, M, "\\xFF"), ("non-ascii", 3, 73, 1, F, "\\xC4"),
        ("non-ascii", 4, 101, 1, D, "\\x80"), ("non-ascii", 5, 109, 1, COUNT, "\\xA0")],
       "A byte past 0x7F in each field: pointed at, and the field gets nothing else.", records=3, rejected=3, edition="mp077")
variant(I5 + "non-ascii", ["--mask"],
        [("non-ascii", 1, 9, 1, ORG, "\\xC3"), ("non-ascii", 2, 45, 1, M, None), ("non-ascii", 3, 73, 1, F, "\\xC4"),
         ("non-ascii", 4, 101, 1, D, "\\x80"), ("non-ascii", 5, 109, 1, COUNT, "\\xA0")],
        "Masked: the byte of the meter point is an identifier's, the others are not.")
sample(I5 + "non-ascii-header", b"A000000012345D\xd8I2022030\xb109300\xb200000\xb3\n" + e45(P10, b"S", 99991230) + z99(1),
       [unknown_edition(36), ("non-ascii", 1, 14, 1, TYPE, "\\xD8"), ("non-ascii", 1, 23, 1, CDATE, "\\xB1"),
        ("non-ascii", 1, 29, 1, CTIME, "\\xB2"), ("non-ascii", 1, 35, 1, GEN, "\\xB3")],
       "In the header: no file type, no date, so edition any and nothing to be later than.",
       file_type=None, edition="any", accepted=1)
sample(I5 + "non-ascii-alone", b"E4\xb51234567810A20220101\n" + b"E451234567810A2022010\xb1\xb1\n",
       [unknown_edition(22), ("unknown-record", 1, 0, 22, None), ("wrong-length", 2, 23, 23, None)],
       "Not reported in a tag or in a line of the wrong length.", args=["--layout", "fixed"])
sample(I5 + "non-ascii-uklink", u45(P10, "\u00e9".encode()) + b'"E45",12345678\xb9,A,20220101\n' + b'"E45",1,A,"\xa02022010"\n',
       [unknown_edition(30), ("non-ascii", 1, 18, 1, F, "\\xC3"), ("non-ascii", 2, 45, 1, M, "\\xB9"),
        ("mprn-check-digits", 3, 64, 1, M, "1"), ("non-ascii", 3, 69, 1, D, "\\xA0")],
       "In uklink cells, quoted and bare.")
sample(I6 + "non-ascii", b"E46\xc1C1234567810A20220101\n" + b"E46AC1234567810A20220101\n",
       [unknown_edition(24), ("non-ascii", 1, 3, 1, O, "\\xC1")], "In an outcome code.", accepted=1)

sample(I5 + "not-a-number", b"A00     12345DXI20220301093000 00042\n" + b"E4512345678x0A20220101\n"
       + b"E45-123456781A20220101\n" + b"E45          A20220101\n" + b"Z99        3\x00\n",
       [("not-a-number", 1, 3, 10, ORG, "     12345"), ("not-a-number", 1, 30, 6, GEN, " 00042"),
        ("not-a-number", 2, 40, 10, M, "12345678x0"), ("not-a-number", 3, 63, 10, M, "-123456781"),
        ("not-a-number", 4, 86, 10, M), ("not-a-number", 5, 109, 10, COUNT, "        3\\x00")],
       "No padding but zeros: spaces, a letter, a sign, a NUL.", rejected=3)
sample(I5 + "not-a-number-uklink", b'"A00",,"DXI",20220301,093000,1234567\n' + b'"E45",12345678101,"A",20220101\n'
       + b'"E45",,"A",20220101\n' + b'"E45","","A",20220101\n' + b'"E45",+1,"A",20220101\n' + b'"Z99",00000000004\n',
       [("not-a-number", 1, 6, 0, ORG, ""), ("not-a-number", 1, 29, 7, GEN, "1234567"),
        ("not-a-number", 2, 43, 11, M, "12345678101"), ("not-a-number", 3, 74, 0, M, ""), ("not-a-number", 4, 95, 0, M, ""),
        ("not-a-number", 5, 116, 2, M, "+1"), ("not-a-number", 6, 138, 11, COUNT, "00000000004")],
       "uklink: empty (bare and quoted), more digits than the item has, leading zeros counted, a sign.", rejected=4)
sample(I6 + "not-a-number", e46(b"AC", P10).replace(b"1234", b"12 4") + e46(b"RJ", P00),
       [unknown_edition(24), ("not-a-number", 1, 5, 10, M, "12 4567810")], "A space inside the number.", accepted=1)
sample(I6 + "not-a-number-uklink", b'"E46","AC",12345678100,"A",20220101\n',
       [unknown_edition(35), ("not-a-number", 1, 11, 11, M)], "Eleven digits in an E46.")

sample(I5 + "unknown-flag", H + e45(P10, b"X") + e45(P00, b"a") + e45(PA, b" ") + e45(PB, b"\x00") + e45(P9, b"n") + z99(5),
       [("unknown-flag", 2, 50, 1, F, "X"), ("unknown-flag", 3, 73, 1, F, "a"), ("unknown-flag", 4, 96, 1, F, " "),
        ("unknown-flag", 5, 119, 1, F, "\\x00"), ("unknown-flag", 6, 142, 1, F, "n")],
       "Letters of no edition, lower case, a space, a NUL.", rejected=5, flags={})
variant(I5 + "unknown-flag", ["--max-samples", "2", "--severity", "unknown-flag=note"],
        [("unknown-flag", 2, 50, 1, F), ("unknown-flag", 3, 73, 1, F)],
        "As a note the records are accepted, but no flag can be read to be counted.",
        exit=0, accepted=5, flags={}, totals={"unknown-flag": 5}, truncated=True)
sample(I5 + "unknown-flag-uklink", u45(P10, b"") + u45(P00, b"AA") + u45(PA, b" A") + b"E45,3456789006,,20220101\n",
       [unknown_edition(28), ("unknown-flag", 1, 18, 0, F, ""), ("unknown-flag", 2, 47, 2, F, "AA"),
        ("unknown-flag", 3, 78, 2, F, " A"), ("unknown-flag", 4, 106, 0, F, "")],
       "uklink: empty quoted and bare, two letters, a space before.", rejected=4)
sample(I6 + "unknown-flag", e46(b"AC", P10, b"?"), [unknown_edition(24), ("unknown-flag", 1, 15, 1, F, "?")], "In an E46.")

sample(I5 + "flag-not-in-edition", H + e45(P10, b"S") + e45(P00, b"W") + e45(PA, b"A") + z99(3),
       [("flag-not-in-edition", 2, 50, 1, F, "S"), ("flag-not-in-edition", 3, 73, 1, F, "W")],
       "Old letters in a file of MP077.", edition="mp077", accepted=1, rejected=2)
variant(I5 + "flag-not-in-edition", ["--edition", "any"], [], "Any edition takes them.", exit=0, edition="any")
variant(I5 + "flag-not-in-edition", ["--severity", "flag-not-in-edition=warning"],
        [("flag-not-in-edition", 2, 50, 1, F), ("flag-not-in-edition", 3, 73, 1, F)],
        "As a warning the records are accepted and their flags counted.", exit=0, flags={"A": 1, "S": 1, "W": 1})
sample(I5 + "flag-not-in-edition-pre-mp077", UH_OLD + u45(P10, b"N", 20211101) + u45(P00, b"I", 20211101) + uz99(2),
       [("flag-not-in-edition", 2, 55, 1, F, "N"), ("flag-not-in-edition", 3, 85, 1, F, "I")],
       "New letters in a file created on 2021-11-04.", edition="pre-mp077")
sample(I6 + "flag-not-in-edition", H_NEW + e46(b"AC", P10, b"S", 20211105) + z99(1),
       [("flag-not-in-edition", 2, 52, 1, F, "S")], "An old letter in an E46 of the first MP077 day.")

sample(I6 + "unknown-outcome", H + e46(b"XX", P10) + e46(b"ac", P00) + e46(b"  ", PA) + z99(3),
       [("unknown-outcome", 2, 40, 2, O, "XX"), ("unknown-outcome", 3, 65, 2, O, "ac"), ("unknown-outcome", 4, 90, 2, O, "  ")],
       "Neither AC nor RJ.", rejected=3)
sample(I6 + "unknown-outcome-uklink", u46(b"", P10) + u46(b"ACC", P00) + b"E46,A,2345678902,A,20220101\n",
       [unknown_edition(32), ("unknown-outcome", 1, 7, 0, O, ""), ("unknown-outcome", 2, 40, 3, O, "ACC"),
        ("unknown-outcome", 3, 73, 1, O, "A")], "uklink: empty, too long, too short.")

BAD_DATES = [b"20230229", b"19000229", b"20220431", b"20221301", b"20220001", b"20220100", b"00000000", b"2022 101", b"2022-1-1"]
sample(I5 + "invalid-date", H + b"".join(b"E45%010dA%s\n" % (P10, d) for d in BAD_DATES) + z99(9),
       [("invalid-date", 2 + i, 37 + 23 * i + 14, 8, D, d.decode()) for i, d in enumerate(BAD_DATES)],
       "Days that do not exist, month 0 and 13, day 0, spaces and hyphens.", rejected=9)
sample(I5 + "invalid-date-29-february-2023", e45(P10, b"A", 20230229), [unknown_edition(22), ("invalid-date", 1, 14, 8, D, "20230229")],
       "2023 was no leap year.")
sample(I5 + "invalid-date-header", b"A000000012345DXI20220230093000000042\n" + e45(P10, b"S", 99991230) + z99(1),
       [unknown_edition(36), ("invalid-date", 1, 16, 8, CDATE, "20220230")],
       "A header with an invalid date: edition any, and no day for effective dates to be after.",
       edition="any", envelope=True, file_type="DXI", accepted=1)
sample(I5 + "invalid-date-uklink", b'"E45",1234567810,"A",2022-01-01\n' + b'"E45",1234567810,"A",\n' + b'"E45",1234567810,"A","2022010"\n',
       [unknown_edition(31), ("invalid-date", 1, 21, 10, D, "2022-01-01"), ("invalid-date", 2, 53, 0, D, ""),
        ("invalid-date", 3, 76, 7, D, "2022010")], "uklink: hyphens, empty, a digit short.")
sample(I6 + "invalid-date", e46(b"AC", P10, b"A", 20220229), [unknown_edition(24), ("invalid-date", 1, 16, 8, D, "20220229")],
       "29 February 2022 in an E46.")

for kind, time in (("24", b"240000"), ("minute-60", b"126000"), ("second-60", b"235960"), ("space", b" 93000")):
    sample(I5 + "invalid-time-" + kind, b"A000000012345DXI20220301%s000042\n" % time + e45(P10) + z99(1),
           [("invalid-time", 1, 24, 6, CTIME, time.decode())], "No time of day: %s." % time.decode(), accepted=1)
sample(I5 + "invalid-time-uklink", b'"A00",12345,"DXI",20220301,0093000,42\n' + u45(P10) + uz99(1),
       [("invalid-time", 1, 27, 7, CTIME, "0093000")], "Seven digits are too many even with a zero in front.")
sample(I5 + "invalid-time-uklink-empty", b'"A00",12345,"DXI",20220301,"",42\n' + u45(P10) + uz99(1),
       [("invalid-time", 1, 28, 0, CTIME, "")], "An empty time is invalid-time, not not-a-number.")

sample(I5 + "mprn-check-digits", H + e45(1234567890) + e45(5) + e45(99999) + e45(9999999999) + z99(4),
       [("mprn-check-digits", 2, 40, 10, M, "1234567890"), ("mprn-check-digits", 3, 63, 10, M, "0000000005"),
        ("mprn-check-digits", 4, 86, 10, M, "0000099999"), ("mprn-check-digits", 5, 109, 10, M, "9999999999")],
       "Check digits that fail, among them short numbers: warnings, so all are accepted.", exit=0, accepted=4)
variant(I5 + "mprn-check-digits", ["--severity", "mprn-check-digits=error", "--mask", "--max-samples", "3"],
        [("mprn-check-digits", 2, 40, 10, M, None), ("mprn-check-digits", 3, 63, 10, M, None),
         ("mprn-check-digits", 4, 86, 10, M, None)],
        "As an error, masked, three samples.", rejected=4, totals={"mprn-check-digits": 4}, truncated=True, flags={})
sample(I5 + "mprn-check-digits-uklink", u45(1234567811) + b'"E45",00123410,"A",20220101\n' + b"E45,5,A,20220101\n",
       [unknown_edition(29), ("mprn-check-digits", 1, 6, 10, M), ("mprn-check-digits", 2, 36, 8, M, "00123410"),
        ("mprn-check-digits", 3, 62, 1, M, "5")], "uklink, with leading zeros and a single digit.", exit=0, accepted=3)
sample(I6 + "mprn-check-digits", e46(b"RJ", 1234567800), [unknown_edition(24), ("mprn-check-digits", 1, 5, 10, M)],
       "In an E46.", exit=0)

sample(I5 + "missing-header", e45(P10) + z99(1), [unknown_edition(22), ("missing-header", 1, 0, 22, None)],
       "A trailer without a header.", envelope=True, record_numbers=[None, None], records=1, accepted=1, rejected=0)
sample(I5 + "missing-header-trailer-only-uklink", b'"Z99",1\n',
       [unknown_edition(7), ("missing-header", 1, 0, 7, None), ("record-count", 1, 6, 1, COUNT, "1")],
       "A uklink trailer alone, which claims a record.", flow=None, records=0, envelope=True)
sample(I5 + "missing-trailer", H + e45(P10) + e45(P00) + b"\n", [("missing-trailer", 3, 60, 22, None), ("empty-line", 4, 83, 0, None)],
       "A header without a trailer: pointed at on the last line with text.", record_numbers=[None, None], accepted=2)
sample(I5 + "missing-trailer-header-only", UH[:-1], [("missing-trailer", 1, 0, 36, None), ("missing-terminator", 1, 0, 36, None)],
       "A uklink header alone, cut off.", flow=None, records=0, file_type="DXI", edition="mp077")
sample(I6 + "missing-header", u46(b"AC", P10) + uz99(1), [unknown_edition(34), ("missing-header", 1, 0, 34, None)],
       "uklink E46 without a header.")
sample(I6 + "missing-trailer", H + e46(b"AC", P10), [("missing-trailer", 2, 37, 24, None)], "E46 without a trailer.")

# after a previous file with a known number: 42 at 30 in fixed, at 34 in uklink
for suffix, data, note, at, number in (
    ("", H + e45(P10) + z99(1), [], 30, "000042"),
    ("-uklink", UH + u45(P10) + uz99(1), [], 34, "42"),
):
    found = lambda rule, at=at, number=number: [(rule, 1, at, len(number), GEN, number)]  # noqa: E731
    sample(I5 + "sequence-repeated" + suffix, data, found("sequence-repeated"), "The number of the previous file again.",
           args=["--after", "42"], record_numbers=[None], accepted=1)
    variant(I5 + "sequence-repeated" + suffix, ["--after", "0000000042"], found("sequence-repeated"), "Zeros carry no meaning in gas.", 1)
    variant(I5 + "sequence-repeated" + suffix, ["--after", "41"], [], "After 41 it is the next one.", 0)
    variant(I5 + "sequence-repeated" + suffix, [], [], "No finding without the option.", 0)
    sample(I5 + "sequence-backwards" + suffix, data, found("sequence-backwards"), "An older file.", args=["--after", "43"])
    variant(I5 + "sequence-backwards" + suffix, ["--after", "999999"], found("sequence-backwards"), "Not the first after the highest.", 1)
    sample(I5 + "sequence-skipped" + suffix, data, found("sequence-skipped"), "40 and 41 are missing.", args=["--after", "39"], exit=0)
    variant(I5 + "sequence-skipped" + suffix, ["--after", "0", "--fail-on", "warning"], found("sequence-skipped"), "1 to 41 are missing.", 1)
    sample(I5 + "sequence-unknown" + suffix, data, found("sequence-unknown"), "After text that is not a generation number.",
           args=["--after", "A41"], exit=0)
    variant(I5 + "sequence-unknown" + suffix, ["--after", "1000000"], found("sequence-unknown"), "After a number of seven digits.", 0)
first = (b"000000", b"000001")
sample(I5 + "sequence-wrapped", H.replace(b"000042", first[0]) + e45(P10) + z99(1), [("sequence-wrapped", 1, 30, 6, GEN, "000000")],
       "0 after 999999.", args=["--after", "999999"], exit=0)
sample(I5 + "sequence-wrapped-uklink", UH.replace(b",42", b",1") + u45(P10) + uz99(1), [("sequence-wrapped", 1, 34, 1, GEN, "1")],
       "1 after 999999.", args=["--after", "999999"], exit=0)
sample(I5 + "sequence-unknown-bare", b"\n" + e45(P10),
       [("empty-line", 1, 0, 0, None), ("edition-unknown", 2, 1, 22, None), ("sequence-unknown", 2, 1, 22, None)],
       "A file without a header has no number.", args=["--after", "41"], exit=0, record_numbers=[None] * 3)
sample(I5 + "sequence-unknown-not-a-number", H.replace(b"000042", b"00004x") + e45(P10) + z99(1),
       [("not-a-number", 1, 30, 6, GEN), ("sequence-unknown", 1, 30, 6, GEN)], "A number that cannot be read.", args=["--after", "41"])
sample(I5 + "sequence-unknown-header", b"A00\n" + e45(P10) + z99(1),
       [("edition-unknown", 1, 0, 3, None), ("wrong-length", 1, 0, 3, None), ("sequence-unknown", 1, 0, 3, None)],
       "A header that cannot be cut.", args=["--after", "41"])

sample(I5 + "record-count", H + e45(P10) + e45(P00) + z99(4), [("record-count", 4, 86, 10, COUNT, "0000000004")],
       "The trailer counts header and trailer too.", accepted=2, rejected=0)
sample(I5 + "record-count-bad-records", H + e45(P10) + b"\n" + b"XXX\n" + b"E45\n" + z99(1) + e45(P00),
       [("empty-line", 3, 60, 0, None), ("unknown-record", 4, 61, 3, None), ("wrong-length", 5, 65, 3, None),
        ("record-count", 6, 72, 10, COUNT), ("unexpected-record", 7, 83, 22, None)],
       "Bad records count, empty lines and records after the trailer do not: three, not one.", records=4, accepted=1)
sample(I5 + "record-count-uklink", UH + u45(P10) + b'"Z99","0000000002"\n', [("record-count", 3, 74, 10, COUNT, "0000000002")],
       "uklink, quoted, with leading zeros; the span is without the quotes.")
sample(I6 + "record-count", H + e46(b"AC", P10) + z99(0), [("record-count", 3, 65, 10, COUNT)], "E46 with a count of 0.")

sample(I5 + "wrong-file-type", b"A000000012345DXR20220301093000000042\n" + e45(P10) + z99(1),
       [("wrong-file-type", 1, 13, 3, TYPE, "DXR")], "A type not known to carry these records: a warning.", exit=0, file_type="DXR")
sample(I5 + "wrong-file-type-lower-case", b'"A00",12345,"dxi",20220301,093000,42\n' + uz99(0),
       [("wrong-file-type", 1, 13, 3, TYPE, "dxi")], "Lower case is another type, also without records.", exit=0, flow=None)
sample(I5 + "wrong-file-type-empty", b'"A00",12345,,20220301,093000,42\n' + u45(P10) + uz99(1),
       [("wrong-file-type", 1, 12, 0, TYPE, "")], "An empty type.", exit=0, file_type="")
sample(I6 + "wrong-file-type", b"A000000012345XYZ20220301093000000042\n" + e46(b"AC", P10) + z99(1),
       [("wrong-file-type", 1, 13, 3, TYPE, "XYZ")], "An E46 file of an unknown type.", exit=0)

sample(I5 + "duplicate-meter-point", H + e45(P10) + e45(P00) + e45(P10) + e45(P10) + z99(4),
       [("duplicate-meter-point", 4, 86, 10, M), ("duplicate-meter-point", 5, 109, 10, M)],
       "The same point, flag and date three times: two warnings, all accepted.", exit=0, accepted=4)
variant(I5 + "duplicate-meter-point", ["--no-cross-record"], [], "Switched off.", exit=0, totals={})
variant(I5 + "duplicate-meter-point", ["--severity", "duplicate-meter-point=error", "--max-samples", "1"],
        [("duplicate-meter-point", 4, 86, 10, M)], "As an error it rejects the later records.", accepted=2, rejected=2,
        truncated=True)
sample(I5 + "duplicate-meter-point-uklink", u45(P6) + b'"E45",0000123409,"A",20220101\n' + b"E45,123409,A,20220101\n",
       [unknown_edition(25), ("duplicate-meter-point", 2, 32, 10, M, "0000123409"), ("duplicate-meter-point", 3, 60, 6, M, "123409")],
       "Leading zeros carry no meaning: it is the same point.", exit=0, accepted=3)
sample(I6 + "duplicate-meter-point", H + e46(b"AC", P10) + e46(b"RJ", P10) + z99(2), [("duplicate-meter-point", 3, 67, 10, M)],
       "The outcome has no effect: accepted and rejected of the same update is a duplicate.", exit=0)

sample(I5 + "conflicting-update-a-n-a", H + e45(P10, b"A") + e45(P10, b"N") + e45(P10, b"A") + z99(3),
       [("conflicting-update", 3, 73, 1, F, "N"), ("duplicate-meter-point", 4, 86, 10, M)],
       "A, N, A: the N is rejected, so the last A is a duplicate of the first.", accepted=2, rejected=1,
       flags={"A": 2})
variant(I5 + "conflicting-update-a-n-a", ["--ignore", "conflicting-update"], [("duplicate-meter-point", 4, 86, 10, M)],
        "Ignored, the N is accepted, but later records are still compared with the first A.", exit=0, ignored={"conflicting-update": 1},
        flags={"A": 2, "N": 1})
sample(I5 + "conflicting-update-a-n-n", H + e45(P10, b"A") + e45(P10, b"N") + e45(P10, b"N") + z99(3),
       [("conflicting-update", 3, 73, 1, F), ("conflicting-update", 4, 96, 1, F)],
       "A, N, N: both N are compared with the A.", accepted=1, rejected=2)
sample(I5 + "conflicting-update-first-is-bad", H + e45(P10, b"S") + e45(P10, b"N") + e45(P10, b"X") + e45(P10, b"N") + z99(4),
       [("flag-not-in-edition", 2, 50, 1, F), ("unknown-flag", 4, 96, 1, F), ("duplicate-meter-point", 5, 109, 10, M)],
       "Records with an error are not compared: the first valid one is the N.", accepted=2, rejected=2)
variant(I5 + "conflicting-update-first-is-bad", ["--edition", "any"],
        [("conflicting-update", 3, 73, 1, F), ("unknown-flag", 4, 96, 1, F), ("conflicting-update", 5, 119, 1, F)],
        "With any edition the S is good, and both N conflict with it.", accepted=1, rejected=3)
sample(I5 + "conflicting-update-check-digits", e45(1234567890) + e45(1234567890, b"N"),
       [unknown_edition(22), ("mprn-check-digits", 1, 3, 10, M), ("mprn-check-digits", 2, 26, 10, M), ("conflicting-update", 2, 36, 1, F)],
       "A warning does not keep a record out of the comparison.", accepted=1)
variant(I5 + "conflicting-update-check-digits", ["--severity", "mprn-check-digits=error"],
        [unknown_edition(22), ("mprn-check-digits", 1, 3, 10, M), ("mprn-check-digits", 2, 26, 10, M)],
        "An error does.", rejected=2)
sample(I5 + "conflicting-update-uklink", UH + u45(P10) + u45(P10, b"I") + uz99(2), [("conflicting-update", 3, 85, 1, F, "I")],
       "uklink; the span is the letter without its quotes.")
sample(I6 + "conflicting-update", u46(b"AC", P10, b"A") + u46(b"AC", P10, b"N"),
       [unknown_edition(34), ("conflicting-update", 2, 58, 1, F, "N")], "In E46 records.")

sample(I5 + "future-effective-date", H + e45(P10, b"A", 20220301) + e45(P00, b"A", 20220302) + z99(2),
       [("future-effective-date", 3, 74, 8, D, "20220302")], "The day of the header itself is fine, the next one a warning.",
       exit=0, accepted=2)
variant(I5 + "future-effective-date", ["--as-of", "20220302"], [], "--as-of wins over the header.", exit=0)
variant(I5 + "future-effective-date", ["--severity", "future-effective-date=error"], [("future-effective-date", 3, 74, 8, D)],
        "As an error it rejects.", accepted=1, rejected=1)
sample(I5 + "future-effective-date-uklink", UH + u45(P10, b"N", 20991231) + uz99(1), [("future-effective-date", 2, 58, 8, D, "20991231")],
       "In uklink.", exit=0)
sample(I6 + "future-effective-date", H + e46(b"AC", P10, b"A", 20220302) + z99(1), [("future-effective-date", 2, 53, 8, D)],
       "In an E46.", exit=0)

sample(I5 + "edition-unknown-bare", e45(P10, b"S") + e45(P00, b"I"), [unknown_edition(22)],
       "A bare file with letters of both editions: nothing but the note.", exit=0, edition="any")
variant(I5 + "edition-unknown-bare", ["--severity", "edition-unknown=warning", "--fail-on", "warning"], [unknown_edition(22)],
        "Raised to a warning and failed on.", accepted=2)

# ------------------------------------------------- accepted, but not canonical

sample(I5 + "noncanonical-uklink", b"A00,0000012345,DXI,\"20220301\",93000,\"000042\"\n" + b"E45,\"1234567810\",A,\"20220101\"\n"
       + b"\"E45\",0000123409,N,20220101\n" + b"Z99,\"02\"\n", [],
       "Quotes and leading zeros in other places than the writer's, a time of five digits: accepted without a finding.",
       exit=0, records=2, accepted=2, layout="uklink", file_type="DXI", edition="mp077", flags={"A": 1, "N": 1})
sample(I6 + "noncanonical-uklink", b"E46,AC,00123409,\"A\",20220101\n", [unknown_edition(28)], "Bare text and leading zeros.", exit=0)
sample(I5 + "noncanonical-bom-empty-mixed", b"\xef\xbb\xbf\r\n" + e45(P10) + b"\r\n" + e45(P00, end=b""),
       [("byte-order-mark", 1, 3, 0, None), ("empty-line", 1, 3, 0, None), unknown_edition(22, 5, 2),
        ("mixed-line-ends", 2, 5, 22, None), ("empty-line", 3, 28, 0, None), ("missing-terminator", 4, 30, 22, None)],
       "All that can be odd about the lines of a file without an error.", exit=0, records=2, accepted=2,
       record_numbers=[None, None, None, 1, None, 2])
variant(I5 + "noncanonical-bom-empty-mixed", ["--fail-on", "warning", "--severity", "missing-terminator=error"],
        [("byte-order-mark", 1, 3, 0, None), ("empty-line", 1, 3, 0, None), unknown_edition(22, 5, 2),
         ("mixed-line-ends", 2, 5, 22, None), ("empty-line", 3, 28, 0, None), ("missing-terminator", 4, 30, 22, None)],
        "missing-terminator carries the record's number: as an error it rejects it.", accepted=1, rejected=1)

# ------------------------------------------------------------- nasty mixtures

sample(I5 + "mixture-lone-cr", e45(P10, end=b"\r") + e45(P00), [unknown_edition(45), ("wrong-length", 1, 0, 45, None)],
       "A lone CR ends no line: two records in one line of 45 bytes.", records=1)
sample(I5 + "mixture-cr-cr-lf", e45(P10, end=b"\r\r\n") + b"\r\r\n",
       [unknown_edition(23), ("wrong-length", 1, 0, 23, None), ("unknown-record", 2, 25, 1, None, "\\x0D")],
       "Of two CRs before LF only the last belongs to the end.", records=2)
sample(I5 + "mixture-nul", e45(P10) + b"\x00" * 22 + b"\n" + b"E45\x00123456781A\x00\x00\x00\x00\x00\x00\x00\x00\n",
       [unknown_edition(22), ("unknown-record", 2, 23, 22, None, "\\x00" * 22), ("not-a-number", 3, 49, 10, M, "\\x00123456781"),
        ("invalid-date", 3, 60, 8, D, "\\x00" * 8)], "NUL bytes are bytes like others.", records=3)
sample(I5 + "mixture-every-field-bad", b"A00xxxxxxxxxxXXX99999999999999xxxxxx\n" + b"E45xxxxxxxxxxxxxxxxxxx\n" + b"Z99xxxxxxxxxx\n",
       [unknown_edition(36), ("not-a-number", 1, 3, 10, ORG), ("wrong-file-type", 1, 13, 3, TYPE), ("invalid-date", 1, 16, 8, CDATE),
        ("invalid-time", 1, 24, 6, CTIME), ("not-a-number", 1, 30, 6, GEN), ("not-a-number", 2, 40, 10, M),
        ("unknown-flag", 2, 50, 1, F), ("invalid-date", 2, 51, 8, D), ("not-a-number", 3, 63, 10, COUNT)],
       "Every field of every line is bad: a finding each, in field order.", records=1, rejected=1, file_type="XXX")
variant(I5 + "mixture-every-field-bad", ["--ignore", "not-a-number", "--ignore", "unknown-flag", "--ignore", "invalid-date",
        "--ignore", "invalid-time", "--ignore", "edition-unknown", "--ignore", "wrong-file-type", "--fail-on", "note"], [],
        "All of it ignored: the record is accepted, though nothing in it can be read.", exit=0, accepted=1, flags={},
        ignored={"not-a-number": 4, "unknown-flag": 1, "invalid-date": 2, "invalid-time": 1, "edition-unknown": 1, "wrong-file-type": 1},
        edition="any")
sample(I6 + "mixture-every-field-bad", b"E46xxxxxxxxxxxxxxxxxxxxx\n",
       [unknown_edition(24), ("unknown-outcome", 1, 3, 2, O), ("not-a-number", 1, 5, 10, M), ("unknown-flag", 1, 15, 1, F),
        ("invalid-date", 1, 16, 8, D)], "Every field of an E46 is bad.")
sample(I5 + "mixture-two-layouts", H + e45(P10) + u45(P00) + z99(2), [("unknown-record", 3, 60, 29, None)],
       "A uklink line in a fixed file begins with another tag.", records=2, accepted=1, flow="e45")
variant(I5 + "mixture-two-layouts", ["--layout", "uklink"],
        [unknown_edition(36), ("unknown-record", 1, 0, 36, None), ("unknown-record", 2, 37, 22, None), ("unknown-record", 4, 90, 13, None)],
        "Read as uklink only that line is a record, and the file is bare.", records=4, accepted=1, envelope=False, layout="uklink")
sample(I5 + "mixture-two-layouts-uklink", u45(P10) + e45(P00),
       [unknown_edition(29), ("unknown-record", 2, 30, 22, None)], "A fixed line in a uklink file is one cell.", records=2)
sample(I5 + "mixture-comma-in-fourth-place", b"Z99,1\n" + b"A00,1,DXI,20220301,0,1\n",
       [unknown_edition(5), ("missing-header", 1, 0, 5, None), ("record-count", 1, 4, 1, COUNT, "1"), ("second-file", 2, 6, 22, None)],
       "Trailer first, header after: a comma as the fourth byte makes it uklink; the header comes too late.",
       layout="uklink", records=0, envelope=True, flow=None)
sample(I5 + "mixture-flow-after-trailer", H + z99(0) + e46(b"AC", P10) + e45(P10),
       [("unexpected-record", 3, 51, 24, None), ("unexpected-record", 4, 76, 22, None)],
       "The first detail record decides the flow even behind the trailer.", flow="e46", records=2)
sample(I5 + "mixture-many", b"\xef\xbb\xbf" + H + e45(P10) + e45(P10, b"N") + e45(P10) + b"\r\n" + e45(1234567890, b"S", 20991231)
       + b"E45?\n" + z99(5) + e45(P10),
       [("byte-order-mark", 1, 3, 36, None), ("conflicting-update", 3, 76, 1, F), ("duplicate-meter-point", 4, 89, 10, M),
        ("empty-line", 5, 109, 0, None), ("mixed-line-ends", 5, 109, 0, None), ("mprn-check-digits", 6, 114, 10, M),
        ("flag-not-in-edition", 6, 124, 1, F), ("future-effective-date", 6, 125, 8, D), ("wrong-length", 7, 134, 4, None),
        ("unexpected-record", 9, 153, 22, None)],
       "Many kinds of findings, in order.", records=6, accepted=2, rejected=4, record_numbers=[None, 2, 3, None, None, 4, 4, 4, 5, 6])
MANY = b"".join(e45(P10, b"AN"[i % 2 : i % 2 + 1]) for i in range(60))
sample(I5 + "mixture-many-duplicates-and-conflicts", H + MANY + z99(60),
       [("conflicting-update", 2 + i, 37 + 23 * i + 13, 1, F) if i % 2 else ("duplicate-meter-point", 2 + i, 37 + 23 * i + 3, 10, M)
        for i in range(1, 60)],
       "A, N, A, N ... sixty times: 30 conflicts, 29 duplicates.", records=60, accepted=30, rejected=30,
       totals={"conflicting-update": 30, "duplicate-meter-point": 29})
variant(I5 + "mixture-many-duplicates-and-conflicts", ["--max-samples", "2"],
        [("conflicting-update", 3, 73, 1, F), ("duplicate-meter-point", 4, 86, 10, M), ("conflicting-update", 5, 119, 1, F),
         ("duplicate-meter-point", 6, 132, 10, M)],
        "At most two of each rule are shown; the totals stay exact.", totals={"conflicting-update": 30, "duplicate-meter-point": 29},
        truncated=True)
variant(I5 + "mixture-many-duplicates-and-conflicts", ["--max-samples", "0", "--ignore", "duplicate-meter-point"],
        [("conflicting-update", 2 + i, 37 + 23 * i + 13, 1, F) for i in range(1, 60, 2)],
        "0 shows all; what is ignored is only counted.", ignored={"duplicate-meter-point": 29}, truncated=False)
sample(I5 + "mixture-value-past-64-bytes", b'"E45",' + b"9" * 30 + b"\\\x1f\x7f" + b"9" * 40 + b',"A",20220101\n',
       [unknown_edition(92), ("not-a-number", 1, 6, 73, M, "9" * 30 + "\\\\x1F\\x7F" + "9" * 31)],
       "A value shows 64 bytes of its span, control bytes as hex, a backslash as itself.")
sample(I6 + "mixture", UH + u46(b"AC", P10) + b'"E46","RJ",1234567810,"N",20220101\n' + u46(b"ZZ", 7, b"S", 20230229)
       + b'E46,AC,"1","A",20220302,\n' + b'"Z99",4',
       [("conflicting-update", 3, 95, 1, F), ("unknown-outcome", 4, 114, 2, O), ("mprn-check-digits", 4, 118, 1, M, "7"),
        ("flag-not-in-edition", 4, 121, 1, F), ("invalid-date", 4, 124, 8, D), ("malformed-record", 5, 133, 24, None),
        ("missing-terminator", 6, 158, 7, None)],
       "Many kinds of findings in one uklink E46 file.", records=4, accepted=1, rejected=3)

# ---------------------------------------------------------------- electricity

electricity_samples.add(sample, variant, valid, unreadable)

# -------------------------------------------------------------------- checks


def is_canonical(data):
    """Returns true if parsing and writing would give the same bytes (without the oracle)."""
    if data.startswith(b"ZH"):
        return electricity_samples.is_canonical(data)
    end = b"\r\n" if b"\r\n" in data else b"\n"
    lines = data.split(end)
    if lines.pop() != b"" or b"" in lines or any(b"\r" in x or b"\n" in x for x in lines):
        return False
    for line in lines:
        if not line.startswith(b'"'):
            if not line.isalnum() or len(line) != {b"A00": 36, b"E45": 22, b"E46": 24, b"Z99": 13}.get(line[:3]):
                return False
            continue
        cells = line.split(b",")
        kinds = {b'"A00"': "tntdcn", b'"E45"': "tntd", b'"E46"': "ttntd", b'"Z99"': "tn"}[cells[0]]
        if len(cells) != len(kinds):
            return False
        for kind, cell in zip(kinds, cells):
            good = {
                "t": len(cell) > 2 and cell[:1] == cell[-1:] == b'"',
                "n": cell.isdigit() and cell == b"%d" % int(cell or b"0"),
                "d": cell.isdigit() and len(cell) == 8,
                "c": cell.isdigit() and len(cell) == 6,
            }[kind]
            if not good:
                return False
    return True


def side_car(args, exit, report, why):
    """Pretty, with one finding a line."""
    if report is None:
        return json.dumps({"args": args, "exit": exit, "report": None, "why": why}, indent=1) + "\n"
    findings = [
        {key: value for key, value in finding.items() if key not in ("message", "expected", "source")}
        for finding in report["findings"]
    ]
    report = dict(report, findings="@", file="")
    text = "{\n \"args\": %s,\n \"exit\": %d,\n \"report\": {\n" % (json.dumps(args), exit)
    parts = []
    for key, value in report.items():
        if key == "findings":
            value = "[" + ",".join("\n   " + json.dumps(f) for f in findings) + ("\n  ]" if findings else "]")
        else:
            value = json.dumps(value)
        parts.append("  %s: %s" % (json.dumps(key), value))
    text += ",\n".join(parts) + "\n },\n \"why\": %s\n}\n" % json.dumps(why)
    json.loads(text)
    return text


README = """# Test data

Sample files for `flagflow check`, and a reference implementation. **All data is invented**: no meter point, organisation or
file here is real.

- `*/valid`, a folder for each flow: no error and no warning, exit 0 without options, and canonical, so that parsing and
  writing gives the same bytes.
- `*/invalid`: at least one file for each rule (the name of the file begins with the rule), files that are accepted but not
  canonical, files with warnings only (exit 0), files that cannot be checked (exit 2), and mixtures.
- Each `X.txt` has a side-car `X.json`, and `X.2.json`, `X.3.json` for other arguments: `args`, the `exit` code, the
  `report` (`file` is "", and findings are without `message`, `expected` and `source`, which are free wording; null if there
  is no report), and `why`, the purpose of the file.
- Electricity files (`d0350`, `d0351`, `d0172`) are read with the built-in profiles `dtc-15.4`. A rule of theirs has a sample
  in each flow that it concerns, in both layouts.
- Written by hand, without side-cars:
  - `policy`: a `flagflow.toml` and the files of two days, for [docs/policy.md](../docs/policy.md);
  - `profiles`: a profile with invented codes and one more level of groups, and a file that follows it, for [docs/profiles.md](../docs/profiles.md);
  - `quarantine`: a file with bad records and their corrections, for [docs/quarantine.md](../docs/quarantine.md);
  - `register`: the updates of two days, for [docs/register.md](../docs/register.md);
  - `status/events.csv`, `answer.dxi`: events with two mistakes and an answer, for [docs/status.md](../docs/status.md).
- `status/*.txt`: each rule set of the flag as a table, written by the code that decides
  (`UPDATE_GOLDEN=1 cargo test -p flagflow-status --test it tables::`): `current.txt`, `current-another-commissioned-meter.txt`,
  `legacy-as-defined.txt`, `legacy-as-defined-install-and-leave.txt`, `legacy-as-run.txt`, `legacy-as-run-as-reported.txt`,
  `modification.txt`, `modification-installed-first.txt`, `requirements.txt`, `requirements-any.txt`.
- `oracle/check_oracle.py`: a slow, plain reference implementation in Python 3.11 (standard library only), written from the
  specification alone, independently of the Rust code; `oracle/electricity.py` and `oracle/common.py` are parts of it. It has
  no `--profile`. `oracle/differential.py --flagflow PATH` compares both implementations on random files.
- `oracle/make_testdata.py` writes everything but the oracle: run it to regenerate. With `oracle/electricity_samples.py` it
  has the expected findings of each file, derived by hand, and stops if the oracle disagrees. Do not edit the samples
  themselves, and do not let an editor or git setting change their line endings (`.gitattributes` prevents that).

## Samples

"""


# Rules of values and groups, and the flows that they concern.
RULES_OF_FLOWS = [
    (("d0350", "d0351", "d0172"), "group-cardinality control-character empty-item item-too-long not-a-number invalid-date date-out-of-range"
     " file-sequence-number sequence-unknown sequence-repeated sequence-backwards sequence-skipped sequence-wrapped instruction-number"
     " instruction-type invalid-file-id unexpected-record flow-version group-count flow-count"),
    (("d0350", "d0351"), "invalid-supplier-id unknown-flag flag-not-in-edition future-effective-date mpan-check-digit participant-mismatch"),
    (("d0350",), "duplicate-meter-point conflicting-update"),
    (("d0172",), "confirmation-counts"),
]  # fmt: skip


def limit_problems():
    """Checks the limit on instructions, on files that are too long to be samples."""
    problems = 0
    found = ("too-many-instructions", "warning", 100002, 100000)  # the 100,000th update is in line 100,002
    for make, count, expected in (
        (electricity_samples.instructions, 99999, []),
        (electricity_samples.instructions, 100001, [(*found, 46, None)]),
        (electricity_samples.fixed_instructions, 100000, [(*found, 45, None)]),
    ):
        report = oracle.check(make(count), oracle.Options())
        findings = [(f["rule"], f["severity"], f["line"], f["record"], f["length"], f["field"]) for f in report["findings"]]
        if findings != expected or report["accepted"] != count:
            problems += 1
            print("%d instructions: %s" % (count, findings[:3]), file=sys.stderr)
    return problems


def main():
    problems = 0
    written = {".gitattributes": b"*.txt -text\n*.dxi -text\n*.dat -text\n*.json text eol=lf\n"}
    readme = README
    folder = None
    seen_rules = {}
    for name in sorted(samples):
        data, runs = samples[name]
        written[name + ".txt"] = data
        if os.path.dirname(name) != folder:
            folder = os.path.dirname(name)
            readme += ("\n" if not readme.endswith("\n\n") else "") + "### " + folder + "\n\n"
        readme += "- `%s.txt`: %s\n" % (os.path.basename(name), runs[0][3])
        for number, (args, exit, expected, why, keys) in enumerate(runs, 1):
            options, _ = oracle.parse_arguments(args)
            try:
                report = oracle.check(data, options)
                got_exit = 1 if oracle.fails(report, options) else 0
            except oracle.CannotCheck:
                report, got_exit = None, 2
            bad = []
            if got_exit != exit:
                bad.append("exit %d, expected %d" % (got_exit, exit))
            if (report is None) != (expected is None):
                bad.append("report or none")
            elif report is not None:
                got = [tuple(f[k] for k in ("rule", "line", "offset", "length", "field", "value")) for f in report["findings"]]
                same = len(got) == len(expected) and all(g[: len(e)] == e for g, e in zip(got, expected))
                if not same:
                    bad.append("findings\n   got      %s\n   expected %s" % (got, expected))
                numbers = keys.get("record_numbers")
                if numbers is not None and numbers != [f["record"] for f in report["findings"]]:
                    bad.append("record numbers")
                for key, value in keys.items():
                    if key != "record_numbers" and report[key] != value:
                        bad.append("%s is %r, expected %r" % (key, report[key], value))
                for f in report["findings"]:
                    seen_rules.setdefault(f["rule"], set()).add((report["flow"], report["layout"]))
                    if number == 1 and "/valid/" in name and f["severity"] != "note":
                        bad.append("a valid file with a finding")
            if "/valid/" in name and not is_canonical(data):
                bad.append("not canonical")
            for problem in bad:
                problems += 1
                print("%s %s: %s" % (name, args, problem), file=sys.stderr)
            path = name + (".json" if number == 1 else ".%d.json" % number)
            written[path] = side_car(args, exit, report, why).encode("ascii")
            if number == 1 and args:
                readme = readme[:-1] + " (`%s`)\n" % " ".join(args)
    for rule in oracle.SEVERITY:
        if rule in ("same-content", "too-many-instructions"):
            continue  # the first needs two files, the second 100,000 records: differential.py has both
        wanted = {"fixed", "uklink", "zhv", "zhf"}
        if rule in GAS_RULES:
            wanted -= {"zhv", "zhf"}
        if rule in ELECTRICITY_RULES:
            wanted -= {"fixed", "uklink"}
        if rule == "wrong-length":
            wanted -= {"uklink", "zhv"}
        if rule in ("malformed-record", "missing-trailing-bar", "trailing-blanks", "item-too-long"):
            wanted -= {"fixed", "zhf"}
        seen = {layout for _, layout in seen_rules.get(rule, set())}
        if seen != wanted:
            problems += 1
            print("rule %s seen in %s only" % (rule, seen), file=sys.stderr)
    for flows, rules in RULES_OF_FLOWS:
        for rule in rules.split():
            layouts = ["zhv"] if rule == "item-too-long" else ["zhv", "zhf"]
            missing = {(flow, layout) for flow in flows for layout in layouts} - seen_rules[rule]
            if missing:
                problems += 1
                print("rule %s not seen in %s" % (rule, sorted(missing)), file=sys.stderr)
    problems += limit_problems()
    if problems:
        print("%d mismatches; nothing written" % problems, file=sys.stderr)
        return 1
    written["README.md"] = readme.encode("ascii")
    for flow in ("d0172", "d0350", "d0351", "e45", "e46"):  # what an earlier run wrote and this one would not
        for kind in ("valid", "invalid"):
            directory = os.path.join(ROOT, flow, kind)
            os.makedirs(directory, exist_ok=True)
            for old in os.listdir(directory):
                if "%s/%s/%s" % (flow, kind, old) not in written and old.endswith((".txt", ".json")):
                    os.remove(os.path.join(directory, old))
    for path, content in written.items():
        with open(os.path.join(ROOT, path), "wb") as file:
            file.write(content)
    print("%d files, %d side-cars" % (len(samples), sum(len(runs) for _, runs in samples.values())))
    return 0


if __name__ == "__main__":
    sys.exit(main())

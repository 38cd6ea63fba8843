"""Rows about naming what a file is, what fix repairs, and what follows compressed data."""

import bz2
import gzip
import io
import lzma
import zipfile

from trial import A, COLUMNS, R, R2, Z, GOOD, require, row

TABLE = COLUMNS + b"1234567810,A,20240603\n"
HEADER = b"ZHV|0000000007|D0350001|Z|DCCO|P|EELC|20240628093000||||OPER|"


def d0350(t, name="d.txt"):
    """A generated D0350 as its lines; the codes of its groups are those of the built-in profile."""
    t.run("generate", "--flow", "d0350", "--records", "3", "--seed", "1", "-o", name).expect(0)
    return t.read(name).splitlines()


def file_of(lines, end=b"\n"):
    return b"".join(line + end for line in lines)


def fixed(t, content, *kinds, clean=True):
    """The result of fix, which names the kinds and passes check without a warning."""
    t.write("in.txt", content)
    run = t.run("fix", "in.txt", "-o", "out.txt")
    run.expect(0, *kinds)
    if clean:
        t.run("check", "-q", "--fail-on", "warning", "--ignore", "mprn-check-digits", "out.txt").expect(0)
    return t.read("out.txt")


def unrecognised(t, content, *words):
    """Every command that reads a file names what it looks like."""
    t.write("what", content)
    t.write("u.dxi", GOOD)
    for command in (
        ["check", "what"],
        ["fix", "what"],
        ["roundtrip", "what"],
        ["summary", "what"],
        ["diff", "what", "u.dxi"],
        ["diff", "u.dxi", "what"],
        ["answer", "what", "-o", "answers"],
        ["register", "apply", "state", "what"],
    ):
        run = t.run(*command).expect(2, *words)
        if command[0] in ("check", "fix", "roundtrip", "summary"):
            require(run.err.startswith("flagflow: what: "), "the path is not first: %s" % run.err)


@row("2.3", "zero bytes behind the last gzip member are padding")
def gzip_padding(t):
    for zeros in (1, 512, 100_000):
        t.write("u.gz", gzip.compress(GOOD) + bytes(zeros))
        t.run("check", "-q", "u.gz").expect(0)
        t.run("summary", "u.gz").expect(0)
        t.run("fix", "-q", "u.gz").expect(0)
        t.run("convert", "u.gz", "-o", "o.csv", "--to", "csv").expect(0)
    t.write("u.gz", gzip.compress(A + R) + gzip.compress(R2 + Z) + bytes(512))
    t.run("check", "-q", "u.gz").expect(0)


@row("16.7", "other bytes behind the last gzip member are counted")
def behind_gzip(t):
    for behind, count in ((b"rubbish", "7 bytes"), (b"x", "1 byte"), (b"\0\0x", "3 bytes"), (b"\x1f", "1 byte")):
        t.write("u.gz", gzip.compress(GOOD) + behind)
        for command in ("check -q u.gz", "fix u.gz", "convert u.gz -o o --to csv", "summary u.gz", "diff u.gz u.gz", "answer u.gz -o o"):
            run = t.run(*command.split())
            run.expect(2, count + " behind the compressed data")
            require(run.err.startswith("flagflow: u.gz: ") and run.err.count("u.gz") == 1, "the path is not first, once: %s" % run.err)
    t.write("u.gz", gzip.compress(GOOD)[:-6])
    t.run("check", "-q", "u.gz").expect(2, absent=["behind the compressed data"])


@row("3.1", "fix makes no item of a blank, on any line of a zhv file")
def no_item_of_a_blank(t):
    lines = d0350(t)
    for blanks in (b"  ", b"\t", b" ", b" \t "):
        for at in range(len(lines)):
            spoiled = lines[:at] + [lines[at] + blanks] + lines[at + 1 :]
            require(fixed(t, file_of(spoiled), "padding") == file_of(lines), "line %d: not as it was" % (at + 1))
    spoiled = file_of(line + b"  " for line in lines)
    require(fixed(t, spoiled, "padding") == file_of(lines), "not as it was")
    header = HEADER.replace(b"0000000007", lines[0].split(b"|")[1])
    require(fixed(t, file_of([header + b"  "] + lines[1:]), "padding").startswith(header + b"\n"), "an item of blanks")


@row("8.1", "UTF-16 and UTF-32 are named")
def utf16(t):
    text = (A + R).decode()
    for encoding, name in (("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"), ("utf-32-le", "UTF-32"), ("utf-32-be", "UTF-32")):
        unrecognised(t, text.encode(encoding), name, "save it as ASCII")
        unrecognised(t, ("\ufeff" + text).encode(encoding), name)
    t.write("t.csv", TABLE.decode().encode("utf-16-le"))
    t.run("convert", "t.csv", "-o", "o", "--to", "fixed").expect(2, "UTF-16")
    t.write("u.jsonl", '\ufeff{"transaction_type":"E45"}\n'.encode("utf-16-le"))
    t.run("convert", "u.jsonl", "-o", "o", "--to", "fixed").expect(2, "UTF-16")
    t.write("u.csv", ("\ufeff" + TABLE.decode()).encode("utf-16-le"))
    t.run("convert", "u.csv", "-o", "o", "--to", "fixed").expect(0)
    t.write("known", ("\ufeff0000123409\n").encode("utf-16-le"))
    t.run("answer", "u.dxi", "-o", "o", "--known", "known").expect(2, "UTF-16")


@row("8.2", "the file in a zip archive is read; several files and documents in one are named")
def archives(t):
    def packed(*names, content_of_each=GOOD * 20, method=zipfile.ZIP_DEFLATED):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", method) as archive:
            for name in names:
                archive.writestr(name, content_of_each)
        return content.getvalue()

    t.write("one.zip", packed("u.dxi", content_of_each=GOOD))
    t.run("check", "one.zip").expect(0, "verdict   PASSED")
    unrecognised(t, packed("u.dxi", "v.dxi"), "a zip archive", "unpack it")
    unrecognised(t, packed("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"), "xlsx")
    unrecognised(t, packed("[Content_Types].xml", "_rels/.rels", "word/document.xml"), "docx")


@row("8.3", "EBCDIC is named")
def ebcdic(t):
    for page in ("cp500", "cp037", "cp1140"):
        unrecognised(t, (A + R).decode().encode(page), "EBCDIC")
        unrecognised(t, HEADER.decode().encode(page), "EBCDIC")


@row("8.4", "other compression, and gzip twice, are named")
def compressed(t):
    unrecognised(t, gzip.compress(gzip.compress(GOOD)), "gzip", "twice")
    unrecognised(t, bz2.compress(GOOD), "bzip2")
    unrecognised(t, lzma.compress(GOOD), "xz")
    unrecognised(t, b"\x28\xb5\x2f\xfd\x24\x10", "zstd")
    unrecognised(t, b"7z\xbc\xaf\x27\x1c\x00\x04", "7z")


@row("8.5", "a table is named, with the command that takes it")
def table(t):
    unrecognised(t, TABLE, "a table", "flagflow convert")
    unrecognised(t, b"\r\n\n" + TABLE, "a table", "flagflow convert")
    unrecognised(t, b"mpan_core,dcc_service_flag,effective_from_date\n", "a table", "flagflow convert")
    unrecognised(t, b"1234567810;A;20240603\n", "semicolons")


@row("8.6", "a page, XML and JSON are named")
def pages(t):
    unrecognised(t, b"<!DOCTYPE html><html>", "HTML")
    unrecognised(t, b"\n<html lang=en>", "HTML")
    unrecognised(t, b"<?xml version='1.0'?>", "XML")
    unrecognised(t, b'{"a":1}', "JSON")
    unrecognised(t, b"%PDF-1.7\n", "PDF")


@row("8.7", "codes in lower case are named")
def lower_case(t):
    unrecognised(t, GOOD.lower(), "capitals")
    unrecognised(t, HEADER.lower(), "capitals")
    t.write("u.dxi", A + R + R2.lower() + Z)
    t.run("check", "u.dxi").expect(1, "the codes are in capitals")


@row("8.8", "single and curly quotes are named")
def quotes(t):
    unrecognised(t, b"'A00',42,'DXI'\n", "single quotes")
    unrecognised(t, "\u201cE45\u201d,1234567810,\u201cA\u201d,20240603\n".encode(), "curly quotes")


@row("9.1", "a table with other separators is named in convert")
def separators_of_a_table(t):
    for mark, name in ((b";", "semicolons"), (b"\t", "tabs"), (b"|", "pipes")):
        t.write("t.csv", TABLE.replace(b",", mark))
        t.run("convert", "t.csv", "-o", "o", "--to", "fixed").expect(
            2, "the first row is separated by " + name, "save it with commas", absent=["has no column"]
        )
        unrecognised(t, TABLE.replace(b",", mark), name)


@row("9.2", "records with other separators are named")
def semicolons(t):
    t.write("u.dxi", b"E45;1234567810;A;20240603\n")
    t.run("check", "u.dxi").expect(1, "separated by `;`", "uklink has commas", absent=["duplicated character"])


@row("9.3", "records with tabs or spaces are named")
def tabs(t):
    for mark, name in ((b"\t", "tabs"), (b" ", "spaces")):
        t.write("u.dxi", mark.join([b"E45", b"1234567810", b"A", b"20240603"]) + b"\n")
        t.run("check", "u.dxi").expect(1, "separated by " + name, absent=["duplicated character"])


@row("9.4", "records without line endings are named, and fix splits them")
def glued(t):
    t.write("u.dxi", (R.strip() + R2.strip() + R.strip()))
    t.run("check", "u.dxi").expect(1, "3 records of 22 bytes without line ending", "flagflow fix")
    require(fixed(t, GOOD.replace(b"\n", b""), "missing-line-endings") == GOOD, "not as it was")
    blocks = b"".join(line.ljust(80) for line in GOOD.splitlines())
    require(fixed(t, blocks, "missing-line-endings", "padding") == GOOD, "not as it was")
    many = R.strip() * 5000
    fixed(t, many, "missing-line-endings", clean=False)
    require(t.read("out.txt") == R * 5000, "not as it was")
    t.write("odd", R.strip() * 3 + b"E45123")
    t.run("fix", "odd", "-o", "odd.out").expect(1)
    require(t.read("odd.out") == t.read("odd"), "split though it does not fit")
    lines = d0350(t)
    t.run("convert", "d.txt", "-o", "f.txt", "--to", "zhf").expect(0)
    whole = t.read("f.txt")
    require(fixed(t, whole.replace(b"\n", b""), "missing-line-endings", clean=False) == whole, "not as it was")
    require(len(lines) > 3, "no file")


@row("9.5", "lines that end with CR alone are named, and fix repairs them")
def cr_alone(t):
    t.write("u.dxi", GOOD.replace(b"\n", b"\r"))
    t.run("check", "u.dxi").expect(1, "lines end with CR alone", "flagflow fix")
    require(fixed(t, GOOD.replace(b"\n", b"\r"), "line-ends") == GOOD, "not as it was")
    lines = file_of(d0350(t))
    require(fixed(t, lines.replace(b"\n", b"\r"), "line-ends") == lines, "not as it was")
    big = A + R * 5000 + b"Z990000005000\n"
    t.write("big", big.replace(b"\n", b"\r"))
    t.run("check", "big").expect(1, "lines end with CR alone")
    t.run("fix", "-q", "big", "-o", "big.out")
    require(t.read("big.out") == big, "not as it was")
    mixed = GOOD.replace(b"\n", b"\r", 2)
    t.write("mixed", mixed)
    t.run("fix", "mixed", "--skip", "count", "-o", "mixed.out")
    require(t.read("mixed.out") == mixed, "repaired though the file has an LF")


@row("9.6", "a CR too many is named, and fix takes it out")
def doubled_cr(t):
    for content in (GOOD, file_of(d0350(t)), b'"E45",1234567810,"A",20240603\n"E45",123409,"N",20240604\n'):
        for end in (b"\r\r\n", b"\r\r\r\n"):
            t.write("u.dxi", content.replace(b"\n", end))
            t.run("check", "u.dxi").expect(1, "CR too many" if end == b"\r\r\n" else "2 CRs too many", "flagflow fix")
            require(fixed(t, content.replace(b"\n", end), "line-ends") == content.replace(b"\n", b"\r\n"), "not as it was")


@row("9.7", "a table whose lines end with CR alone is named in convert")
def table_of_cr(t):
    t.write("t.csv", TABLE.replace(b"\n", b"\r"))
    t.run("convert", "t.csv", "-o", "o", "--to", "fixed").expect(2, "end with CR alone", absent=["has no column"])
    unrecognised(t, TABLE.replace(b"\n", b"\r"), "CR alone")


@row("9.8", "spaces at the end are counted, with what takes them out")
def spaces(t):
    content = b"".join(line.ljust(80) + b"\n" for line in GOOD.splitlines())
    t.write("u.dxi", content)
    t.run("check", "u.dxi").expect(
        1, "58 spaces too many at the end: `flagflow fix` removes them", absent=["duplicated character"]
    )
    require(fixed(t, content, "padding") == GOOD, "not as it was")
    require(fixed(t, GOOD.replace(b"\n", b"\t\n"), "padding") == GOOD, "not as it was")


@row("9.9", "empty cells behind a record's fields are counted, and fix takes them out")
def empty_cells(t):
    header, record, trailer = b'"A00",42,"DXI",20240628,093000,7', b"E45,1234567810,A,20240603", b"Z99,1"
    whole = file_of([header, record, trailer])
    for cells in (b",,", b',"",""', b", ,"):
        spoiled = file_of([header, record + cells, trailer + cells * 2])
        t.write("u.dxi", spoiled)
        t.run("check", "u.dxi").expect(1, "6 fields, expected 4; the last 2 are empty", "flagflow fix")
        require(fixed(t, spoiled, "trailing-cells") == whole, "not as it was")
    t.write("u.dxi", file_of([header, record + b",,x", trailer]))
    t.run("fix", "u.dxi").expect(1, absent=["trailing-cells"])


SAMPLES = {
    "byte-order-mark": b"\xef\xbb\xbf" + GOOD,
    "empty-lines": A + R + b"\n" + R2 + Z,
    "trailing-padding": GOOD + b"\x1a",
    "missing-line-endings": GOOD.replace(b"\n", b""),
    "line-ends": A + R.replace(b"\n", b"\r\n") + R2 + Z,
    "terminator": GOOD[:-1],
    "zero-padding": A + R + b"E45    123409N20240604\n" + Z,
    "padding": A + R.replace(b"\n", b"  \n") + R2 + Z,
    "cell-spaces": b'"E45",1234567810, A,20240603\n',
    "trailing-cells": b"E45,1234567810,A,20240603,,\n",
    "count": A + R + R2 + b"Z990000000009\n",
}


@row("9.10", "check names fix for every kind that fix repairs")
def names_fix(t):
    kinds = t.run("fix", "--only", "no-such-kind", "u.dxi").err
    lines = d0350(t)
    samples = dict(SAMPLES)
    samples["trailing-bar"] = file_of(line.rstrip(b"|") for line in lines)
    for kind, content in samples.items():
        require(kind in kinds, "no kind %s" % kind)
        t.write("in.txt", content)
        t.run("check", "in.txt").expect(1 if t.run("check", "-q", "in.txt").code else 0, "`flagflow fix`")
        t.run("fix", "in.txt").expect(0, " " + kind)


@row("2.1f", "fix takes out padding at the end and lines of white space")
def padding(t):
    for behind in (b"\x1a", b"\x1a\n", b"\x1a\r\n", bytes(512), b"\x1a" + bytes(127), bytes(200_000)):
        require(fixed(t, GOOD + behind, "trailing-padding") == GOOD, "not as it was: %r" % behind[:10])
    require(fixed(t, GOOD[:-1] + b"\x1a\n", "trailing-padding") == GOOD, "not as it was")
    for blank in (b"   \n", b"\t\n", b" \t \n"):
        require(fixed(t, GOOD + blank, "empty-lines") == GOOD, "not as it was")
        require(fixed(t, A + R + blank + R2 + Z, "empty-lines") == GOOD, "not as it was")


@row("11.8", "spaces in the place of a number's zeros become zeros")
def zeros(t):
    header = A.replace(b"0000000042", b"        42").replace(b"000007", b"     7")
    for content in (
        A + R + b"E45    123409N20240604\n" + Z,
        A + R + b"E45123409    N20240604\n" + Z,
        A + R + R2 + b"Z99         2\n",
        header + R + R2 + Z,
        A.replace(b"093000", b" 93000") + R + R2 + Z,
    ):
        require(fixed(t, content, "zero-padding") == GOOD.replace(b"093000", b"093000"), "not as it was")
    answer = b"E46AC    123409N20240604\n"
    require(fixed(t, answer, "zero-padding") == b"E46AC0000123409N20240604\n", "not filled")
    for kept in (b"E45    123408N20240604\n", b"E45   1 23409N20240604\n", b"E45          N20240604\n"):
        t.write("kept", kept)
        t.run("fix", "kept", "-o", "kept.out").expect(1)
        require(t.read("kept.out") == kept, "guessed")


@row("11.10", "bytes are escaped once")
def escaped(t):
    t.write("what", b"\x01\xfe\x02 nothing known\n")
    t.run("check", "what").expect(2, "\\x01\\xFE\\x02", absent=["\\\\x"])
    t.write("t.csv", COLUMNS[:-1] + b",a\x1b[2Jb\n1234567810,A,20240603,\n")
    t.run("convert", "t.csv", "-o", "o", "--to", "fixed").expect(0, "a\\x1B[2Jb", absent=["\\u{1b}"])
    t.write("k.csv", b"on,de\x1bvice\n")
    run = t.run("notify", "add", "state", "k.csv")
    require("\\u{1b}" not in run.err and run.code == 2, str(run))


@row("14.4", "cells of white space behind each line are one warning, and fix takes them out")
def blank_cells(t):
    lines = d0350(t)
    for cells in (b" | | |", b"\t|", b" | | ", b"|| |"):
        spoiled = file_of(line + cells for line in lines)
        report = t.check(spoiled)
        require(report["code"] == 0 and report["accepted"] == 3, str(report))
        require(report["totals"].get("trailing-blanks") == 1, str(report["totals"]))
        require(fixed(t, spoiled, "trailing-cells") == file_of(lines), "not as it was")
    empty = file_of([lines[0]] + [line + b"||" for line in lines[1:-1]] + [lines[-1]])
    require(fixed(t, empty, "trailing-cells") == file_of(lines), "not as it was")


@row("14.5", "spaces or a tab at line ends of a zhv file are a warning, and fix takes them out")
def line_end_blanks(t):
    lines = d0350(t)
    for blanks in (b" ", b"\t", b"   "):
        for at in range(len(lines)):
            spoiled = file_of(lines[:at] + [lines[at] + blanks] + lines[at + 1 :])
            report = t.check(spoiled)
            warnings = [finding["rule"] for finding in report["findings"] if finding["severity"] == "warning"]
            require(report["code"] == 0 and warnings == ["trailing-blanks"], str(report))
            require(fixed(t, spoiled, "padding") == file_of(lines), "not as it was")


@row("14.9", "other delimiters and formats are named")
def formats(t):
    for content, name in (
        (b"A00|42|DXI|20240628|093000|7\nE45|1234567810|A|20240603\n", "separated by `|`"),
        ("A00\u00cf42\u00cfDXI\n".encode("latin-1"), "\\xCF"),
        ("A00\u00cf42\u00cfDXI\n".encode(), "\\xC3\\x8F"),
        (b'"A00";"42";"DXI"\n', "separated by `;`"),
        (b"ZHF|0000000007|D0350001|\n", "separated by `|`"),
    ):
        t.write("in.txt", content)
        t.run("check", "in.txt").expect(1, name)
    unrecognised(t, HEADER.replace(b"ZHV", b"ZHD"), "ZHD", "another format")
    lines = d0350(t)
    for code in (b"ZTT", b"ZTR", b"ZPD"):
        t.write("in.txt", file_of(lines[:-1] + [lines[-1].replace(b"ZPT", code)]))
        t.run("check", "in.txt").expect(1, code.decode() + " is a header or trailer of another format")

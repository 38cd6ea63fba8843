"""Rows about the findings on a file: its end, its lines, its values, in the words of its layout."""

import gzip
import json
import subprocess

from trial import A, GOOD, R, R2, Z, require, row

ZHV = b"ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n"
TOP = b"81H|1|\n"
UPDATE = b"82H|1|DC01|1013044353630|A|20220201|MRCY|\n"
ZPT = b"ZPT|0000000042|2||1|20220301093500|\n"
D0350 = ZHV + TOP + UPDATE + ZPT
BARE = R + R2
UKLINK = b'"A00",42,"DXI",20240628,93000,7\n"E45",1234567810,"A",20240603\n"Z99",1\n'
NOTES = {"edition-unknown"}
ANSWER = ["--rejections", "d0351", "--received", "2022-03-01T10:00", "--file-id", "9", "--created", "20220302090000"]


def totals(report):
    """Returns the counts of a report, without the notes that every such file has."""
    return {rule: count for rule, count in report["totals"].items() if rule not in NOTES}


def one(report, rule):
    found = [finding for finding in report["findings"] if finding["rule"] == rule]
    require(len(found) == 1, "not one %s: %s" % (rule, report["findings"]))
    return found[0]


def says(report, rule, *words):
    finding = one(report, rule)
    for word in words:
        require(word in finding["message"], "%s does not say %r: %s" % (rule, word, finding))
    return finding


def crlf(content):
    return content.replace(b"\n", b"\r\n")


def files():
    """Good files of each kind, with their records."""
    for content, records in ((GOOD, 2), (BARE, 2), (UKLINK, 1), (D0350, 1)):
        yield content, records, b"\n"
        yield crlf(content), records, b"\r\n"


@row("2.1", "a DOS end of file is padding")
def dos_end(t):
    for content, records, end in files():
        for file, offset in (
            (content + b"\x1a", len(content)),
            (content + b"\x1a" + end, len(content)),
            (content[: -len(end)] + b"\x1a" + end, len(content) - len(end)),
        ):
            report = t.check(file)
            require(report["code"] == 0 and report["records"] == records, (file, report))
            require(totals(report) == {"trailing-padding": 1}, (file, report))
            finding = one(report, "trailing-padding")
            require((finding["offset"], finding["length"]) == (offset, 1), finding)
            require((finding["record"], finding["value"]) == (None, "\\x1A"), finding)
    # anywhere else it is content
    require(t.check(A + R + b"\x1a\n" + R2 + Z)["rejected"] == 1, "a SUB inside the file")
    report = t.check(GOOD + b"\x1a\x1a")
    require(totals(report) == {"unknown-record": 1, "missing-terminator": 1}, report)


@row("2.1b", "no command takes padding for a record")
def commands_and_padding(t):
    for end in (b"\x1a", b"\x1a\n", b"\0" * 512, b"   \n", b"\t\n"):
        for name, content in (("u", GOOD), ("b", BARE), ("e", D0350), ("k", UKLINK)):
            t.write(name, content)
            t.write(name + "p", content + end)
            t.run("diff", name, name + "p").expect(0)
            t.run("summary", name + "p").expect(0)
            t.run("convert", name + "p", "-o", "o", "--to", "jsonl").expect(0)
            t.run("convert", name, "-o", "w", "--to", "jsonl").expect(0)
            require(t.read("o") == t.read("w"), (name, end))
            response = ANSWER if name == "e" else ()
            t.run("answer", name + "p", "-o", "o", *response).expect(0)
            t.run("answer", name, "-o", "w", *response).expect(0)
            require(t.read("o") == t.read("w"), (name, end))
            require(name != "e" or b"|0000000042|1|1|0|\n" in t.read("o"), (name, end))
            t.run("register", "apply", "s" + name, name + "p").expect(0)
            t.run("fix", name + "p", "-o", "o")
            require(t.read("o") == content, (name, end, t.read("o")))
            t.run("check", "-q", name + "p", "--accepted-to", "a", "--rejected-to", "r").expect(0)
            require(t.read("r") == b"", (name, end))


@row("2.2", "a line of white space is no record")
def white_space(t):
    for content, records, end in files():
        lines = content.splitlines(keepends=True)
        for blank in (b" ", b"\t", b"   ", b" \t "):
            for place in range(len(lines) + 1):
                report = t.check(b"".join(lines[:place]) + blank + end + b"".join(lines[place:]))
                require(report["code"] == 0 and report["records"] == records, (place, report))
                require(totals(report) == {"empty-line": 1}, (place, report))
                finding = says(report, "empty-line", "the line has only white space")
                require((finding["line"], finding["length"]) == (place + 1, len(blank)), finding)
    says(t.check(GOOD + b"\n"), "empty-line", "the line is empty")


@row("2.4", "NULs after the last line ending are padding")
def nuls(t):
    for content, records, end in files():
        report = t.check(content + b"\0" * 512)
        require(report["code"] == 0 and report["records"] == records, report)
        require(totals(report) == {"trailing-padding": 1}, report)
        finding = says(report, "trailing-padding", "512 NUL bytes: the file was padded or not written completely")
        require((finding["offset"], finding["length"]) == (len(content), 512), finding)
        require(finding["value"] == "\\x00" * 64, finding)
    require(t.check(A + R + b"\0\0\n" + R2 + Z)["rejected"] == 1, "NULs inside the file")
    require(t.check(R[:-1] + b"\0\0")["code"] == 1, "NULs in a line")


@row("2.4b", "a gigabyte of padding is streamed")
def many_nuls(t):
    name = t.write("padded.gz", b"")
    with gzip.open(t.path(name), "wb", compresslevel=1) as file:
        file.write(GOOD)
        for _ in range(256):
            file.write(b"\0" * (1 << 20))
    command = ["prlimit", "--as=%d" % (150 << 20), t.flagflow, "check", "--format", "json", t.path(name)]
    done = subprocess.run(command, capture_output=True, timeout=120)
    require(done.returncode == 0, done)
    finding = one(json.loads(done.stdout), "trailing-padding")
    require(finding["length"] == 256 << 20, finding)


@row("11.3", "spaces in a number, and a whole MPAN, are named")
def numbers(t):
    core = b"1013044353630"
    for to, word in (
        (b"10 1304 4353 630", "spaces in the number"),
        (b"1013 44353630", "spaces in the number"),
        (b"001112221013044353630", "21 digits are a full MPAN; the core is its last 13 digits"),
    ):
        report = t.check(D0350.replace(core, to))
        require(report["code"] == 1, report)
        require(any(word in finding["message"] for finding in report["findings"]), report)
    report = t.check(b'"E45",12 345 678 10,"A",20240603\n')
    says(report, "not-a-number", "spaces in the number")


@row("11.4", "a number of wrong length says how many digits it has")
def digits(t):
    for change, to, rule, word in (
        (b"|1013044353630|", b"|101304435363|", "not-a-number", "12 digits, expected 13"),
        (b"|1013044353630|", b"|10130443536300|", "item-too-long", "14 digits, expected 13"),
        (b"82H|1|", b"82H|1234567890123|", "item-too-long", "13 digits, expected at most 12"),
        (b"|20220201|", b"|220201|", "invalid-date", "6 digits, expected 8"),
        (b"|20220301093000|", b"|202203010930|", "invalid-timestamp", "12 digits, expected 14"),
    ):
        says(t.check(D0350.replace(change, to)), rule, word)
    says(t.check(b'"E45",12345678101,"A",20240603\n'), "not-a-number", "11 digits, expected at most 10")
    says(t.check(b'"E45",1234567810,"A",240603\n'), "invalid-date", "6 digits, expected 8")


@row("11.5", "a line with pipes is told of in words of pipes")
def pipes(t):
    bad = D0350.replace(b"|MRCY|", b"|MRCY|||")
    finding = says(t.check(bad), "malformed-record", "8 items, expected 6")
    require("UK Link" not in finding["source"], finding)
    for options in ((), ("--format", "json"), ("--report", "junit=-"), ("--report", "html=-")):
        run = t.run("check", *options, t.write("file", bad))
        run.expect(1, absent=("UK Link", "uklink", "comma", "Z99"))
    says(t.check(UKLINK + b'"E45",1,,,,\n'), "malformed-record", "6 fields, expected 4")
    explained = t.run("explain", "malformed-record").expect(0)
    require("In electricity files" in explained.out, explained)


@row("11.5b", "quotes and blanks are part of an item")
def quotes(t):
    for item, word in ((b'"A"', "quotes"), (b"'A'", "quotes"), (b" A ", "blanks"), (b"A ", "blanks"), (b"\tA", "blanks")):
        report = t.check(D0350.replace(b"|A|", b"|" + item + b"|"))
        says(report, "item-too-long", word + " are part of an item here")
    says(t.check(D0350.replace(b"|DC01|", b"| DC1|")), "instruction-type", "blanks are part of an item here")


@row("11.6", "curly quotes are named")
def curly(t):
    for left, right in ((b"\xe2\x80\x9c", b"\xe2\x80\x9d"), (b"\x93", b"\x94"), (b"\xe2\x80\x98", b"\xe2\x80\x99")):
        says(t.check(UKLINK[:32] + left + b"E45" + right + b",1234567810,A,20240603\n"), "unknown-record", "outside ASCII: curly quotes")
        says(t.check(b"E45,1234567810," + left + b"A" + right + b",20240603\n"), "non-ascii", "outside ASCII: curly quotes")


@row("11.7", "a second file is told once")
def second_file(t):
    other = D0350.replace(b"D0350001|Z|DCCO|P|EELC", b"D0351001|P|EELC|Z|DCCO").replace(b"82H", b"84H")
    for first, records, end in files():
        if first in (BARE, crlf(BARE)):
            continue
        lines = first.count(b"\n") + 1
        for second in (first, GOOD, UKLINK, D0350, other, b"\xef\xbb\xbf" + GOOD, GOOD + b"\n \nnothing"):
            report = t.check(first + second)
            require(report["code"] == 1, report)
            require((report["records"], report["rejected"]) == (records, 0), report)
            require(totals(report) == {"second-file": 1}, report)
            count = second.count(b"\n") + (not second.endswith(b"\n"))
            finding = says(report, "second-file", "a second file begins at line %d" % lines, "%d lines" % count)
            require((finding["line"], finding["record"], finding["offset"]) == (lines, None, len(first)), finding)


@row("11.7b", "no command passes over a second file in silence")
def commands_and_second_file(t):
    t.write("two", GOOD + GOOD)
    t.run("diff", "u.dxi", "two").expect(2, "second-file")
    t.run("answer", "two", "-o", "o").expect(1, "second-file")
    t.run("convert", "two", "-o", "o2", "--to", "jsonl").expect(1)
    t.run("register", "apply", "s", "two").expect(1)
    t.run("check", "-q", "two", "--accepted-to", "a", "--rejected-to", "r", "--reasons-to", "j").expect(1)
    require(t.read("a") == GOOD, t.read("a"))
    reasons = [json.loads(line) for line in t.read("j").splitlines()]
    require([reason["what"] for reason in reasons] == ["second-file"] * 4, reasons)


@row("11.9", "days that stand for no date are told of")
def placeholders(t):
    for day in (b"00010101", b"18991230", b"19000101", b"19700101", b"99991231"):
        report = t.check(R.replace(b"20240603", day))
        require(report["code"] == 0 and totals(report) == {"placeholder-date": 1}, report)
        finding = one(report, "placeholder-date")
        require((finding["offset"], finding["length"], finding["value"]) == (14, 8, day.decode()), finding)
        require(finding["field"] == "dcc_service_effective_from_date", finding)
        report = t.check(D0350.replace(b"20220201", day))
        require(report["code"] == 0 and report["totals"]["placeholder-date"] == 1, report)
        require(one(report, "placeholder-date")["field"] == "effective_from_date", report)
    many = A + R.replace(b"20240603", b"19000101") * 5000 + b"Z990000005000\n"
    require(t.check(many)["totals"]["placeholder-date"] == 5000, "not each of them")


@row("14.1", "a missing trailer or header is told in words of its own layout")
def envelope(t):
    finding = one(t.check(ZHV + TOP + UPDATE), "missing-trailer")
    require("ZPT" in finding["expected"] and "Z99" not in json.dumps(finding), finding)
    require("UK Link" not in finding["source"], finding)
    finding = one(t.check(TOP + UPDATE + ZPT, "--flow", "d0350"), "missing-header")
    require("ZHV" in finding["expected"] and "A00" not in json.dumps(finding), finding)
    require("Z99" in one(t.check(A + R), "missing-trailer")["expected"], "gas")


@row("14.2", "an unknown edition says the reason that applies")
def edition(t):
    says(t.check(R), "edition-unknown", "no header")
    says(t.check(A.replace(b"20240628", b"20240230") + Z), "edition-unknown", "cannot be read")
    # the header of a D0350 has the day
    for created, known in (b"20211103", "pre-mp077"), (b"20211104", "mp077"):
        report = t.check(D0350.replace(b"20220301093000", created + b"093000"), "--as-of", "20240101")
        require((report["edition"], report["totals"]) == (known, {}), report)
    says(t.check(TOP + UPDATE, "--flow", "d0350"), "edition-unknown", "no header")


@row("14.3", "another flow is named and not read")
def other_flow(t):
    for flow in (b"D0010002", b"D0173001", b"D0348001"):
        t.write("file", D0350.replace(b"D0350001", flow))
        t.run("check", "file").expect(2, flow[:5].decode() + " is not a flow that flagflow reads")
        run = t.run("check", "--format", "json", "file").expect(2)
        require(run.out == "", run)
    # another version of a flow that is read, and a flow that is chosen, are judged
    require(t.check(D0350.replace(b"D0350001", b"D0350002"))["totals"]["flow-version"] == 1, "version")
    require(t.check(D0350.replace(b"D0350001", b"D0010002"), "--flow", "d0350")["totals"]["flow-version"] == 1, "told")


@row("14.6", "additional items that zhf has no place for are named")
def additional(t):
    for change, to, word in (
        (b"OPER|", b"OPER|one|", "the additional item 12 cannot"),
        (b"OPER|", b"OPER|one||three|", "the additional items 12 to 14 cannot"),
        (b"093500|", b"093500|a|b|", "the additional items 6 to 7 cannot"),
    ):
        t.write("file", D0350.replace(change, to))
        run = t.run("convert", "file", "-o", "o", "--to", "zhf").expect(1, word, absent=("test_flag", "completed:"))
        require(not t.exists("o"), run)


@row("14.7", "the code is not counted as an item")
def items(t):
    finding = says(t.check(D0350.replace(TOP, b"81H|1|2|\n")), "malformed-record", "2 items, expected 1")
    require(finding["expected"] == "1 item with its pipe", finding)


@row("14.8", "numbers of 0, odd identifiers and days out of range are told of")
def item_rules(t):
    for change, to, rule in (
        (b"82H|1|", b"82H|0|", "instruction-number"),
        (TOP, b"81H|0|\n", "file-sequence-number"),
        (TOP, b"81H|0000|\n", "file-sequence-number"),
        (b"0000000042", b"DCC_00 001", "invalid-file-id"),
        (b"0000000042", b"", "invalid-file-id"),
        (b"20220201", b"19491231", "date-out-of-range"),
        (b"20220201", b"00000229", "date-out-of-range"),
    ):
        report = t.check(D0350.replace(change, to))
        require(report["code"] == 0 and totals(report) == {rule: 1}, (to, report))
    report = t.check(D0350.replace(b"20220201", b"22000101"), "--as-of", "99991231")
    require(totals(report) == {"date-out-of-range": 1}, report)


@row("14.10", "a file name's number is compared with the generation")
def file_name(t):
    for name, count in (
        ("ABC01.DE000007.DXI", 0),
        ("ABC01.DE000008.DXI", 1),
        ("ABC01.DE000007.DXR", 1),
        ("u.dxi", 1),
    ):
        report = t.check(GOOD, "--check-file-name", name=name)
        require(report["code"] == 0 and report["totals"].get("file-name", 0) == count, (name, report))
    finding = one(t.check(GOOD, "--check-file-name", name="ABC01.DE000008.DXI"), "file-name")
    require(finding["severity"] == "note" and "000008" in finding["message"], finding)
    require("000007" in finding["message"], finding)


@row("14.3b", "a file of another flow is named by every command")
def other_flow_everywhere(t):
    header = b"ZHV|0000000007|D0010002|D|NHHD|X|EELC|20240628093000||||OPER|\n"
    t.write("other", header + b"ZPT|0000000007|0||0|20240628093000|\n")
    commands = ["check other", "summary other", "fix other -o o", "convert other -o o --to csv", "roundtrip other"]
    commands += ["answer other -o o", "diff other u.dxi", "diff u.dxi other", "register apply state other"]
    for command in commands:
        t.run(*command.split()).expect(2, "other: D0010 is not a flow that flagflow reads")
        require(not t.exists("o"), "%s wrote an output" % command)


@row("14.3c", "a header that is bad only by its profile is a difference at its place")
def bad_header_round_trip(t):
    header = b"ZHV|0000000007|D0350009|Z|DCCO|P|EELC|20240628093000||||OPER|\n"
    t.write("version", header + b"81H|1|\nZPT|0000000007|1||1|20240628093000|\n")
    t.run("roundtrip", "version").expect(1, "line 1, column 16 (byte 15)", "flow_and_version")

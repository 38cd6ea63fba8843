"""Rows about tables and records that go from file to file: convert, merge, diff, answer."""

import gzip

import trial
from trial import require, row

A, R, R2 = (line.decode() for line in (trial.A, trial.R, trial.R2))


def parts(t, received):
    """Splits a file into `a`, `r` and the reasons `j`."""
    split = t.run("check", "-q", t.write("in", received), "--accepted-to", "a", "--rejected-to", "r", "--reasons-to", "j")
    require(split.code in (0, 1), split)


def merged(t, corrected, *options, received=None):
    """Merges the accepted part of bad.dxi, or of another file, with a corrected file."""
    parts(t, t.read("bad.dxi") if received is None else received)
    run = t.run("merge", "a", t.write("c", corrected), "--reasons", "j", "-o", "o", *options)
    return run, t.read("o").decode("latin-1") if t.exists("o") else None


WHOLE = A + R + R2 + "Z990000000002\n"


@row("7.1", "merge leaves out the header and the trailer of a corrected file, and says so")
def merge_envelope(t):
    for corrected, said in [
        (A + R2 + "Z990000000001\n", ["1 header", "1 trailer"]),
        (A + R2, ["1 header"]),
        (R2 + "Z990000000001", ["1 trailer"]),
        (gzip.compress((A + R2 + "Z990000000001\n").encode()), ["1 header", "1 trailer"]),
    ]:
        run, out = merged(t, corrected)
        run.expect(0, "left out", *said)
        require(out == WHOLE, "%r: %r" % (corrected, out))
    # --quiet prints nothing, and the same is left out without the reasons
    run, out = merged(t, A + R2 + "Z990000000001\n", "-q")
    require((run.code, run.err, out) == (0, "", WHOLE), run)
    t.run("merge", "a", t.write("c", A + R2 + "Z990000000001\n"), "-o", "o2").expect(0, "1 header")
    require(t.read("o2").decode() == WHOLE, t.read("o2"))


@row("7.1b", "merge takes the records of a corrected electricity file, whatever stands around them")
def merge_user_file(t):
    made = t.run("generate", "--flow", "d0350", "--records", "4", "--seed", "1", "-o", "good")
    made.expect(0)
    good = t.read("good").decode()
    lines = good.splitlines(True)
    updates = [at for at, line in enumerate(lines) if "|DC01|" in line]
    require(updates, good)
    bad = list(lines)
    point = lines[updates[1]].split("|")[3]
    bad[updates[1]] = lines[updates[1]].replace(point, "x" + point[1:])
    group = lines[updates[0] - 1]
    corrected = lines[0] + group + lines[updates[1]] + lines[-1]
    run, out = merged(t, corrected, received="".join(bad))
    run.expect(0, "1 header", "1 trailer", "1 level-1 group")
    require(out == good, out)


@row("7.2", "a corrected record gets the line ending of the merged file")
def merge_line_ending(t):
    run, out = merged(t, R2.replace("\n", "\r\n"))
    run.expect(0, "line endings changed: 1")
    require(out == WHOLE, out)
    run, out = merged(t, R2.rstrip("\n"))
    require((run.code, out) == (0, WHOLE), run)
    run, out = merged(t, R2, received=t.read("bad.dxi").replace(b"\n", b"\r\n"))
    require((run.code, out) == (0, WHOLE.replace("\n", "\r\n")), run)


@row("7.3", "empty lines, a byte-order mark and padding of a corrected file are left out")
def merge_nothing(t):
    for corrected, said in [
        (R2 + "\n", "1 empty line"),
        ("\n \t\n" + R2 + "\r\n", "3 empty lines"),
        (b"\xef\xbb\xbf" + R2.encode(), "1 byte-order mark"),
        (R2 + "\x1a", "padding"),
        (R2.rstrip("\n") + "\x1a\n", "padding"),
        (R2 + "\0" * 512, "padding"),
    ]:
        run, out = merged(t, corrected)
        run.expect(0, "left out", said)
        require(out == WHOLE, "%r: %r" % (corrected, out))


@row("7.4", "the rejected part goes back byte for byte, whatever its first bytes")
def merge_unchanged(t):
    bad = b"E450000123409?20240604"
    beginnings = [b"\xef\xbb\xbf", b"\x1f\x8b", b"\x1f\x8b\x08\0\0\0", b"\xff\xfe", b"\xfe\xff", b"A00", b"ZHV|", b'"E45"', b"{", b"PK\3\4"]
    for beginning in beginnings:
        for first in (beginning, beginning + b"E451234567810A20240603"):
            for mask in ([], ["--mask"]):
                file = A.encode() + b"E452222222206A20240603\n" + first + b"\n" + bad + b"\r\n" + b"Z990000000003\n"
                t.run("check", "-q", t.write("in", file), "--accepted-to", "a", "--rejected-to", "r", "--reasons-to", "j", *mask).expect(1)
                t.run("merge", "a", "r", "--reasons", "j", "-o", "o", "--allow-bad").expect(1)
                require(t.read("o") == file, "%r %r" % (first, t.read("o")))


H = trial.COLUMNS.decode()
GOOD_ROW = "1234567810,A,20240603\n"


def converted(t, table, *options, to="fixed", name="t.csv"):
    """The run of `convert` of a table, and what it wrote."""
    run = t.run("convert", t.write(name, table), "-o", "o", "--to", to, *options)
    return run, t.read("o").decode() if t.exists("o") else None


@row("6.1", "convert takes what register export writes, and names what it does not take")
def own_tables(t):
    t.run("register", "apply", "s", "u.dxi", "--changes-to", "changes.csv", "--changes-format", "csv").expect(0)
    t.run("register", "apply", "s2", "u.dxi", "--changes-to", "changes.jsonl").expect(0)
    t.run("register", "export", "s", "--format", "csv", "-o", "e.csv").expect(0)
    t.run("register", "export", "s", "--format", "jsonl", "-o", "e.jsonl").expect(0)
    t.write("events", "on,device,event,meter_point\n2024-06-01,00-DB-12-34-56-78-90-A1,pending,\n2024-06-02,00-DB-12-34-56-78-90-A1,associated,1234567810\n2024-06-03,00-DB-12-34-56-78-90-A1,whitelisted,\n2024-06-03,00-DB-12-34-56-78-90-A1,commissioned,\n")
    t.write("flags.csv", t.run("status", "flags", "events", "--format", "csv").expect(0).out)
    records = {R, R2}
    for name in ("e.csv", "e.jsonl", "changes.csv", "changes.jsonl"):
        t.run("convert", name, "-o", "o", "--to", "fixed").expect(0, "2 written")
        require(set(t.read("o").decode().splitlines(True)) == records, "%s: %r" % (name, t.read("o")))
    t.run("convert", "flags.csv", "-o", "o", "--to", "fixed").expect(0, "1 written")
    # both fuels in one register; it has no suppliers, so they are given
    t.write("d0350", "ZHV|0000000007|D0350001|Z|DCCO|P|EELC|20240628093000||||OPER|\n81H|1|\n82H|1|DC01|1013044353630|A|20240603|MRCY|\nZPT|0000000007|2||1|20240628093000|\n")
    t.write("one", R)
    t.run("register", "apply", "s3", "one", "d0350").expect(0)
    both = t.run("register", "export", "s3", "--format", "csv").expect(0).out
    require("gas," in both and "electricity," in both, both)
    run, _ = converted(t, both)
    run.expect(1, "other-fuel: 1")
    run, out = converted(t, both, "--skip-invalid")
    require((run.code, out) == (1, R), run)
    values = ["--file-id", "7", "--to-participant", "EELC", "--created", "20240628093000"]
    run, out = converted(t, both, "--skip-invalid", *values, to="zhv")
    run.expect(2, "supplier_id")
    run, out = converted(t, both, "--skip-invalid", "--supplier", "MRCY", *values, to="zhv")
    require(run.code == 1 and "|1013044353630|A|20240603|MRCY|" in out and "1234567810" not in out, run)
    for name, what in [
        (t.write("d", t.run("diff", "u.dxi", "u.dxi", "--format", "csv").out), "differences"),
        (t.write("c", t.run("check", "u.dxi", "--format", "json").out), "a report"),
        (t.write("l", t.run("answer", "bad.dxi", "-o", "a", "--listed", "listed").out) and "listed", "answer --listed"),
        ("events", "events"),
    ]:
        t.run("convert", name, "-o", "o", "--to", "fixed").expect(2, name + ": ", what)


@row("6.2", "an object without a transaction type is what such a row is")
def object_without_type(t):
    line = '{"meter_point_reference":1234567810,"dcc_service_flag":"A","dcc_service_effective_from_date":20240603%s}\n'
    run, out = converted(t, line % "", name="t.jsonl")
    require((run.code, out) == (0, R), run)
    run, out = converted(t, line % ',"outcome_code":"RJ"', name="t.jsonl")
    require((run.code, out) == (0, "E46RJ1234567810A20240603\n"), run)
    point = '{"mpan_core":"1013044353630","dcc_service_flag":"A","effective_from_date":"2024-06-03","supplier_id":"MRCY"}\n'
    run, out = converted(t, point * 2, "--file-id", "7", "--to-participant", "EELC", "--created", "20240628093000", to="zhv")
    require(run.code == 0 and "|2|DC01|1013044353630|A|20240603|MRCY|" in out, run)


@row("6.3", "an output without a record is said")
def no_records(t):
    run, out = converted(t, H)
    run.expect(0, "no records: the output is empty")
    require(out == "", out)
    run, _ = converted(t, H + ",,\n\n")
    run.expect(0, "no records: the output is empty", "empty rows: 1")
    values = ["--organisation-id", "42", "--creation-date", "20240628", "--creation-time", "093000", "--generation-number", "7"]
    run, out = converted(t, H, "--envelope", "add", *values)
    run.expect(0, "no records", "header and a trailer")
    t.run("check", "-q", "o").expect(0)


@row("6.4", "every name in the counts of a command can be explained")
def explained(t):
    bad = H + "1234567810,A\n1,?,20240603\n,A,20240603\n1234567810,A,x\n"
    run, _ = converted(t, bad)
    names = [line.split(":")[0].strip() for line in run.err.splitlines() if line.startswith("  ")]
    require(len(names) >= 3, run)
    for name in names + [
        "missing-value", "malformed-row", "malformed-object", "mixed-table", "no-outcome-column", "outcome-of-update",
        "not-writable", "zero-padding", "cell-spaces", "trailing-bar", "bad-group", "after-trailer", "unknown-meter-point",
        "flag-changed", "conflicting", "invalid-file-type",
    ]:
        t.run("explain", name).expect(0, name, "What to do: ")
    t.run("explain", "nosuchname").expect(2)


def refusal(t, line, *words):
    run, _ = converted(t, H + line)
    run.expect(1, *words)


@row("10.1", "a day in another form is told the form")
def days(t):
    for day in ("03/06/2024", "3.6.2024", "45446", "20241301", "2024-06-03 00:00:00"):
        refusal(t, "1234567810,A,%s\n" % day, "`%s`" % day, "a day is YYYYMMDD or YYYY-MM-DD")


@row("10.2", "a number that a spreadsheet shortened is named")
def shortened(t):
    for number in ("1.23457E+09", "1.23457e9", "1E+09", '"1,23457E+09"'):
        refusal(t, number + ",A,20240603\n", "a spreadsheet shortened", "the digits are lost", "from the source")
    run, _ = converted(t, "mpan_core,dcc_service_flag,effective_from_date,supplier_id\n1.01304E+12,A,20240603,MRCY\n", to="csv")
    run.expect(1, "the digits are lost")


@row("10.3", "each mark of a spreadsheet in a number is named")
def marks(t):
    for cell, word in [
        ("1234567810.0", "decimal places"),
        ('"=""0000123409"""', "a formula"),
        ("'0000123409", "an apostrophe"),
        ('"1,234,567,810"', "thousands separators"),
        ("1 234 567 810", "thousands separators"),
        ("12345678101", "11 digits"),
        ('""', "the cell is empty"),
    ]:
        refusal(t, cell + ",A,20240603\n", word)


@row("10.4", "wrong check digits are counted as a warning")
def check_digits(t):
    run, _ = converted(t, H + "1234570000,A,20240603\n1234570000,A,20240604\n" + GOOD_ROW)
    run.expect(0, "mprn-check-digits: 2", "complete")
    run, _ = converted(t, H + GOOD_ROW)
    run.expect(0, absent=["check-digit"])
    run, _ = converted(t, "mpan_core,dcc_service_flag,effective_from_date,supplier_id\n1013044353631,A,20240603,MRCY\n", to="csv")
    run.expect(0, "mpan-check-digit: 1")


@row("10.5", "a row of nothing but empty cells is none")
def empty_rows(t):
    for empty in (",,\n", ' ,"",\n', ",,,,,\n", ",\n"):
        run, out = converted(t, H + GOOD_ROW + empty + empty)
        require((run.code, out) == (0, R), run)
        run.expect(0, "1 record read", "empty rows: 2")
    refusal(t, ",A,20240603\n", "the cell is empty")


@row("10.6", "names of columns as people write them, and the names that are wanted")
def people_write(t):
    run, out = converted(t, "Meter Point Reference,DCC-Service-Flag, dcc service  effective from DATE \n" + GOOD_ROW)
    require((run.code, out) == (0, R), run)
    # the names of Parquet and Arrow files
    run, out = converted(t, "Meter Point,DCC Service Flag,Effective From\n" + GOOD_ROW)
    require((run.code, out) == (0, R), run)
    run, _ = converted(t, "Meter Point Reference,DCC Service Flag,Effective Date\n" + GOOD_ROW)
    run.expect(2, "t.csv: ", "no column dcc_service_effective_from_date", "`Effective Date`")
    run, _ = converted(t, "mprn,flag,from\n" + GOOD_ROW)
    run.expect(2, "t.csv: ", "meter_point_reference", "dcc_service_flag", "dcc_service_effective_from_date")
    run, _ = converted(t, H.strip() + ",DCC Service Flag\n1234567810,A,20240603,N\n")
    run.expect(2, "dcc_service_flag twice", "`DCC Service Flag`")


@row("10.7", "a blank beside the name of a column is taken")
def blank_names(t):
    run, out = converted(t, H.replace(",", ", ") + GOOD_ROW)
    require((run.code, out) == (0, R), run)


@row("10.8", "columns without a name are told only if their cells have text")
def nameless(t):
    run, out = converted(t, H.strip() + ",,\n" + GOOD_ROW.strip() + ",,\n" + GOOD_ROW)
    require((run.code, out) == (0, R + R), run)
    run.expect(0, absent=["ignored"])
    run, _ = converted(t, H.strip() + ",,\n" + GOOD_ROW.strip() + ",x,\n")
    run.expect(0, "ignored column: (without a name)")
    run, out = converted(t, H + GOOD_ROW.strip() + ",, \n")
    require((run.code, out) == (0, R), run)


@row("10.9", "too few or too many cells are counted")
def cells(t):
    refusal(t, "1234567810,A\n", "2 cells, 3 columns")
    refusal(t, "1234567810\n", "1 cell, 3 columns")
    refusal(t, "1234567810,A,20240603,x\n", "4 cells, 3 columns")
    refusal(t, '"1234567810"x,A,20240603\n', "text after a closing quote")


@row("10.10", "a bad line of --known is shown, and the name of a column named")
def known(t):
    def said(text, *words):
        t.run("answer", "u.dxi", "-o", "a", "--known", t.write("known.csv", text)).expect(2, "known.csv: ", *words)

    said("MPRN\n1234567810\n", "line 1", "`MPRN`", "name of a column")
    said("1234567810\n12345678x\n", "line 2", "`12345678x`")
    said("12345678901\n", "11 digits")
    run = t.run("answer", "u.dxi", "-o", "a", "--mask", "--known", t.write("known.csv", "12345678901\n"))
    run.expect(2, "line 1", absent=["12345678901"])


@row("11.1", "an empty or unrecognised file is named")
def named(t):
    t.write("empty", "")
    t.write("x", "hello\n")
    for name in ("empty", "x"):
        for command in (
            ["diff", "u.dxi", name], ["diff", name, "u.dxi"], ["fix", name], ["convert", name, "-o", "o", "--to", "csv"],
            ["answer", name, "-o", "o"], ["merge", name, name, "-o", "o"], ["register", "apply", "s", name], ["summary", name],
            ["roundtrip", name],
        ):
            run = t.run(*command)
            run.expect(2)
            require(run.err.startswith("flagflow: %s: " % name), run)
    t.run("diff", "empty", "-", stdin=trial.GOOD).expect(2, "flagflow: empty: ")
    t.run("diff", "u.dxi", "-").expect(2, "flagflow: standard input: ")


@row("11.2", "- is standard input, once")
def once(t):
    for command in (
        ["diff", "-", "-"], ["check", "-", "-"], ["summary", "-", "u.dxi", "-"], ["merge", "-", "-", "-o", "o"],
        ["merge", "u.dxi", "-", "--reasons", "-", "-o", "o"], ["register", "apply", "s", "-", "-"], ["answer", "-", "--known", "-", "-o", "o"],
        ["check", "-", "--previous", "-"], ["check", "-", "--baseline", "-"],
    ):
        t.run(*command, stdin=trial.GOOD).expect(2, "- can be given only once")
    t.run("diff", "u.dxi", "-", stdin=trial.GOOD).expect(0)


@row("15.3", "the ending of the output is its format")
def ending(t):
    t.run("convert", "u.dxi", "-o", "x.csv").expect(0, "fixed to csv")
    t.run("convert", "u.dxi", "-o", "x.JSONL").expect(0, "fixed to jsonl")
    t.run("convert", "x.csv", "-o", "x.uklink").expect(0, "csv to uklink")
    t.run("convert", "u.dxi", "-o", "y.csv", "--to", "jsonl").expect(0, "fixed to jsonl")
    for name in ("x", "x.txt", "x.csv.gz", "-"):
        t.run("convert", "u.dxi", "-o", name).expect(2, "--to", "csv", "jsonl", "zhv")


@row("16.6", "a table has no formula if that is asked for, and comes back")
def formulas(t):
    name = t.write("=1+1.dxi", trial.GOOD)
    t.run("register", "apply", "s", name, "--changes-to", "c.csv", "--changes-format", "csv", "--csv-safe").expect(0)
    t.run("register", "export", "s", "--format", "csv", "-o", "e.csv", "--csv-safe").expect(0)
    for table in ("c.csv", "e.csv"):
        text = t.read(table).decode()
        require("'=1+1.dxi" in text and ",=1" not in text and "\n=1" not in text, text)
    run = t.run("generate", "--flow", "d0351", "--records", "3", "--seed", "2", "-o", "d")
    run.expect(0)
    lines = t.read("d").decode().splitlines(True)
    at = next(at for at, line in enumerate(lines) if "|DC11|" in line)
    fields = lines[at].split("|")
    lines[at] = "|".join(fields[:-2] + ["@SUM"] + fields[-1:])
    t.write("d", "".join(lines))
    t.run("convert", "d", "-o", "plain.csv").expect(0)
    t.run("convert", "d", "-o", "safe.csv", "--csv-safe").expect(0)
    require(",@SUM" in t.read("plain.csv").decode() and ",'@SUM" in t.read("safe.csv").decode(), t.read("safe.csv"))
    t.run("convert", "safe.csv", "-o", "again.csv", "--csv-safe").expect(0)
    t.run("convert", "safe.csv", "-o", "back.jsonl", "--csv-safe").expect(0)
    require(t.read("again.csv") == t.read("safe.csv") and b'"@SUM"' in t.read("back.jsonl"), t.read("back.jsonl"))


@row("16.11", "whatever could be a meter point is masked")
def masked(t):
    def hides(run, secret):
        require(secret not in run.out + run.err, run)

    columns = H.strip() + ",1234567810\n1234567810,A,20240603,x\n"
    run, _ = converted(t, columns)
    run.expect(0, "ignored column: 1234567810")
    run, _ = converted(t, columns, "--mask")
    run.expect(0, "ignored column: ")
    hides(run, "1234567810")
    run, _ = converted(t, '{"meter_point_reference":1,"dcc_service_flag":"A","dcc_service_effective_from_date":20240603,"1234567810":1}\n', "--mask", name="t.jsonl")
    hides(run, "1234567810")
    run, _ = converted(t, "meter_point_reference,1234567810,flag\n", "--mask")
    hides(run, "1234567810")
    run, _ = converted(t, H + "1234567810,123409,20240603\n", "--mask")
    hides(run, "123409")
    t.run("generate", "--flow", "d0350", "--records", "2", "-o", "d").expect(0)
    lines = t.read("d").decode().splitlines(True)
    fields = lines[-1].split("|")
    lines[-1] = "|".join(fields[:-2] + ["22276543210987"] + fields[-1:])
    t.write("d", "".join(lines))
    for form in ("text", "json", "github"):
        run = t.run("check", "--mask", "--format", form, "d")
        hides(run, "22276543210987")
        hides(run, "2765432109")
    for form in ("sarif", "html", "junit"):
        t.run("check", "-q", "--mask", "d", "--report", "%s=r" % form)
        require(b"22276543210987" not in t.read("r"), form)
    t.run("check", "-q", "--mask", "d", "--reasons-to", "j")
    require(b"22276543210987" not in t.read("j"), t.read("j"))
    for command in (["fix", "--mask", "d", "-o", "o"], ["fix", "--mask", "--format", "json", "d", "-o", "o"], ["convert", "--mask", "d", "-o", "o.csv"], ["roundtrip", "--mask", "d"], ["merge", "--mask", "d", "d", "-o", "o"], ["answer", "--mask", "d", "-o", "o"]):
        hides(t.run(*command), "22276543210987")

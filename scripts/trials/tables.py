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
    """What `merge` makes of the accepted part of bad.dxi, or of another file, and a corrected file."""
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
    # with --quiet nothing is said, and without the reasons the same is left out
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

"""Rows about names and values in text, reports of many findings, and the first hour."""

import collections
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios

from trial import A, BAD, COLUMNS, GOOD, R, R2, Skipped, Z, require, row

# Possible content of a name: a forged line, a workflow command, a terminal command, a C1 control, an override of
# the direction of text, and bytes that are not UTF-8.
EVIL = b"z\nother.dxi: PASSED: 0 errors\n::error::x\r\x1b[2J\x7f\xc2\x9b\xe2\x80\xae\xff.dxi"
SHOWN = (
    rb"z\x0Aother.dxi: PASSED: 0 errors\x0A::error::x\x0D\x1B[2J\x7F\xC2\x9B\xE2\x80\xAE\xFF.dxi"
)


def output(t, *arguments, stdin=b""):
    """Runs the command and requires that both streams are plain lines of text, with nothing forged."""
    done = subprocess.run(
        [t.flagflow, *arguments], cwd=t.folder, input=stdin, capture_output=True, timeout=120
    )
    for stream in (done.stdout, done.stderr):
        said = "%r: %r" % (arguments, stream)
        try:
            text = stream.decode("utf-8")
        except UnicodeDecodeError:
            require(False, "not UTF-8: " + said)
        for character in text.replace("\n", ""):
            require(character.isprintable(), "%r as it is: %s" % (character, said))
        for line in text.split("\n"):
            require(not line.startswith(("other.dxi", "::error::x")), "a forged line: " + said)
    require(done.returncode != 101, "a panic: %r" % done.stderr)
    return done


def evil(t, content, name=EVIL):
    with open(t.path(name), "wb") as file:
        file.write(content)
    return name


@row("12.1", "a name cannot forge a verdict, a workflow command or a terminal command")
def forged(t):
    name = evil(t, R)
    for options in ([], ["-q"], ["--format", "github"], ["--format", "json"], ["--report", "text=-"], ["--mask"]):
        done = output(t, "check", *options, name)
        require(b"other.dxi" in done.stdout, "the name is not there: %r" % done.stdout)
    require(output(t, "check", "-q", name).stdout.startswith(SHOWN + b": PASSED"), "not as bytes")
    name = evil(t, b"not recognised\n")
    for form in ("text", "json", "github"):
        done = output(t, "check", "--format", form, name)
        require(done.returncode == 2 and SHOWN in done.stderr, "%r" % done.stderr)
    name = evil(t, BAD)
    output(t, "check", name, "--format", "github", "--max-samples", "0")


@row("12.2", "a file's name is one name in every report, whatever bytes it has")
def same_name(t):
    folder = t.path("in")
    os.mkdir(folder)
    evil(t, BAD, b"in/" + EVIL)
    first = t.run("check", "--format", "json", "in")
    require(first.json()[0]["file"] == "in/" + SHOWN.decode(), first)
    t.write("base.json", first.out)
    again = t.run("check", "--format", "json", "--baseline", "base.json", "in")
    require(again.json()[0]["findings"] == [], again)
    t.run("check", "-q", "in", "--report", "sarif=o.sarif").expect(1)
    require(b"z%0Aother.dxi" in t.read("o.sarif") and b"%FF.dxi" in t.read("o.sarif"), t.read("o.sarif"))


@row("12.3", "no command prints a name as it is")
def commands(t):
    good = evil(t, GOOD, b"g" + EVIL)
    bad = evil(t, BAD, b"b" + EVIL)
    junk = evil(t, b"junk\n", b"j" + EVIL)
    gone, folder = b"n" + EVIL, b"d" + EVIL
    os.mkdir(t.path(folder))
    out, state = b"o" + EVIL, b"s" + EVIL
    for name in (good, bad, junk, gone, folder):
        for command in (
            ["check", name, "--report", b"html=" + folder],
            ["check", "-q", name, "--accepted-to", out, "--rejected-to", out],
            ["check", "-q", name, "--accepted-to", out, "--rejected-to", b"r" + EVIL],
            ["check", name, "--config", name],
            ["check", "u.dxi", "--config", name],
            ["check", "u.dxi", "--baseline", name],
            ["check", "u.dxi", "--profile", name],
            ["check", "u.dxi", "--previous", name],
            ["summary", name],
            ["summary", "--format", "json", name],
            ["fix", name],
            ["fix", name, "--format", "json"],
            ["fix", name, "-o", folder],
            ["fix", name, "--in-place"],
            ["convert", name, "-o", out, "--to", "csv"],
            ["convert", name, "-o", folder, "--to", "csv"],
            ["convert", "u.dxi", "-o", out, "--to", "csv", "--profile", name],
            ["merge", name, name, "-o", b"m" + EVIL],
            ["merge", "u.dxi", name, "-o", folder],
            ["answer", name, "-o", out],
            ["answer", "u.dxi", "-o", out, "--known", name],
            ["answer", "u.dxi", "-o", out, "--reasons", name],
            ["diff", name, "u.dxi"],
            ["diff", "u.dxi", name, "-o", folder],
            ["roundtrip", name],
            ["generate", "--flow", "e45", "--records", "1", "-o", folder],
            ["register", "apply", state, name],
            ["register", "apply", state, name, "--format", "json", "--changes-to", "-"],
            ["register", "apply", name, "u.dxi"],
            ["register", "apply", state, "u.dxi", "--changes-to", folder],
            ["register", "files", state],
            ["register", "files", "--format", "json", state],
            ["register", "history", state, "1234567810"],
            ["register", "history", state, "1234567810", "--format", "json"],
            ["register", "query", state, "1234567810"],
            ["register", "export", state],
            ["register", "check", state],
            ["register", "files", name],
            ["register", "files", b"x" + EVIL],
            ["status", "flags", name],
            ["status", "why", name, "1234567810"],
            ["status", "compare", name],
            ["notify", "add", b"t" + EVIL, name],
            ["notify", "add", name, name],
            ["notify", "answers", b"t" + EVIL, name],
            ["notify", "run", b"t" + EVIL, "--out", name, "--organisation-id", "1"],
            ["profile", "check", name],
            ["watch", "--once", name, "--log", b"l" + EVIL],
            ["watch", "--once", "--settle", "0", name],
            ["watch", "--once", name, "--log", name + b"/l"],
            ["man", name],
            ["explain", name],
            ["completions", name],
            [name],
        ):
            output(t, *command)
    os.mkdir(t.path("in"))
    for content in (GOOD, BAD, b"junk\n"):
        evil(t, content, b"in/" + content[:1] + EVIL)
    output(t, "watch", "--once", "--settle", "0", "in")


@row("12.4", "what is wrong with an argument is said without its control characters")
def arguments(t):
    value = "x\x1b[2J\n::error::x\u202e"
    for command in (
        ["check", "u.dxi", "--edition", value],
        ["check", "u.dxi", "--flow", value],
        ["check", "u.dxi", "--ignore", value],
        ["check", "u.dxi", "--severity", value],
        ["check", "u.dxi", "--as-of", value],
        ["check", "u.dxi", "--report", value],
        ["check", "u.dxi", "--report", "html=" + value + "/x"],
        ["check", "u.dxi", "--max-line", value],
        ["check", "u.dxi", "--" + value],
        ["convert", "u.dxi", "-o", "o", "--to", value],
        ["generate", "--flow", "e45", "--records", value],
        ["register", "query", "state", value],
        [value],
    ):
        done = output(t, *command)
        require(done.returncode == 2, "%r: %r" % (command, done))
        require(rb"\x1B[2J\x0A::error::x" in done.stderr, "%r: %r" % (command, done.stderr))


@row("12.5", "no byte of a file reaches the terminal as it is")
def values(t):
    files = [GOOD, BAD]
    files.append(b'"A00",42,"DXI",20240628,093000,7\n"E45",1234567810,"A",20240603\n"Z99",1\n')
    files.append(t.run("generate", "--flow", "d0350", "--records", "2", "-o", "-").out.encode())
    for content in files:
        for at in range(0, len(content), 7):
            for bad in (b"\x1b", b"\n::error::x", b"\xc2\x9b", b"\r"):
                t.write("v.dxi", content[:at] + bad + content[at + 1 :])
                for form in ("text", "github"):
                    output(t, "check", "--format", form, "v.dxi")
        t.write("v.dxi", content[:40] + b"\x1b\xff\r" + content[43:])
        output(t, "fix", "v.dxi")
        output(t, "diff", "v.dxi", "u.dxi")
        output(t, "roundtrip", "v.dxi")
        output(t, "convert", "v.dxi", "--to", "csv", "-o", "o.csv")
        output(t, "answer", "v.dxi", "-o", "o.dxi")
    for head in (b"a\x1b[2J,", b'"x\n::error::x",', b"\xff,"):
        t.write("t.csv", head + COLUMNS + b"1,1234567810,A,2024\x1b0603\n")
        output(t, "convert", "t.csv", "--to", "fixed", "-o", "o.dxi")
    for text in ('ignore = ["x\\u001b[2J\\n::error::x"]', '"k\\u001b\\n::error::x" = 1', "\x1b", '[sender."\\u001b"]\nx=1'):
        t.write("c.toml", text)
        output(t, "check", "--config", "c.toml", "u.dxi")
    for text in (b'{"type":"x\\u001b\\n::error::x"}\n', b"a\x1b,b\n1,2\n", b"\xff\n"):
        for name in ("e.jsonl", "e.csv"):
            t.write(name, text)
            output(t, "status", "flags", name)


@row("4.1", "a SARIF run has at most 5,000 results, and never more than 25,000")
def sarif_results(t):
    for seed in range(1, 31):
        name = "d/%d.dxi" % seed
        t.write(name, b"")
        t.run("generate", "--flow", "e45", "--records", "3000", "--invalid", "0.9", "--seed", str(seed), "-o", name)
    t.write("d/late.dxi", R[:13] + b"?" + R[14:])
    for options, most in ((), 5000), (("--max-samples", "0"), 25000), (("--max-samples", "2000"), 25000):
        t.run("check", "-q", "--severity", "duplicate-meter-point=note", "d", "--report", "sarif=o.sarif", *options)
        run = json.loads(t.read("o.sarif"))["runs"][0]
        results = run["results"]
        require(most * 9 // 10 <= len(results) <= most, "%d results with %r" % (len(results), options))
        shown = collections.Counter(result["level"] for result in results)
        files = [artifact["properties"]["flagflow"] for artifact in run["artifacts"]]
        totals = sum(sum(file["totals"].values()) for file in files)
        told = sum(
            int(words[1]) - int(words[5])
            for words in (n["message"]["text"].split() for n in run["invocations"][0]["toolExecutionNotifications"])
        )
        require(len(results) + told == totals, "%d results, %d told, %d in all" % (len(results), told, totals))
        late = [r for r in results if "late" in r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]]
        require(any(result["level"] == "error" for result in late), "no error of the last file: %r" % shown)


@row("16.5", "--max-samples 0 is all, in every command")
def all_samples(t):
    bad = A + b"E451234567810?20240603\n" * 150 + Z
    t.write("many.dxi", bad)
    for command in (
        ["check", "many.dxi"],
        ["fix", "many.dxi"],
        ["convert", "many.dxi", "--to", "csv", "-o", "o.csv"],
        ["answer", "many.dxi", "-o", "o.dxi"],
        ["diff", "many.dxi", "u.dxi"],
        ["merge", "u.dxi", "many.dxi", "-o", "o.dxi"],
    ):
        run = t.run(*command, "--max-samples", "0")
        text = run.out + run.err
        require("more\n" not in text, run)
        require(sum("flag" in line for line in text.splitlines()) >= 150, run)
    t.write("short.txt", (b"E451234567810A20240603\r\n" + b"E451234567810A20240603\n") * 100)
    run = t.run("fix", "short.txt", "--max-samples", "0")
    require(len([line for line in run.out.splitlines() if "line-ending" in line or "line-end" in line]) >= 100, run)


@row("16.14", "a report with a bound holds no more than it shows")
def bounded(t):
    line = b"E451234567810?20240603\n"
    t.write("few.dxi", line * 1000)
    t.write("many.dxi", line * 1000000)
    for form in ("html", "sarif"):
        used = []
        for name in ("few.dxi", "many.dxi"):
            script = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL);"
            script += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
            options = ["--no-cross-record", "--max-samples", "0", "-q", "--report", form + "=o"]
            done = subprocess.run(
                [sys.executable, "-c", script, t.flagflow, "check", name, *options], cwd=t.folder, capture_output=True
            )
            used.append(int(done.stdout) // 1024)
        require(used[1] < used[0] + 64, "%s: %d MiB and %d MiB" % (form, *used))


def terminal(t, *arguments, columns=60):
    """Returns the output of the command on a terminal with this number of columns."""
    child, side = pty.fork()
    if child == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.chdir(t.folder)
        os.execve(t.flagflow, ["flagflow", *arguments], {"NO_COLOR": "1", "TERM": "xterm"})
    shown = b""
    while True:
        try:
            piece = os.read(side, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.waitpid(child, 0)
    return shown.decode("utf-8", "backslashreplace").replace("\r\n", "\n")


@row("15.1", "own reports below a folder are left out; --include, --exclude")
def own_reports(t):
    t.write("in/u.dxi", GOOD)
    t.write("in/bad.dxi", BAD)
    t.run("watch", "--once", "--settle", "0", "in", "--log", "log").expect(1)
    t.write("in/log", t.read("log"))
    t.run("check", "-q", "in").expect(1, "in/accepted/u.dxi: PASSED", "in/rejected/bad.dxi: FAILED", absent=["report.json:"])
    t.run("summary", "in").expect(0)
    forms = ["html", "sarif", "junit", "json", "text", "github"]
    reports = [word for form in forms for word in ("--report", "%s=in/o.%s" % (form, form))]
    t.run("check", "-q", "in/accepted/u.dxi", "in/rejected/bad.dxi", *reports).expect(1)
    t.run("check", "-q", "in").expect(1)
    t.run("check", "-q", "in", "--include", "u.*").expect(0, absent=["bad.dxi"])
    t.run("check", "-q", "in", "--exclude", "rejected").expect(0, absent=["bad.dxi"])
    t.run("check", "-q", "in", "--include", "*.dxi", "--exclude", "rejected/*").expect(0)
    t.run("register", "apply", "state", "in", "--exclude", "rejected").expect(0, "applied as file 1", absent=["file 2"])
    t.run("check", "-q", "in", "--include", "none*").expect(2, "no files in this folder")
    t.write("in/junk.json", '{"schema":"another/1"}\n')
    t.run("check", "-q", "in").expect(2, "junk.json")
    t.write("out/u.dxi", GOOD)
    for _ in range(2):
        t.run("check", "-q", "out", "--report", "json=out/report.json").expect(0)
    t.run("check", "-q", "out", "--report", "json=out/u.dxi").expect(2, "is the file that is read")


@row("15.4", "on a terminal the summary comes first, and --summary prints it alone")
def summary_first(t):
    t.write("many.dxi", A + b"E451234567810?20240603\n" * 15 + Z)
    shown = terminal(t, "check", "many.dxi")
    require(0 <= shown.find("verdict") < shown.find("unknown-flag]"), shown)
    require(shown.rstrip().endswith("0 notes"), shown)
    alone = t.run("check", "--summary", "many.dxi").expect(1, "verdict   FAILED: 16 errors", absent=["-->"])
    require(len(alone.out.splitlines()) < 12, alone)


@row("15.5", "numbers are grouped, a speed of nothing is not told, one thing is no plural, one form of time")
def numbers(t):
    t.run("generate", "--flow", "e45", "--records", "12345", "-o", "big.dxi").expect(0)
    t.run("check", "big.dxi").expect(0, "records   12,345, accepted 12,345", absent=["12345,"])
    t.run("summary", "big.dxi").expect(0, "12,345 records: 12,345 accepted")
    t.run("check", "--format", "json", "big.dxi").expect(0, '"records":12345')
    t.run("check", "u.dxi").expect(0, absent=["speed"])
    t.write("one.dxi", A + R + b"Z990000000001\n")
    for command in (
        ["summary", "one.dxi"],
        ["diff", "one.dxi", "u.dxi"],
        ["register", "apply", "state", "one.dxi"],
        ["register", "export", "state", "--format", "csv"],
        ["register", "check", "state"],
        ["register", "files", "state"],
        ["convert", "one.dxi", "--to", "csv", "-o", "o.csv"],
        ["answer", "one.dxi", "-o", "o.dxi"],
        ["roundtrip", "one.dxi"],
        ["check", "one.dxi", "--accepted-to", "a.dxi"],
    ):
        run = t.run(*command)
        words = (run.out + run.err).replace("accepted record", "record")
        require(not re.search(r"\b1 (records|meter points|files|points|updates)\b", words), run)
    files = t.run("register", "files", "state").expect(0, "2024-06-28 09:30:00", absent=["20240628093000"])
    require(re.search(r"applied \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", files.out), files)


@row("15.6", "tables and notes are wrapped to the terminal")
def wrapped(t):
    t.write("a long name of a file to be applied in a register.dxi", GOOD)
    t.run("register", "apply", "state", "a long name of a file to be applied in a register.dxi").expect(0)
    for command in (
        ["rules"],
        ["explain", "duplicate-meter-point", "wrong-file-type"],
        ["register", "files", "state"],
        ["check", "--max-samples", "1", "bad.dxi"],
    ):
        for columns in (60, 80, 100):
            shown = terminal(t, *command, columns=columns)
            widest = max(len(line) for line in shown.split("\n"))
            require(0 < widest <= columns, "%d of %d columns:\n%s" % (widest, columns, shown))
    t.run("generate", "--flow", "d0350", "--distributor", "all", "--records", "500", "-o", "a.usr").expect(0)
    shown = t.run("summary", "--ascii", "--width", "40", "a.usr").expect(0).out
    for part in shown.split("\n\n")[1:]:
        bars = {line.split("%")[1].strip() for line in part.splitlines() if "%" in line}
        require(len(bars - {""}) > 1 or len(part.splitlines()) < 3 or max(map(len, bars)) > 2, shown)
    require(max(len(line) for line in shown.splitlines() if "%" in line) <= 40, shown)


@row("15.7", "files that are equal are told so first; what is left out is in the order of lines, with the lines")
def equal(t):
    point = b"E451234567810%c20240603\n"
    bad = A + point % b"A" + point % b"N" + b"E450000123409?20240604\n" + R2 + b"E450000123409A20240604\n" + Z
    t.write("x.dxi", bad)
    t.write("y.dxi", bad)
    for options in ([], ["-q"], ["--format", "csv"], ["--format", "json"], ["-o", "o.txt"]):
        run = t.run("diff", "x.dxi", "y.dxi", *options).expect(0, "equal")
    first = t.run("diff", "x.dxi", "y.dxi").out.splitlines()[0]
    require(first.startswith("equal"), first)
    t.write("z.dxi", bad.replace(b"09A2024", b"09I2024"))
    run = t.run("diff", "x.dxi", "z.dxi").expect(2, absent=["equal"])
    lines = [line for line in run.err.splitlines() if line.startswith("left out: old line")]
    require([int(line.split()[4].rstrip(":")) for line in lines] == [3, 4, 6], run)
    run.expect(2, "old line 3: conflicting-update: E451234567810N20240603", "new line 6: conflicting-update: E45")
    t.run("diff", "x.dxi", "z.dxi", "--mask").expect(2, absent=["1234567810", "123409"])
    t.run("diff", "x.dxi", "z.dxi", "--max-samples", "1").expect(2, "old line 3", absent=["old line 4", "old line 6"])


@row("15.8", "names in any case, only near names, sizes, JSON and $SHELL")
def names(t):
    t.run("explain", "nosuchrule").expect(2, "nosuchrule", absent=["instruction-number"])
    t.run("explain", "unkown-flag").expect(2, "unknown-flag")
    t.run("check", "-q", "u.dxi", "--ignore", "unkown-flag").expect(2, "unknown-flag?")
    t.run("explain", "Unknown-Flag").expect(0)
    for options in (
        ["--edition", "MP077"],
        ["--flow", "E45"],
        ["--flow", "gas"],
        ["--layout", "FIXED"],
        ["--format", "JSON"],
        ["--fail-on", "Error"],
        ["--ignore", "UNKNOWN-FLAG"],
        ["--severity", "Empty-Line=ERROR"],
        ["--report", "HTML=o.html"],
    ):
        t.run("check", "u.dxi", *options).expect(0)
    t.run("check", "-q", "--flow", "electricity", "u.dxi").expect(2)
    t.run("convert", "u.dxi", "--to", "CSV", "-o", "o.csv").expect(0)
    t.run("diff", "u.dxi", "u.dxi", "--format", "CSV").expect(0)
    t.run("fix", "u.dxi", "--only", "Count").expect(0)
    made = t.run("generate", "--flow", "GAS", "--records", "1k").expect(0).out
    require(len(made.splitlines()) == 1000, len(made.splitlines()))
    rules = t.run("rules", "--format", "json").expect(0).json()
    require({"rule", "severity", "summary"} <= set(rules[0]) and len(rules) > 30, rules[0])
    run = t.run("completions", env={"SHELL": "/bin/bash"}).expect(0, "_flagflow()")
    require(run.out == t.run("completions", "bash").out, "not those of bash")
    t.run("completions", env={"SHELL": "/bin/none"}).expect(2, "SHELL")


@row("15.9", "the first file that the README checks passes")
def readme(t):
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    with open(os.path.join(root, "README.md"), encoding="utf-8") as page:
        commands = re.findall(r"^(?:cargo run .* -- |flagflow )(check .*)", page.read(), re.MULTILINE)
    require(commands, "no command")
    words = commands[0].split()
    first = [os.path.join(root, word) if word.startswith("testdata/") else word for word in words]
    t.run(*first).expect(0, "PASSED")


@row("15.10", "the release binary is stripped")
def stripped(t):
    size = os.path.getsize(t.flagflow)
    if "/debug/" in t.flagflow:
        raise Skipped("a debug build")
    require(size < 20_000_000, "%d bytes" % size)


@row("12.6", "what is escaped is escaped once, and profiles and policies are no exception")
def once(t):
    t.write("junk", b"\x1b[2Jjunk\n")
    t.run("check", "junk").expect(2, r'"\x1B[2Jjunk"', absent=[r"\\x1B"])
    profile = t.run("profile", "show").out
    t.write("p.toml", re.sub(r'(?m)^name = ".*"', r'name = "x\\u001b[2J\\n::error::x"', profile))
    done = output(t, "profile", "check", "p.toml")
    require(rb"x\x1B[2J\x0A::error::x" in done.stdout and done.returncode == 0, "%r" % done)
    t.write("c.toml", '[sender."0000000042"]\nignore = ["empty-line"]\n')
    os.rename(t.path("c.toml"), t.path(b"c" + EVIL))
    for form in ("text", "github"):
        output(t, "check", "--format", form, "--config", b"c" + EVIL, "bad.dxi")
    done = output(t, "check", "--config", b"c" + EVIL, "bad.dxi")
    require(b"policy    c" + SHOWN + b", sender 0000000042" in done.stdout, "%r" % done.stdout)
    output(t, "man", "x\x1b")
    output(t, "check", "u.dxi", "--ignore", "x\x1b\n::error::x")

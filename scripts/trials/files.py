"""Rows about what is read and what is written: outputs, permissions, changes under way, policies."""

import json
import os
import signal
import subprocess
import time

from trial import A, BAD, GOOD, R, Skipped, require, row

READ = "is the file that is read"
TWICE = "is given for two outputs"
REGISTER = "is a file of the register"


def everything(t):
    """Names and bytes of all files of the trial."""
    found = {}
    for folder, _, names in os.walk(t.folder):
        for name in names:
            path = os.path.join(folder, name)
            found[path] = None
            if os.path.exists(path):
                with open(path, "rb") as file:
                    found[path] = file.read()
    return found


def refused(t, words, *arguments, **options):
    """Requires exit 2, the words, and every file as it was."""
    before = everything(t)
    run = t.run(*arguments, **options).expect(2, words)
    require(everything(t) == before, "something was written\n%s" % run)


def spellings(t, name):
    """Returns other names of a file: an indirect path, a symbolic link, a hard link."""
    os.makedirs(t.path("round"), exist_ok=True)
    yield name
    yield "./" + name
    yield "round/../" + name
    os.symlink(os.path.join(t.folder, name), t.path("symbolic"))
    yield "symbolic"
    os.link(t.path(name), t.path("hard"))
    yield "hard"


def mode(t, name):
    return os.stat(t.path(name)).st_mode & 0o777


@row("1.1", "register export leaves the register alone")
def export_on_state(t):
    t.run("register", "apply", "s", "u.dxi").expect(0)
    for output in spellings(t, "s"):
        refused(t, REGISTER, "register", "export", "s", "-o", output, "--format", "csv")
    for beside in ("s-wal", "s-shm", "s-journal"):
        refused(t, REGISTER, "register", "export", "s", "-o", beside, "--format", "jsonl")
    t.run("register", "query", "s", "1234567810").expect(0, "A")


@row("1.1b", "register export --format e45 leaves the register alone; a file that was applied is like any other")
def export_e45(t):
    t.run("register", "apply", "s", "u.dxi").expect(0)
    refused(t, REGISTER, "register", "export", "s", "-o", "s", "--format", "e45")
    t.run("register", "export", "s", "-o", "u.dxi", "--format", "csv").expect(0)


@row("1.2", "register apply --changes-to is no file of updates and not the register")
def changes(t):
    for output in spellings(t, "u.dxi"):
        refused(t, READ, "register", "apply", "s", "u.dxi", "--changes-to", output, "--changes-format", "csv")
    require(not t.exists("s"), "a register was made")
    t.run("register", "apply", "s", "u.dxi").expect(0)
    refused(t, REGISTER, "register", "apply", "s", "u.dxi", "--changes-to", "s")
    refused(t, REGISTER, "register", "apply", "new", "u.dxi", "--changes-to", "new")
    refused(t, REGISTER, "register", "apply", "u.dxi", "u.dxi")
    t.write("in/u.dxi", GOOD)
    refused(t, READ, "register", "apply", "s", "in", "--changes-to", "in/u.dxi")


@row("1.3", "check --report is no file that is checked")
def report(t):
    for output in spellings(t, "bad.dxi"):
        refused(t, READ, "check", "-q", "bad.dxi", "--report", "json=" + output)
    refused(t, READ, "check", "-q", "u.dxi", "bad.dxi", "--report", "html=u.dxi")
    t.write("in/u.dxi", GOOD)
    refused(t, READ, "check", "-q", "in", "--report", "json=in/u.dxi")


@row("1.4", "answer --listed is not what is answered")
def listed(t):
    for output in spellings(t, "bad.dxi"):
        refused(t, READ, "answer", "bad.dxi", "-o", "o", "--listed", output)


@row("1.5", "answer -o is not what is answered, nor a file that it is answered by")
def answer(t):
    for output in spellings(t, "u.dxi"):
        refused(t, READ, "answer", "u.dxi", "-o", output)
    t.write("known", "1234567810\n")
    t.write("reasons.toml", 'default = "CODE0001"\n')
    refused(t, READ, "answer", "u.dxi", "-o", "known", "--known", "known")
    refused(t, READ, "answer", "u.dxi", "-o", "reasons.toml", "--reasons", "reasons.toml")


@row("1.6", "diff -o is neither file")
def diff(t):
    t.write("bad2.dxi", BAD.replace(b"?", b"A"))
    for output in ("bad2.dxi", *spellings(t, "u.dxi")):
        refused(t, READ, "diff", "u.dxi", "bad2.dxi", "-o", output)


@row("1.7", "convert -o is not what is converted")
def convert(t):
    for output in spellings(t, "bad.dxi"):
        refused(t, READ, "convert", "--skip-invalid", "bad.dxi", "-o", output, "--to", "fixed")
    refused(t, READ, "convert", "u.dxi", "-o", "u.dxi", "--to", "csv")


@row("1.8", "check --previous is no output")
def previous(t):
    for option in ("--accepted-to", "--rejected-to", "--reasons-to"):
        refused(t, READ, "check", "-q", "--previous", "u.dxi", "bad.dxi", option, "u.dxi")
        refused(t, READ, "check", "-q", "bad.dxi", option, "bad.dxi")


@row("1.9", "answer -o and --listed are two files")
def answer_twice(t):
    refused(t, TWICE, "answer", "bad.dxi", "-o", "o", "--listed", "./o")


@row("1.10", "a report and a part are two files")
def report_and_part(t):
    refused(t, TWICE, "check", "-q", "bad.dxi", "--report", "json=o", "--accepted-to", "o")
    refused(t, TWICE, "check", "-q", "bad.dxi", "--report", "json=o", "--report", "html=./o")
    os.symlink("o", t.path("dangling"))
    refused(t, TWICE, "check", "-q", "bad.dxi", "--report", "json=o", "--reasons-to", "dangling")


@row("1.11", "standard output is not added to a file that is read")
def standard_output(t):
    for arguments in (["convert", "u.dxi", "-o", "-", "--to", "fixed"], ["check", "u.dxi"], ["summary", "u.dxi"]):
        before = everything(t)
        with open(t.path("u.dxi"), "ab") as out:
            done = subprocess.run([t.flagflow, *arguments], cwd=t.folder, stdout=out, stderr=subprocess.PIPE)
        require(done.returncode == 2 and READ in done.stderr.decode(), "%s: %s" % (arguments, done))
        require(everything(t) == before, "something was written")
    with open(t.path("u.dxi"), "rb") as file:
        run = subprocess.run(
            [t.flagflow, "convert", "-", "-o", "u.dxi", "--to", "csv"], cwd=t.folder, stdin=file, capture_output=True
        )
    require(run.returncode == 2 and t.read("u.dxi") == GOOD, "standard input was replaced: %s" % run)
    t.write("in/u.dxi", GOOD)
    watch = [t.flagflow, "watch", "--once", "--settle", "0", "."]
    with open(t.path("in/log"), "wb") as out:
        done = subprocess.run(watch, cwd=t.path("in"), stdout=out, stderr=subprocess.PIPE)
    require(done.returncode == 2 and t.exists("in/u.dxi"), "a log in the folder: %s" % done)
    os.remove(t.path("in/log"))
    with open(t.path("log"), "wb") as out:
        done = subprocess.run(watch, cwd=t.path("in"), stdout=out, stderr=subprocess.PIPE)
    require(done.returncode == 0 and b"accepted" in t.read("log"), "a log beside the folder: %s" % done)
    t.run("convert", "u.dxi", "-o", "/dev/null", "--to", "csv").expect(0)
    t.run("check", "bad.dxi", "--report", "json=/dev/null", "--report", "html=/dev/null").expect(1)


@row("1.12", "merge and notify run leave their inputs alone")
def merge_and_run(t):
    t.run("check", "-q", "bad.dxi", "--accepted-to", "a", "--rejected-to", "r", "--reasons-to", "w").expect(1)
    for name in ("a", "r", "w"):
        refused(t, READ, "merge", "a", "r", "--reasons", "w", "-o", name)
    t.write("out/E45-000001.txt", b"")
    t.run("notify", "add", "out/E45-000001.txt", "-", stdin=b"").expect(0)
    refused(t, REGISTER, "notify", "run", "out/E45-000001.txt", "--out", "out", "--organisation-id", "1")


@row("5.1", "names of unfinished uploads are left alone, in any case")
def unfinished(t):
    names = ["a.tmp", "b.DXI.TMP", "c.Part", "d.FILEPART", "e.dxi.crdownload", "f.Partial", "g.swp", "h.dxi~"]
    for name in names:
        t.write("in/" + name, GOOD)
    t.run("watch", "--once", "--settle", "0", "in").expect(0)
    for name in names:
        require(t.exists("in/" + name), "%s was taken" % name)
    os.rename(t.path("in/b.DXI.TMP"), t.path("in/b.DXI"))
    t.run("watch", "--once", "--settle", "0", "in").expect(0, "accepted")
    require(t.exists("in/accepted/b.DXI"), "the finished upload was not taken")


def policy_of(t, *arguments, **options):
    """The policies that the lines of JSON name."""
    return [line["policy"] for line in t.run(*arguments, **options).json()]


@row("16.1", "a policy in a folder that is judged or watched is not taken")
def delivered_policy(t):
    t.write("inbox/flagflow.toml", 'ignore = ["unknown-flag"]\n')
    t.write("inbox/bad.dxi", BAD)
    inside = os.path.join(t.folder, "inbox")
    run = subprocess.run(
        [t.flagflow, "watch", "--once", "--settle", "0", "."], cwd=inside, capture_output=True
    )
    require(t.exists("inbox/rejected/bad.dxi"), "the bad file was accepted: %s" % run)
    t.write("box/flagflow.toml", 'ignore = ["unknown-flag"]\n')
    t.write("box/below/bad.dxi", BAD)
    for start, judged in (("box", "."), ("box/below", ".."), ("box/below", os.path.join(t.folder, "box"))):
        run = subprocess.run(
            [t.flagflow, "check", "--format", "json", judged], cwd=os.path.join(t.folder, start), capture_output=True
        )
        reports = [json.loads(line) for line in run.stdout.splitlines()]
        require(any(report["totals"].get("unknown-flag") for report in reports), "the policy was taken: %s" % run)
    # the search continues above
    t.write("flagflow.toml", 'ignore = ["unknown-flag"]\n')
    t.write("third/below/bad.dxi", BAD)
    run = subprocess.run(
        [t.flagflow, "check", "--format", "json", "."], cwd=os.path.join(t.folder, "third/below"), capture_output=True
    )
    (report,) = [json.loads(line) for line in run.stdout.splitlines()]
    require(report["policy"] == os.path.join(os.path.realpath(t.folder), "flagflow.toml"), "not found above: %s" % run)


@row("16.1b", "a policy that others may write is refused, and with --config there is a warning")
def writable_policy(t):
    t.write("flagflow.toml", 'ignore = ["unknown-flag"]\n')
    for writable in (0o666, 0o664):
        os.chmod(t.path("flagflow.toml"), writable)
        for command in (["check", "bad.dxi"], ["summary", "bad.dxi"], ["answer", "bad.dxi", "-o", "o"]):
            t.run(*command).expect(2, "flagflow.toml", "others may write", "chmod go-w")
        t.run("check", "-q", "--config", "flagflow.toml", "bad.dxi").expect(0, "others may write")
        t.run("check", "-q", "--no-config", "bad.dxi").expect(1, absent=["flagflow.toml"])
    os.chmod(t.path("flagflow.toml"), 0o644)
    t.run("check", "bad.dxi").expect(0)
    if os.geteuid() == 0:
        os.chown(t.path("flagflow.toml"), 12345, -1)
        t.run("check", "bad.dxi").expect(2, "another user", "12345")


@row("16.2", "outputs are no more readable than what is read, and a register is its owner's")
def permissions(t):
    os.umask(0o022)
    for name in ("u.dxi", "bad.dxi"):
        os.chmod(t.path(name), 0o600)
    t.run("convert", "u.dxi", "-o", "a.csv", "--to", "csv").expect(0)
    t.run("answer", "bad.dxi", "-o", "answer", "--listed", "listed").expect(1)
    t.run("check", "-q", "bad.dxi", "--report", "html=r.html", "--accepted-to", "acc", "--rejected-to", "rej").expect(1)
    t.run("fix", "u.dxi", "-o", "fixed", "--list", "fixes").expect(0)
    t.run("diff", "u.dxi", "bad.dxi", "--skip-invalid", "-o", "differences").expect(1)
    t.run("register", "apply", "s", "u.dxi", "--changes-to", "changes").expect(0)
    t.run("register", "export", "s", "-o", "export", "--format", "csv").expect(0)
    names = ["a.csv", "answer", "listed", "r.html", "acc", "rej", "fixed", "fixes", "differences", "s", "changes", "export"]
    for name in names:
        require(mode(t, name) == 0o600, "%s: %o" % (name, mode(t, name)))
    os.chmod(t.path("u.dxi"), 0o640)
    t.write("old.csv", b"")
    os.chmod(t.path("old.csv"), 0o644)
    t.run("convert", "u.dxi", "-o", "old.csv", "--to", "csv").expect(0)
    require(mode(t, "old.csv") == 0o640, "%o" % mode(t, "old.csv"))
    os.makedirs(t.path("in"))
    os.rename(t.path("u.dxi"), t.path("in/u.dxi"))
    t.run("watch", "--once", "--settle", "0", "in").expect(0)
    require(mode(t, "in/accepted/u.dxi.report.json") == 0o640, "a report of watch")
    t.write("open.dxi", GOOD)
    t.run("convert", "open.dxi", "-o", "open.csv", "--to", "csv").expect(0)
    require(mode(t, "open.csv") == 0o644, "%o" % mode(t, "open.csv"))


@row("16.3", "watch follows no link in the place of its own folders")
def planted_links(t):
    for own in (".flagflow", "accepted", "rejected"):
        os.makedirs(t.path("elsewhere"), exist_ok=True)
        t.write("%s-in/bad.dxi" % own, BAD)
        os.symlink(t.path("elsewhere"), t.path("%s-in/%s" % (own, own)))
        t.run("watch", "--once", "--settle", "0", "%s-in" % own).expect(2, own, "symbolic link")
        require(os.listdir(t.path("elsewhere")) == [] and t.exists("%s-in/bad.dxi" % own), "the link was followed")


def change_while_read(t, *arguments, change):
    """Runs a command on a named pipe's neighbour: the change happens while the command waits for the pipe."""
    os.mkfifo(t.path("pipe"))
    process = subprocess.Popen(
        [t.flagflow, *arguments], cwd=t.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    with open(t.path("pipe"), "wb") as pipe:  # opens once the command has
        pipe.write(GOOD)
        time.sleep(0.2)
        change()
        time.sleep(0.05)
    _, err = process.communicate(timeout=60)
    os.remove(t.path("pipe"))
    return process.returncode, err.decode()


@row("16.4", "a file that changes while it is read is no verdict")
def changes_under_way(t):
    def append():
        with open(t.path("big"), "ab") as file:
            file.write(R)

    def cut():
        os.truncate(t.path("big"), 1000)

    def replace():
        t.write("other", GOOD)
        os.rename(t.path("other"), t.path("big"))

    for change in (append, cut, replace):
        # merge opens ACCEPTED, then waits for CORRECTED
        t.write("big", A + R * 200 + b"Z990000000200\n")
        code, err = change_while_read(t, "merge", "big", "pipe", "-o", "o", change=change)
        require((code, "changed while it was read" in err) == (2, True), "%s: %s %s" % (change.__name__, code, err))
        require(not t.exists("o"), "%s: an output was published" % change.__name__)

    t.run("generate", "--flow", "e45", "--records", "3000000", "--envelope", "-o", "huge").expect(0)
    size = os.path.getsize(t.path("huge"))
    for _ in range(5):
        process = subprocess.Popen(
            [t.flagflow, "check", "-q", "huge"], cwd=t.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        is_early = append_while_read(t, process, size)
        _, err = process.communicate(timeout=60)
        if is_early:
            require(process.returncode == 2 and b"changed while it was read" in err, "%d %s" % (process.returncode, err))
            return
        os.truncate(t.path("huge"), size)
    raise Skipped("the file was never caught half read")


@row("16.4b", "no command gives a verdict on a file that changed under it, or publishes what it made of it")
def changes_under_every_command(t):
    t.run("generate", "--flow", "e45", "--records", "1000000", "--envelope", "-o", "huge").expect(0)
    size = os.path.getsize(t.path("huge"))
    caught = 0
    for command in (
        "check -q huge", "summary huge", "convert huge --to csv -o o", "check -q huge --accepted-to o",
        "answer huge -o o", "fix huge --in-place", "diff huge u.dxi -o o", "register apply s huge", "roundtrip huge",
        "check -q --previous huge u.dxi",
    ):
        process = subprocess.Popen(
            [t.flagflow, *command.split()], cwd=t.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        is_early = append_while_read(t, process, size)
        _, err = process.communicate(timeout=60)
        if is_early:
            caught += 1
            words = (process.returncode, err.decode())
            require(words[0] == 2 and "changed while it was read" in words[1], "%s: exit %d %s" % (command, *words))
            require(words[1].count("huge") == 1, "%s: the name is not said once: %s" % (command, words[1]))
            require(not t.exists("o"), "%s: published" % command)
        require(os.path.getsize(t.path("huge")) == size + len(R), "%s: what was appended is gone" % command)
        os.truncate(t.path("huge"), size)
        if t.exists("o"):
            os.remove(t.path("o"))
    if not caught:
        raise Skipped("no file was caught half read")


def bytes_read(pid):
    """Returns the bytes that a process has read so far; 0 where it has ended."""
    try:
        with open("/proc/%d/io" % pid, encoding="ascii") as file:
            return int(file.readline().split()[1])
    except OSError:
        return 0


def append_while_read(t, process, size):
    """Stops a process in the middle of `huge`, appends a record, and lets it go on. Returns whether it was stopped
    before it had read the whole file."""
    while process.poll() is None and bytes_read(process.pid) < 200_000:
        pass
    process.send_signal(signal.SIGSTOP)
    is_early = process.poll() is None and 200_000 <= bytes_read(process.pid) < size
    with open(t.path("huge"), "ab") as file:
        file.write(R)
    process.send_signal(signal.SIGCONT)
    return is_early


@row("16.8", "no two outputs are one file, by any spelling")
def two_outputs(t):
    generate = ["generate", "--flow", "e45", "--records", "10", "--invalid", "0.5"]
    os.makedirs(t.path("round"))
    for other in ("o", "./o", "round/../o", os.path.join(t.folder, "o")):
        refused(t, TWICE, *generate, "-o", "o", "--faults", other)
        refused(t, TWICE, "fix", "bad.dxi", "-o", "o", "--list", other)
        refused(t, TWICE, "answer", "bad.dxi", "-o", "o", "--listed", other)
        refused(t, TWICE, "check", "bad.dxi", "--report", "sarif=o", "--rejected-to", other)
    for output in ("-o", "--list"):
        refused(t, READ, "fix", "bad.dxi", output, "bad.dxi")
    t.write("spaces.dxi", GOOD.replace(b"\n", b"\r\n", 1))
    t.run("fix", "--in-place", "spaces.dxi").expect(0)


@row("16.9", "a baseline is no report")
def baseline(t):
    t.run("check", "-q", "bad.dxi", "--report", "json=B").expect(1)
    for output in spellings(t, "B"):
        refused(t, READ, "check", "bad.dxi", "--baseline", "B", "--report", "json=" + output)
    t.write("flagflow.toml", "")
    refused(t, READ, "check", "bad.dxi", "--report", "json=flagflow.toml")
    t.write("p.toml", t.run("profile", "show").expect(0).out)
    t.write("flagflow.toml", 'profiles = ["p.toml"]\n')
    refused(t, READ, "check", "bad.dxi", "--report", "json=p.toml")


@row("16.12", "a policy that was found is named by every command and in every format")
def named_policy(t):
    t.write("flagflow.toml", 'ignore = ["unknown-flag"]\n')
    path = os.path.join(os.path.realpath(t.folder), "flagflow.toml")
    by = "judged by " + path
    require(policy_of(t, "check", "--format", "json", "bad.dxi") == [path], "check json")
    require(policy_of(t, "check", "--no-config", "--format", "json", "bad.dxi") == [None], "check json without")
    require(policy_of(t, "summary", "--format", "json", "bad.dxi") == [path], "summary json")
    require(policy_of(t, "register", "apply", "--format", "json", "s", "u.dxi") == [path], "apply json")
    require(policy_of(t, "diff", "-q", "--format", "json", "u.dxi", "bad.dxi") == [path], "diff json")
    (fixed,) = t.run("fix", "--format", "json", "bad.dxi").json()
    require(fixed["report"]["policy"] == path, "fix json: %s" % fixed)
    t.run("check", "bad.dxi").expect(0, path)
    t.run("check", "-q", "bad.dxi").expect(0, by)
    t.run("check", "--format", "github", "bad.dxi").expect(0, by)
    t.run("summary", "-q", "bad.dxi").expect(0, by)
    t.run("register", "apply", "s2", "u.dxi").expect(0, by)
    t.run("fix", "-q", "bad.dxi").expect(0, by)
    t.run("diff", "u.dxi", "bad.dxi").expect(2, by)
    t.run("answer", "-q", "u.dxi", "-o", "o").expect(0, by)
    t.run("merge", "-q", "u.dxi", "-", "-o", "m", stdin=b"E451234567810A20240604\n").expect(0, by)
    t.write("in/bad.dxi", BAD)
    (event,) = t.run("watch", "--once", "--settle", "0", "in").json()
    require(event["policy"] == path, "watch: %s" % event)
    require(json.loads(t.read("in/accepted/bad.dxi.report.json"))["policy"] == path, "report of watch")


@row("16.13", "a write past the limit of a file's size is an error")
def file_size_limit(t):
    t.run("generate", "--flow", "e45", "--records", "20000", "-o", "big").expect(0)
    for arguments in (["convert", "big", "--to", "jsonl", "-o", "o"], ["register", "apply", "s", "big"], ["generate", "--flow", "e45", "--records", "20000", "-o", "o"]):
        before = set(os.listdir(t.folder))
        script = 'ulimit -f 100; exec "$0" "$@"'
        done = subprocess.run(["bash", "-c", script, t.flagflow, *arguments], cwd=t.folder, capture_output=True)
        require(done.returncode == 2 and done.stderr, "%s: %s" % (arguments, done))
        left = set(os.listdir(t.folder)) - before - {"s", "s-wal", "s-shm"}
        require(not left, "left: %s" % left)

#!/usr/bin/env python3
"""Kills `flagflow watch` at any moment and checks that each file is handled exactly once.

    kill_watch.py --flagflow PATH [--kills N] [--seed N] [--no-strace]

First at random moments: files arrive, some written slowly, some renamed into the folder, some under
names already used, while the watch is killed (SIGKILL) and started again N times. Then, if strace is
installed, at every system call in turn: `watch --once` handles a folder of a few files and is killed
before each of its system calls; and then each call fails.

After every kill each file must be in exactly one of DIR, DIR/accepted and DIR/rejected. At the end each
must be in the right one of the last two, with its original bytes, exactly one complete report in each
format, and one line in the log (or two, one of them with `recovered`). Nothing else may be left.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from system_calls import Wrong, can_be_traced, counted, injected, require, traced, was_killed

PLACES = ("accepted", "rejected")
REPORTS = (".report.json", ".report.html")
SETTLE = 0.3  # more than a slow writer pauses
CHECKS = {"kills": 0, "in the middle": 0, "recovered": 0, "failures": 0}


# ----------------------------------------------------------------------- files


def digits(body):
    """The check digits of a meter point reference."""
    total, position = 0, 1
    while body:
        total += body % 10 * position
        body //= 10
        position += 1
    return total % 11


def content(number, kind):
    """Returns an invented file with its number in it, so that no part of it is a part of another file."""
    body = 1000000 + number
    point = body * 100 + digits(body)
    if kind == "empty-ish":
        return b"".join(b"\r\n" if number >> bit & 1 else b"\n" for bit in range(16))
    if kind == "text":
        return b"dear all, file number %06d\n" % number
    if kind == "gzip":
        return b"\x1f\x8b\x08broken %06d" % number
    date = 20220101 if kind == "good" else 20220230
    record = b"E45%010d%s%08d\n" % (point, b"A", date)
    many = 400 if number % 7 == 0 else 1
    records = b"".join(b"E45%010dA20220101\n" % (p * 100 + digits(p)) for p in range(body + 1, body + many))
    return b"A000000000042DXI20220201093000%06d\n" % number + record + records + b"Z99%010d\n" % many


class Files:
    """The delivered files: content -> (name, destination)."""

    def __init__(self):
        self.expected = {}
        self.lock = threading.Lock()

    def new(self, number, kind, name):
        data = content(number, kind)
        with self.lock:
            require(data not in self.expected, "two files of one content")
            self.expected[data] = (name, "accepted" if kind == "good" else "rejected")
        return data


def drop(folder, name, data, how, rng):
    """Puts a file into the folder in one of the ways in which files arrive."""
    path = os.path.join(folder, name)
    if how == "slow":  # in place, in pieces, with pauses shorter than --settle
        with open(path, "xb", buffering=0) as file:
            step = max(1, len(data) // 5)
            for at in range(0, len(data), step):
                file.write(data[at : at + step])
                time.sleep(rng.random() * 0.02)
    elif how == "part":  # under an unfinished name first
        with open(path + ".part", "xb") as file:
            file.write(data)
            time.sleep(rng.random() * 0.05)
        try:
            os.link(path + ".part", path)  # a rename would replace a file that waits
        finally:
            os.unlink(path + ".part")
    else:
        with open(path, "xb") as file:
            file.write(data)


# ---------------------------------------------------------------------- checks


def listing(folder):
    try:
        return sorted(entry.name for entry in os.scandir(folder) if entry.is_file(follow_symlinks=False))
    except FileNotFoundError:
        return []


def is_report(name):
    return name.endswith(REPORTS)


def read(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def everywhere(folder):
    """content -> [where], of DIR and both places, reports and unfinished files left out."""
    found = {}
    for place in ("",) + PLACES:
        for name in listing(os.path.join(folder, place)):
            if is_report(name) or name.startswith(".") or name.endswith(".part"):
                continue
            try:
                found.setdefault(read(folder, place, name), []).append((place, name))
            except FileNotFoundError:
                pass  # moved by the writer
    return found


def check_never_lost(folder, expected):
    """After a kill: each file that was dropped whole is somewhere, once."""
    found = everywhere(folder)
    for data in expected:
        where = found.get(data, [])
        require(len(where) == 1, "%s is in %s" % (expected[data], where))
    for place in PLACES:
        names = listing(os.path.join(folder, place))
        for name in names:
            if not is_report(name) and not name.startswith("."):
                whole = all(name + suffix in names for suffix in REPORTS)
                require(whole, "%s/%s has not both reports" % (place, name))


def check_report(folder, place, name, original):
    """Reports that are whole and belong to their file."""
    page = read(folder, place, name + ".report.html")
    require(page.endswith(b"</html>") and original.encode() in page, "%s has half a page" % name)
    report = json.loads(read(folder, place, name + ".report.json"))
    require(report["file"] == original, "%s reports on %s" % (name, report["file"]))
    if report["schema"] == "flagflow-error/1":
        require(place == "rejected" and report["error"], "an error that says nothing")
    else:
        require(report["schema"] == "flagflow-report/1", "schema %r" % report["schema"])
        require((report["rejected"] == 0) == (place == "accepted"), "%s is in %s" % (name, place))


def check_done(folder, log, expected):
    """Checks at the end that each file is in its place, once, with its report and its line in the log."""
    require(listing(folder) == [], "left in the folder: %s" % listing(folder))
    own = set(os.listdir(os.path.join(folder, ".flagflow")))
    require(own <= {"lock", "last.json"}, "left in .flagflow: %s" % own)
    found = everywhere(folder)
    require(set(found) == set(expected), "other files than those that were dropped")
    events = {}
    for line in open(log, encoding="utf-8"):
        try:
            event = json.loads(line)
        except ValueError:
            continue  # a kill may cut off a line, which is then logged again
        if event["event"] in PLACES:
            events.setdefault(event["to"], []).append(event)
        else:
            require(event["event"] in ("changed", "failed"), "told: %s" % line)
    for data, where in found.items():
        original, wanted = expected[data]
        require(len(where) == 1, "%s is in %s" % (original, where))
        place, name = where[0]
        require(place == wanted, "%s is in %s" % (original, place))
        require(name == original or name.startswith(original + "."), "%s became %s" % (original, name))
        check_report(folder, place, name, original)
        told = events.pop(place + "/" + name, [])
        require(told, "%s/%s was not told" % (place, name))
        require(all(event["file"] == original for event in told), "told of another file")
        require(sum(not event["recovered"] for event in told) <= 1, "told twice: %s" % told)
        CHECKS["recovered"] += any(event["recovered"] for event in told)
    require(not events, "told of what is not there: %s" % list(events))
    reports = sum(is_report(name) for place in PLACES for name in listing(os.path.join(folder, place)))
    require(reports == 2 * len(found), "%d reports of %d files" % (reports, len(found)))
    hidden = [n for p in PLACES for n in listing(os.path.join(folder, p)) if n.startswith(".")]
    require(not hidden, "half-written files: %s" % hidden)


# --------------------------------------------------------------- random moments


def command(given, folder, log, *more):
    return [given.flagflow, "watch", folder, "--no-config", "--in-sequence", "--severity", "sequence-skipped=note",
            "--ignore", "sequence-backwards,same-content", "--log", log, *more]


def write_files(rng, folder, files, done, dropped):
    """Delivers files until stopped. Free names are sometimes used again."""
    number = 0
    while not done.is_set() or number < 20:
        kind = rng.choice(["good", "good", "good", "bad", "text", "gzip", "empty-ish"])
        name = "file-%d.dxi" % (number if rng.random() < 0.8 else rng.randrange(max(1, number)))
        data = files.new(number, kind, name)
        try:
            drop(folder, name, data, rng.choice(["slow", "part", "at once"]), rng)
            dropped[data] = files.expected[data]
        except FileExistsError:
            del files.expected[data]
        number += 1
        time.sleep(rng.random() * 0.02)
        while len(os.listdir(folder)) > 100 and not done.is_set():
            time.sleep(0.02)


def at_random_moments(given, rng, root):
    folder, log = os.path.join(root, "random"), os.path.join(root, "random.log")
    os.mkdir(folder)
    files, dropped, done = Files(), {}, threading.Event()
    own = random.Random(given.seed + 1)
    writer = threading.Thread(target=write_files, args=(own, folder, files, done, dropped))
    writer.start()
    try:
        for _ in range(given.kills):
            run = subprocess.Popen(command(given, folder, log, "--settle", str(SETTLE), "--interval", "0.005"))
            time.sleep((SETTLE if rng.random() < 0.8 else 0) + rng.choice([0.005, 0.02, 0.1, 0.3]) * rng.random())
            require(run.poll() is None, "ended by itself with %s" % run.poll())
            run.send_signal(signal.SIGKILL)
            run.wait()
            CHECKS["kills"] += 1
            CHECKS["in the middle"] += os.path.exists(os.path.join(folder, ".flagflow", "pending.json"))
            check_never_lost(folder, dict(dropped))
    finally:
        done.set()
        writer.join()
    end(given, folder, log, files.expected)
    print("random moments: %d kills, %d files" % (given.kills, len(files.expected)))


def end(given, folder, log, expected):
    """Lets a last run complete, looks at everything, and again after one that has nothing to do."""
    wanted = 1 if any(place == "rejected" for _, place in expected.values()) else 0
    for wanted in ((0, 1), (0,)):
        code = subprocess.run(command(given, folder, log, "--once", "--settle", "0.01"), timeout=120).returncode
        require(code in wanted, "exit %d" % code)
        before = dict(CHECKS)
        check_done(folder, log, expected)
    CHECKS["recovered"] = before["recovered"]


# ----------------------------------------------------------- every system call


def at_every_call(given, root):
    """Kills before each system call in turn; then has each one fail that can."""
    calls = calls_of(given, root)
    kills = [(call, k, "signal=SIGKILL") for call in calls for k in range(1, calls[call] + 1)]
    failing = [(call, k, "error=EIO") for call in MAY_FAIL & set(calls) for k in range(1, calls[call] + 1)]
    for number, (call, k, what) in enumerate(kills + failing):
        folder, log, files = some_files(os.path.join(root, "call-%d" % number))
        run = command(given, folder, log, "--once", "--settle", "0")
        what_is_done = "%s:%s:when=%d" % (call, what, k)
        killed = was_killed(injected(run, what_is_done, log + ".trace", stderr=subprocess.DEVNULL).returncode)
        require(killed or what != "signal=SIGKILL" or k > 1, "not killed at the first %s" % call)
        CHECKS["kills"] += killed
        CHECKS["failures"] += not killed
        CHECKS["in the middle"] += os.path.exists(os.path.join(folder, ".flagflow", "pending.json"))
        try:
            check_never_lost(folder, files.expected)
            end(given, folder, log, files.expected)
        except Wrong as wrong:
            raise Wrong("%s:%s:when=%d: %s" % (call, what, k, wrong))
        shutil.rmtree(folder)
    print("every system call: %d kills, %d failures" % (len(kills), len(failing)))


# Calls that fail with the disk. (A watch that cannot map memory does not start.)
MAY_FAIL = {"openat", "read", "write", "close", "fsync", "fdatasync", "rename", "renameat", "renameat2", "unlink", "unlinkat",
            "mkdir", "mkdirat", "getdents64", "newfstatat", "fstat", "lstat", "statx", "flock", "lseek", "fchmod", "link"}  # fmt: skip


def some_files(folder):
    log = folder + ".log"
    os.makedirs(os.path.join(folder, "accepted"))
    files = Files()
    for number, (kind, name) in enumerate([("good", "a"), ("bad", "b"), ("good", "c"), ("text", "d")]):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(files.new(number, kind, name))
    taken(folder, log, files)
    return folder, log, files


def calls_of(given, root):
    """system call -> how often a run makes it in its busiest thread."""
    folder, log, _ = some_files(os.path.join(root, "calls"))
    run = command(given, folder, log, "--once", "--settle", "0")
    return counted(traced(run, os.path.join(root, "trace")))


def taken(folder, log, files):
    """A file of an earlier day whose name is used again."""
    data = files.new(90, "good", "a")
    with open(os.path.join(folder, "accepted", "a"), "wb") as file:
        file.write(data)
    report = {"schema": "flagflow-report/1", "file": "a", "rejected": 0}
    with open(os.path.join(folder, "accepted", "a.report.json"), "w", encoding="utf-8") as file:
        json.dump(report, file)
    with open(os.path.join(folder, "accepted", "a.report.html"), "w", encoding="utf-8") as file:
        file.write("<html>a</html>")
    event = {"event": "accepted", "file": "a", "to": "accepted/a", "recovered": False}
    with open(log, "w", encoding="utf-8") as file:
        file.write(json.dumps(event) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flagflow", required=True, metavar="PATH")
    parser.add_argument("--kills", type=int, default=300, metavar="N", help="at random moments (default 300)")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--no-strace", action="store_true", help="random moments only")
    parser.add_argument("--keep", action="store_true", help="keep the folder where something is wrong")
    given = parser.parse_args()
    given.flagflow = os.path.abspath(given.flagflow)
    root = tempfile.mkdtemp(prefix="kill-watch-")
    try:
        at_random_moments(given, random.Random(given.seed), root)
        if not given.no_strace and can_be_traced():
            at_every_call(given, root)
    except Wrong as wrong:
        print("WRONG: %s" % wrong, file=sys.stderr)
        if given.keep:
            print(root, file=sys.stderr)
            root = None
        return 1
    finally:
        if root:
            shutil.rmtree(root)
    print("%(kills)d kills and %(failures)d failing system calls, %(in the middle)d of them with a file in hand, "
          "%(recovered)d lines of the log completed later; every file in one place, once, with one report" % CHECKS)
    return 0


if __name__ == "__main__":
    sys.exit(main())

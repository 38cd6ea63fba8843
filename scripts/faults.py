#!/usr/bin/env python3
"""Kills commands before each of their system calls, and makes each call fail in every plausible way.

    faults.py --flagflow PATH [--command NAME]... [--every N] [--from N] [--only kills|errors|lies]

Cases for each command, with an old file in place of each output:

- SIGKILL before each single system call of its run,
- each error that fits a call (ENOSPC, EIO, EINTR, EPIPE, EACCES, EMFILE, ENOMEM ...) at each call,
- each write to a file that reports success without writing ("lies").

After each case every output is the old file or the complete new one, the exit code is that of a complete run only
if all outputs are new, and nothing panicked. A second run of the command, without faults, then succeeds, writes the
new outputs, and leaves nothing else in the folder or in the folder for temporary files.

`register apply` and `notify add` write a register: it is complete, has the old state or the new one, and SQLite's journal is
gone after the next run. `notify run` notifies several providers one after the other: each file is old or complete,
and after the next run each provider was notified once, under its number.

Needs strace. `--every N` takes every N-th case (beginning with `--from`), to run in short pieces.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from system_calls import Wrong, can_be_traced, counted, injected, require, traced, was_killed

ERRORS = {
    "openat": "EACCES EMFILE EIO ENOSPC EINTR",
    "read": "EIO EINTR",
    "pread64": "EIO EINTR",
    "write": "ENOSPC EIO EINTR EPIPE",
    "pwrite64": "ENOSPC EIO EINTR EPIPE",
    "close": "EIO EINTR",
    "fsync": "EIO ENOSPC EINTR",
    "fdatasync": "EIO ENOSPC EINTR",
    "rename": "EACCES EIO ENOSPC",
    "renameat": "EACCES EIO ENOSPC",
    "renameat2": "EACCES EIO ENOSPC",
    "unlink": "EACCES EIO",
    "unlinkat": "EACCES EIO",
    "flock": "EINTR EIO ENOLCK",
    "fcntl": "EINTR EIO ENOLCK EAGAIN",
    "statx": "EACCES EIO",
    "newfstatat": "EACCES EIO",
    "fstat": "EIO",
    "lseek": "EIO",
    "fadvise64": "EIO",
    "fchmod": "EACCES EIO",
    "fchown": "EACCES EIO",
    "ftruncate": "ENOSPC EIO EINTR",
    "fallocate": "ENOSPC EIO EINTR",
    "getdents64": "EIO",
    "getcwd": "EACCES ENOMEM",
    "readlink": "EACCES EIO",
    "mkdir": "EACCES EIO ENOSPC",
    "mmap": "ENOMEM",
    "mremap": "ENOMEM",
    "brk": "ENOMEM",
    "clone3": "EAGAIN",
    "getrandom": "EINTR",
}
PANIC = 101
TEMPORARY = "temporary"  # TMPDIR of each run
COUNTS = ("kills", "errors", "lies", "failed", "passed over", "old", "new")


class Command:
    """A command line, its input files and its outputs.

    `before` is the register before the run, `state` are the commands that print the content of a register. With `steps`
    the register changes in several steps, with `fresh` the outputs replace no file, with `brief` a temporary file has a
    name while it is empty."""

    def __init__(self, name, arguments, inputs, outputs, before=None, state=(), steps=False, fresh=False, brief=False):
        self.brief = brief
        self.name, self.arguments, self.before = name, arguments.split(), before
        self.inputs, self.outputs = inputs.split(), outputs.split()
        self.state, self.steps, self.fresh = state, steps, fresh


def generate(records, seed, name, more=""):
    line = "generate --flow e45 --records %d --seed %d -o %s --envelope --organisation-id 42"
    fixed = " --creation-date 2022-01-01 --creation-time 093000 --generation-number 7 "
    return ((line % (records, seed, name)) + fixed + more).split()


GENERATE = "generate --flow e45 --records 6000 --seed 1 -o out --faults faults --invalid 0.01"
APPLIED = ["register check register", "register export register --format csv"]
TOLD = ["notify pending register", "register check register"]
RUN = "notify run register --out . --organisation-id 42 --now 20220302093000 --supplier MRCY"
COMMANDS = [
    # one thread, because the calls of several come in another order each time
    Command("convert", "convert mixed -o out --to csv --skip-invalid --jobs 1", "mixed", "out"),
    Command("quarantine", "check mixed --quiet --accepted-to a --rejected-to r --reasons-to why",
            "mixed", "a r why"),
    Command("answer", "answer mixed -o out --listed listed", "mixed", "out listed"),
    Command("answer-electricity", "answer d0350 -o out --rejections refused --received 2024-01-12 "
            "--file-id 0000000900 --created 20240115090000", "d0350", "out refused"),
    Command("fix", "fix marked --in-place", "marked", "marked"),
    Command("merge", "merge one two -o out", "one two", "out"),
    Command("generate", GENERATE, "", "out faults"),
    Command("apply", "register apply register mixed", "mixed", "", "register", APPLIED),
    Command("apply-first", "register apply register mixed", "mixed", "", None, APPLIED),
    Command("export", "register export register --format csv -o out", "", "out", "register"),
    Command("backup", "register backup register -o out", "", "out", "register", brief=True),
    Command("vacuum", "register vacuum register --keep 1d --now 20310101000000", "", "", "kept", APPLIED),
    Command("add", "notify add register more", "more", "", "flags", TOLD),
    Command("run", RUN, "", "E45-000001.txt D0350-EELC-0000000001.txt", "flags", TOLD, steps=True,
            fresh=True),
]  # fmt: skip


class Bench:
    """One command, its files, and what a whole run of it makes."""

    def __init__(self, given, command, root):
        self.given, self.command = given, command
        self.root, self.made = os.path.join(root, command.name), os.path.join(root, "made")
        os.mkdir(self.root)
        folder = self.folder("whole")
        self.code = self.run(folder).returncode
        require(self.code in (0, 1), "%s: exit %d" % (command.name, self.code))
        self.new = {name: read(folder, name) for name in command.outputs}
        self.state = self.exported(folder)
        again = self.run(folder)
        require(again.returncode in (0, self.code), "again: exit %d" % again.returncode)
        self.names = sorted(os.listdir(folder))
        old = self.folder("old")
        self.old = {name: read(old, name) for name in command.outputs}
        self.old_state = self.exported(old)
        require(self.old_state is None or self.old_state != self.state, "nothing is applied")
        require(all(self.old[name] != self.new[name] for name in self.new), "nothing is written")

    def folder(self, name):
        """A folder as it is before the command runs."""
        folder = os.path.join(self.root, name)
        os.makedirs(os.path.join(folder, TEMPORARY))
        for name in self.command.inputs:
            shutil.copy(os.path.join(self.made, name), folder)
        for name in self.command.outputs:
            if name not in self.command.inputs and not self.command.fresh:
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write("the old %s\n" % name)
        if self.command.before:
            shutil.copy(os.path.join(self.made, self.command.before), os.path.join(folder, "register"))
        return folder

    def line(self):
        return [self.given.flagflow] + self.command.arguments

    def options(self, folder):
        environment = dict(os.environ, TMPDIR=os.path.join(folder, TEMPORARY))
        null = subprocess.DEVNULL
        return {"cwd": folder, "env": environment, "stdin": null, "stdout": null, "stderr": null}

    def run(self, folder, line=None):
        return subprocess.run(line or self.line(), timeout=120, **self.options(folder))

    def exported(self, folder):
        """Returns the content of the register, if there is one."""
        if not os.path.exists(os.path.join(folder, "register")) or not self.command.state:
            return None
        said = b""
        for words in self.command.state:
            line = [self.given.flagflow] + words.split()
            done = subprocess.run(line, timeout=120, **dict(self.options(folder), stdout=subprocess.PIPE))
            require(done.returncode in (0, 1), "%s: exit %d" % (words, done.returncode))
            said += done.stdout
        return said

    def cases(self):
        """Everything that is done: (kind, what)."""
        folder = self.folder("traced")
        trace = os.path.join(self.root, "trace")
        calls = list(traced(self.line(), trace, **self.options(folder)))
        spared = {("close", error): at(calls, "close", is_folder) for error in ERRORS["close"].split()}
        spared["write", "EPIPE"] = at(calls, "write", is_standard_output)
        shutil.rmtree(folder)
        counts = counted(calls)
        for name, count in counts.items():
            for k in range(1, count + 1):
                yield "kills", "%s:signal=SIGKILL:when=%d" % (name, k)
        for name, count in counts.items():
            for error in ERRORS.get(name, "").split():
                for k in set(range(1, count + 1)) - spared.get((name, error), set()):
                    yield "errors", "%s:error=%s:when=%d" % (name, error, k)
        writes = [line for _, name, line in calls if name == "write"]
        for k, line in enumerate(writes, 1):
            if ".flagflow>" in line.split(",")[0]:
                yield "lies", "write:retval=%s:when=%d" % (line.rsplit("= ", 1)[1].split()[0], k)

    def one(self, number, kind, what, totals):
        folder = self.folder("case")
        trace = os.path.join(self.root, "trace")
        code = injected(self.line(), what, trace, **self.options(folder)).returncode
        killed = was_killed(code)
        require(killed == (kind == "kills"), "exit %d" % code)
        require(code != PANIC, "panicked")
        require(killed or code not in (0, 1) or code == self.code, "exit %d" % code)
        complete = code == self.code
        require(not (kind == "lies" and complete), "a write that was not done was not seen")
        self.expect_old_or_new(folder, complete, number, totals)
        totals[kind] += 1
        totals["failed"] += not killed and not complete
        totals["passed over"] += complete
        self.expect_next_run(folder)
        shutil.rmtree(folder)

    def expect_old_or_new(self, folder, complete, number, totals):
        for name in self.command.outputs:
            found = read(folder, name)
            require(found == self.new[name] or (found == self.old[name] and not complete),
                    "%s is neither the old file nor the new one" % name if found not in
                    (self.old[name], self.new[name]) else "%s is old and the exit code is not" % name)
            totals["new" if found == self.new[name] else "old"] += 1
        # every other time the next run is the first to find what was left
        if self.old_state is not None and (complete or number % 2):
            state = self.exported(folder)
            if self.command.steps and not complete:
                return
            require(state == self.state or (state == self.old_state and not complete), "a state in between")
            totals["new" if state == self.state else "old"] += 1

    def expect_next_run(self, folder):
        code = self.run(folder).returncode
        require(code in (0, self.code), "the next run: exit %d" % code)
        for name in self.command.outputs:
            require(read(folder, name) == self.new[name], "%s is not new after the next run" % name)
        names = sorted(os.listdir(folder))
        require(names == self.names, "left: %s" % sorted(set(names) ^ set(self.names)))
        left = os.listdir(os.path.join(folder, TEMPORARY))
        if self.command.brief:
            left = [name for name in left if os.path.getsize(os.path.join(folder, TEMPORARY, name))]
        require(not left, "left in the folder for temporary files: %s" % left)
        require(self.exported(folder) == self.state, "another state after the next run")


def at(calls, wanted, which):
    """The numbers of some of the calls of a name."""
    lines = [line for _, name, line in calls if name == wanted]
    return {k for k, line in enumerate(lines, 1) if which(line)}


def is_folder(line):
    """The standard library panics if closing a folder fails, which no known system reports."""
    return os.path.isdir(line.partition("<")[2].partition(">")[0])


def is_standard_output(line):
    """Whoever reads it may stop: that ends a command quietly with 0."""
    return line.startswith("write(1<")


def read(*path):
    """Returns the bytes of a file, or None if it does not exist."""
    try:
        with open(os.path.join(*path), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def make(given, root):
    """The files that the commands read. Invented, all of them."""
    made = os.path.join(root, "made")
    os.mkdir(made)
    for name, first in ("events", 0), ("more", 200):
        with open(os.path.join(made, name), "w", encoding="utf-8") as file:
            file.writelines(events(first))
    with open(os.path.join(made, "later"), "w", encoding="utf-8") as file:
        file.writelines("E45%010d%c20300101\n" % (number, "AN"[number % 2]) for number in range(3000))
    with open(os.path.join(made, "sooner"), "w", encoding="utf-8") as file:
        file.writelines("E45%010dA20220101\n" % number for number in range(3000))
    for line in [
        generate(6000, 1, "mixed", "--invalid 0.01"),
        generate(3000, 2, "good"),
        "generate --flow e45 --records 3000 --seed 3 -o one".split(),
        "generate --flow e45 --records 3000 --seed 4 -o two".split(),
        "register apply register good".split(),
        "register apply kept sooner later".split(),
        "notify add flags events --rules modification".split(),
        "notify switch flags --gas on --electricity on".split(),
    ]:
        done = subprocess.run([given.flagflow] + line, cwd=made, stdout=subprocess.DEVNULL)
        require(done.returncode in (0, 1), "%s: exit %d" % (line[0], done.returncode))
    with open(os.path.join(made, "marked"), "wb") as file:  # a mark to take away
        file.write(b"\xef\xbb\xbf" + read(made, "good"))
    with open(os.path.join(made, "d0350"), "w", encoding="utf-8") as file:
        file.writelines(updates(900))


def updates(count):
    """Returns the lines of a D0350, of which every third update has no flag."""
    yield "ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20240112181500||||OPER|\n81H|1|\n"
    for number in range(1, count + 1):
        flag = "" if number % 3 == 0 else "A"
        yield "82H|%d|DC01|%s|%s|20240112|MRCY|\n" % (number, mpan(10_0000_0000_00 + number), flag)
    yield "ZPT|0000000042|%d||1|20240112181500|\n" % (count + 1)


def events(first):
    """Returns events that commission gas and electricity meters, and an invalid last line."""
    yield "on,device,event,meter_point\n"
    for number in range(first, first + 200):
        device = "00-DB-12-34-56-78-%02X-%02X" % divmod(number, 256)
        point = mpan(10_0000_0000_00 + number) if number % 2 else mprn(12_0000_00 + number)
        for what in "pending,", "associated," + point, "whitelisted,", "commissioned,":
            yield "2022-01-01,%s,%s\n" % (device, what)
    yield "nothing\n"


def mprn(body):
    digits = reversed(str(body))
    return "%d%02d" % (body, sum(int(digit) * place for place, digit in enumerate(digits, 1)) % 11)


def mpan(body):
    primes = 3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43
    return "%d%d" % (body, sum(int(digit) * prime for digit, prime in zip(str(body), primes)) % 11 % 10)


def all_cases(given, bench):
    """Yields the selected cases of a command."""
    cases = [case for case in bench.cases() if given.only in (None, case[0])]
    return list(enumerate(cases))[given.start :: given.every]


def run(given, command, root):
    began, totals = time.monotonic(), dict.fromkeys(COUNTS, 0)
    bench = Bench(given, command, root)
    wrong = 0
    for number, (kind, what) in all_cases(given, bench):
        try:
            bench.one(number, kind, what, totals)
        except (Wrong, subprocess.TimeoutExpired) as problem:
            wrong += 1
            print("WRONG: %s: %s: %s" % (command.name, what, problem), file=sys.stderr)
            shutil.rmtree(os.path.join(bench.root, "case"))
    totals["seconds"] = time.monotonic() - began
    print("%-12s" % command.name + "".join("%12s" % ("%d" % value) for value in totals.values()), flush=True)
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flagflow", required=True, metavar="PATH")
    names = [command.name for command in COMMANDS]
    parser.add_argument("--command", action="append", choices=names, help="this one only; may be repeated")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every N-th case")
    parser.add_argument("--from", dest="start", type=int, default=0, metavar="N", help="the first of them (default 0)")
    parser.add_argument("--only", choices=COUNTS[:3], help="one kind of case")
    given = parser.parse_args()
    given.flagflow = os.path.abspath(given.flagflow)
    if not can_be_traced():
        print("there is no strace", file=sys.stderr)
        return 2
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    root = tempfile.mkdtemp(prefix="faults-")
    try:
        make(given, root)
        print("%-12s" % "" + "".join("%12s" % title for title in COUNTS + ("seconds",)))
        chosen = [command for command in COMMANDS if command.name in (given.command or names)]
        return 1 if sum([run(given, command, root) for command in chosen]) else 0
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    sys.exit(main())

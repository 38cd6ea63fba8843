"""One trial of the command: its folder, its inputs, and the result of a run. Used by trials.py."""

import collections
import json
import os
import subprocess

# A gas file of two updates, in parts: header, two records, trailer.
A = b"A000000000042DXI20240628093000000007\n"
R = b"E451234567810A20240603\n"
R2 = b"E450000123409N20240604\n"
Z = b"Z990000000002\n"
GOOD = A + R + R2 + Z
BAD = A + R + b"E450000123409?20240604\n" + Z
COLUMNS = b"meter_point_reference,dcc_service_flag,dcc_service_effective_from_date\n"

ROWS = []
Row = collections.namedtuple("Row", "number title run")


class Wrong(Exception):
    """The row fails."""


class Skipped(Exception):
    """The row cannot be run here."""


def row(number, title):
    """Adds a function to the rows."""

    def add(function):
        if any(row.number == number for row in ROWS):
            raise ValueError("row %s is there twice" % number)
        ROWS.append(Row(number, title, function))
        return function

    return add


def require(condition, message):
    if not condition:
        raise Wrong(message)


class Run:
    """The result of a run: exit code, standard output and standard error as text."""

    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err

    def __str__(self):
        return "$ flagflow %s\nexit %d\n%s%s" % (" ".join(map(repr, self.arguments)), self.code, self.out, self.err)

    def expect(self, code, *words, absent=()):
        """Requires an exit code, and words that the output or the messages have or must not have."""
        text = self.out + self.err
        require(self.code == code, "exit %d, expected %d\n%s" % (self.code, code, self))
        for word in words:
            require(word in text, "not said: %r\n%s" % (word, self))
        for word in absent:
            require(word not in text, "said: %r\n%s" % (word, self))
        return self

    def json(self):
        """The reports of a `--format json`, one a line."""
        try:
            return [json.loads(line) for line in self.out.splitlines()]
        except ValueError as error:
            raise Wrong("not JSON: %s\n%s" % (error, self)) from error


class Trial:
    """A folder with the common inputs `u.dxi` and `bad.dxi`, and the command run in it."""

    def __init__(self, flagflow, folder):
        self.flagflow, self.folder = flagflow, folder
        self.write("u.dxi", GOOD)
        self.write("bad.dxi", BAD)

    def path(self, name):
        return os.path.join(os.fsencode(self.folder), os.fsencode(name))

    def write(self, name, content):
        content = content.encode() if isinstance(content, str) else content
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as file:
            file.write(content)
        return name

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def exists(self, name):
        return os.path.lexists(self.path(name))

    def run(self, *arguments, stdin=b"", timeout=120, **options):
        """Runs the command; an argument with spaces is one argument."""
        done = subprocess.run(
            [self.flagflow, *arguments], cwd=self.folder, input=stdin, capture_output=True, timeout=timeout, **options
        )
        out, err = (text.decode("utf-8", "backslashreplace") for text in (done.stdout, done.stderr))
        require(done.returncode != 101 and "panicked" not in err, "a panic\n%s" % err)
        return Run(arguments, done.returncode, out, err)

    def check(self, content, *options, name="file"):
        """The JSON report of a file with this content, with the exit code as `code`."""
        run = self.run("check", "--format", "json", *options, self.write(name, content))
        require(len(run.out.splitlines()) == 1, "not one report\n%s" % run)
        report = run.json()[0]
        report["code"] = run.code
        return report

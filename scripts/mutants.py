#!/usr/bin/env python3
"""Mutants of one crate: is there a change to its code that no test of it notices?

Two kinds. `code`: what cargo-mutants makes (functions that return something else, operators, match arms).
`literals`: what it never makes: each number of the code plus and minus one, each byte and character
replaced by its neighbour, each short word with one letter changed, each byte string the same way. These
formats are mostly widths, tags, columns and tables, so this is where a mistake would hide.

    scripts/mutants.py gas --kind code --minutes 30
    scripts/mutants.py gas --kind literals --shard 1/2
    scripts/mutants.py gas --kind code --missed       what is left of the ledger, and nothing is run

Mutants are built in a clone of the last commit and judged by the unit and integration tests of their own
crate (`--with` adds those of another); documentation tests are not asked. Most are built all at once, each behind a
switch (switched.py), and asked in parallel; what cannot be switched is built one by one (`--one-by-one`: all). Results go to a ledger,
proof/mutants/CRATE.KIND.tsv, row by row, so that a run may be stopped at any moment and goes on with what
the ledger does not have. A row is known by the text of its line, not by its number: the ledger outlives
changes elsewhere. `--again missed` asks those again. A mutant that no test can tell from the original is
listed with its reason in proof/mutants/equivalent.tsv. Exit 1: a mutant was missed.

Results: caught (a test failed), timeout (a test did not end: also caught), unviable (it does not build,
which is how a constant that is checked at compile time is caught), missed, equivalent.
"""
import argparse
import csv
import datetime
import fcntl
import hashlib
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, Iterator, NamedTuple

from switched import REACHED, SWITCH, Switched, compiler_errors

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROOF = ROOT / "proof" / "mutants"
COLUMNS = ["key", "result", "place", "change", "date"]
MEMORY = 8 << 30
FEW = 12  # so few are sooner built one by one
ALL = ["--lib", "--bins", "--tests"]


class Mutant(NamedTuple):
    file: str
    line: int
    change: str
    start: int
    end: int
    replacement: str
    key: str
    genre: str


class Program(NamedTuple):
    path: str
    folder: str
    name: str
    is_integration: bool


# ---- what is changed -------------------------------------------------------------------------------


def key_of(file: str, source: str, start: int, replacement: str, seen: Counter) -> str:
    """The name of a mutant: its line's text, its place in it, and how often that was there before."""
    first = source.rfind("\n", 0, start) + 1
    last = source.find("\n", start)
    line = source[first:last]
    name = (file, line.strip(), start - first - (len(line) - len(line.lstrip())), replacement)
    seen[name] += 1
    return hashlib.sha256(repr((*name, seen[name])).encode()).hexdigest()[:12]


def code(crate: str, root: pathlib.Path) -> list[Mutant]:
    """What cargo-mutants would make, with spans in lines and columns turned into offsets."""
    listed = subprocess.run(
        ["cargo", "mutants", "--list", "--json", "-p", f"flagflow-{crate}"],
        cwd=root, check=True, capture_output=True, text=True,
    ).stdout
    seen: Counter = Counter()
    sources: dict[str, tuple[str, list[int]]] = {}
    found = []
    for each in json.loads(listed):
        if each["file"] not in sources:
            text = (root / each["file"]).read_text()
            starts = [0] + [i + 1 for i, letter in enumerate(text) if letter == "\n"]
            sources[each["file"]] = (text, starts)
        text, starts = sources[each["file"]]
        span = each["span"]
        start, end = (starts[span[p]["line"] - 1] + span[p]["column"] - 1 for p in ("start", "end"))
        change = re.sub(r"^\S+: ", "", each["name"])
        key = key_of(each["file"], text, start, change, seen)
        found.append(Mutant(each["file"], span["start"]["line"], change, start, end, each["replacement"], key, each["genre"]))
    return found


TOKEN = re.compile(
    r"""(?P<skip>//[^\n]*|/\*.*?\*/|b?r(?P<hash>\#*)".*?"(?P=hash)|'[a-z_]\w*(?!'))
    |(?P<attribute>\#!?\[)
    |(?P<bytes>b"(?:[^"\\]|\\.)*")
    |(?P<text>"(?:[^"\\]|\\.)*")
    |(?P<letter>b?'(?:[^'\\]|\\x[0-9a-fA-F]{2}|\\.)')
    |(?P<number>(?<![\w.])(?:0x[0-9a-fA-F_]+|0b[01_]+|\d[\d_]*)(?:_?[ui](?:8|16|32|64|128|size))?(?![\w]|\.\d))
    |(?P<word>[A-Za-z_]\w*)""",
    re.VERBOSE | re.DOTALL,
)
NUMBER = re.compile(r"(0x[0-9a-fA-F_]+|0b[01_]+|\d[\d_]*?)(_?[ui](?:8|16|32|64|128|size))?$")
# What says nothing about a format: texts of messages, and words for debugging.
MESSAGES = re.compile(r"(write|writeln|format|debug_\w+|assert\w*|unreachable|panic)!\s*\($|\.(field|debug_\w+)\($")


def closing(source: str, at: int, opened: str, closed: str) -> int:
    """The place behind the bracket that closes the one at `at`."""
    depth = 0
    for token in re.finditer(rf"\"(?:[^\"\\]|\\.)*\"|//[^\n]*|b?'(?:[^'\\]|\\.)'|[{re.escape(opened + closed)}]", source[at:]):
        if token[0] == opened:
            depth += 1
        elif token[0] == closed:
            depth -= 1
            if depth == 0:
                return at + token.end()
    return len(source)


def numbers(text: str) -> list[str]:
    """The number after and the number before, with the same type."""
    digits, suffix = NUMBER.match(text).groups()
    value = int(digits.replace("_", ""), 0) if not digits.isdigit() else int(digits)
    return [f"{v}{suffix or ''}" for v in (value + 1, value - 1) if v >= 0]


def neighbour(letter: str) -> str:
    return {"9": "8", "Z": "Y", "z": "y", "~": "}"}.get(letter, chr(ord(letter) + 1)).replace("\\", "]").replace('"', "#").replace("'", "(")


def letters(text: str) -> list[str]:
    body = re.match(r"(b?')(.*)'$", text, re.DOTALL)
    if body[2].startswith("\\"):
        return [f"{body[1]}{'?' if body[2] != '?' else '!'}'"]
    return [f"{body[1]}{neighbour(body[2])}'"]


def words(text: str) -> list[str]:
    """Each letter of a tag in turn; only its first where it is long."""
    start = text.index('"') + 1
    body = text[start:-1]
    if not body or len(body) > 24 or re.search(r"[\s{}\\]", body) or not body.isascii():
        return []
    places = range(len(body)) if len(body) <= 4 else [0]
    return [text[: start + i] + neighbour(body[i]) + text[start + i + 1 :] for i in places]


MAKERS = {"number": numbers, "letter": letters, "bytes": words, "text": words}


def literals_of(file: str, source: str) -> Iterator[Mutant]:
    seen: Counter = Counter()
    at = 0
    while token := TOKEN.search(source, at):
        at = token.end()
        kind = token.lastgroup if token.lastgroup != "hash" else "skip"
        if kind == "attribute":
            at = closing(source, token.end() - 1, "[", "]")
            if re.match(r"#\[cfg\(test\)\]", source[token.start() :]):
                item = re.compile(r"[{;]").search(source, at)
                at = closing(source, item.start(), "{", "}") if item[0] == "{" else item.end()
            continue
        if kind not in MAKERS:
            continue
        if kind == "text" and MESSAGES.search(source[max(0, token.start() - 24) : token.start()].rstrip("f ")):
            continue
        for replacement in MAKERS[kind](token[0]):
            line = source.count("\n", 0, token.start()) + 1
            change = f"{token[0]} -> {replacement}"
            yield Mutant(file, line, change, token.start(), token.end(), replacement,
                         key_of(file, source, token.start(), replacement, seen), "literal")


def literals(crate: str, root: pathlib.Path) -> list[Mutant]:
    files = sorted((root / "crates" / crate / "src").rglob("*.rs"))
    return [m for f in files if "tests" not in f.parts and f.stem != "tests" for m in literals_of(str(f.relative_to(root)), f.read_text())]


# ---- how it is judged ------------------------------------------------------------------------------


class Judge:
    """A clone of the last commit, its target folder, and the test programs in the order of their luck."""

    def __init__(self, crate: str, others: list[str], folder: pathlib.Path, limit: float):
        self.tree, self.crate = folder / "tree", crate
        self.packages = [a for name in [crate, *others] for a in ("-p", f"flagflow-{name}")]
        self.luck: Counter = Counter()
        self.took: dict[str, float] = {}
        self.limit = limit
        self.env = dict(
            os.environ, CARGO_TARGET_DIR=str(folder / "target"), CARGO_INCREMENTAL="1",
            CARGO_PROFILE_DEV_DEBUG="0", CARGO_PROFILE_TEST_DEBUG="0", CARGO_PROFILE_DEV_OPT_LEVEL="1", RUSTFLAGS="-Awarnings",
            PROPTEST_DISABLE_FAILURE_PERSISTENCE="1",
        )
        self.env.setdefault("PROPTEST_CASES", "24")
        folder.mkdir(parents=True, exist_ok=True)
        self.lock = (folder / "lock").open("w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"another run builds in {folder}")
        if self.tree.exists():
            self.git("fetch", "-q", "origin")
            self.git("reset", "-q", "--hard", "FETCH_HEAD")
        else:
            subprocess.run(["git", "clone", "-q", str(ROOT), str(self.tree)], check=True)
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True)
        self.git("checkout", "-q", "--detach", head.stdout.strip())

    def git(self, *words: str) -> None:
        subprocess.run(["git", *words], cwd=self.tree, check=True)

    def build(self, asked: list[str]) -> list[Program] | None:
        """The test programs of these targets; nothing where it does not build."""
        built = subprocess.run(
            ["cargo", "test", *self.packages, "--all-features", *asked, "--no-run", "--message-format=json"],
            cwd=self.tree, env=self.env, capture_output=True, text=True,
        )
        if built.returncode:
            self.why = built.stderr
            return None
        messages = (json.loads(line) for line in built.stdout.splitlines() if line.startswith("{"))
        return [
            Program(m["executable"], str(pathlib.Path(m["manifest_path"]).parent),
                    m["target"]["name"], m["target"]["kind"] == ["test"])
            for m in messages
            if m.get("executable") and m.get("profile", {}).get("test")
        ]

    def test(self, programs: list[Program], **more: str) -> str:
        for program in sorted(programs, key=self.worth, reverse=True):
            began = time.monotonic()
            env = dict(self.env, CARGO_MANIFEST_DIR=program.folder, **more)
            try:
                ended = subprocess.run(
                    [program.path, "-q"], cwd=program.folder, env=env,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=self.limit,
                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
                ).returncode
            except subprocess.TimeoutExpired:
                return "timeout"
            if ended:
                self.luck[program.name] += 1
                return "caught"
            self.took[program.name] = time.monotonic() - began
        return "missed"

    def worth(self, program: Program) -> float:
        return (1 + self.luck[program.name]) / (0.2 + self.took.get(program.name, 0.0))

    def lucky(self) -> list[str]:
        """The unit tests and the integration tests that noticed most in the least time: few to build."""
        best = sorted((p for p in self.all if p.is_integration), key=self.worth, reverse=True)[:2]
        return ["--lib", *(word for p in best for word in ("--test", p.name))]

    def unchanged(self) -> None:
        """The tests pass without a change, or no result means anything; and how long they take is the measure."""
        programs = self.build(ALL)
        if not programs:
            sys.exit(f"it does not build unchanged:\n{self.why}")
        self.all = programs
        began = time.monotonic()
        if self.test(programs) != "missed":
            sys.exit("the tests fail, or take too long, without any change")
        took = time.monotonic() - began
        self.limit = max(20.0, 5 * took)
        print(f"unchanged: {len(programs)} programs, {took:.1f} s", flush=True)

    def check(self) -> list[dict]:
        """What the compiler has against the library as it is."""
        checked = subprocess.run(
            ["cargo", "check", *self.packages[:2], "--all-features", "--lib", "--message-format=json"],
            cwd=self.tree, env=self.env, capture_output=True, text=True,
        )
        errors = compiler_errors(checked.stdout)
        if checked.returncode and not errors:
            sys.exit(f"it cannot be checked:\n{checked.stderr}")
        return errors

    def switched(self, mutants: list[Mutant], end: float, tell: Callable[[Mutant, str], None]) -> None:
        """Asks those that can be built all at once."""
        switches = Switched(self.tree, self.crate, mutants, self.check)
        try:
            numbers = switches.settle()
            for number in switches.unviable - numbers:
                tell(switches.mutants[number], "unviable")
            programs = self.build(ALL) if numbers else None
            if not programs:
                print("nothing can be switched", flush=True)
                return
        finally:
            switches.restore()
        reached = {program: self.reached(program) for program in programs}
        print(f"{len(numbers)} of {len(mutants)} can be switched", flush=True)

        def ask(number: int) -> None:
            if time.monotonic() < end:
                of_it = [program for program in programs if number in reached[program]]
                tell(switches.mutants[number], self.test(of_it, **{SWITCH: str(number)}))

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(ask, sorted(numbers)))

    def reached(self, program: Program) -> set[int]:
        """The mutants that a test program comes past, all switches off."""
        path = self.tree / "reached"
        path.write_text("")
        if self.test([program], **{REACHED: str(path)}) != "missed":
            sys.exit(f"{program.name} fails with all switches off")
        return set(map(int, path.read_text().split()))

    def judge(self, mutant: Mutant) -> str:
        path = self.tree / mutant.file
        source = path.read_text()
        path.write_text(source[: mutant.start] + mutant.replacement + source[mutant.end :])
        try:
            for asked in (self.lucky(), ALL):
                programs = self.build(asked)
                result = self.test(programs) if programs else "unviable"
                if result != "missed":
                    break
            return result
        finally:
            path.write_text(source)


# ---- the ledger ------------------------------------------------------------------------------------


def rows(path: pathlib.Path) -> list[dict]:
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def write_ledger(path: pathlib.Path, mutants: list[Mutant], known: dict[str, dict]) -> None:
    """In the order of the code, without what the code no longer has."""
    with path.open("w", newline="") as file:
        out = csv.DictWriter(file, COLUMNS, delimiter="\t", lineterminator="\n")
        out.writeheader()
        for m in mutants:
            if m.key in known:
                out.writerow({**known[m.key], "place": f"{m.file}:{m.line}", "change": m.change})


def summary(mutants: list[Mutant], known: dict[str, dict], excused: dict[str, str]) -> bool:
    """Counts, and each that was missed without an excuse; whether there is none."""
    count: Counter = Counter()
    missed = []
    for m in mutants:
        result = known[m.key]["result"] if m.key in known else "not asked"
        if result == "missed" and m.key in excused:
            result = "equivalent"
        count[result] += 1
        if result == "missed":
            missed.append(m)
    for m in missed:
        print(f"missed {m.key} {m.file}:{m.line}: {m.change}")
    print(f"{len(mutants)} mutants: " + ", ".join(f"{n} {what}" for what, n in count.most_common()))
    return not missed


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("crate", help="a folder of crates/: domain, frame, gas ...")
    parser.add_argument("--kind", choices=["code", "literals"], default="code")
    parser.add_argument("--with", dest="others", action="append", default=[], metavar="CRATE",
                        help="let this crate's tests judge too")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after this time; the next run goes on")
    parser.add_argument("--shard", default="1/1", metavar="K/N", help="only each Nth mutant, from the Kth")
    parser.add_argument("--again", action="append", default=[], metavar="RESULT", help="ask again those that were so")
    parser.add_argument("--only", default="", metavar="TEXT", help="only where the place or the change has this")
    parser.add_argument("--one-by-one", action="store_true", help="switch none")
    parser.add_argument("--missed", action="store_true", help="print what the ledger has and run nothing")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target" / "mutants", help="where it builds")
    return parser.parse_args()


def main() -> int:
    args = arguments()
    PROOF.mkdir(parents=True, exist_ok=True)
    ledger = PROOF / f"{args.crate}.{args.kind}.tsv"
    excused = {row["key"]: row["reason"] for row in rows(PROOF / "equivalent.tsv")}
    make = {"code": code, "literals": literals}[args.kind]
    if args.missed:
        known = {row["key"]: row for row in rows(ledger)}
        return 0 if summary(make(args.crate, ROOT), known, excused) else 1
    shard, of = map(int, args.shard.split("/"))
    judge = Judge(args.crate, args.others, args.work / f"{args.crate}-{shard}", 600.0)
    mutants = make(args.crate, judge.tree)
    known = {row["key"]: row for row in rows(ledger)}
    asked = [m for i, m in enumerate(mutants) if i % of == shard - 1]
    asked = [m for m in asked if args.only in f"{m.file}:{m.line} {m.change}"]
    asked = [m for m in asked if m.key not in known or known[m.key]["result"] in args.again]
    print(f"{len(mutants)} mutants, {len(asked)} to ask", flush=True)
    judge.unchanged()
    end = time.monotonic() + 60 * args.minutes
    lock = threading.Lock()

    def tell(m: Mutant, result: str) -> None:
        if result == "missed":
            print(f"missed {m.file}:{m.line}: {m.change}", flush=True)
        with lock:
            # Another shard may have written meanwhile.
            known = {row["key"]: row for row in rows(ledger)}
            known[m.key] = {"key": m.key, "result": result, "date": datetime.date.today().isoformat()}
            write_ledger(ledger, mutants, known)
            told.add(m.key)

    told: set[str] = set()
    if len(asked) >= FEW and not args.one_by_one:
        judge.switched(asked, end, tell)
    for m in asked:
        if time.monotonic() > end:
            break
        if m.key not in told:
            tell(m, judge.judge(m))
    known = {row["key"]: row for row in rows(ledger)}
    return 0 if summary(mutants, known, excused) else 1


if __name__ == "__main__":
    sys.exit(main())

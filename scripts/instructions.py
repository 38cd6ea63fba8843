#!/usr/bin/env python3
"""Counts the instructions of the hot loops and compares them with benches/instructions/baseline.json.

    python3 scripts/instructions.py             0: no count grew by more than 3 %; 1: one did
    python3 scripts/instructions.py --update    writes a new baseline

Counts do not depend on other work of the machine, but on the compiler: with another rustc than that of
the baseline nothing is compared. If a tool is missing, the script names it and ends with 77. Needs
valgrind and the runner:

    cargo install gungraun-runner --version 0.20.0 --locked
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "benches" / "instructions"
BASELINE = PACKAGE / "baseline.json"
MORE = 0.03
SKIPPED = 77


class Skip(Exception):
    """The reason for not counting or comparing."""


def gungraun_version():
    """The locked version, which the runner must have too."""
    lock = (PACKAGE / "Cargo.lock").read_text()
    return re.search(r'name = "gungraun"\nversion = "([^"]+)"', lock)[1]


def runner():
    wanted = gungraun_version()
    install = f"cargo install gungraun-runner --version {wanted} --locked"
    path = os.environ.get("GUNGRAUN_RUNNER") or shutil.which("gungraun-runner")
    if not path:
        raise Skip(f"there is no gungraun-runner ({install})")
    listed = subprocess.run(["cargo", "install", "--list"], capture_output=True, text=True).stdout
    found = re.search(r"^gungraun-runner v(\S+?):?$", listed, re.MULTILINE)
    if found and found[1] != wanted:
        raise Skip(f"gungraun-runner is {found[1]}, not {wanted} ({install})")
    return path


def compiler():
    """The compiler, and whether the processor has what the wide backend wants: both change counts."""
    version = subprocess.run(["rustc", "--version"], cwd=ROOT, capture_output=True, text=True, check=True)
    cpu = Path("/proc/cpuinfo")
    wide = "avx2" in cpu.read_text() if cpu.exists() else False
    return f"{version.stdout.strip()}, {platform.machine()}{', avx2' if wide else ''}"


def counts():
    """Instructions of each loop, by its name."""
    if not shutil.which("valgrind"):
        raise Skip("there is no valgrind")
    environment = {**os.environ, "GUNGRAUN_RUNNER": runner()}
    command = ["cargo", "bench", "--manifest-path", PACKAGE / "Cargo.toml"]
    command += ["--bench", "instructions", "--", "--output-format=json"]
    bench = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    if bench.returncode:
        raise SystemExit("the loops could not be run")
    return dict(count(json.loads(line)) for line in bench.stdout.splitlines() if line.startswith("{"))


def count(summary):
    [profile] = [each for each in summary["profiles"] if each["tool"] == "Callgrind"]
    [part] = profile["data"]["parts"]
    name = f"{summary['function_name']} {summary['id']}"
    return name, part["metrics"]["Ir"]["values"]["new"]


def compare(baseline, found):
    """Prints every loop; returns true if none grew."""
    good = True
    for name, instructions in found.items():
        before = baseline.get(name)
        change = "new" if before is None else f"{(instructions - before) / before:+.2%}"
        grew = before is None or instructions > before * (1 + MORE)
        good &= not grew
        print(f"{'GREW' if grew else 'ok  '} {name:26} {instructions:>12,} {change:>8}")
    for name in baseline.keys() - found.keys():
        good = False
        print(f"GONE {name}")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write the baseline")
    parser.add_argument(
        "--comparable", action="store_true", help="only say whether the baseline is of this compiler"
    )
    options = parser.parse_args()
    by = compiler()
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    if options.comparable:
        return 0 if baseline.get("compiler") == by else SKIPPED
    try:
        if not options.update and baseline.get("compiler") != by:
            raise Skip(f"the baseline was counted by {baseline.get('compiler')}, this is {by}")
        found = counts()
    except Skip as reason:
        print(f"SKIPPED: {reason}")
        return SKIPPED
    if options.update:
        whole = {"compiler": by, "records": 10_000, "instructions": found}
        BASELINE.write_text(json.dumps(whole, indent=2) + "\n")
        return 0
    return 0 if compare(baseline["instructions"], found) else 1


if __name__ == "__main__":
    raise SystemExit(main())

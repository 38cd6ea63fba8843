#!/usr/bin/env python3
"""Runs regression tests of faults found in trials, one row a fault, and prints the number fixed.

    trials.py --flagflow PATH [--list] [ROW...]

A row is a function in scripts/trials/*.py, marked with its number: `@row("2.1", "a DOS end of file is padding")`.
It gets a `Trial`: a folder, the command, and the common inputs. A row fails by raising, as `require` and
`Trial.expect` do. Exit status 0: every row passes; 1: a row fails.
"""

import argparse
import importlib.util
import os
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import trial  # noqa: E402


def modules():
    folder = os.path.join(HERE, "trials")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".py"):
            spec = importlib.util.spec_from_file_location(name[:-3], os.path.join(folder, name))
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)


def order(number):
    """Rows in the order of their numbers: 1.1, 1.1b, 1.2, 1.10."""
    section, _, rest = number.partition(".")
    digits = rest.rstrip("abcdefghijklmnopqrstuvwxyz")
    return int(section), int(digits or 0), rest[len(digits) :]


def holds(row, flagflow):
    with tempfile.TemporaryDirectory() as folder:
        try:
            row.run(trial.Trial(flagflow, folder))
        except trial.Skipped as why:
            print("skipped  %-6s %s: %s" % (row.number, row.title, why))
            return None
        except Exception as error:
            print("FAILS    %-6s %s" % (row.number, row.title))
            if not isinstance(error, trial.Wrong):
                traceback.print_exc(file=sys.stdout)
            print("         " + str(error).replace("\n", "\n         "))
            return False
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--flagflow", required=True, help="the command to try")
    parser.add_argument("--list", action="store_true", help="print the rows and run none")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="only these rows or sections, as 2.1 or 2")
    given = parser.parse_args()
    modules()
    rows = [row for row in trial.ROWS if not given.rows or {row.number, row.number.split(".")[0]} & set(given.rows)]
    rows.sort(key=lambda row: order(row.number))
    if not rows:
        sys.exit("no such row: %s" % " ".join(given.rows))
    if given.list:
        for row in rows:
            print("%-6s %s" % (row.number, row.title))
        return
    verdicts = [holds(row, os.path.abspath(given.flagflow)) for row in rows]
    run = [verdict for verdict in verdicts if verdict is not None]
    skipped = len(verdicts) - len(run)
    print("%d of %d rows hold%s" % (sum(run), len(run), ", %d skipped" % skipped if skipped else ""))
    sys.exit(0 if all(run) else 1)


if __name__ == "__main__":
    main()

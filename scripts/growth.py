#!/usr/bin/env python3
"""Measures how the cost of a change of a register grows with the register: the day of a roll-out, at several sizes.

    growth.py --flagflow target/release/flagflow --meters 10000 1000000 [--updates 10000000] [--folder FOLDER]

For each number of meters a new register is loaded from files of events, four events a meter, and notified; then
45,000 meters are decommissioned and notified as docs/rollout.md describes. For each number in --updates a register
of so many points is made from update files, and a million updates, in order and in random order, are applied to it.
Prints Markdown tables with elapsed seconds, in brackets those of the processor (user and system), and peak memory (the
largest resident set of a command), and the ratios of each row to the first one, those of runs for each update. Every
command must report what is expected, and `flagflow check` must accept the files of the runs. The folder in use is
removed at the end, also after an error or a signal.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PART = 1_000_000  # meters or updates in a file
KEPT_BACK = 45_000


class Command:
    """The seconds, also of the processor, the peak memory in MiB and the output of a command."""

    def __init__(self, arguments, exits=(0,), folder=None):
        began = time.monotonic()
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(arguments, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
            try:
                _, status, usage = os.wait4(process.pid, 0)
            except BaseException:
                process.kill()
                process.wait()
                raise
            process.returncode = os.waitstatus_to_exitcode(status)
            self.seconds = time.monotonic() - began
            self.processor = usage.ru_utime + usage.ru_stime
            self.peak = usage.ru_maxrss / 1024
            output.seek(0)
            self.text = output.read().decode()
        if process.returncode not in exits:
            sys.exit(f"{arguments}: exit {process.returncode}: {self.text[-2000:]}")

    def expect(self, text):
        if text not in self.text:
            sys.exit(f"expected {text!r} in {self.text[-2000:]}")


class Growth:
    def __init__(self, arguments):
        self.flagflow = os.path.abspath(arguments.flagflow)
        self.rollout = os.path.join(os.path.dirname(self.flagflow), "examples", "rollout")
        self.folder = tempfile.mkdtemp(dir=arguments.folder)
        self.register = os.path.join(self.folder, "register")

    def make(self, what, first, last):
        """Returns a file of the example `rollout`."""
        name = os.path.join(self.folder, f"{what}.csv" if what != "updates" else "updates.dxi")
        with open(name, "wb") as file:
            subprocess.run([self.rollout, what, str(first), str(last)], stdout=file, check=True)
        return name

    def run(self, *arguments, exits=(0,)):
        return Command([self.flagflow, *arguments], exits, self.folder)

    def remove_register(self):
        for name in os.listdir(self.folder):
            path = os.path.join(self.folder, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)

    def notify_run(self, name, updates, kept_back):
        out = os.path.join(self.folder, name)
        os.makedirs(out)
        participants = [f"--participant={network}=IN{network}" for network in range(24, 32)]
        day = {"first": 1, "off": 2, "on": 3, "more": 4}[name]
        run = self.run("notify", "run", "register", "--out", out, "--organisation-id", "1", *participants,
                       "--supplier", "MRCY", "--now", f"202203{day:02}020000")
        sent = sum(int(line.rsplit(" ", 1)[1]) for line in run.text.splitlines() if "updates: " in line)
        if sent != updates:
            sys.exit(f"{name}: {sent} updates instead of {updates}")
        if kept_back:
            run.expect(f"kept back by a switch: {kept_back}")
        for file in os.listdir(out):
            self.run("check", "-q", "--no-cross-record", os.path.join(out, file))
        shutil.rmtree(out)
        return run

    def notifications(self, meters):
        """Returns the row of a number of meters."""
        load = Total()
        for first in range(0, meters, PART):
            part = self.make("commissioned", first, min(first + PART, meters))
            load.add(self.run("notify", "add", "register", part, "--rules", "modification"))
            os.remove(part)
        rest = [self.notify_run("first", meters, 0)]
        kept_back = min(KEPT_BACK, meters)
        rest.append(self.run("notify", "add", "register", self.make("decommissioned", 0, kept_back)))
        rest.append(self.notify_run("off", 0, kept_back))
        rest.append(self.run("notify", "switch", "register", "--gas", "on", "--electricity", "on"))
        rest.append(self.notify_run("on", kept_back, 0))
        rest.append(self.run("notify", "pending", "register"))
        one = os.path.join(self.folder, "one.csv")
        with open(one, "w", encoding="ascii") as file:
            file.write("on,device,event,meter_point\n2022-02-01,00-DB-00-00-00-00-00-00,unlinked,10000000\n")
        rest.append(self.run("notify", "add", "register", self.make("decommissioned", kept_back, kept_back + 1)
                             if meters > kept_back else one, exits=(0, 1)))
        with open(self.make("commissioned", 0, 1), encoding="ascii") as file:
            point = file.read().split("associated,")[1].split("\n")[0]
        rest.append(self.run("notify", "history", "register", point))
        size = os.path.getsize(self.register)
        first, add, off, _, on, pending, event, history = rest
        small = max(pending.peak, event.peak, history.peak)
        return [
            Cell(meters, "{:,.0f}"), Cell(4 * meters / load.seconds, "{:,.0f}"),
            Cell(4 * meters / load.processor, "{:,.0f}"), Cell(load.peak), Cell(first, items=meters),
            Cell(first.peak), Cell(add, items=kept_back), Cell(off, items=kept_back), Cell(on, items=kept_back),
            Cell(on.peak), Cell(pending), Cell(event), Cell(small), Cell(size / meters),
        ]

    def updates(self, points):
        """Returns the row of a number of points to which a million updates are applied."""
        for first in range(0, points, 10 * PART):
            self.run("register", "apply", "register", self.make("updates", first, min(first + 10 * PART, points)))
        cells = [Cell(points, "{:,.0f}")]
        source = self.make("updates", points // 2, points // 2 + PART)
        with open(source, encoding="ascii") as file:
            lines = [line.rstrip("\n")[:14] + "20220201\n" for line in file]
        drawn = random.Random(points)
        for shuffled in (False, True):
            if shuffled:
                # points from all of the register, a month later
                lines = []
                for _ in range(100):
                    first = drawn.randrange(points - PART // 100)
                    with open(self.make("updates", first, first + PART // 100), encoding="ascii") as file:
                        lines += [line.rstrip("\n")[:14] + "20220301\n" for line in file]
                drawn.shuffle(lines)
            name = os.path.join(self.folder, "million.dxi")
            with open(name, "w", encoding="ascii") as file:
                file.writelines(lines)
            apply = self.run("register", "apply", "register", name, exits=(0, 1))
            cells += [Cell(PART / apply.seconds, "{:,.0f}"), Cell(PART / apply.processor, "{:,.0f}"), Cell(apply.peak)]
        query = self.run("register", "query", "register", lines[0][3:13])
        return [*cells, Cell(query), Cell(os.path.getsize(self.register) / points)]


class Total:
    """The seconds and the peak memory of several commands."""

    seconds, processor, peak = 0.0, 0.0, 0.0

    def add(self, command):
        self.seconds += command.seconds
        self.processor += command.processor
        self.peak = max(self.peak, command.peak)


class Cell:
    """A figure of a table: a number, or the seconds of a command. The ratio is for each of `items`."""

    def __init__(self, figure, form="{:.0f}", items=1):
        self.items = items
        if isinstance(figure, Command):
            self.numbers, self.form = [figure.seconds, figure.processor], "{:.3f} ({:.3f})"
        else:
            self.numbers, self.form = [figure], form

    def __str__(self):
        return self.form.format(*self.numbers)

    def ratio(self, other):
        each = zip(self.numbers, other.numbers)
        return " / ".join(f"{own * other.items / max(number, 0.001) / self.items:.2f}" for own, number in each)


def table(heads, rows):
    print("| " + " | ".join(heads) + " |\n|" + "--:|" * len(heads))
    seen = []
    for row in rows:
        seen.append(row)
        print("| " + " | ".join(map(str, row)) + " |", flush=True)
    print()
    for row in seen[1:]:
        ratios = [f"{head}: {cell.ratio(first)}" for head, cell, first in zip(heads[1:], row[1:], seen[0][1:])]
        print(f"{row[0]} to {seen[0][0]}: " + ", ".join(ratios))
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--flagflow", required=True)
    parser.add_argument("--meters", type=int, nargs="*", default=[])
    parser.add_argument("--updates", type=int, nargs="*", default=[])
    parser.add_argument("--folder", help="where registers are made; the system's temporary folder by default")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    growth = Growth(arguments)
    try:
        if arguments.meters:
            heads = ["meters", "load, events/s", "events/s of the processor", "MiB", "first run, s", "MiB",
                     "45,000 events, s", "run, both off, s", "run of 45,000, s", "MiB", "pending, s", "one event, s",
                     "MiB", "file, bytes a meter"]
            table(heads, growth_rows(growth, growth.notifications, arguments.meters))
        if arguments.updates:
            heads = ["points", "in order, updates/s", "updates/s of the processor", "MiB", "random, updates/s",
                     "updates/s of the processor", "MiB", "query, s", "file, bytes a point"]
            table(heads, growth_rows(growth, growth.updates, arguments.updates))
    finally:
        shutil.rmtree(growth.folder)


def growth_rows(growth, measure, sizes):
    for size in sizes:
        yield measure(size)
        growth.remove_register()


if __name__ == "__main__":
    main()

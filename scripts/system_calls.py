"""Runs a command under strace: lists its system calls, kills it before a call, or makes a call fail.

Used by kill_watch.py and faults.py.
"""

import shutil
import signal
import subprocess

LIMIT = 120  # time limit of a run, in seconds
STARTS = ("execve", "exit_group")  # the process exists between these two calls


class Wrong(Exception):
    """A promise that was not kept."""


def require(holds, what):
    if not holds:
        raise Wrong(what[:2000])


def can_be_traced():
    return shutil.which("strace") is not None


def traced(run, trace, **more):
    """Runs a command, with each of its system calls in the file `trace`: (thread, name, line)."""
    subprocess.run(["strace", "-f", "-y", "-qq", "-o", trace] + run, timeout=LIMIT, **more)
    for line in open(trace, encoding="utf-8", errors="replace"):
        thread, _, call = line.partition(" ")
        name = call.strip().split("(")[0]
        if name.isidentifier() and name not in STARTS:
            yield thread, name, call.strip()


def counted(calls):
    """system call -> how often the busiest thread makes it: what strace's `when` counts."""
    counts = {}
    for thread, name, _ in calls:
        counts[name, thread] = counts.get((name, thread), 0) + 1
    busiest = {}
    for (name, _), count in counts.items():
        busiest[name] = max(busiest.get(name, 0), count)
    return busiest


def injected(run, what, trace, **more):
    """Runs a command with something done to a system call: `write:signal=SIGKILL:when=3`."""
    strace = ["strace", "-f", "-qq", "-o", trace, "-e", "trace=" + what.split(":")[0], "-e", "inject=" + what]
    return subprocess.run(strace + run, timeout=LIMIT, **more)


def was_killed(code):
    return code in (-signal.SIGKILL, 128 + signal.SIGKILL)

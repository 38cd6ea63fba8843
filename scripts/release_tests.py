#!/usr/bin/env python3
"""Tests the artefacts of scripts/release and prints a table: artefact, size, how it was tested.

    release_tests.py [--flagflow PATH] [OUT]

OUT is the folder of the artefacts, by default target/artefacts. --flagflow is a command of the same commit, with which
the page is compared; by default the Linux artefact. Each test that cannot run says so. Exit status 0: no test that ran
failed; 1: a test failed.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
VALID = ROOT / "testdata/e45/valid/fixed-bare.txt"
WRONG = ROOT / "testdata/e45/invalid/invalid-date.txt"
WINE = pathlib.Path("/usr/lib/wine/wine64")

# Windows 10 has this library and wine 8 does not; Rust's hash maps take their seeds from it.
PRNG = """
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) { return RtlGenRandom(data, size); }
"""

# Runs a command, reads the first bytes of its output, closes the pipe, and returns its exit code: a pipe of
# this system would end with an error that Windows does not give.
READER = """
#include <windows.h>
int main(int count, char **words) {
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    STARTUPINFOA start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION process;
    HANDLE output;
    char first[64];
    DWORD size, code;
    if (count != 2 || !CreatePipe(&output, &start.hStdOutput, &inherited, 0)) return 101;
    start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    start.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    SetHandleInformation(output, HANDLE_FLAG_INHERIT, 0);
    if (!CreateProcessA(NULL, words[1], NULL, NULL, TRUE, 0, NULL, NULL, &start, &process)) return 102;
    CloseHandle(start.hStdOutput);
    if (!ReadFile(output, first, sizeof first, &size, NULL)) return 103;
    CloseHandle(output);
    WaitForSingleObject(process.hProcess, INFINITE);
    return GetExitCodeProcess(process.hProcess, &code) ? (int)code : 104;
}
"""

# Installs the package in a Debian that has booted, starts the service as docs/watch.md says, lets it judge two files,
# and restarts and stops it.
SERVICE = """#!/bin/bash
exec >/root/service.log 2>&1
set -exo pipefail
dpkg -i /root/flagflow.deb
useradd --system flagflow
install -d -o flagflow -g flagflow -m 750 /srv/flagflow/inbox
install -D -m 644 /dev/null /etc/flagflow/flagflow.toml
systemctl daemon-reload
systemctl enable --now flagflow-watch
install -o flagflow -g flagflow /root/valid.txt /root/wrong.txt /srv/flagflow/inbox
timeout 60 bash -c 'until systemctl status flagflow-watch | grep -q "Status: .1 accepted, 1 rejected,"; do sleep 1; done'
test -f /srv/flagflow/inbox/accepted/valid.txt
test -f /srv/flagflow/inbox/rejected/wrong.txt
curl --silent --fail http://127.0.0.1:9745/metrics | grep 'flagflow_watch_files_total{result="rejected"'
systemctl restart flagflow-watch
systemctl is-active flagflow-watch
systemctl stop flagflow-watch
test "$(systemctl show -p Result --value flagflow-watch)" = success
test "$(wc -l </var/log/flagflow/watch.log)" = 2
: passed
"""
SERVICE_UNIT = """[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/bash /root/service
ExecStopPost=/bin/systemctl --no-block poweroff
"""
# Where this system was not started by systemd, it has not what systemd-nspawn expects in /run.
BOOT = """
[ -d /run/systemd/system ] || { mkdir -p /run/systemd; mount -t tmpfs tmpfs /run/systemd; mkdir /run/systemd/nspawn; }
exec systemd-nspawn --quiet --boot --register=no --keep-unit --console=pipe --directory="$0"
"""


class Skipped(Exception):
    """A test cannot run here."""


def run(*command, code=0, **options):
    """Runs a command that must end with a code, and returns its standard output."""
    command = [str(part) for part in command]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    if done.returncode != code:
        tail = (done.stdout + done.stderr).decode(errors="replace")[-2000:]
        raise AssertionError("%s: exit code %d, not %d\n%s" % (" ".join(command), done.returncode, code, tail))
    return done.stdout


def as_root():
    if os.geteuid() != 0:
        raise Skipped("chroot needs root")


def needs(*commands):
    for command in commands:
        if not shutil.which(command):
            package = {"systemd-nspawn": "systemd-container"}.get(command, command)
            if os.geteuid() != 0 or subprocess.call(
                ["apt-get", "install", "-y", "--no-install-recommends", package],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            ):
                raise Skipped("there is no %s" % command)


def samples():
    """The arguments of side-cars, each with its samples."""
    found = {}
    for side_car in sorted(ROOT.glob("testdata/*/*valid/*.json")):
        stem = side_car.name[: -len(".json")]
        sample = side_car.with_name(stem + ".txt")
        if not sample.exists():
            sample = side_car.with_name(stem.rsplit(".", 1)[0] + ".txt")
        args = tuple(json.loads(side_car.read_text(encoding="utf-8"))["args"])
        found.setdefault(args, []).append(sample.relative_to(ROOT).as_posix())
    return found


def judged(command, cwd=None):
    """Checks a right, a wrong and an absent file."""
    report = json.loads(run(*command, "check", "--format", "json", "valid.txt", cwd=cwd))
    assert report["records"] == report["accepted"] == 2, report
    report = json.loads(run(*command, "check", "--format", "json", "wrong.txt", cwd=cwd, code=1))
    assert report["rejected"] > 0 and report["findings"], report
    run(*command, "check", "absent.txt", cwd=cwd, code=2)


def inputs(folder):
    folder.mkdir(exist_ok=True)
    shutil.copy(VALID, folder / "valid.txt")
    shutil.copy(WRONG, folder / "wrong.txt")


def linux(artefact, folder):
    as_root()
    shutil.copy(artefact, folder / "flagflow")
    inputs(folder / "data")
    for written in (folder / "data", folder / "tmp"):
        written.mkdir(exist_ok=True)
        written.chmod(0o777)
    # chroot changes to /, and files are named in full
    command = ["chroot", "--userspec=65532:65532", folder, "/flagflow"]
    assert b"\"accepted\":2" in run(*command, "check", "--format", "json", "/data/valid.txt")
    run(*command, "check", "/data/wrong.txt", code=1)
    run(*command, "check", "/data/absent.txt", code=2)
    run(*command, "convert", "/data/valid.txt", "--output", "/data/valid.parquet")
    assert (folder / "data/valid.parquet").read_bytes()[:4] == b"PAR1"
    return "empty chroot as user 65532: a right, a wrong and an absent file; writes Parquet"


def windows(artefact, folder):
    if not WINE.exists():
        needs("wine")
    if not WINE.exists():
        raise Skipped("there is no wine64")
    shutil.copy(artefact, folder / "flagflow.exe")
    made = ROOT / "target/wine"
    made.mkdir(parents=True, exist_ok=True)
    (made / "prng.c").write_text(PRNG)
    (made / "reader.c").write_text(READER)
    compiler = ["x86_64-w64-mingw32-gcc"]
    if not shutil.which(compiler[0]):
        compiler.insert(0, ROOT / "scripts/debian-rust")
    run(*compiler, "-shared", "-o", made / "bcryptprimitives.dll", made / "prng.c", "-ladvapi32", cwd=ROOT)
    run(*compiler, "-o", made / "reader.exe", made / "reader.c", cwd=ROOT)
    shutil.copy(made / "bcryptprimitives.dll", folder)
    shutil.copy(made / "reader.exe", folder)
    environment = dict(os.environ, WINEPREFIX=str(made / "prefix"), WINEDEBUG="-all", DISPLAY="")
    command = [WINE, folder / "flagflow.exe"]

    def flagflow(*args, code=0, cwd=folder):
        return run(*command, *args, code=code, cwd=cwd, env=environment)

    inputs(folder)
    assert b"\"accepted\":2" in flagflow("check", "--format", "json", "valid.txt")
    flagflow("check", "absent.txt", code=2)
    # cmd.exe passes patterns on
    reports = flagflow("check", "--format", "json", "*.txt", code=1).splitlines()
    assert sorted(json.loads(line)["file"] for line in reports) == ["valid.txt", "wrong.txt"], reports

    arrivals = folder / "arrivals"
    inputs(arrivals)
    logged = flagflow("watch", "--once", "--settle", "0", "arrivals", code=1)
    assert b"rejected/wrong.txt" in logged and b"accepted/valid.txt" in logged and b"\\\\" not in logged, logged
    assert (arrivals / "rejected/wrong.txt").read_bytes() == WRONG.read_bytes()

    # an output replaces the old one only when it is whole
    for _ in range(2):
        flagflow("convert", "valid.txt", "--output", "valid.csv")
    assert b"\x1b" not in flagflow("check", "wrong.txt", code=1)
    colours = dict(environment, CLICOLOR_FORCE="1")
    assert b"\x1b[" in run(*command, "check", "wrong.txt", code=1, cwd=folder, env=colours)

    flagflow("generate", "--flow", "gas", "--records", "200k", "--output", "large.txt")
    line = "flagflow.exe convert large.txt --to csv --output -"
    closed = subprocess.run(
        [str(WINE), "reader.exe", line], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert closed.returncode == 0 and closed.stderr == b"", closed

    native = artefact.with_name("flagflow")
    count = 0
    for args, files in samples().items():
        line = ["check", "--format", "json", *args, *files]
        expected = subprocess.run([str(native), *line], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert flagflow(*line, code=expected.returncode, cwd=ROOT) == expected.stdout, line
        count += len(files)
    tests = command_tests(artefact, made, environment)
    return (
        "wine: %d samples with the output of Linux; %d tests of the command; "
        "patterns, paths of logs, replacement, closed pipe, colours" % (count, tests)
    )


def command_tests(artefact, made, environment):
    """Runs the tests of the command, built for Windows, on the artefact; returns how many passed."""
    test = ["test", "--locked", "-p", "flagflow-cli", "--features", "tables", "--test", "it"]
    built = run(
        ROOT / "scripts/windows_cargo", *test, "--no-run", "--message-format", "json", cwd=ROOT,
        env=dict(os.environ, CARGO_PROFILE_DEV_DEBUG="0"),
    )
    messages = map(json.loads, built.splitlines())
    [tests] = [message["executable"] for message in messages if message.get("profile", {}).get("test")]
    tests = pathlib.Path(tests)
    # The tests look for the command where cargo puts it, and for libraries beside themselves.
    shutil.copy(artefact, tests.parent.parent / "flagflow.exe")
    for folder in (tests.parent, tests.parent.parent):
        shutil.copy(made / "bcryptprimitives.dll", folder)
    environment = dict(environment, INSTA_WORKSPACE_ROOT=str(ROOT), INSTA_UPDATE="no")
    # Many processes that wine starts at once end some of them with "internal error".
    output = run(WINE, tests, "--test-threads", "1", cwd=ROOT / "crates/cli", env=environment).decode()
    return int(re.search(r"(\d+) passed; 0 failed", output).group(1))


def debian_package(artefact, folder):
    as_root()
    needs("mmdebstrap", "lintian")
    found = run("lintian", "--allow-root", "--fail-on", "error,warning", artefact).decode()
    assert not found, found
    root = debian("debian-bare", artefact, "--variant=essential")
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root"}
    inside = ["chroot", root, "env", "--chdir=/root"]
    try:
        run(*inside, "dpkg", "-i", "flagflow.deb", env=environment)
        judged_inside = [*inside, "flagflow"]
        run(*judged_inside, "check", "valid.txt", env=environment)
        run(*judged_inside, "check", "wrong.txt", code=1, env=environment)
        listed = run(*inside, "dpkg", "-L", "flagflow", env=environment).decode()
        for path in ("man1/flagflow-check.1.gz", "completions/flagflow", "system/flagflow-watch.service"):
            assert path in listed, listed
        run(*inside, "bash", "-n", "/usr/share/bash-completion/completions/flagflow", env=environment)
    finally:
        run(*inside, "dpkg", "--purge", "flagflow", env=environment)
    try:
        service(artefact)
        started = "the service started, restarted and stopped by systemd"
    except Skipped as why:
        started = "the service NOT STARTED: %s" % why
    return (
        "lintian without errors and warnings; dpkg -i in a bare Debian 12, a right and a wrong file, dpkg --purge; "
        + started
    )


def debian(name, artefact, *options):
    """Returns the root of a Debian with the package and two files in /root."""
    root = ROOT / "target" / name
    if not root.exists():
        making = root.with_name(name + ".new")
        shutil.rmtree(making, ignore_errors=True)
        run("mmdebstrap", "--quiet", "--mode=root", "--dpkgopt=force-unsafe-io", *options, "bookworm", making)
        making.rename(root)
    inputs(root / "root")
    shutil.copy(artefact, root / "root/flagflow.deb")
    return root


def service(artefact):
    """Starts the service in a copy of a Debian with systemd."""
    needs("systemd-nspawn")
    made = debian("debian-systemd", artefact, "--variant=minbase", "--include=systemd,systemd-sysv,curl")
    root = made.with_name("debian-booted")
    shutil.rmtree(root, ignore_errors=True)
    run("cp", "-a", made, root)
    (root / "root/service").write_text(SERVICE)
    units = root / "etc/systemd/system"
    (units / "service-test.service").write_text(SERVICE_UNIT)
    wanted = units / "multi-user.target.wants"
    wanted.mkdir(exist_ok=True)
    (wanted / "service-test.service").symlink_to("../service-test.service")
    booted = subprocess.run(
        ["unshare", "--mount", "timeout", "300", "bash", "-euc", BOOT, str(root)], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    log = root / "root/service.log"
    if not log.exists():
        raise Skipped("no Debian boots here: %s" % booted.stdout.decode(errors="replace").strip()[-200:])
    if not log.read_text().endswith("+ : passed\n"):
        raise AssertionError(log.read_text())


def wheel(artefact, folder):
    run(sys.executable, "-m", "venv", folder / "venv")
    python = folder / "venv/bin/python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", artefact)
    inputs(folder)
    program = (
        "import flagflow; right = flagflow.check('valid.txt'); wrong = flagflow.check('wrong.txt');"
        "assert right.passed and right.accepted == 2 and not wrong.passed and wrong.rejected > 0"
    )
    run(python, "-c", program, cwd=folder)
    return "installed alone in a fresh venv: a right and a wrong file"


def page(artefact, folder):
    needs("npm")
    browser = ROOT / "crates/cli/tests/browser"
    if not (browser / "node_modules/playwright-core").exists():
        run("npm", "ci", "--prefix", browser, "--ignore-scripts", "--no-audit", "--no-fund")
    if not os.environ.get("FLAGFLOW_BROWSER"):
        needs("chromium")
    run("node", ROOT / "web/tests/page.mjs", artefact, FLAGFLOW or artefact.with_name("flagflow"))
    return "web/tests in Chromium: every sample, reports and parts equal to the command's"


def dockerfile(artefact, folder):
    if not shutil.which("docker") or subprocess.run(["docker", "info"], capture_output=True).returncode:
        raise Skipped("there is no Docker server; the same binary ran as the same user in an empty chroot")
    shutil.copy(artefact, folder / "Dockerfile")
    shutil.copy(artefact.with_name("flagflow"), folder / "flagflow")
    run("docker", "build", "--tag", "flagflow-release-test", folder)
    inputs(folder / "data")
    command = ["docker", "run", "--rm", "--network", "none", "--read-only", "--tmpfs", "/tmp"]
    judged([*command, "-v", "%s:/data:ro" % (folder / "data"), "flagflow-release-test"])
    return "built and run read-only: a right, a wrong and an absent file"


def materials(artefact, folder):
    bill = json.loads(artefact.read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX" and bill["metadata"]["component"]["name"] == "flagflow-cli"
    listed = {(part["name"], part["version"]) for part in bill["components"]}
    tree = run(
        "cargo", "tree", "--locked", "-p", "flagflow-cli", "--features", "tables", "--edges", "normal",
        "--target", "x86_64-unknown-linux-gnu", "--prefix", "none", "--format", "{p}", cwd=ROOT,
    ).decode()
    used = {(line.split()[0], line.split()[1][1:]) for line in tree.splitlines() if line.strip()}
    used = {crate for crate in used if crate[0] != "flagflow-cli"}
    assert used <= listed, sorted(used - listed)
    return "parsed; contains the %d crates that cargo tree lists" % len(used)


def checksums(artefact, folder):
    run("sha256sum", "--check", "--strict", "--quiet", artefact.name, cwd=artefact.parent)
    named = {line.split(None, 1)[1] for line in artefact.read_text().splitlines()}
    present = {p.relative_to(artefact.parent).as_posix() for p in artefact.parent.rglob("*") if p.is_file()}
    present.remove(artefact.name)
    assert named == present, named ^ present
    return "sha256sum --check; names every file"


TESTS = [
    ("flagflow", linux),
    ("flagflow.exe", windows),
    ("flagflow_*.deb", debian_package),
    ("flagflow-*.whl", wheel),
    ("flagflow.html", page),
    ("Dockerfile", dockerfile),
    ("flagflow.cdx.json", materials),
    ("SHA256SUMS", checksums),
]


def main():
    global FLAGFLOW
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--flagflow", type=os.path.abspath, help="the command with which the page is compared")
    parser.add_argument("out", nargs="?", type=pathlib.Path, default=ROOT / "target/artefacts")
    options = parser.parse_args()
    FLAGFLOW = options.flagflow
    failed = False
    print("| artefact | bytes | how tested |\n|---|--:|---|", flush=True)
    for pattern, test in TESTS:
        found = sorted(options.out.resolve().glob(pattern))
        if not found:
            print("| %s | | not built |" % pattern, flush=True)
            continue
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            try:
                result = test(found[0], pathlib.Path(folder))
            except Skipped as why:
                result = "NOT TESTED: %s" % why
            except Exception as error:
                failed = True
                result = "FAILED: %s" % str(error).splitlines()[0]
                print("%s: %s" % (found[0].name, error), file=sys.stderr)
        print("| `%s` | %s | %s |" % (found[0].name, format(found[0].stat().st_size, ","), result), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Proves that a change of the code changed no published figure, or shows which.

    python3 .ci/compare_revisions.py BEFORE AFTER [--shared ../shared]

BEFORE and AFTER are cbv binaries, folders of a checkout (built as they are), or
git revisions (built in throw-away worktrees). Both run the same commands on the
same inputs: the shop of fixtures/, CDNOW where --shared has it, a shop with
spend, answers, people and campaigns, one with margins per row and several fit
groups, and one in which nobody buys twice. Then every published table is
compared cell by cell (columns, types, order of rows, doubles in every bit),
every list and export file byte by byte, and the commands and flags by name. What
JSON files say and what is printed differs as information only. Ends with 1 where
anything differs which no --allow FILE:REASON (or FILE#COLUMN:REASON) names, where
FILE is the end of a path or a pattern, as in

    --allow 'kpis.parquet#unit:units are told in words' --allow 'cli/*:help moved'

    python3 .ci/compare_revisions.py BEFORE AFTER --bench 200000

times both instead, in turn, on a simulated base; on a busy machine believe the CPU
time. --self-test compares tampered tables. Needs the packages of
.ci/requirements.txt, and Go for what is built.
"""

import argparse
import contextlib
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import compare_datasets
import compare_outputs
import compare_selftest

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
# Settings of the caller's shell must not reach the commands.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("CBV_")}
BENCH_RUNS = 3


def git(*arguments):
    return subprocess.run(["git", "-C", str(REPOSITORY), *arguments], check=True, capture_output=True, text=True).stdout


def build(source, binary):
    environment = {**os.environ, "GOFLAGS": os.environ.get("GOFLAGS", "-trimpath")}
    subprocess.run(["go", "build", "-o", str(binary), "."], cwd=source, env=environment, check=True)
    return str(binary)


@contextlib.contextmanager
def worktree(revision, folder):
    git("worktree", "add", "--detach", str(folder), revision)
    try:
        yield folder
    finally:
        git("worktree", "remove", "--force", str(folder))


def binary_of(name, work, title):
    """The path of the binary that name stands for, built where it must be."""
    path = pathlib.Path(name).resolve()
    if path.is_file():
        return str(path)
    if path.is_dir():
        return build(path, work / f"{title}-cbv")
    try:
        revision = git("rev-parse", "--verify", "--quiet", name + "^{commit}").strip()
    except subprocess.CalledProcessError:
        raise SystemExit(f"{name}: neither a binary, a folder nor a git revision") from None
    with worktree(revision, work / f"{title}-source") as source:
        return build(source, work / f"{title}-cbv")


def run(binary, arguments, folder):
    return subprocess.run([binary, *arguments], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)


def printed(result):
    """What a command printed, without the hashes of identities."""
    return compare_outputs.without_hash(result.stdout + result.stderr).splitlines()


def compare_dataset(name, steps, binaries, work, report):
    """Runs the steps of a dataset with both binaries and compares the outputs.
    Returns what they print differently."""
    folders = [work / title / name for title in ("before", "after")]
    notes = []
    for folder in folders:
        folder.mkdir(parents=True)
    for number, step in enumerate(steps, 1):
        arguments = [argument.replace("{inputs}", str(work / "inputs")) for argument in step]
        results = [run(binary, arguments, folder) for binary, folder in zip(binaries, folders)]
        title = f"step {number}: {step[0]}"
        if results[0].returncode != 0:
            raise SystemExit(f"{name}, {title} fails before the change: {results[0].stderr}")
        if results[1].returncode != 0:
            last = results[1].stderr.strip().splitlines()[-1:]
            report.add(name, title, "", [f"exit code 0 | {results[1].returncode}", *last])
        before, after = map(printed, results)
        if before != after:
            pairs = compare_outputs.set_differences(before, after)
            notes += [f"  {name}, {title}: {compare_outputs.clip(line, 200)}" for line in pairs[:6]]
    compare_outputs.compare_folders(name, *folders, report)
    return notes


def compare_usage(binaries, work, report):
    """Compares the commands, and the flags of each, by name."""
    def words(binary, start, pattern, *command):
        """The words of the help's left column, in lines that begin so."""
        lines = run(binary, [*command, "--help"], work).stdout.splitlines()
        left = [re.split(" {2,}", line.strip())[0] for line in lines if line.startswith(start)]
        return sorted(set(re.findall(pattern, "\n".join(left), re.MULTILINE)))

    commands = [words(binary, "   ", "^[a-z]+$") for binary in binaries]
    report.add("cli", "commands", "", compare_outputs.set_differences(*commands))
    for command in sorted(set(commands[0]) & set(commands[1])):
        flags = [words(binary, "   -", r"(?<!\S)--?[\w.]+", command) for binary in binaries]
        report.add("cli", f"flags of {command}", len(flags[0]), compare_outputs.set_differences(*flags))


def compare(binaries, shared, allowances, work):
    report = compare_outputs.Report(allowances)
    (work / "inputs").mkdir()
    compare_datasets.prepare(binaries[0], work / "inputs")
    compare_usage(binaries, work, report)
    notes = []
    for name, steps in compare_datasets.commands(shared).items():
        notes += compare_dataset(name, steps, binaries, work, report)
    report.print()
    if notes:
        print("\nPrinted otherwise, as information:", *notes, sep="\n")
    print("\n" + report.verdict())
    return 1 if report.failed else 0


def measured(binary, arguments, folder):
    """Wall seconds, CPU seconds and peak megabytes of one command."""
    start = time.monotonic()
    process = subprocess.Popen([binary, *arguments], cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{binary} {' '.join(arguments)}: exit code {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def bench(binaries, customers, work):
    """Prints the medians of both binaries' runs on a simulated base, and their ratios."""
    simulate = ["simulate", "--out", "base", "--customers", str(customers)]
    channels = ["--channels", "search=.6,social=.4", "--cac", "search=12"]
    subprocess.run([binaries[0], *simulate, *channels], cwd=work, env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
    taken = ([], [])
    for number in range(BENCH_RUNS):
        for side in (0, 1) if number % 2 == 0 else (1, 0):  # neither has the warm place
            arguments = ["run", "--config", "base/cbv.yaml", "--out", f"out-{number}-{side}"]
            taken[side].append(measured(binaries[side], arguments, work))
    print(f"run of {customers:,} customers, medians of {BENCH_RUNS}\n\n{'':<16}{'before':>10}{'after':>10}{'ratio':>8}")
    for place, title in enumerate(("wall, s", "CPU, s", "peak memory, MB")):
        before, after = (statistics.median(one[place] for one in side) for side in taken)
        print(f"{title:<16}{before:>10.2f}{after:>10.2f}{after / before:>8.2f}")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", nargs="?", metavar="BEFORE")
    parser.add_argument("after", nargs="?", metavar="AFTER")
    parser.add_argument("--shared", default=REPOSITORY.parent / "shared", type=pathlib.Path, metavar="FOLDER",
                        help="where data/cdnow_master.parquet is")
    parser.add_argument("--allow", action="append", default=[], metavar="FILE:REASON", help="a difference that is meant")
    parser.add_argument("--keep", type=pathlib.Path, metavar="FOLDER", help="work in FOLDER, a new one, and keep it to look at")
    parser.add_argument("--bench", type=int, metavar="CUSTOMERS", help="time both on a simulated base instead")
    parser.add_argument("--self-test", action="store_true", help="compare tampered tables, and nothing else")
    options = parser.parse_args()
    if options.self_test:
        return compare_selftest.main()
    if not options.after:
        parser.error("give BEFORE and AFTER")
    allowances = compare_outputs.Allowances(options.allow)
    with contextlib.ExitStack() as stack:
        if options.keep:
            options.keep.mkdir(parents=True)
        work = options.keep or pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cbv-compare-")))
        work = work.resolve()
        binaries = [binary_of(options.before, work, "before"), binary_of(options.after, work, "after")]
        if options.bench:
            return bench(binaries, options.bench, work)
        return compare(binaries, options.shared.resolve(), allowances, work)


sys.exit(main())

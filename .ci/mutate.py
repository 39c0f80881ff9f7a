"""Changes one rule at a time and says whether the tests of rules notice.

    python3 .ci/mutate.py [--only verdict/marks] [--test BINARY] [--all]

SQL, of every file that has cases in fixtures/rules: each comparison flipped, each
number moved, neighbouring columns swapped, + and -, * and /, and and or, min and max,
greatest and least, floor and ceil, null and not null, true and false, ascending and
descending, inner and left joins exchanged, each text changed. Go: each number in RULES
moved. And the changes by name in NAMED, to SQL or to Go, whose package is built with
the change. Only tests of rows made by hand run: TestRules, and where Go is changed the
unit tests beside it and of the packages that read it.

Prints a line for each change that survives (--all: for each), then how many were
caught. Ends with 1 where one of NAMED survives, or one that mutate_equivalent.txt
does not list. What the engine refuses to run is invalid and does not count.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SQL = ROOT / "sql"
PACKAGE = ROOT / "valuation" / "run"  # whose tests hold TestRules
CASES = ROOT / "fixtures" / "rules"
WORKERS = os.cpu_count()

RULES = ROOT / "valuation" / "intake" / "rules.go"  # the numbers that are rules, columns of params and input_limits

# name: the file below the root, what stands there and what takes its place (and again)
NAMED = {
    "breakeven_retention_gain doubled": (
        "sql/kpis/mark_figures.sql", "retention_cost * retain_customers", "2 * retention_cost * retain_customers"),
    "lapsed_customers reading cooling": (
        "sql/kpis/value_figures.sql", "        lapsed_customers,", "        cooling_customers as lapsed_customers,"),
    "cooling and lapsed swapped in segments": (
        "sql/audit/segments.sql", "when lifecycle = 'cooling'", "when lifecycle = 'lapsed '",
        "when lifecycle = 'lapsed'", "when lifecycle = 'cooling'", "'lapsed '", "'lapsed'"),
    "nps_retain showing the lookalikes'": (
        "sql/kpis/satisfaction_figures.sql", "name = 'retain' then nps end", "name = 'acquisition_lookalike' then nps end"),
    "50 new customers -> 40": ("valuation/intake/rules.go", "MinChannelCustomers:     50,", "MinChannelCustomers:     40,"),
    "observed_repeat_rate from 3 days": ("valuation/intake/rules.go", "MinRateAgeDays:          30,", "MinRateAgeDays:          3,"),
    "files_start_mid_life at 2.5": ("valuation/intake/base.go", "midLifeFactor = 1.5", "midLifeFactor = 2.5"),
    "high_returns at .9": ("valuation/judgement/warnings.go", "mostReturned = 0.5", "mostReturned = 0.9"),
    "few_repeat_customers at 60": ("valuation/judgement/warnings.go", "fewRepeaters = 100", "fewRepeaters = 60"),
    "returns_only_customers + 1": (
        "sql/kpis/base_figures.sql", "        returns_only_customers,", "        returns_only_customers + 1 as returns_only_customers,"),
    "cac_configured + 1": (
        "sql/kpis/replacement_figures.sql", "configured_cac as cac_configured", "configured_cac + 1 as cac_configured"),
    ".75 -> .8 in the CAC band": ("valuation/intake/rules.go", "CACBandShare:            0.25,", "CACBandShare:            0.2,"),
}

SWAPS = [
    (r"<=", "<"), (r">=", ">"), (r"<>", "="), (r"(?<![<>:!=])<(?![=>])", "<="), (r"(?<![<>=])>(?!=)", ">="),
    (r"(?<![<>:!=])=(?!=)", "<>"),
    (r"(?<=[\w)]) \+ ", " - "), (r"(?<=[\w)]) - ", " + "), (r"(?<=[\w)]) \* (?!from)", " / "), (r"(?<=[\w)]) / ", " * "),
    (r"^\+ ", "- "), (r"^- ", "+ "), (r"^\* ", "/ "), (r"^/ ", "* "),
    (r"\band\b", "or"), (r"\bor\b", "and"),
    (r"\bmin\(", "max("), (r"\bmax\(", "min("), (r"\bgreatest\(", "least("), (r"\bleast\(", "greatest("),
    (r"\bfloor\(", "ceil("), (r"\bceil\(", "floor("), (r"\bsqrt\(", "abs("), (r"\bsum\(", "max("),
    (r"\bis null\b", "is not null"), (r"\bis not null\b", "is null"), (r"\bnot (?!null|in\b)", ""), (r"\bnot in\b", "in"),
    (r"\btrue\b", "false"), (r"\bfalse\b", "true"), (r" desc\b", ""), (r"\binner join\b", "left join"),
    (r"\bleft join\b", "inner join"), (r"\bunbounded preceding\b", "1 preceding"),
]
# max(case when … end) picks the value of the one row that there is: min would too
PICK = (r"\bmax\(", re.compile(r"\bmax\(case when [^()]* then \w+ end\)"))
NUMBER = re.compile(r"(?<![\w.'])(\d+(?:\.\d+)?(?:e-?\d+)?)(?![\w.'])")
TEXT = re.compile(r"'([^']*)'")
ITEM = re.compile(r"^(?P<before>\s+)(?P<value>\S.*?)(?: as (?P<name>\w+))?(?P<comma>,?)$")
NO_ITEM = re.compile(r"^\s*(select|from|where|group|order|with|union|(inner|left|cross) join|on|and|or|when|then|else|case|end|\)|--)\b|^\s*\)")


class Mutant:
    """One change: of a line of SQL or two that are neighbours, or of a number that is a rule."""

    def __init__(self, file, change, before, after, occurrence=1):
        self.file, self.change = file, change
        place = f" ({occurrence})" if occurrence > 1 else ""
        self.key = f"{file}: {before}{place} => {after}"
        self.outcome = ""


def moved(number):
    """The number a little larger: 1 for 0, 51 for 50, 0.8e0 for 0.75e0."""
    match = re.fullmatch(r"(\d+)(?:\.(\d+))?(e-?\d+)?", number)
    whole, decimals, exponent = match[1], match[2] or "", match[3] or ""
    if not decimals:
        return str(int(whole) + 1) + exponent
    step = max(1, round(int(whole + decimals) * 0.07))
    digits = str(int(whole + decimals) + step).rjust(len(decimals) + 1, "0")
    return digits[: -len(decimals)] + "." + digits[-len(decimals):] + exponent


def masked(line):
    """The line with its texts blanked, so that only code is changed."""
    return TEXT.sub(lambda m: "'" + "_" * len(m[1]) + "'", line)


def changes_of_line(line):
    """Every line that one change makes of a line of code."""
    code, indent = masked(line), len(line) - len(line.lstrip())
    for pattern, replacement in SWAPS:
        if pattern == PICK[0] and PICK[1].search(code):
            continue
        for match in re.finditer(pattern, code[indent:]):
            start, end = match.start() + indent, match.end() + indent
            yield line[:start] + replacement + line[end:]
    for match in NUMBER.finditer(code):
        if not re.search(r"decimal\(\d*,? ?$", code[: match.start()]):
            yield line[: match.start()] + moved(match[1]) + line[match.end():]
    for match in TEXT.finditer(line):
        if not re.search(r"\b(date|timestamp) $", line[: match.start()]):
            yield line[: match.start()] + f"'{match[1]}x'" + line[match.end():]


def swapped(first, second):
    """Two neighbouring items of a select list with each other's values, or None."""
    items = [ITEM.match(first), ITEM.match(second)]
    for item, line in zip(items, (first, second)):
        if not item or NO_ITEM.match(line) or item["value"].endswith("*") or item["value"].count("(") != item["value"].count(")"):
            return None
    a, b = items
    if a["value"] == b["value"] or a["value"].startswith("cast(null") and b["value"].startswith("cast(null"):
        return None
    names = [item["name"] or item["value"].split(".")[-1] for item in items]
    if a["before"] != b["before"] or not a["comma"] or not all(re.fullmatch(r"\w+", name) for name in names):
        return None
    return f"{a['before']}{b['value']} as {names[0]},", f"{b['before']}{a['value']} as {names[1]}{b['comma']}"


def mutants(file):
    """Every change of one SQL file."""
    lines = (SQL / file).read_text().splitlines()
    seen, selecting = {}, False
    for number, line in enumerate(lines):
        if line.strip().startswith("--") or not line.strip():
            continue
        keyword = line.split()[0]
        selecting = keyword == "select" or (selecting and keyword not in ("from", "group", "order", ")", "),"))
        occurrence = seen[line.strip()] = seen.get(line.strip(), 0) + 1

        def made(replacement):
            text = "\n".join(lines[:number] + replacement + lines[number + len(replacement):]) + "\n"
            before = " ".join(l.strip() for l in lines[number:number + len(replacement)])
            return Mutant(file, {"file": file, "sql": text}, before, " ".join(l.strip() for l in replacement), occurrence)

        for change in dict.fromkeys(changes_of_line(line)):
            yield made([change])
        if selecting and number + 1 < len(lines) and (pair := swapped(line, lines[number + 1])):
            yield made(list(pair))


RULE = re.compile(r"^\t(\w+): +([\d_.e]+),$", re.MULTILINE)


def column(name):
    """The column of a rule: min_channel_customers for MinChannelCustomers."""
    return "_".join(re.findall("[A-Z]+(?![a-z])|[A-Z][a-z]+", name)).lower()


def numbers():
    """Every change of a number in RULES. The tests read the numbers from there; a change is made to what they read."""
    for name, number in RULE.findall(RULES.read_text()):
        value = moved(number.replace("_", ""))
        yield Mutant(RULES.name, {"column": column(name), "value": value}, f"{name}: {number}", value)


def try_all(binary, found):
    """Gives each change of SQL its outcome: caught, survived or invalid."""
    with tempfile.TemporaryDirectory() as folder:
        def run(number):
            part = found[number::WORKERS]
            path = pathlib.Path(folder, f"{number}.json")
            path.write_text("".join(json.dumps(m.change) + "\n" for m in part))
            done = subprocess.run([binary, "-test.run", "^TestChangedRules$", "-changes", path], cwd=PACKAGE, capture_output=True, text=True)
            outcomes = re.findall(r"^change \d+ (\w+)$", done.stdout, re.MULTILINE)
            if done.returncode or len(outcomes) != len(part):
                sys.exit(f"the tests of rules broke off:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
            for mutant, outcome in zip(part, outcomes):
                mutant.outcome = outcome

        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(run, range(WORKERS)))


def try_named(binary, name):
    """The outcome of a change by name. A Go package is built with the change and tested."""
    path, *pairs = NAMED[name]
    text = (ROOT / path).read_text()
    for before, after in zip(pairs[::2], pairs[1::2]):
        if text.count(before) != 1:
            sys.exit(f"{name}: {path} has {text.count(before)} times {before!r}: bring the change up to date")
        text = text.replace(before, after)
    change = {"file": path.removeprefix("sql/"), "sql": text}
    if ROOT / path == RULES:
        [(rule, number)] = RULE.findall("\t" + after)
        change = {"column": column(rule), "value": number}
    if path.startswith("sql/") or ROOT / path == RULES:
        mutant = Mutant(path, change, name, name)
        try_all(binary, [mutant])
        return mutant.outcome
    return try_go(name, path, text)


def try_go(name, path, text, packages=()):
    """The outcome of a Go file's change by the tests of its package, and of others."""
    with tempfile.TemporaryDirectory() as folder:
        overlay, changed = pathlib.Path(folder, "overlay.json"), pathlib.Path(folder, "changed.go")
        changed.write_text(text)
        overlay.write_text(json.dumps({"Replace": {str(ROOT / path): str(changed)}}))
        done = subprocess.run(["go", "test", "-short", "-overlay", overlay, "./" + os.path.dirname(path), *packages], cwd=ROOT, capture_output=True, text=True)
    if "[build failed]" in done.stdout + done.stderr:
        sys.exit(f"{name}: {done.stdout}{done.stderr}")
    return "caught" if done.returncode else "survived"


def try_number(mutant):
    """The outcome of a number that no case holds, by the unit tests beside it and of who reads it."""
    before, value = re.search(r": (\w+: .*) => (.*)", mutant.key).groups()
    name, number = before.split(": ")
    text, changes = re.subn(rf"^(\t{name}: +){re.escape(number)},$", rf"\g<1>{value},", RULES.read_text(), flags=re.MULTILINE)
    if changes != 1:
        sys.exit(f"{mutant.key}: {RULES.name} has {changes} such lines")
    readers = {
        f"./{file.parent.relative_to(ROOT)}" for file in ROOT.glob("valuation/**/*.go")
        if not file.name.endswith("_test.go") and f".Rules.{name}" in file.read_text()
    }
    return try_go(mutant.key, str(RULES.relative_to(ROOT)), text, sorted(readers))


def equivalent():
    """The changes that change nothing, by key."""
    path = ROOT / ".ci" / "mutate_equivalent.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    return {line for line in lines if line and not line.startswith("#")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="a layer, or layer/table")
    parser.add_argument("--test", help="the compiled tests, built where left out")
    parser.add_argument("--all", action="store_true", help="print each change, not those alone that survive")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        binary = os.path.abspath(options.test) if options.test else os.path.join(folder, "rules.test")
        if not options.test:
            subprocess.run(["go", "test", "-c", "-o", binary, "."], cwd=PACKAGE, check=True)
        return report(options, binary)


def report(options, binary):
    files = sorted(str(p.relative_to(CASES).with_suffix(".sql")) for p in CASES.glob("*/*.txt"))
    if options.only:
        files = [f for f in files if f.startswith(options.only + "/") or f == options.only + ".sql"]
    unchanged = [Mutant(f, {"file": f, "sql": (SQL / f).read_text()}, "", "") for f in files]
    try_all(binary, unchanged)
    broken = [m.file for m in unchanged if m.outcome != "survived"]
    if broken:
        sys.exit(f"the tests fail before anything is changed: {', '.join(broken)}")
    failed = False
    for name in NAMED if not options.only else ():
        outcome = try_named(binary, name)
        print(f"{outcome:10} {name}", flush=True)
        failed = failed or outcome != "caught"
    found = [mutant for file in files for mutant in mutants(file)] + ([] if options.only else list(numbers()))
    try_all(binary, found)
    for mutant in found:
        if mutant.file == RULES.name and mutant.outcome == "survived":
            mutant.outcome = try_number(mutant)
    allowed, counts = equivalent(), collections.defaultdict(collections.Counter)
    for mutant in found:
        if mutant.outcome == "survived" and mutant.key in allowed:
            mutant.outcome = "equivalent"
        counts[mutant.file][mutant.outcome] += 1
        if options.all or mutant.outcome == "survived":
            print(f"{mutant.outcome:10} {mutant.key}")
    unused = allowed - {m.key for m in found if m.outcome == "equivalent"}
    for key in sorted(unused) if not options.only else ():
        print(f"listed as equivalent, and no such change survives: {key}")
    total = sum(counts.values(), collections.Counter())
    for file, count in [*counts.items(), ("in all", total)]:
        print(f"{file}: " + ", ".join(f"{n} {outcome}" for outcome, n in sorted(count.items())))
    return 1 if failed or total["survived"] or (unused and not options.only) else 0


if __name__ == "__main__":
    sys.exit(main())

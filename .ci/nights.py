"""Lets a shop run for eleven nights, each with a file more, and then plants one
trouble into the files of the twelfth: what each trouble raises, and whether the
night is published, without --strict, with it, and with the codes accepted.

    python3 .ci/nights.py --cbv ./cbv [--messages]

Fails where a quiet night raises a suspicion or stays unpublished, or a trouble
raises other codes, ends with another exit code, or is published otherwise than
the design has it."""

import argparse
import datetime
import json
import pathlib
import shutil
import sys
import tempfile

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

import shops

MAPPING = {"customer_id": "customer_id", "order_id": "order_id", "ordered_at": "ordered_at", "amount": "quantity * unit_price"}
KEEP = "status <> 'cancelled'"
NIGHTS = 12
MODEL = ["--model", "auto"]  # as the documented nightly command has it
# How a night ends: exit code, and whether the run is published.
DONE, REFUSED, AUDIENCES_FAILED = (0, True), (3, False), (3, True)
# A fit at the edge is no trouble of a night.
MODELS = "run: {accept: [model_at_boundary]}\n"
AUDIENCE = """\
people: {files: people.parquet, columns: {consent_email: consent_email}}
export: {region: GB}
audiences:
  - {name: keep, mark: retain, target: csv, channel: email}
"""
TROUBLES = []


class Night:
    """The folder of the shop on the twelfth night, the lines of its days, and what
    runs it."""

    def __init__(self, binary, folder, values, days):
        self.binary, self.folder, self.values, self.days = binary, folder, values, days

    def file(self, key):
        return self.folder / "orders" / f"orders-{key}.parquet"

    def rewrite(self, key, keep):
        """Keeps the rows of a file for which keep, a function of the table, is true."""
        table = pq.read_table(self.file(key))
        pq.write_table(table.filter(pa.array(keep(table))), self.file(key))

    def edit(self, names, change):
        """Changes the rows of customers in all files: change takes the rows as
        dictionaries, and returns those that stay."""
        for path in sorted((self.folder / "orders").iterdir()):
            table = pq.read_table(path)
            theirs = pa.array([c in names for c in table["customer_id"].to_pylist()])
            rows = table.filter(theirs).to_pylist()
            if rows:
                changed = pa.Table.from_pylist(change(rows), table.schema)
                pq.write_table(pa.concat_tables([table.filter(pa.compute.invert(theirs)), changed]), path)

    def without_customers(self, gone):
        """Takes all rows of customers out of all files."""
        self.edit(gone, lambda rows: [])

    def customers(self, orders=None):
        """The ids of all customers, or of those with so many orders that count."""
        counts = {}
        for customer, order, status in zip(*(self.values[n].tolist() for n in ("customer_id", "order_id", "status"))):
            counts.setdefault(customer, set()).update([order] if status == "completed" else [])
        return sorted(c for c, found in counts.items() if orders in (None, len(found)))

    def run(self, *arguments):
        """A run of this night before the one that is looked at."""
        done = shops.call(self.binary, self.folder, "run", *MODEL, *arguments)
        assert done.returncode == 0, done.stderr


def trouble(name, codes, plain, strict, accept=None, arguments=(), said=(), latest=True, checked=None):
    """Declares a trouble: the suspicions it raises, all of them; how the night ends
    without and with --strict; which codes let it be published, if any may; what
    else is said (codes that --strict lets pass); whether `latest` moves to it; and
    how check --strict ends where that is not as run --strict does."""
    case = {"name": name, "codes": set(codes), "plain": plain, "strict": strict, "accept": accept, "arguments": arguments,
            "said": set(said), "latest": latest, "checked": strict if checked is None else checked}
    return lambda plant: TROUBLES.append(case | {"plant": plant}) or plant


@trouble("none: a quiet night", [], DONE, DONE)
def quiet(night):
    pass


@trouble("four days missing", ["missing_days"], DONE, REFUSED, accept=["missing_days"])
def missing(night):
    # The files of these nights never came: the run before knows nothing of them.
    for day in night.days[-5:-1]:
        night.file(day).unlink()
        link = night.folder / "out" / day
        shutil.rmtree(link.resolve())
        link.unlink()
    latest = night.folder / "out" / "latest"
    latest.unlink()
    latest.symlink_to((night.folder / "out" / night.days[-6]).readlink())


@trouble("a short last day", ["short_day"], DONE, REFUSED, accept=["short_day"])
def short(night):
    night.rewrite(night.days[-1], lambda table: np.arange(len(table)) < len(table) // 12)


@trouble("a file shrunk by a third", ["rows_lost", "customers_vanished"], REFUSED, REFUSED, accept=["rows_lost", "customers_vanished"])
def shrunk(night):
    night.rewrite("2024-11", lambda table: np.arange(len(table)) % 3 > 0)


@trouble("a file shrunk by 1 in 20", ["rows_lost"], DONE, REFUSED, accept=["rows_lost"])
def shrunk_slightly(night):
    night.rewrite("2024-11", lambda table: np.arange(len(table)) % 20 > 0)


@trouble("a file vanished", ["rows_lost", "customers_vanished", "missing_days"], REFUSED, REFUSED,
         accept=["rows_lost", "customers_vanished", "missing_days", "untested"])
def vanished(night):
    # What is left forecasts the last 90 days by a history with a hole: trust is unknown.
    night.file("2024-10").unlink()


@trouble("a third of the customers vanished", ["rows_lost", "customers_vanished"], REFUSED, REFUSED, accept=["rows_lost", "customers_vanished"])
def customers_vanished(night):
    night.without_customers(set(night.customers()[::3]))


@trouble("a file doubled, other bytes", ["order_in_two_files"], DONE, REFUSED, accept=["order_in_two_files", "doubled_rows"], said=["late_rows"])
def doubled(night):
    table = pq.read_table(night.file("2024-11"))
    pq.write_table(table.take(np.arange(len(table))[::-1]), night.file("2024-11-again"), compression="zstd")


@trouble("one day of a file lost", ["rows_lost"], DONE, REFUSED, accept=["rows_lost"])
def day_lost(night):
    night.rewrite("2024-11", lambda table: shops.date({"ordered_at": table["ordered_at"].to_numpy()}) != "2024-11-14")


@trouble("a file copied", ["copied_file"], DONE, REFUSED, accept=["copied_file"], said=["late_rows"])
def copied(night):
    shutil.copy(night.file("2024-11"), night.file("2024-11-again"))


@trouble("late rows", [], DONE, DONE, said=["late_rows"])
def late(night):
    table = pq.read_table(night.file("2025-02")).slice(0, 40)
    table = table.set_column(0, "order_id", pa.array([f"L{o}" for o in table["order_id"].to_pylist()]))
    pq.write_table(table, night.file("2025-03-late"))


@trouble("as_of ten days after the last order", ["trailing_gap"], DONE, REFUSED, accept=["trailing_gap"], latest=False,
         arguments=["--as-of", "2025-03-22"])
def future(night):
    pass


@trouble("as_of two years after the last order", [], REFUSED, REFUSED, arguments=["--as-of", "2027-03-12"])
def far_future(night):
    pass


@trouble("an erasure request of three customers", [], DONE, DONE, said=["customers_erased"])
def erasure(night):
    night.without_customers(set(night.customers()[100:103]))


@trouble("a rolling window of 24 months", [], DONE, DONE)
def rolling(night):
    night.file("2023-01").unlink()


@trouble("half a year of the history missing", ["rows_lost"], REFUSED, REFUSED, accept=["rows_lost", "files_start_mid_life"])
def begins_later(night):
    for month in range(1, 7):
        night.file(f"2023-{month:02d}").unlink()


@trouble("rows lost night after night", ["rows_lost"], REFUSED, REFUSED, accept=["rows_lost"])
def leak(night):
    # The last run of February has all of them. No night loses what stops it.
    repeaters = pa.array(sorted(set(night.customers()) - set(night.customers(orders=1))))
    night.run("--as-of", "2025-02-28")
    for lost, day in ((0, night.days[-3]), (1, night.days[-2]), (2, None)):
        for path in sorted((night.folder / "orders").glob("orders-2024-*")):
            theirs = lambda table: pa.compute.is_in(table["customer_id"], value_set=repeaters).to_numpy()
            night.rewrite(path.stem.removeprefix("orders-"), lambda table: ~theirs(table) | (np.arange(len(table)) % 150 != lost))
        if day:
            night.run("--as-of", day)


@trouble("three one-timers cancelled", [], DONE, DONE)
def one_timers_cancelled(night):
    night.edit(set(night.customers(orders=1)[:3]), lambda rows: [row | {"status": "cancelled"} for row in rows])


@trouble("five customers without names", [], DONE, DONE, said=["customers_erased"])
def pseudonyms(night):
    names = set(night.customers()[200:205])
    night.edit(names, lambda rows: [row | {"customer_id": "deleted", "email": ""} for row in rows])


@trouble("twenty customers merged", [], DONE, DONE)
def merged(night):
    names = night.customers()
    shops.write(night.folder / "identities.parquet", {"from": np.array(names[300:320]), "to": np.array(names[400:420])})
    shops.configuration(night.folder, MAPPING, KEEP, more=MODELS + "identities: {files: identities.parquet, columns: {from: from, to: to}}\n")


@trouble("order totals lowered after the event", [], DONE, DONE)
def restated(night):
    path = night.file("2025-02")
    table = pq.read_table(path)
    lowered = pa.array(np.where(np.arange(len(table)) % 10 == 0, 0.9, 1.0) * table["unit_price"].to_numpy())
    pq.write_table(table.set_column(table.schema.get_field_index("unit_price"), "unit_price", lowered), path)


@trouble("files put together and renamed", [], DONE, DONE)
def compacted(night):
    paths = [night.file(f"2024-{month:02d}") for month in range(1, 7)]
    whole = pa.concat_tables([pq.read_table(path) for path in paths])
    for path in paths:
        path.unlink()
    pq.write_table(whole, night.file("2024-first-half"))


@trouble("the night once more, with late rows between", [], DONE, DONE, said=["late_rows"])
def once_more(night):
    night.run()
    late(night)


@trouble("the night after an accepted loss", [], DONE, DONE)
def after_accepted(night):
    shrunk(night)
    night.run("--as-of", night.days[-2], "--accept", "rows_lost", "--accept", "customers_vanished")


@trouble("a loss accepted in the file", ["rows_lost", "customers_vanished"], REFUSED, REFUSED)
def accepted_for_good(night):
    customers_vanished(night)
    accepted = MODELS.replace("]", ", rows_lost, customers_vanished]")
    shops.configuration(night.folder, MAPPING, KEEP, more=accepted)


@trouble("a changed keep", [], DONE, DONE, said=["not_compared"])
def changed_keep(night):
    shops.configuration(night.folder, MAPPING, KEEP + " and channel <> 'direct'", more=MODELS)


@trouble("a second shop in the folder", [], DONE, DONE, said=["late_rows"])
def second_shop(night):
    other = shop(seed=77, customers=400)
    values = shops.columns(other, shops.lines(other))
    values["order_id"] = np.char.add("S2-", values["order_id"])
    values["customer_id"] = np.char.add("S2-", values["customer_id"])
    shops.write_by(night.folder / "orders" / "second", values, shops.month(values))
    text = (night.folder / "cbv.yaml").read_text()
    (night.folder / "cbv.yaml").write_text(text.replace("orders/*.parquet", "orders/**/*.parquet"))


@trouble("a missing people file", [], AUDIENCES_FAILED, AUDIENCES_FAILED, checked=DONE)
def no_people(night):
    shops.configuration(night.folder, MAPPING, KEEP, more=MODELS + AUDIENCE)


def shop(**changes):
    """A shop whose last day is 12 March 2025."""
    usual = {"customers": 2800, "days": 802, "lines": 2, "rate": (0.8, 60), "growth": 1.0, "start": datetime.date(2023, 1, 1)}
    return shops.Shop(**(usual | changes))


def ran(binary, folder, *arguments):
    """Exit code of a run, its codes with their messages, and the day of `latest`
    and the folder that were published."""
    before = set((folder / "out" / "runs").iterdir()) if (folder / "out" / "runs").exists() else set()
    done = shops.call(binary, folder, "run", "--log", "json", *arguments)
    events = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    codes = {event["code"]: event["msg"] for event in events if "code" in event}
    added = set((folder / "out" / "runs").iterdir()) - before if (folder / "out" / "runs").exists() else set()
    for path in added:
        codes |= {w["code"]: w["message"] for w in json.loads((path / "manifest.json").read_text())["warnings"]}
    refusal = "\n".join(event["msg"] for event in events if event["level"] == "ERROR") or done.stderr[-400:]
    latest = folder / "out" / "latest"
    return {"end": (done.returncode, len(added) > 0), "codes": codes, "problem": refusal if done.returncode else "",
            "latest": latest.resolve().name[:10] if latest.exists() else ""}


def quiet_nights(binary, folder, values, days):
    """Runs the shop for all nights but the last, and returns what went wrong."""
    dates, first = shops.date(values), days[0]
    old = dates < first
    shops.write_by(folder / "orders", {n: v[old] for n, v in values.items()}, shops.month(values)[old])
    shops.configuration(folder, MAPPING, KEEP, more=MODELS)
    failures = []
    for day in days[:-1]:
        rows = dates == day
        shops.write(folder / "orders" / f"orders-{day}.parquet", {n: v[rows] for n, v in values.items()})
        night = ran(binary, folder, *MODEL)
        wrong = sorted(set(night["codes"]) & shops.SUSPICIONS)
        if night["end"] != DONE or wrong or night["latest"] != day:
            failures.append(f"quiet night {day}: {ending(night['end'])}, raises {wrong}, latest is {night['latest']}: {night['problem'][:300]}")
    return failures


def twelfth(binary, folder, values, days, case):
    """How the twelfth night ends with a trouble: without --strict, with it, and
    with its codes accepted; and how check --strict ends."""
    ends = []
    with tempfile.TemporaryDirectory() as scratch:
        for number, arguments in enumerate(([], ["--strict"], ["--strict", *[a for c in case["accept"] or [] for a in ("--accept", c)]])):
            if number == 2 and not case["accept"]:
                continue
            place = pathlib.Path(scratch) / str(number)
            shutil.copytree(folder, place, symlinks=True)
            rows = shops.date(values) == days[-1]
            shops.write(place / "orders" / f"orders-{days[-1]}.parquet", {n: v[rows] for n, v in values.items()})
            case["plant"](Night(binary, place, values, days))
            if number == 1:
                checked = shops.call(binary, place, "check", *case["arguments"], *arguments).returncode
            ends.append(ran(binary, place, *MODEL, *case["arguments"], *arguments))
    return ends, checked


def wrong(case, ends, checked, days):
    """What of a trouble's ends is not as the design has it."""
    wants = [case["plain"], case["strict"], DONE]
    # Doubled rows are one sign more of a file that is there twice.
    extra = {"doubled_rows"} if "order_in_two_files" in case["codes"] else set()
    for name, want, end in zip(("without --strict", "with --strict", "accepted"), wants, ends):
        raised = set(end["codes"]) & shops.SUSPICIONS
        if end["end"] != want:
            yield f"{name}: {ending(end['end'])}, not {ending(want)}: {end['problem'][:300]}"
        if not case["codes"] <= raised <= case["codes"] | extra:
            yield f"{name}: raises {sorted(raised)}, not {sorted(case['codes'])}"
        if not case["said"] <= set(end["codes"]):
            yield f"{name}: does not say {sorted(case['said'] - set(end['codes']))}"
        if (end["latest"] == days[-1]) != (want[1] and case["latest"]) or end["latest"] > days[-1]:
            yield f"{name}: latest is {end['latest']}"
    if checked != case["checked"][0]:
        yield f"check --strict ends with {checked}, not {case['checked'][0]}"


def ending(end):
    """How a night ended, in words."""
    return f"{end[0]} {'published' if end[1] else 'nothing'}"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--cbv", required=True, help="the binary")
    arguments.add_argument("--messages", action="store_true", help="print the messages, too")
    arguments = arguments.parse_args()
    binary = shops.binary_of(arguments.cbv)
    values = shops.columns(shop(), shops.lines(shop()))
    days = sorted(set(shops.date(values).tolist()))[-NIGHTS:]

    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "shop"
        folder.mkdir()
        failures = quiet_nights(binary, folder, values, days)
        if not (folder / "out" / days[-2]).exists():
            sys.exit("\n".join(failures))
        found = shops.in_order(lambda case: twelfth(binary, folder, values, days, case), TROUBLES)

    rows = [("trouble of the night", "without --strict", "with --strict", "accepted", "codes")]
    for case, (ends, checked) in zip(TROUBLES, found):
        cells = [ending(end["end"]) for end in ends] + ["-"] * (3 - len(ends))
        rows.append((case["name"], *cells, ", ".join(sorted(set().union(*(end["codes"] for end in ends)))) or "none"))
        failures += [f"{case['name']}: {problem}" for problem in wrong(case, ends, checked, days)]
    shops.print_table(rows)
    if arguments.messages:
        for case, (ends, _) in zip(TROUBLES, found):
            print(f"\n{case['name']}:", *(f"  {code}: {message}" for end in ends[:1] for code, message in end["codes"].items()), sep="\n")
            print(*(f"  {ending(end['end'])}: {end['problem'][:600]}" for end in ends if end["problem"]), sep="\n")
    sys.exit("\n".join(failures) or None)


if __name__ == "__main__":
    main()

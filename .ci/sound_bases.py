"""Asks `cbv check` about order files that are sound, of shops of many kinds,
and prints which codes each raises. None may raise a suspicion.

    python3 .ci/sound_bases.py --cbv ./cbv [--data FOLDER] [--messages] [--seeds N]

Then small shops of random size, rhythm and last day give the rate of false
alarms. Fails when a base raises a suspicion, or a random shop does."""

import argparse
import collections
import datetime
import pathlib
import sys
import tempfile

import numpy as np

import shops

LINES = {"customer_id": "customer_id", "order_id": "order_id", "ordered_at": "ordered_at", "amount": "quantity * unit_price"}
TOTALS = {"customer_id": "customer_id", "order_id": "order_id", "ordered_at": "ordered_at", "amount": "amount"}
PLAIN = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount"}
KEEP = "status <> 'cancelled'"
MONEY = {"order_total_on_lines", "amounts_in_cents", "no_returns", "several_currencies", "rounding_matters"}
BASES = []
YEARS = (1, 3)  # every base has so many years, but where it has days of its own
# A closing that the files have seen once cannot be told from missing files.
KNOWN = {("closed on Sundays and in August, 1 year", "missing_days")}


def base(name, **changes):
    """Declares a base: a function that writes it, and what is special of its shop."""
    return lambda make: BASES.append((name, changes, make)) or make


def by_line(folder, values, name=shops.month, drop=(), mapping=LINES, keep=KEEP, currency="EUR"):
    """One row a line of an order, in files by month or by another key."""
    shops.write_by(folder / "orders", {n: v for n, v in values.items() if n not in drop}, name(values))
    shops.configuration(folder, mapping, keep, currency)


def by_order(folder, values, drop=(), currency="EUR", mapping=TOTALS, more=None):
    """One row an order with its total, and one for what came back on a day."""
    cents = np.round(values["quantity"] * values["unit_price"] * 100).astype(int)
    key = np.char.add(np.char.add(values["order_id"], values["type"]), shops.date(values))
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    rank = np.argsort(values["ordered_at"][first], kind="stable")
    sums = np.bincount(place, cents)[rank] / 100
    names = ("order_id", "ordered_at", "customer_id", "status", "country", "channel")
    rows = {n: values[n][first][rank] for n in names} | {"amount": sums}
    rows |= {"date": rows["ordered_at"].astype("datetime64[D]")}
    rows |= more(rows) if more else {}
    keys = shops.month(rows)
    shops.write_by(folder / "orders", {n: v for n, v in rows.items() if n not in drop}, keys)
    shops.configuration(folder, mapping, KEEP if "status" not in drop else "", currency)


@base("a usual shop, monthly files")
def usual(folder, values):
    by_line(folder, values)


@base("total less tax", seed=2)
def less_tax(folder, values):
    by_line(folder, values, mapping=LINES | {"amount": "total - tax"})


@base("line total, quantity beside it", seed=3)
def line_total(folder, values):
    values = values | {"line_total": np.round(values["quantity"] * values["unit_price"], 2)}
    by_line(folder, values, drop=["total"], mapping=LINES | {"amount": "line_total"})


@base("e-mail as customer", seed=4)
def emails(folder, values):
    by_line(folder, values, mapping=LINES | {"customer_id": "lower(trim(email))"})


@base("one price", seed=5, prices=[2990], quantities=([1], [1]), lines=1.6)
def one_price(folder, values):
    by_line(folder, values, drop=["tax", "total"])


@base("one-line orders", seed=6, lines=1)
def one_line(folder, values):
    by_order(folder, values)


@base("days and totals only", seed=7)
def plain(folder, values):
    by_order(folder, values, drop=["order_id", "ordered_at", "status", "country", "channel"], mapping=PLAIN)


@base("wholesale, large whole amounts", seed=8, weekdays=[1, 1.2, 1.1, 1, 0.8, 0, 0], customers=600, rate=(1.2, 25), lines=4,
      prices=[4500, 7500, 12000, 18500, 24000, 32500, 9900, 64000], quantities=([6, 12, 24, 50, 100], [0.3, 0.3, 0.2, 0.15, 0.05]))
def wholesale(folder, values):
    by_line(folder, values, drop=["tax", "total"])


@base("wholesale, totals only", seed=9, weekdays=[1, 1.2, 1.1, 1, 0.8, 0, 0], customers=600, rate=(1.2, 25), lines=4, returned=0.01,
      prices=[4500, 7500, 12000, 18500, 24000, 32500, 9900, 64000], quantities=([6, 12, 24, 50, 100], [0.3, 0.3, 0.2, 0.15, 0.05]))
def wholesale_totals(folder, values):
    by_order(folder, values)


@base("seasonal: a garden shop", seed=10, months=[0.2, 0.5, 2, 4, 4, 2.5, 1, 0.8, 0.9, 0.6, 0.3, 0.2])
def seasonal(folder, values):
    by_line(folder, values)


@base("closed on Sundays and in August", seed=11, weekdays=[1, 1, 1, 1, 1.3, 1.6, 0], months=[1] * 7 + [0] + [1] * 4)
def closed(folder, values):
    by_line(folder, values)


@base("closed on holidays", seed=12, weekdays=[1, 1, 1, 1, 1.2, 0.6, 0], closed=((1, 1), (5, 1), (10, 3), (12, 24), (12, 25), (12, 26), (12, 31)))
def holidays(folder, values):
    by_line(folder, values)


@base("subscriptions", seed=13, prices=[990], quantities=([1], [1]), lines=1, every=30, dropout=0.08, returned=0, cancelled=0.01)
def subscriptions(folder, values):
    by_order(folder, values, drop=["ordered_at"], mapping=TOTALS | {"ordered_at": "date"})


@base("high returns", seed=14, returned=0.4)
def returns(folder, values):
    by_line(folder, values)


@base("tiny: 300 customers", seed=15, customers=300)
def tiny(folder, values):
    by_line(folder, values)


@base("five years, growing sixfold", seed=16, days=1826, growth=6, start=datetime.date(2019, 1, 1))
def years(folder, values):
    by_line(folder, values)


@base("shrinking", seed=17, growth=0.15)
def shrinking(folder, values):
    by_line(folder, values)


@base("weekday-heavy, with large regulars", seed=18, weekdays=[1, 1, 1, 1, 0.9, 0.1, 0.05], regulars=(0.32, 0.27, 0.22, 0.2, 0.17, 0.15))
def regulars(folder, values):
    by_line(folder, values)


@base("JPY", seed=19, prices=[98000, 128000, 248000, 350000, 498000, 680000, 1280000])
def yen(folder, values):
    values = values | {"currency": np.full(len(values["line"]), "JPY")}
    by_line(folder, values, drop=["tax", "total"], currency="JPY")


@base("many countries, one currency", seed=20)
def countries(folder, values):
    names = np.array(["DE", "FR", "IT", "ES", "PL", "SE", "CZ", "NL", "BE", "AT", "DK", "FI", "PT", "IE", "GR"])
    number = np.array([int(c[1:]) % len(names) for c in values["customer_id"]])
    price = np.round(values["unit_price"] * (0.7 + 0.05 * number), 2)
    by_line(folder, values | {"country": names[number], "unit_price": price}, drop=["tax", "total"])


@base("nightly files", seed=21, customers=1500)
def nightly(folder, values):
    by_line(folder, values, name=shops.date)


@base("weekly files with late rows", seed=22)
def late(folder, values):
    week = values["ordered_at"].astype("datetime64[W]").astype("datetime64[D]")
    delayed = np.random.default_rng(22).random(len(week)) < 0.01
    keys = np.datetime_as_string(np.where(delayed & (week < week.max()), week + np.timedelta64(7, "D"), week))
    by_line(folder, values, name=lambda _: keys)


@base("gifts: a Christmas peak, ends in January", seed=23, months=[0.6] + [1] * 9 + [2.5, 6], start=datetime.date(2022, 1, 1), days=738)
def gifts(folder, values):
    by_line(folder, values)


@base("groceries: twelve lines an order", seed=24, lines=12, customers=900, quantities=([1, 2, 3, 6], [0.5, 0.3, 0.15, 0.05]), rate=(1.5, 10))
def groceries(folder, values):
    by_line(folder, values)


@base("columns that say nothing: no test, all paid, no refund", seed=25, cancelled=0, returned=0, quantities=([1], [1]))
def constants(folder, values):
    rows = len(values["line"])
    values = values | {"status": np.full(rows, "paid"), "test": np.zeros(rows, bool), "refunded_amount": np.zeros(rows), "livemode": np.ones(rows, bool)}
    by_line(folder, values, drop=["type", "tax", "total"], mapping=LINES | {"amount": "unit_price"}, keep="")


@base("subtotal, taxes, shipping and total of orders", seed=26)
def subtotals(folder, values):
    def more(rows):
        tax = np.round(rows["amount"] * 0.2, 2)
        shipping = np.where((rows["amount"] < 50) & (rows["amount"] > 0), 4.9, 0.0)
        return {"taxes": tax, "shipping": shipping, "total": np.round(rows["amount"] + tax + shipping, 2)}
    by_order(folder, values, more=more)


@base("luxury: few orders, whole amounts", seed=27, customers=350, rate=(0.8, 200), lines=1.1, returned=0.03,
      prices=[89000, 125000, 240000, 390000, 520000, 180000], quantities=([1], [1]))
def luxury(folder, values):
    by_order(folder, values)


@base("short ids of both cases", seed=28)
def short_ids(folder, values):
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    number = np.array([int(c[1:]) * 7919 % 62**5 for c in values["customer_id"]])
    ids = np.array(["".join(letters[n // 62**k % 62] for k in range(5)) for n in number])
    by_line(folder, values | {"customer_id": ids})


@base("numbers as ids, bought on a day", seed=29)
def numbers(folder, values):
    values = values | {"customer_id": np.array([int(c[1:]) for c in values["customer_id"]]), "order_id": values["order_id"].astype(int)}
    values["ordered_at"] = values["ordered_at"].astype("datetime64[D]")
    by_line(folder, values)


@base("one file, nobody returns anything", seed=30, returned=0, cancelled=0)
def nothing_back(folder, values):
    by_line(folder, values, name=lambda v: np.full(len(v["line"]), "all"), drop=["type", "status"], keep="")


@base("net amount beside a tax", seed=31)
def net_amount(folder, values):
    values = values | {"net": np.round(values["quantity"] * values["unit_price"], 2)}
    by_line(folder, values, drop=["total", "quantity", "unit_price"], mapping=LINES | {"amount": "net"})


@base("customers numbered from 0", seed=32)
def from_zero(folder, values):
    by_line(folder, values | {"customer_id": np.array([int(c[1:]) - 1001 for c in values["customer_id"]])})


@base("billing on the 1st", seed=33, prices=[1990, 3990], quantities=([1], [1]), lines=1, every=30, dropout=0.06, returned=0, cancelled=0)
def billing(folder, values):
    first = values["ordered_at"].astype("datetime64[M]")
    values["ordered_at"] = first.astype("datetime64[D]").astype("datetime64[us]")
    _, once = np.unique(np.char.add(values["customer_id"], np.datetime_as_string(first)), return_index=True)
    by_line(folder, {n: v[np.sort(once)] for n, v in values.items()})


@base("a subscription's id on each of its charges", seed=34, prices=[990, 1990], quantities=([1], [1]), lines=1, every=30, dropout=0.08, returned=0.01)
def charges(folder, values):
    by_line(folder, values | {"order_id": np.char.add("sub-", values["customer_id"])}, drop=["tax", "total"])


@base("tickets at several prices", seed=35, lines=1)
def tickets(folder, values):
    # An order holds up to five tickets of one price, a row each.
    count = np.abs(np.random.default_rng(35).integers(1, 6, len(values["line"])))
    rows = {n: np.repeat(v, np.where(values["type"] == "sale", count, 1)) for n, v in values.items()}
    rows |= {"line": np.arange(len(rows["line"])), "quantity": np.sign(rows["quantity"])}
    by_line(folder, rows, drop=["tax", "total"])


@base("wholesale beside retail", seed=36)
def both(folder, values):
    large = values["channel"] == "mail"
    values = values | {"quantity": np.where(large, values["quantity"] * 24, values["quantity"]), "channel": np.where(large, "wholesale", "retail")}
    by_line(folder, values, drop=["tax", "total"], mapping=LINES | {"channel": "channel"})


@base("reopened on September 1st", seed=37, weekdays=[1, 1, 1, 1, 1.3, 1.6, 1], months=[1] * 7 + [0] + [1] * 4, start=datetime.date(2022, 9, 2), days=731)
def reopened(folder, values):
    by_line(folder, values)


@base("months of UTC, days of Berlin", seed=38)
def zones(folder, values):
    shops.write_by(folder / "orders", values, shops.month(values))
    shops.configuration(folder, LINES, KEEP, more="time: {zone: Europe/Berlin}\n")


def changed(values, days, seed):
    """When each line was last changed: so many days after it at most."""
    rng = np.random.default_rng(seed)
    return values["ordered_at"] + (rng.random(len(values["line"])) * days * 86400e6).astype("timedelta64[us]")


@base("lines written one after another, each with its time", seed=39)
def inserted(folder, values):
    later = np.arange(len(values["line"])) % 97 * np.timedelta64(1300, "us")
    by_line(folder, values | {"updated_at": values["ordered_at"] + later})


@base("lines that were changed one by one", seed=40)
def shipped(folder, values):
    by_line(folder, values | {"updated_at": changed(values, 20, 40)})


@base("one price, lines that were changed one by one", seed=41, prices=[2990], quantities=([1], [1]), lines=1.6)
def shipped_at_one_price(folder, values):
    by_line(folder, values | {"updated_at": changed(values, 20, 41)})


@base("tickets of one price each, changed one by one", seed=42, lines=1)
def tickets_changed(folder, values):
    count = np.random.default_rng(42).integers(1, 6, len(values["line"]))
    rows = {n: np.repeat(v, np.where(values["type"] == "sale", count, 1)) for n, v in values.items()}
    rows |= {"line": np.arange(len(rows["line"])), "quantity": np.sign(rows["quantity"])}
    by_line(folder, rows | {"last_modified": rows["ordered_at"] + np.arange(len(rows["line"])) % 50 * np.timedelta64(1, "s")}, drop=["tax", "total"])


@base("lines in files of the month in which they were changed", seed=43, prices=list(range(401, 9000, 17)), lines=3)
def shipped_files(folder, values):
    values = values | {"updated_at": changed(values, 12, 43)}
    by_line(folder, values, name=lambda v: np.datetime_as_string(v["updated_at"], unit="M"))


@base("weekly files with late rows, each with its time", seed=44)
def late_changed(folder, values):
    week = values["ordered_at"].astype("datetime64[W]").astype("datetime64[D]")
    delayed = np.random.default_rng(22).random(len(week)) < 0.01
    keys = np.datetime_as_string(np.where(delayed & (week < week.max()), week + np.timedelta64(7, "D"), week))
    by_line(folder, values | {"updated_at": changed(values, 6, 44)}, name=lambda _: keys)


@base("orders as they are now, with the time of their last change", seed=45)
def snapshot(folder, values):
    by_order(folder, values, more=lambda rows: {"line": rows["amount"], "modified_at": rows["ordered_at"] + np.timedelta64(3, "D"), "version": 1 + np.arange(len(rows["amount"])) % 3})


@base("other words: state of the address, kind of goods, the customer's status", seed=46)
def other_words(folder, values):
    rows = np.arange(len(values["line"]))
    more = {
        "state": np.array(["CA", "TX", "NY", "VT"])[rows % 4], "subscription_status": np.array(["active", "cancelled"])[rows % 2],
        "fulfillment_status": np.array(["fulfilled", "partial", "restocked"])[rows % 3], "presentment_currency": np.array(["EUR", "SEK", "USD"])[rows % 3],
        "cur": np.array(["a", "b"])[rows % 2], "item_type": np.array(["test tube", "refund cover"])[rows % 2],
    }
    by_line(folder, values | more)


@base("net amount beside shipping and a total with both", seed=47)
def shipping_beside(folder, values):
    def more(rows):
        shipping = np.where(rows["amount"] > 0, 4.9, 0.0)
        return {"shipping": shipping, "tax": np.round(rows["amount"] * 0.19, 2), "grand_total": np.round(rows["amount"] * 1.19 + shipping, 2), "subtotal": rows["amount"]}
    by_order(folder, values, more=more)


def cases():
    """Each base with its years: name, shop and how it is written. Three years of the
    same shop have as many customers."""
    for name, changes, make in BASES:
        for years in [None] if "days" in changes and "start" in changes else YEARS:
            span = {"days": 365 * years + 1, "start": datetime.date(2025 - years, 1, 1)} if years else {}
            label = f"{name}, {years} year{'s' if years > 1 else ''}" if years else name
            yield label, shops.Shop(**(changes | span)), make


def real(folder, data, name):
    """A real order history, as its README describes it."""
    (folder / "orders").mkdir()
    (folder / "orders" / "orders.parquet").symlink_to((data / f"{name}.parquet").resolve())
    shops.configuration(folder, PLAIN, currency="USD" if name == "cdnow_master" else "EUR")


def random_shop(seed):
    """A small shop whose size, rhythm, span and files depend on the seed."""
    rng = np.random.default_rng(1000 + seed)
    weekdays = rng.choice([0.3, 0.8, 1.0, 1.3], 7).tolist()
    weekdays[6] = float(rng.choice([0, 0.2, 1]))
    return shops.Shop(
        seed=seed, customers=int(rng.integers(200, 2500)), days=int(rng.integers(150, 900)), growth=float(rng.uniform(0.4, 4)),
        weekdays=weekdays, months=rng.uniform(0.5, 1.6, 12).tolist(), rate=(float(rng.uniform(0.5, 1.5)), float(rng.uniform(15, 120))),
        dropout=float(rng.uniform(0.05, 0.4)), lines=float(rng.uniform(1, 4)), returned=float(rng.choice([0, 0.02, 0.1, 0.2])),
        cancelled=float(rng.choice([0, 0.03, 0.08])),
    )


def examined(binary, make, shop):
    """The warnings of the files that make writes of a shop."""
    with tempfile.TemporaryDirectory() as folder:
        make(pathlib.Path(folder), shops.columns(shop, shops.lines(shop)))
        return shops.check(binary, folder)


def false(warnings, passed=()):
    """The codes that a sound base should not raise."""
    return [code for code, _ in warnings if (code in shops.SUSPICIONS or code == "refused") and code not in passed]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--cbv", required=True, help="the binary")
    arguments.add_argument("--data", type=pathlib.Path, default=pathlib.Path("../shared/data"), help="folder of real order histories")
    arguments.add_argument("--messages", action="store_true", help="print the messages, too")
    arguments.add_argument("--seeds", type=int, default=60, help="how many random shops")
    arguments = arguments.parse_args()
    binary = shops.binary_of(arguments.cbv)

    found = shops.in_order(lambda case: (case[0], examined(binary, case[2], case[1])), list(cases()))
    for name in ("cdnow_master", "debruyn", "git_ansible"):
        if (arguments.data / f"{name}.parquet").exists():
            with tempfile.TemporaryDirectory() as folder:
                real(pathlib.Path(folder), arguments.data, name)
                found.append((name, shops.check(binary, folder)))
    rows, failures = [("sound base", "codes")], []
    for name, warnings in found:
        wrong = [code for code in false(warnings, MONEY if name == "git_ansible" else ()) if (name, code) not in KNOWN]
        failures += [f"{name} raises {code}" for code in wrong]
        rows.append((name, ", ".join(code for code, _ in warnings) or "none"))
    shops.print_table(rows)

    makers = (by_line, by_order, nightly)
    seeds = range(arguments.seeds)
    random = shops.in_order(lambda s: (f"random shop {s}", examined(binary, makers[s % 3], random_shop(s))), seeds)
    alarms = collections.Counter(code for _, warnings in random for code in set(false(warnings)))
    print(f"false alarms of {len(seeds)} random shops:", ", ".join(f"{c} {n}" for c, n in sorted(alarms.items())) or "none")
    failures += [f"{name} raises {code}" for name, warnings in random for code in false(warnings)]
    if arguments.messages:
        for name, warnings in found + random:
            print(*(f"{name}: {code}: {message}" for code, message in warnings), sep="\n", end="\n" if warnings else "")
    sys.exit("\n".join(failures) or None)


if __name__ == "__main__":
    main()

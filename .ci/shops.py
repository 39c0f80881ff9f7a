"""Simulated shops for planted_mistakes.py, sound_bases.py, nights.py and
shop_exports.py: order lines with the noise of a real shop (several lines an
order, products of one price, returns booked days later, cancelled orders, days
on which the shop is closed), and the command that is tested, seen from outside."""

import concurrent.futures
import datetime
import json
import pathlib
import subprocess

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

# The suspicions: warnings that speak of the input. What speaks of the models, of
# the margin or of a history that starts in mid-life is no suspicion.
SUSPICIONS = {
    "order_total_on_lines", "amounts_in_cents", "unmapped_columns", "no_returns", "ids_differ_in_case",
    "many_people_one_id", "order_id_as_customer", "doubled_rows", "order_in_two_files", "several_currencies",
    "day_and_month_swapped", "rows_lost", "customers_vanished", "missing_days", "short_day", "trailing_gap",
    "rounding_matters", "copied_file", "many_rows_quarantined", "implausible_days", "zone_dropped",
    "version_without_day",
}

COUNTRIES = (["DE", "AT", "NL", "FR"], [0.6, 0.15, 0.15, 0.1])
CHANNELS = (["search", "social", "mail", "direct"], [0.4, 0.3, 0.1, 0.2])


class Shop:
    """What a simulated shop sells, to whom, and when."""

    def __init__(self, **changes):
        self.seed = 1
        self.customers = 3000
        self.start = datetime.date(2023, 1, 1)
        self.days = 540
        self.growth = 2.0  # new customers a day at the end, as a multiple of the start
        self.weekdays = [1, 1, 1, 1, 1.1, 1.2, 1.1]  # Monday to Sunday; 0 is closed
        self.months = [1] * 12  # 0 is closed
        self.closed = ()  # further closed days, as (month, day)
        self.rate = (0.8, 45)  # shape of the rates at which customers buy, and mean gap in days
        self.dropout = 0.12  # after each purchase
        self.every = None  # days between the orders of a subscription; None: at random
        self.lines = 2.2  # an order, on average
        self.prices = None  # of the products in cents; None: sixty from 3.99 to 119.00
        self.quantities = ([1, 2, 3, 6], [0.8, 0.13, 0.05, 0.02])
        self.returned = 0.05  # share of lines of which a part comes back
        self.cancelled = 0.04  # share of orders
        self.regulars = ()  # shares of the open days on which one regular customer each buys
        for name, value in changes.items():
            assert hasattr(self, name), name
            setattr(self, name, value)

    def weights(self):
        """How busy each day is."""
        days = [self.start + datetime.timedelta(days=d) for d in range(self.days)]
        return np.array([
            0 if (d.month, d.day) in self.closed else self.weekdays[d.weekday()] * self.months[d.month - 1] for d in days
        ], float)


def catalogue(rng):
    """Prices of sixty products in cents, with the endings of shops."""
    base = np.round(np.exp(rng.normal(3.0, 0.7, 60))).astype(int).clip(4, 119) * 100
    return base - rng.choice([1, 5, 10, 50, 0], 60, p=[0.45, 0.15, 0.1, 0.15, 0.15])


def orders(shop, rng):
    """Customer and day of each order, in order of time."""
    weights = shop.weights()
    arrival = weights * np.linspace(1, shop.growth, shop.days)
    who = np.arange(shop.customers)
    day = rng.choice(shop.days, shop.customers, p=arrival / arrival.sum())
    found = [(who, day)]
    mean_gap = shop.rate[1] / rng.gamma(shop.rate[0], 1 / shop.rate[0], shop.customers).clip(0.02)
    while len(who):
        if shop.every:
            day = day + shop.every
        else:
            day = day + np.ceil(rng.exponential(mean_gap[who])).astype(int)
        keep = (day < shop.days) & (rng.random(len(who)) > shop.dropout)
        who, day = who[keep], day[keep]
        # A quiet day takes fewer orders; who does not come then comes at the next gap.
        busy = weights[day] > 0 if shop.every else rng.random(len(who)) < weights[day] / weights.max()
        found.append((who[busy], day[busy]))
    for place, share in enumerate(shop.regulars):
        days = np.flatnonzero((rng.random(shop.days) < share) & (weights > 0))
        found.append((np.full(len(days), shop.customers + place), days))
    who, day = (np.concatenate(parts) for parts in zip(*found))
    second = np.minimum(rng.normal(15.5, 3.6, len(who)).clip(0, 23.99) * 3600, 86399).astype(int)
    rank = np.lexsort((who, second, day))
    return who[rank], day[rank], second[rank]


def lines(shop):
    """The order lines as arrays, one of them a day number (`day`), one a second
    of the day. A return is a line of the same order with a negative quantity."""
    rng = np.random.default_rng(shop.seed)
    who, day, second = orders(shop, rng)
    count = 1 + rng.poisson(shop.lines - 1, len(who))
    order = np.repeat(np.arange(len(who)), count)
    prices = catalogue(rng) if shop.prices is None else np.array(shop.prices)
    popular = 1 / np.arange(1, len(prices) + 1) ** 0.7
    product = rng.choice(len(prices), len(order), p=popular / popular.sum())
    quantity = rng.choice(shop.quantities[0], len(order), p=shop.quantities[1])
    cancelled = rng.random(len(who)) < shop.cancelled
    country = rng.choice(COUNTRIES[0], shop.customers + len(shop.regulars), p=COUNTRIES[1])
    channel = rng.choice(CHANNELS[0], shop.customers + len(shop.regulars), p=CHANNELS[1])
    table = {
        "order": order, "line": np.concatenate([np.arange(n) for n in count]) + 1, "who": who[order], "day": day[order],
        "second": second[order], "product": product, "price": prices[product], "quantity": quantity,
        "cancelled": cancelled[order], "country": country[who[order]], "channel": channel[who[order]],
        "refund": np.zeros(len(order), bool),
    }
    back = np.flatnonzero((rng.random(len(order)) < shop.returned) & ~table["cancelled"])
    returned = {name: values[back].copy() for name, values in table.items()}
    returned["quantity"] = -np.ceil(returned["quantity"] * rng.random(len(back))).astype(int)
    returned["day"] += rng.integers(2, 25, len(back))
    returned["refund"][:] = True
    returned = {n: v[(returned["day"] < shop.days) & (shop.weights()[returned["day"].clip(0, shop.days - 1)] > 0)] for n, v in returned.items()}
    table = {name: np.concatenate([values, returned[name]]) for name, values in table.items()}
    rank = np.lexsort((table["line"], table["order"], table["second"], table["day"]))
    return {name: values[rank] for name, values in table.items()}


def part(table, keep):
    """The lines for which keep is true."""
    return {name: values[keep] for name, values in table.items()}


def times(shop, table):
    """The time of each line."""
    start = np.datetime64(shop.start, "s")
    return start + table["day"] * np.timedelta64(86400, "s") + table["second"] * np.timedelta64(1, "s")


def columns(shop, table):
    """The columns of a usual export, one line a row: amounts in units of the
    currency, tax of 20 % on top of the unit price."""
    net = table["quantity"] * table["price"]
    tax = np.sign(net) * ((np.abs(net) + 2) // 5)
    names = np.char.add("C", np.char.zfill((table["who"] + 1001).astype(str), 6))
    emails = np.array(["%s.%s@%s" % (FIRST[w % 20], LAST[w // 20 % 20] + str(w), HOSTS[w % 4]) for w in table["who"]])
    return {
        "order_id": (table["order"] + 100001).astype(str), "line": table["line"],
        "ordered_at": times(shop, table).astype("datetime64[us]"), "customer_id": names, "email": emails,
        "sku": np.char.add("SKU-", (table["product"] + 10).astype(str)), "quantity": table["quantity"],
        "unit_price": table["price"] / 100, "tax": tax / 100, "total": (net + tax) / 100,
        "status": np.where(table["cancelled"], "cancelled", "completed"),
        "type": np.where(table["refund"], "refund", "sale"), "currency": np.full(len(net), "EUR"),
        "country": table["country"], "channel": table["channel"],
    }


FIRST = "anna ben carla david eva felix greta hans ines jan karin leo mia nora otto paula rolf sara tom ute".split()
LAST = "adler bauer claus decker engel frank graf huber isler jung koch lang maier neu ott pohl roth sauer thal voss".split()
HOSTS = ["mail.example", "post.example", "example.org", "example.net"]


def write(path, values):
    """Writes columns as a Parquet file; arrays of text become strings."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {n: pa.array(v.tolist() if getattr(v, "dtype", None) is not None and v.dtype.kind in "UO" else v) for n, v in values.items()}
    pq.write_table(pa.table(arrays), path)


def write_by(folder, values, keys):
    """One file for each key, in the order of the keys."""
    for key in sorted(set(keys.tolist())):
        write(folder / f"orders-{key}.parquet", {n: v[keys == key] for n, v in values.items()})


def month(values):
    """The month of each row, as text."""
    return np.datetime_as_string(values["ordered_at"], unit="M")


def date(values):
    """The day of each row, as text."""
    return np.datetime_as_string(values["ordered_at"], unit="D")


def configuration(folder, mapping, keep="", currency="EUR", more=""):
    """Writes cbv.yaml as a new user would."""
    text = ["orders:", "  files: orders/*.parquet", "  columns:"]
    text += [f"    {name}: {json.dumps(expression)}" for name, expression in mapping.items()]
    text += [f"  keep: {json.dumps(keep)}"] if keep else []
    text += ["value:", f"  currency: {currency}", "  margin_rate: 0.3"]
    (folder / "cbv.yaml").write_text("\n".join(text) + "\n" + more)


def call(binary, folder, *arguments):
    """The finished process of a command in a folder."""
    return subprocess.run([binary, *arguments], cwd=folder, text=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=300)


def check(binary, folder, *arguments):
    """The warnings of `cbv check`, as a list of code and message. Input that is
    refused is a code of its own."""
    done = call(binary, folder, "check", "--json", *arguments)
    if not done.stdout.strip():
        return [("refused", (done.stderr.strip() or "nothing printed").splitlines()[-1])]
    return [(w["code"], w["message"]) for w in json.loads(done.stdout)["warnings"]]


def in_order(function, items):
    """function of each item, on two threads, in the order of the items."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(function, items))


def binary_of(text):
    """The tested binary as an absolute path."""
    return str(pathlib.Path(text).resolve())


def print_table(rows):
    """Rows of text in columns, the last one ragged."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    for row in rows:
        print("  ".join([cell.ljust(width) for cell, width in zip(row, widths)] + [row[-1]]).rstrip(), flush=True)

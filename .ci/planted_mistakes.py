"""Plants the mistakes that new users make into the order files of simulated shops,
one of 3,000 customers and one of 300, and asks `cbv check` for each whether it
notices, and by which code.

    python3 .ci/planted_mistakes.py --cbv ./cbv [--messages]

Fails when fewer than 13 of the 14 mistakes are noticed by a code that fits in one
of the shops, or a variant is not in the large one, or when a shop without a
mistake raises a suspicion."""

import argparse
import pathlib
import sys
import tempfile

import numpy as np
import pyarrow.parquet as pq

import shops

NEEDED = 13
SIZES = (3000, 300)  # customers
SOUND = {"customer_id": "customer_id", "order_id": "order_id", "ordered_at": "ordered_at", "amount": "quantity * unit_price"}
KEEP = "status <> 'cancelled'"
MISTAKES, VARIANTS, UNSPOILT = [], [], []


def planted(name, *codes, into=MISTAKES):
    """Declares a mistake: its name, and the codes that fit it."""
    return lambda plant: into.append((name, codes, plant)) or plant


def usual(folder, values, drop=(), keep=KEEP, **mapping):
    """The shop's files without some columns, and the mapping of a new user."""
    shops.write_by(folder / "orders", {n: v for n, v in values.items() if n not in drop}, shops.month(values))
    shops.configuration(folder, {n: e for n, e in (SOUND | mapping).items() if e}, keep)


def of_orders(values, share, seed):
    """Marks the rows of a random share of the orders."""
    chosen, place = np.unique(values["order_id"], return_inverse=True)
    return (np.random.default_rng(seed).random(len(chosen)) < share)[place]


@planted("price times quantity", into=UNSPOILT)
def times_quantity(folder, values):
    usual(folder, values)


@planted("total less tax", into=UNSPOILT)
def less_tax(folder, values):
    usual(folder, values, amount="total - tax")


@planted("normalised e-mail as customer", into=UNSPOILT)
def normalised(folder, values):
    usual(folder, values, customer_id="lower(trim(email))")


@planted("without order_id", into=UNSPOILT)
def no_order_id(folder, values):
    usual(folder, values, order_id="")


@planted("order total on each line", "order_total_on_lines")
def totals_on_lines(folder, values):
    total = np.round(values["quantity"] * values["unit_price"] * 100).astype(int)
    sale = values["type"] == "sale"
    _, place = np.unique(values["order_id"], return_inverse=True)
    sums = np.bincount(place[sale], total[sale], place.max() + 1)
    values = values | {"order_total": np.where(sale, sums[place], total) / 100}
    usual(folder, values, drop=["tax", "total"], amount="order_total")


@planted("amounts in cents", "amounts_in_cents")
def cents(folder, values):
    values = values | {"amount": np.round(values["quantity"] * values["unit_price"] * 100).astype(int)}
    usual(folder, values, drop=["tax", "total", "unit_price", "quantity"], amount="amount")


@planted("e-mails of mixed case as customer", "ids_differ_in_case")
def mixed_case(folder, values):
    emails = values["email"].astype(object)
    for rows, change in ((of_orders(values, 0.12, 3), str.capitalize), (of_orders(values, 0.02, 4), str.upper), (of_orders(values, 0.02, 5), lambda e: e + " ")):
        emails[rows] = [change(e) for e in emails[rows]]
    usual(folder, values | {"email": emails}, customer_id="email")


@planted("guests under one id", "many_people_one_id")
def guests(folder, values):
    ids = np.where(of_orders(values, 0.12, 6), "0", values["customer_id"])
    usual(folder, values | {"customer_id": ids}, drop=["email"])


@planted("a marketplace as a customer", "many_people_one_id")
def marketplace(folder, values):
    ids = np.where(of_orders(values, 0.06, 7), "C000777", values["customer_id"])
    usual(folder, values | {"customer_id": ids}, drop=["email"])


@planted("a month twice with other bytes", "order_in_two_files", "doubled_rows")
def month_twice(folder, values):
    usual(folder, values)
    again = pq.read_table(folder / "orders" / "orders-2023-10.parquet")
    again = again.take(np.random.default_rng(8).permutation(len(again)))
    pq.write_table(again, folder / "orders" / "orders-2023-10-export2.parquet", compression="zstd")


@planted("price without quantity", "unmapped_columns")
def without_quantity(folder, values):
    usual(folder, values, drop=["tax", "total"], amount="unit_price")


@planted("cancelled orders counted", "unmapped_columns")
def cancelled(folder, values):
    usual(folder, values, keep="")


@planted("refunds positive", "no_returns", "unmapped_columns")
def refunds_positive(folder, values):
    usual(folder, values | {"quantity": np.abs(values["quantity"])}, drop=["tax", "total"])


@planted("test orders counted", "unmapped_columns", "many_people_one_id")
def tests(folder, values):
    usual(folder, values | {"test": of_orders(values, 0.015, 9)})


@planted("tax included", "unmapped_columns")
def tax_included(folder, values):
    usual(folder, values, amount="total")


@planted("two currencies", "several_currencies")
def two_currencies(folder, values):
    foreign = of_orders(values, 0.15, 10)
    price = np.where(foreign, np.round(values["unit_price"] * 11.4, 2), values["unit_price"])
    values = values | {"unit_price": price, "currency": np.where(foreign, "SEK", "EUR")}
    usual(folder, values, drop=["tax", "total"])


@planted("day and month swapped", "day_and_month_swapped")
def swapped(folder, values):
    day = values["ordered_at"].astype("datetime64[D]").tolist()
    usual(folder, values | {"date": np.array([d.strftime("%m/%d/%Y") for d in day])}, ordered_at="try_strptime(date, '%d/%m/%Y')")


@planted("an order id as customer", "order_id_as_customer")
def order_as_customer(folder, values):
    usual(folder, values, drop=["email", "customer_id"], customer_id="order_id")


@planted("guests named guest", "many_people_one_id", into=VARIANTS)
def named_guests(folder, values):
    ids = np.where(of_orders(values, 0.03, 6), "Guest", values["customer_id"])
    usual(folder, values | {"customer_id": ids}, drop=["email"])


@planted("refunds positive, and no column says so", "no_returns", into=VARIANTS)
def refunds_unnamed(folder, values):
    usual(folder, values | {"quantity": np.abs(values["quantity"])}, drop=["tax", "total", "type"])


@planted("two currencies, and no column says so", "several_currencies", into=VARIANTS)
def currencies_unnamed(folder, values):
    foreign = values["country"] == "FR"  # as if it were Japan
    price = np.where(foreign, np.round(values["unit_price"] * 160, -1), values["unit_price"])
    usual(folder, values | {"unit_price": price}, drop=["tax", "total", "currency"])


@planted("month and day swapped, other days lost", "day_and_month_swapped", into=VARIANTS)
def swapped_typed(folder, values):
    day = values["ordered_at"].astype("datetime64[D]").tolist()
    keep = np.array([d.day <= 12 for d in day])
    turned = np.array([np.datetime64(d.replace(month=d.day, day=d.month)) for d in day if d.day <= 12]).astype("datetime64[us]")
    values = {n: v[keep] for n, v in values.items()} | {"ordered_at": turned}
    usual(folder, values)


@planted("a session as customer", "order_id_as_customer", into=VARIANTS)
def session(folder, values):
    sessions = np.array([f"s{(int(o) * 7919) % 1000003:06d}" for o in values["order_id"]])
    usual(folder, values | {"session": sessions}, drop=["email", "customer_id"], customer_id="session")


@planted("a month twice, no order_id mapped", "doubled_rows", "order_in_two_files", into=VARIANTS)
def twice_without_order(folder, values):
    usual(folder, values, order_id="")
    again = pq.read_table(folder / "orders" / "orders-2023-10.parquet")
    again = again.take(np.random.default_rng(8).permutation(len(again)))
    pq.write_table(again, folder / "orders" / "orders-2023-10-export2.parquet", compression="zstd")


@planted("fractions of a cent", "rounding_matters", into=VARIANTS)
def fractions(folder, values):
    usual(folder, values | {"unit_price": np.full(len(values["unit_price"]), 0.0145)}, drop=["tax", "total"])


def version_rows(values, seed):
    """The rows of a tenth of the orders once more, as they were changed days later: most
    of them cancelled, some with another quantity."""
    rng = np.random.default_rng(seed)
    again = of_orders(values, 0.1, seed) & (values["type"] == "sale")
    rows = {n: v[again] for n, v in values.items()}
    more = of_orders(rows, 0.3, seed + 1)
    rows["quantity"] = np.where(more, rows["quantity"] + 1, rows["quantity"])
    rows["status"] = np.where(more, rows["status"], "cancelled")
    days = dict(zip(np.unique(rows["order_id"]).tolist(), rng.integers(1, 40, len(np.unique(rows["order_id"]))).tolist()))
    later = np.array([np.timedelta64(days[o], "D") for o in rows["order_id"].tolist()])
    first = values | {"updated_at": values["ordered_at"]}
    return {n: np.concatenate([v, (rows | {"updated_at": rows["ordered_at"] + later})[n]]) for n, v in first.items()}


@planted("versions of orders appended, in files by the time of change", "unmapped_columns", into=VARIANTS)
def versions_by_file(folder, values):
    rows = version_rows(values, 9)
    shops.write_by(folder / "orders", rows, np.datetime_as_string(rows["updated_at"], unit="M"))
    shops.configuration(folder, SOUND, KEEP)


@planted("versions of orders appended, in files by the time of order", "unmapped_columns", into=VARIANTS)
def versions_in_file(folder, values):
    usual(folder, version_rows(values, 10))


@planted("cancelled orders, a state says so in Spanish", "unmapped_columns", into=VARIANTS)
def cancelled_in_spanish(folder, values):
    state = np.where(values["status"] == "cancelled", "Anulado", "Completado")
    usual(folder, values | {"order_state": state}, drop=["status"], keep="")


@planted("two currencies, a column ccy says so", "several_currencies", into=VARIANTS)
def currencies_short(folder, values):
    foreign = values["country"] == "AT"
    values = values | {"unit_price": np.where(foreign, values["unit_price"] * 11.4, values["unit_price"]), "ccy": np.where(foreign, "SEK", "EUR")}
    usual(folder, values, drop=["tax", "total", "currency"])


@planted("totals with shipping and tax, the parts beside them", "unmapped_columns", into=VARIANTS)
def shipping_inside(folder, values):
    subtotal = np.round(values["quantity"] * values["unit_price"], 2)
    shipping = np.where(subtotal > 0, 4.9, 0.0)
    more = {"subtotal": subtotal, "shipping": shipping, "order_total": np.round(subtotal + values["tax"] + shipping, 2)}
    usual(folder, values | more, drop=["total", "quantity", "unit_price"], amount="order_total")


def noticed(binary, customers):
    """The warnings of each case, planted into a shop of so many customers."""
    shop = shops.Shop(customers=customers)
    values = shops.columns(shop, shops.lines(shop))

    def look(case):
        with tempfile.TemporaryDirectory() as folder:
            case[2](pathlib.Path(folder), values)
            return shops.check(binary, folder)

    cases = MISTAKES + VARIANTS + UNSPOILT
    return {case[0]: warnings for case, warnings in zip(cases, shops.in_order(look, cases))}


def codes_of(warnings):
    """The codes of warnings as text."""
    return ", ".join(dict.fromkeys(code for code, _ in warnings)) or "none"


def judged(found, customers):
    """The table of a shop's cases, and what is wrong with them."""
    rows, failures, count = [(f"mistake, in a shop of {customers:,}", "noticed", "codes")], [], 0
    for case in MISTAKES + VARIANTS:
        name, codes, _ = case
        fits = bool(set(codes) & {code for code, _ in found[name]})
        count += fits and case in MISTAKES
        if case in VARIANTS and not fits and customers == max(SIZES):
            failures.append(f"a variant is not noticed: {name}")
        rows.append((name, "yes" if fits else "no", codes_of(found[name])))
    for name, _, _ in UNSPOILT:
        false = [code for code, _ in found[name] if code in shops.SUSPICIONS or code == "refused"]
        failures += [f"the unspoilt shop of {customers:,} ({name}) raises {code}" for code in false]
        rows.append((f"none ({name})", "-", codes_of(found[name])))
    if count < NEEDED:
        failures.append(f"fewer than {NEEDED} of {len(MISTAKES)} mistakes are noticed in a shop of {customers:,}")
    rows.append((f"{count} of {len(MISTAKES)} mistakes noticed", "", ""))
    return rows, failures


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--cbv", required=True, help="the binary")
    arguments.add_argument("--messages", action="store_true", help="print the messages, too")
    arguments = arguments.parse_args()
    failures = []
    for customers in SIZES:
        found = noticed(shops.binary_of(arguments.cbv), customers)
        rows, wrong = judged(found, customers)
        failures += wrong
        shops.print_table(rows)
        print()
        if arguments.messages:
            for name, warnings in found.items():
                print(f"{name}:", *(f"  {code}: {message}" for code, message in warnings), sep="\n")
    sys.exit("\n".join(failures) or None)


if __name__ == "__main__":
    main()

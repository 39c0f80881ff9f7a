"""Writes order exports like those of shop platforms, with known revenue, and
lets `cbv init` and `cbv run` value them: two commands, no hand-edit but the
currency. Revenue is goods after discounts, without tax and shipping, less
refunds; it must be right to the cent, and so must the number of customers, and
no suspicion may be raised.

    python3 .ci/shop_exports.py --cbv ./cbv [--data FOLDER] [--large 100000] [--messages]

Columns are those that the platforms and their users document (looked up in
November 2026): Shopify's orders export of 2024 with its 79 columns, the table of
woocommerce.com's Import and Export of WooCommerce Orders, Stripe's payments
export and its API's charges, the orders grid of Magento 2.4, Square's
transactions export. An invented shop has whole tax, so that a refund's tax can
be told from its goods."""

import argparse
import csv
import datetime
import json
import pathlib
import sys
import tempfile
import time

import duckdb
import numpy as np

import shops

MOST_SECONDS = 60
PRICES = [995, 1490, 1995, 2500, 2995, 3950, 4995, 6000, 8995, 12500, 750, 1250]
# Shopify: order fields stand on the first line of an order, except Name, Email and what is the line's.
SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,"
    "Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,"
    "Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,"
    "Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,"
    "Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,Shipping Province,Shipping Country,"
    "Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,"
    "Employee,Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,"
    "Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,"
    "Payment ID,Payment Terms Name,Next Payment Due At,Payment References"
).split(",")
WOOCOMMERCE = (
    "order_id,order_number,order_date,paid_date,status,shipping_total,shipping_tax_total,fee_total,fee_tax_total,tax_total,cart_discount,"
    "order_discount,discount_total,order_total,order_subtotal,order_currency,payment_method,payment_method_title,transaction_id,"
    "customer_ip_address,customer_user_agent,shipping_method,customer_id,customer_user,customer_email,billing_first_name,"
    "billing_last_name,billing_company,billing_email,billing_phone,billing_address_1,billing_address_2,billing_postcode,billing_city,"
    "billing_state,billing_country,customer_note"
).split(",")
STRIPE = (
    "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,Converted Amount Refunded,Converted Currency,"
    "Decline Reason,Description,Fee,Is Link,Link Funding,Mode,PaymentIntent ID,Payment Source Type,Refunded date (UTC),"
    "Statement Descriptor,Status,Seller Message,Taxes On Fee,Card ID,Customer ID,Customer Description,Customer Email,Invoice ID,Transfer"
).split(",")
CHARGES = "id,object,amount,amount_captured,amount_refunded,captured,created,currency,customer,description,livemode,paid,receipt_email,refunded,status".split(",")
MAGENTO = (
    "ID,Purchase Point,Purchase Date,Bill-to Name,Ship-to Name,Grand Total (Base),Grand Total (Purchased),Status,Billing Address,"
    "Shipping Address,Shipping Information,Customer Email,Customer Group,Subtotal,Shipping and Handling,Customer Name,Payment Method,"
    "Total Refunded"
).split(",")
SQUARE = (
    "Date,Time,Time Zone,Gross Sales,Discounts,Service Charges,Net Sales,Gift Card Sales,Tax,Tip,Partial Refunds,Total Collected,Source,"
    "Card,Card Entry Methods,Cash,Square Gift Card,Other Tender,Other Tender Type,Tender Note,Fees,Net Total,Transaction ID,Payment ID,"
    "Card Brand,PAN Suffix,Device Name,Staff Name,Staff ID,Details,Description,Event Type,Location,Dining Option,Customer ID,"
    "Customer Name,Customer Reference ID,Device Nickname,Third Party Fees,Deposit ID,Deposit Date,Deposit Details,Fee Percentage Rate,"
    "Fee Fixed Rate,Refund Reason,Discount Name,Transaction Status"
).split(",")
EXPORTS = []


class Order:
    """An order of the invented shop; money in cents."""

    def __init__(self, number, who, at, lines, rng):
        self.number, self.who, self.at, self.lines = number, who, at, lines
        self.goods = sum(quantity * price for _, quantity, price in lines)
        self.discount = self.goods // 10 // 5 * 5 if rng.random() < 0.15 else 0
        self.subtotal = self.goods - self.discount
        self.tax = self.subtotal // 5
        self.shipping = 490 if self.goods < 5000 else 0
        fate = rng.random()
        self.cancelled = fate < 0.03
        self.refunded = 0  # of the goods
        if 0.03 <= fate < 0.06:
            self.refunded = self.subtotal
        elif fate < 0.11 and not self.cancelled and not self.shipping:
            self.refunded = max(5, self.subtotal // 3 // 5 * 5)
        self.back = at + datetime.timedelta(days=int(rng.integers(2, 20)))

    total = property(lambda self: self.subtotal + self.tax + self.shipping)
    whole = property(lambda self: self.refunded == self.subtotal)
    # A refund of all gives the shipping back, too; one of a part gives its tax back.
    paid_back = property(lambda self: self.total if self.whole else self.refunded + self.refunded // 5)
    email = property(lambda self: f"{shops.FIRST[self.who % 20]}.{shops.LAST[self.who // 20 % 20]}{self.who}@{shops.HOSTS[self.who % 4]}")
    name = property(lambda self: f"{shops.FIRST[self.who % 20].title()} {shops.LAST[self.who // 20 % 20].title()}")


def book(seed, customers=1500, days=500):
    """The orders of the invented shop in order of time."""
    shop = shops.Shop(seed=seed, customers=customers, days=days, prices=PRICES, returned=0, cancelled=0, lines=1.9, growth=1.0,
                      start=datetime.date(2024, 3, 1))
    table = shops.lines(shop)
    moments = shops.times(shop, table).astype("datetime64[s]").tolist()
    rng, found = np.random.default_rng(seed), {}
    for order, who, at, product, quantity, price in zip(*(table[n].tolist() for n in ("order", "who")), moments, *(table[n].tolist() for n in ("product", "quantity", "price"))):
        found.setdefault(order, (who, at, []))[2].append((product, quantity, price))
    return [Order(number, *order, rng) for number, order in sorted(found.items())]


def money(cents):
    """An amount as most platforms write it."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def dollars(cents):
    """An amount as Square writes it."""
    return f"{'-' if cents < 0 else ''}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def write_csv(path, header, rows, **form):
    """Rows, each a dictionary of what is not blank, as a CSV file."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header, restval="", **form)
        writer.writeheader()
        writer.writerows(rows)


class Truth:
    """What a run must come to: revenue in cents of customers who are known, how
    many of them have an order that is worth something, and the currency."""

    def __init__(self, currency="EUR"):
        self.currency, self.revenue, self.buyers = currency, 0, set()

    def add(self, customer, cents):
        """Adds an order, net of what came back of it."""
        if customer != "" and cents:
            self.revenue += cents
            self.buyers.add(customer)


def export(name):
    """Declares an export: a function of a folder that writes files, and returns
    their names and the truth."""
    return lambda write: EXPORTS.append((name, write)) or write


def zoned(moment):
    """A time of a shop in Berlin, as Shopify writes it."""
    summer = (moment.month, moment.day) >= (4, 1) and (moment.month, moment.day) < (10, 27)
    return moment.strftime("%Y-%m-%d %H:%M:%S ") + ("+0200" if summer else "+0100")


def shopify_rows(orders, truth, included):
    """Rows of Shopify's export; with tax included in the prices Total is
    Subtotal and Shipping, and Taxes says how much of it is tax."""
    for order in orders:
        email = "" if order.number % 47 == 11 else order.email.title() if order.number % 23 == 5 else order.email
        truth.add(email.lower(), 0 if order.cancelled else order.subtotal - order.refunded)
        status = "voided" if order.cancelled else "refunded" if order.whole and order.refunded else "partially_refunded" if order.refunded else "paid"
        address = {"Name": order.name, "Street": "Musterweg 1", "Address1": "Musterweg 1", "City": "Berlin", "Zip": "'10115", "Country": "DE"}
        for place, (product, quantity, price) in enumerate(order.lines):
            row = {"Name": f"#{1001 + order.number}", "Email": email, "Lineitem quantity": quantity, "Lineitem name": f"Article {product}",
                   "Lineitem price": money(price * 6 // 5 if included else price), "Lineitem sku": f"SKU-{product}", "Lineitem requires shipping": "true",
                   "Lineitem taxable": "true", "Lineitem fulfillment status": "fulfilled", "Vendor": "House", "Lineitem discount": "0.00"}
            if place == 0:
                row |= {"Financial Status": status, "Paid at": zoned(order.at), "Fulfillment Status": "fulfilled", "Fulfilled at": zoned(order.at),
                        "Accepts Marketing": "yes" if order.who % 3 else "no", "Currency": truth.currency,
                        "Subtotal": money(order.subtotal + (order.tax if included else 0)), "Shipping": money(order.shipping), "Taxes": money(order.tax),
                        "Total": money(order.total), "Discount Code": "WELCOME10" if order.discount else "",
                        "Discount Amount": money(order.discount), "Shipping Method": "Standard", "Created at": zoned(order.at),
                        "Cancelled at": zoned(order.at + datetime.timedelta(hours=3)) if order.cancelled else "", "Payment Method": "Shopify Payments",
                        "Payment Reference": f"c{order.number}.1", "Refunded Amount": money(0 if order.cancelled else order.paid_back if order.refunded else 0),
                        "Outstanding Balance": "0.00", "Id": 5_000_000_000_000 + order.number * 32768, "Risk Level": "Low", "Source": "web",
                        "Tax 1 Name": "MwSt 20%", "Tax 1 Value": money(order.tax)}
                row |= {f"{kind} {field}": value for kind in ("Billing", "Shipping") for field, value in address.items()}
            yield row


@export("Shopify, tax on top")
def shopify(folder, orders=None):
    truth = Truth("USD")
    write_csv(folder / "orders_export.csv", SHOPIFY, shopify_rows(orders or book(31), truth, False))
    return ["orders_export.csv"], truth


@export("Shopify, tax included, two files")
def shopify_included(folder):
    truth, orders = Truth("EUR"), book(32)
    half = len(orders) // 2
    for number, part in enumerate((orders[:half], orders[half:]), 1):
        write_csv(folder / f"orders_export_{number}.csv", SHOPIFY, shopify_rows(part, truth, True))
    return ["orders_export_1.csv", "orders_export_2.csv"], truth


@export("WooCommerce")
def woocommerce(folder):
    truth, rows = Truth("GBP"), []
    for order in book(33):
        failed = order.number % 40 == 7
        status = "failed" if failed else "cancelled" if order.cancelled else "refunded" if order.whole and order.refunded else "completed"
        truth.add(order.email, order.subtotal if status == "completed" else 0)
        first, last = order.name.split()
        registered = order.who + 2 if order.who % 3 else 0
        rows.append({
            "order_id": 9000 + order.number * 3, "order_number": 9000 + order.number * 3, "order_date": order.at, "paid_date": "" if failed else order.at,
            "status": status, "shipping_total": money(order.shipping), "shipping_tax_total": "0.00", "fee_total": "0.00", "fee_tax_total": "0.00",
            "tax_total": money(order.tax), "cart_discount": money(order.discount), "order_discount": "0.00", "discount_total": money(order.discount),
            "order_total": money(order.total), "order_subtotal": money(order.goods), "order_currency": "GBP", "payment_method": "stripe",
            "payment_method_title": "Card", "customer_id": registered, "customer_user": registered, "customer_email": order.email,
            "billing_first_name": first, "billing_last_name": last, "billing_email": order.email, "billing_postcode": "M1 1AA", "billing_country": "GB"})
    write_csv(folder / "order_export.csv", WOOCOMMERCE, rows)
    return ["order_export.csv"], truth


@export("Stripe, payments of the dashboard")
def stripe(folder):
    truth, rows = Truth("EUR"), []
    for order in book(34):
        failed, test = order.number % 25 == 3 or order.cancelled, order.number % 120 == 9
        truth.add(order.email, 0 if failed or test else order.total - (order.paid_back if order.refunded else 0))
        refunded = order.refunded and not failed
        rows.append({
            "id": f"ch_3P{order.number:06d}", "Created date (UTC)": order.at, "Amount": money(order.total), "Currency": "eur", "Captured": str(not failed).lower(),
            "Amount Refunded": money(order.paid_back if refunded else 0), "Converted Amount": money(order.total), "Converted Currency": "eur",
            "Converted Amount Refunded": money(order.paid_back if refunded else 0), "Decline Reason": "insufficient_funds" if failed else "",
            "Description": f"Order {order.number}", "Fee": money(order.total * 15 // 1000 + 25), "Is Link": "false", "Mode": "Test" if test else "Live",
            "PaymentIntent ID": f"pi_3P{order.number:06d}", "Payment Source Type": "card", "Refunded date (UTC)": order.back if refunded else "",
            "Status": "Failed" if failed else "Refunded" if refunded and order.whole else "Paid", "Seller Message": "Payment complete.",
            "Taxes On Fee": "0.00", "Card ID": f"pm_{order.who}", "Customer ID": f"cus_{order.who:06d}", "Customer Email": order.email})
    write_csv(folder / "unified_payments.csv", STRIPE, rows)
    return ["unified_payments.csv"], truth


@export("Stripe, charges of the API in cents")
def charges(folder):
    truth, rows = Truth("EUR"), []
    for order in book(35):
        failed, test = order.number % 25 == 3 or order.cancelled, order.number % 120 == 9
        truth.add(order.email, 0 if failed or test else order.total - (order.paid_back if order.refunded else 0))
        refunded = order.paid_back if order.refunded and not failed else 0
        rows.append({
            "id": f"ch_3Q{order.number:06d}", "object": "charge", "amount": order.total, "amount_captured": 0 if failed else order.total,
            "amount_refunded": refunded, "captured": str(not failed).lower(), "created": int(order.at.replace(tzinfo=datetime.timezone.utc).timestamp()),
            "currency": "eur", "customer": f"cus_{order.who:06d}", "description": f"Order {order.number}", "livemode": str(not test).lower(),
            "paid": str(not failed).lower(), "receipt_email": order.email, "refunded": str(refunded == order.total).lower(),
            "status": "failed" if failed else "succeeded"})
    write_csv(folder / "charges.csv", CHARGES, rows)
    return ["charges.csv"], truth


@export("Magento, orders grid")
def magento(folder):
    truth, rows = Truth("USD"), []
    for order in book(36):
        order.discount, order.subtotal, order.tax = 0, order.goods, order.goods // 5  # the grid has no column of discounts
        closed = order.refunded > 0
        order.refunded = order.subtotal if closed else 0
        truth.add(order.email, 0 if order.cancelled or closed else order.subtotal)
        total, address = f"{order.total / 100:.4f}", "1 Main Street,Springfield,Illinois,62701"
        rows.append({
            "ID": f"{order.number + 1:09d}", "Purchase Point": "Main Website\nMain Website Store\nDefault Store View",
            "Purchase Date": order.at.strftime("%b %-d, %Y %I:%M:%S %p"), "Bill-to Name": order.name, "Ship-to Name": order.name,
            "Grand Total (Base)": total, "Grand Total (Purchased)": total,
            "Status": "canceled" if order.cancelled else "closed" if closed else "complete", "Billing Address": address, "Shipping Address": address,
            "Shipping Information": "Flat Rate - Fixed", "Customer Email": order.email, "Customer Group": "General", "Subtotal": f"{order.subtotal / 100:.4f}",
            "Shipping and Handling": f"{order.shipping / 100:.4f}", "Customer Name": order.name, "Payment Method": "checkmo",
            "Total Refunded": f"{order.total / 100:.4f}" if closed else ""})
    write_csv(folder / "export.csv", MAGENTO, rows)
    return ["export.csv"], truth


@export("Square, transactions")
def square(folder):
    truth, rows = Truth("USD"), []
    for order in book(37):
        if order.cancelled:
            continue
        customer = "" if order.number % 4 == 1 else f"CUST{order.who:08d}"
        truth.add(customer, order.subtotal)
        truth.revenue -= order.refunded if customer else 0  # by a transaction of its own, so the order stands
        events = [("Payment", order.at, order.goods, -order.discount, order.tax, 100 if order.number % 9 == 0 else 0)]
        if order.refunded:
            events.append(("Refund", order.back, -order.refunded, 0, -(order.refunded // 5), 0))
        for event, at, gross, discount, tax, tip in events:
            net = gross + discount
            rows.append({
                "Date": at.strftime("%Y-%m-%d"), "Time": at.strftime("%H:%M:%S"), "Time Zone": "Eastern Time (US & Canada)", "Gross Sales": dollars(gross),
                "Discounts": dollars(discount), "Service Charges": "$0.00", "Net Sales": dollars(net), "Gift Card Sales": "$0.00", "Tax": dollars(tax),
                "Tip": dollars(tip), "Partial Refunds": "$0.00", "Total Collected": dollars(net + tax + tip), "Source": "Point of Sale",
                "Card": dollars(net + tax + tip), "Card Entry Methods": "Tap", "Cash": "$0.00", "Square Gift Card": "$0.00", "Other Tender": "$0.00",
                "Fees": dollars(-((net + tax) * 26 // 1000)), "Net Total": dollars(net + tax + tip - (net + tax) * 26 // 1000),
                "Transaction ID": f"T{order.number:07d}{event[0]}", "Payment ID": f"P{order.number:07d}{event[0]}", "Card Brand": "Visa",
                "PAN Suffix": f"{order.who % 10000:04d}", "Device Name": "Register 1", "Description": "Various", "Event Type": event, "Location": "Main",
                "Customer ID": customer, "Customer Name": order.name if customer else "", "Transaction Status": "Complete"})
    rows.sort(key=lambda row: (row["Date"], row["Time"]), reverse=True)
    write_csv(folder / "transactions.csv", SQUARE, rows)
    return ["transactions.csv"], truth


@export("renamed: invoice lines")
def invoices(folder):
    truth, rows = Truth("GBP"), []
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country".split(",")
    for order in book(38):
        truth.add(order.who, 0 if order.cancelled else order.goods)  # by an invoice of its own, under C and the order's number
        for product, quantity, price in order.lines:
            row = {"InvoiceNo": str(536365 + order.number), "StockCode": f"{85000 + product}", "Description": f"ARTICLE {product}", "Quantity": quantity,
                   "InvoiceDate": order.at, "UnitPrice": money(price), "CustomerID": 12346 + order.who, "Country": "United Kingdom"}
            rows.append(row)
            if order.cancelled:
                rows.append(row | {"InvoiceNo": f"C{536365 + order.number}", "Quantity": -quantity})
    write_csv(folder / "online_retail.csv", header, rows)
    return ["online_retail.csv"], truth


@export("renamed: German, semicolons and decimal commas")
def german(folder):
    truth, rows = Truth("EUR"), []
    header = "Kundennummer;Bestellnummer;Bestelldatum;Artikel;Menge;Einzelpreis;Zahlart".split(";")
    for order in book(39):
        truth.add(order.who, order.goods)
        for product, quantity, price in order.lines:
            rows.append({"Kundennummer": f"K-{order.who:05d}", "Bestellnummer": f"B{order.number:06d}", "Bestelldatum": order.at.strftime("%d.%m.%Y %H:%M"),
                         "Artikel": f"Artikel {product}", "Menge": quantity, "Einzelpreis": money(price).replace(".", ","), "Zahlart": "Rechnung"})
    write_csv(folder / "bestellungen.csv", header, rows, delimiter=";")
    return ["bestellungen.csv"], truth


@export("renamed: totals in Parquet")
def totals(folder):
    truth, orders = Truth("EUR"), book(40)
    for order in orders:
        truth.add(order.who, order.subtotal)
    shops.write(folder / "sales.parquet", {
        "clientRef": np.array([f"client-{order.who}" for order in orders]), "receiptNo": np.array([7000 + order.number for order in orders]),
        "purchasedAt": np.array([order.at for order in orders], "datetime64[us]"), "totalAmount": np.array([order.subtotal / 100 for order in orders]),
        "storeName": np.array(["Mitte" if order.who % 2 else "Nord" for order in orders])})
    return ["sales.parquet"], truth


def shared(data, name):
    """A real order history, whose truth is the sum of its column amount."""
    def write(folder):
        path = (data / f"{name}.parquet").resolve()
        truth = Truth("EUR")
        cents, buyers = duckdb.sql(f"select sum(round(amount * 100))::bigint, count(distinct customer_id) filter (amount > 0) from '{path}'").fetchone()
        truth.revenue, truth.buyers = cents, range(buyers)
        return [str(path)], truth
    return write


def valued(binary, write, messages):
    """Writes an export and values it with two commands; returns what is wrong,
    what came out, and the seconds of both."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        files, truth = write(folder)
        started = time.monotonic()
        init = shops.call(binary, folder, "init", *files)
        between = time.monotonic()
        run = shops.call(binary, folder, "run", "--value.currency", truth.currency) if init.returncode == 0 else init
        seconds = (between - started, time.monotonic() - between)
        if messages:
            config = folder / "cbv.yaml"
            print("\n".join(["", *files, config.read_text() if config.exists() else "", init.stdout[-3000:], init.stderr[-2000:]]))
        if run.returncode:
            return f"{'init' if run is init else 'run'} ends with {run.returncode}: {run.stderr.strip()[-400:]}", "-", "-", seconds
        manifest = json.loads((folder / "out" / "latest" / "manifest.json").read_text())
    totals = manifest["totals"]
    revenue = round(float(totals["revenue"]) * 100) + round(float(totals["returns_only_revenue"]) * 100)
    wrong = []
    if revenue != truth.revenue:
        wrong.append(f"revenue is {money(revenue)}, not {money(truth.revenue)}")
    if totals["customers"] != len(truth.buyers):
        wrong.append(f"{totals['customers']} customers, not {len(truth.buyers)}")
    # Orders of nobody are in quarantine, and many of them are worth a word.
    raised = {warning["code"] for warning in manifest["warnings"]} & shops.SUSPICIONS - {"many_rows_quarantined"}
    wrong += [f"raises {code}" for code in sorted(raised)]
    return "; ".join(wrong), money(revenue), str(totals["customers"]), seconds


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--cbv", required=True, help="the binary")
    arguments.add_argument("--data", type=pathlib.Path, default=pathlib.Path("../shared/data"), help="folder of real order histories")
    arguments.add_argument("--large", type=int, default=100_000, help="orders of the large Shopify export")
    arguments.add_argument("--messages", action="store_true", help="print the configurations, too")
    arguments = arguments.parse_args()
    binary = shops.binary_of(arguments.cbv)
    exports = EXPORTS + [(name, shared(arguments.data, name)) for name in ("cdnow_master", "cdnow_sample", "debruyn", "git_ansible")
                         if (arguments.data / f"{name}.parquet").exists()]
    large = book(41, customers=round(arguments.large * 0.275), days=700)
    assert len(large) >= arguments.large, f"the large export has {len(large)} orders"
    rows, failures = [("export", "revenue", "customers", "init s", "run s", "wrong")], []
    for name, write in [*exports, (f"Shopify, {len(large):,} orders", lambda folder: shopify(folder, large))]:
        wrong, revenue, customers, seconds = valued(binary, write, arguments.messages)
        if sum(seconds) > MOST_SECONDS:
            wrong = f"takes {sum(seconds):.0f} s, more than {MOST_SECONDS}; {wrong}"
        rows.append((name, revenue, customers, *(f"{s:.1f}" for s in seconds), wrong or "nothing"))
        failures += [f"{name}: {wrong}"] if wrong else []
    shops.print_table(rows)
    sys.exit("\n".join(failures) or None)


if __name__ == "__main__":
    main()

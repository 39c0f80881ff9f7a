"""Inputs and commands of compare_revisions.py: small shops that together reach
every published table. Simulated histories come from one binary, and what
`simulate` does not write (answers, contacts, objections, margins, repeated
orders) is derived here from the ids, so the same binary prepares the same bytes."""

import datetime
import hashlib
import math
import pathlib
import re
import subprocess

import pyarrow as pa
import pyarrow.parquet as pq

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures"

BEGUN = "2023-09-30"  # day of the first assignments
LATER = "2023-10-14"  # another night, with customers who enter and leave
MATURE = "2023-12-29"  # every window has ended

CAMPAIGN_SHOP = """\
orders:
  files: orders/*.parquet
  columns: {customer_id: customer_id, order_id: order_id, ordered_at: ordered_at, amount: amount, channel: channel}
value: {currency: EUR, margin_rate: 0.30, retention_cost: 2}
spend: {files: spend.parquet}
surveys: {files: surveys.parquet}
people:
  files: people.parquet
  columns:
    customer_id: customer_id
    email: email
    phone: phone
    first_name: first_name
    last_name: last_name
    country: country
    city: city
    consent_email: coalesce(consent_email, true)
    consent_ads: coalesce(consent_ads, true)
    suppressed: suppressed
suppression:
  files: suppression.parquet
  columns: {customer_id: customer_id, email: email, hash: hash}
contacts:
  files: contacts.parquet
  columns: {arm: arm, delivered: delivered, opened: opened, clicked: clicks > 0, cost: cost}
export: {region: GB, global_holdout: 0.05, global_salt: "2024"}
audiences:
  - name: winback
    where: lifecycle in ('cooling', 'lapsed')
    target: klaviyo
    columns: [segment, last_purchase_date]
    campaign: {name: spring, salt: spring-2023, holdout: 0.3, window_days: 75, nights: 1, covariate: prior_spend}
  - name: everybody
    where: 'true'
    target: csv
    channel: email
    columns: [segment, clv, clv_low, mark, is_repeat, first_purchase_date]
    campaign: {name: autumn, salt: autumn-2023, holdout: 0.35, challenger: 0.3, window_days: 60, nights: 30, covariate: clv}
  - {name: letter, mark: retain, target: mailchimp, columns: [clv]}
  - {name: contacts, lifecycle: active, target: hubspot}
  - {name: push, segment: Loyal, target: braze}
  - {name: seeds, list: seed, target: meta, value: clv}
  - {name: keep, mark: retain, target: google}
  - {name: lapsed, lifecycle: lapsed, target: tiktok}
  - {name: table, where: clv > 10, target: parquet, channel: ads, columns: [clv, purchases]}
"""


def commands(shared):
    """The commands of each dataset, in order; {inputs} is the prepared folder."""
    shop = ["--config", str(FIXTURES / "shop" / "cbv.yaml")]
    campaign = ["--config", "{inputs}/campaign/shop.yaml"]
    groups = ["--config", "{inputs}/groups/cbv.yaml", "--orders.columns.margin", "margin", "--value.margin_rate", "null"]
    cdnow = ["--orders.files", str(shared / "data" / "cdnow_master.parquet"), "--orders.columns.ordered_at", "date"]
    cdnow += ["--value.currency", "USD", "--value.margin_rate", "0.3"]
    once = ["--config", "{inputs}/once/cbv.yaml"]
    prediction = ["--x", "3", "--t-x", "200", "--T", "250", "--mean", "40", "--first", "45"]
    datasets = {
        "shop": [
            ["check", *shop],
            ["backtest", *shop],
            ["run", *shop],
            ["predict", "--run", "out/latest", *prediction],
            ["run", *shop, "--out", "out-costs", "--value.cac", "12", "--value.retention_cost", "2",
             "--lists.include", "[seed,mark]", "--lists.columns", "[customer_id,segment,clv]"],
            ["run", *shop, "--out", "out-reused", "--run.model", "out/latest"],
        ],
        "cdnow": [["run", *cdnow], ["predict", "--run", "out/latest", *prediction]],
        "campaign": [
            ["run", *campaign, "--time.as_of", BEGUN],
            ["run", *campaign, "--time.as_of", LATER],
            ["export", *campaign, "--time.as_of", LATER, "--lifecycle", "new", "--target", "klaviyo"],
            ["audiences", *campaign, "--time.as_of", LATER],
            ["measure", *campaign, "--campaign", "autumn", "--time.as_of", "2023-11-20"],
            ["measure", *campaign, "--campaign", "spring", "--time.as_of", "2023-12-14", "--contacts.files", "[]"],
            ["measure", *campaign, "--campaign", "autumn", "--time.as_of", MATURE],
            ["measure", *campaign, "--campaign", "spring", "--time.as_of", MATURE, "--measure.winsorise_percentile", "90"],
            ["run", *campaign, "--time.as_of", MATURE],
        ],
        "groups": [
            ["check", *groups],
            ["run", *groups, "--value.fit_by", "channel"],
            ["predict", "--run", "out/latest", *prediction],
            ["run", *groups, "--out", "out-grain", "--orders.grain", "order", "--orders.columns.ordered_at", "instant",
             "--time.zone", "Europe/Berlin", "--orders.keep", "status = 'paid'", "--orders.fit_from", "2022-03-01",
             "--rfm.map", "published", "--rfm.monetary_cuts", "[20,50,100,200]"],
            ["run", *groups, "--out", "out-revenue", "--orders.columns.margin", "", "--spend.files", "[]",
             "--orders.zero_is_purchase", "true", "--value.horizon_days", "180", "--value.currency", "JPY",
             "--backtest.holdout_days", "120"],
        ],
        "once": [["check", *once], ["run", *once]],
    }
    if not (shared / "data" / "cdnow_master.parquet").exists():
        del datasets["cdnow"]
    return datasets


def prepare(binary, inputs):
    """Writes the inputs of all datasets below the folder inputs."""
    def simulate(name, *options):
        subprocess.run([binary, "simulate", "--out", str(inputs / name), *options], check=True, stdout=subprocess.DEVNULL)
        return inputs / name

    shop = simulate(
        "campaign", "--customers", "4000", "--seed", "5", "--params", "r=.5,alpha=20,a=.8,b=4.8", "--returns", "0.05",
        "--channels", "search=.5,social=.3,referral=.2", "--cac", "search=24,social=21", "--rate", "social=.5",
    )
    (shop / "shop.yaml").write_text(CAMPAIGN_SHOP)
    people = pq.read_table(shop / "people.parquet").to_pylist()
    write(shop / "surveys.parquet", answers(people))
    write(shop / "contacts.parquet", contacts(people))
    write(shop / "suppression.parquet", objections(people))

    groups = simulate(
        "groups", "--customers", "5000", "--seed", "11", "--model", "paretonbd", "--returns", "0.2", "--dirty", "0.01",
        "--channels", "search=.4,social=.4,mail=.2", "--cac", "search=9,social=30",
        "--rate", "search=3,social=.5", "--order-value", "search=1.4",
    )
    for path in sorted(groups.glob("orders/*.parquet")):
        pq.write_table(with_margin_and_repeats(pq.read_table(path)), path)

    simulate("once", "--customers", "300", "--days", "1", "--returns", "0")


def write(path, columns):
    pq.write_table(pa.table(columns), path)


def draw(text, below):
    """An even draw from 0 to below - 1 which depends on the text alone."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:15], 16) % below


def answers(people):
    """Survey answers of one customer in three, some of them unusable."""
    ids = [person["customer_id"] for person in people if draw("answers|" + person["customer_id"], 3) == 0]
    days = [datetime.date(2023, 1, 1) + datetime.timedelta(days=draw("day|" + i, 360)) for i in ids]
    scores = [10 - int(math.sqrt(draw("score|" + i, 100))) for i in ids]
    return {
        "customer_id": pa.array([*ids, None, "X1", ids[0], ids[1]], pa.string()),
        "answered_at": pa.array([*days, days[0], days[1], None, days[2]], pa.date32()),
        "score": pa.array([*scores, 7, 9, 8, 11], pa.int64()),
    }


def contacts(people):
    """Messages of both campaigns: most as designed, some to held-out customers,
    of the other arm, too early, too late, or with an unusable cost."""
    rows = []
    for number, person in enumerate(people):
        customer = person["customer_id"]
        for campaign, none, champion in (("spring", 3000, 10000), ("autumn", 3500, 7000)):
            part = draw(f"{campaign}-2023|{campaign}|{customer}", 10000)
            if part < none and number % 60 or number % 17 == 3:
                continue
            arm = "champion" if part < champion or number % 50 == 0 else "challenger"
            sent_at = datetime.date(2023, 10, 1) + datetime.timedelta(days=number % 20 - (2 if number % 90 == 0 else 0))
            rows.append((customer, campaign, arm, sent_at, number % 3 > 0, number % 5 > 1, number % 4, 0.2 + number % 7 / 100))
    first = rows[0]
    rows += [
        (None, *first[1:]), (first[0], None, *first[2:]), (*first[:3], None, *first[4:]), (*first[:7], None),
        (*first[:7], -1.0), (*first[:7], math.nan), ("X1", *first[1:]), (first[0], "winter", *first[2:]),
        (first[0], "spring", "unheard of", *first[3:]), (*first[:3], datetime.date(2024, 2, 1), *first[4:]),
    ]
    names = ["customer_id", "campaign", "arm", "sent_at", "delivered", "opened", "clicks", "cost"]
    return dict(zip(names, map(list, zip(*rows))))


def objections(people):
    """Who objected, by id, by e-mail, or by the hash of an e-mail."""
    plain = [p for p in people if p["email"] and re.fullmatch(r"[a-z0-9.+-]+@[a-z0-9.]+", p["email"])]
    ids = [p["customer_id"] for p in people[::71]]
    emails = [p["email"] for p in plain[::83]]
    hashes = [hashlib.sha256(p["email"].encode()).hexdigest() for p in plain[5::97]]
    return {
        "customer_id": pa.array(ids + [None] * (len(emails) + len(hashes)), pa.string()),
        "email": pa.array([None] * len(ids) + emails + [None] * len(hashes), pa.string()),
        "hash": pa.array([None] * (len(ids) + len(emails)) + hashes, pa.string()),
    }


def with_margin_and_repeats(orders):
    """The orders with a margin per row, some of them unusable, the same times as
    instants, a status, and some rows once more an hour later."""
    rows = orders.to_pylist()
    for number, row in enumerate(rows):
        amount = row["amount"]
        row["margin"] = None if amount is None else amount * (0.3 + number % 4 / 20)
        if number % 97 == 96:
            row["margin"] = (None, math.nan, math.inf)[number // 97 % 3]
        row["instant"] = row["ordered_at"]
        row["status"] = "test" if number % 50 == 7 else "paid"
    hour = datetime.timedelta(hours=1)
    rows += [dict(row, instant=row["instant"] + hour) for row in rows[::40] if row["instant"]]
    schema = orders.schema
    schema = schema.append(pa.field("margin", pa.float64()))
    schema = schema.append(pa.field("instant", pa.timestamp("us", "UTC")))
    schema = schema.append(pa.field("status", pa.string()))
    return pa.Table.from_pylist(rows, schema)

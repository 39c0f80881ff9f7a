"""What the same job costs with lifetimes: python3 .ci/lifetimes_cost.py FOLDER

FOLDER is one that `cbv bench --out FOLDER` left: its order files are read, a history
per customer is made, BG/NBD and Gamma-Gamma are fitted, and the value of twelve months
is told for every customer and written to Parquet. What cbv does beside that (checks,
backtest, segments, marks, lists) has no counterpart in it. Prints seconds and CPU
seconds by part. Needs .ci/requirements-lifetimes.txt.
"""

import resource
import sys
import time
from pathlib import Path

import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter
from lifetimes.utils import summary_data_from_transaction_data

DISCOUNT_PER_MONTH = 1.1 ** (1 / 12) - 1  # cbv's default of .1 a year


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(folder):
    parts = []

    def part(name, work):
        start, worked = time.monotonic(), cpu_seconds()
        made = work()
        parts.append((name, time.monotonic() - start, cpu_seconds() - worked))
        return made

    files = sorted(Path(folder, "orders").glob("*.parquet"))
    columns = ["customer_id", "ordered_at", "amount"]
    orders = part("read", lambda: pd.concat(pd.read_parquet(file, columns=columns) for file in files))
    orders = orders[orders["amount"] > 0]
    last_day = orders["ordered_at"].max()
    summary = part(
        "summary",
        lambda: summary_data_from_transaction_data(
            orders, "customer_id", "ordered_at", monetary_value_col="amount", observation_period_end=last_day, freq="D"
        ),
    )
    purchases = BetaGeoFitter(penalizer_coef=0.0)
    part("BG/NBD", lambda: purchases.fit(summary["frequency"], summary["recency"], summary["T"]))
    repeaters = summary[(summary["frequency"] > 0) & (summary["monetary_value"] > 0)]
    spend = GammaGammaFitter(penalizer_coef=0.0)
    part("Gamma-Gamma", lambda: spend.fit(repeaters["frequency"], repeaters["monetary_value"]))
    value = part(
        "12-month value",
        lambda: spend.customer_lifetime_value(
            purchases, summary["frequency"], summary["recency"], summary["T"], summary["monetary_value"],
            time=12, freq="D", discount_rate=DISCOUNT_PER_MONTH,
        ),
    )
    part("write", lambda: value.to_frame().to_parquet(Path(folder, "lifetimes.parquet")))
    print(f"{len(summary):,} customers, {len(orders):,} orders")
    for name, seconds, worked in [*parts, ("all", sum(p[1] for p in parts), sum(p[2] for p in parts))]:
        print(f"{name:16} {seconds:8.2f} s {worked:8.2f} CPU s")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:,.0f} MB")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])

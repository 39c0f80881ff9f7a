"""Makes fixtures/notebook.ipynb: eleven questions to the runs of a shop, answered in plots.

    python3 .ci/notebook.py --cbv BINARY [--write]

The shop is simulated here: two nights, spend, and one campaign that is measured, so
nothing but the program and the readers is needed. The notebook runs against it, cell by
cell. Without --write the result is held against what is committed: the same cells, the
same text, and an image wherever one was. Ends with 1 where they differ.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import duckdb
import nbformat
from nbclient import NotebookClient

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMMITTED = ROOT / "fixtures" / "notebook.ipynb"

# (title, what is said, code)
CELLS = [
    ("Eleven questions to a shop's runs", """
The runs are those of a simulated shop: `out/2023-12-30` and `out/2023-12-31`, with what its channels cost, and one campaign that was measured. Each is a folder of Parquet files; `cbv schema` has every column.

    cbv simulate --out shop --customers 3000 --channels search=.5,social=.3,email=.2 --cac search=12,social=20,email=4 --first-orders
    cbv run --config shop/cbv.yaml --as-of 2023-12-30
    cbv run --config shop/cbv.yaml --as-of 2023-12-31

Dates are dates in the files. DuckDB and polars read them as such. pandas makes `object` of them unless it is told to keep Arrow's types, `dtype_backend="pyarrow"`, or they are turned into time-stamps with `pd.to_datetime`.
""", """
import duckdb
import matplotlib.pyplot as plt
import pandas as pd
import polars as pl

plt.rcParams.update({"figure.figsize": (7, 3), "figure.autolayout": True})
night = "out/latest"

def table(name):
    return pd.read_parquet(f"{night}/{name}.parquet", dtype_backend="pyarrow")

customers = table("customers")
print(customers["last_purchase_date"].dtype, pl.read_parquet(f"{night}/customers.parquet")["last_purchase_date"].dtype)
print(f"{len(customers):,} customers as of {customers['as_of'].iloc[0]}")
"""),
    ("1. Who are the customers, and who is worth retaining?", "Segments say how someone has behaved, the mark what is at stake.", """
cross = duckdb.sql(f\"\"\"
    select segment, mark, count(*) as customers, round(sum(clv)) as clv
    from '{night}/customers.parquet' group by all order by segment, mark
\"\"\").df()
print(cross.pivot(index="segment", columns="mark", values="customers").fillna(0).astype(int).to_string())
cross.pivot(index="segment", columns="mark", values="clv").plot.barh(stacked=True, ylabel="", xlabel="value to come");
"""),
    ("2. How do cohorts develop?", "Revenue per customer so far, by month of the first purchase and age.", """
cohorts = table("cohorts")
heat = cohorts.pivot(index="cohort_month", columns="age_months", values="cumulative_revenue_per_customer").astype("float64").iloc[:, :13]
print(heat.iloc[:4, [0, 3, 6, 12]].round(2).to_string())
plt.figure(figsize=(7, 4)); plt.imshow(heat, aspect="auto"); plt.colorbar(label="revenue per customer")
plt.yticks(range(0, len(heat), 3), [str(month)[:7] for month in heat.index[::3]]); plt.xlabel("months since the first purchase");
"""),
    ("3. How many come back, and when?", "The Kaplan-Meier curve counts customers who are too young for as long as they are known.", """
curve = pl.read_parquet(f"{night}/repeat_curve.parquet").filter(pl.col("scope") == "all").sort("day")
at = {day: curve.filter(pl.col("day") <= day)["repeat_probability"].max() for day in (30, 90, 180, 365)}
print({day: round(share, 3) for day, share in at.items()})
plt.plot(curve["day"], curve["repeat_probability"]); plt.fill_between(curve["day"], curve["low"], curve["high"], alpha=.3)
plt.xlabel("days since the first purchase"); plt.ylabel("purchased again");
"""),
    ("4. Whom are we about to lose?", "`value_at_risk` is what expected dropout takes from a customer over the horizon.", """
risk = customers.nlargest(10, "value_at_risk")[["customer_id", "value_at_risk", "clv", "p_alive", "last_purchase_date", "segment"]]
print(risk.round(2).to_string(index=False))
by = customers.groupby("segment")["value_at_risk"].sum().astype("float64").sort_values()
by.plot.barh(xlabel="value at risk", ylabel="");
"""),
    ("5. Who is due, and who is overdue?", "`next_purchase_due` is when half of those who stay would have purchased again; only repeat customers have one.", """
due = duckdb.sql(f\"\"\"
    select date_trunc('month', next_purchase_due)::date as due, count(*) as customers, count(*) filter (days_overdue > 0) as overdue
    from '{night}/customers.parquet' where next_purchase_due is not null and p_alive > .5 group by due order by due
\"\"\").pl()
print(due.filter(pl.col("overdue") > 0).tail(3), due.filter(pl.col("overdue") == 0).head(3))
shown = due.filter(pl.col("due").dt.year() >= 2023).head(24)
plt.bar([str(day)[:7] for day in shown["due"]], shown["customers"]); plt.xticks(rotation=90); plt.ylabel("next purchase due");
"""),
    ("6. Which channels pay?", "Value of a new customer per cost of acquisition over the trailing twelve months, with its 95 % interval.", """
channels = table("channels").query("period == 'trailing_12m' and scope == 'channel' and ltv_cac.notna()").sort_values("channel")
print(channels[["channel", "new_customers", "cac", "newcomer_value", "ltv_cac", "payback_days"]].round(2).to_string(index=False))
ratio, low, high = (channels[c].astype("float64") for c in ("ltv_cac", "ltv_cac_low", "ltv_cac_high"))
plt.errorbar(ratio, channels["channel"], xerr=[ratio - low, high - ratio], fmt="o"); plt.axvline(3, ls=":"); plt.xlabel("LTV:CAC");
"""),
    ("7. Which first orders bring customers who come back?", "Against others of the same month and channel. Rank by the shrunken ratio; the verdict is what chance does not explain.", """
starts = table("first_orders").query("repeat_ratio_shrunken.notna()").sort_values("repeat_ratio_shrunken")
columns = ["attribute", "value", "customers", "repeat_ratio", "repeat_ratio_low", "repeat_ratio_high", "repeat_verdict"]
print(pd.concat([starts.head(4), starts.tail(4)])[columns].round(2).to_string(index=False))
category = starts[starts["attribute"] == "category"]
middle, low, high = (category[c].astype("float64") for c in ("repeat_ratio", "repeat_ratio_low", "repeat_ratio_high"))
plt.errorbar(middle, category["value"], xerr=[middle - low, high - middle], fmt="o"); plt.axvline(1, ls=":"); plt.xlabel("repeat purchases over those of others");
"""),
    ("8. What moved since last night?", "Causes are taken one after the other and add up to the change of value, to the cent.", """
movement = duckdb.sql(f"select cause, round(sum(clv_change), 2) as change, sum(customers) filter (moved_from is distinct from moved_to)::int as marks_moved from '{night}/movement.parquet' where measure = 'mark' group by cause order by cause").df()
print(movement.to_string(index=False))
before, now = (duckdb.sql(f"select sum(cast(round(clv * 100) as bigint)) from 'out/{day}/customers.parquet'").fetchone()[0] for day in ("2023-12-30", "2023-12-31"))
print("adds up:", round(movement["change"].sum() * 100) == now - before)
plt.barh(movement["cause"], movement["change"]); plt.xlabel("change of value");
"""),
    ("9. What did the campaign bring?", "`cbv measure` compares the arms as assigned. Nothing was sent in this shop, so nothing should show.", """
import glob, json
measured = sorted(glob.glob("out/campaigns/*/measured/*/measure.json"))[-1]
print(json.load(open(measured))["conclusion"])
figures = pd.read_parquet(measured.replace("measure.json", "measure.parquet"))
effect = figures.query("versus == 'none' and metric.str.startswith('conversion') and low.notna()")
print(effect[["arm", "metric", "estimate", "value", "low", "high"]].round(4).to_string(index=False))
plt.errorbar(effect["value"], range(len(effect)), xerr=[effect["value"] - effect["low"], effect["high"] - effect["value"]], fmt="o"); plt.axvline(0, ls=":")
plt.yticks(range(len(effect)), effect["metric"] + " " + effect["estimate"]);
"""),
    ("10. On how few does the value rest?", "Bands of clv, from the least valuable customer to the most.", """
bands = table("value_distribution").sort_values("place")
print(bands[["from_clv", "below_clv", "customers", "share_of_clv"]].round(3).to_string(index=False))
plt.bar(bands["from_clv"].fillna(0).astype(str), bands["share_of_clv"].astype("float64")); plt.xticks(rotation=90); plt.ylabel("share of all value");
"""),
    ("11. Do the chances hold?", "Customers in tenths by their chance of a purchase in the holdout, and how many purchased.", """
test = table("backtest").query("is_chosen and target == 'p_purchase' and metric.isin(['mean_expected', 'mean_actual'])")
tenths = test.pivot(index="decile", columns="metric", values="value").astype("float64")
print(tenths.round(3).to_string())
plt.plot(tenths["mean_expected"], tenths["mean_actual"], "o-"); plt.plot([0, 1], [0, 1], ":"); plt.xlabel("forecast"); plt.ylabel("actual");
"""),
]


def shop(cbv, folder):
    """The simulated shop and its nights."""

    def run(*arguments):
        subprocess.run([cbv, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)

    run("simulate", "--out", "shop", "--customers", "3000", "--channels", "search=.5,social=.3,email=.2",
        "--cac", "search=12,social=20,email=4", "--first-orders")
    run("run", "--config", "shop/cbv.yaml", "--as-of", "2023-12-30")
    duckdb.sql(f"""
        copy (
            select
                customer_id,
                case when bucket < 5 then 'none' else 'champion' end as arm,
                date '2023-11-15' as assigned_at,
                0.5 as share
            from (
                select customer_id, cast('0x' || substr(sha256(customer_id), 1, 8) as bigint) % 10 as bucket
                from '{folder}/out/latest/customers.parquet'
                where first_purchase_date < date '2023-11-15'
            )
            order by customer_id
        ) to '{folder}/arms.parquet'
    """)
    run("measure", "--config", "shop/cbv.yaml", "--campaign", "autumn", "--assignments", "arms.parquet", "--window-days", "30",
        "--as-of", "2023-12-30")
    run("run", "--config", "shop/cbv.yaml", "--as-of", "2023-12-31")


def notebook():
    """The notebook without outputs."""
    cells = []
    for number, (title, said, code) in enumerate(CELLS):
        mark = "#" if number == 0 else "##"
        cells.append(nbformat.v4.new_markdown_cell(f"{mark} {title}\n\n{said.strip()}", id=f"said-{number}"))
        cells.append(nbformat.v4.new_code_cell(code.strip(), id=f"code-{number}"))
    made = nbformat.v4.new_notebook(cells=cells)
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return made


def results(cell):
    """What a cell printed, and how many images it has. Its text has no times in it."""
    text, images = [], 0
    for output in cell.get("outputs", []):
        if output["output_type"] == "stream" and output["name"] == "stdout":
            text.append(output["text"])
        images += "image/png" in output.get("data", {})
    return "".join(text), images


def differences(committed, made):
    """What of a notebook is not as committed, a line each."""
    if [cell["source"] for cell in committed.cells] != [cell["source"] for cell in made.cells]:
        yield "the cells are others"
        return
    for number, (was, now) in enumerate(zip(committed.cells, made.cells)):
        (text, images), (new_text, new_images) = results(was), results(now)
        if text != new_text:
            yield f"cell {number} prints\n{new_text}\nand is committed with\n{text}"
        if images != new_images:
            yield f"cell {number} has {new_images} images, and is committed with {images}"
    if sum(results(cell)[1] for cell in made.cells) < len(CELLS) - 1:
        yield "a question has no plot"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cbv", required=True)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shop(os.path.abspath(options.cbv), folder)
        made = notebook()
        NotebookClient(made, timeout=300, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
    for cell in made.cells:
        cell.metadata.pop("execution", None)  # the times at which it ran
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    made.metadata.pop("language_info", None)
    if options.write:
        nbformat.write(made, COMMITTED)
        return 0
    found = list(differences(nbformat.read(COMMITTED, as_version=4), made))
    print("\n".join(found) or f"{COMMITTED.name}: {len(CELLS) - 1} questions, text and images as committed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

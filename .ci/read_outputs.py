"""Reads every output of the given runs as a notebook would, with pandas,
pyarrow, polars and DuckDB, and compares with the manifest and the schema."""

import decimal
import json
import pathlib
import sys

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq

ARROW = {
    "VARCHAR": "string", "BIGINT": "int64", "INTEGER": "int32", "DOUBLE": "double",
    "BOOLEAN": "bool", "DATE": "date32[day]", "TIMESTAMP": "timestamp[us]",
}
POLARS = {
    "VARCHAR": pl.String, "BIGINT": pl.Int64, "INTEGER": pl.Int32, "DOUBLE": pl.Float64,
    "BOOLEAN": pl.Boolean, "DATE": pl.Date, "TIMESTAMP": pl.Datetime("us"),
}
PANDAS = {"BIGINT": "int64", "INTEGER": "int32", "DOUBLE": "float64", "BOOLEAN": "bool", "TIMESTAMP": "datetime64[us]"}


def cents(amount):
    return round(float(amount) * 100)


def exact(text):
    return int(decimal.Decimal(text) * 100)


def check_types(folder, table, rows):
    """The four readers see the described columns and the manifest's rows."""
    path = folder / f"{table['name']}.parquet"
    want = {column["name"]: column["type"] for column in table["columns"]}

    arrow = pq.read_table(path)
    assert arrow.num_rows == rows, (path, arrow.num_rows, rows)
    assert {f.name: str(f.type) for f in arrow.schema} == {n: ARROW[t] for n, t in want.items()}, arrow.schema
    described = json.loads(arrow.schema.metadata[b"cbv.schema"])
    assert described == table, f"{path}: the footer describes other columns"

    polars = pl.read_parquet(path)
    assert polars.height == rows
    assert dict(polars.schema) == {n: POLARS[t] for n, t in want.items()}, polars.schema

    duck = duckdb.sql(f"describe from read_parquet('{path}')").fetchall()
    assert {row[0]: row[1] for row in duck} == want, duck
    assert duckdb.sql(f"select count(*) from '{path}'").fetchone()[0] == rows

    pandas = pd.read_parquet(path)
    assert len(pandas) == rows
    for name, kind in want.items():
        if kind in PANDAS and pandas[name].notna().all() and rows:
            assert str(pandas[name].dtype) == PANDAS[kind], (path, name, pandas[name].dtype)
    return pandas, polars


def check_customers(manifest, pandas, polars):
    totals = manifest["totals"]
    assert len(pandas) == totals["customers"]
    assert pandas.customer_id.is_unique and pandas.customer_id.is_monotonic_increasing
    assert pandas.is_repeat.sum() == totals["repeat_customers"]
    assert pandas.repeat_purchases.sum() == totals["repeat_purchases"]
    for column, total in (
        ("revenue", totals["revenue"]), ("margin", totals["margin"]),
        ("clv", totals["clv"]), ("lifetime_value", totals["lifetime_value"]),
    ):
        if total is None:
            assert pandas[column].isna().all(), column
            continue
        assert cents(pandas[column].sum()) == exact(total), (column, pandas[column].sum(), total)
        assert cents(polars[column].sum()) == exact(total), column
    # Arithmetic between money columns needs no cast and brings no objects.
    for total, parts in (("revenue", ["gross_revenue", "returns"]), ("lifetime_value", ["historic_margin", "clv"])):
        difference = (pandas[total] - pandas[parts[0]] - pandas[parts[1]]).dropna()
        assert difference.dtype == "float64" and (difference.abs() < 1e-6).all(), total
    used = exact(manifest["rows"]["used"]["money"])
    assert exact(totals["revenue"]) + exact(totals["returns_only_revenue"]) == used
    if manifest["model"]:
        for column in ("mark", "lifecycle", "mark_reason", "p_alive", "clv"):
            assert pandas[column].notna().all(), column


def check_segments(manifest, customers, segments):
    totals = manifest["totals"]
    assert segments.customers.sum() == totals["customers"]
    assert cents(segments.revenue.sum()) == exact(totals["revenue"])
    if manifest["model"] is None:
        return
    by_mark = customers.groupby("mark").size()
    assert segments.retain_customers.sum() == by_mark.get("retain", 0)
    assert segments.lookalike_customers.sum() == by_mark.get("acquisition_lookalike", 0)
    for stage in ("new", "active", "cooling", "lapsed"):
        assert segments[f"{stage}_customers"].sum() == (customers.lifecycle == stage).sum(), stage
    assert (segments.retain_customers + segments.lookalike_customers == segments.customers).all()
    assert cents(segments.clv.sum()) == exact(totals["clv"])


def check_rows(manifest, quarantine):
    rows = manifest["rows"]
    parts = [rows["used"], *rows["excluded"].values(), *rows["quarantined"].values()]
    assert sum(part["rows"] for part in parts) == rows["files"]["rows"] == sum(i["rows"] for i in manifest["inputs"] if "input" not in i)
    assert sum(exact(part["money"]) for part in parts) == exact(rows["files"]["money"])
    counts = quarantine.groupby("reason").size().to_dict()
    assert counts == {reason: part["rows"] for reason, part in rows["quarantined"].items()}, counts


def check_run(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    schema = json.loads((folder / "schema.json").read_text())
    rows = {output["name"]: output.get("rows") for output in manifest["outputs"]}
    tables = {}
    for table in schema["tables"]:
        tables[table["name"]] = check_types(folder, table, rows[table["name"] + ".parquet"])
    check_customers(manifest, *tables["customers"])
    check_segments(manifest, tables["customers"][0], tables["segments"][0])
    check_rows(manifest, tables["quarantine"][0])
    kpis = tables["kpis"][0].set_index("metric")
    assert kpis.value["customers"] == manifest["totals"]["customers"]
    assert cents(kpis.value["revenue"]) == exact(manifest["totals"]["revenue"])
    print(f"{folder}: {len(tables)} tables, {manifest['totals']['customers']} customers agree in four readers")


def main():
    for folder in sys.argv[1:]:
        check_run(pathlib.Path(folder).resolve())


main()

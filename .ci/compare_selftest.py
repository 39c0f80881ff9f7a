"""Tampers with published files in every way that compare_outputs.py must see."""

import math
import pathlib
import tempfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import compare_outputs

RUN = "out/runs/2023-12-31-"
CUSTOMERS = "test/out/runs/2023-12-31/customers.parquet"
COLUMNS = {
    "customer_id": ["a", "b", "c", None],
    "clv": [1.5, math.nan, None, 0.0],
    "purchases": [3, 1, None, 2],
}


def write(folder, identity, table, text):
    run = folder / (RUN + identity)
    (run / "lists").mkdir(parents=True)
    pq.write_table(table, run / "customers.parquet")
    (run / "lists" / "seed.csv").write_text(text)
    (run / "model.json").write_text('{"identity": "%s", "fit": [{"name": "r", "value": %s}]}' % (identity, len(text)))


def compared(before, after, *allowed):
    """The report on two versions of a run, each a table and a list."""
    report = compare_outputs.Report(compare_outputs.Allowances(allowed))
    with tempfile.TemporaryDirectory() as folder:
        folders = [pathlib.Path(folder, title) for title in ("before", "after")]
        for place, identity, version in zip(folders, ("0" * 12, "f" * 12), (before, after)):
            write(place, identity, *version)
        compare_outputs.compare_folders("test", *folders, report)
    return report


def changed(**columns):
    return pa.table({**COLUMNS, **columns})


def main():
    table, text = pa.table(COLUMNS), "id\na\n"
    next_double = float(np.nextafter(1.5, 2))
    tampered = {
        "one bit of a double": changed(clv=[next_double, math.nan, None, 0.0]),
        "the sign of zero": changed(clv=[1.5, math.nan, None, -0.0]),
        "NaN for null": changed(clv=[1.5, math.nan, math.nan, 0.0]),
        "null for NaN": changed(clv=[1.5, None, None, 0.0]),
        "0 for null": changed(purchases=[3, 1, 0, 2]),
        "null for text": changed(customer_id=["a", "b", None, None]),
        "rows in another order": table.take([1, 0, 2, 3]),
        "a row less": table.slice(1),
        "a repeated row": pa.concat_tables([table, table.slice(0, 1)]),
        "columns in another order": table.select(["clv", "customer_id", "purchases"]),
        "another name": table.rename_columns(["customer_id", "value", "purchases"]),
        "another type": table.set_column(2, "purchases", table["purchases"].cast(pa.int32())),
        "a column more": table.append_column("more", pa.array([1, 2, 3, 4])),
    }
    wrong = [f"{name}: not seen" for name, other in tampered.items() if not compared((table, text), (other, text)).failed]
    if compared((table, text), (table, text)).failed:
        wrong.append("equal runs of two identities: seen as different")
    if not compared((table, text), (table, "id\nb\n")).failed:
        wrong.append("a byte of a list: not seen")
    longer = compared((table, text), (table, text + "b\n"))
    if [key[1] for key in longer.json] != ["fit[r].value"]:
        wrong.append(f"a number of model.json: seen as {list(longer.json)}")
    other = tampered["one bit of a double"]
    cases = {"customers.parquet#clv:meant": False, "customers.parquet:meant": False, "customers.parquet#purchases:meant": True}
    for allowed, fails in cases.items():
        if compared((table, text), (other, text), allowed).failed != ([CUSTOMERS] if fails else []):
            wrong.append(f"--allow {allowed}: {'passes' if fails else 'fails'}")
    if compared((table, text), (tampered["a column more"], text), "customers.parquet#more:meant").failed:
        wrong.append("an allowed new column fails")
    print(*(wrong or [f"all of {len(tampered) + 7} comparisons as they should be"]), sep="\n")
    return 1 if wrong else 0

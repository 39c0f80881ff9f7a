"""Repeats a run's plan on Spark: analyses and runs every SQL file over the
tables that the run kept, and compares columns, types and rows with DuckDB's.

usage: spark_analyse.py SQL_FOLDER TABLES_FOLDER"""

import json
import logging
import math
import pathlib
import re
import sys
import time

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession


def start():
    """A local Spark, as sql/engine/spark.sql wants it."""
    settings = {
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.adaptive.enabled": "false",
        "spark.default.parallelism": "1",
        # Many small queries: compiling them thoroughly takes longer than running them.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=256m",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    builder = SparkSession.builder.master("local[2]").appName("cbv")
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def define_macros(spark, text):
    for statement in re.sub(r"--[^\n]*", "", text).split(";"):
        if statement.strip():
            spark.sql(statement)


def shape(frame):
    return [(field.name, field.dataType.simpleString()) for field in frame.schema.fields]


def ordered(frame):
    """The rows by their exact columns first: the last digits of two engines'
    doubles may differ, and must not decide which rows are compared."""
    doubles = {i for i, (_, kind) in enumerate(shape(frame)) if kind == "double"}

    def rank(number):
        rankless = number is None or math.isnan(number)
        return str(number) if rankless else "", 0.0 if rankless else number

    def key(row):
        exact = [(value is not None, str(value)) for i, value in enumerate(row) if i not in doubles]
        return exact, [rank(value) for i, value in enumerate(row) if i in doubles]

    return sorted((tuple(row) for row in frame.collect()), key=key)


def same(left, right):
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-12) or (math.isnan(left) and math.isnan(right))
    return left == right


def difference(frame, expected):
    """What sets a table apart from the one DuckDB made; None when nothing does."""
    if shape(frame) != shape(expected):
        apart = [pair for pair in zip(shape(frame), shape(expected)) if pair[0] != pair[1]]
        return f"columns, on Spark and on DuckDB: {apart or [shape(frame), shape(expected)]}"
    got, want = ordered(frame), ordered(expected)
    if len(got) != len(want):
        return f"{len(got)} rows on Spark, {len(want)} on DuckDB"
    for left, right in zip(got, want):
        if not all(map(same, left, right)):
            return f"rows, on Spark and on DuckDB:\n  {left}\n  {right}"
    return None


def main():
    began = time.monotonic()
    sql, tables = map(pathlib.Path, sys.argv[1:])
    logging.getLogger("SQLQueryContextLogger").disabled = True  # errors are told below, shorter
    spark = start()
    define_macros(spark, (sql / "engine/spark.sql").read_text())
    refused, files = [], 0
    for step in json.loads((tables / "plan.json").read_text()):
        # What later files read is what DuckDB made, so that one difference is
        # told once, and of the file that makes it.
        for name in step["makes"] or []:
            spark.read.parquet(str(tables / f"{name}.parquet")).createOrReplaceTempView(name)
        if step["kind"] == "go":
            continue
        files += 1
        try:
            frame = spark.sql((sql / step["file"]).read_text())
            apart = difference(frame, spark.table(step["name"]))
        except PySparkException as error:
            apart = re.split(r";?\n'|== SQL|\n\nJVM", str(error))[0].strip()
        if apart:
            refused.append(step["file"])
            print(f"{step['file']}: {apart}", file=sys.stderr)
    spark.stop()
    if refused:
        sys.exit(f"{len(refused)} of {files} files do not give on Spark what they give on DuckDB: {', '.join(refused)}")
    print(f"Spark gives what DuckDB gives for each of {files} files ({time.monotonic() - began:.0f} s)")


main()

"""Compares two folders of published outputs: Parquet tables cell by cell, lists
and export files byte by byte, JSON by its values, as information."""

import collections
import fnmatch
import json
import os
import pathlib
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

# What changes with every version or plan, without a figure that changes.
MASKED = {"identity", "inputs_identity", "plan", "version", "engine", "bytes", "xxh3_128"}
HASH = re.compile(r"(\d{4}-\d\d-\d\d)-[0-9a-f]{12}\b")
SHOWN = 3  # differences shown of each table and column


class Allowances:
    """What may differ: --allow FILE:REASON, or FILE#COLUMN:REASON for one column.
    FILE is a pattern of the end of a path, such as kpis.parquet or shop/*."""

    def __init__(self, texts):
        self.reasons = {}
        for text in texts:
            name, colon, reason = text.partition(":")
            if not (name and colon and reason.strip()):
                raise SystemExit(f"--allow {text}: give FILE:REASON or FILE#COLUMN:REASON")
            self.reasons[name] = reason.strip()
        self.used = set()

    def of(self, path, column=None):
        """The reason for which path, or its column, may differ; None if it may not."""
        for name, reason in self.reasons.items():
            pattern, _, named = name.partition("#")
            if (named or None) == column and any(fnmatch.fnmatchcase(path, p) for p in (pattern, "*/" + pattern)):
                self.used.add(name)
                return reason
        return None

    def columns(self, path, names):
        return [name for name in names if self.of(path, name)]


class Report:
    """A row per compared thing, and the differences of the JSON files."""

    def __init__(self, allowances):
        self.allowances = allowances
        self.rows = []  # dataset, path, rows, verdict, differences
        self.failed = []  # paths of what differs and may not
        self.json = collections.defaultdict(list)  # (file, place, before, after): datasets

    def add(self, dataset, path, rows, differences, left_out=()):
        """Adds what was compared, without the columns left out; a difference which
        is not allowed fails the comparison."""
        if not differences:
            verdict = "equal" + (f", {', '.join(left_out)} left out" if left_out else "")
            self.rows.append((dataset, path, rows, verdict, []))
            return
        reason = self.allowances.of(f"{dataset}/{path}")
        if not reason:
            self.failed.append(f"{dataset}/{path}")
        self.rows.append((dataset, path, rows, f"allowed: {reason}" if reason else "DIFFERENT", differences))

    def print(self):
        header = ("dataset", "table", "rows", "result", [])
        widths = [max(len(str(row[i])) for row in [header, *self.rows]) for i in range(3)]
        for dataset, path, rows, verdict, differences in [header, *self.rows]:
            print(f"{dataset:<{widths[0]}}  {path:<{widths[1]}}  {rows:>{widths[2]}}  {verdict}")
            for line in differences:
                print("    " + line)
        if self.json:
            print("\nJSON, as information: file, place, before, after, datasets")
        for (name, place, before, after), datasets in sorted(self.json.items()):
            print(f"  {name} {place}: {clip(before)} | {clip(after)} ({', '.join(sorted(set(datasets)))})")
        for name in sorted(set(self.allowances.reasons) - self.allowances.used):
            print(f"--allow {name}: nothing there differs, or there is no such file")

    def verdict(self):
        """The last lines: equal, or what is not."""
        if self.failed:
            return "\n".join([f"{len(self.failed)} DIFFERENT", *(f"  {path}" for path in self.failed)])
        return "equal, but for what is allowed" if self.allowances.used else "equal"


def without_hash(text):
    """The text without the hashes of identities, which stand behind a day."""
    return HASH.sub(r"\1", text)


def clip(text, most=90):
    text = str(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def published(folder):
    """The files below folder by their path without the hashes of identities."""
    files = {}
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".staging")
        for name in sorted(names):
            path = pathlib.Path(parent, name)
            key = without_hash(str(path.relative_to(folder)))
            if name in (".lock", "timing.json") or path.is_symlink():
                continue
            if key in files:
                raise SystemExit(f"{key} was published twice: give each output of a dataset a day or a folder of its own")
            files[key] = path
    return files


def links(folder):
    """The links below folder with their targets, without the hashes of identities."""
    found = (path for path in sorted(pathlib.Path(folder).rglob("*")) if path.is_symlink())
    return [f"{path.relative_to(folder)} -> {without_hash(os.readlink(path))}" for path in found]


def compare_folders(dataset, before, after, report):
    """Compares everything published below two folders."""
    ours, theirs = published(before), published(after)
    equal = collections.Counter()  # files that are no tables, by folder and kind
    for path in sorted(set(ours) | set(theirs)):
        if path not in theirs or path not in ours:
            report.add(dataset, path, "", ["only in " + ("before" if path in ours else "after")])
        elif path.endswith(".parquet"):
            compare_tables(dataset, path, ours[path], theirs[path], report)
        elif path.endswith(".json"):
            compare_json(dataset, path, ours[path], theirs[path], report)
        elif ours[path].read_bytes() == theirs[path].read_bytes():
            equal[re.sub(r"[^/]*(\.\w+)$", r"*\1", path)] += 1
        else:
            report.add(dataset, path, "", byte_differences(ours[path], theirs[path]))
    for pattern, count in sorted(equal.items()):
        report.add(dataset, f"{pattern} ({count} files)", "", [])
    report.add(dataset, "links", "", set_differences(links(before), links(after)))


def set_differences(before, after):
    """What only one of two lists has."""
    lines = [f"only in before: {item}" for item in before if item not in after]
    return lines + [f"only in after: {item}" for item in after if item not in before]


def byte_differences(before, after):
    ours, theirs = before.read_bytes().splitlines(), after.read_bytes().splitlines()
    if len(ours) != len(theirs):
        lines = [f"{len(ours)} lines before, {len(theirs)} after"]
    else:
        lines = [f"{sum(a != b for a, b in zip(ours, theirs))} lines differ (line ends, if 0)"]
    for number, (a, b) in enumerate(zip(ours, theirs), 1):
        if a != b:
            return [*lines, f"line {number}: {clip(a.decode(errors='replace'))} | {clip(b.decode(errors='replace'))}"]
    return lines


def compare_tables(dataset, path, before, after, report):
    ours, theirs = (pq.read_table(p).replace_schema_metadata(None) for p in (before, after))
    allowed = report.allowances.columns(f"{dataset}/{path}", sorted({*ours.column_names, *theirs.column_names}))
    ours, theirs = (t.drop_columns([c for c in t.column_names if c in allowed]) for t in (ours, theirs))
    rows = ours.num_rows if ours.num_rows == theirs.num_rows else f"{ours.num_rows} | {theirs.num_rows}"
    report.add(dataset, path, rows, table_differences(ours, theirs), allowed)


def table_differences(before, after):
    """The first differences of two tables; none if they are equal in columns,
    types, rows and every cell, doubles in every bit."""
    lines = set_differences(
        [f"column {f.name}" for f in before.schema], [f"column {f.name}" for f in after.schema],
    )
    shared = [name for name in before.column_names if name in after.column_names]
    if shared != [name for name in after.column_names if name in shared]:
        lines.append("the columns are in another order")
    for name in shared:
        kinds = [str(t.schema.field(name)) for t in (before, after)]
        if kinds[0] != kinds[1]:
            lines.append(f"type: {kinds[0]} | {kinds[1]}")
    comparable = [name for name in shared if before.schema.field(name).type == after.schema.field(name).type]
    key = key_columns(before.select(comparable))
    if before.num_rows != after.num_rows:
        return lines + row_differences(before.select(key), after.select(key))
    for name in comparable:
        places = np.flatnonzero(different(before[name], after[name]))
        if len(places):
            lines.append(f"{name}: {len(places)} of {before.num_rows} cells differ")
        for place in places[:SHOWN].tolist():
            found = {c: str(before[c][place].as_py()) for c in key}
            cells = [repr(t[name][place].as_py()) for t in (before, after)]
            lines.append(f"  row {place + 1} {clip(found)} {name}: {clip(cells[0])} | {clip(cells[1])}")
    return lines


def row_differences(before, after):
    """The keys that only one of two tables of keys has, with how often."""
    ours, theirs = (collections.Counter(map(str, t.to_pylist())) for t in (before, after))
    lines = [f"{before.num_rows} rows before, {after.num_rows} after"]
    for title, only in (("before", ours - theirs), ("after", theirs - ours)):
        lines += [f"row only in {title}: {clip(key)}" for key in list(only)[:SHOWN]]
    return lines


def key_columns(table):
    """The first columns that tell the rows apart and hold no measurement."""
    key = []
    for field in table.schema:
        distinct = table.select(key).group_by(key).aggregate([]).num_rows if key else 0
        if distinct == table.num_rows:
            break
        if not pa.types.is_floating(field.type):
            wider = table.select([*key, field.name]).group_by([*key, field.name]).aggregate([]).num_rows
            if wider > max(distinct, 1):
                key.append(field.name)
    return key


def different(before, after):
    """Which cells differ: one is null and the other is not, or their values differ,
    doubles in any bit (so -0 is not 0, and NaN is itself)."""
    before, after = before.combine_chunks(), after.combine_chunks()
    nulls = [column.is_null().to_numpy(zero_copy_only=False) for column in (before, after)]
    if pa.types.is_floating(before.type):
        bits = f"u{before.type.bit_width // 8}"
        values = [column.fill_null(0).to_numpy(zero_copy_only=False).view(bits) for column in (before, after)]
        return (nulls[0] != nulls[1]) | (values[0] != values[1])
    if pa.types.is_null(before.type):
        return nulls[0] != nulls[1]
    values = pc.fill_null(pc.not_equal(before, after), False).to_numpy(zero_copy_only=False)
    return (nulls[0] != nulls[1]) | values


def compare_json(dataset, path, before, after, report):
    """Notes the places at which two JSON files differ; they fail nothing."""
    ours, theirs = (dict(leaves(json.loads(p.read_text()))) for p in (before, after))
    for place in {**ours, **theirs}:
        pair = [repr(values.get(place, "absent")) for values in (ours, theirs)]
        if pair[0] != pair[1]:
            report.json[pathlib.PurePath(path).name, place, *pair].append(dataset)


def leaves(value, place=""):
    """The places and values of a JSON document; list entries by their name."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            if key not in MASKED:
                yield from leaves(inner, f"{place}.{key}" if place else key)
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            name = inner.get("name") if isinstance(inner, dict) else None
            yield from leaves(inner, f"{place}[{name or number}]")
    else:
        yield place, without_hash(value) if isinstance(value, str) else value

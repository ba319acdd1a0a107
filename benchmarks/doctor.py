"""The fault bench: pipelines with one injected fault each, and healthy ones, before the doctor.

    python benchmarks/doctor.py [--only WORD]

Prints what was detected, whether the root cause came first, and false alarms; beside it, what the
accuracy alone would have told. Needs HEMLINE_DATA and the extras train, keras and doctor.
"""

import argparse
import os
import sys
import tempfile
import time
import warnings
from itertools import chain
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy as np
from common import write_result
from doctor_pipelines import Pipeline, broken, healthy

from hemline import HemlineError, diagnose, open_dataset

_EXPECTED = 0.84  # an accuracy below it would make somebody look: what a linear classifier reaches


def main() -> None:
    """Examine all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="pipelines with this word in their name")
    only = parser.parse_args().only
    warnings.simplefilter("ignore")
    data = open_dataset()
    with tempfile.TemporaryDirectory() as folder:
        pipelines = chain(healthy(data, Path(folder)), broken(data, Path(folder)))
        rows = [examine(one, data) for one in pipelines if only in f"{one.kind} {one.name}"]
    text = summary(rows)
    if only:
        print(text)
    else:
        write_result("doctor", text)


def examine(pipeline: Pipeline, data) -> dict:
    """One row."""
    began, cpu = time.perf_counter(), time.process_time()
    options = {"data": data} | pipeline.options
    try:
        diagnosis = diagnose(pipeline.target, **options)
        found = [finding.check for finding in diagnosis.findings]
        accuracy = diagnosis.accuracy and diagnosis.accuracy["accuracy"]
    except HemlineError as error:
        found, accuracy = [f"error: {error}"], None
    row = {
        "pipeline": pipeline,
        "found": found,
        "accuracy": accuracy,
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
    }
    mark = "ok" if good(row) else "MISSED"
    shown = "-" if accuracy is None else f"{accuracy:.3f}"
    print(
        f"{mark:7}{pipeline.kind:8}{pipeline.name:44}{pipeline.root or '':22}{shown:6} "
        f"{row['seconds']:5.1f}s {', '.join(found)}",
        file=sys.stderr,
        flush=True,
    )
    return row


def good(row: dict) -> bool:
    """Whether the doctor said what had to be said."""
    root = row["pipeline"].root
    return not row["found"] if root is None else row["found"][:1] == [root]


def summary(rows: list[dict]) -> str:
    """The figures and the table."""
    ill = [row for row in rows if row["pipeline"].root]
    well = [row for row in rows if not row["pipeline"].root]
    by_accuracy = [row for row in ill if row["accuracy"] is None or row["accuracy"] < _EXPECTED]
    suspected = [row for row in well if (row["accuracy"] or 0) < _EXPECTED]
    lines = [
        "| | Doctor | Accuracy alone |",
        "| --- | ---: | ---: |",
        f"| broken: detected | {sum(bool(row['found']) for row in ill)} of {len(ill)} "
        f"| {len(by_accuracy)} of {len(ill)} |",
        f"| broken: root cause first | {sum(good(row) for row in ill)} of {len(ill)} | none |",
        f"| healthy: false alarms | {sum(bool(row['found']) for row in well)} of {len(well)} "
        f"| {len(suspected)} of {len(well)} |",
        f"| seconds each, median | {np.median([row['seconds'] for row in rows]):.1f} | |",
        "",
        f"Accuracy alone alarms below {_EXPECTED:.0%}, what a linear classifier reaches.",
        "",
        "| Pipeline | Kind | Injected | Found, root cause first | Accuracy |",
        "| --- | --- | --- | --- | ---: |",
    ]
    for row in rows:
        one, accuracy = row["pipeline"], row["accuracy"]
        shown = "" if accuracy is None else f"{100 * accuracy:.1f} %"
        found = ", ".join(row["found"]) or "nothing"
        lines.append(f"| {one.name} | {one.kind} | {one.root or 'nothing'} | {found} | {shown} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

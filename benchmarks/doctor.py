"""The fault bench: pipelines with one injected fault each, and healthy ones, before the doctor.

    python benchmarks/doctor.py [--only WORD | --only cold]

Prints what was detected, whether the root cause came first, and false alarms; beside it, what the
accuracy alone would have told, and how much Keras, skorch and PyTorch warn; and how long a
diagnosis takes from cold. Needs HEMLINE_DATA and the extras train, keras and doctor.
"""

import os
import sys
import tempfile
import time
import warnings
from itertools import chain
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy as np
from common import command_line, write_result
from doctor_broken import broken
from doctor_cold import cold_seconds, cold_table
from doctor_healthy import healthy
from doctor_pipelines import Pipeline
from doctor_warnings import count_warnings, install_skorch

from hemline import HemlineError, diagnose, open_dataset

_WARNED = 200  # pictures that are predicted while warnings are counted
_EXPECTED = 0.84  # an accuracy below it would make somebody look: what a linear classifier reaches


def main() -> None:
    """Examine all of them."""
    parser = command_line(__doc__)
    parser.add_argument("--only", default="", help="pipelines of this name, or `cold`")
    only = parser.parse_args().only
    warnings.simplefilter("ignore")
    data = open_dataset()
    install_skorch()
    with tempfile.TemporaryDirectory() as folder:
        if only == "cold":
            print(cold_table(cold_seconds(Path(folder))))
            return
        pipelines = chain(healthy(data, Path(folder)), broken(data, Path(folder)))
        rows = [examine(one, data) for one in pipelines if only in f"{one.kind} {one.name}"]
        if only:
            print(summary(rows))
            return
        cold = cold_table(cold_seconds(Path(folder)))
    write_result("doctor", f"{cold}\n\n{summary(rows)}")


def examine(pipeline: Pipeline, data) -> dict:
    """One row."""
    began = time.perf_counter()
    diagnosis, row = None, {"pipeline": pipeline, "accuracy": None, "warnings": 0}
    try:
        diagnosis = diagnose(pipeline.target, **({"data": data} | pipeline.options))
        row["found"] = [finding.check for finding in diagnosis.findings]
        row["accuracy"] = diagnosis.accuracy and diagnosis.accuracy["accuracy"]
    except HemlineError as error:
        row["found"] = [f"error: {error}"]
    row["seconds"] = time.perf_counter() - began
    if diagnosis is not None:
        form, pixels = diagnosis.case.contract, diagnosis.case.material.test.pixels[:_WARNED]
        row["warnings"] = count_warnings(pipeline.target, form.apply(pixels).copy(), form.way)
    _report(row)
    return row


def _report(row: dict) -> None:
    pipeline, accuracy = row["pipeline"], row["accuracy"]
    mark = "ok" if good(row) else "MISSED"
    shown = "-" if accuracy is None else f"{accuracy:.3f}"
    print(
        f"{mark:7}{pipeline.kind:8}{pipeline.name:44}{pipeline.root or '':22}{shown:6} "
        f"{row['seconds']:5.1f}s {', '.join(row['found'])}",
        file=sys.stderr,
        flush=True,
    )


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
    warned = [[row for row in part if row["warnings"]] for part in (ill, well)]
    lines = [
        "| | Doctor | Accuracy alone | Warnings alone |",
        "| --- | ---: | ---: | ---: |",
        f"| broken: detected | {sum(bool(row['found']) for row in ill)} of {len(ill)} "
        f"| {len(by_accuracy)} of {len(ill)} | {len(warned[0])} of {len(ill)} |",
        f"| broken: root cause first | {sum(good(row) for row in ill)} of {len(ill)} "
        "| none | none |",
        f"| healthy: false alarms | {sum(bool(row['found']) for row in well)} of {len(well)} "
        f"| {len(suspected)} of {len(well)} | {len(warned[1])} of {len(well)} |",
        f"| seconds each, median | {np.median([row['seconds'] for row in rows]):.1f} | | |",
        "",
        f"Accuracy alone alarms below {_EXPECTED:.0%}, what a linear classifier reaches. Warnings "
        "are those of Python, Keras, ONNX Runtime, PyTorch and skorch (which predicts whatever "
        "callable gives scores) while 200 pictures are named; an error counts as one.",
        "",
        "| Pipeline | Kind | Injected | Found, root cause first | Accuracy | Warnings |",
        "| --- | --- | --- | --- | ---: | ---: |",
    ]
    for row in rows:
        one, accuracy = row["pipeline"], row["accuracy"]
        shown = "" if accuracy is None else f"{100 * accuracy:.1f} %"
        found = ", ".join(row["found"]) or "nothing"
        lines.append(
            f"| {one.name} | {one.kind} | {one.root or 'nothing'} | {found} | {shown} "
            f"| {row['warnings']} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()

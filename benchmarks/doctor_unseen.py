"""Pipelines that were written by somebody who has not read the doctor, before the doctor.

    python benchmarks/doctor_unseen.py --sets ../shared/sets [--only WORD] [--records FILE]

Prints how many faults were detected and named first, how many sound ones were called broken or
refused, and the slowest; with --records, one line of JSON for each, and what is there already is
not examined again. Needs HEMLINE_DATA, the extras train, keras and doctor, and pandas.
"""

import json
import os
import sys
import time
import warnings
from functools import cache
from importlib import import_module
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

from common import BENCH, command_line, write_result

from hemline import Dataset, HemlineError, diagnose, open_dataset

MODULES = (
    *("fashion_numbers", "fashion_pictures", "fashion_answers", "fashion_sound"),
    *("sets_broken", "sets_sound", "files_broken", "files_sound"),
    *("second_numbers", "second_pictures", "second_runs", "second_weights", "second_answers"),
    *("second_data", "second_files", "second_sound", "second_sound_photos"),
)
# What was counted when they were run once, before anything was mended for them.
_FIRST = {
    "broken: detected": ("172 of 185", "88 of 92"),
    "broken: root cause first": ("137 of 185", "75 of 92"),
    "sound: false alarms": ("12 of 88", "1 of 34"),
    "sound: of these refused": ("4 of 88", "1 of 34"),
}
PLACES = {
    "mnist": "mnist",
    "notmnist": "notmnist",
    "pneumonia": "pneumonia/pneumoniamnist.npz",
    "omniglot": "omniglot/images_background_small1.zip",
    "cifar": "cifar-10-jpeg.zip",
}


def main() -> None:
    """Examine all of them once."""
    parser = command_line(__doc__)
    parser.add_argument("--sets", type=Path, required=True, help="the folder of other sets")
    parser.add_argument("--only", default="", help="pipelines with this word")
    parser.add_argument("--records", type=Path, help="a file of a line for each; goes on from it")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")

    @cache
    def data(name: str) -> Dataset:
        return open_dataset(chosen.sets / PLACES[name] if name in PLACES else None)

    folder, rows, known = BENCH / "unseen", [], _known(chosen.records)
    folder.mkdir(parents=True, exist_ok=True)
    for module in MODULES:
        for one in import_module(f"unseen.{module}").pipelines(data, folder):
            if chosen.only not in f"{module} {one.kind} {one.name} {' '.join(one.roots)}":
                continue
            if (module, one.name) not in known:
                known[module, one.name] = examine(one, module, data)
                _report(known[module, one.name], chosen.records)
            rows.append(known[module, one.name])
    write_result("doctor-unseen", summary(rows))


def _known(records: Path | None) -> dict[tuple[str, str], dict]:
    """Rows of an earlier run, by module and name."""
    lines = records.read_text().splitlines() if records and records.exists() else []
    rows = [json.loads(line) for line in lines]
    return {(row["module"], row["name"]): row for row in rows}


def examine(one, module: str, data) -> dict:
    """One row."""
    began = time.perf_counter()
    row = {"module": module, "name": one.name, "kind": one.kind, "roots": list(one.roots)}
    try:
        diagnosis = diagnose(one.target, **({"data": data(one.data)} | one.options))
        row["found"] = [finding.check for finding in diagnosis.findings]
        row["evidence"] = diagnosis.findings[0].evidence if diagnosis.findings else ""
        row["accuracy"] = (diagnosis.accuracy or {}).get("accuracy")
        row["wants"] = diagnosis.wants
    except HemlineError as error:
        row |= {"found": ["refused"], "evidence": str(error), "accuracy": None, "wants": ""}
    except Exception as error:  # a crash is worse than a refusal, and counted as such
        said = f"{type(error).__name__}: {error}"
        row |= {"found": ["crashed"], "evidence": said, "accuracy": None, "wants": ""}
    return row | {"seconds": round(time.perf_counter() - began, 2)}


def good(row: dict) -> bool:
    """Whether the doctor said what had to be said."""
    return (
        row["found"][:1] in [[root] for root in row["roots"]] if row["roots"] else not row["found"]
    )


def _report(row: dict, records: Path | None) -> None:
    mark = "ok    " if good(row) else "MISSED"
    wanted, found = "|".join(row["roots"]) or "-", ", ".join(row["found"]) or "-"
    print(f"{mark} {row['name'][:58]:58} {wanted:40} {found} {row['seconds']}s", file=sys.stderr)
    if records:
        with records.open("a") as lines:
            lines.write(json.dumps(row) + "\n")


def summary(rows: list[dict]) -> str:
    """The figures, beside those at first sight, and the table."""
    ill, well = ([row for row in rows if bool(row["roots"]) is broken] for broken in (True, False))
    counts = {
        "broken: detected": (sum(map(_detected, ill)), len(ill)),
        "broken: root cause first": (sum(map(good, ill)), len(ill)),
        "sound: false alarms": (sum(bool(row["found"]) for row in well), len(well)),
        "sound: of these refused": (sum(row["found"] == ["refused"] for row in well), len(well)),
    }
    slowest = sorted(rows, key=lambda row: -row["seconds"])[:3]
    lines = ["| | First set, at first sight | Second | Both, now |", "| --- | ---: | ---: | ---: |"]
    for name, (n, of) in counts.items():
        lines.append(f"| {name} | {' | '.join(_FIRST[name])} | {n} of {of} |")
    lines += [
        "",
        "At first sight: run once, before anything was mended for them.",
        "Slowest: " + ", ".join(f"{row['name']} {row['seconds']:.1f} s" for row in slowest) + ".",
        "",
        "| Pipeline | Kind | Root | Found, root cause first | Seconds |",
        "| --- | --- | --- | --- | ---: |",
    ]
    return "\n".join([*lines, *map(_line, rows)])


def _detected(row: dict) -> bool:
    return bool(row["found"]) and row["found"] != ["refused"]


def _line(row: dict) -> str:
    mark = "" if good(row) else "**missed:** "
    root, found = " or ".join(row["roots"]) or "nothing", ", ".join(row["found"]) or "nothing"
    name = row["name"].replace("|", "\\|")
    return f"| {name} | {row['kind']} | {root} | {mark}{found} | {row['seconds']:.1f} |"


if __name__ == "__main__":
    main()

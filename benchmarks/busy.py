"""How much longer does a training take beside other busy programs?

    python benchmarks/busy.py [--neighbours 0 1 2 4] [--rounds 3]

A neighbour computes on one core without end. A training with as many threads as there are cores
can claim its share of them and no more: with two threads on two cores beside one neighbour, two
thirds. Each time is of a whole process, on the drawn garments; neighbours run in the same session.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common import command_line, run_process, write_result

TRAININGS = {
    "`seed`": ["seed"],
    "`fast`, one epoch": ["fast", "--set", "epochs=1"],
}
_BUSY = "while True: pass"


@contextmanager
def neighbours(count: int) -> Iterator[None]:
    """So many busy processes, while the block runs."""
    busy = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def seconds(options: list[str], count: int, threads: int) -> float:
    """Of a training beside so many neighbours."""
    with tempfile.TemporaryDirectory() as folder, neighbours(count):
        place = ["--out", str(Path(folder) / "run"), "--data", "sketches", "--json"]
        command = [sys.executable, "-m", "hemline", "train", *options, *place]
        taken, _ = run_process(command, {}, threads)
    return taken


def main() -> None:
    """Every training beside every number of neighbours, in turn."""
    parser = command_line(__doc__)
    parser.add_argument("--neighbours", type=int, nargs="+", default=[0, 1, 2, 4])
    parser.add_argument("--rounds", type=int, default=3)
    options, cores = parser.parse_args(), len(os.sched_getaffinity(0))
    times: dict[tuple[str, int], list[float]]
    times = {(name, count): [] for name in TRAININGS for count in options.neighbours}
    for _ in range(options.rounds):
        for (name, count), taken in times.items():
            taken.append(seconds(TRAININGS[name], count, cores))
    rows = []
    for (name, count), taken in times.items():
        median = statistics.median(taken)
        times_as_long = median / statistics.median(times[name, options.neighbours[0]])
        fair = (cores + count) / cores
        rows.append(f"| {name} | {count} | {median:.1f} s | {times_as_long:.1f} | {fair:.1f} |")
    head = (
        f"{cores} cores, {cores} threads, rounds in turn: {options.rounds}.\n\n"
        "| training | busy neighbours | median | times as long | its share allows |\n"
        "| --- | ---: | ---: | ---: | ---: |\n"
    )
    write_result("busy", head + "\n".join(rows))


if __name__ == "__main__":
    main()

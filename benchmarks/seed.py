"""The seed recipe against its peers: whole process from cold, and seconds a steady epoch.

Contestants run in turn on the same cores, each in an environment of its own; every one of them
reads the data, trains ten epochs at batch size 32, evaluates on the test part and saves its model
(Hemline also draws its predictions). Needs HEMLINE_DATA to name the folder of the real data.

    python benchmarks/seed.py [--rounds 5] [--threads 2]
"""

import json
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from common import JAX, PEERS, PYTORCH, TENSORFLOW, command_line, run_process, write_result

HEMLINE = "Hemline"
FIRST = "Hemline, first start"  # nothing decoded in the cache yet


@dataclass
class Contestant:
    """A command, its environment variables, and what came out of its runs."""

    name: str
    command: list[str]
    variables: dict[str, str] = field(default_factory=dict)
    whole: list[float] = field(default_factory=list)
    steady: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)


def contestants() -> list[Contestant]:
    """Hemline and its peers, installed if need be."""
    keras = str(PEERS / "keras_tutorial.py")
    hemline = [
        sys.executable,
        "-m",
        "hemline",
        "demo",
        "--no-report",
        "--recipe",
        "seed",
        "--json",
        "--out",
    ]
    return [
        Contestant(HEMLINE, hemline),
        Contestant(FIRST, hemline),
        Contestant(
            "Keras tutorial on TensorFlow", [TENSORFLOW.python(), keras], TENSORFLOW.variables
        ),
        Contestant("Keras tutorial on JAX", [JAX.python(), keras], JAX.variables),
        Contestant(
            "PyTorch loop (DataLoader, Adam)",
            [PYTORCH.python(), str(PEERS / "pytorch_tutorial.py")],
        ),
    ]


def run(contestant: Contestant, cache: Path, threads: int) -> None:
    """One whole process; its figures are appended."""
    with tempfile.TemporaryDirectory() as folder:
        variables = {"HEMLINE_CACHE": folder if contestant.name == FIRST else str(cache)}
        target = str(Path(folder) / "run") if HEMLINE in contestant.name else folder
        command = [*contestant.command, target]
        seconds, figures = run_process(command, contestant.variables | variables, threads)
        if HEMLINE in contestant.name:
            lines = (Path(target) / "metrics.jsonl").read_text().splitlines()
            figures["epochs"] = [json.loads(line)["seconds"] for line in lines]
    contestant.whole.append(seconds)
    contestant.steady.append(statistics.median(figures["epochs"][2:]))
    contestant.accuracy.append(figures["accuracy"])


def table(all_contestants: list[Contestant]) -> str:
    """Medians, and how many times as long as Hemline each one takes."""
    mine = next(contestant for contestant in all_contestants if contestant.name == HEMLINE)
    rows = [
        "| | whole process | ratio | steady epoch | ratio | test accuracy |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for contestant in all_contestants:
        whole, steady = map(statistics.median, (contestant.whole, contestant.steady))
        accuracy = statistics.mean(contestant.accuracy)
        rows.append(
            f"| {contestant.name} | {whole:.2f} s | {whole / statistics.median(mine.whole):.1f} "
            f"| {steady:.3f} s | {steady / statistics.median(mine.steady):.1f} "
            f"| {100 * accuracy:.2f} % |"
        )
    return "\n".join(rows)


def main() -> None:
    """Run all rounds and print the table."""
    parser = command_line(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    all_contestants = contestants()
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(arguments.rounds):
            for contestant in all_contestants:
                run(contestant, Path(cache), arguments.threads)
                print(f"{contestant.name}: {contestant.whole[-1]:.2f} s", file=sys.stderr)
    note = f"Medians of {arguments.rounds} rounds, {arguments.threads} threads each."
    write_result("seed", f"{table(all_contestants)}\n\n{note}")


if __name__ == "__main__":
    main()

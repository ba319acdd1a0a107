"""What each of the tutorial's improvements gives: the baseline, each change alone, all together.

    python benchmarks/ablation.py [--seeds 3] [--jobs 2] [--kept]

Every training is judged once on the test part, after all choosing has been done on pictures cut
from the training part. Trainings run side by side, one thread each; the seconds say how long one
takes under these conditions and are no measure of speed. Needs HEMLINE_DATA.
"""

import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

from common import command_line, write_result
from trainings import judged, older

from hemline import Recipe, load_recipe

WATCHED = ["validation=0.1"]  # choosing needs pictures to choose by; these are not trained on
MOVED = ["rotate=5", "shift=1", "augment_share=0.5"]
CHANGES = {
    "the tutorial as it is": [],
    "512 and 256 units": ["widths=[512, 256]"],
    "dropout 0.3": ["dropout=0.3"],
    "L2": ["l2=0.000001"],
    "L2, as strong as Keras's default": ["l2=0.01"],
    "learning rate 0.0005": ["learning_rate=0.0005"],
    "30 epochs": ["epochs=30"],
    "validation while training (54,000 pictures left)": WATCHED,
    "early stopping, best weights (at most 60 epochs)": [
        *WATCHED,
        "epochs=60",
        "early_stopping_patience=8",
        "restore_best_weights=true",
    ],
    "learning-rate reduction on plateau (30 epochs)": [
        *WATCHED,
        "epochs=30",
        "lr_reduction_patience=4",
        "lr_reduction_factor=0.3",
    ],
    "rotations and shifts of half of the pictures": MOVED,
    "rotations and shifts, 30 epochs": [*MOVED, "epochs=30"],
    "rotations and shifts of all pictures, 30 epochs": ["rotate=5", "shift=1", "epochs=30"],
    "512 and 256 units, dropout 0.3, 30 epochs": ["widths=[512, 256]", "dropout=0.3", "epochs=30"],
}
TOGETHER = "all together: improved"


def recipe_of(name: str) -> Recipe:
    """What a line of the table trains."""
    return load_recipe("improved") if name == TOGETHER else load_recipe("seed", CHANGES[name])


def row(name: str, runs: list[dict[str, Any]], baseline: float) -> str:
    """One line of the table."""
    accuracies = [run["accuracy"] for run in runs]
    mean, deviation = statistics.mean(accuracies), statistics.stdev(accuracies)
    epochs, seconds = (statistics.mean(run[key] for run in runs) for key in ("epochs", "seconds"))
    return (
        f"| {name} | {mean:.2f} ± {deviation:.2f} % | {mean - baseline:+.2f} "
        f"| {epochs:.0f} | {seconds:.0f} s |"
    )


def main() -> None:
    """Train everything and print the table, which grows as results come in."""
    parser = command_line(__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kept", action="store_true", help="count trainings of earlier stages")
    arguments = parser.parse_args()
    rows = ["| | test accuracy | gain | epochs | training |", "| --- | ---: | ---: | ---: | ---: |"]
    every: list[dict[str, Any]] = []
    baseline = 0.0
    with ProcessPoolExecutor(arguments.jobs) as pool:
        train_one = partial(judged, kept=arguments.kept, threads=1)
        jobs = {
            name: [pool.submit(train_one, recipe_of(name), seed) for seed in range(arguments.seeds)]
            for name in (*CHANGES, TOGETHER)
        }
        for name, futures in jobs.items():
            runs = [future.result() for future in futures]
            every += runs
            baseline = baseline or statistics.mean(run["accuracy"] for run in runs)
            rows.append(row(name, runs, baseline))
            print(rows[-1], file=sys.stderr)
    note = f"Mean ± standard deviation over {arguments.seeds} seeds; gain over the first line."
    write_result("ablation", "\n".join(rows) + f"\n\n{note}{older(every)}")


if __name__ == "__main__":
    main()

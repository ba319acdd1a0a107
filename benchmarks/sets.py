"""Other people's sets: what the recipes reach on each, and what their peers reach in equal time.

    python benchmarks/sets.py --sets DIR --photos DIR [--only mnist cifar] [--recipes fast accurate]
        [--quick "fast epochs=1"] [--seeds 3] [--peers keras pytorch] [--peer-seeds 3]

Hemline runs as people run it: `hemline train RECIPE --data SET`, then `hemline evaluate RUN`, each
a whole process, with an empty cache and on the same cores as its peers. A recipe may have changes,
as in "accurate epochs=40". No constant is chosen for a set, and the test part chooses nothing.

The peers get the pixels that Hemline reads, and as many seconds as the longest of its trainings on
the set, from the start of their process on; their test accuracy is taken after every epoch while
their clock stands still. Those that know no epochs run to their end, or to --most.

A training is written to a file of JSON lines as soon as it is through, and what is there is not
done again: a kill loses one training. The table is written after every set. HEMLINE_DATA names the
folder of Fashion-MNIST.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from functools import cached_property
from pathlib import Path
from typing import Any

from common import BENCH, PYTORCH, SKLEARN, TENSORFLOW, command_line, run_process, write_result
from contestants import Peer
from picture_sets import SETS, Places, describe, write_arrays
from sets_records import Records, Training
from sets_table import accuracy_table, facts, peers_table

from hemline import open_dataset

PEERS = {
    "keras": Peer("Keras tutorial, convnet", "keras_folder.py", TENSORFLOW, 10),
    "pytorch": Peer("PyTorch tutorial, CIFAR-10", "pytorch_cifar.py", PYTORCH, 2),
    "pixels": Peer("logistic regression of scikit-learn", "sklearn_pixels.py", SKLEARN, 0),
    "hog": Peer("HOG and SVM of scikit-learn", "sklearn_hog_svm.py", SKLEARN, 0),
}
_FIGURES = ("accuracy", "interval", "balanced_accuracy", "macro_f1", "ece", "n")


class Lying:
    """A set on the disk, prepared when it is first asked for."""

    def __init__(self, key: str, places: Places) -> None:
        self.key, self.places = key, places

    @cached_property
    def path(self) -> Path:
        """What `--data` is given."""
        return SETS[self.key].prepare(self.places)

    @cached_property
    def _described(self) -> tuple[Path, dict[str, Any]]:
        arrays, dataset = self.places.work / f"{self.key}-arrays.npz", open_dataset(self.path)
        write_arrays(dataset, arrays)
        return arrays, describe(dataset)

    @property
    def arrays(self) -> Path:
        """What the peers are given."""
        return self._described[0]

    @property
    def facts(self) -> dict[str, Any]:
        """What the table says of it."""
        return self._described[1]


def train(lying: Lying, training: Training, seed: int, records: Records) -> None:
    """Train and evaluate by the program itself, from cold."""
    hemline, data = [sys.executable, "-m", "hemline"], ["--data", str(lying.path), "--json"]
    with tempfile.TemporaryDirectory() as folder:
        variables, run = {"HEMLINE_CACHE": f"{folder}/cache"}, f"{folder}/run"
        command = [*hemline, "train", *training.options, "--seed", str(seed), "--out", run, *data]
        first, trained = run_process(command, variables, records.threads)
        second, figures = run_process(
            [*hemline, "evaluate", run, *data], variables, records.threads
        )
    records.add(
        set=lying.key,
        training=str(training),
        digest=training.digest,
        seed=seed,
        data=lying.facts,
        parameters=trained["parameters"],
        epochs=trained["epochs"],
        seconds={"train": first, "evaluate": second, "whole": first + second},
        **{name: figures[name] for name in _FIGURES},
    )
    print(f"{lying.key}, {training}: {figures['accuracy']:.2%}, {first:.1f} s", file=sys.stderr)


def run_peer(lying: Lying, name: str, seed: int, budget: float, records: Records) -> None:
    """Train a peer for so many seconds; one without epochs to its end, or that of its time."""
    peer = PEERS[name]
    limit = None if peer.epochs else budget
    options = ["--data", str(lying.arrays), "--seconds", str(budget), "--seed", str(seed)]
    command, history = peer.command(*options), []
    with tempfile.TemporaryDirectory() as folder:
        variables = peer.environment.variables | {"BEGAN": str(time.time())}
        try:
            done = run_process([*command, folder], variables, records.threads, limit)[1]
            history = done["history"]
        except subprocess.TimeoutExpired:
            print(f"{lying.key}, {peer.name}: not through", file=sys.stderr)
    records.add(set=lying.key, peer=name, seed=seed, budget=budget, history=history)
    for seconds, accuracy in history[-1:]:
        print(f"{lying.key}, {peer.name}: {accuracy:.2%}, {seconds:.1f} s", file=sys.stderr)


def attempt(what: Any, *arguments: Any) -> None:
    """A failure is told, and the rest goes on."""
    try:
        what(*arguments)
    except SystemExit as failure:
        print(failure, file=sys.stderr)


def trainings_of(key: str, options: argparse.Namespace) -> list[Training]:
    """Hemline's on a set: the quick ones last."""
    main = [Training.parse(text) for text in options.recipes]
    started = [each._replace(start=start) for start in SETS[key].starts for each in main]
    return [*main, *started, *map(Training.parse, options.quick)]


def measure(lying: Lying, options: argparse.Namespace, records: Records) -> None:
    """All rounds on one set; every contestant runs once a round."""
    key, trainings = lying.key, trainings_of(lying.key, options)
    for seed in range(max(options.seeds, options.peer_seeds)):
        for training in trainings if seed < options.seeds else ():
            if not records.has_training(key, training, seed):
                attempt(train, lying, training, seed, records)
        budget = max((records.seconds(key, each) or 0 for each in trainings), default=0)
        for name in options.peers if seed < options.peer_seeds and budget else ():
            time_of = budget if PEERS[name].epochs else max(budget, options.most)
            random = PEERS[name].epochs or not seed  # else every seed gives the same
            if random and not records.has_peer(key, name, seed, time_of):
                attempt(run_peer, lying, name, seed, time_of, records)


def write(options: argparse.Namespace, records: Records) -> None:
    """The tables so far."""
    sets = {key: trainings_of(key, options) for key in options.only}
    peers = {name: PEERS[name] for name in options.peers}
    parts = [accuracy_table(sets, records), peers_table(sets, peers, options.recipes, records)]
    write_result("sets", "\n\n".join([*parts, facts(sets, peers, records)]))


def parse() -> argparse.Namespace:
    """The command line."""
    parser = command_line(__doc__)
    named = os.environ.get("HEMLINE_SETS")
    parser.add_argument("--sets", type=Path, default=named and Path(named), metavar="DIR")
    parser.add_argument("--photos", type=Path, metavar="DIR")
    parser.add_argument("--only", nargs="+", choices=SETS, default=list(SETS), metavar="SET")
    parser.add_argument("--recipes", nargs="+", default=["fast", "accurate"])
    parser.add_argument("--quick", nargs="*", default=["fast epochs=1", "fast epochs=3"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--peer-seeds", type=int, default=3)
    parser.add_argument("--most", type=float, default=3600, help="seconds of one without epochs")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--records", type=Path, default=BENCH / "sets.jsonl", metavar="JSONL")
    parser.add_argument("--table", action="store_true", help="train nothing, write the table")
    return parser.parse_args()


def main() -> None:
    """Measure what is not measured yet."""
    options = parse()
    records = Records(options.records, options.threads)
    with tempfile.TemporaryDirectory() as work:
        os.environ["HEMLINE_CACHE"] = f"{work}/cache"
        places = Places(options.sets, options.photos, Path(work))
        for key in () if options.table else options.only:
            measure(Lying(key, places), options, records)
            write(options, records)
    if options.table:
        write(options, records)


if __name__ == "__main__":
    main()

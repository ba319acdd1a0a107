"""What `sets.py` measures: one line of JSON for each training, written when it is through."""

import datetime
import hashlib
import json
import os
import statistics
from pathlib import Path
from typing import Any, NamedTuple

from hemline import load_recipe

Record = dict[str, Any]
_SAME_TIME = 0.9  # a peer that had so much of the time that it may have is not run again


class Training(NamedTuple):
    """A recipe of Hemline with changes, perhaps from a trained model."""

    recipe: str
    changes: tuple[str, ...] = ()
    start: str = ""

    @classmethod
    def parse(cls, text: str) -> "Training":
        """`fast epochs=3` as recipe and changes."""
        recipe, *changes = text.split()
        return cls(recipe, tuple(changes))

    def __str__(self) -> str:
        return " ".join([self.recipe, *self.changes, *(["--from", self.start] * bool(self.start))])

    @property
    def options(self) -> list[str]:
        """For `hemline train`."""
        changes = [option for change in self.changes for option in ("--set", change)]
        return [self.recipe, *changes, *(["--from", self.start] if self.start else [])]

    @property
    def digest(self) -> str:
        """Of the recipe as it is now: figures of another one do not count."""
        recipe = load_recipe(self.recipe, self.changes).to_toml()
        return hashlib.sha256(recipe.encode()).hexdigest()[:8]


class Records:
    """The lines of a file; only the threads asked for count.

    Args:
        path: of the file.
        threads: that every contestant has.
    """

    def __init__(self, path: Path, threads: int) -> None:
        self.path, self.threads = path, threads
        self.lines: list[Record] = []
        for line in path.read_text().splitlines() if path.exists() else ():
            try:
                self.lines.append(json.loads(line))
            except json.JSONDecodeError:  # torn off by a kill
                continue

    def add(self, **record: Any) -> None:
        """Write a line at once."""
        record |= {"threads": self.threads, "date": str(datetime.date.today())}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # On a line of its own, even if a kill has left half a line.
        with self.path.open("a+b") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                file.write(b"\n" * (file.read(1) != b"\n"))
            file.write(json.dumps(record).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.lines.append(record)

    def _of(self, **facts: Any) -> list[Record]:
        facts["threads"] = self.threads
        return [line for line in self.lines if facts.items() <= line.items()]

    def trainings(self, of: str, training: Training) -> list[Record]:
        """Hemline's, one a seed."""
        return self._of(set=of, training=str(training), digest=training.digest)

    def peers(self, of: str, peer: str) -> list[Record]:
        """Those of a peer, one a seed: that with the most time."""
        found = sorted(self._of(set=of, peer=peer), key=lambda record: record["budget"])
        return list({record["seed"]: record for record in found}.values())

    def has_training(self, of: str, training: Training, seed: int) -> bool:
        """Whether it need not be done again."""
        return any(record["seed"] == seed for record in self.trainings(of, training))

    def has_peer(self, of: str, peer: str, seed: int, budget: float) -> bool:
        """Whether it has run with about as much time."""
        return any(
            record["seed"] == seed and record["budget"] >= _SAME_TIME * budget
            for record in self.peers(of, peer)
        )

    def seconds(self, of: str, training: Training, what: str = "train") -> float | None:
        """Median over the seeds, of `train`, `evaluate` or both, `whole`."""
        runs = self.trainings(of, training)
        return statistics.median(run["seconds"][what] for run in runs) if runs else None

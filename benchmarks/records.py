"""What `rungs.py` measures, kept in `.bench/rungs.json` from one stage to the next."""

import datetime
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from common import BENCH, run_process
from contestants import Contestant, Peer

from hemline.files import write_whole

SLOW = 300  # seconds; a peer that takes longer runs once
LONGER = 2  # a scan goes on for so many times the epochs of the peer's tutorial

Run = dict[str, Any]


class Records:
    """Times and scans; of the times only those that were made now count, or that are asked for.

    Args:
        cached_hemline: count Hemline's times of earlier stages.
        cached_peers: count those of its peers.
        path: of the file.
    """

    def __init__(
        self,
        *,
        cached_hemline: bool = False,
        cached_peers: bool = False,
        path: Path = BENCH / "rungs.json",
    ) -> None:
        self.path, self.fresh = path, set[str]()
        self.cached = {True: cached_hemline, False: cached_peers}
        content = json.loads(path.read_text()) if path.exists() else {}
        self.times: dict[str, list[Run]] = content.get("times", {})
        self.scans: dict[str, list[Run]] = content.get("scans", {})

    def of(self, contestant: Contestant) -> list[Run]:
        """Its runs that count."""
        counts = contestant.key in self.fresh or self.cached[contestant.hemline]
        return self.times.get(contestant.key, []) if counts else []

    def is_due(self, contestant: Contestant) -> bool:
        """Whether it has rounds left."""
        runs = self.of(contestant)
        slow = not contestant.hemline and is_slow(runs)
        return len(runs) < contestant.rounds and not slow

    def add(self, contestant: Contestant, run: Run) -> None:
        """Note a run; earlier ones that do not count are forgotten."""
        self.times[contestant.key] = [*self.of(contestant), run]
        self.fresh.add(contestant.key)
        self.save()

    def save(self) -> None:
        """Write all of it."""
        content = {"scans": self.scans, "times": self.times}
        write_whole(self.path, json.dumps(content, indent=2) + "\n")


def is_slow(runs: list[Run]) -> bool:
    """Whether a peer need not run again."""
    return any(run["whole"] > SLOW for run in runs)


def measure(contestant: Contestant, records: Records, threads: int) -> None:
    """One whole process, with the next seed; nothing is left in a cache from the one before."""
    seed = len(records.of(contestant))
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        command = [*contestant.command, "--seed", str(seed), *contestant.option, folder]
        variables = contestant.variables | {"HEMLINE_CACHE": cache}
        whole, figures = run_process(command, variables, threads)
    alone = figures["seconds"]["training"] if contestant.hemline else sum(figures["epochs"])
    percent = round(100 * figures["accuracy"], 2)
    run = {"seed": seed, "whole": whole, "training": alone, "accuracy": percent}
    records.add(contestant, run | {"date": str(datetime.date.today())})
    print(f"{contestant.label}: {whole:.2f} s, {percent:.2f} %", file=sys.stderr)


def scan(peer: Peer, seeds: int, threads: int, records: Records) -> list[Run]:
    """Test accuracy in percent after every epoch, for every seed; its times are not used.

    A script that runs on two backends trains the same network on both, and is scanned on the first.
    """
    runs = records.scans.setdefault(f"{peer.script}, {threads} threads", [])
    while len(runs) < seeds and not is_slow(runs):
        epochs = ["--epochs", str(LONGER * peer.epochs)] if peer.epochs else []
        command = peer.command("--scan", "--seed", str(len(runs)), *epochs)
        with tempfile.TemporaryDirectory() as folder:
            variables = peer.environment.variables
            whole, figures = run_process([*command, folder], variables, threads)
        accuracies = [round(100 * accuracy, 2) for accuracy in figures["accuracies"]]
        runs.append({"seed": len(runs), "whole": whole, "accuracies": accuracies})
        records.save()
        print(f"scan of {peer.name}: {accuracies}", file=sys.stderr)
    return runs


def means_of(scanned: list[Run]) -> list[float]:
    """Accuracy after every epoch, the mean of the seeds."""
    epochs = zip(*(run["accuracies"] for run in scanned), strict=True)
    return [round(statistics.mean(seeds), 6) for seeds in epochs]


def epochs_to(rung: float, scanned: list[Run]) -> int | None:
    """The fewest epochs after which the mean is at least `rung`, if it ever is."""
    means = enumerate(means_of(scanned), 1)
    return next((epochs for epochs, mean in means if mean >= rung), None)

"""Signals at random to the processes of a server under load: does it come back, does it leave any?

    python benchmarks/serving_kills.py [--signals 20] [--seed 0]

SIGTERM and SIGKILL, by chance, first to workers, then to the process that watches over them, which
is begun anew each time; on temporary folders that are sound, full, removed and read-only. Has to be
root: only root can make the last kinds.
"""

import contextlib
import itertools
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import psutil
from common import command_line, write_result
from serving_attacks import INFER
from tests.serving.running import Server, request, serve, until

from hemline.data.fashion.sketches import draw_sketches

CLIENTS, WORKERS = 8, 2
MARK = "HEMLINE_KILLS"
KINDS = (signal.SIGTERM, signal.SIGKILL)
BODY = request(draw_sketches(1, seed=4)[0])
READY, DEADLINE = "is ready", 60.0
DEFAULT = Path(tempfile.gettempdir())


class Load:
    """Clients that ask one question after the other, and again when they are cut off."""

    def __init__(self, server: Server) -> None:
        self.answers: Counter[int] = Counter()
        self.lost, self._over, self._url = 0, False, server.url + INFER
        self._threads = [threading.Thread(target=self._ask) for _ in range(CLIENTS)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        until(lambda: self.answers[200] > 20)
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        with httpx.Client(timeout=30) as client:
            while not self._over:
                try:
                    self.answers[client.post(self._url, json=BODY).status_code] += 1
                except httpx.ConnectError:  # nobody listens: nothing was taken in
                    time.sleep(0.05)
                except httpx.TransportError:
                    self.lost += 1


class Folder(NamedTuple):
    """A temporary folder, and what becomes of it once the server has begun."""

    path: Path
    later: Callable[[], object] = lambda: None


@contextlib.contextmanager
def sound(path: Path) -> Iterator[Folder]:
    """As it should be."""
    yield Folder(path)


@contextlib.contextmanager
def removed(path: Path) -> Iterator[Folder]:
    """Gone, as after a cleaning of the system."""
    yield Folder(path, lambda: shutil.rmtree(path, ignore_errors=True))


@contextlib.contextmanager
def full(path: Path) -> Iterator[Folder]:
    """A disk without room."""
    with _mounted(path, "size=64k"):
        with contextlib.suppress(OSError):
            (path / "filling").write_bytes(bytes(1 << 20))
        yield Folder(path)


@contextlib.contextmanager
def read_only(path: Path) -> Iterator[Folder]:
    """A disk that cannot be written."""
    with _mounted(path, "ro"):
        yield Folder(path)


@contextlib.contextmanager
def _mounted(path: Path, options: str) -> Iterator[None]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


FOLDERS = (sound, full, removed, read_only)


class Outcome(NamedTuple):
    """Of one signal: which, how long until all is well, what is wrong after all, answers lost."""

    kind: signal.Signals
    seconds: float
    wrong: tuple[str, ...] = ()
    lost: int = 0


def seconds_until(condition: Callable[[], object]) -> float:
    """How long it takes to come true."""
    began = time.monotonic()
    until(condition, DEADLINE)
    return time.monotonic() - began


def hit_workers(dice: random.Random, count: int, folder: Folder, log: Path) -> tuple[list, Load]:
    """Signals to workers of one server."""
    outcomes = []
    variables = {"TMPDIR": str(folder.path)}
    with serve("photo", "--workers", str(WORKERS), log=log, **variables) as server:
        until(lambda: log.read_text().count(READY) == WORKERS)
        folder.later()
        with Load(server) as load:
            for begun in range(WORKERS + 1, WORKERS + 1 + count):
                time.sleep(dice.random())
                kind, before = dice.choice(KINDS), load.lost
                dice.choice(server.workers()).send_signal(kind)
                seconds = seconds_until(lambda: log.read_text().count(READY) >= begun)  # noqa: B023
                outcomes.append(Outcome(kind, seconds, lost=load.lost - before))
    return outcomes, load


def hit_parent(dice: random.Random, folder: Folder, log: Path) -> Outcome:
    """A signal to the process that watches, at any moment after the server is ready."""
    kind, mark = dice.choice(KINDS), uuid.uuid4().hex
    status = 0 if kind == signal.SIGTERM else -kind
    before = set(_left(folder))
    variables = {"TMPDIR": str(folder.path), MARK: mark}
    with (
        serve("photo", "--workers", str(WORKERS), log=log, status=status, **variables) as server,
        Load(server),
    ):
        folder.later()
        time.sleep(2 * dice.random())
        server.process.send_signal(kind)
        seconds = seconds_until(lambda: server.process.poll() is not None)
        with contextlib.suppress(AssertionError):
            seconds += seconds_until(lambda: not _bearing(mark) and set(_left(folder)) <= before)
    wrong = [f"{process.name()} stays" for process in _bearing(mark)]
    wrong += [f"{path.name} stays" for path in set(_left(folder)) - before]
    wrong += ["a traceback"] * ("Traceback" in log.read_text())
    return Outcome(kind, seconds, tuple(wrong))


def _bearing(mark: str) -> list[psutil.Process]:
    """Living processes of a server."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(MARK) == mark:
                found.append(process)
    return found


def _left(folder: Folder) -> list[Path]:
    """Files in the folder, and in the one that is taken where it cannot be used."""
    named = list(folder.path.iterdir()) if folder.path.is_dir() else []
    return [*named, *DEFAULT.glob("hemline-metrics-*")]


def told(outcomes: list[Outcome]) -> list[str]:
    """Cells of the table."""
    counts = Counter(outcome.kind.name for outcome in outcomes)
    wrong = Counter(itertools.chain.from_iterable(outcome.wrong for outcome in outcomes))
    return [
        ", ".join(f"{count} x {name}" for name, count in sorted(counts.items())),
        f"{max(outcome.seconds for outcome in outcomes):.1f} s",
        ", ".join(f"{count} x {what}" for what, count in wrong.items()) or "nothing",
    ]


def run(make: Callable[[Path], contextlib.AbstractContextManager[Folder]], count: int, seed: int):
    """A row of the table."""
    dice = random.Random(f"{seed} {make.__name__}")  # noqa: S311 - to be repeated
    parents = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("HOME")) as place:
        path, log = Path(place) / "temporary", Path(place) / "log"
        path.mkdir()
        with make(path) as folder:
            workers, load = hit_workers(dice, count, folder, log)
        for _ in range(count):
            path.mkdir(exist_ok=True)
            with make(path) as folder:
                parents.append(hit_parent(dice, folder, log))
    answers = ", ".join(f"{count:,} x {status}" for status, count in sorted(load.answers.items()))
    kinds, back, _ = told(workers)
    lost = ", ".join(
        f"{sum(one.lost for one in workers if one.kind == kind)} by {kind.name}" for kind in KINDS
    )
    cells = [make.__name__.replace("_", "-"), kinds, back, answers, lost]
    print(cells, parents, flush=True)
    return f"| {' | '.join([*cells, *told(parents)])} |"


def main() -> None:
    """Send the signals, and write what came of them."""
    parser = command_line(__doc__)
    parser.add_argument("--signals", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rows = [run(make, options.signals, options.seed) for make in FOLDERS]
    head = [
        f"| temporary folder | to one of {WORKERS} workers | all ready again within | answers "
        "meanwhile | lost | to the process that watches | all gone within | what stays |",
        "| --- | --- | ---: | --- | --- | --- | ---: | --- |",
    ]
    write_result("serving-kills", "\n".join([*head, *rows]))


if __name__ == "__main__":
    main()

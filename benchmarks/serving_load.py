"""Load for the benchmark of serving: wrk (apt-get install wrk), with every answer checked."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from common import ROOT

SCRIPT = ROOT / "serving.lua"
_PATIENCE = 60  # seconds until a request counts as lost


@dataclass(frozen=True)
class Question:
    """What is posted where, and what a right answer has in it.

    Attributes:
        url: where to.
        kind: content type.
        right: a Lua pattern.
        bodies: files, sent in turn.
    """

    url: str
    kind: str
    right: str
    bodies: list[Path]


@dataclass(frozen=True)
class Load:
    """What wrk measured.

    Attributes:
        connections: that asked.
        rate: right answers a second.
        answers: right ones.
        p50: milliseconds.
        p99: milliseconds; as if requests had gone on coming while one was waited for.
        refused: answers other than 200.
        lost: requests without an answer.
        wrong: answers that are 200, and not right.
    """

    connections: int
    rate: float
    answers: int
    p50: float
    p99: float
    refused: int
    lost: int
    wrong: int

    @property
    def is_settled(self) -> bool:
        """Whether it went on for long enough to know how long one waits."""
        return self.answers >= 2 * self.connections


def begin(
    question: Question, connections: int, seconds: float, think: float = 0
) -> "subprocess.Popen[str]":
    """Begin a load; `think` is the mean pause of a connection in milliseconds."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}", f"--timeout={_PATIENCE}"]
    command += ["-s", str(SCRIPT), question.url, "--", question.kind, question.right, f"{think:g}"]
    files = [str(body) for body in question.bodies]
    return subprocess.Popen([*command, *files], stdout=subprocess.PIPE, text=True)


def result(process: "subprocess.Popen[str]", connections: int) -> Load:
    """Wait for a load, and read what it says."""
    said, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"wrk has failed:\n{said}")
    found = json.loads(said.splitlines()[-1])
    answers = found["answers"] - found["refused"] - found["wrong"]
    kept = {key: found[key] for key in ("p50", "p99", "refused", "lost", "wrong")}
    return Load(connections, answers / found["seconds"], answers, **kept)


def load(question: Question, connections: int, seconds: float, think: float = 0) -> Load:
    """Load for so long."""
    return result(begin(question, connections, seconds, think), connections)


def load_at(question: Question, rate: float, seconds: float) -> Load:
    """About so many requests a second, from connections that pause at random in between."""
    # Many that pause are like visitors; but none may pause for the 5 s after which it is cut off.
    connections = round(min(max(rate, 1), 256))
    between = 1000 * connections / rate  # milliseconds from one request of a client to its next
    tried = load(question, connections, max(3, 20 / rate), between)
    answering = 1000 * connections / tried.rate - between  # by Little's law
    return load(question, connections, max(seconds, 100 / rate), max(1.0, between - answering))

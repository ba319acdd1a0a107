"""Bad requests by the thousand: none may end a process, fail the server or leave memory behind.

    python benchmarks/serving_fuzz.py [--requests 20000] [--seed 0] [--workers 1 4]

Half of the requests go to a server with a token, half to one without. Meanwhile honest clients
(`serving_honest.py`) have to be answered. Those who attack have the lowest priority: it is the
server that is measured, and cores are few.
"""

import asyncio
import collections
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from common import command_line, write_result
from serving_attacks import by_hand, by_http
from tests.serving.running import Server, serve

CLIENTS, PARTS = 48, 10
WARM_UP = 200  # requests after which every process has met every kind: memory counts from there
LOWEST = 19  # priority
HERE = Path(__file__).parent
TOKEN = "open sesame"  # noqa: S105
Statuses = collections.Counter[int]


class Target(NamedTuple):
    """A server that is attacked."""

    url: str
    port: int
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What every honest client sends."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


async def send(target: Target, seeds: Iterable[int], threads: ThreadPoolExecutor) -> Statuses:
    """Send the requests of these seeds, one after the other."""
    loop, statuses = asyncio.get_running_loop(), Statuses()
    line = "".join(f"{name}: {value}\r\n" for name, value in target.headers.items())
    async with httpx.AsyncClient(base_url=target.url, timeout=60) as connection:
        for seed in seeds:
            dice = random.Random(seed)  # noqa: S311 - to be repeated
            if dice.random() < 0.1:
                asked = (dice, target.port, line.encode())
                status = await loop.run_in_executor(threads, by_hand, *asked)
            else:
                status = await _ask(connection, by_http(dice), target, dice)
            statuses[status] += 1
    return statuses


async def _ask(
    connection: httpx.AsyncClient, asked: dict[str, Any], target: Target, dice: random.Random
) -> int:
    headers = asked.get("headers", {}) | (target.headers if dice.random() < 0.8 else {})
    try:
        return (await connection.post(**asked | {"headers": headers})).status_code
    except (httpx.TransportError, UnicodeEncodeError):  # closed on us, or not to be sent at all
        return 0


async def _assault(target: Target, seeds: range) -> Statuses:
    """All seeds by several clients."""
    with ThreadPoolExecutor(CLIENTS) as threads:
        shares = [seeds[number::CLIENTS] for number in range(CLIENTS)]
        sent = await asyncio.gather(*(send(target, share, threads) for share in shares))
    return sum(sent, Statuses())


def assault(target: Target, seeds: range) -> Statuses:
    """Send the requests of these seeds, from a process of its own."""
    return asyncio.run(_assault(target, seeds))


@contextlib.contextmanager
def honest_clients(target: Target) -> Iterator[dict[str, list[float]]]:
    """Clients beside the attack; in the end, what they have seen."""
    command = [sys.executable, str(HERE / "serving_honest.py"), target.url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([*command, *([target.token] * bool(target.token))], **pipes) as process:
        seen: dict[str, list[float]] = {}
        yield seen
        seen |= json.loads(process.communicate()[0])


def megabytes(server: Server) -> float:
    """Of all processes of a server, what they share counted once."""
    return sum(process.memory_full_info().pss for process in server.processes()) / 1e6


def run(workers: int, token: str, seeds: range) -> str:
    """A row of the table."""
    variables, statuses = {"HEMLINE_TOKEN": token}, Statuses()
    with (
        tempfile.TemporaryDirectory() as folder,
        serve("photo", "--workers", str(workers), log=Path(folder) / "log", **variables) as server,
        ProcessPoolExecutor(1, get_context("spawn"), os.nice, (LOWEST,)) as attackers,
    ):
        target = Target(server.url, server.port, token)
        attackers.submit(assault, target, seeds[:WARM_UP]).result()
        before, memory = {process.pid for process in server.workers()}, [megabytes(server)]
        with honest_clients(target) as seen:
            for part in range(PARTS):
                statuses += attackers.submit(assault, target, seeds[part::PARTS]).result()
                memory.append(megabytes(server))
                print(workers, bool(token), dict(statuses), memory[-1], file=sys.stderr)
        same = before == {process.pid for process in server.workers()}
        failed = "Traceback" in server.log.read_text()
    return row(workers, token, statuses, seen, memory, ended=not same or failed)


def row(
    workers: int,
    token: str,
    statuses: Statuses,
    seen: dict[str, list[float]],
    memory: list[float],
    *,
    ended: bool,
) -> str:
    """What came of it, for the table."""
    cells = [
        str(workers),
        "yes" if token else "no",
        ", ".join(f"{count:,} x {status}" for status, count in sorted(statuses.items())),
        "some" if ended else "none",
        f"{memory[0]:.0f} MB, at most {max(memory) - memory[0]:+.0f}",
        *(_answered(seen[kind]) for kind in ("tensors", "photos", "alive")),
        str(len(seen["refused"])),
    ]
    return f"| {' | '.join(cells)} |"


def _answered(seconds: list[float]) -> str:
    late = 1000 * statistics.quantiles(seconds, n=100, method="inclusive")[98]
    return f"{len(seconds):,}: {late:.0f} ms, {1000 * max(seconds):.0f} ms"


def main() -> None:
    """Attack, and print what came of it."""
    parser = command_line(__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 4])
    options = parser.parse_args()
    first, rows = options.seed * options.requests, []
    ways = [(workers, token) for workers in options.workers for token in ("", TOKEN)]
    share = options.requests // len(ways)
    for number, (workers, token) in enumerate(ways):
        start = first + number * share
        rows.append(run(workers, token, range(start, start + share)))
    head = [
        "| workers | token | bad requests: answers (0: the connection was closed) | failures | "
        "memory | tensors of honest clients: 99 % within, longest | their photographs | "
        "their looks at health | refused to them |",
        "| ---: | --- | --- | --- | --- | --- | --- | --- | ---: |",
    ]
    write_result("serving-fuzz", "\n".join([*head, *rows]))


if __name__ == "__main__":
    main()

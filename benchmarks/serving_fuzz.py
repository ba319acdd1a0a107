"""Bad requests by the thousand: none may end a process, fail the server or leave memory behind.

    python benchmarks/serving_fuzz.py [--requests 20000] [--seed 0] [--workers 1 4]

Half of the requests go to a server with a token, half to one without. Meanwhile a client asks for
what it wants, tensors and a photograph in turn, and has to be answered; another asks every 20 ms
whether the server lives, which shows how long its event loop is away.
"""

import argparse
import asyncio
import collections
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psutil
from common import write_result
from serving_attacks import INFER, by_hand, by_http
from tests.photos.drawing import COLOURS, draw_photo
from tests.serving.conftest import encoded
from tests.serving.running import Server, request, serve

from hemline.data.fashion.sketches import draw_sketches

CLIENTS, PARTS = 24, 10
TOKEN = "open sesame"  # noqa: S105
Statuses = collections.Counter[int]


class Attack(NamedTuple):
    """A server that is attacked, and what came of it so far."""

    server: Server
    token: str
    statuses: Statuses
    sound: list[float]
    alive: list[float]
    refused: list[int]

    @property
    def headers(self) -> dict[str, str]:
        """What every honest client sends."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


async def send(attack: Attack, seeds: Iterable[int], threads: ThreadPoolExecutor) -> None:
    """Send the requests of these seeds, one after the other."""
    loop, line = asyncio.get_running_loop(), ""
    if attack.token:
        line = f"Authorization: Bearer {attack.token}\r\n"
    async with httpx.AsyncClient(base_url=attack.server.url, timeout=60) as connection:
        for seed in seeds:
            dice = random.Random(seed)  # noqa: S311 - to be repeated
            if dice.random() < 0.1:
                asked = (dice, attack.server.port, line.encode())
                status = await loop.run_in_executor(threads, by_hand, *asked)
            else:
                status = await _ask(connection, by_http(dice), attack, dice)
            attack.statuses[status] += 1


async def _ask(
    connection: httpx.AsyncClient, asked: dict[str, Any], attack: Attack, dice: random.Random
) -> int:
    headers = asked.get("headers", {}) | (attack.headers if dice.random() < 0.8 else {})
    try:
        return (await connection.post(**asked | {"headers": headers})).status_code
    except (httpx.TransportError, UnicodeEncodeError):  # closed on us, or not to be sent at all
        return 0


async def ask_soundly(attack: Attack, end: asyncio.Event) -> None:
    """What an honest client wants, again and again; seconds of each answer."""
    tensor = request(draw_sketches(1, seed=4)[0])
    photo = encoded(draw_photo("trousers", COLOURS["blue"], size=(300, 400)), "JPEG")
    options = {"base_url": attack.server.url, "headers": attack.headers, "timeout": 60}
    async with httpx.AsyncClient(**options) as connection:
        while not end.is_set():
            for url, body in ((INFER, {"json": tensor}), ("/classify", {"content": photo})):
                began = time.perf_counter()
                answer = await connection.post(url, **body)
                attack.sound.append(time.perf_counter() - began)
                if answer.status_code != 200:
                    attack.refused.append(answer.status_code)


async def ask_whether_alive(attack: Attack, end: asyncio.Event) -> None:
    """How long the shortest of all answers takes."""
    async with httpx.AsyncClient(base_url=attack.server.url, timeout=60) as connection:
        while not end.is_set():
            began = time.perf_counter()
            await connection.get("/v2/health/live")
            attack.alive.append(time.perf_counter() - began)
            await asyncio.sleep(0.02)


async def assault(attack: Attack, seeds: range) -> None:
    """All seeds by several clients, and the honest ones beside them."""
    end = asyncio.Event()
    honest = [asyncio.create_task(one(attack, end)) for one in (ask_soundly, ask_whether_alive)]
    with ThreadPoolExecutor(CLIENTS) as threads:
        shares = [seeds[number::CLIENTS] for number in range(CLIENTS)]
        await asyncio.gather(*(send(attack, share, threads) for share in shares))
    end.set()
    await asyncio.gather(*honest)


def megabytes(server: Server) -> float:
    """Of all processes of a server."""
    tree = [psutil.Process(server.process.pid), *server.descendants()]
    return sum(process.memory_info().rss for process in tree) / 1e6


def run(workers: int, token: str, seeds: range) -> str:
    """A row of the table."""
    variables = {"HEMLINE_TOKEN": token}
    with (
        tempfile.TemporaryDirectory() as folder,
        serve("photo", "--workers", str(workers), log=Path(folder) / "log", **variables) as server,
    ):
        attack = Attack(server, token, collections.Counter(), [], [], [])
        before, memory = {process.pid for process in server.workers()}, []
        for part in range(PARTS):
            asyncio.run(assault(attack, seeds[part::PARTS]))
            memory.append(megabytes(server))
            print(workers, bool(token), part, dict(attack.statuses), memory[-1], file=sys.stderr)
        same = before == {process.pid for process in server.workers()}
        failed = "Traceback" in server.log.read_text()
    return row(workers, token, attack, memory, ended=not same or failed)


def row(workers: int, token: str, attack: Attack, memory: list[float], *, ended: bool) -> str:
    """What came of it, for the table."""
    statuses = ", ".join(
        f"{count:,} x {status}" for status, count in sorted(attack.statuses.items())
    )
    late = 1000 * statistics.quantiles(attack.sound, n=100)[98]
    cells = [
        str(workers),
        "yes" if token else "no",
        statuses,
        "some" if ended else "none",
        f"{memory[0]:.0f} to {memory[-1]:.0f} MB",
        f"{len(attack.sound):,}, of them {len(attack.refused)} refused; 99 % within {late:.0f} ms",
        f"{1000 * max(attack.alive):.0f} ms",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Attack, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
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
        "memory after the first and the last tenth | sound requests of others meanwhile | "
        "longest answer of health |",
        "| ---: | --- | --- | --- | --- | --- | ---: |",
    ]
    write_result("serving-fuzz", "\n".join([*head, *rows]))


if __name__ == "__main__":
    main()

"""`hemline serve` beside its peers: requests a second, latency, and a long run at full load.

All serve one model (the Keras peer the same network and weights as .keras) on loopback, in turn;
server and load share the machine. The load is wrk's, which checks every answer. Photographs go
through the same code everywhere, so that every contestant does the same work.

    python benchmarks/serving.py [--rounds 3] [--seconds 6] [--model photo]
    python benchmarks/serving.py --only-soak 600
"""

import shutil
import statistics
import sys
import tempfile
import threading
from pathlib import Path

import psutil
from common import command_line, write_result
from serving_contestants import PHOTO, TENSOR, Contestant, answers, contestants, running
from serving_load import Load, begin, load, load_at, result

CONNECTIONS = (1, 32, 256)
PHOTO_TIMES = 3  # a photograph takes so long that fewer seconds would hold too few of them
SOAK = {TENSOR: 32, PHOTO: 2}  # connections
Found = dict[tuple[str, int, str], list[Load]]


def measure(everybody: list[Contestant], rounds: int, seconds: float) -> Found:
    """All rounds, contestants in turn."""
    found: Found = {}
    for _ in range(rounds):
        for contestant in everybody:
            with running(contestant):
                for what, question in contestant.questions.items():
                    load(question, 4, 2)  # warm
                    for connections in CONNECTIONS:
                        answers(question)  # what was left of the load before is done
                        long = seconds * (PHOTO_TIMES if what == PHOTO else 1)
                        one = load(question, connections, long)
                        found.setdefault((what, connections, contestant.name), []).append(one)
                        print(what, contestant.name, one, file=sys.stderr)
    return found


def table(found: Found) -> str:
    """Medians over the rounds."""
    rows = [
        "| | connections | requests/s | p50 | p99 | refused, lost, wrong | Hemline is |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for (what, connections, name), loads in found.items():
        rate = _median(loads, "rate")
        mine = _median(found[what, connections, "Hemline"], "rate")
        times = "" if name == "Hemline" else f"{mine / rate:.1f} times" if rate else ""
        failed = [sum(getattr(one, key) for one in loads) for key in ("refused", "lost", "wrong")]
        settled = all(one.is_settled for one in loads)
        waits = [f"{_median(loads, key):,.1f} ms" if settled else "-" for key in ("p50", "p99")]
        rows.append(
            f"| {what}, {name} | {connections} | {rate:,.1f} | {' | '.join(waits)} "
            f"| {', '.join(map(str, failed))} | {times} |"
        )
    return "\n".join([*rows[:2], *sorted(rows[2:], key=_order)])


def _order(row: str) -> tuple[bool, int]:
    what, connections = row.split("|")[1:3]
    return not what.strip().startswith(TENSOR), int(connections)


def _median(loads: list[Load], key: str) -> float:
    return statistics.median(getattr(one, key) for one in loads)


def half_loads(hemline: Contestant, found: Found, seconds: float) -> str:
    """Hemline at half of its peak."""
    lines = []
    with running(hemline):
        for what, question in hemline.questions.items():
            peak = max(_median(found[what, n, "Hemline"], "rate") for n in CONNECTIONS)
            load(question, 4, 2)  # warm
            half = load_at(question, peak / 2, seconds)
            lines.append(
                f"{what} at half of the peak ({half.rate:,.1f} of {peak:,.1f} requests/s): p50 "
                f"{half.p50:.1f} ms, p99 {half.p99:.1f} ms; {half.refused} refused, {half.lost} "
                f"lost, {half.wrong} wrong."
            )
    return "\n\n".join(lines)


def soak(hemline: Contestant, seconds: float) -> str:
    """Full load for long, tensors and photographs at once; every answer checked, memory watched."""
    with running(hemline) as process:
        for question in hemline.questions.values():
            load(question, 4, 2)  # warm
        memory: list[float] = []
        stop = threading.Event()
        watching = threading.Thread(target=_watch, args=(process.pid, seconds / 100, memory, stop))
        watching.start()
        loads = {
            what: begin(question, SOAK[what], seconds)
            for what, question in hemline.questions.items()
        }
        done = {what: result(process, SOAK[what]) for what, process in loads.items()}
        stop.set()
        watching.join()
    told = [
        f"{one.connections} connections of {what}: {one.answers:,} right answers, {one.refused} "
        f"refused, {one.lost} lost, {one.wrong} wrong, p99 {one.p99:,.0f} ms"
        for what, one in done.items()
    ]
    size = len(memory) / 10
    tenths = [memory[int(size * place) : int(size * (place + 1))] for place in range(10)]
    return (
        f"{seconds:g} s at full load. {'; '.join(told)}. Memory of all processes in each tenth of "
        f"the time, MB: {', '.join(f'{statistics.mean(part):.0f}' for part in tenths if part)}."
    )


def _watch(pid: int, every: float, memory: list[float], stop: threading.Event) -> None:
    while not stop.wait(every):
        tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        memory.append(sum(one.memory_info().rss for one in tree) / 1e6)


def main() -> None:
    """Measure and print."""
    parser = command_line(__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6, help="of each load")
    parser.add_argument("--only-soak", type=float, metavar="SECONDS")
    parser.add_argument("--model", default="photo")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("Expected the load generator wrk; run: apt-get install wrk")
    with tempfile.TemporaryDirectory() as name:
        everybody = contestants(options.model, Path(name))
        if options.only_soak:
            said = soak(everybody[0], options.only_soak)
            write_result("serving-soak", f"{said}\n\nModel {options.model}.")
            return
        found = measure(everybody, options.rounds, options.seconds)
        half = half_loads(everybody[0], found, 5 * options.seconds)
    notes = (
        f"Model {options.model}; medians of {options.rounds} rounds of {options.seconds:g} s, of "
        f"photographs {PHOTO_TIMES * options.seconds:g} s. -: fewer than two answers a connection, "
        "too few to know how long one waits."
    )
    write_result("serving", f"{table(found)}\n\n{half}\n\n{notes}")


if __name__ == "__main__":
    main()

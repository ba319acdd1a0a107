"""The table of `rungs.py`, and what has to be known to read it."""

import statistics
from collections.abc import Iterable
from typing import NamedTuple

from contestants import ALL_PEERS, Contestant
from records import SLOW, Records, Run, is_slow, means_of

NONE = "-"


class Rung(NamedTuple):
    """One row of the table: Hemline's contestant and the peers that reach the rung."""

    percent: int
    hemline: Contestant
    peers: list[Contestant]


def table(rungs: list[Rung], records: Records) -> str:
    """One row a rung."""
    heads = ["test accuracy", "Hemline's recipe", "reached", "whole process", "training alone"]
    heads += ["ratio", "every peer that reaches it, whole process (ratio)"]
    rows = [heads, ["---:", "---", "---", "---:", "---:", "---:", "---"]]
    rows += [row(rung, records) for rung in rungs]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def row(rung: Rung, records: Records) -> list[str]:
    """Accuracy and times of Hemline, then its peers by their times."""
    runs = records.of(rung.hemline)
    reached = bool(runs) and mean_of(runs) >= rung.percent
    whole = median_of(runs, "whole") if reached else None  # no ratio to what was missed
    timed = [(median_of(records.of(peer), "whole"), peer.label) for peer in rung.peers]
    peers = sorted((seconds, label) for seconds, label in timed if seconds)
    told = [f"{label}: {shown(seconds)} ({ratio(seconds, whole)})" for seconds, label in peers]
    return [
        f"{rung.percent} %",
        f"`{rung.hemline.label}`",
        accuracy_of(runs) if reached or not runs else f"**missed:** {accuracy_of(runs)}",
        *(shown(median_of(runs, what)) for what in ("whole", "training")),
        ratio(peers[0][0], whole) if peers else NONE,
        "<br>".join(told) or NONE,
    ]


def mean_of(runs: list[Run]) -> float:
    """Accuracy in percent."""
    return round(statistics.mean(run["accuracy"] for run in runs), 6)


def median_of(runs: list[Run], what: str) -> float | None:
    """Of seconds, if there are any."""
    return statistics.median(run[what] for run in runs) if runs else None


def shown(seconds: float | None) -> str:
    """Seconds as the table has them."""
    return f"{seconds:.1f} s" if seconds else NONE


def ratio(seconds: float, whole: float | None) -> str:
    """How many times as long as Hemline; nothing beside a rung that Hemline missed."""
    return f"{seconds / whole:.1f}" if whole else NONE


def accuracy_of(runs: list[Run]) -> str:
    """Mean and standard deviation, with the number of seeds."""
    if len(runs) < 2:
        return f"{mean_of(runs):.2f} % (1 seed)" if runs else NONE
    deviation = statistics.stdev(run["accuracy"] for run in runs)
    return f"{mean_of(runs):.2f} ± {deviation:.2f} % ({len(runs)} seeds)"


def note(rungs: list[Rung], scans: dict[str, list[Run]], records: Records) -> list[str]:
    """How it was measured, and how far each peer goes."""
    mine = [rung.hemline for rung in rungs]
    peers = list({peer.key: peer for rung in rungs for peer in rung.peers}.values())
    slow = [peer.label for peer in peers if is_slow(records.of(peer))]
    slow += [f"scan of {name}" for name, scanned in scans.items() if is_slow(scanned)]
    best = [f"{name} {max(means_of(runs)):.2f} %" for name, runs in scans.items() if runs]
    versions = {package for peer in ALL_PEERS for package in peer.environment.packages}
    facts = {
        "Not finished; rounds to come": [
            each.label for each in [*mine, *peers] if records.is_due(each)
        ],
        f"Run once, because they take over {SLOW / 60:.0f} minutes": slow,
        "Hemline's times are from an earlier stage, not in turn": kept(mine, records),
        "The peers' times are from an earlier stage, not in turn": kept(peers, records),
        "Best mean accuracy of each peer after any of its epochs": best,
        "Versions of peers": sorted(versions),
    }
    return [f"{what}: {', '.join(parts)}." for what, parts in facts.items() if parts]


def kept(contestants: Iterable[Contestant], records: Records) -> list[str]:
    """Dates of the runs that were not made now."""
    old = (each for each in contestants if each.key not in records.fresh)
    return sorted({run["date"] for each in old for run in records.of(each)})

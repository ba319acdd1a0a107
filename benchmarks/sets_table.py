"""The tables of `sets.py`."""

import statistics
from collections.abc import Iterable, Mapping, Sequence

from contestants import Peer
from picture_sets import SETS
from sets_records import Record, Records, Training

NONE = "-"
Sets = Mapping[str, Sequence[Training]]


def accuracy_table(sets: Sets, records: Records) -> str:
    """A row for every training of Hemline."""
    rows = [
        "| set | recipe | test accuracy | balanced | calibration error | training | whole |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for key, trainings in sets.items():
        runs_of = {training: records.trainings(key, training) for training in trainings}
        for training, runs in runs_of.items():
            if runs:
                cells = [_set(key, runs[0]), f"`{training}`", _mean(runs, "accuracy")]
                cells += [_short(runs, "balanced_accuracy"), _short(runs, "ece")]
                cells += [
                    f"{records.seconds(key, training, of):.1f} s" for of in ("train", "whole")
                ]
                rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def peers_table(
    sets: Sets, peers: Mapping[str, Peer], recipes: Sequence[str], records: Records
) -> str:
    """A row for every peer on every set."""
    heads = ["set", "peer", *(f"in the time of `{recipe}`" for recipe in recipes)]
    heads += ["ends with (best of any epoch)", "after", "Hemline is there after", "ratio"]
    rows = [heads, ["---", "---", *["---:"] * (len(heads) - 2)]]
    for key, trainings in sets.items():
        for name, peer in peers.items():
            if runs := records.peers(key, name):
                times = [records.seconds(key, Training.parse(text), "whole") for text in recipes]
                within = [_within(runs, seconds) for seconds in times]
                rows.append(
                    [SETS[key].name, peer.name, *within, *_race(key, runs, trainings, records)]
                )
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def facts(sets: Sets, peers: Mapping[str, Peer], records: Records) -> str:
    """What has to be known to read them."""
    versions = sorted({package for peer in peers.values() for package in peer.environment.packages})
    return "\n\n".join(
        [
            "Mean ± standard deviation over the seeds, medians of times, "
            f"{records.threads} threads each; `training` is the whole process from cold to the "
            "model file, `whole` that and the process that evaluates it.",
            "A peer ends when it has had the time of Hemline's longest training on the set, or by "
            "itself; `after` is when it first was where it ends. Hemline is there with the "
            "quickest of its trainings above whose mean is as high.",
            *_beaten(sets, peers, records),
            f"Versions of peers: {', '.join(versions)}." if versions else "",
        ]
    ).strip()


def _set(key: str, run: Record) -> str:
    data = run["data"]
    return (
        f"{SETS[key].name}: {data['classes']} classes, {data['form']}, "
        f"{data['train']:,} / {data['test']:,}"
    )


def _percent(values: Iterable[float]) -> str:
    shares = [100 * value for value in values]
    spread = f" ± {statistics.stdev(shares):.2f}" if len(shares) > 1 else ""
    return f"{statistics.mean(shares):.2f}{spread} %"


def _mean(runs: Sequence[Record], what: str) -> str:
    seeds = f"{len(runs)} seed{'s' if len(runs) > 1 else ''}"
    return f"{_percent(run[what] for run in runs)} ({seeds})"


def _short(runs: Sequence[Record], what: str) -> str:
    return f"{100 * statistics.mean(run[what] for run in runs):.2f} %"


def _within(runs: Sequence[Record], seconds: float | None) -> str:
    """Mean accuracy of a peer that is stopped after so many seconds."""
    if seconds is None:
        return NONE
    reached = [[accuracy for at, accuracy in run["history"] if at <= seconds] for run in runs]
    return _percent(of[-1] for of in reached) if all(reached) else NONE


def _race(
    key: str, runs: Sequence[Record], trainings: Sequence[Training], records: Records
) -> list[str]:
    """Where a peer ends and when it was there, and the same of Hemline."""
    if not all(run["history"] for run in runs):
        return ["not through", f"{runs[0]['budget']:.0f} s", NONE, NONE]
    best = statistics.mean(max(accuracy for _, accuracy in run["history"]) for run in runs)
    after = statistics.median(map(_first, runs))
    cells = [f"{_percent(map(_end, runs))} ({100 * best:.2f})", f"{after:.1f} s"]
    ours = _quickest(key, statistics.mean(map(_end, runs)), trainings, records)
    if ours is None:
        return [*cells, "**never**", NONE]
    seconds, training = ours
    return [*cells, f"{seconds:.1f} s, `{training}`", f"{after / seconds:.1f}"]


def _end(run: Record) -> float:
    return run["history"][-1][1]


def _first(run: Record) -> float:
    """Seconds after which a peer first was where it ends."""
    return next(seconds for seconds, accuracy in run["history"] if accuracy >= _end(run))


def _quickest(
    key: str, accuracy: float, trainings: Sequence[Training], records: Records
) -> tuple[float, Training] | None:
    """The training with the shortest whole time that reaches an accuracy in the mean."""
    reached = []
    for training in trainings:
        runs = records.trainings(key, training)
        if runs and statistics.mean(run["accuracy"] for run in runs) >= accuracy:
            reached.append((records.seconds(key, training, "whole"), training))
    return min(reached, default=None)


def _beaten(sets: Sets, peers: Mapping[str, Peer], records: Records) -> list[str]:
    """A sentence where a peer is more accurate at its best than Hemline."""
    worse = [
        f"{SETS[key].name} ({peer.name})"
        for key, trainings in sets.items()
        for name, peer in peers.items()
        if (runs := [run for run in records.peers(key, name) if run["history"]])
        and _quickest(key, statistics.mean(map(_end, runs)), trainings, records) is None
    ]
    return [f"A peer ends higher than Hemline on: {', '.join(worse)}."] if worse else []

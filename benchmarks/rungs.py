"""How soon is a test accuracy reached? A recipe of Hemline for every rung, beside its peers.

    python benchmarks/rungs.py [--rungs 88 90] [--threads 2] [--peer-rounds 3]

A time is that of a whole process from cold: imports, reading the data, training, saving the model
and evaluating on the test part. Hemline also draws its predictions, and starts with an empty cache.
Contestants run in turn on the same cores, once a round, every round with another seed.

A setting reaches a rung if the mean over its seeds does, with the weights of the last epoch.
A peer is allowed more: a scan first takes its test accuracy after every epoch, for twice the epochs
of its tutorial, and it is then timed with the fewest epochs at which the mean over its seeds
reached the rung, as if it had known. What the scan itself takes is not counted. Scans are kept in
`.bench/rungs.json` and not repeated.

The table is written after every round. Times are kept too, and a long measurement can be made in
stages; what is reused is said below the table:

    python benchmarks/rungs.py --only-peers
    python benchmarks/rungs.py --only-hemline --rungs 88 90 92
    python benchmarks/rungs.py --cached-peers --cached-hemline

Needs HEMLINE_DATA to name the folder of the real data.
"""

import argparse
import os
import sys

from common import command_line, write_result
from contestants import ALL_PEERS, Setting, hemline_contestant, peer_contestant
from records import Records, epochs_to, measure, scan
from rungs_table import Rung, note, table

from hemline import open_dataset

_SHORT = ("learning_rate=0.002", "schedule=linear_warmup_decay")
_QUICKEST = ("network=conv", "data_pruning=0")  # nothing is seen twice in one epoch
_PLAIN = ("validation=0", "calibrate=false")
SETTINGS = [
    Setting(88, "seed", ("epochs=5", *_SHORT)),
    Setting(90, "fast", (*_QUICKEST, "widths=[32,64,128]", "epochs=1", *_PLAIN)),
    Setting(92, "fast", ("widths=[16,32,64]", "epochs=3", *_PLAIN)),
    Setting(93, "fast", ("widths=[24,48,96]", "epochs=5", *_PLAIN)),
    Setting(94, "fast", ("widths=[32,64,128]", "epochs=12", "shift=1", *_PLAIN)),
    Setting(95, "accurate", ("widths=[48,96,192]", "epochs=60"), seeds=3),
]


def build_rungs(options: argparse.Namespace, records: Records) -> list[Rung]:
    """The rows that were asked for; peers that were never scanned are not in them."""
    seeds = 0 if options.only_hemline else options.peer_rounds
    scans = [scan(peer, seeds, options.threads, records) for peer in ALL_PEERS]
    rungs = []
    for setting in SETTINGS:
        if setting.rung in options.rungs:
            needed = [epochs_to(setting.rung, scanned) for scanned in scans]
            peers = [
                peer_contestant(peer, epochs, options.peer_rounds, options.threads)
                for peer, epochs in zip(ALL_PEERS, needed, strict=True)
                if epochs
            ]
            setting = setting._replace(seeds=options.seeds or setting.seeds)
            rungs.append(Rung(setting.rung, hemline_contestant(setting, options.threads), peers))
    return rungs


def run(rungs: list[Rung], options: argparse.Namespace, records: Records) -> None:
    """All rounds; the table is written after each."""
    mine = [] if options.only_peers else [rung.hemline for rung in rungs]
    others = [] if options.only_hemline else [peer for rung in rungs for peer in rung.peers]
    contestants = {each.key: each for each in [*mine, *others]}.values()
    while due := [each for each in contestants if records.is_due(each)]:
        for contestant in due:
            measure(contestant, records, options.threads)
        write(rungs, options, records)


def write(rungs: list[Rung], options: argparse.Namespace, records: Records) -> None:
    """The table so far, with what has to be known to read it."""
    scans = {peer.name: scan(peer, 0, options.threads, records) for peer in ALL_PEERS}
    facts = [
        f"Medians, {options.threads} threads each; `ratio` is that of the fastest peer that "
        "reaches the rung, whole process to whole process.",
        *note(rungs, scans, records),
    ]
    write_result("rungs", f"{table(rungs, records)}\n\n" + "\n\n".join(facts))


def parse() -> argparse.Namespace:
    """The command line."""
    parser = command_line(__doc__)
    every = [setting.rung for setting in SETTINGS]
    parser.add_argument("--rungs", type=int, nargs="+", choices=every, default=every)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seeds", type=int, help="of Hemline, instead of each setting's own")
    parser.add_argument("--peer-rounds", type=int, default=3, help="and seeds of their scans")
    stage = parser.add_mutually_exclusive_group()
    stage.add_argument("--only-hemline", action="store_true", help="run no peers")
    stage.add_argument("--only-peers", action="store_true", help="run the peers alone")
    parser.add_argument("--cached-hemline", action="store_true", help="reuse Hemline's times")
    parser.add_argument("--cached-peers", action="store_true", help="reuse the times of peers")
    return parser.parse_args()


def main() -> None:
    """Scan what was not scanned, then run all rounds."""
    options = parse()
    if not os.environ.get("HEMLINE_DATA") or open_dataset().drawn:  # contestants find no cache
        sys.exit(
            "Expected Fashion-MNIST, received no folder of it; set HEMLINE_DATA to that folder."
        )
    records = Records(cached_hemline=options.cached_hemline, cached_peers=options.cached_peers)
    rungs = build_rungs(options, records)
    run(rungs, options, records)
    if not records.fresh:  # nothing was left to run
        write(rungs, options, records)


if __name__ == "__main__":
    main()

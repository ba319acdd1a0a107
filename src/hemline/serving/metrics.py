"""What Prometheus reads; with several workers, all of them together."""

import collections
import os
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    mmap_dict,
    multiprocess,
)

from hemline.serving.figures import offered, reserve
from hemline.serving.model import Answered

# Files that grow later end their process where a disk is full; these never have to: what is counted
# comes to half of that at the most.
mmap_dict._INITIAL_MMAP_SIZE = 1 << 20
_METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"}
_MOST_CLASSES, _LONGEST = 1000, 100  # that are counted, and characters of their names
_OTHER = "other"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter("hemline_requests", "Requests answered.", ["route", "method", "status"])
SECONDS = Histogram("hemline_request_seconds", "Until answered.", ["route"], buckets=_SECONDS)
BATCH = Histogram("hemline_batch_pictures", "Asked at once.", buckets=(1, 2, 4, 8, 16, 32, 64))
WAITING = Gauge(
    "hemline_pictures_waiting", "Pictures waiting for the model.", multiprocess_mode="livesum"
)
PHOTOS_WAITING = Gauge(
    "hemline_photos_waiting", "Photographs being decoded.", multiprocess_mode="livesum"
)
PREDICTIONS = Counter("hemline_predictions", "Pictures by predicted class.", ["class"])
OUT_OF_DISTRIBUTION = Counter(
    "hemline_out_of_distribution_pictures", "Pictures that are none of the classes."
)


def count_answers(answered: Answered) -> None:
    """Count what was predicted."""
    for label, count in collections.Counter(answered.answers.labels.tolist()).items():
        _count_class(label, answered.model.classes[label], count)
    OUT_OF_DISTRIBUTION.inc(int(answered.none_of_these.sum()))


def _count_class(label: int, name: str, count: int) -> None:
    PREDICTIONS.labels(name[:_LONGEST] if label < _MOST_CLASSES else _OTHER).inc(count)


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    REQUESTS.labels(route, method if method in _METHODS else _OTHER, status).inc()
    SECONDS.labels(route).observe(seconds)


def exposition() -> bytes:
    """All figures in Prometheus' text format."""
    if offered() is None:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def claim_room() -> None:
    """Take the room of this worker's figures on the disk, before it is gone.

    Raises:
        OSError: there is none.
    """
    for file in _files(f"*_{os.getpid()}.db"):
        with file.open("r+b") as stream:
            reserve(stream.fileno(), file.stat().st_size)


def forget_the_dead() -> None:
    """Take what crashed workers had waiting out of the sums."""
    for file in _files("gauge_live*.db"):
        process = int(file.stem.rpartition("_")[2])
        if not Path(f"/proc/{process}").exists():
            multiprocess.mark_process_dead(process)  # type: ignore[no-untyped-call]


def _files(pattern: str) -> Iterable[Path]:
    folder = offered()
    return folder.glob(pattern) if folder else ()

"""How long photographs from a phone take: one of them from cold, and many on one core."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from hemline.data import read_many
from hemline.photos import MEGAPIXELS, Intake

_LARGE, _SMALL = (4000, 3000), (400, 400)  # 12 megapixels, as phones take them; as shops have them
_FEW = 60
_ROUNDS = 5


def speed_note(paths: list[Path], intake: Intake) -> str:
    """A sentence about photographs of `paths`, spread over all of them, in two sizes."""
    few = paths[:: max(1, len(paths) // _FEW)][:_FEW]
    with tempfile.TemporaryDirectory() as folder:
        large, small = (
            [
                _resized(path, size, Path(folder) / f"{n}-{size[0]}.jpg")
                for n, path in enumerate(few)
            ]
            for size in (_LARGE, _SMALL)
        )
        cold = statistics.median(_cold(path) for path in large[:_ROUNDS])
        rates = [f"{_a_minute(paths, intake):,.0f} a minute" for paths in (large, small)]
        return (
            f"On one core, from file to pixels: {rates[0]} of 12 megapixels, {rates[1]} of 400x400 "
            f"(medians of {_ROUNDS}); a whole `hemline predict photo.jpg` of 12 megapixels from "
            f"cold {cold:.2f} s."
        )


def _resized(path: Path, size: tuple[int, int], to: Path) -> Path:
    with Image.open(path) as image:
        upright = image.height > image.width
        image.convert("RGB").resize(size[::-1] if upright else size).save(to, quality=90)
    return to


def _a_minute(paths: list[Path], intake: Intake) -> float:
    """From file to pixels, held to one core."""
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(every)})
    try:
        return statistics.median(60 * len(paths) / _seconds(paths, intake) for _ in range(_ROUNDS))
    finally:
        os.sched_setaffinity(0, every)


def _seconds(paths: list[Path], intake: Intake) -> float:
    began = time.perf_counter()
    for read in read_many(paths, intake, megapixels=MEGAPIXELS, cores=1):
        if read.error:
            raise RuntimeError(read.error)
    return time.perf_counter() - began


def _cold(path: Path) -> float:
    began = time.perf_counter()
    command = [sys.executable, "-m", "hemline", "predict", str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began

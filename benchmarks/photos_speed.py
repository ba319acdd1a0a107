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
from hemline.data.fashion.official import INTAKE
from hemline.photos import MEGAPIXELS

_SIZE = (4000, 3000)  # 12 megapixels
_FEW = 20
_ROUNDS = 5


def speed_note(paths: list[Path]) -> str:
    """A sentence about photographs of `paths`, spread over all of them, at 12 megapixels."""
    with tempfile.TemporaryDirectory() as folder:
        few = paths[:: max(1, len(paths) // _FEW)][:_FEW]
        large = [_enlarged(path, Path(folder) / f"{n}.jpg") for n, path in enumerate(few)]
        cold = statistics.median(_cold(path) for path in large[:_ROUNDS])
        return (
            f"Enlarged to 12 megapixels: {_a_minute(large):.0f} a minute on one core; a whole "
            f"`hemline predict photo.jpg` from cold {cold:.2f} s (median of {_ROUNDS})."
        )


def _enlarged(path: Path, to: Path) -> Path:
    with Image.open(path) as image:
        upright = image.height > image.width
        image.convert("RGB").resize(_SIZE[::-1] if upright else _SIZE).save(to, quality=90)
    return to


def _a_minute(paths: list[Path]) -> float:
    """From file to 28x28 pixels, held to one core."""
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(every)})
    try:
        began = time.perf_counter()
        for read in read_many(paths, INTAKE, megapixels=MEGAPIXELS, cores=1):
            if read.error:
                raise RuntimeError(read.error)
        return 60 * len(paths) / (time.perf_counter() - began)
    finally:
        os.sched_setaffinity(0, every)


def _cold(path: Path) -> float:
    began = time.perf_counter()
    command = [sys.executable, "-m", "hemline", "predict", str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began

"""How soon is a folder of picture files a data set, the first time and again?

    python benchmarks/loading.py [--files 12000] [--edge 64] [--rounds 3]

Files are PNG and JPEG in turn, in colour, in a folder a class; a load is `hemline data`, a whole
process. Before every first load the cache is empty.
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np
from common import command_line, run_process, write_result
from PIL import Image

_CLASSES = 10


def write_files(folder: Path, files: int, edge: int) -> None:
    """Smooth pictures with noise in them, as photographs are; none twice."""
    rng = np.random.default_rng(0)
    for number in range(files):
        place = folder / f"class {number % _CLASSES}"
        place.mkdir(exist_ok=True)
        coarse = Image.fromarray(rng.integers(0, 230, (5, 5, 3), np.uint8))
        smooth = np.asarray(coarse.resize((edge, edge), Image.Resampling.BICUBIC))
        picture = Image.fromarray(smooth + rng.integers(0, 25, (edge, edge, 3), np.uint8))
        picture.save(place / f"{number:06}.{'png' if number % 2 else 'jpg'}")


def main() -> None:
    """Write the files, load them, load them again."""
    parser = command_line(__doc__)
    parser.add_argument("--files", type=int, default=12_000)
    parser.add_argument("--edge", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    times: dict[str, list[float]] = {"first": [], "second": []}
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), options.files, options.edge)
        command = [sys.executable, "-m", "hemline", "data", "--data", folder, "--json"]
        for _ in range(options.rounds):
            with tempfile.TemporaryDirectory() as cache:
                for load in times:
                    seconds, account = run_process(command, {"HEMLINE_CACHE": cache}, 2)
                    times[load].append(seconds)
    counted = sum(part["n"] for part in account["splits"].values())
    if counted != options.files:
        sys.exit(f"Expected {options.files} pictures, received {counted}.")
    rows = [
        f"| {load} | {statistics.median(taken):.1f} s | {min(taken):.1f} to {max(taken):.1f} s |"
        for load, taken in times.items()
    ]
    head = (
        f"{options.files:,} files of {options.edge}x{options.edge} pixels, {os.cpu_count()} cores, "
        "whole processes.\n\n| load | median | range |\n| --- | ---: | ---: |\n"
    )
    write_result("loading", head + "\n".join(rows))


if __name__ == "__main__":
    main()

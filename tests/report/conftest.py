"""Pages as the program writes them, on drawn garments."""

import subprocess
import sys
from pathlib import Path

import pytest

from hemline.report import Examined, examine


@pytest.fixture(scope="session")
def examined(small_run, sketches) -> Examined:
    """A run without validation or augmentation, read and judged."""
    return examine(small_run.run.folder, sketches)


@pytest.fixture(scope="session")
def pages(small_run, conv_run, tmp_path_factory) -> dict[str, Path]:
    """The page on one run, and that on two side by side."""
    folder = tmp_path_factory.mktemp("pages")
    runs = {"one": [conv_run], "two": [small_run, conv_run]}
    paths = {name: folder / f"{name}.html" for name in runs}
    writing = []
    for name, results in runs.items():  # side by side: each is busy importing for seconds
        folders = [str(result.run.folder) for result in results]
        command = ["-m", "hemline", "report", *folders, "--out", str(paths[name])]
        writing.append(subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL))
    assert [process.wait(120) for process in writing] == [0, 0]
    return paths

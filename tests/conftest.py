"""What tests share: the real data where they are, a small trained run, and a quiet machine."""

import fcntl
import io
import os
import pickle
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from hemline.cli import main
from hemline.data import Dataset, open_dataset
from hemline.data.sources import cache_folder
from hemline.errors import DataError
from hemline.training import TrainingResult, load_recipe, train

# How long an example takes depends on what else the machine is doing.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# A shell starts what it runs in the background deaf to Ctrl-C, and so would be all it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

Program = Callable[..., subprocess.CompletedProcess[str]]

_CONV = [
    "network=conv",
    "widths=[16, 16]",
    "epochs=2",
    "fewest_steps=0",
    "validation=0",
    "calibrate=false",
]
_NAMED = os.environ.get("HEMLINE_DATA")
_REAL_FOLDER = Path(_NAMED).resolve() if _NAMED else cache_folder()


@pytest.fixture(scope="session")
def real_folder() -> Path:
    """The folder with the real Fashion-MNIST."""
    parts = ("train", "t10k")  # a cache may hold the one that was asked for, or decoded ones alone
    complete = all(any(_REAL_FOLDER.glob(f"{part}-images-idx3-ubyte*")) for part in parts)
    try:
        open_dataset(_REAL_FOLDER)
    except DataError:
        complete = False
    if not complete:
        pytest.skip("needs the real Fashion-MNIST: set HEMLINE_DATA to its folder")
    return _REAL_FOLDER


@pytest.fixture(scope="session")
def real(real_folder: Path) -> Dataset:
    """The real Fashion-MNIST."""
    return open_dataset(real_folder)


@pytest.fixture(scope="session")
def sketches() -> Dataset:
    """The drawn garments."""
    return open_dataset("sketches")


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds the drawn garments and nothing else."""
    cache = tmp_path_factory.mktemp("drawn")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEMLINE_CACHE", str(cache))
        sketches = open_dataset("sketches")
        assert len(sketches.train) > len(sketches.test)
    return cache


@pytest.fixture(autouse=True)
def own_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, drawn: Path
) -> Path:
    """A home and a working folder of the test's own: nothing outside is read or written.

    Only the garments need not be drawn again for every test.
    """
    home = tmp_path_factory.mktemp("machine")
    shutil.copytree(drawn, home / "cache" / "hemline", copy_function=os.link)
    for variable in ("HEMLINE_DATA", "HEMLINE_CACHE", "KERAS_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("XDG_DATA_DIRS", str(home / "share"))
    monkeypatch.chdir(home)
    return home


@pytest.fixture(scope="session")
def small_run(sketches: Dataset, tmp_path_factory: pytest.TempPathFactory) -> TrainingResult:
    """Two epochs of the seed recipe on sketches."""
    folder = tmp_path_factory.mktemp("runs") / "small"
    return train(load_recipe("seed", ["epochs=2"]), sketches, folder=folder)


@pytest.fixture(scope="session")
def conv_run(sketches: Dataset, tmp_path_factory: pytest.TempPathFactory) -> TrainingResult:
    """A narrow convolutional network by the recipe `fast` on sketches."""
    folder = tmp_path_factory.mktemp("runs") / "conv"
    recipe = load_recipe("fast", _CONV)
    return train(recipe, sketches, folder=folder)


@pytest.fixture(scope="session")
def real_run(real: Dataset, tmp_path_factory: pytest.TempPathFactory) -> TrainingResult:
    """The seed recipe, whole, on the real data; trained by one of the processes that test."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    kept = shared / "real.pickle"
    with (shared / "real.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        if not kept.exists():
            result = train(load_recipe("seed"), real, folder=shared / "real")
            kept.write_bytes(pickle.dumps(result))
    trained: TrainingResult = pickle.loads(kept.read_bytes())
    return trained


@pytest.fixture(scope="session")
def program() -> Program:
    """Run the real program in a process of its own."""

    def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hemline", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)

    return run


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> Program:
    """Run the program in this process: the same answers, without the start of another one."""

    def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = ["hemline", *map(str, arguments)]
        streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2)]
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", command)
            patch.setattr(sys, "stdout", streams[0])
            patch.setattr(sys, "stderr", streams[1])
            patch.chdir(cwd or Path.cwd())
            with pytest.raises(SystemExit) as ended:
                main()
        said, told = (stream.detach().getvalue().decode() for stream in streams)
        return subprocess.CompletedProcess(command, int(ended.value.code or 0), said, told)

    return run

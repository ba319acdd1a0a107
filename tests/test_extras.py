"""Every extra alone does what it is for: what others bring cannot be imported meanwhile."""

import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

import numpy as np
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pillow_heif import register_heif_opener

from tests.photos.drawing import draw_photo
from tests.serving.running import serve
from tests.test_requirements import EXTRAS

HIDE = """
import importlib.machinery
finder = importlib.machinery.PathFinder.find_spec
def find_spec(name, path=None, target=None):
    return None if name.partition(".")[0] in {hidden} else finder(name, path, target)
importlib.machinery.PathFinder.find_spec = find_spec
"""


def installed_with(extra):
    """Distributions that an installation with this extra alone has."""
    found, wanted = set(), [Requirement(f"hemline[{extra}]" if extra else "hemline")]
    while wanted:
        asked = wanted.pop()
        name = canonicalize_name(asked.name)
        key = (name, frozenset(asked.extras))
        if key in found:
            continue
        found.add(key)
        for text in needed(name):
            one = Requirement(text)
            if any(holds(one, each) for each in asked.extras or {""}):
                wanted.append(one)
    return {name for name, _ in found}


def needed(name):
    try:
        return requires(name) or []
    except PackageNotFoundError:  # for another system, or the build of another package
        return []


def holds(requirement, extra):
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


NAMES = ["", "train", "heic", "report", "doctor", "serve", "keras", "sklearn", "tables"]
NAMES += ["tensorboard", "mlflow", "wandb", "huggingface", "tflite"]
WITH_TORCH = {"train", "keras", "sklearn", "tensorboard", "mlflow", "wandb"}


@pytest.fixture
def extra(request, tmp_path, monkeypatch):
    allowed = installed_with(request.param) | {"hemline"}
    hidden = {
        module
        for module, owners in packages_distributions().items()
        if not allowed & set(map(canonicalize_name, owners))
        # What the interpreter and the editable installation need to begin.
        and not re.match(r"_distutils_hack|__editable__|pip|pkg_resources|_virtualenv", module)
    }
    assert ("torch" in hidden) == (request.param not in WITH_TORCH)
    assert {"pytest", "mypy", "playwright"} <= hidden
    (tmp_path / "sitecustomize.py").write_text(HIDE.format(hidden=sorted(hidden)))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path)]))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)  # earlier tests may have chosen one
    monkeypatch.setenv("MLFLOW_TRACKING_URI", (tmp_path / "mlflow").as_uri())
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_CACHE_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return request.param


def parquet(folder):
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(0)
    rows = [rng.integers(0, 256, 64).tolist() for _ in range(40)]
    columns = {"label": ["ab"[place % 2] for place in range(40)]}
    columns |= {f"pixel{place}": [row[place] for row in rows] for place in range(64)}
    pq.write_table(pa.table(columns), folder / "table.parquet")


ESTIMATOR = """
import numpy as np
from hemline import HemlineClassifier, open_dataset
train = open_dataset("sketches").train
fitted = HemlineClassifier("seed", epochs=1).fit(train.pixels[:500], train.labels[:500])
print(len(fitted.predict(train.pixels[:5])))
"""
SKETCHES = ("--data", "sketches")
USES = {
    "": [
        ("predict", "--test-index", "0", *SKETCHES),
        ("evaluate", "tiny", *SKETCHES),
        ("data", *SKETCHES),
        ("recipes",),
        ("models",),
        ("runs",),
        ("info",),
        ("predict", "photo.jpg", "--show", "seen.png"),
    ],
    "train": [("train", "seed", *SKETCHES, "--epochs", "1"), ("describe", "fast", *SKETCHES)],
    "heic": [("predict", "photo.heic")],
    "report": [("report", "tiny", *SKETCHES, "--out", "page.html")],
    "doctor": [("doctor", "tiny", *SKETCHES, "--html", "page.html")],
    "tflite": [("doctor", "tiny", *SKETCHES)],
    "keras": [("export", "tiny", "--format", "keras", "--out", "tiny.keras")],
    "huggingface": [("export", "tiny", "--format", "huggingface")],
    **{
        name: [("train", "seed", *SKETCHES, "--epochs", "1", "--track", name)]
        for name in ("tensorboard", "mlflow", "wandb")
    },
    "tables": [("data", "--data", "table.parquet")],
}


def write_photos(folder):
    photo = draw_photo("trousers", size=(90, 120))
    photo.save(folder / "photo.jpg")
    register_heif_opener()
    photo.save(folder / "photo.heic", "HEIF")


@pytest.mark.parametrize("extra", NAMES, indirect=True, ids=lambda extra: extra or "none")
def test_it_does_what_it_is_for(extra, program, tmp_path):
    write_photos(tmp_path)
    if extra == "tables":
        parquet(tmp_path)
    for use in USES.get(extra, []):
        done = program(*use, cwd=tmp_path)
        assert done.returncode in (0, 1), done.stderr  # 1: the doctor finds that data are others
        assert "Traceback" not in done.stderr
    if extra == "serve":
        with serve("tiny", log=tmp_path / "log") as server:
            assert server.infer(np.zeros((1, 28, 28), np.uint8)).status_code in (200, 400)
    if extra == "sklearn":
        command = [sys.executable, "-c", ESTIMATOR]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.stdout == "5\n", done.stderr


@pytest.mark.parametrize("extra", ["", "keras"], indirect=True, ids=["none", "keras"])
def test_what_is_missing_is_named(extra, program, tmp_path):
    write_photos(tmp_path)
    missing = {
        "heic": ("predict", "photo.heic"),
        "report": ("report", "tiny", *SKETCHES),
        "doctor": ("doctor", "tiny", *SKETCHES),
        "serve": ("serve", "tiny"),
    }
    if not extra:
        missing |= {"train": ("train", "seed", *SKETCHES), "keras": ("export", "tiny")}
        missing |= {"huggingface": ("export", "tiny", "--format", "huggingface")}
    for name, command in missing.items():
        done = program(*command, cwd=tmp_path)
        assert done.returncode == 2, (name, done.stdout)
        assert f"[{name}]" in done.stderr, done.stderr


@pytest.mark.parametrize("extra", ["doctor"], indirect=True)
def test_a_file_of_litert_without_it_names_the_extra(extra, program, tmp_path):
    (tmp_path / "net.tflite").write_bytes(b"TFL3")
    done = program("doctor", "net.tflite", *SKETCHES, cwd=tmp_path)
    assert done.returncode == 2
    assert "tflite" in done.stderr.replace("net.tflite", "")


def test_extras_are_all_tried():
    assert set(EXTRAS) - {"dev"} == set(NAMES) - {""}

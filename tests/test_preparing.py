"""Nothing is written at home, no library sends anything, and threads that wait sleep."""

import os
import subprocess
import sys

import pytest
from PIL import Image

from hemline.preparing import prepare

_LOAD = "Classifier.load('tiny').logits(numpy.zeros((1, 28, 28), 'u1'))"
_MAIN = "import sys; from hemline.cli import main; sys.argv = ['hemline',"
USES = {
    "library": f"import hemline, numpy; hemline.{_LOAD}",
    "module": f"import numpy; from hemline.classifier import Classifier; {_LOAD}",
    "command": f"{_MAIN} 'predict', '--model', 'tiny', 'shoe.png']; main()",
    "doctor": f"{_MAIN} 'doctor', 'tiny', '--data', 'sketches']; main()",
    "worker": (
        "import multiprocessing; from hemline import Classifier\n"
        "if __name__ == '__main__':\n"
        " worker = multiprocessing.get_context('spawn').Process(\n"
        "  target=Classifier.load, args=['tiny'])\n"
        " worker.start(); worker.join(); assert worker.exitcode == 0"
    ),
}


def left_at_home(code, home, exit_code=0):
    """Files in an empty home after some code, but for Hemline's own cache.

    Nothing says that tests are run, which would keep the library quiet.
    """
    machine = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    places = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "LANG": "C.UTF-8"}
    (home / "code.py").write_text(code)
    Image.new("L", (28, 28)).save(home / "shoe.png")
    done = subprocess.run(
        [sys.executable, home / "code.py"], env=machine | places, cwd=home, capture_output=True
    )
    assert done.returncode == exit_code, done.stderr.decode()
    left = {path.relative_to(home) for path in home.rglob("*") if path.is_file()}
    own = {path for path in left if path.parts[:2] == ("cache", "hemline")}
    return {str(path) for path in left - own} - {"code.py", "shoe.png"}


@pytest.mark.parametrize("use", USES)
def test_nothing_is_written_at_home(use, tmp_path):
    exit_code = 1 if use == "doctor" else 0  # findings: drawings are other data
    assert left_at_home(USES[use], tmp_path, exit_code) == set()


def test_onnx_runtime_alone_would_write(tmp_path):
    from onnxruntime import __version__

    if tuple(map(int, __version__.split(".")[:2])) < (1, 29):
        pytest.skip(f"ONNX Runtime {__version__} has no telemetry yet")
    assert left_at_home("import onnxruntime as o; o.SessionOptions()", tmp_path) != set()


def test_what_the_user_says_of_threads_is_kept():
    said = {"OMP_WAIT_POLICY": "ACTIVE", "ORT_DISABLE_TELEMETRY": "0"}
    prepare(said)
    assert said == {"OMP_WAIT_POLICY": "ACTIVE", "ORT_DISABLE_TELEMETRY": "1"}
    said = {"GOMP_SPINCOUNT": "5"}
    prepare(said)
    assert said["GOMP_SPINCOUNT"] == "5"


def test_threads_that_wait_sleep_soon_and_again_in_a_process_that_inherits_it():
    unsaid = {}
    prepare(unsaid)
    prepare(unsaid)
    assert (unsaid["OMP_WAIT_POLICY"], unsaid["GOMP_SPINCOUNT"]) == ("PASSIVE", "1000")

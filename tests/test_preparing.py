"""Nothing is written at home, no library sends anything, and threads that wait sleep."""

import os
import subprocess
import sys

import pytest
from PIL import Image

from hemline.preparing import prepare

_LOAD = "Classifier.load('tiny').logits(numpy.zeros((1, 28, 28), 'u1'))"
USES = {
    "library": f"import hemline, numpy; hemline.{_LOAD}",
    "module": f"import numpy; from hemline.classifier import Classifier; {_LOAD}",
    "command": "from hemline.cli import main; main(['predict', '--model', 'tiny', 'shoe.png'])",
    "doctor": "from hemline.cli import main; main(['doctor', 'tiny', '--data', 'sketches'])",
    "worker": (
        "import concurrent.futures as c, multiprocessing as m; from hemline import Classifier\n"
        "if __name__ == '__main__':\n"
        " with c.ProcessPoolExecutor(1, m.get_context('spawn')) as pool:\n"
        "  assert pool.submit(Classifier.load, 'tiny').exception(), 'a session cannot be sent'"
    ),
}


def left_at_home(code, home):
    """Files in an empty home after some code; nothing says that tests are run, which would help."""
    machine = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    places = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "LANG": "C.UTF-8"}
    (home / "code.py").write_text(code)
    Image.new("L", (28, 28)).save(home / "shoe.png")
    subprocess.run(
        [sys.executable, home / "code.py"], env=machine | places, cwd=home, capture_output=True
    )
    return {path.name for path in home.rglob("*") if path.is_file()} - {"code.py", "shoe.png"}


@pytest.mark.parametrize("use", USES)
def test_nothing_is_written_at_home(use, tmp_path):
    assert left_at_home(USES[use], tmp_path) == set()


def test_onnx_runtime_alone_would_write(tmp_path):
    from onnxruntime import InferenceSession, __version__

    if tuple(map(int, __version__.split(".")[:2])) < (1, 29):
        pytest.skip(f"ONNX Runtime {__version__} has no telemetry yet")
    assert InferenceSession
    assert left_at_home("import onnxruntime as o; o.SessionOptions()", tmp_path) != set()


def test_what_the_user_says_of_threads_is_kept():
    said = {"OMP_WAIT_POLICY": "ACTIVE", "ORT_DISABLE_TELEMETRY": "0"}
    prepare(said)
    assert said == {"OMP_WAIT_POLICY": "ACTIVE", "ORT_DISABLE_TELEMETRY": "1"}
    unsaid = {}
    prepare(unsaid)
    assert unsaid["OMP_WAIT_POLICY"] == "PASSIVE"

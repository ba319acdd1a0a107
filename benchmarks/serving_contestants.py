"""Who is compared by the benchmark of serving, how they are started, and what they are asked."""

import base64
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from common import PEERS, ROOT, Environment
from serving_load import Question

from hemline.classifier import Classifier
from hemline.data.fashion.sketches import draw_sketches
from hemline.models import find_model
from hemline.photos.fitting import admit, fit_pixels

sys.path.insert(0, str(ROOT.parent))
from tests.photos.drawing import COLOURS, draw_photo

PORT = 8391
TENSOR, PHOTO = "v2 tensor", "JPEG"
_SOURCE = {"PYTHONPATH": str(ROOT.parent / "src")}
_PHOTOS = ["pillow==13.0.0", "onnxruntime==1.32.0", "numpy==2.4.6"]
_HTTP = ["fastapi==0.165.0", "uvicorn[standard]==0.54.0"]
KERAS = Environment(
    "serving-keras",
    ["tensorflow-cpu==2.21.0", "keras==3.15.1", *_HTTP, *_PHOTOS],
    _SOURCE | {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"},
)
LITSERVE = Environment("serving-litserve", ["litserve==0.2.19", *_PHOTOS], _SOURCE)


@dataclass(frozen=True)
class Contestant:
    """A server, and what it is asked."""

    name: str
    command: list[str]
    questions: dict[str, Question]
    variables: dict[str, str] = field(default_factory=dict)


def contestants(model: str, folder: Path) -> list[Contestant]:
    """Hemline and its peers on one model, as many processes each as there are cores."""
    file, keras, cores = find_model(model), folder / "model.keras", str(os.cpu_count())
    program = [sys.executable, "-m", "hemline"]
    export = [*program, "export", str(file), "--format", "keras", "--out", str(keras)]
    subprocess.run(export, check=True, capture_output=True)
    ask = _Bodies(model, folder)
    # The others take whatever comes; so that it, too, takes 256 photographs, its queue is longer.
    options = ["--port", str(PORT), "--workers", cores, "--photo-queue", "512"]
    litserve = [LITSERVE.python(), str(PEERS / "serving_litserve.py"), str(file), str(PORT), cores]
    tutorial = [KERAS.python(), str(PEERS / "serving_keras.py"), str(keras), str(PORT)]
    label = r'"label":%[?1[,%]]'
    return [
        Contestant(
            "Hemline",
            [*program, "serve", str(file), *options],
            {
                TENSOR: ask.tensors(f"/v2/models/{file.stem}/infer"),
                PHOTO: ask.photo("/classify", label),
            },
        ),
        Contestant(
            "LitServe",
            litserve,
            {TENSOR: ask.tensors("/infer"), PHOTO: ask.packed_photo("/classify", label)},
            LITSERVE.variables,
        ),
        Contestant(
            "FastAPI, Keras in the handler",
            tutorial,
            {TENSOR: ask.tensors("/infer"), PHOTO: ask.photo("/classify", label)},
            KERAS.variables,
        ),
    ]


class _Bodies:
    """Files to be posted: a garment of every class, its label as the id; a photograph."""

    def __init__(self, model: str, folder: Path) -> None:
        self._tensors = [folder / f"{label}.json" for label in range(10)]
        self._photo, self._packed = folder / "photo.jpg", folder / "photo.json"
        classifier = Classifier.load(model)
        pixels, _ = draw_sketches(10, seed=4)
        for file, picture in zip(self._tensors, pixels, strict=True):
            taken = fit_pixels(admit(picture, classifier.intake), classifier.intake)
            tensor = {"name": "pixels", "datatype": "UINT8", "shape": list(taken.shape)}
            body = {
                "id": str(classifier.predict(taken)[0]),
                "inputs": [tensor | {"data": taken.ravel().tolist()}],
            }
            file.write_text(json.dumps(body, separators=(",", ":")))
        draw_photo("trousers", COLOURS["blue"], size=(400, 400)).save(self._photo)
        packed = base64.b64encode(self._photo.read_bytes()).decode()
        self._packed.write_text(json.dumps({"image": packed}))

    def tensors(self, path: str) -> Question:
        """The id comes back beside the label: an answer to somebody else's question is wrong."""
        right = r'"id":"(%d)".*"data":%[%1%]' if path != "/infer" else r'"label":%[%d%]'
        return Question(_url(path), "application/json", right, self._tensors)

    def photo(self, path: str, right: str) -> Question:
        """As a file."""
        return Question(_url(path), "image/jpeg", right, [self._photo])

    def packed_photo(self, path: str, right: str) -> Question:
        """As base64 in JSON."""
        return Question(_url(path), "application/json", right, [self._packed])


def _url(path: str) -> str:
    return f"http://127.0.0.1:{PORT}{path}"


@contextlib.contextmanager
def running(contestant: Contestant) -> Iterator["subprocess.Popen[bytes]"]:
    """A server that has answered once; in the end nothing of it stays."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            contestant.command,
            stdout=log,
            stderr=log,
            env=os.environ | contestant.variables,
            start_new_session=True,
        )
        try:
            while not answers(contestant.questions[TENSOR]):
                if process.poll() is not None:
                    log.seek(0)
                    sys.exit(f"{contestant.name} has ended:\n{log.read().decode()[-2000:]}")
                time.sleep(0.2)
            yield process
        finally:
            # Not SIGTERM: what still waits would be answered first, and some leave processes.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            _wait_for_the_port()


def answers(question: Question) -> bool:
    """Whether a server answers; one that has not yet forgotten a load does so after it."""
    body, kind = question.bodies[0].read_bytes(), {"Content-Type": question.kind}
    request = urllib.request.Request(question.url, body, kind)  # noqa: S310 - ours
    try:
        with urllib.request.urlopen(request, timeout=120) as reply:  # noqa: S310
            return bool(reply.status == 200)
    except OSError:
        return False


def _wait_for_the_port() -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", PORT)):
            return
        time.sleep(0.1)
    sys.exit(
        f"Expected port {PORT} to be free, received one that is taken; end what listens there."
    )

"""`hemline serve` beside its peers: requests a second, latency, and a long run at full load.

All serve one model file (the Keras peer the same network and weights as .keras) on loopback, in
turn; server and load share the machine. The load is hey's (apt-get install hey). Photographs go
through the same code everywhere, so that every contestant does the same work.

    python benchmarks/serving.py [--rounds 3] [--seconds 10] [--soak 600] [--model accurate]
"""

import argparse
import base64
import contextlib
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from common import PEERS, ROOT, Environment, write_result

from hemline.classifier import Classifier
from hemline.data.sketches import draw_sketches
from hemline.models import find_model

CONNECTIONS = (1, 32, 256)
PORT = 8391
SOURCE = {"PYTHONPATH": str(ROOT.parent / "src")}
_PHOTOS = ["pillow==13.0.0", "opencv-python-headless==5.0.0.93", "numpy==2.4.6"]
KERAS = Environment(
    "serving-keras",
    ["tensorflow-cpu==2.21.0", "keras==3.15.1", "fastapi==0.165.0", "uvicorn==0.54.0", *_PHOTOS],
    SOURCE | {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"},
)
LITSERVE = Environment("serving-litserve", ["litserve", "onnxruntime==1.32.0", *_PHOTOS], SOURCE)


@dataclass(frozen=True)
class Contestant:
    """A server, and where it takes tensors and photographs."""

    name: str
    command: list[str]
    tensors: str
    photos: str
    variables: dict[str, str] = field(default_factory=dict)
    takes: str = "JPEG"  # the form of a photograph


@dataclass(frozen=True)
class Load:
    """What hey measured: requests a second, seconds, and answers that were not 200."""

    rate: float
    p50: float
    p99: float
    lost: int


def contestants(model: str, folder: Path) -> list[Contestant]:
    """Hemline and its peers on one model."""
    file = find_model(model)
    keras = folder / "model.keras"
    export = [sys.executable, "-m", "hemline", "export", str(file), "--format", "keras"]
    subprocess.run([*export, "--out", str(keras)], check=True, capture_output=True)
    hemline = [sys.executable, "-m", "hemline", "serve", str(file), "--port", str(PORT)]
    infer = f"/v2/models/{file.stem}/infer"
    return [
        Contestant("Hemline", hemline, infer, "/classify"),
        Contestant(
            "LitServe",
            [LITSERVE.python(), str(PEERS / "serving_litserve.py"), str(file), str(PORT)],
            "/infer",
            "/infer",
            LITSERVE.variables,
            takes="JPEG, base64",
        ),
        Contestant(
            "FastAPI, Keras in the handler",
            [KERAS.python(), str(PEERS / "serving_keras.py"), str(keras), str(PORT)],
            "/infer",
            "/classify",
            KERAS.variables,
        ),
    ]


@contextlib.contextmanager
def running(contestant: Contestant, body: bytes) -> Iterator[subprocess.Popen[bytes]]:
    """A server that has answered once."""
    with tempfile.TemporaryFile() as log:
        variables = os.environ | contestant.variables
        process = subprocess.Popen(contestant.command, stdout=log, stderr=log, env=variables)
        try:
            while not answers(contestant.tensors, body):
                if process.poll() is not None:
                    log.seek(0)
                    sys.exit(f"{contestant.name} has ended:\n{log.read().decode()[-2000:]}")
                time.sleep(0.2)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            for child in psutil.Process(process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.terminate()
            process.wait(60)


def answers(path: str, body: bytes, kind: str = "application/json") -> bytes | None:
    """What a server answers; None if it does not."""
    url = f"http://127.0.0.1:{PORT}{path}"
    request = urllib.request.Request(url, body, {"Content-Type": kind})
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310 - ours
            content: bytes = reply.read()
            return content
    except OSError:
        return None


def hey(
    path: str, body: Path, kind: str, connections: int, seconds: float, rate: float = 0
) -> Load:
    """Load for so long; with `rate` requests a second in all, else as many as come back."""
    command = ["hey", "-c", str(connections), "-z", f"{seconds}s", "-m", "POST", "-T", kind]
    command += ["-t", "60", "-D", str(body)]
    if rate:
        command += ["-q", f"{rate / connections:.6f}"]
    url = f"http://127.0.0.1:{PORT}{path}"
    said = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    statuses = {int(s): int(n) for s, n in re.findall(r"\[(\d{3})\]\s+(\d+) responses", said)}
    failed = said.partition("Error distribution:")[2]  # lines of a count and a reason
    errors = sum(int(count) for count in re.findall(r"^\s*\[(\d+)\]", failed, re.M))
    good = statuses.pop(200, 0)
    total = float(re.search(r"Total:\s+([\d.]+) secs", said)[1])  # type: ignore[index]
    shares = dict(re.findall(r"(\d+)%+ in ([\d.]+) secs", said))
    p50, p99 = (float(shares.get(share, "nan")) for share in ("50", "99"))
    return Load(good / total, p50, p99, sum(statuses.values()) + errors)


def material(folder: Path, model: str) -> dict[str, tuple[Path, str]]:
    """The bodies that are sent, with their types."""
    sys.path.insert(0, str(ROOT.parent))
    from tests.photos.drawing import COLOURS, draw_photo

    pixels, labels = draw_sketches(10, seed=4)
    trousers = pixels[labels == 1]
    tensor = {"name": "pixels", "datatype": "UINT8", "shape": [1, 28, 28]}
    request = {"inputs": [tensor | {"data": trousers.ravel().tolist()}]}
    (folder / "tensor.json").write_text(json.dumps(request, separators=(",", ":")))
    draw_photo("trousers", COLOURS["blue"], size=(768, 1024)).save(folder / "photo.jpg")
    packed = base64.b64encode((folder / "photo.jpg").read_bytes()).decode()
    (folder / "photo.json").write_text(json.dumps({"image": packed}))
    if Classifier.load(model).predict(trousers) != 1:
        sys.exit("Expected a model that knows trousers, received another; name one with --model")
    return {
        "v2 tensor": (folder / "tensor.json", "application/json"),
        "JPEG": (folder / "photo.jpg", "image/jpeg"),
        "JPEG, base64": (folder / "photo.json", "application/json"),
    }


def measure(
    everybody: list[Contestant], bodies: dict[str, tuple[Path, str]], rounds: int, seconds: float
) -> dict[tuple[str, str, int], list[Load]]:
    """All rounds, contestants in turn."""
    found: dict[tuple[str, str, int], list[Load]] = {}
    ready = bodies["v2 tensor"][0].read_bytes()
    for _ in range(rounds):
        for contestant in everybody:
            with running(contestant, ready):
                for what, form, path in (
                    ("v2 tensor", "v2 tensor", contestant.tensors),
                    ("JPEG", contestant.takes, contestant.photos),
                ):
                    body, kind = bodies[form]
                    hey(path, body, kind, 4, min(seconds, 3))  # warm
                    for connections in CONNECTIONS:
                        load = hey(path, body, kind, connections, seconds)
                        found.setdefault((what, contestant.name, connections), []).append(load)
                        print(what, contestant.name, connections, load, file=sys.stderr)
    return found


def half_load(hemline: Contestant, body: Path, kind: str, peak: float, seconds: float) -> Load:
    """Hemline at half of its peak."""
    with running(hemline, body.read_bytes()):
        hey(hemline.tensors, body, kind, 4, min(seconds, 3))
        return hey(hemline.tensors, body, kind, 32, seconds, rate=peak / 2)


def soak(hemline: Contestant, body: Path, kind: str, seconds: float) -> str:
    """Full load for long, every answer of one client compared, memory every ten seconds."""
    content, wrong, checked, stop = body.read_bytes(), 0, 0, threading.Event()
    memory: list[float] = []

    def check() -> None:
        nonlocal wrong, checked
        while not stop.is_set():
            answer = json.loads(answers(hemline.tensors, content) or b"{}")
            wrong += answer.get("outputs", [{}, {}])[1].get("data") != [1]
            checked += 1

    with running(hemline, content) as process:

        def watch() -> None:
            while not stop.wait(seconds / 60):
                tree = [psutil.Process(process.pid)]
                tree += tree[0].children(recursive=True)
                memory.append(sum(one.memory_info().rss for one in tree) / 1e6)

        threads = [threading.Thread(target=work) for work in (check, watch)]
        for thread in threads:
            thread.start()
        load = hey(hemline.tensors, body, kind, 32, seconds)
        stop.set()
        for thread in threads:
            thread.join()
    first, last = statistics.mean(memory[5:15]), statistics.mean(memory[-10:])
    return (
        f"{seconds:g} s at full load, 32 connections: {load.rate * seconds:,.0f} answers, "
        f"{load.lost} lost; {checked:,} compared, {wrong} wrong; memory of all processes "
        f"{first:.0f} MB in the beginning, {last:.0f} MB in the end."
    )


def table(found: dict[tuple[str, str, int], list[Load]]) -> str:
    """Medians over the rounds."""
    rows = [
        "| | connections | requests/s | p50 | p99 | not 200 | Hemline is |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for (what, name, connections), loads in sorted(found.items(), key=lambda one: one[0][::2]):
        rate, p50, p99 = (
            statistics.median(getattr(load, key) for load in loads)
            for key in ("rate", "p50", "p99")
        )
        mine = statistics.median(load.rate for load in found[what, "Hemline", connections])
        times = "" if name == "Hemline" else f"{mine / rate:.1f} times" if rate else "-"
        rows.append(
            f"| {what}, {name} | {connections} | {rate:,.1f} | {1000 * p50:.1f} ms "
            f"| {1000 * p99:.1f} ms | {sum(load.lost for load in loads)} | {times} |"
        )
    return "\n".join(rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--soak", type=float, default=600)
    parser.add_argument("--model", default="accurate")
    options = parser.parse_args()
    if shutil.which("hey") is None:
        sys.exit("Expected the load generator hey; run: apt-get install hey")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bodies = material(folder, options.model)
        everybody = contestants(options.model, folder)
        found = measure(everybody, bodies, options.rounds, options.seconds)
        peaks = [load.rate for load in found["v2 tensor", "Hemline", 32]]
        tensor = bodies["v2 tensor"]
        half = half_load(everybody[0], *tensor, statistics.median(peaks), options.seconds)
        lines = [
            table(found),
            f"At half of the peak ({half.rate:,.0f} requests/s): p50 {1000 * half.p50:.1f} ms, "
            f"p99 {1000 * half.p99:.1f} ms, {half.lost} not 200.",
            soak(everybody[0], *tensor, options.soak) if options.soak else "",
            f"Model {options.model}; medians of {options.rounds} rounds of {options.seconds:g} s.",
        ]
    write_result("serving", "\n\n".join(filter(None, lines)))


if __name__ == "__main__":
    main()

"""How long a whole `hemline doctor` process takes, from cold, on up to a million weights."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import keras
import torch
from doctor_models import FOLDER, plain
from doctor_pipelines import flat_scores, keras_file, keras_layers, softmax
from doctor_server import serve

from hemline.models import find_model

_MODULE = """
import torch
from torch import nn
net = nn.Sequential(nn.Linear(784, 1250), nn.ReLU(), nn.Linear(1250, 10))
net.load_state_dict(torch.load({path!r}, weights_only=True))
@torch.no_grad()
def predict_proba(pixels):
    return net(torch.tensor(pixels).float().reshape(-1, 784) / 255).softmax(1)
"""


def cold_seconds(folder: Path) -> list[tuple[str, float, float]]:
    """What was examined, and the seconds of the process, imports and all: by clock and of CPU."""
    return [(name, *_seconds(target, folder)) for name, target in _targets(folder)]


def cold_table(rows: list[tuple[str, float, float]]) -> str:
    """The table."""
    lines = ["| `hemline doctor` from cold, two threads | Seconds | of CPU |"]
    lines += ["| --- | ---: | ---: |"]
    return "\n".join(lines + [f"| {name} | {wall:.1f} | {cpu:.1f} |" for name, wall, cpu in rows])


def _seconds(target: str, folder: Path) -> tuple[float, float]:
    began, before = time.perf_counter(), os.times()
    done = subprocess.run(
        [sys.executable, "-m", "hemline", "doctor", target],
        cwd=folder,
        env=os.environ | {"OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{target}: {done.stdout}{done.stderr}")
    after = os.times()
    cpu = sum(after[2:4]) - sum(before[2:4])  # of children that have ended, and theirs
    return time.perf_counter() - began, cpu


def _targets(folder: Path) -> Iterator[tuple[str, str]]:
    net = plain("wide", steps=300)
    size = f"{sum(value.numel() for value in net.parameters()):,} weights"
    yield "accurate.onnx, 1,150,000 weights", str(find_model("accurate"))
    layers = [keras.layers.Rescaling(1 / 255), *keras_layers(net), keras.layers.Softmax()]
    yield f".keras file, {size}", str(keras_file(folder / "wide.keras", layers, "uint8"))
    torch.save(net.state_dict(), FOLDER / "wide.pt")
    (folder / "wide.py").write_text(_MODULE.format(path=str(FOLDER / "wide.pt")))
    yield f"module:function in PyTorch, {size}", "wide:predict_proba"
    scores = partial(flat_scores, net)
    yield f"server, {size}", serve(lambda x: softmax(scores(x)))

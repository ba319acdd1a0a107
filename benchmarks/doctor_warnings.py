"""What a user is told today: warnings of Keras, skorch and PyTorch while a pipeline predicts."""

import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnxruntime
import torch
from common import BENCH
from torch import nn

SKORCH = BENCH / "skorch"  # beside the environment, which does without it
_PACKAGES = ["skorch==1.4.0", "tabulate==0.9.0", "tqdm==4.70.1"]


def count_warnings(target: Any, inputs: np.ndarray, way: str = "array") -> int:
    """Warnings, and lines on standard error, while `target` predicts `inputs`; an error is one.

    A `.keras` file predicts with Keras, an `.onnx` file with ONNX Runtime, a callable by itself
    and, where it gives scores, through skorch's `NeuralNetClassifier`. A server's are its own.
    """
    seen: list[int] = []
    with _counted(seen):
        _predict(target, inputs, way)
    return sum(seen)


@contextmanager
def _counted(seen: list[int]) -> Iterator[None]:
    """Count what is said inside, on the file descriptor too: ONNX Runtime writes there."""
    kept = os.dup(2)
    with tempfile.TemporaryFile() as lines, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", DeprecationWarning)  # as Python does for its users
        os.dup2(lines.fileno(), 2)
        try:
            yield
        except Exception:
            seen.append(1)
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        lines.seek(0)
        seen += [len(caught), sum(bool(line.strip()) for line in lines)]


def _predict(target: Any, inputs: np.ndarray, way: str) -> None:
    path = str(target)
    if path.endswith(".keras"):
        keras.saving.load_model(path).predict(inputs, verbose=0)
    elif path.endswith(".onnx") or isinstance(target, Path):
        file = Path(target) / "model.onnx" if Path(target).is_dir() else Path(target)
        session = onnxruntime.InferenceSession(file)
        source = session.get_inputs()[0]
        size = source.shape[0] if isinstance(source.shape[0], int) else len(inputs)
        session.run(None, {source.name: inputs[:size]})
    elif callable(target):
        raw = target(torch.from_numpy(inputs) if way != "array" else inputs)
        if (
            isinstance(raw, np.ndarray | torch.Tensor)
            and np.ndim(raw) == 2
            and len(raw) == len(inputs)
        ):
            _through_skorch(target, inputs, way)


def _through_skorch(target: Callable, inputs: np.ndarray, way: str) -> None:
    from skorch import NeuralNetClassifier

    class Through(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.unused = nn.Parameter(torch.zeros(1))  # skorch makes an optimiser at once

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.as_tensor(np.asarray(target(x if way != "array" else x.numpy())))

    NeuralNetClassifier(Through, criterion=nn.CrossEntropyLoss).initialize().predict_proba(inputs)


def install_skorch() -> None:
    """Put skorch where it can be imported, without its dependencies, which are there."""
    if not (SKORCH / "skorch").exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", SKORCH]
        subprocess.run([*command, *_PACKAGES], check=True)
    sys.path.append(str(SKORCH))

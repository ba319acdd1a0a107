"""Checkpoints: what a training needs to go on to the very same weights."""

import json
from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from hemline.errors import RunError
from hemline.files import write_whole

Parts = dict[str, dict[str, Tensor]]


def save_checkpoint(path: Path, parts: Parts, epochs: list[dict[str, Any]]) -> None:
    """Write tensors by part and name, and the figures of all epochs, whole or not at all.

    Raises:
        OSError: the folder cannot be written; an older checkpoint stays.
    """
    tensors = {
        f"{part}.{name}": tensor.contiguous()  # not channels last
        for part, named in parts.items()
        for name, tensor in named.items()
    }
    write_whole(path, save(tensors, metadata={"epochs": json.dumps(epochs)}))


def load_checkpoint(path: Path) -> tuple[Parts, list[dict[str, Any]]]:
    """Tensors by part and name, and the figures of the epochs behind them.

    Raises:
        RunError: the file is damaged.
    """
    parts: Parts = {}
    try:
        with safe_open(path, framework="pt") as file:
            for key in file.keys():  # noqa: SIM118
                part, _, name = key.partition(".")
                parts.setdefault(part, {})[name] = file.get_tensor(key)
            epochs: list[dict[str, Any]] = json.loads(file.metadata()["epochs"])
    except Exception as error:  # safetensors and json each raise their own
        raise RunError(
            f"Expected the checkpoint of this run, received {path} that cannot be read "
            f"({str(error).splitlines()[0]}); begin again in a new folder."
        ) from error
    return parts, epochs

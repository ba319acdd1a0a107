"""Checkpoints: what a training needs to go on to the very same weights."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from hemline.errors import RunError
from hemline.files import is_endless, write_whole
from hemline.run_files import parse_epochs

Parts = dict[str, dict[str, Tensor]]


def save_checkpoint(path: Path, parts: Parts, epochs: list[dict[str, Any]], run: str) -> None:
    """Write tensors by part and name, and the figures of all epochs, whole or not at all.

    Args:
        path: of the file.
        parts: the tensors.
        epochs: figures of the epochs behind.
        run: tells the training from all others; nobody else can load it.

    Raises:
        OSError: the folder cannot be written; an older checkpoint stays.
    """
    tensors = {
        f"{part}.{name}": tensor.contiguous()  # not channels last
        for part, named in parts.items()
        for name, tensor in named.items()
    }
    behind = json.dumps(epochs)
    checksum = _checksum(tensors, behind, run)
    write_whole(path, save(tensors, metadata={"epochs": behind, "run": run, "sha256": checksum}))


def load_checkpoint(path: Path, run: str) -> tuple[Parts, list[dict[str, Any]]]:
    """Tensors by part and name, and the figures of the epochs behind them.

    Raises:
        RunError: the file is damaged, or of another run.
    """
    tensors, metadata = _read(path)
    epochs = metadata.get("epochs", "")
    if metadata.get("sha256") != _checksum(tensors, epochs, metadata.get("run", "")):
        raise _not_of_this_run(path, "whose checksum does not fit its content")
    if metadata.get("run") != run:
        raise _not_of_this_run(
            path, "of a training with another recipe, other data or another seed"
        )
    parts: Parts = {}
    for key, tensor in tensors.items():
        part, _, name = key.partition(".")
        parts.setdefault(part, {})[name] = tensor
    try:
        return parts, parse_epochs(epochs)
    except ValueError as error:
        raise _not_of_this_run(path, f"whose figures cannot be read ({error})") from error


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    if is_endless(path):  # to open a pipe would take for ever
        raise _not_of_this_run(path, "that is a device or a pipe")
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
            return tensors, file.metadata() or {}
    except Exception as error:  # safetensors raises its own, and what it reads with
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise _not_of_this_run(path, f"that cannot be read ({reason})") from error


def _checksum(tensors: dict[str, Tensor], epochs: str, run: str) -> str:
    """SHA-256 over names, kinds, shapes and bytes of all tensors, and over the rest."""
    digest = sha256(f"{run}\n{epochs}\n".encode())
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.view(torch.uint8).numpy().data if tensor.ndim else tensor.numpy().data)
    return digest.hexdigest()


def _not_of_this_run(path: Path, received: str) -> RunError:
    return RunError(
        f"Expected the checkpoint of this run, received {path} {received}; "
        "begin again in a new folder."
    )

"""Checkpoints: what a training needs to go on to the very same weights."""

import json
from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from hemline.errors import RunError
from hemline.files import write_whole
from hemline.networks import Network
from hemline.training.optimisers import Optimiser


def save_checkpoint(
    path: Path, network: Network, optimiser: Optimiser, epochs: list[dict[str, Any]]
) -> None:
    """Write weights, optimiser and the figures of all epochs behind them, whole or not at all.

    Raises:
        OSError: the folder cannot be written; an older checkpoint stays.
    """
    tensors = {f"network.{key}": value for key, value in network.state_dict().items()}
    tensors |= {f"optimiser.{key}": value for key, value in optimiser.state().items()}
    plain = {key: value.contiguous() for key, value in tensors.items()}  # not channels last
    write_whole(path, save(plain, metadata={"epochs": json.dumps(epochs)}))


def load_checkpoint(path: Path, network: Network, optimiser: Optimiser) -> list[dict[str, Any]]:
    """Put weights and optimiser back, and return the figures of the epochs behind them.

    Raises:
        RunError: the file is damaged, or belongs to another network.
    """
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
            epochs: list[dict[str, Any]] = json.loads(file.metadata()["epochs"])
        network.load_state_dict(_below("network.", tensors))
        optimiser.load_state(_below("optimiser.", tensors))
    except Exception as error:  # safetensors, json and torch each raise their own
        raise RunError(
            f"Expected the checkpoint of this run, received {path} that cannot be read "
            f"({str(error).splitlines()[0]}); begin again in a new folder."
        ) from error
    return epochs


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)
    }

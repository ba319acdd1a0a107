"""The folder that one training leaves: what each file is called, and what it says."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class RunFiles:
    """What lies in a run folder, and what it says.

    Whoever reads may find a file missing (`OSError`) or spoilt (`ValueError`).
    """

    folder: Path

    @property
    def recipe(self) -> Path:
        """Everything that determined the training, but for the seed."""
        return self.folder / "recipe.toml"

    @property
    def environment(self) -> Path:
        """Seed, data, versions and machine."""
        return self.folder / "environment.json"

    @property
    def account(self) -> Path:
        """What became of every file of the data, where they were files."""
        return self.folder / "account.json"

    @property
    def metrics(self) -> Path:
        """One JSON object a line, one line an epoch."""
        return self.folder / "metrics.jsonl"

    @property
    def checkpoint(self) -> Path:
        """Weights and optimiser after the last whole epoch."""
        return self.folder / "checkpoint.safetensors"

    @property
    def model(self) -> Path:
        """The model file."""
        return self.folder / "model.onnx"

    def read_recipe(self) -> dict[str, Any]:
        """The keys of the recipe."""
        return tomllib.loads(self.recipe.read_text(encoding="utf-8"))

    def read_environment(self) -> dict[str, Any]:
        """What `environment.json` says."""
        facts: dict[str, Any] = json.loads(self.environment.read_bytes())
        return facts

    def read_metrics(self) -> list[dict[str, Any]]:
        """The figures of every epoch that is through; none before the first one is."""
        lines = self.metrics.read_bytes().splitlines() if self.metrics.exists() else []
        return [json.loads(line) for line in lines]

"""Who runs in `rungs.py`: Hemline's settings and its peers."""

import hashlib
import sys
from dataclasses import dataclass, field
from typing import NamedTuple

from common import JAX, PEERS, PYTORCH, SKLEARN, TENSORFLOW, Environment

from hemline import load_recipe


class Setting(NamedTuple):
    """A test accuracy in percent and what of Hemline is to reach it, in the mean of its seeds."""

    rung: int
    recipe: str
    changes: tuple[str, ...] = ()
    seeds: int = 5

    def __str__(self) -> str:
        return " ".join([self.recipe, *self.changes])


class Peer(NamedTuple):
    """A script of `peers/` and the epochs that its tutorial trains; 0 if it knows no epochs."""

    name: str
    script: str
    environment: Environment
    epochs: int

    def label(self, epochs: int) -> str:
        """Its name beside the epochs after which it stops."""
        plural = "s" if epochs > 1 else ""
        return f"{self.name}, {epochs} epoch{plural}" if self.epochs else self.name

    def command(self, *options: str) -> list[str]:
        """All but the seed and the folder."""
        return [self.environment.python(), str(PEERS / self.script), *options]


ALL_PEERS = [
    Peer("Keras tutorial on TensorFlow", "keras_tutorial.py", TENSORFLOW, 10),
    Peer("Keras tutorial on JAX", "keras_tutorial.py", JAX, 10),
    Peer("PyTorch perceptron", "pytorch_tutorial.py", PYTORCH, 10),
    Peer("Keras convnet on TensorFlow", "keras_cnn.py", TENSORFLOW, 15),
    Peer("PyTorch convnet", "pytorch_cnn.py", PYTORCH, 10),
    Peer("HOG and SVM of scikit-learn", "sklearn_hog_svm.py", SKLEARN, 0),
]


@dataclass(frozen=True)
class Contestant:
    """One command that is timed; `key` is what its times are kept under."""

    label: str
    key: str
    command: list[str]
    rounds: int
    variables: dict[str, str] = field(default_factory=dict)
    option: tuple[str, ...] = ()  # goes before the folder of the model
    hemline: bool = False


def hemline_contestant(setting: Setting, threads: int) -> Contestant:
    """The process that imports, reads the data, trains, exports and evaluates by a setting."""
    recipe = load_recipe(setting.recipe, setting.changes).to_toml()
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:8]  # times are of a recipe as it was
    command = [
        sys.executable,
        "-m",
        "hemline",
        "demo",
        "--no-report",
        "--json",
        "--recipe",
        setting.recipe,
    ]
    for change in setting.changes:
        command += ["--set", change]
    key = f"Hemline, {setting}, {digest}, {threads} threads"
    return Contestant(str(setting), key, command, setting.seeds, option=("--out",), hemline=True)


def peer_contestant(peer: Peer, epochs: int, rounds: int, threads: int) -> Contestant:
    """A peer that stops after so many epochs."""
    options = ["--epochs", str(epochs)] if peer.epochs else []
    label = peer.label(epochs)
    key = f"{label}, {threads} threads"
    return Contestant(label, key, peer.command(*options), rounds, peer.environment.variables)

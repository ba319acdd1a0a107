"""The parts of a training that run in C, and what their absence costs."""

from importlib.machinery import PathFinder
from pathlib import Path
from typing import NamedTuple


class Engine(NamedTuple):
    """A C extension, built where this was installed if there was a compiler.

    Attributes:
        module: its name.
        work: what it does.
        without: what PyTorch alone takes in its place.
    """

    module: str
    work: str
    without: str

    @property
    def is_built(self) -> bool:
        """Whether it is there; nothing is imported to find out."""
        folder = Path(__file__).parent / self.module.split(".")[1]
        return PathFinder.find_spec(self.module, [str(folder)]) is not None


PERCEPTRONS = Engine(
    "hemline.training._dense", "trains perceptrons", "five times as long for a perceptron"
)
CONVOLUTIONS = Engine(
    "hemline.networks._fused",
    "does what lies between convolutions",
    "up to a third longer for a convolutional network",
)


def slow_path(network: str) -> str:
    """What to tell of a training that has to do without its engine; empty where it has it."""
    engine = PERCEPTRONS if network == "mlp" else CONVOLUTIONS
    if engine.is_built or network == "own":
        return ""
    return (
        f"Slow: {engine.module} is not built, and PyTorch alone takes {engine.without}; "
        "install a C compiler, then Hemline again."
    )

"""Whether an installed wheel does its work: its extensions, in either order with PyTorch.

    python packaging/try_wheel.py [--pure]

Two copies of OpenMP may lie in one process, PyTorch's and the system's; whichever comes first, an
epoch of a perceptron and one of a convolutional network are trained, and the model file answers.
"""

import subprocess
import sys
import tempfile

EXTENSIONS = ("hemline.training._dense", "hemline.networks._fused")
_ALONE = """
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path

home = Path(find_spec("hemline").origin).parent
for name in sys.argv[2:]:  # by itself: its package would import PyTorch
    spec = PathFinder.find_spec(name, [str(home / name.split(".")[1])])
    spec.loader.exec_module(module_from_spec(spec))
"""
_TRAIN = """
import sys

from hemline import Classifier, load_recipe, open_dataset, train

sketches = open_dataset("sketches")
for recipe in ("seed", "fast"):
    result = train(load_recipe(recipe, ["epochs=1"]), sketches, folder=f"{sys.argv[1]}/{recipe}")
    accuracy = Classifier.load(result.run.folder).score(sketches.test.pixels, sketches.test.labels)
    assert accuracy > 0.5, (recipe, accuracy)
"""


def run(program: str, *arguments: str) -> None:
    """In a process of its own, with warnings as errors."""
    command = [sys.executable, "-W", "error", "-c", program, *arguments]
    subprocess.run(command, check=True, timeout=600, cwd=tempfile.gettempdir())


def main() -> None:
    """Try everything, or say in a traceback what does not work."""
    pure = "--pure" in sys.argv[1:]
    built = "from hemline.engines import CONVOLUTIONS, PERCEPTRONS\n"
    run(f"{built}assert {{PERCEPTRONS.is_built, CONVOLUTIONS.is_built}} == {{{not pure}}}")
    with tempfile.TemporaryDirectory() as folder:
        run(f"import torch\n{_TRAIN}", f"{folder}/after")
        if not pure:
            run(f"{_ALONE}\n{_TRAIN}", f"{folder}/before", *EXTENSIONS)
    print("The wheel works.")


if __name__ == "__main__":
    main()

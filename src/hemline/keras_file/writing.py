"""A `.keras` file: written, opened again and compared before it appears."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.classifier import Classifier
from hemline.comparing import difference
from hemline.errors import HemlineError
from hemline.files import whole_file
from hemline.keras_file.backend import choose_backend
from hemline.pixels import Pixels


@dataclass(frozen=True)
class KerasFile:
    """What was written.

    Attributes:
        path: of the file.
        parameters: numbers that a further training would change.
        difference: from the model file's logits, the largest on the pictures compared.
        backend: that Keras worked on.
    """

    path: Path
    parameters: int
    difference: float
    backend: str


def write_keras(classifier: Classifier, path: str | Path) -> KerasFile:
    """Write the network and weights of a model file as a `.keras` file, compiled.

    It takes pixels uint8 in the model's form and gives logits float32, one a class; a file that is
    there is replaced. Keras works on PyTorch unless KERAS_BACKEND or keras.json say otherwise.

    Raises:
        HemlineError: `path` does not end in `.keras`.
        ModelFileError: the network has no Keras form.
        OSError: the file cannot be written.
    """
    path = Path(path)
    if path.suffix != ".keras":
        raise HemlineError(
            f"Expected a file that ends in .keras, received {path}; name it model.keras, say."
        )
    choose_backend()
    import keras

    from hemline.keras_file.network import read_network

    with keras.device("cpu"), whole_file(path) as temporary:  # a GPU may compute less exactly
        network = read_network(classifier.path, classifier.form)
        _compile(network)
        network.save(temporary)
        opened = keras.saving.load_model(temporary)
        farthest = difference(classifier, partial(_answer, opened), "a Keras network", "Keras form")
    parameters = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    return KerasFile(path, parameters, farthest, keras.backend.backend())


def _compile(network: Any) -> None:
    """Make ready for evaluate and fit, as in the Keras tutorial."""
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    # Keras expects the moments in a compiled file, and warns whoever opens it if they are not.
    network.optimizer.build(network.trainable_variables)
    # Keras on PyTorch would write an Adam that the other backends lack, and forbid JAX to compile.
    settings = network.get_compile_config() | {"optimizer": "adam", "jit_compile": "auto"}
    network.get_compile_config = lambda: settings


def _answer(network: Any, pixels: Pixels) -> NDArray[np.float32]:
    import keras

    logits: NDArray[np.float32] = keras.ops.convert_to_numpy(network(pixels, training=False))
    return logits

"""A model file, pictures, and a server that most tests share."""

import io
import shutil

import numpy as np
import onnx
import pytest
from PIL import Image

from hemline.classifier import Classifier
from hemline.data.fashion.sketches import draw_sketches
from hemline.models import find_model
from tests.photos.drawing import COLOURS, draw_photo
from tests.serving.own import BRIGHT, COLOUR, DARK, GREY, NAMES, train_own
from tests.serving.running import serve
from tests.unsealed import load_unsealed


@pytest.fixture(scope="session")
def model_file(tmp_path_factory):
    """The smallest model that comes with Hemline, under a name of its own."""
    return shutil.copy(find_model("tiny"), tmp_path_factory.mktemp("served") / "garments.onnx")


@pytest.fixture(scope="session")
def another_file(model_file, tmp_path_factory):
    """The same network in another file: another version."""
    model = load_unsealed(model_file)
    model.doc_string = "another"
    path = tmp_path_factory.mktemp("another") / "garments.onnx"
    onnx.save(model, path)
    return path


@pytest.fixture(scope="session")
def classifier(model_file):
    return Classifier.load(model_file)


@pytest.fixture(scope="session")
def pixels():
    """Ten drawn garments."""
    return draw_sketches(10, seed=4)[0]


@pytest.fixture(scope="session")
def photo():
    """A drawn photograph of trousers as a JPEG."""
    return encoded(draw_photo("trousers", COLOURS["blue"], size=(300, 400)), "JPEG")


@pytest.fixture(scope="session")
def server(model_file, tmp_path_factory):
    """A server with the usual limits."""
    with serve(model_file, log=tmp_path_factory.mktemp("server") / "log") as started:
        yield started


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    """Run folders of models for own classes, by name, trained when they are first asked for."""
    folder, made = tmp_path_factory.mktemp("own"), {}
    kinds = {
        "colour": (NAMES, COLOUR, "Farben <i>und</i> 靴"),
        "two": (("no", "yes"), DARK, "answers"),
        "grey": (("upright", "lying", "neither"), GREY, "shapes"),
        "letters": ([f"letter {place}" for place in range(26)], BRIGHT, "letters"),
        "thousand": ([str(place) for place in range(1000)], BRIGHT, "a thousand"),
    }

    def run(kind):
        if kind not in made:
            made[kind] = train_own(folder / kind, *kinds[kind])
        return made[kind]

    return run


@pytest.fixture(scope="session")
def own(runs, tmp_path_factory):
    """A server of a model in colour with classes of its own."""
    with serve(runs("colour"), log=tmp_path_factory.mktemp("own-server") / "log") as started:
        yield started


def encoded(image, kind="PNG", **options):
    """A picture file of a Pillow image or of an array."""
    image = Image.fromarray(image) if isinstance(image, np.ndarray) else image
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()

"""Folders for Hugging Face's libraries: the values that these give, the model file's answers."""

import json

import numpy as np
import onnxruntime
import pytest
from PIL import Image

from hemline import Classifier
from hemline.errors import HemlineError, ModelFileError
from hemline.hugging_face import write_hugging_face
from hemline.pixels import Form, noise
from hemline.training.calibration import Calibration
from tests.untrained import write_untrained

GREY, COLOUR = Form(28, 28, 1, "dark"), Form(32, 48, 3, "bright")


def untrained(folder, form, **options):
    names = ["Hose", "кот", '"c"']
    write_untrained(folder / "model.onnx", names, form, kind="residual", widths=(8, 8), **options)
    return Classifier.load(folder / "model.onnx")


def given(picture, document):
    """What a library makes of a picture of the right size, as its settings say."""
    assert document["do_convert_rgb"]
    assert document["do_rescale"]
    assert not document["do_normalize"]
    values = np.asarray(picture.convert("RGB"), np.float32) * np.float32(document["rescale_factor"])
    return values.transpose(2, 0, 1)


def answers(folder, pictures):
    document = json.loads((folder / "preprocessor_config.json").read_text())
    session = onnxruntime.InferenceSession(folder / "onnx" / "model.onnx")
    (logits,) = session.run(
        None, {"pixel_values": np.stack([given(p, document) for p in pictures])}
    )
    return logits


@pytest.mark.parametrize("form", [GREY, COLOUR], ids=str)
@pytest.mark.parametrize("mirrored", [False, True])
def test_pictures_of_the_form_get_the_same_logits(form, mirrored, tmp_path):
    classifier = untrained(tmp_path, form, mirrored=mirrored, calibration=Calibration(1.7, -0.4))
    written = write_hugging_face(classifier, tmp_path / "folder")
    pixels = noise(form, 30)
    logits = answers(written.path, [Image.fromarray(one) for one in pixels])
    assert np.abs(logits - classifier.logits(pixels)).max() < 1e-5
    assert written.difference < 1e-5


def test_colour_becomes_grey_as_pillow_has_it(tmp_path):
    classifier = untrained(tmp_path, GREY)
    written = write_hugging_face(classifier, tmp_path / "folder")
    colours = np.random.default_rng(1).integers(0, 256, (40, 28, 28, 3), np.uint8)
    colours[:, [0, -1]] = colours[:, :, [0, -1]] = 0  # a dark border, as `as_pixels` asks for
    pictures = [Image.fromarray(one) for one in colours]
    greys = np.stack([np.asarray(picture.convert("L")) for picture in pictures])
    logits = answers(written.path, pictures)
    assert np.abs(logits - classifier.logits(greys)).max() < 1e-5


def test_every_level_of_grey_stays_what_it_is(tmp_path):
    classifier = untrained(tmp_path, GREY)
    written = write_hugging_face(classifier, tmp_path / "folder")
    levels = np.arange(676, dtype=np.int64).reshape(26, 26) % 256
    pixels = np.pad(levels.astype(np.uint8), 1)[None]
    logits = answers(written.path, [Image.fromarray(pixels[0])])
    assert np.abs(logits - classifier.logits(pixels)).max() < 1e-5


def test_the_folder_says_what_libraries_ask_for(tmp_path):
    classifier = untrained(tmp_path, COLOUR)
    folder = write_hugging_face(classifier, tmp_path / "folder").path
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert config["id2label"] == {"0": "Hose", "1": "кот", "2": '"c"'}
    assert config["label2id"] == {"Hose": 0, "кот": 1, '"c"': 2}
    size = json.loads((folder / "preprocessor_config.json").read_text())["size"]
    assert size == {"height": 32, "width": 48}
    session = onnxruntime.InferenceSession(folder / "onnx" / "model.onnx")
    (pixels,), (logits,) = session.get_inputs(), session.get_outputs()
    assert (pixels.name, pixels.shape[1:]) == ("pixel_values", [3, 32, 48])
    assert (logits.name, logits.shape[1:]) == ("logits", [3])
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\npipeline_tag: image-classification\n")
    assert classifier.trained_on in card
    (tmp_path / "plain").mkdir()  # whoever reads other folders reads this one
    assert folder.stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_folder_is_whole_or_not_there(tmp_path, monkeypatch):
    classifier = untrained(tmp_path, GREY)
    before = set(tmp_path.iterdir())

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hemline.hugging_face._card", full)
    with pytest.raises(OSError, match="No space left"):
        write_hugging_face(classifier, tmp_path / "folder")
    assert set(tmp_path.iterdir()) == before
    monkeypatch.undo()
    (tmp_path / "folder").mkdir()
    write_hugging_face(classifier, tmp_path / "folder")  # an empty one is as good as none
    kept = sorted(tmp_path.rglob("*"))
    with pytest.raises(HemlineError, match="that holds something"):
        write_hugging_face(classifier, tmp_path / "folder")
    assert sorted(tmp_path.rglob("*")) == kept


def test_what_would_answer_otherwise_is_refused(tmp_path, monkeypatch):
    classifier = untrained(tmp_path, GREY)
    monkeypatch.setattr("hemline.hugging_face._LUMA", (19595, 38470, 0))
    with pytest.raises(ModelFileError, match="logits that differ by"):
        write_hugging_face(classifier, tmp_path / "folder")
    assert not (tmp_path / "folder").exists()

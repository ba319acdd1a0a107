"""One schema for what a model file says of itself; files of the first format are still read."""

import json

import numpy as np
import onnx
import pytest
from onnx import helper

from hemline import Classifier
from hemline.errors import ModelFileError
from hemline.photos import Intake
from hemline.pixels import Form


def changed(source, target, change):
    """The file with other metadata."""
    model = onnx.load(source)
    metadata = {entry.key: json.loads(entry.value) for entry in model.metadata_props}
    change(model, metadata)
    del model.metadata_props[:]
    helper.set_model_props(model, {key: json.dumps(value) for key, value in metadata.items()})
    target.write_bytes(model.SerializeToString())
    return target


def first_format(model, metadata):
    """What the first format called things."""
    metadata["format"] = "hemline/1"
    metadata["foreign"] = metadata.pop("out_of_distribution")
    for key in ("form", "intake", "start"):
        del metadata[key]
    for names in [model.graph.output, *(node.output for node in model.graph.node)]:
        for place, value in enumerate(names):
            if getattr(value, "name", value) == "ood_score":
                if isinstance(value, str):
                    names[place] = "foreign"
                else:
                    value.name = "foreign"


def test_a_file_of_the_first_format_gives_the_same_answers(small_run, sketches, tmp_path):
    old = Classifier.load(changed(small_run.run.model, tmp_path / "old.onnx", first_format))
    new = Classifier.load(small_run.run.model)
    assert old.metadata["format"] == "hemline/1"
    assert old.intake == Intake(Form(28, 28), find="garment") == new.intake
    assert (old.form.background, old.threshold) == ("dark", new.threshold)
    assert list(old.classes_) == list(new.classes_)
    for theirs, mine in zip(
        old.answer(sketches.test.pixels), new.answer(sketches.test.pixels), strict=True
    ):
        assert np.array_equal(theirs, mine)


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("classes", ["a", "b"], "received .* with .* in"),  # the graph has ten
        ("classes", ["a"] * 10, "two or more different names"),
        ("classes", [f"{n}" for n in range(9)] + [None], "two or more different names"),
        ("classes", "T-shirt", "classes that is no list"),
        ("form", {"height": 28}, "a form or an intake that is none"),
        ("form", {"height": 28, "width": 28, "channels": 3}, "received .* with .* in"),
        ("form", {"height": "28", "width": 28}, "a form or an intake that is none"),
        ("form", [28, 28], "form that is no dict"),
        ("intake", {"fit": "squeeze", "find": ""}, "a form or an intake that is none"),
        ("intake", {"fit": "pad", "find": "", "more": 1}, "a form or an intake that is none"),
        ("out_of_distribution", {"threshold": "high"}, "no finite number"),
        ("out_of_distribution", {"threshold": float("nan")}, "no finite number"),
        ("out_of_distribution", 3, "out_of_distribution that is no dict"),
        ("data", {}, "data without a name"),
        ("data", None, "data that is no dict"),
        ("recipe", "seed", "recipe that is no dict"),
        ("seed", "0", "seed that is no int"),
        ("format", "hemline/3", "format 'hemline/3'"),
    ],
)
def test_metadata_of_wrong_types_is_refused(key, value, sentence, small_run, tmp_path):
    def wrong(_model, metadata):
        metadata[key] = value

    path = changed(small_run.run.model, tmp_path / "wrong.onnx", wrong)
    with pytest.raises(ModelFileError, match=sentence):
        Classifier.load(path)


def test_a_model_that_takes_one_picture_only_is_refused(small_run, tmp_path):
    def fixed(model, _metadata):
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1

    with pytest.raises(ModelFileError, match="Expected a Hemline model file"):
        Classifier.load(changed(small_run.run.model, tmp_path / "fixed.onnx", fixed))

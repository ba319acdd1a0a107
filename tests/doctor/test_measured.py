"""What is known of data is measured on them, and no number of any one set is kept."""

import ast
from pathlib import Path

import numpy as np
import pytest

import hemline.doctor
from hemline.data import Split
from hemline.doctor.inputs.scalings import linear_scalings
from hemline.doctor.material import open_material, stratified
from hemline.doctor.measures.baseline import features_of, measure_baseline
from hemline.doctor.measures.untrained import untrained_reach
from hemline.errors import DataError
from tests.doctor.own_data import SETS, letters, signs

SOURCES = sorted(Path(hemline.doctor.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_figure_of_one_data_set_is_written_down(path):
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.module != "hemline.labels"
        if isinstance(node, ast.Constant):
            assert type(node.value) is not int or node.value not in {10, 28, 784}
            words = str(node.value) if isinstance(node.value, str) else ""
            assert not any(word in words for word in ("Fashion", "28x28", "(n, 28", "garment"))


@pytest.mark.parametrize("name", SETS)
def test_the_linear_classifier_is_above_chance_and_knows_how_the_parts_differ(name):
    data = SETS[name]()
    found = measure_baseline(data.train, data.test, len(data.classes))
    assert 0.6 < found.test <= found.known
    assert abs(found.shift) < 0.05 + 2 * found.shift_error  # cut by lot
    alone = measure_baseline(None, data.test, len(data.classes))
    assert alone.test == pytest.approx(found.test, abs=0.2)
    assert alone.shift == alone.optimism == 0


def test_a_test_part_of_another_kind_is_known():
    data = SETS["two"]()
    darker = Split(np.maximum(data.test.pixels, 180), data.test.labels)
    found = measure_baseline(data.train, darker, 2)
    assert found.shift > 0.05 + 2 * found.shift_error


def test_untrained_networks_know_little(real):
    reach = untrained_reach(real.test.pixels[:1000], real.test.labels[:1000], 10)
    assert 0.1 < reach.named < reach.renamed < 0.6
    assert reach.named < reach.line_named < reach.line_renamed(flattered=False)
    assert reach.line_renamed(flattered=False) < reach.line_renamed(flattered=True) < 1


def test_of_many_classes_untrained_networks_know_hardly_more_than_chance():
    test = letters().test
    reach = untrained_reach(test.pixels, test.labels, 40)
    assert 1 / 40 < reach.named < reach.renamed < 0.3


def test_large_pictures_are_looked_at_in_small():
    pixels = np.random.default_rng(0).integers(0, 256, (2, 224, 200, 3), np.uint8)
    features = features_of(pixels)
    assert features.shape[0] == 2
    assert features.shape[1] < 2_100
    assert features.mean() == pytest.approx(pixels.mean() / 255, abs=0.01)


def test_the_scaling_of_these_data_standardises_them():
    pixels = signs().train.pixels
    own = next(one for one in linear_scalings(pixels) if one.name.endswith("as these data"))
    made = own.apply(pixels.astype(np.float32)).reshape(-1, 3)
    assert np.allclose(made.mean(0), 0, atol=0.05)
    assert np.allclose(made.std(0), 1, atol=0.05)


def test_each_class_has_its_share_of_a_sample():
    labels = np.repeat([0, 1, 2], [900, 90, 10])
    split = Split(np.zeros((1000, 8, 8), np.uint8), labels)
    counts = np.bincount(labels[stratified(split, 100, seed=0)])
    assert counts.tolist() == [90, 9, 1]


def test_pictures_and_labels_without_a_data_set():
    data = signs().test
    spelt = np.array(["ä", "b", "c"])[data.labels]
    material = open_material((data.pixels.transpose(0, 3, 1, 2), spelt))
    assert (material.test.pixels == data.pixels).all()
    assert material.vocabulary.classes == ("b", "c", "ä")
    assert material.named
    bare = open_material((data.pixels / 255, data.labels.astype(float)))
    assert (bare.test.labels == data.labels).all()
    assert bare.vocabulary.classes == ("0", "1", "2")
    assert len(bare.with_classes(5).vocabulary) == 5  # a model may know more of them
    assert len(bare.with_classes(20).vocabulary) == 3  # that is the height of a picture
    with pytest.raises(DataError, match="give them their height and width back"):
        open_material((data.pixels.reshape(len(data), -1), data.labels))

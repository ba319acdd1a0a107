"""HemlineClassifier among scikit-learn's own tools."""

import pickle

import joblib
import numpy as np
import pytest
import torch
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from hemline import Classifier, HemlineClassifier
from hemline.errors import DataError, PixelsError, RecipeError

NAMES = np.array(["left", "right", "top"])
PLAIN = {"widths": [16], "learning_rate": 0.01}


def stripes(count, *, seed=0, colour=False):
    """Noise with a bright block at one of three sides, and the number of the side."""
    generator = np.random.default_rng(seed)
    pixels = generator.integers(0, 100, (count, 12, 12), np.uint8)
    sides = np.arange(count) % len(NAMES)
    for picture, side in zip(pixels, sides, strict=True):
        block = picture.T if side < 2 else picture
        block[slice(9, 12) if side == 1 else slice(3)] += 120
    return (np.stack([pixels, pixels // 2, pixels], axis=3) if colour else pixels), sides


def quick(**changes):
    return HemlineClassifier(**{"recipe": "seed", "epochs": 3, "changes": PLAIN, **changes})


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """So small a network gains nothing by more, and waits for them on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def data():
    pixels, sides = stripes(240)
    return pixels, NAMES[sides]


@pytest.fixture(scope="module")
def fitted(data):
    return quick().fit(*data)


def test_it_learns_and_answers_in_the_labels_it_was_given(fitted):
    pixels, sides = stripes(90, seed=1)
    assert fitted.classes_.tolist() == ["left", "right", "top"]
    assert fitted.predict(pixels).tolist() == NAMES[sides].tolist()
    assert fitted.score(pixels, NAMES[sides]) == 1.0
    probabilities = fitted.predict_proba(pixels)
    assert probabilities.shape == (90, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (fitted.classes_[probabilities.argmax(1)] == NAMES[sides]).all()


@pytest.mark.parametrize("names", [[30, 4, -7], ["Bag", "b", "Ärmel"], [2.0, 1.0, 10.0]])
def test_labels_of_every_kind_come_back_as_they_went_in(names):
    pixels, sides = stripes(120)
    given = np.array(names)[sides]
    estimator = quick().fit(pixels, given)
    assert estimator.classes_.tolist() == sorted(names)
    assert estimator.predict(pixels).dtype == given.dtype
    assert estimator.score(pixels, given) == 1.0
    assert estimator.predict(pixels).tolist() == given.tolist()


def test_truth_values_and_lists_are_labels_as_well():
    pixels, sides = stripes(120)
    estimator = quick().fit(pixels.tolist(), (sides == 2).tolist())
    assert estimator.classes_.tolist() == [False, True]
    assert estimator.score(pixels, sides == 2) == 1.0


def test_all_of_it_is_trained_on_and_the_seed_decides(data):
    first, again, other = (quick(random_state=seed).fit(*data) for seed in (1, 1, 2))
    pixels = data[0]
    assert first.classifier_.metadata["data"]["n"] == len(pixels)
    np.testing.assert_array_equal(first.predict_proba(pixels), again.predict_proba(pixels))
    assert not np.array_equal(first.predict_proba(pixels), other.predict_proba(pixels))


def test_none_for_the_seed_is_another_training_every_time(data):
    seeds = {quick(random_state=None).fit(*data).classifier_.metadata["seed"] for _ in range(2)}
    assert len(seeds) == 2
    generators = [np.random.RandomState(5) for _ in range(2)]
    drawn = [quick(random_state=of).fit(*data).classifier_.metadata["seed"] for of in generators]
    assert drawn[0] == drawn[1]


def test_parameters_are_read_set_and_cloned(data):
    estimator = quick(random_state=3)
    assert estimator.get_params()["changes"] == PLAIN
    assert is_classifier(estimator)
    estimator.set_params(recipe="improved", epochs=1)
    assert clone(estimator.fit(*data)).get_params() == estimator.get_params()
    assert not hasattr(clone(estimator), "classes_")


def test_changes_reach_the_recipe(data):
    changes = {**PLAIN, "widths": (24, 8), "epochs": np.int64(2), "optimiser": "adam"}
    estimator = HemlineClassifier("seed", changes=changes, validation=0.25).fit(*data)
    recipe = estimator.classifier_.metadata["recipe"]
    assert (recipe["widths"], recipe["epochs"], recipe["validation"]) == ([24, 8], 2, 0.25)


def test_cross_validation_and_grid_search(data):
    assert cross_val_score(quick(), *data, cv=3).min() > 0.95
    assert (cross_val_predict(quick(), *data, cv=2) == data[1]).mean() > 0.95
    grid = {"epochs": [1, 3], "changes": [PLAIN, PLAIN | {"learning_rate": np.float64(1e-7)}]}
    search = GridSearchCV(quick(), grid, cv=2, error_score="raise").fit(*data)
    assert search.best_params_["changes"] == PLAIN
    assert search.best_score_ > 0.95
    assert search.predict(data[0][:3]).tolist() == NAMES.tolist()


def test_in_a_pipeline(data):
    pixels, names = data
    pipeline = make_pipeline(FunctionTransformer(lambda x: 255 - x), quick())
    assert pipeline.fit(255 - pixels, names).score(255 - pixels, names) == 1.0
    assert cross_val_score(pipeline, *data, cv=2).min() > 0.95
    pipeline.set_params(hemlineclassifier__epochs=1)
    assert pipeline[-1].epochs == 1


def test_kept_in_a_file_and_sent_to_other_processes(fitted, data, tmp_path):
    pixels = data[0]
    expected = fitted.predict_proba(pixels)
    joblib.dump(fitted, tmp_path / "fitted.joblib")
    for copy in (pickle.loads(pickle.dumps(fitted)), joblib.load(tmp_path / "fitted.joblib")):
        np.testing.assert_array_equal(copy.predict_proba(pixels), expected)
    blocks = np.array_split(pixels, 2)
    answers = joblib.Parallel(n_jobs=2)(
        joblib.delayed(fitted.predict_proba)(block) for block in blocks
    )
    np.testing.assert_allclose(np.concatenate(answers), expected, atol=1e-6)
    assert cross_val_score(quick(), *data, cv=2, n_jobs=2).min() > 0.95


def test_colour_and_rows(data, fitted):
    pixels, sides = stripes(120, colour=True)
    names = NAMES[sides]
    estimator = quick().fit(pixels, names)
    assert estimator.form_.shape == (12, 12, 3)
    assert estimator.score(pixels, names) == 1.0
    rows = pixels.reshape(len(pixels), -1)
    by_rows = quick(form=(12, 12, 3)).fit(rows, names)
    np.testing.assert_array_equal(by_rows.predict_proba(rows), estimator.predict_proba(pixels))
    grey = data[0].reshape(len(data[0]), -1)
    np.testing.assert_array_equal(
        quick().fit(grey, data[1]).predict_proba(grey), fitted.predict_proba(data[0])
    )
    oblong = quick(form=(9, 16)).fit(grey, data[1])
    assert oblong.form_.shape == (9, 16)
    assert len(oblong.predict(grey[:5])) == 5


def test_a_folder_keeps_every_run(data, tmp_path):
    estimator = quick(folder=tmp_path / "kept").fit(*data)
    estimator.fit(*data)
    runs = sorted((tmp_path / "kept").iterdir())
    assert len(runs) == 2
    assert Classifier.load(runs[1]).predict(data[0][:3]).tolist() == [0, 1, 2]


def test_fitted_anew_it_forgets_what_it_knew(data):
    estimator = quick().fit(*data)
    pixels, sides = stripes(120, colour=True)
    estimator.predict(data[0])
    assert estimator.fit(pixels, sides).score(pixels, sides) == 1.0


def test_before_fit_there_is_no_answer(data):
    with pytest.raises(NotFittedError):
        quick().predict(data[0])


def test_scaled_pixels_are_refused_as_everywhere(fitted, data):
    pixels, names = data
    with pytest.raises(PixelsError, match=r"\(x \* 255\).round"):
        quick().fit(pixels / 255, names)
    with pytest.raises(PixelsError, match=r"\(x \* 255\).round"):
        fitted.predict(pixels.reshape(len(pixels), -1) / 255)


@pytest.mark.parametrize(
    ("changes", "change_x", "change_y", "error", "sentence"),
    [
        ({}, lambda x: x.reshape(len(x), -1)[:, :-1], None, PixelsError, "rows of 143 values"),
        ({"form": (144,)}, lambda x: x.reshape(len(x), -1), None, PixelsError, r"form=\(144,\)"),
        ({}, lambda x: x[:, :5], None, PixelsError, "8 to 224"),
        ({}, lambda x: [[1], [2, 3]], None, PixelsError, "NumPy cannot"),
        ({}, lambda x: x[:7], None, DataError, "7 pictures and 240 labels"),
        ({}, None, lambda y: y[:, None], DataError, r"shape \(240, 1\)"),
        ({}, None, lambda y: np.linspace(0, 1, len(y)), DataError, "all whole numbers"),
        ({}, None, lambda y: [None, "a"] * 120, DataError, "all text"),
        ({}, None, lambda y: ["a"] * 240, DataError, "at least 2 classes"),
        ({"recipe": "slow"}, None, None, RecipeError, "received slow"),
        ({"changes": {"rate": 1}}, None, None, RecipeError, "unknown rate"),
        ({"epochs": "many"}, None, None, RecipeError, "a whole number"),
        ({"changes": {"epochs": {1, 2}}}, None, None, RecipeError, "a whole number"),
    ],
)
def test_bad_input_is_one_sentence(data, changes, change_x, change_y, error, sentence):
    pixels, names = data
    pixels = change_x(pixels) if change_x else pixels
    names = change_y(names) if change_y else names
    with pytest.raises(error, match=sentence):
        quick(**changes).fit(pixels, names)

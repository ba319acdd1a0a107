"""Recipes: read strictly, written so that they are read back."""

import dataclasses
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemline.errors import RecipeError
from hemline.training import Recipe, load_recipe, recipe_names

recipes = st.builds(
    Recipe,
    name=st.text(),
    description=st.text(),
    network=st.just("mlp"),
    widths=st.lists(st.integers(1, 2048), max_size=3).map(tuple),
    epochs=st.integers(1, 1000),
    batch_size=st.integers(1, 60_000),
    optimiser=st.sampled_from(["adam", "muon"]),
    learning_rate=st.floats(1e-9, 10),
    test_time_flip=st.booleans(),
    label_smoothing=st.floats(0, 0.99),
    horizontal_flip=st.sampled_from(["auto", "always", "never"]),
    rotate=st.floats(0, 180),
    shift=st.integers(0, 7),
    stretch=st.floats(0, 1),
    brightness_contrast=st.floats(0, 1),
    augment_share=st.floats(0, 1),
    blur=st.floats(0, 1),
    occlusion=st.floats(0, 1),
    outlier_exposure=st.floats(0.01, 0.99),
    photographs=st.integers(0, 99),
    random_erasing=st.floats(0, 1),
    dropout=st.floats(0, 0.99),
    l2=st.floats(0, 1),
    data_pruning=st.floats(0, 0.99),
    validation=st.floats(0.01, 0.99),
    restore_best_weights=st.booleans(),
    early_stopping_patience=st.integers(0, 9),
    lr_reduction_patience=st.integers(0, 9),
    lr_reduction_factor=st.floats(0, 1),
)


@given(recipe=recipes)
def test_a_recipe_is_read_back_from_its_file(recipe, tmp_path_factory):
    path = tmp_path_factory.mktemp("recipes") / "recipe.toml"
    path.write_text(recipe.to_toml(), encoding="utf-8", newline="")
    assert load_recipe(path) == recipe


def test_seed_is_the_tutorial():
    recipe = load_recipe("seed")
    assert recipe.widths == (128,)
    assert (recipe.epochs, recipe.batch_size, recipe.learning_rate) == (10, 32, 0.001)
    assert recipe.steps_per_epoch(60_000) == 1_875
    assert recipe.steps_per_epoch(60_001) == 1_876


def test_a_small_training_part_is_gone_through_several_times_in_an_epoch():
    recipe = load_recipe("fast", ["fewest_steps=100", "batch_size=250"])
    assert [recipe.passes(pictures) for pictures in (60_000, 25_000, 24_999, 100)] == [1, 1, 2, 250]
    assert recipe.steps_per_epoch(60_000) == 240
    for pictures in (7, 100, 249, 2_176, 24_999):
        looks = pictures * recipe.passes(pictures)
        assert looks - pictures < 100 * 250 <= looks
        assert recipe.steps_per_epoch(pictures) == -(-looks // 250)


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_in_the_box_is_valid_and_named_after_its_file(name):
    assert load_recipe(name).name == name


def test_changes_replace_single_keys():
    changed = load_recipe("seed", ["epochs=3", "widths=[256, 64]", "learning_rate=1"])
    expected = {"epochs": 3, "widths": (256, 64), "learning_rate": 1.0}
    assert changed == dataclasses.replace(load_recipe("seed"), **expected)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("epoch=3", "received unknown epoch"),
        ("epochs=3.5", "epochs to be a whole number, received 3.5"),
        ("epochs=true", "epochs to be a whole number, received True"),
        ("epochs=0", "epochs above zero, received 0"),
        ("learning_rate=fast", "learning_rate to be a number, received 'fast'"),
        ("learning_rate=nan", "above zero, received nan"),
        ("learning_rate=inf", "above zero, received inf"),
        ("widths=128", "widths to be a list of whole numbers"),
        ("widths=[128, 0]", "widths above zero"),
        ("widths=[1.5]", "widths to be a list of whole numbers"),
        ("optimiser=sgd", "optimiser to be adam or muon or own, received 'sgd'"),
        ("epochs", "received epochs; write --set epochs=5"),
        ("horizontal_flip=true", "flip to be auto or always or never, received True"),
        ("test_time_flip=1", "flip to be true or false, received 1"),
        ("shift=8", "shift from 0 to 7, received 8"),
        ("label_smoothing=1.0", "label_smoothing from 0 to below 1, received 1.0"),
        ("rotate=181", "rotate from 0 to 180, received 181"),
        ("random_erasing=1.5", "random_erasing from 0 to 1, received 1.5"),
        ("data_pruning=1", "data_pruning from 0 to below 1, received 1"),
        ("l2=-1", "l2 of at least 0, received -1"),
        ("l2=nan", "l2 of at least 0, received nan"),
        ("early_stopping_patience=3", "validation above 0 beside early_stopping_patience"),
        ("restore_best_weights=true", "validation above 0 beside early_stopping_patience"),
        ("calibrate=true", "validation above 0 beside early_stopping_patience"),
    ],
)
def test_a_wrong_change_is_refused(change, sentence):
    with pytest.raises(RecipeError, match=sentence):
        load_recipe("seed", [change])


@pytest.mark.parametrize("change", ["l2=0.1", "dropout=0.3"])
def test_what_only_dense_layers_have_is_refused_for_others(change):
    with pytest.raises(RecipeError, match="for hidden dense layers"):
        load_recipe("fast", [change])


@pytest.mark.parametrize("widths", ["[]", "[8, 8, 8, 8, 8]"])
def test_a_picture_can_be_halved_only_so_often(widths):
    with pytest.raises(RecipeError, match="1 to 4 stages"):
        load_recipe("fast", [f"widths={widths}"])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('name = "x"', "received one without .*batch_size"),
        ("name = ", "Expected TOML"),
        ("\xff", "Expected"),
    ],
)
def test_a_wrong_file_is_refused(content, sentence, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(RecipeError, match=sentence):
        load_recipe(path)


def test_a_pipe_is_no_recipe(tmp_path):
    os.mkfifo(tmp_path / "mine.toml")
    with pytest.raises(RecipeError, match="a device or a pipe"):
        load_recipe(tmp_path / "mine.toml")


@pytest.mark.parametrize("name", ["sead", "nowhere.toml"])
def test_an_unknown_recipe_is_refused(name):
    with pytest.raises(RecipeError, match=r"seed|cannot be read"):
        load_recipe(name)

"""Flattened pictures in colour: pixel by pixel or plane by plane, as the pictures say."""

import numpy as np
import pytest

from hemline.data import open_dataset
from tests.data import forms


def smooth(count: int, colours: float) -> np.ndarray:
    """Pictures of soft light `(n, 16, 16, 3)`, whose channels differ by so much."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:16, 0:16] / 16
    steep = rng.uniform(-90, 90, (2, count, 1, 1))
    light = 120 + steep[0] * x + steep[1] * y
    tint = colours * rng.uniform(-1, 1, (count, 1, 1, 3))
    return np.clip(light[..., None] + tint + rng.normal(0, 3, (count, 16, 16, 3)), 0, 255).astype(
        np.uint8
    )


@pytest.mark.parametrize("colours", [1, 60], ids=["pale", "colourful"])
@pytest.mark.parametrize("order", ["pixel by pixel", "plane by plane"])
def test_flattened_colours_are_read_in_the_order_in_which_neighbours_are_alike(
    order, colours, tmp_path
):
    pixels = smooth(24, colours)
    rows = pixels if order == "pixel by pixel" else np.moveaxis(pixels, 3, 1)
    labels = np.arange(24) % 2
    dataset = open_dataset(forms.npz(tmp_path / "a.npz", X=forms.flat(rows), y=labels))
    assert order in dataset.account.notes[0]
    like = open_dataset(forms.npz(tmp_path / "b.npz", X=pixels, y=labels))
    assert dataset.train.checksum == like.train.checksum


def test_a_table_of_flattened_colours_says_in_which_order_they_were_read(tmp_path):
    rows = [
        [*values, place % 2] for place, values in enumerate(forms.flat(smooth(24, 60)).tolist())
    ]
    names = [f"pixel{place:04}" for place in range(768)]
    path = forms.write(tmp_path / "hmnist.csv", forms.rows_text([[*names, "label"], *rows]))
    dataset = open_dataset(path)
    assert str(dataset.form) == "16x16 colour"
    assert dataset.account.notes[0].startswith("Colours in hmnist.csv were read pixel by pixel")

"""Whether mirrored pictures keep their class is found out from the pictures."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from hemline.data import Split, find_mirroring


def letters(text, each=40, edge=20, colour=False):
    """Letters at several places and sizes, some of them turned a little."""
    chance, pixels = np.random.default_rng(0), []
    for letter in text:
        for _ in range(each):
            page = Image.new("RGB" if colour else "L", (edge, edge))
            font = ImageFont.load_default(size=float(chance.uniform(11, 15)))
            place = tuple(chance.integers(2, 7, 2).tolist())
            ImageDraw.Draw(page).text(place, letter, font=font, fill="white")
            pixels.append(np.asarray(page.rotate(float(chance.uniform(-8, 8)))))
    return Split(np.stack(pixels), np.repeat(np.arange(len(text)), each))


@pytest.mark.parametrize("colour", [False, True])
def test_letters_and_digits_do_not_keep_their_class(colour):
    found = find_mirroring(letters("BCDEFGJ2345679", colour=colour))
    assert not found.keeps_class
    assert "do not keep their class" in found.evidence
    assert "median of 14 classes" in found.evidence


def test_what_faces_both_ways_keeps_its_class():
    split = letters("BCDEFG")
    both = np.concatenate([split.pixels, split.pixels[:, :, ::-1]])
    found = find_mirroring(Split(both, np.tile(split.labels, 2)))
    assert found.keeps_class
    assert "they keep their class" in found.evidence


def test_clothes_keep_their_class(real):
    assert find_mirroring(real.train).keeps_class
    photographs = real.train.pixels[..., None].repeat(3, axis=3)[:6000]
    assert find_mirroring(Split(photographs, real.train.labels[:6000])).keeps_class


def test_of_symmetric_pictures_nothing_is_told():
    split = letters("BCD")
    symmetric = split.pixels // 2 + split.pixels[:, :, ::-1] // 2
    assert find_mirroring(Split(symmetric, split.labels)).keeps_class


def test_of_few_pictures_nothing_is_said():
    found = find_mirroring(letters("BCD", each=7))
    assert not found.keeps_class
    assert "too few" in found.evidence


def test_the_same_pictures_give_the_same_answer():
    split = letters("BCD2")
    assert find_mirroring(split) == find_mirroring(split)

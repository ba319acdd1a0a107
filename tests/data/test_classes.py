"""Names of classes: natural order, one for all parts, and likenesses that are mistakes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemline.data.building.classes import class_order, clean, natural_key
from hemline.errors import DataError


@pytest.mark.parametrize(
    "order",
    [
        ["1", "2", "10"],
        ["a1", "a2", "a10", "b1"],
        ["Ankle boot", "bag", "Coat"],
        ["-1", "0", "1"],
        ["v1.2", "v1.10", "v2.0"],
        ["0", "a", "ж"],
    ],
)
def test_the_order_is_that_of_people(order):
    assert list(class_order({"all": reversed(order)})) == order


@given(st.lists(st.text()))
def test_the_order_is_one(names):
    once = sorted(names, key=natural_key)
    names.reverse()
    assert sorted(names, key=natural_key) == once


def test_names_are_composed_and_stripped():
    assert clean(unicodedata.normalize("NFD", " été\n")) == "été"
    parts = {"train": [unicodedata.normalize("NFD", "été"), "a"], "test": ["a", "été"]}
    assert class_order(parts) == ("a", "été")


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"train": ["a", "b"], "test": ["a"]}, "'b' in the train part but not in the test part"),
        ({"train": ["a"], "test": ["a", "b"]}, "'b' in the test part but not in the train part"),
        ({"train": "abcd", "test": "a"}, "'b' and 2 more in the train part"),
        ({"train": "ab", "validation": "b", "test": "ab"}, "not in the validation part"),
        ({"all": ["Shirt", "shirt "]}, "received 'Shirt' and 'shirt '"),
        ({"all": ["Shirt", "Shirt "]}, "received 'Shirt' and 'Shirt '"),
        ({"all": ["T-shirt top", "T-shirttop"]}, "more than case or space"),
        ({"train": ["Bag", "b"], "test": ["bag", "b"]}, "received 'Bag' and 'bag'"),
        ({"all": ["a", " "]}, "a name for every class, received ' '"),
    ],
)
def test_faults_are_named(parts, sentence):
    with pytest.raises(DataError, match=sentence):
        class_order(parts)


def test_capital_and_small_letters_are_two_classes():
    assert set(class_order({"all": ["A", "a", "b"]})) == {"A", "a", "b"}

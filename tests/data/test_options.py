"""What the user may say of data."""

import pytest

from hemline.data.options import groups_by_name, parse_size
from hemline.errors import DataError


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (None, None),
        (64, (64, 64)),
        ("64", (64, 64)),
        ("64x48", (64, 48)),
        (" 64X48 ", (64, 48)),
        ("64\u00d748", (64, 48)),
        ((64, 48), (64, 48)),
    ],
)
def test_sizes_are_an_edge_or_width_and_height(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "x", "64x", "64 48", "-3", "1e3", "64.0", "999999"])
def test_what_is_no_size_gets_a_sentence(text):
    with pytest.raises(DataError, match="a size such as 64, or 64x48"):
        parse_size(text)


@pytest.mark.parametrize(
    ("pattern", "groups"),
    [
        (r"(\d+)_", ["17", "17", "2", "z/none.png"]),
        (r"\w/\d+_", ["x/17_", "y/17_", "y/2_", "z/none.png"]),
        (r"(\d+)_|(none)", ["17", "17", "2", ""]),
    ],
)
def test_the_first_group_or_the_whole_match_is_the_group(pattern, groups):
    names = ["x/17_1.png", "y/17_2.png", "y/2_1.png", "z/none.png"]
    assert groups_by_name(names, pattern) == groups

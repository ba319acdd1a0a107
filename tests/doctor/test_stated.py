"""Figures that a maker states are read as people write them."""

import pytest

from hemline.doctor.replies.stated import read_stated
from hemline.errors import HemlineError


@pytest.mark.parametrize("said", [0.912, 91.2, "0.912", "91.2", "91.2 %", "91,2%", "91.2 percent"])
def test_shares_may_be_in_percent_and_text(said):
    assert read_stated({"accuracy": said})["accuracy"] == pytest.approx(0.912)


def test_other_figures_stay_as_they_are():
    assert read_stated({"loss": 3.5, "validation_n": "3000"}) == {"loss": 3.5, "validation_n": 3000}
    assert read_stated(None) == {}


@pytest.mark.parametrize(
    ("reported", "sentence"),
    [
        ({"acuracy": 0.9}, "received 'acuracy'; did you mean accuracy?"),
        ({"f1": 0.9}, "figures named accuracy, .* received 'f1'"),
        ({"accuracy": "good"}, "accuracy as a share from 0 to 1, or in percent, received 'good'"),
        ({"accuracy": 912}, "received 912"),
        ({"accuracy": -0.1}, "received -0.1"),
        ({"accuracy": None}, "received None"),
        ({"accuracy": [0.9]}, "received"),
        ({"loss": float("nan")}, "loss as a number from 0 on, received nan"),
    ],
)
def test_what_is_no_figure_is_a_sentence(reported, sentence):
    with pytest.raises(HemlineError, match=sentence):
        read_stated(reported)

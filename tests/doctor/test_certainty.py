"""How sure a finding is, what else it may be, and how long it takes to find out."""

import re
import time
from pathlib import Path

import numpy as np
import pytest

from hemline import diagnose
from hemline.doctor import list_checks
from hemline.doctor.asking import ask, ask_together
from hemline.doctor.budget import Budget
from hemline.doctor.page import render_page
from tests.doctor.conftest import softmax
from tests.doctor.own_data import BUILDS, SETS, probabilities, values_of

DOCS = (Path(__file__).parents[2] / "docs/doctor.md").read_text()


@pytest.fixture(scope="module")
def scores():
    return BUILDS["NumPy"]("digits")


@pytest.fixture(scope="module")
def data():
    return SETS["digits"]()


def first(predict, data):
    return diagnose(predict, data).findings[0]


def test_what_was_undone_and_nothing_else_explains_is_certain(scores, data):
    found = first(lambda x: softmax(scores(1 - values_of(x))), data)
    assert (found.check, found.certainty, found.runner_up) == ("inverted-brightness", "certain", "")


def test_what_else_explains_it_as_well_is_named_with_its_figures(scores, data):
    # Of an axis of one, a flip of the rows is a flip of nothing.
    found = first(lambda x: softmax(scores(values_of(x)[:, ::-1])), data)
    rival = re.fullmatch(r"1x16x16: ([\d.]+) % right", found.runner_up)
    assert found.check == "orientation"
    assert found.certainty == "possible"
    assert rival
    assert abs(float(rival[1]) / 100 - found.figures["accuracy"][1]) < 0.02


def test_what_looks_the_same_from_outside_is_said(scores, data):
    rolled = first(lambda x: np.roll(softmax(scores(values_of(x))), 1, axis=1), data)
    assert (rolled.check, rolled.certainty, rolled.runner_up) == ("label-order", "certain", "")
    of_two = BUILDS["NumPy"]("two")
    found = first(lambda x: np.roll(softmax(of_two(values_of(x))), 1, axis=1), SETS["two"]())
    assert (found.check, found.certainty) == ("label-order", "likely")
    assert found.runner_up.startswith("of two classes")


def test_every_check_is_listed_once_and_the_docs_say_the_same():
    listed = list_checks()
    assert len({check["check"] for check in listed}) == len(listed) > 30
    for check in listed:
        assert f"`{check['check']}`" in DOCS
        assert check["question"].endswith("?")
        if check["cannot_tell_from"]:
            assert f"| `{check['check']}` | {check['cannot_tell_from']} |" in DOCS


def test_contracts_that_fit_alike_are_all_named(data):
    def signs(x):  # nothing but the sign of the difference to the middle of its own picture
        if np.asarray(x).dtype.kind != "f":
            raise TypeError("floats wanted")
        flat = np.asarray(x, float).reshape(len(x), -1)
        return softmax(weights(flat > flat.mean(axis=1, keepdims=True)))

    train = data.train
    flat = train.pixels.reshape(len(train), -1)
    inputs = (flat > flat.mean(axis=1, keepdims=True)).astype(float)
    ends = np.c_[inputs, np.ones(len(inputs))]
    solved = np.linalg.lstsq(
        ends.T @ ends + 5 * np.eye(ends.shape[1]), ends.T @ np.eye(10)[train.labels], rcond=None
    )[0]

    def weights(bits):
        return 8 * (np.c_[bits, np.ones(len(bits))] @ solved)

    found = diagnose(signs, data)
    note = next(note for note in found.notes if note.startswith("It wants 0..1"))
    assert "do not tell that from" in note
    assert "-1..1" in note


def test_a_slow_target_is_examined_in_the_time_that_there_is(scores, data):
    calls = []

    def slow(x):
        calls.append(len(x))
        time.sleep(0.02 + 0.0015 * len(x))
        return np.argmax(scores(1 - values_of(x)), axis=1)

    began = time.monotonic()
    found = diagnose(slow, data, budget=8)
    assert found.findings[0].check == "inverted-brightness"
    assert time.monotonic() - began < 20
    assert max(calls) > 200  # several forms at once, where one has few pictures


def test_what_there_is_no_time_for_is_said(data):
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(256, 10))

    def untrained(x):
        time.sleep(0.0005 * len(x))
        return softmax(values_of(x).reshape(len(x), -1) @ weights)

    found = diagnose(untrained, data, budget=1)
    assert found.findings[0].check == "no-trained-layers"
    left_out = next(note for note in found.notes if note.startswith("Left out"))
    assert "combinations of several faults at once" in left_out


def test_a_slow_target_gets_longer():
    budget = Budget(10)
    budget.allow_for(0.001)
    assert budget.seconds == 10
    budget.allow_for(0.02)
    assert budget.seconds == 40
    assert 39 < budget.left <= 40


def test_several_forms_at_once_get_the_answers_of_each(scores, data):
    case = diagnose(probabilities(scores), data).case
    forms = [case.contract.but(symmetry=s) for s in range(8)]
    pixels = case.search.pixels[:30]
    together = ask_together(case.target, forms, pixels)
    assert list(together) == forms
    for form in forms:
        alone = ask(case.target, form, pixels)
        assert np.allclose(together[form].scores, alone.scores)
    assert len({tuple(answers.labels) for answers in together.values()}) > 4


def test_a_fault_of_the_labels_shows_each_picture_once(scores, data):
    found = diagnose(lambda x: np.roll(softmax(scores(values_of(x))), 1, axis=1), data)
    page = render_page(found)
    assert found.findings[0].check == "label-order"
    assert "What it calls these pictures" in page
    assert "should get" not in page
    assert "one answer a picture" in page
    assert "answer-count" not in page


def test_what_is_weak_and_far_from_sure_gets_a_note(scores, data):
    def faint(x):  # knows the left half alone, and says little of it
        left = values_of(x).copy()
        left[..., left.shape[-1] // 2 :] = 0
        return softmax(0.05 * scores(left))

    found = diagnose(faint, data)
    assert found.is_healthy
    assert found.verdict.startswith("Weak")
    assert sum("batch norm" in note for note in found.notes) == 1

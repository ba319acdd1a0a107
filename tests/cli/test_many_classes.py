"""What `evaluate` prints of many classes: never wider than the terminal, the worst first."""

import re

import numpy as np
import pytest

from hemline.cli.evaluate import _print
from hemline.data import Dataset, Split
from hemline.evaluation import evaluate_probabilities
from hemline.photos import Intake
from hemline.pixels import Form


def printed(capsys, classes, *, each=4, names=None, columns=80):
    """Lines of an evaluation of so many classes, by chance; the last class has no picture."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(classes - 1), each)
    logits = rng.gumbel(size=(len(labels), classes))
    logits[np.arange(len(labels)), labels] += np.log(classes)
    answers = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    names = names or [f"class {place}" for place in range(classes)]
    form = Form(8, 8)
    pixels = np.zeros((len(labels), *form.shape), np.uint8)
    dataset = Dataset("a shop", "", tuple(names), Intake(form), None, lambda: Split(pixels, labels))
    evaluation = evaluate_probabilities(answers, labels, names)
    _print(evaluation, dataset)
    return evaluation, capsys.readouterr().out.splitlines()


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("classes", [3, 10, 20, 21, 136, 1000])
def test_no_line_is_wider_than_the_terminal(capsys, classes):
    _, lines = printed(capsys, classes)
    assert max(map(len, lines)) <= 80
    assert len(lines) < 70


def test_long_names_are_folded_and_no_figure_is_cut(capsys):
    names = ["longsleeve shirt with a collar and buttons, in checks " + str(i) for i in range(12)]
    _, lines = printed(capsys, 12, names=names)
    table = lines[: next(i for i, line in enumerate(lines) if line.startswith("Most often"))]
    assert max(map(len, table)) <= 80
    assert not any("…" in line for line in table)


@pytest.mark.parametrize(("classes", "whole"), [(10, True), (20, True), (21, False), (136, False)])
def test_a_matrix_is_shown_where_it_fits(capsys, classes, whole):
    evaluation, lines = printed(capsys, classes)
    assert ("Confusion on a shop" in lines) == whole
    if whole:
        at = lines.index("Confusion on a shop")
        rows = [re.sub("·", "0", line).split()[3:] for line in lines[at + 3 : at + 3 + classes]]
        assert np.array_equal(np.array(rows, int), evaluation.confusion)


def test_many_pictures_a_class_make_a_matrix_too_wide(capsys):
    _, lines = printed(capsys, 20, each=2000)
    assert "Confusion on a shop" not in lines
    assert "Most often confused on a shop" in lines


def test_of_many_classes_the_hardest_are_shown_and_more_pairs(capsys):
    evaluation, lines = printed(capsys, 1000)
    at = lines.index("Per class: the 20 hardest of 1,000 on a shop")
    shown = [line[: line.index("  ")].strip() for line in lines[at + 2 : at + 22]]
    assert shown == [row.name for row in evaluation.hardest[:20]]
    assert "No test picture of 1 of 1,000 classes, which no mean takes in: class 999" in lines
    pairs = lines[lines.index("Most often confused on a shop") + 1 :]
    assert len(pairs) == 10
    assert all(re.fullmatch(r" +\d+  class \d+ taken for class \d+", line) for line in pairs)

"""Pages on 2 to 1,000 classes with names in any script: small, readable, and fitting a phone."""

import html
import re

import numpy as np
import pytest

from hemline.data import Dataset, Split
from hemline.evaluation import evaluate_probabilities
from hemline.photos import Intake
from hemline.pixels import Form
from hemline.report import Examined, render_report, some_places
from hemline.report.matrix import matrix_of
from tests.browser import axe, browser  # noqa: F401  fixtures
from tests.report.test_page import part

SCRIPTS = ("кроссовки {}", "鞋子 {}", "sac à main {}", "حذاء {}", "a <b> & [c] of some length {}")


def named(count):
    return tuple(SCRIPTS[place % len(SCRIPTS)].format(place) for place in range(count))


def fake(examined, classes, form, seed=0, untested=3):
    """A run with answers by chance, rather right than wrong."""
    rng = np.random.default_rng(seed)

    def split():
        labels = np.repeat(np.arange(classes - (untested if classes > 5 else 0)), 6)
        return Split(rng.integers(0, 256, (len(labels), *form.shape), np.uint8), labels)

    dataset = Dataset("a shop", "a folder", named(classes), Intake(form), split, split)
    labels = dataset.test.labels
    logits = rng.gumbel(size=(len(labels), classes))
    logits[np.arange(len(labels)), labels] += 2 * np.log(classes)
    answers = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    facts = examined.metadata, examined.recipe, examined.epochs, examined.environment
    return Examined("run", *facts, dataset, answers.astype(np.float32))


CASES = {
    2: Form(28, 28),
    25: Form(120, 224, 3),
    40: Form(32, 32, 3),
    136: Form(64, 64, 3),
    1000: Form(28, 28, 1),
}


@pytest.fixture(scope="module")
def runs(examined):
    return {classes: fake(examined, classes, form) for classes, form in CASES.items()}


@pytest.fixture(scope="module")
def written(runs, tmp_path_factory):
    folder, paths = tmp_path_factory.mktemp("many"), {}
    for classes, run in runs.items():
        augmented = run.dataset.train.pixels[:12].reshape(2, 6, *run.dataset.form.shape)
        paths[classes] = folder / f"{classes}.html"
        paths[classes].write_text(render_report([run], [augmented]))
    return paths


@pytest.mark.parametrize("classes", CASES)
def test_the_page_is_small(written, classes):
    assert written[classes].stat().st_size < 2_500_000


@pytest.mark.parametrize("classes", CASES)
def test_the_matrix_is_whole_or_says_what_it_leaves_out(written, runs, classes):
    section = html.unescape(part(written[classes].read_text(), "confusion"))
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>', section)
    if classes <= 40:
        assert tuple(rows) == runs[classes].dataset.classes
        return
    matrix = matrix_of(runs[classes].evaluation)
    assert rows == matrix.names
    assert len(rows) == 20
    assert f"Of {classes:,} classes these 20" in section
    wrong = int((~runs[classes].right).sum())
    assert f"{matrix.mistakes} of {wrong:,} mistakes are shown" in section


def test_the_block_holds_the_pairs_that_are_confused_most():
    labels = np.repeat(np.arange(60), 10)
    predicted = labels.copy()
    predicted[labels == 7] = 51
    predicted[np.flatnonzero(labels == 51)[:4]] = 33
    predicted[np.flatnonzero(labels == 20)[:1]] = 21
    answers = np.eye(60)[predicted]
    matrix = matrix_of(evaluate_probabilities(answers, labels, named(60)))
    shown = [named(60).index(name) for name in matrix.names]
    assert {7, 20, 21, 33, 51} <= set(shown)
    assert (matrix.mistakes, matrix.of) == (15, 15)
    row = matrix.rows[shown.index(7)]
    assert [(cell.count, cell.right) for cell in row if cell.count] == [(10, False)]


@pytest.mark.parametrize("classes", [136, 1000])
def test_the_hardest_classes_come_first_and_all_are_there(written, runs, classes):
    section = html.unescape(part(written[classes].read_text(), "classes"))
    shown, every = section.split("<details>")
    hardest = sorted(
        (row for row in runs[classes].evaluation.per_class if row.support), key=lambda row: row.f1
    )
    found = re.findall(r'<tr><th scope="row">(.*?)<span', shown)
    assert found == [row.name for row in hardest[:20]]
    assert tuple(re.findall(r'<tr><th scope="row">(.*?)</th>', every)) == named(classes)
    assert f"All {classes:,} classes" in every


def test_classes_without_a_test_picture_are_named(written, runs):
    section = html.unescape(part(written[136].read_text(), "classes"))
    assert len(runs[136].evaluation.untested) == 3
    for name in runs[136].evaluation.untested:
        assert f"<bdi>{name}</bdi>" in section
    assert "no mean takes them in" in section
    assert "nan" not in section


def test_names_are_text_and_no_markup(written):
    text = written[25].read_text()
    assert "a <b> & [c]" not in text
    assert "a &lt;b&gt; &amp; [c] of some length 4" in text


def test_of_a_part_sorted_by_class_pictures_from_all_over_it_are_shown():
    assert some_places(np.array([3, 1, 2, 0, 1]), 3) == [0, 1, 2]
    assert some_places(np.repeat(np.arange(10), 10), 4) == [0, 33, 66, 99]
    assert some_places(np.array([1]), 24) == [0]


@pytest.mark.parametrize("classes", CASES)
@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_wide_and_narrow_screens(browser, written, classes, width):  # noqa: F811
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    page.goto(written[classes].as_uri())
    try:
        for details in page.locator("summary").all():
            details.click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        small = "[...document.querySelectorAll('td')].filter(e => e.innerText.trim()).map("
        sizes = page.evaluate(f"{small} e => parseFloat(getComputedStyle(e).fontSize))")
        assert min(sizes) > 9
    finally:
        context.close()


@pytest.mark.parametrize("classes", [2, 136])
def test_it_is_accessible(browser, axe, written, classes):  # noqa: F811
    context = browser.new_context(viewport={"width": 1280, "height": 844})
    page = context.new_page()
    page.goto(written[classes].as_uri())
    try:
        page.evaluate(axe)
        found = page.evaluate("axe.run()")
        serious = [r for r in found["violations"] if r["impact"] in ("serious", "critical")]
        assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in serious] == []
    finally:
        context.close()

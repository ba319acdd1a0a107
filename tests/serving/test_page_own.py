"""The page of models for own classes: two, a thousand, and names of all kinds."""

import contextlib
import shutil

import numpy as np
import pytest

from hemline.classifier import Classifier
from hemline.photos import see
from tests.browser import axe, browser  # noqa: F401 - fixtures
from tests.serving.conftest import encoded
from tests.serving.own import BRIGHT, COLOUR, DARK, NAMES
from tests.serving.pages import DESKTOP, PHONE, choose, headline, pixels_seen, shares, shown
from tests.serving.running import serve, until


@pytest.fixture(scope="module")
def served(runs, tmp_path_factory):
    """Servers by the kind of their model, started when they are first asked for."""
    with contextlib.ExitStack() as stack:
        started = {}

        def server(kind):
            if kind not in started:
                log = tmp_path_factory.mktemp(kind) / "log"
                started[kind] = stack.enter_context(serve(runs(kind), log=log))
            return started[kind]

        yield server


@pytest.fixture
def colourful():
    """A picture in colour of another aspect than the model's."""
    return encoded(np.random.default_rng(3).integers(0, 256, (90, 61, 3), np.uint8))


def in_both_modes(page):
    """Answers of the server, then in the browser."""
    shares(page)
    yield
    page.get_by_label("In this browser").check()  # asks anew
    headline(page)
    yield


def test_names_in_any_script_are_shown_as_they_are(served, browser, colourful):  # noqa: F811
    with shown(browser, served("colour").url) as page:
        said = page.inner_text("#headline")
        assert all(name in said for name in NAMES)
        assert page.title() == "Hemline: Farben <i>und</i> 靴"
        assert "5 classes" in page.inner_text("#purpose")
        choose(page, colourful, "image/png")
        for _ in in_both_modes(page):
            assert list(shares(page)) == list(NAMES)
            assert sum(shares(page).values()) == pytest.approx(100, abs=0.3)
        assert page.locator("#bars b, #bars img, #headline img").count() == 0


def test_nothing_is_said_of_garments_where_none_are_looked_for(served, browser, colourful):  # noqa: F811
    with shown(browser, served("colour").url) as page:
        page.get_by_label("In this browser").check()
        choose(page, colourful, "image/png")
        headline(page)
        assert "garment" not in page.inner_text("body").lower()
        assert "photograph" not in page.inner_text("body").lower()
        assert page.locator("#examples li").count() == 0
        assert not page.is_visible("#examples-title")
        assert not page.is_visible("#pad")  # one draws in grey
        assert page.locator("#steps figcaption").all_inner_texts() == [
            "Picture",
            "Seen at 48\N{MULTIPLICATION SIGN}40",
        ]


def test_two_classes(served, browser):  # noqa: F811
    picture = np.random.default_rng(4).integers(0, 120, (70, 50), np.uint8)
    with shown(browser, served("two").url) as page:
        choose(page, encoded(picture), "image/png")
        for _ in in_both_modes(page):
            assert list(shares(page)) == ["no", "yes"]
            assert page.inner_text("#rest") == ""
            seen = np.array(pixels_seen(page))
            np.testing.assert_array_equal(seen[..., 0], see(encoded(picture), DARK).pixels)


def test_of_a_thousand_classes_ten_are_shown(served, runs, browser):  # noqa: F811
    content = encoded(np.full((20, 30), 230, np.uint8))
    expected = Classifier.load(runs("thousand")).predict_proba(see(content, BRIGHT).pixels)[0]
    likeliest = [str(label) for label in np.argsort(-expected)[:10]]
    with shown(browser, served("thousand").url) as page:
        assert "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 990 more" in page.inner_text("#classes")
        choose(page, content, "image/png")
        for _ in in_both_modes(page):
            assert list(shares(page)) == likeliest
            assert page.inner_text("#headline").startswith(("None of these", likeliest[0]))
            assert page.inner_text("#rest").startswith("The other 990 classes have ")


@pytest.mark.parametrize(("kind", "background"), [("two", 0), ("letters", 255)])
def test_one_draws_as_the_model_is_used_to(served, browser, kind, background):  # noqa: F811
    form = {"two": DARK, "letters": BRIGHT}[kind].form
    with shown(browser, served(kind).url) as page:
        page.locator("#pad").scroll_into_view_if_needed()
        box = page.locator("#pad").bounding_box()
        assert box["width"] / box["height"] == pytest.approx(form.width / form.height, rel=0.02)
        page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.8 * box["height"], steps=5)
        page.mouse.up()
        page.get_by_role("button", name="Ask").click()
        shares(page)
        drawn = np.array(pixels_seen(page))[..., 0].astype(int)
    assert drawn.shape == form.shape
    assert (abs(drawn[:, 0] - background) == 0).all()
    assert abs(drawn[form.height // 2, form.width // 2] - background) > 100
    assert (abs(drawn[0] - background) < 30).all()  # where it was drawn, and as large


@pytest.mark.parametrize("mode", ["On the server", "In this browser"])
def test_the_other_background_is_refused_in_both_modes(served, browser, mode):  # noqa: F811
    with shown(browser, served("two").url) as page:
        page.get_by_label(mode).check()
        choose(page, encoded(np.full((60, 60), 250, np.uint8)), "image/png")
        page.wait_for_selector("#error:not([hidden])", timeout=30_000)
        said = page.inner_text("#error")
    assert "bright on dark" in said
    assert "dark on bright" in said


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("kind", ["colour", "thousand"])
def test_it_fits_and_is_accessible(served, browser, axe, colourful, kind, viewport):  # noqa: F811
    content = colourful if kind == "colour" else encoded(np.full((20, 30), 230, np.uint8))
    with shown(browser, served(kind).url, viewport=viewport, bypass_csp=True) as page:
        for ask in (lambda: None, lambda: choose(page, content, "image/png") or headline(page)):
            ask()
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= viewport["width"]
            page.evaluate(axe)
            found = page.evaluate("axe.run()")["violations"]
            assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_the_page_follows_a_model_that_is_replaced(runs, browser, tmp_path):  # noqa: F811
    path = shutil.copy(runs("two") / "model.onnx", tmp_path / "model.onnx")
    with serve(path, log=tmp_path / "log") as server, shown(browser, server.url) as page:
        old = server.version
        shutil.copy(runs("colour") / "model.onnx", tmp_path / "new").replace(path)
        until(lambda: server.version != old)
        choose(page, encoded(np.zeros(COLOUR.form.shape, np.uint8)), "image/png")
        assert set(shares(page)) == set(NAMES)
        page.wait_for_function("document.title.includes('Farben')")
        assert not page.is_visible("#pad")

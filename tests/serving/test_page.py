"""The page in a real browser."""

import gzip
import hashlib
import re
from importlib import resources

import numpy as np
import pytest

from hemline.labels import CLASSES
from tests.browser import axe, browser  # noqa: F401 - fixtures
from tests.serving.running import serve

DESKTOP, PHONE = {"width": 1200, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The model that the page has by itself."""
    with serve("photo", log=tmp_path_factory.mktemp("page") / "log") as started:
        yield started


@pytest.fixture
def page(shown, browser):  # noqa: F811
    """The page; at the end it has to have made no mistake, and have asked nobody else."""
    context = browser.new_context(viewport=DESKTOP)
    opened = context.new_page()
    wrong = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened.on("request", lambda asked: wrong.append(asked.url) if is_foreign(asked.url) else None)

    def is_foreign(url):
        return not url.startswith((shown.url, "blob:", "data:"))

    opened.goto(shown.url)
    yield opened
    context.close()
    assert wrong == []


def choose(page, photo):
    page.set_input_files("#file", {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo})


def headline(page):
    page.wait_for_selector("#headline strong, #error:not([hidden])", timeout=30_000)
    page.wait_for_selector("#busy", state="hidden", timeout=30_000)
    return page.inner_text("#headline")


def forget(page):
    """What is shown from now on belongs to the next question."""
    page.evaluate("document.getElementById('bars').replaceChildren()")


def shares(page):
    page.wait_for_selector("#bars li:nth-child(10)")
    rows = [re.split(r"\s*\n\s*", text) for text in page.locator("#bars li").all_inner_texts()]
    return {name: float(percent.removesuffix(" %")) for name, percent in rows}


def test_a_picture_is_chosen_and_answered_as_by_the_api(page, shown, photo):
    choose(page, photo)
    [expected] = shown.post("/classify", content=photo).json()["pictures"]
    assert expected["class_name"] in headline(page)
    for name, share in shares(page).items():
        assert share == pytest.approx(100 * expected["probabilities"][name], abs=0.06)
    captions = page.locator("#steps figcaption").all_inner_texts()
    assert captions[:3] == ["Photograph", "Garment found", "Cut out"]


@pytest.mark.parametrize("event", ["drop", "paste"])
def test_a_picture_is_dropped_or_pasted(page, photo, event):
    page.evaluate(
        """([bytes, kind]) => {
            const files = new DataTransfer();
            files.items.add(new File([new Uint8Array(bytes)], "a.jpg", { type: "image/jpeg" }));
            const event = kind === "drop"
                ? new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true })
                : new ClipboardEvent("paste", { clipboardData: files, bubbles: true });
            document.body.dispatchEvent(event);
        }""",
        [list(photo), event],
    )
    assert "Trouser" in headline(page)


def test_an_empty_page_says_what_it_knows(page):
    page.wait_for_selector("#classes:not(:empty)")
    said = page.inner_text("#headline")
    assert all(name in said for name in CLASSES)


def test_what_is_no_picture_is_refused_with_a_sentence(page):
    page.set_input_files("#file", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"text"})
    assert "Expected a picture" in page.inner_text("#error")


def test_the_examples_work_by_keyboard_and_both_modes_agree(page):
    examples = page.locator("#examples button")
    assert examples.count() == 14
    for place in (4, 5, 12):  # sketches are in the data set's form: not one pixel may differ
        examples.nth(place).focus()
        forget(page)
        page.keyboard.press("Enter")
        by_server, words = shares(page), headline(page)
        forget(page)
        page.get_by_label("In this browser").check()
        shares(page)
        assert headline(page) == words
        for name, share in shares(page).items():
            assert share == pytest.approx(by_server[name], abs=0.11)
        forget(page)
        page.get_by_label("On the server").check()
        shares(page)


def test_in_this_browser_a_photograph_leaves_the_machine_never(page, photo):
    page.get_by_label("In this browser").check()
    sent = []
    page.on("request", lambda asked: sent.append(asked.method))
    choose(page, photo)
    assert "Trouser" in headline(page)
    assert set(sent) <= {"GET"}
    assert len(shares(page)) == len(CLASSES)


def test_a_house_is_none_of_these(page):
    page.get_by_role("button", name="Drawing of a house").click()
    assert "None of these" in headline(page)


def test_a_drawing_is_answered(page):
    ask = page.get_by_role("button", name="Ask")
    assert ask.is_disabled()
    page.locator("#pad").scroll_into_view_if_needed()
    box = page.locator("#pad").bounding_box()
    for x in (0.42, 0.58):  # the legs of trousers
        page.mouse.move(box["x"] + x * 280, box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + x * 280, box["y"] + 250, steps=5)
        page.mouse.up()
    ask.click()
    page.wait_for_selector("#bars li")
    seen = page.evaluate(
        "[...document.querySelector('#steps canvas').getContext('2d')"
        ".getImageData(0, 0, 28, 28).data].filter((_, place) => place % 4 === 0)"
    )
    drawn = np.array(seen).reshape(28, 28)
    assert (drawn[[0, 27]].max(axis=1) > 100).all()  # as long as the frame
    assert drawn[:, 0].max() == 0
    page.get_by_role("button", name="Clear").click()
    assert ask.is_disabled()


@pytest.mark.parametrize(
    ("viewport", "scheme"),
    [(DESKTOP, "dark"), (PHONE, "light")],
    ids=["desktop-dark", "phone-light"],
)
def test_it_fits_and_is_accessible(shown, browser, axe, photo, viewport, scheme):  # noqa: F811
    context = browser.new_context(viewport=viewport, color_scheme=scheme, bypass_csp=True)
    opened = context.new_page()
    opened.goto(shown.url)
    choose(opened, photo)
    headline(opened)
    wide = opened.evaluate("document.documentElement.scrollWidth")
    assert wide <= viewport["width"]
    opened.evaluate(axe)
    found = opened.evaluate("axe.run()")["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    if viewport is PHONE:  # the answer is what one sees next
        opened.wait_for_function(
            "document.getElementById('answer').getBoundingClientRect().top < 100"
        )
    context.close()


def test_the_api_is_described_without_asking_anybody_else(page, shown):
    page.goto(shown.url + "/docs")
    page.wait_for_selector(".operation")
    assert "POST /classify" in page.inner_text("#operations")


def test_the_runtime_in_the_package_is_the_one_that_it_says():
    folder = resources.files("hemline.serving") / "page" / "ort"
    said = (folder / "README.md").read_text()
    module = (folder / "ort.wasm.bundle.min.mjs").read_bytes()
    wasm = gzip.decompress((folder / "ort-wasm-simd-threaded.wasm.gz").read_bytes())
    for content in (module, wasm):
        assert hashlib.sha256(content).hexdigest() in said

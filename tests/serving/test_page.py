"""The page in a real browser."""

import gzip
import hashlib
import re
from importlib import resources

import numpy as np
import pytest
from PIL import Image

from hemline.labels import CLASSES
from tests.browser import axe, browser  # noqa: F401 - fixtures
from tests.photos.drawing import COLOURS, draw_photo, draw_two, shape
from tests.serving.conftest import encoded
from tests.serving.pages import DESKTOP, PHONE, choose, forget, headline, pixels_seen, shares, shown
from tests.serving.running import serve


@pytest.fixture(scope="module")
def photo_server(tmp_path_factory):
    """The model that the page has by itself."""
    with serve("photo", log=tmp_path_factory.mktemp("page") / "log") as started:
        yield started


@pytest.fixture
def page(photo_server, browser):  # noqa: F811
    with shown(browser, photo_server.url) as opened:
        yield opened


def test_a_picture_is_chosen_and_answered_as_by_the_api(page, photo_server, photo):
    choose(page, photo)
    [expected] = photo_server.post("/classify", content=photo).json()["pictures"]
    assert expected["class_name"] in headline(page)
    assert list(shares(page)) == list(CLASSES)  # few enough to keep their places
    for name, share in shares(page).items():
        assert share == pytest.approx(100 * expected["probabilities"][name], abs=0.06)
    captions = page.locator("#steps figcaption").all_inner_texts()
    assert captions == [
        "Photograph",
        "Garment found",
        "Cut out",
        "Seen at 56\N{MULTIPLICATION SIGN}56",
    ]


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
    said = page.inner_text("#headline")
    assert all(name in said for name in CLASSES)
    assert "56\N{MULTIPLICATION SIGN}56" in said
    assert page.title() == "Hemline: what garment is this?"


def test_what_is_no_picture_is_refused_with_a_sentence(page):
    page.set_input_files("#file", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"text"})
    assert "Expected a picture" in page.inner_text("#error")


def test_the_examples_work_by_keyboard_and_both_modes_agree(page):
    examples = page.locator("#examples button")
    examples.nth(13).wait_for()
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


@pytest.mark.parametrize(
    ("size", "kind", "options"),
    [((300, 400), "PNG", {}), ((480, 640), "JPEG", {"quality": 90}), ((1500, 2000), "JPEG", {})],
)
@pytest.mark.parametrize(("garment", "ground"), [("dress", "carpet"), ("t-shirt", "tiles")])
def test_of_photographs_both_modes_see_the_same(page, garment, ground, size, kind, options):
    content = encoded(draw_photo(garment, COLOURS["red"], ground, size=size), kind, **options)
    seen, said = [], []
    for mode in ("On the server", "In this browser"):
        page.get_by_label(mode).check()
        forget(page)
        choose(page, content, f"image/{kind.lower()}")
        said.append(shares(page))
        seen.append(np.array(pixels_seen(page)).astype(int))
    assert np.abs(seen[0] - seen[1]).mean() < (0.1 if kind == "PNG" else 2)
    assert max(said[0], key=said[0].get) == max(said[1], key=said[1].get)
    assert said[0] == pytest.approx(said[1], abs=2)  # per cent


def test_a_garment_that_somebody_cut_out_is_taken_in_both_modes(page):
    photo = draw_photo("dress", COLOURS["red"])
    photo.putalpha(Image.fromarray(255 * shape("dress", photo.size).astype(np.uint8)))
    seen = []
    for mode in ("On the server", "In this browser"):
        page.get_by_label(mode).check()
        forget(page)
        choose(page, encoded(photo, "PNG"), "image/png")
        shares(page)
        seen.append(np.array(pixels_seen(page)))
    assert (seen[0] == seen[1]).all()


def test_two_garments_are_said_in_both_modes(page):
    for mode in ("On the server", "In this browser"):
        page.get_by_label(mode).check()
        forget(page)
        choose(page, encoded(draw_two(), "PNG"), "image/png")
        shares(page)
        said = headline(page)
        assert said.startswith("2 garments:")
        assert re.findall(r"(Trouser|Dress) 9\d\.\d", said.replace("\xa0", " ")) == [
            "Trouser",
            "Dress",
        ]


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
    drawn = np.array(pixels_seen(page))[..., 0]
    assert (drawn[[0, 27]].max(axis=1) > 100).all()  # as long as the frame
    assert drawn[:, 0].max() == 0
    page.get_by_role("button", name="Clear").click()
    assert ask.is_disabled()


@pytest.mark.parametrize(
    ("viewport", "scheme"),
    [(DESKTOP, "dark"), (PHONE, "light")],
    ids=["desktop-dark", "phone-light"],
)
def test_it_fits_and_is_accessible(photo_server, browser, axe, photo, viewport, scheme):  # noqa: F811
    options = {"viewport": viewport, "color_scheme": scheme, "bypass_csp": True}
    with shown(browser, photo_server.url, **options) as page:
        choose(page, photo)
        headline(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= viewport["width"]
        page.evaluate(axe)
        found = page.evaluate("axe.run()")["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        if viewport is PHONE:  # the answer is what one sees next
            page.wait_for_function(
                "document.getElementById('answer').getBoundingClientRect().top < 100"
            )


def test_the_api_is_described_without_asking_anybody_else(page, photo_server):
    page.goto(photo_server.url + "/docs")
    page.wait_for_selector(".operation")
    assert "POST /classify" in page.inner_text("#operations")


def test_the_runtime_in_the_package_is_the_one_that_it_says():
    folder = resources.files("hemline.serving") / "page" / "ort"
    said = (folder / "README.md").read_text()
    module = (folder / "ort.wasm.bundle.min.mjs").read_bytes()
    wasm = gzip.decompress((folder / "ort-wasm-simd-threaded.wasm.gz").read_bytes())
    for content in (module, wasm):
        assert hashlib.sha256(content).hexdigest() in said

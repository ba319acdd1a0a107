"""The same file gives the same pixels on every way to a model."""

import json

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from hemline.classifier import Classifier
from hemline.data import open_dataset, read_pictures
from hemline.photos import see
from tests.browser import browser  # noqa: F401 - a fixture
from tests.serving.conftest import encoded
from tests.serving.pages import choose, forget, headline, pixels_seen, shares, shown
from tests.serving.running import serve

RNG = np.random.default_rng(5)
KINDS = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
ROTATED = Image.Exif()
ROTATED[0x0112] = 6


def picture(width, height, channels=3, cells=12):
    """Smooth in parts, and noisy: everything that resampling may get wrong."""
    coarse = RNG.integers(0, 200, (cells, cells, channels), np.uint8)
    bands = [
        np.asarray(Image.fromarray(coarse[..., band]).resize((width, height)))
        for band in range(channels)
    ]
    noise = RNG.integers(0, 55, (height, width, channels), np.uint8)
    return Image.fromarray(np.stack(bands, axis=-1) + noise)


def with_gamma(image):
    chunks = PngImagePlugin.PngInfo()
    chunks.add(b"gAMA", (90_910).to_bytes(4, "big"))
    return encoded(image, pnginfo=chunks)


def translucent(width, height):
    return picture(width, height, 4)


FILES = {
    "small.png": encoded(picture(20, 13)),
    "tall.png": encoded(picture(17, 300)),
    "wide.png": encoded(picture(400, 31)),
    "as-it-is.png": encoded(picture(48, 40)),
    "photograph.png": encoded(picture(1200, 900)),
    "tall-photograph.png": encoded(picture(700, 2100)),
    "grey.png": encoded(picture(100, 80).convert("L")),
    "ink.png": encoded(picture(100, 80).convert("1")),
    "palette.png": encoded(picture(100, 80).quantize(16)),
    "deep.png": encoded(Image.fromarray(RNG.integers(0, 65_536, (60, 70)).astype(np.uint16))),
    "translucent.png": encoded(translucent(90, 70)),
    "translucent-photograph.png": encoded(translucent(1000, 700)),
    "cut-out.png": encoded(picture(100, 80).quantize(16), transparency=3),
    "gamma.png": with_gamma(picture(100, 80)),
    "turned.png": encoded(picture(100, 80), exif=ROTATED),
    "lossless.webp": encoded(picture(300, 200), "WEBP", lossless=True),
    "photograph.jpg": encoded(picture(600, 400), "JPEG"),
    "turned.jpg": encoded(picture(600, 400), "JPEG", exif=ROTATED),
}
_ABOUT = 2.0  # levels on average, where browsers decode in their own ways


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The files, in folders of two classes."""
    made = tmp_path_factory.mktemp("files")
    for place, (name, content) in enumerate(FILES.items()):
        kind = made / ("no", "yes")[place % 2]
        kind.mkdir(exist_ok=True)
        (kind / name).write_bytes(content)
    return made


@pytest.fixture(scope="module", params=["colour", "grey"])
def model(request, runs):
    """A model for whole pictures: padded in colour, cropped in grey."""
    return runs(request.param)


@pytest.fixture(scope="module")
def classifier(model):
    return Classifier.load(model)


@pytest.fixture(scope="module")
def expected(classifier):
    """What `hemline.photos.see` makes of each file."""
    return {name: see(content, classifier.intake).pixels for name, content in FILES.items()}


@pytest.fixture(scope="module")
def server(model, tmp_path_factory):
    with serve(model, log=tmp_path_factory.mktemp("same") / "log") as started:
        yield started


def test_the_files_put_the_intake_to_the_test(expected, classifier):
    assert len({pixels.tobytes() for pixels in expected.values()}) == len(FILES)
    assert {pixels.shape for pixels in expected.values()} == {classifier.form.shape}


def test_training_reads_them_so(folder, expected, classifier):
    for path in sorted(folder.rglob("*.*")):
        [read] = read_pictures(path, classifier.intake)
        np.testing.assert_array_equal(read.pixels, expected[path.name], path.name)


def test_a_data_set_holds_them_so(folder, expected, classifier):
    data = open_dataset(folder, intake=classifier.intake)
    held = {pixels.tobytes() for part in (data.train, data.test) for pixels in part.pixels}
    assert held == {pixels.tobytes() for pixels in expected.values()}


def test_predict_sees_them_so(folder, expected, model, classifier, inside):
    files = sorted(folder.rglob("*.*"))
    done = inside("predict", "--model", model, "--json", "--top", 1, *files)
    rows = json.loads(done.stdout)
    assert len(rows) == len(files), done.stderr
    for path, row in zip(files, rows, strict=True):
        answer = classifier.answer(expected[path.name])
        assert row["ood_score"] == pytest.approx(float(answer.ood_score[0]), rel=1e-5), path.name
        assert row["label"] == answer.labels[0], path.name


def test_the_server_sees_them_so(server, expected):
    files = [("files", item) for item in FILES.items()]
    said = server.post("/classify", files=files, params={"seen": True}).json()["pictures"]
    for one in said:
        np.testing.assert_array_equal(one["pixels"], expected[one["name"]], one["name"])


def test_the_page_sees_them_so_in_both_modes(server, classifier, expected, browser):  # noqa: F811
    # Grey is made of colour at the very end: every third file shows that, and each takes a second.
    files = list(FILES.items())[:: 1 if classifier.form.channels == 3 else 3]
    with shown(browser, server.url) as page:
        for name, content in files:
            wanted = in_colour(expected[name])
            page.get_by_label("On the server").check()
            for _ in range(2):
                forget(page)
                choose(page, content, KINDS[name.partition(".")[2]])
                by_page = shares(page), headline(page), np.array(pixels_seen(page))
                if page.get_by_label("On the server").is_checked():
                    np.testing.assert_array_equal(by_page[2], wanted, name)
                    by_server = by_page
                page.get_by_label("In this browser").check()
            compare(name, by_page, by_server)


def compare(name, by_browser, by_server):
    """PNG bit for bit; what JPEG and WebP become is the browser's own affair, within limits."""
    away = np.abs(by_browser[2].astype(int) - by_server[2])
    if not name.endswith(".png"):
        assert away.mean() < _ABOUT, name
        return
    assert away.max() == 0, name
    assert by_browser[1] == by_server[1], name
    assert by_browser[0] == pytest.approx(by_server[0], abs=0.11), name


def in_colour(pixels):
    return np.repeat(pixels[..., None], 3, axis=2) if pixels.ndim == 2 else pixels


def test_resizing_in_the_browser_is_pillows(own, browser):  # noqa: F811
    jobs, wanted = [], []
    for _ in range(60):
        width, height, *size = (int(edge) for edge in np.exp(RNG.uniform(0.7, 5.3, 4)))
        channels = int(RNG.choice([1, 3]))
        array = RNG.integers(0, 256, (height, width, channels), np.uint8)
        image = Image.fromarray(array[..., 0] if channels == 1 else array)
        gap = RNG.choice([None, 2.0])
        wanted.append(image.resize(size, Image.Resampling.BILINEAR, reducing_gap=gap))
        described = {"width": width, "height": height, "channels": channels}
        jobs.append({**described, "data": array.ravel().tolist(), "size": size, "gap": bool(gap)})
    with shown(browser, own.url) as page:
        for job, image in zip(jobs, wanted, strict=True):
            resized = page.evaluate(
                """async ({ size, gap, data, ...rest }) => {
                    const { resized, reducedAndResized } = await import("/page/resizing.js");
                    const picture = { ...rest, data: Uint8ClampedArray.from(data) };
                    return Array.from((gap ? reducedAndResized : resized)(picture, ...size).data);
                }""",
                job,
            )
            made = np.array(resized, np.uint8).reshape(np.asarray(image).shape)
            about = f"{job['width']}x{job['height']} to {job['size']}, {job['gap']}"
            np.testing.assert_array_equal(made, np.asarray(image), about)


def test_a_translucent_webp_differs_by_a_level_at_most(own, browser):  # noqa: F811
    content = encoded(translucent(90, 70), "WEBP", lossless=True, exact=True)
    with shown(browser, own.url) as page:
        seen = []
        for mode in ("On the server", "In this browser"):
            page.get_by_label(mode).check()
            forget(page)
            choose(page, content, "image/webp")
            shares(page)
            seen.append(np.array(pixels_seen(page)))
    assert np.abs(seen[0] - seen[1]).max() <= 1

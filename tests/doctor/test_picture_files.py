"""Pipelines that take files: found by trying, and their glue is examined."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from hemline import Split, diagnose
from tests.doctor import glue, own_data


def found(diagnosis):
    return [finding.check for finding in diagnosis.findings]


def ranked(probabilities):
    order = probabilities.argsort()[::-1]
    return [{"label": glue.NAMES[c], "score": float(probabilities[c])} for c in order[:3]]


def one(picture):
    return glue.classifier()(glue.values_of(picture))[0]


def must(value, kind):
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind.__name__}, got {type(value).__name__}")
    return value


def careful(name):
    """As glue in the field does it: an error is an answer."""
    try:
        return {"label": glue.NAMES[one(Image.open(name)).argmax()]}
    except Exception as error:
        return {"error": str(error)}


PIPELINES = {
    "one PIL picture at a time": lambda x: one(must(x, Image.Image)),
    "a list of PIL pictures": lambda x: [one(picture) for picture in must(x, list)],
    "one file name at a time": lambda x: int(one(Image.open(must(x, str))).argmax()),
    "a list of file names": lambda x: [ranked(one(Image.open(must(f, str)))) for f in x],
    "one Path object at a time": lambda x: one(glue.open_bytes(must(x, Path).read_bytes())),
    "a list of Path objects": lambda x: np.stack([one(Image.open(must(p, Path))) for p in x]),
    "the bytes of one file at a time": lambda x: ranked(one(glue.open_bytes(must(x, bytes)))),
    "a list of bytes of files": lambda x: [one(glue.open_bytes(must(b, bytes))) for b in x],
    "one open file at a time": lambda x: dict(
        zip(glue.NAMES, one(glue.open_bytes(x.read())), strict=True)
    ),
    "a list of open files": lambda x: [one(glue.open_bytes(f.read())) for f in must(x, list)],
}


@pytest.mark.parametrize("way", PIPELINES)
def test_every_way_of_taking_files_is_found(way):
    diagnosis = diagnose(PIPELINES[way], glue.garments(count=60))
    assert diagnosis.wants == f"pictures of 28x28, 0..255, {way}"
    assert found(diagnosis) == []


def test_a_pipeline_that_answers_errors_is_shown_what_it_takes():
    diagnosis = diagnose(careful, glue.garments(count=60))
    assert diagnosis.wants.endswith("one file name at a time")
    assert found(diagnosis) == []


def test_grey_pictures_come_in_colour_where_that_alone_is_taken():
    def predict(name):
        red = np.asarray(Image.open(name)).reshape(28, 28, 3)[..., 0]
        return one(Image.fromarray(red))

    assert diagnose(predict, glue.garments(count=60)).wants.startswith("pictures of 28x28x3")


def test_files_are_lossless_are_asked_for_in_whole_pixels_and_go_away(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen = []

    def predict(name):
        with Image.open(must(name, str)) as picture:
            seen.append((name, picture.mode, np.asarray(picture).tobytes()))
        return one(Image.open(name))

    diagnose(predict, glue.garments(count=60))
    pixels = glue.garments(count=60).test.pixels
    known = {picture.tobytes() for picture in pixels}
    plain = [picture in known for name, mode, picture in seen if (name[-4:], mode) == (".png", "L")]
    assert sum(plain) > len(pixels)
    assert len({name for name, _, _ in seen}) == len(seen)
    assert list(tmp_path.iterdir()) == []


MODULE = """
from PIL import Image
from tests.doctor import glue
def predict(name):
    return glue.glued()(open(name, "rb").read())
def stretched(name):
    return glue.glued(glue.upright, glue.on("black"), glue.stretch)(open(name, "rb").read())
"""


def test_a_named_callable_is_handed_files_in_its_own_process(monkeypatch, tmp_path):
    (tmp_path / "takes.py").write_text(MODULE)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]), prepend=":")
    monkeypatch.chdir(tmp_path)
    assert found(diagnose("takes:stretched", glue.garments())) == ["aspect-ratio"]
    assert list((tmp_path / "temporary").iterdir()) == []


BROKEN = {
    "exif-orientation ignored": (glue.on("black"), glue.pad),
    "exif-orientation applied twice": (glue.turned_twice, glue.on("black"), glue.pad),
    "exif-orientation applied the wrong way round": (
        glue.turned_wrong,
        glue.on("black"),
        glue.pad,
    ),
    "transparency": (glue.upright, glue.without_alpha, glue.pad),
    "aspect-ratio stretched": (glue.upright, glue.on("black"), glue.stretch),
    "aspect-ratio padded in white": (glue.upright, glue.on("black"), glue.pad_in_white),
    "aspect-ratio put into a corner": (glue.upright, glue.on("black"), glue.in_a_corner),
    "cropping cropped to the middle": (glue.upright, glue.on("black"), glue.crop),
    "inverted-brightness": (glue.upright, glue.on("black"), ImageOps.invert, glue.pad),
    "orientation": (glue.upright, glue.on("black"), lambda x: x.rotate(90), glue.pad),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_broken_glue_is_named(fault):
    findings = diagnose(glue.glued(*BROKEN[fault]), glue.garments()).findings
    check, _, what = fault.partition(" ")
    assert [finding.check for finding in findings] == [check]
    assert findings[0].figures.get("tag", findings[0].figures.get("how", "")) == what


@pytest.mark.parametrize("shade", ["black", "white"])
def test_sound_glue_is_not_accused(shade):
    diagnosis = diagnose(glue.glued(glue.upright, glue.on(shade), glue.pad), glue.garments())
    assert found(diagnosis) == []
    assert diagnosis.notes == (f"What is transparent in a file it sees as {shade}.",)


def test_glue_that_looks_for_the_garment_itself_is_not_accused():
    pipeline = glue.glued(glue.upright, glue.on("black"), glue.to_the_content)
    assert found(diagnose(pipeline, glue.garments())) == []


def test_the_colour_that_shows_through_is_named():
    findings = diagnose(glue.glued(*BROKEN["transparency"]), glue.garments()).findings
    assert findings[0].figures["shows"] == ["black", "white"]


def test_the_shortest_glue_on_data_that_need_inverting():
    bright = glue.garments(bright=True)
    steps = (lambda picture: picture.convert("L"), glue.stretch)
    sound = found(diagnose(glue.glued(*steps, ImageOps.invert), bright))
    assert sound == ["exif-orientation", "transparency", "aspect-ratio"]
    assert found(diagnose(glue.glued(*steps), bright))[0] == "inverted-brightness"


def by_bytes(data, order):
    scores = own_data.logistic("signs")
    pixels = np.asarray(glue.open_bytes(data).convert("RGB"))[None, ..., ::order]
    if pixels.shape[1:] != (20, 14, 3):
        raise ValueError(pixels.shape)
    return scores(pixels / 255)[0]


def few(data):
    test = Split(data.test.pixels[:240], data.test.labels[:240])
    return replace(data, load_test=lambda: test)


@pytest.mark.parametrize(("order", "expected"), [(1, []), (-1, ["channel-order"])])
def test_colours_and_pictures_without_margins(order, expected):
    """Files of another size are refused: nothing is said of what cannot be shown."""
    diagnosis = diagnose(lambda data: by_bytes(data, order), few(own_data.signs()))
    assert [name for name in found(diagnosis) if name not in {"transparency"}] == expected


def test_a_folder_of_photographs_is_shown_as_the_pictures_of_the_data_set(tmp_path):
    rng, sizes = np.random.default_rng(0), set()
    for name, shade in (("dark", 40), ("light", 200)):
        (tmp_path / name).mkdir()
        for number in range(90):
            page = rng.integers(shade - 40, shade + 40, (60 + number % 3, 80, 3), np.uint8)
            Image.fromarray(page).save(tmp_path / name / f"{number}.jpg")

    def predict(file):
        with Image.open(must(file, str)) as picture:
            sizes.add(picture.size)
            return ["dark", "light"][int(np.asarray(picture.convert("L")).mean() > 120)]

    diagnosis = diagnose(predict, tmp_path)
    assert found(diagnosis) in ([], ["transparency"])
    height, width = diagnosis.case.material.form.shape[:2]
    assert (width, height) in sizes
    assert not sizes & {(80, 60), (80, 61), (80, 62)}

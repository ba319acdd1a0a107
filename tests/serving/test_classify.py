"""Picture files in, classes out."""

import base64
import io
import socket

import numpy as np
import pytest
from PIL import Image
from pillow_heif import register_heif_opener

from hemline.labels import CLASSES
from hemline.photos import see
from hemline.pixels import Form
from hemline.serving.classify import check_seen
from hemline.serving.refusals import RefusedError
from tests.serving.conftest import encoded
from tests.serving.running import until


def test_a_photograph_is_answered_as_the_library_answers(server, classifier, photo):
    answer = server.post("/classify", content=photo, headers={"Content-Type": "image/jpeg"})
    assert answer.status_code == 200
    [picture] = answer.json()["pictures"]
    expected = classifier.answer(see(photo, classifier.intake).pixels)
    assert picture["label"] == expected.labels[0]
    assert picture["class_name"] == CLASSES[expected.labels[0]]
    likeliest = np.argsort(-expected.probabilities[0])
    assert list(picture["probabilities"]) == [CLASSES[label] for label in likeliest]
    np.testing.assert_allclose(
        list(picture["probabilities"].values()), expected.probabilities[0, likeliest], atol=1e-5
    )
    assert picture["ood_score"] == pytest.approx(float(expected.ood_score[0]), rel=1e-4)
    assert picture["none_of_these"] == (expected.ood_score[0] > classifier.threshold)
    assert picture.keys().isdisjoint({"pixels", "steps"})


@pytest.mark.parametrize(("top", "named"), [(1, 1), (3, 3), (99, 10)])
def test_as_many_classes_are_named_as_are_asked_for(server, photo, top, named):
    [picture] = server.post("/classify", content=photo, params={"top": top}).json()["pictures"]
    assert len(picture["probabilities"]) == named
    assert next(iter(picture["probabilities"])) == picture["class_name"]


def test_many_files_come_back_in_order_with_their_names(server, classifier, pixels):
    files = [("files", (f"{place}.png", encoded(garment))) for place, garment in enumerate(pixels)]
    pictures = server.post("/classify", files=files, params={"seen": True}).json()["pictures"]
    assert [picture["name"] for picture in pictures] == [f"{place}.png" for place in range(10)]
    assert [picture["label"] for picture in pictures] == classifier.predict(pixels).tolist()
    np.testing.assert_array_equal([picture["pixels"] for picture in pictures], pixels)


CHARSETS = ["utf-7", "utf-16", "utf-32", "rot13", "hex", "zlib", "idna", "punycode", "undefined",
            "unicode_escape", "raw_unicode_escape", "cp037", "mbcs", "none-such", "", '"utf-16"',
            "utf-8; charset=rot13", "ä"]  # fmt: skip


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("parameter", ["charset", "CHARSET", " charset ", "charset*"])
def test_names_of_files_are_utf8_whatever_a_form_says(server, pixels, charset, parameter):
    name = "+AOQ-ä靴.png"
    part = f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    body = part.encode() + encoded(pixels[0]) + b"\r\n--x--\r\n"
    kind = f"multipart/form-data; boundary=x;{parameter}={charset}".encode()
    answer = server.post("/classify", content=body, headers={"Content-Type": kind})
    assert answer.status_code in {200, 400}
    if answer.status_code == 200:
        assert answer.json()["pictures"][0]["name"] == name
    else:
        assert answer.json()["error"].startswith("Expected ")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_three_kinds_of_files_are_taken(server, photo, kind):
    content = encoded(Image.open(io.BytesIO(photo)), kind)
    [picture] = server.post("/classify", content=content).json()["pictures"]
    assert picture["class_name"] in CLASSES


def step(url):
    assert url.startswith("data:image/")
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))


def test_the_steps_are_pictures(server, classifier, photo):
    [picture] = server.post("/classify?steps=1&seen=1", content=photo).json()["pictures"]
    assert list(picture["steps"]) == ["photo", "garment", "cut", "seen"]
    steps = {name: step(url) for name, url in picture["steps"].items()}
    assert steps["photo"].size == steps["garment"].size == (300, 400)
    assert steps["cut"].size[1] < 400
    np.testing.assert_array_equal(picture["pixels"], see(photo, classifier.intake).pixels)
    np.testing.assert_array_equal(picture["pixels"], np.asarray(steps["seen"]))


def test_a_picture_in_the_models_form_has_no_steps_before_what_was_seen(server, pixels):
    [picture] = server.post("/classify?steps=1", content=encoded(pixels[0])).json()["pictures"]
    assert picture["steps"].keys() == {"seen"}
    np.testing.assert_array_equal(step(picture["steps"]["seen"]), pixels[0])


def flat():
    return encoded(Image.new("RGB", (100, 100), "grey"))


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 415, "PNG, JPEG, WebP, AVIF, HEIC, TIFF or GIF file, received nothing"),
        (b"no picture", 415, "TIFF or GIF file, received the picture that is none"),
        (encoded(np.zeros((100, 100), np.uint8), "BMP"), 415, "the picture that is none"),
        (encoded(np.zeros((100, 100), np.uint8), "ICO"), 415, "the picture that is icon"),
        (encoded(np.zeros((100, 100), np.uint8))[:60], 400, "damaged"),
        (encoded(np.zeros((8, 8), np.uint8)), 400, "at least 16x16"),
        (encoded(np.full((28, 28), 255, np.uint8)), 400, "dark on bright"),
        (flat(), 400, "nothing stands out"),
    ],
)
def test_what_is_no_photograph_of_a_garment_is_refused(server, content, status, said):
    answer = server.post("/classify", content=content)
    assert answer.status_code == status
    assert said in answer.json()["error"]


@pytest.mark.parametrize("form", ["AVIF", "HEIF", "TIFF", "GIF"])
def test_whatever_phones_store_is_answered(server, photo, form):
    register_heif_opener()
    picture = Image.open(io.BytesIO(photo))
    answers = [
        server.post("/classify", content=content).json()["pictures"][0]
        for content in (photo, encoded(picture, form))
    ]
    assert answers[0]["class_name"] == answers[1]["class_name"]


def test_a_bad_file_among_good_ones_is_named(server, photo):
    files = [("files", ("good.jpg", photo)), ("files", ("bad.jpg", b"no picture"))]
    answer = server.post("/classify", files=files)
    assert answer.status_code == 415
    assert "bad.jpg" in answer.json()["error"]


@pytest.mark.parametrize(
    "options",
    [
        {"files": [("files", ("a.png", b"x"))] * 33},
        {"files": [("pictures", ("a.png", b"x"))]},
        {"files": [("files", ("a.png", b"x"))], "data": {"files": "a path"}},
        {"content": b"--x", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": b"--x", "headers": {"Content-Type": "multipart/form-data"}},
        {"content": b"nonsense", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
    ],
)
def test_a_form_that_is_not_one_of_files_is_refused(server, options):
    answer = server.post("/classify", **options)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("Expected ")


def test_photographs_of_clients_that_have_left_are_not_decoded(server, photo):
    head = b"POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(photo)
    for _ in range(8):
        with socket.create_connection(("127.0.0.1", server.port)) as left:
            left.sendall(head + photo)
    until(lambda: 'route="/classify",status="499"' in server.get("/metrics").text)
    until(lambda: "hemline_photos_waiting 0.0" in server.get("/metrics").text)
    assert server.post("/classify", content=photo).status_code == 200


@pytest.mark.parametrize(
    ("form", "most"), [(Form(28, 28, 1), 510), (Form(64, 64, 3), 32), (Form(224, 224, 3), 2)]
)
def test_pixels_that_are_seen_are_soon_written(form, most):
    check_seen(most, form)
    with pytest.raises(RefusedError, match=f"at most {most} pictures of {form} beside seen=true"):
        check_seen(most + 1, form)

"""Pictures that cost more than they are worth are refused; the usual ones are not."""

import io
import os
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from hemline.data.pictures import read_pictures
from hemline.errors import DataError, PhotoError
from hemline.photos import Intake, decode, see, seeing
from hemline.photos.jpeg import SCAN, markers
from hemline.pixels import Form
from tests.pace import start_of_libraries
from tests.photos.costly import (
    in_front,
    jpeg,
    many_scans,
    segment,
    single_scans,
    sixteen_bits,
    thin_lines,
)
from tests.photos.drawing import COLOURS, draw_photo

GARMENT = Intake(Form(28, 28, 1, "dark"), find="garment")
WHOLE = Intake(Form(28, 28, 1))


@pytest.mark.parametrize("scans", [25, 5000])
def test_a_jpeg_of_very_many_scans_is_refused_before_it_is_decoded(scans):
    began = time.process_time()
    with pytest.raises(PhotoError, match=r"scans of 5,000x5,000; save it anew"):
        decode(many_scans(scans))
    assert time.process_time() - began < start_of_libraries()


KINDS = {"baseline": b"\xff\xc0", "sequential": b"\xff\xc1", "arithmetic": b"\xff\xc9"}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize(("scans", "size"), [(100, (5000, 5000)), (30_000, (300, 400))])
def test_so_is_one_that_is_not_progressive(kind, scans, size):
    content = single_scans(scans, size, kind)
    began = time.process_time()
    with pytest.raises(PhotoError, match="decoded within seconds"):
        decode(content)
    assert time.process_time() - began < start_of_libraries()


def test_so_is_one_with_another_picture_behind_it():
    first, second = io.BytesIO(), Image.new("RGB", (2000, 2000))
    second.save(first, "MPO", save_all=True, append_images=[second])
    content = first.getvalue()
    place = content.index(b"\xff\xda")
    scan = segment(0xDA, bytes((1, 1, 0, 0, 63, 0))) + bytes(4)
    assert decode(content).size == (2000, 2000)
    with pytest.raises(PhotoError, match="decoded within seconds"):
        decode(content[:place] + scan * 600 + content[place:])


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_scan_for_each_component_is_not(kind):
    assert decode(single_scans(3, (2000, 2000), kind)).size == (2000, 2000)
    assert decode(single_scans(3, (7000, 7000), KINDS["baseline"])).size == (7000, 7000)


def test_what_only_looks_like_scans_is_none():
    film, thumbnail = b"\xff\xda" * 100_000, segment(0xE1, b"Exif\0\0" + b"\xff\xda" * 30_000)
    content = in_front(jpeg((2000, 2000)), segment(0xFE, b"\xff\xda" * 30_000)) + film
    assert decode(content).size == (2000, 2000)
    numbers = [marker for marker, _ in markers(io.BytesIO(in_front(content, thumbnail)))]
    assert numbers.count(SCAN) == 1


def test_progressive_photographs_are_not():
    for size in ((3000, 4000), (7000, 7000)):
        file = io.BytesIO()
        Image.effect_mandelbrot(size, (-3, -2.5, 2, 2.5), 20).convert("RGB").save(
            file, "JPEG", progressive=True
        )
        assert decode(file.getvalue()).size == size


def test_a_scan_is_counted_where_blocks_meet(monkeypatch):
    content = many_scans(1000)
    for block in (1, 2, 3, 64, 1000):
        monkeypatch.setattr("hemline.photos.jpeg._BLOCK", block)
        counted = sum(marker == SCAN for marker, _ in markers(io.BytesIO(content)))
        assert counted == 1001


MEMORY = """
import re, sys
from hemline.photos import decode
decode(open(sys.argv[1], "rb").read(), garment=False)
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""


@pytest.mark.parametrize(
    ("kind", "most"), [("PNG16", 450), ("PNG", 350), ("JPEG", 150), ("GIF", 350), ("WEBP", 900)]
)
def test_fifty_megapixels_take_what_is_said(kind, most, tmp_path):
    path = tmp_path / "large"
    if kind == "PNG16":
        path.write_bytes(sixteen_bits())
    else:
        Image.new("RGB", (7000, 7000), (10, 200, 30)).save(path, kind)
    command = [sys.executable, "-c", MEMORY, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) < most


@pytest.mark.parametrize(
    ("seed", "size"), [(0, (22, 16)), (3, (22, 16)), (11, (16, 22)), (0, (16, 16)), (3, (190, 16))]
)
def test_a_garment_thinner_than_a_pixel_is_a_sentence(seed, size):
    try:
        assert see(thin_lines(seed, size), GARMENT).pixels.shape == (28, 28)
    except PhotoError as error:
        assert str(error).startswith("Expected ")


def test_what_nobody_thought_of_is_a_sentence_as_well(monkeypatch, tmp_path):
    path = tmp_path / "photo.jpg"
    draw_photo("trousers", COLOURS["blue"], size=(150, 200)).save(path)
    monkeypatch.setattr(seeing, "fit", lambda *_: np.zeros(0)[1])
    with pytest.raises(PhotoError, match=r"photo.jpg on which that fails \(IndexError"):
        list(read_pictures(path, WHOLE))
    with pytest.raises(PhotoError, match="the picture on which that fails"):
        see(path.read_bytes(), WHOLE)


HEADS = {
    "255 dimensions": b"\x00\x00\x08\xff" + b"\x7f" * 1020,
    "none": b"\x00\x00\x08\x00" + bytes(100),
    "another type": b"\x00\x00\x0d\x03" + bytes(100),
    "more than there is": b"\x00\x00\x08\x03" + b"\x7f" * 12,
    "zeros": bytes(100),
    "gzip of nothing": b"\x1f\x8b" + bytes(100),
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("size", [0, 3_000_000_000])
def test_idx_files_that_are_none_are_refused_by_their_heads(head, size, tmp_path):
    path = tmp_path / "t10k-images-idx3-ubyte"
    path.write_bytes(head)
    if size:
        os.truncate(path, size)  # sparse: it takes no room
    began = time.process_time()
    with pytest.raises(DataError, match=r"^Expected "):
        list(read_pictures(path, WHOLE))
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("name", ["photo.jpg", "photo.png", "photo.bmp", "photo"])
def test_a_sparse_file_is_refused_by_its_size(name, tmp_path, monkeypatch):
    path = tmp_path / name
    file = io.BytesIO()
    kind = {"jpg": "JPEG", "png": "PNG"}.get(name.partition(".")[2], "BMP")
    draw_photo("trousers", COLOURS["blue"], size=(150, 200)).save(file, kind)
    path.write_bytes(file.getvalue())
    assert list(read_pictures(path, WHOLE))
    os.truncate(path, 3_000_000_000)
    monkeypatch.setattr(Image, "open", None)
    with pytest.raises(PhotoError, match=r"at most 100,000,000 bytes, received .* 3,000,000,000"):
        list(read_pictures(path, WHOLE))

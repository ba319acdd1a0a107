"""Formats that are not read are called by their names."""

import numpy as np
import pytest
from PIL import Image

from hemline.data.pictures import read_pictures
from hemline.errors import DataError
from hemline.photos import Intake
from hemline.photos.others import BEGINNING, format_of
from hemline.pixels import Form

WHOLE = Intake(Form(28, 28, 1))
BEGINNINGS = {
    "HEIC": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
    "AVIF": b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1",
    "video": b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00",
    "icon": b"\x00\x00\x01\x00\x01\x00\x10\x10",
    "JPEG XL": b"\xff\x0a" + bytes(20),
    "PDF": b"%PDF-1.7\n",
    "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "Photoshop": b"8BPS\x00\x01",
}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_a_format_that_is_not_read_is_named(name, tmp_path):
    path = tmp_path / "photo"
    path.write_bytes(BEGINNINGS[name] + bytes(100))
    with pytest.raises(DataError, match=f"in the format {name}, which is not read; convert it"):
        list(read_pictures(path, WHOLE))


@pytest.mark.parametrize(("kind", "name"), [("TIFF", "TIFF"), ("ICO", "icon"), ("AVIF", "AVIF")])
def test_as_pillow_writes_them(kind, name, tmp_path):
    path = tmp_path / "photo"
    try:
        Image.new("RGB", (64, 64)).save(path, kind)
    except (KeyError, OSError):
        pytest.skip(f"this Pillow writes no {kind}")
    with pytest.raises(DataError, match=f"in the format {name}"):
        list(read_pictures(path, WHOLE))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
@pytest.mark.parametrize("packed", [None, "tga_rle"])
@pytest.mark.parametrize("name", ["photo.tga", "photo"])
def test_tga_which_begins_like_an_idx_file(mode, packed, name, tmp_path):
    path = tmp_path / name
    Image.new(mode, (64, 64)).save(path, "TGA", compression=packed)
    with pytest.raises(DataError, match="in the format TGA, which is not read; convert it"):
        list(read_pictures(path, WHOLE))


@pytest.mark.parametrize("shape", [(1, 28, 28), (28, 28), (512, 28, 28), (1 << 17,)])
@pytest.mark.parametrize("kind", [8, 9, 10, 11, 12, 13, 14])
def test_idx_files_are_not_taken_for_one(shape, kind):
    head = bytes((0, 0, kind, len(shape))) + np.array(shape, ">u4").tobytes()
    assert format_of((head + bytes(BEGINNING))[:BEGINNING]) == ""
    assert format_of(head[:8]) == ""
    assert format_of(bytes(BEGINNING)) == ""


def test_what_nobody_knows_is_none_of_these(tmp_path):
    path = tmp_path / "photo.xyz"
    path.write_bytes(b"xyz" * 100)
    with pytest.raises(DataError, match="that is none of these; check the file"):
        list(read_pictures(path, WHOLE))

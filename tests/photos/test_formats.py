"""What a file is by its beginning; formats that are not read are called by their names."""

import numpy as np
import pytest
from PIL import Image

from hemline.data.pictures import read_pictures
from hemline.errors import DataError
from hemline.photos import Intake
from hemline.photos.formats import BEGINNING, format_of
from hemline.pixels import Form

WHOLE = Intake(Form(28, 28, 1))
BEGINNINGS = {
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


@pytest.mark.parametrize(("kind", "name"), [("ICO", "icon"), ("JPEG2000", "JPEG 2000")])
def test_as_pillow_writes_them(kind, name, tmp_path):
    path = tmp_path / "photo"
    Image.new("RGB", (64, 64)).save(path, kind)
    with pytest.raises(DataError, match=f"in the format {name}"):
        list(read_pictures(path, WHOLE))


@pytest.mark.parametrize(
    ("brands", "name"),
    [
        (("heic", "mif1", "heic"), "HEIC"),
        (("mif1", "mif1", "heic", "MiHE"), "HEIC"),  # as iPhones write it
        (("mif1", "mif1", "avif", "miaf"), "AVIF"),
        (("avis", "avif", "msf1"), "AVIF"),
        (("isom", "iso2", "mp41"), "video"),
        (("qt  ", "qt  "), "video"),
    ],
)
def test_of_boxed_files_the_brands_say_it(brands, name):
    first, *others = brands
    content = b"ftyp" + first.encode() + bytes(4) + "".join(others).encode()
    start = (4 + len(content)).to_bytes(4, "big") + content + b"\0\0\0\x08free" + b"avif" * 9
    assert format_of(start[:BEGINNING]) == name


@pytest.mark.parametrize("order", [b"II*\0", b"MM\0*", b"II+\0"])
def test_a_tiff_and_a_camera_raw_that_begins_alike(order):
    assert format_of(order + bytes(60)) == "TIFF"
    assert format_of(order + b"\x10\0\0\0CR\2\0" + bytes(50)) == "camera raw"


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

"""Files of very many pieces are refused before anything goes over them."""

import io
import time
import zlib

import pytest
from PIL import Image

from hemline.errors import PhotoError
from hemline.photos import decode
from tests.pace import start_of_libraries
from tests.photos.costly import chunk, in_front, jpeg, many_scans, png, segment

SCREEN = (40, 30, bytes(30 * 121))
LARGE = zlib.compress(bytes(1_000_000))
JPEG = {
    "EXIF": segment(0xE1, b"Exif\0\0" + b"x" * 100),
    "XMP": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0x"),
    "profile": segment(0xE2, b"ICC_PROFILE\0\1\1x"),
    "comment": segment(0xFE, b"x"),
    "tables": segment(0xDB, b"\0" + b"\1" * 64),
    "ends": b"\xff\xd9",
}
PNG = {
    "text": chunk(b"tEXt", b"a\0b"),
    "packed text": chunk(b"zTXt", b"a\0\0" + zlib.compress(b"b")),
    "profile": chunk(b"iCCP", b"a\0\0" + LARGE),
    "own": chunk(b"prVt", b""),
}


def refused_at_once(content):
    """Whether it is, in less time than a process takes to begin."""
    began = time.process_time()
    with pytest.raises(PhotoError, match="at most 500 notes beside its pixels"):
        decode(content, garment=False)
    return time.process_time() - began < start_of_libraries() / 4


@pytest.mark.parametrize("piece", JPEG.values(), ids=JPEG)
@pytest.mark.parametrize("count", [501, 100_000])
def test_segments_of_a_jpeg(piece, count):
    assert refused_at_once(in_front(jpeg(), piece * count))


@pytest.mark.parametrize("padding", [b"\xff", b"\xff\0", b"\xff\xd0"])
def test_padding_of_a_jpeg(padding):
    padded = in_front(jpeg(), padding * 2000)
    assert decode(padded, garment=False).size == (300, 400)
    assert refused_at_once(in_front(jpeg(), padding * 1_000_000))


def test_segments_between_scans():
    content = many_scans(3, (100, 100))
    place = content.rindex(b"\xff\xda")
    assert decode(content).size == (100, 100)
    assert refused_at_once(content[:place] + JPEG["tables"] * 1000 + content[place:])


@pytest.mark.parametrize("piece", PNG.values(), ids=PNG)
@pytest.mark.parametrize("count", [501, 20_000])
def test_chunks_of_a_png(piece, count):
    assert refused_at_once(png(*SCREEN, pieces=piece * count))


@pytest.mark.parametrize("kind", [b"IDAT", b"fdAT"])
def test_chunks_of_pixels(kind):
    assert refused_at_once(png(*SCREEN, pieces=chunk(kind, b"") * 50_001))


@pytest.mark.parametrize("kind", ["P1", "P2", "P3"])
def test_comments_among_pixels(kind):
    head, pixels = f"{kind}\n20 20\n".encode() + b"9\n" * (kind != "P1"), b"1 " * 1200
    assert decode(head + b"# one\n" + pixels, garment=False).size == (20, 20)
    assert refused_at_once(head + b"#\n" * 300_000 + pixels)


@pytest.mark.parametrize("kind", [b"P5", b"P6"])
def test_comments_before_the_size(kind):
    size, pixels = b"20 20\n255\n", b"#" * 1200  # a level like any other
    assert decode(kind + b"\n# one\n# two\n" + size + pixels, garment=False).size == (20, 20)
    assert refused_at_once(kind + b"\n" + b"#\n" * 300_000 + size + pixels)
    assert refused_at_once(kind + b"\n#" + b"x" * 300_000 + b"\n" + size + pixels)


def test_what_programs_write_is_not():
    assert decode(in_front(jpeg(), JPEG["XMP"] * 400)).size == (300, 400)
    assert decode(jpeg(icc_profile=bytes(5_000_000), comment=b"x" * 60_000)).size == (300, 400)
    assert decode(png(*SCREEN, pieces=PNG["text"] * 400), garment=False).size == (40, 30)
    film = io.BytesIO()
    frames = [Image.effect_noise((64, 64), 90) for _ in range(600)]
    frames[0].save(film, "PNG", save_all=True, append_images=frames[1:])
    assert decode(film.getvalue()).size == (64, 64)

"""The decoder: every common form comes back right, every hostile one is refused in a sentence."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pillow_heif import register_heif_opener

from hemline.errors import DataError, HemlineError, PhotoError
from hemline.photos import decode, opening
from tests.photos.costly import boxed, png
from tests.photos.drawing import draw_photo

PHOTO = draw_photo(size=(96, 128))


def encoded(image=PHOTO, form="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def with_exif(content):
    return encoded(form="JPEG", exif=b"Exif\x00\x00" + content)


register_heif_opener()
FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "GIF", "PPM")


@pytest.mark.parametrize("form", FORMATS)
def test_nine_formats_are_read_by_their_content(form):
    photo = decode(encoded(form=form), "shirt.xyz")
    assert photo.colours.shape == (128, 96, 3)
    assert photo.colours.dtype == np.uint8
    assert photo.opaque is None
    difference = photo.colours.astype(int) - np.asarray(PHOTO)
    assert np.abs(difference).mean() < (1 if form in {"PNG", "BMP", "PPM", "TIFF"} else 8)


@pytest.mark.parametrize("form", ["ICO", "TGA", "JPEG2000", "PDF", "EPS", "ICNS"])
def test_other_formats_are_refused(form):
    with pytest.raises(DataError, match=r"none of these|which is not read"):
        decode(encoded(form=form), "shirt")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK", "YCbCr"])
def test_every_colour_mode_is_read(mode):
    if mode == "I;16":
        image = Image.fromarray(np.asarray(PHOTO.convert("L")).astype(np.uint16) * 257)
        plain = PHOTO.convert("L").convert("RGB")
    else:
        image = PHOTO.convert(mode)
        plain = image.convert("RGB")
    form = {"CMYK": "JPEG", "YCbCr": "JPEG"}.get(mode, "PNG")
    photo = decode(encoded(image, form), "shirt")
    difference = np.abs(photo.colours.astype(int) - np.asarray(plain))
    assert difference.mean() < (12 if form == "JPEG" else 1e-9)
    assert photo.opaque is None


def test_sixteen_bits_of_colour_are_read():
    deep = (np.asarray(PHOTO).astype(">u2") * 257).reshape(128, -1)
    rows = b"".join(b"\x00" + row.tobytes() for row in deep)
    photo = decode(png(96, 128, rows, bits=16), "shirt")
    assert (photo.colours == np.asarray(PHOTO)).all()


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF"])
def test_transparency_is_kept_as_a_mask_on_white(form):
    image = PHOTO.convert("RGBA")
    image.putalpha(Image.fromarray(np.pad(np.full((64, 48), 255, np.uint8), ((32, 32), (24, 24)))))
    photo = decode(encoded(image, form, **({"lossless": True} if form == "WEBP" else {})), "shirt")
    assert photo.opaque.sum() == 64 * 48
    assert (photo.colours[~photo.opaque] == 255).all()
    assert (photo.colours[photo.opaque] == np.asarray(PHOTO)[32:96, 24:72].reshape(-1, 3)).all()


def test_a_transparent_palette_colour_is_a_mask():
    image = PHOTO.convert("P")
    image.paste(0, (0, 0, 96, 30))
    photo = decode(encoded(image, "GIF", transparency=0), "shirt")
    assert not photo.opaque[:30].any()
    assert photo.opaque[40:].mean() > 0.9


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "TIFF", "AVIF", "HEIF"])
def test_of_several_pictures_the_first_frame_counts(form):
    others = [Image.new("RGB", PHOTO.size, colour) for colour in ("red", "blue")]
    content = encoded(PHOTO, form, save_all=True, append_images=others)
    assert np.abs(decode(content).colours.astype(int) - np.asarray(PHOTO)).mean() < 8


def test_of_the_several_pictures_that_phones_put_into_a_jpeg_the_first_counts():
    content = encoded(PHOTO, "MPO", save_all=True, append_images=[PHOTO.resize((48, 64))])
    assert decode(content).colours.shape == (128, 96, 3)


def test_without_its_package_a_heic_file_is_called_by_its_name(monkeypatch):
    monkeypatch.setattr(opening, "reads_heic", lambda: False)
    said = (
        r"received shirt that is HEIC, for which .* pillow-heif is missing; run: pip install .*heic"
    )
    with pytest.raises(PhotoError, match=said):
        decode(encoded(form="HEIF"), "shirt")


BACK = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the turn that an orientation undoes


def turned(turn, form, **options):
    """A picture that lies as EXIF, or the box of its format, says."""
    stored = PHOTO.transpose(Image.Transpose(BACK[turn])) if turn > 1 else PHOTO
    exif = Image.Exif()
    exif[0x0112] = turn
    return stored, encoded(stored, form, exif=exif.tobytes(), **options)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "AVIF", "HEIF", "TIFF"])
def test_every_format_is_turned_upright_once(form, turn):
    stored, content = turned(turn, form)
    photo = decode(content, "shirt")
    assert np.abs(photo.colours.astype(int) - np.asarray(PHOTO)).mean() < 8
    if form == "PNG":
        assert photo.size == stored.size
        assert (photo.colours == np.asarray(PHOTO)).all()


@pytest.mark.parametrize("turn", [0, 9, 99])
def test_an_orientation_that_means_nothing_is_upright(turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    assert (decode(encoded(exif=exif)).colours == np.asarray(PHOTO)).all()


def test_large_pictures_are_kept_small():
    photo = decode(encoded(PHOTO.resize((1500, 2000)), "JPEG"))
    assert photo.colours.shape == (448, 336, 3)
    assert photo.size == (1500, 2000)


def tiff(tags=None, image=PHOTO, **options):
    """A TIFF with further tags: number to value."""
    return encoded(image, "TIFF", tiffinfo=tags or {}, **options)


WHOLE = {form: encoded(form=form) for form in FORMATS}
HOSTILE = {
    "empty": (b"", "none of these"),
    "text": (b"hello, world " * 40, "none of these"),
    "html": (b"<!doctype html><title>404</title>", "none of these"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "format SVG, which is not read"),
    "signature alone": (WHOLE["PNG"][:8], "none of these|damaged"),
    "no width": (png(0, 100), "none of these|damaged|at least"),
    "no height": (png(100, 0), "none of these|damaged|at least"),
    "one pixel": (encoded(PHOTO.resize((1, 1))), "received shirt of 1x1"),
    "a line": (encoded(PHOTO.resize((20_000, 1))), "received shirt of 20,000x1;"),
    "a column": (encoded(PHOTO.resize((1, 20_000))), "of 1x20,000;"),
    "a tape": (encoded(PHOTO.resize((4000, 20))), "12 times as long as wide"),
    "too large": (png(10_000, 5_001), r"--max-megapixels .* of 10,000x5,001 \(50.0 megapixels\)"),
    "bomb": (png(30_000, 30_000), "more than 178 megapixels"),
    "a lie": (png(6000, 6000, b"\x00" * 100), "damaged"),
    "a sea of zeros": (png(60_000, 60_000, bytes(10_000_000)), "more than 178 megapixels"),
    "EXIF of noise": (with_exif(b"nothing of the kind"), "broken EXIF"),
    "EXIF cut short": (with_exif(b"MM\x00*\x00\x00\x00\x08\x00\xff\x01\x12\x00"), "broken EXIF"),
    "PNG cut short": (WHOLE["PNG"][: len(WHOLE["PNG"]) // 2], "damaged"),
    "JPEG cut short": (WHOLE["JPEG"][: len(WHOLE["JPEG"]) // 2], "damaged"),
    "WEBP cut short": (WHOLE["WEBP"][: len(WHOLE["WEBP"]) // 2], "damaged|none of these"),
    "BMP cut short": (WHOLE["BMP"][: len(WHOLE["BMP"]) // 2], "damaged"),
    "GIF cut short": (WHOLE["GIF"][: len(WHOLE["GIF"]) // 2], "damaged"),
    "TIFF cut short": (WHOLE["TIFF"][: len(WHOLE["TIFF"]) // 2], "damaged"),
    "AVIF cut short": (WHOLE["AVIF"][: len(WHOLE["AVIF"]) // 2], "damaged|none of these"),
    "HEIF cut short": (WHOLE["HEIF"][: len(WHOLE["HEIF"]) // 2], "damaged|none of these"),
    "AVIF of a thousand items": (boxed(5000, b"avif", b"av01"), "at most 500 notes"),
    "AVIF whose items lie behind empty boxes": (
        boxed(5000, b"avif", b"av01", before=b"\0\0\0\x08free" * 1100),
        "at most 500 notes",
    ),
    "HEIC of a thousand items": (boxed(5000, b"heic", b"hvc1"), "at most 500 notes"),
    "a TIFF of decimals": (tiff(image=PHOTO.convert("F")), "holds decimal numbers; save"),
    "a TIFF of Lab": (tiff(image=PHOTO.convert("LAB")), "holds Lab colours"),
    "a TIFF of 32 bits": (tiff(image=PHOTO.convert("I")), "holds numbers of 32 bits"),
    "a JPEG in a TIFF": (tiff(compression="jpeg"), "packed by jpeg"),
    "a preview": (tiff({254: 1}), "raw file, or begins with a preview"),
    "a raw file": (tiff({50706: b"\1\4\0\0"}), "raw file, or begins with a preview"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_one_sentence(name):
    content, sentence = HOSTILE[name]
    with pytest.raises((DataError, PhotoError), match=sentence) as caught:
        decode(content, "shirt")
    message = str(caught.value)
    assert message.startswith("Expected ")
    assert "received shirt" in message
    assert len(message.splitlines()) == 1


def test_the_size_is_checked_before_anything_is_decoded(monkeypatch):
    from PIL import ImageFile

    def refuse(self):
        raise AssertionError("decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", refuse)
    with pytest.raises(PhotoError, match=r"9.0 megapixels"):
        decode(png(3000, 3000), "shirt", megapixels=8.9)


@settings(max_examples=300)
@given(
    form=st.sampled_from(sorted(WHOLE)),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 6)), max_size=6),
    end=st.floats(0.05, 1),
)
def test_a_mutated_file_is_a_picture_or_refused_and_nothing_else(form, cuts, end):
    content = bytearray(WHOLE[form])
    for place, inserted, removed in cuts:
        start = int(place * len(content))
        content[start : start + removed] = inserted
    try:
        photo = decode(bytes(content[: max(1, int(end * len(content)))]), "shirt", megapixels=2)
    except HemlineError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert photo.colours.dtype == np.uint8
        assert photo.colours.shape[2] == 3
        assert max(photo.colours.shape) <= 448


@settings(max_examples=100)
@given(st.binary(max_size=400), st.sampled_from(sorted(WHOLE)))
def test_noise_after_a_true_header_is_a_picture_or_refused(noise, form):
    try:
        decode(WHOLE[form][:40] + noise, "shirt", megapixels=2)
    except HemlineError as error:
        assert "shirt" in str(error)

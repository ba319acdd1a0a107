"""From photograph to 28x28: the garment is found whatever its colour and ground, and kept whole."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hemline import Classifier
from hemline.data.fashion.official import INTAKE
from hemline.errors import PhotoError, PixelsError
from hemline.photos import Intake
from hemline.photos import see as see_by
from hemline.pixels import Form
from tests.photos.drawing import COLOURS, GARMENTS, GROUNDS, draw_photo, shape

GARMENT = np.zeros((28, 28), np.uint8)
GARMENT[4:24, 8:20] = np.arange(12, dtype=np.uint8) * 20


def see(source, name=""):
    return see_by(source, INTAKE, name)


def content(image, form="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def overlap(found, garment, size=(480, 640), **options):
    """Intersection over union of what was found and what was drawn."""
    drawn = Image.fromarray(shape(garment, size, **options)).resize(found.shape[::-1])
    return (found & np.asarray(drawn)).sum() / (found | np.asarray(drawn)).sum()


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "RGBA"])
def test_the_data_sets_own_form_passes_bit_for_bit(mode):
    seen = see(content(Image.fromarray(GARMENT).convert(mode)), "boot")
    assert (seen.pixels == GARMENT).all()
    assert seen.garment is None


def test_real_pictures_pass_bit_for_bit(real):
    for pixels in real.test.pixels[:200]:
        assert (see(content(Image.fromarray(pixels))).pixels == pixels).all()


def test_dark_on_bright_in_the_data_sets_size_is_refused():
    with pytest.raises(PixelsError, match="pass 255 - pixels"):
        see(content(Image.fromarray(255 - GARMENT)))


@pytest.mark.parametrize("channels", [1, 3])
def test_a_smaller_one_has_been_cut_out_already(channels):
    intake = Intake(Form(56, 56, channels, "dark"), find="garment")
    seen = see_by(content(Image.fromarray(GARMENT)), intake)
    enlarged = np.asarray(Image.fromarray(GARMENT).resize((56, 56), Image.Resampling.BILINEAR))
    assert seen.garment is None
    assert (seen.pixels == (enlarged if channels == 1 else enlarged[..., None])).all()


def test_a_small_photograph_is_looked_at():
    intake = Intake(Form(56, 56, 1, "dark"), find="garment")
    page = np.pad(255 - GARMENT, 10, constant_values=255)
    assert see_by(content(Image.fromarray(page)), intake).garment is not None
    with pytest.raises(PhotoError, match="nothing stands out"):
        see_by(content(Image.new("L", (40, 40))), intake)


def test_in_colour_the_levels_are_those_of_the_grey_garment():
    photo = content(draw_photo("dress", (60, 90, 150)))
    grey = see_by(photo, Intake(Form(56, 56, 1, "dark"), find="garment"))
    colour = see_by(photo, Intake(Form(56, 56, 3, "dark"), find="garment"))
    assert (colour.garment == grey.garment).all()
    luma = colour.pixels @ np.array([0.299, 0.587, 0.114])
    assert np.abs(luma - grey.pixels).mean() < 2  # but for what is clipped
    red, green, blue = np.median(colour.pixels[grey.pixels > 0], axis=0)
    assert red > green > blue  # blue, negated


@pytest.mark.parametrize(
    ("colour", "ground"),
    [(colour, GROUNDS[place % len(GROUNDS)]) for place, colour in enumerate(COLOURS)],
)
def test_garments_of_every_colour_are_found_on_every_ground(colour, ground):
    seed = 6 * GROUNDS.index(ground) + list(COLOURS).index(colour)
    garment = GARMENTS[seed % 3]
    photo = draw_photo(garment, COLOURS[colour], ground, seed=seed)
    seen = see(content(photo, "JPEG", quality=90))
    assert overlap(seen.garment, garment) > 0.9


@pytest.mark.parametrize(
    ("colour", "ground", "tint"),
    [
        ("white", "plain", (250, 250, 250)),
        ("white", "wood", (245, 243, 240)),
        ("black", "plain", (20, 20, 22)),
        ("black", "carpet", (45, 42, 40)),
        ("blue", "carpet", (40, 90, 60)),
        ("grey", "tiles", (176, 176, 176)),
    ],
)
def test_garments_like_their_ground_are_found(colour, ground, tint):
    seen = see(content(draw_photo("t-shirt", COLOURS[colour], ground, tint, seed=3)))
    # White on white nobody sees well: the outline is all that there is.
    assert overlap(seen.garment, "t-shirt") > (0.75 if colour == "white" else 0.9)


def test_a_hanger_is_left_out():
    photo = draw_photo("t-shirt", COLOURS["red"], "plain")
    pixels = np.array(photo)
    pixels[:120, 238:241] = 20  # a hook, three pixels of 480 wide
    seen = see(content(Image.fromarray(pixels)))
    assert overlap(seen.garment, "t-shirt") > 0.9


@pytest.mark.parametrize("garment", GARMENTS)
def test_the_28x28_is_trimmed_centred_and_on_black(garment):
    seen = see(content(draw_photo(garment)))
    rows, columns = (np.flatnonzero(seen.pixels.any(axis=axis)) for axis in (1, 0))
    assert max(rows[-1] - rows[0], columns[-1] - columns[0]) >= 26
    for places in (rows, columns):
        assert abs(places[0] - (27 - places[-1])) <= 2
    assert seen.pixels.shape == (28, 28)
    assert seen.pixels.dtype == np.uint8
    corners = seen.pixels[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert (corners == 0).sum() >= 2


def test_garments_end_bright_dark_ones_the_brightest():
    means = {}
    for colour in ("black", "grey", "white"):
        pixels = see(content(draw_photo(colour=COLOURS[colour], tint=(150, 120, 60)))).pixels
        means[colour] = pixels[pixels > 0].mean()
    assert means["black"] > means["grey"] > means["white"] > 60


def test_what_is_transparent_is_taken_for_background():
    image = draw_photo("dress", ground="carpet").convert("RGBA")
    image.putalpha(Image.fromarray(shape("dress", image.size)))
    assert overlap(see(content(image)).garment, "dress") > 0.99


def difference(one, other):
    return np.abs(one.astype(int) - other.astype(int)).mean()


@settings(max_examples=3)
@given(
    garment=st.sampled_from(GARMENTS),
    scale=st.floats(0.55, 0.85),
    shift=st.tuples(st.floats(-0.06, 0.06), st.floats(-0.1, 0.1)),
)
def test_moving_and_scaling_the_garment_hardly_changes_the_28x28(garment, scale, shift):
    # Without folds and noise, which are drawn anew for every size.
    plain = see(content(smooth(garment, 0.7, (0, 0))))
    moved = see(content(smooth(garment, scale, shift)))
    assert difference(plain.pixels, moved.pixels) < 14


def smooth(garment, scale, shift):
    mask = shape(garment, (480, 640), scale, shift)[..., None]
    return Image.fromarray(np.where(mask, (40, 70, 150), (196, 160, 120)).astype(np.uint8))


def test_a_turned_photo_with_exif_is_seen_the_same():
    photo, exif = draw_photo("t-shirt"), Image.Exif()
    plain = see(content(photo)).pixels
    for turn, back in ((3, 3), (6, 2), (8, 4)):
        exif[0x0112] = turn
        turned = content(photo.transpose(Image.Transpose(back)), exif=exif)
        assert (see(turned).pixels == plain).all(), turn


def test_the_same_photo_is_seen_the_same_twice():
    photo = content(draw_photo("dress", ground="carpet"))
    assert (see(photo).pixels == see(photo).pixels).all()


@pytest.mark.parametrize("colour", ["white", "black", (120, 30, 60)])
def test_a_blank_page_shows_nothing(colour):
    with pytest.raises(PhotoError, match="page in which nothing stands out"):
        see(content(Image.new("RGB", (300, 400), colour)), "page")


@settings(max_examples=15)
@given(
    size=st.tuples(st.integers(16, 60), st.integers(16, 60)),
    seed=st.integers(0, 1000),
    levels=st.sampled_from([1, 2, 5, 256]),
)
def test_any_picture_is_seen_or_refused(size, seed, levels):
    noise = np.random.default_rng(seed).integers(0, levels, (*size, 3)) * (255 // levels)
    try:
        seen = see(content(Image.fromarray(noise.astype(np.uint8))))
    except PhotoError as error:
        assert "nothing stands out" in str(error)
    else:
        assert seen.pixels.shape == (28, 28)
        assert seen.pixels.any()


def catalogue(pixels):
    """A Fashion-MNIST picture as the product photo it may have been: large, dark on white."""
    page = np.pad(255 - pixels, 4, constant_values=255)
    return Image.fromarray(page).resize((36 * 12, 36 * 12), Image.Resampling.BICUBIC).convert("RGB")


def test_a_picture_of_the_data_set_blown_up_to_a_photo_comes_back(real, real_run):
    pictures = real.test.pixels[:6]
    seen = np.stack([see(content(catalogue(pixels))).pixels for pixels in pictures])
    differences = np.abs(seen.astype(int) - pictures).mean(axis=(1, 2))
    assert np.median(differences) < 12
    classifier = Classifier.load(real_run.run.model)
    same = classifier.predict(seen) == classifier.predict(pictures)
    assert same.mean() >= 0.8

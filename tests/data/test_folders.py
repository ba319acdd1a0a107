"""Folders of pictures: what is taken, how classes and parts are told, and what is refused."""

import os
import re
import socket
import unicodedata
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pillow_heif import register_heif_opener

from hemline.data import open_dataset
from hemline.errors import DataError, HemlineError
from hemline.photos import opening
from tests.data.folders import draw, write_classes, write_parts

THREE = ("a", "b", "c")


def opened(path: Path, **options: object):
    """The data set with all its parts read."""
    dataset = open_dataset(path, **options)
    _ = dataset.train, dataset.validation, dataset.test
    return dataset


def refused(path: Path, **options: object) -> dict[str, str]:
    """The files that were refused; the account adds up."""
    account = opened(path, **options).account
    counts = account.counts
    assert counts["found"] == counts["used"] + counts["ignored"] + counts["refused"]
    assert counts["found"] == len(account.describe()["files"])
    return account.files("refused")


# What is taken.


@pytest.mark.parametrize(
    "suffix", [".png", ".PNG", ".bmp", ".gif", ".ppm", ".pgm", ".webp", ".jpg", ".jpeg"]
)
def test_every_format_of_pictures_is_read(suffix, tmp_path):
    dataset = opened(write_classes(tmp_path, suffix=suffix))
    assert dataset.classes == THREE
    assert len(dataset.train) + len(dataset.test) == 18
    assert str(dataset.form) == "12x10 grey"
    if suffix not in (".jpg", ".jpeg"):  # which lose a little
        number = int(dataset.train.names[0].removeprefix("a/").removesuffix(suffix))
        assert np.array_equal(dataset.train.pixels[0], np.asarray(draw(number)))


def test_a_picture_is_known_by_its_content_where_the_suffix_does_not_say(tmp_path):
    write_classes(tmp_path)
    for path in list((tmp_path / "a").iterdir()):
        path.rename(path.with_suffix(""))
    (tmp_path / "b" / "1.png").rename(tmp_path / "b" / "1.png.download")
    dataset = opened(tmp_path)
    assert dataset.account.counts == {"found": 18, "used": 18, "ignored": 0, "refused": 0}


@pytest.mark.parametrize(
    "parts",
    [
        ("train", "test"),
        ("Train", "TEST"),
        ("train", "val", "test"),
        ("training", "valid", "testing"),
        ("TRAIN", "Validation", "Test"),
    ],
)
def test_parts_are_told_by_their_names(parts, tmp_path):
    dataset = opened(write_parts(tmp_path, parts))
    assert dataset.classes == THREE
    assert len(dataset.train) == len(dataset.test) == 18
    assert (dataset.validation is None) == (len(parts) == 2)
    assert {name.split("/")[0] for name in dataset.test.names} == {parts[-1]}


def test_parts_within_the_classes_are_told_as_well(tmp_path):
    for name in THREE:
        write_parts(tmp_path / name, classes=[""], count=6)
    dataset = opened(tmp_path)
    assert dataset.classes == THREE
    assert {name.split("/")[1] for name in dataset.test.names} == {"test"}


def test_a_class_may_be_called_train(tmp_path):
    assert opened(write_classes(tmp_path, ("bus", "train"))).classes == ("bus", "train")


@pytest.mark.parametrize("wrapping", ["top", "top/within"])
@pytest.mark.parametrize("parts", [False, True])
def test_a_folder_around_them_all_is_looked_through(wrapping, parts, tmp_path):
    (write_parts if parts else write_classes)(tmp_path / wrapping)
    assert opened(tmp_path).classes == THREE


def test_a_training_part_alone_is_all_there_is(tmp_path):
    dataset = opened(write_parts(tmp_path, ("train",)))
    assert dataset.classes == THREE
    assert len(dataset.test) == 3


def test_nested_folders_are_classes_by_their_path(tmp_path):
    for alphabet in ("Greek", "Latin"):
        write_classes(tmp_path / alphabet, ("1", "2", "10"), seed=len(alphabet))
    names = tuple(f"{a}/{letter}" for a in ("Greek", "Latin") for letter in (1, 2, 10))
    assert opened(tmp_path).classes == names


def test_names_of_classes_in_any_script_and_order(tmp_path):
    decomposed = unicodedata.normalize("NFD", "été")
    write_classes(tmp_path, ("10", "2", "Ж", decomposed, "été 2 "))
    assert opened(tmp_path).classes == ("2", "10", "été", "été 2", "Ж")


def test_pictures_stand_in_natural_order(tmp_path):
    dataset = opened(write_parts(tmp_path, count=11))
    assert dataset.train.names[:11] == [f"train/a/{number}.png" for number in range(1, 12)]


def test_links_are_followed(tmp_path):
    elsewhere = write_classes(tmp_path / "elsewhere")
    data = tmp_path / "data"
    write_classes(data, ("a", "b"))
    (data / "c").symlink_to(elsewhere / "c")
    (data / "a" / "7.png").symlink_to(elsewhere / "b" / "1.png")
    dataset = opened(data)
    assert dataset.classes == THREE
    assert dataset.account.counts["used"] == 19


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (".hidden.png", "hidden"),
        ("a/.DS_Store", "hidden"),
        ("a/Thumbs.db", "left by Windows"),
        ("desktop.ini", "left by Windows"),
        ("a/notes.txt", "no picture"),
        ("labels.zip", "an archive among the files; unpack it, or pass it by itself"),
        (".ipynb_checkpoints/1.png", "a folder, hidden"),
        ("__MACOSX/a/1.png", "a folder, left by macOS"),
        ("a/.git/1.png", "a folder, hidden"),
    ],
)
def test_what_is_no_data_is_ignored_with_a_reason(name, reason, tmp_path):
    write_classes(tmp_path)
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"whatever" if path.suffix != ".png" else (tmp_path / "a/1.png").read_bytes())
    account = opened(tmp_path, strict=True).account  # which is no error
    assert list(account.files("ignored").values()) == [reason]
    assert account.counts["used"] == 18


# What is refused: one file, which ends no training.


def unreadable(path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    path.chmod(0)


def oversized(path: Path) -> None:
    """A PNG that says it has 60,000 x 60,000 pixels."""
    content = bytearray(path.read_bytes())
    content[16:24] = (60_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    path.write_bytes(content)


def sparse(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(200_000_000)


def replaced(path: Path, make) -> None:
    path.unlink()
    make(path)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda f: f.write_bytes(b""), "empty"),
        (lambda f: f.write_bytes(f.read_bytes()[:60]), "^damaged"),
        (lambda f: f.write_bytes(f.read_bytes()[:-40]), "^damaged .*truncated"),
        (lambda f: f.write_bytes(b"\n<!DOCTYPE html><html></html>"), "a web page"),
        (lambda f: f.write_bytes(b'{"error": 404}'), "no picture that can be read"),
        (unreadable, "cannot be read .Permission denied."),
        (oversized, "^of more than 178 megapixels"),
        (sparse, "^of 200,000,000 bytes"),
        (lambda f: replaced(f, lambda f: f.symlink_to("nowhere.png")), "leads nowhere"),
        (lambda f: replaced(f, lambda f: f.symlink_to(f.name)), "leads nowhere"),
        (lambda f: replaced(f, os.mkfifo), "a device, a pipe or a socket"),
        (lambda f: replaced(f, listening), "a device, a pipe or a socket"),
        (lambda f: replaced(f, lambda f: f.symlink_to("/dev/zero")), "a device, a pipe"),
    ],
    ids=[
        "empty", "truncated header", "truncated", "web page", "JSON", "unreadable", "oversized",
        "sparse", "broken link", "link to itself", "pipe", "socket", "device",
    ],
)  # fmt: skip
def test_a_bad_file_is_named_and_ends_nothing(damage, reason, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a path of a socket is short
    data = Path("data")
    damage(write_classes(data) / "b" / "3.png")
    found = refused(data)
    assert list(found) == ["b/3.png"]
    assert re.search(reason, found["b/3.png"]), found
    dataset = opened(data)  # from the cache
    assert dataset.account.files("refused") == found
    assert len(dataset.train) + len(dataset.test) == 17
    with pytest.raises(DataError, match=r"received b/3.png .*leave out --strict"):
        opened(data, strict=True)


def test_a_picture_of_another_format_is_refused_by_name(tmp_path):
    write_classes(tmp_path)
    (tmp_path / "a" / "7.psd").write_bytes(b"8BPS")
    (tmp_path / "a" / "8.JXL").write_bytes(b"\xff\x0a")
    found = refused(tmp_path)
    assert set(found) == {"a/7.psd", "a/8.JXL"}
    assert "Photoshop" in found["a/7.psd"]
    assert "convert it to PNG" in found["a/8.JXL"]


@pytest.mark.parametrize("kind", ["TIFF", "AVIF", "HEIF"])
@pytest.mark.parametrize("suffix", [".{}", ".jpg", ""])
def test_what_phones_and_scanners_store_is_read_whatever_its_name_says(kind, suffix, tmp_path):
    register_heif_opener()
    write_classes(tmp_path)
    draw(99).convert("RGB").save(tmp_path / "a" / f"7{suffix.format(kind)}", kind)
    dataset = opened(tmp_path)
    assert len(dataset.train) + len(dataset.test) == 19
    assert not dataset.account.files("refused")


def test_a_heic_picture_without_its_package_says_what_is_missing(tmp_path, monkeypatch):
    register_heif_opener()
    write_classes(tmp_path)
    draw(99).convert("RGB").save(tmp_path / "a" / "7.heic", "HEIF")
    monkeypatch.setattr(opening, "reads_heic", lambda: False)
    reason = refused(tmp_path)["a/7.heic"]
    assert reason == "HEIC, for which the package pillow-heif is missing"


def test_links_in_a_circle_are_refused(tmp_path):
    write_classes(tmp_path)
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    found = refused(tmp_path)
    assert found == {"a/again/": "a link back to a folder that it lies in"}


def test_a_folder_that_cannot_be_read_is_refused(tmp_path, monkeypatch):
    write_classes(tmp_path, ("a", "b", "c", "d"))
    scan = os.scandir

    def denied(path):
        if Path(path).name == "d":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", denied)
    found = refused(tmp_path)
    assert found == {"d/": "a folder that cannot be read (Permission denied)"}


def test_a_picture_in_no_folder_of_a_class_is_refused(tmp_path):
    write_classes(tmp_path)
    draw(99).save(tmp_path / "stray.png")
    assert refused(tmp_path) == {"stray.png": "in no folder of a class"}


def test_a_bad_file_in_the_test_part_is_named_when_that_is_read(tmp_path):
    write_parts(tmp_path)
    (tmp_path / "test" / "a" / "2.png").write_bytes(b"")
    dataset = open_dataset(tmp_path)
    assert len(dataset.train) == 18
    assert dataset.account.counts["refused"] == 0  # not opened yet
    assert len(dataset.test) == 17
    assert dataset.account.files("refused") == {"test/a/2.png": "empty"}


def test_odd_names_can_be_shown(tmp_path):
    write_classes(tmp_path)
    odd = os.fsencode(tmp_path / "a") + b"/\xff\x1b[31m.png"
    draw(99).save(tmp_path / "x.png")
    (tmp_path / "x.png").rename(os.fsdecode(odd))
    dataset = opened(tmp_path)
    name = next(name for name in dataset.account.files("used") if "31m" in name)
    assert name.isprintable()
    name.encode()
    assert len(dataset.train) + len(dataset.test) == 19


# What is wrong as a whole.


def one_class(root: Path) -> Path:
    return write_classes(root, ["a"])


def no_classes(root: Path) -> Path:
    return write_classes(root, [""])


def missing_in_test(root: Path) -> Path:
    write_classes(root / "train", ("a", "b", "circle"))
    return write_classes(root / "test", ("a", "b")).parent


def only_in_test(root: Path) -> Path:
    write_classes(root / "train", ("a", "b"))
    return write_classes(root / "test", ("a", "b", "circle")).parent


def empty_in_test(root: Path) -> Path:
    (write_parts(root, classes=("a", "b")) / "train" / "circle").mkdir()
    write_classes(root / "train", ["circle"])
    (root / "test" / "circle").mkdir()
    return root


def all_bad(root: Path) -> Path:
    for path in (write_classes(root) / "b").iterdir():
        path.write_bytes(b"")
    return root


def all_alike(root: Path) -> Path:
    for path in write_classes(root, ("a", "b")).rglob("*.png"):
        draw(1).save(path)
    return root


def all_bad_everywhere(root: Path) -> Path:
    for path in write_classes(root).rglob("*.png"):
        path.write_bytes(b"")
    return root


def two_for_one_part(root: Path) -> Path:
    return write_parts(root, ("train", "Train", "test"))


def no_training_part(root: Path) -> Path:
    return write_parts(root, ("val", "test"))


def unlabelled_parts(root: Path) -> Path:
    return write_parts(root, classes=[""])


def only_text(root: Path) -> Path:
    root.mkdir(exist_ok=True)
    (root / "a").mkdir()
    (root / "a" / "notes.txt").write_text("nothing to see")
    (root / "b").mkdir()
    return root


def empty(root: Path) -> Path:
    root.mkdir(exist_ok=True)
    return root


def one_picture(root: Path) -> Path:
    return write_classes(root) / "a" / "1.png"


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (lambda root: root / "nowhere", r"Expected a file or folder .*there is none of this name"),
        (empty, r"which is an empty folder"),
        (only_text, r"without any .a/notes.txt: no picture.; pass a folder that holds a folder"),
        (one_picture, r"which is one picture; pass the folder that holds the folders"),
        (one_class, r"at least 2 classes, received 1 .a."),
        (no_classes, r"a folder of pictures for each class, received 6 pictures in no such folder"),
        (unlabelled_parts, r"a folder of pictures for each class, received 12 pictures"),
        (missing_in_test, r"received 'circle' in the train part but not in the test part"),
        (only_in_test, r"received 'circle' in the test part but not in the train part"),
        (empty_in_test, r"received 'circle' in the train part but not in the test part"),
        (lambda root: write_classes(root, ("Shirt", "shirt ")), r"'Shirt' and 'shirt '"),
        (lambda root: write_classes(root, ("ankle boot", "Ankleboot")), r"more than case or space"),
        (lambda root: write_classes(root, (" ", "b")), r"a name for every class, received ' '"),
        (all_bad, r"received none of 'b' that can be read; mend"),
        (all_alike, r"some can be cut off for the test part, received 12 that are all identical"),
        (all_bad_everywhere, r"received 18 files of which none can be read .a/1.png: empty."),
        (two_for_one_part, r"one folder for each part, received 'Train' and 'train'"),
        (no_training_part, r"a training part, received test and val alone"),
    ],
)
def test_a_faulty_folder_gets_one_sentence(write, sentence, tmp_path):
    with pytest.raises(HemlineError, match=sentence) as raised:
        opened(write(tmp_path / "data"))
    assert "\n" not in str(raised.value)
    assert str(raised.value).startswith("Expected ")


# How pictures become pixels.


def test_pictures_of_one_small_size_stay_as_they_are(tmp_path):
    write_classes(tmp_path, size=(64, 9), colour=True)
    dataset = opened(tmp_path)
    assert str(dataset.form) == "64x9 colour"
    place = dataset.train.names.index("b/2.png")
    assert np.array_equal(dataset.train.pixels[place], np.asarray(draw(102, (64, 9), colour=True)))


@pytest.mark.parametrize("size", [(65, 64), (7, 7)])
def test_others_become_64(size, tmp_path):
    assert str(opened(write_classes(tmp_path, size=size)).form) == "64x64 grey"


def test_several_sizes_become_64(tmp_path):
    write_classes(tmp_path)
    draw(99, (20, 30)).save(tmp_path / "a" / "7.png")
    assert str(opened(tmp_path).form) == "64x64 grey"


def test_there_is_colour_if_any_picture_is_in_colour(tmp_path):
    write_classes(tmp_path)
    even = Image.merge("RGB", [draw(99)] * 3)
    even.save(tmp_path / "a" / "7.png")
    assert opened(tmp_path).form.channels == 1  # grey in three channels
    even.putpixel((3, 3), (9, 9, 10))
    even.save(tmp_path / "a" / "8.png")
    assert opened(tmp_path).form.channels == 3


@pytest.mark.parametrize(
    ("options", "form"),
    [
        ({"size": 20}, "20x20 grey"),
        ({"size": (20, 16)}, "20x16 grey"),
        ({"size": "20x16"}, "20x16 grey"),
        ({"colour": True}, "12x10 colour"),
        ({"colour": False, "size": 8}, "8x8 grey"),
    ],
)
def test_the_user_decides(options, form, tmp_path):
    assert str(opened(write_classes(tmp_path), **options).form) == form


@pytest.mark.parametrize("fit", ["pad", "crop", "stretch"])
def test_pixels_are_those_that_the_intake_gives_each_file(fit, tmp_path):
    from hemline.photos import see

    write_classes(tmp_path, size=(40, 25), colour=True)
    draw(99, (25, 70), colour=True).save(tmp_path / "a" / "7.png")
    dataset = opened(tmp_path, size=(24, 16), fit=fit)
    assert dataset.intake.fit == fit
    for name, pixels in zip(dataset.train.names, dataset.train.pixels, strict=True):
        assert np.array_equal(see(tmp_path / name, dataset.intake).pixels, pixels)


@pytest.mark.parametrize(
    ("colour", "form"), [(None, "28x28 grey"), (True, "28x28 colour")], ids=["grey", "colour"]
)
def test_a_garment_is_found_in_each_picture(colour, form, tmp_path):
    from tests.photos.drawing import draw_photo

    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for seed in range(3):
            photo = draw_photo(colour=(200, 30, 40), size=(90 + seed, 120))
            photo.save(tmp_path / name / f"{seed}.png")
    dataset = opened(tmp_path, find="garment", size=28, colour=colour)
    assert str(dataset.form) == form
    assert dataset.intake.find == "garment"
    assert (dataset.train.pixels[:, 0, 0] == 0).all()  # cut out on black
    if colour:
        red, green, _ = dataset.train.pixels[:, 14, 14].T
        assert (red < green).all()  # negated


def test_large_pictures_are_the_same_by_several_threads(tmp_path):
    write_classes(tmp_path, ("a", "b"), 3, size=(1200, 900))
    few = opened(tmp_path, size=32).train.pixels
    draw(99, (1200, 900)).save(tmp_path / "a" / "7.png")
    more = opened(tmp_path, size=32)
    assert {picture.tobytes() for picture in few} <= {
        picture.tobytes() for split in (more.train, more.test) for picture in split.pixels
    }


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"size": 300}, r"8 to 224 pixels an edge .* received 300x300"),
        ({"size": "wide"}, r"a size such as 64, or 64x48 .* received 'wide'"),
        ({"fit": "squeeze"}, r"--fit pad or crop or stretch, received 'squeeze'"),
        ({"find": "shoe"}, r"--find garment, received 'shoe'"),
        ({"group": "("}, r"a regular expression after --group, received '\('"),
        ({"group": "track"}, r"names that --group 'track' fits, received 18 that it does not, a/1"),
    ],
)
def test_options_that_make_no_sense_get_one_sentence(options, sentence, tmp_path):
    with pytest.raises(HemlineError, match=sentence):
        opened(write_classes(tmp_path), **options)


# What belongs together, and the part for the test.


def test_groups_lie_on_one_side_and_are_kept(tmp_path):
    for name in THREE:
        (tmp_path / name).mkdir()
        for track in range(6):
            for frame in range(4):
                draw(ord(name) * 100 + 10 * track + frame).save(
                    tmp_path / name / f"{track}_{frame}.png"
                )
    dataset = opened(tmp_path, group=r"^(\w+/\d+)_")
    train, test = ({name[:3] for name in split.names} for split in (dataset.train, dataset.test))
    assert not train & test
    assert len(train) + len(test) == 18
    assert len(set(dataset.train.groups.tolist())) == len(train)
    assert not set(dataset.train.groups.tolist()) & set(dataset.test.groups.tolist())


def test_the_cut_is_the_same_at_every_size(tmp_path):
    write_classes(tmp_path, count=20)
    cuts = [opened(tmp_path, size=size).test.names for size in (None, 8, 20)]
    assert cuts[0] == cuts[1] == cuts[2]


def test_a_class_that_cannot_be_cut_is_noted(tmp_path):
    write_classes(tmp_path, ("a", "b"))
    write_classes(tmp_path, ("rare",), 1, seed=5)
    dataset = opened(tmp_path)
    assert dataset.test.counts(3) == [1, 1, 0]
    assert "No picture of rare could be cut off" in dataset.account.notes[0]


def test_a_part_without_classes_is_left_out_with_a_note(tmp_path):
    write_parts(tmp_path, ("train",))
    write_classes(tmp_path / "test", [""])
    dataset = opened(tmp_path)
    assert len(dataset.test) == 3  # cut off the training part
    assert dataset.account.notes == ["The test part has no folders of classes and was left out."]
    assert dataset.account.counts == {"found": 24, "used": 18, "ignored": 6, "refused": 0}


def test_what_lies_beside_the_parts_is_ignored(tmp_path):
    write_parts(tmp_path)
    write_classes(tmp_path / "extra")
    dataset = opened(tmp_path)
    assert dataset.account.counts["ignored"] == 18
    assert set(dataset.account.files("ignored").values()) == {"beside the parts (test, train)"}


def test_what_the_data_were_taken_for_is_said_in_a_line(tmp_path):
    write_parts(tmp_path)
    (tmp_path / "train" / "a" / "1.png").write_bytes(b"")
    took_for = opened(tmp_path).account.took_for
    assert took_for == (
        "a folder a class in parts (train, test): 3 classes, 35 pictures of 12x10 grey"
    )


def test_how_many_were_cut_off_is_said_in_the_same_line(tmp_path):
    took_for = opened(write_classes(tmp_path)).account.took_for
    assert took_for.endswith(
        ": 3 classes, 18 pictures of 12x10 grey, 3 of them cut off for the test part"
    )


def test_an_empty_folder_is_in_the_account(tmp_path):
    write_classes(tmp_path / "set", ("a", "b"))
    (tmp_path / "set/c").mkdir()
    account = open_dataset(tmp_path / "set").account
    assert account.files("ignored") == {"c/": "an empty folder"}
    assert any("ignored 1: an empty folder" in line for line in account.summary())

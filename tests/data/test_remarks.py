"""What the pictures themselves tell against the data, said in one sentence each."""

import numpy as np
import pytest
from PIL import Image

from hemline.data import open_dataset
from hemline.errors import DataError
from tests.data.folders import draw, write_classes


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def notes(path):
    dataset = open_dataset(path)
    assert len(dataset.test)
    return " ".join(dataset.account.notes)


def arrays(path, **parts):
    np.savez(path, **parts)
    return path


@pytest.mark.parametrize(
    ("white", "said"), [(1, "255"), (3, "85"), (16, "15.9"), (63, "4.05"), (64, ""), (255, "")]
)
def test_values_that_end_far_below_white_are_told(white, said, rng, tmp_path):
    pixels = rng.integers(0, white + 1, (60, 8, 8)).astype(np.uint8)
    pixels[:, 0, 0] = np.arange(60) % (white + 1)
    pixels[0, 0, 1] = white
    told = notes(arrays(tmp_path / "a.npz", x_train=pixels, y_train=np.arange(60) % 3))
    assert (f"brightest value of all pictures is {white}," in told) == bool(said)
    assert f"multiply all values by {said} first" in told or not said


def test_twelve_bits_in_files_of_sixteen_are_told(rng, tmp_path):
    for name in ("a", "b"):
        (tmp_path / "set" / name).mkdir(parents=True)
        for place in range(8):
            values = rng.integers(0, 4096, (10, 10)).astype(np.uint16)
            Image.fromarray(values).save(tmp_path / "set" / name / f"{place}.png")
    assert "brightest value of all pictures is 15, where white is 255" in notes(tmp_path / "set")


def test_black_pictures_are_called_black(tmp_path):
    pixels = np.zeros((24, 8, 8), np.uint8)
    path = arrays(tmp_path / "a.npz", x_train=pixels, y_train=np.arange(24) % 2)
    with pytest.raises(DataError, match="24 that are all black throughout"):
        open_dataset(path)


def test_identical_pictures_of_two_classes_are_told(tmp_path):
    write_classes(tmp_path / "set", ("boot", "shirt"), 8)
    content = (tmp_path / "set/boot/3.png").read_bytes()
    (tmp_path / "set/shirt/copy.png").write_bytes(content)
    told = notes(tmp_path / "set")
    assert "1 picture is identical to one of another class" in told
    assert "boot/3.png (boot) and shirt/copy.png (shirt)" in told


def test_identical_rows_with_two_labels_are_told(rng, tmp_path):
    pixels = rng.integers(0, 256, (40, 8, 8)).astype(np.uint8)
    pixels[30:] = pixels[:10]
    told = notes(arrays(tmp_path / "a.npz", x_train=pixels, y_train=np.arange(40) // 20))
    assert "10 pictures are identical to one of another class, number 1 (0) and number 31" in told


def test_identical_pictures_of_one_class_are_nobodys_business(rng, tmp_path):
    pixels = rng.integers(0, 256, (40, 8, 8)).astype(np.uint8)
    pixels[30:] = pixels[:10]
    labels = np.arange(40) % 10
    assert not notes(arrays(tmp_path / "a.npz", x_train=pixels, y_train=labels))


@pytest.mark.parametrize("shared", [0, 1, 6])
def test_test_pictures_that_are_trained_on_are_told(shared, tmp_path):
    write_classes(tmp_path / "set/train", ("boot", "shirt"), 8)
    for name in ("boot", "shirt"):
        (tmp_path / "set/test" / name).mkdir(parents=True)
        for place in range(3):
            draw(9000 + place + 10 * (name == "boot")).save(
                tmp_path / "set/test" / name / f"{place}.png"
            )
    for place in range(shared):
        name = ("boot", "shirt")[place % 2]
        content = (tmp_path / "set/train" / name / f"{place + 1}.png").read_bytes()
        (tmp_path / "set/test" / name / f"{place // 2}.png").write_bytes(content)
    told = notes(tmp_path / "set")
    assert (f"{shared} of 6 test pictures lie in the training part" in told) == bool(shared)


@pytest.mark.parametrize("outer", [("fold0", "fold1"), ("rps", "rps-test-set", "rps-validation")])
def test_folders_of_the_same_classes_are_told(outer, tmp_path):
    for seed, name in enumerate(outer):
        write_classes(tmp_path / "set" / name, ("paper", "rock"), 6, seed=100 * seed)
    told = notes(tmp_path / "set")
    assert f"{', '.join(outer)} hold the same 2 classes each" in told
    write_classes(tmp_path / "set" / outer[0], ("scissors",), 6, seed=999)
    assert "same" not in notes(tmp_path / "set")  # alphabets, say, of other letters


def test_the_file_that_may_hold_the_labels_is_named(tmp_path):
    write_classes(tmp_path / "set", ("images",), 8)
    (tmp_path / "set/annotations.json").write_text("{}")
    with pytest.raises(DataError, match=r"one \(images\) beside annotations.json; .* as CSV"):
        open_dataset(tmp_path / "set")

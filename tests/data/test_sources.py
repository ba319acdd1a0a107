"""Whatever is named is opened by its content; what is no data gets one sentence."""

import gzip
import random
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from hemline.data import open_dataset, sources
from hemline.data.fashion import fashion_mnist
from hemline.data.fashion.official import FILES
from hemline.data.raw import InMemory
from hemline.errors import DataError, HemlineError
from hemline.photos import Intake
from hemline.pixels import Form
from tests.data.folders import draw, write_classes, write_parts, zipped


def test_the_environment_variable_names_any_set(tmp_path, monkeypatch):
    monkeypatch.setenv("HEMLINE_DATA", str(write_classes(tmp_path / "fruits")))
    dataset = open_dataset()
    assert dataset.classes == ("a", "b", "c")
    assert dataset.name == "fruits"
    assert dataset.source == str(tmp_path / "fruits")
    assert not dataset.drawn


def test_what_is_named_comes_before_the_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("HEMLINE_DATA", str(tmp_path / "nowhere"))
    assert open_dataset(write_classes(tmp_path / "fruits")).name == "fruits"
    assert open_dataset("sketches").drawn


def test_a_path_may_begin_with_the_home_folder(own_machine):
    write_classes(own_machine / "fruits")
    assert open_dataset("~/fruits").classes == ("a", "b", "c")


@pytest.mark.parametrize("name", ["fruits.zip", "fruits.v2.zip"])
def test_an_archive_gives_the_data_their_name(name, tmp_path):
    assert open_dataset(zipped(write_classes(tmp_path / "x"), tmp_path / name)).name == "fruits"


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 2000, b"MZ\x90\0 and so on", random.Random(0).randbytes(64)]
)
def test_what_is_no_data_is_refused_with_the_forms_there_are(content, tmp_path):
    path = tmp_path / "file.bin"
    path.write_bytes(content)
    with pytest.raises(HemlineError) as raised:
        open_dataset(path)
    assert str(raised.value).startswith("Expected ")
    assert "file.bin" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_path_that_cannot_be_read_is_refused(tmp_path, monkeypatch):
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(sources, "_within", denied)
    with pytest.raises(DataError, match=r"Expected to read .* \(Permission denied\)"):
        open_dataset(write_classes(tmp_path))


def test_a_link_to_itself_ends(tmp_path):
    (tmp_path / "loop").mkdir()
    (tmp_path / "loop" / "again").symlink_to(tmp_path / "loop")
    with pytest.raises(DataError, match="a link back to a folder that it lies in"):
        open_dataset(tmp_path / "loop")


def test_with_the_intake_of_a_model_only_the_part_that_is_asked_for_is_read(tmp_path):
    write_parts(tmp_path)
    for path in (tmp_path / "train").rglob("*.png"):
        path.write_bytes(b"")
    intake = Intake(Form(20, 16, 3, "dark"), fit="crop")
    dataset = open_dataset(tmp_path, intake=intake)
    assert dataset.intake == intake
    assert dataset.form.background == "dark"
    assert dataset.test.pixels.shape == (18, 20, 16, 3)
    with pytest.raises(DataError, match="none can be read"):
        _ = dataset.train


def test_progress_is_told(tmp_path):
    shares: list[float] = []
    open_dataset(write_classes(tmp_path, count=80), progress=shares.append)
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert len(shares) == 4


def test_the_background_is_told_by_the_training_part(tmp_path):
    for name, level in (("a", 5), ("b", 9)):
        (tmp_path / name).mkdir()
        for number in range(4):
            Image.fromarray(np.full((9, 9), level + number, np.uint8)).save(
                tmp_path / name / f"{number}.png"
            )
    assert open_dataset(tmp_path).form.background == "dark"


def test_a_file_that_the_system_refuses_is_named(tmp_path, monkeypatch):
    from hemline.data.raw import OnDisk

    write_classes(tmp_path)
    read = OnDisk.read

    def denied(file: OnDisk) -> bytes:
        if file.name == "a/1.png":
            raise PermissionError(13, "Permission denied")
        return read(file)

    monkeypatch.setattr(OnDisk, "read", denied)
    refused = open_dataset(tmp_path).account.files("refused")
    assert refused == {"a/1.png": "cannot be read (Permission denied)"}


def test_a_picture_that_does_not_fit_into_memory_is_named(monkeypatch):
    from hemline.data.picture_files import decoding

    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(decoding, "see", full)
    reason = decoding._picture(InMemory("a.png", b"content"), Intake(Form(8, 8)))
    assert reason == "does not fit into memory when it is decoded"


def test_decoded_pixels_are_cut_where_they_are(tmp_path):
    write_classes(tmp_path, ("a", "b"), 60, size=(64, 64), colour=True)
    whole = 120 * 64 * 64 * 3
    open_dataset(tmp_path)  # fills the cache
    tracemalloc.start()
    dataset = open_dataset(tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(dataset.train) == 100
    assert peak < 1.6 * whole  # twice would be a copy
    names = [int(name.partition("/")[2].partition(".")[0]) for name in dataset.train.names]
    for place in (0, 50, 99):
        seed = 100 * int(dataset.train.labels[place]) + names[place]
        expected = np.asarray(draw(seed, (64, 64), colour=True))
        assert np.array_equal(dataset.train.pixels[place], expected)


# Pictures that are those of Fashion-MNIST.


def write_official(split, root, names, per_class: int = 30):
    """Some pictures of every class as PNG in folders of other names."""
    for label, name in enumerate(names):
        (root / name).mkdir(parents=True)
        for place in np.flatnonzero(split.labels == label)[:per_class]:
            Image.fromarray(split.pixels[place]).save(root / name / f"{place}.png")


def test_fashion_mnist_is_known_in_a_folder_of_pictures(real, tmp_path):
    names = [str(label) for label in range(10)]
    write_official(real.train, tmp_path / "train", names)
    write_official(real.test, tmp_path / "test", names)
    dataset = open_dataset(tmp_path)
    assert dataset.classes == real.classes
    assert dataset.intake == real.intake
    assert dataset.keeps_class
    assert dataset.aliases == real.aliases
    assert dataset.name.startswith("Fashion-MNIST in ")
    assert len(dataset.test) == 300
    assert dataset.account.notes == []


def test_official_test_pictures_in_the_training_part_are_warned_of(real, tmp_path):
    names = [f"class {label}" for label in range(10)]
    write_official(real.test, tmp_path / "train", names)
    write_official(real.train, tmp_path / "test", names)
    dataset = open_dataset(tmp_path)
    assert "another split" in dataset.account.notes[0]
    _ = dataset.test
    assert len(dataset.account.notes) == 2
    assert dataset.classes == real.classes


def test_some_classes_of_fashion_mnist_keep_their_official_names(real, tmp_path):
    write_official(real.train, tmp_path, ["0", "1", "2"])
    dataset = open_dataset(tmp_path)
    assert dataset.classes == real.classes[:3]
    assert dataset.aliases == {}


def test_arrays_of_fashion_mnist_are_known_whatever_size_is_asked_for(real, tmp_path):
    pixels, labels = real.test.pixels[:3000], real.test.labels[:3000]
    np.savez(tmp_path / "set.npz", x_train=pixels, y_train=labels)
    assert open_dataset(tmp_path, size=14).classes == real.classes


def test_official_files_compressed_anew_are_official(real, real_folder, tmp_path):
    for file in FILES:
        content = gzip.compress(fashion_mnist._plain(real_folder, file), 1)
        (tmp_path / f"{file.name}.gz").write_bytes(content)
    dataset = open_dataset(tmp_path)
    assert dataset.name == "Fashion-MNIST"
    assert dataset.test.checksum == real.test.checksum
    assert dataset.account.took_for == "the four official files of Fashion-MNIST"

"""The official files: where they are looked for, how they are obtained, what is refused."""

import errno
import functools
import gzip
import multiprocessing
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from hemline.data import open_dataset
from hemline.data.cache import cache_folder
from hemline.data.fashion import fashion_mnist
from hemline.data.fashion.fashion_mnist import open_official
from hemline.data.fashion.official import FILES, TEST_LABELS, TRAIN_IMAGES
from hemline.errors import DataError
from tests.idx import NAMES, idx_bytes, write_folder


def pretended(seed: int = 0, ink: float = 0.5) -> dict[str, np.ndarray]:
    """Arrays of the right shapes; `ink` is the share of pixels that are not black."""
    rng = np.random.default_rng(seed)
    arrays = {}
    for name, shape in NAMES.items():
        values = rng.integers(1, 256, shape, np.uint8)
        labels = np.arange(shape[0], dtype=np.uint8) % 10
        arrays[name] = values * (rng.random(shape) < ink) if len(shape) == 3 else labels
    return arrays


@pytest.fixture(scope="module")
def older_release(tmp_path_factory) -> Path:
    """Garment-like files of the right shape that are not the official ones."""
    return write_folder(tmp_path_factory.mktemp("older"), pretended())


@pytest.fixture(scope="module")
def digits(tmp_path_factory) -> Path:
    """Digit-like files: sparse ink, classes of unequal size."""
    arrays = pretended(ink=0.19)
    arrays["train-labels-idx1-ubyte"][:50] = 0
    return write_folder(tmp_path_factory.mktemp("digits"), arrays)


def copy(real_folder: Path, to: Path) -> Path:
    to.mkdir(parents=True, exist_ok=True)
    for file in FILES:
        shutil.copy(real_folder / f"{file.name}.gz", to)
    return to


def test_the_real_data_are_what_the_paper_says(real):
    assert not real.drawn
    assert real.train.pixels.shape == (60_000, 28, 28)
    assert real.test.pixels.shape == (10_000, 28, 28)
    assert real.train.counts(10) == [6000] * 10
    assert real.test.counts(10) == [1000] * 10
    assert [file["sha256"] for file in real.files()] == [file.gzip_sha256 for file in FILES]


def test_plain_files_and_the_decoded_cache_give_the_same_pixels(real, real_folder, tmp_path):
    plain = tmp_path / "plain"
    plain.mkdir()
    for file in FILES:
        content = gzip.decompress((real_folder / f"{file.name}.gz").read_bytes())
        (plain / file.name).write_bytes(content)
    assert open_dataset(plain).test.checksum == real.test.checksum
    first, second = (open_dataset(real_folder).test.checksum for _ in range(2))
    assert (cache_folder() / "t10k-images-idx3-ubyte").exists()
    assert first == second == real.test.checksum


def test_a_damaged_cache_is_not_believed(real, real_folder):
    open_dataset(real_folder).test  # noqa: B018 - reading fills the cache
    cached = cache_folder() / "t10k-images-idx3-ubyte"
    cached.write_bytes(cached.read_bytes()[:-1] + b"\x07")
    assert open_dataset(real_folder).test.checksum == real.test.checksum


def test_a_full_disk_costs_the_cache_but_not_the_data(real, real_folder, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fashion_mnist, "write_whole", full)
    assert open_dataset(real_folder).test.checksum == real.test.checksum
    assert not (cache_folder() / "t10k-images-idx3-ubyte").exists()


def _checksum(folder: str, queue: "multiprocessing.Queue[str]") -> None:
    queue.put(open_dataset(folder).test.checksum)


def test_two_processes_that_start_at_once_do_not_hurt_each_other(real, real_folder):
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    workers = [context.Process(target=_checksum, args=(str(real_folder), queue)) for _ in range(4)]
    for worker in workers:
        worker.start()
    assert {queue.get(timeout=60) for _ in workers} == {real.test.checksum}
    for worker in workers:
        worker.join()
    left = {path.name for path in cache_folder().iterdir()}
    assert left == {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}


@pytest.mark.parametrize("habit", ["cache", "keras", "torchvision", "debian", "variable"])
def test_the_search_order_finds_what_others_left(
    habit, real, real_folder, own_machine, monkeypatch
):
    monkeypatch.setattr(
        fashion_mnist, "download", lambda: pytest.fail("downloads though data are here")
    )
    places = {
        "cache": cache_folder(),
        "keras": own_machine / ".keras" / "datasets" / "fashion-mnist",
        "torchvision": own_machine / "data" / "FashionMNIST" / "raw",
        "debian": own_machine / "share" / "datasets" / "fashion-mnist",
        "variable": own_machine / "named",
    }
    monkeypatch.setenv("XDG_DATA_DIRS", f"/usr/local/share:{own_machine / 'share'}")
    copy(real_folder, places[habit])
    if habit == "debian":  # compressed anew
        for path in places[habit].iterdir():
            path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), 1))
    if habit == "variable":
        monkeypatch.setenv("HEMLINE_DATA", str(places[habit]))
    dataset = open_dataset()
    assert dataset.test.checksum == real.test.checksum
    assert Path(dataset.source).resolve() == places[habit].resolve()


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Serve a folder over HTTP on the loopback interface; returns its address."""
    servers = []

    def start(folder: Path) -> str:
        handler = functools.partial(SimpleHTTPRequestHandler, directory=str(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_mirrors_are_tried_in_turn_until_the_checksum_is_right(
    serve, real, real_folder, tmp_path, monkeypatch, capfd
):
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "nowhere"))
    wrong = copy(real_folder, tmp_path / "wrong")
    for file in FILES:
        (wrong / f"{file.name}.gz").write_bytes(b"another file under the same name")
    empty = tmp_path / "empty"
    empty.mkdir()
    mirrors = (serve(wrong), serve(empty), serve(real_folder))
    monkeypatch.setattr(fashion_mnist, "MIRRORS", mirrors)
    dataset = open_dataset()
    assert dataset.test.checksum == real.test.checksum
    names = {path.name for path in cache_folder().iterdir()}
    assert names >= {f"{file.name}.gz" for file in FILES}
    assert not [name for name in names if "tmp" in name]


def test_without_network_the_sentence_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "nowhere"))
    monkeypatch.setattr(fashion_mnist, "MIRRORS", ("http://no.such.host.invalid/",))
    with pytest.raises(
        DataError,
        match=r"no\.such\.host\.invalid: no network.*apt-get install dataset-fashion-mnist",
    ):
        open_dataset()
    assert not cache_folder().exists() or list(cache_folder().iterdir()) == []


def test_a_cache_that_cannot_be_written_is_said(serve, real_folder, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "nowhere"))
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("HEMLINE_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr(fashion_mnist, "MIRRORS", (serve(real_folder),))
    with pytest.raises(DataError, match="Not a directory"):
        open_dataset()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda f: f.write_bytes(f.read_bytes()[:-1000]), "ends too early"),
        (lambda f: f.write_bytes(f.read_bytes()[:-4] + b"abcd"), "damaged"),
        (lambda f: f.write_bytes(b"<html>not found</html>"), "not an idx file"),
        (lambda f: f.unlink(), "received an error"),
    ],
    ids=["truncated", "corrupted", "html", "missing"],
)
def test_a_damaged_file_is_refused(damage, sentence, older_release, tmp_path):
    folder = shutil.copytree(older_release, tmp_path / "data")
    damage(folder / "t10k-images-idx3-ubyte.gz")
    with pytest.raises(DataError, match=sentence):
        _ = open_official(folder).test


def test_another_release_is_refused(older_release):
    with pytest.raises(DataError, match="before 31 August 2017"):
        _ = open_official(older_release).train


def test_the_original_mnist_is_refused_in_its_name_but_opened_in_its_own(digits):
    with pytest.raises(DataError, match=r"original MNIST \(digits\)"):
        _ = open_official(digits).train
    own = open_dataset(digits)
    assert own.classes == tuple("0123456789")
    assert "Fashion" not in own.name


def test_labels_beyond_nine_are_refused(older_release, tmp_path):
    folder = shutil.copytree(older_release, tmp_path / "data")
    labels = np.full(10_000, 12, np.uint8)
    (folder / f"{TEST_LABELS.name}.gz").write_bytes(gzip.compress(idx_bytes(labels)))
    with pytest.raises(DataError, match="labels up to 12"):
        fashion_mnist._plain(folder, TEST_LABELS)


def test_an_unreadable_file_is_refused(older_release, tmp_path):
    folder = shutil.copytree(older_release, tmp_path / "data")
    (folder / f"{TRAIN_IMAGES.name}.gz").unlink()
    (folder / f"{TRAIN_IMAGES.name}.gz").mkdir()
    with pytest.raises(DataError, match="received an error"):
        fashion_mnist._plain(folder, TRAIN_IMAGES)


def test_the_test_part_is_not_opened_by_training(real, real_folder, tmp_path):
    folder = copy(real_folder, tmp_path / "data")
    (folder / "t10k-images-idx3-ubyte.gz").write_bytes(b"damaged")
    dataset = open_dataset(folder)
    assert dataset.train.checksum == real.train.checksum
    with pytest.raises(DataError, match="not an idx file"):
        _ = dataset.test


def test_another_size_or_colour_is_made_of_the_official_files_as_well(real, real_folder):
    dataset = open_dataset(real_folder, size=14, colour=True)
    assert dataset.test.pixels.shape == (10_000, 14, 14, 3)
    assert np.array_equal(dataset.train.labels, real.train.labels)
    assert dataset.classes == real.classes

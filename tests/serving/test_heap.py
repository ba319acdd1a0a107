"""Workers give memory back; what they begin is left as it would be."""

import os
from pathlib import Path

import pytest

from tests.photos.costly import sixteen_bits, thin_lines
from tests.serving.running import serve, spawned, until

NAME = "MALLOC_MMAP_THRESHOLD_"
PNG = {"Content-Type": "image/png"}


def environment(process):
    entries = Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
    return dict(entry.decode().partition("=")[::2] for entry in entries if entry)


@pytest.fixture(scope="module")
def server(model_file, tmp_path_factory):
    with serve(model_file, log=tmp_path_factory.mktemp("heap") / "log") as started:
        yield started


def test_workers_are_told_to_and_decoders_are_not(server):
    [worker] = server.workers()
    assert environment(worker)[NAME] == "262144"
    decoders = until(lambda: spawned(worker))
    assert all(NAME not in environment(decoder) for decoder in decoders)


def test_what_the_user_says_stays(model_file, tmp_path):
    with serve(model_file, log=tmp_path / "log", **{NAME: "1000000"}) as server:
        [worker] = server.workers()
        for process in (worker, *until(lambda: spawned(worker))):
            assert environment(process)[NAME] == "1000000"
    assert NAME not in os.environ


def test_what_a_large_picture_takes_is_given_back(server):
    decoders = until(lambda: spawned(server.workers()[0]))

    def classify(content):
        for _ in decoders * 4:  # so that each of them has some
            answer = server.post("/classify", content=content, headers=PNG)
            assert answer.status_code in (200, 400)

    def held():
        return sum(decoder.memory_info().rss for decoder in decoders)

    classify(thin_lines())
    before = held()
    classify(sixteen_bits((2000, 2000)))
    assert until(lambda: held() < before + 10_000_000 * len(decoders))

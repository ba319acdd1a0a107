"""Workers give memory back; what they begin is left as it would be."""

import os
from pathlib import Path

from tests.serving.running import serve, spawned, until

NAME = "MALLOC_MMAP_THRESHOLD_"


def environment(process):
    entries = Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
    return dict(entry.decode().partition("=")[::2] for entry in entries if entry)


def test_workers_are_told_to_and_decoders_are_not(model_file, tmp_path):
    with serve(model_file, log=tmp_path / "log") as server:
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

"""Many files: on all cores as on one, in order, bad ones among good ones, none too far ahead."""

import itertools
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from hemline.data import many, read_many
from hemline.data.fashion.official import INTAKE
from tests.photos.drawing import draw_photo

GARMENT = np.zeros((28, 28), np.uint8)
GARMENT[4:24, 8:20] = 180


@pytest.fixture
def files(tmp_path):
    draw_photo(size=(120, 160)).save(tmp_path / "photo.jpg")
    Image.fromarray(GARMENT).save(tmp_path / "boot.png")
    np.save(tmp_path / "two.npy", np.stack([GARMENT, GARMENT.T]))
    (tmp_path / "bad.gif").write_bytes(b"GIF89a")
    names = ["boot.png", "bad.gif", "photo.jpg", "two.npy", "missing.png"] * 2
    return [tmp_path / name for name in names]


def summary(reads):
    return [
        (read.path, [(p.place, p.pixels.tobytes()) for p in read.pictures], read.error)
        for read in reads
    ]


def test_several_processes_read_what_one_reads_in_the_same_order(files):
    alone = summary(read_many(files, INTAKE, megapixels=50, cores=1))
    assert summary(read_many(files, INTAKE, megapixels=50, cores=2)) == alone
    assert [path for path, _, _ in alone] == files
    assert [bool(error) for _, _, error in alone] == [False, True, False, False, True] * 2
    assert [place for place, _ in alone[3][1]] == [0, 1]


def test_steps_are_kept_of_the_first_files_only(files):
    reads = list(read_many([files[2]] * 3, INTAKE, megapixels=50, steps=2))
    assert [read.pictures[0].seen is not None for read in reads] == [True, True, False]


def test_no_more_files_are_taken_than_there_is_work_for(files):
    taken = []

    def endless():
        for place in itertools.count():
            taken.append(place)
            yield files[0]

    reads = read_many(endless(), INTAKE, megapixels=50, cores=2)
    for _ in range(20):
        next(reads)
    reads.close()
    assert len(taken) <= 20 + 2 * many._AHEAD + 1


def test_a_file_that_ends_its_process_costs_no_other(files, monkeypatch):
    killer = files[0].with_name("killer.png")
    Image.fromarray(GARMENT).save(killer)
    monkeypatch.setattr(many, "_read", _die_of_killer)
    reads = list(read_many([*files, killer, *files], INTAKE, megapixels=50, cores=2))
    assert [read.path for read in reads] == [*files, killer, *files]
    assert "ends the process reading it" in reads[len(files)].error
    assert sum("ends the process" in read.error for read in reads) == 1


def test_a_script_that_every_process_would_run_again_is_told_so(files, tmp_path):
    script = tmp_path / "script.py"
    paths = [str(file) for file in files]
    script.write_text(
        "from pathlib import Path\nfrom hemline.data import read_many\n"
        "from hemline.data.fashion.official import INTAKE\n"
        f"list(read_many(map(Path, {paths}), INTAKE, megapixels=50, cores=2))\n"
    )
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    told = "received none that starts; in a script, begin what it does with if __name__"
    assert any(told in line for line in ended.stderr.splitlines()[-6:])


_really_read = many._read


def _die_of_killer(task):
    if task.path.name == "killer.png":
        os.kill(os.getpid(), signal.SIGKILL)
    return _really_read(task)

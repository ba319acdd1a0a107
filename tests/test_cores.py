"""Cores are counted as this process may use them, not as the machine has them."""

import os
import subprocess
import sys

import pytest

from hemline import cores as module
from hemline.cores import cores, quota
from hemline.preparing import prepare


@pytest.fixture
def limited(monkeypatch, tmp_path):
    """Set what the files of a cgroup say; four processors by affinity."""

    def limit(*contents):
        files = [tmp_path / f"limit{place}" for place in range(len(contents))]
        for file, content in zip(files, contents, strict=True):
            file.write_text(content)
        monkeypatch.setattr(module, "_LIMITS", (("/nowhere",), tuple(map(str, files))))
        monkeypatch.setattr(module, "_by_affinity", lambda: 4)

    return limit


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        (["max 100000\n"], 4),
        (["200000 100000\n"], 2),
        (["250000 100000\n"], 2),
        (["50000 100000\n"], 1),
        (["800000 100000\n"], 4),
        (["-1\n", "100000\n"], 4),
        (["300000\n", "100000\n"], 3),
        (["many\n"], 4),
        ([""], 4),
    ],
)
def test_a_quota_of_the_container_counts(contents, expected, limited):
    limited(*contents)
    assert cores() == expected
    assert quota() == (expected if expected < 4 else 0)
    said = {}
    prepare(said)
    assert said.get("OMP_NUM_THREADS") == (str(expected) if expected < 4 else None)


def test_the_user_says_how_many_threads(limited):
    limited("100000 100000")
    said = {"OMP_NUM_THREADS": "7"}
    prepare(said)
    assert said["OMP_NUM_THREADS"] == "7"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity on this system")
def test_affinity_counts():
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    code += "from hemline.cores import cores; print(cores())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"

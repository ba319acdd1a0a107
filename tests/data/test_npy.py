"""Files of NumPy that are damaged, or state more than they hold."""

import io
import os
import random
import struct
import subprocess
import sys

import numpy as np
import pytest

from hemline.data import read_many, read_pictures
from hemline.errors import DataError, HemlineError
from hemline.photos import Intake
from hemline.pixels import Form

WHOLE = Intake(Form(28, 28, 1))
STATED = "{'descr': '|u1', 'fortran_order': False, 'shape': %s, }\n"
HEADERS = {
    "a string without end": "{'descr': ('''\n",
    "a bracket without end": "(((\n",
    "very deep": "-" * 5000 + "1\n",
    "no Python": "{'descr': 1 2}\n",
    "a key that is none": "{[]: 1}\n",
    "a set": "{'descr', 'fortran_order', 'shape'}\n",
    "no type": STATED.replace("'|u1'", "None") % "(1, 28, 28)",
    "a type of nothing": STATED.replace("'|u1'", "{}") % "(1, 28, 28)",
    "more than numbers can be": STATED % f"({10**30}, 28, 28)",
    "more than there can be": STATED % f"({2**40}, 28, 28)",
    "less than nothing": STATED % "(-1, 28, 28)",
    "true": STATED % "(True, 28, 28)",
    "seventy dimensions": STATED % f"({'1, ' * 70})",
    "objects": STATED.replace("u1", "O") % "(1, 28, 28)",
}


def npy(header, body=bytes(784)):
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode() + body


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_header_that_makes_no_sense_is_a_sentence(header, tmp_path):
    path = tmp_path / "a.npy"
    path.write_bytes(npy(header))
    with pytest.raises(HemlineError, match=r"^Expected .*a\.npy|a\.npy: Expected "):
        list(read_pictures(path, WHOLE))


@pytest.mark.parametrize(
    "content", [b"", b"PK\3\4" + bytes(100), b"PK\5\6" + bytes(18), npy("{}")[:9], b"\x93NUMPY\7\0"]
)
def test_so_is_a_file_that_is_none(content, tmp_path):
    path = tmp_path / "a.npy"
    path.write_bytes(content)
    with pytest.raises(DataError, match="NumPy cannot read"):
        list(read_pictures(path, WHOLE))


@pytest.mark.parametrize("seed", range(4))
def test_so_is_any_changed_byte(seed, tmp_path):
    dice, path, file = random.Random(seed), tmp_path / "a.npy", io.BytesIO()
    np.save(file, np.full((1, 28, 28), 9, np.uint8))
    for _ in range(100):
        content = bytearray(file.getvalue())
        content[dice.randrange(128)] = dice.choice(b"'\"()[]{}-019,: <>|=OSUVMm\\#\n\0\xff")
        path.write_bytes(content)
        try:
            list(read_pictures(path, WHOLE))
        except HemlineError as error:
            assert "Expected " in str(error)


def test_the_files_behind_it_are_read(tmp_path):
    paths = [tmp_path / f"{place}.npy" for place in range(3)]
    for path in paths:
        np.save(path, np.full((1, 28, 28), 9, np.uint8))
    paths[1].write_bytes(npy(HEADERS["a string without end"]))
    read = list(read_many(paths, WHOLE, megapixels=50))
    assert [bool(file.error) for file in read] == [False, True, False]


MEMORY = """
import sys
from pathlib import Path
from hemline.data import read_pictures
from hemline.errors import HemlineError
from hemline.photos import Intake
from hemline.pixels import Form
import resource

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    list(read_pictures(Path(sys.argv[1]), Intake(Form(28, 28, 1))))
except HemlineError as error:
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, error)
"""
HEADS = {
    "a.npy": npy(STATED % "(3000, 1000, 1000)", b""),
    "floats.npy": npy(STATED.replace("|u1", "<f8") % "(478000, 28, 28)", b""),
    "truncated.npy": npy(STATED % "(4000000, 28, 28)", b""),
    "idx": b"\0\0\x08\3" + struct.pack(">3I", 3000, 1000, 1000),
}


@pytest.mark.parametrize("name", HEADS)
def test_a_sparse_file_is_refused_by_its_head(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(HEADS[name])
    os.truncate(path, len(HEADS[name]) + 3_000_000_000)  # it takes no room
    command = [sys.executable, "-c", MEMORY, str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    megabytes, _, sentence = said.partition(" ")
    assert int(megabytes) < 50
    assert "Expected " in sentence

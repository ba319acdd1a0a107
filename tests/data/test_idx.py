"""The idx format: read back as written, or refused."""

import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hemline.data import idx
from hemline.data.idx import gunzip, parse_idx
from hemline.errors import DataError
from tests.idx import idx_bytes


@given(hnp.arrays(np.uint8, hnp.array_shapes(max_dims=3, max_side=9)), st.booleans())
def test_an_array_is_read_back_plain_or_gzip(array, packed):
    content = idx_bytes(array)
    read = parse_idx(gzip.compress(content) if packed else content, "file")
    assert read.dtype == np.uint8
    assert read.shape == array.shape
    assert (read == array).all()


@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused_in_one_sentence(content):
    try:
        parse_idx(content, "file")
    except DataError as error:
        assert str(error).startswith("Expected")


@given(hnp.arrays(np.uint8, (3, 5)), st.integers(1, 15))
def test_a_truncated_file_is_refused(array, missing):
    with pytest.raises(DataError, match="truncated"):
        parse_idx(idx_bytes(array)[:-missing], "file")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "beginning with nothing"),
        (b"\x89PNG\r\n", "beginning with 89 50 4e 47"),
        (idx_bytes(np.zeros((2, 2), np.uint8), kind=0x0D), "of type 0d"),
        (idx_bytes(np.zeros((2, 2), np.uint8)) + b"more", "received 20"),
        (gzip.compress(idx_bytes(np.zeros(99, np.uint8)), mtime=0)[:-9], "ends too early"),
        (b"\x1f\x8b" + bytes(30), "is damaged"),
    ],
)
def test_what_is_not_idx_is_refused(content, sentence):
    with pytest.raises(DataError, match=sentence):
        parse_idx(content, "file")


def test_a_flipped_bit_in_a_gzip_file_is_noticed():
    packed = bytearray(gzip.compress(idx_bytes(np.arange(200, dtype=np.uint8))))
    packed[-6] ^= 1  # within the checksum at the end
    with pytest.raises(DataError, match="damaged"):
        parse_idx(bytes(packed), "file")


def test_a_gzip_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(idx, "LIMIT", 1000)
    with pytest.raises(DataError, match="expands beyond"):
        gunzip(gzip.compress(bytes(100_000)), "bomb.gz")

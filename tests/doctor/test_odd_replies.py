"""Servers and callables that reply oddly: an answer or a sentence each, at little cost."""

import contextlib
import io
import json
import random
import struct
import time
import tracemalloc

import numpy as np
import pytest

from hemline.doctor.replies.answers import read_answers
from hemline.doctor.replies.unpacking import UnreadableError
from hemline.doctor.targets import open_target
from hemline.doctor.targets.frames import BrokenFrameError, unpack
from hemline.errors import TargetError
from tests.doctor.odd import (
    ANSWER,
    CLASSES,
    DESCRIBED,
    N,
    changed_replies,
    examine,
    telling_server,
)


@pytest.fixture(scope="module")
def server():
    with telling_server() as made:
        yield made


def test_a_sound_server_is_read(server):
    assert examine(server).labels.tolist() == [2] * N


def of(**changes):
    return {"outputs": [ANSWER["outputs"][0] | changes]}


ODD = {
    "null": b"null",
    "a number": b"7",
    "a list": b"[]",
    "a word": b'"x"',
    "nothing": b"",
    "no outputs": {"outputs": []},
    "outputs of null": {"outputs": None},
    "outputs of numbers": {"outputs": [1, 2]},
    "output of null": {"outputs": [None]},
    "no data": {"outputs": [{"name": "probabilities", "datatype": "FP32", "shape": [N, 3]}]},
    "data of null": of(data=None),
    "data of nulls": of(data=[None] * 12),
    "data of objects": of(data=[{}] * 12),
    "too few": of(data=[0.5] * 11),
    "too many": of(data=[0.5] * 13),
    "a shape below 0": of(shape=[-1, -1]),
    "a shape of words": of(shape=["4", "3"]),
    "a shape of null": of(shape=None),
    "a huge shape": of(shape=[2**62, 2**62]),
    "another count": of(shape=[3, 4]),
    "no pictures": of(shape=[0, 3], data=[]),
    "300 as a byte": of(datatype="UINT8", data=[300] * 12),
    "-1 as a byte": of(datatype="UINT8", data=[-1] * 12),
    "huge numbers": of(datatype="INT64", data=[10**30] * 12),
    "huge labels": of(datatype="INT64", shape=[N], data=[2**62] * N),
    "huge labels as words": of(datatype="BYTES", shape=[N], data=["9" * 400] * N),
    "numbers that are none": of(data=[float("nan")] * 12),
    "numbers too large": of(data=[1e308] * 12),
    "numbers without end": of(data=[float("inf")] * 12),
    "another datatype": of(datatype="COMPLEX"),
    "datatype of null": of(datatype=None),
    "datatype of a list": of(datatype=[]),
    "names": of(datatype="BYTES", shape=[N], data=["coat"] * N),
    "one endless word": of(datatype="BYTES", shape=[12], data=["x" * 1_000_000] + ["y"] * 11),
    "nested deeply": b'{"outputs": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "nested lists": of(data=[[[[[0.5]]]]] * 12),
    "escapes": of(datatype="BYTES", shape=[N], data=["\x1b[31mcoat\x07"] * N),
    "9 MB": b'{"outputs": [' + b"1," * 4_500_000 + b"1]}",
}


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
def test_an_odd_answer_is_a_sentence_or_an_answer(answer, server):
    began = time.process_time()
    examine(server, answer=answer)
    assert time.process_time() - began < 5


UNLIKE = {
    "null": b"null",
    "a list": b"[1]",
    "no inputs": {**DESCRIBED, "inputs": []},
    "inputs of null": {**DESCRIBED, "inputs": None},
    "shape of words": {**DESCRIBED, "inputs": [DESCRIBED["inputs"][0] | {"shape": ["n", 8, 8]}]},
    "shape of null": {**DESCRIBED, "inputs": [DESCRIBED["inputs"][0] | {"shape": None}]},
    "a billion at once": {
        **DESCRIBED,
        "inputs": [DESCRIBED["inputs"][0] | {"shape": [10**9, 8, 8]}],
    },
    "datatype of a dictionary": {
        **DESCRIBED,
        "inputs": [DESCRIBED["inputs"][0] | {"datatype": {}}],
    },
    "output of a number": {**DESCRIBED, "outputs": [{"name": 7}]},
    "outputs of null": {**DESCRIBED, "outputs": [None]},
}


@pytest.mark.parametrize("described", UNLIKE.values(), ids=UNLIKE)
def test_odd_metadata_are_a_sentence(described, server):
    assert isinstance(examine(server, described=described), str)


LISTED = [b"null", b"7", b"[]", b"[null]", b'[{"name": 3}]', b'{"models": null}', b'["a", "b"]']


@pytest.mark.parametrize("listed", LISTED)
def test_an_odd_list_of_models_is_a_sentence(listed, server):
    server.described, server.answer = json.dumps(DESCRIBED).encode(), listed
    with pytest.raises(TargetError, match=r"^Expected the URL of one model"):
        open_target(server.url.partition("/v2")[0], limit=5)


@pytest.mark.parametrize("seed", range(200))
def test_a_reply_changed_anywhere_is_a_sentence_or_an_answer(seed, server):
    examine(server, **changed_replies(random.Random(seed)))


@pytest.mark.parametrize(
    "raw",
    [
        {str(key): [0.1] * N for key in range(100_000)},
        [{str(key): 0.1 for key in range(100_000)}] * N,
        ["x" * 100_000_000, *["coat"] * (N - 1)],
        [["x" * 100_000_000]] * N,
        np.full(N, 2**63 - 1),
        np.full(N, -(2**63)),
        np.full(N, 1e300),
        np.full(N, np.inf),
        ["9" * 10_000] * N,
    ],
    ids=["many keys", "rows of many keys", "a long word", "long words", "large", "small", "1e300",
         "infinite", "many digits"],
)  # fmt: skip
def test_what_a_callable_may_give_costs_little(raw):
    tracemalloc.start()
    began = time.process_time()
    with contextlib.suppress(UnreadableError):
        assert len(read_answers(raw, N, CLASSES)) == N
    assert time.process_time() - began < 3
    assert tracemalloc.get_traced_memory()[1] < 200_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("header", [b"[" * 100_000, b"\xff", b"", b"{"])
def test_what_is_no_frame_is_told_from_one(header):
    content = io.BytesIO(struct.pack("<II", len(header), 0) + header)
    with pytest.raises(BrokenFrameError):
        unpack(content.read)

"""Processes that decode end what costs too much, and go on with the next."""

import threading
import time

import numpy as np
import psutil
import pytest

from hemline.errors import DataError, PhotoError
from hemline.photos import Intake, see
from hemline.pixels import Form
from hemline.serving.decoder import Decoder, DecoderDiedError
from hemline.serving.photos import DECODE_SECONDS
from tests.photos.costly import many_scans, sixteen_bits
from tests.photos.drawing import COLOURS, draw_photo
from tests.serving.conftest import encoded
from tests.serving.running import until

GARMENT = Intake(Form(28, 28, 1, "dark"), find="garment")


@pytest.fixture
def decoder():
    made = Decoder(seconds=DECODE_SECONDS)
    yield made
    made.close()


def ask(decoder, content, megapixels=50):
    return decoder.ask(content, "photo.jpg", GARMENT, megapixels, False).pixels


def test_it_sees_what_this_process_sees(decoder, photo):
    for _ in range(2):
        np.testing.assert_array_equal(ask(decoder, photo), see(photo, GARMENT).pixels)


def test_refusals_are_those_of_this_process(decoder):
    with pytest.raises(DataError, match=r"received photo\.jpg that is none of these"):
        ask(decoder, b"none")
    with pytest.raises(PhotoError, match="scans"):
        ask(decoder, many_scans(1000))


def test_what_takes_too_long_is_ended_and_the_next_is_seen(photo):
    decoder = Decoder(seconds=0.01)
    large = encoded(draw_photo("trousers", COLOURS["blue"], size=(3000, 4000)), "JPEG")
    try:
        for _ in range(2):
            before = decoder._process
            with pytest.raises(PhotoError, match=r"within 0\.01 s, received photo\.jpg"):
                ask(decoder, large)
            assert not before.is_alive()
        decoder._seconds = DECODE_SECONDS
        assert ask(decoder, photo).any()
    finally:
        decoder.close()


def test_what_takes_too_much_memory_is_a_sentence_and_the_next_is_seen(decoder, photo):
    with pytest.raises(PhotoError, match=r"memory, received photo\.jpg that takes more"):
        ask(decoder, sixteen_bits((13000, 13000)), megapixels=178)
    process = decoder._process
    assert ask(decoder, photo).any()
    assert decoder._process is process


def test_a_process_that_is_killed_is_replaced(decoder, photo):
    ask(decoder, photo)
    decoder._process.kill()
    with pytest.raises(DecoderDiedError):
        ask(decoder, photo)
    assert ask(decoder, photo).any()


def test_two_costly_photographs_stop_nobody_and_not_the_end(server, photo):
    costly = [many_scans(50_000, (1000, 1000)), many_scans(20_000, (100, 100))]
    answers = []
    clients = [
        threading.Thread(
            target=lambda one=one: answers.append(server.post("/classify", content=one))
        )
        for one in costly * 4
    ]
    for client in clients:
        client.start()
    began = time.monotonic()
    assert server.post("/classify", content=photo).status_code == 200
    assert time.monotonic() - began < 10
    for client in clients:
        client.join()
    assert {answer.status_code for answer in answers} <= {200, 400}


def test_the_memory_of_a_server_comes_back(server, photo):
    [worker] = server.workers()
    assert server.post("/classify", content=photo).status_code == 200
    before = total(worker)
    for _ in range(3):
        server.post("/classify", content=sixteen_bits())
    until(lambda: total(worker) - before < 100_000_000, 10)


def total(worker):
    """Bytes of a worker and of those that decode for it."""
    processes = [worker, *worker.children(recursive=True)]
    return sum(process.memory_info().rss for process in processes if alive(process))


def alive(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE

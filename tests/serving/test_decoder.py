"""Processes that decode end what costs too much, and go on with the next."""

import contextlib
import os
import threading
import time
from contextlib import closing

import numpy as np
import psutil
import pytest

from hemline.errors import DataError, HemlineError, PhotoError
from hemline.photos import Intake, see
from hemline.pixels import Form
from hemline.serving.decoder import Decoder, DecoderDiedError, EndingError
from hemline.serving.photos import DECODE_SECONDS
from tests.photos.costly import many_scans, sixteen_bits
from tests.photos.drawing import COLOURS, draw_photo
from tests.serving.conftest import encoded
from tests.serving.running import serve, until

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


def test_what_takes_too_much_memory_is_a_sentence_and_the_next_is_seen(photo):
    with closing(Decoder(seconds=100)) as decoder:  # a busy machine takes long over so many pixels
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


def test_a_closed_one_starts_nothing(photo):
    decoder = Decoder(seconds=DECODE_SECONDS)
    ask(decoder, photo)
    decoder.close()
    with pytest.raises(EndingError):
        ask(decoder, photo)
    assert not decoder._process.is_alive()


def test_one_that_is_closed_while_it_is_asked_starts_nothing(slow):
    decoder, raised = Decoder(seconds=DECODE_SECONDS), []
    asking = threading.Thread(target=lambda: raised.append(refusal(decoder, SLOW)))
    asking.start()
    until(lambda: not decoder._waits)
    decoder.close()
    asking.join(5)
    assert isinstance(raised[0], EndingError)
    assert not decoder._process.is_alive()


def test_one_that_has_to_hurry_ends_what_takes_long_and_begins_no_more(slow, photo):
    decoder, raised = Decoder(seconds=DECODE_SECONDS), []
    ask(decoder, photo)
    asking = threading.Thread(target=lambda: raised.append(refusal(decoder, SLOW)))
    asking.start()
    decoder.hurry()
    asking.join(4)
    raised.append(refusal(decoder, photo))
    assert [type(error) for error in raised] == [EndingError, EndingError]
    assert not decoder._process.is_alive()


def refusal(decoder, content):
    try:
        return ask(decoder, content)
    except HemlineError as error:
        return error


SLOW, SLOWISH = (
    encoded(draw_photo("trousers", COLOURS["blue"], size=(123, height)), "PNG")
    for height in (321, 322)
)
SLEEPS = """
import time
from hemline.photos import opening

usual = opening.refuse_costly

def sleep(image, stream, name):
    time.sleep({321: 60, 322: 1.5}.get(image.height, 0))
    usual(image, stream, name)

opening.refuse_costly = sleep
"""


@pytest.fixture
def slow(tmp_path, monkeypatch):
    """Processes that begin from now on take a minute over `SLOW`, 1.5 s over `SLOWISH`."""
    (tmp_path / "sitecustomize.py").write_text(SLEEPS)
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)


@contextlib.contextmanager
def costly_ones(server, count, content):
    """Clients that send what takes long, all at once; gives what they are told."""
    answers = []
    clients = [
        threading.Thread(target=lambda: answers.append(server.post("/classify", content=content)))
        for _ in range(count)
    ]
    for client in clients:
        client.start()
    until(lambda: f"hemline_photos_waiting {count}.0" in server.get("/metrics").text)
    yield answers
    for client in clients:
        client.join()


def test_two_costly_photographs_stop_nobody(slow, model_file, photo, tmp_path):
    log = tmp_path / "log"
    with serve(model_file, log=log) as server:
        with costly_ones(server, 2, SLOWISH) as answers:
            began = time.monotonic()
            assert server.get("/v2/health/live").status_code == 200
            assert time.monotonic() - began < 1
            assert server.post("/classify", content=photo).status_code == 200
            assert time.monotonic() - began < 8  # three, and what a busy machine adds
        assert [answer.status_code for answer in answers] == [200, 200]


def test_the_end_waits_for_a_photograph_that_is_being_decoded(slow, model_file, photo, tmp_path):
    with serve(model_file, log=tmp_path / "log") as server:
        assert server.post("/classify", content=photo).status_code == 200
        with costly_ones(server, 1, SLOWISH) as answers:
            server.terminate()
        assert server.process.wait(30) == 0
    assert [answer.status_code for answer in answers] == [200]


def test_costly_photographs_do_not_stop_the_end(slow, model_file, photo, tmp_path):
    log = tmp_path / "log"
    with serve(model_file, log=log) as server:
        assert server.post("/classify", content=photo).status_code == 200
        with costly_ones(server, 8, SLOW) as answers:
            began = time.monotonic()
            server.terminate()
            assert server.process.wait(30) == 0
            assert time.monotonic() - began < 6  # two, and what a busy machine adds
    assert [answer.status_code for answer in answers] == [503] * 8
    assert "Traceback" not in log.read_text()


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

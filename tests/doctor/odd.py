"""A server that says what it is told to say, and replies that no server should send."""

import contextlib
import copy
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from hemline.doctor.replies.answers import read_answers
from hemline.doctor.replies.unpacking import UnreadableError
from hemline.doctor.replies.vocabulary import Vocabulary
from hemline.doctor.targets import open_target
from hemline.doctor.targets.base import RefusedError
from hemline.errors import TargetError
from hemline.pixels import Form

CLASSES = Vocabulary(("boot", "coat", "shirt"))
FORM, N = Form(8, 8), 4
DESCRIBED = {
    "name": "m",
    "inputs": [{"name": "x", "datatype": "UINT8", "shape": [-1, 8, 8]}],
    "outputs": [{"name": "probabilities", "datatype": "FP32", "shape": [-1, 3]}],
}
ANSWER = {
    "outputs": [
        {"name": "probabilities", "datatype": "FP32", "shape": [N, 3], "data": [0.2, 0.3, 0.5] * N}
    ]
}


class Teller(BaseHTTPRequestHandler):
    """What a test server is made of: it says one text, and logs nothing."""

    def say(self, text, status=200):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving(handler):
    """A server that runs on loopback until the block ends."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@contextlib.contextmanager
def telling_server():
    """A server that says what it is told to say."""

    class Handler(Teller):
        def do_GET(self):
            self.say(self.server.described)

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.say(self.server.answer)

    with serving(Handler) as made:
        made.described = made.answer = b""
        made.url = f"http://127.0.0.1:{made.server_port}/v2/models/m"
        yield made


def examine(server, described=DESCRIBED, answer=ANSWER):
    """What comes of one question: answers, or the sentence that says why there are none."""
    server.described, server.answer = (
        one if isinstance(one, bytes) else json.dumps(one).encode() for one in (described, answer)
    )
    try:
        target = open_target(server.url, limit=5)
        target.meet(FORM, CLASSES)
        form = next(target.forms())
        raw = target.answer(np.ones((N, *form.layout.shape), form.dtype), form.way)
        answers = read_answers(raw, N, CLASSES)
    except TargetError as error:
        assert str(error).startswith("Expected ")
        return str(error)
    except (RefusedError, UnreadableError) as error:
        return str(error)
    assert len(answers) == N
    assert answers.labels.max() < 2**16
    return answers


WILD = (None, True, -1, 0, 10**30, 1e308, float("nan"), "", "x" * 10_000, [], {}, [[]], [None])


def change(value, chance):
    """Replace, remove or double something somewhere within."""
    while True:
        places = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not places:
            return
        place = chance.choice(places)
        if isinstance(value[place], dict | list) and value[place] and chance.random() < 0.7:
            value = value[place]
            continue
        if chance.random() < 0.7:
            value[place] = copy.deepcopy(chance.choice(WILD))
        elif isinstance(value, list):
            value *= chance.choice([0, 2])
        else:
            del value[place]
        return


def changed_replies(chance):
    """Metadata and an answer, changed anywhere."""
    said = {"described": copy.deepcopy(DESCRIBED), "answer": copy.deepcopy(ANSWER)}
    for _ in range(chance.choice([1, 2, 5])):
        change(said[chance.choice(["described", "answer"])], chance)
    return said

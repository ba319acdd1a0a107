"""Servers that take a picture as a file, and answer in JSON of their own."""

import base64
import contextlib
import json
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler

import pytest

from hemline import diagnose
from hemline.errors import TargetError
from tests.doctor import glue, odd
from tests.doctor.odd import Teller


def uploaded(field):
    def read(body, kind):
        message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
        for part in message.get_payload():
            if part.get_param("name", header="content-disposition") == field:
                assert part.get_filename().endswith((".png", ".jpg"))
                return part.get_payload(decode=True)
        raise KeyError(field)

    return read


def encoded(body, kind):
    assert kind == "application/json"
    return base64.b64decode(json.loads(body)["image"])


def bare(body, kind):
    assert kind in {"image/png", "image/jpeg"}
    return body


def label(scores):
    return {"filename": "x", "ok": True, "class": glue.NAMES[scores.argmax()], "ms": 3}


def ranking(scores):
    pairs = zip(glue.NAMES, scores.tolist(), strict=True)
    return {"predictions": [{"label": name, "confidence": share} for name, share in pairs]}


def table(scores):
    return dict(zip(glue.NAMES, scores.tolist(), strict=True))


@contextlib.contextmanager
def serving(read, reply, pipeline=None):
    """The URL of a server that reads a picture, and replies in a form of its own."""
    pipeline = pipeline or glue.glued()

    class Handler(Teller, BaseHTTPRequestHandler):
        def do_GET(self):
            self._tell(404, {"detail": "Not Found"})

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                scores = pipeline(read(body, self.headers["Content-Type"]))
            except Exception as error:
                return self._tell(422, {"detail": repr(error)})
            return self._tell(200, reply(scores))

        def _tell(self, status, said):
            self.say(json.dumps(said).encode(), status)

    with odd.serving(Handler) as made:
        yield f"http://127.0.0.1:{made.server_port}/predict"


@pytest.mark.parametrize(
    ("read", "reply", "way"),
    [
        (uploaded("file"), ranking, "uploads in the field file"),
        (uploaded("photo"), label, "uploads in the field photo"),
        (encoded, table, "JSON with base64 in image"),
        (bare, lambda scores: glue.NAMES[scores.argmax()], "files as the body of a request"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_however_a_server_takes_a_picture_it_is_examined(read, reply, way):
    with serving(read, reply) as url:
        diagnosis = diagnose(url, glue.garments(count=45))
    assert diagnosis.wants == f"pictures of 28x28, 0..255, {way}"
    assert diagnosis.is_healthy


def test_what_is_wrong_behind_a_server_is_found():
    pipeline = glue.glued(glue.upright, glue.on("black"), glue.crop)
    with serving(uploaded("image"), table, pipeline) as url:
        findings = diagnose(url, glue.garments(count=80)).findings
    assert [finding.check for finding in findings] == ["cropping"]


def test_a_server_that_takes_no_picture_is_one_sentence():
    def nothing(_body, _kind):
        raise LookupError("no such route")

    with serving(nothing, table) as url, pytest.raises(TargetError, match="no such route"):
        diagnose(url, glue.garments(count=45))

"""`hemline serve` as its users start it."""

import json
import os
import socket

import onnx
import pytest
from onnx import numpy_helper

from hemline.models import find_model
from tests.serving.running import serve, until
from tests.unsealed import load_unsealed


def test_it_listens_on_loopback_alone(tmp_path):
    with serve("tiny", log=tmp_path / "log") as server:
        assert server.url.startswith("http://127.0.0.1:")
        listening = [c for c in server.workers()[0].net_connections() if c.status == "LISTEN"]
        assert {c.laddr.ip for c in listening} == {"127.0.0.1"}


def test_with_json_every_line_of_the_log_is_a_document(tmp_path):
    with serve("tiny", "--json", log=tmp_path / "log") as server:
        server.get("/nowhere?secret=1")
        until(lambda: "/nowhere" in server.log.read_text())
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    [asked] = [line for line in lines if line.get("path") == "/nowhere"]
    assert asked.keys() == {
        "time",
        "level",
        "message",
        "client",
        "method",
        "path",
        "status",
        "milliseconds",
    }
    assert asked["status"] == 404


def test_a_port_that_is_taken_is_one_sentence(program):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = program("serve", "tiny", "--port", port)
    assert done.returncode == 2
    assert f"127.0.0.1 port {port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_no_model_is_one_sentence(program, tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"nonsense")
    done = program("serve", tmp_path / "model.onnx")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("hemline: Expected a model file, received ")


def test_a_model_that_takes_trousers_for_something_else_is_not_served(program, tmp_path):
    model = load_unsealed(find_model("tiny"))
    for weights in model.graph.initializer:
        values = numpy_helper.to_array(weights)
        if values.dtype == "float32" and values.ndim > 1:
            weights.CopyFrom(numpy_helper.from_array(-values, weights.name))
    onnx.save(model, tmp_path / "model.onnx")
    done = program("serve", tmp_path / "model.onnx")
    assert done.returncode == 2
    assert "to a drawn " in done.stderr


def test_an_address_for_everybody_wants_a_token(tmp_path):
    with serve("tiny", "--host", "0.0.0.0", log=tmp_path / "log") as server:
        assert "HEMLINE_TOKEN sets a token" in server.log.read_text()
    with serve("tiny", "--host", "0.0.0.0", log=tmp_path / "log", HEMLINE_TOKEN="x") as server:
        assert "HEMLINE_TOKEN" not in server.log.read_text()


@pytest.mark.parametrize("token", ["secret\n", "grün"])
def test_a_token_has_to_fit_into_a_header(program, token):
    done = program("serve", "tiny", env=os.environ | {"HEMLINE_TOKEN": token})
    assert done.returncode == 2
    assert "printable ASCII" in done.stderr
    assert token.strip() not in done.stderr

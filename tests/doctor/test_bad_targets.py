"""What cannot be examined: one sentence, exit code 2, no hang, and no code run from a file."""

import contextlib
import json
import os
import pickle
import socket
import threading
import time
import zipfile
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest
from onnx import TensorProto, helper

from hemline.doctor.replies.vocabulary import Vocabulary
from hemline.doctor.targets import open_target
from hemline.errors import TargetError
from hemline.pixels import Form

MODULE = """
import os, sys, time, pathlib
import numpy as np
def raises(x): raise ValueError("no such layer")
def nonsense(x): return "boot"
def returns_none(x): return None
def never(x): time.sleep(1000)
def dies(x): os._exit(7)
def exits(x): sys.exit(3)
number = 5
"""
LAMBDA = {"class_name": "Lambda", "module": "keras.layers", "config": {"function": "gw=="}}


class Evil:
    def __reduce__(self):
        import os

        return os.system, ("touch owned",)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pipe.py").write_text(MODULE)
    (tmp_path / "corrupt.onnx").write_bytes(b"\x08\x07nonsense" * 50)
    (tmp_path / "empty.onnx").write_bytes(b"")
    (tmp_path / "model.h5").write_bytes(b"\x89HDF\r\n")
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(Evil()))
    (tmp_path / "model.pt").write_bytes(pickle.dumps(Evil()))
    (tmp_path / "model.torchscript").write_bytes(pickle.dumps(Evil()))
    (tmp_path / "pickled.onnx").write_bytes(pickle.dumps(Evil()))
    (tmp_path / "pickled.keras").write_bytes(pickle.dumps(Evil()))
    (tmp_path / "no_model").mkdir()
    archive(tmp_path / "lambda.keras", {"config": {"layers": [LAMBDA]}})
    archive(tmp_path / "os.keras", {"class_name": "system", "module": "os", "config": {}})
    archive(tmp_path / "extra.keras", {"class_name": "Sequential"}, {"data.pkl": "x"})
    archive(tmp_path / "deep.keras", {"class_name": "Sequential"}, {"../evil.py": "x"})
    archive(tmp_path / "bomb.keras", [[]] * 2_000_000)
    (tmp_path / "endless.onnx").symlink_to("/dev/zero")
    np.zeros((784, 10), np.float32).tofile(tmp_path / "weights.bin")
    (tmp_path / "outside.onnx").write_bytes(weights_outside("weights.bin", 784 * 10 * 4))
    os.mkfifo(tmp_path / "pipe.keras")
    return tmp_path


def archive(path, config, more=None):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in {"config.json": json.dumps(config), **(more or {})}.items():
            made.writestr(name, text)


def weights_outside(name, size):
    entries = {"location": name, "offset": "0", "length": str(size)}
    weights = TensorProto(
        name="w",
        data_type=TensorProto.FLOAT,
        dims=[784, 10],
        data_location=TensorProto.EXTERNAL,
        external_data=[{"key": key, "value": value} for key, value in entries.items()],
    )
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "outside",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 784])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [weights],
    )
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("missing.onnx", "which is none of these"),
        ("no_model", "without"),
        ("corrupt.onnx", "Expected an ONNX file that opens"),
        ("empty.onnx", "Expected an ONNX file that opens"),
        ("pickled.onnx", "Expected an ONNX file that opens"),
        ("model.h5", "which can run code when opened"),
        ("model.pkl", "which can run code when opened"),
        ("model.pt", "write it with torch.onnx.export"),
        ("model.torchscript", "a TorchScript file, which holds code"),
        ("pickled.keras", "is not a .keras archive"),
        ("lambda.keras", "holds a Lambda, which is code"),
        ("os.keras", "holds os.system, which is code"),
        ("extra.keras", "holds data.pkl"),
        ("deep.keras", "holds ../evil.py"),
        ("bomb.keras", "a configuration of more than four megabytes"),
        ("endless.onnx", "is no regular file"),
        ("outside.onnx", "Expected an ONNX file that opens"),
        ("pipe.keras", "is no regular file"),
        ("pipe:missing", "has no attribute 'missing'"),
        ("nowhere:predict", "No module named 'nowhere'"),
        ("pipe:number", "not a callable"),
        ("pipe:raises", "ValueError: no such layer"),
        ("pipe:nonsense", "to give numbers or class names"),
        ("pipe:returns_none", "to give numbers or class names"),
        ("pipe:exits", "SystemExit: 3"),
        ("pipe:dies", "exit code 7"),
        ("http://127.0.0.1:9/v2/models/m", "start the server"),
        ("http://[broken/v2/models/m", "Expected a URL"),
        ("http://127.0.0.1:9/a b", "Expected a URL"),
        ("ftp://127.0.0.1/m", "which is none of these"),
    ],
)
def test_one_sentence_and_exit_code_two(target, sentence, folder, inside):
    done = inside("doctor", target, "--data", "sketches", cwd=folder)
    assert done.returncode == 2, done.stdout
    assert sentence in done.stderr
    assert done.stderr.startswith("hemline: Expected")
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert not (folder / "owned").exists()


def test_a_callable_that_never_returns_is_stopped(folder, program):
    began = time.monotonic()
    done = program("doctor", "pipe:never", "--data", "sketches", "--limit", "5", cwd=folder)
    assert (done.returncode, time.monotonic() - began < 60) == (2, True)
    assert "within 5 s, received none" in done.stderr


def test_a_server_that_is_slow_or_foreign(inside, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v2/models/m"
        done = inside("doctor", url, "--data", "sketches", "--limit", "1")
        assert done.returncode == 2
        assert "none within 1 s" in done.stderr
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)  # 501 to everything
    threading.Thread(target=server.serve_forever, daemon=True).start()
    done = inside(
        "doctor", f"http://127.0.0.1:{server.server_port}/v2/models/m", "--data", "sketches"
    )
    server.shutdown()
    server.server_close()
    assert done.returncode == 2
    assert "status 501" in done.stderr


def drips(connection):  # a header every tenth of a second: no single read is ever late
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(90):
        connection.sendall(b"X-%d: y\r\n" % number)
        time.sleep(0.1)


def nests(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 200_000)


def breaks_off(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")


def redirects(connection):
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n")


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (drips, "received none within 1 s"),
        (nests, "something other than JSON"),
        (breaks_off, "something other than JSON"),
        (redirects, "status 302"),
    ],
)
def test_a_server_with_a_strange_reply(reply, sentence):
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer_once():
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.recv(1 << 16)
                reply(connection)

        thread = threading.Thread(target=answer_once)
        thread.start()
        began = time.monotonic()
        with pytest.raises(TargetError, match=sentence):
            open_target(f"http://127.0.0.1:{listening.getsockname()[1]}/v2/models/m", limit=1.0)
        assert time.monotonic() - began < 5
        thread.join()


def takes(path, shape):
    """A file that wants exactly this shape, and gives the means of its pictures."""
    taken = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    given = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    nodes = [helper.make_node("Flatten", ["x"], ["y"], axis=min(1, len(shape)))]
    graph = helper.make_graph(nodes, "fixed", [taken], [given])
    opsets = [helper.make_opsetid("", 17)]
    path.write_bytes(
        helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
    )
    return path


def forms_of(target, pictures):
    with contextlib.closing(target):
        target.meet(pictures, Vocabulary(("a", "b"), {}))
        return list(target.forms()), target.fixed_batch


@pytest.mark.parametrize("most", [4097, 1_000_000, 10**9, 2**62])
def test_a_file_that_wants_more_pictures_than_can_be_had_is_refused(most, tmp_path):
    target = open_target(takes(tmp_path / "fixed.onnx", [most, 28, 28]))
    with pytest.raises(TargetError, match=f"up to 4,096 pictures at once, received x .* {most:,}"):
        forms_of(target, Form(28, 28))


@pytest.mark.parametrize(
    ("shape", "form", "batch"),
    [
        ([4096, 28, 28], Form(28, 28), 4096),
        ([1, 784], Form(28, 28), 1),
        ([12_288], Form(64, 64, 3), None),  # one picture, and not so many
        (["n", 28, 28], Form(28, 28), None),
    ],
)
def test_a_file_that_wants_fewer_is_examined(shape, form, batch, tmp_path):
    forms, fixed = forms_of(open_target(takes(tmp_path / "fixed.onnx", shape)), form)
    assert (fixed, bool(forms)) == (batch, True)


@pytest.mark.parametrize("most", [4097, 10**6, 10**30])
def test_a_server_that_wants_more_pictures_than_can_be_had_is_refused(most):
    source = {"name": "x", "datatype": "FP32", "shape": [most, 28, 28]}
    reply = json.dumps({"inputs": [source], "outputs": [{"name": "y"}]}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(reply)

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        target = open_target(f"http://127.0.0.1:{server.server_port}/v2/models/m")
        with pytest.raises(TargetError, match="up to 4,096 pictures at once"):
            forms_of(target, Form(28, 28))
        server.shutdown()

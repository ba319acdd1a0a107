"""Models that do not come back: the old one goes on, and every process ends in time."""

import asyncio
import contextlib
import shutil
import signal
import threading
import time

import httpx
import numpy as np
import onnx
import psutil
import pytest
from onnx import helper, numpy_helper

from hemline.errors import ModelFileError
from hemline.models import find_model
from hemline.serving import model as serving
from hemline.serving.patience import in_time
from tests.serving.running import request, serve, until
from tests.unsealed import load_unsealed

PICTURES = 10  # which the slow model takes minutes for; a second for the two that it is tried on


@pytest.fixture
def hanging(monkeypatch):
    """Every file of a few bytes hangs where it is opened, until the end of the test."""
    end, open_model = threading.Event(), serving.open_model

    def opened(path):
        if path.stat().st_size < 100:
            end.wait()
            raise ModelFileError("at last")
        return open_model(path)

    monkeypatch.setattr(serving, "open_model", opened)
    monkeypatch.setattr(serving, "_OPENING", 1.5)
    monkeypatch.setattr(serving, "_LOOK_EVERY", 0.05)
    yield end
    end.set()


async def seen(condition):
    """Wait for a condition."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        await asyncio.sleep(0.02)


def followed(path, script):
    """Run a script on a model that is followed."""

    async def run():
        model = serving.ServedModel(str(path))
        following = asyncio.create_task(model.follow())
        await asyncio.wait_for(model.tried.wait(), 10)
        try:
            await script(model)
        finally:
            following.cancel()

    asyncio.run(run())


@pytest.fixture
def path(tmp_path):
    """The file of a model that is served."""
    return shutil.copy(find_model("tiny"), tmp_path / "garments.onnx")


async def left_alone(path, caplog):
    """A file that hangs lies there, and is given up."""
    path.write_bytes(b"hangs")
    await seen(lambda: "within 1.5 s" in caplog.text)


def test_a_file_that_hangs_is_left_and_the_next_is_served(hanging, path, caplog):
    async def script(model):
        old = model.opened
        await left_alone(path, caplog)
        assert model.opened is old
        shutil.copy(find_model("photo"), path)
        await seen(lambda: model.opened is not old)
        assert "Traceback" not in caplog.text

    followed(path, script)
    assert caplog.text.count("model not replaced") == 1


def test_two_files_that_hang_are_two_lines(hanging, path, caplog):
    async def script(model):
        for number, content in enumerate([b"hangs", b"hangs, too"], 1):
            path.write_bytes(content)
            await seen(lambda: caplog.text.count("within 1.5 s") == number)  # noqa: B023
        assert model.is_ready

    followed(path, script)


def test_a_file_that_comes_back_too_late_changes_nothing(hanging, path, caplog):
    async def script(model):
        old = model.opened
        await left_alone(path, caplog)
        hanging.set()
        await asyncio.sleep(0.2)
        assert model.opened is old

    followed(path, script)
    assert "at last" not in caplog.text


def test_a_first_file_that_hangs_is_tried_and_not_ready(hanging, tmp_path):
    path = tmp_path / "garments.onnx"
    path.write_bytes(b"hangs")

    async def script(model):
        assert not model.is_ready
        shutil.copy(find_model("tiny"), path)
        await seen(lambda: model.is_ready)

    followed(path, script)


@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt])
def test_what_a_call_raises_belongs_to_whoever_waits(error):
    def call():
        raise error("so")

    async def wait():
        with pytest.raises(error, match="so"):
            await in_time(call, 1)

    try:
        asyncio.run(wait())
    except (SystemExit, KeyboardInterrupt) as passed:  # asyncio lets these through as well
        assert type(passed) is error


@pytest.fixture(scope="module")
def slow_file(tmp_path_factory):
    """Products of squares as long as all pixels of a batch: two pictures are fast, ten are not."""
    model = load_unsealed(find_model("tiny"))
    metadata = next(entry for entry in model.metadata_props if entry.key == "classes")
    metadata.value = metadata.value.replace("Bag", "Sack")  # so that no sketches are shown
    for name, shape in (("column", [-1, 1]), ("row", [1, -1])):
        model.graph.initializer.append(numpy_helper.from_array(np.array(shape), f"{name}_shape"))
    model.graph.node.extend([
        helper.make_node("Cast", ["pixels"], ["values"], to=1),
        helper.make_node("Reshape", ["values", "column_shape"], ["column"]),
        helper.make_node("Reshape", ["values", "row_shape"], ["row"]),
        helper.make_node("MatMul", ["column", "row"], ["square_0"]),
        *(helper.make_node("MatMul", [f"square_{n}"] * 2, [f"square_{n + 1}"]) for n in range(2)),
        helper.make_node("ReduceMax", ["square_2"], ["most"], keepdims=0),
    ])  # fmt: skip
    model.graph.output.append(helper.make_tensor_value_info("most", 1, []))
    path = tmp_path_factory.mktemp("slow") / "slow.onnx"
    onnx.save(model, path)
    return path


@pytest.fixture
def asked(slow_file, tmp_path, pixels):
    """A server whose worker waits for its model, and which may be killed."""
    options = ("--timeout", "1")
    with serve(slow_file, *options, log=tmp_path / "log", status=None) as server:
        url, body = f"{server.url}/v2/models/{slow_file.stem}/infer", request(many(pixels))
        [worker] = server.workers()
        used = worker.cpu_times().user
        threading.Thread(target=ask, args=(url, body)).start()
        until(lambda: worker.cpu_times().user > used + 0.2)
        yield server, worker


def many(pixels):
    return np.repeat(pixels[:1], PICTURES, axis=0)


def ask(url, body):
    with contextlib.suppress(httpx.TransportError):
        httpx.post(url, json=body, timeout=60)


def ends(processes, seconds):
    return not psutil.wait_procs(processes, timeout=seconds)[1]


def test_a_worker_that_is_told_to_end_ends_whatever_its_model_does(asked):
    server, worker = asked
    worker.send_signal(signal.SIGTERM)
    assert ends([worker], 5)
    until(lambda: "has not come back in 2.5 s" in server.log.read_text())
    until(lambda: server.workers() not in ([], [worker]))


def test_a_worker_ends_after_its_parent_whatever_its_model_does(asked):
    server, _ = asked
    left = server.descendants()
    server.process.kill()
    assert ends(left, 6)


def test_a_server_that_is_told_to_end_ends_whatever_its_model_does(asked):
    server, worker = asked
    server.terminate()
    assert server.process.wait(5) == 0
    assert not worker.is_running()

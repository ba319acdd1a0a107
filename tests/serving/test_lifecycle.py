"""Ends, replacements and crashes, with real processes."""

import asyncio
import os
import resource
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import httpx
import onnx
import psutil
import pytest

from tests.serving.running import is_ready, request, serve, spawned, until
from tests.unsealed import load_unsealed


class Load:
    """Clients that ask one question after the other, on connections of their own."""

    def __init__(self, server, pixels, clients=16):
        self.url = f"{server.url}/v2/models/{server.name}/infer"
        self.body = request(pixels[:1])
        self.answers, self.lost, self.stop = [], [], False
        self.thread = threading.Thread(target=lambda: asyncio.run(self._run(clients)))

    def __enter__(self):
        self.thread.start()
        until(lambda: len(self.answers) > 50)
        return self

    def __exit__(self, *_):
        self.stop = True
        self.thread.join()

    async def _run(self, clients):
        await asyncio.gather(*(self._client() for _ in range(clients)))

    async def _client(self):
        async with httpx.AsyncClient(timeout=30) as client:
            while not self.stop:
                try:
                    self.answers.append(await client.post(self.url, json=self.body))
                except httpx.ConnectError:  # nobody listens: nothing was accepted
                    return
                except httpx.TransportError as error:
                    self.lost.append(error)
                    return

    def versions(self):
        return [answer.json()["model_version"] for answer in self.answers]


def test_sigterm_under_load_loses_no_accepted_request(model_file, pixels, classifier, tmp_path):
    with serve(model_file, log=tmp_path / "log") as server, Load(server, pixels) as load:
        server.terminate()
        assert server.process.wait(30) == 0
        load.thread.join(30)
        assert not load.thread.is_alive()
    assert load.lost == []
    assert {answer.status_code for answer in load.answers} == {200}
    labels = {answer.json()["outputs"][1]["data"][0] for answer in load.answers}
    assert labels == {int(classifier.predict(pixels[:1])[0])}
    assert any(answer.headers.get("connection") == "close" for answer in load.answers)


def test_a_new_model_file_is_served_without_losing_a_request(
    model_file, another_file, pixels, tmp_path
):
    path = shutil.copy(model_file, tmp_path / "garments.onnx")
    with serve(path, log=tmp_path / "log") as server:
        old = server.version
        with Load(server, pixels) as load:
            shutil.copy(another_file, tmp_path / "new").replace(path)
            new = until(lambda: server.version != old and server.version)
            count = len(load.answers)
            until(lambda: len(load.answers) > count + 50)
        assert load.lost == []
        assert {answer.status_code for answer in load.answers} == {200}
        assert set(load.versions()) == {old, new}
        path.write_bytes(b"half a file")
        until(lambda: "model not replaced" in server.log.read_text())
        assert is_ready(server)
        assert server.version == new
        path.unlink()
        time.sleep(1.5)
        assert server.version == new


def test_whatever_lies_at_the_models_place_the_next_model_is_served(
    model_file, another_file, tmp_path
):
    path = shutil.copy(model_file, tmp_path / "garments.onnx")
    with serve(path, log=tmp_path / "log") as server:
        old = server.version
        for number, put in enumerate(ODD.values(), 1):
            path.unlink()
            put(path, model_file)
            until(lambda: server.log.read_text().count("model not replaced") == number)  # noqa: B023
            assert server.version == old
            if path.is_dir():
                path.rmdir()
                path.touch()
        shutil.copy(another_file, tmp_path / "new").replace(path)
        assert until(lambda: server.version != old and server.version)
        assert "Traceback" not in server.log.read_text()


def odd_metadata(path, model_file):
    model = load_unsealed(model_file)
    next(entry for entry in model.metadata_props if entry.key == "data").value = "[7]"
    onnx.save(model, path)


ODD = {
    "a pipe": lambda path, _: os.mkfifo(path),
    "a folder": lambda path, _: path.mkdir(),
    "odd metadata": odd_metadata,
    "half a model": lambda path, model: path.write_bytes(Path(model).read_bytes()[:9000]),
    "a link to itself": lambda path, _: path.symlink_to(path),
}


def test_workers_share_the_clients(model_file, tmp_path):
    with serve(model_file, "--workers", "2", log=tmp_path / "log") as server:
        until(lambda: server.log.read_text().count("is ready") == 2)
        clients = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(64)]
        until(lambda: sum(held(worker) for worker in server.workers()) == 64)
        assert min(held(worker) for worker in server.workers()) >= 8
        for client in clients:
            client.close()


def held(worker):
    return sum(one.status == psutil.CONN_ESTABLISHED for one in worker.net_connections())


def test_a_worker_that_crashes_is_replaced_while_the_other_answers(model_file, pixels, tmp_path):
    with serve(model_file, "--workers", "2", log=tmp_path / "log") as server:
        until(lambda: server.log.read_text().count("is ready") == 2)
        first, second = server.workers()
        children = first.children()
        first.send_signal(signal.SIGKILL)
        until(lambda: replaced(server, {first.pid, second.pid}))
        psutil.wait_procs(children, timeout=10)
        assert not any(child.is_running() for child in children)
        for _ in range(20):
            assert server.infer(pixels).status_code == 200
        assert predicted(server) == 20 * len(pixels)  # whoever answered


def predicted(server):
    lines = server.get("/metrics").text.splitlines()
    counted = [line for line in lines if line.startswith("hemline_predictions_total")]
    return sum(float(line.split()[-1]) for line in counted)


def replaced(server, before):
    now = {worker.pid for worker in server.workers()}
    return len(now) == 2 and now != before and server.log.read_text().count("is ready") == 3


def test_a_worker_that_is_told_to_end_alone_is_replaced_and_nobody_is_lost(
    model_file, pixels, tmp_path
):
    with (
        serve(model_file, "--workers", "2", log=tmp_path / "log") as server,
        Load(server, pixels) as load,
    ):
        for _ in range(3):
            until(lambda: len(server.workers()) == 2)
            count, worker = len(load.answers), server.workers()[0]
            worker.terminate()
            psutil.wait_procs([worker], timeout=15)
            until(lambda: len(load.answers) > count + 50)  # noqa: B023
    assert load.lost == []
    assert {answer.status_code for answer in load.answers} == {200}


def test_a_lone_worker_that_is_told_to_end_lets_clients_wait_for_the_next(
    model_file, pixels, tmp_path
):
    with serve(model_file, log=tmp_path / "log") as server:
        [worker] = server.workers()
        worker.send_signal(signal.SIGTERM)
        psutil.wait_procs([worker], timeout=15)
        assert server.infer(pixels).status_code in (200, 503)  # 503 until the model is open
        until(lambda: is_ready(server))


def test_ctrl_c_reaches_all_processes_and_ends_the_server(model_file, tmp_path):
    with serve(model_file, "--workers", "2", log=tmp_path / "log") as server:
        until(lambda: server.log.read_text().count("is ready") == 2)
        for process in reversed(server.processes()):
            process.send_signal(signal.SIGINT)
        assert server.process.wait(30) == 0
        assert "replaced" not in server.log.read_text()


@pytest.mark.parametrize("kind", ["SIGTERM", "SIGHUP", "SIGKILL"])
def test_no_file_stays_whatever_ends_it(kind, model_file, tmp_path):
    number = getattr(signal, kind)
    status = -number if kind == "SIGKILL" else 0
    places = {"log": tmp_path.parent / f"{kind}.log", "TMPDIR": str(tmp_path)}
    with serve(model_file, "--workers", "2", status=status, **places) as server:
        assert list(tmp_path.iterdir())
        left = server.descendants()
        server.process.send_signal(number)
        assert server.process.wait(30) == status
        psutil.wait_procs(left, timeout=15)
        until(lambda: not list(tmp_path.iterdir()))


def test_what_killed_servers_left_is_removed_and_what_others_need_is_not(model_file, tmp_path):
    places = {"log": tmp_path / "log", "TMPDIR": str(tmp_path / "temporary")}
    (tmp_path / "temporary" / "hemline-metrics-left").mkdir(parents=True)
    (tmp_path / "temporary" / "hemline-metrics-left" / "lock").touch()
    (tmp_path / "temporary" / "another").touch()
    with serve(model_file, **places) as server:
        [folder] = (tmp_path / "temporary").glob("hemline-metrics-*")
        with serve(model_file, **places | {"log": tmp_path / "second"}):
            assert folder.exists()
            assert len(list((tmp_path / "temporary").glob("hemline-metrics-*"))) == 2
        assert server.get("/metrics").status_code == 200
    assert [path.name for path in (tmp_path / "temporary").iterdir()] == ["another"]


def test_a_folder_that_was_cleaned_away_costs_figures_alone(model_file, pixels, tmp_path):
    places = {"log": tmp_path / "log", "TMPDIR": str(tmp_path)}
    with serve(model_file, **places) as server:
        [folder] = tmp_path.glob("hemline-metrics-*")
        shutil.rmtree(folder)
        assert server.infer(pixels).status_code == server.get("/metrics").status_code == 200
        [worker] = server.workers()
        worker.kill()
        until(lambda: server.workers() not in ([], [worker]) and is_ready(server))
        assert server.infer(pixels).status_code == 200
        assert predicted(server) == len(pixels)


@pytest.fixture
def small_disk(tmp_path):
    if os.getuid() != 0:
        pytest.skip("only root can make a disk that is full")
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], check=True)
    yield small
    subprocess.run(["umount", small], check=True)


def test_a_full_disk_costs_figures_alone(model_file, pixels, small_disk, tmp_path):
    with serve(model_file, log=tmp_path / "log", TMPDIR=str(small_disk)) as server:
        assert "counts for itself" in server.log.read_text()
        assert server.infer(pixels).status_code == server.get("/metrics").status_code == 200
        assert predicted(server) == len(pixels)


def test_on_a_full_disk_no_file_stays_either(model_file, small_disk, tmp_path):
    places = {"log": tmp_path / "log", "TMPDIR": str(small_disk)}
    with serve(model_file, status=-signal.SIGKILL, **places) as server:
        assert list(small_disk.iterdir())
        left = server.descendants()
        server.process.kill()
        psutil.wait_procs(left, timeout=15)
        until(lambda: not list(small_disk.iterdir()))


def test_workers_that_cannot_begin_are_given_up_with_a_sentence(model_file, tmp_path):
    path = shutil.copy(model_file, tmp_path / "garments.onnx")
    with serve(path, log=tmp_path / "log", status=2) as server:
        limits = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (12, limits[1]))
        began = time.monotonic()
        server.workers()[0].kill()
        assert server.process.wait(30) == 2
        assert time.monotonic() - began > 2  # not in a hurry
    log = server.log.read_text()
    assert "Expected workers that begin" in log
    assert log.count("is replaced in") < 8


def test_workers_that_cannot_begin_for_a_while_come_back(model_file, tmp_path):
    with serve(model_file, log=tmp_path / "log") as server:
        limits = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (12, limits[1]))
        server.workers()[0].kill()
        until(lambda: "is replaced in 0.2" in server.log.read_text())
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, limits)
        until(lambda: is_ready(server))


def test_a_process_that_dies_over_a_photograph_is_replaced(server, photo):
    [worker] = server.workers()
    until(lambda: spawned(worker))
    for decoder in spawned(worker):
        decoder.send_signal(signal.SIGKILL)
    answer = server.post("/classify", content=photo)
    assert answer.status_code == 200
    assert server.workers() == [worker]


def test_nothing_stays_when_the_watching_process_is_killed(model_file, tmp_path):
    with serve(model_file, log=tmp_path / "log", status=-signal.SIGKILL) as server:
        left = server.descendants()
        assert len(left) >= 3
        server.process.kill()
        _, alive = psutil.wait_procs(left, timeout=15)
        assert not alive


def test_workers_hold_no_pytorch(server):
    for process in server.descendants():
        assert "libtorch" not in Path(f"/proc/{process.pid}/maps").read_text()

"""Ends, replacements and crashes, with real processes."""

import asyncio
import shutil
import signal
import socket
import threading
import time
from pathlib import Path

import httpx
import psutil

from tests.serving.running import is_ready, request, serve, spawned, until


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


def test_sigterm_waits_for_a_photograph_that_is_being_decoded(model_file, photo, tmp_path):
    with serve(model_file, log=tmp_path / "log") as server:
        answers = []
        client = threading.Thread(
            target=lambda: answers.append(server.post("/classify", content=photo))
        )
        client.start()
        until(lambda: "hemline_photos_waiting 1.0" in server.get("/metrics").text)
        server.terminate()
        client.join()
        assert server.process.wait(30) == 0
    assert answers[0].status_code == 200


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

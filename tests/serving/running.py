"""Real servers, for tests: processes of their own on ports of their own."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil


class Server:
    """A `hemline serve` that is ready."""

    def __init__(self, process, url, log):
        self.process, self.url, self.log = process, url, log
        self.port = int(url.rpartition(":")[2])

    def get(self, path, **options):
        return httpx.get(self.url + path, timeout=30, **options)

    def post(self, path, **options):
        return httpx.post(self.url + path, timeout=30, **options)

    def infer(self, pixels, **options):
        return self.post(f"/v2/models/{self.name}/infer", json=request(pixels), **options)

    @property
    def name(self):
        return self.post("/v2/repository/index").json()[0]["name"]

    @property
    def version(self):
        return self.get(f"/v2/models/{self.name}").json()["versions"][0]

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def descendants(self):
        return psutil.Process(self.process.pid).children(recursive=True)

    def processes(self):
        """All of them."""
        return [psutil.Process(self.process.pid), *self.descendants()]

    def workers(self):
        """The processes that answer."""
        return spawned(psutil.Process(self.process.pid))


def spawned(process):
    """The living children of a process that Python's multiprocessing has begun."""
    living = [child for child in process.children() if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in living if "spawn_main" in " ".join(child.cmdline())]


@contextlib.contextmanager
def serve(model, *options, log, status=0, **variables):
    """Start a server; in the end it has to leave on SIGTERM, and no process may stay.

    `status` is the one that it leaves with; None for any.
    """
    command = [sys.executable, "-m", "hemline", "serve", str(model), "--port", "0", *options]
    with Path(log).open("w") as stderr:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env=os.environ | variables,
        )
    line = process.stdout.readline()
    found = re.search(r"http://\S+", line)
    assert found, f"{line}{Path(log).read_text()}"
    server = Server(process, found[0], Path(log))
    try:
        until(lambda: is_ready(server))
        yield server
    finally:
        left = server.descendants() if process.poll() is None else []
        process.terminate()
        try:
            assert process.wait(30) == status or status is None, server.log.read_text()
        finally:
            process.kill()
            process.stdout.close()
    _, alive = psutil.wait_procs(left, timeout=10)
    assert not alive


def is_ready(server):
    try:
        return server.get("/v2/health/ready").status_code == 200
    except httpx.TransportError:
        return False


def until(condition, seconds=30):
    """Wait for a condition, and give what it gives."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)
    return value


def request(pixels):
    """Pixels as JSON of the protocol."""
    tensor = {"name": "pixels", "shape": list(pixels.shape), "datatype": "UINT8"}
    return {"inputs": [tensor | {"data": pixels.ravel().tolist()}]}


def connect(server, **options):
    """A connection to a server, with options of its socket."""
    made = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    for option, value in options.items():
        made.setsockopt(socket.SOL_SOCKET, getattr(socket, option), value)
    return made


def seconds_until_closed(made):
    """How long the server bears with this client, and what it says."""
    began, said = time.monotonic(), b""
    try:
        while part := made.recv(1 << 16):
            said += part
    except ConnectionResetError:
        pass
    made.close()
    return time.monotonic() - began, said

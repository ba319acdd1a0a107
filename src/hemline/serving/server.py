"""From a model file to a running server: one process that watches, and the workers."""

import functools
import os
import socket
import tempfile

import uvicorn
from uvicorn.supervisors import Multiprocess

from hemline.errors import HemlineError
from hemline.serving.app import create_app
from hemline.serving.connections import give_up_after
from hemline.serving.logs import log_config
from hemline.serving.metrics import FOLDER
from hemline.serving.model import open_model
from hemline.serving.settings import Settings

_BACKLOG = 2048
_HUNG = 30  # seconds without a sign of life, after which a worker is replaced


def check(settings: Settings) -> None:
    """Try the model before anything listens.

    Raises:
        ModelFileError: it cannot be opened, or answers wrongly.
    """
    open_model(settings.model)


def listen(host: str, port: int, seconds: float) -> socket.socket:
    """A socket that all workers share.

    Raises:
        HemlineError: the address is taken, not allowed, or not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise HemlineError(
            f"Expected an address to listen at, received {host} port {port} "
            f"({error.strerror or error}); choose others with --host and --port."
        ) from error
    give_up_after(listener, seconds)
    listener.set_inheritable(True)
    return listener


def run(listener: socket.socket, settings: Settings, workers: int, *, json_logs: bool) -> None:
    """Serve until SIGTERM or SIGINT; what is under way then is finished."""
    config = uvicorn.Config(
        functools.partial(create_app, settings),
        factory=True,
        http="hemline.serving.connections:Connection",
        ws="none",
        workers=workers,
        access_log=False,
        backlog=_BACKLOG,
        log_config=log_config(as_json=json_logs),
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=int(2 * settings.seconds),
        timeout_worker_healthcheck=_HUNG,
    )
    with tempfile.TemporaryDirectory(prefix="hemline-metrics-") as folder:
        os.environ[FOLDER] = folder
        Multiprocess(config, [listener]).run()

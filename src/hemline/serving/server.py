"""From a model file to a running server: one process that watches over the workers."""

import logging
import logging.config
import os
import signal
import socket
import tempfile
import time
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess

from hemline.errors import HemlineError
from hemline.serving.connections import give_up_after
from hemline.serving.logs import log_config
from hemline.serving.metrics import FOLDER
from hemline.serving.model import open_model
from hemline.serving.settings import Settings
from hemline.serving.worker import BACKLOG, work

_LOOK_EVERY = 0.2  # seconds between looks at the workers
_log = logging.getLogger("hemline.serving")


def check(settings: Settings) -> None:
    """Try the model before anything listens.

    Raises:
        ModelFileError: it cannot be opened, or answers wrongly.
    """
    open_model(settings.model)


def listen(host: str, port: int, seconds: float) -> socket.socket:
    """A socket that all workers share.

    Args:
        host: address of this machine.
        port: 0 for one that is free.
        seconds: after which clients are dropped that take nothing of what is sent.

    Raises:
        HemlineError: the address is taken, not allowed, or not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise HemlineError(
            f"Expected an address to listen at, received {host} port {port} "
            f"({error.strerror or error}); choose others with --host and --port."
        ) from error
    give_up_after(listener, seconds)
    return listener


def run(listener: socket.socket, settings: Settings, workers: int, *, json_logs: bool) -> None:
    """Serve until SIGTERM or SIGINT; what is under way then is finished."""
    logging.config.dictConfig(log_config(as_json=json_logs))
    ending: list[int] = []  # an event would have a lock, which a signal may find locked
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda number, _: ending.append(number))

    def begin() -> SpawnProcess:
        arguments = (listener, settings, json_logs, workers == 1)
        process = get_context("spawn").Process(target=work, args=arguments)
        process.start()
        return process

    with tempfile.TemporaryDirectory(prefix="hemline-metrics-") as folder:
        os.environ[FOLDER] = folder
        processes = [begin() for _ in range(workers)]
        while not ending:
            time.sleep(_LOOK_EVERY)
            for place, process in enumerate(processes):
                if not process.is_alive() and not ending:
                    _log.error("a worker has ended with %s, and is replaced", process.exitcode)
                    processes[place] = begin()
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()

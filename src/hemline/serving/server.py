"""From a model file to a running server: one process that watches over the workers."""

import logging
import logging.config
import signal
import socket
import time
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess

from hemline.errors import HemlineError
from hemline.serving.connections import give_up_after
from hemline.serving.figures import figures_folder, offer
from hemline.serving.heap import memory_given_back
from hemline.serving.logs import log_config
from hemline.serving.model import open_model
from hemline.serving.settings import Settings
from hemline.serving.watching import LOOK_EVERY, Place, keep
from hemline.serving.worker import BACKLOG, work

_ENDS = [
    getattr(signal, name)
    for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT")
    if hasattr(signal, name)
]
_SHOWN = 80  # characters of an address
_FINISH = 3  # times as long as a request may take, after which a worker that stays is killed


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
        host.encode("idna")  # or the socket that cannot be bound would stay open
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, UnicodeError) as error:  # the second of names that are none
        said = getattr(error, "strerror", None) or error
        raise HemlineError(
            f"Expected an address to listen at, received {host[:_SHOWN]} port {port} "
            f"({said}); choose others with --host and --port."
        ) from error
    give_up_after(listener, seconds)
    return listener


def run(listener: socket.socket, settings: Settings, workers: int, *, json_logs: bool) -> None:
    """Serve until a signal says the end; what is under way then is finished.

    Raises:
        HemlineError: no worker can begin.
    """
    logging.config.dictConfig(log_config(as_json=json_logs))
    ending: list[int] = []  # an event would have a lock, which a signal may find locked
    for kind in _ENDS:
        if signal.getsignal(kind) is not signal.SIG_IGN:  # as nohup wants it
            signal.signal(kind, lambda number, _: ending.append(number))
    context = get_context("spawn")
    end_seen, end_said = context.Pipe(duplex=False)  # what is said is seen by all, and never read

    with figures_folder() as folder:

        def begin() -> SpawnProcess:
            offer(folder)
            arguments = (listener, settings, json_logs, workers == 1, end_seen)
            process = context.Process(target=work, args=arguments)
            with memory_given_back():
                process.start()
            return process

        places = [Place(begin) for _ in range(workers)]
        try:
            while not ending:
                time.sleep(LOOK_EVERY)
                keep(places)
        finally:
            end_said.send(None)
            deadline = time.monotonic() + _FINISH * settings.seconds
            for place in places:
                place.end()
            for place in places:
                place.wait(deadline)

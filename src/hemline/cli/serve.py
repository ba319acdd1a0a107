"""`hemline serve`: a model file as a service, and as a page."""

import os
from typing import Annotated

import typer

from hemline import models
from hemline.cli.common import JsonOption, ModelArgument, say
from hemline.cores import cores
from hemline.errors import HemlineError

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_TOKEN = "HEMLINE_TOKEN"  # noqa: S105 - the name of a variable


def command(
    model: ModelArgument = models.PHOTO,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="0.0.0.0 is open to the whole network.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: one that is free.")] = 8000,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Another name of this server, such as a proxy's; repeatable, * for any.",
        ),
    ] = None,
    workers: Annotated[
        int,
        typer.Option(
            min=1, metavar="N", help="Processes that answer; as many as cores are the fastest."
        ),
    ] = 1,
    max_megabytes: Annotated[
        float, typer.Option(min=0.001, metavar="N", help="Larger bodies are refused.")
    ] = 20,
    max_megapixels: Annotated[
        float,
        typer.Option(
            min=0.001, max=178, metavar="N", help="Larger pictures are refused undecoded."
        ),
    ] = 50,
    queue: Annotated[
        int, typer.Option(min=1, metavar="N", help="Pictures that may wait for the model.")
    ] = 2048,
    photo_queue: Annotated[
        int, typer.Option(min=1, metavar="N", help="Photographs that may wait for decoding.")
    ] = 64,
    timeout: Annotated[
        float, typer.Option(min=0.1, metavar="S", help="Seconds for a body to arrive.")
    ] = 30,
    as_json: JsonOption = False,
) -> None:
    """Serve a model: a page for people, an API for programs.

    The page and the API are open to whoever reaches the address; with a token in HEMLINE_TOKEN
    they ask for it. A new file at the model's place is served within seconds, without a pause.
    With --json the logs are JSON lines.

    Example: hemline serve --port 8000
    """
    from hemline.serving.server import check, listen, run
    from hemline.serving.settings import Settings

    token = os.environ.get(_TOKEN) or None
    if host not in _LOOPBACK and token is None:
        say(f"anyone who reaches {host} may ask; {_TOKEN} sets a token.")
    if token is not None and not (token.isascii() and token.isprintable()):
        raise HemlineError(f"Expected a token of printable ASCII in {_TOKEN}, received another.")
    settings = Settings(
        model=model,
        token=token,
        names=tuple(name.rstrip(".").lower() for name in (host, *(allow_host or []))),
        megabytes=max_megabytes,
        megapixels=max_megapixels,
        queue=queue,
        photo_queue=photo_queue,
        seconds=timeout,
        processes=max(1, cores() // workers),
    )
    check(settings)
    listener = listen(host, port, timeout)
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"Hemline serves at http://{shown}:{listener.getsockname()[1]} (Ctrl-C ends it)")
    run(listener, settings, workers, json_logs=as_json)

"""The `hemline` program: its commands, and how errors leave it."""

import sys
from typing import Annotated, NoReturn

import typer

from hemline.cli import (
    data,
    demo,
    describe,
    doctor,
    evaluate,
    export,
    info,
    lists,
    predict,
    report,
    serve,
    train,
)
from hemline.cli.common import called_as, called_command, say
from hemline.cli.usage import WRONG_USE, tell
from hemline.errors import HemlineError
from hemline.installing import install_command

# Plain help: the boxes of rich would double the time that --help takes.
app = typer.Typer(name="hemline", no_args_is_help=True, add_completion=False, rich_markup_mode=None)
for command in (demo, data, describe, train, evaluate, report, predict, serve, export, doctor):
    app.command(name=command.__name__.rpartition(".")[2])(command.command)
for listing in (lists.recipes, lists.models, lists.runs):
    app.command()(listing)
app.command(name="info")(info.command)

# Packages of each extra, by the name that a failing import gives.
_EXTRAS = {
    "fastapi": "serve",
    "httptools": "serve",
    "prometheus_client": "serve",
    "uvicorn": "serve",
    "jinja2": "doctor",
    "scipy": "doctor",
    "keras": "keras",
    "matplotlib": "report",
    "mlflow": "mlflow",
    "onnx": "train",
    "onnxscript": "train",
    "pyarrow": "tables",
    "safetensors": "train",
    "sklearn": "sklearn",
    "tensorboard": "tensorboard",
    "torch": "train",
    "wandb": "wandb",
}
# Where a command has an extra of its own for what others need as well.
_EXTRAS_OF = {("report", "jinja2"): "report", ("export", "onnx"): "huggingface"}


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"hemline {version('hemline')}")
        raise typer.Exit


@app.callback()
def options(
    _debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error.")
    ] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Classification of small pictures that cannot quietly go wrong.

    Begin with: hemline demo
    """


def main() -> NoReturn:
    """Run the program: exit code 0 fine, 1 a bad answer, 2 wrong use or bad input."""
    try:
        # What commands give is nothing, or an exit code.
        code = app(prog_name=called_as(), standalone_mode=False)
    except WRONG_USE as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error, file=sys.stderr)
        else:
            say(tell(error))
        sys.exit(2)
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        sys.exit(0)
    except (HemlineError, ModuleNotFoundError, OSError) as error:
        told = _sentence(error)
        if told is None or "--debug" in sys.argv[1:2]:
            raise
        say(told)
        sys.exit(2)
    sys.exit(code or 0)


def _sentence(error: Exception) -> str | None:
    """What to tell the user; None if the error is a fault of the program."""
    if isinstance(error, HemlineError):
        return str(error)
    if isinstance(error, OSError):
        return (
            f"Expected to read and write files, received an error ({error}); "
            "make room or correct the permissions, then try again."
        )
    package = (getattr(error, "name", None) or "").partition(".")[0]
    if package not in _EXTRAS:
        return None
    extra = _EXTRAS_OF.get((called_command(), package), _EXTRAS[package])
    return (
        f"Expected the package {package}, received an installation without it; "
        f"run: {install_command(extra)}."
    )

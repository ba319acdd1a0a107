"""The `hemline` program: its commands, and how errors leave it."""

import sys
from typing import Annotated, NoReturn

import typer

from hemline.cli import data, demo, describe, evaluate, predict, train
from hemline.errors import HemlineError

# Plain help: the boxes of rich would double the time that --help takes.
app = typer.Typer(name="hemline", no_args_is_help=True, add_completion=False, rich_markup_mode=None)
for command in (demo, data, describe, train, evaluate, predict):
    app.command(name=command.__name__.rpartition(".")[2])(command.command)

# Packages of each extra, by the name that a failing import gives.
_EXTRAS = {"torch": "train", "onnx": "train", "safetensors": "train"}


@app.callback()
def options(
    context: typer.Context,
    debug: Annotated[bool, typer.Option(help="Show the traceback of an error.")] = False,
) -> None:
    """Garment classification on Fashion-MNIST that cannot quietly go wrong.

    Begin with: hemline demo
    """
    context.obj = {"debug": debug}


def main() -> NoReturn:
    """Run the program: exit code 0 fine, 1 a bad answer, 2 wrong use or bad input."""
    debug = "--debug" in sys.argv[1:2]
    try:
        app()
    except HemlineError as error:
        if debug:
            raise
        _fail(str(error))
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get((error.name or "").partition(".")[0])
        if debug or extra is None:
            raise
        _fail(
            f"Expected the package {error.name}, received an installation without it; "
            f"run: pip install 'hemline[{extra}]'."
        )
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        sys.exit(0)
    sys.exit(0)


def _fail(sentence: str) -> NoReturn:
    print(f"hemline: {sentence}", file=sys.stderr)
    sys.exit(2)

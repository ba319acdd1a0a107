"""Wrong use of a command, in one sentence: what was expected, what was received, what to do."""

import difflib
import sys
from typing import Any

import typer

from hemline.cli.common import called_as, called_command

WRONG_USE: type[Exception] = typer.BadParameter.__mro__[1]
# What other programs call it, and what it is here.
_ELSEWHERE = {
    "lr": "--set learning_rate=VALUE",
    "learning_rate": "--set learning_rate=VALUE",
    "bs": "--set batch_size=VALUE",
    "optimizer": "--set optimiser=VALUE",
    "optim": "--set optimiser=VALUE",
    "color": "--colour",
    "gray": "--grey",
    "grayscale": "--grey",
    "gpu": "--device cuda",
    "output": "--out DIR",
    "output_dir": "--out DIR",
    "dataset": "--data PATH",
    "data_dir": "--data PATH",
    "n_epochs": "--epochs N",
    "pretrained": "--from MODEL",
    "image_size": "--size N",
    "img_size": "--size N",
}
# Phrases of the library.
_THEIRS = {
    "a valid integer": "that is a whole number",
    "a valid number": "that is a number",
    "greater than or equal to": "of at least",
    "less than or equal to": "of at most",
    "greater than": "above",
    "less than": "below",
}


def tell(error: Any) -> str:
    """What to tell of an error that the command-line library has raised."""
    command = error.ctx.command_path if error.ctx else f"{called_as()} {called_command()}"
    expected, received, mend = _parts(error, command)
    return f"Expected {expected}, received {received}; {mend}."


def _parts(error: Any, command: str) -> tuple[str, str, str]:
    kind, helps = type(error).__name__, f"{command} --help says"
    if kind == "NoSuchOption":
        return _no_such_option(error, command)
    if error.ctx and hasattr(error.ctx.command, "commands"):
        return _no_such_command(error, command)
    if kind == "MissingParameter":
        return f"{_name(error.param)} after {command}", "none", f"{helps} what it is"
    if kind == "BadOptionUsage":
        return f"a value after {error.option_name}", "none", f"{helps} what it may be"
    if getattr(error, "param", None) is not None:
        wanted = f"{_name(error.param)} {_allowed(str(error.message))}"
        return wanted, _value(error), f"{helps} what it may be"
    extra = str(error.format_message()).partition("(")[2]
    extra = extra.partition("(")[2].rstrip(")") or extra.rstrip(")")
    mend = "leave that out, or put what has blanks into quotation marks"
    if "=" in extra and "--set" in _options(error):
        mend = f"write --set before each, as in --set {extra.split()[0]}"
    return _usage(error, command), f"{extra} as well", mend


def _no_such_option(error: Any, command: str) -> tuple[str, str, str]:
    options = _options(error)
    wanted = error.option_name.lstrip("-").replace("-", "_").lower()
    mend = f"{command} --help lists them"
    near = difflib.get_close_matches(error.option_name, options, 1, 0.7)
    if wanted in _ELSEWHERE and _ELSEWHERE[wanted].partition(" ")[0] in options:
        mend = f"write {_ELSEWHERE[wanted]}"
    elif "--set" in options and wanted in _recipe_keys():
        mend = f"write --set {wanted}=VALUE"
    elif near:
        mend = f"did you mean {near[0]}?"
    return f"an option of {command}", error.option_name, mend.rstrip("?")


def _no_such_command(error: Any, command: str) -> tuple[str, str, str]:
    commands = list(error.ctx.command.commands)
    received = str(error.format_message()).partition("'")[2].partition("'")[0]
    near = difflib.get_close_matches(received, commands, 1, 0.6)
    mend = f"did you mean {command} {near[0]}" if near else f"{command} --help says what they do"
    return f"a command ({', '.join(commands)})", received or "none", mend


def _options(error: Any) -> list[str]:
    """Of the command that was called."""
    names = (each.opts + each.secondary_opts for each in error.ctx.command.params)
    return [name for several in names for name in several if name[0] == "-"]


def _recipe_keys() -> list[str]:
    from hemline.recipes import Recipe, describe_keys

    return [key.name for key in describe_keys(Recipe)]


def _name(parameter: Any) -> str:
    """An option as it is written, an argument as help shows it."""
    return next(iter(parameter.opts)) if parameter.opts[0][0] == "-" else _argument(parameter)


def _argument(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper()).strip("[]")


def _allowed(message: str) -> str:
    """What a value may be, in our words where they are known."""
    said = message.removeprefix("Input should be ").partition(",")[0].rstrip(".")
    for theirs, ours in _THEIRS.items():
        said = said.replace(theirs, ours)
    return said if said.startswith(tuple(_THEIRS.values())) else f"that fits ({said})"


def _value(error: Any) -> str:
    """What was written for it."""
    words = sys.argv[1:]
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in error.param.opts:
            return value if equals else " ".join(words[place + 1 : place + 2])
    return "another"


def _usage(error: Any, command: str) -> str:
    arguments = [each for each in error.ctx.command.params if each.opts[0][0] != "-"]
    return " ".join([command, *map(_argument, arguments)])

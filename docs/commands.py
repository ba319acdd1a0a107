"""The command reference, docs/commands.md: python docs/commands.py writes it anew."""

from pathlib import Path

from typer.main import get_command

from hemline.cli.app import app

PAGE = Path(__file__).with_name("commands.md")
_WIDTH = 80
_HEAD = """# Commands

The output of `hemline COMMAND --help`, written by [`docs/commands.py`](commands.py).
`hemline --debug COMMAND` shows the traceback of an error. Exit codes: 0 fine, 1 the answer is bad
(the doctor found something), 2 wrong use or bad input, 130 stopped with Ctrl-C.
"""


def render() -> str:
    """The page, one section a command."""
    program = get_command(app)
    parent = program.context_class(program, info_name="hemline")
    sections = []
    for name, command in program.commands.items():
        context = command.context_class(
            command, parent=parent, info_name=name, terminal_width=_WIDTH, max_content_width=_WIDTH
        )
        sections.append(f"## hemline {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join([_HEAD, *sections])


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")

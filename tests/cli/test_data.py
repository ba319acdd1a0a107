"""`hemline data`, and the options by which every command is told which data to take."""

import inspect
import json

import pytest
import typer
from typer.testing import CliRunner

from hemline.cli.common import JsonOption
from hemline.cli.opening import DataArguments, takes_data
from tests.data.folders import draw, write_classes, write_parts

OPTIONS = [
    "--data", "--size", "--colour", "--grey", "--fit", "--find", "--group", "--strict",
]  # fmt: skip


def application():
    """A program whose one command prints what it was given."""
    program = typer.Typer()

    @program.command()
    @takes_data
    def command(data: DataArguments, number: int = 1, as_json: JsonOption = False) -> None:
        """Print the arguments."""
        print(data, number, as_json)

    return program


def test_a_command_gets_an_option_for_each_thing_that_can_be_said_of_data():
    runner = CliRunner()
    text = runner.invoke(application(), ["--help"]).stdout
    assert [option for option in OPTIONS if option not in text] == []
    given = "--data x --size 9x8 --grey --fit crop --find garment --group (.) --strict --number 2"
    printed = runner.invoke(application(), given.split()).stdout
    expected = DataArguments("x", "9x8", False, "crop", "garment", "(.)", True)
    assert printed.strip() == f"{expected} 2 False"
    assert runner.invoke(application(), []).stdout.strip() == f"{DataArguments()} 1 False"


def test_the_options_stand_where_the_parameter_stood():
    (command,) = application().registered_commands
    names = list(inspect.signature(command.callback).parameters)
    assert names[:2] == ["data", "size"]
    assert names[-2:] == ["number", "as_json"]


def test_what_the_data_were_taken_for_is_said_beside_the_answer(inside, tmp_path):
    write_parts(tmp_path / "fruits", classes=("[red]apple", "10", "9"))
    (tmp_path / "fruits" / "test" / "9" / "1.png").write_bytes(b"")
    (tmp_path / "fruits" / "notes.txt").write_text("nothing to see")
    done = inside("data", "--data", tmp_path / "fruits")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        f"Took {tmp_path / 'fruits'} for a folder a class in parts (train, test): "
        "3 classes, 36 pictures of 12x10 grey.",
        "37 files found: 35 used, 1 ignored, 1 refused",
        "  refused test/9/1.png: empty",
        "  ignored 1: no picture",
    ]
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["0", "9", "6", "5"] in lines
    assert ["1", "10", "6", "6"] in lines
    assert ["2", "[red]apple", "6", "6"] in lines
    assert ["All", "18", "17"] in lines


def test_json_holds_the_whole_account_and_nothing_else_is_said(inside, tmp_path):
    write_parts(tmp_path, ("train", "val", "test"))
    draw(99).save(tmp_path / "train" / "stray.png")
    done = inside("data", "--data", tmp_path, "--size", "16x9", "--colour", "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    document = json.loads(done.stdout)
    assert document["classes"] == ["a", "b", "c"]
    assert document["form"] == {"height": 9, "width": 16, "channels": 3, "background": ""}
    assert document["intake"] == {"fit": "pad", "find": ""}
    assert {part: of["n"] for part, of in document["splits"].items()} == {
        "train": 18, "validation": 18, "test": 18,
    }  # fmt: skip
    account = document["account"]
    assert (account["found"], account["used"], account["refused"]) == (55, 54, 1)
    assert len(account["files"]) == 55
    refused = [file for file in account["files"] if file["status"] == "refused"]
    assert refused == [
        {"file": "train/stray.png", "status": "refused", "reason": "in no folder of a class"}
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--strict"], "received b/1.png (empty); mend or remove it, or leave out --strict."),
        (["--size", "big"], "received 'big'; correct --size."),
        (["--fit", "squeeze"], "received 'squeeze'; choose one of these."),
    ],
)
def test_wrong_use_gets_one_sentence(options, sentence, inside, tmp_path):
    write_classes(tmp_path)
    (tmp_path / "b" / "1.png").write_bytes(b"")
    done = inside("data", "--data", tmp_path, *options)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("hemline: Expected ")
    assert done.stderr.rstrip().endswith(sentence)


def test_more_classes_than_a_screen_holds_are_summed_up(inside, tmp_path):
    write_classes(tmp_path, map(str, range(120)), 2, size=(8, 8))
    done = inside("data", "--data", tmp_path)
    assert len(done.stdout.splitlines()) < 50
    assert "80 more" in done.stdout
    assert ["All", "120", "120"] in [line.split() for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "again"),
    [
        (DataArguments(), ""),
        (DataArguments("its path"), " --data 'its path'"),
        (DataArguments("its path", size="9", group="(.)_"), " --data 'its path' --group '(.)_'"),
        (DataArguments("sketches"), " --data sketches"),
    ],
)
def test_a_suggested_command_takes_the_same_data(arguments, again):
    class Opened:
        drawn = arguments.data == "sketches"
        source = arguments.data

    assert arguments.again(Opened()) == again

"""What the program prints at 80 columns, piped: nothing wider, no colours, no progress."""

import re

import pytest

WIDTH = 80


@pytest.fixture
def lines(program, tmp_path):
    """The lines of a command that went well."""

    def printed(*arguments):
        done = program(*arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "\x1b" not in done.stdout
        assert "\r" not in done.stdout
        return done.stdout.splitlines()

    return printed


def too_wide(lines):
    """Lines beyond 80 columns, but for paths and commands, which are never broken."""
    return [line for line in lines if len(line) > WIDTH and not re.match("Model file|Next", line)]


def test_training_with_validation_fits_even_on_drawings(lines):
    options = ["--data", "sketches", "--set", "widths=[16]", "--epochs", 1]
    printed = lines("train", "seed", "--set", "validation=0.1", *options)
    assert too_wide(printed) == []
    assert re.match(r"Epoch   1/1  loss \d\.\d{4}  \d\d\.\d\d %  validation ", printed[0])
    assert all("drawn by code" in line for line in printed if "%" in line)


@pytest.mark.parametrize("command", ["recipes", "recipes photo", "models", "--version", "--help"])
def test_lists_fit(lines, command):
    assert too_wide(lines(*command.split())) == []


@pytest.mark.parametrize("recipe", ["seed", "accurate"])
def test_descriptions_fit(lines, recipe):
    assert too_wide(lines("describe", recipe)) == []


def test_every_command_says_in_one_line_of_help_what_it_does(lines):
    commands = lines("--help")[-14:]
    assert commands[0].startswith("  demo ")
    assert [line for line in commands if line.endswith("...")] == []


@pytest.mark.parametrize("command", ["data", "evaluate tiny"])
def test_no_figure_is_cut_in_a_narrow_terminal(lines, real_folder, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "60")
    printed = "\n".join(lines(*command.split(), "--data", real_folder))
    assert not re.search(r"\d…", re.sub(r"[0-9a-f]{16}…", "", printed))  # but for checksums


def test_data_and_evaluation_fit(lines, real_folder):
    for command in (["data"], ["evaluate", "tiny"], ["predict", "--test-index", "0:9"]):
        printed = lines(*command, "--data", real_folder)
        # The first line of data ends with a path.
        assert too_wide(printed[command == ["data"] :]) == []


def test_paths_with_marks_stay_as_they_are(inside, tmp_path):
    run = tmp_path / "[/red]x" / "[bold]y :bug:"
    options = ["--data", "sketches", "--set", "widths=[16]", "--epochs", 1]
    for command in (
        ["train", "seed", *options, "--out", run],
        ["report", run, "--data", "sketches", "--out", tmp_path / "[/b].html"],
    ):
        done = inside(*command)
        assert (done.returncode, done.stderr) == (0, "")
        assert str(tmp_path / "[/") in done.stdout

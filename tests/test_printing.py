"""Names and answers of others give the terminal no orders, and the log no lines."""

import logging
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemline.printing import printable, printable_lines
from hemline.serving.logs import Lines
from tests.data.folders import write_classes

ORDERS = "\x1b[31m\x1b]0;title\x07\x9b2J\r\b"


@given(text=st.text())
def test_what_is_printed_can_be_shown(text):
    assert printable(text).isprintable()
    assert all(line.isprintable() for line in printable_lines(text).split("\n"))
    if text.isprintable():
        assert printable(text) == text


def test_a_record_is_one_line():
    record = logging.LogRecord("x", 20, "x", 1, "GET %s", (f"/{ORDERS}\nfaked 200",), None)
    assert Lines("%(message)s").format(record).isprintable()


@pytest.mark.parametrize("command", [["predict", "--model", "tiny"], ["data", "--data"]])
def test_names_of_files_give_no_orders(command, inside, tmp_path):
    path = tmp_path / f"{ORDERS}shoe.png"
    path.write_bytes(b"no picture")
    done = inside(*command, path)
    assert done.returncode == 2
    assert done.stderr.removesuffix("\n").isprintable()
    assert "\\x1b[31m" in done.stderr


def test_names_of_folders_give_no_orders(inside, tmp_path):
    folder = tmp_path / f"set{ORDERS}"
    write_classes(folder, ("apple", "pear"))
    done = inside("data", "--data", folder)
    assert done.returncode == 0, done.stderr
    assert all(line.isprintable() for line in (done.stdout + done.stderr).split("\n"))


def test_what_a_target_says_gives_no_orders(program, tmp_path):
    (tmp_path / "pipe.py").write_text(f"def raises(x): raise ValueError({ORDERS!r})\n")
    done = program("doctor", "pipe:raises", "--data", "sketches", cwd=tmp_path, env=os.environ)
    assert done.returncode == 2
    assert done.stderr.removesuffix("\n").isprintable()

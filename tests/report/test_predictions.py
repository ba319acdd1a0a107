"""The table of predictions: whole lines, continued where it stopped, never mixed."""

import csv
import os
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemline.errors import HemlineError
from hemline.report import PredictionFile

CLASSES = [f"class {place}" for place in range(9)] + ["Coat"]
SHARES = ["0.100000"] * 10
ONE = [["", "", "Coat", 4, "0.900000", False, "-3.5", *SHARES]]


def rows(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def done(path):
    with closing(PredictionFile(path, "model-1", CLASSES)) as table:
        return table.done


def fill(path, names=("a.jpg", "b, c.jpg", 'd "e"\nf.jpg')):
    table = PredictionFile(path, "model-1", CLASSES)
    for name in names:
        table.add(name, ONE)
    table.add("bad.jpg", [], "Expected a picture, received text.")
    table.close()
    return table


def test_a_line_a_picture_and_a_line_for_a_bad_file(tmp_path):
    path = tmp_path / "out.csv"
    fill(path)
    first, *_, last = rows(path)
    assert list(first)[-10:] == CLASSES
    assert first["ood_score"] == "-3.5"
    assert (first["file"], first["class"], first["label"], first["error"]) == (
        "a.jpg",
        "Coat",
        "4",
        "",
    )
    assert (last["file"], last["class"]) == ("bad.jpg", "")
    assert last["error"].startswith("Expected")
    assert len(rows(path)) == 4


def test_what_is_done_is_known_again(tmp_path):
    path = tmp_path / "out.csv"
    before = fill(path)
    again = PredictionFile(path, "model-1", CLASSES)
    assert again.done == before.done == {"a.jpg", "b, c.jpg", 'd "e"\nf.jpg', "bad.jpg"}
    assert again.bad == {"bad.jpg"}
    again.close()


@given(st.floats(0, 1))
def test_cut_anywhere_it_keeps_whole_lines_and_can_go_on(tmp_path_factory, share):
    path = tmp_path_factory.mktemp("cut") / "out.csv"
    fill(path)
    whole = rows(path)
    head = len(path.read_bytes().partition(b"\n")[0]) + 1
    content = path.read_bytes()
    path.write_bytes(content[: head + int(share * (len(content) - head))])
    table = PredictionFile(path, "model-1", CLASSES)
    kept = rows(path)
    assert kept == whole[: len(kept)]
    for row in whole[len(kept) :]:
        table.add(row["file"], [] if row["error"] else ONE, row["error"])
    table.close()
    assert rows(path) == whole


def test_a_file_of_many_pictures_at_the_end_is_done_again(tmp_path):
    path = tmp_path / "out.csv"
    table = PredictionFile(path, "model-1", CLASSES)
    table.add("a.jpg", ONE)
    table.add("two.npy", [[place, "", "Coat", 4, "0.9", False, "0.5", *SHARES] for place in (0, 1)])
    table.close()
    assert done(path) == {"a.jpg"}


def test_another_model_and_another_table_are_refused(tmp_path):
    path = tmp_path / "out.csv"
    fill(path)
    with pytest.raises(HemlineError, match="made with another"):
        PredictionFile(path, "model-2", CLASSES)
    path.write_text("name,age\nann,7\n")
    with pytest.raises(HemlineError, match="that is another"):
        PredictionFile(path, "model-1", CLASSES)
    assert path.read_text() == "name,age\nann,7\n"


def test_names_that_are_no_utf8_survive(tmp_path):
    path, name = tmp_path / "out.csv", b"caf\xe9.jpg".decode("utf-8", "surrogateescape")
    fill(path, [name])
    assert name in done(path)


def test_a_class_with_the_name_of_another_column_keeps_one_of_its_own(tmp_path):
    path = tmp_path / "out.csv"
    with closing(PredictionFile(path, "model-1", ["file", "鞋"])) as table:
        table.add("a.jpg", [["", "", "file", 0, "0.9", False, "1.5", "0.9", "0.1"]])
    (row,) = rows(path)
    assert (row["file"], row["file (class)"], row["鞋"]) == ("a.jpg", "0.9", "0.1")


def test_a_table_of_other_classes_is_refused(tmp_path):
    path = tmp_path / "out.csv"
    fill(path)
    with pytest.raises(HemlineError, match="that is another"):
        PredictionFile(path, "model-1", ["hat", "glove"])


NAMES = ["=cmd|' /C calc'!A0.jpg", "+1.jpg", "-x.jpg", "@sum.jpg", "\rtwo\rlines.jpg", "\t.jpg",
         "'quoted.jpg", "'=quoted.jpg", "-3.5", "=", "a\r\nb.jpg"]  # fmt: skip


def test_no_name_is_a_formula_or_a_line_of_its_own_and_each_comes_back(tmp_path):
    path = tmp_path / "out.csv"
    fill(path, NAMES)
    written = [row["file"] for row in rows(path)[:-1]]
    assert len(written) == len(NAMES)
    assert not any(cell[0] in "=+@\t\r" or cell.startswith("-x") for cell in written)
    assert [row["ood_score"] for row in rows(path)[:-1]] == ["-3.5"] * len(NAMES)
    assert done(path) == {*NAMES, "bad.jpg"}
    assert done(path) == {*NAMES, "bad.jpg"}


@given(name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_every_name_comes_back(tmp_path_factory, name):
    path = tmp_path_factory.mktemp("table") / "out.csv"
    fill(path, [name])
    assert done(path) == {name, "bad.jpg"}


def test_classes_that_look_like_formulas(tmp_path):
    path = tmp_path / "out.csv"
    for _ in range(2):
        with closing(PredictionFile(path, "model-1", ["=1+1", "-x", "Coat"])) as table:
            assert table.columns[-3:] == ["=1+1", "-x", "Coat"]
    assert path.read_text().splitlines()[0].endswith(",'=1+1,'-x,Coat")


def test_two_do_not_write_one_table(tmp_path):
    path = tmp_path / "out.csv"
    fill(path)
    before = path.read_bytes()
    with closing(PredictionFile(path, "model-1", CLASSES)) as table:
        for _ in range(2):
            with pytest.raises(HemlineError, match="nobody else is writing"):
                PredictionFile(path, "model-1", CLASSES)
        table.add("new.jpg", ONE)
    assert path.read_bytes().startswith(before)
    assert "new.jpg" in done(path)


def test_a_table_that_is_begun_is_not_begun_by_another(tmp_path):
    path = tmp_path / "out.csv"
    with (
        closing(PredictionFile(path, "model-1", CLASSES)),
        pytest.raises(HemlineError, match="nobody else is writing"),
    ):
        PredictionFile(path, "model-1", CLASSES)
    assert [file.name for file in tmp_path.iterdir()] == ["out.csv"]


BEGINS = """
import sys, time
from pathlib import Path
from hemline.errors import HemlineError
from hemline.report import PredictionFile
classes, start, name = [f"class {place}" for place in range(10)], float(sys.argv[2]), sys.argv[3]
while time.time() < start:
    pass
try:
    table = PredictionFile(Path(sys.argv[1]), "model-1", classes)
except HemlineError as error:
    sys.exit(str(error))
for place in range(20):
    table.add(f"{name}{place}.jpg", [["", "", "class 1", 1, "0.9", False, "1", *["0.1"] * 10]])
    time.sleep(0.02)
"""


@pytest.mark.parametrize("apart", [0.0, 0.001, 0.003, 0.05])
def test_of_two_that_begin_one_table_at_once_one_does(apart, tmp_path):
    path, start = tmp_path / "out.csv", time.time() + 1.5
    both = [
        subprocess.Popen(
            [sys.executable, "-c", BEGINS, path, str(start + place * apart), name],
            stderr=subprocess.PIPE,
            text=True,
        )
        for place, name in enumerate("ab")
    ]
    said = [process.communicate(timeout=30)[1] for process in both]
    assert sorted(process.returncode for process in both) == [0, 1]
    assert "nobody else is writing" in "".join(said)
    assert len(rows(path)) == 20
    assert [file.name for file in tmp_path.iterdir()] == ["out.csv"]


def test_a_table_that_cannot_be_begun_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "write_bytes", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(OSError, match="full"):
        PredictionFile(tmp_path / "out.csv", "model-1", CLASSES)
    assert not list(tmp_path.iterdir())


def test_a_disk_that_is_full_for_a_while_tears_no_line(tmp_path):
    path = tmp_path / "out.csv"
    table = PredictionFile(path, "model-1", CLASSES)
    table.add("first.jpg", ONE)
    whole, stream = path.read_bytes(), table._stream

    class Full:
        """Takes half of what it is given, and then nothing."""

        def __init__(self):
            self.left = 20

        def write(self, text):
            if not self.left:
                raise OSError(28, "No space left on device")
            taken, self.left = stream.write(text[: self.left]), 0
            return taken

        def __getattr__(self, name):
            return getattr(stream, name)

    table._stream = Full()
    with pytest.raises(OSError, match="No space"):
        table.add("second.jpg", ONE)
    assert path.read_bytes() == whole
    table._stream = stream
    table.add("third.jpg", ONE)
    table.close()
    assert done(path) == {"first.jpg", "third.jpg"}


def test_a_torn_line_amid_others_is_done_again(tmp_path):
    path = tmp_path / "out.csv"
    fill(path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], lines[2][:20], *lines[3:]]))
    kept = done(path)
    assert "a.jpg" in kept
    assert "b, c.jpg" not in kept
    assert all(len(row) == len(CLASSES) + 10 for row in rows(path))


def test_into_a_pipe_the_table_flows(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_bytes()))
    reader.start()
    fill(pipe)
    reader.join(10)
    assert heard[0].count(b"model-1") == 4
    assert pipe.is_fifo()


def test_a_link_stays_one(tmp_path):
    path, link = tmp_path / "out.csv", tmp_path / "link.csv"
    link.symlink_to(path)
    fill(link)
    assert link.is_symlink()
    assert len(rows(path)) == 4
    assert done(link) == done(path)

"""`hemline export`, as its users meet it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hemline import models
from hemline.cli.export import _place
from hemline.installing import install_command


@pytest.fixture
def run_folder(small_run, tmp_path):
    """A run folder of the test's own."""
    return shutil.copytree(small_run.run.folder, tmp_path / "run")


def test_the_file_lies_in_the_run_folder(program, run_folder):
    done = program("export", run_folder, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert document["keras"] == str(run_folder / "model.keras")
    assert document["model"] == str(run_folder / "model.onnx")
    assert (document["parameters"], document["backend"]) == (101_770, "torch")
    assert document["largest_difference"] < 1e-4
    assert "not Fashion-MNIST" in document["trained_on"]
    assert (run_folder / "model.keras").read_bytes().startswith(b"PK")


def test_a_file_of_another_name_is_overwritten_and_the_text_says_how_to_open_it(
    inside, run_folder, own_machine
):
    # What Keras leaves at home when it is imported for the first time, whatever it runs on.
    (own_machine / ".keras").mkdir()
    (own_machine / ".keras" / "keras.json").write_text('{"backend": "tensorflow"}')
    file = own_machine / "mine.keras"
    file.write_text("something else")
    model = run_folder / "model.onnx"
    done = inside("export", model, "--format", "keras", "--out", "mine.keras")
    assert (done.returncode, done.stderr) == (0, "")
    assert "101,770 parameters" in done.stdout
    assert "keras.saving.load_model('mine.keras')" in done.stdout
    assert "drawn by code, not Fashion-MNIST" in done.stdout
    assert file.read_bytes().startswith(b"PK")
    assert [path.name for path in own_machine.glob("*mine*")] == ["mine.keras"]  # and no temporary
    assert not (run_folder / "model.keras").exists()


def test_a_shipped_model_is_written_to_the_working_folder(tmp_path):
    assert _place(tmp_path / "model.onnx", ".keras") == tmp_path / "model.keras"
    assert _place(Path(models.__file__).parent / "tiny.onnx", ".keras") == Path("tiny.keras")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.onnx"], "received nowhere.onnx that cannot be read"),
        (["text.onnx"], "received text.onnx that is not ONNX or is damaged"),
        (
            ["MODEL", "--format", "tflite"],
            "Expected --format keras or huggingface, received tflite",
        ),
        (["MODEL", "--out", "model.h5"], "received model.h5; name it model.keras"),
        (["MODEL", "--out", "."], "received .; name it model.keras"),
        (["MODEL", "--format", "huggingface", "--out", "."], "received . that holds something"),
        (["MODEL", "--format", "huggingface", "--out", "no/where"], "choose another path"),
        (["MODEL", "--out", "no/where.keras"], "No such file or directory); choose another path"),
    ],
)
def test_wrong_use_is_one_sentence(arguments, sentence, inside, run_folder, own_machine):
    (own_machine / "text.onnx").write_text("no model")
    done = inside("export", *[run_folder if word == "MODEL" else word for word in arguments])
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.startswith("hemline: Expected")
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_backend_that_is_missing_is_one_sentence(program, run_folder, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "nowhere")
    done = program("export", run_folder)
    assert done.returncode == 2
    assert "KERAS_BACKEND to name an installed backend, received nowhere" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_missing_keras_is_named_with_its_extra(run_folder):
    code = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "keras":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Refuse())
sys.argv = ["hemline", "export", sys.argv[1], "--format", "keras"]
from hemline.cli import main
main()
"""
    command = [sys.executable, "-c", code, str(run_folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert install_command("keras") in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_disk_that_fills_up_leaves_nothing(program, run_folder):
    import resource

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    done = program("export", run_folder, preexec_fn=little_room)
    assert done.returncode == 2
    assert "File too large" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(run_folder.glob("*.keras")) + list(run_folder.glob(".*"))

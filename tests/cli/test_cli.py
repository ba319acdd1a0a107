"""The program as its users meet it, in processes of its own."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from hemline import Classifier
from hemline.installing import install_command
from tests.idx import NAMES
from tests.pace import processor_seconds, start_of_libraries

GARMENT = np.zeros((28, 28), np.uint8)
GARMENT[4:24, 8:20] = 180
COMMANDS = [
    "demo",
    "data",
    "describe",
    "train",
    "evaluate",
    "report",
    "predict",
    "serve",
    "export",
    "doctor",
    "recipes",
    "models",
    "runs",
    "info",
]


def document(done):
    """The one JSON document of a command that went well."""
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command, inside):
    done = inside(command, "--help")
    assert done.returncode == 0
    assert f"Example: hemline {command}" in done.stdout
    assert "--json" in done.stdout


def test_help_lists_the_commands_and_comes_at_once(program):
    def ask() -> None:
        done = program("--help")
        assert re.findall(r"^  (\w+)  ", done.stdout.partition("Commands:")[2], re.M) == COMMANDS

    assert processor_seconds(ask) < 0.9 * start_of_libraries()


def test_predict_answers_from_a_cold_start_soon_after_its_libraries(program, small_run, tmp_path):
    Image.fromarray(GARMENT).save(tmp_path / "coat.png")

    def ask() -> None:
        assert program("predict", "--model", small_run.run.model, tmp_path / "coat.png").stdout

    assert processor_seconds(ask) < 3 * start_of_libraries()


def test_describe_tells_layers_epoch_and_step(inside):
    described = document(inside("describe", "seed", "--json"))
    assert [layer["parameters"] for layer in described["layers"]] == [0, 0, 100_480, 1_290]
    assert described["layers"][2].keys() == {"name", "output_shape", "parameters", "purpose"}
    assert (described["parameters"], described["steps_per_epoch"]) == (101_770, 1_875)
    text = inside("describe", "seed").stdout
    assert "60,000 / 32 = 1,875 steps" in text
    assert "100,480" in text
    assert max(map(len, text.splitlines())) <= 80


def test_train_evaluate_and_predict_are_one_pipeline(program, tmp_path):
    run = tmp_path / "run"
    options = ["--data", "sketches", "--json"]
    trained = document(program("train", "seed", "--epochs", 2, "--out", run, *options))
    assert trained.keys() >= {"recipe", "parameters", "epochs", "steps_per_epoch", "run", "model"}
    assert trained["recipe"] == "seed"
    assert (trained["epochs"], trained["steps_per_epoch"]) == (2, 375)
    assert trained["seconds"].keys() == {"total", "training", "data", "export"}
    assert 0.5 < trained["train_accuracy"] < 1
    evaluated = document(program("evaluate", trained["model"], *options))
    predicted = document(
        program("predict", "--model", run, "--test-index", "0:2000", "--top", 10, *options)
    )
    right = sum(row["label"] == row["actual"]["label"] for row in predicted)
    assert evaluated["accuracy"] == right / evaluated["n"] == right / 2000
    assert evaluated["interval"][0] < evaluated["accuracy"] < evaluated["interval"][1]
    keys = {"accuracy", "interval", "n", "nll", "brier", "ece", "per_class", "confusion", "data"}
    assert evaluated.keys() >= keys
    assert sum(map(sum, evaluated["confusion"])) == 2000
    for row in predicted[:20]:
        assert sum(entry["probability"] for entry in row["top"]) == pytest.approx(1, abs=1e-5)
        assert row["top"][0] == {key: row[key] for key in ("label", "class", "probability")}


def test_the_real_ankle_boot_is_called_one(program, real_run, real_folder):
    (row,) = document(
        program(
            *["predict", "--model", real_run.run.model, "--data", real_folder],
            *["--test-index", 0, "--json"],
        )
    )
    assert row["class"] == row["actual"]["class"] == "Ankle boot"
    text = program(
        "predict", "--model", real_run.run.model, "--data", real_folder, "--test-index", 0
    ).stdout
    assert re.search(r"Predicted +Ankle boot", text)
    assert re.search(r"Actual +Ankle boot .*they agree", text)


def test_the_accuracy_stated_is_the_accuracy_counted(inside, real_run, real_folder):
    options = ["--data", real_folder, "--json"]
    evaluated = document(inside("evaluate", real_run.run.model, *options))
    rows = document(
        inside("predict", "--model", real_run.run.model, "--test-index", "0:10000", *options)
    )
    assert len(rows) == evaluated["n"] == 10_000
    right = sum(row["label"] == row["actual"]["label"] for row in rows)
    assert evaluated["accuracy"] == right / 10_000


def test_demo_on_real_data_does_the_main_job(program, real_folder, tmp_path):
    text = program(*["demo", "--recipe", "seed", "--data", real_folder, "--out", tmp_path / "run"])
    assert text.returncode == 0, text.stderr
    assert re.search(r"^Accuracy 8\d\.\d\d % \(95 %: .* on 10,000 test pictures", text.stdout, re.M)
    assert "predicted Ankle boot, actual Ankle boot: they agree" in text.stdout
    assert "drawn" not in text.stdout
    assert max(map(len, text.stdout.partition("Model file")[0].splitlines())) <= 80
    with Image.open(tmp_path / "run" / "predictions.png") as picture:
        assert picture.width > 500


def test_the_commands_that_train_and_demo_suggest_find_the_data_again(inside, tmp_path):
    for command in (["train", "seed", "--epochs", "1"], ["demo", "--recipe", "seed"]):
        text = inside(*command, "--data", "sketches", cwd=tmp_path).stdout
        suggested = next(line.split() for line in text.splitlines() if " evaluate " in line)
        done = inside(*suggested[suggested.index("evaluate") :], cwd=tmp_path)
        assert done.returncode == 0, done.stderr


def test_demo_without_data_or_network_says_everywhere_that_it_draws(program, tmp_path):
    done = program(
        *["demo", "--recipe", "seed", "--out", tmp_path / "run"], env=_without_network(tmp_path)
    )
    assert done.returncode == 0, done.stderr
    assert "received none" in done.stdout
    assert "Going on with sketches (drawn by code, not Fashion-MNIST)" in done.stdout
    figures = [line for line in done.stdout.splitlines() if "%" in line]
    assert len(figures) == 11
    assert all("drawn by code" in line for line in figures)
    for name in ("metrics.jsonl", "environment.json", "model.onnx"):
        assert b"not Fashion-MNIST" in (tmp_path / "run" / name).read_bytes()


def test_no_other_command_falls_back_by_itself(program, tmp_path, small_run):
    environment = _without_network(tmp_path)
    own = small_run.run.model  # of drawings, which nobody has asked for
    for arguments, said in (
        (["data"], "no network"),
        (["train", "seed"], "no network"),
        (["evaluate", "tiny"], "no network"),
        (["evaluate", own], "pass --data"),
        (["predict", "--model", own, "--test-index", "0"], "pass --data"),
    ):
        done = program(*arguments, env=environment)
        assert done.returncode == 2
        assert said in done.stderr
        assert done.stdout == ""


def _without_network(tmp_path):
    import os

    # A proxy that nobody answers: the same for every machine, with a network or without.
    dead = "http://127.0.0.1:9"
    return os.environ | {"HTTP_PROXY": dead, "HTTPS_PROXY": dead, "NO_PROXY": ""}


@pytest.mark.parametrize(
    "changes",
    [
        ("seed", "dropout=0.3", "widths=[64, 32]"),
        ("fast", "widths=[8]", "outlier_exposure=0.1", "fewest_steps=0"),
    ],
    ids=" ".join,
)
def test_the_network_that_is_described_is_the_one_that_is_trained(changes, inside, tmp_path):
    recipe, *keys = changes
    options = [word for key in keys for word in ("--set", key)]
    given = (recipe, *options, "--data", "sketches", "--json")
    described = document(inside("describe", *given))
    trained = document(inside("train", *given, "--epochs", "1", "--out", tmp_path / "run"))
    model = Classifier.load(tmp_path / "run").metadata
    assert described["layers"] == model["layers"]
    assert described["parameters"] == trained["parameters"] == model["parameters"]
    assert described["steps_per_epoch"] == trained["steps_per_epoch"]


def test_data_describes_and_draws(inside, tmp_path):
    sheet = tmp_path / "sheet.png"
    described = document(inside("data", "--data", "sketches", "--sheet", sheet, "--json"))
    assert described["splits"]["train"]["n"] == 12_000
    assert described["splits"]["test"]["per_class"]["Ankle boot"] == 200
    assert described["drawn"] is True
    with Image.open(sheet) as picture:
        assert picture.width > 1000


def test_data_describes_the_real_files(program, real_folder):
    described = document(program("data", "--data", real_folder, "--json"))
    assert described["splits"]["train"]["per_class"]["Coat"] == 6000
    assert len(described["files"]) == 4
    text = program("data", "--data", real_folder).stdout
    assert "3aede38d61863908" in text
    assert max(map(len, text.splitlines()[1:])) <= 80


def test_predict_answers_for_good_files_and_complains_of_bad_ones(inside, small_run, tmp_path):
    Image.fromarray(GARMENT).save(tmp_path / "good.png")
    np.save(tmp_path / "two.npy", np.stack([GARMENT, GARMENT.T]))
    (tmp_path / "bad.png").write_text("no picture")
    Image.new("RGB", (300, 400)).save(tmp_path / "blank.jpg")
    names = ["good.png", "bad.png", "blank.jpg", "two.npy"]
    done = inside(
        "predict", "--model", small_run.run.model, "--json", *(tmp_path / name for name in names)
    )
    assert done.returncode == 2
    files = [row["file"].rpartition("/")[2] for row in json.loads(done.stdout)]
    assert files == ["good.png", "two.npy[0]", "two.npy[1]"]
    assert len(done.stderr.splitlines()) == 2
    assert "nothing stands out" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "sead"], "Expected a recipe (accurate, fast, improved, photo, seed, tiny)"),
        (["train", "seed", "--set", "epochs=0"], "Expected epochs above zero"),
        (["train", "seed", "--resume"], "Expected --out DIR beside --resume"),
        (["train", "seed", "--data", "nowhere"], "received nowhere that cannot be read"),
        (["demo", "--data", "nowhere"], "received nowhere that cannot be read"),
        (["evaluate", "nowhere.onnx"], "received nowhere.onnx that cannot be read"),
        (["predict", "--model", "nowhere.onnx", "a.png"], "that cannot be read"),
        (["predict", "--model", "nowhere.onnx"], "received neither"),
        (["predict", "--model", "MODEL", "--test-index", "9999999"], "received 9999999"),
        (["predict", "--model", "MODEL", "--test-index", "boot"], "received boot"),
        (["predict", "--model", "MODEL", "--test-index", "5:2"], "received 5:2"),
        (["describe", "seed", "--set", "widths"], "write --set epochs=5"),
        (["data", "--data", "sketches", "--sheet", "no/where.png"], "choose another path"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_two(arguments, sentence, inside, small_run):
    named = [str(small_run.run.model) if word == "MODEL" else word for word in arguments]
    if "MODEL" in arguments:
        named += ["--data", "sketches"]
    done = inside(*named)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.startswith("hemline: Expected")
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_disk_that_fills_up_costs_no_file_that_was_whole(program, tmp_path):
    import resource

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    run = tmp_path / "run"
    done = program("train", "seed", "--data", "sketches", "--out", run, preexec_fn=little_room)
    assert done.returncode == 2
    assert "received an error (File too large)" in done.stderr
    assert "--resume" in done.stderr
    assert {path.name for path in run.iterdir()} == {"recipe.toml", "environment.json"}


def test_data_that_turn_out_bad_leave_no_empty_run(inside, tmp_path):
    for name in NAMES:
        (tmp_path / name).write_bytes(b"nothing of the kind")
    done = inside("train", "seed", "--data", tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert "Expected an idx file" in done.stderr
    assert not any((tmp_path / "runs").glob("*"))


def test_debug_shows_the_traceback(program):
    done = program("--debug", "describe", "sead")
    assert "Traceback" in done.stderr
    assert "RecipeError" in done.stderr


def test_a_missing_extra_is_named_with_its_command(tmp_path):
    code = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Refuse())
sys.argv = ["hemline", "describe", "seed"]
from hemline.cli import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2
    assert install_command("train") in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_ctrl_c_says_how_to_go_on(tmp_path):
    import signal

    run = tmp_path / "run"
    command = [sys.executable, "-um", "hemline", "train", "seed", "--data", "sketches"]
    command += ["--epochs", "400", "--out", str(run)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, **pipes)
    assert "Epoch" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    complaint = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert f"--out {run} --resume" in complaint
    assert "Traceback" not in complaint
    assert (run / "model.onnx").exists()


def test_output_in_a_pipe_is_plain(program):
    text = program("train", "seed", "--epochs", 1, "--data", "sketches").stdout
    assert "\x1b" not in text
    assert "\r" not in text
    assert "Epoch   1/1" in text
    assert "runs/seed-0/model.onnx" in text

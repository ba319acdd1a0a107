"""Plausible mistakes: each a sentence that says what was expected, received, and what to do."""

import re
import shlex
import sys

import numpy as np
import pytest
from PIL import Image

from hemline.cli import main
from tests.photos.drawing import draw_photo

# The command, and parts of its sentence.
MISTAKES = {
    # Commands
    "trian seed": ("received trian", "did you mean hemline train"),
    "frobnicate": ("a command (demo,", "hemline --help says"),
    "--verbose": ("an option of hemline", "received --verbose"),
    "serv": ("received serv", "did you mean hemline serve"),
    "list": ("a command (demo,", "received list"),
    # Arguments
    "train": ("Expected RECIPE after hemline train", "received none"),
    "report": ("Expected RUN...", "received none"),
    "doctor": ("after hemline doctor", "received none"),
    "train seed fast": ("received fast as well", "quotation marks"),
    "train seed --set epochs=1 dropout=0.5": ("dropout=0.5 as well", "--set dropout=0.5"),
    "evaluate tiny accurate": ("received accurate as well",),
    "predict": ("picture files or --test-index", "received neither"),
    # Options
    "train seed --lr 0.1": ("received --lr", "write --set learning_rate=VALUE"),
    "train seed --learning-rate 0.1": ("write --set learning_rate=VALUE",),
    "train seed --batch-size 32": ("write --set batch_size=VALUE",),
    "train seed --dropout 0.3": ("write --set dropout=VALUE",),
    "train seed --optimizer adam": ("write --set optimiser=VALUE",),
    "train seed --epoch 3": ("received --epoch", "did you mean --epochs"),
    "train seed --gpu": ("write --device cuda",),
    "train seed --dataset x": ("write --data PATH",),
    "train seed --output x": ("write --out DIR",),
    "train seed --grayscale": ("write --grey",),
    "train seed --image-size 32": ("write --size N",),
    "train seed --pretrained tiny": ("write --from MODEL",),
    "evaluate tiny --lr 3": ("an option of hemline evaluate", "hemline evaluate --help"),
    "predict --model": ("a value after --model", "received none"),
    "serve --port": ("a value after --port", "hemline serve --help"),
    # Values
    "train seed --epochs ten": ("--epochs that is a whole number", "received ten"),
    "train seed --epochs 0": ("--epochs of at least 1", "received 0"),
    "train seed --seed -1": ("--seed of at least 0", "received -1"),
    "train seed --epochs=2.5": ("a whole number", "received 2.5"),
    "serve --port 70000": ("--port of at most 65535", "received 70000"),
    "serve --port http": ("--port that is a whole number", "received http"),
    "serve --workers 0": ("--workers of at least 1", "received 0"),
    "serve --timeout soon": ("--timeout that is a number", "received soon"),
    # Recipes
    "train fsat --data sketches": ("received fsat", "did you mean fast?"),
    "train resnet --data sketches": ("a recipe (accurate,", "choose one of these"),
    "train missing.toml": ("a recipe file", "check the path"),
    "train model.onnx": ("a recipe (accurate,", "after --from"),
    "train .": ("a recipe (accurate,", "after --from"),
    "recipes fsat": ("received fsat", "did you mean fast?"),
    "describe fsat": ("received fsat", "did you mean fast?"),
    "train seed --set epochs": ("--set key=value", "received epochs"),
    "train seed --set dropuot=0.3": ("unknown dropuot", "did you mean dropout?"),
    "train seed --set zzz=1": ("unknown zzz", "hemline recipes seed lists them"),
    "train seed --set epochs=many": ("epochs to be a whole number", "received 'many'"),
    "train seed --set epochs=0": ("epochs above zero", "received 0"),
    "train seed --set dropout=1": ("dropout from 0 to below 1", "received 1.0"),
    "train seed --set optimiser=sgd": ("optimiser to be adam or muon", "received 'sgd'"),
    "train seed --set widths=128": ("widths to be a list of whole numbers", "received 128"),
    "train fast --set widths=[8,8,8,8,8]": ("widths of 1 to 4 stages",),
    "train fast --set l2=0.1": ("l2 and dropout of 0 for network residual",),
    "train seed --set calibrate=true": ("validation above 0 beside",),
    "train photo --data sketches": ("photographs for recipe photo", "add --photos DIR"),
    "train seed --data sketches --photos .": ("no photographs for recipe seed",),
    "train seed --resume": ("--out DIR beside --resume",),
    "train seed --data sketches --out typo --resume": ("that is not there", "correct the path"),
    # Models
    "evaluate fast": ("that is a recipe", "hemline train fast makes a model of it"),
    "evaluate acurate": ("did you mean accurate?",),
    "evaluate missing.onnx": ("cannot be read", "make one with hemline train"),
    "predict --model seed shirt.png": ("that is a recipe",),
    "serve missing.onnx": ("cannot be read",),
    "evaluate shirt.png": ("not ONNX or is damaged",),
    "report missing": ("cannot be read",),
    "export missing": ("cannot be read",),
    "train seed --from fast --data sketches": ("that is a recipe",),
    # Data
    "train seed --data missing": ("missing",),
    "train seed --data empty": ("empty",),
    "train seed --data shirt.png": ("shirt.png",),
    "train seed --data note.txt": ("note.txt",),
    "train seed --data weights.pkl": ("weights.pkl", "pickle"),
    "train seed --data one-class": ("one-class",),
    "train seed --data sketches --fit crop": ("cut out already", "leave it out"),
    "train seed --data sketches --group x": ("cut out already", "leave it out"),
    "train seed --data colours --size 4": ("--size", "received"),
    "train seed --data colours --size huge": ("such as 64", "received 'huge'"),
    "train seed --data colours --fit squeeze": ("--fit pad or crop", "received 'squeeze'"),
    "train seed --data colours --find dog": ("--find garment", "received 'dog'"),
    "train seed --data colours --group (": ("regular expression", "received '('"),
    "train seed --data sketches --device tpu": ("tpu",),
    "train seed --data sketches --device cuda": ("cuda",),
    "data missing": ("missing",),
    # Pictures
    "predict missing.jpg": ("missing.jpg",),
    "predict note.txt": ("note.txt",),
    "predict empty.png": ("empty.png",),
    "predict cut.png": ("cut.png",),
    "predict empty": ("empty",),
    "predict --test-index 100000 --data sketches": ("100000",),
    "predict --test-index -1 --data sketches": ("-1",),
    "predict float.npy": ("float.npy",),
    "predict shirt.png --csv no/such/folder/out.csv": ("out.csv",),
    "predict shirt.png --model tiny --confidence 0.5": ("received --confidence",),
    # Others
    "report tiny --data sketches --out no/such/folder/page.html": ("page.html",),
    "export tiny --format h5": ("keras", "received h5"),
    "serve tiny --host nowhere.invalid": ("address to listen at", "--host and --port"),
    f"serve tiny --host {'ä' * 300}": ("address to listen at", "ääää", "--host and --port"),
    f"serve tiny --host {'.'.join(30 * ['äöü'])}": ("address to listen at", "--host and --port"),
    "doctor missing.onnx --data sketches": ("which is none of these",),
    "doctor nowhere:predict --data sketches": ("No module named 'nowhere'",),
    "doctor http://127.0.0.1:9/v2/models/m --data sketches": ("start the server",),
    "doctor weights.pkl --data sketches": ("can run code when opened",),
    "doctor tiny --limit never": ("--limit that is a number", "received never"),
    "evaluate tiny --data note.txt": ("note.txt",),
}


# What has been done until then.
BEFORE = ("Took ", "hemline: anyone who reaches")


@pytest.fixture(scope="module")
def things(tmp_path_factory):
    """A folder with what people name by mistake."""
    folder = tmp_path_factory.mktemp("things")
    for name in ("empty", "one-class/shirts", "colours/train/a", "colours/train/b"):
        (folder / name).mkdir(parents=True)
    draw_photo("trousers", size=(60, 80)).save(folder / "shirt.png")
    (folder / "cut.png").write_bytes((folder / "shirt.png").read_bytes()[:500])
    for name, content in {
        "note.txt": b"hello",
        "empty.png": b"",
        "weights.pkl": b"\x80\x04.",
    }.items():
        (folder / name).write_bytes(content)
    np.save(folder / "float.npy", np.zeros((2, 28, 28)))
    rng = np.random.default_rng(0)
    for place in ("one-class/shirts", "colours/train/a", "colours/train/b"):
        for number in range(8):
            pixels = rng.integers(0, 256, (20, 20, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / place / f"{number}.png")
    return folder


@pytest.mark.parametrize("command", MISTAKES)
def test_a_mistake_is_one_sentence(command, things, monkeypatch, capsys):
    monkeypatch.chdir(things)
    monkeypatch.setattr(sys, "argv", ["hemline", *shlex.split(command)])
    with pytest.raises(SystemExit) as ended:
        main()
    said, told = capsys.readouterr()
    assert (ended.value.code, said) == (2, "")
    *before, sentence = told.splitlines()
    assert re.match(r"hemline: ([\w.]+: )?Expected .+, received .+; .+[.?]$", sentence), sentence
    assert all(line.startswith(BEFORE) for line in before)
    for part in MISTAKES[command]:
        assert part in sentence, sentence


def test_there_are_a_hundred():
    assert len(MISTAKES) >= 100

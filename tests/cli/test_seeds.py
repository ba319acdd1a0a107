"""The same training from several seeds: what they reach together, and how to go on with one."""

import json
import shlex
import signal
import statistics
import subprocess
import sys

import pytest

TRAIN = ("train", "seed", "--data", "sketches", "--epochs", "2", "--set", "validation=0.1")


def test_several_seeds_say_mean_and_spread(inside, tmp_path):
    done = inside(*TRAIN, "--seeds", "3", "--seed", "5", "--out", tmp_path / "runs", "--json")
    told = json.loads(done.stdout)
    runs = told["seeds"]
    assert [run["seed"] for run in runs] == [5, 6, 7]
    assert len({run["run"] for run in runs}) == len(list((tmp_path / "runs").iterdir())) == 3
    shares = [run["validation_accuracy"] for run in runs]
    assert len(set(shares)) > 1
    assert told["mean"] == pytest.approx(statistics.mean(shares))
    assert told["standard_deviation"] == pytest.approx(statistics.stdev(shares))


def test_people_read_the_same_and_what_to_do_next(inside, tmp_path):
    done = inside(*TRAIN, "--seeds", "2", "--out", tmp_path / "two words")
    assert "Trained 2 times, with seeds 0 to 1." in done.stdout
    line = done.stdout.splitlines()[-1]
    assert line.startswith("Next: ")
    again = shlex.split(line.partition("report ")[2])
    reported = inside("report", *again, "--out", tmp_path / "page.html")
    assert reported.returncode == 0, reported.stderr


def test_to_go_on_with_several_is_to_go_on_with_each(inside, tmp_path):
    done = inside(*TRAIN, "--seeds", "2", "--out", tmp_path, "--resume")
    assert done.returncode == 2
    assert "Expected one seed beside --resume, received --seeds 2" in done.stderr


def test_one_that_is_stopped_says_how_it_goes_on(tmp_path):
    options = ("--seeds", "2", "--seed=3", "--out", str(tmp_path / "runs"), "--set", "epochs=2000")
    command = [sys.executable, "-m", "hemline", *TRAIN, *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate()
    assert process.returncode == 130
    words = shlex.split(told.splitlines()[-1])
    assert words[-4:] == ["3", "--out", str(tmp_path / "runs" / "seed-3"), "--resume"]
    assert words.count("--out") == words.count("--seed") == 1
    assert "--seeds" not in words

"""Trainings that `benchmarks/trainings.py` keeps from one stage of a measurement to the next."""

import pytest

from hemline import load_recipe


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setenv("HEMLINE_DATA", "sketches")
    return load_recipe("seed", ["epochs=1", "widths=[64]"])


def test_a_training_is_kept_and_made_anew_where_that_is_asked_for(short, tmp_path):
    from trainings import judged, older

    first = judged(short, 0, kept=True, folder=tmp_path)
    assert first["parameters"] == 784 * 64 + 64 + 640 + 10
    (file,) = (tmp_path / "trainings").iterdir()
    file.write_text(file.read_text().replace(first["date"], "2020-02-02"))
    again = judged(short, 0, kept=True, folder=tmp_path)
    assert older([again]) == " Some trainings are of 2020-02-02."
    assert judged(short, 0, kept=False, folder=tmp_path)["accuracy"] == first["accuracy"]
    assert older([judged(short, 0, kept=True, folder=tmp_path)]) == ""


def test_another_recipe_is_another_training(short, tmp_path):
    from trainings import judged

    other = load_recipe("seed", ["epochs=1", "widths=[128]"])
    figures = [judged(each, 0, kept=True, folder=tmp_path) for each in (short, other)]
    assert figures[0]["parameters"] != figures[1]["parameters"]

"""The table of `benchmarks/rungs.py` from times that were made up."""

import json

import pytest


def run(whole, accuracy, **more):
    return {
        "whole": whole,
        "training": whole / 2,
        "accuracy": accuracy,
        "date": "2020-02-02",
        **more,
    }


@pytest.fixture
def contestants():
    from contestants import Contestant

    return {
        "mine": Contestant("fast epochs=1", "mine", [], rounds=2, hemline=True),
        "quick": Contestant("quick peer, 2 epochs", "quick", [], rounds=3),
        "late": Contestant("late peer", "late", [], rounds=3),
    }


@pytest.fixture
def records(contestants, tmp_path):
    from records import Records

    records = Records(path=tmp_path / "rungs.json")
    for name, runs in {
        "mine": [run(2.0, 90.1), run(4.0, 89.9)],
        "quick": [run(6.0, 90.2), run(9.0, 90.0), run(30.0, 90.1)],
        "late": [run(600.0, 91.0)],
    }.items():
        for each in runs:
            records.add(contestants[name], each)
    return records


def cells(percent, contestants, records):
    from rungs_table import Rung, row

    return row(
        Rung(percent, contestants["mine"], [contestants["late"], contestants["quick"]]), records
    )


def test_a_rung_that_is_reached_has_medians_and_ratios(contestants, records):
    assert cells(90, contestants, records) == [
        "90 %",
        "`fast epochs=1`",
        "90.00 ± 0.14 % (2 seeds)",
        "3.0 s",
        "1.5 s",
        "3.0",
        "quick peer, 2 epochs: 9.0 s (3.0)<br>late peer: 600.0 s (200.0)",
    ]


def test_a_rung_that_is_missed_says_so_and_has_no_ratio(contestants, records):
    row = cells(91, contestants, records)
    assert row[2] == "**missed:** 90.00 ± 0.14 % (2 seeds)"
    assert row[5] == "-"
    assert row[6].startswith("quick peer, 2 epochs: 9.0 s (-)")


def test_a_slow_peer_runs_once_and_hemline_every_seed(contestants, records):
    from dataclasses import replace

    assert not records.is_due(contestants["late"])
    assert not records.is_due(contestants["mine"])
    assert records.is_due(replace(contestants["mine"], rounds=3))


def test_earlier_times_count_only_if_asked_for(contestants, records):
    from records import Records

    again = Records(path=records.path, cached_peers=True)
    assert again.of(contestants["mine"]) == []
    assert len(again.of(contestants["quick"])) == 3
    again.add(contestants["mine"], run(5.0, 90.0))
    assert [each["whole"] for each in json.loads(again.path.read_text())["times"]["mine"]] == [5.0]


def test_a_peer_may_stop_where_its_mean_first_reaches_the_rung():
    from records import epochs_to

    scanned = [{"accuracies": [87.0, 88.2, 89.0]}, {"accuracies": [87.4, 87.8, 90.0]}]
    assert [epochs_to(rung, scanned) for rung in (87, 88, 89.5, 89.6)] == [1, 2, 3, None]
    assert epochs_to(88, []) is None

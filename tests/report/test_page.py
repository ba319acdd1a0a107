"""The report: what it says is what was measured, and it needs nothing but itself."""

import base64
import html
import io
import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from hemline.errors import RunError
from hemline.report import examine, render_report
from hemline.report.words import lead_of

PIXELS = np.full((2, 8, 28, 28), 100, np.uint8)


@pytest.fixture(scope="module")
def page(examined):
    return render_report([examined], [PIXELS])


def pictures(text):
    """Every picture in `text`, decoded."""
    found = re.findall(r'<img src="data:image/png;base64,([^"]*)"', text)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(png)))) for png in found]


def part(text, name):
    """One section of the page."""
    return re.search(rf'<section aria-labelledby="{name}">.*?</section>', text, re.DOTALL)[0]


def test_the_verdict_comes_first_with_its_interval(page, examined):
    accuracy = (examined.predicted == examined.dataset.test.labels).mean()
    heading = html.unescape(re.search(r"<h1>(.*?)</h1>", page)[1])
    assert f"small: {100 * accuracy:.2f}\N{NO-BREAK SPACE}% right" in heading
    low, high = examined.evaluation.interval
    assert f"{100 * low:.2f} to {100 * high:.2f}" in page


def test_every_figure_says_that_the_data_are_drawn(page):
    notes = re.findall(r"<(?:figcaption|p class=\"note\")>(.*?)</(?:fig|p>)", page, re.DOTALL)
    assert len(notes) == 9
    assert all("not Fashion-MNIST" in note for note in notes)
    assert "not Fashion-MNIST" in re.search(r"<title>(.*?)</title>", page)[1]


def test_it_asks_for_nothing_from_outside(pages):
    for path in pages.values():
        text = path.read_text()
        links = re.findall(r'(?:src|href)="([^"]*)"', text)
        assert links
        assert all(link.startswith(("data:", "#")) for link in links)
        assert not re.search(r"@import|url\((?!#)|<script|<link rel=\"stylesheet", text)
        assert path.stat().st_size < 3_000_000


def test_the_first_pictures_are_told_right_or_wrong_by_sign_and_frame(page, examined):
    section, right = part(page, "some"), examined.right[:24]
    assert section.count('<li class="right">') == right.sum()
    assert section.count('<li class="wrong">') == (~right).sum()
    assert section.count("<b>✓") == right.sum()
    assert section.count("<b>✗") == (~right).sum()
    shown = pictures(section)
    assert all((a == b).all() for a, b in zip(shown, examined.dataset.test.pixels, strict=False))
    assert len(shown) == 24


def test_the_worst_mistakes_are_pictures_of_the_test_part_and_wrong(page, examined):
    section = part(page, "worst")
    places = [int(place) for place in re.findall(r"no\. (\d+)", section)]
    assert not examined.right[places].any()
    assert (
        examined.probabilities[places].max(1).min()
        >= np.sort(examined.probabilities[~examined.right].max(1))[-len(places)] - 1e-7
    )
    for place, shown in zip(places, pictures(section), strict=True):
        assert (shown == examined.dataset.test.pixels[place]).all()


def test_the_commonest_confusions_have_examples(page, examined):
    section = html.unescape(part(page, "confusion"))
    actual, predicted, count = examined.evaluation.most_confused(1)[0]
    names = examined.metadata["classes"]
    heading = f"{names[actual]} taken for {names[predicted]}: {count} times"
    assert re.sub(r"</?bdi>", "", re.findall(r"<h3>(.*?)</h3>", section)[0]) == heading
    first = pictures(section)[0]
    places = np.flatnonzero(
        (examined.dataset.test.labels == actual) & (examined.predicted == predicted)
    )
    best = places[examined.probabilities[places].max(1).argmax()]
    assert (first == examined.dataset.test.pixels[best]).all()


def test_the_confusion_matrix_holds_every_count_in_its_place(page, examined):
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', part(page, "confusion"))
    assert [html.unescape(name) for name, _ in rows] == list(examined.dataset.classes)
    cells = [re.findall(r"<td[^>]*>(\d*)</td>", row) for _, row in rows]
    counts = np.array([[int(count or 0) for count in row] for row in cells])
    assert (counts == examined.evaluation.confusion).all()


def test_the_means_over_classes_stand_beside_the_accuracy(page, examined):
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page))
    for name, mean, (low, high) in (
        (
            "Balanced accuracy",
            examined.evaluation.balanced_accuracy,
            examined.evaluation.balanced_accuracy_interval,
        ),
        ("Macro F1", examined.evaluation.macro_f1, examined.evaluation.macro_f1_interval),
    ):
        assert facts[name].startswith(f"{100 * mean:.2f}")
        assert f"<small>{100 * low:.2f} to {100 * high:.2f}</small>" in facts[name]


def test_every_class_has_its_figures_the_hardest_first(page, examined):
    rows = re.findall(r'<tr><th scope="row">(.*?)<span.*?</tr>', part(page, "classes"), re.DOTALL)
    hardest = sorted(examined.evaluation.per_class, key=lambda row: row.f1)
    assert [html.unescape(name) for name in rows] == [row.name for row in hardest]
    low, _ = hardest[0].recall_interval
    assert f"{100 * hardest[0].recall:.2f}<small>{100 * low:.1f} to" in part(page, "classes")


def test_layers_recipe_and_machine_are_told(page, examined):
    layers, making = part(page, "layers"), part(page, "making")
    assert layers.count("<tr>") - 2 == len(examined.metadata["layers"])
    assert "101,770" in layers
    for key, value in (("batch_size", "32"), ("optimiser", "adam"), ("Seed", "0")):
        assert re.search(rf"<dt>{key}</dt><dd>{value}</dd>", making)
    assert examined.environment["versions"]["torch"] in making
    assert examined.metadata["data"]["sha256"] in making


def test_curves_show_the_epoch_kept_and_share_their_axis(pages):
    section = part(pages["two"].read_text(), "training")
    assert section.count("epoch 2 kept</text>") == 4
    charts = re.findall(r"<svg.*?</svg>", section, re.DOTALL)
    scales = [re.findall(r"end[^>]*>([\d.]+)</text>", chart) for chart in charts]
    assert scales[0] == scales[2] != scales[1] == scales[3]


def test_colours_are_left_to_the_page(page):
    for chart in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        assert set(re.findall(r"(?:fill|stroke): (#\w+)", chart)) == set()
        assert "var(--ink)" in chart


def test_the_matrix_says_in_words_what_is_confused_most(page, examined):
    actual, predicted, count = examined.evaluation.most_confused(1)[0]
    names = examined.metadata["classes"]
    mistake = f"{names[actual]} is taken for {names[predicted]}: {count} times."
    assert mistake in html.unescape(part(page, "confusion"))


def test_every_chart_says_in_words_what_it_shows(page, examined):
    said = [html.unescape(label) for label in re.findall(r'role="img" aria-label="(.*?)"', page)]
    assert len(set(said)) == 4  # three charts, and the augmented pictures
    (loss,) = (words for words in said if words.startswith("Loss"))
    assert f"training from {examined.epochs[0]['loss']:.4f}" in loss
    assert "validation" not in loss  # this run has none


@pytest.mark.parametrize(("shares", "decided"), [((0.9, 0.6), True), ((0.9, 0.899), False)])
def test_the_better_run_leads_only_where_chance_does_not_explain_it(examined, shares, decided):
    labels = examined.dataset.test.labels

    def answering(name, share, step):
        right = (np.arange(len(labels)) < share * len(labels))[::step]
        named = np.where(right, labels, (labels + 1) % 10)
        return replace(examined, name=name, probabilities=np.eye(10, dtype=np.float32)[named])

    runs = [answering("worse", shares[1], -1), answering("better", shares[0], 1)]
    lead = lead_of(runs)
    assert (lead.best, lead.next, lead.decided) == ("better", "worse", decided)
    assert lead.gain == pytest.approx(shares[0] - shares[1], abs=2 / len(examined.right))
    heading = re.search(r"<h1>(.*?)</h1>", render_report(runs, [None, None]))[1]
    assert ("points ahead of worse" if decided else "no more than chance") in heading


def test_two_runs_are_compared_on_the_same_pictures(pages, small_run, conv_run, sketches):
    one, two = (examine(result.run.folder, sketches) for result in (small_run, conv_run))
    difference = 100 * (two.right.mean() - one.right.mean())
    verdict = part(pages["two"].read_text(), "verdict")
    assert f"{difference:+.2f} (".replace("-", "\N{MINUS SIGN}") in verdict
    assert [*re.findall(r'<th scope="row".*?>(.*?)</th>', verdict)] == ["small", "conv"]


def test_a_model_file_alone_has_a_page_without_curves(small_run, sketches):
    alone = examine(small_run.run.model, sketches)
    text = render_report([alone], [None])
    assert "A model file alone" in part(text, "training")
    assert "<svg" not in part(text, "training")
    assert "no augmentation" in part(text, "augmentation")


def test_augmented_pictures_stand_beside_the_originals(pages, sketches):
    shown = pictures(part(pages["one"].read_text(), "augmentation"))
    assert len(shown) == 6 * 8
    for row in range(6):
        original, *changed = shown[8 * row : 8 * row + 8]
        assert (sketches.train.pixels == original).all((1, 2)).any()
        assert any((original != picture).any() for picture in changed)


def test_a_damaged_run_folder_is_one_sentence(small_run, sketches, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(small_run.run.folder, folder)
    (folder / "metrics.jsonl").write_text("{broken")
    with pytest.raises(RunError, match=r"^Expected a whole run folder, received .*run"):
        examine(folder, sketches)


def test_the_command_writes_into_the_run_and_answers_in_json(inside, conv_run, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(conv_run.run.folder, folder)
    done = inside("report", folder, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["report"] == str(folder / "report.html")
    assert "not Fashion-MNIST" in document["runs"][0]["data"]  # --data is found by itself
    assert (folder / "report.html").read_text().startswith("<!doctype html>")


def test_runs_on_different_data_are_not_compared_unasked(inside, small_run):
    done = inside("report", small_run.run.folder, "accurate")
    assert done.returncode == 2
    assert done.stderr.startswith("hemline: Expected runs trained on the same data")

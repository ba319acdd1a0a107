"""Put the model file of a run into the package, with its model card.

    python benchmarks/ship.py RUN

The card's figures are those of this very file on the test part; the mean over seeds is read from
results/accuracy-RECIPE.md, if it is there. Needs HEMLINE_DATA.
"""

import argparse
import json
from pathlib import Path

from common import ROOT

from hemline import Classifier, Evaluation, evaluate, models, open_dataset
from hemline.files import write_whole

CARD = """\
---
license: mit
library_name: onnxruntime
pipeline_tag: image-classification
tags: [fashion-mnist, onnx, garments]
datasets: [zalando-datasets/fashion_mnist]
metrics: [accuracy]
model-index:
  - name: hemline-{name}
    results:
      - task: {{type: image-classification}}
        dataset: {{type: zalando-datasets/fashion_mnist, name: Fashion-MNIST, split: test}}
        metrics:
          - {{type: accuracy, value: {accuracy:.4f}}}
---

# {name}

{description}. {parameters:,} parameters, {size:.1f} MB, one ONNX file.

- In: `pixels`, uint8 `(n, {shape})`, 0 for background, 255 for the brightest garment. Scaling
  is inside the file.{enlarged}
- Out: `probabilities` and `logits`, float32 `(n, 10)`: {classes}; and `ood_score`, float32 `(n,)`:
  how unlike the training pictures a picture is (out-of-distribution score). Above
  {threshold:.3f} a picture is none of the ten.

## How to use it

```python
from hemline import Classifier, open_dataset

pixels = open_dataset().test.pixels[:3]  # uint8 (n, 28, 28)
Classifier.load("{name}").predict(pixels)
```

With ONNX Runtime alone, from Python or JavaScript: [the model file](../../../docs/model-file.md).

## Figures

On the 10,000 test pictures of Fashion-MNIST, none of which took part in training:

| | |
| --- | ---: |
| accuracy | {percent:.2f} % (95 %: {low:.2f} to {high:.2f}) |
| loss | {nll:.4f} nats |
| Brier score | {brier:.4f} |
| expected calibration error | {ece:.2f} % |

{seeds}

| class | precision | recall |
| --- | ---: | ---: |
{per_class}

## How it was made

Recipe [`{name}`](../recipes/{name}.toml), seed {seed}, {minutes:.0f} minutes of training
on {device} (threads: {threads}, {precision}), with {versions}. Trained on the training part of
Fashion-MNIST (SHA-256 of pixels and labels {checksum}).{photographs}{kept_back}

<!-- not run: trains for minutes -->
```sh
hemline train {name} --seed {seed}{option} --out runs/{name}
hemline evaluate runs/{name}
```

Another processor or other versions give other weights of the same quality.

## Limitations

It knows ten kinds of garments, one at a time on a black background, at {size_in} pixels. Anything
else gets probabilities for these ten as well: look at `ood_score` first.
"""


ENLARGED = """
  Cut-outs that are smaller and grey are enlarged, except by ONNX Runtime alone."""


def main() -> None:
    """Copy the file and write its card."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    run = parser.parse_args().run
    classifier = Classifier.load(run)
    test = open_dataset().test
    evaluation = evaluate(classifier, test.pixels, test.labels)
    name = classifier.metadata["recipe"]["name"]
    folder = Path(models.__file__).parent
    write_whole(folder / f"{name}.onnx", classifier.path.read_bytes())
    write_whole(folder / f"{name}.md", card(name, run, classifier, evaluation))
    print(folder / f"{name}.md")


def card(name: str, run: Path, classifier: Classifier, evaluation: Evaluation) -> str:
    """The model card as Markdown."""
    facts, environment = classifier.metadata, json.loads((run / "environment.json").read_text())
    epochs = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    description = facts["recipe"]["description"]
    low, high = (100 * bound for bound in evaluation.interval)
    form = classifier.form
    return CARD.format(
        name=name,
        accuracy=evaluation.accuracy,
        shape=", ".join(map(str, form.shape)),
        size_in=form.size,
        enlarged="" if form.shape == (28, 28) else ENLARGED,
        description=description[0].upper() + description[1:],
        parameters=facts["parameters"],
        size=classifier.path.stat().st_size / 1e6,
        classes=", ".join(facts["classes"]),
        percent=100 * evaluation.accuracy,
        low=low,
        high=high,
        nll=evaluation.nll,
        brier=evaluation.brier,
        ece=100 * evaluation.ece,
        seeds=over_seeds(name),
        per_class="\n".join(
            f"| {row.name} | {100 * row.precision:.1f} % | {100 * row.recall:.1f} % |"
            for row in evaluation.per_class
        ),
        seed=facts["seed"],
        minutes=sum(epoch["seconds"] for epoch in epochs) / 60,
        device=environment["device"],
        threads=environment["threads"],
        precision=environment["precision"],
        versions=", ".join(f"{key} {value}" for key, value in facts["versions"].items()),
        checksum=facts["data"]["sha256"],
        threshold=facts["out_of_distribution"]["threshold"],
        photographs=photographs(facts),
        option=" --photos DIR" if "photographs" in facts["data"] else "",
        kept_back=kept_back(facts),
    )


def over_seeds(name: str) -> str:
    """The sentence of the accuracy benchmark on this recipe."""
    result = ROOT / "results" / f"accuracy-{name}.md"
    lines = result.read_text().splitlines() if result.exists() else []
    found = next((line for line in lines if "±" in line), None)
    return f"The recipe gives {found}" if found else "Other seeds have not been measured."


def photographs(facts: dict) -> str:
    """What else it was trained on, if anything."""
    found = facts["data"].get("photographs")
    if not found:
        return ""
    return (
        f" Also on {found['n']:,} photographs of clothes of ten kinds, from the public "
        f"clothing-dataset-small (CC0), brought to the same form (SHA-256 {found['sha256']})."
    )


def kept_back(facts: dict) -> str:
    """What the validation part was for, where there was one."""
    if not facts["recipe"]["calibrate"]:
        return ""
    return (
        f" {facts['recipe']['validation']:.0%} of it was held out to calibrate the probabilities."
    )


if __name__ == "__main__":
    main()

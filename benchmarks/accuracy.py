"""Test accuracy of a recipe: the mean over several seeds with its standard deviation.

    python benchmarks/accuracy.py [RECIPE] [--seeds 5]

The last epoch counts, whatever its accuracy; no seed is left out. Needs HEMLINE_DATA.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from common import write_result

from hemline import Classifier, evaluate, load_recipe, open_dataset, train


def main() -> None:
    """Train every seed and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", nargs="?", default="seed")
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    recipe, dataset = load_recipe(arguments.recipe), open_dataset()
    rows = ["| seed | parameters | test accuracy | 95 % interval | training |"]
    rows.append("| ---: | ---: | ---: | ---: | ---: |")
    accuracies = []
    for seed in range(arguments.seeds):
        with tempfile.TemporaryDirectory() as folder:
            result = train(recipe, dataset, folder=Path(folder) / "run", seed=seed)
            classifier = Classifier.load(result.run.model)
            figures = evaluate(classifier, dataset.test.pixels, dataset.test.labels)
        accuracies.append(100 * figures.accuracy)
        low, high = (100 * bound for bound in figures.interval)
        rows.append(
            f"| {seed} | {result.parameters:,} | {accuracies[-1]:.2f} % "
            f"| {low:.2f} to {high:.2f} | {result.seconds['training']:.1f} s |"
        )
    mean, deviation = statistics.mean(accuracies), statistics.stdev(accuracies)
    summary = f"{mean:.2f} ± {deviation:.2f} % over {len(accuracies)} seeds, on {dataset.name}."
    table = "\n".join(rows)
    write_result(f"accuracy-{recipe.name}", f"{table}\n\n{summary}")


if __name__ == "__main__":
    main()

"""Test accuracy of a recipe: the mean over several seeds with its standard deviation.

    python benchmarks/accuracy.py [RECIPE] [--seeds 5] [--kept]

The last epoch counts, whatever its accuracy, unless the recipe keeps the best by validation; no
seed is left out. Needs HEMLINE_DATA.
"""

import statistics

from common import command_line, write_result
from trainings import judged, older

from hemline import load_recipe


def main() -> None:
    """Train every seed and print the table."""
    parser = command_line(__doc__)
    parser.add_argument("recipe", nargs="?", default="seed")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--kept", action="store_true", help="count trainings of earlier stages")
    arguments = parser.parse_args()
    recipe = load_recipe(arguments.recipe)
    rows = ["| seed | parameters | test accuracy | 95 % interval | training |"]
    rows.append("| ---: | ---: | ---: | ---: | ---: |")
    runs = []
    for seed in range(arguments.seeds):
        run = judged(recipe, seed, kept=arguments.kept)
        runs.append(run)
        low, high = run["interval"]
        rows.append(
            f"| {seed} | {run['parameters']:,} | {run['accuracy']:.2f} % "
            f"| {low:.2f} to {high:.2f} | {run['seconds']:.1f} s |"
        )
    accuracies = [run["accuracy"] for run in runs]
    mean, deviation = statistics.mean(accuracies), statistics.stdev(accuracies)
    summary = f"{mean:.2f} ± {deviation:.2f} % over {len(runs)} seeds, on {runs[0]['data']}."
    table = "\n".join(rows)
    write_result(f"accuracy-{recipe.name}", f"{table}\n\n{summary}{older(runs)}")


if __name__ == "__main__":
    main()

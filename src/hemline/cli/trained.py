"""What `hemline train` tells of what it has trained."""

import shlex
import statistics
import time
from typing import TYPE_CHECKING, Any

from hemline.cli.common import console, percent, print_json, program_name

if TYPE_CHECKING:
    from hemline.training import TrainingResult

_STARTED = time.perf_counter()


def tell(results: "list[TrainingResult]", option: str, *, as_json: bool) -> None:
    """What came of one training, or of several that differ by their seeds alone."""
    if len(results) == 1:
        _tell_one(results[0], option, as_json=as_json)
        return
    kind, shares = _accuracies(results)
    mean, deviation = statistics.mean(shares), statistics.stdev(shares)
    if as_json:
        spread = {"mean": mean, "standard_deviation": deviation, "of": f"{kind}_accuracy"}
        print_json({"seeds": [_describe(result) for result in results], **spread})
        return
    folders = " ".join(shlex.quote(str(result.run.folder)) for result in results)
    console().print(
        f"\nTrained {len(results)} times, with seeds {results[0].seed} to {results[-1].seed}.\n"
        f"{kind.capitalize()} accuracy {100 * mean:.2f} ± {100 * deviation:.2f} % "
        f"on {results[0].epochs[-1].data}: {', '.join(map(percent, shares))}.\n"
        f"Next: {program_name()} report {folders}{option}"
    )


def _tell_one(result: "TrainingResult", option: str, *, as_json: bool) -> None:
    if as_json:
        whole = result.seconds | {"total": time.perf_counter() - _STARTED}
        print_json(_describe(result) | {"seconds": whole})
    else:
        _print(result, option)


def _accuracies(results: "list[TrainingResult]") -> tuple[str, list[float]]:
    kept = [result.epochs[result.kept - 1] for result in results]
    judged = [each.validation_accuracy for each in kept if each.validation_accuracy is not None]
    return ("validation", judged) if judged else ("training", [each.accuracy for each in kept])


def _describe(result: "TrainingResult") -> dict[str, Any]:
    kept = result.epochs[result.kept - 1]
    return {
        "recipe": result.recipe.name,
        "seed": result.seed,
        "parameters": result.parameters,
        "epochs": len(result.epochs),
        "steps_per_epoch": result.steps_per_epoch,
        **kept.of_model(),
        "data": kept.data,
        "seconds": result.seconds,
        "run": str(result.run.folder),
        "model": str(result.run.model),
    }


def _print(result: "TrainingResult", option: str) -> None:
    kept, seconds = result.epochs[result.kept - 1], result.seconds
    chosen = f" Kept epoch {kept.epoch}." if result.recipe.restore_best_weights else ""
    accuracy = kept.accuracy if kept.validation_accuracy is None else kept.validation_accuracy
    kind = "Training" if kept.validation_accuracy is None else "Validation"
    console().print(
        f"\nTrained {result.parameters:,} parameters in {seconds['training']:.1f} s.{chosen}\n"
        f"{kind} accuracy {percent(accuracy)} on {kept.data}.\n"
        f"Model file: {result.run.model}\n"
        f"Next: {program_name()} evaluate {result.run.folder}{option}"
    )

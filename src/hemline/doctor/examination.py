"""The examination: from a target to the causes of what is wrong with it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hemline.doctor.asking import ask
from hemline.doctor.budget import SECONDS, Budget
from hemline.doctor.case import Case, describe_figures
from hemline.doctor.checks import (
    PLAIN_CHECKS,
    SHAPE_CHECKS,
    WORKING_CHECKS,
    Check,
    Finding,
)
from hemline.doctor.diagnosis import Diagnosis
from hemline.doctor.inputs.scalings import RAW
from hemline.doctor.material import Material, open_material
from hemline.doctor.probing import probe
from hemline.doctor.replies.stated import read_stated
from hemline.doctor.replies.unpacking import UnreadableError
from hemline.doctor.search.contract import others_alike
from hemline.doctor.search.edges import settle_edges
from hemline.doctor.search.repairing import find_repairs
from hemline.doctor.targets import RefusedError, Target, intake_of, open_target
from hemline.errors import HemlineError, TargetError

_BLUE_FIRST = " bgr"  # behind a scale: channels in the order of OpenCV
# What is wrong with the same probabilities, or with the same unrest, is one finding: the first.
_BRINGS = {
    "double-softmax": {"miscalibration"},
    "from-logits-loss": {"miscalibration"},
    "over-fitting": {"miscalibration"},
    "class-never-learned": {"miscalibration"},
    "scrambled-pictures": {"miscalibration", "from-logits-loss"},
    "nondeterministic": {"batch-dependence"},
    "integer-overflow": {"label-order"},
}
# Repaired and judged as if mended, so what is found after them is there besides them.
_SHAKY = {"nondeterministic", "batch-dependence", "class-count"}


def diagnose(
    predict: Callable[[Any], Any] | str | Path,
    data: Any = None,
    *,
    wants: str | None = None,
    reported: Mapping[str, float | str] | None = None,
    against: Callable[[Any], Any] | str | Path | None = None,
    limit: float = 30.0,
    budget: float = SECONDS,
) -> Diagnosis:
    """Find what is wrong in a classification pipeline, from outside.

    Args:
        predict: a callable, pictures in, whatever comes out; it runs in this process. Or what
            `hemline doctor` takes: a run folder, a model file, `module:function`, a URL.
        data: a `Dataset`, a `Split`, (pictures, labels), whatever `open_dataset` opens, or None
            for what it finds by itself; or a function that opens one of these with the intake of
            the target (None where it has none). Classes and form are those of the data; labels
            may be numbers or names.
        wants: the scale that the pipeline wants by design, `0..1` say, and with ` bgr` behind it
            the channels from blue to red; left out, a callable that takes raw pixels is held to
            them.
        reported: figures that its maker states: accuracy or test_accuracy, train_accuracy,
            validation_accuracy (with validation_n), loss; as numbers or text, also in percent.
        against: another form of the same model, to compare with.
        limit: seconds for each answer of anything but a callable.
        budget: seconds for the whole, by which everything is sized; what was left out is noted.

    Raises:
        TargetError: the target cannot be examined.
        DataError: the pictures cannot be read.
    """
    stated = read_stated(reported)
    target = open_target(predict, limit)
    try:
        material = open_material(data, intake_of(target))
        return _diagnose(target, material, wants, stated, against, limit, Budget(budget))
    except (RefusedError, UnreadableError) as error:
        raise TargetError(
            f"Expected {target.name} to answer to pictures as it did to the first, received "
            f"another kind of answer ({error}); call it with more of them to see."
        ) from error
    finally:
        target.close()


def _diagnose(
    target: Target,
    material: Material,
    wants: str | None,
    stated: Mapping[str, float],
    against: Any,
    limit: float,
    budget: Budget,
) -> Diagnosis:
    if len(material.test) < 20:
        raise HemlineError(
            f"Expected at least 20 labelled pictures, received {len(material.test)}; give more."
        )
    target.meet(material.form, material.vocabulary)
    wanted = _wanted(wants, material)
    reading = probe(target, material.test.pixels, wanted)
    material = material.with_classes(reading.classes or 0)
    target.vocabulary = replace(target.vocabulary, classes=material.vocabulary.classes)
    reading = settle_edges(reading, target, material)
    case = Case(target, material, reading, stated, budget)
    fault = case.reading.fault
    if fault is not None and not fault.shape:
        raise TargetError(
            f"Expected {target.name} to give numbers or class names for pictures, received "
            f"{fault}; return one row of scores for each picture."
        )
    findings, fine = _run(SHAPE_CHECKS, case)
    if case.reading.fault is not None:
        findings = findings[:1]
        return _diagnosis(case, findings, fine)
    if not _ended(findings):
        more, well = _run(PLAIN_CHECKS, case)
        findings, fine = findings + more, fine + well
    if _ended(findings):
        return _diagnosis(case, findings[:1] if len(findings) > 1 else findings, fine)
    case.steady = not findings
    case.repairs = find_repairs(case)
    if against is not None:
        _compare_with(case, against, wanted, limit)
    more, well = _run(_later(findings), case)
    return _diagnosis(case, _explained(case, findings + more), fine + well)


def _run(checks: Iterable[Check], case: Case) -> tuple[list[Finding], list[str]]:
    """Findings and what was fine; the first finding that ends the examination is the last."""
    findings, fine = [], []
    for check in checks:
        if not check.applies(case):
            continue
        if check.costly and not case.budget.left:
            case.budget.skip(check.name)
            continue
        finding = check.examine(case)
        if finding is None:
            fine.append(check.name)
            continue
        findings.append(finding)
        if check.ends or finding.final:
            break
    return findings, fine


def _ended(findings: list[Finding]) -> bool:
    ending = {check.name for check in (*SHAPE_CHECKS, *PLAIN_CHECKS) if check.ends}
    return any(finding.check in ending for finding in findings)


def _later(findings: list[Finding]) -> list[Check]:
    """Checks that still mean something after what was found."""
    shaky = any(finding.check in _SHAKY for finding in findings)
    data = any(finding.check == "wrong-data" for finding in findings)
    if data:
        return []
    # What answers at random, or by its company, has symptoms of every kind.
    skipped = {"wrong-softmax", "from-logits-loss", "double-softmax"} if shaky else set()
    skipped |= {"unscaled-input", "scaled-twice", "other-normalisation"} if shaky else set()
    skipped |= {"exif-orientation", "transparency"} if shaky else set()
    skipped |= {"truncated-input", "integer-overflow"} if shaky else set()
    return [
        check
        for check in WORKING_CHECKS
        if not (shaky and (check.symptom or check.name in skipped))
    ]


def _explained(case: Case, findings: list[Finding]) -> list[Finding]:
    """Let the root cause say which symptoms go away with it."""
    findings = _without_brought(findings)
    if not findings or case.best == case.contract:
        return findings
    symptoms = [check for check in WORKING_CHECKS if check.symptom]
    before = {finding.check for finding in _run(symptoms, case.as_received())[0]}
    gone = tuple(sorted(before - {finding.check for finding in findings}))
    first = replace(findings[0], explains=tuple(sorted({*findings[0].explains, *gone})))
    return [first, *findings[1:]]


def _without_brought(findings: list[Finding]) -> list[Finding]:
    """Fold what one finding brings about into its `explains`."""
    first = {finding.check: finding for finding in reversed(findings)}  # some have two checks
    findings = [finding for finding in findings if finding is first[finding.check]]
    names = {finding.check for finding in findings}
    brought = {name for check in names for name in _BRINGS.get(check, set())} & names
    return [
        replace(finding, explains=tuple(sorted(_BRINGS.get(finding.check, set()) & brought)))
        for finding in findings
        if finding.check not in brought
    ]


def _diagnosis(case: Case, findings: list[Finding], fine: list[str]) -> Diagnosis:
    ordered = [*findings[:1], *sorted(findings[1:], key=lambda finding: -finding.severity)]
    found = {finding.check for finding in findings}
    answered = case.reading.fault is None
    return Diagnosis(
        target=case.target.name,
        kind="run" if case.target.facts.get("run") else case.target.kind,
        data=case.material.name,
        wants=str(case.contract),
        gives=case.answers(case.contract, case.search).form if answered else "nothing readable",
        findings=tuple(ordered),
        healthy=tuple(dict.fromkeys(name for name in fine if name not in found)),
        accuracy=_accuracy(case) if answered else None,
        linear=None if findings else case.baseline.test,
        notes=tuple(_notes(case)) if answered else (),
        case=case,
    )


def _accuracy(case: Case) -> dict[str, Any]:
    return describe_figures(*case.counted) | {"left_out": case.left_out}


def _notes(case: Case) -> list[str]:
    notes = []
    if not case.reading.promised and case.contract.scaling != RAW:
        others = ", ".join(others_alike(case) if case.best == case.contract else [])
        notes.append(
            f"It wants {case.contract.scaling.name}: whoever calls it has to do this "
            f"({case.contract.scaling.formula})."
            + (f" These pictures do not tell that from {others}." if others else "")
        )
    form, target = case.contract, case.target
    if form.layout.order == "resized":
        edges = "x".join(map(str, case.material.form.shape))
        notes.append(f"It wants {form.layout.name}: pictures were resized from {edges}.")
    if target.at_most is not None:
        count = "one picture" if target.at_most == 1 else f"{target.at_most} pictures"
        notes.append(f"It refuses more pictures at once: it was asked in parts of {count}.")
    if left_out := case.budget.left_out:
        notes.append(
            f"Left out, as {case.budget.seconds:g} seconds were not enough: {', '.join(left_out)}."
        )
    return list(dict.fromkeys(notes + case.remarks))


def _compare_with(case: Case, against: Any, wanted: Mapping[str, Any], limit: float) -> None:
    other = open_target(against, limit)
    try:
        other.meet(case.material.form, case.material.vocabulary)
        reading = probe(other, case.material.test.pixels, wanted)
        second = Case(other, case.material, settle_edges(reading, other, case.material))
        find_repairs(second)
        case.against = ask(other, second.contract, case.confirm.pixels)
        case.against_name = other.name
    finally:
        other.close()


def _wanted(wants: str | None, material: Material) -> dict[str, Any]:
    """What an input form has to have, by the user's own words."""
    if wants is None:
        return {}
    known = {scaling.name: scaling for scaling in material.scalings}
    name = wants.removesuffix(_BLUE_FIRST) if material.form.channels > 1 else wants
    if name not in known:
        raise HemlineError(
            f"Expected wants to be one of {', '.join(map(repr, known))}, received {wants!r}; "
            "leave it out to have it found by trying."
        )
    return {"scaling": known[name], "channels": "rgb" if name == wants else "bgr"}

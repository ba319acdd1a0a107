"""`hemline doctor`: what is wrong with a pipeline, and how to mend it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hemline.cli.common import JsonOption, console, percent, print_json, writing
from hemline.cli.opening import DataArguments, takes_data
from hemline.errors import TargetError

if TYPE_CHECKING:
    from rich.console import Console

    from hemline.data import Dataset
    from hemline.doctor import Diagnosis, Finding
    from hemline.photos import Intake

_WIDTH = 80


@takes_data
def command(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="TARGET",
            help="Run folder, .onnx, .keras or .tflite file, module:function, or URL.",
        ),
    ] = None,
    *,
    data: DataArguments,
    against: Annotated[
        str | None,
        typer.Option(metavar="TARGET", help="Another form of the same model, to compare with."),
    ] = None,
    wants: Annotated[
        str | None,
        typer.Option(
            metavar="SCALE",
            help="The scale it wants by design: 0..255, 0..1, -1..1; '0..1 bgr' for blue first.",
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with pictures, too.")
    ] = None,
    limit: Annotated[
        float, typer.Option(min=0.1, help="Seconds for opening, and for each answer.")
    ] = 30.0,
    budget: Annotated[
        float, typer.Option(min=1.0, help="Seconds for the whole; what is left out is said.")
    ] = 10.0,
    listing: Annotated[
        bool, typer.Option("--list", help="Say what is looked for, and what cannot be told.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Find what is wrong in any pipeline that classifies pictures.

    Exit code 0: healthy; 1: findings; 2: could not be examined.

    Example: hemline doctor runs/seed-0
    """
    from hemline.doctor import diagnose

    if listing:
        _print_checks(as_json=as_json)
        return
    if target is None:
        raise TargetError(
            "Expected a TARGET after hemline doctor, received none; name a run folder, a model "
            "file, module:function or a URL, or give --list to see what is looked for."
        )

    def opened(intake: "Intake | None") -> "Dataset":
        return data.open(intake=intake, quiet=as_json)

    diagnosis = diagnose(target, opened, wants=wants, against=against, limit=limit, budget=budget)
    if html is not None:
        _write(diagnosis, html)
    if as_json:
        print_json(diagnosis.as_dict())
    else:
        _print(diagnosis, html)
    raise typer.Exit(int(not diagnosis.is_healthy))


def _print_checks(*, as_json: bool) -> None:
    from hemline.doctor import list_checks

    if as_json:
        print_json({"checks": list_checks()})
        return
    out = console()
    out.soft_wrap, out.width = False, min(_WIDTH, out.width)
    for check in list_checks():
        out.print(check["check"], style="bold")
        rows = [("", check["question"])]
        if check["cannot_tell_from"]:
            rows.append(("", f"Looks the same: {check['cannot_tell_from']}."))
        _print_rows(out, rows)


def _write(diagnosis: "Diagnosis", path: Path) -> None:
    from hemline.doctor.page import write_page

    with writing(path):
        write_page(diagnosis, path)


def _print(diagnosis: "Diagnosis", html: Path | None) -> None:
    out = console()
    out.soft_wrap, out.width = False, min(_WIDTH, out.width)
    out.print(diagnosis.verdict, style="bold")
    out.print()
    _print_facts(out, diagnosis)
    for finding in diagnosis.findings:
        out.print()
        _print_finding(out, finding)
    if diagnosis.fine:
        out.print()
        out.print(f"Fine: {'; '.join(diagnosis.fine)}.")
    if html is not None:
        out.print(f"\nPage with pictures: {html}")


def _print_facts(out: "Console", diagnosis: "Diagnosis") -> None:
    rows = [
        ("Target", f"{diagnosis.target} ({diagnosis.kind})"),
        ("Data", diagnosis.data),
        ("Wants", diagnosis.wants),
        ("Gives", diagnosis.gives),
    ]
    if diagnosis.accuracy is not None:
        low, high = (100 * bound for bound in diagnosis.accuracy["interval"])
        share = percent(diagnosis.accuracy["accuracy"])
        pictures = f"{diagnosis.accuracy['n']:,} test pictures of {diagnosis.data}"
        if diagnosis.accuracy["left_out"]:
            pictures += f" ({diagnosis.accuracy['left_out']})"
        rows.append(("Accuracy", f"{share} (95 %: {low:.2f} to {high:.2f}) on {pictures}"))
    _print_rows(out, rows + [("Note", note) for note in diagnosis.notes])


def _print_finding(out: "Console", finding: "Finding") -> None:
    out.print(
        f"{finding.check}  ({finding.certainty}, severity {finding.severity:.2f})", style="bold red"
    )
    rows = [
        ("Evidence", finding.evidence),
        ("Cause", finding.cause),
        ("Mend", finding.mend),
    ]
    if finding.runner_up:
        rows.append(("Or", finding.runner_up))
    if finding.explains:
        rows.append(("Explains", ", ".join(finding.explains)))
    _print_rows(out, rows)


def _print_rows(out: "Console", rows: list[tuple[str, str]]) -> None:
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", width=8)
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*row)
    out.print(table)

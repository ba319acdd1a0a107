"""Answers to pictures: as rows of a document, as a table, and one by one."""

from typing import TYPE_CHECKING, Any

from hemline.cli.common import console, percent, plain_table

if TYPE_CHECKING:
    from hemline.classifier import Answers

Row = dict[str, Any]
NONE = "none of these"


def make_rows(
    answers: "Answers", threshold: float, names: list[dict[str, Any]], top: int
) -> list[Row]:
    """One row a picture: its name, the likeliest class, and the `top` likeliest.

    Args:
        answers: of the model.
        threshold: of the foreign score; above it a picture is none of the classes, and the
            likeliest is what comes closest.
        names: what else each row holds.
        top: classes to list.
    """
    from hemline.labels import CLASSES

    rows = []
    for name, row, foreign in zip(names, *answers, strict=True):
        best = [
            {"label": int(label), "class": CLASSES[label], "probability": float(row[label])}
            for label in (-row).argsort(kind="stable")[:top]
        ]
        strange = {"none_of_these": bool(foreign > threshold), "foreign": float(foreign)}
        rows.append({**name, **best[0], **strange, "top": best})
    return rows


def print_rows(rows: list[Row]) -> None:
    """A table; for a single picture more of what came close."""
    if not rows:
        return
    if len(rows) == 1:
        _print_one(rows[0])
        return
    actual = any("actual" in row for row in rows)
    table = plain_table("Picture", "Predicted", "Probability", *(["Actual", ""] if actual else []))
    table.columns[0].no_wrap, table.columns[0].overflow = False, "fold"  # paths stay whole
    table.columns[2].justify = "right"
    for row in rows:
        cells = [_name(row), said(row), percent(row["probability"])]
        if actual:
            cells += [row["actual"]["class"], "" if _agrees(row) else "wrong"]
        table.add_row(*cells)
    console().print(table)


def _print_one(row: Row) -> None:
    out = console()
    out.print(_name(row))
    if row["none_of_these"]:
        out.print(f"  Predicted  [bold]{NONE}[/bold]; closest: {row['class']}")
    else:
        out.print(f"  Predicted  [bold]{row['class']}[/bold] (label {row['label']})")
    if "actual" in row:
        verdict = "they agree" if _agrees(row) else "they differ"
        out.print(
            f"  Actual     {row['actual']['class']} (label {row['actual']['label']}): {verdict}"
        )
    for entry in row["top"]:
        bar = "█" * round(30 * entry["probability"])
        out.print(f"  {percent(entry['probability']):>10}  {entry['class']:<12} {bar}")


def said(row: Row) -> str:
    """The class, or that it is none of them and which comes closest."""
    return f"{NONE} ({row['class']}?)" if row["none_of_these"] else str(row["class"])


def _name(row: Row) -> str:
    from rich.markup import escape

    # Square brackets are marks to rich, and file names may hold them.
    return escape(row["file"] if "file" in row else f"Test picture {row['index']} of {row['data']}")


def _agrees(row: Row) -> bool:
    return bool(row["label"] == row["actual"]["label"])

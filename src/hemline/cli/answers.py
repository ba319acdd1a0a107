"""Answers to pictures: as rows of a document, as a table, and one by one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hemline.cli.common import console, percent, plain_table
from hemline.printing import printable_lines

if TYPE_CHECKING:
    from rich.text import Text

    from hemline.classifier import Answers, Classifier
    from hemline.several import Garment

Row = dict[str, Any]
NONE = "none of these"
_BAR = 30  # characters


def make_rows(
    answers: "Answers",
    classifier: "Classifier",
    names: Sequence[Row],
    top: int,
    garments: Sequence[Sequence["Garment"]] = (),
) -> list[Row]:
    """One row a picture: its name, the likeliest class, and the `top` likeliest.

    Args:
        answers: of the model.
        classifier: the model; a picture whose out-of-distribution score is above its threshold is
            none of its classes, and the likeliest is what comes closest.
        names: what else each row holds.
        top: classes to list, at most all.
        garments: in each picture, where there are several.
    """
    classes, rows = classifier.classes_, []
    several = garments or [()] * len(names)
    for name, row, score, found in zip(names, *answers, several, strict=True):
        best = [
            {"label": int(label), "class": str(classes[label]), "probability": float(row[label])}
            for label in (-row).argsort(kind="stable")[:top]
        ]
        strange = {"none_of_these": bool(score > classifier.threshold), "ood_score": float(score)}
        told = {"garments": [_described(garment) for garment in found]} if found else {}
        rows.append({**name, **best[0], **strange, **told, "top": best})
    return rows


def _described(garment: "Garment") -> Row:
    label, name, probability = garment
    return {"label": label, "class": name, "probability": probability}


def print_rows(rows: list[Row]) -> None:
    """A table; for a single picture more of what came close."""
    if not rows:
        return
    if len(rows) == 1:
        _print_one(rows[0])
        return
    actual = any("actual" in row for row in rows)
    table = plain_table("Picture", "Predicted", "Probability", *(["Actual", ""] if actual else []))
    for column in (0, 1, 3)[: 3 if actual else 2]:  # paths and classes stay whole
        table.columns[column].no_wrap, table.columns[column].overflow = False, "fold"
    table.columns[2].justify = "right"
    for row in rows:
        share = "" if "garments" in row else percent(row["probability"])
        cells: list[Any] = [_name(row), plain(said(row)), share]
        if actual:
            cells += [plain(row["actual"]["class"]), "" if _agrees(row) else "wrong"]
        table.add_row(*cells)
    console().print(table)


def _print_one(row: Row) -> None:
    out = console()
    out.print(_name(row))
    if "garments" in row:
        out.print(plain("  Predicted  ", (said(row), "bold"), "; taken for one it would be:"))
    elif row["none_of_these"]:
        out.print(plain("  Predicted  ", (NONE, "bold"), f"; closest: {row['class']}"))
    else:
        out.print(plain("  Predicted  ", (row["class"], "bold"), f" (label {row['label']})"))
    if "actual" in row:
        verdict = "they agree" if _agrees(row) else "they differ"
        actual = row["actual"]
        out.print(plain(f"  Actual     {actual['class']} (label {actual['label']}): {verdict}"))
    table = plain_table("", "", "")
    table.show_header, table.columns[0].justify, table.columns[0].min_width = False, "right", 10
    table.columns[1].no_wrap, table.columns[1].overflow = False, "fold"
    for entry in row["top"]:
        bar = "█" * round(_BAR * entry["probability"])
        table.add_row(f"  {percent(entry['probability'])}", plain(entry["class"]), bar)
    out.print(table)


def said(row: Row) -> str:
    """The class, or that it is none of them and which comes closest, or that there are several."""
    if "garments" in row:
        return _several(row["garments"])
    return f"{NONE} ({row['class']}?)" if row["none_of_these"] else str(row["class"])


def said_with_share(row: Row) -> str:
    """`said`, and how probable that is."""
    return said(row) if "garments" in row else f"{said(row)}, {percent(row['probability'])}"


def _several(garments: Sequence[Row]) -> str:
    each = (f"{garment['class']} {percent(garment['probability'])}" for garment in garments)
    return f"{len(garments)} garments: {', '.join(each)}"


def plain(*parts: str | tuple[str, str]) -> "Text":
    """Text in which no letter gives orders, and brackets and colons are no marks."""
    from rich.text import Text

    clean = (
        printable_lines(part) if isinstance(part, str) else (printable_lines(part[0]), part[1])
        for part in parts
    )
    return Text.assemble(*clean)


def _name(row: Row) -> "Text":
    return plain(row["file"] if "file" in row else f"Test picture {row['index']} of {row['data']}")


def _agrees(row: Row) -> bool:
    return bool(row["label"] == row["actual"]["label"])

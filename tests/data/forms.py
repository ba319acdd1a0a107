"""One small set of pictures, written in every form in which people have such sets."""

import csv
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from tests.idx import idx_bytes

Arrays = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Small:
    """A set in two parts, each in the order of classes and, within them, of numbers."""

    train: Arrays
    test: Arrays
    names: tuple[str, ...]

    @property
    def parts(self) -> dict[str, Arrays]:
        return {"train": self.train, "test": self.test}

    def name(self, label: int) -> str:
        return self.names[label]

    @property
    def whole(self) -> Arrays:
        """Both parts as one, in the order of classes."""
        pixels, labels = (np.concatenate(both) for both in zip(self.train, self.test, strict=True))
        order = np.argsort(labels, kind="stable")
        return pixels[order], labels[order]


def small(names: Sequence[str] = ("0", "1", "2"), colour: bool = False, seed: int = 0) -> Small:
    """60 pictures of 12x10 in three classes, brighter from class to class; 42 to train with."""
    rng = np.random.default_rng(seed)
    shape = (10, 12, 3) if colour else (10, 12)

    def part(count: int) -> Arrays:
        labels = np.repeat(np.arange(3, dtype=np.uint8), count)
        pixels = rng.integers(0, 100, (3 * count, *shape))
        light = 70 * labels.astype(np.int64)
        return (pixels + light.reshape(-1, *[1] * len(shape))).astype(np.uint8), labels

    return Small(part(14), part(6), tuple(names))


def png(picture: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG")
    return stream.getvalue()


def write(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def flat(pixels: np.ndarray) -> np.ndarray:
    return pixels.reshape(len(pixels), -1)


def rows_text(rows: Iterable[Sequence[object]], delimiter: str = ",", **options: object) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, **options).writerows(rows)  # type: ignore[arg-type]
    return stream.getvalue()


def idx(
    root: Path,
    some: dict[str, Arrays],
    name: str = "{part}-{kind}-idx{n}-ubyte",
    pack: Callable[[bytes], bytes] = bytes,
    parts: dict[str, str] | None = None,
    turn: bool = False,
) -> Path:
    """The idx files of some parts; `name` and `parts` say how they are called."""
    parts = parts or {"train": "train", "test": "t10k"}
    for part, (pixels, labels) in some.items():
        pictures = pixels.swapaxes(1, 2) if turn else pixels
        for kind, n, array in (
            ("images", 3, np.ascontiguousarray(pictures)),
            ("labels", 1, labels),
        ):
            write(root / name.format(part=parts[part], kind=kind, n=n), pack(idx_bytes(array)))
    return root


def folders(
    root: Path, small: Small, some: dict[str, Arrays], layout: str = "{part}/{name}/{place:03}.png"
) -> Path:
    """A file each picture; `layout` says where."""
    for part, (pixels, labels) in some.items():
        for place, (picture, label) in enumerate(zip(pixels, labels, strict=True)):
            where = layout.format(part=part, name=small.name(label), place=place)
            write(root / where, png(picture))
    return root


def zipped(folder: Path, to: Path) -> Path:
    to.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(to, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return to


def tarred(folder: Path, to: Path, mode: str) -> Path:
    to.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(to, mode) as archive:  # type: ignore[call-overload]
        archive.add(folder, "set")
    return to


def npz(path: Path, **arrays: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        np.savez(stream, **arrays)
    return path


def npz_of(path: Path, small: Small, pictures: str, labels: str, **parts: str) -> Path:
    """Keys such as `{}_images`, with the name of each part in the place of the brackets."""
    arrays = {}
    for part, (pixels, numbers) in small.parts.items():
        word = parts.get(part, part)
        arrays |= {pictures.format(word): pixels, labels.format(word): numbers}
    return npz(path, **arrays)


def npys(folder: Path, **arrays: np.ndarray) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return folder


def pixel_rows(
    small: Small, arrays: Arrays, row: Callable[..., list[object]]
) -> list[list[object]]:
    """A row a picture, as `row(place, name of the class, label, pixels)` arranges it."""
    pixels, labels = arrays
    return [
        row(place, small.name(label), int(label), values)
        for place, (values, label) in enumerate(zip(flat(pixels).tolist(), labels, strict=True))
    ]


PIXELS = [f"pixel{number}" for number in range(1, 121)]


def table(
    path: Path,
    small: Small,
    arrays: Arrays,
    row: Callable[..., list[object]] = lambda _, name, __, values: [name, *values],
    header: Sequence[object] | None = ("label", *PIXELS),
    delimiter: str = ",",
    encoding: str = "utf-8",
    pack: Callable[[bytes], bytes] = bytes,
    **options: object,
) -> Path:
    """A table with a column a pixel; its label stands first if nothing else is said."""
    rows = pixel_rows(small, arrays, row)
    text = rows_text([header, *rows] if header else rows, delimiter, **options)
    return write(path, pack(text.encode(encoding)))


def tables(folder: Path, small: Small, name: str = "{}.csv", **options: object) -> Path:
    """A table for each part."""
    for part, arrays in small.parts.items():
        table(folder / name.format(part), small, arrays, **options)  # type: ignore[arg-type]
    return folder


def arff(
    path: Path, small: Small, arrays: Arrays, sparse: bool = False, quote: str = "'", head: str = ""
) -> Path:
    """As OpenML writes Fashion-MNIST: numeric pixels, and the class as text."""
    names = [f"{quote}{name}{quote}" if quote else name for name in small.names]
    attributes = [f"@ATTRIBUTE {name} REAL" for name in PIXELS]
    attributes += [f"@ATTRIBUTE class {{{','.join(names)}}}"]
    lines = []
    for values, label in zip(flat(arrays[0]).tolist(), arrays[1], strict=True):
        if sparse:
            items = [f"{place} {value}" for place, value in enumerate(values) if value]
            items += [f"120 {names[label]}"] if label else []  # the first value is left out
            lines.append("{" + ", ".join(items) + "}")
        else:
            lines.append(",".join([*map(str, values), names[label]]))
    text = "\n".join([f"{head}@RELATION 'small set'", "", *attributes, "", "@DATA", *lines, ""])
    return write(path, text)


def arffs(folder: Path, small: Small, **options: object) -> Path:
    """A file for each part."""
    for part, arrays in small.parts.items():
        arff(folder / f"{part}.arff", small, arrays, **options)  # type: ignore[arg-type]
    return folder


def parquet(path: Path, columns: dict[str, object], features: object = None) -> Path:
    """A parquet file, with the features of Hugging Face in its schema if there are any."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    written = pa.table(columns)
    if features:
        about = {"huggingface": json.dumps({"info": {"features": features}})}
        written = written.replace_schema_metadata(about)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(written, path)
    return path


def hugging_face(path: Path, small: Small, arrays: Arrays, image: str = "image") -> Path:
    """Pictures as bytes and path, labels as numbers whose names stand in the schema."""
    features = {
        image: {"_type": "Image"},
        "label": {"names": list(small.names), "_type": "ClassLabel"},
    }
    pictures = [{"bytes": png(picture), "path": None} for picture in arrays[0]]
    return parquet(path, {image: pictures, "label": arrays[1].astype(np.int64)}, features)


def sharded(folder: Path, small: Small) -> Path:
    """Two files for the training part and one for the test part, as Hugging Face names them."""
    pixels, labels = small.train
    for shard, some in enumerate((slice(0, 20), slice(20, None))):
        name = f"data/train-{shard:05}-of-00002.parquet"
        hugging_face(folder / name, small, (pixels[some], labels[some]))
    hugging_face(folder / "data/test-00000-of-00001.parquet", small, small.test)
    return folder


def named_files(
    root: Path,
    small: Small,
    cell: str = "{place:03}.png",
    file: str = "images/{part}{place:03}.png",
    name: str = "{}.csv",
    header: Sequence[str] | None = ("file", "label"),
    **options: object,
) -> Path:
    """A table for each part that names files, `cell`, which are written as `file`."""
    for part, (pixels, labels) in small.parts.items():
        rows: list[Sequence[str]] = [header] if header else []
        for place, (picture, label) in enumerate(zip(pixels, labels, strict=True)):
            write(root / file.format(part=part, place=place), png(picture))
            rows.append([cell.format(part=part, place=place), small.name(label)])
        write(root / name.format(part), rows_text(rows, **options))  # type: ignore[arg-type]
    return root


def split_table(path: Path, small: Small, column: str, words: dict[str, str]) -> Path:
    """One table, with a column that says which part a row is in."""
    rows: list[list[object]] = [[column, "label", *PIXELS]]
    for part, arrays in small.parts.items():
        rows += pixel_rows(
            small, arrays, lambda _, name, __, values, part=part: [words[part], name, *values]
        )
    return write(path, rows_text(rows))

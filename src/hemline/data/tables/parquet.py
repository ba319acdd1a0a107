"""Parquet: as Hugging Face lays pictures, with class names in the schema; or a column a pixel."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.data.arrays.admitting import refuse_scaled, to_bytes
from hemline.data.memory import require_memory
from hemline.data.raw import InMemory
from hemline.data.tables.columns import Columns
from hemline.data.tables.packed import unpacked
from hemline.data.tables.table import HEAD, Cells, Table
from hemline.errors import DataError, HemlineError, PixelsError

_MAGIC = b"PAR1"
_LABELS = ("label", "labels")
_ROWS = 2000  # that are read at once


def open_parquet(path: Path, name: str) -> Table | None:
    """The table in a parquet file; None if the file is none.

    Args:
        path: of the file.
        name: of the file within the data set.

    Raises:
        DataError: a damaged file, or several columns of pictures or of classes.
        OSError: the file cannot be read.
        ModuleNotFoundError: pyarrow is not installed.
    """
    with path.open("rb") as stream:
        if stream.read(len(_MAGIC)) != _MAGIC:
            return None
    reader = _Reader(path, name)
    return Table(
        path, name, reader.names, reader.head(), reader.read, reader.pictures, *reader.label()
    )


class _Reader:
    def __init__(self, path: Path, name: str) -> None:
        import pyarrow.parquet as pq

        self._path, self._name = path, name
        with self._whole():
            self._file = pq.ParquetFile(path)
            schema = self._file.schema_arrow
        self.names: list[str] = schema.names
        self._types = list(schema.types)
        self._classes = _class_names(schema.metadata or {})
        pictures = [place for place, kind in enumerate(self._types) if _holds_pictures(kind)]
        self.pictures = self._only(pictures, ("image", "img"), "pictures")

    def label(self) -> tuple[int | None, str]:
        """The column of classes, and what is to be said of it.

        Of several the one that bears the usual name is meant, or the one by which all others are
        told, as `fine_label` tells `coarse_label`.
        """
        places = [place for place, name in enumerate(self.names) if name in self._classes]
        usual = [place for place in places if self.names[place] in _LABELS] or places
        if len(usual) < 2:
            return next(iter(usual), None), ""
        with self._whole():
            read = self._file.read(columns=[self.names[place] for place in usual])
        cells = {place: read.column(self.names[place]).to_pylist() for place in usual}
        finest = [place for place in usual if all(_tells(cells[place], cells[o]) for o in usual)]
        label = self._only(finest or usual, (), "classes")
        others = ", ".join(self.names[place] for place in usual if place != label)
        return label, f"Classes are those of {self.names[label or 0]}; {others} was left aside."

    def head(self) -> list[list[str]]:
        """The first rows as text, pictures as nothing."""
        with self._whole():
            batch = next(self._file.iter_batches(HEAD), None)
        columns = [self._texts(batch, place) for place in range(len(self.names))] if batch else []
        return [list(row) for row in zip(*columns, strict=True)]

    def read(self, columns: Columns) -> Cells:
        """Read some columns.

        Raises:
            DataError: more than memory holds, damaged, or with cells that are empty.
            PixelsError: numbers that are no pixels.
        """
        pictures = [] if self.pictures is None else [self.pictures]
        packed = [] if columns.packed is None else [columns.packed]
        places = (*columns.pixels, *columns.texts, *pictures, *packed)
        wanted = {self.names[place] for place in places}
        with self._whole():
            self._require_memory(wanted)
            batches = list(self._file.iter_batches(_ROWS, columns=list(wanted)))
            numbers = [self._numbers(batch, columns) for batch in batches]
            pixels = np.concatenate([to_bytes(block) for block in numbers])
            refuse_scaled(pixels, numbers[0])
            texts = {
                place: [cell for batch in batches for cell in self._texts(batch, place)]
                for place in columns.texts
            }
            files = [cell for batch in batches for cell in self._contents(batch)]
        return Cells(pixels, texts, _named(files, self._name) if files else None)

    def _numbers(self, batch: Any, columns: Columns) -> NDArray[Any]:
        """Pixels of some rows: out of a column each, of cells or of lists within lists; or none."""
        if columns.packed is not None:
            return unpacked(self._texts(batch, columns.packed), str(self._path))
        if columns.pixels:
            filled = [self._filled(batch, place) for place in columns.pixels]
            return np.stack([column.to_numpy(zero_copy_only=False) for column in filled], axis=1)
        if self.pictures is None or not _is_list(self._types[self.pictures]):
            return np.empty((len(batch), 0), np.uint8)
        column, shape = self._filled(batch, self.pictures), [len(batch)]
        while _is_list(column.type):
            length, column = len(column), column.flatten()
            shape.append(len(column) // max(1, length))
        if np.prod(shape) != len(column):
            raise self._fault("lists of several lengths as pictures")
        return np.asarray(column.to_numpy(zero_copy_only=False)).reshape(shape)

    def _contents(self, batch: Any) -> list[tuple[str, bytes]]:
        """Path and content of the picture files of some rows, if they hold any."""
        if self.pictures is None or _is_list(self._types[self.pictures]):
            return []
        cells = batch.column(self.names[self.pictures]).to_pylist()
        cells = [cell if isinstance(cell, dict) else {"bytes": cell} for cell in cells]
        return [(cell.get("path") or "", cell["bytes"] or b"") for cell in cells]

    def _texts(self, batch: Any, place: int) -> list[str]:
        if place == self.pictures:
            return [""] * len(batch)
        names = self._classes.get(self.names[place])
        cells = batch.column(self.names[place]).to_pylist()
        if names:
            return [names[cell] if cell in range(len(names)) else "" for cell in cells]
        return [_text(cell) for cell in cells]

    def _filled(self, batch: Any, place: int) -> Any:
        column = batch.column(self.names[place])
        if column.null_count:
            raise self._fault(f"{column.null_count} empty cells in the column {self.names[place]}")
        return column

    def _only(self, places: Sequence[int], usual: Sequence[str], what: str) -> int | None:
        """The one column of a kind, or the one that bears the usual name."""
        named = [place for place in places if self.names[place] in usual] or places
        if len(named) > 1:
            columns = ", ".join(self.names[place] for place in named)
            raise self._fault(f"several columns of {what} ({columns})", "keep one of them")
        return named[0] if named else None

    def _require_memory(self, names: set[str]) -> None:
        groups = range(self._file.metadata.num_row_groups)
        chunks = [
            self._file.metadata.row_group(group).column(place)
            for group in groups
            for place in range(self._file.metadata.num_columns)
        ]
        size = sum(
            chunk.total_uncompressed_size
            for chunk in chunks
            if chunk.path_in_schema.split(".")[0] in names
        )
        require_memory(size, str(self._path))

    @contextmanager
    def _whole(self) -> Iterator[None]:
        try:
            yield
        except HemlineError as error:
            if isinstance(error, PixelsError):
                raise PixelsError(f"{self._path}: {error}") from error
            raise
        except (ValueError, OSError, NotImplementedError) as error:
            raise self._fault(f"a damaged one ({str(error).splitlines()[0]})") from error

    def _fault(self, received: str, advice: str = "obtain it again") -> DataError:
        return DataError(
            f"Expected a whole parquet file with a picture in every row, received {self._path} "
            f"with {received}; {advice}."
        )


def _tells(fine: Sequence[object], coarse: Sequence[object]) -> bool:
    """Whether all rows of a fine class are of one coarse class."""
    return len(set(zip(fine, coarse, strict=True))) == len(set(fine))


def _class_names(metadata: dict[bytes, bytes]) -> dict[str, list[str]]:
    """Names of the classes by column, as Hugging Face's metadata of a schema give them."""
    try:
        features = json.loads(metadata[b"huggingface"])["info"]["features"]
        return {
            column: [str(name) for name in feature["names"]]
            for column, feature in features.items()
            if feature.get("_type") == "ClassLabel"
        }
    except (KeyError, ValueError, TypeError, AttributeError):  # others write what they like
        return {}


def _holds_pictures(kind: Any) -> bool:
    import pyarrow.types as of

    if of.is_struct(kind):
        return any(kind.field(place).name == "bytes" for place in range(kind.num_fields))
    return bool(of.is_binary(kind) or of.is_large_binary(kind) or _is_list(kind))


def _is_list(kind: Any) -> bool:
    import pyarrow.types as of

    return bool(of.is_list(kind) or of.is_large_list(kind) or of.is_fixed_size_list(kind))


def _text(cell: Any) -> str:
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    return "" if cell is None else str(cell)


def _named(files: Sequence[tuple[str, bytes]], table: str) -> list[InMemory]:
    """Files by their paths, or by their places where these do not tell them apart."""
    paths = [path for path, _ in files]
    told = all(paths) and len(set(paths)) == len(paths)
    names = [f"{table}/{path}" if told else f"{table}[{place}]" for place, path in enumerate(paths)]
    return [InMemory(name, content) for name, (_, content) in zip(names, files, strict=True)]

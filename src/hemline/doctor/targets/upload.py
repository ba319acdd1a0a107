"""A running server that takes pictures as files: by upload, in JSON, or as they are."""

import base64
import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from numpy.typing import NDArray

from hemline.doctor.inputs.forms import InputForm
from hemline.doctor.inputs.ways import ENCODED, FILE_WAYS, SENT_AS, UPLOAD, FileWay
from hemline.doctor.replies.unpacking import as_array, shortened
from hemline.doctor.targets.base import RefusedError, Target, as_files, stacked
from hemline.doctor.targets.callables import file_forms
from hemline.doctor.targets.exchange import Exchange, complaint
from hemline.doctor.targets.handing import suffix_of

_KINDS = {".png": "image/png", ".jpg": "image/jpeg"}
_WORD = 200  # bytes of a reply that is the name of a class, without JSON around it


class UploadTarget(Target):
    """An address that one picture is sent to, and that answers with its class.

    Args:
        url: where to; it is called as it is.
        limit: seconds for each reply.
    """

    kind = "server"

    def __init__(self, url: str, limit: float) -> None:
        super().__init__()
        self.name = url
        self._exchange = Exchange(url, limit, "a server that answers to pictures")

    def forms(self) -> Iterator[InputForm]:
        """Uploads first, by the usual names of their field."""
        yield from file_forms(self.pictures, tuple(SENT_AS))

    def answer(self, batch: NDArray[Any], way: str) -> Any:
        """What it says to pictures, one request each."""
        return self.answer_files(as_files(batch), way)

    def answer_files(self, files: Sequence[bytes], way: str) -> Any:
        """What it says to files, one request each."""
        return stacked([self._ask(data, FILE_WAYS[way]) for data in files])

    def _ask(self, data: bytes, way: FileWay) -> NDArray[Any]:
        body, kind = _request(data, way)
        status, text = self._exchange.send(self.name, body, kind)
        if status not in {200, 201}:
            raise RefusedError(complaint(status, text))
        return as_array(_read(text), 1, self.vocabulary)


def _request(data: bytes, way: FileWay) -> tuple[bytes, str]:
    """Body and kind of a request that carries a picture file."""
    suffix = suffix_of(data)
    if way.kind == ENCODED:
        return json.dumps({way.field: base64.b64encode(data).decode()}).encode(), "application/json"
    if way.kind != UPLOAD:
        return data, _KINDS[suffix]
    edge = uuid.uuid4().hex
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="{way.field}"; '
        f'filename="picture{suffix}"\r\nContent-Type: {_KINDS[suffix]}\r\n\r\n'
    )
    body = head.encode() + data + f"\r\n--{edge}--\r\n".encode()
    return body, f"multipart/form-data; boundary={edge}"


def _read(text: bytes) -> Any:
    """JSON, or the bare name of a class."""
    try:
        return shortened(json.loads(text))
    except (ValueError, RecursionError):
        pass
    word = text[:_WORD].decode("utf-8", "replace").strip()
    if len(text) > _WORD or not word or "<" in word:
        raise RefusedError("neither JSON nor the name of a class") from None
    return word

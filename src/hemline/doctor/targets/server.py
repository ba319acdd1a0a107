"""A running server that speaks the Open Inference Protocol v2."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.inputs.forms import InputForm
from hemline.doctor.replies.unpacking import shortened
from hemline.doctor.replies.vocabulary import Vocabulary
from hemline.doctor.targets.base import (
    RefusedError,
    Target,
    in_batches,
    probability_output,
)
from hemline.doctor.targets.declared import declared_forms
from hemline.doctor.targets.exchange import Exchange, complaint
from hemline.errors import TargetError
from hemline.pixels import Form

_AT_ONCE, _VALUES = 200, 160_000  # pictures and values of one request: half a megabyte as JSON
_DTYPES = {
    "UINT8": "uint8",
    "FP32": "float32",
    "FP64": "float64",
    "FP16": "float16",
    "INT32": "int32",
    "INT64": "int64",
}
# What Python and NumPy raise for replies that are not what the protocol says.
_NO_ANSWER = (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError,
              RecursionError)  # fmt: skip
_KINDS = {"BOOL": "bool", "BYTES": "U"} | _DTYPES


class ServerTarget(Target):
    """One model of a server.

    Args:
        url: of the server if it has one model, or `.../v2/models/NAME`.
        limit: seconds for each reply.

    Raises:
        TargetError: nobody answers, or not in this protocol.
    """

    kind = "server"

    def __init__(self, url: str, limit: float) -> None:
        super().__init__()
        self.name = url
        self._exchange = Exchange(url, limit, "a server of the Open Inference Protocol v2")
        self._foreign = self._exchange.foreign
        if not url.isascii() or any(letter.isspace() for letter in url):
            raise TargetError(f"Expected a URL, received {url!r}; correct it.")
        self._model = self._find_model(url.rstrip("/"))
        described = self._ask(self._model)
        try:
            source = described["inputs"][0]
            self._input, self._datatype = source["name"], source["datatype"]
            outputs = [output["name"] for output in described["outputs"]]
            self._shape = [size if size > 0 else None for size in map(int, source["shape"])]
            dtype = _DTYPES[self._datatype]
            self._output, self.promises_probabilities = probability_output(outputs)
        except _NO_ANSWER as error:
            raise self._foreign("a model without inputs and outputs") from error
        self.promises_pixels = dtype in {"uint8", "int32", "int64"}

    def meet(self, pictures: Form, vocabulary: Vocabulary) -> None:
        """See which forms its metadata leave open."""
        super().meet(pictures, vocabulary)
        dtype, shape = _DTYPES[self._datatype], self._shape
        self._forms = declared_forms(str(self._input), dtype, shape, pictures)
        self.fixed_batch = shape[0] if shape and self._forms[0].way == "array" else None

    def forms(self) -> Iterator[InputForm]:
        """As its metadata declare."""
        yield from self._forms

    def answer(self, batch: NDArray[Any], way: str) -> Any:
        """What it infers; large batches go in parts."""
        if _DTYPES[self._datatype] != batch.dtype.name:
            raise RefusedError(f"it declares {self._datatype}")
        most = max(1, min(_AT_ONCE, _VALUES // self.pictures.values))
        step = (self.fixed_batch or most) if way == "array" else 1
        parts = [batch[place : place + step] for place in range(0, len(batch), step)]
        if way == "array":
            answered = [in_batches(self._infer, part, self.fixed_batch) for part in parts]
            return np.concatenate(answered)
        return np.stack([self._infer(part[0]) for part in parts])

    def _infer(self, batch: NDArray[Any]) -> NDArray[Any]:
        tensor = {
            "name": self._input,
            "shape": list(batch.shape),
            "datatype": self._datatype,
            "data": batch.reshape(-1).tolist(),
        }
        reply = self._ask(f"{self._model}/infer", {"inputs": [tensor]})
        try:
            found = {output["name"]: output for output in reply["outputs"]}
            output = found.get(self._output) or reply["outputs"][0]
            with np.errstate(over="ignore"):  # what is too large is seen as infinite later
                array = np.array(shortened(output["data"]), _KINDS[output["datatype"]])
            return array.reshape(output["shape"])
        except _NO_ANSWER as error:
            raise self._foreign("an answer without outputs") from error

    def _find_model(self, url: str) -> str:
        if "/v2/models/" in url:
            return url
        base = url.removesuffix("/v2")
        self._ask(f"{base}/v2")
        for path, body in (("repository/index", {}), ("models", None)):
            try:
                names = _names(self._ask(f"{base}/v2/{path}", body))
            except RefusedError:
                continue
            if len(names) == 1:
                return f"{base}/v2/models/{quote(names[0])}"
        raise TargetError(
            f"Expected the URL of one model, received {url}, whose server does not say which one "
            f"it has; write {base}/v2/models/NAME."
        )

    def _ask(self, url: str, body: Any = None) -> Any:
        """One request: GET, or POST where there is a body. It follows no redirection."""
        data = None if body is None else json.dumps(body).encode()
        status, text = self._exchange.send(url, data, "application/json")
        if status != 200:
            raise self._refusal(status, text, url)
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self._foreign("something other than JSON") from error

    def _refusal(self, status: int, text: bytes, url: str) -> Exception:
        if url.endswith(("/infer", "/index", "/models")):
            return RefusedError(complaint(status, text))
        return self._foreign(f"status {status}")


def _names(listed: Any) -> list[str]:
    """Of models, as a server lists them; none where that is no list of them."""
    entries = listed.get("models") if isinstance(listed, dict) else listed
    if not isinstance(entries, list):
        return []
    named = [entry.get("name") if isinstance(entry, dict) else entry for entry in entries]
    return [name for name in named if isinstance(name, str) and name]

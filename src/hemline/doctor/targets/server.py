"""A running server that speaks the Open Inference Protocol v2."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.forms import Form
from hemline.doctor.targets.base import (
    RefusedError,
    Target,
    declared_forms,
    in_batches,
    probability_output,
)
from hemline.errors import TargetError

_LARGEST = 1 << 25  # bytes of one reply
_AT_ONCE = 200  # pictures of one request: as JSON they are about half a megabyte
_DTYPES = {
    "UINT8": "uint8",
    "FP32": "float32",
    "FP64": "float64",
    "FP16": "float16",
    "INT32": "int32",
    "INT64": "int64",
}
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
        self.name, self._limit = url, limit
        self._model = self._find_model(url.rstrip("/"))
        described = self._ask(self._model)
        try:
            source = described["inputs"][0]
            self._input, self._datatype = source["name"], source["datatype"]
            outputs = [output["name"] for output in described["outputs"]]
            shape = [size if size > 0 else None for size in source["shape"]]
            dtype = _DTYPES[self._datatype]
            self._output, self.promises_probabilities = probability_output(outputs)
        except (KeyError, IndexError, TypeError) as error:
            raise self._foreign("a model without inputs and outputs") from error
        self._forms = declared_forms(str(self._input), dtype, shape)
        self.promises_pixels = dtype in {"uint8", "int32", "int64"}
        self.fixed_batch = shape[0] if shape and self._forms[0].way == "array" else None

    def forms(self) -> Iterator[Form]:
        """As its metadata declare."""
        yield from self._forms

    def answer(self, batch: NDArray[Any], way: str) -> Any:
        """What it infers; large batches go in parts."""
        if _DTYPES[self._datatype] != batch.dtype.name:
            raise RefusedError(f"it declares {self._datatype}")
        step = (self.fixed_batch or _AT_ONCE) if way == "array" else 1
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
            array = np.array(output["data"], _KINDS[output["datatype"]])
            return array.reshape(output["shape"])
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise self._foreign("an answer without outputs") from error

    def _find_model(self, url: str) -> str:
        if "/v2/models/" in url:
            return url
        base = url.removesuffix("/v2")
        self._ask(f"{base}/v2")
        for path, body in (("repository/index", {}), ("models", None)):
            try:
                listed = self._ask(f"{base}/v2/{path}", body)
            except RefusedError:
                continue
            entries = listed.get("models", []) if isinstance(listed, dict) else listed
            names = [entry["name"] if isinstance(entry, dict) else str(entry) for entry in entries]
            if len(names) == 1:
                return f"{base}/v2/models/{names[0]}"
        raise TargetError(
            f"Expected the URL of one model, received {url}, whose server does not say which one "
            f"it has; write {base}/v2/models/NAME."
        )

    def _ask(self, url: str, body: Any = None) -> Any:
        """One request: GET, or POST where there is a body."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - open_target admits only http and https
            url, data, {"Content-Type": "application/json"}
        )
        opener = urllib.request.build_opener(_NoRedirect())
        try:
            with opener.open(request, timeout=self._limit) as reply:
                return json.loads(self._body(reply))
        except urllib.error.HTTPError as error:
            with error:
                raise self._refusal(error, url) from error
        except ValueError as error:
            raise self._foreign("something other than JSON") from error
        except OSError as error:
            raise self._silent(error) from error

    def _body(self, reply: Any) -> bytes:
        """The reply, if it comes in time and is no flood."""
        data, deadline = bytearray(), time.monotonic() + self._limit
        while part := reply.read1(1 << 16):
            data += part
            if len(data) > _LARGEST:
                raise self._foreign("more than 32 megabytes")
            if time.monotonic() > deadline:
                raise TimeoutError("timed out")
        return bytes(data)

    def _refusal(self, error: urllib.error.HTTPError, url: str) -> Exception:
        try:
            said = str(json.loads(error.read1(1 << 16)).get("error", ""))
        except (ValueError, OSError, AttributeError):
            said = ""
        if url.endswith(("/infer", "/index", "/models")):
            return RefusedError(f"status {error.code} {said}".strip()[:200])
        return self._foreign(f"status {error.code}")

    def _foreign(self, what: str) -> TargetError:
        return TargetError(
            f"Expected a server of the Open Inference Protocol v2 at {self.name}, received {what}; "
            "correct the URL."
        )

    def _silent(self, error: OSError) -> TargetError:
        reason = getattr(error, "reason", error)
        slow = isinstance(reason, TimeoutError)
        what = f"none within {self._limit:g} s" if slow else f"none ({reason})"
        host = urlsplit(self.name).netloc
        return TargetError(
            f"Expected an answer from {host}, received {what}; start the server, "
            "correct the URL, or allow more with --limit."
        )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A server that sends us elsewhere is not the one that was named."""

    def redirect_request(self, *_arguments: Any) -> None:
        """Follow none."""
        return

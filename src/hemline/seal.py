"""A model file ends with its own checksum: one more entry of its metadata, which ONNX admits."""

from hashlib import sha256

_NAME = b"sha256"
_DIGITS = 64
_VALUE = _DIGITS + 2  # JSON, as all metadata: in quotation marks
# Protocol buffers: field 14 of a model, and within it fields 1 and 2, each with its length.
_START = bytes([14 << 3 | 2, len(_NAME) + _VALUE + 4, 1 << 3 | 2, len(_NAME)])
_START += _NAME + bytes([2 << 3 | 2, _VALUE])
_LENGTH = len(_START) + _VALUE


def sealed(content: bytes) -> bytes:
    """A serialised ONNX model with its checksum."""
    return content + _seal_of(content)


def is_whole(content: bytes) -> bool:
    """Whether a file is what was sealed; one without a seal may be."""
    seal = content[-_LENGTH:]
    return not seal.startswith(_START) or seal == _seal_of(memoryview(content)[:-_LENGTH])


def _seal_of(body: bytes | memoryview) -> bytes:
    return _START + b'"' + sha256(body).hexdigest().encode() + b'"'

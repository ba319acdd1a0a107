"""Protocol buffers as bytes: numbered fields one after the other, whatever they mean."""

from collections.abc import Iterator

Value = int | memoryview
_TAG, _NUMBER = 5, 10  # bytes of a varint at most: of a field's tag or length, of any number
_TAGS = 1 << 32  # readers take no more bits than these, and other fields for those beyond
_FIXED = {1: 8, 5: 4}  # bytes, by kind


class BrokenMessageError(ValueError):
    """Bytes that are no message."""


def fields(message: memoryview) -> Iterator[tuple[int, Value]]:
    """The fields of a message in order: number, and an integer or the bytes.

    Raises:
        BrokenMessageError: it breaks off, or holds what nobody has written for many years.
    """
    place = 0
    while place < len(message):
        tag, place = _varint(message, place, _TAG)
        if not 8 <= tag < _TAGS:
            raise BrokenMessageError("a field without a number")
        value, place = _value(message, place, tag & 7)
        yield tag >> 3, value


def _value(message: memoryview, place: int, kind: int) -> tuple[Value, int]:
    if kind == 0:
        return _varint(message, place, _NUMBER)
    if kind == 2:
        size, place = _varint(message, place, _TAG)
    elif kind in _FIXED:
        size = _FIXED[kind]
    else:
        raise BrokenMessageError(f"a field of kind {kind}")
    end = place + size
    if end > len(message):
        raise BrokenMessageError("a field that breaks off")
    return message[place:end], end


def _varint(message: memoryview, place: int, most: int) -> tuple[int, int]:
    number = 0
    for shift, byte in enumerate(message[place : place + most]):
        number |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            return number, place + shift + 1
    raise BrokenMessageError("a number without an end")

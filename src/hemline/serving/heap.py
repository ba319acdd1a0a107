"""Memory of large requests goes back to the system.

Left to itself, glibc keeps ever larger blocks once it has seen a large one, and after some thousand
odd requests a worker is a quarter larger, a decoder twice as large. Told not to, it decodes a fifth
slower; so decoders keep what they need for a picture until it is done.
"""

import contextlib
import ctypes
import os
from collections.abc import Iterator

_NAME, _BYTES = "MALLOC_MMAP_THRESHOLD_", "262144"  # read by a process when it begins


@contextlib.contextmanager
def memory_given_back() -> Iterator[None]:
    """Processes that begin meanwhile give back blocks of so many bytes at once."""
    if _NAME in os.environ:  # the user knows better
        yield
        return
    os.environ[_NAME] = _BYTES
    try:
        yield
    finally:
        del os.environ[_NAME]


def leave_to_others() -> None:
    """Let processes that this one begins be as they would be by themselves."""
    if os.environ.get(_NAME) == _BYTES:
        del os.environ[_NAME]


def give_back() -> None:
    """Give back what this process holds and does not use; takes less than a millisecond."""
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another library than glibc
        ctypes.CDLL(None).malloc_trim(0)

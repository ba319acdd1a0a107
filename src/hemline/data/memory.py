"""How much memory there is, asked before data are read."""

from pathlib import Path

from hemline.errors import DataError

_MEMINFO = Path("/proc/meminfo")
_LIMITS = (  # the container's limit and what it has taken of it, cgroup 2 and 1
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)


def require_memory(needed: int, what: str) -> None:
    """Refuse what will not fit, before it is read.

    Args:
        needed: bytes.
        what: takes them, as the sentence calls it.

    Raises:
        DataError: fewer are available.
    """
    available = available_memory()
    if available is not None and needed > available:
        raise DataError(
            f"Expected data that fit into the {available:,} bytes of memory available, received "
            f"{what}, which would take {needed:,} bytes; choose a smaller --size, or fewer of them."
        )


def fits(needed: int) -> bool:
    """Whether so many bytes may be taken, as far as anybody knows."""
    available = available_memory()
    return available is None or needed <= available


def available_memory() -> int | None:
    """Bytes that a process may still take; None where nobody knows."""
    known = [_machine(), *(_container(Path(most), Path(taken)) for most, taken in _LIMITS)]
    return min((value for value in known if value is not None), default=None)


def _machine() -> int | None:
    try:
        lines = _MEMINFO.read_text().splitlines()
        fields = dict(line.split(":", 1) for line in lines)
        return 1024 * int(fields["MemAvailable"].split()[0])
    except (OSError, KeyError, ValueError):
        return None


def _container(most: Path, taken: Path) -> int | None:
    try:
        return max(0, int(most.read_text()) - int(taken.read_text()))
    except (OSError, ValueError):  # no such file, or `max` for no limit
        return None

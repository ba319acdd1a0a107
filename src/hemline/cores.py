"""What the processors are, and how many this process may use, which may be fewer than there are."""

import os
import platform
from pathlib import Path

# Microseconds of processors in a period, and the period: cgroup 2 in one file, cgroup 1 in two.
_LIMITS = (
    ("/sys/fs/cgroup/cpu.max",),
    ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"),
)


def cores() -> int:
    """As many as the affinity of this process and the quota of its container allow; at least 1."""
    return quota() or _by_affinity()


def quota() -> int:
    """What the quota of the container allows, where that is less than the affinity does; else 0."""
    quotas = [_read(*map(Path, files)) for files in _LIMITS]
    least = min((known for known in quotas if known is not None), default=None)
    if least is None or least >= _by_affinity():
        return 0
    return max(1, int(least))


def _by_affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _read(*files: Path) -> float | None:
    """Processors that a cgroup may use; None where nothing limits them."""
    try:
        time, period = map(int, " ".join(file.read_text() for file in files).split())
    except (OSError, ValueError):  # no such files, or `max` for no limit
        return None
    return time / period if time > 0 and period > 0 else None


def processor_name() -> str:
    """What the processor calls itself."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())

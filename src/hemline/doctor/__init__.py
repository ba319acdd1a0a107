"""The doctor: finds what is wrong in anybody's classification pipeline, from outside."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hemline.doctor.checks import Finding as Finding
    from hemline.doctor.checks import list_checks as list_checks
    from hemline.doctor.diagnosis import Diagnosis as Diagnosis
    from hemline.doctor.examination import diagnose as diagnose

# Read when first used: the worker that runs a target needs none of them.
_HOMES = {
    "Diagnosis": "hemline.doctor.diagnosis",
    "Finding": "hemline.doctor.checks",
    "diagnose": "hemline.doctor.examination",
    "list_checks": "hemline.doctor.checks",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'hemline.doctor' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

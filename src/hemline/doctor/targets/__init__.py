"""Targets: what the doctor can examine."""

from hemline.doctor.targets.base import RefusedError, Target
from hemline.doctor.targets.function import FunctionTarget
from hemline.doctor.targets.opening import intake_of, open_target

__all__ = ["FunctionTarget", "RefusedError", "Target", "intake_of", "open_target"]

"""The checks, deepest cause first."""

from hemline.doctor.checks.answer_count import AnswerCount
from hemline.doctor.checks.axes import AxisOrder
from hemline.doctor.checks.base import Check, Finding
from hemline.doctor.checks.batch import BatchDependence
from hemline.doctor.checks.calibration import Miscalibration
from hemline.doctor.checks.channels import ChannelOrder
from hemline.doctor.checks.class_count import ClassCount
from hemline.doctor.checks.class_names import ClassNames
from hemline.doctor.checks.class_never_learned import ClassNeverLearned
from hemline.doctor.checks.constant import ConstantAnswers
from hemline.doctor.checks.double_softmax import DoubleSoftmax
from hemline.doctor.checks.drift import Drift
from hemline.doctor.checks.from_logits import FromLogits
from hemline.doctor.checks.glue import AspectRatio, ExifOrientation, Transparency
from hemline.doctor.checks.input_range import InputRange
from hemline.doctor.checks.inversion import InvertedBrightness
from hemline.doctor.checks.label_order import LabelOrder
from hemline.doctor.checks.non_finite import NonFinite
from hemline.doctor.checks.normalisation import OtherNormalisation
from hemline.doctor.checks.order_lost import OrderLost
from hemline.doctor.checks.orientation import Orientation
from hemline.doctor.checks.over_fitting import OverFitting
from hemline.doctor.checks.overflow import IntegerOverflow
from hemline.doctor.checks.repeatability import KeptState, Repeatability
from hemline.doctor.checks.reported import ReportedFigures
from hemline.doctor.checks.scaled_twice import ScaledTwice
from hemline.doctor.checks.scrambled import CutOff, MixedBatch, ScrambledPictures
from hemline.doctor.checks.softmax import WrongSoftmax
from hemline.doctor.checks.test_selection import TestSelection
from hemline.doctor.checks.trained_layers import NoTrainedLayers, OutputFollowsInput
from hemline.doctor.checks.truncated import TruncatedInput
from hemline.doctor.checks.unscaled import UnscaledInput
from hemline.doctor.checks.untrained_head import BatchNormStatistics, UntrainedHead
from hemline.doctor.checks.wrong_data import WrongData

# In the order of causes: what stands above may bring about what stands below.
SHAPE_CHECKS: tuple[Check, ...] = (OutputFollowsInput(), AnswerCount())
PLAIN_CHECKS: tuple[Check, ...] = (
    InputRange(),
    WrongData(),
    ClassCount(),
    NonFinite(),
    KeptState(),
    OrderLost(),
    Repeatability(),
    MixedBatch(),
    BatchDependence(),
)
WORKING_CHECKS: tuple[Check, ...] = (
    TruncatedInput(),
    IntegerOverflow(),
    UnscaledInput(),
    ScaledTwice(),
    OtherNormalisation(),
    InvertedBrightness(),
    Orientation(),
    ChannelOrder(),
    ScrambledPictures(),
    CutOff(),
    AxisOrder(),
    BatchNormStatistics(),
    ConstantAnswers(),
    UntrainedHead(),
    NoTrainedLayers(),
    LabelOrder(),
    ClassNames(),
    ClassNeverLearned(),
    DoubleSoftmax(),
    FromLogits(),
    WrongSoftmax(),
    OverFitting(),
    TestSelection(),
    ReportedFigures(),
    Miscalibration(),
    Drift(),
    ExifOrientation(),
    Transparency(),
    AspectRatio(),
)
CHECKS = (*SHAPE_CHECKS, *PLAIN_CHECKS, *WORKING_CHECKS)


def list_checks() -> list[dict[str, str]]:
    """Name, question, and what it cannot tell from what it finds, of every check, for people."""
    listed: dict[str, dict[str, str]] = {}
    for check in CHECKS:
        entry = {"check": check.name, "question": check.question, "cannot_tell_from": check.alike}
        known = listed.setdefault(check.name, entry)
        known["cannot_tell_from"] = known["cannot_tell_from"] or check.alike
    return list(listed.values())


__all__ = [
    "CHECKS",
    "PLAIN_CHECKS",
    "SHAPE_CHECKS",
    "WORKING_CHECKS",
    "Check",
    "Finding",
    "list_checks",
]

"""Red, green and blue that change places on the way."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Finding
from hemline.doctor.checks.repairs import RepairCheck
from hemline.doctor.inputs.forms import CHANNELS

_CAUSES = {
    "bgr": "Red and blue change places: OpenCV reads blue, green, red, most others red, green, "
    "blue.",
    "planes": "The channels were moved by a reshape where a transpose was meant, which tears the "
    "picture up.",
    "interleaved": "Channels that stand in front were taken for the last axis without a transpose, "
    "which tears the picture up.",
}
_HOWS = {
    "bgr": "with red and blue exchanged",
    "planes": "with their values laid channel after channel",
    "interleaved": "with their values laid pixel after pixel",
}
_SAY_SO = "  # if your program does this before the call, say so: wants='0..255 bgr'"


class ChannelOrder(RepairCheck):
    """Do red, green and blue reach the network as such?"""

    name = "channel-order"
    question = "Do the channels of colour pictures reach the network in the order of the training?"
    well = "the order of the channels"

    def applies(self, case: Case) -> bool:
        """Where there is colour."""
        return case.material.form.channels > 1

    def examine(self, case: Case) -> Finding | None:
        """Whether another order of the channels restores the answers."""
        repair = self.repair(case, "channels")
        if repair is None:
            return None
        order = repair.after.channels if repair.after.channels != "rgb" else "bgr"
        return self.from_repair(
            repair,
            _HOWS[order],
            _CAUSES[order],
            f"pixels = {CHANNELS[order]}" + (_SAY_SO if order == "bgr" else ""),
        )

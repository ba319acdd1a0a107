"""Pictures that do not arrive as pictures."""

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Finding
from hemline.doctor.checks.repairs import RepairCheck
from hemline.doctor.scrambles import SCRAMBLES


class ScrambledPictures(RepairCheck):
    """Does a picture arrive as one?"""

    name = "scrambled-pictures"
    question = "Do the values of a picture reach the network where they belong?"

    def applies(self, case: Case) -> bool:
        """To grey pictures; of the channels of colour `channel-order` knows."""
        return case.material.form.channels == 1

    def examine(self, case: Case) -> Finding | None:
        """Whether what a usual slip makes a picture of, or another size, restores the answers."""
        repair = self.repair(case, "scramble")
        if repair is None:
            return self._of_size(case)
        slip = SCRAMBLES[repair.after.channels]
        return self.from_repair(repair, slip.name, slip.cause, slip.mend)

    def _of_size(self, case: Case) -> Finding | None:
        """Whether pictures of the size that the network has go through, and those at hand do not.

        They are torn up then: who only loses their edges is right far more often.
        """
        repair = self.repair(case, "layout")
        if repair is None or repair.after.layout.is_plain:
            return None
        if repair.right[0] / repair.n > case.reach.line_named:
            return None
        slip = SCRAMBLES["repeated"]
        return self.from_repair(repair, f"as {repair.after.layout.name}", slip.cause, slip.mend)


class CutOff(RepairCheck):
    """Is the whole picture looked at?"""

    name = "cropping"
    question = "Is the whole picture looked at, to its edges?"

    def examine(self, case: Case) -> Finding | None:
        """Whether a larger frame around the picture restores answers that were not all lost."""
        repair = self.repair(case, "layout")
        if repair is None or repair.after.layout.is_plain:
            return None
        if repair.right[0] / repair.n <= case.reach.line_named:
            return None
        return self.from_repair(
            repair,
            f"with a frame around them, as {repair.after.layout.name}",
            "The edges are cut off: pictures are enlarged and cropped to the centre, as for "
            "photographs whose object lies far inside.",
            "Resize(28)  # without CenterCrop; or pad before it",
        )

"""Colours that nobody sees, under pixels that are fully transparent."""

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Finding
from hemline.doctor.checks.glue.showing import GlueCheck, pictures_of, same, show
from hemline.doctor.inputs.picture_files import png_files
from hemline.doctor.replies.answers import Answers
from hemline.pixels import Pixels

_SHADES = {"black": 0, "white": 255}
_BORDER = 0.25  # of an edge that is made transparent where a picture has no background
_BACKGROUND = 0.1  # of a picture that counts as such


class Transparency(GlueCheck):
    """Does what is transparent stay unseen?"""

    name = "transparency"
    question = "Do colours under fully transparent pixels leave the answers alone?"
    well = "transparency"

    def examine(self, case: Case) -> Finding | None:
        """The same pictures with black and with white under what is transparent."""
        pixels = pictures_of(case, 2 * len(_SHADES))
        clear = transparent_part(pixels)
        hidden, painted = _answers(case, pixels, clear, 0), _answers(case, pixels, clear, 255)
        if len(hidden) < len(_SHADES):  # such files are refused, which is no quiet mistake
            return None
        other = ~same(hidden["black"], hidden["white"])
        if not other.any():
            _remark(case, hidden["black"], painted)
            return None
        n, changed = len(other), int((hidden["black"].labels != hidden["white"].labels).sum())
        shown = [shade for shade in painted if same(hidden[shade], painted[shade]).all()]
        where = f"what is transparent shows as the {' or '.join(shown)} that lies under it"
        return self.finding(
            f"Of {n} pictures with a transparent background, {int(other.sum())} get another answer "
            f"with white under it than with black, {changed} another label"
            + (f"; {where}." if shown else "."),
            0.3 + 0.5 * changed / n,
            "The alpha channel is dropped: whatever colour a program left under transparent pixels "
            "becomes the background.",
            f"Image.alpha_composite(Image.new('RGBA', picture.size, {_wanted(case)!r}), "
            "picture.convert('RGBA')).convert('RGB')",
            changed=changed,
            differ=int(other.sum()),
            n=n,
            shows=shown,
        )


def _answers(
    case: Case, pixels: Pixels, clear: NDArray[np.bool_], opacity: int
) -> dict[str, Answers]:
    """Answers with each shade where the mask is, of such an opacity; none where refused."""
    colours = pixels if pixels.ndim == 4 else np.stack([pixels] * 3, axis=3)
    alpha = np.where(clear, opacity, 255).astype(np.uint8)[..., None]
    found = {}
    for shade, value in _SHADES.items():
        shaded = np.where(clear[..., None], np.uint8(value), colours)
        whole = shaded if opacity == 255 else np.concatenate([shaded, alpha], axis=3)
        answers = show(case, png_files(whole))
        if answers is not None:
            found[shade] = answers
    return found


def transparent_part(pixels: Pixels) -> NDArray[np.bool_]:
    """Where each picture has its background, `(n, h, w)`; its border, where it has none."""
    colours = pixels.reshape(*pixels.shape[:3], -1)
    clear: NDArray[np.bool_] = (colours == colours[:, :1, :1]).all(axis=3)
    bare = clear.mean(axis=(1, 2)) >= _BACKGROUND
    high, wide = (max(1, int(_BORDER * edge)) for edge in pixels.shape[1:3])
    border = np.ones(pixels.shape[1:3], np.bool_)
    border[high:-high, wide:-wide] = False
    return np.where(bare[:, None, None], clear, border)


def _remark(case: Case, hidden: Answers, painted: dict[str, Answers]) -> None:
    """Say on which shade what is transparent is shown, if that can be told."""
    shades = [shade for shade, answers in painted.items() if same(hidden, answers).all()]
    if len(shades) == 1:
        case.remarks.append(f"What is transparent in a file it sees as {shades[0]}.")


def _wanted(case: Case) -> str:
    return "black" if case.material.form.background == "dark" else "white"

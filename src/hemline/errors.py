"""What Hemline raises: each message is one sentence that says what to do."""

from collections.abc import Iterable


class HemlineError(Exception):
    """Base of all errors that a user can mend; the message is one clear sentence."""


class PixelsError(HemlineError, ValueError):
    """What came in is not the pixel contract, and making it so would be guessing."""


class DataError(HemlineError):
    """A data set is missing, damaged, or not the one that its name says."""


class RecipeError(HemlineError, ValueError):
    """A recipe is unknown, or holds an unknown key or a value of the wrong type."""


class RunError(HemlineError):
    """A run folder cannot be written, resumed or understood."""


class ModelFileError(HemlineError):
    """A file is not a Hemline model file."""


class TargetError(HemlineError):
    """What the doctor was given cannot be examined."""


class PhotoError(HemlineError):
    """A photograph is too large, too small or damaged, or shows nothing that can be found."""


def did_you_mean(received: str, known: Iterable[str], otherwise: str) -> str:
    """The end of a sentence: the known name that is near, or what else to do."""
    from difflib import get_close_matches

    near = get_close_matches(received, list(known), 1)
    return f"did you mean {near[0]}?" if near else otherwise

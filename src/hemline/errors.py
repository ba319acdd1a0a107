"""What Hemline raises: each message is one sentence that says what to do."""


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

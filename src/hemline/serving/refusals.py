"""What is said to a client who is refused: a status and one sentence."""

from hemline.errors import HemlineError


class RefusedError(HemlineError):
    """A request that is not answered; `status` says whose fault it is."""

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = headers or {}


def busy(what: str) -> RefusedError:
    """503 with Retry-After: a queue is full, or something is not ready yet."""
    return RefusedError(
        503,
        f"Expected fewer requests at once, {what}; try again in a second.",
        {"Retry-After": "1"},
    )


def cut_off(status: int, sentence: str) -> RefusedError:
    """A refusal after which the connection is closed, because the body may not have been read."""
    return RefusedError(status, sentence, {"Connection": "close"})

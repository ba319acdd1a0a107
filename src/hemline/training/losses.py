"""The loss of each picture, also where its label leaves something open."""

from collections.abc import Sequence

from torch import Tensor
from torch.nn import functional

Several = Sequence[tuple[int, ...]]


def losses_of(logits: Tensor, targets: Tensor, smoothing: float, several: Several = ()) -> Tensor:
    """Cross-entropy of each picture in nats, `(n,)`.

    Args:
        logits: float32 `(n, k)`.
        targets: int64 `(n,)`, below `k`; from `k` on they are one of several.
        smoothing: share of the target spread over all classes (Szegedy et al., 2016).
        several: labels that targets `k`, `k + 1` and so on leave open: their probabilities count
            together.
    """
    if not several:
        return functional.cross_entropy(
            logits, targets, reduction="none", label_smoothing=smoothing
        )
    outputs = logits.shape[1]
    logs = logits.log_softmax(1)
    actual = logs.gather(1, targets.clamp(max=outputs - 1)[:, None])[:, 0]
    for place, labels in enumerate(several):
        some = logs[:, labels].logsumexp(1)
        actual = some.where(targets == outputs + place, actual)
    return -(1 - smoothing) * actual - smoothing * logs.mean(1)


def is_right(logits: Tensor, targets: Tensor, several: Several = ()) -> Tensor:
    """Whether the largest logit is what the target admits, bool `(n,)`."""
    said = logits.argmax(1)
    right = said == targets
    for place, labels in enumerate(several):
        one = (said[:, None] == said.new_tensor(labels)).any(1)
        right = right | (one & (targets == logits.shape[1] + place))
    return right

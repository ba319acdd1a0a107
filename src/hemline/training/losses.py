"""The loss of each picture, also where its label leaves something open."""

from torch import Tensor
from torch.nn import functional

from hemline.labels import ANY_SHOE, NONE, SHOES


def losses_of(logits: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    """Cross-entropy of each picture in nats, `(n,)`.

    Args:
        logits: float32 `(n, 10)`, or `(n, 11)` with one for none of the classes.
        targets: int64 `(n,)`; for `ANY_SHOE` the probabilities of the shoes count together.
        smoothing: share of the target spread over all classes (Szegedy et al., 2016).
    """
    if logits.shape[1] == NONE:
        return functional.cross_entropy(
            logits, targets, reduction="none", label_smoothing=smoothing
        )
    logs = logits.log_softmax(1)
    some = logs[:, SHOES].logsumexp(1)
    one = logs.gather(1, targets.clamp(max=NONE)[:, None])[:, 0]
    actual = some.where(targets == ANY_SHOE, one)
    return -(1 - smoothing) * actual - smoothing * logs.mean(1)


def is_right(logits: Tensor, targets: Tensor) -> Tensor:
    """Whether the largest logit is what the target admits, bool `(n,)`."""
    said = logits.argmax(1)
    shoe = (said[:, None] == said.new_tensor(SHOES)).any(1)
    return (said == targets) | (shoe & (targets == ANY_SHOE))

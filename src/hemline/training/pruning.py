"""Pruning: easy pictures are left out of an epoch by chance, and count more when they are seen."""

import torch
from torch import Tensor

_WHOLE = 0.125  # share of the training, at its end, that sees every picture; as in the paper


class Pruning:
    """InfoBatch (Qin et al., 2024): the same expected gradient from fewer pictures.

    A picture is easy if its loss, when it was last seen, was below the mean.

    Args:
        share: of the easy pictures that an epoch leaves out.
        count: pictures in all.
        device: where the losses are kept.

    Attributes:
        losses: float32 `(count,)`, each picture's when it was last seen.
    """

    def __init__(self, share: float, count: int, device: torch.device) -> None:
        self.share = share
        self.losses = torch.full((count,), torch.inf, device=device)

    def choose(
        self, order: Tensor, progress: float, generator: torch.Generator
    ) -> tuple[Tensor, Tensor | None]:
        """What is left of `order`, and the weight of each of the `count` pictures, if any differ.

        Args:
            order: int64 `(m,)`, places of the pictures that an epoch would see.
            progress: share of the training that is done.
            generator: source of chance.
        """
        losses = self.losses[order]
        easy = losses < losses.mean()
        if progress >= 1 - _WHOLE or not easy.any():
            return order, None
        chances = torch.rand(len(order), generator=generator, device=order.device)
        weights = torch.ones_like(self.losses)
        weights[order[easy]] = 1 / (1 - self.share)
        return order[~(easy & (chances < self.share))], weights

    def state(self) -> dict[str, Tensor]:
        """Tensors that a checkpoint keeps."""
        return {"losses": self.losses}

    def load_state(self, tensors: dict[str, Tensor]) -> None:
        """Put back what `state` gave."""
        self.losses.copy_(tensors["losses"])

"""Where a training computes: the processor, or a GPU."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from hemline.cores import processor_name
from hemline.errors import RunError

DEVICES = ("auto", "cpu", "cuda")


def find_device(name: str) -> torch.device:
    """The device called `name`; `auto` is a GPU where there is one.

    Raises:
        RunError: no such device, or no GPU that PyTorch can use.
    """
    if name not in DEVICES:
        raise RunError(
            f"Expected a device ({', '.join(DEVICES)}), received {name}; choose one of these."
        )
    if name == "cuda" and not torch.cuda.is_available():
        raise RunError(
            "Expected a GPU that PyTorch can use for device cuda, received none; "
            "choose auto or cpu, or install PyTorch for your GPU."
        )
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def device_name(device: torch.device) -> str:
    """What the hardware calls itself."""
    return torch.cuda.get_device_name() if device.type == "cuda" else processor_name()


def bfloat16_is_fast(device: torch.device) -> bool:
    """Whether this processor multiplies bfloat16 by itself, rather than by way of float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if not hasattr(torch.cpu, "get_capabilities"):  # before PyTorch 2.11
        return False
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16"))


@contextmanager
def seeded_chance(seed: int) -> Iterator[None]:
    """Within, what layers such as dropout draw follows from `seed`; outside, nothing changes."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield

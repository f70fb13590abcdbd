"""A batch that does not fit: what would."""

from __future__ import annotations

import gc

import torch

from imusim.learn.training.batches import Batches
from imusim.learn.training.module import Pretrainer

_SAID = (
    "not enough memory", "can't allocate memory", "out of memory", "cannot allocate memory",
    "could not create a primitive", "could not create a memory",  # oneDNN's, where it got none
)  # fmt: skip


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory did not suffice, on a GPU or without one, here or in a process of ours."""
    return isinstance(error, MemoryError) or any(said in str(error).lower() for said in _SAID)


def largest_that_fits(module: Pretrainer, batches: Batches, device: torch.device) -> int | None:
    """Try half the windows, half of these, and so on, through one forward and backward pass.

    Returns
    -------
    int, optional
        How many fit on a device; None if not even one does.
    """
    module.zero_grad(set_to_none=True)
    module.to(device)
    module.on_fit_start()
    count = len(batches.numbers(0))
    while count > 1:
        count //= 2
        gc.collect()
        if device.type == "cuda":
            torch.cuda.empty_cache()
        try:
            _one_step(module, batches, count, device)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            continue
        finally:
            module.zero_grad(set_to_none=True)
        return count
    return None


def _one_step(module: Pretrainer, batches: Batches, count: int, device: torch.device) -> None:
    drawn = batches.part(0, count).to(device)
    module.train()
    module.loss_of(drawn, module.augment, 0).backward()

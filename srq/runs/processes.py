"""One training on several processes, as ``torchrun`` starts them: each takes its share of a batch.

The networks trained here are small, so the gradients travel as one flat tensor: every process
then takes the same step from the same numbers, and expanded layers need no wrapping.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed


@dataclass(frozen=True)
class Processes:
    """This process's place: ``rank`` among ``world``, and the same on its own machine."""

    rank: int = 0
    world: int = 1
    local_rank: int = 0
    local_world: int = 1

    @classmethod
    def from_environment(cls) -> "Processes":
        """As torchrun's variables say; alone, if there are none."""
        names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
        defaults = (0, 1, 0, 1)
        return cls(*(int(os.environ.get(n, d)) for n, d in zip(names, defaults, strict=True)))

    @property
    def first(self) -> bool:
        """Whether this is the process that writes files and speaks."""
        return self.rank == 0

    @contextmanager
    def joined(self, device: torch.device) -> Iterator[None]:
        """The processes are connected inside this block."""
        if self.world == 1:
            yield
            return
        if device.type == "cuda":
            torch.cuda.set_device(device)
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
        try:
            yield
        finally:
            distributed.destroy_process_group()

    def average(self, tensors: Sequence[Tensor], *numbers: float) -> tuple[float, ...]:
        """Replace each tensor by its mean over all processes, and return the means of the
        numbers."""
        if self.world == 1:
            return numbers
        device = tensors[0].device
        flat = torch.cat([*(t.reshape(-1) for t in tensors), torch.tensor(numbers, device=device)])
        distributed.all_reduce(flat)
        flat /= self.world
        means = flat.split([*(t.numel() for t in tensors), len(numbers)])
        for tensor, mean in zip(tensors, means, strict=False):
            tensor.copy_(mean.view_as(tensor))
        return tuple(means[-1].tolist())

    def share(self, data: bytes, device: torch.device) -> bytes:
        """The first process's ``data``, in every process (theirs is ignored)."""
        if self.world == 1:
            return data
        length = torch.tensor([len(data)], device=device)
        distributed.broadcast(length, 0)
        content = torch.empty(int(length), dtype=torch.uint8, device=device)
        if self.first and data:
            content.copy_(torch.frombuffer(bytearray(data), dtype=torch.uint8))
        distributed.broadcast(content, 0)
        return content.cpu().numpy().tobytes()

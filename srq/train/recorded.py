"""A training step on a CUDA device, recorded once and replayed.

A step of a small network is a few hundred short kernels, and starting them one by one from
Python takes longer than they do.
"""

from collections.abc import Callable

import torch
from torch import Tensor

# Steps taken one kernel at a time before the recording: libraries choose their ways in them.
_FIRST_STEPS = 5


class RecordedStep:
    """Takes the step that ``work`` is: its first few times as it stands, then from a recording.

    ``work`` reads and writes the same memory every time, waits for nothing, and gives the loss.
    """

    def __init__(self, work: Callable[[], Tensor], device: torch.device) -> None:
        self._work = work
        self._stream = torch.cuda.Stream(device)
        self._graph: torch.cuda.CUDAGraph | None = None
        self._loss: Tensor | None = None
        self._taken = 0

    def take(self) -> Tensor:
        """One step; its loss, which is there when the device is done."""
        if self._taken < _FIRST_STEPS:
            self._taken += 1
            self._stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(self._stream):
                loss = self._work()
            torch.cuda.current_stream().wait_stream(self._stream)
            return loss
        if self._graph is None:
            self._graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self._graph, stream=self._stream):
                self._loss = self._work()
        self._graph.replay()
        assert self._loss is not None
        return self._loss

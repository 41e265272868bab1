"""Which device, threads and step a training takes on the machine at hand."""

from dataclasses import replace
from typing import Literal, TypeVar

import torch
from torch import nn

from srq.errors import MissingDependencyError
from srq.runs.machine import device_and_threads
from srq.runs.processes import Processes
from srq.train.config import RunConfig
from srq.train.fused.build import library
from srq.train.fused.choice import is_faster

Model = TypeVar("Model", bound=nn.Module)


def resolved(run: RunConfig, processes: Processes) -> RunConfig:
    """``run`` with "auto" and 0 threads replaced by what this machine offers.

    Raises ConfigError if CUDA is asked for and there is none, MissingDependencyError if the
    fused step is and it cannot be compiled.
    """
    device, threads = device_and_threads(run.device, run.threads, processes)
    return replace(run, device=device, threads=threads, fused=_fused(run.fused, device))


def _fused(wanted: str, device: str) -> Literal["on", "off"]:
    if wanted == "off" or device != "cpu":
        return "off"
    try:
        library()
    except MissingDependencyError:
        if wanted == "on":
            raise
        return "off"
    return "on" if wanted == "on" or is_faster() else "off"


def placed(network: Model, device: torch.device) -> Model:
    """The network on ``device``, in place, its kernels laid out channels last: the layers of
    these networks are a third faster so."""
    network.to(device)
    # torch's type stubs know no such call; its documentation does.
    network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    return network

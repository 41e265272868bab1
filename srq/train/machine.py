"""Settling on a device and threads, so that the same training gives the same bits again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal, TypeVar

import torch
from torch import nn

from srq.errors import ConfigError, MissingDependencyError
from srq.provenance import cores
from srq.runs.allocator import keep_freed_memory
from srq.runs.processes import Processes
from srq.train.config import RunConfig
from srq.train.fused.build import library

Model = TypeVar("Model", bound=nn.Module)


def resolved(run: RunConfig, processes: Processes) -> RunConfig:
    """``run`` with "auto" and 0 threads replaced by what this machine offers.

    Raises ConfigError if CUDA is asked for and there is none, MissingDependencyError if the
    fused step is and it cannot be compiled.
    """
    device = run.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError(
            "'run.device' is \"cuda\", but this torch finds no CUDA device; "
            "use --set run.device=cpu, or a torch built for CUDA."
        )
    threads = run.threads or max(1, cores() // processes.local_world)
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
    return "on"


def placed(network: Model, device: torch.device) -> Model:
    """The network on ``device``, in place, its kernels laid out channels last: the layers of
    these networks are a third faster so."""
    network.to(device)
    # torch's type stubs know no such call; its documentation does.
    network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    return network


@contextmanager
def prepared(run: RunConfig, processes: Processes) -> Iterator[torch.device]:
    """Inside this block torch uses the device and threads of a resolved ``run``.

    On the CPU it also keeps to deterministic algorithms. On CUDA nothing is promised about
    the last bits: the fastest kernels are chosen by measurement.
    """
    if run.device == "cuda":
        torch.backends.cudnn.benchmark = True
        yield torch.device("cuda", processes.local_rank)
        return
    threads = torch.get_num_threads()
    deterministic = torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(run.threads)
    torch.use_deterministic_algorithms(True)
    keep_freed_memory()
    try:
        yield torch.device("cpu")
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(deterministic)

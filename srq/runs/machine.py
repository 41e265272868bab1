"""torch on the machine at hand, so that the same run gives the same bits again."""

import ctypes
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch

from srq.errors import ConfigError
from srq.provenance import cores
from srq.runs.processes import Processes

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_ONE_GIB = 1 << 30


@contextmanager
def prepared(device: str, threads: int, processes: Processes) -> Iterator[torch.device]:
    """Inside this block torch uses ``threads`` on ``device``, which is "cpu" or "cuda".

    On the CPU it also keeps to deterministic algorithms. On CUDA nothing is promised about
    the last bits: the fastest kernels are chosen by measurement.
    """
    if device == "cuda":
        torch.backends.cudnn.benchmark = True
        yield torch.device("cuda", processes.local_rank)
        return
    threads_before = torch.get_num_threads()
    deterministic = torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    keep_freed_memory()
    try:
        yield torch.device("cpu")
    finally:
        torch.set_num_threads(threads_before)
        torch.use_deterministic_algorithms(deterministic)


def device_and_threads(
    device: Literal["auto", "cpu", "cuda"], threads: int, processes: Processes
) -> tuple[Literal["cpu", "cuda"], int]:
    """The device, "auto" being CUDA where there is one, and the threads, 0 being all cores.

    Raises ConfigError if CUDA is asked for and there is none.
    """
    found = torch.cuda.is_available()
    if device == "cuda" and not found:
        raise ConfigError(
            "'run.device' is \"cuda\", but this torch finds no CUDA device; "
            "use --set run.device=cpu, or a torch built for CUDA."
        )
    chosen = "cuda" if found and device != "cpu" else "cpu"
    return chosen, threads or max(1, cores() // processes.local_world)


def keep_freed_memory() -> bool:
    """Let this process reuse freed blocks of up to 1 GiB; says whether that could be done.

    A training step frees its activations, megabytes each, and allocates the same sizes again
    in the next step. glibc maps such blocks afresh every time and the kernel zeroes each page
    of them, which cost 15 to 25% of a step where it was measured. Only glibc has this switch;
    elsewhere nothing is done.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    kept = [mallopt(_M_MMAP_THRESHOLD, _ONE_GIB), mallopt(_M_TRIM_THRESHOLD, _ONE_GIB)]
    return kept == [1, 1]

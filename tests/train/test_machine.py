import platform

import pytest
import torch

from srq.provenance import cores
from srq.runs.machine import keep_freed_memory, prepared
from srq.runs.processes import Processes
from srq.train.config import RunConfig
from srq.train.machine import resolved


def test_threads_are_shared_among_the_processes_of_a_machine():
    run = RunConfig(device="cpu", fused="off")
    assert resolved(run, Processes()).threads == cores()
    assert resolved(run, Processes(world=100, local_world=100)).threads == 1
    assert resolved(RunConfig(device="cpu", fused="off", threads=3), Processes()).threads == 3


def test_torch_is_left_as_it_was_found():
    threads = torch.get_num_threads()
    with prepared("cpu", threads + 1, Processes()) as device:
        assert device.type == "cpu"
        assert torch.get_num_threads() == threads + 1
        assert torch.are_deterministic_algorithms_enabled()
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has mallopt")
def test_glibc_takes_the_switches():
    assert keep_freed_memory()


def test_processes_are_as_torchrun_says(monkeypatch):
    assert Processes.from_environment() == Processes(0, 1, 0, 1)
    values = {"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "4"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    assert Processes.from_environment() == Processes(5, 8, 1, 4)
    assert not Processes.from_environment().first

"""Trainings of restoration as processes of their own: killed in every stage, and two at one."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from srq.restore.networks import load
from srq.restore.training.config import STAGES

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def begin(*arguments, launcher=()):
    return subprocess.Popen(
        [sys.executable, *launcher, "-m", "srq", "train", *map(str, arguments)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def states(folder):
    return set(folder.glob("states/step-*.safetensors"))


def wait_for_state(folder, before, process):
    """Until the stage has saved another state (it may be done by then)."""
    deadline = time.monotonic() + 240
    while states(folder) <= before and process.poll() is None:
        assert time.monotonic() < deadline, "no state within four minutes"
        time.sleep(0.005)


@pytest.fixture
def config(tmp_path, tiny_toml):
    file = tmp_path / "mine.toml"
    file.write_text(tiny_toml.replace("steps = 6", "steps = 24"))
    return file


@pytest.mark.slow
def test_killed_in_each_stage_it_ends_in_the_same_bytes(config, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    # A process of its own as well: here fewer sheets are measured (conftest).
    output, _ = (process := begin(config, "--out", whole)).communicate(timeout=600)
    assert process.returncode == 0, output
    arguments = [config, "--out", killed]
    for stage in STAGES:
        process = begin(*arguments)
        wait_for_state(killed / stage, set(), process)
        time.sleep(random.uniform(0, 0.3))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        arguments = ["--resume", killed]
    process = begin(*arguments)
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output
    for stage in STAGES:
        name = f"{stage}/model.safetensors"
        assert (killed / name).read_bytes() == (whole / name).read_bytes()


@pytest.mark.slow
def test_two_processes_at_one_training(config, tmp_path):
    folder = tmp_path / "shared"
    launcher = ("-m", "torch.distributed.run", "--nproc-per-node=2", "--standalone")
    process = begin(
        config, "--out", folder, "--set", "stages=direct", "--json", "-", launcher=launcher
    )
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output
    assert '"steps": 24' in output
    tensors = load("direct", folder).state_dict().values()
    assert all(torch.isfinite(tensor).all() for tensor in tensors)

"""Trainings as processes of their own: killed, interrupted, and several at one training."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from srq.runs.record import read_log
from srq.train import run
from srq.train.weights import find_weights

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


@pytest.fixture
def config(tmp_path, tiny_toml):
    """``config(key=value)``: a configuration file with these keys changed."""

    def write(**changes):
        lines = [
            f"{key} = {changes[key]}" if (key := line.partition(" ")[0]) in changes else line
            for line in tiny_toml.splitlines()
        ]
        file = tmp_path / "mine.toml"
        file.write_text("\n".join(lines))
        return file

    return write


def begin(*arguments, launcher=()):
    return subprocess.Popen(
        [sys.executable, *launcher, "-m", "srq", "train", *map(str, arguments)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process):
    output, _ = process.communicate(timeout=240)
    return output


def wait_for_states(folder, process):
    """Until the run has saved a state (it may be done by then)."""
    deadline = time.monotonic() + 240
    while not list(folder.glob("states/step-*.safetensors")) and process.poll() is None:
        assert time.monotonic() < deadline, "no state within four minutes"
        time.sleep(0.005)


def test_killed_at_any_moment_the_weights_come_out_the_same(tmp_path, config):
    seed = random.randrange(2**32)
    print("seed", seed)
    moments = random.Random(seed)
    # Saving takes most of the time here, so that kills fall into it too.
    file = config(steps=300, checkpoint_every=5, log_every=3, every=100)
    folder = tmp_path / "killed"
    arguments = [file, "--out", folder]
    for _ in range(3):
        process = begin(*arguments)
        wait_for_states(folder, process)
        time.sleep(moments.uniform(0, 0.6))
        process.kill()
        finish(process)
        arguments = ["--resume", folder]
    assert "model.safetensors" in finish(begin(*arguments))
    whole = begin(file, "--out", tmp_path / "whole")
    finish(whole)
    assert whole.returncode == 0
    names = ("killed", "whole")
    killed, uninterrupted = ((tmp_path / name / "model.safetensors").read_bytes() for name in names)
    assert killed == uninterrupted
    steps = [[e["step"] for e in read_log(tmp_path / name) if "loss" in e] for name in names]
    assert steps[0] == steps[1] == list(range(3, 301, 3))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_training_saves_its_state_and_says_how_to_go_on(
    tmp_path, config, number, code
):
    folder = tmp_path / "run"
    file = config(steps=1_000_000, checkpoint_every=40)
    process = begin(file, "--out", folder)
    wait_for_states(folder, process)
    process.send_signal(number)
    output = finish(process)
    assert process.returncode == code
    stopped = [line for line in output.splitlines() if line.startswith("Stopped after step")]
    assert stopped[0].endswith(f"go on with: srq train --resume {folder}")
    step = int(stopped[0].split()[3].rstrip(";"))
    assert (folder / "states" / f"step-{step:09d}.safetensors").is_file()
    assert (folder / "curves.png").is_file()
    assert "Traceback" not in output


def test_two_processes_train_what_one_does(tmp_path, config):
    # At a low rate and few steps: what differs in the last bits would otherwise grow.
    file = config(steps=12, warmup="0\nlr = 1e-4", checkpoint_every=5)
    torchrun = ("-m", "torch.distributed.run", "--nproc-per-node", "2")
    whole = tmp_path / "whole"
    run.start(run.TrainConfig.load(file), tmp_path / "one")

    together = begin(file, "--out", whole, launcher=torchrun)
    output = finish(together)
    assert together.returncode == 0, output
    assert output.count("Preparing the pictures") == 1
    one, two = (find_weights(tmp_path / name).network().state_dict() for name in ("one", "whole"))
    for name, tensor in one.items():
        assert torch.allclose(two[name], tensor, rtol=1e-4, atol=1e-6), name

    # From a state in the middle, both go on to the same bits.
    model = (whole / "model.safetensors").read_bytes()
    (whole / "model.safetensors").unlink()
    (whole / "states" / "step-000000012.safetensors").unlink()
    resumed = begin("--resume", whole, launcher=torchrun)
    output = finish(resumed)
    assert "Going on from step 10." in output
    assert (whole / "model.safetensors").read_bytes() == model

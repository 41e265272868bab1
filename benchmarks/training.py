"""How many training steps a second does srq take, against a plain PyTorch loop?

    python -m benchmarks.training --rounds 15

The peer is the loop that one writes first: the same network, NCHW, a DataLoader that crops and
converts in workers, torch's Adam, no expansion and no averaging (so it does less per step). It
runs with the paper's batch (two HR crops of 128 x 128) and with ours (sixteen of 64 x 64), with
and without workers; the faster of these two counts. Where the machine has more than AVX2, ours is
also run as AVX2 has it: the compiled step is compiled for that, and torch is held to it, with and
without the compiled step. Every contender is a process of its own
with the same number of threads; they take turns, and medians over all rounds count.
"""

import hashlib
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from benchmarks import harness
from srq import provenance
from srq.datasets.pool import LumaPool
from srq.models import build
from srq.provenance import Provenance, cores
from srq.runs.machine import prepared
from srq.runs.processes import Processes
from srq.train.config import TrainConfig
from srq.train.machine import resolved
from srq.train.pictures import training_pool
from srq.train.trainer import Trainer

OURS = "srq"
BATCHES = {"ours": (16, 32), "paper": (2, 64)}
"""How many crops a batch has, and their LR side."""

# Each way of ours, by what it changes in the shipped configuration.
WAYS: dict[str, list[str]] = {
    OURS: [],
    "srq, layer by layer": ["run.fused=off"],
    "srq, not expanded": ["expand.hidden=0"],
}

if provenance.isa() in ("avx512bw", "avx512vnni"):
    WAYS |= {f"{name}, on avx2": WAYS[name] for name in (OURS, "srq, layer by layer")}

Step = Callable[[], None]


class Crops(Dataset[tuple[Tensor, Tensor]]):
    """Random crops of a pool with flips and rotations, as one writes them for a DataLoader."""

    def __init__(self, pool: LumaPool, side: int) -> None:
        self.pairs = [pool.pair(i) for i in range(len(pool))]
        self.side, self.scale = side, pool.scale

    def __len__(self) -> int:
        return 1 << 30

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        rng = np.random.default_rng(index)
        lr, hr = self.pairs[rng.integers(len(self.pairs))]
        top = rng.integers(lr.shape[0] - self.side + 1)
        left = rng.integers(lr.shape[1] - self.side + 1)
        turns, mirrored = int(rng.integers(4)), bool(rng.integers(2))
        made = []
        for picture, s in ((lr, 1), (hr, self.scale)):
            crop = picture[s * top : s * (top + self.side), s * left : s * (left + self.side)]
            crop = np.rot90(crop, turns)
            crop = np.fliplr(crop) if mirrored else crop
            made.append(torch.from_numpy(crop.copy())[None].float() / 255)
        return made[0], made[1]


def settings(batch: str, threads: int, changes: list[str]) -> TrainConfig:
    """The shipped configuration on pictures that every machine has."""
    count, side = BATCHES[batch]
    config = TrainConfig.load(
        "kim-x2",
        [
            "data.train=skimage",
            "data.augment_scales=1.0",
            f"data.batch={count}",
            f"data.crop={side}",
            "run.device=cpu",
            f"run.threads={threads}",
            *changes,
        ],
    )
    return replace(config, run=resolved(config.run, Processes()))


def our_step(config: TrainConfig, device: torch.device) -> tuple[Step, Step]:
    """A step of our loop, and its sampling alone."""
    trainer = Trainer(config, training_pool(config, 1), Processes(), device)
    sampler = trainer.sampler
    return lambda: (trainer.take_step(), None)[1], lambda: (sampler.batch(trainer.step), None)[1]


def plain_step(config: TrainConfig, workers: int) -> Step:
    """A step of the plain loop."""
    crops = Crops(training_pool(config, 1), config.data.crop)
    loader = DataLoader(crops, config.data.batch, num_workers=workers)
    batches: Iterator[list[Tensor]] = iter(loader)
    torch.manual_seed(config.seed)
    model = build("kim", scale=2)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)

    def step() -> None:
        lr, hr = next(batches)
        optimizer.zero_grad()
        F.l1_loss(model(lr), hr).backward()
        optimizer.step()

    return step


def serve(pipe: Connection, batch: str, threads: int, way: list[str] | int) -> None:
    """A contender's process: for each number received, answer the seconds of so many steps,
    and those of the sampling alone (0 where that cannot be separated)."""
    config = settings(batch, threads, way if isinstance(way, list) else [])
    if isinstance(way, int):
        torch.set_num_threads(threads)
        answer(pipe, plain_step(config, way), lambda: None)
        return
    with prepared(config.run.device, config.run.threads, Processes()) as device:
        answer(pipe, *our_step(config, device))


def answer(pipe: Connection, step: Step, sample: Step) -> None:
    for _ in range(5):
        step()
    pipe.send("ready")
    while count := pipe.recv():
        times = []
        for action in (step, sample):
            began = time.perf_counter()
            for _ in range(count):
                action()
            times.append(time.perf_counter() - began)
        pipe.send(times)


def measure(rounds: int, steps: int, threads: int, workers: int) -> dict[str, dict[str, float]]:
    """Of each contender: milliseconds per step, and of sampling, medians over the rounds."""
    context = multiprocessing.get_context("spawn")
    ways: dict[tuple[str, str], list[str] | int] = {}
    for batch in BATCHES:
        ways |= {(name, batch): way for name, way in WAYS.items()}
        ways |= {(f"plain, {n} workers", batch): n for n in (0, workers)}
    pipes: dict[tuple[str, str], Connection] = {}
    for key, way in ways.items():
        pipes[key], theirs = context.Pipe()
        with environment(harness.ON_AVX2 if key[0].endswith("on avx2") else {}):
            context.Process(target=serve, args=(theirs, key[1], threads, way)).start()
        assert pipes[key].recv() == "ready"
    taken = harness.in_turns(
        {key: partial(turn, pipe, steps) for key, pipe in pipes.items()}, rounds
    )
    for pipe in pipes.values():
        pipe.send(0)
    return {
        f"{name}; {batch}": {
            "step_ms": statistics.median(step for step, _ in taken[name, batch]),
            "sampling_ms": statistics.median(sample for _, sample in taken[name, batch]),
        }
        for name, batch in ways
    }


@contextmanager
def environment(variables: dict[str, str]) -> Iterator[None]:
    """Set ``variables`` for the processes that are started inside."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def turn(pipe: Connection, steps: int) -> list[float]:
    """Milliseconds per step and per sampling of one contender in one round."""
    pipe.send(steps)
    return [1e3 * seconds / steps for seconds in pipe.recv()]


def ratios(measured: dict[str, dict[str, float]]) -> dict[str, float]:
    """How many times as fast ours is, per step and per pixel, and the sampler's share."""
    plain = {
        batch: min(row["step_ms"] for key, row in measured.items() if plain_key(key, batch))
        for batch in BATCHES
    }
    ours = {batch: measured[f"{OURS}; {batch}"] for batch in BATCHES}
    pixels = {batch: count * (2 * side) ** 2 for batch, (count, side) in BATCHES.items()}
    per_pixel = (plain["paper"] / pixels["paper"]) / (ours["ours"]["step_ms"] / pixels["ours"])
    return {
        "steps/s, both with our batch": plain["ours"] / ours["ours"]["step_ms"],
        "steps/s, both with the paper's batch": plain["paper"] / ours["paper"]["step_ms"],
        "HR pixels/s, each with its own batch": per_pixel,
        "steps/s, compiled against layer by layer": measured["srq, layer by layer; ours"]["step_ms"]
        / ours["ours"]["step_ms"],
        "the sampler's share of our step": ours["ours"]["sampling_ms"] / ours["ours"]["step_ms"],
    }


def plain_key(key: str, batch: str) -> bool:
    return key.startswith("plain") and key.endswith(f"; {batch}")


def initial_weights() -> str:
    """The SHA-256 of the weights that all contenders begin with (before any expansion)."""
    torch.manual_seed(0)
    state = build("kim", scale=2).state_dict()
    return hashlib.sha256(b"".join(t.numpy().tobytes() for t in state.values())).hexdigest()


def main() -> None:
    parser = harness.parser(__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--steps", type=int, default=30, help="steps of each in a round")
    parser.add_argument("--threads", type=int, default=cores())
    parser.add_argument("--workers", type=int, default=cores(), help="of the peer's DataLoader")
    parser.add_argument("--json", type=Path, help="write the result there alone")
    given = parser.parse_args()
    measured = measure(given.rounds, given.steps, given.threads, given.workers)
    compared = ratios(measured)
    for name, row in measured.items():
        print(f"{name:32} {row['step_ms']:8.2f} ms/step {1e3 / row['step_ms']:8.1f} steps/s")
    for name, ratio in compared.items():
        print(f"{name:40} {ratio:.3f}")
    result: dict[str, Any] = {
        "made": Provenance.now().to_json(),
        "threads": given.threads,
        "initial_weights_sha256": initial_weights(),
        "batches": {name: {"crops": n, "lr_side": side} for name, (n, side) in BATCHES.items()},
        "rounds": given.rounds,
        "steps_per_round": given.steps,
        "measured": measured,
        "ratios": compared,
    }
    harness.keep("training", result, given.json)


if __name__ == "__main__":
    main()

"""A step that is recorded on a GPU learns as one that is not; without a GPU nothing can be."""

import numpy as np
import pytest
import torch

from srq.datasets.build import build_pool
from srq.degrade import Recipe
from srq.runs.processes import Processes
from srq.train.config import TrainConfig
from srq.train.trainer import Trainer


@pytest.mark.skipif(not torch.cuda.is_available(), reason="There is no CUDA device.")
@pytest.mark.parametrize("optimizer", ["adam", "muon"])
def test_its_losses_are_those_of_the_cpu(optimizer):
    text = f'steps = 40\n[model]\nname = "plain"\n[optim]\nname = "{optimizer}"\nwarmup = 2\n'
    config = TrainConfig.parse(text, "test", ["data.crop=16", "run.fused=off"])
    pictures = np.random.default_rng(0).integers(0, 256, (3, 96, 96), np.uint8)
    pool = build_pool(list(pictures), scale=2, recipe=Recipe.load("bicubic"), crop=16)
    losses = []
    for device in ("cpu", "cuda"):
        trainer = Trainer(config, pool, Processes.from_environment(), torch.device(device))
        losses.append([trainer.take_step()[0] for _ in range(40)])
    np.testing.assert_allclose(losses[0], losses[1], rtol=0.02)

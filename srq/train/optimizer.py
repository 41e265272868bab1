"""The optimizer and the learning rate of each step."""

from collections.abc import Iterable

from torch import nn, optim

from srq.runs.rates import cosine, warming
from srq.train.config import OptimConfig
from srq.train.muon import Muon
from srq.train.soap import Soap

# Those whose step waits for nothing and branches on nothing, so that it can be recorded.
RECORDABLE = ("adam", "adamw", "muon")


def build_optimizer(
    parameters: Iterable[nn.Parameter], config: OptimConfig, *, recorded: bool = False
) -> optim.Optimizer:
    """What ``config`` names, over ``parameters``; ``learning_rate`` sets its rate before each
    step. ``recorded`` is for one of RECORDABLE whose step will be recorded on a CUDA device."""
    first, second = config.betas
    if config.name == "soap":
        return Soap(parameters, config.lr, (first, second))
    if config.name == "muon":
        return Muon(parameters, config.lr, (first, second))
    kinds = {"adam": optim.Adam, "adamw": optim.AdamW}
    return kinds[config.name](
        parameters,
        lr=config.lr,
        betas=(first, second),
        weight_decay=config.weight_decay,
        fused=True,
        capturable=recorded,
    )


def fitted_warmup(config: OptimConfig, steps: int) -> int:
    """How many steps rise in a training of ``steps``: at most a tenth of them."""
    return min(config.warmup, steps // 10)


def learning_rate(config: OptimConfig, step: int, steps: int) -> float:
    """The rate of ``step`` (from 0) in a training of ``steps``."""
    warmup = fitted_warmup(config, steps)
    if config.schedule == "cosine":
        falling = cosine(step, steps)
    elif config.schedule == "steps":
        falling = config.divide_by ** -(step // config.divide_every)
    else:
        falling = 1.0
    return config.lr * warming(step, warmup) * falling

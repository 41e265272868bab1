"""A network in training: its weights, optimizer and averaged kernels, one step at a time."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from srq.datasets.pool import LumaPool
from srq.datasets.sampler import Sampler
from srq.errors import CheckpointError
from srq.models import Network, build
from srq.models.checkpoint import load_into
from srq.models.expand import collapsed_state, expand
from srq.models.kim import Kim
from srq.runs.average import KernelAverage
from srq.runs.loop import DivergedError
from srq.runs.processes import Processes
from srq.runs.tensors import (
    AVERAGE,
    MODEL,
    check_finite,
    optimizer_tensors,
    restore_optimizer,
    with_prefix,
    without_prefix,
)
from srq.train.config import TrainConfig
from srq.train.crops import DeviceCrops
from srq.train.machine import placed
from srq.train.narrowing import can_narrow, narrowed
from srq.train.objective import loss_of
from srq.train.optimizer import RECORDABLE, build_optimizer, learning_rate
from srq.train.recorded import RecordedStep
from srq.train.teacher import load_teacher
from srq.train.weights import find_weights
from srq.zoo import resolve

# How many batches decide which channels of a wider network are kept.
_RANKING_BATCHES = 200


class Trainer:
    """Takes the steps of a training; ``step`` counts those taken.

    The same config, pool, process count and thread count take the same steps, bit for bit on
    the CPU, whether at one stretch or restored from ``tensors`` in between. One that is going
    to be ``restored`` does not need the checkpoint that the training was started from.
    """

    def __init__(
        self,
        config: TrainConfig,
        pool: LumaPool,
        processes: Processes,
        device: torch.device,
        *,
        restored: bool = False,
    ) -> None:
        self.config = config
        self.device = device
        self.step = 0
        self._processes = processes
        self.sampler = Sampler(
            pool,
            crop=config.data.crop,
            batch=config.data.batch,
            seed=config.seed,
            rank=processes.rank,
            world=processes.world,
        )
        self.network = placed(_fresh_network(config, pool, warm=not restored), device)
        self._parameters = list(self.network.parameters())
        # With several processes the gradients leave the device in the middle of a step.
        recorded = (
            device.type == "cuda" and processes.world == 1 and config.optim.name in RECORDABLE
        )
        self._optimizer = build_optimizer(self._parameters, config.optim, recorded=recorded)
        self._average = KernelAverage(config.ema, collapsed_state(self.network))
        self._teacher = load_teacher(config, device)
        self._crops = DeviceCrops(self.sampler, device) if device.type == "cuda" else None
        self._recorded: RecordedStep | None = None
        if recorded:
            self._lr = torch.tensor(config.optim.lr, device=device)
            for group in self._optimizer.param_groups:
                group["lr"] = self._lr
            self._recorded = RecordedStep(self._whole_step, device)

    def take_step(self, stop: bool = False) -> tuple[float, bool]:
        """One step; its loss over all processes, and whether any process wished to ``stop``.

        Raises DivergedError if the loss is not finite, with the weights as they were or, of a
        recorded step, with weights that are not finite either. (A gradient that is not makes the
        next loss so, and no state is saved in between.)
        """
        rate = learning_rate(self.config.optim, self.step, self.config.steps)
        if self._crops is not None:
            self._crops.place(self.sampler.places(self.step))
        if self._recorded is not None:
            self._lr.fill_(rate)
            loss = self._recorded.take()
            self.step += 1
            self._update_average()  # while the device is at work
            self._check_finite(mean := loss.item(), self.step)
            return mean, stop
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        loss = self._slopes()
        gradients = [p.grad for p in self._parameters if p.grad is not None]
        mean, wished = self._processes.average(gradients, loss.item(), float(stop))
        self._check_finite(mean, self.step + 1)
        self._move()
        self.step += 1
        return mean, wished > 0

    def _whole_step(self) -> Tensor:
        loss = self._slopes()
        self._move()
        return loss.detach()

    def _slopes(self) -> Tensor:
        """The loss of a batch, its gradients left with the parameters."""
        lr, hr = self._crops.cut() if self._crops is not None else self._batch()
        # Inside this block an expanded layer works out its kernel once, for both uses.
        with parametrize.cached():
            loss = loss_of(
                self.network,
                lr,
                hr,
                self.config.loss,
                self._teacher,
                compiled=self.config.run.fused == "on",
            )
            if self._recorded is None:
                self._update_average()
        self._optimizer.zero_grad()
        loss.backward()
        return loss

    def _move(self) -> None:
        if self.config.optim.clip:
            nn.utils.clip_grad_norm_(self._parameters, self.config.optim.clip)
        self._optimizer.step()

    def _check_finite(self, loss: float, step: int) -> None:
        if not math.isfinite(loss):
            raise DivergedError(f"The training stopped at step {step}: its loss is {loss:g}.")

    @property
    def rate(self) -> float:
        """The learning rate of the last step."""
        return learning_rate(self.config.optim, self.step - 1, self.config.steps)

    def averaged_state(self) -> Mapping[str, Tensor]:
        """The averaged kernels after the steps taken, as a collapsed network's state."""
        self._update_average()
        return self._average.state

    def averaged_network(self) -> Network:
        """A collapsed network with the averaged kernels, for measuring; a copy."""
        network = build(self.network.name, **self.network.config)
        network.load_state_dict({k: t.cpu() for k, t in self.averaged_state().items()})
        return placed(network, self.device).eval()

    def tensors(self) -> dict[str, Tensor]:
        """All that a state must hold, beside ``step``; raises DivergedError unless finite."""
        held = {
            **with_prefix(MODEL, self.network.state_dict()),
            **optimizer_tensors(self._optimizer),
            **with_prefix(AVERAGE, self.averaged_state()),
        }
        check_finite(held, self.step)
        return held

    def restore(self, tensors: Mapping[str, Tensor], step: int, name: str) -> None:
        """Go to where ``tensors`` were taken; ``name`` stands for their file in errors."""
        load_into(self.network, without_prefix(MODEL, tensors), name)
        restore_optimizer(self._optimizer, self._parameters, tensors, name)
        average = {k: t.to(self.device) for k, t in without_prefix(AVERAGE, tensors).items()}
        self._average = KernelAverage(self.config.ema, average, updates=step)
        self.step = step

    def _update_average(self) -> None:
        """Take the present kernels into the average, unless they are in it."""
        if self._average.updates < self.step:
            self._average.update(collapsed_state(self.network))

    def _batch(self) -> tuple[Tensor, Tensor]:
        lr, hr = self.sampler.batch(self.step)
        return torch.from_numpy(lr), torch.from_numpy(hr)


def _fresh_network(config: TrainConfig, pool: LumaPool, *, warm: bool) -> Network:
    """The network as a training starts with it; the seed alone decides its random weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = build(config.model.name, scale=config.model.scale, **config.model.options)
        if config.init_from and warm:
            _warm_start(network, config, pool)
        if config.expand.hidden:
            expand(network, hidden=config.expand.hidden, keep=bool(config.init_from))
    return network.train()


def _warm_start(network: Network, config: TrainConfig, pool: LumaPool) -> None:
    """Copy a checkpoint's kernels; from another scale, those of the layers that are alike; from
    a wider ``kim``, those of the channels that matter most on the training pictures.

    To scale 1 the last layer begins with the mean of those that made the pixels of a block: what
    they have in common takes traces of compression away."""
    path = config.init_from
    source = find_weights(resolve(path, "float")).network()
    if isinstance(source, Kim) and isinstance(network, Kim) and can_narrow(source, network):
        # The same crops in every process, whatever its share of a batch is.
        sampler = Sampler(pool, crop=config.data.crop, batch=config.data.batch, seed=config.seed)
        crops = (sampler.batch(step) for step in range(_RANKING_BATCHES))
        batches = ((torch.from_numpy(lr), torch.from_numpy(hr)) for lr, hr in crops)
        network.load_state_dict(narrowed(source, network, batches))
        return
    same = {**source.config, "scale": 0} == {**network.config, "scale": 0}
    if source.name != network.name or not same:
        raise CheckpointError(
            f"'init_from' {path} holds {source.name} {source.config}, and the configuration asks "
            f"for {network.name} {network.config}; name a checkpoint of that network."
        )
    wanted = network.state_dict()
    for key, kernels in source.state_dict().items():
        if network.scale == 1:
            kernels = _mean_of_block(kernels, wanted[key])
        if kernels.shape == wanted[key].shape:
            wanted[key] = kernels
    network.load_state_dict(wanted)


def _mean_of_block(kernels: Tensor, wanted: Tensor) -> Tensor:
    """Kernels of several outputs as those of one, where only one is wanted."""
    return kernels.mean(0, keepdim=True) if len(wanted) == 1 else kernels

"""The tensors of a state under flat names: a prefix says whose they are."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, optim

from srq.errors import CheckpointError
from srq.runs.loop import DivergedError

MODEL = "model/"
OPTIMIZER = "optimizer/"
AVERAGE = "average/"
"""Before the names of a state's averaged weights."""


def with_prefix(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``tensors`` with ``prefix`` before each name."""
    return {prefix + name: tensor for name, tensor in tensors.items()}


def without_prefix(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Those of ``tensors`` whose names begin with ``prefix``, without it."""
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }


def check_finite(tensors: Mapping[str, Tensor], step: int, advice: str = "") -> None:
    """Raise DivergedError, with ``advice`` at its end, if a tensor holds a number that is none."""
    for name, tensor in tensors.items():
        if not bool(torch.isfinite(tensor).all()):
            raise DivergedError(
                f"The training stopped at step {step}: {name} holds a number that is "
                f"not finite{advice}."
            )


def optimizer_tensors(optimizer: optim.Optimizer) -> dict[str, Tensor]:
    """What an optimizer remembers of each parameter, its moments, by ``optimizer/INDEX/KEY``."""
    return {
        f"{OPTIMIZER}{index}/{key}": tensor
        for index, entries in optimizer.state_dict()["state"].items()
        for key, tensor in entries.items()
    }


def restore_optimizer(
    optimizer: optim.Optimizer,
    parameters: Sequence[Tensor],
    tensors: Mapping[str, Tensor],
    name: str,
) -> None:
    """Give an optimizer over ``parameters`` the moments that ``optimizer_tensors`` gave.

    ``name`` stands for their file. Raises CheckpointError where there are more of them than
    parameters.
    """
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in without_prefix(OPTIMIZER, tensors).items():
        index, _, entry = key.partition("/")
        if int(index) >= len(parameters):
            raise CheckpointError(f"{name} is a state of another network.")
        parameter = parameters[int(index)]
        if tensor.shape == parameter.shape:
            # The update runs through memory, so the moments must lie as the weight does.
            tensor = torch.empty_like(parameter).copy_(tensor)
        state.setdefault(int(index), {})[entry] = tensor
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})

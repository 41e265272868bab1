"""Starting a narrow ``kim`` from a wide one that is trained: the channels that matter most.

A small network trained from random weights wastes channels: some never answer, others answer
alike. A wider one has more to choose from. Its channels are ranked by how much the loss would
feel their loss, and the best of them make the narrow network's first weights.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from srq.models.kim import Kim
from srq.train.objective import penalty, to_unit

# Which of the three sets of channels each layer's outputs and inputs belong to: the wide ones
# (head, the skip and what it is added to are one set), and the two narrow ones.
_WIDE, _FIRST, _SECOND = range(3)
_OUTPUTS = {
    "head": _WIDE,
    "depthwise1": _WIDE,
    "pointwise1": _FIRST,
    "depthwise2": _FIRST,
    "pointwise2": _WIDE,
    "depthwise3": _WIDE,
    "pointwise3": _SECOND,
    "depthwise4": _SECOND,
}
_INPUTS = {"pointwise1": _WIDE, "pointwise2": _FIRST, "pointwise3": _WIDE, "pointwise4": _SECOND}


def can_narrow(source: Kim, target: Kim) -> bool:
    """Whether ``target`` is the same network as ``source`` but for fewer channels."""
    before, after = (
        (int(network.config["wide"]), int(network.config["narrow"])) for network in (source, target)
    )
    fewer = before != after and all(b >= a for b, a in zip(before, after, strict=True))
    return source.scale == target.scale and fewer


def narrowed(
    source: Kim, target: Kim, batches: Iterable[tuple[Tensor, Tensor]]
) -> dict[str, Tensor]:
    """A state for ``target`` from the channels of ``source`` that matter most on ``batches``.

    Each batch is uint8 LR (N, 1, h, w) and HR; the ranking is the squared slope of the L2 loss
    over a gain on the channel, summed over the batches.
    """
    counts = (target.config["wide"], target.config["narrow"], target.config["narrow"])
    kept = [
        scores.topk(int(count)).indices.sort().values
        for scores, count in zip(importance(source, batches), counts, strict=True)
    ]
    state = {}
    for name, layer in source.named_children():
        assert isinstance(layer, nn.Conv2d)
        weight = layer.weight.detach()
        if name in _OUTPUTS:
            weight = weight[kept[_OUTPUTS[name]]]
        if name in _INPUTS:
            weight = weight[:, kept[_INPUTS[name]]]
        state[f"{name}.weight"] = weight.clone()
    return state


def importance(network: Kim, batches: Iterable[tuple[Tensor, Tensor]]) -> list[Tensor]:
    """How much each channel matters: of the wide set, then of the two narrow ones."""
    wide, narrow = int(network.config["wide"]), int(network.config["narrow"])
    weight = network.head.weight
    gains = [weight.new_ones(count, requires_grad=True) for count in (wide, narrow, narrow)]
    scores = [torch.zeros_like(gain) for gain in gains]

    # Any: torch types what a hook is given as a tuple of tensors or a dict of anything.
    def scaled(values: Any, which: int) -> Tensor:
        return values * gains[which][:, None, None]

    # A gain before a ReLU is one after it. The wide set is met twice: as the head's outputs,
    # and where the skip is added to pointwise2's.
    hooks = [
        network.head.register_forward_hook(lambda _, __, out: scaled(out, _WIDE)),
        network.pointwise1.register_forward_hook(lambda _, __, out: scaled(out, _FIRST)),
        network.depthwise3.register_forward_pre_hook(lambda _, args: scaled(args[0], _WIDE)),
        network.pointwise3.register_forward_hook(lambda _, __, out: scaled(out, _SECOND)),
    ]
    try:
        for lr, hr in batches:
            loss = penalty(network(to_unit(lr)) - to_unit(hr), "l2")
            for score, slope in zip(scores, torch.autograd.grad(loss, gains), strict=True):
                score += slope.square()
    finally:
        for hook in hooks:
            hook.remove()
    return scores

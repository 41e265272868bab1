"""Weights brought onto their grids bit by bit, while those still free make up for it.

A training that rounds all weights at every step does not end: a weight that would best lie
between two steps of its grid swings from one to the other, and what is delivered then is chance
(Nagel et al., "Overcoming Oscillations in Quantization-Aware Training", 2022). In a network as
small as these it ends worse than it began. So weights stay floats until they are frozen, each
on the nearest step of its grid, and the rest learn on to put right what that changed (Zhou et
al., "Incremental Network Quantization", 2017). Those come first on which the loss depends most,
while there are many left to make up for them; the squares of their gradients tell.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from srq.quant.twin import QuantizedConv, Twin


class WeightFreezing:
    """A twin's weights as floats of which more and more are frozen on their grids.

    ``trained`` is what an optimizer is to change: every weight and bias as a part of the
    largest weight that its format holds, so that one rate suits all layers. Each step,
    ``freeze`` as many as are due; after the backward pass ``take_gradients``; after the
    optimizer's step ``write_back``. Biases, at the precision of a sum, need not be frozen.
    Until ``finish`` the twin's own rounding of weights is off.
    """

    def __init__(self, twin: Twin) -> None:
        self._parameters = [
            _Parameter(conv, parameter)
            for conv in (twin.conv(name) for name in twin.convs)
            for parameter in conv.parameters()
        ]
        self.trained = [parameter.trained for parameter in self._parameters]
        _set_rounding(twin, False)
        self._twin = twin

    def freeze(self, share: float) -> None:
        """Freeze weights until that share, 0 to 1, of every layer's is frozen."""
        for parameter in self._parameters:
            parameter.freeze(share)

    def take_gradients(self) -> None:
        """Hand the gradients of the twin's parameters to ``trained``; none to what is frozen."""
        for parameter in self._parameters:
            parameter.take_gradient()

    def write_back(self) -> None:
        """Put what ``trained`` has become into the twin; the frozen stay as they are."""
        for parameter in self._parameters:
            parameter.write_back()

    def rounded(self) -> dict[str, Tensor]:
        """A state of the twin's with all weights on their grids, the free ones rounded."""
        state = {name: tensor.clone() for name, tensor in self._twin.state_dict().items()}
        for name in self._twin.convs:
            conv = self._twin.conv(name)
            state[f"convs.{name}.weight"] = _nearest(conv)
        return state

    def finish(self) -> None:
        """Put all weights on their grids, and let the twin round as it does."""
        self._twin.load_state_dict(self.rounded())
        _set_rounding(self._twin, True)

    def tensors(self) -> dict[str, Tensor]:
        """Which weights are frozen, and the gradients' squares so far, to go on from."""
        frozen = {f"settled/{index}": p.frozen for index, p in enumerate(self._parameters)}
        return frozen | {f"squares/{index}": p.squares for index, p in enumerate(self._parameters)}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go to where ``tensors`` were taken; the twin's weights are there already."""
        for index, parameter in enumerate(self._parameters):
            parameter.restore(tensors[f"settled/{index}"], tensors[f"squares/{index}"])


class _Parameter:
    """One parameter, counted in the largest weight that its layer's format holds."""

    def __init__(self, conv: QuantizedConv, parameter: nn.Parameter) -> None:
        self._half = 2 ** (conv.fixed.bits - 1)
        largest = conv.fixed.scale * self._half
        self._unit = largest if parameter is conv.weight else largest.reshape(-1)
        self._rounds = parameter is conv.weight
        self._parameter = parameter
        # Powers of two: there and back nothing is lost.
        self.trained = (parameter.detach() / self._unit).requires_grad_()
        self.frozen = torch.zeros_like(parameter, dtype=torch.bool)
        self.squares = torch.zeros_like(self.trained, requires_grad=False)
        self._kept = self.trained.detach().clone()

    @torch.no_grad()
    def freeze(self, share: float) -> None:
        due = round(share * self.frozen.numel()) - int(self.frozen.sum())
        if not self._rounds or due <= 0:
            return
        # Flat in the order of indices, whatever the order in memory.
        depends = self.squares.masked_fill(self.frozen, -1).flatten()
        chosen = torch.zeros_like(depends, dtype=torch.bool)
        chosen[depends.sort(descending=True, stable=True).indices[:due]] = True
        chosen = chosen.reshape(self.frozen.shape)
        near = torch.floor(self._kept * self._half + 0.5).clamp(-self._half, self._half - 1)
        self.frozen |= chosen
        self._put(torch.where(chosen, near / self._half, self._kept))

    @torch.no_grad()
    def take_gradient(self) -> None:
        assert self._parameter.grad is not None
        gradient = self._parameter.grad * self._unit
        self.squares += gradient.square()
        self.trained.grad = gradient.masked_fill(self.frozen, 0)

    @torch.no_grad()
    def write_back(self) -> None:
        value = self.trained.detach()
        if self._rounds:
            value = value.clamp(-1, 1 - 1 / self._half)
        self._put(torch.where(self.frozen, self._kept, value))

    @torch.no_grad()
    def restore(self, frozen: Tensor, squares: Tensor) -> None:
        self.frozen.copy_(frozen)
        self.squares.copy_(squares)
        self._put(self._parameter.detach() / self._unit)

    def _put(self, value: Tensor) -> None:
        """Make ``value`` what is trained, kept, and in the twin."""
        self.trained.copy_(value)
        self._kept.copy_(value)
        self._parameter.copy_(value * self._unit)


def _set_rounding(twin: Twin, active: bool) -> None:
    for name in twin.convs:
        twin.conv(name).fixed.active = active


@torch.no_grad()
def _nearest(conv: QuantizedConv) -> Tensor:
    was, conv.fixed.active = conv.fixed.active, True
    near = conv.fixed(conv.weight)
    conv.fixed.active = was
    return near

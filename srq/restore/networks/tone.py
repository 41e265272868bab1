"""The tone of a whole picture: curves and a matrix that undo fading, casts and sepia.

Both are read off a thumbnail and hold for every pixel, so that tiles agree.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from srq.restore.networks.blocks import zeroed

SIDE = 64
"""The thumbnail's height and width."""

NODES = 17
"""The points of a curve, evenly from 0 to 1."""

_LUMA = (0.299, 0.587, 0.114)
_QUANTILES = 21


@dataclass(frozen=True)
class Tones:
    """How the colours of N pictures change.

    curves: (N, 3, NODES), what red, green and blue become at each node.
    matrix: (N, 3, 3), how the three mix afterwards; its rows sum to 1, so that gray stays gray.
    needed: (N,), the logit that there is anything to change at all.
    """

    curves: Tensor
    matrix: Tensor
    needed: Tensor


class Tone(nn.Module):
    """Gives the tones of pictures from their thumbnails; ``apply_tones`` uses them.

    It is the mean of ``members`` that learn each for itself. What pictures were is guessed, and
    their guesses err in different ways.
    """

    def __init__(self, width: int = 16, hidden: int = 128, members: int = 4) -> None:
        super().__init__()
        self.config = {"width": width, "hidden": hidden, "members": members}
        self.members = nn.ModuleList(Member(width, hidden) for _ in range(members))

    def forward(self, thumbnails: Tensor) -> Tones:
        """The tones of (N, 3, SIDE, SIDE)."""
        return _mean_of(self.each(thumbnails))

    def each(self, thumbnails: Tensor) -> list[Tones]:
        """The tones that each member gives (N, 3, SIDE, SIDE)."""
        statistics = _statistics(thumbnails)
        return [member(thumbnails, statistics) for member in self.members]

    @torch.no_grad()
    def shift_needed(self, by: float) -> None:
        """Add to the logit that a change is needed, of every picture."""
        for member in self.members:
            assert isinstance(member, Member)
            member.needed_bias[-1] += by


def _mean_of(tones: list[Tones]) -> Tones:
    """The mean of curves, matrices and logits."""
    return Tones(
        torch.stack([each.curves for each in tones]).mean(0),
        torch.stack([each.matrix for each in tones]).mean(0),
        torch.stack([each.needed for each in tones]).mean(0),
    )


class Member(nn.Module):
    """One guess at the tones of pictures."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.look = nn.Sequential(
            nn.Conv2d(3, width, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(2 * width, 2 * width, 3, stride=2, padding=1),
            nn.ReLU(),
        )
        self.decide = nn.Sequential(
            nn.Linear(4 * width + 4 * _QUANTILES + 15, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            zeroed(nn.Linear(hidden, 3 * NODES + 9 + 1)),
        )

    @property
    def needed_bias(self) -> Tensor:
        """The biases of the last layer; the last is that of the logit."""
        last = self.decide[-1]
        assert isinstance(last, nn.Linear)
        return last.bias

    def forward(self, thumbnails: Tensor, statistics: Tensor) -> Tones:
        """The tones of (N, 3, SIDE, SIDE) and what they are like."""
        seen = self.look(2 * thumbnails - 1)
        features = torch.cat([seen.mean((2, 3)), seen.amax((2, 3)), statistics], 1)
        curves, matrix, needed = self.decide(features).split([3 * NODES, 9, 1], 1)
        line = torch.linspace(0, 1, NODES, device=thumbnails.device)
        mix = matrix.view(-1, 3, 3)
        mix = torch.eye(3, device=thumbnails.device) + mix - mix.mean(2, keepdim=True)
        return Tones(line + 0.5 * curves.view(-1, 3, NODES), mix, needed[:, 0])


def apply_tones(pictures: Tensor, curves: Tensor, matrix: Tensor) -> Tensor:
    """Pictures (N, 3, H, W) with ``curves`` and then ``matrix``; not clipped."""
    count, _, height, width = pictures.shape
    places = pictures.clamp(0, 1).reshape(count, 3, -1) * (NODES - 1)
    below = places.detach().floor().clamp(max=NODES - 2)
    index = below.long()
    low, high = curves.gather(2, index), curves.gather(2, index + 1)
    toned = low + (places - below) * (high - low)
    return torch.bmm(matrix, toned).view(count, 3, height, width)


def _statistics(thumbnails: Tensor) -> Tensor:
    """What a thumbnail's values are like, (N, 4 * _QUANTILES + 15): the quantiles of red, green,
    blue and luma, and means and covariances of the colours and their differences."""
    # Each fourth pixel tells as much, and sorting takes most of the time.
    flat = thumbnails[..., ::2, ::2].flatten(2)
    luma = (flat * flat.new_tensor(_LUMA)[:, None]).sum(1, keepdim=True)
    ordered = torch.cat([flat, luma], 1).sort(2).values
    last = ordered.shape[2] - 1
    index = torch.linspace(0.004, 0.996, _QUANTILES, device=flat.device).mul(last).round().long()
    red, green, blue = flat.unbind(1)
    signals = torch.stack([luma[:, 0], red - green, blue - green], 1)
    means = signals.mean(2)
    rest = signals - means[..., None]
    spread = torch.bmm(rest, rest.transpose(1, 2)) / rest.shape[2]
    sizes = rest.abs().mean(2)
    return torch.cat(
        [2 * ordered[..., index].flatten(1) - 1, 4 * means, 16 * spread.flatten(1), 8 * sizes], 1
    )

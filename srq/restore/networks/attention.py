"""Partial non-local attention: what is missing is put together from the whole picture.

Queries are the latent pixels under the mask only; keys and values come from the latent of a
thumbnail of the whole picture, less what the mask hides there. So memory grows with the damage,
not with the square of the picture, and a tile sees the same keys as any other.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from srq.restore.networks.blocks import zeroed

CHUNK = 256
"""How many queries are answered at once; the last chunk is filled up, so that the sums of a query
never depend on how many others there are."""

_HIDDEN = -1e4


@dataclass(frozen=True)
class Memory:
    """What the whole picture holds: keys (N, K, C), values (N, K, C) and, (N, K), a bias that
    is 0 where the thumbnail is whole and hugely negative under its mask."""

    keys: Tensor
    values: Tensor
    bias: Tensor


class PartialNonLocal(nn.Module):
    """z where the mask is 0; where it is not, z with what ``Memory`` gives, by the mask."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.query = nn.Conv2d(channels, channels, 1)
        self.key = nn.Conv2d(channels, channels, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.out = zeroed(nn.Conv2d(channels, channels, 1))

    def remember(self, z: Tensor, mask: Tensor) -> Memory:
        """The memory of a thumbnail's features (N, C, h, w) and its mask (N, 1, h, w)."""
        hidden = mask.flatten(1)
        # A thumbnail that is hidden altogether still gives something.
        none_left = hidden.amin(1, keepdim=True) > 0.5
        bias = torch.where((hidden > 0.5) & ~none_left, _HIDDEN, 0.0)
        keys = self.key(z).flatten(2).transpose(1, 2).contiguous()
        return Memory(keys, self.value(z).flatten(2).transpose(1, 2).contiguous(), bias)

    def forward(self, z: Tensor, mask: Tensor, memory: Memory) -> Tensor:
        """(N, C, h, w) to the same; ``mask`` is (N, 1, h, w), 0 to 1."""
        queries = self.query(z) * z.shape[1] ** -0.5
        found: list[Tensor] = []
        for number in range(len(z)):
            places = torch.nonzero(mask[number].flatten() > 0)[:, 0]
            answer = z.new_zeros(z.shape[1], z.shape[2] * z.shape[3])
            if len(places):
                mine = queries[number].flatten(1)[:, places].t()
                keys, values = memory.keys[number], memory.values[number]
                answers = _answers(mine, keys, values, memory.bias[number])
                answer = answer.index_copy(1, places, answers.t())
            found.append(answer.view_as(z[number]))
        return z + mask * self.out(torch.stack(found))


def _answers(queries: Tensor, keys: Tensor, values: Tensor, bias: Tensor) -> Tensor:
    """What each of (Q, C) queries gets of the values, in chunks of equal size."""
    count = len(queries)
    filled = nn.functional.pad(queries, (0, 0, 0, -count % CHUNK))
    answers = [torch.softmax(chunk @ keys.t() + bias, 1) @ values for chunk in filled.split(CHUNK)]
    return torch.cat(answers)[:count]

"""Crops that are cut on the device: the whole pool lies there, only places travel."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from srq.datasets.sampler import Sampler


class DeviceCrops:
    """The batches of ``sampler``, byte for byte, cut out of its pool on ``device``.

    ``place`` says where the next crops lie; ``cut`` cuts them. The two are apart so that a
    recorded step can hold the second.
    """

    def __init__(self, sampler: Sampler, device: torch.device) -> None:
        pool = sampler.pool
        self._lr = torch.from_numpy(pool.lr).to(device)
        self._hr = torch.from_numpy(pool.hr).to(device)
        self._side, self._scale = sampler.crop, pool.scale
        self._places = torch.from_numpy(sampler.places(0)).to(device)

    def place(self, places: NDArray[np.int64]) -> None:
        """Cut at ``places`` (``Sampler.places``) from now on."""
        given = torch.from_numpy(places)
        if self._places.device.type == "cuda":
            given = given.pin_memory()
        self._places.copy_(given, non_blocking=True)

    def cut(self) -> tuple[Tensor, Tensor]:
        """LR (n, 1, crop, crop) and HR (n, 1, scale * crop, scale * crop), uint8."""
        lr_places, hr_places = self._places[:, :3], self._places[:, 3:]
        return (
            _squares(self._lr, lr_places, self._side),
            _squares(self._hr, hr_places, self._scale * self._side),
        )


def _squares(flat: Tensor, places: Tensor, side: int) -> Tensor:
    first, down, right = (column[:, None, None, None] for column in places.unbind(1))
    steps = torch.arange(side, device=flat.device)
    return flat[first + steps[:, None] * down + steps * right]

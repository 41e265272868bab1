"""The stage direct: a U-Net, on the batches of the mapping and on such as are whole."""

from pathlib import Path

from torch import Tensor, nn

from srq.restore.networks.direct import Direct
from srq.restore.training.damaged import DamagedCrops, shortfall
from srq.restore.training.stage import Batch, Place, Stage
from srq.restore.training.stages.mapping import translated
from srq.runs.measured import PSNR

_ENOUGH = (30.0, 40.0)
"""The PSNR, in decibels, from which on a crop is good enough: at first, and at last."""

_RISING = (0.25, 0.6)
"""The shares of the steps between which it rises."""

_WHOLE = 0.25
"""The share of the steps before anything is damaged; after it every other batch is. Holes are so
much further from clean than noise that next to them it is learned slowly."""


class DirectStage(Stage):
    """Learns to judge what was filled in, and to correct the picture."""

    quantity = PSNR

    def __init__(self, place: Place) -> None:
        self._config = place.config.direct
        self._shown = place.config.run.pictures
        self.network = Direct(self._config.widths)
        self._crops = DamagedCrops(place, self._config)

    def batch(self, step: int) -> Batch:
        """Crops, and how good they are to become; it sees no thumbnails."""
        damaged = self._gone(step) >= _WHOLE and step % 2 == 1
        crops, _ = self._crops.batch(step, thumbnails=False, damaged=damaged)
        return self._crops.tinted(crops, step), self._enough(step)

    def loss(self, batch: Batch) -> Tensor:
        """How far the restored picture is from clean."""
        crops, enough = batch
        return shortfall(self.network(crops.picture, crops.filled, crops.mask), crops, enough)

    def _gone(self, step: int) -> float:
        """The share of the steps that are gone; what begins with learned weights has its first
        lessons behind it."""
        return 1.0 if self._config.begin else step / self._config.steps

    def _enough(self, step: int) -> float:
        """The PSNR from which on a crop is good enough.

        A first correction is a bad one, and costs more in a clean crop than it gains elsewhere.
        Asked for the most at once, a network learns to correct nothing.
        """
        first, last = _ENOUGH
        begin, end = _RISING
        risen = (self._gone(step) - begin) / (end - begin)
        return first + (last - first) * min(1.0, max(0.0, risen))

    def measure(self, network: nn.Module, pictures: Path) -> dict[str, float]:
        """The PSNR of held pictures under their true masks, beside what was merely filled."""
        return translated(network, self._crops, pictures, self._shown)

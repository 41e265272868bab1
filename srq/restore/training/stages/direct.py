"""The stage direct: a U-Net as large as the triplet, on the same batches."""

from pathlib import Path

from torch import Tensor, nn

from srq.restore.networks.direct import Direct
from srq.restore.training.damaged import DamagedCrops, error
from srq.restore.training.stage import Batch, Place, Stage
from srq.restore.training.stages.mapping import translated
from srq.runs.measured import PSNR


class DirectStage(Stage):
    """Learns to judge what was filled in, and to correct the picture."""

    quantity = PSNR

    def __init__(self, place: Place) -> None:
        self._config = place.config.direct
        self._shown = place.config.run.pictures
        self.network = Direct(self._config.widths)
        self._crops = DamagedCrops(place, self._config)

    def batch(self, step: int) -> Batch:
        """Crops; it sees no thumbnails."""
        crops, _ = self._crops.batch(step, thumbnails=False)
        return (self._crops.tinted(crops, step),)

    def loss(self, batch: Batch) -> Tensor:
        """The error of the restored picture."""
        (crops,) = batch
        return error(self.network(crops.picture, crops.filled, crops.mask), crops)

    def measure(self, network: nn.Module, pictures: Path) -> dict[str, float]:
        """The PSNR of held pictures under their true masks, beside what was merely filled."""
        return translated(network, self._crops, pictures, self._shown)

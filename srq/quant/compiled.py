"""A twin of ``kim`` through the compiled step of training, many times faster than brevitas."""

from torch import Tensor, nn

from srq.models.kim import Kim
from srq.quant.quantizers import FixedPoint
from srq.quant.twin import Twin
from srq.train import fused
from srq.train.config import Loss
from srq.train.objective import CHARBONNIER_WIDTH
from srq.train.teacher import Teacher


def supports(twin: Twin, teacher: Teacher | None = None) -> bool:
    """Whether ``loss_of`` takes this twin and its teacher: both a ``kim`` that the compiled
    step takes, the twin on the CPU in float32."""
    if twin.name != Kim.name or not fused.supports_kernels(_weights(twin)):
        return False
    return teacher is None or fused.supports(teacher.network)


def loss_of(
    twin: Twin, lr: Tensor, hr: Tensor, loss: Loss, teacher: Teacher | None = None
) -> Tensor:
    """The loss of a batch as ``srq.train.objective.loss_of`` has it, on the graph of the twin's
    weights.

    Every rounding is exact as long as a sum's integers fit the 24 bits that a float32 holds;
    beyond, its last bits may differ from those that layer by layer gives.
    """
    taught_by = None
    if teacher is not None:
        taught_by = fused.TeacherKernels(fused.kernels_of(teacher.network), teacher.weight)
    kernels = [twin.conv(name).fixed(twin.conv(name).weight) for name in twin.convs]
    return fused.loss_of_kernels(
        kernels, lr, hr, loss, CHARBONNIER_WIDTH, grids=_grids(twin), teacher=taught_by
    )


def _weights(twin: Twin) -> list[nn.Parameter]:
    return [twin.conv(name).weight for name in twin.convs]


def _grids(twin: Twin) -> list[fused.Grid]:
    """The formats of what the nine layers make; the last is the picture's."""
    roundings = [node for node in twin.nodes if node.rounding is not None]
    return [_grid(twin.rounding(node.name)) for node in roundings]


def _grid(fixed: FixedPoint) -> fused.Grid:
    form = fixed.format
    return fused.Grid(2.0**-form.frac, form.lo, form.hi)

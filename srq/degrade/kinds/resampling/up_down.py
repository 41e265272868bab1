"""Up to a size that is drawn, then down to the size wanted."""

from srq.degrade.degradation import Degradation
from srq.degrade.kinds.resampling.twice import apply, parameters

UP_DOWN = Degradation(
    "up_down",
    parameters(1, 8),
    apply,
    resizes=True,
    family="resampling",
    about="Two resamplings: to a larger size, then to the size wanted.",
)

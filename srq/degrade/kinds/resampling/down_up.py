"""Down (or a little up) to a size that is drawn, then to the size wanted."""

from srq.degrade.degradation import Degradation
from srq.degrade.kinds.resampling.twice import apply, parameters

DOWN_UP = Degradation(
    "down_up",
    parameters(0.05, 2),
    apply,
    resizes=True,
    family="resampling",
    about="Two resamplings: to a size in between, mostly smaller, then to the size wanted.",
)

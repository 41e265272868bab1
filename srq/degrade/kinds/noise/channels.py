"""Whether the colours of a picture have noise of their own, or the same."""

from srq.degrade.degradation import Pixels
from srq.degrade.parameters import Choice


def channels_parameter(default: str) -> Choice:
    """The parameter, ``default`` unless a recipe says."""
    return Choice("channels", ("independent", "shared"), default=default)


def noise_shape(picture: Pixels, channels: str) -> tuple[int, ...]:
    """The shape of the noise for ``picture``: one channel for all where they share it."""
    shared = channels == "shared" and picture.ndim == 3
    return (*picture.shape[:2], 1) if shared else picture.shape

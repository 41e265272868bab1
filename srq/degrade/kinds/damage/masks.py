"""Where a damage is: the mask that belongs to a damaged picture."""

from srq.degrade.degradation import Pixels, Setting
from srq.degrade.kinds.damage.layer import Draw, Mask
from srq.registry import Entry, Registry

DRAWS = Registry(
    "damage",
    {
        kind: Entry(f"srq.degrade.kinds.damage.{kind}:draw")
        for kind in ("blotches", "dust", "folds", "holes", "scratches", "spots")
    },
)


def damaged(kind: str, picture: Pixels, setting: Setting) -> tuple[Pixels, Mask]:
    """The picture with damage of a kind, float64, and the mask (H, W): how much of each pixel
    is hidden, 0..1.

    With an equal setting it is the very picture that the degradation gives. Raises ConfigError
    for a kind that is no damage.
    """
    draw: Draw = DRAWS.load(kind)
    layer = draw((picture.shape[0], picture.shape[1]), setting)
    return layer.over(picture), layer.cover

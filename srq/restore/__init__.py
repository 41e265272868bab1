"""Old photographs restored: defects, what lies under them, the whole picture, and its tone.

``srq.restore`` is the door. Behind it, a file for each stage:

- ``defects``     where it is damaged.
- ``inpaint``     what lies under the damage, from what surrounds it.
- ``translation`` the filled picture to a clean one.
- ``tone``        curves and a matrix for the whole picture, read off its thumbnail.
- ``pipeline``    all of them, one after the other, and the strength.
- ``files``       many files; ``sheet``, before and after.
"""

from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TypeVar

from srq.callable_package import make_callable
from srq.errors import MissingDependencyError

__all__ = ["check_torch", "restore"]

AnyImage = TypeVar("AnyImage")


def restore(
    image: AnyImage,
    *,
    mask: object = None,
    strength: float = 1.0,
    tone: str = "auto",
    only: str | None = None,
    networks: str | PathLike[str] | None = None,
) -> AnyImage:
    """An old photograph restored, of the same kind, size, depth and channels.

    ``image`` is what ``srq.upscale`` takes: a NumPy array, a Pillow image or an srq Picture.
    ``mask`` is another of these, of the same height and width, white where ``image`` is damaged;
    without it damage is looked for. ``tone`` is "auto", "keep" or "gray"; ``only`` may name one
    part to do, "scratches", "tone" or "noise"; ``strength`` is from 0, nothing, to 1. ``networks``
    is a run folder of ``srq train restore``, whose networks take the place of those that ship. An
    image that needs nothing comes back as it is. docs/guide/restore.md says more.

    Raises ImageError for an image or a mask that it cannot take, ConfigError for other words and
    for a part that no network here does, ModelError for a folder without networks,
    MissingDependencyError without torch.
    """
    check_torch()
    from srq.image.forms import as_picture
    from srq.restore.files import lightest
    from srq.restore.pipeline import Options, restore_picture
    from srq.restore.stages import opened

    picture, back = as_picture(image)
    options = Options.named(tone, only, strength)
    hidden = None if mask is None else lightest(as_picture(mask)[0])
    used = opened(None if networks is None else Path(networks))
    options.check(used, masked=hidden is not None)
    restored = restore_picture(picture, used, options, mask=hidden)
    return image if restored.needed_nothing else back(restored.picture)


def check_torch() -> None:
    """Raise MissingDependencyError where torch is not installed."""
    try:
        import_module("torch")
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            "Restoring needs torch, which is not installed: pip install 'srq[restore]'."
        ) from error


make_callable(__name__)

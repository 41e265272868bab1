"""srq: quantized super-resolution, from photos to integer programs that every engine runs alike.

The calls that do most::

    larger = srq.upscale(image)  # a NumPy array, a Pillow image or an srq Picture
    engine = srq.load("kim-x2")  # a callable on luma; engine.program is the Program
    srq.export(engine.program, "c", "kim-x2-c")
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from srq.version import __version__

if TYPE_CHECKING:
    from srq.evaluate import evaluate
    from srq.export import export
    from srq.lower import lower
    from srq.program import Program
    from srq.quant import quantize
    from srq.restore import restore
    from srq.upscaling.engine import Engine
    from srq.verify import verify
    from srq.zoo.networks import Quality

__all__ = [
    "Program",
    "__version__",
    "evaluate",
    "export",
    "load",
    "lower",
    "quantize",
    "restore",
    "upscale",
    "verify",
]

AnyImage = TypeVar("AnyImage")


def load(
    model: "str | Path | Program | Engine", engine: str = "auto", threads: int | None = None
) -> "Engine":
    """A model, ready to run: a callable, uint8 luma (H, W) in, uint8 luma (sH, sW) out.

    ``model`` is a name of the zoo ("kim-x2"), a .srq file, a Program, or what ``load`` gave
    before, which is given back; ``engine`` is "auto" (the fastest at hand), "reference", or
    another of ``srq.engines.ENGINES``, all with the same result; ``threads`` how many
    it may use. Its ``.program`` is the Program, ``.scale`` is s.

    Raises ModelError, ProgramError, ConfigError or MissingDependencyError, in one sentence.
    """
    from srq.upscaling.engine import open_model

    return open_model(model, engine, threads)


def upscale(
    image: AnyImage,
    model: "str | Path | Program | Engine" = "auto",
    *,
    scale: int | None = None,
    quality: "Quality | None" = None,
    engine: str = "auto",
    threads: int | None = None,
) -> AnyImage:
    """``image`` made larger by ``model``, of the same kind, depth and channels.

    ``image`` is a NumPy array, uint8 or uint16, of shape (H, W), (H, W, 2), (H, W, 3) or
    (H, W, 4) (2 and 4: alpha last); a Pillow image; or an ``srq.image.io.Picture``, whose
    profile and EXIF go along. ``model`` is "auto", by which the zoo's network for ``scale`` (2
    unless given) and ``quality`` ("fast", "good" or "best"; "good" unless given) is taken that
    suits the compression of the image; or what ``load`` takes; or what it has returned: then it
    is not opened again. docs/guide/upscale.md says what becomes of colour, alpha and 16 bits.

    Raises ImageError for an image that it cannot take, and what ``load`` raises.
    """
    from srq.image.forms import as_picture
    from srq.upscaling.enlarge import enlarge
    from srq.upscaling.networks import open_networks

    picture, restore = as_picture(image)
    networks = open_networks(model, scale, engine, threads, quality=quality)
    taken = networks.take(picture.coding, picture.pixels)
    return restore(enlarge(picture, taken.engine))


_CALLABLE_PACKAGES = ("evaluate", "export", "lower", "restore", "verify")
_FOUND_IN = {"Program": "srq.program", "quantize": "srq.quant"}


def _lazy(name: str) -> Any:
    """A public name that is not here yet: its module is imported when it is first asked for."""
    if name in _CALLABLE_PACKAGES:
        return import_module(f"srq.{name}")  # it is called as its function (callable_package.py)
    if name in _FOUND_IN:
        value = globals()[name] = getattr(import_module(_FOUND_IN[name]), name)
        return value
    raise AttributeError(f"module 'srq' has no attribute {name!r}")


if not TYPE_CHECKING:  # else every name would be Any to a type checker
    __getattr__ = _lazy


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""Names of written pictures: numbers, or the sources' names with no two alike."""

import itertools
import re
from collections import Counter
from collections.abc import Sequence

from srq.datasets.curate.stages import Names
from srq.datasets.curate.views import View

_FEWEST_DIGITS = 4
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"\\|?*\ud800-\udfff]')
"""What a file's name cannot hold everywhere, and what would break a list of names."""


def names_of(views: Sequence[View], stage: Names) -> list[str]:
    """The path of each view's PNG below its folder; no two are alike, not even on a file system
    that takes capitals for small letters."""
    if stage.style == "numbers":
        digits = max(_FEWEST_DIGITS, len(str(len(views) - 1)))
        return [f"{number:0{digits}d}.png" for number in range(len(views))]
    wanted = [_of_source(view) for view in views]
    count = Counter(name.casefold() for name in wanted)
    taken = {name for name, often in count.items() if often == 1}
    names: list[str] = []
    for name in wanted:
        unique = name
        if count[name.casefold()] > 1:
            numbered = (f"{name}-{number}" for number in itertools.count(1))
            unique = next(one for one in numbered if one.casefold() not in taken)
            taken.add(unique.casefold())
        names.append(f"{unique}.png")
    return names


def _of_source(view: View) -> str:
    stem, _, suffix = view.source.path.rpartition(".")
    name = _UNFIT.sub("_", stem if stem and "/" not in suffix else view.source.path)
    scale = "" if view.scaled is None else f"_T{view.scaled}"
    return name + scale + ("" if view.tile is None else f"_s{view.tile:03d}")

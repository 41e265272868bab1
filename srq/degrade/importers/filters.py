"""What other tools call the filters of a resize."""

from collections.abc import Sequence

from srq.degrade.importers.draft import Draft

_NAMES = {
    "nearest": "nearest",
    "box": "box",
    "hermite": "hermite",
    "linear": "linear",
    "cubic_catrom": "catrom",
    "cubic_mitchell": "mitchell",
    "cubic_bspline": "bspline",
    "lanczos": "lanczos",
    "gauss": "gauss",
}
# Slips of the pen, each found in configurations that people share.
_SLIPS = {"lanzcos": "lanczos", "gaussian": "gauss"}


def filters(draft: Draft, words: Sequence[str], what: str) -> list[str]:
    """srq's names of the filters ``words``; ``what`` is said of those that it has not."""
    names: list[str] = []
    for word in words:
        name = word.strip()
        if name in _SLIPS:
            draft.note(
                f"'{name}' is read as '{_SLIPS[name]}'; {draft.tool} knows no such filter and "
                "loses each picture for which it draws it."
            )
            name = _SLIPS[name]
        if name in _NAMES:
            names.append(_NAMES[name])
        else:
            draft.refuse(f"the filter '{name}' of {what}")
    return names


def written(names: Sequence[str]) -> str | list[str] | dict[str, int]:
    """How a recipe writes that one of ``names`` is drawn, each as often as it is listed."""
    if len(set(names)) == 1:
        return names[0]
    if len(set(names)) == len(names):
        return list(names)
    return {name: names.count(name) for name in names}

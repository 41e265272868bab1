"""Which pictures a cut keeps, and why the others go."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from srq.datasets.curate.stages import Cut


@dataclass(frozen=True)
class Choice:
    """``kept`` and ``ranked`` are indices, the best first; ``reasons`` tells of each that goes."""

    kept: tuple[int, ...]
    ranked: tuple[int, ...]
    reasons: Mapping[int, str]


def rank(scores: Sequence[float], better: Literal["higher", "lower"]) -> list[int]:
    """The indices of scores, the best first; of equal ones the first; NaN last."""
    sign = -1 if better == "higher" else 1

    def place(index: int) -> tuple[bool, float, int]:
        score = scores[index]
        return math.isnan(score), 0.0 if math.isnan(score) else sign * score, index

    return sorted(range(len(scores)), key=place)


def choose(
    scores: Sequence[float],
    folders: Sequence[str],
    cut: Cut,
    better: Literal["higher", "lower"],
) -> Choice:
    """What ``cut`` keeps of pictures with these scores in these folders.

    Limits come first. ``count`` and ``share`` are of all that came in, ``each`` and ``quotas`` of
    each folder's own: a quota counts for a folder and all below it, the longest name wins, and
    "*" is for folders without one (0 unless written).
    """
    order = rank(scores, better)
    reasons: dict[int, str] = {}
    taken: dict[str, int] = {}
    room = _room(cut, len(scores))
    for place, index in enumerate(order, 1):
        score = scores[index]
        shown = f"rank {place} of {len(order)} by {cut.by} ({score:.6g})"
        if math.isnan(score):
            reasons[index] = f"{cut.by} has no number for it"
        elif cut.low is not None and score < cut.low:
            reasons[index] = f"{cut.by} is {score:.6g}, below {cut.low:g}"
        elif cut.high is not None and score > cut.high:
            reasons[index] = f"{cut.by} is {score:.6g}, above {cut.high:g}"
        else:
            group, most = _group(cut, folders[index], room)
            if most is not None and taken.get(group, 0) >= most:
                of = f" of '{group}'" if cut.each is not None or cut.quotas else ""
                reasons[index] = f"{shown}; {most}{of} are kept"
            else:
                taken[group] = taken.get(group, 0) + 1
    kept = tuple(index for index in order if index not in reasons)
    return Choice(kept, tuple(order), reasons)


def _room(cut: Cut, number: int) -> int | None:
    if cut.share is not None:
        return math.ceil(round(cut.share * number, 9))
    return cut.count


def _group(cut: Cut, folder: str, room: int | None) -> tuple[str, int | None]:
    """The group that a folder's pictures are counted in, and how many of it are kept."""
    if cut.quotas:
        parts = folder.split("/")
        for length in range(len(parts), 0, -1):
            name = "/".join(parts[:length])
            if name in cut.quotas:
                return name, cut.quotas[name]
        return folder, cut.quotas.get("*", 0 if cut.each is None else cut.each)
    if cut.each is not None:
        return folder, cut.each
    return "", room

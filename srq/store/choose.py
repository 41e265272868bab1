"""The search for the fewest bytes that hold a mode, measured on what a user would download.

Each way of storing is searched for its lowest quality that holds the floor. Quality is not
monotone, so that a way's answer is a quality that was itself measured, its neighbours below are
tried too, and the winner is decoded from its very bytes and measured once more. What came, and its
exact transcoding, are always among the answers. Of a large picture a sample is searched, and then
the whole near what the sample said, by the most promising ways.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from srq.errors import DataError
from srq.image.kinds import kind_of
from srq.image.picture import Picture
from srq.store.candidates import Way, all_ways
from srq.store.codecs import transcode_jpeg
from srq.store.fidelity import Fidelity, fidelity
from srq.store.form import JPEG_IN_JXL, ORIGINAL, PIXELS, SUFFIXES, Form
from srq.store.lanczos import reduced
from srq.store.modes import Mode
from srq.store.restore import digest, restored_pixels
from srq.store.sample import sample_of
from srq.store.screen import screened
from srq.upscaling.fingerprints import Programs

_NO_LIMIT = 1 << 60
_BELOW = 2
"""Qualities tried below the lowest that a bisection found to hold."""


@dataclass(frozen=True)
class Stored:
    """A candidate: the file, its form, and its fidelity, None where every byte comes back."""

    name: str
    data: bytes
    form: Form
    fidelity: Fidelity | None = None

    @property
    def bytes(self) -> int:
        """All that it takes: the file and its record."""
        return len(self.data) + len(self.form.to_json().encode())


@dataclass(frozen=True)
class Choice:
    """What was chosen for a picture, what came of every way, and why it may have been kept.

    ways: the best of each way by its name, those that hold the mode only.
    kept: the reason why the picture is not coded anew; None where it might have been.
    """

    stored: Stored
    came: int
    ways: dict[str, Stored]
    kept: str | None = None


def choose(
    data: bytes, name: str, mode: Mode, programs: Programs, ways: Iterable[Way] | None = None
) -> Choice:
    """The fewest bytes that hold ``mode`` for the picture file ``data``.

    With a budget: the best SSIMULACRA2 that fits, and what came where nothing fits, with the
    reason. Never more bytes than what came with a record. Raises ImageError where ``data`` is no
    sound picture, and MissingDependencyError without the extra ``store``.
    """
    return choose_all(data, name, [mode], programs, ways)[mode.name]


def choose_all(
    data: bytes,
    name: str,
    modes: Iterable[Mode],
    programs: Programs,
    ways: Iterable[Way] | None = None,
) -> dict[str, Choice]:
    """What ``choose`` gives for each mode, by its name; no file is coded or measured twice."""
    picture, kept = screened(data, name)
    exact = list(exact_forms(data))
    tried = None if picture is None else Trials(picture, programs)
    wanted = list(modes)
    if ways is None and tried is not None and not all(mode.is_exact for mode in wanted):
        ways = all_ways(programs)
    every = list(ways or ())
    sample = None if picture is None else sample_of(picture)
    sampled = None if sample is None else Trials(sample, programs)
    return {mode.name: choice_of(mode, exact, tried, kept, every, sampled) for mode in wanted}


def choice_of(
    mode: Mode,
    exact: list[Stored],
    tried: "Trials | None",
    kept: str | None,
    ways: list[Way],
    sampled: "Trials | None" = None,
) -> Choice:
    """What ``choose`` gives for a mode: of ``exact``, what came the first of them, and of what
    ``ways`` give of the picture; with ``tried`` None, which ``kept`` says why, of ``exact``.

    ``sampled``: of a sample of the picture, which says where to look for a floor.
    """
    came = len(exact[0].data)
    found = {one.name: one for one in exact}
    if tried is None or mode.is_exact:
        told = None if mode.is_exact else kept
        return Choice(min(exact, key=_bytes), came, found, told)
    budget = mode.budget(came)
    best = min(exact, key=_bytes)
    if budget is None:
        assert mode.floor is not None
        for way, near in _promising(sampled, ways, mode.floor):
            if near is None:
                one = smallest_above(tried, way, mode.floor, best.bytes)
            else:
                one = smallest_near(tried, way, mode.floor, near)
            if one is not None:
                found[one.name] = one
                best = min(best, one, key=_bytes)
    else:
        inside = [one for one in exact if one.bytes <= budget]
        if not inside:
            for way in ways:
                one = best_within(tried, way, budget)
                if one is not None:
                    found[one.name] = one
                    inside.append(one)
        if not inside:
            kept = f"nothing that is left of it fits into {budget} bytes"
        else:
            best = max(inside, key=lambda one: (_score(one), -one.bytes))
    tried.verify(best)
    return Choice(best, came, found, kept)


def _bytes(stored: Stored) -> int:
    return stored.bytes


def _score(stored: Stored) -> float:
    return 100.0 if stored.fidelity is None else stored.fidelity.ssimulacra2


def exact_forms(data: bytes) -> Iterator[Stored]:
    """The forms from which the file itself comes back: as it came, and of a JPEG as JPEG XL."""
    suffix = SUFFIXES[kind_of(data) or "PNG"]
    whole = hashlib.sha256(data).hexdigest()
    yield Stored("as it came", data, Form(ORIGINAL, suffix, whole))
    if kind_of(data) == "JPEG":
        made = transcode_jpeg(data)
        if made is not None:
            yield Stored("jpeg in jxl", made, Form(JPEG_IN_JXL, ".jxl", whole))


class Trials:
    """A picture stored in one way and quality after another, each restored and measured once."""

    def __init__(self, picture: Picture, programs: Programs) -> None:
        pixels = picture.pixels
        assert pixels.dtype == np.uint8
        self._picture = picture
        self._pixels: NDArray[np.uint8] = pixels
        self._programs = programs
        self._smaller = {1: self._pixels}
        self._files: dict[tuple[str, int, int], bytes] = {}
        self._measured: dict[tuple[Way, int], Stored] = {}

    def size(self, way: Way, quality: int) -> int:
        """All bytes of the candidate; nothing is measured."""
        return self._stored(way, quality).bytes

    def measured(self, way: Way, quality: int) -> Stored:
        """The candidate with its fidelity."""
        key = way, quality
        if key not in self._measured:
            bare = self._stored(way, quality)
            pixels = restored_pixels(bare.data, bare.form, self._programs.engine)
            form = replace(bare.form, restored=digest(pixels))
            found = fidelity(self._pixels, pixels)
            self._measured[key] = replace(bare, form=form, fidelity=found)
        return self._measured[key]

    def all(self) -> list[Stored]:
        """Every candidate that was measured so far."""
        return list(self._measured.values())

    def verify(self, stored: Stored) -> None:
        """Restore and measure it from its bytes and record alone; DataError if it differs."""
        if stored.fidelity is None:
            return
        form = Form.from_json(stored.form.to_json())
        pixels = restored_pixels(stored.data, form, self._programs.engine)
        if digest(pixels) != form.restored or fidelity(self._pixels, pixels) != stored.fidelity:
            raise DataError("A restored picture differs when it is restored again.")

    def _stored(self, way: Way, quality: int) -> Stored:
        if way.scale not in self._smaller:
            self._smaller[way.scale] = reduced(self._pixels, way.scale)
        key = way.codec, way.scale, quality
        if key not in self._files:
            self._files[key] = way.by.encode(self._smaller[way.scale], quality)
        form = Form(
            PIXELS, way.by.suffix, "0" * 64, self._picture.size, way.codec, quality, way.scale,
            way.program, exif=self._picture.exif, icc=self._picture.icc, xmp=self._picture.xmp,
        )  # fmt: skip
        return Stored(way.name, self._files[key], form)


def smallest_above(tried: Trials, way: Way, floor: float, most: int) -> Stored | None:
    """The smallest candidate of ``way`` that holds ``floor`` and has fewer bytes than ``most``.

    None where there is none: of a monotone codec for certain, of another as far as was tried.
    """
    low, high = way.qualities.start, way.qualities.stop - 1
    best: Stored | None = None
    while low <= high:
        middle = (low + high) // 2
        if tried.size(way, middle) >= most:
            high = middle - 1
            continue
        one = tried.measured(way, middle)
        if _score(one) >= floor:
            best = one if best is None else min(best, one, key=_bytes)
            high = middle - 1
        else:
            low = middle + 1
    if best is not None and best.form.quality is not None:
        for quality in range(best.form.quality - 1, best.form.quality - 1 - _BELOW, -1):
            if quality in way.qualities:
                one = tried.measured(way, quality)
                if _score(one) >= floor:
                    best = min(best, one, key=_bytes)
    return best


_NEXT_BEST = 1.1
"""How many times the bytes of a sample's best way another may take to be tried on the whole."""
_AT_MOST = 3  # ways of a large picture
_STEPS = (1, 1, 2, 4, 8, 16)  # between the qualities that are tried on it


def _promising(
    sampled: "Trials | None", ways: list[Way], floor: float
) -> list[tuple[Way, int | None]]:
    """The ways that are worth trying and the quality that held ``floor`` on the sample, the best
    first; all of them, and None, without a sample."""
    if sampled is None:
        return [(way, None) for way in ways]
    found = [
        (one, way)
        for way in ways
        if (one := smallest_above(sampled, way, floor, _NO_LIMIT)) is not None
    ]
    found.sort(key=lambda pair: len(pair[0].data))
    least = len(found[0][0].data) if found else 0
    return [
        (way, one.form.quality)
        for one, way in found[:_AT_MOST]
        if len(one.data) <= _NEXT_BEST * least
    ]


def smallest_near(tried: Trials, way: Way, floor: float, near: int) -> Stored | None:
    """The smallest candidate of ``way`` that holds ``floor``, of the qualities that are tried up
    from ``near`` until one holds it, or down until one does not; None where none holds it."""
    best: Stored | None = None
    quality = near
    holds = _score(tried.measured(way, near)) >= floor
    for step in _STEPS:
        one = tried.measured(way, quality)
        if _score(one) >= floor:
            best = one if best is None else min(best, one, key=_bytes)
        if (_score(one) >= floor) != holds:
            break
        if (quality := quality - step if holds else quality + step) not in way.qualities:
            break
    return best


def best_within(tried: Trials, way: Way, budget: int) -> Stored | None:
    """The best candidate of ``way`` of at most ``budget`` bytes; None where none is so small."""
    low, high = way.qualities.start, way.qualities.stop - 1
    fits: int | None = None
    while low <= high:
        middle = (low + high) // 2
        if tried.size(way, middle) <= budget:
            fits, low = middle, middle + 1
        else:
            high = middle - 1
    return None if fits is None else tried.measured(way, fits)

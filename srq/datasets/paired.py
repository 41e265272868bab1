"""A pool of the pairs that a manifest lists: LR pictures made beforehand, or by a camera."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from srq.datasets.build import Progress
from srq.datasets.manifest import Entry, read_manifest
from srq.datasets.pool import Luma, LumaPool, assemble
from srq.datasets.protocol import luma_of, modcrop
from srq.errors import ConfigError, DataError
from srq.parallel.workers import map_in_processes


def load_pairs(
    manifest: Path | str,
    *,
    scale: int,
    crop: int,
    workers: int = 1,
    progress: Progress | None = None,
) -> LumaPool:
    """Read the pairs of ``scale`` in a manifest; other scales in it are passed over.

    An LR picture must be 1/scale of its HR, of which up to ``scale`` - 1 last rows and columns
    may be surplus. Colour pictures give their luma. Pairs smaller than ``crop`` LR pixels a
    side are named in ``skipped``. ``progress(done, total)`` is called after each HR.

    Raises DataError for sizes that do not match and if nothing is left, ImageError for a file
    that is no picture.
    """
    if scale < 1 or crop < 1:
        raise ConfigError(f"A scale and a crop must be at least 1, not {scale} and {crop}.")
    entries = [entry for entry in read_manifest(manifest) if entry.scale == scale]
    if not entries:
        raise DataError(f"The manifest {manifest} has no pairs of scale {scale}.")
    groups: list[tuple[Luma, Sequence[Luma]]] = []
    skipped: list[str] = []
    digest = hashlib.sha256(json.dumps(["pairs", scale]).encode())
    for number, (hr, lrs) in enumerate(map_in_processes(_read, entries, workers), 1):
        height, width = lrs[0].shape
        if min(height, width) < crop:
            name = entries[number - 1].lr[0].name
            skipped.append(f"{name} ({width}x{height}) is smaller than a crop of {crop}x{crop}.")
        else:
            groups.append((hr, lrs))
            for luma in (hr, *lrs):
                digest.update(repr(luma.shape).encode() + luma.tobytes())
        if progress is not None:
            progress(number, len(entries))
    return assemble(groups, scale=scale, fingerprint=digest.hexdigest(), skipped=skipped)


def _read(entry: Entry) -> tuple[Luma, list[Luma]]:
    scale = entry.scale
    hr = entry.read()
    wanted = (hr.shape[0] // scale, hr.shape[1] // scale)
    lrs: list[Luma] = []
    for low in entry.lr:
        lr = low.read()
        if lr.shape[:2] != wanted:
            raise DataError(
                f"{low.name} is {lr.shape[1]}x{lr.shape[0]}, but its HR {entry.name} of "
                f"{hr.shape[1]}x{hr.shape[0]} needs {wanted[1]}x{wanted[0]} at scale {scale}; "
                "mend the pair or take it out of the manifest."
            )
        lrs.append(luma_of(lr))
    return luma_of(modcrop(hr, scale)), lrs

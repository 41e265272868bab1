"""Files of old photographs, several at a time; each result is written whole or not at all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from srq.batch.jobs import Job
from srq.batch.run import Advanced, Existing, Result, Watcher, run_jobs
from srq.errors import DamagedImageError, ImageError, StorageError, UnsupportedImageError
from srq.files import atomic_write, write_bytes
from srq.image.depth import to_depth
from srq.image.encode import FORMATS, check_target, encode_rows
from srq.image.encode_frames import check_frames, encode_frames
from srq.image.frames import Frames
from srq.image.io import read, read_any, write
from srq.image.picture import Picture
from srq.restore.pipeline import Options, Restored, restore_picture
from srq.restore.sheet import sheet
from srq.restore.stages import Networks

Enlarge = Callable[[Picture], Picture]

_ROWS = 256
"""How many lines are packed at a time."""


@dataclass(frozen=True)
class Done:
    """What was done to a file, of all its pictures.

    toned, translated: whether that was done.
    damaged: the share of pixels that were damaged, of 1.
    """

    toned: bool
    damaged: float
    translated: bool

    @property
    def sentence(self) -> str:
        """The same for people."""
        parts = [
            *(["tone"] if self.toned else []),
            *([f"{100 * self.damaged:.2g} % damaged"] if self.damaged else []),
            *(["noise"] if self.translated else []),
        ]
        return ", ".join(parts) or "nothing found to mend, left as it is"


@dataclass(frozen=True)
class Besides:
    """What is written beside each result.

    mask:  NAME-mask.png, white where damage was found.
    sheet: NAME-sheet.png, before and after.
    """

    mask: bool = False
    sheet: bool = False

    def files(self, target: Path) -> dict[str, Path]:
        """The files beside ``target``, by what they are."""
        wanted = {"mask": self.mask, "sheet": self.sheet}
        return {
            name: target.with_name(f"{target.stem}-{name}.png")
            for name, asked in wanted.items()
            if asked
        }


def read_mask(path: Path) -> NDArray[np.uint8]:
    """The mask in a picture file; raises as ``read`` does."""
    return lightest(read(path))


def lightest(picture: Picture) -> NDArray[np.uint8]:
    """A picture as a mask (H, W): its lightest channel, of 8 bits."""
    pixels = to_depth(picture.pixels, np.uint8)
    return pixels if pixels.ndim == 2 else pixels.max(2)


def restore_files(
    jobs: Sequence[Job],
    networks: Networks,
    options: Options = Options(),  # noqa: B008 (it is frozen)
    *,
    mask: NDArray[np.uint8] | None = None,
    besides: Besides = Besides(),
    enlarge: Enlarge | None = None,
    existing: Existing = Existing.REFUSE,
    quality: int = 95,
    watcher: Watcher | None = None,
) -> list[Result[Done]]:
    """Read, restore and write every picture, as ``run_jobs`` does.

    One picture is restored at a time, while another is read or written. ``enlarge`` makes what was
    restored larger. A file that needs nothing is copied where it may keep its format. Raises
    ConfigError, before anything is done, if a result exists under ``Existing.REFUSE``, or if only a
    part is wanted that no network here does.
    """
    options.check(networks, masked=mask is not None)
    work = partial(
        _restore_file,
        restore=partial(restore_picture, networks=networks, options=options, mask=mask),
        besides=besides,
        enlarge=enlarge,
        quality=quality,
        turn=Lock(),
    )
    return run_jobs(jobs, work, workers=2, existing=existing, watcher=watcher)


def _restore_file(
    job: Job,
    advanced: Advanced,
    *,
    restore: Callable[..., Restored],
    besides: Besides,
    enlarge: Enlarge | None,
    quality: int,
    turn: Lock,
) -> tuple[tuple[int, int], Done]:
    source = read_any(job.source)
    height, width = source.size

    def restored(picture: Picture) -> Restored:
        share = 1 / (source.count if isinstance(source, Frames) else 1)
        pixels = picture.size[0] * picture.size[1]
        told = 0

        def progress(more: int) -> None:
            nonlocal told
            told += more
            advanced(share * more / pixels, more)

        with turn:
            made = restore(picture, progress=progress)
            if enlarge is not None:
                made = replace(made, picture=enlarge(made.picture))
        progress(pixels - told)
        return made

    try:
        if isinstance(source, Frames):
            return _restore_frames(job.target, source, restored, besides, quality)
        check_target(
            job.target.suffix,
            (height, width),
            transparent=source.is_transparent,
            quality=quality,
        )
        made = restored(source)
        _write(job, made, quality, copied=made.needed_nothing and enlarge is None)
        for name, path in besides.files(job.target).items():
            write(path, Picture(made.mask) if name == "mask" else sheet(source, made.picture))
    except MemoryError as error:
        raise ImageError(
            f"{job.source} of {width} x {height} pixels does not fit into the memory; cut the"
            " picture into parts."
        ) from error
    except (DamagedImageError, UnsupportedImageError):
        raise  # A page cannot be read, and that is said whole.
    except ImageError as error:
        raise ImageError(f"Cannot restore {job.source} to {job.target}: {error}") from error
    return made.picture.size, Done(made.toned, made.damaged, made.translated)


def _write(job: Job, made: Restored, quality: int, *, copied: bool) -> None:
    """Write the result; the very file where it is ``copied`` and keeps its format."""
    same = FORMATS.get(job.source.suffix.lower()) is FORMATS.get(job.target.suffix.lower())
    if copied and same:
        try:
            data = job.source.read_bytes()
        except OSError as error:
            raise StorageError(f"Cannot read {job.source}: {error.strerror}.") from error
        write_bytes(job.target, data)
        return
    picture = made.picture
    channels = picture.channels()
    bands = (channels[top : top + _ROWS] for top in range(0, len(channels), _ROWS))
    with atomic_write(job.target) as stream:
        encode_rows(bands, picture, picture.size, job.target.suffix, stream, quality=quality)


def _restore_frames(
    target: Path,
    frames: Frames,
    restored: Callable[[Picture], Restored],
    besides: Besides,
    quality: int,
) -> tuple[tuple[int, int], Done]:
    """Frames or pages, one at a time."""
    if besides.files(target):
        raise ImageError(
            "a file of several pictures gets no mask and no sheet; leave --save-mask and --sheet"
            " out."
        )
    check_frames(frames, frames.size, target.suffix, quality=quality)
    each: list[Done] = []

    def made() -> Iterator[Picture]:
        for picture in frames:
            one = restored(picture)
            each.append(Done(one.toned, one.damaged, one.translated))
            yield one.picture

    with atomic_write(target) as stream:
        encode_frames(made(), frames, frames.size, target.suffix, stream, quality=quality)
    done = Done(
        any(one.toned for one in each),
        sum(one.damaged for one in each) / len(each),
        any(one.translated for one in each),
    )
    return frames.size, done

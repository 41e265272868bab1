"""Many picture files made larger, several at a time; each is written whole or not at all."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from threading import Semaphore

from srq.batch.jobs import Job
from srq.batch.run import Advanced, Existing, Result, Watcher, run_jobs
from srq.engines import Engine
from srq.errors import DamagedImageError, ImageError, UnsupportedImageError
from srq.files import atomic_write
from srq.image.encode import blank, check_target, encode, encode_rows
from srq.image.frames import Frames
from srq.image.io import read_any
from srq.image.picture import Picture
from srq.program.pictures import Luma
from srq.upscaling.engine import Blockwise, check_eight_bits
from srq.upscaling.enlarge import Size, enlarge, enlarged_bands, enlarged_exif, resized, too_large
from srq.upscaling.frames import upscale_frames
from srq.upscaling.networks import Networks, Taken, networks_of


def upscale_files(
    jobs: Sequence[Job],
    engine: Engine | Networks,
    *,
    workers: int = 1,
    existing: Existing = Existing.REFUSE,
    quality: int = 95,
    size: Size = Size(),  # noqa: B008 (it is frozen)
    watcher: Watcher | None = None,
) -> list[Result[Taken]]:
    """Read, enlarge and write every picture, as ``run_jobs`` does; the detail of a result is the
    network that was taken.

    The engine works on up to ``workers`` at once, by threads, while one more is read or written;
    that changes no byte of any. ``engine`` may also be Networks, of which each picture gets one.
    ``size`` is what each is brought to by a final bicubic. If it is interrupted
    (KeyboardInterrupt), files stand whole or not at all.

    Raises ConfigError, before anything is done, if a result exists under ``Existing.REFUSE``,
    or the engine's program does not take 8-bit luma.
    """
    networks = networks_of(engine)
    if networks.only is not None:
        check_eight_bits(networks.only)
    work = partial(
        _upscale_file, networks=networks, turns=Semaphore(workers), quality=quality, size=size
    )
    return run_jobs(jobs, work, workers=workers + 1, existing=existing, watcher=watcher)


class _InTurns:
    """An engine that runs in the turns it shares with others; who has none waits."""

    def __init__(self, engine: Engine, turns: Semaphore) -> None:
        self.name, self.program = engine.name, engine.program
        self.scale, self.streams = engine.scale, engine.streams
        self.threads = getattr(engine, "threads", 1)
        self._engine = engine
        self._turns = turns

    def __call__(self, picture: Luma) -> Luma:
        with self._turns:
            return self._engine(picture)


def _in_turns(engine: Engine, turns: Semaphore) -> Engine:
    if isinstance(engine, Blockwise):  # It is its engine whose memory matters.
        return Blockwise(_InTurns(engine.engine, turns))
    return _InTurns(engine, turns)


def _taken(networks: Networks, picture: Picture | Frames) -> Taken:
    """The network for a picture, for an animation, or for all pages by the first of them."""
    if isinstance(picture, Frames):
        if picture.coding is not None:
            return networks.take(picture.coding)
        picture = next(iter(picture))
    return networks.take(picture.coding, picture.pixels)


def _upscale_file(
    job: Job,
    advanced: Advanced,
    *,
    networks: Networks,
    turns: Semaphore,
    quality: int,
    size: Size,
) -> tuple[tuple[int, int], Taken]:
    picture = read_any(job.source)
    height, width = picture.size
    scale = networks.scale
    wanted = size.of(height, width, scale)

    def progress(pixels: int) -> None:
        advanced(pixels / (height * width), pixels * scale**2)

    taken = _taken(networks, picture)
    engine = _in_turns(taken.engine, turns)
    try:
        if isinstance(picture, Frames):
            made = upscale_frames(
                picture, job.target, engine, quality=quality, size=size, progress=advanced
            )
            return made, taken
        target = check_target(
            job.target.suffix,
            wanted,
            transparent=picture.is_transparent,
            quality=quality,
        )
        # Opened before the work, so that a folder closed to us is known at once.
        with atomic_write(job.target) as stream:
            if wanted == (height * scale, width * scale) and target.takes_rows:
                bands = enlarged_bands(picture, engine, progress)
                like = replace(picture, exif=enlarged_exif(picture, wanted))
                rows = (band.channels() for band in bands)
                encode_rows(rows, like, wanted, job.target.suffix, stream, quality=quality)
            else:
                shape = (height * scale, width * scale, *picture.pixels.shape[2:])
                room = blank(target, shape, picture.pixels.dtype)
                large = resized(enlarge(picture, engine, progress, room), wanted)
                stream.write(encode(large, job.target.suffix, quality=quality))
    except MemoryError as error:
        raise too_large(wanted) from error
    except (DamagedImageError, UnsupportedImageError):
        raise  # A frame cannot be read, and that is said whole.
    except ImageError as error:
        raise ImageError(f"Cannot upscale {job.source} to {job.target}: {error}") from error
    return wanted, taken

"""Animations and pages -> the same, larger: one picture at a time, so that memory is bounded."""

from collections.abc import Callable, Iterator
from pathlib import Path

from srq.engines import Engine
from srq.files import atomic_write
from srq.image.encode_frames import check_frames, encode_frames
from srq.image.frames import Frames
from srq.image.picture import Picture
from srq.upscaling.enlarge import Size, enlarge, resized

Progress = Callable[[float, int], None]
"""Called with the share that is done, of 1 in all, and the pixels of the result it made."""


def upscale_frames(
    frames: Frames,
    target: Path,
    engine: Engine,
    *,
    quality: int = 95,
    size: Size = Size(),  # noqa: B008 (it is frozen)
    progress: Progress | None = None,
) -> tuple[int, int]:
    """Write the frames or pages, enlarged, to ``target``; the height and width of the first.

    ``size`` is what each is brought to by a final bicubic. Raises ImageError where the format of
    ``target`` does not hold them, and as reading and ``enlarge`` do.
    """
    scale = engine.scale
    first = size.of(*frames.size, scale)
    check_frames(frames, first, target.suffix, quality=quality)

    def enlarged() -> Iterator[Picture]:
        for picture in frames:
            height, width = picture.size
            share = 1 / (height * width * frames.count)

            def advanced(pixels: int, share: float = share) -> None:
                if progress is not None:
                    progress(pixels * share, pixels * scale**2)

            made = enlarge(picture, engine, advanced)
            yield resized(made, size.of(height, width, scale))

    with atomic_write(target) as stream:
        encode_frames(enlarged(), frames, first, target.suffix, stream, quality=quality)
    return first

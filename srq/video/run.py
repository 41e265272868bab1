"""A video file made larger, in one run, resumed, or in shards that are merged."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from srq import __version__
from srq.engines import AUTO, Engine
from srq.errors import ConfigError, VideoError
from srq.upscaling.shard import Shard
from srq.video.codecs import Encoding, checked_crf, chosen_codec, container_of
from srq.video.enlarge import FrameEnlarger
from srq.video.join import Copied, check_container, join
from srq.video.layout import checked_size
from srq.video.parts import SEGMENT_FRAMES, Parts, Plan, folder_of, read_plan
from srq.video.source import Source, Tags, open_source
from srq.video.work import make_parts


@dataclass(frozen=True)
class Options:
    """What a user may choose. ``codec``, ``crf`` and ``preset`` None are the usual ones."""

    codec: str | None = None
    crf: int | None = None
    preset: str | None = None
    width: int | None = None
    height: int | None = None
    segment: int = SEGMENT_FRAMES


@dataclass(frozen=True)
class Report:
    """What became of a video. ``frames`` of the result, or of the shard's own parts."""

    target: Path
    frames: int
    size: tuple[int, int]
    codec: str
    notes: tuple[str, ...]
    """Sentences about what the result could not keep."""


class Watcher:
    """Is told how the work goes."""

    def began(self, total: int, done: int) -> None:
        """There are ``total`` frames to make, ``done`` of them made in an earlier run."""

    def advanced(self, frames: int) -> None:
        """That many more frames are made."""


def upscale_video(
    path: Path,
    target: Path,
    engine: Engine,
    options: Options,
    *,
    resume: bool = False,
    replace: bool = False,
    shard: Shard | None = None,
    workers: int = 1,
    interpolator: str = AUTO,
    threads: int | None = None,
    watcher: Watcher | None = None,
) -> Report:
    """Upscale the video ``path`` into ``target``, whole or not at all.

    The parts of the work stand in ``target``.parts meanwhile, and stay there where it is
    interrupted or the disk refuses; ``resume`` goes on from them. With ``shard`` only its
    parts are made, for ``merge_video``. No byte of the result depends on any of these, nor on
    ``workers`` (frames at once) and ``threads`` (of an engine).

    Raises VideoError where the source is damaged: what came before that is then in
    TARGET.incomplete. Raises ConfigError where the target exists and ``replace`` is not said.
    """
    watcher = watcher or Watcher()
    _check_paths(path, target)
    container = container_of(target)
    if target.exists() and not replace:
        raise ConfigError(f"{target} exists; say --force to write it anew, or name another.")
    source = open_source(path)
    encoding = _encoding(source, engine, container, options)
    enlarge = FrameEnlarger(
        engine, source.layout, encoding.size, interpolator=interpolator, threads=threads
    )
    encoding.open(container)  # It refuses now what it would refuse after hours.
    copied = check_container(source, encoding, container, target)
    parts = Parts(target, _plan(source, engine, encoding, options, container))
    if replace and not resume and shard is None:
        parts.remove()
    elif parts.folder.exists() and not resume and shard is None:
        raise ConfigError(
            f"{parts.folder} holds parts of an earlier run; say --resume to go on from them, or"
            " --force to begin anew."
        )
    parts.begin()
    own = range(len(parts.plan)) if shard is None else parts.plan.share(shard.shard, shard.shards)
    missing = parts.missing(own)
    _begin(watcher, parts.plan, own, missing)
    notes = _notes(source, copied, target)
    report = Report(target, _frames(parts.plan, own), encoding.size, encoding.codec, notes)
    try:
        make_parts(
            source, parts, missing, enlarge, encoding, container,
            workers=workers, advanced=watcher.advanced,
        )  # fmt: skip
        if source.fault is not None:
            raise VideoError(f"Cannot use {path} as a whole: {source.fault}")
    except VideoError as error:
        if shard is not None:
            raise VideoError(f"{error}.") from error
        raise _keep(error, source, parts, encoding, container, copied, target) from error
    if shard is None:
        join(source, parts, encoding, container, copied, target)
        parts.remove()
    return report


def merge_video(path: Path, target: Path, *, replace: bool = False) -> Report:
    """Join the parts that shards have made of the video ``path`` into ``target``.

    Raises DataError if not every frame is there exactly once, ConfigError if the source is not
    the one that the parts are of.
    """
    _check_paths(path, target)
    container = container_of(target)
    if target.exists() and not replace:
        raise ConfigError(f"{target} exists; say --force to write it anew, or name another.")
    about = read_plan(folder_of(target))
    source = open_source(path)
    options = Options(segment=about.pop("step"))
    plan = Plan(about.pop("frames"), options.segment, about)
    if about.get("source") != source.sha256:
        raise ConfigError(
            f"{path} is not the file that the parts in {folder_of(target)} were made from; name"
            " that one."
        )
    made = about["encoding"]
    encoding = Encoding(
        codec=made["codec"],
        crf=made["crf"],
        preset=made["preset"],
        size=(made["height"], made["width"]),
        layout=source.layout,
        tags=_tags(source, Fraction(made["aspect"])),
        time_base=source.time_base,
        rate=source.rate,
    )
    copied = check_container(source, encoding, container, target)
    parts = Parts(target, plan)
    frames = join(source, parts, encoding, container, copied, target)
    parts.remove()
    notes = _notes(source, copied, target)
    return Report(target, frames, encoding.size, encoding.codec, notes)


def _check_paths(path: Path, target: Path) -> None:
    if path.resolve() == target.resolve():
        raise ConfigError(f"{target} is the video to read; give the result another name.")


def _encoding(source: Source, engine: Engine, container: str, options: Options) -> Encoding:
    codec = chosen_codec(options.codec, container, source.layout)
    size = checked_size(source.layout, source.size, engine.scale, options.width, options.height)
    aspect = source.tags.aspect
    if options.width is not None and options.height is not None:
        # Both sides are given: the pixels change their shape, so that the picture does not.
        old, new = Fraction(*source.size[::-1]), Fraction(*size[::-1])
        aspect = (aspect or Fraction(1)) * old / new
    return Encoding(
        codec=codec,
        crf=checked_crf(codec, options.crf),
        preset=options.preset,
        size=size,
        layout=source.layout,
        tags=_tags(source, aspect),
        time_base=source.time_base,
        rate=source.rate,
    )


def _tags(source: Source, aspect: Fraction) -> Tags:
    return Tags(source.tags.colour, aspect, source.tags.matrix)


def _plan(
    source: Source, engine: Engine, encoding: Encoding, options: Options, container: str
) -> Plan:
    about = {
        "source": source.sha256,
        "program": engine.program.fingerprint,
        "encoding": encoding.described(),
        "container": container,
        "srq": __version__,
        "ffmpeg": av.ffmpeg_version_info,
    }
    return Plan(len(source.times), options.segment, about)


def _frames(plan: Plan, segments: range | list[int]) -> int:
    return sum(stop - start for start, stop in map(plan.bounds, segments))


def _begin(watcher: Watcher, plan: Plan, own: range, missing: list[int]) -> None:
    total = _frames(plan, own)
    watcher.began(total, total - _frames(plan, missing))


def _notes(source: Source, copied: Copied, target: Path) -> tuple[str, ...]:
    notes = [
        f"{target.suffix} cannot carry the {name}; it is left out." for name in copied.left_out
    ]
    if source.pixels.replace("yuvj", "yuv") != source.layout.name:
        notes.append(f"Pixels are {source.pixels}; they are upscaled as {source.layout.name}.")
    if source.hdr:
        notes.append("What the file says of its mastering display (HDR10) is not carried.")
    if source.counted:
        notes.append("The file states no times of frames; they are taken from its rate.")
    return tuple(notes)


def _keep(
    error: VideoError,
    source: Source,
    parts: Parts,
    encoding: Encoding,
    container: str,
    copied: Copied,
    target: Path,
) -> VideoError:
    """Write what there is before a fault under a name that says so; the sentence that tells."""
    incomplete = target.with_name(f"{target.stem}.incomplete{target.suffix}")
    try:
        frames = join(source, parts, encoding, container, copied, incomplete, broken=True)
    except Exception:
        return VideoError(f"{error}.")
    parts.remove()
    return VideoError(f"{error}; the {frames} frames before that are in {incomplete}.")

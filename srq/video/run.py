"""A video file made larger, in one run, resumed, or in shards that are merged."""

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av

from srq.engines import AUTO, Engine
from srq.errors import ConfigError, SrqError, VideoError
from srq.parallel.shards import Shard
from srq.upscaling.networks import Networks, Taken, networks_of
from srq.version import __version__
from srq.video.codecs import Encoding, checked_crf, chosen_codec, container_of
from srq.video.deinterlace import deinterlaced
from srq.video.enlarge import FrameEnlarger
from srq.video.join import checked_times, join
from srq.video.layout import checked_size
from srq.video.parts import SEGMENT_FRAMES, Parts, SegmentPlan, parts_folder, read_plan
from srq.video.probe import probe
from srq.video.source import Source
from srq.video.streams import checked_audio, checked_streams
from srq.video.task import Task
from srq.video.transcode import make_parts


@dataclass(frozen=True)
class Options:
    """What a user may choose. ``codec``, ``crf`` and ``preset`` None are the usual ones."""

    codec: str | None = None
    crf: int | None = None
    preset: str | None = None
    width: int | None = None
    height: int | None = None
    segment: int = SEGMENT_FRAMES
    deinterlace: bool = False
    audio: str = "copy"


@dataclass(frozen=True)
class Report:
    """What became of a video. ``frames`` of the result, or of the shard's own parts."""

    target: Path
    frames: int
    size: tuple[int, int]
    codec: str
    notes: tuple[str, ...]
    """Sentences about what the result could not keep."""

    taken: Taken | None = None
    """The network that was taken for it; None of a merge."""


class Watcher:
    """Follows the work on a video; this one keeps it to itself."""

    def took(self, taken: Taken) -> None:
        """That network is taken for it."""

    def began(self, total: int, done: int) -> None:
        """There are ``total`` frames to make, ``done`` of them made in an earlier run."""

    def advanced(self, frames: int) -> None:
        """That many more frames are made."""


def upscale_video(
    path: Path,
    target: Path,
    engine: Engine | Networks,
    options: Options,
    *,
    resume: bool = False,
    overwrite: bool = False,
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
    ``workers`` (frames at once) and ``threads`` (of an engine). ``engine`` may also be Networks,
    of which one is taken by the video's codec and bits per pixel.

    Raises VideoError where the source is damaged: what came before that is then in
    TARGET.incomplete. Raises ConfigError where the target exists, unless it is to ``overwrite`` it.
    """
    watcher = watcher or Watcher()
    container = _checked_names(path, target, overwrite)
    source = _source(path, options.deinterlace)
    taken = networks_of(engine).take_for_video(source.coding, source.size)
    task = _task(source, target, container, taken.engine, options)
    watcher.took(taken)
    engine_options = {"interpolator": interpolator, "threads": threads}
    enlarge = FrameEnlarger(taken.engine, task.source.layout, task.encoding.size, **engine_options)
    parts, plan = task.parts, task.parts.plan
    if shard is None and not resume:
        _begin_parts(parts, overwrite)
    parts.begin()
    own = range(len(plan)) if shard is None else shard.span(len(plan))
    missing = parts.missing(own)
    total = _count_frames(plan, own)
    watcher.began(total, total - _count_frames(plan, missing))
    try:
        make_parts(task, missing, enlarge, workers=workers, advanced=watcher.advanced)
        if len(plan) - 1 in own:
            _check_whole(task.source)
    except VideoError as error:
        if shard is not None:
            raise VideoError(f"{error}.") from error
        raise _keep_incomplete(error, task) from error
    if shard is None:
        join(task)
        parts.remove()
    return replace(_report(task, total), taken=taken)


def merge_video(path: Path, target: Path, *, overwrite: bool = False) -> Report:
    """Join the parts that shards have made of the video ``path`` into ``target``.

    Raises DataError if not every frame is there exactly once, ConfigError if the source is not
    the one that the parts are of, VideoError as ``upscale_video`` does.
    """
    container = _checked_names(path, target, overwrite)
    about = read_plan(parts_folder(target))
    source = _source(path, about.get("deinterlace", False))
    plan = SegmentPlan(about.pop("frames"), about.pop("step"), about)
    if about.get("source") != source.sha256:
        raise ConfigError(
            f"{path} is not the file that the parts in {parts_folder(target)} were made from; name"
            " that one."
        )
    made = about["encoding"]
    size, aspect = (made["height"], made["width"]), Fraction(made["aspect"])
    encoding = _encoding(source, made["codec"], made["crf"], made["preset"], size, aspect)
    others = checked_streams(source, encoding, container, target, about.get("audio", "copy"))
    task = Task(source, target, container, encoding, others, Parts(target, plan))
    try:
        checked_times(task)
        _check_whole(source)
    except VideoError as error:
        raise _keep_incomplete(error, task) from error
    frames = join(task)
    task.parts.remove()
    return _report(task, frames)


def _task(source: Source, target: Path, container: str, engine: Engine, options: Options) -> Task:
    """The task, all of it checked that can be known before the first frame."""
    checked_audio(options.audio)
    codec = chosen_codec(options.codec, container, source.layout)
    crf = checked_crf(codec, options.crf)
    size = checked_size(source.layout, source.size, engine.scale, options.width, options.height)
    aspect = source.tags.aspect
    if options.width is not None and options.height is not None:
        # Both sides are given: the pixels change their shape, so that the picture does not.
        old, new = Fraction(*source.size[::-1]), Fraction(*size[::-1])
        aspect = (aspect or Fraction(1)) * old / new
    encoding = _encoding(source, codec, crf, options.preset, size, aspect)
    encoding.open(container)  # It refuses now what it would refuse after hours.
    others = checked_streams(source, encoding, container, target, options.audio)
    about = {
        "source": source.sha256,
        "deinterlace": options.deinterlace,
        "audio": options.audio,
        "program": engine.program.fingerprint,
        "encoding": encoding.described(),
        "container": container,
        "srq": __version__,
        "ffmpeg": av.ffmpeg_version_info,
    }
    plan = SegmentPlan(len(source.times), options.segment, about)
    return Task(source, target, container, encoding, others, Parts(target, plan))


def _source(path: Path, deinterlace: bool) -> Source:
    source = probe(path)
    if deinterlace:
        return deinterlaced(source)
    if source.interlaced:
        raise VideoError(
            f"{path} is interlaced, and upscaling would blend two moments; --deinterlace makes a"
            " frame of each field."
        )
    return source


def _checked_names(path: Path, target: Path, overwrite: bool) -> str:
    """The result's container, by its name, which must be a new one."""
    if path.resolve() == target.resolve():
        raise ConfigError(f"{target} is the video to read; give the result another name.")
    if target.exists() and not overwrite:
        raise ConfigError(f"{target} exists; use --force to overwrite it, or name another.")
    return container_of(target)


def _encoding(
    source: Source,
    codec: str,
    crf: int | None,
    preset: str | None,
    size: tuple[int, int],
    aspect: Fraction,
) -> Encoding:
    tags = replace(source.tags, aspect=aspect)
    return Encoding(
        codec, crf, preset, size, source.layout, tags, source.light, source.time_base, source.rate
    )


def _begin_parts(parts: Parts, overwrite: bool) -> None:
    if overwrite:
        parts.remove()
    elif parts.folder.exists():
        raise ConfigError(
            f"{parts.folder} holds parts of an earlier run; use --resume to go on from them, or"
            " --force to start over."
        )


def _check_whole(source: Source) -> None:
    if source.fault is not None:
        raise VideoError(f"Cannot use {source.path} as a whole: {source.fault}")


def _count_frames(plan: SegmentPlan, segments: range | list[int]) -> int:
    return sum(stop - start for start, stop in map(plan.bounds, segments))


def _report(task: Task, frames: int) -> Report:
    return Report(task.target, frames, task.encoding.size, task.encoding.codec, task.notes)


def _keep_incomplete(error: VideoError, task: Task) -> VideoError:
    """Write what there is before a fault under a name that says so; the sentence that tells."""
    target = task.target
    incomplete = target.with_name(f"{target.stem}.incomplete{target.suffix}")
    try:
        frames = join(replace(task, target=incomplete), broken=True)
    except SrqError:
        return VideoError(f"{error}.")
    task.parts.remove()
    return VideoError(f"{error}; the {frames} frames before that are in {incomplete}.")

"""Parts, and the other streams of the source -> the result."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from srq.errors import DataError, VideoError
from srq.files import atomic_write, storage_error
from srq.priority import ordinary_priority
from srq.video.metadata import muxer_options, tags_of_encoded, tags_of_file
from srq.video.parts import Packet, Parts, part_times, read_part
from srq.video.sound import AacEncoder, add_aac
from srq.video.source import AS_BYTES, opened
from srq.video.streams import add_video
from srq.video.task import Task


def checked_times(task: Task, broken: bool = False) -> NDArray[np.int64]:
    """When every packet is shown, in the order of decoding.

    Raises DataError if a part is missing or damaged, or if not every frame of the source is
    there exactly once; with ``broken``, only for a damaged part or a frame that is there twice.
    """
    source, parts = task.source, task.parts
    times: list[int] = []
    for segment in range(len(parts.plan)):
        start, stop = parts.plan.bounds(segment)
        path = parts.path(segment)
        if broken and not path.exists():
            path = parts.partial(segment)
            if not path.exists():
                break
        elif not path.exists():
            raise DataError(
                f"Segment {segment} of {len(parts.plan)} is missing in {parts.folder}; run its"
                " shard, or all with --resume, before joining."
            )
        found = part_times(path, parts.plan, segment)
        wanted = source.times[start:stop]
        # Frames that are counted, not timed, may end sooner than packets promised.
        if broken or source.counted:
            wanted = wanted[: len(found)]
        if not np.array_equal(np.sort(np.array(found, np.int64)), wanted):
            raise DataError(
                f"{path} does not hold the frames {start} to {stop - 1}, each once; remove it and"
                " run again."
            )
        times += found
    return np.array(times, np.int64)


def join(task: Task, *, broken: bool = False) -> int:
    """Write the result ``target``, whole or not at all; how many frames it has.

    Nothing is encoded again. With ``broken``, what there is up to a break is written.
    Raises DataError as ``checked_times`` does, StorageError where the disk refuses.
    """
    times = checked_times(task, broken)
    if not len(times):
        raise DataError(f"There is no frame in {task.parts.folder} to write.")
    end = (int(times.max()) + task.source.last) * task.source.time_base if broken else None
    packets = zip(_encoded_packets(task.parts, broken), decoding_times(times), strict=True)
    with atomic_write(task.target) as stream, opened(task.source.path) as given:
        try:
            _mux(task, given, Path(stream.name), packets, end)
        except OSError as error:
            raise storage_error("write", task.target, error) from error
        except av.error.FFmpegError as error:
            raise VideoError(f"Cannot write {task.target}: {error.strerror}.") from error
    return len(times)


def decoding_times(times: NDArray[np.int64]) -> Iterator[int]:
    """When to decode each packet, from when it is shown: ascending, and never after it is.

    They are the same times in ascending order, as much later as frames change places.
    """
    ordered = np.sort(times)
    ranks = np.searchsorted(ordered, times)
    delay = int(np.max(np.arange(len(times)) - ranks, initial=0))
    step = int(ordered[1] - ordered[0]) if len(ordered) > 1 else 1
    for number in range(len(times)):
        if number >= delay:
            yield int(ordered[number - delay])
        else:
            yield int(ordered[0]) - (delay - number) * step


def _mux(
    task: Task,
    given: Any,
    place: Path,
    packets: Iterator[tuple[Packet, int]],
    end: Fraction | None,
) -> None:
    source = task.source
    tags = tags_of_file(given.metadata, task.container)
    options = muxer_options(tags, task.container)
    with av.open(
        f"file:{place}", "w", format=task.container, options=options, **AS_BYTES
    ) as output:
        video = add_video(output, task.encoding, task.container, task.target)
        video.metadata.update(tags_of_encoded(given.streams[source.stream].metadata))
        video.disposition = given.streams[source.stream].disposition
        if source.tags.matrix is not None:
            video.set_display_matrix(source.tags.matrix)
        streams = {
            index: _add_other(output, stream, index in task.others.encoded)
            for index, stream in enumerate(given.streams)
            if index in task.others.copied + task.others.encoded
        }
        output.metadata.update(tags)
        output.set_chapters(given.chapters())
        with ordinary_priority():
            output.start_encoding()
        others = _other_packets(given, streams, task.others.encoded, end)
        waiting = next(others, None)
        for packet, decoded in packets:
            moment = decoded * source.time_base
            while waiting is not None and _seconds(waiting) <= moment:
                output.mux(waiting)
                waiting = next(others, None)
            output.mux(_av_packet(packet, decoded, video, source.time_base))
        while waiting is not None:
            output.mux(waiting)
            waiting = next(others, None)


def _add_other(output: Any, given: Any, encoded: bool) -> Any:
    if encoded:
        made = add_aac(output, given)
        made.metadata.update(tags_of_encoded(given.metadata))
    else:
        made = output.add_stream_from_template(given, opaque=True)
        made.metadata.update(given.metadata)
    made.disposition = given.disposition
    return made


def _other_packets(
    given: Any, streams: dict[int, Any], encoded: tuple[int, ...], end: Fraction | None
) -> Iterator[Any]:
    """The packets of the other ``streams``, in order, up to ``end`` seconds of the source.

    Where the file breaks off, those that came before.
    """
    if not streams:
        return
    encoders = {index: AacEncoder(given.streams[index], streams[index]) for index in encoded}
    try:
        for packet in given.demux(*[given.streams[index] for index in streams]):
            index = packet.stream_index
            if not packet.size or (end is not None and _seconds(packet) >= end):
                continue
            if index in encoders:
                yield from encoders[index].encode(packet)
            else:
                packet.stream = streams[index]
                yield packet
    except (av.error.FFmpegError, ValueError):
        pass
    for encoder in encoders.values():
        yield from encoder.finish()


def _seconds(packet: Any) -> Fraction:
    time = packet.dts if packet.dts is not None else packet.pts
    return Fraction(0) if time is None else time * packet.time_base


def _encoded_packets(parts: Parts, broken: bool) -> Iterator[Packet]:
    for segment in range(len(parts.plan)):
        path = parts.path(segment)
        if broken and not path.exists():
            path = parts.partial(segment)
            if not path.exists():
                return
        yield from read_part(path, parts.plan, segment)


def _av_packet(packet: Packet, decoded: int, video: Any, time_base: Fraction) -> av.Packet:
    made = av.Packet(packet.data)
    made.stream = video
    made.time_base = time_base
    made.pts, made.dts, made.duration = packet.time, decoded, packet.duration
    made.is_keyframe = packet.key
    return made

"""The segments of a result: the plan that they follow, and a file for each.

The parts of ``large.mkv`` stand in the folder ``large.mkv.parts`` until they are joined: a file
``plan.json``, and one file for each segment, whole or absent:

    one line of JSON: {"plan": the plan's id, "segment": its number}
    for each packet: size (uint32), shown at and for (int64), key (uint8), little-endian; bytes
    the SHA-256 of all before it
"""

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from srq.errors import ConfigError, DataError
from srq.files import atomic_write, storage_error, write_text

SEGMENT_FRAMES = 250
"""Frames in a segment: as many as encoders put between keyframes by themselves."""

_HEAD = struct.Struct("<IqqB")
_DIGEST = hashlib.sha256().digest_size
_PLAN = "plan.json"


class Packet(NamedTuple):
    """One encoded frame: when it is shown, for how long, whether it is a keyframe, its bytes."""

    time: int
    duration: int
    key: bool
    data: bytes


@dataclass(frozen=True)
class SegmentPlan:
    """What is to be done, and all that decides what comes out: equal plans make equal parts.

    frames: of the whole; step: of a segment; about: everything else, as plain values.
    """

    frames: int
    step: int
    about: Mapping[str, Any]

    def __len__(self) -> int:
        """How many segments there are."""
        return -(-self.frames // self.step)

    def bounds(self, segment: int) -> tuple[int, int]:
        """The first frame of a segment, and the first after it."""
        return segment * self.step, min((segment + 1) * self.step, self.frames)

    @cached_property
    def id(self) -> str:
        """The SHA-256 of the plan."""
        return hashlib.sha256(self._text().encode()).hexdigest()

    def _text(self) -> str:
        plain = {"frames": self.frames, "step": self.step, **self.about}
        return json.dumps(plain, indent=2, sort_keys=True) + "\n"


class Parts:
    """The folder of a result's parts."""

    def __init__(self, target: Path, plan: SegmentPlan) -> None:
        self.folder = parts_folder(target)
        self.plan = plan

    def begin(self) -> None:
        """Make the folder, and write the plan down or compare it with the one that is there.

        Raises ConfigError where that one is another, StorageError where it cannot be written.
        """
        path = self.folder / _PLAN
        if path.exists():
            mine = _flat(json.loads(self.plan._text()))
            theirs = _flat(read_plan(self.folder))
            for name in sorted(mine.keys() | theirs.keys()):
                if mine.get(name) != theirs.get(name):
                    raise ConfigError(
                        f"The parts in {self.folder} were made with another {name}"
                        f" ({theirs.get(name)}, now {mine.get(name)}); use the same again, or"
                        " --force to start over."
                    )
            return
        write_text(path, self.plan._text())

    def path(self, segment: int) -> Path:
        """The file of a segment."""
        return self.folder / f"{segment:06}.part"

    def partial(self, segment: int) -> Path:
        """The file of a segment that broke off."""
        return self.folder / f"{segment:06}.broken"

    def missing(self, segments: range) -> list[int]:
        """Those of ``segments`` that are still to be made."""
        return [segment for segment in segments if not self.path(segment).exists()]

    def remove(self) -> None:
        """Remove the folder with all parts in it, and nothing else."""
        if not self.folder.is_dir():
            return
        try:
            for pattern in ("*.part", "*.broken", ".*.tmp", _PLAN):
                for path in self.folder.glob(pattern):
                    path.unlink(missing_ok=True)
            self.folder.rmdir()
        except OSError as error:
            raise storage_error("use", self.folder, error) from error


def parts_folder(target: Path) -> Path:
    """Where the parts of a result stand."""
    return target.with_name(f"{target.name}.parts")


def read_plan(folder: Path) -> dict[str, Any]:
    """The plan in a folder of parts as plain values; DataError if it is damaged or missing."""
    path = folder / _PLAN
    try:
        plan = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise DataError(
            f"There are no parts in {folder}; run srq upscale --shard first."
        ) from error
    except OSError as error:
        raise storage_error("read", path, error) from error
    except ValueError as error:
        raise DataError(f"{path} is damaged; remove {folder} and start over.") from error
    return plan


class PartWriter:
    """Appends packets to a part."""

    def __init__(self, stream: BinaryIO, plan: SegmentPlan, segment: int) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self._put(json.dumps({"plan": plan.id, "segment": segment}).encode() + b"\n")

    def add(self, packet: Packet) -> None:
        """Append one."""
        self._put(_HEAD.pack(len(packet.data), packet.time, packet.duration, packet.key))
        self._put(packet.data)

    def finish(self) -> None:
        """Append the hash."""
        self._stream.write(self._digest.digest())

    def _put(self, data: bytes) -> None:
        self._digest.update(data)
        self._stream.write(data)


@contextmanager
def part_writer(path: Path, plan: SegmentPlan, segment: int) -> Iterator[PartWriter]:
    """A part that takes its name when the block ends without error, whole."""
    with atomic_write(path) as stream:
        writer = PartWriter(stream, plan, segment)
        yield writer
        writer.finish()


def read_part(path: Path, plan: SegmentPlan, segment: int) -> Iterator[Packet]:
    """The packets of a part, in the order of decoding.

    Raises DataError where it is damaged or of another plan or segment; a damage may be found
    only after the last packet.
    """
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as stream:
            left = path.stat().st_size - _DIGEST
            line = stream.readline()
            digest.update(line)
            left -= len(line)
            if _head(line) != {"plan": plan.id, "segment": segment}:
                raise DataError(
                    f"{path} is no part of this work, or is damaged; remove it and run again."
                )
            while left > 0:
                head = stream.read(_HEAD.size)
                if len(head) < _HEAD.size or _HEAD.unpack(head)[0] > left:
                    break
                size, time, duration, key = _HEAD.unpack(head)
                data = stream.read(size)
                digest.update(head)
                digest.update(data)
                left -= _HEAD.size + size
                yield Packet(time, duration, bool(key), data)
            if left != 0 or stream.read() != digest.digest():
                raise DataError(f"{path} is damaged; remove it and run again.")
    except OSError as error:
        raise storage_error("read", path, error) from error


def part_times(path: Path, plan: SegmentPlan, segment: int) -> list[int]:
    """When the packets of a part are shown, in the order of decoding."""
    return [packet.time for packet in read_part(path, plan, segment)]


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` with the entries of the maps in it among its own."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= value if isinstance(value, dict) else {name: value}
    return flat


def _head(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None

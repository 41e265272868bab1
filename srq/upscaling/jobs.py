"""Which picture file becomes which: one file, or a folder mirrored into another."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from srq.errors import ConfigError, DataError, StorageError
from srq.files import storage_error
from srq.image.encode import FORMATS


@dataclass(frozen=True)
class Job:
    """A picture file to read, and the one to write."""

    source: Path
    target: Path


def plan_jobs(
    source: Path,
    target: Path | None = None,
    *,
    scale: int,
    recursive: bool = False,
    suffix: str | None = None,
) -> tuple[Job, ...]:
    """The jobs for ``source``, a picture or a folder of pictures, in a fixed order.

    A picture becomes the file ``target``; with none, ``NAME-xS.png`` beside it, and in a folder
    that exists, a file of its own name. A folder's pictures get their names in the folder
    ``target`` (none: ``NAME-xS`` beside ``source``); ``recursive`` takes what lies below as
    well, in folders of the same names. ``suffix`` (".png") replaces those that names would keep.
    Hidden files, and what lies in ``target`` itself, are passed over.

    Raises StorageError where ``source`` cannot be read, DataError where it holds no picture,
    ConfigError where a picture would be written over one that is read, or two over one another.
    """
    if suffix is not None and suffix.lower() not in FORMATS:
        raise ConfigError(f"A format must be one of {_known()}, not {suffix!r}.")
    if source.is_dir():
        jobs = _folder(source, target, scale, recursive, suffix)
    elif source.exists():
        jobs = (Job(source, _target_of_file(source, target, scale, suffix)),)
    else:
        raise StorageError(f"Cannot read {source}: it does not exist; check the path.")
    _check(jobs)
    return jobs


def _target_of_file(source: Path, target: Path | None, scale: int, suffix: str | None) -> Path:
    if target is None:
        return source.with_name(f"{source.stem}-x{scale}{suffix or '.png'}")
    if target.is_dir():
        return target / source.with_suffix(suffix or source.suffix).name
    if suffix is not None and target.suffix.lower() != suffix.lower():
        raise ConfigError(
            f"The name {target} asks for another format than {suffix}; leave one of them out."
        )
    return target


def _folder(
    source: Path, target: Path | None, scale: int, recursive: bool, suffix: str | None
) -> tuple[Job, ...]:
    target = target or default_folder(source, scale)
    if target.exists() and not target.is_dir():
        raise ConfigError(f"{source} is a folder, so {target} must be one too; it is a file.")
    if target.resolve() == source.resolve():
        raise ConfigError(f"{target} is the folder to read; name another one to write to.")
    names = sorted(_pictures(source, target, recursive))
    if not names:
        hint = "" if recursive else "; --recursive looks below it as well"
        raise DataError(f"{source} holds no picture ({_known()}){hint}.")
    return tuple(
        Job(source / name, target / (name.with_suffix(suffix) if suffix else name))
        for name in names
    )


def default_folder(source: Path, scale: int) -> Path:
    """Where a folder's pictures go where no target is given: ``NAME-xS`` beside it."""
    whole = source.resolve()
    return whole.with_name(f"{whole.name}-x{scale}")


def _pictures(source: Path, target: Path, recursive: bool) -> Iterator[Path]:
    """The pictures of a folder, as paths below it."""

    def refuse(error: OSError) -> None:
        raise storage_error("read", error.filename or source, error) from error

    left_out = target.resolve()
    for parent, folders, names in os.walk(source, onerror=refuse):
        here = Path(parent)
        folders[:] = [
            name
            for name in folders
            if recursive and not name.startswith(".") and (here / name).resolve() != left_out
        ]
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in FORMATS:
                yield (here / name).relative_to(source)


def _check(jobs: tuple[Job, ...]) -> None:
    sources = {job.source.resolve() for job in jobs}
    targets: dict[Path, Path] = {}
    for job in jobs:
        if job.target.suffix.lower() not in FORMATS:
            raise ConfigError(
                f"The name {job.target} does not say a format; end it in one of {_known()}."
            )
        target = job.target.resolve()
        if target in sources:
            raise ConfigError(f"{job.target} is a picture to read; give the result another name.")
        if target in targets:
            raise ConfigError(
                f"{targets[target]} and {job.source} would both become {job.target};"
                " rename one of them."
            )
        targets[target] = job.source


def _known() -> str:
    return ", ".join(FORMATS)

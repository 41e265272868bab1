"""Which picture file becomes which: one file, or a folder mirrored into another."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from srq.errors import ConfigError, DataError, StorageError
from srq.files import storage_error
from srq.image.encode import FORMATS
from srq.image.frames import suffix_of_frames


@dataclass(frozen=True)
class Job:
    """A picture file to read, and the one to write."""

    source: Path
    target: Path


def plan_jobs(
    source: Path,
    target: Path | None = None,
    *,
    ending: str,
    recursive: bool = False,
    suffix: str | None = None,
) -> tuple[Job, ...]:
    """The jobs for ``source``, a picture or a folder of pictures, in a fixed order.

    A picture becomes the file ``target``; with none, its name, the ``ending`` ("-x2") and ".png"
    beside it (animations and pages keep their own format), and in a folder that exists, a file of
    its own name. A folder's pictures get their names in the folder ``target`` (none: its name and
    the ending, beside ``source``); ``recursive`` takes what lies below as well, in folders of the
    same names. ``suffix`` (".png") replaces those that names would keep. Hidden files, and what
    lies in ``target`` itself, are passed over; ``left_out`` names the other files that are.

    Raises StorageError where ``source`` cannot be read, DataError where it holds no picture,
    ConfigError where pictures would be written over some that are read, or over one another.
    """
    if suffix is not None and suffix.lower() not in FORMATS:
        raise ConfigError(f"A format must be one of {_known()}, not {suffix!r}.")
    if source.is_dir():
        jobs = _folder(source, target, ending, recursive, suffix)
    elif source.exists():
        jobs = (Job(source, _target_of_file(source, target, ending, suffix)),)
    else:
        raise StorageError(f"Cannot read {source}: it does not exist; check the path.")
    _check(jobs)
    return jobs


def _target_of_file(source: Path, target: Path | None, ending: str, suffix: str | None) -> Path:
    if target is None:
        suffix = suffix or _suffix_of_several(source) or ".png"
        return source.with_name(f"{source.stem}{ending}{suffix}")
    if target.is_dir():
        return target / source.with_suffix(suffix or source.suffix).name
    if suffix is not None and target.suffix.lower() != suffix.lower():
        raise ConfigError(
            f"The name {target} asks for another format than {suffix}; leave one of them out."
        )
    return target


def _folder(
    source: Path, target: Path | None, ending: str, recursive: bool, suffix: str | None
) -> tuple[Job, ...]:
    target = target or default_folder(source, ending)
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


def left_out(source: Path, target: Path, *, recursive: bool = False) -> list[Path]:
    """The files in the folder ``source`` of which ``plan_jobs`` makes no job, in order.

    Where it is not ``recursive``, the folders in it too. What is hidden, and ``target``, is not
    named.
    """
    return sorted(
        source / name
        for name, is_folder in _walk(source, target, recursive)
        if (is_folder and not recursive) or not (is_folder or _is_picture(name))
    )


def default_folder(source: Path, ending: str) -> Path:
    """Where a folder's pictures go where no target is given: ``NAME`` and the ending, beside it."""
    whole = source.resolve()
    return whole.with_name(f"{whole.name}{ending}")


def _pictures(source: Path, target: Path, recursive: bool) -> Iterator[Path]:
    """The pictures of a folder, as paths below it."""
    for name, is_folder in _walk(source, target, recursive):
        if not is_folder and _is_picture(name):
            yield name


def _is_picture(name: Path) -> bool:
    return name.suffix.lower() in FORMATS


def _walk(source: Path, target: Path, recursive: bool) -> Iterator[tuple[Path, bool]]:
    """Every file and folder of a folder, as a path below it, and whether it is a folder.

    Without those that are hidden, and ``target``.
    """

    def refuse(error: OSError) -> None:
        raise storage_error("read", error.filename or source, error) from error

    left_out = target.resolve()
    for parent, folders, names in os.walk(source, onerror=refuse):
        here = Path(parent)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and (here / name).resolve() != left_out
        ]
        for name in folders:
            yield (here / name).relative_to(source), True
        for name in names:
            if not name.startswith("."):
                yield (here / name).relative_to(source), False
        if not recursive:
            return


def _suffix_of_several(source: Path) -> str | None:
    """The suffix of the file's format where it holds several pictures; None for others."""
    try:
        return suffix_of_frames(source.read_bytes())
    except OSError:
        return None  # Reading it will say why.


def _check(jobs: tuple[Job, ...]) -> None:
    """Refuse all results whose names cannot be, at once."""
    sources = {job.source.resolve() for job in jobs}
    targets: dict[Path, Path] = {}
    read: list[str] = []
    both: list[str] = []
    for job in jobs:
        if job.target.suffix.lower() not in FORMATS:
            raise ConfigError(
                f"The name {job.target} does not say a format; end it in one of {_known()}."
            )
        target = job.target.resolve()
        if target in sources:
            read.append(str(job.target))
        elif target in targets:
            both.append(f"{targets[target]} and {job.source} would both become {job.target}")
        targets.setdefault(target, job.source)
    mistakes = []
    if len(read) == 1:
        mistakes.append(f"{read[0]} is a picture to read; give the result another name")
    elif read:
        mistakes.append(f"{', '.join(read)} are pictures to read; give the results other names")
    if both:
        mistakes.append(f"{'; '.join(both)}; rename one of {'them' if len(both) == 1 else 'each'}")
    if mistakes:
        raise ConfigError(f"{'; '.join(mistakes)}.")


def _known() -> str:
    return ", ".join(FORMATS)

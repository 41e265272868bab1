"""Shares of a folder for many machines, and the check that together they made all of it.

A shard of a folder leaves a record in OUT/.srq-shards: which pictures it made, and their hashes.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srq.errors import ConfigError, DataError
from srq.files import sha256_file, storage_error, write_text
from srq.upscaling.batch import Result, State
from srq.upscaling.plan import Job, plan

_RECORDS = ".srq-shards"


@dataclass(frozen=True)
class Shard:
    """One of ``shards`` shares of a work, 1 the first."""

    shard: int
    shards: int

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """From "2/5"; ConfigError for anything else."""
        parts = text.split("/")
        if len(parts) == 2 and all(part.isascii() and part.isdigit() for part in parts):
            shard, shards = map(int, parts)
            if 1 <= shard <= shards:
                return cls(shard, shards)
        raise ConfigError(f"A shard is I/N with I from 1 to N, such as 1/4, not {text!r}.")

    def of(self, jobs: Sequence[Job]) -> tuple[Job, ...]:
        """Its share of the jobs: every one belongs to one shard."""
        return tuple(jobs[self.shard - 1 :: self.shards])


def record_shard(
    target: Path, shard: Shard, about: Mapping[str, Any], results: Sequence[Result]
) -> None:
    """Write down what a shard has made in the folder ``target``, by ``about``: its options."""
    pictures = {
        result.job.target.relative_to(target).as_posix(): sha256_file(result.job.target)
        for result in results
        if result.state is not State.FAILED
    }
    failed = [str(result.job.source) for result in results if result.state is State.FAILED]
    record = {
        "shard": shard.shard,
        "shards": shard.shards,
        "about": dict(about),
        "pictures": pictures,
        "failed": failed,
    }
    path = target / _RECORDS / f"{shard.shard}-of-{shard.shards}.json"
    write_text(path, json.dumps(record, indent=2) + "\n")


def merge_folder(source: Path, target: Path) -> int:
    """Check that shards have made every picture of ``source`` once; how many there are.

    Their records are removed then. Raises DataError where a shard or picture is missing, failed
    or changed, ConfigError where the shards were given different options.
    """
    records = _records(target)
    about, shards = records[0]["about"], records[0]["shards"]
    for record in records:
        if (record["about"], record["shards"]) != (about, shards):
            raise ConfigError(
                f"The shards in {target} were given different options, or numbers of shards; run"
                " all of them alike."
            )
    absent = set(range(1, shards + 1)) - {record["shard"] for record in records}
    if absent:
        raise DataError(f"Shard {min(absent)}/{shards} of {target} has not ended; run it first.")
    for record in records:
        if record["failed"]:
            raise DataError(
                f"Shard {record['shard']}/{shards} could not upscale {record['failed'][0]}; mend"
                " or remove it and run that shard again."
            )
    jobs = plan(
        source, target, scale=about["scale"], recursive=about["recursive"], suffix=about["suffix"]
    )
    wanted = [job.target.relative_to(target).as_posix() for job in jobs]
    found = [name for record in records for name in record["pictures"]]
    different = sorted(set(wanted) ^ set(found)) or (
        sorted(name for name in set(found) if found.count(name) > 1)
    )
    if different:
        raise DataError(
            f"{target / different[0]} is not there exactly once, as if {source} had changed"
            " between shards; run all of them again."
        )
    for record in records:
        for name, digest in record["pictures"].items():
            if sha256_file(target / name) != digest:
                raise DataError(f"{target / name} is not as its shard wrote it; run that again.")
    _remove(target / _RECORDS)
    return len(wanted)


def _records(target: Path) -> list[Any]:
    folder = target / _RECORDS
    paths = sorted(folder.glob("*-of-*.json"))
    if not paths:
        raise DataError(f"There is no shard's record in {target}; run srq upscale --shard first.")
    try:
        return [json.loads(path.read_text()) for path in paths]
    except ValueError as error:
        raise DataError(f"A record in {folder} is damaged; run its shard again.") from error


def _remove(folder: Path) -> None:
    try:
        for path in folder.glob("*-of-*.json"):
            path.unlink()
        folder.rmdir()
    except OSError as error:
        raise storage_error("use", folder, error) from error

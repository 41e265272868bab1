"""Share i of n of a work, for many machines, and the check that together they made all of it.

A shard leaves a record in DIR/.srq-shards, where DIR is the folder of the results: by which
options it worked, which files it made, their hashes, and what failed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from srq.errors import ConfigError, DataError
from srq.files import sha256_file, storage_error, write_text

Item = TypeVar("Item")

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

    def __str__(self) -> str:
        return f"{self.shard}/{self.shards}"

    def of(self, items: Sequence[Item]) -> tuple[Item, ...]:
        """Its share of the items: every n-th. Each item belongs to one shard."""
        return tuple(items[self.shard - 1 :: self.shards])

    def span(self, count: int) -> range:
        """Its share of the numbers below ``count``: neighbours, as evenly as can be."""
        return range((self.shard - 1) * count // self.shards, self.shard * count // self.shards)


@dataclass(frozen=True)
class Record:
    """What a shard did.

    options: all that decides what it makes, as JSON values.
    made:    the SHA-256 of each file it made, by its path below the folder of the results.
    failed:  what it could not make.
    """

    shard: Shard
    options: Mapping[str, Any]
    made: Mapping[str, str]
    failed: tuple[str, ...] = ()


def write_record(
    folder: Path,
    shard: Shard,
    options: Mapping[str, Any],
    made: Iterable[Path],
    failed: Iterable[str] = (),
) -> None:
    """Write down in ``folder`` which of the files in it a shard has made, and by which options."""
    record = {
        "shard": shard.shard,
        "shards": shard.shards,
        "about": dict(options),
        "pictures": {path.relative_to(folder).as_posix(): sha256_file(path) for path in made},
        "failed": list(failed),
    }
    path = folder / _RECORDS / f"{shard.shard}-of-{shard.shards}.json"
    write_text(path, json.dumps(record, indent=2) + "\n")


def read_records(folder: Path, command: str) -> list[Record]:
    """The records of all shards in a folder, the first shard first.

    ``command`` is what makes a shard, for the sentences. Raises DataError where a shard's record
    is missing or damaged, ConfigError where the shards were given different options.
    """
    records = sorted(_read_all(folder, command), key=lambda record: record.shard.shard)
    options, shards = records[0].options, records[0].shard.shards
    for record in records:
        if (record.options, record.shard.shards) != (options, shards):
            raise ConfigError(
                f"The shards in {folder} were given different options, or numbers of shards; run"
                " all of them alike."
            )
    absent = set(range(1, shards + 1)) - {record.shard.shard for record in records}
    if absent:
        raise DataError(f"Shard {min(absent)}/{shards} of {folder} has not ended; run it first.")
    return records


def check_made(
    folder: Path, records: Sequence[Record], wanted: Iterable[str], source: Path
) -> None:
    """Check that ``records`` have made every file ``wanted`` once, and each is as it was made.

    ``source`` is what they were made from, for the sentence. Raises DataError otherwise.
    """
    found = [name for record in records for name in record.made]
    different = sorted(set(wanted) ^ set(found)) or (
        sorted(name for name in set(found) if found.count(name) > 1)
    )
    if different:
        raise DataError(
            f"{folder / different[0]} is not there exactly once, as if {source} had changed"
            " between shards; run all of them again."
        )
    for record in records:
        for name, digest in record.made.items():
            if sha256_file(folder / name) != digest:
                raise DataError(f"{folder / name} is not as its shard wrote it; run that again.")


def remove_records(folder: Path) -> None:
    """Remove the records, and nothing else, from a folder of results."""
    records = folder / _RECORDS
    try:
        for path in records.glob("*-of-*.json"):
            path.unlink()
        records.rmdir()
    except OSError as error:
        raise storage_error("use", records, error) from error


def _read_all(folder: Path, command: str) -> list[Record]:
    paths = sorted((folder / _RECORDS).glob("*-of-*.json"))
    if not paths:
        raise DataError(f"There is no shard's record in {folder}; run {command} first.")
    try:
        return [_read(path) for path in paths]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"A record in {folder / _RECORDS} is damaged; run its shard again."
        ) from error


def _read(path: Path) -> Record:
    plain = json.loads(path.read_text(encoding="utf-8"))
    shard = Shard(plain["shard"], plain["shards"])
    return Record(shard, plain["about"], dict(plain["pictures"]), tuple(plain["failed"]))

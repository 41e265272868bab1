"""Shares of a folder of pictures for many machines, and the check that they made all of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from srq.batch.jobs import plan_jobs
from srq.batch.run import Result, Status
from srq.errors import DataError
from srq.parallel.shards import Shard, check_made, read_records, remove_records, write_record


def record_shard(
    target: Path, shard: Shard, options: Mapping[str, Any], results: Sequence[Result]
) -> None:
    """Write down what a shard has made in the folder ``target``, and by which options.

    ``scale``, ``recursive`` and ``suffix`` must be among the options: they say which picture
    becomes which.
    """
    made = [result.job.target for result in results if result.status is not Status.FAILED]
    failed = [str(result.job.source) for result in results if result.status is Status.FAILED]
    write_record(target, shard, options, made, failed)


def merge_folder(source: Path, target: Path) -> int:
    """Check that shards have made every picture of ``source`` once; how many there are.

    Their records are removed then. Raises DataError where a shard or picture is missing, failed
    or changed, ConfigError where the shards were given different options.
    """
    records = read_records(target, "srq upscale --shard")
    for record in records:
        if record.failed:
            raise DataError(
                f"Shard {record.shard} could not upscale {record.failed[0]}; mend or remove it"
                " and run that shard again."
            )
    options = records[0].options
    choices = {name: options[name] for name in ("recursive", "suffix")}
    jobs = plan_jobs(source, target, ending=f"-x{options['scale']}", **choices)
    wanted = [job.target.relative_to(target).as_posix() for job in jobs]
    check_made(target, records, wanted, source)
    remove_records(target)
    return len(wanted)

"""The .srq file: a Program as safetensors with JSON metadata, read as if it were hostile.

The layout is written in docs/reference/program-spec.md. The file is deterministic: the same Program
with the same card gives the same bytes.
"""

import json
import os
import stat
from pathlib import Path
from typing import Any

from srq.errors import ProgramError
from srq.files import storage_error, write_bytes
from srq.program.container import Container, json_list, json_object, pack, parse_json, unpack
from srq.program.description import arrays_of, build
from srq.program.limits import MAX_FILE_BYTES, MAX_OPS
from srq.program.op import shown
from srq.program.program import SCHEMA, Program

SUFFIX = ".srq"
"""The ending of a Program's file."""

FORMAT = "srq-program"


def save(program: Program, path: Path | str) -> None:
    """Write ``program`` to ``path``, whole or not at all; StorageError where that fails.

    Raises ProgramError if its card is too long to be read back.
    """
    write_bytes(path, to_bytes(program))


def load(path: Path | str) -> Program:
    """The Program in the file ``path``.

    Raises StorageError if it cannot be read, ProgramError if it is no Program, a damaged or
    altered one, one of a newer schema, or one whose accumulators could overflow.
    """
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise ProgramError(f"{path} is not a file; name a {SUFFIX} file.")
        if status.st_size > MAX_FILE_BYTES:
            raise ProgramError(
                f"{path} is no Program: it has {status.st_size} bytes,"
                f" and a Program has at most {MAX_FILE_BYTES}."
            )
        data = Path(path).read_bytes()
    except OSError as error:
        raise storage_error("read", path, error) from error
    try:
        return from_bytes(data)
    except ProgramError as error:
        raise ProgramError(f"Cannot load {path}: {error}") from error


def to_bytes(program: Program) -> bytes:
    """The bytes of ``program``'s file."""
    described = json.loads(next(program.canonical_pieces()))
    metadata = {
        "format": FORMAT,
        "schema": str(SCHEMA),
        "fingerprint": program.fingerprint,
        "ops": _json(described["ops"]),
        "card": _json({"name": program.name, "provenance": dict(program.provenance)}),
    }
    arrays = {name: array for op in program.ops for name, array in arrays_of(op).items()}
    return pack(Container(metadata, arrays))


def from_bytes(data: bytes) -> Program:
    """The Program in the bytes of a file; ProgramError as ``load`` does."""
    container = unpack(data)
    metadata = container.metadata
    if metadata.get("format") != FORMAT:
        raise ProgramError("It is a safetensors file, but no Program; name a .srq file.")
    _check_schema(metadata.get("schema"))
    for key in ("fingerprint", "ops", "card"):
        if key not in metadata:
            raise ProgramError(f"The Program lacks its {key}; get the file again.")
    described = parse_json("ops", metadata["ops"])
    listed = json_list(described)
    if listed is None or len(listed) > MAX_OPS:
        raise ProgramError(f"A Program must have a list of at most {MAX_OPS} ops.")
    ops = [build(op, container.arrays) for op in listed]
    known = {name for op in ops for name in arrays_of(op)}
    for name in container.arrays:
        if name not in known:
            raise ProgramError(f"The Program has the tensor {shown(name)}, which no op uses.")
    program = Program(ops, **_card(parse_json("card", metadata["card"])))
    if program.fingerprint != metadata["fingerprint"]:
        raise ProgramError(
            "The Program was altered or damaged: its contents do not have its fingerprint;"
            " get the file again."
        )
    return program


def _check_schema(written: str | None) -> None:
    if written is None or not written.isascii() or not written.isdigit() or len(written) > 9:
        raise ProgramError(f"The Program must have a schema number, not {shown(written)}.")
    if int(written) > SCHEMA:
        raise ProgramError(
            f"The Program has schema {int(written)}, and this srq knows up to {SCHEMA};"
            " upgrade srq."
        )
    if int(written) < 1:
        raise ProgramError(f"The Program has schema {int(written)}, and the first is 1.")


def _card(written: Any) -> dict[str, Any]:
    card = json_object(written)
    if (
        card is None
        or card.keys() != {"name", "provenance"}
        or not isinstance(card["provenance"], dict)
    ):
        raise ProgramError(
            "A Program's card must have a name and a provenance; get the file again."
        )
    return card


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))

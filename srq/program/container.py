"""Integer arrays and strings in one safetensors file: packed the same way every time,
unpacked without trusting a byte.

Only what Programs need of the format is read: the types I16 and I32, and a data section that
the tensors fill from end to end without gap or overlap.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, TypeGuard, cast

import numpy as np
from numpy.typing import NDArray

from srq.errors import ProgramError
from srq.program.limits import MAX_HEADER_BYTES, MAX_OPS
from srq.program.op import shown

_DTYPES: dict[str, np.dtype[np.signedinteger]] = {"I16": np.dtype("<i2"), "I32": np.dtype("<i4")}
_NAMES: dict[np.dtype[Any], str] = {dtype: name for name, dtype in _DTYPES.items()}
_LENGTH_BYTES = 8
_ALIGNMENT = 8
_MAX_DIMENSIONS = 4


@dataclass(frozen=True)
class Container:
    """metadata: strings by string. arrays: little-endian int16 or int32 by name, in order."""

    metadata: Mapping[str, str]
    arrays: Mapping[str, NDArray[np.integer]]


def pack(container: Container) -> bytes:
    """The container as safetensors bytes; ProgramError if its header is too long to read back."""
    header: dict[str, Any] = {"__metadata__": dict(container.metadata)}
    offset = 0
    # Wider types first: every tensor then stands at a multiple of its own size.
    arrays = sorted(container.arrays.items(), key=lambda item: -item[1].dtype.itemsize)
    for name, array in arrays:
        header[name] = {
            "dtype": _NAMES[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [offset, offset + array.nbytes],
        }
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % _ALIGNMENT)
    if len(text) > MAX_HEADER_BYTES:
        raise ProgramError(
            f"A Program's header must have at most {MAX_HEADER_BYTES} bytes, not {len(text)};"
            " shorten its provenance."
        )
    length = len(text).to_bytes(_LENGTH_BYTES, "little")
    return b"".join([length, text, *(array.tobytes() for _, array in arrays)])


def unpack(data: bytes) -> Container:
    """The container in safetensors bytes; ProgramError where they are not exactly one.

    The arrays are read-only views of ``data``: nothing is allocated for what a header claims.
    """
    if len(data) < _LENGTH_BYTES:
        raise ProgramError("The file is too short to be a Program; get it again.")
    length = int.from_bytes(data[:_LENGTH_BYTES], "little")
    if length > MAX_HEADER_BYTES:
        raise ProgramError("The file is no Program: its first bytes give no header's length.")
    if length > len(data) - _LENGTH_BYTES:
        raise ProgramError("The file ends within its header; get it again.")
    body = memoryview(data)[_LENGTH_BYTES + length :]
    header = json_object(parse_json("header", data[_LENGTH_BYTES : _LENGTH_BYTES + length]))
    if header is None:
        raise ProgramError("The file is no Program: its header is not a JSON object.")
    metadata = json_object(header.pop("__metadata__", {}))
    if metadata is None or not all(isinstance(v, str) for v in metadata.values()):
        raise ProgramError("The file is no Program: its metadata are not strings.")
    if len(header) > 2 * MAX_OPS:
        raise ProgramError(f"A Program must have at most {2 * MAX_OPS} tensors, not {len(header)}.")
    return Container(metadata, _arrays(header, body))


def parse_json(what: str, text: str | bytes) -> Any:
    """The JSON value of ``text`` (UTF-8 if bytes); ProgramError if it is not strict JSON."""
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        return json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        # Among the ValueErrors: bad UTF-8, numbers of thousands of digits, the two below.
        raise ProgramError(f"The Program's {what} is not valid JSON; get the file again.") from None


def json_object(value: object) -> dict[str, Any] | None:
    """``value`` if it is a JSON object, else None."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def json_list(value: object) -> list[Any] | None:
    """``value`` if it is a JSON list, else None."""
    return cast("list[Any]", value) if isinstance(value, list) else None


def _arrays(header: dict[str, Any], body: memoryview) -> dict[str, NDArray[np.integer]]:
    arrays: dict[str, NDArray[np.integer]] = {}
    end = 0
    entries = [(name, *_entry(name, entry)) for name, entry in header.items()]
    for name, dtype, shape, (start, stop) in sorted(entries, key=lambda entry: entry[3]):
        if start != end or stop > len(body):
            raise ProgramError(
                f"The tensor {shown(name)} does not follow the one before it within the file;"
                " get the file again."
            )
        if prod(shape) * dtype.itemsize != stop - start:
            raise ProgramError(
                f"The tensor {shown(name)} has {stop - start} bytes, which its shape"
                f" {shown(shape)} does not fill."
            )
        arrays[name] = np.frombuffer(body[start:stop], dtype).reshape(shape)
        end = stop
    if end != len(body):
        raise ProgramError(f"The file has {len(body) - end} bytes that belong to no tensor.")
    return arrays


def _entry(name: str, entry: Any) -> tuple[np.dtype[np.signedinteger], list[int], list[int]]:
    fields = json_object(entry)
    if fields is None or fields.keys() != {"dtype", "shape", "data_offsets"}:
        raise ProgramError(f"The tensor {shown(name)} must have a dtype, a shape and offsets.")
    dtype, shape, offsets = fields["dtype"], fields["shape"], fields["data_offsets"]
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        raise ProgramError(
            f"The tensor {shown(name)} must have 16- or 32-bit integers, I16 or I32,"
            f" not {shown(dtype)}."
        )
    if not _are_sizes(shape) or len(shape) > _MAX_DIMENSIONS:
        raise ProgramError(f"The tensor {shown(name)} has a wrong shape, {shown(shape)}.")
    if not _are_sizes(offsets) or len(offsets) != 2:
        raise ProgramError(f"The tensor {shown(name)} has wrong offsets, {shown(offsets)}.")
    return _DTYPES[dtype], shape, offsets


def _are_sizes(value: object) -> TypeGuard[list[int]]:
    if not isinstance(value, list):
        return False
    return all(type(n) is int and n >= 0 for n in cast("list[object]", value))


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice")
    return result


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")

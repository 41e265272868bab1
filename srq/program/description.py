"""Ops as plain JSON and back: the part of a Program that its file and fingerprint share.

One op is an object with ``kind`` and the op's fields by their names. A Format is its written
form, a Padding its four sides from top to right; an array is its shape, its numbers stand
elsewhere under ``array_name``. Reading is strict: a missing or unknown field is refused.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from srq.errors import ProgramError
from srq.fixed import Format
from srq.program.container import json_list, json_object
from srq.program.conv import Padding
from srq.program.limits import MAX_NAME
from srq.program.op import Op, OpKind, shown
from srq.program.ops import OP_TYPES

ARRAY_DTYPES: dict[str, np.dtype] = {"weight": np.dtype("<i2"), "bias": np.dtype("<i4")}
"""The fields of a Conv that are arrays, and the little-endian type each is stored in."""

_MAX_FORMAT = len("s32.-64")


def array_name(op_name: str, field: str) -> str:
    """The name under which an op's array is stored."""
    return f"{op_name}.{field}"


def arrays_of(op: Op) -> dict[str, NDArray[np.integer]]:
    """The op's arrays that are not None, by stored name, in their stored types."""
    return {
        array_name(op.name, field): getattr(op, field).astype(dtype, copy=False)
        for field, dtype in ARRAY_DTYPES.items()
        if getattr(op, field, None) is not None
    }


def describe(op: Op) -> dict[str, Any]:
    """The op as a JSON object, its arrays as their shapes."""
    described: dict[str, Any] = {"kind": op.kind.value}
    for field in fields(op):
        described[field.name] = _plain(getattr(op, field.name))
    return described


def _plain(value: Any) -> Any:
    match value:
        case Format():
            return str(value)
        case Padding():
            return [value.top, value.bottom, value.left, value.right]
        case np.ndarray():
            return list(cast("NDArray[Any]", value).shape)
        case tuple():
            return list(cast("tuple[Any, ...]", value))
        case _:
            return value


def build(described: object, arrays: Mapping[str, NDArray[np.integer]]) -> Op:
    """The op that a JSON object describes; ProgramError where it describes none."""
    given = json_object(described)
    if given is None:
        raise ProgramError(f"An op must be a JSON object, not {shown(described)}.")
    name = given.get("name")
    if not isinstance(name, str) or len(name) > MAX_NAME:
        raise ProgramError(f"An op must have a name, not {shown(name)}.")
    try:
        kind = OpKind(given.get("kind"))
    except ValueError:
        raise ProgramError(
            f"Op {name!r} must be of a kind that this srq knows, not {shown(given.get('kind'))}."
        ) from None
    wanted = {"kind", *(field.name for field in fields(OP_TYPES[kind]))}
    for field in sorted(wanted ^ given.keys(), key=str):
        problem = "lacks the field" if field in wanted else "has the unknown field"
        raise ProgramError(f"Op {name!r} {problem} {shown(field)}.")
    read = {
        field: _read(name, field, value, arrays)
        for field, value in given.items()
        if field != "kind"
    }
    return OP_TYPES[kind](**read)


def _read(name: str, field: str, value: Any, arrays: Mapping[str, NDArray[np.integer]]) -> Any:
    if field in ARRAY_DTYPES:
        return None if value is None else _array(name, field, value, arrays)
    if value is None:
        return None
    match field:
        case "format":
            return _format(name, value)
        case "padding":
            sides = json_list(value)
            if sides is None or len(sides) != 4:
                raise ProgramError(f"Op {name!r} must have a padding of 4 sides.")
            return Padding(*sides)
        case "weight_frac":
            fracs = json_list(value)
            if fracs is None:
                raise ProgramError(f"Op {name!r} must have a list as its weight_frac.")
            return fracs
        case _:
            return value


def _format(name: str, value: object) -> Format:
    if not isinstance(value, str) or len(value) > _MAX_FORMAT:
        raise ProgramError(f"Op {name!r} must have a format like s14.10, not {shown(value)}.")
    try:
        return Format.parse(value)
    except ValueError as error:
        raise ProgramError(f"Op {name!r} has a wrong format: {error}") from None


def _array(
    name: str, field: str, shape: object, arrays: Mapping[str, NDArray[np.integer]]
) -> NDArray[np.integer]:
    array = arrays.get(array_name(name, field))
    if array is None:
        raise ProgramError(f"Op {name!r} has a {field}, but its numbers are missing.")
    if shape != list(array.shape):
        raise ProgramError(
            f"Op {name!r} must have a {field} of the shape {list(array.shape)} that its numbers"
            f" have, not {shown(shape)}."
        )
    return array

"""Files that are not what they should be: the parts of a .srq file, altered and put together."""

import json
from collections.abc import Callable
from typing import Any


def split(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The header as JSON and the body."""
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def join(header: object, body: bytes) -> bytes:
    """A file of this header and body, whatever they are; a string header stands as it is."""
    text = (header if isinstance(header, str) else json.dumps(header)).encode()
    return len(text).to_bytes(8, "little") + text + body


def with_metadata(data: bytes, **changes: str | None) -> bytes:
    """The file with these metadata instead; None takes one away."""
    header, body = split(data)
    metadata = {**header["__metadata__"], **changes}
    header["__metadata__"] = {k: v for k, v in metadata.items() if v is not None}
    return join(header, body)


def with_ops(data: bytes, change: Callable[[list[dict[str, Any]]], object]) -> bytes:
    """The file after ``change`` has altered the list of described ops."""
    header, body = split(data)
    ops = json.loads(header["__metadata__"]["ops"])
    change(ops)
    header["__metadata__"]["ops"] = json.dumps(ops)
    return join(header, body)


def with_tensor(data: bytes, name: str, **changes: object) -> bytes:
    """The file with these fields in a tensor's entry of the header."""
    header, body = split(data)
    header[name] = {**header.get(name, {}), **changes}
    return join(header, body)

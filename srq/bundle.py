"""Tensors and JSON notes in one safetensors file, checked by a digest, written whole or not."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from srq.errors import CheckpointError
from srq.files import storage_error, write_bytes

Notes = dict[str, Any]

# All notes stand under one key: safetensors gives several keys no fixed order, and equal
# trainings are to give equal bytes.
_KEY = "srq"


def pack(tensors: Mapping[str, Tensor], notes: Notes) -> bytes:
    """The file's bytes; equal contents give equal bytes. ``notes`` must be JSON-able."""
    held = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    record = {"sha256": _digest(held), **notes}
    return safetensors.torch.save(held, {_KEY: json.dumps(record, sort_keys=True)})


def write_bundle(path: Path, tensors: Mapping[str, Tensor], notes: Notes) -> None:
    """Write ``pack``'s bytes atomically; raises StorageError where the file system refuses."""
    write_bytes(path, pack(tensors, notes))


def unpack(data: bytes, name: Path | str) -> tuple[dict[str, Tensor], Notes]:
    """The tensors and notes in a file's bytes; ``name`` stands for the file in errors.

    Raises CheckpointError if it is no safetensors file, is cut short or damaged, or was not
    written by srq.
    """
    try:
        tensors = safetensors.torch.load(data)
        length = int.from_bytes(data[:8], "little")
        metadata = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    except (SafetensorError, ValueError, KeyError) as error:
        raise CheckpointError(
            f"{name} is no safetensors file, or is cut short ({error}); "
            "take it from a backup or train it again."
        ) from None
    try:
        notes = json.loads(metadata[_KEY])
        digest = notes.pop("sha256")
    except (KeyError, ValueError, AttributeError):
        raise CheckpointError(
            f"{name} is a safetensors file without srq's notes, so its network is not known; "
            "choose a file that 'srq train' wrote."
        ) from None
    if digest != _digest(tensors):
        raise CheckpointError(
            f"{name} is damaged: its tensors do not match their SHA-256; "
            "take it from a backup or train it again."
        )
    return tensors, notes


def read_bundle(path: Path) -> tuple[dict[str, Tensor], Notes]:
    """``unpack`` of a file; raises StorageError as well, if it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise storage_error("read", path, error) from error
    return unpack(data, path)


def _digest(tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()

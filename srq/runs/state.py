"""Where a training stands, to the bit: the states of a run folder.

A state holds the expanded weights, the optimizer's moments, the averaged kernels and the step.
There is no random state to keep: batches depend on the seed and the step alone, and nothing
else in the loop is drawn.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from srq.bundle import Notes, read_bundle, write_bundle
from srq.errors import CheckpointError, StorageError
from srq.files import storage_error

STATE_FORMAT = "srq.training-state"
STATE_VERSION = 1
FOLDER = "states"
KEPT = 2

MODEL = "model/"
OPTIMIZER = "optimizer/"
AVERAGE = "average/"


@dataclass(frozen=True)
class State:
    """A state as it was read: the file, its tensors (with the prefixes above), its notes."""

    path: Path
    tensors: dict[str, Tensor]
    notes: Notes


def save_state(run: Path, step: int, tensors: Mapping[str, Tensor], notes: Notes) -> Path:
    """Write the state after ``step`` steps, then remove all but the last ``KEPT`` states.

    Raises StorageError where the file system refuses; earlier states are then untouched.
    """
    path = run / FOLDER / f"step-{step:09d}.safetensors"
    full = {**notes, "format": STATE_FORMAT, "version": STATE_VERSION, "step": step}
    write_bundle(path, tensors, full)
    for old in _state_files(run)[:-KEPT]:
        try:
            old.unlink()
        except OSError as error:
            raise storage_error("remove", old, error) from error
    return path


def newest_state(run: Path, warn: Callable[[str], object] = warnings.warn) -> State | None:
    """The newest state that is whole, or None where the folder has none at all.

    A damaged one is passed over, with a sentence to ``warn``. Raises CheckpointError if all
    are damaged, or were written by another version.
    """
    files = _state_files(run)
    for path in reversed(files):
        try:
            tensors, notes = read_bundle(path)
        except (CheckpointError, StorageError) as error:
            warn(f"{error} The state before it is used.")
            continue
        if notes.get("format") == STATE_FORMAT and notes.get("version") == STATE_VERSION:
            return State(path, tensors, notes)
        raise CheckpointError(
            f"{path} is no training state that this srq knows (format {notes.get('format')!r}, "
            f"version {notes.get('version')!r}); use the srq that wrote it."
        )
    if files:
        raise CheckpointError(f"No state in {run / FOLDER} is readable; start a new run.")
    return None


def pack_optimizer(state: Mapping[int, Mapping[str, Tensor]]) -> Iterator[tuple[str, Tensor]]:
    """The tensors of an optimizer's per-parameter state, under flat names."""
    for index, entries in state.items():
        for key, tensor in entries.items():
            yield f"{OPTIMIZER}{index}/{key}", tensor


def unpack_optimizer(tensors: Mapping[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    """What ``pack_optimizer`` flattened."""
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith(OPTIMIZER):
            index, _, key = name.removeprefix(OPTIMIZER).partition("/")
            state.setdefault(int(index), {})[key] = tensor
    return state


def with_prefix(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``tensors`` with ``prefix`` before each name."""
    return {prefix + name: tensor for name, tensor in tensors.items()}


def without_prefix(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Those of ``tensors`` whose names begin with ``prefix``, without it."""
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }


def _state_files(run: Path) -> list[Path]:
    return sorted((run / FOLDER).glob("step-*.safetensors"))

"""Where a run stands, to the bit: the states of a run folder.

A state holds the tensors of what learns (weights, the optimizer's moments, averages) and the
step. There is no random state to keep: a learner's batches depend on its seed and the step
alone, and nothing else in the loop is drawn.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from srq.bundle import Notes, pack, read_bundle, unpack, write_bundle
from srq.errors import CheckpointError, StorageError
from srq.files import storage_error
from srq.runs.processes import Processes

STATE_FORMAT = "srq.training-state"
STATE_VERSION = 1
FOLDER = "states"
KEPT = 2


@dataclass(frozen=True)
class State:
    """A state as it was read: the file, its tensors (see ``srq.runs.tensors``), its notes."""

    path: Path
    tensors: dict[str, Tensor]
    notes: Notes

    @property
    def step(self) -> int:
        """How many steps had been taken."""
        return self.notes["step"]


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


def shared_state(
    run: Path, processes: Processes, device: torch.device, warn: Callable[[str], object]
) -> State | None:
    """``newest_state`` in every process of a run; the first one reads it for all."""
    state = newest_state(run, warn) if processes.first else None
    if processes.world == 1:
        return state
    data = pack(state.tensors, state.notes) if state is not None else b""
    data = processes.share(data, device)
    return State(run, *unpack(data, run)) if data else None


def _state_files(run: Path) -> list[Path]:
    return sorted((run / FOLDER).glob("step-*.safetensors"))

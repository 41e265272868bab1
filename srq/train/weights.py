"""The weights that a path names: a checkpoint, or what a run folder has so far."""

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from srq.bundle import Notes, read_bundle
from srq.errors import CheckpointError
from srq.models.checkpoint import Checkpoint, as_checkpoint
from srq.runs.state import STATE_FORMAT, newest_state
from srq.runs.tensors import AVERAGE, without_prefix

MODEL_FILE = "model.safetensors"
"""The checkpoint that a training leaves in its run folder."""


def find_weights(path: Path | str) -> Checkpoint:
    """The checkpoint at ``path``: a file, or a run folder.

    A run folder gives its finished model or, while it has none, the averaged kernels of its
    newest state; a state's own file gives those too. Raises CheckpointError, in one sentence,
    where there is no such thing or it is damaged; StorageError if it cannot be read.
    """
    file = Path(path)
    if file.is_dir():
        folder, file = file, file / MODEL_FILE
        if not file.exists():
            state = newest_state(folder)
            if state is None:
                raise CheckpointError(
                    f"The folder {folder} holds neither {MODEL_FILE} nor a training state; "
                    "name a checkpoint or a run folder."
                )
            return _averaged(state.path, state.tensors, state.notes)
    tensors, notes = read_bundle(file)
    if notes.get("format") == STATE_FORMAT:
        return _averaged(file, tensors, notes)
    return as_checkpoint(file, tensors, notes)


def _averaged(file: Path, tensors: Mapping[str, Tensor], notes: Notes) -> Checkpoint:
    return Checkpoint(file, without_prefix(AVERAGE, tensors), notes)

"""What a training delivers: a network's small float32 kernels, and where they came from."""

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor, nn

from srq.errors import CheckpointError, ModelError
from srq.files import storage_error
from srq.models import Network, build
from srq.train.bundle import Notes, read_bundle, write_bundle
from srq.train.state import AVERAGE, STATE_FORMAT, newest_state

FORMAT = "srq.checkpoint"
VERSION = 1
MODEL_FILE = "model.safetensors"


def write_checkpoint(
    path: Path, network: Network, state: Mapping[str, Tensor], notes: Notes
) -> None:
    """Write ``state``, a collapsed state of ``network``, as float32, with ``notes`` beside the
    network's own name and config. Raises StorageError where the file system refuses."""
    tensors = {name: t.float() if t.is_floating_point() else t for name, t in state.items()}
    write_bundle(
        path,
        tensors,
        {
            **notes,
            "format": FORMAT,
            "version": VERSION,
            "model": {"name": network.name, "config": network.config},
        },
    )


def load_model(path: Path | str) -> Network:
    """The network in a checkpoint or run folder, collapsed, in evaluation mode.

    A run folder gives its finished model or, while it has none, the averaged kernels of its
    newest state. ``read_notes`` tells where they came from.

    Raises CheckpointError, in one sentence, for a file that is damaged, is no checkpoint, or
    does not fit the network it names; StorageError if it cannot be read.
    """
    tensors, notes, file = _read(Path(path))
    named = notes["model"]
    try:
        network = build(named["name"], **named["config"])
    except (ModelError, TypeError, KeyError) as error:
        raise CheckpointError(f"{file} names a network that cannot be built: {error}") from None
    load_into(network, tensors, file)
    return network.eval()


def read_notes(path: Path | str) -> Notes:
    """The notes of a checkpoint or run folder: model, recipe, config, seed, steps, scores."""
    return _read(Path(path))[1]


def checkpoint_file(path: Path | str) -> Path:
    """The file that ``load_model`` reads: ``path``, or the model or state in a run folder."""
    return _read(Path(path))[2]


def load_into(network: nn.Module, tensors: Mapping[str, Tensor], name: Path | str) -> None:
    """Copy ``tensors`` into a collapsed network; raises CheckpointError unless all of them fit."""
    wanted = network.state_dict()
    for key, tensor in wanted.items():
        if key not in tensors:
            raise CheckpointError(f"{name} lacks the tensor '{key}': it is of another network.")
        if tensors[key].shape != tensor.shape:
            raise CheckpointError(
                f"{name} holds '{key}' of shape {tuple(tensors[key].shape)} where the network "
                f"has {tuple(tensor.shape)}: it is of another network."
            )
    for key in tensors:
        if key not in wanted:
            raise CheckpointError(f"{name} holds a tensor '{key}' too many: another network's.")
    network.load_state_dict(dict(tensors))


def _read(path: Path) -> tuple[dict[str, Tensor], Notes, Path]:
    """The collapsed tensors, the notes, and the file that they stand in."""
    file = path
    if path.is_dir():
        file = path / MODEL_FILE
        if not file.exists():
            found = newest_state(path)
            if found is None:
                raise CheckpointError(
                    f"The folder {path} holds neither {MODEL_FILE} nor a training state; "
                    "name a checkpoint or a run folder."
                )
            return _averaged(found.tensors), found.notes, found.path
    elif not path.exists():
        raise storage_error("read", path, FileNotFoundError(2, "no such file"))
    tensors, notes = read_bundle(file)
    if notes.get("format") == STATE_FORMAT:
        return _averaged(tensors), notes, file
    if notes.get("format") != FORMAT:
        raise CheckpointError(
            f"{file} is no checkpoint of srq's (its format is {notes.get('format')!r}); "
            "choose a file that 'srq train' wrote."
        )
    if notes.get("version") != VERSION:
        raise CheckpointError(
            f"{file} is a checkpoint of version {notes.get('version')!r}, this srq reads "
            f"version {VERSION}; use the srq that wrote it."
        )
    return tensors, notes, file


def _averaged(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {
        name.removeprefix(AVERAGE): tensor
        for name, tensor in tensors.items()
        if name.startswith(AVERAGE)
    }

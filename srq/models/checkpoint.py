"""A checkpoint: a network's small float32 kernels in one file, and where they came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor, nn

from srq.bundle import Notes, read_bundle, write_bundle
from srq.errors import CheckpointError, ModelError
from srq.models.network import Network
from srq.models.registry import build

FORMAT = "srq.checkpoint"
VERSION = 1


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A checkpoint as it was read.

    file:    where it stands.
    tensors: the collapsed state of a network.
    notes:   where they came from: model, recipe, config, seed, steps, scores.
    """

    file: Path
    tensors: Mapping[str, Tensor]
    notes: Notes

    def network(self) -> Network:
        """The network, collapsed, in evaluation mode.

        Raises CheckpointError, in one sentence, where the tensors do not fit the network that
        the notes name, or there is no such network.
        """
        named = self.notes["model"]
        try:
            network = build(named["name"], **named["config"])
        except (ModelError, TypeError, KeyError) as error:
            raise CheckpointError(
                f"{self.file} names a network that cannot be built: {error}"
            ) from None
        load_into(network, self.tensors, self.file)
        return network.eval()


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


def read_checkpoint(file: Path | str) -> Checkpoint:
    """The checkpoint in a file.

    Raises CheckpointError, in one sentence, for a file that is damaged or is no checkpoint;
    StorageError if it cannot be read.
    """
    file = Path(file)
    return as_checkpoint(file, *read_bundle(file))


def as_checkpoint(file: Path, tensors: Mapping[str, Tensor], notes: Notes) -> Checkpoint:
    """The checkpoint that the contents of ``file`` are; raises CheckpointError if they are none."""
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
    return Checkpoint(file, tensors, notes)


def load_model(file: Path | str) -> Network:
    """The network in a checkpoint; raises as ``read_checkpoint`` and ``Checkpoint.network`` do."""
    return read_checkpoint(file).network()


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

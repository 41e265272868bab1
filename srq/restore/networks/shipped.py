"""Trained networks: those that ship beside this room, and those of a training of one's own."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from srq.bundle import Notes, read_bundle, write_bundle
from srq.errors import CheckpointError, ModelError
from srq.registry import Entry, Registry
from srq.restore.networks.mapping import MappingShape
from srq.restore.networks.triplet import Triplet
from srq.restore.networks.vae import Vae, VaeShape

FOLDER = Path(__file__).parent.parent / "weights"
FORMAT = "srq.restoration"
VERSION = 1
WEIGHTS_FILE = "model.safetensors"

NETWORKS = Registry(
    "stage",
    {
        "tone": Entry("srq.restore.networks.tone:Tone", "colours of the whole picture"),
        "detector": Entry("srq.restore.networks.detector:Detector", "where damage is"),
        "mapping": Entry("srq.restore.networks.shipped:built_triplet", "the triplet"),
        "direct": Entry("srq.restore.networks.direct:Direct", "the direct U-Net"),
        "vae-y": Entry("srq.restore.networks.shipped:built_vae", "clean pictures' autoencoder"),
        "vae-x": Entry("srq.restore.networks.shipped:built_vae", "old photographs' autoencoder"),
    },
    ModelError,
)


def names(run: Path | None = None) -> tuple[str, ...]:
    """The stages whose networks ship; or those that have one in ``run``, a run folder of
    ``srq train restore``."""
    return tuple(stage for stage in NETWORKS if _file(stage, run).is_file())


def load(stage: str, run: Path | None = None) -> Any:
    """The trained network of a stage, in evaluation mode, float32, on the CPU.

    It ships, or stands in ``run``, a run folder of ``srq train restore``. Raises ModelError for a
    stage that is none or has no trained network there, CheckpointError for a damaged file.
    """
    NETWORKS.find(stage)
    path = _file(stage, run)
    if not path.is_file() and run is None:
        raise ModelError(
            f"No trained network of the stage '{stage}' ships; name a run folder of "
            "'srq train restore'."
        )
    if not path.is_file():
        raise ModelError(f"{run} holds no trained network of the stage '{stage}' ({path}).")
    return read(path)[0]


def _file(stage: str, run: Path | None) -> Path:
    return FOLDER / f"{stage}.safetensors" if run is None else run / stage / WEIGHTS_FILE


def read(path: Path) -> tuple[Any, Notes]:
    """The network in a file that ``write`` wrote, as ``load`` gives it, and its notes.

    Raises CheckpointError where it is none, StorageError where it cannot be read.
    """
    tensors, notes = read_bundle(path)
    if notes.get("format") != FORMAT or notes.get("version") != VERSION:
        raise CheckpointError(f"{path} is no network of restoration that this srq knows.")
    try:
        network: nn.Module = NETWORKS.load(notes["stage"])(**notes["network"])
        network.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    except (KeyError, TypeError, RuntimeError, ModelError) as error:
        raise CheckpointError(f"{path} does not fit the network that it names: {error}") from None
    return network.eval().requires_grad_(False), notes


def write(path: Path, network: nn.Module, notes: Notes, *, half: bool = False) -> None:
    """Write a network's weights, whole or not at all; ``half`` rounds them to float16.

    ``notes`` has its "stage" and its "network", the configuration that builds it.
    """
    kind = torch.float16 if half else torch.float32
    tensors: dict[str, Tensor] = {
        name: tensor.to(kind) if tensor.is_floating_point() else tensor
        for name, tensor in network.state_dict().items()
    }
    write_bundle(path, tensors, {**notes, "format": FORMAT, "version": VERSION})


def built_triplet(vae: dict[str, Any], mapping: dict[str, Any]) -> Triplet:
    """The triplet of the shapes in ``Triplet.config``."""
    lists = {key: tuple(mapping[key]) for key in ("widths", "dilations")}
    return Triplet(VaeShape(**vae), MappingShape(**{**mapping, **lists}))


def built_vae(**shape: Any) -> nn.Module:
    """The autoencoder of the shape in ``Vae.config``."""
    return Vae(VaeShape(**shape))

"""A quantized twin on disk: its float weights, widths and formats, to take it up again."""

from pathlib import Path

from srq.bundle import Notes, read_bundle, write_bundle
from srq.errors import CheckpointError, ModelError, SrqError
from srq.models import build
from srq.models.checkpoint import load_into
from srq.quant.twin import Twin

FORMAT = "srq.twin"
VERSION = 1


def save_twin(path: Path, twin: Twin, notes: Notes) -> None:
    """Write ``twin``, with ``notes`` on where it comes from, to a safetensors file.

    Raises StorageError where the file system refuses, ModelError for the twin of a module that
    no name builds again.
    """
    if twin.config is None:
        raise ModelError(
            f"The twin of a {twin.name} cannot be written, as no name builds that network again;"
            " make it a network of srq.models (docs/design/add-a-model.md), or keep the Program."
        )
    write_bundle(
        path,
        twin.state_dict(),
        {
            **notes,
            "format": FORMAT,
            "version": VERSION,
            "model": {"name": twin.name, "config": twin.config},
            "bits": [twin.weight_bits, twin.activation_bits],
            **({"narrowed": twin.narrowed} if twin.narrowed else {}),
            "fracs": {name: list(quantizer.fracs) for name, quantizer in twin.quantizers.items()},
        },
    )


def load_twin(path: Path) -> Twin:
    """The twin in a file: of the same weights and formats, so of the same integers.

    Raises CheckpointError for a file that is damaged or holds no twin, StorageError if it
    cannot be read.
    """
    tensors, notes = read_bundle(path)
    if notes.get("format") != FORMAT or notes.get("version") != VERSION:
        raise CheckpointError(
            f"{path} holds no quantized twin that this srq knows (format {notes.get('format')!r},"
            f" version {notes.get('version')!r}); choose one that 'srq quantize' wrote."
        )
    try:
        twin = _twin(notes)
    except (SrqError, TypeError, KeyError, ValueError) as error:
        raise CheckpointError(f"{path} describes a twin that cannot be made: {error}.") from None
    load_into(twin, tensors, path)
    return twin.eval()


def _twin(notes: Notes) -> Twin:
    named, fracs = notes["model"], notes["fracs"]
    weights, activations = notes["bits"]
    twin = Twin(
        build(named["name"], **named["config"]),
        weight_bits=weights,
        activation_bits=activations,
        per_channel=any(len(numbers) > 1 for numbers in fracs.values()),
    )
    for name, quantizer in twin.quantizers.items():
        quantizer.set_format(notes.get("narrowed", {}).get(name, quantizer.bits), fracs[name])
    return twin

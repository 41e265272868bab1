"""The exporter ``vectors``: each picture's tensors as hexadecimal text and as .npz, described."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.errors import ConfigError
from srq.export.npy import npy
from srq.export.text import fill, heading, stamp
from srq.fixed import Format
from srq.program import Program, Step
from srq.program.reference import Reference
from srq.program.report import summary
from srq.stimuli import Stimulus
from srq.stimuli.files import read_stimulus
from srq.stimuli.sets import for_vectors

DESCRIPTION = "vectors.json"

ORDER = ("row", "column", "channel")
"""How the integers of a text follow each other: the last changes fastest."""


@dataclass(frozen=True)
class Vectors:
    """Writes what every op of a Program makes of small pictures, for test benches.

    picture: a picture file of the user's, in place of the pictures that are always there; its
             luma is taken, and it may have 65536 pixels.
    """

    picture: str | PathLike[str] | None = None

    name = "vectors"

    def __post_init__(self) -> None:
        if self.picture is not None and not isinstance(self.picture, str | PathLike):
            raise ConfigError(f"The picture of vectors must be a path, not {self.picture!r}.")

    def check(self, program: Program) -> list[str]:
        """Nothing: integers can be written down for every Program."""
        return []

    def files(self, program: Program) -> dict[str, bytes]:
        """The texts and .npz of every picture, their description, and a README.

        Raises ImageError or StorageError for a user's picture that cannot be used.
        """
        if self.picture is None:
            stimuli = for_vectors(program)
        else:
            stimuli = [read_stimulus(self.picture, program.input.format)]
        files: dict[str, bytes] = {}
        described = []
        reference = Reference(program)
        for stimulus in stimuli:
            tensors = reference(stimulus.picture, trace=True)
            described.append(_describe_picture(program, stimulus))
            for step in program.steps:
                path = _path(program, stimulus, step)
                files[path] = _text(program, step, stimulus, tensors[step.op.name])
            files[f"{stimulus.name}.npz"] = _npz(program, tensors)
        description = {
            "program": program.fingerprint,
            "name": program.name,
            "scale": program.scale,
            "order": ORDER,
            "ops": [_describe_op(step) for step in program.steps],
            "pictures": described,
        }
        files[DESCRIPTION] = (json.dumps(description, indent=1) + "\n").encode()
        files["README.md"] = _readme(program, stimuli).encode()
        return files


def digits(fmt: Format) -> int:
    """How many hexadecimal digits an integer of the format takes."""
    return -(-fmt.bits // 4)


def _text(program: Program, step: Step, stimulus: Stimulus, tensor: NDArray) -> bytes:
    """A tensor, one integer a line, under a comment; two's complement at the format's width."""
    channels, rows, columns = tensor.shape
    fmt = step.value.format
    words = tensor.transpose(1, 2, 0).reshape(-1).astype(np.int64) & ((1 << fmt.bits) - 1)
    head = (
        f"// {step.op.name} of {stimulus.name}: {rows} rows, {columns} columns, {channels}"
        f" channels of {fmt}; program {program.fingerprint}\n"
    )
    line = f"%0{digits(fmt)}x\n"
    return (head + "".join([line % word for word in words.tolist()])).encode("ascii")


def _npz(program: Program, tensors: Mapping[str, NDArray]) -> bytes:
    """All tensors, (channels, rows, columns), by their ops' names, and the fingerprint."""
    arrays = {
        step.op.name: tensors[step.op.name].astype(step.value.format.dtype)
        for step in program.steps
    }
    stream = io.BytesIO()
    # Not np.savez, which says when and where it ran; and stored, as zlibs compress differently.
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy")
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, npy(array))
        archive.comment = program.fingerprint.encode("ascii")
    return stream.getvalue()


def _path(program: Program, stimulus: Stimulus, step: Step) -> str:
    index = [s.op.name for s in program.steps].index(step.op.name)
    return f"{stimulus.name}/{index:02d}_{step.op.name}.hex"


def _describe_op(step: Step) -> dict[str, Any]:
    value = step.value
    return {
        "name": step.op.name,
        "op": step.op.kind.value,
        "does": summary(step),
        "reads": list(step.op.sources),
        "channels": value.channels,
        "scale": value.scale,
        "format": str(value.format),
        "signed": value.format.signed,
        "bits": value.format.bits,
        "frac": value.format.frac,
        "digits": digits(value.format),
    }


def _describe_picture(program: Program, stimulus: Stimulus) -> dict[str, Any]:
    rows, columns = stimulus.picture.shape
    return {
        "name": stimulus.name,
        "about": stimulus.about,
        "rows": rows,
        "columns": columns,
        "npz": f"{stimulus.name}.npz",
        "tensors": [
            {
                "op": step.op.name,
                "shape": list(step.value.shape(rows, columns)),
                "file": _path(program, stimulus, step),
            }
            for step in program.steps
        ],
    }


def _readme(program: Program, stimuli: list[Stimulus]) -> str:
    first, last = program.steps[0], program.steps[-1]
    sample = stimuli[0]
    rows, columns = sample.picture.shape
    table = "\n".join(
        f"| {s.name} | {s.picture.shape[0]} x {s.picture.shape[1]} | {s.about} |" for s in stimuli
    )
    return fill(
        "vectors/README.md",
        **stamp(program),
        name=heading(program) or "a program",
        pictures=table,
        picture=sample.name,
        given=_path(program, sample, first),
        wanted=_path(program, sample, last),
        output=last.op.name,
        in_count=rows * columns,
        out_count=rows * columns * program.scale**2,
    )

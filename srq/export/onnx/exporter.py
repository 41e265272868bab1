"""The exporter ``onnx``: a model file, a script that runs it, and a page that tells how."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, get_args

from onnx import ModelProto

from srq.errors import ConfigError, SrqError
from srq.export.onnx.check import check_files, has_vector
from srq.export.onnx.exact import exact_core
from srq.export.onnx.forms import GRAY, LUMA, Form, model_of
from srq.export.onnx.graph import model_bytes
from srq.export.onnx.network import find_checkpoint, float_core
from srq.export.onnx.page import page_files
from srq.export.onnx.qonnx import check_qonnx, qonnx_model
from srq.export.onnx.rgb import RGB
from srq.export.text import identifier
from srq.program import Program, load
from srq.version import __version__
from srq.zoo import names, resolve

Kind = Literal["exact", "float", "qonnx"]
FormName = Literal["luma", "gray", "rgb"]

_FORMS: dict[FormName, Form] = {"luma": LUMA, "gray": GRAY, "rgb": RGB}
_COLOUR_BITS = 8


@dataclass(frozen=True)
class Onnx:
    """See ``srq.export.Exporter``.

    kind:       "exact", the Program bit for bit in standard operators; "float", the network
                before it was quantized; "qonnx", the Program with QONNX's quantizers, for tools
                that know them.
    form:       what goes in and out. "luma": code values; "gray": code values divided by the
                greatest; "rgb": colour of 0 to 1, of which the network sees the luma. Of qonnx
                there is only luma.
    checkpoint: for float, the network that the Program was made of: a checkpoint, or its name in
                the zoo. By default the one of the zoo that is called as the Program is.

    Raises ConfigError for other choices.
    """

    name: ClassVar[str] = "onnx"

    kind: Kind = "exact"
    form: FormName = "luma"
    checkpoint: str | Path | None = None

    def __post_init__(self) -> None:
        for choice, known in (("kind", get_args(Kind)), ("form", get_args(FormName))):
            if (came := getattr(self, choice)) not in known:
                wanted = " or ".join(known)
                raise ConfigError(f"The {choice} of an ONNX export must be {wanted}, not {came!r}.")
        if self.kind == "qonnx" and self.form != "luma":
            raise ConfigError(f"The kind qonnx takes and gives luma only, not {self.form}.")
        if self.kind != "float" and self.checkpoint is not None:
            raise ConfigError(f"The kind {self.kind} needs no checkpoint; only float does.")

    def check(self, program: Program) -> list[str]:
        """Why it cannot write ``program``, a sentence each: it can write any Program as exact,
        not any as qonnx, and as float only one whose float network is at hand."""
        problems = []
        if self.kind == "qonnx":
            problems += check_qonnx(program)
        if self.kind == "float":
            try:
                find_checkpoint(program, self.checkpoint)
            except SrqError as error:
                problems.append(str(error))
        formats = program.input_value.format, program.output_value.format
        if self.form == "rgb" and any(fmt.bits != _COLOUR_BITS for fmt in formats):
            problems.append(
                f"the form rgb needs a program of 8-bit luma, u8.8, but this one reads"
                f" {formats[0]} and makes {formats[1]}; choose luma or gray."
            )
        return problems

    def files(self, program: Program) -> dict[str, bytes]:
        """The model, a script that runs it on a picture, a page that tells how, and a check
        vector where every bit of the result is known."""
        file = file_name(program)
        files = {
            file: model_bytes(self.model(program)),
            **page_files(self.kind, self.form, program, file),
        }
        if has_vector(self.kind, self.form):
            files |= check_files(self.kind, self.form, program, file)
        return files

    def model(self, program: Program) -> ModelProto:
        """The model of ``program``, for one that ``check`` finds nothing in."""
        name = identifier(program)
        metadata = {
            "fingerprint": program.fingerprint,
            "form": self.form,
            "kind": self.kind,
            **_licence(program),
            "name": program.name,
            "scale": str(program.scale),
            "srq": __version__,
        }
        if self.kind == "qonnx":
            return qonnx_model(program, name=name, metadata=metadata)
        if self.kind == "float":
            core = float_core(program, find_checkpoint(program, self.checkpoint))
        else:
            core = exact_core(program)
        return model_of(core, _FORMS[self.form], name=name, metadata=metadata)


def _licence(program: Program) -> dict[str, str]:
    """What the zoo's Programs are licensed under; of others nothing is known."""
    if program.name in names("program") and load(resolve(program.name, "program")) == program:
        return {"license": "Apache-2.0"}
    return {}


def file_name(program: Program) -> str:
    """What the model's file is called."""
    return f"{identifier(program)}.onnx"

"""The exporter ``onnx``: a model file, a script that runs it, and a page that tells how."""

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from onnx import ModelProto

from srq import __version__
from srq.errors import ConfigError
from srq.export.names import identifier
from srq.export.onnx.exact import exact_core
from srq.export.onnx.forms import GRAY, LUMA, model_of
from srq.export.onnx.graph import model_bytes
from srq.program import Program

Kind = Literal["exact", "float", "qonnx"]
FormName = Literal["luma", "gray", "rgb"]


@dataclass(frozen=True)
class Onnx:
    """See ``srq.export.Exporter``.

    kind: "exact", the Program bit for bit in standard operators; "float", the network before it
          was quantized; "qonnx", the Program with QONNX's quantizers, for tools that know them.
    form: what goes in and out. "luma": code values; "gray": code values divided by the greatest;
          "rgb": colour of 0 to 1, of which the network sees the luma.

    Raises ConfigError for any other.
    """

    name: ClassVar[str] = "onnx"

    kind: Kind = "exact"
    form: FormName = "luma"

    def __post_init__(self) -> None:
        for choice, known in (("kind", get_args(Kind)), ("form", get_args(FormName))):
            if (came := getattr(self, choice)) not in known:
                wanted = " or ".join(known)
                raise ConfigError(f"The {choice} of an ONNX export must be {wanted}, not {came!r}.")

    def check(self, program: Program) -> list[str]:
        """None: every Program can be written exactly."""
        return []

    def files(self, program: Program) -> dict[str, bytes]:
        """The model, a script that runs it on a picture, and a page that tells how."""
        return {file_name(program): model_bytes(self.model(program))}

    def model(self, program: Program) -> ModelProto:
        """The model of ``program``, for one that ``check`` finds nothing in."""
        return model_of(
            exact_core(program),
            _FORMS[self.form],
            name=identifier(program),
            description="",
            metadata=self._metadata(program),
        )

    def _metadata(self, program: Program) -> dict[str, str]:
        return {
            "fingerprint": program.fingerprint,
            "form": self.form,
            "kind": self.kind,
            "name": program.name,
            "scale": str(program.scale),
            "srq": __version__,
        }


_FORMS = {form.name: form for form in (LUMA, GRAY)}


def file_name(program: Program) -> str:
    """What the model's file is called."""
    return f"{identifier(program)}.onnx"

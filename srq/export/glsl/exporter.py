"""The exporter ``glsl``: its choices, what it refuses, the files of its folder."""

from dataclasses import dataclass
from math import ceil, isfinite, sqrt

from srq.dataflow.planes import Planes
from srq.errors import ConfigError
from srq.export.glsl.plan import MOST_BINDS, QUAD, Plan
from srq.export.glsl.shader import PLANE, Shader
from srq.export.glsl.texels import TEXTURES, texel_of
from srq.export.pgm import pgm
from srq.export.text import fill, stamp, symbol
from srq.program import Program
from srq.program.reference import Reference
from srq.stimuli.sets import for_check

MOST_TAPS = 1 << 18
"""The most multiplications for a pixel of the input: a hundred times the network of the zoo."""

_HALF_RESULT_BITS = 10
"""The widest output that half floats between 0 and 1 tell apart."""


@dataclass(frozen=True)
class Glsl:
    """Writes a user shader for mpv and libplacebo: luma in, enlarged luma out.

    textures:     how integers lie in textures: "half" for the players' own half floats, "unorm"
                  for mpv's --fbo-format=rgba16, "float" for its --fbo-format=rgba32f.
    enlarge_from: the shader runs where a video is shown at least so many times as large as it
                  is; 0 for always. None: the square root of the scale, from where on the larger
                  picture is nearer to what is shown.
    """

    textures: str = "half"
    enlarge_from: float | None = None

    name = "glsl"

    def __post_init__(self) -> None:
        if self.textures not in TEXTURES:
            raise ConfigError(
                f"The textures of a shader are one of {', '.join(TEXTURES)}, not {self.textures!r}."
            )
        least = self.enlarge_from
        if least is not None and not (
            isinstance(least, int | float) and isfinite(least) and 0 <= least <= 64
        ):
            raise ConfigError(
                f"A shader runs from an enlargement of 0 to 64 on, not {least!r}; 0 is always."
            )

    def check(self, program: Program) -> list[str]:
        """What a pass cannot hold: too many textures, too many taps, too wide values."""
        taps = sum(
            int((op.weight != 0).sum()) * program.step(op.name).value.scale ** 2
            for op in program.convs
        )
        if taps > MOST_TAPS:
            return [f"A pixel would take {taps} multiplications, and at most {MOST_TAPS} may be."]
        plan = Plan(Planes(program))
        return [*self._narrow(program, plan), *_too_many(plan)]

    def files(self, program: Program) -> dict[str, bytes]:
        """The shader, a README, and a picture with what must become of it."""
        shader = f"{symbol(program)}.glsl"
        passes = list(Shader(program, self.textures, self._when(program)).passes())
        texels = len(passes) - 1 + program.scale**2  # for a pixel of the video
        texel_bytes = 16 if self.textures == "float" else 8
        values = {
            **stamp(program),
            "shader": shader,
            "passes": len(passes),
            "megabytes": round(texels * texel_bytes * 1280 * 720 / 1e6),
            "exact": TEXTURES[self.textures],
            "from": _decimal(self._from(program)),
        }
        return {
            "README.md": self._readme(program, values).encode(),
            **_vector(program),
            shader: "\n".join([fill("glsl/shader.glsl", **values), *passes]).encode(),
        }

    def _readme(self, program: Program, values: dict[str, object]) -> str:
        page = fill("glsl/README.md", **values)
        bits = program.input.format.bits, program.output_value.format.bits
        runs = self.textures == "half" and self._from(program) <= program.scale
        return page + fill("glsl/check.md", **values) if runs and bits == (8, 8) else page

    def _narrow(self, program: Program, plan: Plan) -> list[str]:
        problems = []
        for name in plan.kept:
            fmt = program.step(name).value.format
            if texel_of(fmt, self.textures) is None:
                problems.append(
                    f"Op {name!r} has {fmt.bits} bits ({fmt}), and a half float holds 14; choose"
                    " the textures unorm or float."
                )
        bits = program.output_value.format.bits
        if self.textures == "half" and bits > _HALF_RESULT_BITS:
            problems.append(
                f"The output has {bits} bits, and players keep it in half floats, which tell"
                f" {_HALF_RESULT_BITS} apart; choose the textures unorm or float."
            )
        return problems

    def _from(self, program: Program) -> float:
        return sqrt(program.scale) if self.enlarge_from is None else self.enlarge_from

    def _when(self, program: Program) -> str | None:
        least = self._from(program)
        if not least or (self.enlarge_from is None and program.scale == 1):
            return None
        # In reverse Polish notation, without a "not less": both quotients exceed it, or nearly.
        sides = (f"OUTPUT.{side} {PLANE}.{side} / {_decimal(least - 1e-3)} >" for side in "wh")
        return f"{' '.join(sides)} *"


def _vector(program: Program) -> dict[str, bytes]:
    """The picture as PGM, and the pixels of the larger one, row by row."""
    picture = for_check(program.input.format).picture
    larger = Reference(program)(picture)
    return {
        "sample.pgm": pgm(picture, program.input.format.hi, program.fingerprint),
        "larger.raw": larger.astype(larger.dtype.newbyteorder("<")).tobytes(),
    }


def _too_many(plan: Plan) -> list[str]:
    problems = []
    for name in plan.kept:
        most = max(len(plan.textures(name, quad)) for quad in plan.quads(name))
        if most > MOST_BINDS:
            problems.append(
                f"Op {name!r} reads {most} textures at once, four channels each, and a pass may"
                f" bind {MOST_BINDS}."
            )
    blocks = ceil(plan.program.scale**2 / QUAD)
    if blocks > MOST_BINDS:
        problems.append(
            f"At scale {plan.program.scale} the last pass reads {blocks} textures, and a pass may"
            f" bind {MOST_BINDS}."
        )
    return problems


def _decimal(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")

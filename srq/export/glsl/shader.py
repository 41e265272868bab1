"""The user shader as text: its passes, each with the directives that mpv and libplacebo read."""

from collections.abc import Iterator

from srq.dataflow.planes import Planes
from srq.export.glsl.passes import Pass
from srq.export.glsl.plan import MOST_BINDS, QUAD, Plan, Quad, Texture
from srq.export.glsl.texels import Texel, texel_of
from srq.export.text import title as title_of
from srq.program import Program, Value

PLANE = "LUMA"
"""The texture that the player holds the input in, and takes the output in place of."""


_PRECISION = ("precision highp float;", "precision highp int;")
"""OpenGL ES takes integers for 16 bits wide without these; all others ignore them."""


_WHITE = (
    "// The code value that 1.0 stands for, for codes up to `high`. Players multiply texels of",
    "// more than 8 bits by a power of two, times a part that tells the players apart.",
    "float white(float high) {",
    f"    float part = {PLANE}_mul;",
    "    for (int i = 0; i < 8; ++i) part = part >= 2.0 ? part * 0.5 : part;",
    "    if (part > 1.003) return (high + 1.0) * (255.0 / 256.0); // mpv's vo=gpu",
    f"    if (part < 1.000005 && {PLANE}_mul > 1.5) // libplacebo, limited range",
    "        return (high + 1.0) * (65535.0 / 65536.0);",
    "    return high; // 8 bits, or libplacebo and full range",
    "}",
)
"""GLSL: 10 bits come as n / 1020, n * 64 / 65535 or n / 1023, and the result goes back so."""

_HALF = "0.50048828125"
"""What luma is rounded with: 1/2, and 1/2048 so that an exact half of 10 bits, which the player's
floats may put a little below, is rounded up. No other 10 bits are so near below a half."""


class Shader:
    """Writes the passes of a Program.

    textures: the way to keep integers, of ``TEXTURES``.
    when:     the condition, in the players' notation, on which the passes run; None: always.
    """

    def __init__(self, program: Program, textures: str, when: str | None) -> None:
        self.program = program
        self.plan = Plan(Planes(program))
        self.when = when
        self._textures = textures
        self._index = {step.op.name: index for index, step in enumerate(program.steps)}

    def passes(self) -> Iterator[str]:
        """Each pass, in order."""
        output, scale = self.program.output_value, self.program.scale
        for name in self.plan.kept:
            quads = self.plan.quads(name)
            for index, quad in enumerate(quads):
                title = f"{name} {index + 1}/{len(quads)}"
                if name == output.name and scale == 1:
                    yield self._pass(title, name, quad, None)
                else:
                    yield self._pass(title, name, quad, (name, index))
        if scale > 1:
            yield self._spread()

    def readouts(self) -> Iterator[tuple[str, list[str]]]:
        """For every value kept, in order, a pass for each of its textures that shows its integers
        in place of the output, for a test to read. The planes are in the order of ``Planes``."""
        for name in self.plan.kept:
            if name != self.program.output.name or self.program.scale > 1:
                textures = [(name, index) for index in range(len(self.plan.quads(name)))]
                yield name, [self._readout(texture) for texture in textures]

    def texture(self, texture: Texture) -> str:
        """What a texture is called in the shader."""
        name, index = texture
        return PLANE if name == self.program.input.name else f"SRQ{self._index[name]}_{index}"

    def texel(self, value: Value) -> Texel:
        """How a value lies in its textures."""
        texel = texel_of(value.format, self._textures)
        assert texel is not None, f"{value.format} was not checked"
        return texel

    def _pass(self, title: str, name: str, quad: Quad, saved: Texture | None) -> str:
        textures = self.plan.textures(name, quad)
        binds = [self.texture(texture) for texture in textures] or [PLANE]
        if saved is None and PLANE not in binds:
            binds.append(PLANE)
        body = Pass(self.plan, self._load)
        result = body.compute(name, quad).as_float()
        if saved is None:
            white = _white(self.program.output_value)
            last = [f"return vec4(({result}).x / {white}, 0.0, 0.0, 1.0);"]
        else:
            texel = self.texel(self.program.step(name).value)
            last = [f"vec4 n = {result};", f"return {texel.encode};"]
        lines = [
            f"ivec2 size = ivec2({binds[0]}_size);",
            f"ivec2 p = ivec2({binds[0]}_pos * {binds[0]}_size);",
            *body.lines,
            *last,
        ]
        return "\n".join(
            [
                *self._directives(title, binds, 1, saved and self.texture(saved)),
                *_PRECISION,
                *(_WHITE if PLANE in binds else ()),
                *self._functions(textures),
                "vec4 hook() {",
                *(f"    {line}" for line in lines),
                "}",
                "",
            ]
        )

    def _spread(self) -> str:
        """The last pass: each pixel of the output takes its own plane."""
        name, scale = self.program.output.name, self.program.scale
        value = self.program.output_value
        textures = [(name, index) for index in range(len(self.plan.quads(name)))]
        binds = [self.texture(texture) for texture in textures]
        sees_luma = len(binds) < MOST_BINDS
        white = _white(value) if sees_luma else f"{value.format.hi}.0"
        texel = self.texel(value)
        lines = [
            f"vec2 at = {binds[0]}_pos * {binds[0]}_size;",
            "ivec2 p = ivec2(at);",
            f"ivec2 sub = ivec2(fract(at) * {scale}.0);",
            f"int plane = sub.y * {scale} + sub.x;",
            f"vec4 n = here_{texel.name}({binds[0]}_raw, p);",
            *(
                f"if (plane >= {QUAD * i}) n = here_{texel.name}({bind}_raw, p);"
                for i, bind in enumerate(binds[1:], 1)
            ),
            f"return vec4(n[plane % {QUAD}] / {white}, 0.0, 0.0, 1.0);",
        ]
        bound = [*binds, PLANE] if sees_luma else binds
        return "\n".join(
            [
                *self._directives("pixels", bound, scale, None),
                *_PRECISION,
                *(_WHITE if sees_luma else ()),
                *self._functions(textures),
                "vec4 hook() {",
                *(f"    {line}" for line in lines),
                "}",
                "",
            ]
        )

    def _readout(self, texture: Texture) -> str:
        bind, texel = self.texture(texture), self.texel(self.program.step(texture[0]).value)
        return "\n".join(
            [
                *self._directives(f"{bind} read", [bind], 1, None),
                *_PRECISION,
                *self._functions([texture]),
                "vec4 hook() {",
                f"    return here_{texel.name}({bind}_raw, ivec2({bind}_pos * {bind}_size));",
                "}",
                "",
            ]
        )

    def _directives(
        self, title: str, binds: list[str], scale: int, saved: str | None
    ) -> Iterator[str]:
        yield f"//!DESC srq {title_of(self.program)} {self.program.fingerprint[:12]} {title}"
        yield f"//!HOOK {PLANE}"
        yield from (f"//!BIND {bind}" for bind in binds)
        if saved:
            yield f"//!SAVE {saved}"
        for side in ("WIDTH", "HEIGHT"):
            times = f" {scale} *" if scale > 1 else ""
            yield f"//!{side} {binds[0]}.{side[0].lower()}{times}"
        yield f"//!COMPONENTS {QUAD if saved else 1}"
        if self.when:
            yield f"//!WHEN {self.when}"

    def _load(self, texture: Texture, dy: int, dx: int) -> str:
        bind, value = self.texture(texture), self.program.step(texture[0]).value
        at = "p" if not (dy or dx) else f"p + ivec2({dx}, {dy})"
        if bind == PLANE:
            return f"luma({at}, size)"
        name = self.texel(value).name
        return f"near_{name}({bind}_raw, {at}, size)" if dy or dx else f"here_{name}({bind}_raw, p)"

    def _functions(self, textures: list[Texture]) -> Iterator[str]:
        """The GLSL functions that read these textures."""
        names = dict.fromkeys(name for name, _ in textures)
        done = set()
        for name in names or [self.program.input.name]:
            if name == self.program.input.name:
                yield from _luma(self.program.input_value)
            elif (texel := self.texel(self.program.step(name).value)).name not in done:
                done.add(texel.name)
                yield from _readers(texel)


def _white(value: Value) -> str:
    return f"white({value.format.hi}.0)"


def _luma(value: Value) -> Iterator[str]:
    high = f"{value.format.hi}.0"
    yield "float luma(ivec2 at, ivec2 size) {"
    yield "    ivec2 inside = clamp(at, ivec2(0), size - 1);"
    yield f"    float t = {PLANE}_tex((vec2(inside) + 0.5) * {PLANE}_pt).x;"
    yield f"    float n = clamp(floor(t * {_white(value)} + {_HALF}), 0.0, {high});"
    yield "    return at == inside ? n : 0.0;"
    yield "}"


def _readers(texel: Texel) -> Iterator[str]:
    yield f"vec4 here_{texel.name}(sampler2D texels, ivec2 at) {{"
    yield "    vec4 t = texelFetch(texels, at, 0);"
    yield f"    return {texel.decode};"
    yield "}"
    yield f"vec4 near_{texel.name}(sampler2D texels, ivec2 at, ivec2 size) {{"
    yield "    ivec2 inside = clamp(at, ivec2(0), size - 1);"
    yield f"    vec4 n = here_{texel.name}(texels, inside);"
    yield "    return at == inside ? n : vec4(0.0);"
    yield "}"

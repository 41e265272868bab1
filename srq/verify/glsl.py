"""The subject ``glsl``: the user shader that the exporter writes, run on a GPU or a software one.

``parse`` reads a shader as mpv does, ``Player`` runs its passes offscreen in OpenGL: each into a
texture of its own, bound by name in the passes after it. Only what srq's shaders use is known.
"""

import operator
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from srq.errors import ConfigError, MissingDependencyError, ProgramError
from srq.export.glsl import Glsl
from srq.export.glsl.shader import PLANE, Shader
from srq.program import Program
from srq.verify import Use

KINDS: dict[str, str] = {"rgba32f": "f4", "rgba16f": "f2", "rgba16": "nu2"}
"""The textures that a player may keep passes in, and moderngl's names of their components."""

_OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}

_OFFSCREEN: dict[str, Any] = {"backend": "egl"}

_VERTEX = """#version 330
out vec2 srq_place;
void main() {
    srq_place = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = vec4(srq_place * 2.0 - 1.0, 0.0, 1.0);
}
"""

_FRAGMENT = """#version 330
in vec2 srq_place;
out vec4 srq_color;
{textures}
{body}
void main() {{ srq_color = hook(); }}
"""

_TEXTURE = """uniform sampler2D {name}_raw;
uniform float {name}_mul;
#define {name}_pos srq_place
#define {name}_size vec2(textureSize({name}_raw, 0))
#define {name}_pt (1.0 / {name}_size)
#define {name}_tex(pos) ({name}_mul * textureLod({name}_raw, pos, 0.0))
"""


@dataclass
class Hook:
    """A pass of a user shader: its directives and its GLSL.

    in_floats: whether its result is kept in floats, whatever the player keeps others in.
    """

    desc: str = ""
    hook: str = ""
    binds: list[str] = field(default_factory=list)
    save: str | None = None
    width: str = f"{PLANE}.w"
    height: str = f"{PLANE}.h"
    components: int = 4
    when: str = "1"
    body: str = ""
    in_floats: bool = False


def parse(text: str) -> list[Hook]:
    """The passes of a user shader; ConfigError for a directive that is not known."""
    hooks: list[Hook] = []
    in_directives = False
    for line in text.splitlines():
        if not line.startswith("//!"):
            in_directives = False
            if hooks:
                hooks[-1].body += line + "\n"
            continue
        if not in_directives:
            hooks.append(Hook())
            in_directives = True
        word, _, value = line.removeprefix("//!").partition(" ")
        _set_directive(hooks[-1], word, value.strip())
    return hooks


def _set_directive(hook: Hook, word: str, value: str) -> None:
    match word:
        case "BIND":
            hook.binds.append(value)
        case "COMPONENTS":
            hook.components = int(value)
        case "DESC" | "HOOK" | "SAVE" | "WIDTH" | "HEIGHT" | "WHEN":
            setattr(hook, word.lower(), value)
        case _:
            raise ConfigError(f"A pass may not have the directive {word!r}; srq writes none such.")


def evaluate(expression: str, sizes: dict[str, tuple[int, int]]) -> float:
    """A size or condition in reverse Polish notation, given (width, height) by texture."""
    stack: list[float] = []
    for word in expression.split():
        name, _, side = word.rpartition(".")
        if word in _OPERATORS:
            right, left = stack.pop(), stack.pop()
            stack.append(float(_OPERATORS[word](left, right)))
        elif side in ("w", "h") and name in sizes:
            stack.append(float(sizes[name]["wh".index(side)]))
        else:
            stack.append(float(word))
    (result,) = stack
    return result


class Player:
    """Runs the passes of a shader on luma pictures. A context manager.

    kind: the textures that passes are kept in.
    """

    def __init__(self, kind: str = "rgba32f") -> None:
        self._components = KINDS[kind]
        try:
            self._gl = moderngl.create_context(standalone=True, require=330, **_OFFSCREEN)
        except Exception as error:  # moderngl raises plain Exceptions
            raise MissingDependencyError(
                f"The shader needs OpenGL 3.3 by EGL ({error}); install a GPU's driver, or"
                " Debian's libegl1 and libgl1-mesa-dri for a software one."
            ) from None
        self._programs: dict[tuple[str, ...], moderngl.Program] = {}

    @property
    def renderer(self) -> str:
        """The GPU and its driver, as OpenGL names them."""
        return f"{self._gl.info['GL_RENDERER']}, {self._gl.info['GL_VERSION']}"

    def __enter__(self) -> "Player":
        return self

    def __exit__(self, *_: object) -> None:
        self._gl.release()

    def play(
        self, hooks: list[Hook], picture: NDArray, high: int, enlarged: float
    ) -> dict[str, NDArray[np.float32]]:
        """Every texture by name, (rows, columns, components), once all passes have run.

        picture: uint8 or uint16 luma, ``high`` its white. enlarged: by how much the window is
        larger than the picture, for passes with a condition. The result is called ``LUMA``.
        """
        rows, columns = picture.shape
        sizes = {"OUTPUT": (round(columns * enlarged), round(rows * enlarged))}
        textures = {PLANE: self._upload(picture)}
        factors = {PLANE: np.iinfo(picture.dtype).max / high}
        for hook in hooks:
            sizes |= {name: texture.size for name, texture in textures.items()}
            if not evaluate(hook.when, sizes) or not set(hook.binds) <= set(textures):
                continue
            size = round(evaluate(hook.width, sizes)), round(evaluate(hook.height, sizes))
            made = self._run(
                hook, {n: (textures[n], factors.get(n, 1.0)) for n in hook.binds}, size
            )
            if hook.save is None:
                factors.pop(PLANE, None)
            textures[hook.save or PLANE] = made
        found = {name: self._download(texture) for name, texture in textures.items()}
        for texture in textures.values():
            texture.release()
        return found

    def _run(
        self, hook: Hook, bound: dict[str, tuple[moderngl.Texture, float]], size: tuple[int, int]
    ) -> moderngl.Texture:
        program = self._program(hook)
        for unit, (name, (texture, factor)) in enumerate(bound.items()):
            texture.use(unit)
            for suffix, value in (("raw", unit), ("mul", factor)):
                if f"{name}_{suffix}" in program:
                    program[f"{name}_{suffix}"] = value
        kind = KINDS["rgba32f"] if hook.in_floats else self._components
        made = self._gl.texture(size, 4, dtype=kind)
        target = self._gl.framebuffer([made])
        target.use()
        quad = self._gl.vertex_array(program, [])
        quad.render(moderngl.TRIANGLE_STRIP, vertices=4)
        quad.release()
        target.release()
        return made

    def _program(self, hook: Hook) -> moderngl.Program:
        key = (*hook.binds, hook.body)
        if key not in self._programs:
            textures = "".join(_TEXTURE.format(name=name) for name in hook.binds)
            self._programs[key] = self._gl.program(
                vertex_shader=_VERTEX,
                fragment_shader=_FRAGMENT.format(textures=textures, body=hook.body),
            )
        return self._programs[key]

    def _upload(self, picture: NDArray) -> moderngl.Texture:
        rows, columns = picture.shape
        kind = "f1" if picture.dtype == np.uint8 else "nu2"
        texture = self._gl.texture(
            (columns, rows), 1, np.ascontiguousarray(picture).tobytes(), alignment=1, dtype=kind
        )
        texture.repeat_x = texture.repeat_y = False
        return texture

    def _download(self, texture: moderngl.Texture) -> NDArray[np.float32]:
        columns, rows = texture.size
        raw = texture.read(alignment=1)
        kinds = {"f4": np.float32, "f2": np.float16, "nu2": np.uint16, "f1": np.uint8}
        kind = kinds[texture.dtype]
        texels = np.frombuffer(raw, kind).reshape(rows, columns, texture.components)
        if texels.dtype.kind == "u":
            return (texels / np.float64(np.iinfo(kind).max)).astype(np.float32)
        return texels.astype(np.float32)


class ShaderSubject:
    """See ``srq.verify.Subject``."""

    def __init__(self, program: Program, exporter: Glsl, player: Player) -> None:
        self._program = program
        self._player = player
        (text,) = (
            data.decode()
            for path, data in exporter.files(program).items()
            if path.endswith(".glsl")
        )
        self._hooks = parse(text)
        shader = Shader(program, exporter.textures, None)
        self._readouts = {
            name: [parse(text)[0] for text in texts] for name, texts in shader.readouts()
        }
        for name, readouts in self._readouts.items():
            for index, readout in enumerate(readouts):
                readout.save, readout.in_floats = f"{name} {index}", True

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture."""
        return self._result(self._play(self._hooks, picture))

    def passes_by(self, picture: NDArray) -> bool:
        """Whether it leaves a picture alone that is shown as large as it is."""
        high = self._program.input.format.hi
        shown = self._player.play(self._hooks, picture, high, enlarged=1)[PLANE][..., 0]
        return np.array_equal(np.rint(shown * np.iinfo(picture.dtype).max), picture)

    def trace(self, picture: NDArray) -> dict[str, NDArray]:
        """The values that are kept in textures, the output among them."""
        last, hooks = self._hooks[-1], self._hooks[:-1]
        readouts = [hook for hooks in self._readouts.values() for hook in hooks]
        found = self._play([*hooks, *readouts, last], picture)
        tensors = {name: self._tensor(name, found) for name in self._readouts}
        return {**tensors, self._program.output.name: self._result(found)[np.newaxis]}

    def _play(self, hooks: list[Hook], picture: NDArray) -> dict[str, NDArray[np.float32]]:
        high = self._program.input.format.hi
        return self._player.play(hooks, picture, high, enlarged=self._program.scale)

    def _result(self, found: dict[str, NDArray[np.float32]]) -> NDArray:
        fmt = self._program.output_value.format
        return np.floor(found[PLANE][..., 0] * fmt.hi + 0.5).astype(fmt.dtype)

    def _tensor(self, name: str, found: dict[str, NDArray[np.float32]]) -> NDArray:
        value = self._program.step(name).value
        texels = [found[f"{name} {index}"] for index in range(len(self._readouts[name]))]
        planes = np.concatenate(texels, axis=2)[..., : value.channels * value.scale**2]
        rows, columns, _ = planes.shape
        blocks = planes.reshape(rows, columns, value.channels, value.scale, value.scale)
        return blocks.transpose(2, 0, 3, 1, 4).reshape(value.shape(rows, columns)).astype(np.int64)


@contextmanager
def glsl(program: Program) -> Iterator[ShaderSubject]:
    """The shader in half floats, as players run it; what does not fit them, in floats."""
    choices = (("half", "rgba16f"), ("float", "rgba32f"))
    for textures, kind in choices:
        exporter = Glsl(textures=textures)
        problems = exporter.check(program)
        if not problems:
            with Player(kind) as player:
                yield ShaderSubject(program, exporter, player)
            return
    raise ProgramError(f"This program cannot be written as glsl: {problems[0]}")


def glsl_uses(program: Program) -> Iterator[Use]:
    """The shader in floats, and in a window that is no larger than the picture."""
    exporter = Glsl(textures="float")
    if exporter.check(program):
        return
    with Player("rgba32f") as player:
        subject = ShaderSubject(program, exporter, player)
        small = np.arange(35, dtype=program.input.format.dtype).reshape(5, 7)
        if program.scale > 1 and not subject.passes_by(small):
            raise RuntimeError("the shader changed a picture in a window that is no larger")
        yield Use("in floats", subject)

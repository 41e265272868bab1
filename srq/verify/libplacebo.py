"""The subject ``libplacebo``: the user shader in the library that mpv and ffmpeg play it with.

A small C program beside this file is compiled and runs the shader's passes on Vulkan, offscreen,
in the texture format that libplacebo itself takes for them.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files as resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srq.engines.pictures import checked_picture
from srq.errors import MissingDependencyError, ProgramError
from srq.export.glsl import Glsl
from srq.program import Program

HALF_FLOATS = "rgba16hf"

TEXELS = {HALF_FLOATS: np.float16, "rgba32f": np.float32, "rgba16": np.uint16}
"""libplacebo's names of the textures that passes can be kept in, and what one channel is."""


class PlaceboSubject:
    """See ``srq.verify.Subject``.

    player: the compiled program. shader: the path of a user shader. kind: of ``TEXELS``.
    """

    def __init__(
        self, program: Program, player: Path, shader: Path, kind: str = HALF_FLOATS
    ) -> None:
        self._program = program
        self._texel = np.dtype(TEXELS[kind]).newbyteorder("<")
        self._log = player.with_suffix(".log")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [player, shader, str(program.scale), kind],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture."""
        given = checked_picture(picture, self._program)
        rows, columns = given.shape
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(b"%d %d %d\n" % (columns, rows, self._program.input.format.hi))
            stdin.write(given.astype("<u2").tobytes())
            stdin.flush()
        except BrokenPipeError:
            pass  # what it said before it ended is told below
        head = stdout.readline().split()
        if len(head) != 3:
            raise RuntimeError(f"libplacebo ended: {self._said()}")
        width, height, size = map(int, head)
        luma = np.frombuffer(stdout.read(size), self._texel).reshape(height, width, 4)[..., 0]
        white = np.iinfo(self._texel).max if self._texel.kind == "u" else 1
        fmt = self._program.output_value.format
        return np.floor(luma.astype(np.float64) / white * fmt.hi + 0.5).astype(fmt.dtype)

    def trace(self, picture: NDArray) -> dict[str, NDArray]:
        """Nothing."""
        return {}

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _said(self) -> str:
        code = self._process.wait()
        said = self._log.read_text(encoding="utf-8", errors="replace").split()
        return " ".join(said) or f"exit code {code}"


@contextmanager
def compiled() -> Iterator[Path]:
    """The program that runs shaders in libplacebo; MissingDependencyError where it cannot be."""
    source = resources("srq.verify") / "libplacebo.c"
    with tempfile.TemporaryDirectory(prefix="srq-libplacebo-") as folder:
        player = Path(folder) / "libplacebo"
        player.with_suffix(".c").write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
        command = ["cc", "-std=c11", "-O1", "-o", player, player.with_suffix(".c"), "-lplacebo"]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            raise MissingDependencyError(
                "The shader in libplacebo needs a C compiler and libplacebo with its headers; on"
                " Debian: apt-get install gcc libplacebo-dev mesa-vulkan-drivers."
            ) from None
        yield player


@contextmanager
def libplacebo(program: Program) -> Iterator[PlaceboSubject]:
    """The shader as it is by default, in half floats."""
    exporter = Glsl()
    problems = exporter.check(program)
    if problems:
        raise ProgramError(f"This program cannot be written as glsl: {problems[0]}")
    with compiled() as player:
        for path, data in exporter.files(program).items():
            (player.parent / path).write_bytes(data)
        (shader,) = player.parent.glob("*.glsl")
        subject = PlaceboSubject(program, player, shader)
        try:
            yield subject
        finally:
            subject.close()

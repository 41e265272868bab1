"""The subject ``libplacebo``: the user shader in the library that mpv and ffmpeg play it with.

``libplacebo.c`` is compiled and runs the shader's passes on Vulkan, offscreen,
in the texture format that libplacebo itself takes for them.
"""

import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files as resources
from pathlib import Path
from threading import Timer

import numpy as np
from numpy.typing import NDArray

from srq.errors import MissingDependencyError, ProgramError
from srq.export.glsl import Glsl
from srq.program import Program
from srq.program.pictures import checked_picture

HALF_FLOATS = "rgba16hf"

TEXELS = {HALF_FLOATS: np.float16, "rgba32f": np.float32, "rgba16": np.uint16}
"""libplacebo's names of the textures that passes can be kept in, and what one channel is."""


NO_DEVICE = 3
"""The program's exit code where there is no Vulkan device."""

_TRIALS = 6
"""Mesa's software Vulkan (lavapipe 22.3) now and then crashes in its queue's thread when the
machine is busy, or waits there for ever, whatever it plays: then the picture is given to it
again."""

_CRASHES = (-signal.SIGSEGV, -signal.SIGABRT, -9)
"""How it ends then: the C library aborts where it sees first what was overwritten; 9 is SIGKILL,
which Windows does not name."""

_TIMEOUT = 100.0
"""Seconds that a picture may take; the shader is compiled with the first."""

_MISSING = (
    "The shader in libplacebo needs a C compiler, libplacebo with its headers and a Vulkan device;"
    " on Debian: apt-get install gcc libplacebo-dev mesa-vulkan-drivers."
)


class PlaceboSubject:
    """See ``srq.verify.Subject``.

    player: the compiled program. shader: the path of a user shader. kind: of ``TEXELS``. Raises
    MissingDependencyError where there is no Vulkan device.
    """

    def __init__(
        self, program: Program, player: Path, shader: Path, kind: str = HALF_FLOATS
    ) -> None:
        self._program = program
        self._texel = np.dtype(TEXELS[kind]).newbyteorder("<")
        self._log = player.with_suffix(".log")
        self._command = [player, shader, str(program.scale), kind]
        self._process = self._started()

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture."""
        given = checked_picture(picture, self._program)
        for _ in range(_TRIALS):
            timeout = Timer(_TIMEOUT, self._process.kill)
            timeout.start()
            try:
                made = self._played(given)
            finally:
                timeout.cancel()
            if made is not None:
                return made
            if self._process.wait() not in _CRASHES:
                break
            self.close()
            self._process = self._started()
        log = " ".join(self._log.read_text(encoding="utf-8", errors="replace").split())
        raise RuntimeError(f"libplacebo ended: {log or f'exit code {self._process.wait()}'}")

    def trace(self, picture: NDArray) -> dict[str, NDArray]:
        """Nothing."""
        return {}

    def close(self) -> None:
        """End the process."""
        with suppress(BrokenPipeError):
            try:
                self._process.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.communicate()

    def _started(self) -> subprocess.Popen[bytes]:
        with self._log.open("wb") as log:
            process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
            )
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n" and process.wait() == NO_DEVICE:
            raise MissingDependencyError(_MISSING)
        return process

    def _played(self, given: NDArray) -> NDArray | None:
        """What the process makes of a picture; None if it ended."""
        rows, columns = given.shape
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        with suppress(BrokenPipeError):
            stdin.write(b"%d %d %d\n" % (columns, rows, self._program.input.format.hi))
            stdin.write(given.astype("<u2").tobytes())
            stdin.flush()
        head = stdout.readline().split()
        if len(head) != 3:
            return None
        width, height, size = map(int, head)
        data = stdout.read(size)
        if len(data) < size:
            return None
        luma = np.frombuffer(data, self._texel).reshape(height, width, 4)[..., 0]
        white = np.iinfo(self._texel).max if self._texel.kind == "u" else 1
        fmt = self._program.output_value.format
        return np.floor(luma.astype(np.float64) / white * fmt.hi + 0.5).astype(fmt.dtype)


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
            raise MissingDependencyError(_MISSING) from None
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

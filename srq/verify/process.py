"""What was exported as source, compiled by this machine's compiler and running.

It runs as a process of its own that takes picture after picture, so a crash is an error and takes
nothing else with it, and a cross-compiled program runs under an emulator just as well.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import NoReturn

from srq.errors import MissingDependencyError


class Running:
    """A process that answers on its standard output. name: what its errors call it.

    Every method raises RuntimeError, with what the process wrote to its errors, once it ended.
    """

    def __init__(self, name: str, process: subprocess.Popen[bytes]) -> None:
        self._name = name
        self.process = process

    def send(self, data: bytes) -> None:
        """Hand over ``data``."""
        assert self.process.stdin
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            self._fail()

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes of its answer."""
        assert self.process.stdout
        data = self.process.stdout.read(size)
        if len(data) < size:
            self._fail()
        return data

    def read_line(self) -> str:
        """The next line of its answer."""
        assert self.process.stdout
        return self.process.stdout.readline().decode() or self._fail()

    def _fail(self) -> NoReturn:
        code = self.process.wait()
        assert self.process.stderr
        errors = self.process.stderr.read().decode(errors="replace").strip()
        raise RuntimeError(f"{self._name} ended with code {code}: {errors or 'no word'}")


@contextmanager
def running(name: str, command: Sequence[str]) -> Iterator[Running]:
    """The process of ``command``, ended with the block."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        yield Running(name, process)
    finally:
        process.kill()
        for end in (process.stdin, process.stdout, process.stderr):
            assert end is not None
            with suppress(BrokenPipeError):  # what a dead process no longer took
                end.close()
        process.wait()


def command_of(variable: str) -> tuple[str, ...]:
    """The compiler's command that an environment variable names; empty if it names none."""
    return tuple(shlex.split(os.environ.get(variable, "")))


def require_compiler(compiler: str, sentence: str) -> None:
    """Raise MissingDependencyError where there is no such command.

    sentence: what needs it and how to get it, with ``{}`` for the command.
    """
    if shutil.which(compiler) is None:
        raise MissingDependencyError(sentence.format(repr(compiler)))


def write_driver(folder: Path, driver: str, to: str) -> None:
    """Copy the source beside this file that runs the export into ``folder``."""
    (folder / to).write_bytes((resources.files("srq.verify") / driver).read_bytes())


def run_compiler(command: Sequence[str], folder: Path) -> None:
    """Compile in ``folder``; RuntimeError, with what the compiler wrote, where that fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace")
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {done.stderr.strip()}")


def must_succeed(what: str, command: Sequence[str]) -> None:
    """Run a test of its own; RuntimeError, with what it wrote, where its exit code is not 0."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        said = " ".join(f"{done.stdout} {done.stderr}".split())
        raise RuntimeError(f"{what} ended with code {done.returncode}: {said or 'no word'}")

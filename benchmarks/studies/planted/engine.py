"""The native engine built from a copy of its sources, and verified in a process of its own."""

import importlib.util
import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import nanobind

from benchmarks.studies.planted.bugs import Bug
from srq.verify.check import Outcome, State

EXTENSION = "srq.engines.native._native"
SRQ = Path(__file__).parents[3] / "srq"
ENGINE = Path("engines", "native")


class Copy:
    """The engine's sources in ``folder``, with at most one bug at a time."""

    def __init__(self, folder: Path) -> None:
        self._sources = folder / ENGINE
        self._build = folder / "build"
        binaries = shutil.ignore_patterns("*.so", "__pycache__")
        for native in SRQ.glob("*/native"):  # the engine's build includes the others
            shutil.copytree(native, folder / native.relative_to(SRQ), ignore=binaries)
        python = [f"-DPython_EXECUTABLE={sys.executable}", f"-Dnanobind_DIR={nanobind.cmake_dir()}"]
        _run(["cmake", "-S", str(self._sources), "-B", str(self._build), *python])

    def built(self, bug: Bug | None = None) -> Path:
        """The extension with this bug; RuntimeError where it does not compile."""
        if bug is None:
            return self._compiled()
        (path,) = self._sources.rglob(bug.file)
        sound = path.read_text(encoding="utf-8")
        try:
            path.write_text(bug.put_into_text(sound), encoding="utf-8")
            return self._compiled()
        finally:
            path.write_text(sound, encoding="utf-8")

    def _compiled(self) -> Path:
        _run(["cmake", "--build", str(self._build), "--parallel", str(os.cpu_count() or 1)])
        (found,) = self._build.glob("_native*.so")
        return found


def outcome_with(extension: Path, verify: Callable[[], Outcome]) -> Outcome:
    """What ``verify`` finds in a process in which ``extension`` is the native engine's.

    The native engine must not have been imported in this process.
    """
    assert EXTENSION not in sys.modules
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_verify, args=(extension, verify, sender))
    process.start()
    sender.close()
    try:
        outcome: Outcome = receiver.recv()
    except EOFError:
        process.join()
        return Outcome("native", State.FAILED, reason=f"it ended with code {process.exitcode}")
    process.join()
    return outcome


def _verify(extension: Path, verify: Callable[[], Outcome], sender: Connection) -> None:
    spec = importlib.util.spec_from_file_location(EXTENSION, extension)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[EXTENSION] = module
    spec.loader.exec_module(module)
    sender.send(verify())


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {done.stdout[-2000:]} {done.stderr}")

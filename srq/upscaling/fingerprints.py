"""Programs by their fingerprints: a stored picture finds the very Program it was made with."""

from pathlib import Path
from threading import Lock

from srq import zoo
from srq.engines import Engine
from srq.errors import DataError
from srq.program import Program, load, save
from srq.upscaling.engine import open_model

__all__ = ["Engine", "Programs"]


class Programs:
    """The Programs in a folder, as ``FINGERPRINT.srq``, and those of the zoo.

    The folder keeps what the zoo of a later srq may have replaced. It may be asked by several
    threads.
    """

    def __init__(self, folder: Path | None = None, threads: int | None = 1) -> None:
        self._folder = folder
        self._threads = threads
        self._opened: dict[str, Engine] = {}
        self._lock = Lock()

    def engine(self, fingerprint: str) -> Engine:
        """The engine of that Program; DataError where it is neither in the folder nor the zoo."""
        with self._lock:
            if fingerprint not in self._opened:
                self._opened[fingerprint] = open_model(
                    self._find(fingerprint), "auto", self._threads
                )
            return self._opened[fingerprint]

    def of_zoo(self, name: str) -> str:
        """The fingerprint of a Program of the zoo, made ready; ModelError for an unknown name."""
        program = load(zoo.resolve(name, "program"))
        with self._lock:
            if program.fingerprint not in self._opened:
                self._opened[program.fingerprint] = open_model(program, "auto", self._threads)
        return program.fingerprint

    def keep(self, fingerprint: str) -> Path:
        """The Program's file in the folder, written there if it is not yet."""
        assert self._folder is not None
        path = self._folder / f"{fingerprint}.srq"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            save(self._find(fingerprint), path)
        return path

    def program(self, fingerprint: str) -> Program:
        """The Program itself; DataError as ``engine``."""
        return self._find(fingerprint)

    def _find(self, fingerprint: str) -> Program:
        kept = None if self._folder is None else self._folder / f"{fingerprint}.srq"
        if kept is not None and kept.exists():
            program = load(kept)
            if program.fingerprint == fingerprint:
                return program
        for name in zoo.names("program"):
            program = load(zoo.resolve(name, "program"))
            if program.fingerprint == fingerprint:
                return program
        raise DataError(
            f"There is no Program of fingerprint {fingerprint[:12]}...: neither the zoo nor"
            f" {self._folder or 'a folder of Programs'} has it; get its .srq file."
        )

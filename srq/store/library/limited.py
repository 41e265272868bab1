"""Work on a user's file in a child process of little memory and time.

Decoders meet whatever people upload. A picture that is made to use up the memory, or that brings
its decoder down, ends the child and nothing else. The child ends with its parent.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from srq.errors import ImageError

TASK, RESULT, CAME = "task.json", "result.json", "came"
"""Files of the folder that parent and child share."""

_BEAT = 10.0  # seconds between the parent's signs of life
_WALL = 10  # times the processor time, on a busy machine
_LAST = 300  # characters of what a broken child printed


@dataclass(frozen=True)
class Limits:
    """``memory`` in bytes, processor ``seconds``, and the most ``pixels`` of a picture."""

    memory: int
    seconds: int
    pixels: int


class KilledError(Exception):
    """The child died: of its limits, by the system, or by a defect; says what is known of it."""


class UnwantedError(Exception):
    """The parent does not want the work any more."""


def run_limited(
    task: dict[str, Any],
    folder: Path,
    limits: Limits,
    beat: Callable[[], bool] = lambda: True,
) -> dict[str, Any]:
    """What ``srq.store.library.child`` makes of ``task``, with its files, in ``folder``.

    ``beat`` is called every few seconds; False ends the work with UnwantedError. Raises ImageError
    with the child's sentence where the file is no sound picture, and KilledError.
    """
    text = json.dumps({**task, "limits": asdict(limits)})
    (folder / TASK).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "srq.store.library.child", str(folder)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with (folder / "printed").open("w+b") as printed:
        # Its standard input ends when this process does, however it does.
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=printed,
            env=environment,
        )  # fmt: skip
        try:
            _wait(process, limits, beat)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            assert process.stdin is not None
            process.stdin.close()
        printed.seek(0)
        last = printed.read().decode(errors="replace").strip()[-_LAST:]
    if process.returncode != 0:
        raise KilledError(_why(process.returncode, last))
    result = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    if "error" in result:
        raise ImageError(result["error"])
    return result


def _wait(process: "subprocess.Popen[bytes]", limits: Limits, beat: Callable[[], bool]) -> None:
    end = time.monotonic() + limits.seconds * _WALL
    while True:
        try:
            process.wait(timeout=_BEAT)
            return
        except subprocess.TimeoutExpired:
            if not beat():
                raise UnwantedError from None
            if time.monotonic() > end:
                raise KilledError("it took too long") from None


def _why(code: int, last: str) -> str:
    if code < 0:
        return f"its process was ended by signal {-code}"
    return last.splitlines()[-1] if last else f"its process ended with code {code}"

"""What was found out about pictures, kept in a file so that no run asks twice."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from srq.files import storage_error


class Kept:
    """A file of JSON lines ``[key, value]`` that only grows; later lines win.

    A line that a killed process left torn is passed over, and what it said is found out again.
    Raises StorageError where the file system refuses.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._values: dict[str, Any] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = open(path, "a+b")  # noqa: SIM115, closed on leaving
            self._stream.seek(0)
            text = self._stream.read()
            if text and not text.endswith(b"\n"):
                self._stream.write(b"\n")
        except OSError as error:
            raise storage_error("write", path, error) from error
        for line in text.splitlines():
            try:
                key, value = json.loads(line)
            except ValueError:
                continue
            self._values[key] = value

    def __enter__(self) -> "Kept":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._stream.close()
        except OSError as refused:
            if error is None:
                raise storage_error("write", self.path, refused) from refused

    def get(self, key: str) -> Any:
        """The value of ``key``, or None."""
        return self._values.get(key)

    def add(self, values: Mapping[str, Any]) -> None:
        """Keep values; the system has them when this returns, even if the process is killed."""
        lines = "".join(json.dumps([key, value]) + "\n" for key, value in values.items())
        try:
            self._stream.seek(0, os.SEEK_END)
            self._stream.write(lines.encode())
            self._stream.flush()
        except OSError as error:
            raise storage_error("write", self.path, error) from error
        self._values.update(values)

"""The modules that ship, compiled, so that networks of the zoo need no compiler.

``built.json`` beside them says of each which Program it is, what it was compiled from, and by what:
``python -m scripts.tools.wasm_modules`` makes them.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from srq.program import Program
from srq.version import __version__

FOLDER = "built"
RECORD = "built.json"


def shipped(program: Program, sources: Mapping[str, bytes]) -> bytes | None:
    """The module that was compiled from these very sources of ``program``, if it ships."""
    record = _record().get(program.fingerprint)
    if record is None or record["sources"] != digest(sources):
        return None
    return (resources.files("srq.export.wasm") / FOLDER / record["file"]).read_bytes()


def digest(sources: Mapping[str, bytes]) -> str:
    """The SHA-256 of all sources and their names; which version of srq wrote them is no part."""
    total = hashlib.sha256()
    for name, whole in sorted(sources.items()):
        text = whole.replace(f"srq {__version__}".encode(), b"srq")
        total.update(f"{name}\0{len(text)}\0".encode() + text)
    return total.hexdigest()


@cache
def _record() -> dict[str, Any]:
    file = resources.files("srq.export.wasm") / FOLDER / RECORD
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}

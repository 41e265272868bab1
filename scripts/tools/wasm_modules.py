"""Compiles the modules of WebAssembly that ship: ``python -m scripts.tools.wasm_modules``.

One for each Program of the zoo of at most MOST weights that is not made for an FPGA. What is
current stays as it is. It needs clang and wasm-ld, or zig. Run it after a change of a Program, or
of what writes the C: a test fails while a module is not current.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

from srq.export.wasm.built import FOLDER, RECORD, digest, shipped
from srq.export.wasm.compiler import compiled, compiler
from srq.export.wasm.sources import sources
from srq.files import write_bytes, write_text
from srq.program import Program, load
from srq.zoo import names, resolve

PLACE = Path(__file__).parents[2] / "srq" / "export" / "wasm" / FOLDER

MOST = 40_000
"""Weights of the largest network whose module ships: the wheel is to stay small."""


def shipping() -> dict[str, Program]:
    """The Programs whose modules ship, by name."""
    programs = {name: load(resolve(name, "program")) for name in names("program")}
    return {
        name: program
        for name, program in programs.items()
        if sum(op.weight.size for op in program.convs) <= MOST and not name.endswith("-fpga")
    }


def main() -> None:
    """Compile what is missing, remove what no longer ships, write the record."""
    PLACE.mkdir(exist_ok=True)
    record = PLACE / RECORD
    kept = json.loads(record.read_text()) if record.is_file() else {}
    modules: dict[str, Any] = {}
    for name, program in shipping().items():
        written, file = sources(program), f"{name}.wasm"
        entry = kept.get(program.fingerprint)
        if shipped(program, written) is None or entry is None:
            entry = {"file": file, "sources": digest(written), "compiler": _version()}
            write_bytes(PLACE / file, compiled(written))
            print(f"{file}: {(PLACE / file).stat().st_size:,} bytes")
        modules[program.fingerprint] = entry
    for file in PLACE.glob("*.wasm"):
        if file.name not in {entry["file"] for entry in modules.values()}:
            file.unlink()
    write_text(record, json.dumps(modules, indent=2) + "\n")


def _version() -> str:
    """The first line of what the compiler says of itself."""
    command = [word for word in compiler() if not word.startswith("-m")]
    done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[0]


if __name__ == "__main__":
    main()

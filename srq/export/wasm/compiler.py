"""The compiler of modules: clang with wasm-ld, or zig, which has both inside."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from srq.errors import ConfigError, MissingDependencyError

COMPILER = "SRQ_WASM_CC"
"""The environment variable that names another compiler: a clang with wasm-ld, or zig cc."""

FLAGS = (
    *("-std=c11", "-O3", "-ffreestanding", "-fno-builtin", "-nostdlib", "-fvisibility=hidden"),
    *("-Wl,--no-entry", "-Wl,--strip-all", "-Wl,-z,stack-size=65536"),
)
"""Of every compiler."""

CLANG = ("--target=wasm32", "-msimd128", "-mbulk-memory")
ZIG = ("-target", "wasm32-freestanding", "-mcpu=generic+simd128+bulk_memory")

GET = (
    "A module of WebAssembly is compiled by clang and wasm-ld, or by zig, and there is none of"
    " them; apt install clang lld, or pip install ziglang, or name yours in SRQ_WASM_CC."
)


def compiler() -> list[str]:
    """The command, with the flags that choose its target; MissingDependencyError without any."""
    if named := shlex.split(os.environ.get(COMPILER, "")):
        return [*named, *(ZIG if "zig" in Path(named[0]).name or "ziglang" in named else CLANG)]
    if shutil.which("clang") and shutil.which("wasm-ld"):
        return ["clang", *CLANG]
    if shutil.which("zig"):
        return ["zig", "cc", *ZIG]
    if find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang", "cc", *ZIG]
    raise MissingDependencyError(GET)


def compiled(sources: Mapping[str, bytes]) -> bytes:
    """The module that ``sources`` become.

    Raises MissingDependencyError where there is no compiler, ConfigError, with what it wrote, where
    it fails.
    """
    command = compiler()
    with tempfile.TemporaryDirectory(prefix="srq-wasm-") as folder:
        for name, text in sources.items():
            (Path(folder) / name).write_bytes(text)
        units = sorted(name for name in sources if name.endswith(".c"))
        build = [*command, *FLAGS, *units, "-o", "network.wasm"]
        done = subprocess.run(build, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            said = " ".join(done.stderr.split())
            raise ConfigError(f"{shlex.join(command)} compiles no WebAssembly: {said}")
        return (Path(folder) / "network.wasm").read_bytes()

"""Compiling the fused step for the machine at hand, once, and loading it."""

import ctypes
import functools
import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from importlib import resources
from pathlib import Path

from srq.errors import MissingDependencyError
from srq.files import write_bytes

_FLAGS = (
    "-std=c++17",
    "-O3",
    # Sums may be contracted to fused multiply-adds but are never reordered.
    "-ffp-contract=fast",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-Wno-psabi",
    "-fPIC",
    "-shared",
    "-pthread",
)
_WIDE_FLAG = "-mprefer-vector-width=512"
_SOURCES = ("kim_step.cpp", "kim_layers.h")
"""What is compiled, first, and what it includes."""


class KimWeights(ctypes.Structure):
    """``srq_kim`` of the C++: channel counts and the address of nine kernels' addresses."""

    _fields_ = (
        ("wide", ctypes.c_int),
        ("narrow", ctypes.c_int),
        ("weights", ctypes.POINTER(ctypes.c_void_p)),
    )


@functools.cache
def library() -> ctypes.CDLL:
    """The compiled step, with the types of ``srq_kim_step`` declared.

    It is kept under the user's cache folder by the hash of its sources, the flags, the compiler
    and the processor. Raises MissingDependencyError if there is no C++ compiler or it fails.
    """
    compiler = _compiler()
    folder = resources.files("srq.train.fused")
    sources = {name: (folder / name).read_text(encoding="utf-8") for name in _SOURCES}
    flags = [*_FLAGS, _machine_flag()]
    if platform.machine() in ("x86_64", "AMD64"):
        flags.append(_WIDE_FLAG)
    versions = [_output([compiler, "--version"]), _processor()]
    identity = "\n".join([*sources.values(), *flags, *versions])
    name = f"kim_step-{hashlib.sha256(identity.encode()).hexdigest()[:24]}.so"
    path = _cache_folder() / name
    if not path.is_file():
        write_bytes(path, _compiled(compiler, flags, sources))
    loaded = ctypes.CDLL(str(path))
    loaded.srq_kim_step.restype = ctypes.c_double
    loaded.srq_kim_step.argtypes = [
        *(ctypes.c_void_p, ctypes.c_void_p),
        *(ctypes.c_int,) * 4,
        ctypes.POINTER(KimWeights),
        *(ctypes.c_void_p, ctypes.c_void_p),
        ctypes.POINTER(KimWeights),
        ctypes.c_float,
        ctypes.c_int,
        ctypes.c_float,
        ctypes.c_int,
    ]
    return loaded


def _machine_flag() -> str:
    """What it is compiled for: this machine, or AVX2 where the native engine is held to that."""
    return "-march=x86-64-v3" if os.environ.get("SRQ_NATIVE_ISA") == "avx2" else "-march=native"


def _compiler() -> str:
    named = os.environ.get("CXX")
    for command in (named,) if named else ("c++", "g++", "clang++"):
        found = shutil.which(command)
        if found:
            return found
    raise MissingDependencyError(
        f"No C++ compiler is found ({named or 'c++, g++, clang++'}); install one, or train "
        "without the fused step: --set run.fused=off."
    )


def _compiled(compiler: str, flags: list[str], sources: dict[str, str]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in sources.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        made = Path(folder) / "kim_step.so"
        _output([compiler, *flags, str(Path(folder) / _SOURCES[0]), "-o", str(made)])
        return made.read_bytes()


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        complaint = (done.stderr.strip().splitlines() or ["no message"])[0]
        raise MissingDependencyError(
            f"The C++ compiler {command[0]} failed ({complaint}); name another in CXX, or train "
            "without the fused step: --set run.fused=off."
        )
    return done.stdout


def _processor() -> str:
    """What -march=native depends on, where the system tells it."""
    info = Path("/proc/cpuinfo")
    if not info.is_file():
        return f"{platform.machine()} {platform.processor()} {platform.node()}"
    kinds = ("model name", "flags", "Features", "CPU part")
    lines = info.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(sorted({line for line in lines if line.startswith(kinds)}))


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "srq"

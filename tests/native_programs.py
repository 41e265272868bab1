"""The native engine's programs without Python, built for this machine or another."""

import subprocess
from pathlib import Path

import srq

SOURCE = Path(srq.__file__).parent / "engines" / "native"

AARCH64 = ("-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=aarch64")


def build(folder: Path, flags: str, *options: str, targets: tuple[str, ...] = ()) -> Path:
    """The folder that holds the programs ``targets`` (all, if none is named) of CMakeLists.txt."""
    configure = ["cmake", "-S", SOURCE, "-B", folder, "-DSRQ_TESTING=ON"]
    configure += ["-DCMAKE_BUILD_TYPE=None", f"-DCMAKE_CXX_FLAGS={flags}", *options]
    compile_them = ["cmake", "--build", folder, "--parallel", "2"]
    if targets:
        compile_them += ["--target", *targets]
    for command in (configure, compile_them):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


def needed_for_aarch64(require_tool) -> tuple[str, str]:
    """A cross compiler's option for CMake, and the emulator of what it builds."""
    compiler = require_tool("aarch64-linux-gnu-g++", "apt install g++-aarch64-linux-gnu")
    emulator = require_tool("qemu-aarch64", "apt install qemu-user")
    return f"-DCMAKE_CXX_COMPILER={compiler}", emulator

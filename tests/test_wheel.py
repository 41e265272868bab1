"""The wheel, installed as a newcomer would without torch, in an environment of its own."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from PIL import Image

from srq import __version__

ROOT = Path(__file__).parents[1]
SOURCES = ["engines/native/src", "image/native/src", "parallel/native"]


def pip(*arguments):
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = f"pip {arguments[0]} failed: {done.stderr}"
        if os.environ.get("SRQ_REQUIRE_TOOLS") == "1":
            pytest.fail(reason)
        pytest.skip(f"{reason} (it needs a package index)")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The ``bin`` folder of an environment that holds the wheel and what it needs."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT)
    (wheel,) = folder.glob("srq-*.whl")
    venv.create(folder / "env", with_pip=False)
    python = folder / "env" / "bin" / "python"
    pip(
        "--python",
        python,
        "install",
        "--quiet",
        "--no-compile",
        "--constraint",
        "constraints.txt",
        wheel,
    )
    return python.parent


def run(*command):
    return subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)


def test_the_command_runs_without_torch(installed):
    version = run(installed / "srq", "--version")
    assert (version.returncode, version.stdout) == (0, f"srq {__version__}\n")
    assert "Usage: srq" in run(installed / "srq", "--help").stdout
    assert "No module named 'torch'" in run(installed / "python", "-c", "import torch").stderr


def files(package):
    """All but C++ sources, what is compiled from them, and a layout's settings."""
    return {
        str(path.relative_to(package))
        for path in package.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and not any(path.is_relative_to(package / folder) for folder in SOURCES)
        and path.name not in {"CMakeLists.txt", ".clang-format"}
        and path.suffix not in {".so", ".pyd"}
    }


def test_the_wheel_carries_every_file_of_the_package(installed):
    (site,) = installed.parent.glob("lib/python*/site-packages")
    hardware = {
        f"hw/{kind}/{path}" for kind in ("hls", "rtl") for path in files(ROOT / "hw" / kind)
    }
    assert files(site / "srq") == files(ROOT / "srq") | hardware


def test_an_installed_srq_finds_the_hardware_sources(installed, tmp_path):
    done = run(installed / "srq", "export", "hls", "kim-x2", tmp_path / "hls")
    assert done.returncode == 0, done.stderr
    assert files(ROOT / "hw" / "hls" / "srq") == files(tmp_path / "hls" / "srq")
    done = run(installed / "srq", "export", "rtl", "kim-x2", tmp_path / "rtl")
    assert done.returncode == 0, done.stderr


def test_the_native_engine_is_in_the_wheel(installed, require_tool):
    require_tool("c++", "apt install g++")
    done = run(installed / "python", "-c", "import srq; print(srq.load('kim-x2').name)")
    assert (done.returncode, done.stdout) == (0, "native\n"), done.stderr


def test_a_picture_is_enlarged_right_after_the_install(installed, tmp_path):
    Image.new("RGB", (9, 7), (200, 30, 90)).save(tmp_path / "photo.png")
    done = run(installed / "srq", "upscale", tmp_path / "photo.png")
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "photo-x2.png") as larger:
        assert larger.size == (18, 14)

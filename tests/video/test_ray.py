"""scripts/upscale-on-ray, on a Ray of this machine."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from srq.program import save
from srq.video.run import Options, upscale_video
from tests.upscaling.sharpen_program import sharpen_program
from tests.video.clips import make

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "upscale-on-ray"


def test_shards_on_ray_make_the_same_file(here, engine):
    if importlib.util.find_spec("ray") is None:
        reason = "ray is not installed; to get it: pip install 'srq[ray]'"
        if os.environ.get("SRQ_REQUIRE_TOOLS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    save(sharpen_program(), "own.srq")
    make("clip.mkv", frames=30, codec="libx264", audio="aac")
    upscale_video(
        Path("clip.mkv"), Path("whole.mkv"), engine, Options(segment=7), interpolator="reference"
    )
    environment = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
    arguments = ["clip.mkv", "out.mkv", "2", "--segment", "7", "--model", str(here / "own.srq")]
    absolute = [str(here / name) if name.endswith(".mkv") else name for name in arguments]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *absolute],
        capture_output=True, text=True, check=False, timeout=280,
        env=environment | {"PYTHONPATH": str(ROOT), "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = sorted(line for line in done.stdout.splitlines() if line.startswith("shard "))
    assert [line.split(":")[0] for line in lines] == ["shard 1/2", "shard 2/2"]
    assert done.stdout.endswith("out.mkv: 64 x 48, 30 frames\n")
    assert Path("out.mkv").read_bytes() == Path("whole.mkv").read_bytes()


def test_it_says_how_it_is_used():
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 2
    assert "scripts/upscale-on-ray IN OUT SHARDS" in done.stderr

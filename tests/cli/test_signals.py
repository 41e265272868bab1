"""Ctrl-C, SIGTERM and kill -9 of a command that writes a file and has worker processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_workers_end_and_nothing_is_half_written(tmp_path, number, code):
    command = [sys.executable, "-m", "tests.cli.probe", "busy", str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        workers = [int(process.stdout.readline()) for _ in range(2)]
        process.send_signal(number)
        _, told = process.communicate(timeout=240)
    assert process.returncode == code
    if code > 0:
        assert told == "Interrupted.\n"
    deadline = time.monotonic() + 240
    while any(is_running(worker) for worker in workers):
        assert time.monotonic() < deadline, "a worker outlives its parent"
        time.sleep(0.05)
    assert not (tmp_path / "file").exists()
    assert len(list(tmp_path.iterdir())) == (1 if code < 0 else 0)


def is_running(process):
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    except OSError:
        pass
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return not Path("/proc").is_dir()

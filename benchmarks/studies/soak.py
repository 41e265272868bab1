"""Does a long video keep every frame, its time and its sound, in memory that does not grow?

A clip of moving synthetic pictures and a sine is made, of a variable frame rate, and upscaled by
``srq upscale`` in a process of its own, which is killed halfway and resumed. Frames are counted,
their times and the hash of the sound compared, and the memory is read every second.

    python -m benchmarks.studies.soak --minutes 10
"""

import argparse
import hashlib
import json
import signal
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks import harness
from srq.provenance import Provenance

UNIT = Fraction(1, 12800)
GAPS = (512, 512, 256, 768, 512, 448, 576)
"""How long frames are shown, again and again, in units of UNIT: 25 a second on average."""


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        source, target = Path(folder) / "clip.mp4", Path(folder) / "large.mp4"
        frames = options.minutes * 60 * 25
        make_clip(source, round(frames), options.width, options.height)
        command = [sys.executable, "-m", "srq", "upscale", str(source), str(target)]
        command += ["--model", options.model, "--preset", options.preset, "--resume"]
        began = time.monotonic()
        memory = [run(command, target, kill_after=round(frames / 2)), run(command, target)]
        seconds = time.monotonic() - began
        before, after = facts(source), facts(target)
    report = {
        "made": Provenance.now().to_json() | {"ffmpeg": av.ffmpeg_version_info},
        "clip": {
            "minutes": options.minutes,
            "frames": len(before["times"]),
            "width": options.width,
            "height": options.height,
        },
        "model": options.model,
        "seconds": round(seconds, 1),
        "frames": len(after["times"]),
        "times_kept": before["times"] == after["times"],
        "sound_sha256": after["sound"],
        "sound_kept": before["sound"] == after["sound"],
        "memory": [spans(samples) for samples in memory],
    }
    report["kept"] = (
        report["frames"] == len(before["times"]) and report["times_kept"] and report["sound_kept"]
    )
    harness.write_result(options.json, report)
    print(json.dumps(report, indent=2))
    return 0 if report["kept"] else 1


def make_clip(path: Path, frames: int, width: int, height: int) -> None:
    """A window that wanders over a large texture, at uneven times, with a sine that does so too."""
    texture = _texture(4 * height, 4 * width)
    with av.open(str(path), "w") as output:
        video: Any = output.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.codec_context.time_base = UNIT
        sound: Any = output.add_stream("aac", rate=48000)
        moment, played = 0, 0
        for number in range(frames):
            frame = _frame(texture, number, width, height)
            frame.pts, frame.time_base = moment, UNIT
            output.mux(video.encode(frame))
            moment += GAPS[number % len(GAPS)]
            while played * UNIT.denominator < moment * 48000:
                output.mux(sound.encode(_tone(played)))
                played += 1024
        output.mux(video.encode(None))
        output.mux(sound.encode(None))


def run(command: list[str], target: Path, kill_after: int = 0) -> list[float]:
    """Run to the end, or kill once so many frames are in finished parts; MiB at every second."""
    samples: list[float] = []
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            time.sleep(1)
            samples.append(_resident(process.pid))
            parts = len(list(target.with_name(f"{target.name}.parts").glob("*.part")))
            if kill_after and parts * 250 >= kill_after:
                process.send_signal(signal.SIGKILL)
                break
    if not kill_after and process.returncode:
        raise SystemExit(f"srq ended with {process.returncode}")
    assert not (kill_after and target.exists())
    return [sample for sample in samples if sample]


def facts(path: Path) -> dict[str, Any]:
    """The time of every frame, exactly, and a hash of all that is heard and when."""
    digest = hashlib.sha256()
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams.audio[0]):
            if packet.size:
                digest.update(f"{Fraction(packet.pts or 0) * packet.time_base} ".encode())
                digest.update(bytes(packet))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        times = [
            Fraction(f.pts or 0) * Fraction(f.time_base or 1) for f in container.decode(stream)
        ]
    return {"times": times, "sound": digest.hexdigest()}


def spans(samples: list[float]) -> dict[str, Any]:
    """The most MiB in each fifth of a run."""
    edges = [round(len(samples) * n / 5) for n in range(6)]
    fifths = [max(samples[start:stop], default=0) for start, stop in pairwise(edges)]
    return {"seconds": len(samples), "most_mib_in_each_fifth": [round(m, 1) for m in fifths]}


def _resident(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    line = next((line for line in status.splitlines() if line.startswith("VmRSS:")), "VmRSS: 0 kB")
    return int(line.split()[1]) / 1024


def _texture(height: int, width: int) -> NDArray[np.uint8]:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = np.sin(x / 7) + np.sin(y / 11 + x / 29) + np.sin((x + y) / 3) * np.sin(x / 97)
    noise = np.random.default_rng(0).normal(0, 0.15, waves.shape)
    return np.clip(126 + 36 * (waves + noise), 16, 235).astype(np.uint8)


def _frame(texture: NDArray[np.uint8], number: int, width: int, height: int) -> av.VideoFrame:
    top = round((1 + np.sin(number / 190)) * (texture.shape[0] - height) / 2)
    left = round((1 + np.cos(number / 230)) * (texture.shape[1] - width) / 2)
    luma = texture[top : top + height, left : left + width]
    chroma = luma[::2, ::2] // 2 + 64
    return av.VideoFrame.from_ndarray(
        np.concatenate([luma.ravel(), chroma.ravel(), 255 - chroma.ravel()]).reshape(-1, width),
        "yuv420p",
    )


def _tone(start: int) -> av.AudioFrame:
    time_ = np.arange(start, start + 1024) / 48000
    wave = np.sin(2 * np.pi * (440 + 40 * np.sin(time_ / 5)) * time_).astype(np.float32) / 2
    frame = av.AudioFrame.from_ndarray(np.stack([wave, wave]), "fltp", "stereo")
    frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
    return frame


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument("--height", type=int, default=180)
    parser.add_argument("--model", default="kim-x2")
    parser.add_argument("--preset", default="veryfast")
    parser.add_argument("--folder", type=Path, help="where the clips go meanwhile")
    parser.add_argument("--json", type=Path, default=harness.RESULTS / "soak.json")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

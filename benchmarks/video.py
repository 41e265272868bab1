"""How many frames a second does a whole 1080p video take to become 4K, and what takes the time?

Decoding, enlarging and encoding run at once, as in ``srq upscale``. The same clip also goes
through the same path with OpenCV's bicubic filter in the network's place: what that takes is the
rest of the path, which on few cores is H.264 of 4K frames. Runs are interleaved, medians count.

    python benchmarks/video.py
    python benchmarks/video.py --page docs/results/performance.md
"""

import argparse
import json
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from srq.engines import Engine, open_engine
from srq.evaluate.paste import filled
from srq.files import write_text
from srq.program import Program, load
from srq.provenance import Provenance
from srq.video.run import Options, upscale_video
from srq.zoo import resolve

cv2: Any = import_module("cv2")  # of the extra `bench`

RESULT = Path(__file__).parent / "results" / "video.json"
PRESETS = ("ultrafast", "medium")


class Bicubic:
    """OpenCV's filter where an engine is asked for."""

    name = "OpenCV bicubic"
    streams = False

    def __init__(self, program: Program) -> None:
        self.program = program
        self.scale = program.scale

    def __call__(self, picture: NDArray) -> NDArray:
        """The picture, larger."""
        height, width = picture.shape
        size = (width * self.scale, height * self.scale)
        return cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)


def main() -> int:
    options = _options()
    if options.page:
        table = _table(json.loads(options.json.read_text(encoding="utf-8")))
        page = options.page.read_text(encoding="utf-8")
        write_text(options.page, filled(page, "video", table))
        return 0
    program = load(resolve(options.model, "program"))
    engines: list[Engine] = [open_engine(program, "native", options.threads), Bicubic(program)]
    seconds: dict[str, dict[str, list[float]]] = {
        preset: {engine.name: [] for engine in engines} for preset in PRESETS
    }
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        write_clip(clip, options.frames, options.height, options.width)
        for _ in range(options.rounds):
            for preset, times in seconds.items():
                for engine in engines:
                    began = time.perf_counter()
                    upscale_video(
                        clip,
                        Path(folder) / "large.mp4",
                        engine,
                        Options(codec="h264", preset=preset),
                        overwrite=True,
                        threads=options.threads,
                    )
                    times[engine.name].append(time.perf_counter() - began)
    result = {
        "model": options.model,
        "fingerprint": program.fingerprint,
        "frame": [options.width, options.height],
        "frames": options.frames,
        "threads": options.threads,
        "rounds": options.rounds,
        "made": Provenance.now().to_json()
        | {"ffmpeg": av.ffmpeg_version_info, "opencv": cv2.__version__},
        "frames_a_second": {
            preset: {
                name: round(options.frames / median(taken), 2) for name, taken in times.items()
            }
            for preset, times in seconds.items()
        },
    }
    write_text(options.json, json.dumps(result, indent=2) + "\n")
    print(_table(result))
    return 0


def write_clip(path: Path, frames: int, height: int, width: int) -> None:
    """A window that wanders over waves, edges and noise, as H.264."""
    y, x = np.mgrid[: height + frames, : width + frames]
    waves = 90 * np.sin(x / 37 + y / 91) + 60 * np.sign(np.sin(x / 11) * np.sin(y / 13))
    noise = np.random.default_rng(0).normal(0, 4, waves.shape)
    texture = np.clip(128 + waves + noise, 16, 235).astype(np.uint8)
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for i in range(frames):
            luma = texture[i : i + height, i : i + width]
            grey = np.full((height // 2, width), 128, np.uint8)
            frame = av.VideoFrame.from_ndarray(np.concatenate([luma, grey]), "yuv420p")
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def _table(result: dict[str, Any]) -> str:
    width, height = result["frame"]
    made = result["made"]
    lines = [
        f"{result['model']}, {width}x{height}, {result['frames']} frames of H.264, on"
        f" {result['threads']} threads, median of {result['rounds']} rounds, load of the machine"
        f" {made['load']:.1f}; FFmpeg {made['ffmpeg']}, opencv {made['opencv']}.",
        "",
        "| frames a second | with the network | with OpenCV's bicubic in its place |",
        "|---|---:|---:|",
    ]
    for preset, found in result["frames_a_second"].items():
        network, floor = found.values()
        lines.append(f"| x264, {preset} | {network:.1f} | {floor:.1f} |")
    return "\n".join(lines) + "\n"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--model", default="kim-x2")
    parser.add_argument("--height", type=int, default=1080)
    parser.add_argument("--width", type=int, default=1920)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, default=RESULT, help="where the result goes")
    parser.add_argument("--page", type=Path, help="paste the result into this page")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

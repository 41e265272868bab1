"""How many frames a second does a whole 1080p video take to become 4K, and what takes the time?

Decoding, enlarging and encoding run at once, as in ``srq upscale``. The same clip also goes
through the same path with OpenCV's bicubic filter in the network's place: what that takes is the
rest of the path, which on few cores is H.264 of 4K frames. Runs are interleaved, medians count.

    python -m benchmarks.video
"""

import argparse
import sys
import tempfile
from functools import partial
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks import harness
from srq.engines import Engine, open_engine
from srq.program import Program, load
from srq.provenance import Provenance
from srq.video.run import Options, upscale_video
from srq.zoo import resolve

PRESETS = ("ultrafast", "medium")


class Bicubic:
    """OpenCV's filter where an engine is asked for."""

    name = "OpenCV bicubic"
    streams = False

    def __init__(self, program: Program) -> None:
        self.program = program
        self.scale = program.scale
        self.cv2: Any = import_module("cv2")  # of the extra `bench`

    def __call__(self, picture: NDArray) -> NDArray:
        """The picture, larger."""
        height, width = picture.shape
        size = (width * self.scale, height * self.scale)
        return self.cv2.resize(picture, size, interpolation=self.cv2.INTER_CUBIC)


def main() -> int:
    options = _options()
    program = load(resolve(options.model, "program"))
    bicubic = Bicubic(program)
    engines: list[Engine] = [open_engine(program, "native", options.threads), bicubic]
    with tempfile.TemporaryDirectory() as folder:
        clip, large = Path(folder) / "clip.mp4", Path(folder) / "large.mp4"
        write_clip(clip, options.frames, options.height, options.width)
        measures = {
            (preset, engine.name): partial(
                _seconds, clip, large, engine, Options(codec="h264", preset=preset), options.threads
            )
            for preset in PRESETS
            for engine in engines
        }
        seconds = harness.in_turns(measures, options.rounds)
    result = {
        "model": options.model,
        "fingerprint": program.fingerprint,
        "frame": [options.width, options.height],
        "frames": options.frames,
        "threads": options.threads,
        "rounds": options.rounds,
        "made": Provenance.now().to_json()
        | {"ffmpeg": av.ffmpeg_version_info, "opencv": bicubic.cv2.__version__},
        "frames_a_second": {
            preset: {
                engine.name: round(options.frames / median(seconds[preset, engine.name]), 2)
                for engine in engines
            }
            for preset in PRESETS
        },
    }
    harness.keep("video", result, options.json)
    print(_table(result))
    return 0


def _seconds(clip: Path, large: Path, engine: Engine, options: Options, threads: int) -> float:
    return harness.seconds(
        partial(upscale_video, clip, large, engine, options, overwrite=True, threads=threads)
    )


def tables() -> dict[str, str]:
    """The table of the newest result on each instruction set."""
    return {"rates": "\n".join(map(_table, harness.newest("video").values()))}


def write_clip(path: Path, frames: int, height: int, width: int) -> None:
    """A window that wanders over waves, edges and noise, as H.264."""
    texture = harness.scene(height + frames, width + frames, 16, 235)
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
    parser = harness.parser(__doc__)
    parser.add_argument("--model", default="kim-x2")
    parser.add_argument("--height", type=int, default=1080)
    parser.add_argument("--width", type=int, default=1920)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the result there alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

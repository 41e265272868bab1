"""What comes out of the shader in players of 8-bit and 10-bit video?

A Program of 8 bits takes luma of 10 bits rounded to 8 and gives it back in 10. Players hand 10
bits to a shader in different ways (srq/export/glsl/shader.py). Here noise is played in mpv and in
ffmpeg's filter libplacebo, in planes of 8 and 10 bits and in P010, of limited and full range, and
the enlarged luma is compared in 8 bits.

    python -m benchmarks.studies.shader_ten_bits

It needs ffmpeg, mpv and Xvfb.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import harness
from benchmarks.studies.shader import Mpv, display, players, written
from srq.image.depth import to_depth
from srq.image.io import read
from srq.program import Program, load
from srq.program.reference import Reference
from srq.provenance import Provenance
from srq.zoo import resolve

RESULT = harness.RESULTS / "shader-ten-bits.json"

NETWORK = "kim-x2"

MPV = ["--vo=gpu-next", "--vo=gpu --fbo-format=rgba32f"]
"""mpv's ways to show. In half floats, vo=gpu itself rounds colours a little off."""

FORMATS = {"yuv420p": 8, "yuv420p10": 10, "p010": 10}
"""The bits of each format that video is handed over in."""

RANGES = ("limited", "full")


def main() -> None:
    """Fill in the result file."""
    parser = harness.parser(__doc__)
    parser.add_argument("--json", type=Path, default=RESULT)
    options = parser.parse_args()
    program = load(resolve(NETWORK, "program"))
    record: dict[str, Any] = {
        "made": Provenance.now().to_json(),
        "players": players(),
        "network": NETWORK,
        "fingerprint": program.fingerprint,
        "rows": [],
    }
    for row in rows(program):
        record["rows"].append(row)
        print(*row.values(), flush=True)
    harness.write_result(options.json, record, indent=1)


def rows(program: Program) -> Iterator[dict[str, Any]]:
    """Each player, format and range, with how many pixels differ and by how much."""
    with tempfile.TemporaryDirectory() as name, display() as screen:
        folder = Path(name)
        shader = written(program, "half", folder)
        for fmt, depth in FORMATS.items():
            for levels in RANGES:
                picture = noise(depth, levels)
                video = video_of(picture, depth, levels, folder)
                if fmt != "p010":  # Debian's ffmpeg cannot take it back from Vulkan
                    came = through_ffmpeg(video, shader, fmt, levels, picture.shape, program.scale)
                    is_shifted = depth > 8 and levels == "limited"
                    yield row("ffmpeg", fmt, levels, program, picture, came, is_shifted)
                for how in MPV:
                    came = through_mpv(program, shader, folder, screen, how, video, fmt, levels)
                    is_shifted = depth > 8 and (levels == "limited" or "next" not in how)
                    yield row(f"mpv {how}", fmt, levels, program, picture, came, is_shifted)


def row(
    player: str,
    fmt: str,
    levels: str,
    program: Program,
    picture: NDArray,
    came: NDArray,
    is_shifted: bool,
) -> dict[str, Any]:
    """One row.

    came:       the enlarged luma in code values of 8 bits, not yet rounded to whole ones.
    is_shifted: whether 10 bits are four times as large as 8; else white becomes white.
    """
    depth = FORMATS[fmt]
    factor = 4 if is_shifted else ((1 << depth) - 1) / 255
    eight = np.minimum(np.floor(picture / factor + 0.5), 255).astype(np.uint8)
    wanted = Reference(program)(eight).astype(int)
    found = np.floor(came + 0.5)
    if levels == "limited" and player != "ffmpeg":  # a window shows nothing below black
        wanted = np.clip(wanted, 16, 235)
    off = np.abs(found - wanted)
    return {
        "player": player,
        "format": fmt,
        "range": levels,
        "pixels": off.size,
        "differ": int(np.count_nonzero(off)),
        "most": int(off.max()),
    }


def noise(depth: int, levels: str) -> NDArray[np.uint16]:
    """A picture with most code values of the range."""
    most = (1 << depth) - 1
    ends = (16 << (depth - 8), 235 << (depth - 8)) if levels == "limited" else (0, most)
    return np.random.default_rng(0).integers(*ends, (48, 64), endpoint=True).astype(np.uint16)


def video_of(picture: NDArray[np.uint16], depth: int, levels: str, folder: Path) -> Path:
    """A video of one frame, the picture as luma, no colour."""
    rows, columns = picture.shape
    path, kind = folder / "video.y4m", np.dtype("<u2" if depth > 8 else np.uint8)
    name = "C420p10 XYSCSS=420P10" if depth > 8 else "C420jpeg"
    head = f"YUV4MPEG2 W{columns} H{rows} F25:1 {name} XCOLORRANGE={levels.upper()}\nFRAME\n"
    chroma = np.full(rows * columns // 2, 1 << (depth - 1), kind)
    path.write_bytes(head.encode() + picture.astype(kind).tobytes() + chroma.tobytes())
    return path


def through_ffmpeg(
    video: Path, shader: Path, fmt: str, levels: str, size: tuple[int, ...], scale: int
) -> NDArray[np.float64]:
    """The luma of the frame that the filter makes."""
    chain = (
        f"format={fmt},hwupload,libplacebo=w=iw*{scale}:h=ih*{scale}:custom_shader_path={shader}"
        f":dithering=none,hwdownload,format={fmt}"
    )
    command = ["ffmpeg", "-loglevel", "error", "-init_hw_device", "vulkan", "-i", video]
    command += ["-vf", chain, "-f", "rawvideo", "-"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    rows, columns = size[0] * scale, size[1] * scale
    kind = np.dtype("<u2" if FORMATS[fmt] > 8 else np.uint8)
    luma = np.frombuffer(data, kind, rows * columns).reshape(rows, columns).astype(np.float64)
    if kind.itemsize == 1:
        return luma
    return luma / 4 if levels == "limited" else luma * (255 / 1023)


def through_mpv(
    program: Program,
    shader: Path,
    folder: Path,
    screen: str,
    how: str,
    video: Path,
    fmt: str,
    levels: str,
) -> NDArray[np.float64]:
    """The luma that the window's gray was made of."""
    player = Mpv(program, shader, folder, screen, how.split())
    command = [word for word in player.command if not word.startswith("--vf=")]
    size = f"--geometry={64 * program.scale}x{48 * program.scale}+0+0"
    command += [f"--vf=format=fmt={fmt}:colorlevels={levels}", size, str(video)]
    subprocess.run(command, check=True, env={**os.environ, "DISPLAY": screen})
    shown = to_depth(read(player.shot).pixels, np.uint8).astype(np.float64)
    player.shot.unlink()
    gray = shown if shown.ndim == 2 else shown[..., 1]
    return gray * 219 / 255 + 16 if levels == "limited" else gray


def tables() -> dict[str, str]:
    """The table of the result file."""
    lines = ["| player | format | range | pixels | differ | by at most |"]
    lines.append("| --- | --- | --- | ---: | ---: | ---: |")
    for found in harness.read_result(RESULT)["rows"]:
        cells = [found[key] for key in ("player", "format", "range")]
        lines.append(
            f"| {' | '.join(cells)} | {found['pixels']:,} | {found['differ']:,} | {found['most']} |"
        )
    return {"ten bits": "\n".join(lines)}


if __name__ == "__main__":
    main()

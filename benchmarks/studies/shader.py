"""Where does the shader give the reference's integers, and by how much is it off elsewhere?

Every shader of the zoo, in each of its ways to keep integers, on small photographs and noise:

- in OpenGL, in textures of half floats, 16-bit integers and floats;
- in libplacebo on Vulkan, in those that it has;
- in whole players, where they are installed: ffmpeg's filter libplacebo, from a video file to a
  video file, and mpv, from a video file to what its window shows on an Xvfb.

    python -m benchmarks.studies.shader

Programs that are in the result file as they are now are not run again.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import harness
from srq.export.glsl import Glsl
from srq.image.depth import to_depth
from srq.image.io import read
from srq.program import Program, load
from srq.program.reference import Reference
from srq.provenance import Provenance
from srq.stimuli.natural import natural
from srq.verify.glsl import Player, ShaderSubject, parse
from srq.verify.libplacebo import HALF_FLOATS, PlaceboSubject, compiled
from srq.zoo import resolve
from srq.zoo.networks import NETWORKS

RESULT = harness.RESULTS / "shader.json"

KEPT = [
    ("half", "rgba16f"),
    ("half", "rgba32f"),
    ("unorm", "rgba16"),
    ("unorm", "rgba32f"),
    ("float", "rgba32f"),
    ("float", "rgba16f"),
]
"""The shader's textures, and what its passes are kept in."""

MPV = [
    ("--vo=gpu-next", "half", "auto"),
    ("--vo=gpu", "half", "auto"),
    ("--vo=gpu --opengl-es=yes", "half", "auto"),
    ("--vo=gpu", "unorm", "rgba16"),
    ("--vo=gpu", "float", "rgba32f"),
    ("--vo=gpu", "float", "auto"),
]
"""How mpv is run: its options, the shader's textures, its --fbo-format."""

_SHOT = """mp.register_event("playback-restart", function()
  mp.add_timeout(0.5, function()
    mp.commandv("screenshot-to-file", "%s", "window")
    mp.command("quit")
  end)
end)
"""

Run = Callable[[NDArray], NDArray]


def main() -> None:
    """Fill in the result file."""
    parser = harness.parser(__doc__)
    parser.add_argument("--json", type=Path, default=RESULT)
    options = parser.parse_args()
    record: dict[str, Any] = {
        "made": Provenance.now().to_json(),
        "players": players(),
        "programs": {},
    }
    held = harness.read_result(options.json) if options.json.is_file() else None
    # A Program for FPGAs has other weights than the one that it was cut from, and no other ops.
    small = (name for name, network in NETWORKS.items() if network.quality == "fast")
    for name in (name for name in small if not name.endswith("-fpga")):
        program = load(resolve(name, "program"))
        about = {"fingerprint": program.fingerprint, **weight(program)}
        record["programs"][name] = _held(held, record["players"], name, about) or about
        if "rows" not in record["programs"][name]:
            about["rows"] = []
            for row in rows(program):
                about["rows"].append(row)
                print(name, *row.values(), flush=True)
        harness.write_result(options.json, record, indent=1)


def _held(
    held: dict[str, Any] | None, players: dict[str, str], name: str, about: dict[str, Any]
) -> dict[str, Any] | None:
    """What an earlier run found of a Program that is still what it was, in the same players."""
    if not held or held["players"] != players:
        return None
    done = held["programs"].get(name, {})
    return done if {**done, "rows": None} == {**about, "rows": None} else None


def weight(program: Program) -> dict[str, int]:
    """What a pixel of the low-resolution video takes: passes, texels read, bytes of textures."""
    text = next(d for p, d in Glsl().files(program).items() if p.endswith(".glsl")).decode()
    hooks = parse(text)
    reads = sum(len(re.findall(r"= (?:here|near|luma)\w*\(", h.body)) for h in hooks[:-1])
    functions = sum(len(re.findall(r"= here\w*\(texels", h.body)) for h in hooks[:-1])
    larger = program.scale**2
    return {
        "passes": len(hooks),
        "texels read": reads - functions + larger,
        "bytes": 8 * (len(hooks) - 1 + larger),
    }


def rows(program: Program) -> Iterator[dict[str, Any]]:
    """Every way to run the program's shader, with how many pixels differ and by how much."""
    pictures = [picture[:96, :96] for picture in natural().values()]
    pictures.append(np.random.default_rng(0).integers(0, 256, (96, 96)).astype(np.uint8))
    expected = [Reference(program)(picture) for picture in pictures]

    def row(player: str, textures: str, kept: str, run: Run) -> dict[str, Any]:
        off = [
            np.abs(run(picture).astype(int) - wanted)
            for picture, wanted in zip(pictures, expected, strict=True)
        ]
        return {
            "player": player,
            "textures": textures,
            "kept in": kept,
            "pixels": sum(o.size for o in off),
            "differ": sum(int(np.count_nonzero(o)) for o in off),
            "most": max(int(o.max()) for o in off),
        }

    for textures, kind in [*KEPT, ("half", "rgba16")]:
        with Player(kind) as player:
            subject = ShaderSubject(program, Glsl(textures=textures), player)
            yield row("OpenGL", textures, kind, subject.run)
    with tempfile.TemporaryDirectory() as folder, compiled() as player:
        for textures, kind in KEPT:
            shader = written(program, textures, Path(folder))
            named = HALF_FLOATS if kind == "rgba16f" else kind
            subject = PlaceboSubject(program, player, shader, named)
            yield row("libplacebo", textures, kind, subject.run)
            subject.close()
        shader = written(program, "half", Path(folder))
        if shutil.which("ffmpeg"):
            yield row("ffmpeg", "half", "auto", Ffmpeg(program, shader, Path(folder)))
        if shutil.which("mpv") and shutil.which("Xvfb"):
            with display() as screen:
                for how, textures, kept in MPV:
                    shader = written(program, textures, Path(folder))
                    run = Mpv(
                        program,
                        shader,
                        Path(folder),
                        screen,
                        [*how.split(), f"--fbo-format={kept}"],
                    )
                    yield row(f"mpv {how}", textures, kept, run)


def written(program: Program, textures: str, folder: Path) -> Path:
    """The shader's path, in ``folder``."""
    for path, data in Glsl(textures=textures, enlarge_from=0).files(program).items():
        (folder / path).write_bytes(data)
    return next(folder.glob("*.glsl"))


class Ffmpeg:
    """Runs pictures through ffmpeg's filter libplacebo, as gray YUV."""

    def __init__(self, program: Program, shader: Path, folder: Path) -> None:
        self.scale, self.shader, self.folder = program.scale, shader, folder

    def __call__(self, picture: NDArray) -> NDArray:
        """The luma of the only frame."""
        rows, columns = picture.shape
        video = video_of(picture, self.folder)
        chain = (
            "format=yuv420p,hwupload,libplacebo="
            f"w=iw*{self.scale}:h=ih*{self.scale}:custom_shader_path={self.shader}"
            ":dithering=none,hwdownload,format=yuv420p"
        )
        command = ["ffmpeg", "-loglevel", "error", "-init_hw_device", "vulkan", "-i", video]
        command += ["-vf", chain, "-f", "rawvideo", "-"]
        data = subprocess.run(command, check=True, capture_output=True).stdout
        size = rows * self.scale, columns * self.scale
        return np.frombuffer(data, np.uint8, size[0] * size[1]).reshape(size)


class Mpv:
    """Shows pictures in mpv's window, as full-range gray YUV, and takes what the window shows."""

    def __init__(
        self, program: Program, shader: Path, folder: Path, display: str, options: list[str]
    ) -> None:
        self.scale, self.folder, self.display = program.scale, folder, display
        self.shot, script = folder / "shot.png", folder / "shot.lua"
        script.write_text(_SHOT % self.shot)
        self.command = [
            *("mpv", "--no-config", "--msg-level=all=error", "--no-border", "--keep-open"),
            *("--gpu-context=x11egl", "--gpu-sw", "--dither-depth=no"),
            *(f"--glsl-shaders={shader}", f"--script={script}", "--vf=format=colorlevels=full"),
            *options,
        ]

    def __call__(self, picture: NDArray) -> NDArray:
        """The gray of the window."""
        rows, columns = picture.shape
        window = f"--geometry={columns * self.scale}x{rows * self.scale}+0+0"
        command = [*self.command, window, video_of(picture, self.folder)]
        subprocess.run(command, check=True, env={**os.environ, "DISPLAY": self.display})
        shown = to_depth(read(self.shot).pixels, np.uint8)  # vo=gpu-next gives 16 bits
        self.shot.unlink()
        return shown if shown.ndim == 2 else shown[..., 1]


def video_of(picture: NDArray, folder: Path) -> Path:
    """A video of one frame: the picture as luma, no colour."""
    rows, columns = picture.shape
    path = folder / "video.y4m"
    head = f"YUV4MPEG2 W{columns} H{rows} F25:1 C420jpeg\nFRAME\n"
    path.write_bytes(head.encode() + picture.tobytes() + bytes([128]) * (rows * columns // 2))
    return path


@contextmanager
def display() -> Iterator[str]:
    """A display in memory, that stays when its last window closes."""
    command = ["Xvfb", "-displayfd", "1", "-noreset", "-screen", "0", "640x640x24"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        try:
            yield f":{int(server.stdout.readline())}"
        finally:
            server.terminate()


def players() -> dict[str, str]:
    """What ran, as each says of itself."""
    with Player() as player:
        found = {"OpenGL": player.renderer}
    for command in (["ffmpeg", "-version"], ["mpv", "--version"]):
        if shutil.which(command[0]):
            output = subprocess.run(command, capture_output=True, text=True).stdout
            found[command[0]] = " ".join(output.split()[:3])
    done = subprocess.run(["pkg-config", "--modversion", "libplacebo"], capture_output=True)
    return {**found, "libplacebo": done.stdout.decode().strip()}


def tables() -> dict[str, str]:
    """The tables of the result file."""
    record = harness.read_result(RESULT)
    return {"differences": differences(record), "cost": cost(record)}


def differences(record: dict[str, Any]) -> str:
    """The rows of a result as markdown, all programs together."""
    together: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for program in record["programs"].values():
        for row in program["rows"]:
            together.setdefault((row["player"], row["textures"], row["kept in"]), []).append(row)
    lines = ["| run in | `--textures` | layers kept in | pixels | differ | by at most |"]
    lines.append("| --- | --- | --- | ---: | ---: | ---: |")
    for (player, textures, kept), found in together.items():
        pixels, differ = (sum(row[key] for row in found) for key in ("pixels", "differ"))
        most = max(row["most"] for row in found)
        lines.append(f"| {player} | {textures} | {kept} | {pixels:,} | {differ:,} | {most} |")
    return "\n".join(lines)


def cost(record: dict[str, Any]) -> str:
    """What each program's shader takes, as markdown."""
    lines = [
        "| program | passes | texels read a pixel | textures at 1280 x 720 |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, program in record["programs"].items():
        megabytes = program["bytes"] * 1280 * 720 / 1e6
        lines.append(
            f"| {name} | {program['passes']} | {program['texels read']} | {megabytes:.0f} MB |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()

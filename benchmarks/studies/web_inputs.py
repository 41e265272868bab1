"""What do the web networks give on pictures that another pipeline than their training's spoilt?

Test pictures go through OpenCV as through web services: shrunk and stored as WebP, or shrunk,
stored as JPEG, and then shrunk and stored once more; and through BSRGAN's degradation. None of
these made training data; "clean" shows what the networks lose where nothing was spoilt. Qualities
are drawn, the same for every network. Networks are Programs, run by the native engine.

    python -m benchmarks.studies.web_inputs
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import harness
from srq import load, program, zoo
from srq.datasets.benchmarks import load_set
from srq.datasets.protocol import modcrop
from srq.degrade import Recipe
from srq.image.colour import luma
from srq.image.metrics import psnr
from srq.image.resize import bicubic
from srq.provenance import Provenance

RESULT = harness.RESULTS / "web_inputs.json"
SETS = ("Set5", "Set14", "B100")
NETWORKS = {
    2: ("kim-x2", "kim-x2-compressed", "medium-x2-compressed", "web-x2"),
    4: ("kim-x4", "medium-x4-compressed", "web-x4"),
}

Pixels = NDArray[np.uint8]


def shrunk(pixels: Pixels, factor: float) -> Pixels:
    import cv2

    height, width = pixels.shape[:2]
    size = round(width * factor), round(height * factor)
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def coded(pixels: Pixels, suffix: str, option: int, quality: int) -> Pixels:
    import cv2

    _, stream = cv2.imencode(suffix, pixels[..., ::-1], [option, quality])
    made = cv2.imdecode(stream, cv2.IMREAD_COLOR)
    assert made is not None
    return made[..., ::-1].astype(np.uint8, copy=False)


def clean(hr: Pixels, scale: int, rng: np.random.Generator) -> Pixels:
    return bicubic(hr, scale=1 / scale).astype(np.uint8, copy=False)


def reuploaded(hr: Pixels, scale: int, rng: np.random.Generator) -> Pixels:
    """A JPEG of a larger size, taken, shrunk and stored again."""
    import cv2

    first, last = int(rng.integers(70, 96)), int(rng.integers(50, 91))
    between = float(rng.uniform(1.2, 2)) / scale
    once = coded(shrunk(hr, min(between, 1)), ".jpg", cv2.IMWRITE_JPEG_QUALITY, first)
    size = hr.shape[1] // scale, hr.shape[0] // scale
    again = cv2.resize(once, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return coded(again, ".jpg", cv2.IMWRITE_JPEG_QUALITY, last)


def webp(hr: Pixels, scale: int, rng: np.random.Generator) -> Pixels:
    import cv2

    quality = int(rng.integers(50, 91))
    return coded(shrunk(hr, 1 / scale), ".webp", cv2.IMWRITE_WEBP_QUALITY, quality)


def bsrgan(hr: Pixels, scale: int, rng: np.random.Generator) -> Pixels:
    return Recipe.load("bsrgan").apply(hr, scale=scale, seed=int(rng.integers(1 << 32)))


INPUTS: dict[str, Callable[[Pixels, int, np.random.Generator], Pixels]] = {
    "clean": clean,
    "JPEG, twice": reuploaded,
    "WebP": webp,
    "BSRGAN": bsrgan,
}


def scores(name: str, scale: int, engines: dict[str, Any]) -> dict[str, dict[str, float]]:
    """The mean PSNR of luma over a set's pictures, by input and way."""
    found: dict[str, dict[str, list[float]]] = {kind: {} for kind in INPUTS}
    for number, picture in enumerate(load_set(name)):
        rgb = picture.rgb_or_gray
        rgb = rgb if rgb.ndim == 3 else np.dstack([rgb] * 3)
        hr = np.ascontiguousarray(modcrop(rgb, scale))
        for kind, spoil in INPUTS.items():
            lr = luma(
                np.ascontiguousarray(spoil(hr, scale, np.random.default_rng((number, scale))))
            )
            made = {"bicubic": bicubic(lr, scale=scale)}
            made |= {network: np.asarray(engine(lr)) for network, engine in engines.items()}
            for way, pixels in made.items():
                found[kind].setdefault(way, []).append(psnr(pixels, luma(hr), shave=scale))
        print(f"{name} x{scale}: {number + 1}", file=sys.stderr, flush=True)
    return {
        kind: {way: round(float(np.mean(each)), 3) for way, each in ways.items()}
        for kind, ways in found.items()
    }


def main() -> int:
    import cv2

    options = _options()
    there = zoo.names("program")
    result: dict[str, Any] = {"made": Provenance.now().to_json() | {"opencv": cv2.__version__}}
    for scale, networks in NETWORKS.items():
        programs = {
            name: program.load(zoo.resolve(name, "program")) for name in networks if name in there
        }
        engines = {name: load(name, threads=1) for name in programs}
        result[f"x{scale}"] = {
            "programs": {name: each.fingerprint for name, each in programs.items()},
            "sets": {name: scores(name, scale, engines) for name in SETS},
        }
    harness.write_result(options.json, result)
    for name, table in tables().items():
        print(f"{name}\n{table}\n")
    return 0


def tables() -> dict[str, str]:
    """PSNR for each scale, for docs/results/web.md: the networks by the inputs, sets together."""
    report = harness.read_result(RESULT)
    return {f"x{scale}": _table(report[f"x{scale}"]["sets"]) for scale in NETWORKS}


def _table(sets: dict[str, dict[str, dict[str, float]]]) -> str:
    columns = [(kind, name) for kind in INPUTS for name in sets]
    ways = next(iter(next(iter(sets.values())).values()))
    lines = ["| | " + " | ".join(f"{kind}, {name}" for kind, name in columns) + " |"]
    lines.append("|---|" + "---:|" * len(columns))
    for way in ways:
        cells = []
        for kind, name in columns:
            score, floor = sets[name][kind][way], sets[name][kind]["bicubic"]
            gain = "" if way == "bicubic" else f" ({score - floor:+.2f})"
            cells.append(f"{score:.2f}{gain}")
        lines.append(f"| {way} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("--json", type=Path, default=RESULT, metavar="FILE")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

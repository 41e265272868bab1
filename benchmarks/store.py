"""In how few bytes are pictures kept at a floor of fidelity, and by what?

    python -m benchmarks.store [--photos FOLDER] [--cameras FOLDER] [--side 256]

Each picture is searched in every way at each floor of ``srq.store.modes``; all that was measured on
the way is in the result. Photographs of FOLDER (scikit-image's without it) are cut to a square of
``--side`` in their middle and come as JPEG of quality 95; camera JPEGs come as they are; graphics
are scikit-image's scanned text, and a page and a window that are drawn here, as PNG.
"""

import io
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from benchmarks import harness
from srq.provenance import Provenance
from srq.store.candidates import all_ways
from srq.store.choose import Stored, Trials, choice_of, exact_forms, smallest_above
from srq.store.modes import FLOORS, mode_named
from srq.store.screen import screened
from srq.upscaling.fingerprints import Programs

RESULT = harness.RESULTS / "store.json"

CURVES = ("bytes", "ssimulacra2", "psnr", "ssim")
"""Of all that was measured, by way."""

_NO_LIMIT = 10**12


def main() -> None:
    parser = harness.parser(__doc__)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--cameras", type=Path)
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument(
        "--json", type=Path, default=RESULT, help="another file goes on from what it has"
    )
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    if options.json.exists() and options.json != RESULT:
        rows = harness.read_result(options.json)["pictures"]
    done = {row["name"] for row in rows}
    programs = Programs()
    for group, name, data in pictures(options.photos, options.cameras, options.side):
        if name in done:
            continue
        rows.append({"name": name, "group": group, **searched(data, programs)})
        made = Provenance.now().to_json()
        result = {"made": made, "side": options.side, "pictures": rows}
        harness.write_result(options.json, result, indent=1)
        print(f"{name}: {len(data)} bytes came", flush=True)


def pictures(
    photos: Path | None, cameras: Path | None, side: int
) -> Iterator[tuple[str, str, bytes]]:
    """Group, name and file of each."""
    from skimage import data

    if photos is None:
        for name in ("astronaut", "chelsea", "coffee", "rocket"):
            yield "photos", name, jpeg(getattr(data, name)(), side)
    else:
        for path in sorted(photos.iterdir()):
            yield "photos", path.stem, jpeg(np.asarray(Image.open(path).convert("RGB")), side)
    for path in [] if cameras is None else sorted(cameras.iterdir()):
        yield "cameras", path.stem, path.read_bytes()
    yield "graphics", "scanned page", png(np.dstack([data.page()] * 3))
    yield "graphics", "drawn page", png(drawn_page(side))
    yield "graphics", "drawn window", png(drawn_window(side))


def jpeg(pixels: np.ndarray, side: int) -> bytes:
    top, left = ((length - side) // 2 for length in pixels.shape[:2])
    cut = Image.fromarray(pixels[top : top + side, left : left + side])
    stream = io.BytesIO()
    cut.save(stream, "JPEG", quality=95)
    return stream.getvalue()


def png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def drawn_page(side: int) -> np.ndarray:
    """Lines of text in Pillow's own font."""
    image = Image.new("RGB", (side, side), "white")
    draw = ImageDraw.Draw(image)
    for row in range(side // 14):
        draw.text((6, 4 + 14 * row), f"{row + 1}. What the eye reads must stay sharp.", "black")
    return np.asarray(image)


def drawn_window(side: int) -> np.ndarray:
    """A bar, buttons, and slopes of colour behind them."""
    across = np.linspace(40, 200, side, dtype=np.uint8)
    planes = (across + 0 * across[:, None], across[:, None] + 0 * across, 0 * across + 160)
    slope = np.dstack([np.broadcast_to(plane, (side, side)) for plane in planes])
    image = Image.fromarray(slope)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, side, 22), "#333")
    draw.text((8, 5), "Window", "white")
    for place in range(3):
        box = (16, 48 + 48 * place, 116, 76 + 48 * place)
        draw.rounded_rectangle(box, 6, "#eee", "#555")
        draw.text((28, 56 + 48 * place), f"Button {place + 1}", "#111")
    return np.asarray(image)


def searched(data: bytes, programs: Programs) -> dict[str, Any]:
    """At each floor the fewest bytes of every way, and what the store chooses; and all that was
    measured of every way."""
    picture, kept = screened(data, "it")
    assert picture is not None, kept
    tried = Trials(picture, programs)
    exact = list(exact_forms(data))
    ways = all_ways(programs)
    floors = {}
    for mode, floor in FLOORS.items():
        chosen = choice_of(mode_named(mode), exact, tried, None, ways).stored
        every = [smallest_above(tried, way, floor, _NO_LIMIT) for way in ways]
        found = {one.name: plain(one) for one in [*exact, *every] if one is not None}
        floors[mode] = {"chosen": {"way": chosen.name, **plain(chosen)}, "ways": found}
    curves: dict[str, dict[str, list[float]]] = {}
    for one in sorted(tried.all(), key=lambda one: one.bytes):
        curve = curves.setdefault(one.name, {key: [] for key in CURVES})
        for key, value in plain(one).items():
            if key in curve:
                curve[key].append(value)
    return {"came": len(data), "size": list(picture.size), "floors": floors, "curves": curves}


def plain(stored: Stored) -> dict[str, Any]:
    told = {"bytes": stored.bytes, "quality": stored.form.quality, "scale": stored.form.scale}
    if stored.fidelity is None:
        return {**told, "ssimulacra2": None}
    measured = asdict(stored.fidelity).items()
    # A restored picture that is the very one has infinitely many dB.
    return {**told, **{name: round(min(value, 100.0), 4) for name, value in measured}}


if __name__ == "__main__":
    main()

"""From which file on does the network for compressed pictures do better than the clean one?

Training pictures are made smaller, coded in many ways, decoded and made larger by both networks.
A limit is where a way of coding is best divided between them: the mean PSNR over all its files is
the greatest. ``srq/zoo/choice.py`` has the limits, rounded; --shown then measures that rule on
folders of test pictures.

    python -m benchmarks.studies.choice            # finds the limits
    python -m benchmarks.studies.choice --shown    # the rule on Set5, Set14 and B100
"""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks import harness
from benchmarks.studies import choice_clips
from srq import load
from srq.datasets.benchmarks import BenchmarkPicture, load_set
from srq.errors import MissingDependencyError
from srq.image.coding import Coding, coding_of
from srq.image.colour import luma
from srq.image.jpeg_trace import jpeg_trace
from srq.image.metrics import psnr
from srq.image.resize import bicubic
from srq.provenance import Provenance
from srq.zoo.choice import choose

RESULT = harness.RESULTS / "choice.json"
NETWORKS = {"clean": "kim-x2", "compressed": "kim-x2-compressed"}
WAYS = ("bicubic", *NETWORKS)
TRAINING = {"BSD200": 5, "T91": 3, "BSDS500test": 4}
"""The sets, and that every so many of their pictures is taken."""
LEFT_OUT = "302003"  # of BSD200: it is Set5's 'woman' at another size
SHOWN = {"Set5": 1, "Set14": 1, "B100": 5}
"""The test sets, and that every so many of their pictures is taken."""

_JPEG = (*range(10, 90, 10), 75, 85, 88, *range(90, 101))
_FLAT = (1, 2, 3, 4, 5, 6, 8, 12, 20)
_PRESETS = ("web_low", "web_medium", "web_high", "web_very_high", "low", "medium", "high")
CASES: dict[str, list[dict[str, Any]]] = {
    "PNG": [{}],
    "JPEG": [
        *({"quality": q} for q in _JPEG),
        *({"quality": q, "subsampling": "4:4:4"} for q in (50, 75, 90, 95, 100)),
        *({"qtables": [[step] * 64] * 2} for step in _FLAT),
        *({"quality": name} for name in _PRESETS),
    ],
    "WebP": [{"quality": q} for q in (10, 30, 50, 70, 80, 90, 95, 100)],
    "AVIF": [{"quality": q, "speed": 8} for q in (20, 40, 50, 60, 70, 80, 90, 100)],
    "HEIC": [{"quality": q} for q in (10, 30, 40, 50, 60, 70, 80, 90)],
}
SHOWN_CASES: dict[str, list[dict[str, Any]]] = {
    "JPEG": [{"quality": q} for q in range(10, 101, 10)],
    "WebP": [{"quality": q} for q in (50, 75, 95)],
    "AVIF": [{"quality": q, "speed": 8} for q in (40, 60, 80)],
    "PNG": [{}],
    "PNG from a JPEG": [{"quality": q} for q in (30, 50, 75, 90)],
}


def coded(rgb: NDArray[np.uint8], kind: str, options: dict[str, Any]) -> bytes:
    """The file of a picture."""
    image = Image.fromarray(rgb)
    if kind == "PNG from a JPEG":
        image, kind, options = Image.open(io.BytesIO(coded(rgb, "JPEG", options))), "PNG", {}
    stream = io.BytesIO()
    image.save(stream, {"WebP": "WEBP", "HEIC": "HEIF"}.get(kind, kind), **options)
    return stream.getvalue()


def decoded(data: bytes) -> tuple[NDArray[np.uint8], Coding]:
    """The pixels of a file, RGB, and how it held them."""
    image = Image.open(io.BytesIO(data))
    coding = coding_of(image, data)
    assert coding is not None
    return np.asarray(image.convert("RGB")), coding


def enlarged(codes: NDArray[np.uint8], engines: dict[str, Any]) -> dict[str, NDArray[np.uint8]]:
    """Luma at x2 by bicubic and by both networks."""
    made = {"bicubic": bicubic(codes, scale=2)}
    return made | {name: np.asarray(engine(codes)) for name, engine in engines.items()}


def scores(codes: NDArray[np.uint8], truth: NDArray[np.uint8], engines: dict[str, Any]) -> Any:
    """PSNR of luma at x2, each way."""
    return {way: psnr(a, truth, shave=2) for way, a in enlarged(codes, engines).items()}


def training() -> list[BenchmarkPicture]:
    """The pictures that limits are found on."""
    sets = [load_set(name)[::step] for name, step in TRAINING.items()]
    return [picture for found in sets for picture in found if picture.name != LEFT_OUT]


def rgb_of(picture: BenchmarkPicture) -> NDArray[np.uint8]:
    """RGB at even height and width."""
    rgb = picture.rgb_or_gray
    rgb = rgb if rgb.ndim == 3 else np.dstack([rgb] * 3)
    return np.ascontiguousarray(rgb[: rgb.shape[0] // 2 * 2, : rgb.shape[1] // 2 * 2])


def file_rows(engines: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What became of every picture in every way of coding."""
    for picture in training():
        rgb = rgb_of(picture)
        small, truth = bicubic(rgb, scale=0.5), luma(rgb)
        for kind, cases in CASES.items():
            for options in cases:
                pixels, coding = decoded(coded(small, kind, options))
                row = {"kind": kind, "case": _label(options), "quality": coding.quality}
                row |= {"bits": coding.bits_per_pixel, **scores(luma(pixels), truth, engines)}
                if kind in ("PNG", "JPEG"):
                    row["trace"] = jpeg_trace(pixels)
                yield row


def clip_rows(engines: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What became of every clip in every way of coding."""
    for number, picture in enumerate(training()[::5]):
        rgb = rgb_of(picture)
        if sorted(rgb.shape[:2]) < sorted(choice_clips.WINDOW):
            continue
        frames = choice_clips.windows(rgb, number)
        small = [choice_clips.planes_of(bicubic(frame, scale=0.5)) for frame in frames]
        for codec, encoder, settings in choice_clips.cases():
            bits, lumas = choice_clips.coded(small, encoder, settings)
            each = [
                scores(codes, luma(frame), engines)
                for codes, frame in list(zip(lumas, frames, strict=True))[::3]
            ]
            row = {way: float(np.mean([score[way] for score in each])) for way in WAYS}
            quality = settings.get("crf") or settings["q"]
            yield {"kind": codec, "case": quality, "bits": bits, "quality": None, **row}


def limit(rows: list[dict[str, Any]], key: str, sign: int = 1) -> dict[str, Any]:
    """The best limit of ``key``, and the mean gain over "clean" by it and by other rules.

    "compressed" takes what is at most the limit, with a ``sign`` of -1 what is at least. A limit
    below everything is 0.
    """
    facts = np.array([sign * row[key] for row in rows])
    gains = np.array([row["compressed"] - row["clean"] for row in rows])
    order = np.argsort(facts, kind="stable")
    facts, sums = facts[order], np.cumsum(gains[order])
    ends = np.flatnonzero(np.append(facts[1:] != facts[:-1], True))
    best = ends[np.argmax(sums[ends])]
    found = sign * float(facts[best]) if sums[best] > 0 else 0.0
    return {
        "limit": float(f"{found:.3g}"),
        "files": len(rows),
        "by the limit": round(max(float(sums[best]), 0.0) / len(rows), 4),
        "all compressed": round(float(gains.mean()), 4),
        "best of both": round(float(np.maximum(gains, 0).mean()), 4),
    }


def limits(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The limit of each way of coding, by its name."""
    found = {}
    for kind in dict.fromkeys(row["kind"] for row in rows):
        own = [row for row in rows if row["kind"] == kind]
        if kind == "JPEG":
            found[kind] = limit(own, "quality")
            # The same pixels in a PNG, and pixels that never were a JPEG.
            traced = own + [row for row in rows if row["kind"] == "PNG"]
            found["PNG, by its trace"] = limit(traced, "trace", -1)
        elif kind != "PNG":
            found[kind] = limit(own, "bits")
    return found


def means(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row for each way of coding: means over the pictures."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["kind"], row["case"]), []).append(row)
    found = []
    for (kind, case), group in groups.items():
        mean: dict[str, Any] = {"kind": kind, "case": case, "files": len(group)}
        for key in ("quality", "bits", "trace", *WAYS):
            values = [row[key] for row in group if row.get(key) is not None]
            mean[key] = round(float(np.mean(values)), 3) if values else None
        mean["compressed better"] = round(
            float(np.mean([row["compressed"] > row["clean"] for row in group])), 3
        )
        found.append(mean)
    return found


def shown(engines: dict[str, Any]) -> list[dict[str, Any]]:
    """PSNR on the test sets, with one network for all files and with the rule's."""
    found = []
    for name, step in SHOWN.items():
        for kind, cases in SHOWN_CASES.items():
            for options in cases:
                rows = []
                for picture in load_set(name)[::step]:
                    rgb = rgb_of(picture)
                    pixels, coding = decoded(coded(bicubic(rgb, scale=0.5), kind, options))
                    row = scores(luma(pixels), luma(rgb), engines)
                    network = choose(2, coding, pixels, "fast").network
                    way = next(way for way, known in NETWORKS.items() if known == network)
                    rows.append(row | {"auto": row[way], "taken": way == "compressed"})
                mean = {way: round(float(np.mean([r[way] for r in rows])), 3) for way in rows[0]}
                found.append({"set": name, "kind": kind, "case": _label(options), **mean})
    return found


def _label(options: dict[str, Any]) -> str:
    if "qtables" in options:
        return f"every step {options['qtables'][0][0]}"
    words = [str(options["quality"])] if "quality" in options else []
    return " ".join([*words, *([options["subsampling"]] if "subsampling" in options else [])])


def tables() -> dict[str, str]:
    """The tables of the result file, as markdown."""
    result = harness.read_result(RESULT)
    return {
        "limits": _limits_table(result["limits"]),
        "files": _table(result["means"], ["kind", "case", "quality", "bits"]),
        "shown": _table(result["shown"], ["set", "kind", "case"], (*WAYS, "auto")),
    }


def _limits_table(found: dict[str, Any]) -> str:
    columns = ("limit", "files", "by the limit", "all compressed", "best of both")
    lines = [f"| coded as | {' | '.join(columns)} |", "| --- |" + " ---: |" * len(columns)]
    for kind, row in found.items():
        gains = [f"{row[column]:+.3f}" for column in columns[2:]]
        lines.append(f"| {kind} | {row['limit']:g} | {row['files']} | {' | '.join(gains)} |")
    return "\n".join(lines)


def _table(rows: list[dict[str, Any]], facts: list[str], ways: tuple[str, ...] = WAYS) -> str:
    lines = [f"| {' | '.join([*facts, *ways])} |"]
    lines.append("| " + " | ".join(["---", *["---:"] * (len(facts) + len(ways) - 1)]) + " |")
    for row in rows:
        cells = ["" if row[fact] is None else _cell(row[fact]) for fact in facts]
        lines.append(f"| {' | '.join([*cells, *(f'{row[way]:.2f}' for way in ways)])} |")
    return "\n".join(lines)


def _cell(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def main() -> None:
    parser = harness.parser(__doc__)
    parser.add_argument("--shown", action="store_true", help="the rule on test pictures")
    options = parser.parse_args()
    engines = {kind: load(name, threads=1) for kind, name in NETWORKS.items()}
    result = harness.read_result(RESULT) if RESULT.exists() else {}
    if options.shown:
        result["shown"] = shown(engines)
    else:
        _register_heic()
        rows = [*file_rows(engines), *clip_rows(engines)]
        result["made"] = Provenance.now().to_json()
        result["pictures"] = {"sets": TRAINING, "left out": LEFT_OUT, "count": len(training())}
        result |= {"limits": limits(rows), "means": means(rows)}
    harness.write_result(RESULT, result)


def _register_heic() -> None:
    try:
        import pillow_heif
    except ImportError as error:
        raise MissingDependencyError("This needs pillow-heif: pip install 'srq[heic]'.") from error
    pillow_heif.register_heif_opener()


if __name__ == "__main__":
    main()

"""Does the gate of ``srq data curate`` rank clean pictures over spoilt ones?

Each picture is blurred, made noisy, and compressed at three levels each, and compressed and then
halved, beside itself halved. A scorer ranks a pair right if the clean picture is the better one.
The gate was fitted to BSDS500test and is tested on BSD200 and T91. What the fit leaves open, CROSS
and PENALTY, is chosen by fits to some pictures of BSDS500test, tested on its others.

    python -m benchmarks.studies.curation           # the test
    python -m benchmarks.studies.curation --fit     # fits the gate anew, then tests it
"""

import argparse
import io
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import PIL
from numpy.typing import NDArray
from PIL import Image

from benchmarks import harness
from srq.datasets.curate.scorers import defects
from srq.datasets.curate.scorers.registry import SCORERS
from srq.datasets.lists import training_pictures
from srq.datasets.pictures import read_uint8
from srq.degrade.kinds.blur.gaussian import gaussian_blur
from srq.files import write_text
from srq.image.depth import quantize
from srq.parallel.workers import map_in_processes
from srq.provenance import Provenance

RESULT = harness.RESULTS / "curation.json"
FITTED = Path(defects.__file__).with_name("defects.json")
FIT_ON, TEST_ON = "BSDS500test", ("BSD200", "T91")
SALTED = "BSD200"

Pixels = NDArray[np.uint8]
DEFECTS = {
    "blur": "radius 0.7, 1.4, 2.8",
    "noise": "sigma 4, 10, 25",
    "JPEG": "quality 85, 50, 15",
    "WebP": "quality 85, 50, 15",
    "JPEG, then halved": "quality 85, 50, 15",
}
BARS = {"blur": 0.95, "noise": 0.95, "JPEG": 0.95, "WebP": 0.85, "JPEG, then halved": 0.85}
SINGLE = ("grid", "laplacian", "reblur", "flat_noise", "entropy", "high_frequency", "dead_blocks")
WORST = "worst of three"
"""The largest deviation from clean pictures' mean, of grid, reblur and flat_noise."""

CROSS = (0.0, 0.1, 0.25, 0.5, 1.0)
"""How much a comparison with another picture weighs in the fit; one with the same weighs 1."""
PENALTY = (1e-5, 1e-4, 1e-3, 1e-2)
"""How much a weight's square costs in the fit."""
FOLDS = 5
ROWS = 17
"""A picture's versions: clean, clean and halved, and three levels of each defect."""


def coded(pixels: Pixels, codec: str, quality: int) -> Pixels:
    stream = io.BytesIO()
    options = {"method": 4} if codec == "WEBP" else {}
    Image.fromarray(pixels).save(stream, codec, quality=quality, **options)
    with Image.open(stream) as image:
        return np.asarray(image.convert("RGB"))


def halved(pixels: Pixels) -> Pixels:
    size = pixels.shape[1] // 2, pixels.shape[0] // 2
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))


def versions(path: Path) -> list[Pixels]:
    """A picture clean, clean and halved, and spoilt at three levels by each of DEFECTS."""
    clean = read_uint8(path)
    if clean.ndim == 2:
        clean = np.repeat(clean[..., None], 3, axis=2)
    rng = np.random.default_rng(int.from_bytes(path.stem.encode()[:8], "big"))
    made = [clean, halved(clean)]
    made += [quantize(gaussian_blur(clean, radius), np.uint8) for radius in (0.7, 1.4, 2.8)]
    for sigma in (4, 10, 25):
        made.append(quantize(clean + rng.normal(0, sigma, clean.shape), np.uint8))
    made += [coded(clean, "JPEG", quality) for quality in (85, 50, 15)]
    made += [coded(clean, "WEBP", quality) for quality in (85, 50, 15)]
    made += [halved(coded(clean, "JPEG", quality)) for quality in (85, 50, 15)]
    return made


def features_of(path: Path) -> NDArray[np.float64]:
    return np.stack([defects.features(pixels) for pixels in versions(path)])


def scores_of(path: Path) -> dict[str, list[float]]:
    """Each version's scores, so that less is better, and the gate's measures."""
    made = versions(path)
    found: dict[str, list[float]] = {}
    for name in (*SINGLE, "defects"):
        scorer = SCORERS.load(name)
        sign = -1 if scorer.better == "higher" else 1
        found[name] = [sign * scorer.measure(pixels) for pixels in made]
    return found


def pairs(kind: int) -> tuple[int, list[int]]:
    """The clean version and the three spoilt ones of a defect, by its number."""
    return int(kind == len(DEFECTS) - 1), [2 + 3 * kind + level for level in range(3)]


def main() -> int:
    options = _options()
    trials = harness.read_result(RESULT).get("trials", []) if RESULT.exists() else []
    if options.fit:
        values = _of_all(features_of, FIT_ON, options.jobs)
        fitted, trials = chosen_fit(np.stack(values))
        write_text(FITTED, json.dumps(fitted, indent=1) + "\n")
        _forget()
    reference = _arrays(_of_all(scores_of, FIT_ON, options.jobs, every=4))
    sets: dict[str, Any] = {}
    for name in TEST_ON:
        scores = _arrays(_of_all(scores_of, name, options.jobs))
        scores[WORST] = worst_of_three(scores, reference)
        sets[name] = {
            "pictures": len(scores["defects"]),
            "ranked": {scorer: ranked(table) for scorer, table in scores.items()},
            "kept": {scorer: salted(table) for scorer, table in scores.items()},
        }
    report = {
        "made": Provenance.now().to_json() | {"pillow": PIL.__version__},
        "fitted_on": FIT_ON,
        "levels": DEFECTS,
        "bars": BARS,
        "trials": trials,
        "sets": sets,
    }
    harness.write_result(options.json, report)
    gate = sets["BSD200"]["ranked"]["defects"]
    for kind, bar in BARS.items():
        print(f"{kind}: {gate[kind]:.3f} (at least {bar})")
    return int(any(gate[kind] < bar for kind, bar in BARS.items()))


def _forget() -> None:
    defects._fitted.cache_clear()


def _of_all(work: Callable[[Path], Any], name: str, jobs: int, every: int = 1) -> list[Any]:
    paths = training_pictures([name])[::every]
    found: list[Any] = []
    for result in map_in_processes(partial(work), paths, jobs):
        found.append(result)
        if len(found) % 20 == 0:
            print(f"{name}: {len(found)} of {len(paths)}", file=sys.stderr, flush=True)
    return found


def _arrays(found: list[dict[str, list[float]]]) -> dict[str, NDArray[np.float64]]:
    return {name: np.array([one[name] for one in found]) for name in found[0]}


def ranked(scores: NDArray[np.float64]) -> dict[str, float]:
    """The share of pairs, a picture clean and spoilt, of which the clean one is better."""
    found: dict[str, float] = {}
    for kind, name in enumerate(DEFECTS):
        clean, spoilt = pairs(kind)
        better = scores[:, [clean]] < scores[:, spoilt]
        found[name] = round(float(np.mean(better[~np.isnan(scores[:, spoilt])])), 4)
    return found


def salted(scores: NDArray[np.float64]) -> float:
    """How many of the best are clean, where each picture is there clean or spoilt and as many are
    kept as are clean: a share; by chance it is 1/2."""
    rng = np.random.default_rng(0)
    number = len(scores)
    full = [2 + k for k in range(ROWS - 2)]
    clean = rng.permutation(number) < number // 2
    spoilt = np.array([full[k % len(full)] for k in range(number)])
    # Of a halved picture the clean one is halved too, so that sizes tell nothing.
    small = spoilt >= 14
    chosen = np.where(clean, np.where(small, 1, 0), spoilt)
    values = np.nan_to_num(scores[np.arange(number), chosen], nan=np.inf)
    best = np.argsort(values, kind="stable")[: int(clean.sum())]
    return round(float(clean[best].mean()), 4)


def worst_of_three(
    scores: dict[str, NDArray[np.float64]], reference: dict[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """The gate without a fit: the largest of three deviations from the mean of clean pictures."""
    parts = []
    for name in ("grid", "reblur", "flat_noise"):
        clean = reference[name][:, 0]
        parts.append((scores[name] - clean.mean()) / clean.std())
    return np.max(parts, axis=0)


def chosen_fit(values: NDArray[np.float64]) -> tuple[dict[str, Any], list[dict[str, float]]]:
    """The gate's numbers from the measures of all pictures, and the trials that chose how to fit.

    A trial fits to four fifths of the pictures and ranks the rest, five times. The best trial is
    the one whose shares of pairs stay furthest above their bars, at the least of them.
    """
    fold = np.arange(len(values)) % FOLDS
    trials = []
    for cross in CROSS:
        for penalty in PENALTY:
            scores = np.empty(values.shape[:2])
            for held in range(FOLDS):
                numbers = fit(values[fold != held], cross, penalty)
                scores[fold == held] = score(values[fold == held], numbers)
            shares = ranked(scores)
            above = min(shares[kind] - bar for kind, bar in BARS.items())
            trials.append({"cross": cross, "penalty": penalty, "above": round(above, 4)})
    best = max(trials, key=lambda trial: trial["above"])
    return fit(values, best["cross"], best["penalty"]), trials


def score(values: NDArray[np.float64], numbers: dict[str, Any]) -> NDArray[np.float64]:
    """The gate's measure (pictures, ROWS) by a fit's numbers."""
    mean, deviation, weights, offset = (
        np.array(numbers[key]) for key in ("mean", "deviation", "weights", "offset")
    )
    return defects.basis(values, mean, deviation) @ weights + offset


def fit(values: NDArray[np.float64], cross: float, penalty: float) -> dict[str, Any]:
    """The gate's numbers from the measures (pictures, ROWS, n) of all versions.

    A logistic function of differences: spoilt less clean of one picture, worse less milder, and
    spoilt of one picture less clean of another. Newton's steps; the offset puts 0 where clean and
    spoilt pictures are equally likely.
    """
    flat = values.reshape(-1, values.shape[-1])
    mean, deviation = np.nanmean(flat, axis=0), np.nanstd(flat, axis=0)
    weighed = defects.basis(np.where(np.isnan(values), mean, values), mean, deviation)
    rng = np.random.default_rng(0)
    differences, counts = [], []
    for kind in range(len(DEFECTS)):
        clean, spoilt = pairs(kind)
        for level in spoilt:
            differences.append(weighed[:, level] - weighed[:, clean])
            counts.append(1.0)
            for _ in range(2):
                other = rng.permutation(len(values))
                differences.append(weighed[:, level] - weighed[other, clean])
                counts.append(cross)
        for a, b in ((0, 1), (0, 2), (1, 2)):
            differences.append(weighed[:, spoilt[b]] - weighed[:, spoilt[a]])
            counts.append(0.3)
    rows = np.concatenate(differences)
    each = np.repeat(counts, len(values))
    each /= each.sum()
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        wrong = 1 / (1 + np.exp(rows @ weights))
        slope = penalty * weights - rows.T @ (each * wrong)
        curve = (rows.T * (each * wrong * (1 - wrong))) @ rows + penalty * np.eye(len(weights))
        step = np.linalg.solve(curve, slope)
        weights = weights - step
        if np.abs(step).max() < 1e-9:
            break
    scores = weighed @ weights
    offset = -(np.mean(scores[:, :2]) + np.mean(scores[:, 2:])) / 2
    return {
        "fitted_on": FIT_ON,
        "cross": cross,
        "penalty": penalty,
        "features": list(defects.FEATURES),
        "mean": mean.round(6).tolist(),
        "deviation": deviation.round(6).tolist(),
        "weights": weights.round(6).tolist(),
        "offset": round(float(offset), 6),
    }


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("--fit", action="store_true", help="fit the gate to its pictures first")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json", type=Path, default=RESULT, metavar="FILE")
    return parser.parse_args()


def tables() -> dict[str, str]:
    """The shares of pairs, for docs/results/curation.md."""
    report = harness.read_result(RESULT)
    found: dict[str, str] = {}
    for name, entry in report["sets"].items():
        kinds = list(report["levels"])
        lines = ["| scorer | " + " | ".join(kinds) + " | clean of the best |"]
        lines.append("|---|" + "---|" * (len(kinds) + 1))
        for scorer, row in entry["ranked"].items():
            shown = f"**`{scorer}`**" if scorer == "defects" else f"`{scorer}`"
            shown = scorer if scorer == WORST else shown
            cells = " | ".join(f"{row[kind]:.3f}" for kind in kinds)
            lines.append(f"| {shown} | {cells} | {entry['kept'][scorer]:.3f} |")
        found[name] = "\n".join(lines)
    lines = ["| defect | levels | at least |", "|---|---|---|"]
    lines += [
        f"| {kind} | {levels} | {report['bars'][kind]:.2f} |"
        for kind, levels in report["levels"].items()
    ]
    found["levels"] = "\n".join(lines)
    return found


if __name__ == "__main__":
    sys.exit(main())

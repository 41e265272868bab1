"""How well are old photographs restored, beside what else there is?

    python -m benchmarks.studies.restoration [--pictures SET] [--limit N] [--parts tone,mask ...]
        [--networks RUN]

needs the pictures in SRQ_DATA, OpenCV and FLIP (the extra `bench`). The pictures of SET (B100;
another while choosing anything) are damaged by the recipe of old photographs from seeds held for
this study, and restored with what ships; with --networks, what was trained in a run folder of
``srq train restore`` goes before that, and the result says what it was. ``damage/`` has overlays of
another hand for the detector.
"""

import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks import harness
from srq.degrade import Recipe
from srq.degrade.masked import degraded_with_mask
from srq.image.colour import luma
from srq.image.io import Picture, read
from srq.image.metrics import mean_psnr, psnr, ssim
from srq.provenance import Provenance
from srq.restore import networks as trained
from srq.restore.defects import grown
from srq.restore.networks import shipped
from srq.restore.pipeline import Options, restore_picture
from srq.restore.stages import Networks, opened
from srq.restore.training.filled import SHOWN

RESULT = harness.RESULTS / "restoration.json"
SEED = 777
RECIPE = "old-photo"
PARTS = ("tone", "detector", "mask", "structured", "unmarked", "everything", "noise", "clean")
TOLERANCE = 1
"""Pixels around the true damage, and around what was found, that count neither way."""

LATER = ("blur", "noise", "compression", "resampling", "sharpening", "video")

WITHOUT = {
    "mask": (*LATER, "colour"),
    "structured": ("colour",),
    "unmarked": ("colour",),
    "everything": (),
    "noise": ("colour", "damage"),
}
"""What each part leaves out of the recipe,"""

OPTIONS = {"everything": Options.named("auto"), "noise": Options.named("keep", "noise")}
"""and what is asked of ``srq restore`` where that is not to keep the tone and do all else."""

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Case:
    """A clean picture, what became of it, and where it is damaged."""

    clean: Pixels
    spoiled: Pixels
    mask: Mask


def cases(pictures: Sequence[Path], recipe: Recipe) -> Iterator[Case]:
    for number, path in enumerate(pictures):
        clean = _rgb(path)
        spoiled, cover = degraded_with_mask(recipe, clean, [SEED, number])
        yield Case(clean, spoiled, grown(cover >= SHOWN))


def gmsd(a: Pixels, b: Pixels) -> float:
    """The gradient magnitude similarity deviation of two luma pictures (Xue et al. 2014); 0 for
    the same, and more the more they differ."""
    first, second = (_gradient(picture) for picture in (a, b))
    similarity = (2 * first * second + 170) / (first**2 + second**2 + 170)
    return float(similarity.std())


def _gradient(picture: Pixels) -> NDArray[np.float64]:
    import cv2

    half = cv2.blur(picture.astype(np.float64), (2, 2))[::2, ::2]
    across = np.outer([1, 1, 1], [1, 0, -1]) / 3
    return np.hypot(cv2.filter2D(half, -1, across), cv2.filter2D(half, -1, across.T))


def flip(a: Pixels, b: Pixels) -> float:
    """The mean FLIP error, 0 to 1, seen as on a screen of 67 pixels a degree."""
    evaluator = import_module("flip_evaluator")
    planes = (picture.astype(np.float32) / 255 for picture in (a, b))
    return float(evaluator.evaluate(*planes, "LDR")[1])


def scores(made: Pixels, case: Case) -> dict[str, float]:
    inside = np.square(made[case.mask].astype(float) - case.clean[case.mask])
    ours, true = luma(made, full_range=True), luma(case.clean, full_range=True)
    return {
        "psnr": _psnr(made, case.clean),
        "ssim": ssim(ours, true),
        "mask": 10 * np.log10(255**2 / max(inside.mean(), 1e-3)) if inside.size else np.nan,
        "gmsd": gmsd(ours, true),
        "flip": flip(made, case.clean),
    }


Method = Callable[[Pixels, Mask], Pixels]


def telea(picture: Pixels, mask: Mask) -> Pixels:
    import cv2

    made = cv2.inpaint(picture, mask.astype(np.uint8), 3, cv2.INPAINT_TELEA)
    return np.asarray(made, np.uint8)


def means(picture: Pixels, mask: Mask) -> Pixels:
    """NL-means at strength 3; ``mask`` is not used."""
    import cv2

    return np.asarray(cv2.fastNlMeansDenoisingColored(picture, None, 3, 3, 7, 21), np.uint8)


def telea_and_means(picture: Pixels, mask: Mask) -> Pixels:
    return means(telea(picture, mask), mask)


def stretched(picture: Pixels) -> Pixels:
    """Each colour from its first to its last percentile: what tools without a network do."""
    low, high = np.percentile(picture, (1, 99), axis=(0, 1))
    return np.clip((picture - low) * 255 / np.maximum(high - low, 1) + 0.5, 0, 255).astype(np.uint8)


def ours(networks: Networks, options: Options, *, told: bool = True) -> Method:
    """``srq restore``; where it is not ``told``, no mask is given."""

    def method(picture: Pixels, mask: Mask) -> Pixels:
        hidden = np.where(mask, np.uint8(255), np.uint8(0)) if told else None
        made = restore_picture(Picture(picture), networks, options, mask=hidden).picture.pixels
        return np.asarray(made, np.uint8)

    return method


def translations(run: Path | None) -> dict[str, Any]:
    """The networks that translate, by the names of the rows; see ``opened`` for ``run``."""
    names = {"mapping": "the triplet", "direct": "the direct U-Net"}
    return {
        name: trained.load(stage, folder)
        for stage, name in names.items()
        for folder in dict.fromkeys((None, run))
        if stage in trained.names(folder)
    }


def trained_in(run: Path) -> dict[str, Any]:
    """The stages that have a network in a run folder: their steps, and what was chosen."""
    notes = {
        stage: shipped.read(run / stage / shipped.WEIGHTS_FILE)[1] for stage in trained.names(run)
    }
    return {
        stage: {key: note[key] for key in ("steps", "threshold", "held") if key in note}
        for stage, note in notes.items()
    }


def tone(pictures: Sequence[Path], networks: Networks) -> dict[str, Any]:
    recipe = Recipe.load(RECIPE).without((*LATER, "damage"))
    restore = ours(networks, Options.named("auto", "tone"))
    faded: dict[str, list[float]] = {"input": [], "stretched": [], "srq": []}
    better = 0
    for case in cases(pictures, recipe):
        if np.abs(case.spoiled.astype(float) - case.clean).mean() <= 2:
            continue
        made = restore(case.spoiled, case.mask)
        for name, one in zip(faded, (case.spoiled, stretched(case.spoiled), made), strict=True):
            faded[name].append(_psnr(one, case.clean))
        better += faded["srq"][-1] > faded["input"][-1]
    changes: dict[str, list[float]] = {"stretched": [], "srq": []}
    for path in pictures:
        clean = _rgb(path)
        made = restore(clean, np.zeros(clean.shape[:2], bool))
        for name, one in zip(changes, (stretched(clean), made), strict=True):
            changes[name].append(float(np.abs(one.astype(float) - clean).mean()))
    return {
        "faded": len(faded["input"]),
        "better": better,
        "psnr": {name: mean_psnr(values) for name, values in faded.items()},
        "clean_change": {name: float(np.mean(values)) for name, values in changes.items()},
        "clean_changed": sum(value > 0 for value in changes["srq"]),
    }


def detector(pictures: Sequence[Path], networks: Networks) -> dict[str, Any]:
    """Counts of found and true pixels, with a tolerance; and what becomes of clean pictures when
    all that is found in them is filled."""
    if networks.detector is None:
        return {}
    networks = Networks(detector=networks.detector)
    recipe = Recipe.load(RECIPE)
    rows = {"own": _found(cases(pictures, recipe), networks)}
    hand = _another_hand(pictures)
    rows["another"] = _found((case for some in hand.values() for case in some), networks)
    for kind, some in hand.items():
        rows[kind] = _found(iter(some), networks)
    return {"rows": rows, "clean": clean_pictures(pictures, networks)}


def _another_hand(pictures: Sequence[Path]) -> dict[str, list[Case]]:
    """Overlays of FilmDamageSimulator, each over a picture, by their kind."""
    kinds: dict[str, list[Case]] = {}
    for path in sorted((data_folder() / "damage").glob("*.png")):
        with Image.open(path) as image:
            overlay = np.asarray(image.convert("RGBA"))
        kind = path.name.partition("_")[0]
        clean = _rgb(pictures[zlib.crc32(path.name.encode()) % len(pictures)])
        height, width = np.minimum(clean.shape[:2], overlay.shape[:2])
        clean, overlay = clean[:height, :width], overlay[:height, :width]
        cover = overlay[..., 3:] / 255
        spoiled = clean * (1 - cover) + overlay[..., :3] * cover
        mask = grown(cover[..., 0] >= SHOWN)
        kinds.setdefault(kind, []).append(Case(clean, (spoiled + 0.5).astype(np.uint8), mask))
    return kinds


def _found(some: Iterator[Case], networks: Networks) -> dict[str, float]:
    right = found = wanted = hit = 0
    gains: list[float] = []
    for case in some:
        mask, filled = _filled(case.spoiled, networks)
        if (case.spoiled != case.clean).any():
            gains.append(_psnr(filled, case.clean) - _psnr(case.spoiled, case.clean))
        near_true, near_found = case.mask, mask
        for _ in range(TOLERANCE):
            near_true, near_found = grown(near_true), grown(near_found)
        found += int(mask.sum())
        right += int((mask & near_true).sum())
        wanted += int(case.mask.sum())
        hit += int((case.mask & near_found).sum())
    precision, recall = right / max(found, 1), hit / max(wanted, 1)
    both = max(precision + recall, 1e-9)
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / both,
        "gain": float(np.mean(gains)),
    }


def compared(
    some: Iterator[Case], methods: dict[str, Method], networks: Networks | None = None
) -> dict[str, Any]:
    """The mean scores of each method, with the true mask told or, with ``networks``, found.

    Pictures to which nothing was done are left out.
    """
    rows: dict[str, list[dict[str, float]]] = {"input": [], **{name: [] for name in methods}}
    for case in some:
        if (case.spoiled == case.clean).all():
            continue
        mask = _filled(case.spoiled, networks)[0] if networks else case.mask
        rows["input"].append(scores(case.spoiled, case))
        for name, method in methods.items():
            rows[name].append(scores(method(case.spoiled, mask), case))
    return {
        name: {
            key: mean_psnr(values) if key == "psnr" else _mean(values)
            for key in each[0]
            if (values := [one[key] for one in each])
        }
        for name, each in rows.items()
    }


def _mean(values: list[float]) -> float | None:
    """Of those that are numbers; None of none."""
    numbers = [value for value in values if not np.isnan(value)]
    return float(np.mean(numbers)) if numbers else None


def study(pictures: Sequence[Path], part: str, run: Path | None = None) -> dict[str, Any]:
    """One of PARTS; see ``opened`` for ``run``."""
    networks = opened(run)
    recipe = Recipe.load(RECIPE)
    if part == "tone":
        return tone(pictures, networks)
    if part == "detector":
        return detector(pictures, networks)
    if part == "clean":
        some = {
            "srq": networks,
            "srq, tone alone": Networks(networks.tone),
            "srq, tone kept": replace(networks, tone=None),
        }
        return {"rows": {name: clean_pictures(pictures, each) for name, each in some.items()}}
    told, options = part in ("mask", "structured"), OPTIONS.get(part, Options.named("keep"))
    if told:
        methods: dict[str, Method] = {
            "Telea": telea,
            "Telea + NL-means": telea_and_means,
            "srq, fill alone": ours(Networks(networks.tone), options),
            **{
                f"srq, {name}": ours(Networks(networks.tone, None, network), options)
                for name, network in translations(run).items()
            },
        }
    else:
        methods = {"NL-means": means, "srq": ours(networks, options, told=False)}
    looked = None if told or not options.does("scratches") or not networks.detector else networks
    if looked:
        methods = {"Telea": telea, "Telea + NL-means": telea_and_means, **methods}
    some = cases(pictures, recipe.without(WITHOUT[part]))
    return {"told": told, "rows": compared(some, methods, looked)}


def clean_pictures(pictures: Sequence[Path], networks: Networks) -> dict[str, Any]:
    """How many clean pictures come back as they are, and how near the others are: their mean PSNR
    and the lowest. "alarms" is the share of pixels that are marked."""
    values: list[float] = []
    alarms: list[float] = []
    for path in pictures:
        clean = _rgb(path)
        made = restore_picture(Picture(clean), networks)
        values.append(_psnr(np.asarray(made.picture.pixels, np.uint8), clean))
        alarms.append(made.damaged)
    changed = [value for value in values if value < float("inf")]
    return {
        "pictures": len(values),
        "unchanged": len(values) - len(changed),
        "mean": mean_psnr(changed) if changed else None,
        "lowest": min(changed, default=None),
        "below_38": sum(value < 38 for value in changed),
        "alarms": float(np.mean(alarms)),
    }


def _filled(picture: Pixels, networks: Networks) -> tuple[Mask, Pixels]:
    """Where the detector sees damage, and the picture with that filled."""
    only = Networks(detector=networks.detector)
    made = restore_picture(Picture(picture), only, Options.named("keep", "scratches"))
    return made.mask > 0, np.asarray(made.picture.pixels, np.uint8)


def _psnr(a: Pixels, b: Pixels) -> float:
    return psnr(a.reshape(len(a), -1), b.reshape(len(b), -1))


def _rgb(path: Path) -> Pixels:
    pixels = np.asarray(read(path).pixels, np.uint8)
    return pixels if pixels.ndim == 3 else np.dstack([pixels] * 3)


def data_folder() -> Path:
    return Path(os.environ.get("SRQ_DATA", "../shared/data"))


def pictures_of(name: str, limit: int | None) -> list[Path]:
    """The pictures of a folder of SRQ_DATA; ``limit``: so many of them, evenly chosen."""
    pictures = sorted(path for path in (data_folder() / name).iterdir() if path.suffix != ".csv")
    if limit:
        pictures = pictures[:: max(1, len(pictures) // limit)][:limit]
    return pictures


def main() -> None:
    parser = harness.parser(__doc__)
    parser.add_argument("--pictures", default="B100", help="a folder of SRQ_DATA")
    parser.add_argument("--limit", type=int, help="so many pictures, evenly chosen")
    parser.add_argument("--parts", default=",".join(PARTS), help="which tables")
    parser.add_argument("--networks", type=Path, help="a run folder of srq train restore")
    parser.add_argument("--json", type=Path, help="write there instead of the results")
    options = parser.parse_args()
    pictures = pictures_of(options.pictures, options.limit)
    place = options.json or RESULT
    result = harness.read_result(place) if place.exists() else {}
    for part in options.parts.split(","):
        result[part] = {
            "made": Provenance.now().to_json(),
            "pictures": options.pictures,
            "count": len(pictures),
            "seed": SEED,
            "networks": list(trained.names()),
            "trained": trained_in(options.networks) if options.networks else {},
            **study(pictures, part, options.networks),
        }
        harness.write_result(place, result)
    for name, table in tables_of(result).items():
        print(f"{name}\n\n{table}\n")


def tables() -> dict[str, str]:
    """``tone``: faded and clean pictures; ``detector``: what it finds; the others: each method's
    scores."""
    return tables_of(harness.read_result(RESULT))


def tables_of(result: dict[str, Any]) -> dict[str, str]:
    made = {}
    if "tone" in result:
        made["tone"] = _tone_table(result["tone"])
    if "clean" in result:
        made["clean"] = _clean_table(result["clean"])
    if result.get("detector", {}).get("rows"):
        made["detector"] = _detector_table(result["detector"])
    for part in ("mask", "structured", "unmarked", "everything", "noise"):
        if part in result:
            made[part] = _scores_table(result[part])
    return made


def _tone_table(found: dict[str, Any]) -> str:
    names = {"input": "as it came", "stretched": "percentiles stretched", "srq": "srq"}
    lines = ["| tone | faded: PSNR | clean: mean change, levels |", "| --- | ---: | ---: |"]
    for key, name in names.items():
        change = found["clean_change"].get(key, 0)
        lines.append(f"| {name} | {found['psnr'][key]:.2f} | {change:.2f} |")
    lines += [
        "",
        f"{found['faded']} of {found['count']} pictures are faded by more than two levels; "
        f"{found['better']} of them come out better.",
    ]
    return "\n".join(lines)


def _clean_table(found: dict[str, Any]) -> str:
    lines = [
        "| clean pictures | as they were | the others: PSNR | lowest | below 38 dB |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, row in found["rows"].items():
        mean, lowest = ("" if row[key] is None else f"{row[key]:.2f}" for key in ("mean", "lowest"))
        lines.append(f"| {name} | {row['unchanged']} | {mean} | {lowest} | {row['below_38']} |")
    return "\n".join(lines)


def _detector_table(found: dict[str, Any]) -> str:
    names = {"own": "the recipe's", "another": "another hand's, all"}
    lines = [
        "| damage | precision | recall | F1 | filled: PSNR gained |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for key, row in found["rows"].items():
        name = names.get(key, f"another hand's {key}")
        lines.append(
            f"| {name} | {row['precision']:.2f} | {row['recall']:.2f} | {row['f1']:.2f} "
            f"| {row['gain']:+.2f} |"
        )
    clean = found["clean"]
    lines += [
        "",
        f"Of the pixels of undamaged pictures {100 * clean['alarms']:.2f} % are marked. "
        f"{clean['unchanged']} of {clean['pictures']} such pictures come back as they were, the "
        f"others at {clean['mean']:.1f} dB in the mean and {clean['lowest']:.1f} at the worst; "
        f"{clean['below_38']} below 38 dB.",
    ]
    return "\n".join(lines)


def _scores_table(found: dict[str, Any]) -> str:
    shown = {
        "psnr": ("PSNR", ".2f"),
        "ssim": ("SSIM", ".4f"),
        "mask": ("PSNR in the mask", ".2f"),
        "gmsd": ("GMSD", ".4f"),
        "flip": ("FLIP", ".4f"),
    }
    rows = found["rows"]
    shown = {key: each for key, each in shown.items() if rows["input"][key] is not None}
    lines = [
        "| | " + " | ".join(title for title, _ in shown.values()) + " |",
        "| --- |" + " ---: |" * len(shown),
    ]
    for name, row in rows.items():
        values = " | ".join(format(row[key], digits) for key, (_, digits) in shown.items())
        lines.append(f"| {name} | {values} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

"""How like a camera's noise is the noise that srq draws?

    python -m benchmarks.studies.noise_realism [--learned RUN/model.safetensors]

needs pairs NAME_N_real.png and NAME_N_mean.png in SRQ_DATA/noisy: one shot, and the mean of many,
for two pictures N of each camera and ISO. A model is fitted to the shots of one picture of each,
and draws noise on the mean of the other, and the reverse; the means measure only, nothing is fitted
to them. The learned model must have been trained on the shots of pictures 1; it draws on 2.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import harness
from srq.degrade.degradation import to_uint8
from srq.degrade.noise_model.fit import fit_noise
from srq.degrade.noise_model.learned import LearnedNoise
from srq.image.io import read
from srq.provenance import Provenance

RESULT = harness.RESULTS / "noise_realism.json"
SEED = 3
WINDOW = 32

Picture = NDArray[np.uint8]
Residual = NDArray[np.float64]

NAMES = {
    "awgn": "white Gaussian noise of the true sigma",
    "fitted": "`fitted`, to the camera's other picture",
    "learned": "`learned`, {steps:,} steps at width {width}",
    "real": "real noise of the camera's other picture",
}
FIGURES = ("sigma", "beside", "below", "two_beside", "red_green", "red_blue")


def residual(noisy: NDArray[Any], mean: Picture) -> Residual:
    """The noise: what is left once tones are matched, since no two exposures are quite alike."""
    noise = noisy.astype(np.float64) - mean
    for channel in range(3):
        tone = mean[..., channel].ravel() / 255
        drift = np.polyfit(tone, noise[..., channel].ravel(), 3)
        noise[..., channel] -= np.polyval(drift, tone).reshape(noise.shape[:2])
    return noise


def spectrum(noise: Residual) -> NDArray[np.float64]:
    """The mean power spectrum of each colour in windows that overlap by half."""
    hann = np.hanning(WINDOW + 2)[1:-1]
    window = np.outer(hann, hann)[..., None]
    cut = np.lib.stride_tricks.sliding_window_view(noise, (WINDOW, WINDOW), (0, 1))
    patches = cut[:: WINDOW // 2, :: WINDOW // 2].reshape(-1, 3, WINDOW, WINDOW)
    power = np.abs(np.fft.rfft2(patches * window[..., 0])) ** 2
    return power.mean(0) / (window**2).sum()


def figures(noise: Residual) -> dict[str, float]:
    """Deviation in codes, and correlations with the pixels beside and below and among colours."""
    noise = noise - noise.mean((0, 1))
    power = (noise**2).mean((0, 1))

    def lag(down: int, right: int) -> float:
        height, width = noise.shape[:2]
        product = noise[down:, right:] * noise[: height - down, : width - right]
        return float((product.mean((0, 1)) / power).mean())

    def colours(one: int, other: int) -> float:
        product = (noise[..., one] * noise[..., other]).mean()
        return float(product / np.sqrt(power[one] * power[other]))

    return {
        "sigma": float(np.sqrt(power.mean())),
        "beside": lag(0, 1),
        "below": lag(1, 0),
        "two_beside": lag(0, 2),
        "red_green": colours(0, 1),
        "red_blue": colours(0, 2),
    }


def compared(drawn: Residual, real: Residual) -> dict[str, float]:
    """Figures of ``drawn``, and how far it is from ``real``."""
    logs = np.log(spectrum(drawn)) - np.log(spectrum(real))
    apart = np.abs(np.sort(drawn, None) - np.sort(real, None)).mean()
    return {
        **figures(drawn),
        "log_psd_rmse": float(np.sqrt((logs**2).mean())),
        "w1": float(apart),
    }


def noisy_folder() -> Path:
    return Path(os.environ.get("SRQ_DATA", "../shared/data")) / "noisy"


def read_pairs(folder: Path) -> dict[str, dict[str, tuple[Picture, Picture]]]:
    """Shot and mean of pictures "1" and "2" by camera."""
    pairs: dict[str, dict[str, tuple[Picture, Picture]]] = {}
    for path in sorted(folder.glob("*_real.png")):
        camera, number, _ = path.stem.rsplit("_", 2)
        mean = path.with_name(f"{camera}_{number}_mean.png")
        pairs.setdefault(camera, {})[number] = (read(path).pixels, read(mean).pixels)
    return pairs


def study(
    pairs: dict[str, dict[str, tuple[Picture, Picture]]], learned: LearnedNoise | None
) -> list[dict[str, Any]]:
    """A row for each held-out picture and each kind of noise on it."""
    rows: list[dict[str, Any]] = []
    for fitted_to, held_out in (("1", "2"), ("2", "1")):
        model = fit_noise({camera: [both[fitted_to][0]] for camera, both in pairs.items()})
        for source in model.sources:
            shot, mean = pairs[source.name][held_out]
            real = residual(shot, mean)
            rng = np.random.default_rng(SEED)
            drawn = {
                "awgn": mean + figures(real)["sigma"] * rng.standard_normal(mean.shape),
                "fitted": mean + source.draw(mean, rng),
            }
            if learned is not None and held_out == "2":
                drawn["learned"] = learned.translate(mean, rng)
            kinds = {kind: residual(to_uint8(noisy), mean) for kind, noisy in drawn.items()}
            kinds["real"] = residual(*pairs[source.name][fitted_to])
            wanted = figures(real)
            rows += [
                {
                    "camera": source.name,
                    "picture": held_out,
                    "noise": kind,
                    "found": compared(noise, real),
                    "wanted": wanted,
                }
                for kind, noise in kinds.items()
            ]
    return rows


def main() -> None:
    parser = harness.parser(__doc__)
    parser.add_argument("--learned", help="a model of srq data train-noise")
    options = parser.parse_args()
    learned = LearnedNoise.load(options.learned) if options.learned else None
    result = {
        "made": Provenance.now().to_json(),
        "seed": SEED,
        "learned": {"steps": learned.steps, "width": learned.width} if learned else None,
        "rows": study(read_pairs(noisy_folder()), learned),
    }
    harness.write_result(RESULT, result)
    for name, table in tables().items():
        print(f"{name}\n\n{table}\n")


def tables() -> dict[str, str]:
    """``all``: means over all held-out pictures; ``second``: over pictures 2, for the learned
    noise too; ``pictures``: deviation and spectrum of each picture."""
    result = harness.read_result(RESULT)
    names = dict(NAMES)
    if result["learned"]:
        names["learned"] = names["learned"].format(**result["learned"])
    rows = result["rows"]
    second = [row for row in rows if row["picture"] == "2"]
    without = {kind: name for kind, name in names.items() if kind != "learned"}
    return {"all": _means(rows, without), "second": _means(second, names), "pictures": _each(rows)}


def _means(rows: Sequence[dict[str, Any]], names: dict[str, str]) -> str:
    lines = [
        "| noise | pictures | sigma | beside | below | two on | R-G | R-B | log-PSD rmse | W1 |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]

    def line(name: str, count: int, value: Callable[[str], float], apart: str) -> str:
        cells = [f"{round(value(key), 2) + 0:.2f}" for key in FIGURES]  # no -0
        return f"| {name} | {count} | {' | '.join(cells)} | {apart} |"

    first = [row for row in rows if row["noise"] == "awgn"]
    lines.append(
        line(
            "the held-out pictures' own",
            len(first),
            lambda key: float(np.mean([row["wanted"][key] for row in first])),
            "0 | 0",
        )
    )
    for kind, name in names.items():
        found = [row["found"] for row in rows if row["noise"] == kind]
        if not found:
            continue

        def mean(key: str, found: list[dict[str, float]] = found) -> float:
            return float(np.mean([each[key] for each in found]))

        apart = f"{mean('log_psd_rmse'):.2f} | {mean('w1'):.2f}"
        lines.append(line(name, len(found), mean, apart))
    return "\n".join(lines)


def _each(rows: Sequence[dict[str, Any]]) -> str:
    lines = [
        "| held-out picture | sigma: real | `fitted` | R-G: real | `fitted` | log-PSD rmse |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        if row["noise"] == "fitted":
            wanted, found = row["wanted"], row["found"]
            cells = [wanted["sigma"], found["sigma"], wanted["red_green"], found["red_green"]]
            numbers = " | ".join(f"{cell:.2f}" for cell in [*cells, found["log_psd_rmse"]])
            lines.append(f"| {row['camera']}, {row['picture']} | {numbers} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

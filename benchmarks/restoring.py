"""How long does restoring a photograph take, and how much memory?

    python -m benchmarks.restoring [--sizes 1 12] [--beside 512] [--threads 2]
    SRQ_NATIVE_ISA=avx2 python -m benchmarks.restoring

A photograph of so many megapixels, with scratches over it, is restored by ``srq restore`` in a
process of its own; where no detector ships, the mask is told. Beside it the published network of
Wan et al. (encoder, mapping with attention over all pixels, generator; its layers and sizes, random
weights) runs once, and srq on a picture of the same size; at larger sizes its attention does not
fit into a memory. With SRQ_NATIVE_ISA=avx2 torch is held to AVX2 too.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import harness
from srq.image.io import Picture, write
from srq.image.resize import bicubic
from srq.provenance import Provenance
from srq.restore import networks

# The peak of this process alone: what getrusage says begins with that of its parent.
PEAK = """
def peak():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024
"""

MEASURED = f"""{PEAK}
import sys
from srq.cli.app import main
code = main(sys.argv[1:])
print(peak(), file=sys.stderr)
sys.exit(code)
"""

PUBLISHED = f"""{PEAK}
import sys, time
import torch
from torch import nn
from srq.restore.networks.mapping import PUBLISHED as MAPPING, Mapping
from srq.restore.networks.vae import PUBLISHED as VAE, Encoder, Generator
side = int(sys.argv[1])
torch.set_num_threads(int(sys.argv[2]))
torch.set_grad_enabled(False)
encoder, generator, mapping = Encoder(VAE), Generator(VAE), Mapping(MAPPING)


def whole(z, mask):
    # The published attention: every latent pixel asks every other.
    attend = mapping.attend
    query, key, value = (
        layer(z).flatten(2)[0] for layer in (attend.query, attend.key, attend.value)
    )
    weights = torch.softmax(query.t() @ key, 1)
    return z + mask * attend.out((value @ weights.t()).view_as(z))


picture, mask = torch.rand(1, 3, side, side), torch.ones(1, 1, side // 4, side // 4)
began = time.perf_counter()
value = encoder(picture)
z = value
for layer in mapping.inward:
    value = torch.relu(layer(value))
value = mapping.blocks(whole(value, mask))
for number, layer in enumerate(mapping.outward):
    value = layer(torch.relu(value) if number else value)
generator(z + value)
print(time.perf_counter() - began)
print(peak())
"""


def photograph(height: int, width: int) -> tuple[Picture, Picture]:
    """A smooth picture with grain, and a mask of forty scratches."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (17, 17, 3), np.uint8)
    pixels = bicubic(coarse, size=(height, width)).astype(np.int16)
    pixels += rng.integers(-6, 7, pixels.shape, np.int16)
    mask = np.zeros((height, width), np.uint8)
    for _ in range(20):
        mask[rng.integers(height - 3) :][:3] = 255
        mask[:, rng.integers(width - 3) :][:, :3] = 255
    pixels[mask > 0] = 240
    return Picture(np.clip(pixels, 0, 255).astype(np.uint8)), Picture(mask)


def restored(height: int, width: int, threads: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        source, mask, target = (Path(folder) / f"{name}.png" for name in ("in", "mask", "out"))
        for path, picture in zip((source, mask), photograph(height, width), strict=True):
            write(path, picture)
        arguments = ["restore", str(source), str(target), "--threads", str(threads)]
        if "detector" not in networks.names():
            arguments += ["--mask", str(mask)]
        began = time.perf_counter()
        lines = _run([MEASURED, *arguments]).stderr.split()
        return {
            "height": height,
            "width": width,
            "seconds": time.perf_counter() - began,
            "peak": int(lines[-1]),
        }


def published(side: int, threads: int) -> dict[str, Any]:
    seconds, peak = _run([PUBLISHED, str(side), str(threads)]).stdout.split()
    return {"side": side, "seconds": float(seconds), "peak": int(peak)}


def _run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    held = harness.ON_AVX2 if harness.instruction_set() == "avx2" else {}
    return subprocess.run(
        [sys.executable, "-c", *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **held},
    )


def tables() -> dict[str, str]:
    """``whole``: sizes, time and memory; ``beside``: srq and the published network."""
    newest = harness.newest("restoring")
    whole = [
        "| instruction set | megapixels | seconds | memory, MB |",
        "| --- | ---: | ---: | ---: |",
    ]
    beside = [
        "| instruction set | | seconds | memory, MB |",
        "| --- | --- | ---: | ---: |",
    ]
    for isa, result in newest.items():
        for row in result["rows"]:
            megapixels = row["height"] * row["width"] / 1e6
            whole.append(f"| {isa} | {megapixels:.0f} | {_taken(row)} |")
        for name, row in result["beside"].items():
            title = {"srq": "srq", "published": "Wan et al., random weights"}[name]
            beside.append(f"| {isa} | {title} | {_taken(row)} |")
    return {"whole": "\n".join(whole), "beside": "\n".join(beside)}


def _taken(row: dict[str, Any]) -> str:
    return f"{row['seconds']:.1f} | {row['peak'] / 1e6:.0f}"


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("--sizes", type=float, nargs="*", default=[1, 12], help="in megapixels")
    parser.add_argument("--beside", type=int, default=512, help="the side to compare at; 0: none")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write there instead of the results")
    return parser.parse_args()


def main() -> None:
    options = _options()
    rows: list[dict[str, Any]] = []
    for size in options.sizes:
        height = round((size * 1e6 * 3 / 4) ** 0.5)
        rows.append(restored(height, round(size * 1e6 / height), options.threads))
        print(rows[-1])
    result: dict[str, Any] = {
        "made": Provenance.now().to_json(),
        "threads": options.threads,
        "networks": list(networks.names()),
        "rows": rows,
    }
    if options.beside:
        side = options.beside
        ours, theirs = restored(side, side, options.threads), published(side, options.threads)
        result["beside"] = {"srq": ours, "published": theirs}
        print(ours, theirs, f"{theirs['seconds'] / ours['seconds']:.1f} times as long")
    harness.keep("restoring", result, options.json)


if __name__ == "__main__":
    main()

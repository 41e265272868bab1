"""Does the quantized network in float64 equal the integers, on every picture of every set?

Every tensor of the twin, evaluated by torch in float64, against the reference's integers; the
first difference is printed with its op and place, and ends the run with code 1.

    python -m benchmarks.studies.exactness kim-x2-twin.safetensors

The network is the twin that ``srq quantize`` writes beside its .srq; a float checkpoint is
quantized first. With ``--program`` the twin must also be that very Program's.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch

from benchmarks import harness
from srq.bundle import read_bundle
from srq.datasets.benchmarks import BENCHMARKS, load_benchmark
from srq.datasets.protocol import clean_pair
from srq.files import sha256_file
from srq.lower import lower
from srq.program import load
from srq.program.reference import Reference
from srq.provenance import Provenance
from srq.quant import Twin, calibration_set, fit, integers
from srq.quant.training_data import training_data
from srq.quant.twin_file import FORMAT, load_twin
from srq.train.weights import find_weights
from srq.verify.compare import Difference, first_difference
from srq.zoo import resolve


def main() -> int:
    options = _options()
    torch.set_num_threads(options.threads)
    source = resolve(options.network, "float")
    twin = _twin(source, options)
    program = lower(twin, name=source.stem)
    if options.program and load(resolve(options.program, "program")) != program:
        print(f"{source} is not the twin of {options.program}.")
        return 1
    reference = Reference(program)
    sets = {}
    for name in options.sets:
        began, numbers, pictures = time.monotonic(), 0, load_benchmark(name)
        for picture in list(pictures)[: options.most or None]:
            lr = clean_pair(picture.rgb_or_gray, twin.scale).lr
            made, expected = integers(twin, lr), reference(lr, trace=True)
            if (difference := _difference(made, expected)) is not None:
                print(f"{name}/{picture.name}: {difference}")
                return 1
            numbers += sum(tensor.size for tensor in expected.values())
        seconds = time.monotonic() - began
        sets[name] = {"integers": numbers, "seconds": round(seconds, 1)}
        print(f"{name}: {numbers} integers equal, {seconds:.0f} s", flush=True)
    result = {
        "network": {"file": source.name, "sha256": sha256_file(source)},
        "fingerprint": program.fingerprint,
        "bits": [twin.weight_bits, twin.activation_bits],
        "made": Provenance.now().to_json(),
        "equal": True,
        "sets": sets,
    }
    path = options.json or harness.RESULTS / f"exactness-{source.stem}.json"
    harness.write_result(path, result)
    return 0


def _twin(source: Path, options: argparse.Namespace) -> Twin:
    if read_bundle(source)[1].get("format") == FORMAT:
        return load_twin(source)
    found = find_weights(source)
    network, data = found.network(), training_data(found.notes)
    twin = Twin(
        network,
        weight_bits=options.weights,
        activation_bits=options.activations,
        per_channel=options.per_channel,
    )
    fit(twin, calibration_set(data.train, scale=network.scale, recipe=data.recipe))
    return twin


def _difference(
    made: dict[str, np.ndarray], expected: dict[str, np.ndarray]
) -> Difference | str | None:
    """The first op that differs, where, and both integers; None if none does."""
    if list(made) != list(expected):
        return f"the ops are {list(made)} and {list(expected)}"
    return first_difference(expected, made)


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("network", help="a twin, a float checkpoint, or a name of the zoo")
    parser.add_argument("--program", help="the .srq file, or name of the zoo, that it is to be")
    parser.add_argument("--weights", type=int, default=10)
    parser.add_argument("--activations", type=int, default=14)
    parser.add_argument("--per-channel", action="store_true")
    parser.add_argument("--sets", nargs="+", default=BENCHMARKS, choices=BENCHMARKS)
    parser.add_argument("--most", type=int, default=0, help="pictures of each set; 0 takes all")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path, help="where the result goes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

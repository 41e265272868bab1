"""Can any file make the reader of Programs fail, hang or allocate?

    python -m benchmarks.studies.fuzz_program --inputs 1000000 --json FILE

Feeds altered .srq files to ``srq.program.from_bytes``. Each must give a Program that survives
being written and read again, or a ProgramError of one line. Anything else is a finding: the
run stops and leaves the input in ``finding.srq``. An alteration splices bytes, or puts anything
anywhere into the JSON of the header, the ops or the card. With atheris (``pip install atheris``)
the choice of inputs is led by the coverage of srq; without it, or with ``--blind``, each
input is one to three random alterations of a valid file.
"""

import argparse
import copy
import json
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

QUESTION = "Can any file make the reader of Programs fail, hang or allocate?"
SLOW = 1.0
"""Seconds that no input of this size may take."""


def example() -> bytes:
    """A small Program with every kind of op, fractions per channel and a bias."""
    from srq.fixed import Format
    from srq.program import (
        Add,
        Conv,
        Input,
        NearestUpsample,
        Output,
        PixelShuffle,
        Program,
        Requantize,
        to_bytes,
    )

    u8 = Format.parse("u8.8")
    ones = np.ones((4, 1, 3, 3), np.int16)
    ops = [
        Input("lr", u8),
        Conv("a", "lr", ones, weight_bits=8, weight_frac=[6, 6, 7, 7], format=u8, bias=[1] * 4),
        Requantize("r", "a", Format.parse("s9.8")),
        Conv("b", "r", ones, weight_bits=8, weight_frac=6, groups=4),
        Add("c", "b", "a"),
        PixelShuffle("s", "c", 2),
        NearestUpsample("n", "lr", 2),
        Add("d", "s", "n", u8),
        Output("hr", "d"),
    ]
    return to_bytes(Program(ops, name="example", provenance={"data": "none"}))


def check(data: bytes, outcomes: Counter[str]) -> None:
    """Read one input; AssertionError or whatever escapes is a finding."""
    from srq.errors import ProgramError
    from srq.program import from_bytes, to_bytes

    start = time.perf_counter()
    try:
        program = from_bytes(data)
    except ProgramError as error:
        refusal = str(error)
    else:
        refusal = ""
        assert from_bytes(to_bytes(program)) == program, "the Program does not survive its file"
    assert "\n" not in refusal, "the refusal is not one line"
    assert len(refusal) < 1000, "the refusal is not one sentence"
    assert time.perf_counter() - start < SLOW, "reading took too long"
    outcomes["refused" if refusal else "accepted"] += 1


ATOMS: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 3, 4, 7, 8, 16, 17, 31, 32, 33, 64, 65, 255, 256, 1024, 2**31,
    2**63, 10**40, -(2**31), 0.5, 1e308, float("nan"), "", "lr", "a", "b", "c", "hr", "conv", "add",
    "input", "output", "requantize", "u8.8", "u10.10", "s32.14", "s9.-3", "I16", "I32", "F32", "1",
    "2", "srq-program", [], {}, [0], [1, 1, 1, 1], [4, 1, 3, 3], [0, 72], [72, 144], [6, 6, 7, 7],
)  # fmt: skip


def altered(data: bytes, rng: random.Random) -> bytes:
    """``data`` with bytes spliced or, if it can still be taken apart, with its JSON altered."""
    tree = taken_apart(data)
    if tree is None or rng.random() < 0.2:
        return spliced(data, rng)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        alter_somewhere(tree, rng)
    return put_together(tree, data)


def taken_apart(data: bytes) -> dict[str, Any] | None:
    """The header, and the ops and the card out of it, as JSON values; None where they are none."""
    try:
        length = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + length])
        metadata = header["__metadata__"]
        inner = {key: json.loads(metadata.pop(key)) for key in ("ops", "card")}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return {"header": header, **inner}


def put_together(tree: dict[str, Any], data: bytes) -> bytes:
    """The file of an altered tree, with the numbers of ``data``."""
    header = tree.get("header")
    metadata = header.get("__metadata__") if isinstance(header, dict) else None
    if isinstance(metadata, dict):
        metadata |= {key: json.dumps(tree[key]) for key in ("ops", "card") if key in tree}
    text = json.dumps(header).encode()
    body = data[8 + int.from_bytes(data[:8], "little") :]
    return len(text).to_bytes(8, "little") + text + body


def spliced(data: bytes, rng: random.Random) -> bytes:
    """``data`` with a few bytes flipped, cut, doubled or thrown in."""
    result = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at, end = rng.randrange(len(result) + 1), rng.randrange(len(result) + 1)
        match rng.randrange(4):
            case 0 if at < len(result):
                result[at] ^= 1 << rng.randrange(8)
            case 1:
                del result[at : at + rng.randint(1, 64)]
            case 2:
                result[at:at] = result[end : end + rng.randint(1, 64)]
            case _:
                result[at : at + 4] = rng.randbytes(rng.randint(0, 8))
    return bytes(result)


def alter_somewhere(tree: Any, rng: random.Random) -> None:
    """Put an atom, what stands elsewhere, or nothing in one place of a JSON value."""
    places = list(containers(tree))
    if not places:
        return
    container, key = rng.choice(places)
    match rng.randrange(6):
        case 0:
            del container[key]
        case 1:
            other, other_key = rng.choice(places)
            container[key] = copy.deepcopy(other[other_key])
        case 2 if isinstance(container, dict):
            container[rng.choice(("kind", "x", "format", "scale"))] = atom(rng)
        case 3 if type(container[key]) is int:
            container[key] += rng.choice((-1, 1, 2, -8, 8))
        case _:
            container[key] = atom(rng)


def atom(rng: random.Random) -> Any:
    """One of ``ATOMS``, the receiver's own."""
    return copy.deepcopy(rng.choice(ATOMS))


def containers(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) of a JSON value."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from containers(value[key])


class Run:
    """Counts the inputs checked, and reports when all have been."""

    def __init__(self, inputs: int, report: Callable[["Run"], None]) -> None:
        self.inputs = inputs
        self.report = report
        self.outcomes: Counter[str] = Counter()
        self.start = time.perf_counter()

    def check(self, data: bytes) -> None:
        """Check one input."""
        check(data, self.outcomes)
        if self.outcomes.total() == self.inputs:
            self.report(self)


def fuzz_blind(seed: bytes, rng: random.Random, run: Run) -> None:
    """All inputs from random alterations of ``seed``."""
    for number in range(run.inputs):
        data = altered(seed, rng)
        try:
            run.check(data)
        except BaseException:
            Path("finding.srq").write_bytes(data)
            print(f"finding: input {number}, left in finding.srq", file=sys.stderr)
            raise


def fuzz_guided(seed: bytes, number: int, run: Run, corpus: Path) -> None:
    """All inputs led by coverage; atheris ends the process, and leaves ``finding.srq``."""
    atheris = import_module("atheris")

    def mutate(data: bytes, max_size: int, number: int) -> bytes:
        made = altered(data, random.Random(number))
        return made if len(made) <= max_size else atheris.Mutate(data, max_size)

    (corpus / "example.srq").write_bytes(seed)
    options = [
        f"-runs={run.inputs}",
        f"-seed={number}",
        f"-max_len={4 * len(seed)}",
        "-timeout=5",
        "-rss_limit_mb=1024",
        "-exact_artifact_path=finding.srq",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], run.check, custom_mutator=mutate)
    atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser(description=QUESTION)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--blind", action="store_true", help="do not use atheris")
    parser.add_argument("--json", type=Path, help="write the result there")
    options = parser.parse_args()

    seed = example()
    guided = not options.blind and find_spec("atheris") is not None
    if guided:
        import_module("atheris").instrument_all()  # srq is imported by now

    def report(run: Run) -> None:
        seconds = time.perf_counter() - run.start
        result = {
            "question": QUESTION,
            "inputs": run.inputs,
            "seed": options.seed,
            "guided": guided,
            "outcomes": dict(run.outcomes),
            "findings": 0,
            "seconds": round(seconds, 1),
            "inputs_per_second": round(run.inputs / seconds),
            "python": platform.python_version(),
            "machine": platform.machine(),
        }
        text = json.dumps(result, indent=2) + "\n"
        print(text, end="", flush=True)
        if options.json is not None:
            options.json.write_text(text)

    run = Run(options.inputs, report)
    if not guided:
        fuzz_blind(seed, random.Random(options.seed), run)
    else:
        with tempfile.TemporaryDirectory() as corpus:
            fuzz_guided(seed, options.seed, run, Path(corpus))


if __name__ == "__main__":
    main()

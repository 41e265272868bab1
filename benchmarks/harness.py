"""What the benchmarks share: options, contestants in turns, and results that keep their history."""

import argparse
import json
import time
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from srq import provenance
from srq.files import write_text

RESULTS = Path(__file__).parent / "results"

ON_AVX2 = {"SRQ_NATIVE_ISA": "avx2", "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"}
"""The environment in which srq and torch take no more than AVX2."""

Contestant = TypeVar("Contestant", bound=Hashable)
Measure = TypeVar("Measure")


def parser(doc: str | None) -> argparse.ArgumentParser:
    """Options of a benchmark whose module docstring begins with its question."""
    return argparse.ArgumentParser(description=(doc or "").split("\n\n")[0])


def seconds(run: Callable[[], object], warm: float = 0.0) -> float:
    """How long ``run`` takes once, after it ran untimed for at least ``warm`` seconds."""
    ready = time.perf_counter() + warm
    while time.perf_counter() < ready:
        run()
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def in_turns(
    measures: Mapping[Contestant, Callable[[], Measure]], rounds: int
) -> dict[Contestant, list[Measure]]:
    """What each contestant measured in each round.

    In a round every contestant has one turn, so that whatever else the machine does strikes all
    of them alike; compare medians over the rounds.
    """
    found: dict[Contestant, list[Measure]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            found[name].append(measure())
    return found


def scene(height: int, width: int, low: int = 0, high: int = 255) -> NDArray[np.uint8]:
    """Luma with flat parts, slopes, edges and noise, between ``low`` and ``high``."""
    y, x = np.mgrid[:height, :width]
    waves = 90 * np.sin(x / 37 + y / 91) + 60 * np.sign(np.sin(x / 11) * np.sin(y / 13))
    noise = np.random.default_rng(0).normal(0, 4, (height, width))
    return np.clip(128 + waves + noise, low, high).astype(np.uint8)


def write_result(path: Path, result: Any, indent: int = 2) -> None:
    """Write a result as JSON."""
    write_text(path, json.dumps(result, indent=indent) + "\n")


def read_result(path: Path) -> Any:
    """The result in a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def begun(path: Path, steps: int) -> dict[str, Any]:
    """The record of trainings of ``steps`` that a file holds, or one without rows."""
    record = read_result(path) if path.is_file() else {}
    return record if record.get("steps") == steps else {"steps": steps, "rows": []}


def instruction_set() -> str:
    """The instruction set in use: the native engine's or, without that, the processor's."""
    try:
        from srq.engines.native import chosen_isa
    except ImportError:
        return provenance.isa() or "unknown"
    return chosen_isa()


def keep(benchmark: str, result: dict[str, Any], alone: Path | None = None) -> None:
    """Add a result to the benchmark's history on this instruction set.

    The history is ``results/BENCHMARK/ISA.json``, a list with the oldest first. If ``alone`` is
    given, the result is written there instead.
    """
    if alone is not None:
        write_result(alone, result)
        return
    path = RESULTS / benchmark / f"{instruction_set()}.json"
    write_result(path, [*(read_result(path) if path.exists() else []), result])


def newest(benchmark: str) -> dict[str, dict[str, Any]]:
    """The newest result of a benchmark on each instruction set, by its name."""
    files = sorted((RESULTS / benchmark).glob("*.json"))
    return {file.stem: read_result(file)[-1] for file in files}

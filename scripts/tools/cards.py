"""Model cards: what a shipped network is, how it came about and what it scores.

``python -m scripts.tools.cards`` writes ``srq/zoo/NAME.md`` for every network of the zoo;
``scripts.tools.pages`` keeps the tables in it current. A test keeps the rest current.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from scripts.tools.pages import fill
from srq import zoo
from srq.datasets.lists import EXCLUSIONS
from srq.errors import CheckpointError
from srq.files import sha256_file, write_text
from srq.models.checkpoint import Checkpoint, read_checkpoint
from srq.models.network import count_weights
from srq.program import load
from srq.runs.schema import from_table, to_toml
from srq.train.config import TrainConfig

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
LICENCE = "Apache-2.0"

SCORES = {
    "kim-x1-compressed": ("zoo-x1-compressed.json",),
    "medium-x1-compressed": ("zoo-x1-compressed.json",),
    "kim-x2": ("zoo-x2.json", "zoo-x2-compressed.json"),
    "kim-x2-compressed": ("zoo-x2.json", "zoo-x2-compressed.json"),
    "kim-x2-8bit": ("zoo-x2.json",),
    "kim-x2-fpga": ("zoo-x2-fpga.json",),
    "kim-x2-8bit-fpga": ("zoo-x2-fpga.json",),
    "kim-x3": ("zoo-x3.json",),
    "kim-x4": ("zoo-x4.json",),
    "medium-x2": ("ladder-x2.json", "ladder-x2-programs.json"),
    "medium-x2-8bit": ("ladder-x2-programs.json",),
    "medium-x2-compressed-8bit": ("ladder-x2-programs.json",),
    "medium-x4-8bit": ("ladder-x4-programs.json",),
    "medium-x4-compressed-8bit": ("ladder-x4-programs.json",),
    "medium-x2-compressed": (
        "ladder-x2.json",
        "ladder-x2-programs.json",
        "ladder-x2-compressed.json",
    ),
    "medium-x4": ("ladder-x4.json", "ladder-x4-programs.json"),
    "medium-x4-compressed": (
        "ladder-x4.json",
        "ladder-x4-programs.json",
        "ladder-x4-compressed.json",
    ),
    "web-x2": (),
    "web-x4": (),
    "large-x2": ("ladder-x2.json", "ladder-x2-programs.json"),
    "large-x2-compressed": (
        "ladder-x2.json",
        "ladder-x2-programs.json",
        "ladder-x2-compressed.json",
    ),
    "large-x4": ("ladder-x4.json", "ladder-x4-programs.json"),
    "large-x4-compressed": (
        "ladder-x4.json",
        "ladder-x4-programs.json",
        "ladder-x4-compressed.json",
    ),
}
"""The result files whose tables a card shows."""

PROVENANCE = {
    "checkpoint": "quantized from",
    "degradation": "calibrated on degradation",
    "quantization": "steps of quantization",
}
"""What a card calls the notes of a Program."""


def card(checkpoint: Path, results: Sequence[Path]) -> str:
    """The card of a checkpoint, as markdown; ``results`` are files of ``srq evaluate --json``.

    Raises CheckpointError if the checkpoint does not say how it was trained.
    """
    read = read_checkpoint(checkpoint)
    try:
        facts = _facts(read)
        config = to_toml(from_table(TrainConfig, read.notes["config"], str(checkpoint)))
    except KeyError as error:
        raise CheckpointError(
            f"{checkpoint} does not say {error} of its training; use one that 'srq train' wrote."
        ) from None
    training = ["## Training", "", "```toml", config.strip(), "```", ""]
    return _card(checkpoint, facts, results, training)


def program_card(file: Path, results: Sequence[Path]) -> str:
    """The card of a Program without a checkpoint of its own."""
    return _card(file, _program_facts(file) | {"licence": LICENCE}, results, [])


def _card(file: Path, facts: dict[str, str], results: Sequence[Path], more: list[str]) -> str:
    lines = [f"# {file.stem}", "", "| | |", "| --- | --- |"]
    lines += [f"| {what} | {value} |" for what, value in facts.items()]
    lines += ["", "## Scores", ""] if results else [""]
    for result in results:
        place = Path(os.path.relpath(result, file.parent)).as_posix()
        lines += [f"<!-- table: {place} -->", "<!-- end of table -->", ""]
    return fill("\n".join(lines + more), file.parent)


def _facts(checkpoint: Checkpoint) -> dict[str, str]:
    file, notes = checkpoint.file, checkpoint.notes
    network, recipe = checkpoint.network(), notes["recipe"]
    settings = ", ".join(f"{key} {value}" for key, value in network.config.items())
    sets = notes["config"]["data"]["train"]
    left_out = [f"{e.set}/{e.picture} ({e.reason})" for e in EXCLUSIONS if e.set in sets]
    trained_on = ", ".join(sets) + (f", without {'; '.join(left_out)}" if left_out else "")
    return {
        "network": f"`{network.name}` ({settings})",
        "weights": f"{count_weights(network):,}, float32",
        "trained on": trained_on,
        "fingerprint of its pictures": f"`{notes['pictures']}`",
        "degradation": f"`{recipe['name']}` (`{recipe['fingerprint']}`)",
        "training steps, seed": f"{notes['steps']:,}, {notes['seed']}",
        "made with": f"srq {notes['srq']}, torch {notes['torch']}",
        "checkpoint's SHA-256": f"`{sha256_file(file)}`",
        **_program_facts(file.with_suffix(".srq")),
        "licence": LICENCE,
    }


def _program_facts(file: Path) -> dict[str, str]:
    """Rows about the Program, if there is one."""
    if not file.exists():
        return {}
    program = load(file)
    weights = sorted({conv.weight_bits for conv in program.convs})
    return {
        "Program": f"`{file.name}`, weights of {' and '.join(map(str, weights))} bits",
        "Program's fingerprint": f"`{program.fingerprint}`",
        **{PROVENANCE.get(key, key): note for key, note in sorted(program.provenance.items())},
    }


def zoo_card(name: str, results: Sequence[Path]) -> tuple[Path, str]:
    """Where the card of the zoo's network ``name`` stands, and its text."""
    if name in zoo.names("float"):
        network = zoo.resolve(name, "float")
        return network.with_suffix(".md"), card(network, results)
    network = zoo.resolve(name, "program")
    return network.with_suffix(".md"), program_card(network, results)


def main() -> None:
    """Write the cards of the zoo."""
    for name, files in SCORES.items():
        write_text(*zoo_card(name, [RESULTS / file for file in files]))


if __name__ == "__main__":
    main()

"""Model cards: what a shipped network is, how it came about and what it scores.

``python -m scripts.tools.cards NAME RESULT...`` writes ``srq/zoo/NAME.md`` for a network of the
zoo; its tables are those of the result files and kept current by ``srq.evaluate.paste``.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from srq import zoo
from srq.datasets.lists import EXCLUSIONS
from srq.errors import CheckpointError
from srq.evaluate.paste import pasted
from srq.files import sha256_file, write_text
from srq.models.checkpoint import Checkpoint, read_checkpoint
from srq.models.network import count_weights
from srq.program import load
from srq.train.config import TrainConfig
from srq.train.schema import from_table, to_toml

LICENCE = "Apache-2.0"


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
    lines += ["", "## Scores", ""]
    for result in results:
        place = Path(os.path.relpath(result, file.parent)).as_posix()
        lines += [f"<!-- table: {place} -->", "<!-- end of table -->", ""]
    return pasted("\n".join(lines + more), file.parent)


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
        "pictures' fingerprint": f"`{notes['pictures']}`",
        "degradation": f"`{recipe['name']}` (`{recipe['fingerprint']}`)",
        "steps, seed": f"{notes['steps']:,}, {notes['seed']}",
        "made with": f"srq {notes['srq']}, torch {notes['torch']}",
        "SHA-256 of the file": f"`{sha256_file(file)}`",
        **_program_facts(file.with_suffix(".srq")),
        "licence": LICENCE,
    }


def _program_facts(file: Path) -> dict[str, str]:
    """What the card says of the Program beside the checkpoint, if there is one."""
    if not file.exists():
        return {}
    program = load(file)
    weights = sorted({conv.weight_bits for conv in program.convs})
    said = ", ".join(f"{key} {value}" for key, value in sorted(program.provenance.items()))
    return {
        "program": f"`{file.name}`, weights of {' and '.join(map(str, weights))} bits",
        "its fingerprint": f"`{program.fingerprint}`",
        "how it was made": said,
    }


def main(name: str, *results: str) -> None:
    """Write the card of the zoo's network ``name``."""
    files = [Path(file) for file in results]
    if name in zoo.names("float"):
        network = zoo.resolve(name, "float")
        text = card(network, files)
    else:
        network = zoo.resolve(name, "program")
        text = program_card(network, files)
    write_text(network.with_suffix(".md"), text)


if __name__ == "__main__":
    main(*sys.argv[1:])

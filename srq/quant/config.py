"""The configuration of a fine-tuning: a training's, from a file or by a shipped name."""

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from srq.models import Network
from srq.quant.training_data import TrainingData
from srq.quant.twin import Twin
from srq.train.config import TrainConfig

CONFIGS = ("qat",)
"""Configurations of fine-tunings that come with srq."""


def load_config(
    name: str | Path,
    network: Network | Twin,
    data: TrainingData,
    *,
    teacher: Path | None = None,
    assignments: Sequence[str] = (),
) -> TrainConfig:
    """The configuration of a fine-tuning: a TOML file, or one of CONFIGS by its name.

    Those that ship are of ``network``, go on with its training's ``data``, and have the
    checkpoint ``teacher`` as a teacher. ``assignments`` are KEY=VALUE, over all. Raises
    ConfigError where anything is not as it must be.
    """
    if name not in CONFIGS:
        return TrainConfig.load(name, assignments)
    text = (resources.files("srq.quant") / "configs" / f"{name}.toml").read_text(encoding="utf-8")
    own = {
        # A configuration must name a network that there is; of other modules none is built.
        "model.name": network.name if network.config is not None else TrainConfig().model.name,
        "model.scale": network.scale,
        "data.recipe": data.recipe,
        "data.train": ",".join(data.train),
        "teacher.checkpoint": teacher or "",
    }
    own_assignments = [f"{key}={value}" for key, value in own.items()]
    return TrainConfig.parse(text, str(name), [*own_assignments, *assignments])

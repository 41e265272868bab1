"""What a checkpoint says of its training, as far as quantization goes on from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from srq.models import Network
from srq.train.config import TrainConfig
from srq.train.weights import find_weights

CONFIGS = ("qat",)
"""Configurations of fine-tunings that come with srq."""


@dataclass(frozen=True)
class Origin:
    """Where a float network comes from.

    train:            training sets, folders or a manifest.
    recipe:           the degradation it was trained against.
    validate:         the sets it was measured on.
    validate_recipe:  how those were degraded.
    """

    train: tuple[str, ...]
    recipe: str
    validate: tuple[str, ...]
    validate_recipe: str


def read_origin(path: Path | str) -> Origin:
    """The origin of a checkpoint or run folder; a default training's where it says nothing.

    Raises CheckpointError and StorageError as ``find_weights`` does.
    """
    config: Mapping[str, Any] = find_weights(path).notes.get("config") or {}
    default = TrainConfig()
    data = config.get("data", {})
    validate = config.get("validate", {})
    return Origin(
        tuple(data.get("train", default.data.train)),
        data.get("recipe", default.data.recipe),
        tuple(validate.get("sets", default.validate.sets)),
        validate.get("recipe", default.validate.recipe),
    )


def load_config(name: str, checkpoint: Path, network: Network, sets: list[str]) -> TrainConfig:
    """The configuration of a fine-tuning: a TOML file, or one of CONFIGS by its name.

    Those that ship go on with the pictures and the recipe of ``checkpoint``'s training, and have
    its float network as a teacher; ``sets`` are KEY=VALUE assignments over all. Raises
    ConfigError where anything is not as it must be.
    """
    if name not in CONFIGS:
        return TrainConfig.load(name, sets)
    text = (resources.files("srq.quant") / "configs" / f"{name}.toml").read_text(encoding="utf-8")
    origin = read_origin(checkpoint)
    own = {
        "model.name": network.name,
        "model.scale": network.scale,
        "data.recipe": origin.recipe,
        "data.train": ",".join(origin.train),
        "teacher.checkpoint": checkpoint,
    }
    return TrainConfig.parse(text, name, [*(f"{key}={own[key]}" for key in own), *sets])

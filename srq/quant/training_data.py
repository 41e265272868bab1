"""The data that a checkpoint was trained and validated on: quantization goes on with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from srq.bundle import Notes
from srq.train.config import TrainConfig


@dataclass(frozen=True)
class TrainingData:
    """Where a float network's pictures come from; by default, a default training's.

    train:            training sets, folders or a manifest.
    recipe:           the degradation it was trained against.
    validate:         the sets it was measured on.
    validate_recipe:  how those were degraded.
    """

    train: tuple[str, ...] = TrainConfig().data.train
    recipe: str = TrainConfig().data.recipe
    validate: tuple[str, ...] = TrainConfig().validate.sets
    validate_recipe: str = TrainConfig().validate.recipe


def training_data(notes: Notes) -> TrainingData:
    """What a checkpoint's notes say; a default training's where they say nothing."""
    config: Mapping[str, Any] = notes.get("config") or {}
    default = TrainingData()
    data = config.get("data", {})
    validate = config.get("validate", {})
    return TrainingData(
        tuple(data.get("train", default.train)),
        data.get("recipe", default.recipe),
        tuple(validate.get("sets", default.validate)),
        validate.get("recipe", default.validate_recipe),
    )

"""The configuration of a training: typed, its TOML files, and ``--set``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from srq.errors import ConfigError
from srq.files import read_text
from srq.runs.schema import number, parsed, to_toml

Loss = Literal["l1", "l2", "charbonnier"]


@dataclass(frozen=True)
class ModelConfig:
    """The network: its name in ``srq.models``, its scale, and what else its builder takes."""

    name: str = "kim"
    scale: int = number(2, 1, 8)
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ExpandConfig:
    """Over-parameterised training: the hidden width of the linear expansion; 0 trains plainly."""

    hidden: int = number(128, 0, 4096)


@dataclass(frozen=True)
class DataConfig:
    """Training pictures and how batches are cut from them.

    ``train`` names data sets (T91, BSD200, ``skimage`` for the pictures inside scikit-image),
    folders and pictures, or one manifest (.jsonl) of pairs made before, which no recipe and no
    scales then change. ``crop`` is the LR side of a crop in pixels; ``batch`` counts the crops
    of one step over all processes; ``variants`` is how many times each picture is degraded
    by a recipe that draws. ``cache`` is a folder where prepared pictures are kept for the
    next training; "" keeps none.
    """

    train: tuple[str, ...] = ("T91", "BSD200")
    recipe: str = "bicubic"
    augment_scales: tuple[float, ...] = field(
        default=(1.0, 0.9, 0.8, 0.7, 0.6), metadata=number(1.0, 0.05, 1.0).metadata
    )
    variants: int = number(1, 1, 1000)
    crop: int = number(32, 4, 4096)
    batch: int = number(16, 1, 65536)
    cache: str = ""


@dataclass(frozen=True)
class OptimConfig:
    """The optimizer and how its learning rate goes.

    ``warmup`` steps, at most a tenth of all, rise linearly to ``lr``; then "cosine" falls to zero
    at the last step, "steps" divides by ``divide_by`` after every ``divide_every`` steps,
    "constant" stays. ``clip`` bounds the gradient's norm; 0 leaves it alone. "soap" is Adam along
    the principal axes of each tensor's gradients (``srq.train.soap``), for tensors of up to 2048
    weights; it wants rates ten times higher. "muon" (``srq.train.muon``) is for larger ones.
    """

    name: Literal["adam", "adamw", "soap", "muon"] = "adam"
    lr: float = number(3e-3, 1e-9, 10.0)
    betas: tuple[float, ...] = field(
        default=(0.9, 0.999), metadata=number(0.9, 0.0, 0.999999).metadata
    )
    weight_decay: float = number(0.0, 0.0, 1.0)
    schedule: Literal["cosine", "steps", "constant"] = "cosine"
    warmup: int = number(500, 0)
    divide_every: int = number(10_000, 1)
    divide_by: float = number(10.0, 1.0, 1e6)
    clip: float = number(0.0, 0.0, 1e6)


@dataclass(frozen=True)
class TeacherConfig:
    """Distillation: a larger network's checkpoint, and its share of the target (0 to 1)."""

    checkpoint: str = ""
    weight: float = number(0.5, 0.0, 1.0)


@dataclass(frozen=True)
class ValidateConfig:
    """What is measured on the way: ``sets`` as in ``data.train``, degraded by ``recipe``.

    ``pictures`` of each set, at most, are written as before/after PNGs.
    """

    sets: tuple[str, ...] = ("Set5",)
    recipe: str = "bicubic"
    every: int = number(2_000, 1)
    pictures: int = number(2, 0, 1000)


@dataclass(frozen=True)
class RunConfig:
    """How the machine is used, and how often the run writes things down.

    ``threads`` 0 means all cores; the number that was used is kept in the run folder, since
    a sum over other threads rounds otherwise. ``fused`` takes steps of ``kim`` on a CPU in one
    compiled pass (``srq.train.fused``): "auto" where a C++ compiler is found. A state is saved
    after every ``checkpoint_every`` steps, and at least every ``checkpoint_seconds``; 0 leaves
    the clock alone.
    """

    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: int = number(0, 0, 4096)
    fused: Literal["auto", "on", "off"] = "auto"
    log_every: int = number(100, 1)
    checkpoint_every: int = number(1_000, 1)
    checkpoint_seconds: int = number(60, 0)


@dataclass(frozen=True)
class TrainConfig:
    """A whole training. ``init_from`` is a checkpoint (or run folder) to start from, or "".

    ``ema`` is the decay of the averaged small kernels, which are what a training delivers;
    0 delivers the last step's.
    """

    steps: int = number(110_000, 1)
    seed: int = number(0, 0, 2**32 - 1)
    loss: Loss = "l1"
    ema: float = number(0.999, 0.0, 0.999999)
    init_from: str = ""
    model: ModelConfig = field(default_factory=ModelConfig)
    expand: ExpandConfig = field(default_factory=ExpandConfig)
    data: DataConfig = field(default_factory=DataConfig)
    optim: OptimConfig = field(default_factory=OptimConfig)
    teacher: TeacherConfig = field(default_factory=TeacherConfig)
    validate: ValidateConfig = field(default_factory=ValidateConfig)
    run: RunConfig = field(default_factory=RunConfig)

    @staticmethod
    def names() -> tuple[str, ...]:
        """The configurations that come with srq, in alphabetical order."""
        files = (entry.name for entry in (resources.files("srq.train") / "configs").iterdir())
        return tuple(sorted(name[: -len(".toml")] for name in files if name.endswith(".toml")))

    @classmethod
    def load(cls, name: str | Path, assignments: Sequence[str] = ()) -> "TrainConfig":
        """The shipped configuration called ``name``, or the TOML file at that path.

        ``assignments`` are ``a.b=c``, applied in order over the file. Raises ConfigError where
        anything is not as it must be.
        """
        path = Path(name)
        if path.suffix == ".toml" or path.name != str(name):
            text = read_text(path, "The configuration")
        elif str(name) in cls.names():
            entry = resources.files("srq.train") / "configs" / f"{name}.toml"
            text = entry.read_text(encoding="utf-8")
        else:
            raise ConfigError(
                f"No shipped configuration is called '{name}' (there are: "
                f"{', '.join(cls.names())}); a file's name must end in .toml."
            )
        return cls.parse(text, str(name), assignments)

    @classmethod
    def parse(cls, text: str, name: str, assignments: Sequence[str] = ()) -> "TrainConfig":
        """The configuration written in ``text``; ``name`` stands for it in errors."""
        config = parsed(cls, text, name, assignments)
        config._check(name)
        return config

    def to_toml(self) -> str:
        """Every setting as TOML text, defaults included."""
        return to_toml(self)

    def _check(self, name: str) -> None:
        if not self.data.train:
            raise ConfigError(f"{name}: 'data.train' is empty; name at least one set or folder.")
        if not self.data.augment_scales:
            raise ConfigError(f"{name}: 'data.augment_scales' is empty; write [1.0] for none.")
        if len(self.optim.betas) != 2:
            raise ConfigError(
                f"{name}: 'optim.betas' must be two numbers, not {len(self.optim.betas)}."
            )

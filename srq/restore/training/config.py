"""What a training of restoration is asked for: typed, its TOML files, and ``--set``."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Literal, get_args

from srq.errors import ConfigError, SrqError
from srq.files import read_text
from srq.runs.schema import number, parsed, to_toml

StageName = Literal["tone", "detector", "vae-y", "vae-x", "mapping", "direct"]

STAGES: tuple[StageName, ...] = get_args(StageName)
"""All stages, in the order in which they can be trained."""

NAME = "restore"
"""The shipped configuration."""


def is_restoration(file: Path) -> bool:
    """Whether a file is a configuration of restoration; False for what cannot be read."""
    try:
        return tomllib.loads(read_text(file, "The configuration")).get("task") == NAME
    except (SrqError, tomllib.TOMLDecodeError):
        return False


@dataclass(frozen=True)
class PicturesConfig:
    """The pictures, and the sheets that are cut from them and spoiled.

    ``train`` are clean ones (as in ``srq train``), of which one in ``held`` is kept to measure
    and choose by; ``real``, a folder of real old photographs, "" for none. ``recipe`` spoils. A
    sheet has ``sheet`` pixels on a side; a share ``gray`` of them is made gray. For what
    translates, a share ``told`` is marked as by a user; the detector looks at the others, which
    stay unmarked where there is none. Batches are cut from ``window`` sheets, of which one is
    replaced after every ``turnover`` steps. Pictures are reduced to ``largest`` pixels on the
    longer side.
    """

    train: tuple[str, ...] = ("BSD200", "BSDS500test", "DIV2Kluma", "General100luma", "HRluma")
    real: str = ""
    recipe: str = "old-photo"
    held: int = number(16, 2, 1000)
    sheet: int = number(192, 32, 4096)
    gray: float = number(0.2, 0.0, 1.0)
    told: float = number(0.3, 0.0, 1.0)
    window: int = number(48, 8, 4096)
    turnover: int = number(8, 1, 1000)
    largest: int = number(1024, 64, 16384)

    def of(self, stage: "StageConfig") -> "PicturesConfig":
        """The same, but what the stage has of its own."""
        sheet, turnover = stage.sheet or self.sheet, stage.turnover or self.turnover
        return replace(self, sheet=sheet, turnover=turnover)


@dataclass(frozen=True)
class StageConfig:
    """What every stage is asked for.

    ``batch`` counts the crops of a step over all processes, ``crop`` is their side. A share
    ``whole`` of them is undamaged. The rate rises over ``warmup`` steps and then falls to zero
    with a cosine. ``clip`` bounds the gradient's norm, ``ema`` is the decay of the average that is
    delivered. ``begin`` is a file of weights of the same shape to begin with, "" for none, and
    ``kept`` their share in what is delivered, which is the mean of them and of what was learned.
    ``sheet`` is the side of the sheets that its crops are cut from, and one of them is replaced
    after every ``turnover`` steps; 0 for what the data has. Pictures that are smaller are left
    out.
    """

    steps: int = number(20_000, 1)
    batch: int = number(8, 1, 65536)
    crop: int = number(64, 16, 4096)
    whole: float = number(0.25, 0.0, 1.0)
    lr: float = number(1e-3, 1e-9, 1.0)
    warmup: int = number(200, 0)
    clip: float = number(1.0, 0.0, 1e6)
    ema: float = number(0.998, 0.0, 0.999999)
    measure_every: int = number(1_000, 1)
    begin: str = ""
    kept: float = number(0.0, 0.0, 1.0)
    sheet: int = number(0, 0, 4096)
    turnover: int = number(0, 0, 1000)

    @property
    def multiple(self) -> int:
        """What the side of its crops must be a multiple of."""
        return 4


@dataclass(frozen=True)
class ToneConfig(StageConfig):
    """Tone: thumbnails are small, so that a step has many. ``damaged`` is the share of them that
    has damage over it. The network is the mean of ``members``."""

    steps: int = number(30_000, 1)
    batch: int = number(24, 1, 65536)
    lr: float = number(2e-3, 1e-9, 1.0)
    width: int = number(16, 4, 256)
    hidden: int = number(128, 8, 4096)
    members: int = number(4, 1, 64)
    damaged: float = number(0.35, 0.0, 1.0)


@dataclass(frozen=True)
class DetectorConfig(StageConfig):
    """Detector: ``widths`` are the channels of its levels, and it looks at a picture at ``scales``
    sizes. A share ``film`` of a batch is damaged by the recipe ``film_recipe``, and a share
    ``sound`` is cut from clean pictures, to which nothing was done; ``whole`` is that of undamaged
    ones in the rest. The colour of a share ``gray`` is taken away. ``rare`` is the weight of all
    damaged pixels together, however few they are, and the rest that of all others; ``hard`` is the
    weight of the undamaged ones that are most taken for damage."""

    steps: int = number(40_000, 1)
    batch: int = number(8, 1, 65536)
    crop: int = number(128, 16, 4096)
    whole: float = number(0.2, 0.0, 1.0)
    lr: float = number(1e-3, 1e-9, 1.0)
    widths: tuple[int, ...] = (32, 48, 64, 96)
    scales: int = number(3, 1, 8)
    film: float = number(0.25, 0.0, 0.9)
    film_recipe: str = "old-film"
    sound: float = number(0.125, 0.0, 0.9)
    turnover: int = number(4, 0, 1000)
    gray: float = number(0.25, 0.0, 1.0)
    rare: float = number(0.3, 0.0, 1.0)
    hard: float = number(0.25, 0.0, 1e3)

    @property
    def multiple(self) -> int:
        """Each level has half the size of the one before, and so has each look."""
        return max(4, 2 ** len(self.widths)) << self.scales - 1


@dataclass(frozen=True)
class VaeConfig(StageConfig):
    """VAE-Y and the shape of both autoencoders: channels at full size, half and a quarter, and
    ResBlocks. ``noise`` is the deviation of the latent, ``kl`` the weight of its KL."""

    steps: int = number(10_000, 1)
    full: int = number(16, 1, 1024)
    half: int = number(32, 1, 1024)
    latent: int = number(64, 1, 1024)
    blocks: int = number(3, 0, 64)
    shortcut: bool = True
    noise: float = number(0.1, 0.0, 10.0)
    kl: float = number(1e-3, 0.0, 1e6)


@dataclass(frozen=True)
class VaeXConfig(StageConfig):
    """VAE-X: it begins as VAE-Y and has its shape. ``adversary`` is the weight of the latent
    discriminator; 0 trains without one."""

    steps: int = number(10_000, 1)
    lr: float = number(5e-4, 1e-9, 1.0)
    adversary: float = number(0.05, 0.0, 1e3)


@dataclass(frozen=True)
class MappingConfig(StageConfig):
    """Mapping: channels of its layers inward, and dilations of its ResBlocks. ``latent_weight``
    and ``image_weight`` weigh the error of the latent and of the decoded picture."""

    steps: int = number(40_000, 1)
    widths: tuple[int, ...] = (72,)
    dilations: tuple[int, ...] = (1, 2, 4, 1, 2, 1)
    attention: bool = True
    latent_weight: float = number(0.1, 0.0, 1e6)
    image_weight: float = number(1.0, 0.0, 1e6)


@dataclass(frozen=True)
class DirectConfig(StageConfig):
    """The direct U-Net: ``widths`` are the channels of its levels."""

    steps: int = number(11_000, 1)
    batch: int = number(6, 1, 65536)
    crop: int = number(96, 16, 4096)
    lr: float = number(1.5e-3, 1e-9, 1.0)
    ema: float = number(0.999, 0.0, 0.999999)
    widths: tuple[int, ...] = (48, 64, 96)

    @property
    def multiple(self) -> int:
        """Each level has half the size of the one before."""
        return 2 ** len(self.widths)


@dataclass(frozen=True)
class MachineConfig:
    """How the machine is used, and how often a stage writes things down; see ``srq train``.
    ``precision`` is that of the networks' sums; weights are float32 all the same."""

    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: int = number(0, 0, 4096)
    precision: Literal["float32", "bfloat16"] = "float32"
    log_every: int = number(50, 1)
    checkpoint_every: int = number(1_000, 1)
    checkpoint_seconds: int = number(60, 0)
    pictures: int = number(4, 0, 1000)


@dataclass(frozen=True)
class RestoreConfig:
    """A whole training. ``task`` is what tells its file from that of a network's training."""

    task: Literal["restore"] = NAME
    stages: tuple[StageName, ...] = STAGES
    seed: int = number(0, 0, 2**32 - 1)
    data: PicturesConfig = field(default_factory=PicturesConfig)
    tone: ToneConfig = field(default_factory=ToneConfig)
    detector: DetectorConfig = field(default_factory=DetectorConfig)
    vae_y: VaeConfig = field(default_factory=VaeConfig)
    vae_x: VaeXConfig = field(default_factory=VaeXConfig)
    mapping: MappingConfig = field(default_factory=MappingConfig)
    direct: DirectConfig = field(default_factory=DirectConfig)
    run: MachineConfig = field(default_factory=MachineConfig)

    @classmethod
    def load(cls, name: str | Path, assignments: Sequence[str] = ()) -> "RestoreConfig":
        """The shipped configuration, or the TOML file at that path, with ``assignments``.

        Raises ConfigError where anything is not as it must be.
        """
        if str(name) == NAME:
            entry = resources.files("srq.restore.training") / "configs" / f"{NAME}.toml"
            return cls.parse(entry.read_text(encoding="utf-8"), NAME, assignments)
        return cls.parse(read_text(Path(name), "The configuration"), str(name), assignments)

    @classmethod
    def parse(cls, text: str, name: str, assignments: Sequence[str] = ()) -> "RestoreConfig":
        """The configuration written in ``text``; ``name`` stands for it in errors."""
        config = parsed(cls, text, name, assignments)
        config._check(name)
        return config

    def changed(self, assignments: Sequence[str]) -> "RestoreConfig":
        """This configuration with what a training may change on its way: which ``stages`` it goes
        through, and more steps for one of them ("mapping.steps=50000").

        Raises ConfigError for any other setting, and for fewer steps.
        """
        for assignment in assignments:
            key = assignment.partition("=")[0].strip()
            section, _, leaf = key.partition(".")
            if key != "stages" and (leaf != "steps" or section.replace("_", "-") not in STAGES):
                raise ConfigError(
                    f"--set {assignment}: a resumed training keeps its settings, but for 'stages' "
                    "and the steps of a stage, such as mapping.steps; start a new one to change "
                    "more."
                )
        new = self.parse(self.to_toml(), "The configuration", assignments)
        for stage in STAGES:
            if new.of(stage).steps < self.of(stage).steps:
                raise ConfigError(
                    f"The stage {stage} has {self.of(stage).steps} steps and cannot have "
                    f"{new.of(stage).steps}; name a larger number, or start a new training."
                )
        return new

    def of(self, stage: StageName) -> StageConfig:
        """What the stage is asked for."""
        found = getattr(self, stage.replace("-", "_"))
        assert isinstance(found, StageConfig)
        return found

    def to_toml(self) -> str:
        """Every setting as TOML text, defaults included."""
        return to_toml(self)

    def _check(self, name: str) -> None:
        if not self.stages:
            raise ConfigError(f"{name}: 'stages' is empty; choose some of {', '.join(STAGES)}.")
        if self.vae_y.shortcut and self.vae_y.latent < 48:
            raise ConfigError(
                f"{name}: 'vae_y.latent' must be at least 48 with the shortcut, "
                f"not {self.vae_y.latent}; or set vae_y.shortcut=false."
            )
        if self.detector.film + self.detector.sound > 1:
            raise ConfigError(
                f"{name}: 'detector.film' and 'detector.sound' are shares of one batch; together "
                f"they must be at most 1, not {self.detector.film + self.detector.sound:g}."
            )
        for stage in self.stages:
            asked, section = self.of(stage), stage.replace("-", "_")
            if asked.kept and not asked.begin:
                raise ConfigError(
                    f"{name}: '{section}.kept' is the share of the weights that the stage begins "
                    f"with; name them in '{section}.begin'."
                )
            crop, multiple, sheet = asked.crop, asked.multiple, self.data.of(asked).sheet
            if crop > sheet:
                key = f"{section}.sheet" if asked.sheet else "data.sheet"
                raise ConfigError(
                    f"{name}: the crop of the stage {stage}, {crop}, must fit a sheet of {sheet} "
                    f"('{key}')."
                )
            if crop % multiple:
                raise ConfigError(
                    f"{name}: the crop of the stage {stage}, {crop}, must be a multiple of "
                    f"{multiple}."
                )

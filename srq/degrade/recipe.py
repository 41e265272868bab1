"""Recipes: an ordered list of degradations, read from TOML and seeded per picture."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from srq.degrade.degradation import Applied, Degradation, Exact, Pixels, Setting, to_uint8
from srq.degrade.output import Made, Output, check_steps
from srq.degrade.parameters import Distribution, Value
from srq.degrade.registry import find
from srq.errors import ConfigError, DataError
from srq.files import read_text
from srq.registry import suggestion

Space = Literal["luma", "rgb"]

_STEP_KEYS = ("kind", "probability")
_RECIPE_KEYS = ("description", "exact", "space", "step")


@dataclass(frozen=True)
class Step:
    """One line of a recipe: a degradation, how often it happens, and what may be drawn.

    ``occurrence`` counts the earlier steps of the same kind.
    """

    degradation: Degradation
    probability: float
    distributions: Mapping[str, Distribution]
    occurrence: int

    def draw(self, seed: Sequence[int]) -> "Drawn":
        """This step's chance for one picture; it depends on the seed, the kind and the
        occurrence alone, so that other steps may come and go without shifting it."""
        kind = int.from_bytes(hashlib.sha256(self.degradation.kind.encode()).digest()[:4], "big")
        sequence = np.random.SeedSequence(seed, spawn_key=(kind, self.occurrence))
        rng = np.random.Generator(np.random.PCG64(sequence))
        # One number for each parameter, drawn or not: a constant made a range shifts nothing.
        happens, *rest = rng.random(1 + len(self.degradation.parameters))
        values = {
            parameter.name: self.distributions[parameter.name].at(u)
            for parameter, u in zip(self.degradation.parameters, rest, strict=True)
        }
        return Drawn(self.degradation, bool(happens < self.probability), values, rng)


@dataclass(frozen=True)
class Drawn:
    """A step with its values fixed for one picture; ``rng`` supplies what remains (noise)."""

    degradation: Degradation
    happens: bool
    values: Mapping[str, Value]
    rng: np.random.Generator

    def record(self) -> dict[str, Value]:
        """The step as a manifest notes it, e.g. ``{"kind": "jpeg", "quality": 83, ...}``."""
        return {"kind": self.degradation.kind, **self.values}


@dataclass(frozen=True)
class Recipe:
    """An ordered list of degradation steps.

    ``space`` says where a luma training pair is made: "luma" takes the luma of HR and degrades
    that (the clean protocol), "rgb" degrades the colour picture and takes the luma afterwards.
    ``exact`` is explained at ``Setting``.
    """

    name: str
    description: str
    space: Space
    steps: tuple[Step, ...]
    text: str
    exact: Exact = "default"

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the recipe's text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def varies(self) -> bool:
        """Whether two seeds can give two different results."""
        return any(
            step.probability < 1
            or step.degradation.stochastic
            or any(found.varies for found in step.distributions.values())
            for step in self.steps
        )

    @staticmethod
    def names() -> tuple[str, ...]:
        """The recipes that come with srq, in alphabetical order."""
        folder = resources.files("srq.degrade") / "recipes"
        files = (entry.name for entry in folder.iterdir())
        return tuple(sorted(name[: -len(".toml")] for name in files if name.endswith(".toml")))

    @classmethod
    def load(cls, name: str | Path) -> "Recipe":
        """The shipped recipe called ``name``, or the one in a TOML file at that path.

        Raises ConfigError if there is none, or it does not say what a recipe must.
        """
        path = Path(name)
        if path.suffix == ".toml" or path.name != str(name):
            return cls.parse(read_text(path, "The recipe"), path.stem)
        if str(name) not in cls.names():
            hint = suggestion(str(name), cls.names())
            raise ConfigError(f"No recipe is called '{name}'; {hint} (A file must end in .toml.)")
        entry = resources.files("srq.degrade") / "recipes" / f"{name}.toml"
        return cls.parse(entry.read_text(encoding="utf-8"), str(name))

    @classmethod
    def parse(cls, text: str, name: str) -> "Recipe":
        """The recipe written in ``text``; ``name`` stands for it in errors and records."""
        where = f"Recipe '{name}'"
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{where} is not valid TOML: {error}.") from None
        _refuse_unknown(table, _RECIPE_KEYS, where)
        description = table.get("description", "")
        if not isinstance(description, str):
            raise ConfigError(f"{where}: 'description' must be text, not {description!r}.")
        space = table.get("space", "rgb")
        if space not in ("luma", "rgb"):
            raise ConfigError(f'{where}: \'space\' must be "luma" or "rgb", not {space!r}.')
        entries = table.get("step")
        if not isinstance(entries, list) or not entries:
            raise ConfigError(f"{where} has no steps; write at least one [[step]] table.")
        exact = table.get("exact", "default")
        if exact not in ("default", "seed"):
            raise ConfigError(f'{where}: \'exact\' must be "default" or "seed", not {exact!r}.')
        steps = _parse_steps(entries, where)
        return cls(name, description, space, steps, text, exact)

    def draw(self, seed: int | Sequence[int]) -> tuple[Drawn, ...]:
        """The steps that happen to the picture with this seed, values fixed, in order."""
        entropy = [seed] if isinstance(seed, int) else list(seed)
        if not entropy or any(number < 0 for number in entropy):
            raise ConfigError(f"A seed must be a number of at least 0, not {seed!r}.")
        drawn = (step.draw(entropy) for step in self.steps)
        return tuple(step for step in drawn if step.happens)

    def apply(self, hr: Pixels, *, scale: int, seed: int | Sequence[int]) -> Pixels:
        """Degrade ``hr``, uint8 (H, W) or (H, W, 3), into an LR of 1/scale its size.

        H and W must be multiples of ``scale``. The result is uint8 and depends on the picture,
        the scale, the recipe and ``seed`` (one number, or several) alone. Steps hand each
        other float64 without rounding; JPEG rounds what it is given, and the last result is
        rounded, half up, once.
        """
        return self._make(hr, Output("", "", scale), seed).pixels

    def outputs(self, scale: int) -> tuple[Output, ...]:
        """What the recipe makes of each source, in order."""
        return (Output("", "", scale),)

    def highs(self, source: Pixels, scale: int) -> Iterator[tuple[str, Pixels]]:
        """The HR pictures of a source, uint8 (H, W) or (H, W, 3): the name of the size, and the
        pixels, cut to a multiple of ``scale``.

        Raises DataError for a source that is smaller than one LR pixel.
        """
        height, width = (side - side % scale for side in source.shape[:2])
        if not height or not width:
            raise DataError(
                f"A picture of {source.shape[1]}x{source.shape[0]} is too small for the scale "
                f"{scale}."
            )
        yield "", source[:height, :width]

    def lows(
        self, hr: Pixels, hr_name: str, *, scale: int, seed: int | Sequence[int]
    ) -> Iterator[Made]:
        """The LR pictures of the HR picture called ``hr_name``, in the order of ``outputs``."""
        for output in self.outputs(scale):
            if output.hr == hr_name:
                yield self._make(hr, output, seed)

    def replay(
        self,
        hr: Pixels,
        output_name: str,
        *,
        scale: int,
        seed: int | Sequence[int],
        steps: Sequence[Mapping[str, Any]],
    ) -> NDArray[np.uint8]:
        """The LR called ``output_name``, made again from its line of the log, to the byte.

        Raises DataError if ``steps`` are not those that this recipe and ``seed`` give.
        """
        for output in self.outputs(scale):
            if output.name == output_name:
                made = self._make(hr, output, seed)
                check_steps(steps, made.steps, output_name)
                return made.pixels
        names = [output.name for output in self.outputs(scale)]
        raise DataError(
            f"Recipe '{self.name}' makes no LR called '{output_name}'; "
            f"{suggestion(output_name, names)}"
        )

    def _make(self, hr: Pixels, output: Output, seed: int | Sequence[int]) -> Made:
        self._check(hr, output.scale)
        size = (hr.shape[0] // output.scale, hr.shape[1] // output.scale)
        made = Applied(hr)
        steps: list[dict[str, Any]] = []
        for step in self.draw(seed):
            setting = Setting(step.values, output.scale, step.rng, self.exact, size)
            result = step.degradation.apply(made.pixels, setting)
            made = result if isinstance(result, Applied) else Applied(result)
            steps.append({**step.record(), **made.facts})
            if step.degradation.downscales or step.degradation.resizes:
                steps[-1]["size"] = [made.pixels.shape[1], made.pixels.shape[0]]
        return Made(output, to_uint8(made.pixels), tuple(steps), made.stream, made.suffix)

    def _check(self, hr: Pixels, scale: int) -> None:
        if hr.dtype != np.uint8 or hr.ndim not in (2, 3) or (hr.ndim == 3 and hr.shape[2] != 3):
            raise DataError(
                "A recipe takes a uint8 picture (H, W) or (H, W, 3), "
                f"not {hr.dtype} of shape {hr.shape}."
            )
        if scale < 1:
            raise ConfigError(f"The scale must be a whole number of at least 1, not {scale}.")
        height, width = hr.shape[:2]
        if height < scale or width < scale or height % scale or width % scale:
            raise DataError(
                f"A picture of {width}x{height} is no multiple of the scale {scale}; "
                "crop it to one first."
            )
        if scale > 1 and not any(step.degradation.downscales for step in self.steps):
            raise ConfigError(
                f"Recipe '{self.name}' has no downscale step, so it only serves scale 1, "
                f'not {scale}; add a [[step]] of kind "downscale".'
            )


def _parse_steps(entries: list[Any], where: str) -> tuple[Step, ...]:
    steps: list[Step] = []
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict):
            raise ConfigError(f"{where}, step {number} must be a [[step]] table, not {entry!r}.")
        step = _parse_step(entry, f"{where}, step {number}", steps)
        steps.append(step)
    if sum(step.degradation.downscales for step in steps) > 1:
        raise ConfigError(f"{where} downscales more than once; keep one step that does.")
    return tuple(steps)


def _parse_step(entry: dict[str, Any], where: str, earlier: Sequence[Step]) -> Step:
    if "kind" not in entry:
        _refuse_unknown(entry, _STEP_KEYS, where)
    degradation = find(entry.get("kind"), where)
    where = f"{where} ({degradation.kind})"
    parameters = {parameter.name: parameter for parameter in degradation.parameters}
    _refuse_unknown(entry, (*_STEP_KEYS, *parameters), where)

    probability = entry.get("probability", 1.0)
    if isinstance(probability, bool) or not isinstance(probability, int | float):
        raise ConfigError(f"{where}: 'probability' must be a number, not {probability!r}.")
    if not 0 <= probability <= 1:
        raise ConfigError(f"{where}: 'probability' must lie in 0 to 1, not {probability!r}.")
    if degradation.downscales and probability != 1:
        raise ConfigError(f"{where}: a step that downscales must have probability 1.")

    distributions: dict[str, Distribution] = {}
    for name, parameter in parameters.items():
        raw = entry.get(name, parameter.default)
        if raw is None:
            raise ConfigError(f"{where}: '{name}' is missing; write a value for it.")
        distributions[name] = parameter.parse(raw, where)
    occurrence = sum(step.degradation.kind == degradation.kind for step in earlier)
    return Step(degradation, float(probability), distributions, occurrence)


def _refuse_unknown(table: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise ConfigError(f"{where}: unknown key '{key}'; {suggestion(key, known)}")

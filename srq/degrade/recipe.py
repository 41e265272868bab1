"""Recipes: what is done to an HR picture, read from TOML and seeded per picture."""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from srq.degrade.degradation import Exact, Pixels
from srq.degrade.graph import Chain, Drawn, Known, draw, paths, steps_on, without
from srq.degrade.highs import Sizes, highs, parse_sizes
from srq.degrade.importers import SUFFIXES, recipe_text
from srq.degrade.making import make
from srq.degrade.output import Made, Output, check_steps
from srq.degrade.parse import parse_steps, parse_table, parse_word
from srq.degrade.sizes import multiple
from srq.errors import ConfigError, DataError
from srq.files import read_text
from srq.registry import suggestion

Space = Literal["luma", "rgb"]

_KEYS = ("description", "exact", "hr", "parts", "space", "step")


@dataclass(frozen=True)
class Recipe:
    """An ordered list of degradation steps, or a graph of them.

    ``space`` says where a luma training pair is made: "luma" takes the luma of HR and degrades
    that (the clean protocol), "rgb" degrades the colour picture and takes the luma afterwards.
    ``exact`` is explained at ``Setting``; ``sizes`` are those of the HR made of one source.
    """

    name: str
    description: str
    space: Space
    steps: Chain
    text: str
    exact: Exact = "default"
    sizes: Sizes = ()

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the recipe's text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def varies(self) -> bool:
        """Whether two seeds can give two different results."""
        return any(node.varies for node in self.steps)

    @staticmethod
    def names() -> tuple[str, ...]:
        """The recipes that come with srq, in alphabetical order."""
        folder = resources.files("srq.degrade") / "recipes"
        files = (entry.name for entry in folder.iterdir())
        return tuple(sorted(name[: -len(".toml")] for name in files if name.endswith(".toml")))

    @classmethod
    def load(cls, name: str | Path) -> "Recipe":
        """The shipped recipe called ``name``, or the one in a TOML file at that path, or in
        another tool's configuration (.ini, .hcl).

        Raises ConfigError if there is none, or it does not say what a recipe must.
        """
        path = Path(name)
        if path.suffix.lower() in SUFFIXES:
            return cls.parse(recipe_text(path), path.stem)
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
        table = parse_table(text, _KEYS, where)
        description = table.get("description", "")
        if not isinstance(description, str):
            raise ConfigError(f"{where}: 'description' must be text, not {description!r}.")
        space = parse_word(table, "space", ("rgb", "luma"), where)
        exact = parse_word(table, "exact", ("default", "seed"), where)
        steps = parse_steps(table, where)
        sizes = parse_sizes(table.get("hr"), where)
        return cls(name, description, space, steps, text, exact, sizes)

    def with_exact(self, exact: Exact) -> "Recipe":
        """The same recipe with ``exact`` written at its head."""
        if exact == self.exact:
            return self
        rest = re.sub(r"^exact\s*=.*\n", "", self.text, flags=re.MULTILINE)
        return self.parse(f'exact = "{exact}"\n{rest}', self.name)

    def without(self, families: Collection[str]) -> "Recipe":
        """The recipe less its steps of these families ("damage", "colour"), under the same name;
        what the others draw for a seed stays as it was."""
        return replace(self, steps=without(self.steps, families))

    def outputs(self, scale: int) -> tuple[Output, ...]:
        """What the recipe makes of each source, in order."""
        names = [size.name for size in self.sizes] or [""]
        return tuple(
            Output("/".join(part for part in (hr, *path) if part), hr, scale)
            for hr in names
            for path in self._ways
        )

    def highs(self, source: Pixels, scale: int) -> Iterator[tuple[str, Pixels]]:
        """The HR pictures of a source, uint8 (H, W) or (H, W, 3): the name of the size, and the
        pixels, cut to a multiple of what all LR need.

        A size that leaves nothing of a small source is left out, and so is a shortest edge that
        would enlarge it or that another size has already.
        Raises DataError for a source of which nothing is left.
        """
        return highs(source, self.sizes, multiple(self.steps, scale))

    def lows(
        self, hr: Pixels, hr_name: str, *, scale: int, seed: int | Sequence[int]
    ) -> Iterator[Made]:
        """The LR pictures of the HR picture called ``hr_name``, in the order of ``outputs``.

        ``hr`` is uint8, (H, W) or (H, W, 3), cut as ``highs`` does. Steps that several LR have
        in common, drawn the same, are computed once.
        """
        outputs = [output for output in self.outputs(scale) if output.hr == hr_name]
        if not outputs:
            names = [size.name for size in self.sizes] or [""]
            raise DataError(
                f"Recipe '{self.name}' has no HR size '{hr_name}'; {suggestion(hr_name, names)}"
            )
        return self._make(hr, list(zip(outputs, self._ways, strict=True)), seed)

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
        ways = self._ways
        outputs = self.outputs(scale)
        for number, output in enumerate(outputs):
            if output.name == output_name:
                (made,) = self._make(hr, [(output, ways[number % len(ways)])], seed)
                check_steps(steps, made.steps, output_name)
                return made.pixels
        raise DataError(
            f"Recipe '{self.name}' makes no LR called '{output_name}'; "
            f"{suggestion(output_name, [output.name for output in outputs])}"
        )

    def draw(self, seed: int | Sequence[int]) -> tuple[Drawn, ...]:
        """The steps that ``apply`` does to the picture with this seed, values fixed, in order."""
        entropy = _entropy(seed)
        return draw(self.steps, self._path(entropy), entropy)

    def apply(self, hr: Pixels, *, scale: int, seed: int | Sequence[int]) -> Pixels:
        """Degrade ``hr``, uint8 (H, W) or (H, W, 3), into one LR of 1/scale its size.

        H and W must be multiples of ``scale``. The result is uint8 and depends on the picture,
        the scale, the recipe and ``seed`` (one number, or several) alone. Of a recipe with
        forks, the seed draws one output. Steps hand each other float64 without rounding; a
        codec rounds what it is given, and the last result is rounded, half up, once.
        """
        path = self._path(_entropy(seed))
        (made,) = self._make(hr, [(Output("/".join(path), "", scale), path)], seed)
        return made.pixels

    def _path(self, seed: Sequence[int]) -> tuple[str, ...]:
        """The way to the one output that ``seed`` draws."""
        ways = self._ways
        if len(ways) == 1:
            return ways[0]
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(len(ways),)))
        return ways[int(rng.integers(len(ways)))]

    def _make(
        self,
        hr: Pixels,
        wanted: Sequence[tuple[Output, Sequence[str]]],
        seed: int | Sequence[int],
    ) -> Iterator[Made]:
        entropy = _entropy(seed)
        scale = wanted[0][0].scale
        self._check(hr, scale)
        for _, path in wanted:
            self._check_scale(path, scale)
        # A step that outputs have in common is done once, so its generator is used once as well.
        known = Known()
        plans = [
            (output, draw(self.steps, path, entropy, (output.hr,) if output.hr else (), known))
            for output, path in wanted
        ]
        return make(hr, plans, exact=self.exact, recipe=self.name)

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

    @cached_property
    def _ways(self) -> list[tuple[str, ...]]:
        """The way to each output of an HR, in order."""
        return paths(self.steps)

    @cached_property
    def _of_one_size(self) -> set[tuple[str, ...]]:
        """The ways on which nothing changes the size."""
        return {
            path
            for path in self._ways
            if not any(
                step.degradation.downscales or step.degradation.resizes
                for step, _ in steps_on(self.steps, path)
            )
        }

    def _check_scale(self, path: Sequence[str], scale: int) -> None:
        if scale > 1 and tuple(path) in self._of_one_size:
            where = f", {'/'.join(path)}," if path else ""
            raise ConfigError(
                f"Recipe '{self.name}'{where} has no downscale step, so it only serves scale "
                f'1, not {scale}; add a [[step]] of kind "downscale".'
            )


def _entropy(seed: int | Sequence[int]) -> list[int]:
    entropy = [seed] if isinstance(seed, int) else [int(number) for number in seed]
    if not entropy or any(number < 0 for number in entropy):
        raise ConfigError(f"A seed must be a number of at least 0, not {seed!r}.")
    return entropy

"""Where the files of a run go: a file each in a folder, or all of a part in one file."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from srq.datasets.degrading.plan import Part, Source
from srq.datasets.degrading.settings import Format
from srq.degrade import Recipe
from srq.errors import ConfigError

LOW, HIGH = "lr", "hr"


@dataclass(frozen=True)
class Place:
    """Where a picture stands: a file by its path below the run's folder, or a member of one."""

    path: str
    member: str | None = None


@dataclass(frozen=True)
class Layout:
    """Names for what a run makes.

    flat: LR pictures stand in the run's folder itself, as their sources do in theirs. So it is
          where each source has one LR and no HR is stored; else they are in ``lr`` and ``hr``.
    """

    format: Format
    flat: bool

    def low(self, container: str, source: Source, key: str, output: str, suffix: str) -> Place:
        """The place of the LR picture called ``output`` of a source; ``key`` is the source's."""
        name = component(output)
        if self.format != "folder":
            return Place(container, f"{key}{'.' if name else ''}{name}{suffix}")
        middle = f"{name}/" if name else ""
        return Place(f"{'' if self.flat else LOW + '/'}{middle}{source.stem}{suffix}")

    def high(self, container: str, source: Source, key: str, name: str) -> Place:
        """The place of an HR picture that is stored, of size ``name``."""
        if self.format != "folder":
            middle = f"{HIGH}-{component(name)}" if name else HIGH
            return Place(container, f"{key}.{middle}.png")
        return Place(f"{HIGH}/{component(name)}{'/' if name else ''}{source.stem}.png")

    def places(self, out: Path, sources: Sequence[Source]) -> list[Path]:
        """What must not be in the run's folder before it begins."""
        if self.format == "folder" and self.flat:
            return [out / f"{source.stem}.png" for source in sources]
        return [out / LOW, out / HIGH]


def layout_of(recipe: Recipe, scale: int, form: Format, *, hr: bool) -> Layout:
    """The layout of a run. ConfigError if two outputs of the recipe would take one name."""
    outputs = recipe.outputs(scale)
    for names in ([output.name for output in outputs], {output.hr for output in outputs}):
        owners: dict[str, str] = {}
        for name in names:
            other = owners.setdefault(component(name).casefold(), name)
            if other != name:
                raise ConfigError(
                    f"Recipe '{recipe.name}': the outputs '{other}' and '{name}' would be written "
                    "to one place; rename one."
                )
    flat = not hr and len(outputs) == 1 and not outputs[0].name and not outputs[0].hr
    return Layout(form, flat)


def component(name: str) -> str:
    """An output's name as a part of a file's name: "0.75/lens/x4" is "0.75-lens-x4"."""
    return name.replace("/", "-")


def container_of(part: Part, form: Format) -> str:
    """The tar or LMDB of a part, below the run's folder."""
    return f"part-{part.id}.{form}"


def key_of(source: Source, digest: str) -> str:
    """The key of a source's pictures in a tar or LMDB: of its name and its content, whatever part
    it is in."""
    return sha256(f"{source.name!r} {digest}".encode()).hexdigest()[:24]

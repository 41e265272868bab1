"""What decides the bytes of a run, frozen in its folder, and the versions that decide with it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from PIL import features

from srq.degrade import Recipe
from srq.degrade.distributions import Options
from srq.degrade.graph import paths, steps_on
from srq.errors import DataError
from srq.files import read_text, sha256_file, storage_error, write_text
from srq.version import __version__

SETTINGS = "degrade.json"
RECIPE = "degrade.toml"

Format = Literal["folder", "tar", "lmdb"]

_CODECS = {"libjpeg-turbo": "libjpeg_turbo", "libwebp": "webp", "libavif": "avif"}
_PACKAGES = ("numpy", "pillow", "isal")
_MODEL = ".safetensors"
_SAID = {"recipe": "recipe", "recipe_sha256": "recipe", "scale": "scale", "seed": "seed"}


@dataclass(frozen=True)
class Settings:
    """All that decides what a run makes, as its folder keeps it in degrade.json.

    source:   the folder of the HR pictures, as it reads from the run's folder.
    picture:  the one picture in it that was meant; None for all.
    format:   "folder", "tar" or "lmdb".
    hr:       whether HR pictures are stored, also where a source serves as it is.
    streams:  whether an LR that ends in a codec is stored as that codec's own bitstream.
    part:     about how many sources are committed together.
    parquet:  whether each part's log is written as Parquet, too.
    versions: of the codecs and packages that decide bytes.
    """

    recipe: str
    recipe_sha256: str
    scale: int
    seed: int
    source: str
    picture: str | None
    format: Format
    hr: bool
    streams: bool
    part: int
    parquet: bool
    versions: Mapping[str, str]


def codec_versions(recipe: Recipe, packages: Iterable[str] = ()) -> dict[str, str]:
    """The versions that decide a run's bytes, by name, those of ``packages`` too; what is not
    there is left out. Of a model in a file, its SHA-256 is the version."""
    found = {"srq": __version__}
    for name, feature in _CODECS.items():
        known = features.version(feature)
        if known is not None:
            found[name] = known
    for package in (*_PACKAGES, *packages):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    steps = [step for path in paths(recipe.steps) for step, _ in steps_on(recipe.steps, path)]
    if any(step.degradation.family == "video" for step in steps):
        found |= _video_versions()
    for step in steps:
        for distribution in step.distributions.values():
            for word in distribution.words if isinstance(distribution, Options) else ():
                if isinstance(word, str) and word.endswith(_MODEL):
                    found[word] = sha256_file(word)
    return found


def writers(form: Format, parquet: bool) -> list[str]:
    """The packages that write what the run is stored in."""
    return ["lmdb"] * (form == "lmdb") + ["pyarrow"] * parquet


def claim(out: Path, settings: Settings, recipe: Recipe, places: Iterable[Path]) -> None:
    """Freeze the settings and the recipe in ``out``, or see that an earlier run's are the same.

    ``places`` are those that the run will fill. Raises DataError, naming what differs, if the
    settings are not the same, or something is in such a place and not from a run.
    """
    path = out / SETTINGS
    if not path.exists():
        foreign = next((place for place in places if place.exists()), None)
        # Another share of the run may just have begun.
        if foreign is not None and not path.exists():
            raise DataError(f"{foreign} is there already and not from here; choose another folder.")
        if not path.exists():
            write_text(out / RECIPE, recipe.text)
            write_text(path, json.dumps(asdict(settings), indent=2) + "\n")
            return
    earlier = read_settings(out)
    differing = [
        field.name
        for field in fields(Settings)
        if getattr(earlier, field.name) != getattr(settings, field.name)
    ]
    if not differing:
        return
    if set(differing) <= set(_SAID):
        raise DataError(
            f"{out} holds pictures of another recipe, scale or seed (see {SETTINGS} there); "
            "choose another folder."
        )
    if differing == ["versions"]:
        raise DataError(
            f"{out} was begun with {_versions_that_differ(earlier, settings)}, and others may "
            "give other bytes; install those, or choose another folder."
        )
    name = differing[0]
    raise DataError(
        f"{out} was begun with {name} {getattr(earlier, name)!r}, not {getattr(settings, name)!r} "
        f"(see {SETTINGS} there); choose another folder."
    )


def read_settings(out: Path) -> Settings:
    """The settings that a run's folder keeps; DataError if it is none, or they are damaged."""
    path = out / SETTINGS
    if not path.is_file():
        raise DataError(f"{out} is no run of srq data degrade: it has no {SETTINGS}.")
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return Settings(**plain)
    except OSError as error:
        raise storage_error("read", path, error) from error
    except TypeError:
        raise DataError(f"{path} is of another version of srq; choose another folder.") from None
    except ValueError:
        raise DataError(f"{path} is damaged; remove {out} or choose another folder.") from None


def read_recipe(out: Path, settings: Settings) -> Recipe:
    """The recipe that a run's folder keeps; DataError if it is not the one that was frozen."""
    recipe = Recipe.parse(read_text(out / RECIPE, "The recipe"), settings.recipe)
    if recipe.fingerprint != settings.recipe_sha256:
        raise DataError(f"{out / RECIPE} has been changed since the run began; restore it.")
    return recipe


def differing_versions(settings: Settings, here: Mapping[str, str]) -> list[str]:
    """Sentences such as "libwebp 1.6.0 wanted, 1.5.0 is here", for each version that differs."""
    wanted = settings.versions
    return [
        f"{name} {wanted.get(name, 'none')} wanted, {here.get(name, 'none')} is here"
        for name in sorted({*wanted, *here})
        if wanted.get(name) != here.get(name)
    ]


def _versions_that_differ(earlier: Settings, settings: Settings) -> str:
    return (
        ", ".join(
            f"{name} {old}" + f" (here {settings.versions.get(name, 'none')})"
            for name, old in sorted(earlier.versions.items())
            if settings.versions.get(name) != old
        )
        or "fewer codecs"
    )


def _video_versions() -> dict[str, str]:
    try:
        import av
    except ImportError:
        return {}
    known = av.library_versions["libavcodec"]
    return {"libavcodec": ".".join(map(str, known)), "av": version("av")}

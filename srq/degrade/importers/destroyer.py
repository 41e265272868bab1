"""Kim's Dataset Destroyer: its config.ini as a recipe."""

from collections.abc import Callable
from configparser import ConfigParser
from configparser import Error as IniError
from math import exp

from srq.degrade.importers.draft import Draft, Entry, often, one_of, spread
from srq.degrade.importers.filters import filters, written
from srq.errors import ConfigError

TOOL = "Dataset Destroyer"
# What the tool takes for a likelihood that its section lacks.
_LIKELIHOODS = {"blur": 0.3, "noise": 0.3, "compression": 0.2, "scale": 0.1}
_LATER = {
    "quantization": "quantization with dithering",
    "unsharp_mask": "unsharp_mask, whose threshold it adds as brightness",
    "chroma": "chroma, a blur of the chroma alone",
}


def recipe_text(text: str, draft: Draft) -> str:
    """The TOML of the recipe in the INI ``text``; see ``srq.degrade.importers.recipe_text``."""
    # The tool reads it so, too: "%" has a meaning, comments stand on lines of their own.
    ini = ConfigParser()
    try:
        ini.read_string(text)
    except IniError as error:
        raise ConfigError(f"{draft.name} is no INI file: {str(error).splitlines()[0]}.") from None
    return draft.text(_Reader(ini, draft).steps())


class _Reader:
    def __init__(self, ini: ConfigParser, draft: Draft) -> None:
        self.ini = ini
        self.draft = draft

    def steps(self) -> list[Entry]:
        shuffled = self.flag("main", "randomize")
        if self.ini.get("main", "output_format", fallback="png").strip() not in ("png", "bmp"):
            self.draft.note("The output format is not of a recipe: LR are not compressed again.")
        made: dict[str, Callable[[], Entry | None]] = {
            "blur": self.blur,
            "noise": self.noise,
            "compression": self.compression,
            "scale": self.scale,
        }
        steps: list[Entry] = []
        for word in self.words("main", "degradations"):
            if word in _LATER:
                self.draft.refuse(_LATER[word])
            elif word not in made:
                self.draft.note(f"'{word}' is none of {TOOL}'s degradations: it does nothing.")
            elif (step := made[word]()) is not None:
                steps.append(often(step, self.likelihood(word) if shuffled else 1))
        return [{"shuffle": steps}] if shuffled and len(steps) > 1 else steps

    def likelihood(self, word: str) -> float:
        # Before 2024-04 the tool had no likelihoods: everything happened.
        if not self.ini.has_section("likelihood"):
            return 1
        key = "likelihood"
        likely = self.number(key, word) if self.ini.has_option(key, word) else _LIKELIHOODS[word]
        if word == "scale" and likely < 1:
            self.draft.refuse("a scale that happens at times only, which leaves LR of two sizes")
        return likely

    def blur(self) -> Entry | None:
        factor = self.number("blur", "scale_factor")
        sizes = self.whole("blur", "range")
        branches: list[tuple[str, list[Entry]]] = []
        for word in self.chosen("blur"):
            if word == "average":
                odd = [int(size * factor) // 2 * 2 + 1 for size in sizes]
                branches.append((word, [{"kind": "box", "size": spread(odd)}]))
            elif word == "gaussian":
                odd = [int((size | 1) * factor) // 2 * 2 + 1 for size in sizes]
                # OpenCV's deviation for a kernel of this size.
                radii = [0.3 * ((size - 1) / 2 - 1) + 0.8 if size > 1 else 0.0 for size in odd]
                branches.append((word, [{"kind": "blur", "radius": spread(radii)}]))
            elif word == "anisotropic":
                if min(sizes) == 0:
                    self.draft.refuse("an anisotropic blur of size 0, which divides by 0")
                widths = spread(size * factor for size in sizes)
                entry = {"kind": "anisotropic", "sigma_x": widths, "sigma_y": widths}
                branches.append((word, [{**entry, "angle": [-180, 180]}]))
            else:
                branches.append(self.unknown("blur", word))
        return self.drawn(branches)

    def noise(self) -> Entry | None:
        branches: list[tuple[str, list[Entry]]] = []
        for word in self.chosen("noise"):
            if word in ("gaussian", "gray"):
                strengths = [
                    size * self.number("noise", "scale_factor")
                    for size in self.whole("noise", "range")
                ]
                # It draws the variance of the one and the deviation of the other.
                sigmas = [size**0.5 for size in strengths] if word == "gaussian" else strengths
                channels = "independent" if word == "gaussian" else "shared"
                entry = {"kind": "noise", "sigma": spread(sigmas), "channels": channels}
                branches.append((word, [entry]))
            elif word == "salt-and-pepper":
                branches.append((word, [self.salt_and_pepper()]))
            elif word == "uniform":
                sizes = self.whole("noise", "range")
                amplitude = spread(size * self.number("noise", "scale_factor") for size in sizes)
                branches.append((word, [{"kind": "uniform", "amplitude": amplitude}]))
            elif word == "color":
                self.draft.refuse("noise of another strength in each colour")
            else:
                branches.append(self.unknown("noise", word))
        return self.drawn(branches)

    def salt_and_pepper(self) -> Entry:
        factor = self.number("noise", "sp_scale_factor")
        each: list[tuple[str, list[Entry]]] = []
        for size in self.whole("noise", "sp_range"):
            # Places are drawn with repetition: 3/4 as many for pepper as there are pixels, and
            # 3/2 for the salt, which covers pepper; times the intensity.
            salt = 1 - exp(-1.5 * size * factor)
            amount = 1 - exp(-2.25 * size * factor)
            part = salt / amount if amount else 0.5
            each.append((f"of-{size}", [{"kind": "salt_pepper", "amount": amount, "salt": part}]))
        return each[0][1][0] if len(each) == 1 else one_of(each)

    def compression(self) -> Entry | None:
        branches: list[tuple[str, list[Entry]]] = []
        for word in self.chosen("compression"):
            if word in ("jpeg", "webp"):
                quality = self.ends("compression", f"{word}_quality_range")
                if word == "webp" and quality[1] > 100:
                    self.draft.refuse("a WebP quality above 100, which is lossless there")
                branches.append((word, [{"kind": word, "quality": quality}]))
            elif word in ("h264", "hevc", "vp9", "mpeg", "mpeg2"):
                mpeg = word.startswith("mpeg")
                key, parameter = ("qscale",) * 2 if mpeg else ("crf_level", "crf")
                kind = "mpeg1" if word == "mpeg" else word
                entry = {"kind": kind, parameter: self.ends("compression", f"{word}_{key}_range")}
                branches.append((word, [entry]))
                if not mpeg:
                    self.draft.note(
                        "Videos are coded with chroma at half the size (4:2:0); "
                        f"{TOOL} leaves H.264, HEVC and VP9 the whole chroma."
                    )
            else:
                branches.append(self.unknown("compression", word))
        return self.drawn(branches)

    def scale(self) -> Entry | None:
        factor = self.number("scale", "size_factor")
        single: list[str] = []
        down_up = 0
        for word in self.chosen("scale"):
            if word.strip() == "down_up":
                down_up += 1
            else:
                single.append(word)
        branches: list[tuple[str, list[Entry]]] = []
        names = filters(self.draft, single, "scale")
        if names:
            entry = {"kind": "resize", "filter": written(names), "factor": factor}
            branches += [("filter", [entry])] * len(names)
        if down_up:
            words = self.words("scale", "down_up_algorithms")
            drawn = self.flag("scale", "randomize")
            both = [
                filters(self.draft, some, "down_up")
                for some in ((words, words) if drawn else (words[:1], words[-1:]))
            ]
            if all(both):
                entry = {
                    "kind": "down_up",
                    "between": self.ends("scale", "range", whole=False),
                    "first_filter": written(both[0]),
                    "second_filter": written(both[1]),
                    "factor": factor,
                }
                branches += [("down_up", [entry])] * down_up
        return self.drawn(branches)

    def drawn(self, branches: list[tuple[str, list[Entry]]]) -> Entry | None:
        """The step that draws a branch; none where nothing happens in any."""
        if not any(steps for _, steps in branches):
            return None
        if len({name for name, _ in branches}) == 1:
            return branches[0][1][0]
        return one_of(branches)

    def unknown(self, section: str, word: str) -> tuple[str, list[Entry]]:
        """A branch for a word that the tool compares with its own and finds in vain."""
        what = "compresses" if section == "compression" else "changes"
        why = "its space is part of the name" if word != word.strip() else "it has no such name"
        self.draft.note(
            f"Where '{word}' is drawn for {section}, {TOOL} {what} nothing, for {why}; so does "
            "this recipe."
        )
        return "nothing", []

    def chosen(self, section: str) -> list[str]:
        """The algorithms that a section draws from: all, or else the first."""
        words = self.words(section, "algorithms")
        return words if self.flag(section, "randomize") else words[:1]

    # The values of the file, read as the tool does. ConfigError where it would stop.

    def raw(self, section: str, key: str) -> str:
        try:
            return self.ini.get(section, key)
        except IniError:
            raise ConfigError(f"{self.draft.name}: [{section}] has no '{key}'.") from None

    def words(self, section: str, key: str) -> list[str]:
        return self.raw(section, key).split(",")

    def flag(self, section: str, key: str) -> bool:
        try:
            return self.ini.getboolean(section, key)
        except (IniError, ValueError):
            raise ConfigError(
                f"{self.draft.name}: '{key}' in [{section}] must be True or False."
            ) from None

    def number(self, section: str, key: str) -> float:
        try:
            return float(self.raw(section, key))
        except ValueError:
            raise ConfigError(f"{self.draft.name}: '{key}' in [{section}] is no number.") from None

    def ends(self, section: str, key: str, *, whole: bool = True) -> list[float]:
        """A range, both ends in it."""
        raw = self.raw(section, key)
        try:
            low, high = map(int if whole else float, raw.split(","))
        except ValueError:
            raise ConfigError(
                f"{self.draft.name}: '{key}' in [{section}] must be two numbers, not '{raw}'."
            ) from None
        return [low, high]

    def whole(self, section: str, key: str) -> range:
        """The whole numbers of a range."""
        low, high = map(int, self.ends(section, key))
        if not 0 <= low <= high <= 4096:
            raise ConfigError(
                f"{self.draft.name}: '{key}' in [{section}] must be a range from 0 on, "
                f"not {low},{high}."
            )
        return range(low, high + 1)

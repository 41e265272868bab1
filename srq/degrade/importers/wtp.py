"""umzi's wtp_dataset_destroyer: its HCL configuration as a recipe."""

from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

from srq.degrade.importers.draft import Draft, Entry, often, one_of, spread
from srq.degrade.importers.filters import filters, written
from srq.errors import ConfigError, MissingDependencyError

TOOL = "wtp_dataset_destroyer"
_SAMPLINGS = ("4:4:4", "4:2:2", "4:2:0")
_OF_THE_RUN = {"tile", "laplace_filter", "size", "gray_or_color", "only_lq"}
"""What cuts or chooses pictures, which a recipe does not."""


def recipe_text(text: str, draft: Draft) -> str:
    """The TOML of the recipe in the HCL ``text``; see ``srq.degrade.importers.recipe_text``."""
    try:
        import hcl2
    except ImportError as error:
        raise MissingDependencyError(
            "HCL configurations need python-hcl2; install it: pip install 'srq[hcl]'."
        ) from error
    try:
        table = _unquoted(hcl2.loads(text))
    except Exception as error:  # hcl2 lets through what its parser and its lexer raise
        raise ConfigError(f"{draft.name} is no HCL file ({type(error).__name__}).") from None
    for key in sorted(_OF_THE_RUN & set(table)):
        draft.note(f"'{key}' is left to whoever prepares the pictures: a recipe has none.")
    if table.get("gray"):
        draft.refuse("gray = true")
    blocks = table.get("degradation")
    if not isinstance(blocks, list):
        raise ConfigError(f"{draft.name} has no degradation.")
    return draft.text(_Reader(draft).chain(blocks))


def _unquoted(value: Any) -> Any:
    """What hcl2 read, without the quotes that its version 8 leaves, and its marks."""
    if isinstance(value, dict):
        return {
            _unquoted(key): _unquoted(inside)
            for key, inside in value.items()
            if not key.startswith("__")
        }
    if isinstance(value, list):
        return [_unquoted(each) for each in value]
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1]
    return value


class _Reader:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    def chain(self, blocks: Any) -> list[Entry]:
        made: dict[str, Callable[[Mapping[str, Any]], Entry | None]] = {
            "and": self.both,
            "blur": self.blur,
            "compress": self.compress,
            "halo": self.halo,
            "noise": self.noise,
            "or": self.either,
            "resize": self.resize,
        }
        steps: list[Entry] = []
        for block in blocks:
            kind = block.get("type")
            if kind not in made:
                self.draft.refuse(f"the degradation '{kind}'")
                continue
            step = made[kind](block)
            if step is not None:
                # Groups have probabilities of their own.
                likely = 1.0 if kind in ("and", "or") else block.get("probability", 1.0)
                steps.append(often(step, likely))
        return steps

    def both(self, block: Mapping[str, Any]) -> Entry | None:
        second = self.group(block, "two_degradation", block.get("probability_two", 0.5))
        steps = [*self.chain(block["one_degradation"]), *second]
        # It knows no probability but these two.
        return (
            {"shuffle": [steps], "probability": block.get("probability_one", 1.0)}
            if steps
            else None
        )

    def either(self, block: Mapping[str, Any]) -> Entry | None:
        likely = block.get("probability_one", 0.5)
        second = self.group(block, "two_degradation", block.get("probability_two", 0.5))
        branches = {"one": self.chain(block["one_degradation"]), "two": second}
        return {"one_of": branches, "weights": {"one": likely, "two": 1 - likely}}

    def group(self, block: Mapping[str, Any], key: str, probability: float) -> list[Entry]:
        steps = self.chain(block[key])
        return [{"shuffle": [steps], "probability": probability}] if steps else []

    def blur(self, block: Mapping[str, Any]) -> Entry | None:
        kernel = block.get("kernel", [0, 1])
        target = block.get("target_kernel") or {}
        branches: list[tuple[str, list[Entry]]] = []
        for word in block["filter"]:
            raw = target.get(word, kernel)
            if word == "gauss":
                branches.append((word, [{"kind": "blur", "radius": self.real(raw)}]))
            elif word == "box":
                radius = self.real(raw)
                ends = radius if isinstance(radius, list) else [radius]
                sizes = [2 * max(0, end) + 1 for end in ends]
                # Radii from below 0 on leave some pictures as they are.
                if ends[0] < 0:
                    self.draft.refuse("a box of negative size")
                entry = {"kind": "box", "size": sizes if len(sizes) > 1 else sizes[0]}
                branches.append((word, [entry]))
            elif word == "motion":
                branches += self.motion(block)
            else:
                self.draft.refuse(f"the blur '{word}'")
        return self.drawn(branches)

    def motion(self, block: Mapping[str, Any]) -> list[tuple[str, list[Entry]]]:
        self.draft.note("A motion's kernel is srq's: a line that is sampled more finely.")
        angle = self.whole(block.get("motion_angle", [0, 1]))
        lengths = self.whole(block.get("motion_size", [1, 2]))
        low, high = lengths if isinstance(lengths, list) else (lengths, lengths)
        moves = {
            "kind": "motion",
            "length": spread(range(max(1, int(low)), int(high) + 1)) if high >= 1 else 1,
            "angle": angle,
        }
        # A size of 0 or less moves nothing.
        if high < 1:
            return [("nothing", [])]
        if low >= 1:
            return [("motion", [moves])]
        likely = high / (high - low + 1)
        return [("motion", [{"probability": likely, **moves}])]

    def compress(self, block: Mapping[str, Any]) -> Entry | None:
        target = block.get("target_compress") or {}
        branches: list[tuple[str, list[Entry]]] = []
        for word in block["algorithm"]:
            raw = target.get(word, block.get("compress", [90, 100]))
            quality = self.whole(raw)
            if word == "jpeg":
                words = list(block.get("jpeg_sampling", ["4:2:2"]))
                for odd in [each for each in words if each not in _SAMPLINGS]:
                    self.draft.refuse(f"the JPEG sampling {odd}")
                    words.remove(odd)
                if words:
                    entry = {"kind": "jpeg", "quality": quality, "subsampling": written(words)}
                    branches.append((word, [entry]))
            elif word == "webp":
                branches.append((word, [{"kind": "webp", "quality": quality}]))
            elif word in ("h264", "hevc", "vp9"):
                branches.append((word, [{"kind": word, "crf": quality}]))
            elif word in ("mpeg2", "mpeg4"):
                branches.append((word, [{"kind": word, "qscale": quality}]))
            else:
                self.draft.refuse(f"the codec '{word}', for which it loses the picture")
            if word in ("h264", "hevc", "vp9", "mpeg2", "mpeg4"):
                self.draft.note(
                    "Videos are coded with chroma at half the size (4:2:0) and with their own "
                    f"colours; {TOOL} draws the sampling, and swaps red and blue while it codes."
                )
        return self.drawn(branches)

    def halo(self, block: Mapping[str, Any]) -> Entry | None:
        branches: list[tuple[str, list[Entry]]] = []
        for word in block.get("type_halo", ["unsharp_mask"]):
            if word != "unsharp_mask":
                self.draft.refuse(f"the halo '{word}'")
            elif any(block.get("threshold", [0, 0])):
                self.draft.refuse("an unsharp mask with a threshold, which is soft there")
            else:
                entry = {
                    "kind": "unsharp",
                    "radius": self.real(block.get("kernel", [0, 2])),
                    "amount": self.real(block.get("amount", [1, 1])),
                }
                branches.append((word, [entry]))
        return self.drawn(branches)

    def noise(self, block: Mapping[str, Any]) -> Entry | None:
        for key in ("y_noise", "uv_noise", "clip", "scale", "motion", "lqhq"):
            if block.get(key):
                self.draft.refuse(f"'{key}' of a noise")
        if any(block.get("bias", [0, 0])):
            self.draft.refuse("the bias of a noise")
        salt = self.real(block.get("probability_salt_or_pepper", [0, 0.5]))
        parts = {"salt_and_pepper": 0.5, "salt": 1, "pepper": 0}
        branches: list[tuple[str, list[Entry]]] = []
        for word in block.get("type_noise", ["uniform"]):
            if word == "gauss":
                # It scales noise of deviation 0.25.
                sigmas = spread(0.25 * alpha for alpha in self.steps(block.get("alpha", [1, 2, 1])))
                branches.append((word, [{"kind": "noise", "sigma": sigmas}]))
            elif word == "uniform":
                alphas = spread(self.steps(block.get("alpha", [1, 2, 1])))
                branches.append((word, [{"kind": "uniform", "amplitude": alphas}]))
            elif word in parts:
                entry = {"kind": "salt_pepper", "amount": salt, "salt": parts[word]}
                branches.append((word, [{**entry, "channels": "independent"}]))
            else:
                self.draft.refuse(f"the noise '{word}'")
        return self.drawn(branches)

    def resize(self, block: Mapping[str, Any]) -> Entry | None:
        if block.get("probability", 1.0) < 1:
            self.draft.refuse("a resize that happens at times only, which leaves LR of two sizes")
        if self.steps(block.get("spread", [1])) != [1]:
            self.draft.refuse("a spread, which draws another size of HR for each picture")
        if block.get("color_fix"):
            self.draft.note(
                "'color_fix' is left out; it stretches HR and LR alike, by one code value."
            )
        self.draft.note("HR is cut where the tool resizes it to a multiple of the scale.")
        scale = block["scale"]
        gamma = 2.2 if block.get("gamma_correction", False) else 1
        single = [word for word in block["alg_lq"] if word not in ("down_up", "up_down")]
        names = filters(self.draft, single, "resize")
        branches: list[tuple[str, list[Entry]]] = []
        if names:
            entry = {"kind": "resize", "filter": written(names), "gamma": gamma}
            branches += [("filter", [entry])] * len(names)
        for word, order in (("down_up", ("down", "up")), ("up_down", ("up", "down"))):
            count = block["alg_lq"].count(word)
            if not count:
                continue
            chain = block[word]
            both = [filters(self.draft, chain[f"alg_{which}"], word) for which in order]
            factor = self.real(chain[order[0]])
            if word == "down_up":
                # The picture is divided, from the size of LR on.
                ends = factor if isinstance(factor, list) else [factor, factor]
                low, high = (1 / (scale * end) for end in reversed(ends))
                factor = low if low == high else {"low": low, "high": high, "power": -1}
            if all(both):
                entry = {"kind": word, "between": factor, "gamma": gamma}
                entry |= {"first_filter": written(both[0]), "second_filter": written(both[1])}
                branches += [(word, [entry])] * count
        return self.drawn(branches)

    def drawn(self, branches: list[tuple[str, list[Entry]]]) -> Entry | None:
        """The step that draws a branch; none where nothing happens in any."""
        if not any(steps for _, steps in branches):
            return None
        # A step of a probability of its own needs a branch to stand in.
        if len({name for name, _ in branches}) == 1 and "probability" not in branches[0][1][0]:
            return branches[0][1][0]
        return one_of(branches)

    # Values, read as the tool draws them.

    def real(self, raw: Any) -> Any:
        """A number or a range of reals."""
        if not isinstance(raw, list):
            return raw
        return raw[0] if len(raw) == 1 or raw[0] >= raw[1] else raw[:2]

    def whole(self, raw: Any) -> Any:
        """A whole number or a range of them, of which the tool never draws the upper end."""
        if not isinstance(raw, list):
            return raw
        if len(raw) == 1 or raw[0] >= raw[1] - 1:
            return raw[0]
        return [raw[0], raw[1] - 1]

    def steps(self, raw: list[float]) -> list[float]:
        """The numbers from the first on, below the second, by the third."""
        if len(raw) == 1 or raw[0] >= raw[1]:
            return [raw[0]]
        step = raw[2] if len(raw) > 2 else 1
        count = ceil((raw[1] - raw[0]) / step)
        return [raw[0] + number * step for number in range(count)]

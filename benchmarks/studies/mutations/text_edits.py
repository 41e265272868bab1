"""Single edits to what the exporters write: each a mistake that a generator could make.

A ``Rule`` says where an edit of one kind can be made and what it may do there. The kinds:

- weight: a weight is one more or one less;
- shift: a sum is shifted by one bit more or less;
- rounding: the half that makes rounding go to the nearest is gone or wrong;
- saturation: an end of a format is off by one, or gone;
- halo: a neighbouring line or column is taken from one place further, or the border is
  not zero.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random

from benchmarks.studies.mutations.mutant import Files, Mutant
from benchmarks.studies.mutations.onnx_edits import onnx_edits

KINDS = {"weight": 19, "shift": 8, "rounding": 8, "saturation": 5, "halo": 10}
"""How many edits of each kind are made to an export."""


@dataclass(frozen=True)
class Rule:
    """Edits of one kind to texts.

    file:   how the names of its files end.
    block:  a pattern of the parts of the file in which ``what`` is looked for; where its group
            ``used`` names a macro, only if the C that includes it uses that.
    what:   a pattern of what is replaced.
    change: what may stand there instead, for the text that was matched.
    """

    kind: str
    file: str
    block: str
    what: str
    change: Callable[[str], list[str]]


def mutants(target: str, files: Files, random: Random) -> Iterator[Mutant]:
    """Different edits to one export, as many of each kind as ``KINDS`` says or as there can be."""
    edits = onnx_edits if target == "onnx" else text_edits
    for kind, count in KINDS.items():
        found = list(edits(target, kind, files))
        for make in random.sample(found, min(count, len(found))):
            yield make()


def _offset(text: str) -> list[str]:
    return [str(int(text) - 1), str(int(text) + 1)]


def _offset_float(text: str) -> list[str]:
    return [f"{float(text) - 1:.1f}", f"{float(text) + 1:.1f}"]


def _less(text: str) -> list[str]:
    return [str(int(text) - 1)]


def _twice_or_half(text: str) -> list[str]:
    return [repr(float(text) * 2), repr(float(text) / 2)]


def _instead(*texts: str) -> Callable[[str], list[str]]:
    return lambda _: list(texts)


def _instead_with(*patterns: str) -> Callable[[str], list[str]]:
    return lambda text: [pattern.format(text) for pattern in patterns]


def _bound(text: str) -> list[str]:
    """One off, or no bound at all for 16 bits."""
    return [*_offset(text), "-32768" if text.startswith("-") or text == "0" else "32767"]


def _bound_float(text: str) -> list[str]:
    return [*_offset_float(text), "-32768.0" if float(text) <= 0 else "32767.0"]


_PUT = r"put_s16\(int16[^}]*"
"""The function that rounds and saturates."""


def _macro(names: str) -> str:
    """The definition of a macro of an op, by the last part of its name."""
    return rf"#define [A-Z\d_]+_(?P<used>[a-z]\w*_(?:{names})) -?\d{{1,5}}$"


RULES: dict[str, tuple[Rule, ...]] = {
    "c": (
        Rule("weight", "_weights.h", r"_weight\[\d+\] = \{[^}]*\}", r"-?\d+(?=,)", _offset),
        Rule("shift", "_weights.h", r"_shift\[\d+\] = \{[^}]*\}", r"-?\d+(?=,)", _offset),
        Rule("shift", "_weights.h", _macro("SHIFT|ALIGN_A|ALIGN_B"), r"-?\d+$", _offset),
        Rule("rounding", ".c", _PUT, r" \+ half", _instead("", " + half - 1", " + half + 1")),
        Rule("rounding", ".c", _PUT, r"<< \(shift - 1\)",
             _instead("<< shift", "<< (shift - 1 - (shift > 1))")),
        Rule("rounding", ".c", _PUT, r"\(sums\[i\] \+ half\) >> shift",
             _instead("(sums[i] + half) / (1 << shift)", "sums[i] / (1 << shift)")),
        Rule("rounding", ".c", _PUT, r"shift > 0", _instead("shift > 6", "shift > 9")),
        Rule("saturation", "_weights.h", _macro("LO|HI"), r"-?\d+$", _bound),
        Rule("halo", "_weights.h", _macro("TOP|LEFT"), r"-?\d+$", _offset),
        Rule("halo", ".c", r"row % \d+ \* \(", r"\d+", _less),
        Rule("halo", ".c", r"if \(has_line\(s, row - \d+", r"\d+$", _offset),
        Rule("halo", ".c", r"edge_s16\(to,[^\n]*", r"[1-9]\d*(?=, \d+\);)|[1-9]\d*(?=\);)", _less),
    ),
    "hls": (
        Rule("weight", "weights.hpp", r" W_\w+\[\d+\] = \{[^}]*\}", r"-?\d+(?=[,}])", _offset),
        Rule("shift", "weights.hpp", r" Q_\w+\[\d+\] = \{[^}]*\}", r"-?\d+(?=[,}])", _offset),
        Rule("rounding", "requantize.hpp", r"nearest = SUM\(\(sum .*", r" \+ .*(?=\) >> shift)",
             _instead("")),
        Rule("rounding", "requantize.hpp", r"nearest = SUM\(\(sum .*", r"shift - 1",
             _instead("shift", "shift > 1 ? shift - 2 : 0")),
        Rule("rounding", "requantize.hpp", r"nearest = SUM\(\(sum .*", r"SUM\(1\)",
             _instead("SUM(2)", "SUM(0)", "SUM(-1)")),
        Rule("rounding", "requantize.hpp", r"if \(shift > 0\)", r"0", _instead("6", "8", "13")),
        Rule("saturation", "network.hpp", r"typedef .*ignedFormat<\d+>.* V_(?!lr|nearest).*",
             r"(?<=Format<)\d+", _offset),
        Rule("saturation", "requantize.hpp", r"nearest < FORMAT::LO", r"FORMAT::LO",
             _instead("FORMAT::LO - 1")),
        Rule("saturation", "requantize.hpp", r"nearest > FORMAT::HI", r"FORMAT::HI",
             _instead("FORMAT::HI + 1")),
        Rule("saturation", "requantize.hpp", r"Lane\(FORMAT::(LO|HI)\)", r"FORMAT::(LO|HI)",
             _instead_with("{} + 1", "{} - 1")),
        Rule("saturation", "requantize.hpp", r"if \(nearest [<>] .*\{", r"nearest [<>] [\w:]+",
             _instead("false")),
        Rule("halo", "network.hpp", r"static const int (TOP|LEFT) = \d+", r"\d+$", _offset),
        Rule("halo", "convolve.hpp", r"row >= 0 && row < height", r"row >= 0|row < height",
             _instead("true")),
        Rule("halo", "convolve.hpp", r"y - \(S::LINES - r\)", r"S::LINES - r",
             _instead("S::LINES - r - 1", "S::LINES - r + 1")),
        Rule("halo", "convolve.hpp", r"within && y < height", r"y < height", _instead("true")),
        Rule("halo", "convolve.hpp", r"x == 0 \? Lane\(0\)", r"x == 0", _instead("false")),
        Rule("halo", "convolve.hpp", r"= (inside|given) \? .* : Lane\(0\)", r"Lane\(0\)",
             _instead("Lane(1)")),
        Rule("halo", "convolve.hpp", r"c - LAYER::LEFT|r - LAYER::TOP", r"LAYER::\w+",
             _instead_with("({} - 1)", "({} + 1)")),
    ),
    "glsl": (
        Rule("weight", ".glsl", r"(vec4|mat4)\([-\d, ]+\) \*", r"-?\b\d+(?=[,)])", _offset),
        Rule("shift", ".glsl", r"floor\(v\d+ \* [\d.e-]+", r"[\d.e-]+$", _twice_or_half),
        Rule("shift", ".glsl", r">> \d+\), ", r"\d+", _offset),
        Rule("rounding", ".glsl", r"floor\(v\d+ \* [\d.e-]+ \+ 0\.5\)", r" \+ 0\.5", _instead("")),
        Rule("rounding", ".glsl", r"\(\(\w+ \+ \d+\) >>", r" \+ \d+", _instead("")),
        Rule("saturation", ".glsl", r"= clamp\(floor\(v[^\n]*", r"-?\d+\.0(?=, )|\d+\.0(?=\);)",
             _bound_float),
        Rule("saturation", ".glsl", r"= clamp\(\(\([^\n]*", r"-?\d+(?=, \d+\);)|\d+(?=\);)",
             _bound),
        Rule("halo", ".glsl", r"p \+ ivec2\(-?\d, -?\d\)", r"-?\d(?=[,)])", _offset),
        Rule("halo", ".glsl", r"\? n : (vec4\()?0\.0\)?", r"vec4\(0\.0\)|0\.0",
             _instead("n")),
    ),
}  # fmt: skip


def text_edits(target: str, kind: str, files: Files) -> Iterator[Callable[[], Mutant]]:
    """What makes each of the mutants that the target's rules of this kind allow."""
    for rule in RULES[target]:
        what = re.compile(rule.what, re.MULTILINE)
        for file in (file for file in files if rule.kind == kind and file.endswith(rule.file)):
            text = files[file].decode()
            for block in re.finditer(rule.block, text, re.MULTILINE):
                if not _is_used(block, files):
                    continue
                for match in what.finditer(block.group()):
                    begin, end = (block.start() + at for at in match.span())
                    for new in rule.change(match.group()):
                        yield partial(_edited, target, kind, files, file, begin, end, new)


def _is_used(block: re.Match[str], files: Files) -> bool:
    macro = block.groupdict().get("used")
    texts = (files[file] for file in files if file.endswith(".c"))
    return macro is None or any(f"OF({macro})".encode() in text for text in texts)


def _edited(
    target: str, kind: str, files: Files, file: str, begin: int, end: int, new: str
) -> Mutant:
    text = files[file].decode()
    changed = text[:begin] + new + text[end:]
    line = text.count("\n", 0, begin)
    before, after = (whole.split("\n")[line].strip() for whole in (text, changed))
    altered = {**files, file: changed.encode()}
    return Mutant(target, kind, file, f"line {line + 1}", before, after, altered)

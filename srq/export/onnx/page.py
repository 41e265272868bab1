"""The page and the script that go with a model."""

from collections.abc import Mapping
from importlib import resources
from string import Template

from srq import __version__
from srq.fixed import Format
from srq.program import Program

_TEMPLATES = resources.files("srq.export") / "templates" / "onnx"

_WHAT = {
    "exact": "in integers: on the CPU provider of onnxruntime, bit for bit what the program says",
    "float": "by the float network that the program was made of",
    "qonnx": "in integers with QONNX's quantizers: in its executor, bit for bit what the program"
    " says",
}
_EXACT = """
## Why it is exact

The network's operators compute in float, but all that they add up are whole numbers, times powers
of two, and no sum is rounded unless it saturates anyway. So no order of addition, number of threads
or level of optimisation changes a bit. That is proved for IEEE floats as the CPU has them. It does
not hold where a graphics processor computes convolutions in fewer bits: with CUDA, set `use_tf32`
to 0. Formats of 16 bits (fp16, bf16) round everywhere.
"""
_QONNX = """
## In other tools

The scale of a tensor's `Quant` is a power of two, its zero point 0, its width the program's. Half
of the last bit is added before a `Quant` of the mode FLOOR, as QONNX has no mode that rounds
-1.5 to -1. The executor needs one size of picture, which `set_tensor_shape` sets, and an onnx whose
newest format onnxruntime knows: onnx 1.23 is ahead of onnxruntime 1.31.
"""
_VAPOURSYNTH = """
## VapourSynth

With [vs-mlrt](https://github.com/AmusementClub/vs-mlrt). Code values stay as they are if both
conversions are told that the range is full:

```python
luma = core.std.ShufflePlanes(clip, 0, vs.GRAY)
luma = core.resize.Point(luma, format=vs.GRAYS, range_in_s="full", range_s="full")
luma = core.ort.Model(luma, network_path="$file")
luma = core.resize.Point(luma, format=vs.GRAY$made_bits, range_in_s="full", range_s="full")
```
"""


def page_files(kind: str, form: str, program: Program, file: str) -> dict[str, bytes]:
    """``README.md`` and ``upscale.py`` for the model in ``file``."""
    given, made = program.input_value.format, program.output_value.format
    words = {
        "file": file,
        "fingerprint": program.fingerprint,
        "given": str(given.dtype),
        "given_bits": str(given.bits),
        "given_peak": str(given.hi),
        "made": str(made.dtype),
        "made_bits": str(made.bits),
        "scale": str(program.scale),
        "title": program.name or "A program without a name",
        "version": __version__,
        "what": _WHAT[kind],
    }
    pictures = kind != "qonnx" and given.bits == made.bits == 8
    script = _filled(_script(kind, form, pictures), words)
    ends = "small.png large.png" if pictures else "small.npy large.npy"
    packages = (
        "qonnx 'onnx<1.23'" if kind == "qonnx" else "numpy onnxruntime" + " pillow" * pictures
    )
    more = {"exact": _EXACT, "qonnx": _QONNX}.get(kind, "")
    more += _VAPOURSYNTH if form == "gray" else ""
    codes = kind != "qonnx" and form == "luma"
    page = _filled(
        "README.md",
        {
            **words,
            "channels": "3" if form == "rgb" else "1",
            "command": f"python upscale.py {ends}",
            "given_type": str(given.dtype) if codes else "float32",
            "install": f"pip install {packages}",
            "made_type": str(made.dtype) if codes else "float32",
            "meaning": _meaning(kind, form, given, made),
            "more": Template(more).substitute(words),
            "script": script.strip(),
        },
    )
    return {"README.md": (page.rstrip() + "\n").encode(), "upscale.py": script.encode()}


def _script(kind: str, form: str, pictures: bool) -> str:
    if kind == "qonnx":
        return "qonnx.py.in"
    if not pictures:
        return "codes.py.in" if form == "luma" else "values.py.in"
    return f"{form}.py.in"


def _meaning(kind: str, form: str, given: Format, made: Format) -> str:
    """What the numbers in both tensors are, as sentences."""
    if kind == "qonnx":
        return (
            f"Code values of luma, divided by {given.hi + 1} on the way in and by {made.hi + 1} on"
            " the way out."
        )
    if form == "luma":
        return f"Code values of luma, 0 to {given.hi} in and 0 to {made.hi} out."
    if form == "gray":
        rounded = (
            "They are rounded to code values inside, halves up, and are code values again when"
            " they come out."
            if kind == "exact"
            else "They are not rounded inside."
        )
        return (
            f"Code values of luma divided by the greatest: by {given.hi} on the way in and"
            f" {made.hi} on the way out. {rounded}"
        )
    return (
        "RGB from 0 to 1, full range. The network sees its luma, studio range by BT.601, as it was"
        " trained; what it adds to bicubic enlargement goes to all three channels, and Cb and Cr"
        " are those of bicubic. Clipped to 0 to 1"
        + (
            ". The luma is that of the nearest 8-bit code values, so it is the same picture as"
            " `srq upscale` makes, but for float32 in place of float64 in the colours."
            if kind == "exact"
            else ", not rounded."
        )
    )


def _filled(name: str, words: Mapping[str, str]) -> str:
    return Template((_TEMPLATES / name).read_text(encoding="utf-8")).substitute(words)

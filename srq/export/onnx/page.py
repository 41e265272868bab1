"""The page and the script that go with a model."""

from srq.export.onnx.check import has_vector
from srq.export.onnx.exact import transformable, widened_of
from srq.export.text import fill, heading, stamp
from srq.fixed import Format
from srq.program import Program

_WHAT = {
    "exact": "in integers: on the CPU provider of onnxruntime, bit for bit what the program says",
    "float": "by the float network that the program was made of",
    "qonnx": "in integers with QONNX's quantizers: in its executor, bit for bit what the program"
    " says",
}


def page_files(kind: str, form: str, program: Program, file: str) -> dict[str, bytes]:
    """``README.md`` and ``upscale.py`` for the model in ``file``."""
    read, written = program.input_value.format, program.output_value.format
    values = {
        **stamp(program),
        "file": file,
        "in_dtype": read.dtype,
        "in_peak": read.hi,
        "out_dtype": written.dtype,
        "title": heading(program) or "A program without a name",
        "what": _WHAT[kind],
        "winograd": _winograd(program),
    }
    pictures = kind != "qonnx" and read.bits == written.bits == 8
    script = fill(f"onnx/{_script(kind, form, pictures)}", **values)
    ends = "small.png large.png" if pictures else "small.npy large.npy"
    packages = (
        "qonnx 'onnx<1.23'" if kind == "qonnx" else "numpy onnxruntime" + " pillow" * pictures
    )
    sections = ["check.md"] * has_vector(kind, form)
    sections += ["exact.md"] * (kind == "exact") + ["qonnx.md"] * (kind == "qonnx")
    sections += ["vapoursynth.md"] * (form == "gray")
    codes = kind != "qonnx" and form == "luma"
    page = fill(
        "onnx/README.md",
        **values,
        channels=3 if form == "rgb" else 1,
        command=f"python upscale.py {ends}",
        install=f"pip install {packages}",
        in_type=read.dtype if codes else "float32",
        out_type=written.dtype if codes else "float32",
        meaning=_meaning(kind, form, read, written),
        more="".join(fill(f"onnx/{section}", **values) for section in sections),
        script=script.strip(),
    )
    return {"README.md": (page.rstrip() + "\n").encode(), "upscale.py": script.encode()}


def _winograd(program: Program) -> str:
    """What Winograd's transforms do to the exact model, as a sentence."""
    found, widened = transformable(program), widened_of(program)
    if found - widened:
        return "Switch them off: `net.enableWinograd(False)` in OpenCV."
    if widened:
        return "This model gives them nothing to transform: its kernel of 3 x 3 is one of 3 x 4."
    return "This model gives them nothing to transform."


def _script(kind: str, form: str, pictures: bool) -> str:
    if kind == "qonnx":
        return "qonnx.py"
    if not pictures:
        return "codes.py" if form == "luma" else "values.py"
    return f"{form}.py"


def _meaning(kind: str, form: str, read: Format, written: Format) -> str:
    """What the numbers in both tensors are, as sentences."""
    if kind == "qonnx":
        return (
            f"Code values of luma, divided by {read.hi + 1} on the way in and by"
            f" {written.hi + 1} on the way out."
        )
    if form == "luma":
        return f"Code values of luma, 0 to {read.hi} in and 0 to {written.hi} out."
    if form == "gray":
        rounded = (
            "They are rounded to code values inside, halves up, and are code values again when"
            " they come out."
            if kind == "exact"
            else "They are not rounded inside."
        )
        return (
            f"Code values of luma divided by the greatest: by {read.hi} on the way in and"
            f" {written.hi} on the way out. {rounded}"
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

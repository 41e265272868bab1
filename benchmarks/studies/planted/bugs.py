"""The bugs: each would pass a verification that runs every target in a single way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Bug:
    """A mistake that is put into what an exporter writes, or into the engine's source.

    target:  the subject of ``srq verify`` that must notice.
    about:   what is wrong, in words.
    file:    how the name of the file that is changed ends.
    before, after: what stands there, once or more often, and what is put in its place.
    model:   for ONNX, what changes the model instead.
    choices: the exporter's choices that it is only made with; any, without.
    """

    target: str
    about: str
    file: str = ""
    before: str = ""
    after: str = ""
    model: Callable[[onnx.ModelProto], None] | None = None
    choices: tuple[tuple[str, Any], ...] = ()

    def applies(self, exporter: object) -> bool:
        """Whether an exporter with these choices makes it."""
        return all(getattr(exporter, name) == value for name, value in self.choices)

    def put_into(self, files: Files) -> dict[str, bytes]:
        """``files`` with the bug; ValueError where its place is not there any more."""
        if self.model is not None:
            (path,) = (path for path in files if path.endswith(".onnx"))
            model = onnx.load_from_string(files[path])
            self.model(model)
            return {**files, path: model.SerializeToString(deterministic=True)}
        (path,) = (path for path in files if path.endswith(self.file))
        return {**files, path: self.put_into_text(files[path].decode()).encode()}

    def put_into_text(self, text: str) -> str:
        """``text`` with the bug; ValueError where its place is not there any more."""
        if self.before not in text:
            raise ValueError(f"{self.about}: there is no {self.before!r} in {self.file}")
        return text.replace(self.before, self.after)


def _insert(model: onnx.ModelProto, node: onnx.NodeProto, reader: onnx.NodeProto) -> None:
    """Put ``node`` before ``reader``, which then reads what it makes."""
    source = node.input[0]
    reader.input[:] = [node.output[0] if name == source else name for name in reader.input]
    model.graph.node.insert(list(model.graph.node).index(reader), node)


def _first_of_the_batch(model: onnx.ModelProto) -> None:
    """The nearest upsampling takes the first picture for all."""
    index = numpy_helper.from_array(np.array([0]), "first")
    model.graph.initializer.append(index)
    (reader,) = (node for node in model.graph.node if node.op_type == "Concat")
    node = helper.make_node("Gather", [reader.input[0], "first"], ["of_first"], axis=0)
    _insert(model, node, reader)


def _up_to_2048_columns(model: onnx.ModelProto) -> None:
    """What stands beyond 2048 columns is left out."""
    for name, value in (("begin", 0), ("end", 2048), ("axis", 3)):
        model.graph.initializer.append(numpy_helper.from_array(np.array([value]), name))
    reader = model.graph.node[0]
    names = [reader.input[0], "begin", "end", "axis"]
    _insert(model, helper.make_node("Slice", names, ["narrow"]), reader)


BUGS = (
    Bug("native", "the stride of the picture is ignored", "generic_stages.cpp",
        "y * picture.stride;",
        "y * picture.width * (picture.is_uint8 ? 1 : 2);"),
    Bug("native", "the stride of the result is ignored", "conv_stages.cpp",
        "* workspace.output.stride,",
        "* workspace.input.width * scale * factor * size,"),
    Bug("native", "wrong above 130 lines", "line_buffer.cpp",
        "uint32_t(y) %", "uint32_t(y % 131) %"),
    Bug("native", "with three bands the second begins a line too late", "engine.cpp",
        "piece_start(input.height, bands, band);",
        "piece_start(input.height, bands, band) + (bands == 3 && band == 1);"),
    Bug("native", "a strip sees a column too few to its left", "engine.cpp",
        "region.left - program_.left, 0)",
        "region.left - program_.left + 1, 0)"),
    Bug("native", "the portable path does not round halves up", "portable.hpp",
        "x.lane[i] >>= counts.lane[i];",
        "x.lane[i] = (x.lane[i] - 1) >> counts.lane[i];"),
    Bug("c", "wrong only where nothing is traced", "_x2.c",
        "const int32_t half = (int32_t)1 << (shift - 1);",
        "#ifdef SRQ_KIM_X2_TRACE\n"
        "        const int32_t half = (int32_t)1 << (shift - 1);\n"
        "#else\n"
        "        const int32_t half = ((int32_t)1 << (shift - 1)) - 1;\n"
        "#endif"),
    Bug("c", "no zeros beside a line of MAX_WIDTH", "_x2.c",
        "x + n == width && i < right",
        "x + n == width && width < SRQ_KIM_X2_MAX_WIDTH && i < right"),
    Bug("c", "a flush leaves the ticks to the next picture", "_x2.c",
        "s->lines = 0;\n    s->tick = 0;\n    return 0;\n}\n\n#endif",
        "s->lines = 0;\n    return 0;\n}\n\n#endif"),
    Bug("c", "a line amid a flush is taken", "_x2.c",
        "if (s->tick > s->lines)", "if (0)"),
    Bug("c", "the pitch is ignored", "_x2.c",
        "const call io = {line, out, pitch, first};",
        "const call io = {line, out, (size_t)(2 * s->width) + 0 * pitch, first};"),
    Bug("c", "wrong above 4096 lines", "_x2.c", "row % 3 *", "row % 4096 % 3 *"),
    Bug("hls", "wrong at the greatest width", "video.hpp",
        "pixel.lane[0] = pixel_of<BITS, 1>(beat, 0);",
        "pixel.lane[0] = x == 1919 ? ap_uint<BITS>(0) : pixel_of<BITS, 1>(beat, 0);"),
    Bug("hls", "a loaded weight is that of the place after it", "kernel.cpp",
        "srq::Word(parameters[n])", "srq::Word(parameters[n + (n == 321)])"),
    Bug("hls", "wrong above 4096 lines", "video.hpp",
        "pixel.lane[0] = pixel_of<BITS, 1>(beat, 0);",
        "pixel.lane[0] = pixel_of<BITS, 1>(beat, 0) ^ ap_uint<BITS>(n / width > 4095);"),
    Bug("onnx", "of a batch the first picture is added to all", model=_first_of_the_batch),
    Bug("onnx", "what stands beyond 2048 columns is left out", model=_up_to_2048_columns),
    Bug("glsl", "wrong beyond 2048 columns", ".glsl",
        "return at == inside ? n : 0.0;",
        "return at == inside ? n + float(at.x > 2047) : 0.0;"),
    Bug("glsl", "wrong only in floats", ".glsl", "* 0.0625 + 0.5)", "* 0.0625)",
        choices=(("textures", "float"),)),
    Bug("glsl", "it runs in a window of any size", ".glsl",
        "//!WHEN OUTPUT.w LUMA.w / 1.413 > OUTPUT.h LUMA.h / 1.413 > *\n", ""),
)  # fmt: skip
"""In the order in which they are planted."""

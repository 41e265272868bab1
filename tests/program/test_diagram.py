import io
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from PIL import Image

from srq.errors import ConfigError
from srq.program import diagram
from tests.kim_program import kim_program
from tests.strategies import programs

SVG = "{http://www.w3.org/2000/svg}"

KIM = """\
  lr        low-resolution luma       1 x u8.8    ──┐
│ conv1     conv 3x3, 1 -> 32, ReLU   32 x u14.12 ──┼─┐
│ dw2       depthwise 1x5, 32         32 x s14.12   │ │
│ pw2       conv 1x1, 32 -> 16, ReLU  16 x u14.12   │ │
│ dw3       depthwise 1x5, 16         16 x s14.12   │ │
│ pw3       conv 1x1, 16 -> 32        32 x s32.22   │ │
│ skip      pw3 + conv1, ReLU         32 x u14.12 ◄─┼─┘
│ dw4       depthwise 3x3, 32         32 x s14.12   │
│ pw4       conv 1x1, 32 -> 16, ReLU  16 x u14.12   │
│ dw5       depthwise 3x3, 16         16 x s14.12   │
│ pw5       conv 1x1, 16 -> 4         4 x s32.22    │
│ shuffled  pixel shuffle x2          1 x s32.22  ──┼─┐
  nearest   nearest upsample x2       1 x u8.8    ◄─┘ │
│ sum       shuffled + nearest, ReLU  1 x u8.8    ◄───┘
│ hr        high-resolution luma      1 x u8.8"""


def test_the_papers_network_in_text():
    assert diagram.text(kim_program()) == KIM


@settings(deadline=None, max_examples=50)
@given(programs())
def test_every_edge_is_drawn_once(program):
    edges = {
        (program.ops.index(program.step(source).op), index)
        for index, op in enumerate(program.ops)
        for source in op.sources
    }
    lanes = diagram.lanes(program)
    assert {(lane.start, lane.end) for lane in lanes} == {
        (start, end) for start, end in edges if start < end - 1
    }
    for lane in lanes:
        beside = [other for other in lanes if other.column == lane.column and other != lane]
        assert all(other.end < lane.start or other.start > lane.end for other in beside)
    lines = diagram.text(program).splitlines()
    assert [line.startswith("│") for line in lines] == [
        (index - 1, index) in edges for index in range(len(program.ops))
    ]
    document = ElementTree.fromstring(diagram.svg(program))
    assert len(document.findall(f"{SVG}polyline")) == len(edges)
    assert len(document.findall(f"{SVG}rect")) == 1 + len(program.ops)


def test_files_are_of_the_kind_that_their_suffix_says(tmp_path):
    program = kim_program()
    for name in ("kim.svg", "kim.PNG", "kim.txt"):
        diagram.write(program, tmp_path / name)
    assert ElementTree.parse(tmp_path / "kim.svg").getroot().tag == f"{SVG}svg"
    assert (tmp_path / "kim.txt").read_text() == KIM + "\n"
    with Image.open(tmp_path / "kim.PNG") as picture:
        assert picture.format == "PNG"


def test_the_png_has_ink_for_every_op():
    program = kim_program()
    with Image.open(io.BytesIO(diagram.png(program, zoom=1))) as picture:
        column = [picture.getpixel((30, y)) for y in range(picture.height)]
    blue = (53, 96, 143)
    assert column.count(blue) == 2 * len(program.ops)


@pytest.mark.parametrize("name", ["kim.pdf", "kim"])
def test_another_suffix_is_refused(tmp_path, name):
    with pytest.raises(ConfigError, match="A diagram is written as .svg, .png or .txt, not"):
        diagram.write(kim_program(), tmp_path / name)

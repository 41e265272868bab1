"""The files of the C export: their text, and what is refused."""

import re

import numpy as np
import pytest

from srq.errors import ConfigError
from srq.export import open_exporter
from srq.export.c import C
from srq.export.c.schedule import schedule
from srq.fixed import Format
from srq.program import Conv, Input, Output, Padding, Program
from tests.export.c_programs import odd_program
from tests.kim_program import kim_program


def test_every_file_names_the_program():
    program = kim_program()
    files = C().files(program)
    assert sorted(files) == [
        "Makefile",
        "README.md",
        "example.c",
        "sample.pgm",
        "srq_kim_x2_random_0.c",
        "srq_kim_x2_random_0.h",
        "srq_kim_x2_random_0_weights.h",
        "test.c",
        "test_vector.h",
    ]
    assert all(program.fingerprint.encode() in data for data in files.values())


def test_a_name_of_any_letters_leaves_comments_whole():
    for path, data in C().files(odd_program()).items():
        if not path.endswith(".pgm"):
            text = data.decode("ascii")
            assert "97 odd" in text
            assert text.count("/*") == text.count("*/") or path == "Makefile"
            assert "@" not in text.replace("$@", "")


def test_the_weight_header_has_every_number():
    program = kim_program(3, per_channel=True, bias=True)
    text = C().files(program)["srq_kim_x3_random_0_weights.h"].decode()
    stem = "srq_kim_x3_random_0"
    for op in program.convs:
        found = {
            what: [int(n) for n in re.findall(r"-?\d+", numbers)]
            for what, numbers in re.findall(
                rf"{stem}_{op.name}_(\w+)\[\d+\] = {{\n(.*?)}};", text, re.DOTALL
            )
        }
        assert found["weight"] == op.weight.ravel().tolist()
        assert found["bias"] == op.bias.tolist()
        assert found["shift"] == list(program.step(op.name).shifts)
        assert found["weight_frac"] == list(op.weight_frac)
    for step in program.steps:
        fmt = step.value.format
        lo = "(-2147483647 - 1)" if fmt.bits == 32 else f"({fmt.lo})" if fmt.lo else "0"
        start = f"#define {stem.upper()}_{step.op.name}"
        for what, n in {
            "CHANNELS": step.value.channels,
            "PICTURE_SCALE": step.value.scale,
            "BITS": fmt.bits,
            "FRAC": fmt.frac,
            "LO": lo,
            "HI": fmt.hi,
        }.items():
            assert f"{start}_{what} {n}\n" in text


def test_the_timing_table_is_that_of_the_receptive_field():
    text = C().files(kim_program())["README.md"].decode()
    assert (
        "push_line 2        0\n"
        "push_line 3        2    0 to 1\n"
        "push_line 4        2    2 to 3\n"
        "push_line 5        2    4 to 5\n"
        "flush              2    6 to 7\n"
        "flush              2    8 to 9\n"
        "flush              2    10 to 11\n"
        "flush              0    the picture is whole\n"
    ) in text


def test_the_readme_states_the_memory_of_the_maximum_width():
    size = C(max_width=1280).state_bytes(kim_program())
    assert size == schedule(kim_program()).memory.size(1280, 512)
    text = C(max_width=1280).files(kim_program())["README.md"].decode()
    assert f"The state takes {size} bytes for lines of 1280 pixels" in text


@pytest.mark.parametrize("width", [0, -1, 65537, 2.5, "1920", True, None])
def test_a_maximum_width_that_is_none_is_refused(width):
    with pytest.raises(ConfigError, match="must be an integer of 1 to 65536 pixels, not"):
        open_exporter("c", max_width=width)


def test_lines_that_no_index_reaches_are_refused():
    fmt = Format.parse("u8.8")
    wide = np.ones((1024, 1, 1, 1), np.int64)
    deep = np.ones((1, 1024, 64, 1), np.int64)
    program = Program(
        [
            Input("lr", fmt),
            Conv("wide", "lr", wide, weight_bits=2, weight_frac=0, format=fmt),
            Conv(
                "deep",
                "wide",
                deep,
                weight_bits=2,
                weight_frac=0,
                format=fmt,
                padding=Padding(0, 63, 0, 0),
            ),
            Output("hr", "deep"),
        ]
    )
    assert C(max_width=1000).check(program) == []
    (reason,) = C(max_width=65536).check(program)
    assert re.fullmatch(
        r"its lines of 65536 pixels would take \d+ bytes, and C's 32-bit indices end at 2147483648;"
        r" choose a smaller maximum width.",
        reason,
    )

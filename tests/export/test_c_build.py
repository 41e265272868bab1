"""The exported C, compiled: bits, warnings, sanitizers, other processors, misuse, memory."""

import subprocess

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srq.errors import MissingDependencyError
from srq.export import export
from srq.export.c import C
from srq.fixed import Format
from srq.program import Add, Conv, Input, NearestUpsample, Output, Program, Requantize
from srq.program.reference import Reference
from srq.verify.c import COMPILER, FLAGS, Build, c, seconds_of_frame
from tests.export.c_programs import STRICT, compile_c, odd_program
from tests.kim_program import kim_program
from tests.strategies import pictures, programs

KIM = kim_program()
ODD = odd_program()
FULL = kim_program(3, per_channel=True, bias=True)
SANITIZED = ("-O0", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
GET = {
    "gcc": "apt-get install gcc",
    "clang": "apt-get install clang",
    "avr-gcc": "apt-get install gcc-avr",
    "arm-none-eabi-gcc": "apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi",
    "riscv64-linux-gnu-gcc": "apt-get install gcc-riscv64-linux-gnu libc6-dev-riscv64-cross",
    "qemu-arm": "apt-get install qemu-user",
    "qemu-riscv64": "apt-get install qemu-user",
    "make": "apt-get install make",
}


@pytest.fixture
def tools(require_tool):
    return lambda *names: [require_tool(name, GET[name]) for name in names]


def picture_of(program, height, width, seed=0):
    fmt = program.input.format
    rng = np.random.default_rng(seed)
    return rng.integers(0, fmt.hi, (height, width), fmt.dtype, endpoint=True)


def assert_equal(program, subject, picture):
    expected = Reference(program)(picture, trace=True)
    made = subject.trace(picture)
    assert list(made) == list(expected)
    for name, tensor in expected.items():
        np.testing.assert_array_equal(made[name], tensor, err_msg=name)
    result = subject.run(picture)
    assert result.dtype == program.output_value.format.dtype
    np.testing.assert_array_equal(result, expected[program.output.name][0])


# The subject's blocks are 40 columns wide.
SIZES = [(1, 1), (1, 7), (7, 1), (2, 3), (3, 39), (5, 40), (9, 41), (4, 81), (40, 2)]


@pytest.mark.parametrize(
    ("program", "compiler"),
    [(KIM, "gcc"), (KIM, "clang"), (FULL, "gcc"), (ODD, "gcc"), (ODD, "clang")],
    ids=lambda value: getattr(value, "name", value)[:6],
)
def test_every_tensor_of_every_size_without_a_warning(tools, program, compiler):
    tools(compiler)
    with c(program, Build(compiler=(compiler,), flags=("-O3", *STRICT))) as subject:
        for height, width in SIZES:
            assert_equal(program, subject, picture_of(program, height, width))


@pytest.mark.parametrize("program", [KIM, ODD], ids=["kim", "odd"])
def test_no_sanitizer_finds_anything(tools, program):
    tools("gcc")
    with c(program, Build(compiler=("gcc",), flags=SANITIZED)) as subject:
        for height, width in SIZES:
            for picture in (
                picture_of(program, height, width),
                np.full((height, width), program.input.format.hi, program.input.format.dtype),
            ):
                assert_equal(program, subject, picture)


def test_programs_that_need_almost_nothing(tools):
    tools("gcc")
    u8 = Format.parse("u8.8")
    for ops in (
        [Output("hr", "lr")],
        [Requantize("same", "lr", u8), Output("hr", "same")],
        [NearestUpsample("large", "lr", 16), Output("hr", "large")],
    ):
        program = Program([Input("lr", u8), *ops])
        with c(program, Build(flags=("-O1", *STRICT))) as subject:
            assert_equal(program, subject, picture_of(program, 3, 50))


def test_the_longest_shifts_overflow_nothing(tools):
    tools("gcc")
    u16 = Format.parse("u16.16")
    least = Conv(
        "least",
        "lr",
        np.full((1, 1, 1, 1), -32768),
        weight_bits=16,
        weight_frac=0,
        format=Format.parse("s2.-15"),
    )
    ops = [least, Add("sum", "least", "lr"), Requantize("back", "sum", u16), Output("hr", "back")]
    program = Program([Input("lr", u16), *ops])
    assert program.step("least").shifts == (31,)
    assert program.step("sum").aligns == (31, 0)
    picture = np.array([[0, 32767, 32768, 65535]], np.uint16)
    with c(program, Build(flags=SANITIZED)) as subject:
        assert_equal(program, subject, picture)
        assert subject.trace(picture)["sum"].min() == 65535 - 2**31


def test_any_program(tools):
    tools("gcc")

    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def equal(data):
        program = data.draw(programs(picture_bits=(8, 9, 10, 16)))
        with c(program, Build(flags=("-O1", *STRICT))) as subject:
            for side in (3, 9, 50):
                assert_equal(program, subject, data.draw(pictures(program, max_side=side)))

    equal()


CROSS = {
    "riscv64": Build(("riscv64-linux-gnu-gcc",), ("-O2", "-static"), ("qemu-riscv64",)),
    "arm": Build(
        ("arm-none-eabi-gcc", "--specs=rdimon.specs", "-march=armv7-a", "-mthumb"),
        ("-O2",),
        ("qemu-arm",),
    ),
}


@pytest.mark.parametrize("target", CROSS)
@pytest.mark.parametrize("program", [KIM, ODD], ids=["kim", "odd"])
def test_other_processors_give_the_same_bits(tools, program, target):
    build = CROSS[target]
    tools(build.compiler[0], build.runner[0])
    with c(program, build) as subject:
        for height, width in [(1, 1), (3, 41), (8, 12)]:
            assert_equal(program, subject, picture_of(program, height, width))


def test_a_microcontroller_takes_it(tools, tmp_path):
    (gcc,) = tools("arm-none-eabi-gcc")
    export(KIM, C(max_width=160), tmp_path / "c")
    command = [gcc, *STRICT, "-mcpu=cortex-m4", "-mthumb", "-Os", "-ffreestanding", "-c"]
    subprocess.run([*command, "srq_kim_x2_random_0.c"], cwd=tmp_path / "c", check=True)
    done = subprocess.run(
        [gcc.replace("gcc", "nm"), "-u", "srq_kim_x2_random_0.o"],
        cwd=tmp_path / "c",
        check=True,
        capture_output=True,
        text=True,
    )
    # What gcc itself may ask of any freestanding program; no heap, no float, no division by code.
    assert set(done.stdout.split()) - {"U"} <= {"memset", "memcpy"}


@pytest.mark.parametrize("command", ["avr-gcc -mmcu=atmega2560", "clang --target=msp430"])
def test_a_processor_of_16_bits_refuses_it_with_one_sentence(tools, tmp_path, command):
    compiler, option = command.split()
    tools(compiler)
    export(KIM, C(max_width=16), tmp_path / "c")
    compile_it = [compiler, option, "-std=c99", "-ffreestanding", "-c", "srq_kim_x2_random_0.c"]
    done = subprocess.run(compile_it, cwd=tmp_path / "c", capture_output=True, text=True)
    assert done.returncode
    assert done.stderr.count(" error: ") == 1
    assert "needs a processor whose int has 32 bits" in done.stderr


def test_the_readmes_commands_are_enough(tools, tmp_path, monkeypatch):
    tools("make", "gcc")
    monkeypatch.setenv("CFLAGS", "-O1")  # faster to compile
    for program in (KIM, ODD):
        folder = tmp_path / program.name[:3]
        export(program, C(), folder)
        text = (folder / "README.md").read_text()
        commands = text.split("```")[1].strip()
        assert commands.startswith("make\n")
        shell = ["bash", "-euc", commands]
        done = subprocess.run(shell, cwd=folder, capture_output=True, text=True, check=True)
        assert done.stderr == ""
        assert done.stdout.count("equal: ") == 2
        small, large = (read_pgm(folder / name) for name in ("sample.pgm", "large.pgm"))
        np.testing.assert_array_equal(large, Reference(program)(small))


def read_pgm(path):
    lines = path.read_bytes().split(b"\n")
    body = [line for line in lines[:4] if not line.startswith(b"#")]
    width, height = (int(n) for n in body[1].split())
    dtype = ">u2" if int(body[2]) > 255 else "u1"
    pixels = np.frombuffer(path.read_bytes()[-width * height * np.dtype(dtype).itemsize :], dtype)
    return pixels.reshape(height, width).astype(dtype.replace(">", ""))


MISUSE = """
#include "srq_kim_x2_random_0.h"
#include <stdio.h>
#define W SRQ_KIM_X2_RANDOM_0_MAX_WIDTH
static srq_kim_x2_random_0_state s;
static uint8_t line[W], out[2][2 * W];
static void say(long n) { printf("%ld ", n); }
int main(void)
{
    say(srq_kim_x2_random_0_init(&s, 0));
    say(srq_kim_x2_random_0_init(&s, -5));
    say(srq_kim_x2_random_0_init(&s, W + 1));
    say(srq_kim_x2_random_0_init(&s, W));
    for (int y = 0; y < 5; y++)
        say(srq_kim_x2_random_0_push_line(&s, line, out[0], 2 * W));
    say(srq_kim_x2_random_0_flush(&s, out[0], 2 * W));
    say(srq_kim_x2_random_0_push_line(&s, line, out[0], 2 * W));
    for (int k = 0; k < 3; k++)
        say(srq_kim_x2_random_0_flush(&s, out[0], 2 * W));
    say(srq_kim_x2_random_0_flush(&s, out[0], 2 * W));
    say(srq_kim_x2_random_0_push_line(&s, line, out[0], 2 * W));
    s.lines = s.tick = SRQ_KIM_X2_RANDOM_0_MAX_HEIGHT - 1;
    say(srq_kim_x2_random_0_push_line(&s, line, out[0], 2 * W));
    say(srq_kim_x2_random_0_push_line(&s, line, out[0], 2 * W));
    say(sizeof s == SRQ_KIM_X2_RANDOM_0_STATE_BYTES);
    say((long)sizeof s);
    return 0;
}
"""


def test_errors_are_codes_and_memory_is_what_is_stated(tools, tmp_path):
    tools("gcc")
    for width in (1, 700):
        flags = (*SANITIZED, f"-DSRQ_KIM_X2_RANDOM_0_MAX_WIDTH={width}")
        binary = compile_c(tmp_path / "c", KIM, MISUSE, "gcc", *flags)
        done = subprocess.run([binary], capture_output=True, text=True, check=True)
        assert [int(n) for n in done.stdout.split()] == [
            *(-1, -1, -1, 0),  # init
            *(0, 0, 0, 2, 2),  # a picture of 5 lines,
            *(2, -2, 2, 2, 0),  # its flush, into which no line may come,
            *(0, 0),  # nothing more, and the next picture
            *(2, -3),  # the last line that a picture may have, and one more
            *(1, C(max_width=width).state_bytes(KIM)),
        ]


def test_streams_side_by_side_do_not_touch_each_other(tools, tmp_path):
    tools("gcc")
    pictures_of_two = [picture_of(KIM, 6, 20, seed) for seed in (1, 2)]
    main = STREAMS % tuple(
        ", ".join(str(n) for n in picture.ravel()) for picture in pictures_of_two
    )
    binary = compile_c(tmp_path / "c", KIM, main, "gcc", *SANITIZED)
    done = subprocess.run([binary], capture_output=True, check=True)
    made = np.frombuffer(done.stdout, np.uint8).reshape(2, 12, 40)
    for picture, large in zip(pictures_of_two, made, strict=True):
        np.testing.assert_array_equal(large, Reference(KIM)(picture))


STREAMS = """
#include "srq_kim_x2_random_0.h"
#include <stdio.h>
static srq_kim_x2_random_0_state state[2];
static const uint8_t in[2][6 * 20] = {{%s}, {%s}};
static uint8_t out[2][12][40];
int main(void)
{
    int32_t lines[2] = {0, 0};
    for (int k = 0; k < 2; k++)
        srq_kim_x2_random_0_init(&state[k], 20);
    for (int y = 0; y < 6; y++)
        for (int k = 0; k < 2; k++)
            lines[k] += srq_kim_x2_random_0_push_line(&state[k], in[k] + y * 20,
                                                      out[k][lines[k]], 40);
    for (int y = 0; y < 3; y++)
        for (int k = 0; k < 2; k++)
            lines[k] += srq_kim_x2_random_0_flush(&state[k], out[k][lines[k]], 40);
    fwrite(out, 1, sizeof out, stdout);
    return lines[0] != 12 || lines[1] != 12;
}
"""


@pytest.mark.parametrize(
    ("macro", "said"),
    [
        ("MAX_WIDTH=0", "MAX_WIDTH must be 1 to 65536"),
        ("MAX_WIDTH=65537", "MAX_WIDTH must be 1 to 65536"),
        ("BLOCK=1", "block_holds_a_pixel"),
        ("BLOCK=11000000", "state_is_below_2_gib"),
    ],
)
def test_a_macro_that_cannot_be_stops_the_compiler(tools, tmp_path, macro, said):
    (gcc,) = tools("gcc")
    export(KIM, C(), tmp_path / "c")
    command = [gcc, "-std=c99", f"-DSRQ_KIM_X2_RANDOM_0_{macro}", "-c", "srq_kim_x2_random_0.c"]
    done = subprocess.run(command, cwd=tmp_path / "c", capture_output=True, text=True)
    assert done.returncode
    assert said in done.stderr


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_the_weight_header_stands_alone_and_cplusplus_takes_the_other(tools, tmp_path, compiler):
    tools(compiler)
    export(ODD, C(), tmp_path / "c")
    (header,) = (tmp_path / "c").glob("*_weights.h")
    (tmp_path / "alone.c").write_text(
        f'#include "c/{header.name}"\nint main(void) {{ return 0; }}\n'
    )
    (tmp_path / "a.cpp").write_text(
        f'#include "c/{header.name.replace("_weights", "")}"\nint main() {{ return 0; }}\n'
    )
    flags = ["-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Werror", "-fsyntax-only"]
    for language in (["-std=c99", "alone.c"], ["-std=c++11", "-x", "c++", "a.cpp"]):
        subprocess.run([compiler, *flags, *language], cwd=tmp_path, check=True)


def test_no_compiler_is_said_with_what_to_do(monkeypatch):
    monkeypatch.setenv(COMPILER, "no-such-compiler -v")
    with pytest.raises(MissingDependencyError) as error, c(KIM):
        pass
    assert str(error.value) == (
        "The C export needs a C compiler, and there is no 'no-such-compiler'; install gcc or clang,"
        " or name yours in CC."
    )


def test_what_the_compiler_says_is_told(tools, monkeypatch):
    tools("gcc")
    monkeypatch.setenv(FLAGS, "-Werror -DSRQ_KIM_X2_RANDOM_0_BLOCK=0")
    with pytest.raises(RuntimeError, match='BLOCK" redefined'), c(KIM):
        pass


def test_what_the_exported_c_says_and_how_it_ends_is_told(tools):
    tools("gcc")
    with c(KIM) as subject:
        with pytest.raises(RuntimeError, match="gave the error -1 for 1x5000 pixels"):
            subject.run(picture_of(KIM, 1, 5000))
        assert_equal(KIM, subject, picture_of(KIM, 2, 3))
        subject._process.process.kill()
        with pytest.raises(RuntimeError, match="ended with code -9: no word"):
            subject.run(picture_of(KIM, 3, 3))


def test_frames_are_timed(tools):
    tools("gcc")
    assert seconds_of_frame(KIM, picture_of(KIM, 30, 40), frames=2) > 0

"""The shader run: in OpenGL with every kind of texture, and in libplacebo on Vulkan.

That it computes any Program is shown with all other subjects, in tests/conformance.
"""

import re
import subprocess

import numpy as np
import pytest

from srq.errors import ProgramError
from srq.export import export
from srq.export.glsl import Glsl
from srq.fixed import Format
from srq.program import Add, Conv, Input, Output, PixelShuffle, Program, Requantize
from srq.program.reference import Reference
from srq.stimuli.sets import for_check
from srq.verify.compare import first_difference
from srq.verify.glsl import PLANE, Player, ShaderSubject, glsl, parse
from srq.verify.libplacebo import TEXELS, PlaceboSubject, compiled, libplacebo
from tests.export.test_glsl import shader, straight
from tests.kim_program import kim_program
from tests.missing import skipping

KIM = kim_program()


def pictures(program: Program) -> list[np.ndarray]:
    fmt = program.input.format
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, fmt.hi, size, endpoint=True) for size in ((1, 1), (2, 3), (13, 11))]
    extremes = rng.integers(0, 2, (17, 9)) * fmt.hi
    return [picture.astype(fmt.dtype) for picture in (*noise, extremes)]


def check(program: Program, subject) -> None:
    for picture in pictures(program):
        assert np.array_equal(subject.run(picture), Reference(program)(picture))


def layered(bits: int, weight_bits: int, seed: int = 0) -> Program:
    """A wide layer, a grouped one and a dense one read around a pixel, with values of ``bits``
    and weights of ``weight_bits`` at their ends: their sums have about both, and 6 bits more."""
    rng = np.random.default_rng(seed)
    top = 1 << (weight_bits - 1)

    def conv(name, source, out, ins, kernel, frac, fmt, groups=1):
        weight = rng.choice([-top, top - 1, 1 - top // 3, top // 5], (out, ins, *kernel))
        return Conv(
            name,
            source,
            weight,
            weight_bits=weight_bits,
            weight_frac=frac,
            groups=groups,
            format=fmt and Format.parse(fmt),
            bias=rng.integers(-top * 50, top * 50, out),
        )

    return Program(
        [
            Input("lr", Format.parse("u8.8")),
            conv("a", "lr", 6, 1, (3, 3), weight_bits, f"u{bits}.{bits}"),
            conv("b", "a", 6, 3, (1, 3), weight_bits, f"s{bits}.{bits - 3}", groups=2),
            conv("c", "b", 4, 6, (3, 1), weight_bits, None),
            Requantize("d", "c", Format(True, bits, bits - 4)),
            conv("e", "d", 4, 4, (3, 3), weight_bits, None),
            PixelShuffle("shuffled", "e", 2),
            Requantize("sum", "shuffled", Format.parse("u8.8")),
            Output("hr", "sum"),
        ],
        name="layered",
    )


@pytest.mark.parametrize(
    ("textures", "kind"),
    [
        ("half", "rgba16f"),
        ("half", "rgba32f"),
        ("unorm", "rgba16"),
        ("unorm", "rgba32f"),
        ("float", "rgba32f"),
    ],
)
def test_each_way_is_exact_in_its_textures(textures, kind):
    program = layered(14, 6)
    with skipping(), Player(kind) as player:
        check(program, ShaderSubject(program, Glsl(textures=textures), player))


@pytest.mark.parametrize(
    ("bits", "weight_bits", "arithmetic"),
    [(14, 8, "floats"), (14, 10, "joined"), (16, 11, "integers")],
)
def test_sums_are_exact_below_and_beyond_what_floats_hold(bits, weight_bits, arithmetic):
    program = layered(bits, weight_bits)
    text = shader(program, textures="float")
    assert ("ivec4" in text.replace("ivec4(n)", "")) == (arithmetic != "floats")
    assert (") + ivec4(v" in text) == (arithmetic == "joined")
    assert (" += ivec4(" in text) == (arithmetic == "integers")
    with skipping(), Player("rgba32f") as player:
        check(program, ShaderSubject(program, Glsl(textures="float"), player))


def test_the_integers_between_passes_can_be_read():
    program = layered(14, 8)
    (*_, picture) = pictures(program)
    with skipping(), glsl(program) as subject:
        traced = subject.trace(picture)
    assert list(traced) == ["a", "b", "d", "hr"]
    assert first_difference(Reference(program)(picture, trace=True), traced) is None


def test_values_too_wide_for_half_floats_are_verified_in_floats():
    program = layered(16, 6)
    with skipping(), glsl(program) as subject:
        check(program, subject)


def test_a_picture_of_ten_bits():
    program = straight(picture=10, last=3)
    with skipping(), glsl(program) as subject:
        check(program, subject)


def sharpener() -> Program:
    """A program that does not make the picture larger."""
    fmt = Format.parse("u8.8")
    sharpen = np.array([[[[0, -1, 0], [-1, 6, -1], [0, -1, 0]]]])
    return Program(
        [
            Input("lr", fmt),
            Conv("sharp", "lr", sharpen, weight_bits=4, weight_frac=2),
            Add("sum", "sharp", "lr", fmt),
            Output("hr", "sum"),
        ]
    )


def test_a_picture_that_is_not_made_larger():
    program = sharpener()
    with skipping(), glsl(program) as subject:
        check(program, subject)


TEN_BITS = {"mpv's vo=gpu": 1020, "libplacebo, limited": 65535 / 64, "libplacebo, full": 1023}
"""The code value of 10 bits that each player hands a shader as 1.0."""


def every_ten_bits() -> np.ndarray:
    return np.random.default_rng(0).permutation(1024).reshape(32, 32).astype(np.uint16)


def played(program: Program, picture: np.ndarray, white: float, textures: str, kind: str):
    """The larger picture in code values of 10 bits, not yet rounded to them."""
    with skipping(), Player(kind) as player:
        hooks = parse(shader(program, textures=textures))
        found = player.play(hooks, picture, white, enlarged=program.scale)  # type: ignore
    return found[PLANE][..., 0] * white


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize(("textures", "kind"), [("half", "rgba16f"), ("unorm", "rgba16")])
@pytest.mark.parametrize("player", TEN_BITS)
def test_ten_bits_are_rounded_to_eight_and_given_back_in_each_player(player, textures, kind, scale):
    program, picture = straight(last=3) if scale == 2 else sharpener(), every_ten_bits()
    is_full = player.endswith("full")
    share = 255 / 1023 if is_full else 1 / 4
    eight = np.minimum(np.floor(picture * share + 0.5), 255).astype(np.uint8)
    wanted = Reference(program)(eight)
    assert len(np.unique(eight)) == 256
    ten = played(program, picture, TEN_BITS[player], textures, kind)
    assert np.array_equal(np.floor(ten * share + 0.5), wanted)
    if not is_full:
        assert np.array_equal(np.floor(ten + 0.5), 4 * wanted.astype(int))


@pytest.mark.parametrize("player", TEN_BITS)
def test_a_program_of_ten_bits_takes_them_whole_in_each_player(player):
    program, picture = straight(picture=10, last=3), every_ten_bits()
    ten = played(program, picture, TEN_BITS[player], "float", "rgba32f")
    assert np.array_equal(np.floor(ten + 0.5), Reference(program)(picture))


def test_a_video_that_is_shown_as_it_is_passes_unchanged():
    program = straight()
    picture = pictures(program)[2]
    with skipping(), Player() as player:
        found = player.play(parse(shader(program)), picture, 255, enlarged=1.0)
    assert list(found) == [PLANE]
    assert np.array_equal(found[PLANE][..., 0] * 255, picture)


def test_a_program_that_no_shader_can_hold_is_refused():
    refused = pytest.raises(ProgramError, match="cannot be written as glsl: Op 'sum' reads 18 text")
    with refused, glsl(straight(channels=68, last=3)):
        pass


def test_in_libplacebo_the_shader_is_exact_as_it_is_by_default():
    program = straight(last=3)
    with skipping(), libplacebo(program) as subject:
        check(program, subject)


@pytest.mark.parametrize(("textures", "kind"), [("unorm", "rgba16"), ("float", "rgba32f")])
def test_in_libplacebo_each_way_is_exact_in_its_textures(textures, kind, tmp_path):
    program = layered(14, 6)
    assert kind in TEXELS
    path = tmp_path / "shader.glsl"
    path.write_text(shader(program, textures=textures))
    with skipping(), compiled() as player:
        subject = PlaceboSubject(program, player, path, kind)
        check(program, subject)
        subject.close()


def test_what_libplacebo_says_of_a_broken_shader_is_told(tmp_path):
    program = straight()
    path = tmp_path / "shader.glsl"
    path.write_text(shader(program).replace("vec4 n", "vec5 n"))
    with skipping(), compiled() as player:
        subject = PlaceboSubject(program, player, path)
        with pytest.raises(RuntimeError, match="libplacebo ended: .*vec5.* The shader did not run"):
            subject.run(pictures(program)[1])
        subject.close()


def test_a_driver_that_crashes_is_given_the_picture_again(tmp_path):
    program = straight()
    picture = pictures(program)[1]
    expected = Reference(program)(picture)
    rows, columns = expected.shape
    texels = np.zeros((rows, columns, 4), "<f2")
    texels[..., 0] = expected / 255
    (tmp_path / "answer").write_bytes(
        b"%d %d %d\n" % (columns, rows, texels.nbytes) + texels.tobytes()
    )
    player = tmp_path / "player"
    player.write_text(
        f"#!/bin/sh\necho ready\ncd {tmp_path}\n"
        "test -e crashed || { touch crashed; kill -SEGV $$; }\ncat answer\ncat >/dev/null\n"
    )
    player.chmod(0o755)
    subject = PlaceboSubject(program, player, tmp_path / "shader.glsl")
    assert np.array_equal(subject.run(picture), expected)
    assert (tmp_path / "crashed").exists()
    subject.close()


def test_the_folders_check_vector_is_given_back_by_ffmpeg(require_tool, tmp_path):
    require_tool("ffmpeg", "install ffmpeg (Debian: apt install ffmpeg)")
    export(KIM, Glsl(), tmp_path / "shader")
    (commands,) = re.findall(r"```\n(.*?)```", (tmp_path / "shader/README.md").read_text(), re.S)
    assert commands.startswith("ffmpeg ")
    with skipping(), libplacebo(KIM):
        pass  # else there is no Vulkan for ffmpeg either
    run = ["bash", "-euc", commands]
    done = subprocess.run(run, cwd=tmp_path / "shader", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout
    larger = np.fromfile(tmp_path / "shader/made.raw", np.uint8).reshape(64, 144)
    np.testing.assert_array_equal(larger, Reference(KIM)(for_check(KIM.input.format).picture))

"""The exporter ``glsl``: what its passes read, what they say of themselves, what is refused.

That they compute the Program is shown by running them: tests/export/test_glsl_players.py.
"""

import re

import numpy as np
import pytest

from srq.dataflow.planes import Planes
from srq.errors import ConfigError, ProgramError
from srq.export import export, open_exporter
from srq.export.glsl import Glsl
from srq.export.glsl.plan import MOST_BINDS, Plan
from srq.export.glsl.texels import TEXTURES, texel_of
from srq.fixed import Format
from srq.program import Add, Conv, Input, NearestUpsample, Output, PixelShuffle, Program
from srq.verify.glsl import Hook, evaluate, parse
from tests.kim_program import kim_program

PROGRAM = kim_program()


def shader(program: Program = PROGRAM, **choices) -> str:
    files = Glsl(**choices).files(program)
    return next(data.decode() for path, data in files.items() if path.endswith(".glsl"))


def straight(
    bits: int = 14, *, channels: int = 3, picture: int = 8, scale: int = 2, taps: int = 3, last=1
) -> Program:
    """A conv to ``channels`` of ``bits``, one to scale² with a kernel of ``last``, a shuffle and
    the base."""
    fmt = Format(False, picture, picture)
    rng = np.random.default_rng(0)
    return Program(
        [
            Input("lr", fmt),
            Conv(
                "wide",
                "lr",
                rng.integers(-8, 8, (channels, 1, taps, taps)),
                weight_bits=4,
                weight_frac=3,
                format=Format(False, bits, bits),
            ),
            Conv(
                "last",
                "wide",
                rng.integers(-8, 8, (scale**2, channels, last, last)),
                weight_bits=4,
                weight_frac=3,
            ),
            PixelShuffle("shuffled", "last", scale),
            NearestUpsample("base", "lr", scale),
            Add("sum", "shuffled", "base", fmt),
            Output("hr", "sum"),
        ],
        name="straight",
    )


def test_a_pass_reads_only_what_was_saved_before_it():
    saved = {"LUMA"}
    hooks = parse(shader())
    for hook in hooks:
        assert hook.hook == "LUMA"
        assert len(hook.binds) == len(set(hook.binds)) <= MOST_BINDS
        assert set(hook.binds) <= saved
        assert all(re.search(rf"\b{bind}_\w+\b", hook.body) for bind in hook.binds)
        saved.add(hook.save or "LUMA")
    assert [hook.save for hook in hooks].count(None) == 1
    assert hooks[-1].save is None


def test_the_last_pass_makes_the_picture_larger():
    *hooks, last = parse(shader(kim_program(3)))
    sizes = {name: (7, 5) for hook in [*hooks, last] for name in hook.binds}
    assert {(evaluate(h.width, sizes), evaluate(h.height, sizes)) for h in hooks} == {(7, 5)}
    assert (evaluate(last.width, sizes), evaluate(last.height, sizes)) == (21, 15)
    assert last.components == 1


def test_accumulators_are_not_kept_and_the_last_pair_of_layers_is_one_pass():
    plan = Plan(Planes(PROGRAM))
    assert plan.kept == ["conv1", "dw2", "pw2", "dw3", "skip", "dw4", "pw4", "hr"]
    assert len(parse(shader())) == sum(len(plan.quads(name)) for name in plan.kept) + 1


def test_a_depthwise_that_many_passes_would_repeat_is_kept():
    # At x4, the four passes of the last pointwise would each compute dw5 anew.
    assert "dw5" in Plan(Planes(kim_program(4))).kept


@pytest.mark.parametrize("least", [None, 0, 1.5])
def test_the_passes_run_where_the_video_is_enlarged(least):
    (when,) = {hook.when for hook in parse(shader(enlarge_from=least))}
    runs = [
        bool(evaluate(when, {"LUMA": (100, 100), "OUTPUT": (round(100 * times),) * 2}))
        for times in (1, 1.4, 1.42, 1.5, 2)
    ]
    from_where = {None: 2, 0: 0, 1.5: 3}[least]
    assert runs == [index >= from_where for index in range(5)]


def test_every_file_names_the_program():
    files = Glsl().files(PROGRAM)
    assert set(files) == {"README.md", "srq_kim_x2_random_0.glsl", "sample.pgm", "larger.raw"}
    # Raw samples have no place for a name.
    named = [data for name, data in files.items() if not name.endswith(".raw")]
    assert all(PROGRAM.fingerprint.encode() in data for data in named)


def test_a_name_cannot_end_a_comment():
    program = Program(PROGRAM.ops, name="a\n//!HOOK MAIN\nvoid x() {} //!BIND é ${scale}")
    hooks = parse(shader(program))
    assert {hook.hook for hook in hooks} == {"LUMA"}
    assert shader(program).count("//!HOOK") == len(hooks)
    assert "\n// a HOOK MAIN void x BIND scale: enlarges" in f"\n{shader(program)}"


def test_the_same_bytes_each_time():
    assert Glsl().files(kim_program()) == Glsl().files(kim_program())


@pytest.mark.parametrize("textures", TEXTURES)
@pytest.mark.parametrize("name", ["u8.8", "s12.4", "u12.4", "s14.9", "u14.10", "u16.16", "s16.3"])
def test_a_half_float_holds_up_to_14_bits(textures, name):
    fmt = Format.parse(name)
    assert (texel_of(fmt, textures) is None) == (textures == "half" and fmt.bits > 14)


def test_values_too_wide_for_half_floats_are_refused(tmp_path):
    with pytest.raises(ProgramError) as error:
        export(straight(15, last=3), Glsl(), tmp_path / "out")
    assert str(error.value) == (
        "This program cannot be written as glsl: Op 'wide' has 15 bits (u15.15), and a half float"
        " holds 14; choose the textures unorm or float."
    )
    assert not Glsl(textures="unorm").check(straight(16, last=3))
    assert not Glsl(textures="float").check(straight(16, last=3))
    # What is computed where it is read lies in no texture.
    assert not Glsl().check(straight(16))


@pytest.mark.parametrize(("bits", "refused"), [(10, False), (11, True), (12, True)])
def test_an_output_too_deep_for_half_floats_is_refused(bits, refused):
    problems = Glsl().check(straight(picture=bits))
    assert bool(problems) == refused
    assert not refused or problems[0].startswith(f"The output has {bits} bits, and players keep")


def test_more_textures_than_a_pass_may_bind_are_refused():
    assert not Glsl().check(straight(channels=60, last=3))
    (problem,) = Glsl().check(straight(channels=68, last=3))
    assert problem == (
        "Op 'sum' reads 18 textures at once, four channels each, and a pass may bind 16."
    )
    # Computed where it is read, the wide layer takes no texture but the picture.
    assert not Glsl().check(straight(channels=200))


def test_a_last_pass_of_too_many_textures_is_refused():
    (problem,) = Glsl().check(straight(channels=1, scale=9))
    assert problem == "At scale 9 the last pass reads 21 textures, and a pass may bind 16."


def test_a_network_too_large_for_a_shader_is_refused():
    (problem,) = Glsl().check(straight(channels=1000, taps=17))
    assert problem.startswith("A pixel would take 2")
    assert problem.endswith("multiplications, and at most 262144 may be.")


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"textures": "rgba8"}, "one of half, unorm, float, not 'rgba8'"),
        ({"enlarge_from": -1}, "from an enlargement of 0 to 64 on, not -1"),
        ({"enlarge_from": float("nan")}, "not nan; 0 is always"),
        ({"enlarge_from": "2"}, "not '2'"),
    ],
)
def test_choices_that_are_none_are_told(choices, sentence):
    with pytest.raises(ConfigError, match=sentence):
        open_exporter("glsl", **choices)


def test_a_directive_that_is_not_known_is_refused():
    with pytest.raises(ConfigError, match="may not have the directive 'COMPUTE'"):
        parse("//!HOOK LUMA\n//!COMPUTE 8 8\nvoid hook() {}\n")


def test_directives_are_read_as_players_read_them():
    text = "// first\n//!HOOK LUMA\n//!BIND LUMA\n//!WIDTH LUMA.w 2 *\nbody\n//!HOOK LUMA\nmore\n"
    first, second = parse(text)
    assert first == Hook(hook="LUMA", binds=["LUMA"], width="LUMA.w 2 *", body="body\n")
    assert second == Hook(hook="LUMA", body="more\n")

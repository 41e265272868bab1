"""Graphs: what is refused, what is derived, what enters the fingerprint."""

import dataclasses
import hashlib
import json
import pickle

import numpy as np
import pytest
from hypothesis import given, settings

from srq.errors import ProgramError
from srq.fixed import Format
from srq.program import (
    Add,
    Conv,
    Input,
    NearestUpsample,
    Op,
    OpKind,
    Output,
    Padding,
    PixelShuffle,
    Program,
    Requantize,
    Value,
)
from tests.kim_program import kim_program
from tests.strategies import programs

U8 = Format.parse("u8.8")
LR = Input("lr", U8)


def conv(name="conv", source="lr", out=1, ins=1, **changes):
    fields = {"weight_bits": 10, "weight_frac": 9, "format": U8}
    return Conv(name, source, np.ones((out, ins, 3, 3), int), **{**fields, **changes})


def test_the_steps_tell_a_code_generator_all_it_needs():
    program = Program(
        [
            LR,
            conv("features", out=2, weight_frac=[9, 7], format=Format.parse("u14.12")),
            conv("detail", "features", out=4, ins=2, weight_frac=[3, 4, 3, 3], format=None),
            PixelShuffle("shuffled", "detail", 2),
            NearestUpsample("base", "lr", 2),
            Add("sum", "shuffled", "base", U8),
            Output("hr", "sum"),
        ]
    )
    features, detail, shuffled, base, total, hr = program.steps[1:]
    assert features.value == Value("features", 2, 1, Format.parse("u14.12"))
    assert features.shifts == (8 + 9 - 12, 8 + 7 - 12)
    assert detail.value == Value("detail", 4, 1, Format.parse("s32.16"))
    assert detail.value.is_accumulator
    assert detail.shifts == (-1, 0, -1, -1)
    assert detail.sources == (features.value,)
    assert detail.releases == ("features",)
    assert shuffled.value == Value("shuffled", 1, 2, Format.parse("s32.16"))
    assert shuffled.shifts == ()
    assert base.value == Value("base", 1, 2, U8)
    assert base.releases == ("lr",)
    assert (total.aligns, total.shifts) == ((0, 8), (8,))
    assert total.releases == ("shuffled", "base")
    assert hr.value == Value("hr", 1, 2, U8)
    assert (program.scale, program.input, program.output) == (2, LR, hr.op)
    assert program.step("sum") is total
    assert program.convs == (features.op, detail.op)
    assert program.output_value.shape(5, 7) == (1, 10, 14)


def test_an_add_of_a_value_to_itself_releases_it_once():
    program = Program([LR, Add("twice", "lr", "lr", U8), Output("hr", "twice")])
    assert program.step("twice").releases == ("lr",)


def test_the_papers_network():
    program = kim_program()
    assert sum(op.weight.size for op in program.convs) == 2560
    assert program.scale == 2
    assert [step.value.name for step in program.steps if step.value.is_accumulator] == [
        "pw3",
        "pw5",
        "shuffled",
    ]


@settings(deadline=None)
@given(programs())
def test_releases_free_every_value_at_its_last_reader(program):
    alive = set()
    for step in program.steps:
        assert {source.name for source in step.sources} <= alive
        alive |= {step.value.name}
        alive -= set(step.releases)
    assert alive == {program.output.name}


@pytest.mark.parametrize(
    ("ops", "message"),
    [
        ([], "A Program must have 2 to 256 ops, not 0"),
        ([LR] * 257, "A Program must have 2 to 256 ops, not 257"),
        ([Output("hr", "lr"), LR], "must begin with its only Input, but op 1, 'hr', is output"),
        ([LR, Input("b", U8), Output("hr", "b")], "its only Input, but op 2, 'b', is input"),
        ([LR, conv()], "must end with its only Output, but op 2 of 2, 'conv', is conv"),
        ([LR, Output("a", "lr"), Output("hr", "lr")], "its only Output, but op 2 of 3, 'a'"),
        ([LR, Output("lr", "lr")], "must name each op once, but has 'lr' twice"),
        ([LR, Output("hr", "gone")], "'hr' must read a value made before it, .* named 'gone'"),
        ([LR, Output("hr", 3)], "must read a value made before it, .* named 3"),
        ([LR, Output("hr", ["lr"])], r"must read a value made before it, .* named \['lr'\]"),
        ([LR, Output("hr", "hr")], "'hr' must read a value made before it, .* named 'hr'"),
        (
            [LR, Add("a", "lr", "b", U8), Add("b", "a", "lr", U8), Output("hr", "b")],
            "Op 'a' must read a value made before it, and there is none named 'b'",
        ),
        ([LR, conv(), Output("hr", "lr")], "The value of op 'conv' must be read by some op"),
        ([LR, "conv", Output("hr", "lr")], "must be made of ops, not 'conv'"),
        ([LR, conv(ins=2), Output("hr", "conv")], "must read 2 channels, .* but 'lr' has 1"),
        (
            [LR, conv(format=None), conv("next", "conv"), Output("hr", "next")],
            "'next' must read a requantized value, but 'conv' is an accumulator",
        ),
        (
            [LR, conv(out=2), Add("sum", "lr", "conv", U8), Output("hr", "sum")],
            "'lr' has 1 channels at scale 1 and 'conv' 2 at scale 1",
        ),
        (
            [LR, NearestUpsample("n", "lr", 2), Add("sum", "lr", "n", U8), Output("hr", "sum")],
            "'lr' has 1 channels at scale 1 and 'n' 1 at scale 2",
        ),
        (
            [LR, conv(out=6), PixelShuffle("p", "conv", 2), Output("hr", "p")],
            "must read a multiple of 4 channels to shuffle them by 2, but 'conv' has 6",
        ),
        (
            [LR, NearestUpsample("a", "lr", 16), NearestUpsample("b", "a", 2), Output("hr", "b")],
            "must not bring the scale beyond 16, and 32 it is",
        ),
        ([LR, conv(out=2), Output("hr", "conv")], "must read 1 channel .* not 2 of u8.8"),
        (
            [LR, conv(format=Format.parse("s8.8")), Output("hr", "conv")],
            "must read 1 channel of a picture's format, u8.8 to u16.16, not 1 of s8.8",
        ),
        ([LR, conv(format=None), Output("hr", "conv")], "not 1 of s32.17"),
        (
            [LR, conv(weight_frac=40), Output("hr", "conv")],
            "must not shift by more than 31 bits, but needs 40 at channel or operand 0",
        ),
        (
            [LR, Requantize("r", "lr", Format.parse("u8.40")), Output("hr", "r")],
            "must not shift by more than 31 bits, but needs -32 at channel or operand 0",
        ),
        (
            [LR, conv(format=None, weight_frac=60), Requantize("r", "conv", U8), Output("hr", "r")],
            "'conv' has no accumulator format: A format must have -64 to 64 fraction bits, not 68",
        ),
    ],
)
def test_what_is_no_graph_is_refused(ops, message):
    with pytest.raises(ProgramError, match=message):
        Program(ops)


def test_too_many_weights_are_refused():
    big = np.zeros((1024, 1024, 1, 1), np.int8)
    ops: list[Op] = [
        LR,
        conv("c0", out=1024),
        *(
            Conv(f"c{i}", f"c{i - 1}", big, weight_bits=8, weight_frac=7, format=U8)
            for i in range(1, 5)
        ),
        conv("last", "c4", ins=1024),
        Output("hr", "last"),
    ]
    with pytest.raises(ProgramError, match="A Program must have at most 4194304 weights, not 42"):
        Program(ops)


def test_an_op_of_a_foreign_class_is_refused():
    @dataclasses.dataclass(frozen=True)
    class Foreign(Requantize):
        kind = OpKind.REQUANTIZE

    # A subclass is that op; a bare Op is none.
    assert Program([LR, Foreign("r", "lr", U8), Output("hr", "r")]).scale == 1

    bare = Op("bare")
    object.__setattr__(bare, "kind", OpKind.CONV)
    with pytest.raises(ProgramError, match="Op 'bare' is of no kind that a Program knows"):
        Program([LR, bare, Output("hr", "bare")])


def changed(program, name, **changes):
    ops = []
    for op in program.ops:
        if op.name != name:
            ops.append(op)
        elif isinstance(op, Conv):
            fields = {field.name: getattr(op, field.name) for field in dataclasses.fields(op)}
            ops.append(Conv(**{**fields, **changes}))
        else:
            ops.append(dataclasses.replace(op, **changes))
    return Program(ops, name=program.name)


def test_the_fingerprint_changes_with_every_field_of_meaning():
    program = kim_program()
    weight = program.convs[0].weight.copy()
    weight[0, 0, 0, 0] ^= 1
    other = [
        changed(program, "conv1", weight=weight),
        changed(program, "conv1", bias=np.arange(32)),
        changed(program, "conv1", weight_bits=11),
        changed(program, "conv1", weight_frac=8),
        changed(program, "conv1", format=Format.parse("u13.12")),
        changed(program, "conv1", padding=Padding(2, 0, 1, 1)),
        changed(program, "skip", a="conv1", b="pw3"),
        changed(program, "sum", format=Format.parse("u10.10")),
    ]
    assert len({program.fingerprint, *(p.fingerprint for p in other)}) == 1 + len(other)
    assert program not in other


def test_the_card_is_no_part_of_the_fingerprint():
    program = kim_program()
    named = Program(program.ops, name="other", provenance={"data": "none"})
    assert named == program
    assert hash(named) == hash(program)
    assert (named.name, dict(named.provenance)) == ("other", {"data": "none"})
    assert program != "other"
    assert repr(named) == f"<Program other x2 {program.fingerprint[:12]}>"


def test_the_fingerprint_is_the_sha256_of_the_canonical_bytes_as_written():
    """The letter of docs/reference/program-spec.md, spelt out by hand for a small Program."""
    program = Program(
        [
            LR,
            conv(padding=Padding(0, 2, 1, 1), weight_frac=9, bias=[5]),
            Output("hr", "conv"),
        ],
        name="no matter",
    )
    text = (
        '{"ops":[{"format":"u8.8","kind":"input","name":"lr"},'
        '{"bias":[1],"format":"u8.8","groups":1,"kind":"conv","name":"conv",'
        '"padding":[0,2,1,1],"source":"lr","weight":[1,1,3,3],"weight_bits":10,"weight_frac":[9]},'
        '{"kind":"output","name":"hr","source":"conv"}],"schema":1}\n'
    )
    numbers = b"\x01\x00" * 9 + b"\x05\x00\x00\x00"
    assert program.fingerprint == hashlib.sha256(text.encode() + numbers).hexdigest()
    assert json.loads(text)["schema"] == 1


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ({"name": None}, "A Program's name must be text, not None"),
        ({"name": "\x1b[2J"}, "A Program's name must be printable text"),
        ({"name": "\ud800"}, "A Program's name must be printable text"),
        ({"provenance": {"seed": 3}}, "A Program's provenance must be text, not 3"),
        ({"provenance": {3: "seed"}}, "A Program's provenance must be text, not 3"),
    ],
)
def test_a_card_that_is_no_text_is_refused(card, message):
    with pytest.raises(ProgramError, match=message):
        Program([LR, Output("hr", "lr")], **card)


def test_a_program_goes_to_another_process():
    program = Program(kim_program(bias=True).ops, name="kim", provenance={"data": "none"})
    arrived = pickle.loads(pickle.dumps(program))
    assert arrived == program
    assert (arrived.name, arrived.provenance) == (program.name, program.provenance)
    assert not arrived.convs[0].weight.flags.writeable


def test_a_card_may_have_lines():
    assert Program([LR, Output("hr", "lr")], provenance={"a": "b\n\tc"}).provenance["a"] == "b\n\tc"

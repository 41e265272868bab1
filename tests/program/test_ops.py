import numpy as np
import pytest

from srq.errors import ProgramError
from srq.fixed import Format
from srq.program import (
    OP_TYPES,
    Add,
    Conv,
    Input,
    NearestUpsample,
    Op,
    OpKind,
    Output,
    Padding,
    PixelShuffle,
    Requantize,
)

U8 = Format.parse("u8.8")


def conv(**changes):
    fields = {
        "name": "conv",
        "source": "lr",
        "weight": np.ones((4, 2, 3, 3), np.int16),
        "weight_bits": 10,
        "weight_frac": 9,
        "format": U8,
    }
    return Conv(**{**fields, **changes})


def test_every_kind_has_one_class():
    assert set(OP_TYPES) == set(OpKind)
    assert {op.kind for op in OP_TYPES.values()} == set(OpKind)
    assert set(OP_TYPES.values()) == set(Op.__subclasses__())


def test_a_conv_tells_its_shape():
    op = conv(groups=2)
    assert (op.in_channels, op.out_channels, op.kernel) == (4, 4, (3, 3))
    assert op.padding == Padding(1, 1, 1, 1)
    assert op.sources == ("lr",)
    assert Add("sum", "a", "b").sources == ("a", "b")
    assert Input("lr", U8).sources == ()


def test_a_convs_arrays_are_its_own_and_frozen():
    weight = np.ones((4, 2, 3, 3), np.int64)
    op = conv(weight=weight, bias=[1, 2, 3, 4])
    weight[:] = 0
    assert op.weight.dtype == np.int16
    assert (op.weight == 1).all()
    assert op.bias is not None
    assert op.bias.dtype == np.int32
    for array in (op.weight, op.bias):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_one_meaning_has_one_form():
    assert conv(weight_frac=[9, 9, 9, 9]) == conv(weight_frac=9)
    assert conv(weight_frac=np.array([9, 8, 9, 9])).weight_frac == (9, 8, 9, 9)
    assert conv(bias=np.zeros(4, int)) == conv()
    assert conv(padding=Padding(1, 1, 1, 1)) == conv()
    assert hash(conv(bias=np.zeros(4, int))) == hash(conv())


def test_convs_differ_where_a_number_does():
    weight = np.ones((4, 2, 3, 3), np.int16)
    weight[3, 1, 2, 2] = 2
    assert conv(weight=weight) != conv()
    assert conv(bias=[0, 0, 0, 1]) != conv()
    assert conv(weight_bits=11) != conv()
    assert conv() != "conv"


def test_channel_fractions_are_one_per_output():
    assert conv().channel_fracs == (9, 9, 9, 9)
    assert conv(weight_frac=(9, 8, 7, 6)).channel_fracs == (9, 8, 7, 6)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "Conv"}, "An op's name must be lower-case letters, digits and underscores"),
        ({"name": ""}, "beginning with a letter, not ''"),
        ({"name": 3}, "beginning with a letter, not 3"),
        ({"name": "x" * 65}, "An op's name must be at most 64 characters, not 65"),
        ({"weight": np.ones((4, 2, 3))}, "must have integers as its weight, not float64"),
        ({"weight": np.ones((4, 2, 3), int)}, "must have a weight of 4 dimensions"),
        ({"weight": np.ones((0, 2, 3, 3), int)}, "1 to 1024 output channels, not 0"),
        ({"weight": np.ones((1025, 1, 1, 1), int)}, "1 to 1024 output channels, not 1025"),
        ({"weight": np.ones((1, 1, 65, 1), int)}, "1 to 64 kernel rows, not 65"),
        ({"weight": np.ones((1024, 1024, 3, 3), np.int8)}, "at most 4194304 weights, not 9437184"),
        ({"weight": np.full((4, 2, 3, 3), 512)}, "the weight 512, which does not fit its 10 bits"),
        ({"weight": np.full((4, 2, 3, 3), -513)}, "the weight -513, which does not fit its 10"),
        ({"weight_bits": 1}, "must have weights of 2 to 16 bits, not 1"),
        ({"weight_bits": 17}, "must have weights of 2 to 16 bits, not 17"),
        ({"weight_bits": 10.0}, "The weight_bits of op 'conv' must be an integer, not 10.0"),
        ({"weight_frac": [9, 9]}, "must have 1 or 4 weight fractions, not 2"),
        ({"weight_frac": "9"}, "The weight_frac of op 'conv' must be an integer, not '9'"),
        ({"weight_frac": 65}, "has a wrong weight_frac: A format must have -64 to 64 fraction"),
        ({"padding": Padding(1, 0, 1, 1)}, "must pad 2 zeros at top and bottom together"),
        ({"padding": Padding(1, 1, 2, 1)}, "must pad 2 zeros at left and right together"),
        ({"padding": (1, 1, 1, 1)}, r"must have a Padding, not \(1, 1, 1, 1\)"),
        ({"weight": np.ones((4, 2, 2, 3), int)}, "A 2x3 kernel has no symmetric padding"),
        ({"groups": 3}, "must have groups that divide its 4 output channels, not 3"),
        ({"groups": 0}, "must have 1 to 512 groups, not 0"),
        ({"groups": True}, "The groups of op 'conv' must be an integer, not True"),
        ({"bias": [1, 2, 3]}, r"must have a bias of 4 numbers, not of shape \(3,\)"),
        ({"bias": [0.5] * 4}, "must have integers as its bias, not float64"),
        ({"bias": [2**31] * 4}, "has a bias that does not fit 32 bits"),
        ({"format": "u8.8"}, "must have a Format, not 'u8.8'"),
        ({"format": Format.parse("s17.8")}, "must have a format of at most 16 bits, not s17.8"),
    ],
)
def test_an_impossible_conv_is_refused(changes, message):
    with pytest.raises(ProgramError, match=message):
        conv(**changes)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Input("lr", Format.parse("s8.8")), "must have a picture's format, u8.8 to u16.16"),
        (lambda: Input("lr", Format.parse("u8.7")), "must have a picture's format, .* not u8.7"),
        (lambda: Input("lr", Format.parse("u7.7")), "must have a picture's format, .* not u7.7"),
        (lambda: Input("lr", None), "must have a picture's format, .* not None"),
        (lambda: Add("sum", "a", "b", Format.parse("u20.8")), "at most 16 bits, not u20.8"),
        (lambda: Requantize("r", "a", None), "must have a Format, not None"),
        (lambda: PixelShuffle("p", "a", 1), "must have a scale of 2 to 16, not 1"),
        (lambda: NearestUpsample("n", "a", 17), "must have a scale of 2 to 16, not 17"),
        (lambda: NearestUpsample("n", "a", 2.0), "The scale of op 'n' must be an integer, not 2.0"),
        (lambda: Output("HR", "a"), "An op's name must be lower-case"),
        (lambda: Padding(-1, 0, 0, 0), "A padding's top must be 0 to 63, not -1"),
        (lambda: Padding(0, 0, 0, 64), "A padding's right must be 0 to 63, not 64"),
        (lambda: Padding(0, "1", 0, 0), "A padding's bottom must be an integer, not '1'"),
    ],
)
def test_other_impossible_ops_are_refused(make, message):
    with pytest.raises(ProgramError, match=message):
        make()

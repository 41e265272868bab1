import json

import numpy as np
import pytest

from srq.fixed import Format
from srq.program import Add, Conv, Input, NearestUpsample, Output, Program, Requantize
from srq.program.report import program_report, summary, weights_written
from tests.kim_program import kim_program

U8 = Format.parse("u8.8")


def conv(out, ins, groups, kernel=(3, 3), **changes):
    weight = np.ones((out, ins // groups, *kernel), int)
    fields = {"weight_bits": 10, "weight_frac": 9, "format": U8, "groups": groups}
    return Conv("c", "lr", weight, **{**fields, **changes})


def words(ops):
    return summary(Program([Input("lr", U8), *ops, Output("hr", ops[-1].name)]).steps[1])


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        (conv(1, 1, 1), "conv 3x3, 1 -> 1, ReLU"),
        (conv(1, 1, 1, kernel=(1, 5), bias=[3]), "conv 1x5, 1 -> 1, bias, ReLU"),
        (Requantize("r", "lr", U8), "requantize"),
        (Add("a", "lr", "lr", U8), "lr + lr"),
        (NearestUpsample("n", "lr", 3), "nearest upsample x3"),
    ],
)
def test_the_words_for_an_op(op, expected):
    assert words([op]) == expected


def test_the_words_for_groups():
    first = Conv("first", "lr", np.ones((4, 1, 1, 1), int), weight_bits=2, weight_frac=0, format=U8)
    grouped = conv(2, 4, 2)
    grouped = Conv("c", "first", grouped.weight, weight_bits=10, weight_frac=9, groups=2,
                   format=Format.parse("s8.4"))  # fmt: skip
    last = Conv("last", "c", np.ones((1, 2, 1, 1), int), weight_bits=2, weight_frac=4, format=U8)
    program = Program([Input("lr", U8), first, grouped, last, Output("hr", "last")])
    assert summary(program.step("c")) == "conv 3x3, 4 -> 2, 2 groups"


def test_weights_are_written_with_the_span_of_their_fractions():
    assert weights_written(conv(1, 1, 1)) == "s10.9"
    assert weights_written(conv(3, 1, 1, weight_frac=[9, 7, 8])) == "s10.7..9"


def test_the_report_is_json_and_whole():
    program = kim_program()
    report = json.loads(json.dumps(program_report(program)))
    assert report["fingerprint"] == program.fingerprint
    assert report["weights"] == 2560
    by_name = {op["name"]: op for op in report["ops"]}
    assert by_name["pw3"]["value"]["accumulator"]
    assert by_name["pw3"]["value"]["format"] == "s32.22"
    headroom = by_name["pw3"]["accumulator"]["headroom_bits"]
    assert headroom == program.ranges.headroom("pw3").tolist()
    assert len(headroom) == 32
    assert "accumulator" not in by_name["nearest"]

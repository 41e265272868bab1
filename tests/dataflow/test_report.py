import json

import numpy as np

from srq.dataflow import cost_of
from srq.dataflow.report import cost_report
from srq.fixed import Format
from srq.program import Conv, Input, NearestUpsample, Output, Program

U8 = Format.parse("u8.8")


def test_the_cost_report_is_json_with_half_lines_as_numbers():
    ops = [
        Input("lr", U8),
        NearestUpsample("n", "lr", 2),
        Conv("c", "n", np.ones((1, 1, 3, 1), int), weight_bits=2, weight_frac=2, format=U8),
        Output("hr", "c"),
    ]
    report = json.loads(json.dumps(cost_report(cost_of(Program(ops), width=10))))
    assert report["latency"] == {"lines": 0.5, "pixels": 0, "clocks": 5}
    assert report["receptive_field"] == {"rows": 3, "columns": 1}
    assert report["multipliers"] == [{"activation_bits": 8, "weight_bits": 2, "count": 12}]

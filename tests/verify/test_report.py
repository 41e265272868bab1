import json
from xml.etree import ElementTree

import numpy as np

from srq.stimuli import Stimulus
from srq.verify.check import Expectations, Outcome, State
from srq.verify.compare import Difference
from srq.verify.report import Table, as_json, as_junit, verdict
from tests.verify.programs import tiny

PROGRAM = tiny()
EXPECTED = Expectations(PROGRAM, [Stimulus("black", np.zeros((3, 4), np.uint8))])
OUTCOMES = [
    Outcome("native", State.EQUAL, pictures=1, pixels=48, integers=10, building=1, running=0.5),
    Outcome("c", State.DIFFERENT, pictures=1, pixels=48, picture="black",
            difference=Difference("head", (1, 2, 3), 4, -5)),
    Outcome("glsl", State.WITHIN, pictures=1, pixels=48, off=3),
    Outcome("hls", State.FAILED, picture="black", reason="OSError: \x1b[1m<no> & never",
            details="Traceback\n  here"),
    Outcome("onnx", State.MISSING, reason="It needs onnx."),
    Outcome("rtl", State.REFUSED, reason="It is too wide."),
]  # fmt: skip


def test_the_table_has_a_line_for_each():
    table = Table([outcome.name for outcome in OUTCOMES], 1234567)
    assert [table.head, *map(table.row, OUTCOMES)] == [
        "subject  pictures     pixels  seconds  result",
        "native          1         48      1.5  equal, 10 integers between the ops too",
        "c               1         48      0.0  DIFFERENT on 'black':"
        " head, channel 1, row 2, column 3: -5, not 4",
        "glsl            1         48      0.0  within its bound; 3 pixels are not equal",
        "hls             -          -        -  FAILED on 'black': OSError: \x1b[1m<no> & never",
        "onnx            -          -        -  not run: It needs onnx.",
        "rtl             -          -        -  not possible: It is too wide.",
    ]


def test_the_json_says_it_all():
    record = json.loads(json.dumps(as_json(PROGRAM, EXPECTED, OUTCOMES)))
    assert record["program"] == {"name": "tiny", "fingerprint": PROGRAM.fingerprint}
    assert record["equal"] is False
    assert record["pictures"] == {"black": "3x4"}
    assert record["bounds"]["ops"]["sum"]["least"][1] == 1
    native, c, glsl, hls, onnx, rtl = record["subjects"]
    assert native["seconds"] == {"building": 1, "running": 0.5}
    assert c["difference"] == {"op": "head", "place": [1, 2, 3], "expected": 4, "made": -5}
    assert glsl["pixels_off"] == 3
    assert (hls["state"], onnx["state"], rtl["state"]) == ("failed", "missing", "refused")
    assert as_json(PROGRAM, EXPECTED, [OUTCOMES[0]])["equal"] is True


def test_the_junit_file_is_one_that_a_ci_reads():
    root = ElementTree.fromstring(as_junit(PROGRAM, OUTCOMES))
    (suite,) = root
    assert root.tag == "testsuites"
    counts = {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "6", "failures": "1", "errors": "1", "skipped": "2"}
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == [outcome.name for outcome in OUTCOMES]
    assert [case[0].tag for case in cases] == [
        *("system-out", "failure", "system-out", "error", "skipped", "skipped")
    ]
    assert cases[1][0].get("message") == verdict(OUTCOMES[1])
    assert cases[3][0].text == "Traceback\n  here"
    assert "\N{REPLACEMENT CHARACTER}[1m<no> & never" in str(cases[3][0].get("message"))
    assert suite.find("properties/property").get("value") == PROGRAM.fingerprint

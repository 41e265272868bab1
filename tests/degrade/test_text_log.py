"""Records in the form of the seeds' logs: expected lines are some of theirs."""

import pytest

from srq.degrade.text_log import HEAD, text_line

LINES = [
    (
        "16683 (1).png",
        [
            {"kind": "resize", "filter": "nearest", "factor": 0.5, "size": [32, 24]},
            {"kind": "jpeg", "quality": 94, "subsampling": "4:2:0"},
        ],
        "16683 (1).png - scale: nearest size factor=0.5, compression: jpeg quality=94",
    ),
    (
        "26542 (1).png",
        [
            {"kind": "resize", "filter": "mitchell", "factor": 0.0, "size": [32, 24]},
            {"kind": "webp", "quality": 76},
        ],
        "26542 (1).png - scale: cubic_mitchell size factor=0.5, compression: webp quality=76",
    ),
    (
        "61204 (1).png",
        [
            {
                "kind": "down_up",
                "between": 0.6912345,
                "first_filter": "linear",
                "second_filter": "lanczos",
                "between_size": [44, 33],
                "size": [32, 24],
            },
            {"kind": "jpeg", "quality": 75, "subsampling": "4:2:0"},
        ],
        "61204 (1).png - scale: down_up scale1factor=0.69 scale1algorithm=linear scale2factor=0.72 "
        "scale2algorithm=lanczos, compression: jpeg quality=75",
    ),
]


@pytest.mark.parametrize(("name", "steps", "line"), LINES)
def test_a_line_is_that_of_the_tool(name, steps, line):
    assert text_line(name, steps, scale=2) == line


def test_other_kinds_are_told_with_their_values():
    steps = [
        {"kind": "lens", "radius": 2, "gamma": 1.99712, "border": "reflect-101"},
        {"kind": "resize", "filter": "gauss", "size": [16, 12]},
        {"kind": "resize", "filter": "nearest", "size": [8, 6]},
    ]
    assert text_line("a.png", steps, scale=4) == (
        "a.png - blur: lens radius=2 gamma=2, scale: gauss size factor=0.5, "
        "scale: nearest size factor=0.5"
    )
    assert text_line("a.png", [], scale=1) == "a.png - nothing"
    assert "No LR can be made again" in HEAD

"""What the guide says of video of 10 bits is what the study found."""

from benchmarks import harness
from benchmarks.studies.shader_ten_bits import FORMATS, NETWORK, RANGES, RESULT
from srq.program import load
from srq.zoo import resolve

RECORD = harness.read_result(RESULT)


def test_planes_are_exact_everywhere_and_p010_in_mpv_s_gpu_alone():
    for row in RECORD["rows"]:
        is_told_apart = row["format"] != "p010" or row["player"].startswith("mpv --vo=gpu ")
        assert (row["differ"] == 0) == is_told_apart, row
        assert row["most"] <= 4


def test_every_format_and_range_was_played_in_each_player():
    played = {(row["player"].split()[0], row["format"], row["range"]) for row in RECORD["rows"]}
    wanted = {("mpv", fmt, levels) for fmt in FORMATS for levels in RANGES}
    wanted |= {("ffmpeg", fmt, levels) for fmt in FORMATS if fmt != "p010" for levels in RANGES}
    assert played == wanted
    assert RECORD["fingerprint"] == load(resolve(NETWORK, "program")).fingerprint

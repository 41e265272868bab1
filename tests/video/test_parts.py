import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from srq.errors import ConfigError, DataError
from srq.video.join import decoding_times
from srq.video.parts import (
    Packet,
    Parts,
    SegmentPlan,
    part_writer,
    parts_folder,
    read_part,
    read_plan,
)

PLAN = SegmentPlan(25, 10, {"crf": 18, "source": "abc"})
PACKETS = [Packet(0, 1, True, b"one"), Packet(2, 1, False, b""), Packet(1, 1, False, b"three" * 99)]


def write(path, plan=PLAN, segment=1):
    with part_writer(path, plan, segment) as writer:
        for packet in PACKETS:
            writer.add(packet)


def test_a_part_comes_back(tmp_path):
    write(tmp_path / "it")
    assert list(read_part(tmp_path / "it", PLAN, 1)) == PACKETS


@pytest.mark.parametrize("place", [0, 60, 90, 110, 150, -40, -1])
def test_a_changed_byte_is_found(tmp_path, place):
    path = tmp_path / "it"
    write(path)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(DataError, match="damaged"):
        list(read_part(path, PLAN, 1))


@pytest.mark.parametrize("size", [0, 5, 100, 200, -1])
def test_a_cut_is_found(tmp_path, size):
    path = tmp_path / "it"
    write(path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DataError, match="damaged"):
        list(read_part(path, PLAN, 1))


def test_another_plan_or_segment_is_found(tmp_path):
    write(tmp_path / "it")
    for plan, segment in ((PLAN, 0), (SegmentPlan(25, 10, {"crf": 19, "source": "abc"}), 1)):
        with pytest.raises(DataError, match="is no part of this work"):
            list(read_part(tmp_path / "it", plan, segment))


def test_the_plan_is_written_once_and_compared_after(tmp_path):
    target = tmp_path / "it.mkv"
    Parts(target, PLAN).begin()
    Parts(target, PLAN).begin()
    assert read_plan(parts_folder(target))["frames"] == 25
    with pytest.raises(ConfigError, match=r"made with another crf \(18, now 20\); use the same"):
        Parts(target, SegmentPlan(25, 10, {"crf": 20, "source": "abc"})).begin()
    (parts_folder(target) / "plan.json").write_text("{")
    with pytest.raises(DataError, match=r"plan\.json is damaged; remove"):
        Parts(target, PLAN).begin()


def test_the_id_of_a_plan_is_that_of_its_file(tmp_path):
    Parts(tmp_path / "it", PLAN).begin()
    values = json.loads((tmp_path / "it.parts/plan.json").read_text())
    assert SegmentPlan(values.pop("frames"), values.pop("step"), values).id == PLAN.id


@given(st.integers(1, 2000), st.integers(1, 300))
def test_segments_have_every_frame_once(frames, step):
    plan = SegmentPlan(frames, step, {})
    bounds = [plan.bounds(segment) for segment in range(len(plan))]
    assert [n for start, stop in bounds for n in range(start, stop)] == list(range(frames))


@given(st.lists(st.integers(1, 50), min_size=1, max_size=40), st.randoms())
def test_frames_are_decoded_in_order_and_in_time(gaps, random):
    shown = np.cumsum(gaps)
    order = list(shown)
    for start in range(0, len(order), 5):
        part = order[start : start + 5]
        random.shuffle(part)
        order[start : start + 5] = part
    decoded = list(decoding_times(np.array(order)))
    assert all(a < b for a, b in pairwise(decoded))
    assert all(d <= s for d, s in zip(decoded, order, strict=True))
    if order == list(shown):
        assert decoded == order

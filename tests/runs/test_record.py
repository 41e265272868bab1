import json
import warnings

import pytest

from srq.errors import CheckpointError
from srq.runs.events import _masked_crc
from srq.runs.record import Record, read_log


def test_the_checksum_is_crc32c():
    # RFC 3720, appendix B.4: CRC-32C of 32 bytes of zeros and of the bytes 0..31, unmasked.
    for data, crc in ((bytes(32), 0x8A9136AA), (bytes(range(32)), 0x46DD794E)):
        masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
        assert _masked_crc(data) == masked.to_bytes(4, "little")


def test_tensorboard_reads_what_was_recorded(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorBoard's own imports warn
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    record = Record(tmp_path, 0)
    record.add({"step": 5, "loss": 0.25, "lr": 0.5})
    record.add({"step": 300, "psnr": {"Set5": 36.5}})
    read = EventAccumulator(str(tmp_path))
    read.Reload()
    assert sorted(read.Tags()["scalars"]) == ["loss", "lr", "psnr/Set5"]
    assert [(e.step, e.value) for e in read.Scalars("psnr/Set5")] == [(300, 36.5)]
    assert [(e.step, e.value) for e in read.Scalars("loss")] == [(5, 0.25)]


def test_a_reopened_record_drops_what_lies_past_its_step(tmp_path):
    record = Record(tmp_path, 0)
    for step in (10, 20, 30):
        record.add({"step": step, "loss": 1.0})
    with open(tmp_path / "log.jsonl", "ab") as stream:
        stream.write(b'{"step": 40, "lo')
    before = (tmp_path / "events.out.tfevents.0.srq").stat().st_size
    again = Record(tmp_path, 20)
    assert [entry["step"] for entry in again.entries] == [10, 20]
    assert [entry["step"] for entry in read_log(tmp_path)] == [10, 20]
    assert (tmp_path / "events.out.tfevents.0.srq").stat().st_size < before


def test_a_damaged_log_is_said_to_be(tmp_path):
    (tmp_path / "log.jsonl").write_text(json.dumps({"step": 1}) + "\nnonsense\n")
    with pytest.raises(CheckpointError, match=r"log\.jsonl is damaged"):
        Record(tmp_path, 5)

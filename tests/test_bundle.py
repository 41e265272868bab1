import pytest
import safetensors.torch
import torch

from srq.bundle import pack, read_bundle, unpack, write_bundle
from srq.errors import CheckpointError, StorageError

TENSORS = {"b": torch.arange(6.0).view(2, 3), "a": torch.tensor(3)}
NOTES = {"steps": 5, "name": "é"}


def test_what_was_written_is_read(tmp_path):
    write_bundle(tmp_path / "x.safetensors", TENSORS, NOTES)
    tensors, notes = read_bundle(tmp_path / "x.safetensors")
    assert notes == NOTES
    assert all(torch.equal(tensors[name], TENSORS[name]) for name in TENSORS)
    assert tensors.keys() == TENSORS.keys()


def test_equal_contents_give_equal_bytes():
    turned = dict(reversed(TENSORS.items()))
    assert pack(TENSORS, NOTES) == pack(turned, dict(reversed(NOTES.items())))


def test_a_tensor_laid_out_channels_last_is_written_in_order():
    kernel = torch.arange(36.0).view(2, 2, 3, 3)
    last = kernel.to(memory_format=torch.channels_last)
    assert pack({"w": last}, {}) == pack({"w": kernel}, {})


def test_every_flipped_bit_and_every_cut_is_noticed():
    data = pack(TENSORS, NOTES)
    for at in range(len(data)):
        damaged = bytearray(data)
        damaged[at] ^= 0x10
        try:
            tensors, notes = unpack(bytes(damaged), "x")
        except CheckpointError:
            continue
        # What remains is a change of the notes' own text, which no tensor depends on.
        assert pack(tensors, {}) == pack(TENSORS, {})
        assert notes != NOTES
    for length in range(len(data)):
        with pytest.raises(CheckpointError):
            unpack(data[:length], "x")


def test_foreign_files_are_refused_in_a_sentence(tmp_path):
    with pytest.raises(CheckpointError, match=r"^x is no safetensors file, or is cut short"):
        unpack(b"PK\x03\x04 a zip of pickles, say", "x")
    foreign = safetensors.torch.save(TENSORS, {"format": "pt"})
    with pytest.raises(CheckpointError, match=r"^x is a safetensors file without srq's notes"):
        unpack(foreign, "x")
    with pytest.raises(StorageError, match="it does not exist"):
        read_bundle(tmp_path / "absent")

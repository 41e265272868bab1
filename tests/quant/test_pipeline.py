"""``quantize`` as a user's script calls it: from a checkpoint or a network to a twin."""

import numpy as np
import pytest
import torch

import srq
from srq.adders import digit_counts
from srq.errors import ConfigError, ModelError
from srq.image.io import Picture, write
from srq.models import build
from srq.models.checkpoint import write_checkpoint
from srq.quant import Quantized, calibration_set, quantize
from srq.quant.config import load_config
from srq.quant.training_data import TrainingData, training_data
from srq.runs.state import newest_state
from tests.quant.networks import small_kim

QAT = ("steps=4", "optim.warmup=0", "data.crop=8", "data.batch=2", "run.threads=1")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    waves = np.add.outer(np.sin(np.arange(96) * 0.4), np.sin(np.arange(96) * 0.9))
    pixels = np.clip(128 + 50 * waves, 0, 255).astype(np.uint8)
    write(folder / "waves.png", Picture(pixels))
    return folder


@pytest.fixture(scope="module")
def checkpoint(pictures):
    network = small_kim()
    config = {"data": {"train": [str(pictures)], "recipe": "paper"}}
    file = pictures.parent / "net.safetensors"
    write_checkpoint(file, network, network.state_dict(), {"config": config})
    return file


@pytest.fixture
def crops(pictures):
    return calibration_set([pictures], scale=2, crop=8, crops=4)


def test_a_script_gets_a_program_from_a_checkpoint(checkpoint, pictures, tmp_path):
    result = srq.quantize(checkpoint, weights=8, activations=9)
    program = srq.lower(result.twin, name="mine", provenance=result.provenance)
    srq.program.save(program, tmp_path / "mine.srq")
    assert srq.load(tmp_path / "mine.srq").program == program
    assert program.provenance["checkpoint"].startswith("net.safetensors ")
    assert program.provenance["degradation"] == "paper"
    assert program.provenance["quantization"].startswith("channels equalized; weights rounded")
    report = result.report()
    assert report["bits"] == {"weights": 8, "activations": 9, "per_channel": False}
    assert report["calibration"] == {"pictures": [str(pictures)], "recipe": "paper"}
    assert result.search.after <= result.search.before


def test_a_network_and_crops_stand_for_files(crops):
    result = quantize(small_kim(), per_channel=True, calibration=crops)
    assert isinstance(result, Quantized)
    assert "checkpoint" not in result.provenance
    assert result.report()["checkpoint"] is None
    assert result.report()["bits"]["per_channel"]


def test_a_network_without_a_file_teaches_its_twin(crops, pictures):
    network = small_kim()
    settings = (*QAT, f"data.train={pictures}", "optim.lr=0.2")
    result = quantize(network, weights=5, calibration=crops, qat="qat", settings=settings)
    plain = quantize(network, weights=5, calibration=crops)
    assert result.method == (*plain.method, "4 steps of training with rounding")
    weight = result.twin.conv("head").weight
    assert not torch.equal(weight, plain.twin.conv("head").weight)
    assert all(parameter.requires_grad for parameter in network.parameters())


def test_a_fine_tuning_keeps_its_states_where_it_is_told(checkpoint, crops, tmp_path):
    quantize(checkpoint, calibration=crops, qat="qat", settings=QAT, folder=tmp_path)
    assert newest_state(tmp_path).step == 4
    assert {"log.jsonl", "curves.png", "states"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("arguments", "kind", "sentence"),
    [
        ({"weights": 17}, ConfigError, "The width of weights must be 2 to 16 bits, not 17"),
        ({"settings": ["steps=3"]}, ConfigError, "Settings change a fine-tuning's configuration"),
        ({"qat": "quat"}, ConfigError, "No shipped configuration is called 'quat'"),
    ],
)
def test_mistakes_are_told_before_anything_is_measured(crops, arguments, kind, sentence):
    with pytest.raises(kind, match=sentence):
        quantize(small_kim(), calibration=crops, **arguments)
    with pytest.raises(ModelError, match="There is no file"):
        quantize("absent/net.safetensors", calibration=crops)


def test_the_shipped_configuration_goes_on_from_the_checkpoint_s_training():
    config = {"data": {"train": ["mine"], "recipe": "compressed"}}
    data = training_data({"config": config})
    assert data == TrainingData(train=("mine",), recipe="compressed")
    tuned = load_config("qat", build("kim", scale=3), data, assignments=["steps=7", *QAT[1:]])
    assert (tuned.model.scale, tuned.data.train, tuned.steps) == (3, ("mine",), 7)
    assert tuned.data.recipe == "compressed"
    assert training_data({}) == TrainingData()


def test_digits_and_activations_are_cut_for_hardware(crops):
    plain = quantize(small_kim(), calibration=crops)
    result = quantize(small_kim(), calibration=crops, narrow_loss=0.01, adders=1e-3)
    assert plain.cut is None
    assert plain.widths is None
    digits = [
        sum(int(digit_counts(conv.weight).sum()) for conv in srq.lower(each.twin).convs)
        for each in (plain, result)
    ]
    assert result.cut.digits[1] == digits[1] < digits[0]
    assert result.twin.narrowed == result.widths.bits != {}
    done = result.provenance["quantization"]
    assert f"to {digits[1]} (" in done
    assert "activations narrowed to bits: " in done
    report = result.report()
    assert report["adders"]["digits"] == result.cut.digits
    assert report["widths"]["bits"] == result.widths.bits


def test_a_digit_has_a_price(crops):
    with pytest.raises(ConfigError, match="more than 0 dB, not -1"):
        quantize(small_kim(), calibration=crops, adders=-1.0)

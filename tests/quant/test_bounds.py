"""Formats are chosen so that the proof holds: every sum of the Program fits 32 bits."""

import json

import numpy as np
import pytest
import torch

from srq.errors import ProgramError
from srq.lower import lower
from srq.models import build
from srq.program.reference import Reference
from srq.quant import PsnrDrop, Twin, choose_formats, integers, quantize
from srq.quant.bounds import fits, narrow
from srq.quant.search import search_formats
from srq.quant.twin_file import load_twin, save_twin
from tests.quant.networks import calibration, small_kim

WIDEST = {"weight_bits": 16, "activation_bits": 16}


def twin(network=None, **settings):
    made = Twin(network or small_kim(), **{**WIDEST, **settings})
    choose_formats(made, calibration().pictures)
    return made


def stack(**settings):
    torch.manual_seed(1)
    return build("ecbsr", blocks=1, width=12, act="relu", **settings)


def is_proved(made):
    try:
        lower(made)
    except ProgramError as error:
        return "can overflow its 32-bit accumulator" not in str(error)
    return True


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("bits", [(8, 9), (12, 14), (14, 16), (16, 16)])
def test_what_fits_is_what_can_be_lowered(bits, per_channel):
    widths = {"weight_bits": bits[0], "activation_bits": bits[1], "per_channel": per_channel}
    for network in (small_kim(), stack()):
        made = twin(network, **widths)
        assert fits(made) == is_proved(made)


@pytest.mark.parametrize("per_channel", [False, True])
def test_bits_are_taken_until_all_sums_fit(per_channel):
    made = twin(stack(), per_channel=per_channel)
    assert not fits(made)
    found = narrow(made, PsnrDrop(made, calibration()))
    assert found is not None
    assert set(found.bits) <= set(made.quantizers)
    program = lower(made)
    assert min(int(program.ranges.headroom(name).min()) for name in program.ranges.peaks) >= 0
    picture = np.random.default_rng(0).integers(0, 256, (7, 9)).astype(np.uint8)
    expected = Reference(program)(picture, trace=True)
    for name, tensor in integers(made, picture).items():
        np.testing.assert_array_equal(tensor, expected[name])


def test_what_fits_already_keeps_its_bits():
    made = twin(weight_bits=10, activation_bits=14)
    fracs = {name: quantizer.fracs for name, quantizer in made.quantizers.items()}
    assert narrow(made, lambda _: pytest.fail("nothing is to be measured")) is None
    assert fracs == {name: quantizer.fracs for name, quantizer in made.quantizers.items()}
    assert not made.narrowed


def test_the_bit_that_loses_least_is_taken():
    made = twin(stack())
    tensors = made.quantizers
    start = {name: quantizer.bits for name, quantizer in tensors.items()}
    # Activations are dear here, so the weights give up all.
    found = narrow(made, lambda m: sum(start[name] - m.quantizers[name].bits for name in start))
    assert found is not None
    assert all(name.endswith(".weight") for name in found.bits)
    assert not made.narrowed


def test_the_search_passes_over_what_does_not_fit():
    made = twin(small_kim(), weight_bits=8, activation_bits=9)
    kept = {name: quantizer.fracs for name, quantizer in made.quantizers.items()}
    search = search_formats(made, PsnrDrop(made, calibration()), allowed=lambda _: False)
    assert search.measured == 1
    assert kept == {name: quantizer.fracs for name, quantizer in made.quantizers.items()}


def test_sixteen_bits_become_a_program_and_the_report_says_what_it_cost(tmp_path):
    result = quantize(stack(), weights=16, activations=16, calibration=calibration())
    program = lower(result.twin)
    (found, *_) = result.narrowed
    assert "; bits taken so that sums fit 32 bits: " in result.provenance["quantization"]
    report = json.loads(json.dumps(result.report()))["narrowed"][0]
    assert report == {"bits": found.bits, "before": found.before, "after": found.after}
    save_twin(tmp_path / "t.safetensors", result.twin, {})
    again = load_twin(tmp_path / "t.safetensors")
    assert again.narrowed == result.twin.narrowed
    assert lower(again) == program

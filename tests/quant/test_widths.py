"""Narrowing activations: within the loss that is allowed, and where it saves most."""

import pytest

from srq.lower import lower
from srq.quant import PsnrDrop, choose_formats
from srq.quant.widths import _worth, narrow_activations
from tests.quant.networks import calibration, small_twin


def _fitted():
    crops, twin = calibration(), small_twin(activation_bits=12)
    drop = PsnrDrop(twin, crops)
    choose_formats(twin, crops.pictures)
    return twin, drop


def test_activations_narrow_within_the_loss():
    counts = []
    for most in (0.0, 0.01, 0.3):
        twin, drop = _fitted()
        found = narrow_activations(twin, drop, most)
        assert found.lost[1] == pytest.approx(drop(twin))
        assert found.lost[1] <= found.lost[0] + most
        assert found.bits == twin.narrowed
        counts.append(sum(12 - bits for bits in found.bits.values()))
        program = lower(twin)
        for name, bits in found.bits.items():
            assert program.step(name).value.format.bits == bits
    assert counts == sorted(counts)
    assert counts[2] > counts[0]


def test_lines_that_are_kept_weigh_most():
    twin, _ = _fitted()
    worth = _worth(twin)
    # The two that 3x3 kernels read; the wider one first.
    assert sorted(worth, key=worth.get)[-2:] == ["pointwise3", "sum"]
    assert set(worth) == set(twin.activations)

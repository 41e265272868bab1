import math

import numpy as np
import pytest
import torch

from srq.quant import Calibration, PsnrDrop, choose_formats, fit, search_formats
from tests.quant.networks import calibration, small_kim, small_twin


def lost(twin, crops):
    """The loss of ``twin``, worked out apart from the code under test."""
    pictures = torch.from_numpy(crops.lr).float() / 255
    targets = torch.from_numpy(crops.hr).double() / 255
    wanted = small_kim()(pictures).clamp(0, 1).double()
    change = (twin(pictures).clamp(0, 1).double() - wanted).square().mean((1, 2, 3))
    own = (wanted - targets).square().mean((1, 2, 3))
    ratios = ((own + change) / own).tolist()
    return sum(10 * math.log10(ratio) for ratio in ratios) / len(ratios)


def test_what_is_lost_is_the_mean_of_every_crops_loss():
    twin, crops = small_twin(weight_bits=5, activation_bits=6), calibration()
    measure = PsnrDrop(twin, crops)
    choose_formats(twin, crops.pictures)
    assert measure(twin) == pytest.approx(lost(twin, crops), rel=1e-4)


def test_it_finds_its_way_back_from_spoilt_formats():
    crops = calibration()
    twin = small_twin(weight_bits=8, activation_bits=8)
    measure = PsnrDrop(twin, crops)
    choose_formats(twin, crops.pictures)
    good = measure(twin)
    for name in ("head.weight", "depthwise2", "pointwise3"):
        quantizer = twin.quantizers[name]
        quantizer.set_fracs([quantizer.fracs[0] - 3])
    found = search_formats(twin, measure)
    assert found.before > 2 * good
    assert found.after == measure(twin) < 1.1 * good


def test_no_tensor_can_then_be_moved_for_the_better():
    crops = calibration()
    twin = small_twin(weight_bits=5, activation_bits=6)
    measure = PsnrDrop(twin, crops)
    choose_formats(twin, crops.pictures)
    best = search_formats(twin, measure).after
    for quantizer in twin.quantizers.values():
        kept = quantizer.fracs
        for step in (1, -1):
            quantizer.set_fracs([frac + step for frac in kept])
            assert measure(twin) >= best - 1e-4
        quantizer.set_fracs(kept)


def test_only_the_tensors_asked_for_are_moved_and_heard():
    crops = calibration()
    twin = small_twin(weight_bits=5, activation_bits=6)
    measure = PsnrDrop(twin, crops)
    choose_formats(twin, crops.pictures)
    for name in ("head", "head.weight"):
        twin.quantizers[name].set_fracs([twin.quantizers[name].fracs[0] - 2])
    before = {name: q.fracs for name, q in twin.quantizers.items()}
    heard = []
    search_formats(
        twin, measure, tensors=twin.activations, passes=1, on_tensor=lambda *it: heard.append(it)
    )
    assert [name for name, _ in heard] == twin.activations
    assert heard[-1][1] == measure(twin)
    moved = {name for name, q in twin.quantizers.items() if q.fracs != before[name]}
    assert "head" in moved
    assert moved <= set(twin.activations)


def test_channels_move_together():
    crops = calibration()
    twin = small_twin(per_channel=True, weight_bits=6)
    measure = PsnrDrop(twin, crops)
    choose_formats(twin, crops.pictures)
    before = {name: q.fracs for name, q in twin.quantizers.items()}
    search_formats(twin, measure, passes=2)
    for name, quantizer in twin.quantizers.items():
        steps = {new - old for new, old in zip(quantizer.fracs, before[name], strict=True)}
        assert len(steps) == 1


def test_drawings_are_lost_less_where_they_are_looked_at():
    """Photographs of little contrast say nothing of black letters on white."""
    photographs, drawn = calibration(), calibration(seed=1)
    photographs.lr[:] = photographs.lr // 4 + 96
    photographs.hr[:] = photographs.hr // 4 + 96
    drawn.lr[:] = (drawn.lr > 127) * np.uint8(255)
    both = Calibration(
        np.concatenate([photographs.lr, drawn.lr]),
        np.concatenate([photographs.hr, drawn.hr]),
        drawings=len(drawn.lr),
    )
    losses = []
    for crops in (photographs, both):
        twin = small_twin()
        measure = PsnrDrop(twin, drawn)
        fit(twin, crops)
        losses.append(measure(twin))
    assert losses[1] < 0.5 * losses[0]

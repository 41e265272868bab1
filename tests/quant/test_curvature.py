"""The curvature against derivatives by another hand, and against what changed weights do lose."""

import numpy as np
import pytest
import torch

from srq.quant import PsnrDrop, choose_formats, curvature
from srq.quant.curvature import curvature_of
from srq.quant.formats import in_floats
from tests.quant.networks import calibration, small_twin


def _twin():
    twin = small_twin(weight_bits=16, activation_bits=16)
    choose_formats(twin, calibration().pictures)
    return twin


def _changed(twin, change):
    begin = 0
    with torch.no_grad():
        for name in twin.convs:
            weight = twin.conv(name).weight
            part = torch.from_numpy(change[begin : begin + weight.numel()])
            weight += part.reshape(weight.shape)
            begin += weight.numel()


def test_it_says_what_changed_weights_lose():
    crops, twin = calibration(side=24), _twin()
    error = curvature_of(twin, crops)
    drop = PsnrDrop(twin, crops)
    with in_floats(twin):
        for seed in range(3):
            change = np.random.default_rng(seed).normal(0, 1e-4, len(error))
            _changed(twin, change)
            lost = drop(twin)
            _changed(twin, -change)
            # Without the margin of the output that the curvature leaves out, not quite the same.
            assert change @ error @ change == pytest.approx(lost, rel=0.3)


def test_the_jacobian_is_autograds():
    twin, picture = _twin(), calibration(side=10).pictures[:1]
    weights = list(twin.parameters())
    with in_floats(twin):
        made = curvature._jacobian(twin, picture)
        output = curvature._inner(twin.values(picture)[twin.nodes[-1].name], 2).flatten()
        wanted = []
        for value in output:
            gradients = torch.autograd.grad(value, weights, retain_graph=True)
            wanted.append(torch.cat([gradient.flatten() for gradient in gradients]))
    torch.testing.assert_close(made.T, torch.stack(wanted), rtol=1e-4, atol=1e-6)


def test_of_many_weights_it_is_the_diagonal(monkeypatch):
    crops, twin = calibration(side=24), _twin()
    whole = curvature_of(twin, crops)
    monkeypatch.setattr(curvature, "WHOLE", 10)
    diagonal = curvature_of(twin, crops)
    assert diagonal.shape == (len(whole),)
    assert diagonal.sum() == pytest.approx(np.trace(whole), rel=0.3)
    assert np.corrcoef(np.log(diagonal), np.log(whole.diagonal()))[0, 1] > 0.8


@pytest.mark.parametrize("whole", [10, 4096])
def test_a_weight_that_the_crops_do_not_excite_is_not_free(monkeypatch, whole):
    monkeypatch.setattr(curvature, "WHOLE", whole)
    twin, crops = _twin(), calibration()
    with torch.no_grad():
        twin.conv("head").weight[0] = -1  # after the ReLU nothing is left of this channel
    error = curvature_of(twin, crops)
    diagonal = error.diagonal() if error.ndim == 2 else error
    assert (diagonal > 0).all()

"""Tones: curves and a matrix."""

import numpy as np
import torch

from srq.restore.networks.tone import NODES, SIDE, Tone, apply_tones


def test_an_untrained_tone_changes_nothing():
    pictures = torch.rand(2, 3, 40, 50)
    tones = Tone()(torch.rand(2, 3, SIDE, SIDE))
    made = apply_tones(pictures, tones.curves, tones.matrix)
    torch.testing.assert_close(made, pictures, rtol=0, atol=1e-6)


def test_curves_are_interpolated():
    curves = torch.rand(1, 3, NODES)
    pictures = torch.rand(1, 3, 8, 9)
    made = apply_tones(pictures, curves, torch.eye(3)[None])
    nodes = np.linspace(0, 1, NODES)
    for colour in range(3):
        expected = np.interp(pictures[0, colour], nodes, curves[0, colour])
        np.testing.assert_allclose(made[0, colour], expected, atol=1e-6)


def test_gray_stays_gray_through_any_matrix(drawn):
    tones = drawn(Tone())(torch.rand(3, 3, SIDE, SIDE))
    torch.testing.assert_close(tones.matrix.sum(2), torch.ones(3, 3), rtol=0, atol=1e-5)


def test_it_is_the_mean_of_its_members(drawn):
    tone = drawn(Tone(8, 16, members=3))
    thumbnails = torch.rand(2, 3, SIDE, SIDE)
    whole, each = tone(thumbnails), tone.each(thumbnails)
    assert len(each) == 3
    assert not torch.equal(each[0].needed, each[1].needed)
    for name in ("curves", "matrix", "needed"):
        mean = sum(getattr(tones, name) for tones in each) / 3
        torch.testing.assert_close(getattr(whole, name), mean)
    tone.shift_needed(-2)
    torch.testing.assert_close(tone(thumbnails).needed, whole.needed - 2)

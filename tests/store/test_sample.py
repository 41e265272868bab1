"""Large pictures: a sample is searched, and the whole is measured."""

import numpy as np
import pytest
from skimage import data

pytest.importorskip("imagecodecs", reason="pip install 'srq[store]'")

from srq.image.io import Picture, decode
from srq.store import sample
from srq.store.candidates import Way
from srq.store.choose import Trials, choose, smallest_near
from srq.store.fidelity import fidelity
from srq.store.modes import mode_named
from srq.store.restore import restore_picture
from srq.store.sample import sample_of
from tests.store.conftest import file_of

WAYS = [Way("webp", "webp"), Way("half", "webp", 2), Way("lossless", "webp", lossless=True)]


def test_a_sample_has_tiles_from_all_over():
    pixels = np.zeros((2000, 3000, 3), np.uint8)
    pixels[..., 0] = np.arange(2000)[:, None] // 8
    pixels[..., 1] = np.arange(3000) // 12
    found = sample_of(Picture(pixels)).pixels
    assert found.shape == (1024, 1024, 3)
    assert np.array_equal(found[:256, :256], pixels[:256, :256])
    assert np.array_equal(found[-256:, -256:], pixels[-256:, -256:])
    assert np.array_equal(found[256:512, -256:], pixels[581:837, -256:])


@pytest.mark.parametrize("shape", [(1024, 2048), (900, 9000)])
def test_what_is_small_or_narrow_has_none(shape):
    assert sample_of(Picture(np.zeros((*shape, 3), np.uint8))) is None


@pytest.mark.parametrize("mode", ["high", "small"])
def test_the_whole_holds_the_floor_and_little_of_it_is_tried(monkeypatch, programs, mode):
    monkeypatch.setattr(sample, "LARGE", 10_000)
    monkeypatch.setattr(sample, "SIDE", 32)
    photo = np.ascontiguousarray(data.astronaut()[:256, 100:356])
    measured, real = [], Trials.measured

    def counted(self, way, quality):
        if self._pixels.shape == photo.shape:
            measured.append((way, quality))
        return real(self, way, quality)

    monkeypatch.setattr(Trials, "measured", counted)
    came = file_of(photo)
    chosen = choose(came, "it", mode_named(mode), programs, WAYS).stored
    assert chosen.form.size == (256, 256)
    restored = restore_picture(chosen.data, chosen.form, programs.engine).pixels
    assert fidelity(photo, restored) == chosen.fidelity
    assert chosen.fidelity.ssimulacra2 >= (mode_named(mode).floor or 0)
    assert len(set(measured)) <= 9


def test_looking_near(photo, programs):
    tried = Trials(decode(file_of(photo), "it"), programs)
    way = WAYS[0]
    for near in (30, 75, 95):
        one = smallest_near(tried, way, 60.0, near)
        assert one.fidelity.ssimulacra2 >= 60
    assert smallest_near(tried, way, 99.9, 98) is None

import numpy as np
import pytest
import torch  # noqa: F401 (what is tested here needs it)
from skimage import data

from srq.restore import inpaint as module
from srq.restore.inpaint import inpaint


def scratched(seed=0):
    """A mask of lines and a few holes."""
    rng = np.random.default_rng(seed)
    mask = np.zeros((256, 256), bool)
    for place in rng.integers(8, 248, 6):
        mask[place : place + 3] = True
        mask[:, place : place + 2] = True
    for y, x in rng.integers(16, 240, (5, 2)):
        mask[y : y + 12, x : x + 12] = True
    return mask


def photos():
    shot = data.astronaut(), data.chelsea(), data.rocket(), data.coffee()
    return [photo[:256, 100:356] for photo in shot]


def error(made, true, mask):
    return float(np.square(made[mask].astype(float) - true[mask]).mean())


def test_only_what_is_hidden_changes():
    photo, mask = photos()[0].astype(np.float32) / 255, scratched()
    kept = photo.copy()
    made = inpaint(photo, mask)
    assert np.array_equal(photo, kept)
    assert np.array_equal(made[~mask], photo[~mask])
    assert not np.array_equal(made[mask], photo[mask])


def test_what_is_hidden_does_not_matter():
    photo, mask = photos()[0].astype(np.float32) / 255, scratched()
    other = photo.copy()
    other[mask] = 1
    assert np.array_equal(inpaint(photo, mask), inpaint(other, mask))


def test_a_plane_goes_on_under_the_mask():
    y, x = np.mgrid[:60, :80].astype(np.float32)
    plane = (0.1 + 0.004 * y + 0.006 * x)[..., None]
    mask = np.zeros((60, 80), bool)
    mask[20:32, 30:44] = True
    torn = plane.copy()
    torn[mask] = 0
    assert np.abs(inpaint(torn, mask) - plane).max() < 1e-3


def test_it_is_the_surface_of_least_energy():
    """The answer of a dense solver, from equations written out by hand."""
    rng = np.random.default_rng(3)
    photo = rng.random((12, 14, 1)).astype(np.float32)
    mask = np.zeros((12, 14), bool)
    mask[0:3, 4:7] = mask[6:9, 8:11] = mask[11, 13] = True
    size = mask.size
    laplacian = np.zeros((size, size))
    for y in range(12):
        for x in range(14):
            for b, a in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                if 0 <= b < 12 and 0 <= a < 14:
                    laplacian[y * 14 + x, y * 14 + x] += 1
                    laplacian[y * 14 + x, b * 14 + a] -= 1
    energy = laplacian.T @ laplacian + laplacian
    hidden, known = np.flatnonzero(mask), np.flatnonzero(~mask)
    wanted = np.linalg.solve(
        energy[np.ix_(hidden, hidden)],
        -energy[np.ix_(hidden, known)] @ photo.reshape(-1)[known].astype(float),
    )
    assert np.abs(inpaint(photo, mask)[mask][:, 0] - np.clip(wanted, 0, 1)).max() < 1e-4


def test_it_is_better_than_telea():
    cv2 = pytest.importorskip("cv2", reason="pip install 'srq[bench]'")
    gains = []
    for seed, photo in enumerate(photos()):
        mask = scratched(seed)
        torn = photo.copy()
        torn[mask] = 255
        theirs = cv2.inpaint(torn, mask.astype(np.uint8), 3, cv2.INPAINT_TELEA)
        ours = inpaint(torn.astype(np.float32) / 255, mask) * 255
        gains.append(10 * np.log10(error(theirs, photo, mask) / error(ours, photo, mask)))
    assert min(gains) > 0
    assert np.mean(gains) > 0.5


def test_it_begins_band_by_band(monkeypatch):
    """Where conjugate gradients begin matters little."""
    photo, mask = photos()[0].astype(np.float32) / 255, scratched()
    whole = inpaint(photo, mask)
    monkeypatch.setattr(module, "_BAND", 50)
    monkeypatch.setattr(module, "_BESIDE", 20)
    assert np.abs(inpaint(photo, mask) - whole).max() < 2e-3


@pytest.mark.parametrize("channels", [1, 3])
def test_nothing_or_everything_hidden(channels):
    photo = np.full((9, 7, channels), 0.5, np.float32)
    assert np.array_equal(inpaint(photo, np.zeros((9, 7), bool)), photo)
    assert np.isfinite(inpaint(photo, np.ones((9, 7), bool))).all()

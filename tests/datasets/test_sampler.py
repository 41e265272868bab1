import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srq.datasets.pool import assemble
from srq.datasets.sampler import Sampler
from srq.errors import ConfigError, DataError


def marked_pool(scale, sizes):
    """Pictures whose every pixel tells its picture (bits 6, 7), row and column (modulo 8)."""
    groups = []
    for number, (height, width) in enumerate(sizes):
        rows, columns = np.indices((scale * height, scale * width))
        hr = number << 6 | (rows // scale % 8) << 3 | columns // scale % 8
        hr = hr.astype(np.uint8)
        groups.append((hr, [hr[::scale, ::scale].copy()]))
    return assemble(groups, scale=scale, fingerprint="marked")


@given(
    scale=st.integers(1, 4),
    sizes=st.lists(st.tuples(st.integers(5, 20), st.integers(5, 20)), min_size=1, max_size=3),
    crop=st.integers(1, 5),
    batch=st.integers(1, 9),
    seed=st.integers(0, 2**63),
    step=st.integers(0, 2**40),
)
@settings(max_examples=60, deadline=None)
def test_crops_are_aligned_and_inside(scale, sizes, crop, batch, seed, step):
    """HR is LR enlarged, pixel by pixel, in each of the marked crops."""
    sampler = Sampler(marked_pool(scale, sizes), crop=crop, batch=batch, seed=seed)
    lr, hr = sampler.batch(step)
    assert lr.shape == (batch, 1, crop, crop)
    assert hr.shape == (batch, 1, scale * crop, scale * crop)
    assert lr.dtype == hr.dtype == np.uint8
    assert (hr == lr.repeat(scale, axis=2).repeat(scale, axis=3)).all()
    # One picture a crop, and neighbours that are neighbours there.
    assert (lr >> 6 == lr[:, :, :1, :1] >> 6).all()
    if crop > 1:
        for a, b in ((lr[:, :, 1:], lr[:, :, :-1]), (lr[..., 1:], lr[..., :-1])):
            rows = ((a >> 3 & 7).astype(int) - (b >> 3 & 7)) % 8
            columns = ((a & 7).astype(int) - (b & 7)) % 8
            assert (
                ((rows == 0) & np.isin(columns, (1, 7))) | ((columns == 0) & np.isin(rows, (1, 7)))
            ).all()


def test_a_batch_depends_on_seed_and_step_alone():
    pool = marked_pool(2, [(20, 30), (12, 12)])
    one = Sampler(pool, crop=5, batch=8, seed=1)
    two = Sampler(pool, crop=5, batch=8, seed=1)
    for step in (7, 3, 3, 0):
        for a, b in zip(one.batch(step), two.batch(step), strict=True):
            assert (a == b).all()
    two.batch(99)
    assert (one.batch(4)[0] == two.batch(4)[0]).all()
    assert (one.batch(4)[0] != one.batch(5)[0]).any()
    assert (one.batch(4)[0] != Sampler(pool, crop=5, batch=8, seed=2).batch(4)[0]).any()


@pytest.mark.parametrize("world", [2, 3, 6])
def test_ranks_together_see_what_one_process_sees(world):
    pool = marked_pool(2, [(20, 30), (12, 12)])
    whole = Sampler(pool, crop=5, batch=12, seed=1)
    ranks = [Sampler(pool, crop=5, batch=12, seed=1, rank=r, world=world) for r in range(world)]
    for step in range(5):
        parts = [rank.batch(step) for rank in ranks]
        for k in (0, 1):
            assert (np.concatenate([part[k] for part in parts]) == whole.batch(step)[k]).all()


def test_pictures_are_drawn_by_area():
    pool = marked_pool(1, [(10, 30), (10, 10)])
    lr, _ = Sampler(pool, crop=3, batch=4000, seed=0).batch(0)
    assert (lr[:, 0, 0, 0] >> 6 == 0).mean() == pytest.approx(0.75, abs=0.03)


def test_places_and_symmetries_are_evenly_drawn():
    picture = np.arange(64, dtype=np.uint8).reshape(8, 8)
    pool = assemble([(picture, [picture])], scale=1, fingerprint="numbered")
    lr, _ = Sampler(pool, crop=3, batch=8 * 36 * 50, seed=0).batch(0)
    crops = lr[:, 0].astype(int)
    # The least number stands at the upper left; the steps across and down tell the symmetry.
    across, down = crops[:, 0, 1] - crops[:, 0, 0], crops[:, 1, 0] - crops[:, 0, 0]
    kinds, often = np.unique(
        np.stack([crops.min((1, 2)), across, down]), axis=1, return_counts=True
    )
    places = [8 * y + x for y in range(6) for x in range(6)]
    symmetries = [(a * x, b * y) for x, y in ((1, 8), (8, 1)) for a in (1, -1) for b in (1, -1)]
    assert {tuple(kind) for kind in kinds.T.tolist()} == {
        (place, *symmetry) for place in places for symmetry in symmetries
    }
    # 50 draws of each are expected; chi-squared of 287 degrees of freedom is below 400.
    assert ((often - 50) ** 2 / 50).sum() < 400


def test_the_batch_is_the_callers_own():
    sampler = Sampler(marked_pool(2, [(20, 30)]), crop=5, batch=2, seed=1)
    first, _ = sampler.batch(0)
    kept = first.copy()
    sampler.batch(1)[0][:] = 0
    assert (first == kept).all()
    first[:] = 0
    assert (sampler.batch(0)[0] == kept).all()


def test_what_does_not_fit_is_refused():
    pool = marked_pool(2, [(20, 30), (12, 9)])
    with pytest.raises(DataError, match="A crop of 10 LR pixels .* shorter side has 9"):
        Sampler(pool, crop=10, batch=4, seed=0)
    with pytest.raises(ConfigError, match="A batch of 5 cannot be shared evenly by 2 processes"):
        Sampler(pool, crop=5, batch=5, seed=0, rank=0, world=2)
    with pytest.raises(ConfigError, match="rank must be 0 to 1, not 2"):
        Sampler(pool, crop=5, batch=4, seed=0, rank=2, world=2)
    with pytest.raises(ConfigError, match="not batch 0, crop 5, seed 0"):
        Sampler(pool, crop=5, batch=0, seed=0)

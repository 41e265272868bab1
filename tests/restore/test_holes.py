"""Which wide patches are holes."""

import numpy as np
import pytest

from srq.restore import holes
from srq.restore.holes import WIDEST

SIZE = (90, 121)


def gray(plane):
    return np.repeat(plane[..., None], 3, 2).astype(np.float32)


def textured(deviation=0.1):
    return 0.4 + np.random.default_rng(0).normal(0, deviation, SIZE)


def no_holes(mask, picture, likely=0.9):
    return holes.no_holes(np.where(mask, np.float32(likely), np.float32(0)), 0.05, picture)


def disc(row, column, radius):
    rows, columns = np.ogrid[: SIZE[0], : SIZE[1]]
    return (rows - row) ** 2 + (columns - column) ** 2 <= radius**2


def box(row, column, half):
    rows, columns = np.ogrid[: SIZE[0], : SIZE[1]]
    return (abs(rows - row) <= half) & (abs(columns - column) <= half)


@pytest.mark.parametrize("tone", [0.95, 0.05])
@pytest.mark.parametrize("place", [(45, 60), (0, 0), (89, 120), (45, 120)])
def test_a_flat_patch_with_an_edge_is_a_hole(tone, place):
    hole = disc(*place, 30)
    assert not no_holes(hole, gray(np.where(hole, tone, textured()))).any()


def test_a_patch_of_what_surrounds_it_is_none():
    patch = box(45, 60, 30)
    sky = gray(np.full(SIZE, 0.9))
    assert np.array_equal(no_holes(patch, sky), patch)


def test_a_patch_that_is_not_flat_needs_more_of_an_edge():
    patch = box(45, 60, 30)
    below = np.arange(SIZE[0])[:, None] > 60
    hole, bay = textured() + 0.4 * patch, textured() + 0.4 * (patch | below)
    assert not no_holes(patch, gray(hole)).any()
    assert np.array_equal(no_holes(patch, gray(bay)), patch)
    flat = np.where(patch | below, 0.9, textured())
    assert not no_holes(patch, gray(flat)).any()


def test_a_patch_that_ends_in_an_edge_for_less_than_half_is_none():
    patch = box(45, 60, 30)
    lower = np.arange(SIZE[0])[:, None] > 60
    assert np.array_equal(no_holes(patch, gray(np.where(lower, 0.3, np.full(SIZE, 0.9)))), patch)


def test_a_patch_that_is_nowhere_sure_is_none():
    patch = box(45, 60, 30)
    picture = gray(np.where(patch, 0.95, 0.4))
    assert np.array_equal(no_holes(patch, picture, likely=0.3), patch)
    assert not no_holes(patch, picture, likely=0.6).any()


def test_what_is_flatter_than_most_of_a_grainy_picture_is_flat():
    patch = box(45, 60, 30)
    rows = np.arange(SIZE[0])[:, None]
    bay = patch | (rows > 60)
    shown = np.where(bay, 0.8, 0.4)
    grain = np.random.default_rng(0).normal(0, 1, SIZE)
    assert not no_holes(patch, gray(shown + grain * np.where(patch, 0.08, 0.15))).any()
    found = no_holes(patch, gray(shown + grain * np.where(patch, 0.08, 0.02)))
    assert np.array_equal(found, patch)


def test_one_patch_may_be_a_hole_and_another_none():
    hole, patch = box(30, 30, 20), box(60, 95, 20)
    found = no_holes(hole | patch, gray(np.where(hole, 0.95, 0.5)))
    assert np.array_equal(found, patch)


def test_what_is_narrow_is_let_be():
    mask = np.zeros(SIZE, np.bool_)
    mask[20 : 20 + WIDEST - 3, 5:100] = True
    assert not no_holes(mask, gray(np.full(SIZE, 0.9))).any()
    assert not no_holes(np.zeros(SIZE, np.bool_), gray(np.full(SIZE, 0.9))).any()


def test_a_scratch_into_a_patch_stays():
    patch = disc(45, 40, 30)
    scratch = np.zeros(SIZE, np.bool_)
    scratch[44:47, 60:] = True
    found = no_holes(patch | scratch, gray(np.full(SIZE, 0.9)))
    assert found[45, 40]
    assert not found[44:47, 95:].any()

"""Scales and tiles, as the public scripts make them."""

import numpy as np
import pytest

from srq.datasets.curate.sizes import multiscale, starts, tiles
from srq.datasets.curate.stages import Multiscale, Tiles
from srq.datasets.curate.views import Source, View


def view(height, width):
    return View.of(Source("a.png", "0" * 64, height, width, 3))


def basicsr_starts(length, size, step):
    """BasicSR's extract_subimages, thresh_size 0."""
    space = np.arange(0, length - size + 1, step)
    if length - (space[-1] + size) > 0:
        space = np.append(space, length - size)
    return space.tolist()


@pytest.mark.parametrize("length", [512, 513, 752, 768, 1000, 1024, 2040])
def test_tiles_begin_where_basicsr_begins_them(length):
    assert starts(length, 512, 240) == basicsr_starts(length, 512, 240)


def test_too_small_a_picture_has_no_tile():
    assert list(tiles(view(511, 900), Tiles(512, 240))) == []


def test_2000_photographs_of_1024_give_52000_tiles():
    sizes = list(multiscale(view(1024, 1024), Multiscale((1, 0.75), 512)))
    assert [one.size for one in sizes] == [(1024, 1024), (768, 768), (512, 512)]
    counts = [len(list(tiles(one, Tiles(512, 240)))) for one in sizes]
    assert counts == [16, 9, 1]
    assert 2000 * sum(counts) == 52000


def test_a_size_that_is_there_already_is_not_made_again_and_nothing_is_enlarged():
    sizes = list(multiscale(view(1024, 1500), Multiscale((1, 0.5), 512)))
    assert [one.size for one in sizes] == [(1024, 1500), (512, 750)]
    assert len(list(multiscale(view(400, 500), Multiscale((1,), 512)))) == 1

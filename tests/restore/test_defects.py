"""What is marked of what a detector has found."""

import numpy as np
import pytest

from srq.restore.defects import (
    LIKELY,
    SUSPECTED,
    believed,
    damage_of,
    grown,
    marks,
    probabilities_of,
)
from tests.restore.stand_ins import WhiteIsDamage


def found(*parts, size=(80, 90), probability=0.9):
    """Probabilities that are ``probability`` in these slices, and nil elsewhere."""
    seen = np.zeros(size, np.float32)
    for part in parts:
        seen[part] = probability
    return seen


def test_what_is_sure_is_marked_and_the_pixels_around_it():
    seen = found(np.s_[20:22, 5:80], np.s_[40, 40])
    assert np.array_equal(marks(seen, 0.5), grown(seen > 0))
    assert not marks(seen, 0.95).any()


def test_suspected_pixels_beside_a_sure_one_are_marked_with_it():
    seen = np.maximum(found(np.s_[30, 30]), found(np.s_[30, 31:60], probability=0.2))
    assert np.array_equal(marks(seen, 0.5), grown(found(np.s_[30, 30:35]) > 0))
    assert not marks(np.minimum(seen, 0.4), 0.5).any()
    faint = np.where(seen == np.float32(0.2), np.float32(SUSPECTED - 0.01), seen)
    assert np.array_equal(marks(faint, 0.5), grown(found(np.s_[30, 30]) > 0))


def test_what_is_wide_is_marked_too_and_at_the_border():
    seen = found(np.s_[20:60, 5:50], np.s_[:40, 70:])
    assert np.array_equal(marks(seen, 0.5), grown(seen > 0))


def test_the_less_looks_damaged_the_less_is_believed():
    picture = np.zeros((40, 50, 3), np.float32)
    picture[7, :20] = 1
    seen = probabilities_of(WhiteIsDamage(), picture)
    assert damage_of(seen) == 20 / 2000
    assert np.array_equal(seen >= LIKELY, picture[..., 0] == 1)
    assert np.array_equal(probabilities_of(WhiteIsDamage(enough=19 / 2000), picture), seen)
    half = probabilities_of(WhiteIsDamage(enough=20 / 1000), picture)
    assert half.dtype == seen.dtype == np.float32
    odds = [each / (1 - each) for each in (half[7, 0], seen[7, 0])]
    assert odds[0] == pytest.approx(odds[1] / 4, rel=1e-2)
    assert not believed(0.1 * seen, 1e-6).any()


def test_a_picture_full_of_doubtful_marks_looks_less_damaged():
    plain = found(np.s_[20:22, 5:80])
    doubtful = np.maximum(plain, found(np.s_[40:46, 5:80], probability=0.1))
    assert damage_of(plain) == 150 / 7200
    assert damage_of(doubtful) == damage_of(plain) / 4
    assert damage_of(0 * plain) == 0

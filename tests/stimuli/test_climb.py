import numpy as np

from srq.stimuli.climb import climb


def test_each_picture_climbs_for_itself_and_never_down():
    target = np.array([3.0, -2.0])
    seen = []

    def measure(pictures):
        heights = -np.abs(pictures - target)
        seen.append(heights)
        return heights, pictures < target

    def propose(pictures, below, moved):
        return pictures + np.where(below, 1.0, -1.0)

    first = np.array([0.0, 0.0])
    pictures, heights = climb(first, measure, propose, 6)
    assert pictures.tolist() == [3.0, -2.0]
    assert heights.tolist() == [0.0, 0.0]
    assert first.tolist() == [0.0, 0.0], "what is given stays as it is"
    assert len(seen) == 7


def test_it_is_told_which_pictures_moved():
    told = []

    def propose(pictures, hints, moved):
        told.append(moved.tolist())
        return pictures + np.array([1, -1])

    climb(np.array([0, 0]), lambda at: (at.astype(float), at), propose, 2)
    assert told == [[True, True], [True, False]]

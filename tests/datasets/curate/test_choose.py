"""Cuts: limits, counts, shares, folders and quotas; ties and pictures without a number."""

import pytest

from srq.datasets.curate.choose import choose, rank
from srq.datasets.curate.stages import Cut

NAN = float("nan")


def test_ranks_go_from_good_to_bad_and_ties_keep_their_order():
    assert rank([1, 3, NAN, 3, 2], "higher") == [1, 3, 4, 0, 2]
    assert rank([1, 3, NAN, 3, 2], "lower") == [0, 4, 1, 3, 2]


@pytest.mark.parametrize(
    ("cut", "kept"),
    [
        (Cut("s", count=2), (4, 2)),
        (Cut("s", share=0.5), (4, 2, 0)),
        (Cut("s", low=0.5), (4, 2)),
        (Cut("s", high=0.5), (0, 1, 3)),
        (Cut("s", each=1), (4, 2)),
        (Cut("s", each=1, low=0.85), (4,)),
        (Cut("s", quotas={"faces": 1}), (2,)),
        (Cut("s", quotas={"faces": 1, "*": 2}), (4, 2, 0)),
        (Cut("s", quotas={"faces": 3, "faces/old": 0}), (2, 3)),
    ],
)
def test_what_a_cut_keeps(cut, kept):
    scores = [0.4, 0.3, 0.8, 0.2, 0.9]
    folders = ["land", "faces/old", "faces", "faces", "land"]
    choice = choose(scores, folders, cut, "higher")
    if cut.each == 1 and cut.low is None:
        kept = (4, 2, 1)
    assert choice.kept == kept
    assert set(choice.reasons) == set(range(5)) - set(kept)


def test_a_quota_counts_for_all_below_its_folder():
    choice = choose([1, 2, 3], ["a/x", "a/y", "b"], Cut("s", quotas={"a": 1, "b": 1}), "higher")
    assert choice.kept == (2, 1)
    assert choice.reasons == {0: "rank 3 of 3 by s (1); 1 of 'a' are kept"}


def test_reasons_say_why():
    choice = choose([0.9, 0.1, NAN], ["", "", ""], Cut("s", low=0.5), "higher")
    assert choice.reasons == {1: "s is 0.1, below 0.5", 2: "s has no number for it"}

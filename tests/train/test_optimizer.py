import math

import pytest

from srq.train.config import OptimConfig
from srq.train.optimizer import learning_rate


def rates(config, steps):
    return [learning_rate(config, step, steps) for step in range(steps)]


def test_warm_up_rises_evenly_to_the_rate():
    made = rates(OptimConfig(lr=1.0, warmup=4, schedule="constant"), 40)
    assert made == [0.25, 0.5, 0.75] + [1] * 37


def test_warm_up_is_at_most_a_tenth_of_a_short_training():
    made = rates(OptimConfig(lr=1.0, warmup=500, schedule="constant"), 50)
    assert made == [0.2, 0.4, 0.6, 0.8] + [1] * 46
    assert rates(OptimConfig(lr=1.0, warmup=500, schedule="constant"), 9) == [1] * 9


def test_the_papers_schedule_divides_after_every_so_many_steps():
    config = OptimConfig(lr=1e-4, warmup=0, schedule="steps", divide_every=3, divide_by=10)
    assert rates(config, 7) == pytest.approx([1e-4] * 3 + [1e-5] * 3 + [1e-6])


def test_cosine_is_half_way_down_at_half_time_and_ends_near_zero():
    made = rates(OptimConfig(lr=2.0, warmup=0), 100)
    assert made[0] == 2.0
    assert made[50] == pytest.approx(1.0)
    assert made[25] == pytest.approx(1 + math.cos(math.pi / 4))
    assert made == sorted(made, reverse=True)
    assert 0 < made[-1] < 1e-3

import multiprocessing
import os
import time

import pytest

from srq.errors import DataError
from srq.parallel.workers import ordered_map


def slow_square(number):
    time.sleep(0.02 * (number % 3))
    return number * number


def fail_at_3(number):
    if number == 3:
        raise DataError("Picture 3 is bad.")
    return number


def die(number):
    os._exit(9)


@pytest.mark.parametrize("workers", [1, 2, 50])
@pytest.mark.parametrize("count", [0, 1, 12])
def test_results_come_in_the_order_of_the_jobs(workers, count):
    workers = min(workers, 3)
    assert list(ordered_map(slow_square, range(count), workers)) == [n * n for n in range(count)]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_jobs_error_is_raised_in_its_turn(workers):
    results = ordered_map(fail_at_3, range(20), workers)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(DataError, match=r"Picture 3 is bad\."):
        next(results)
    assert not running()


def test_a_worker_that_dies_is_told():
    with pytest.raises(DataError, match="A worker process died"):
        list(ordered_map(die, range(4), 2))
    assert not running()


def test_results_that_nobody_wants_stop_the_workers():
    results = ordered_map(slow_square, range(1000), 2)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert not running()


def running():
    """The worker processes that are still there a moment after they were stopped."""
    for _ in range(100):
        if not multiprocessing.active_children():
            return []
        time.sleep(0.02)
    return multiprocessing.active_children()

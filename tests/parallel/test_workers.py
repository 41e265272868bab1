import multiprocessing
import os
import threading
import time
from contextlib import closing

import pytest

from srq.errors import DataError
from srq.parallel import workers
from srq.parallel.workers import map_in_processes, map_in_threads


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
    assert list(map_in_processes(slow_square, range(count), workers)) == [
        n * n for n in range(count)
    ]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_jobs_error_is_raised_in_its_turn(workers):
    results = map_in_processes(fail_at_3, range(20), workers)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(DataError, match=r"Picture 3 is bad\."):
        next(results)
    assert not running()


def test_a_worker_that_dies_is_told():
    with pytest.raises(DataError, match="A worker process died"):
        list(map_in_processes(die, range(4), 2))
    assert not running()


def test_results_that_nobody_wants_stop_the_workers():
    results = map_in_processes(slow_square, range(1000), 2)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert not running()


def much(number):
    return bytes(50_000_000)


def test_a_worker_stopped_amid_a_result_keeps_nobody_waiting():
    before = set(threading.enumerate())
    for delay in (0, 0.01, 0.02, 0.03, 0.04):
        results = map_in_processes(much, range(1000), 2)
        next(results)
        time.sleep(delay)
        results.close()  # type: ignore[attr-defined]
        assert not running()
        assert all(thread.daemon for thread in set(threading.enumerate()) - before)


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("depth", [None, 1, 100])
def test_threads_give_results_in_order(workers, depth):
    squares = map_in_threads(lambda n: n * n, range(100), workers, depth=depth)
    assert list(squares) == [n * n for n in range(100)]


@pytest.mark.parametrize("depth", [None, 1, 5])
def test_threads_take_a_bounded_number_of_items(depth):
    taken = []

    def source():
        for number in range(50):
            taken.append(number)
            yield number

    with closing(map_in_threads(lambda n: n, source(), 2, depth=depth)) as results:
        next(results)
        assert len(taken) == (depth or 2) + 1


@pytest.mark.parametrize("place", ["source", "work"])
def test_an_error_in_a_thread_comes_in_its_place(place):
    def source():
        yield from (1, 2)
        if place == "source":
            raise ValueError("third")
        yield 3

    def work(number):
        if number == 3:
            raise ValueError("third")
        return number

    stop = threading.Event()
    results = map_in_threads(work, source(), 2, stop=stop)
    assert [next(results), next(results)] == [1, 2]
    with pytest.raises(ValueError, match="third"):
        next(results)
    assert stop.is_set()


def test_a_work_that_nobody_wants_may_end_early():
    stop = threading.Event()

    def work(number):
        return number if number == 0 else stop.wait(60)

    with closing(map_in_threads(work, range(100), 2, depth=100, stop=stop)) as results:
        assert next(results) == 0
    assert stop.is_set()


def running():
    """The worker processes that are still there a moment after they were stopped."""
    for _ in range(100):
        if not multiprocessing.active_children():
            return []
        time.sleep(0.02)
    return multiprocessing.active_children()


def test_an_interrupt_while_a_thread_starts_waits_for_the_work_of_that_thread(monkeypatch):
    start, started, ended = threading.Thread.start, [], []

    def interrupted(thread):
        start(thread)
        started.append(thread)
        if len(started) == 2:
            raise KeyboardInterrupt

    def work(item):
        time.sleep(0.1 + 0.3 * item)
        ended.append(item)

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(map_in_threads(work, range(4), 3, depth=4))
    at_once = list(ended)
    for thread in started:
        thread.join()
    assert ended == at_once


def test_an_early_end_leaves_no_gap_in_what_is_done(monkeypatch):
    """A thread is slow to begin the work that it has taken; the next is at work already."""
    call, ended, second = workers._Gate.__call__, [], threading.Event()

    def slow(gate, number, item):
        if number == 1:
            assert second.wait(60)
            time.sleep(0.2)
        return call(gate, number, item)

    def work(item):
        if item == 2:
            second.set()
        ended.append(item)
        return item

    monkeypatch.setattr(workers._Gate, "__call__", slow)
    with closing(map_in_threads(work, range(9), 2, depth=8)) as results:
        assert next(results) == 0
        assert second.wait(60)
    assert sorted(ended) == list(range(len(ended)))
    assert len(ended) > 2

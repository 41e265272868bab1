import threading
import time
from contextlib import closing

import pytest

from srq.parallel.prefetch import prefetch
from srq.parallel.workers import map_in_threads


def test_items_come_in_order():
    assert list(prefetch(range(100), 3)) == list(range(100))


def test_it_stays_a_bounded_number_ahead():
    taken = []

    def source():
        for number in range(50):
            taken.append(number)
            yield number

    with closing(prefetch(source(), 3)) as items:
        next(items)
        time.sleep(0.2)
        assert len(taken) <= 5


def test_an_error_comes_in_its_place():
    def source():
        yield 1
        yield 2
        raise ValueError("third")

    found = []
    with pytest.raises(ValueError, match="third"):
        found.extend(prefetch(source(), 2))
    assert found == [1, 2]


def test_closing_ends_the_threads_and_closes_the_source():
    closed = threading.Event()

    def source():
        try:
            while True:
                yield 0
        finally:
            closed.set()

    before = threading.active_count()
    items = prefetch(map_in_threads(lambda n: n, source(), 2), 2)
    next(items)
    items.close()
    assert closed.is_set()
    assert threading.active_count() == before

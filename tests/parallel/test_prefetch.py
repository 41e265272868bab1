import threading
import time
from contextlib import closing

import pytest

from srq.parallel.prefetch import ahead, ahead_map


def test_items_come_in_order():
    assert list(ahead(range(100), 3)) == list(range(100))
    assert list(ahead_map(lambda n: n * n, range(100), 4)) == [n * n for n in range(100)]


def test_it_stays_a_bounded_number_ahead():
    taken = []

    def source():
        for number in range(50):
            taken.append(number)
            yield number

    with closing(ahead(source(), 3)) as items:
        next(items)
        time.sleep(0.2)
        assert len(taken) <= 5
    with closing(ahead_map(lambda n: n, source(), 2)) as items:
        taken.clear()
        next(items)
        assert len(taken) <= 4


@pytest.mark.parametrize("through", [ahead, lambda items, n: ahead_map(lambda i: i, items, n)])
def test_an_error_comes_in_its_place(through):
    def source():
        yield 1
        yield 2
        raise ValueError("third")

    found = []
    with pytest.raises(ValueError, match="third"):
        found.extend(through(source(), 2))
    assert found == [1, 2]


def test_closing_ends_the_thread_and_closes_the_source():
    closed = threading.Event()

    def source():
        try:
            while True:
                yield 0
        finally:
            closed.set()

    before = threading.active_count()
    items = ahead(ahead_map(lambda n: n, source(), 2), 2)
    next(items)
    items.close()
    assert closed.is_set()
    assert threading.active_count() == before

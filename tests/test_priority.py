import os
import sys
from threading import Event, Thread

import pytest

from srq.priority import ordinary_priority

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="scheduling is set so on Linux only"
)


def become_real_time():
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        pytest.skip("only root may take real-time priority")


def test_every_thread_that_became_real_time_is_set_back():
    ready, done = Event(), Event()

    def wait():
        ready.set()
        done.wait(60)

    with ordinary_priority():
        become_real_time()
        other = Thread(target=wait)  # It has what this thread has.
        other.start()
        ready.wait(60)
        assert os.sched_getscheduler(other.native_id) == os.SCHED_FIFO
    assert os.sched_getscheduler(0) == os.SCHED_OTHER
    assert os.sched_getscheduler(other.native_id) == os.SCHED_OTHER
    done.set()
    other.join()


def test_what_was_real_time_before_stays_so():
    become_real_time()
    try:
        with ordinary_priority():
            pass
        assert os.sched_getscheduler(0) == os.SCHED_FIFO
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))

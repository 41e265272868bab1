"""Memory that is given back: of large pictures alone, and only where the C library can."""

import platform

import pytest

from srq.restore import memory


@pytest.mark.parametrize(("pixels", "times"), [(memory.LARGE - 1, 0), (memory.LARGE, 1)])
def test_only_large_pictures_give_back(monkeypatch, pixels, times):
    called = []
    monkeypatch.setattr(memory, "_TRIM", called.append)
    memory.give_back(pixels)
    assert called == [0] * times


@pytest.mark.parametrize("error", [OSError, TypeError, AttributeError])
def test_another_c_library_gives_nothing_back(monkeypatch, error):
    def missing(name):
        raise error

    monkeypatch.setattr(memory.ctypes, "CDLL", missing)
    assert memory._trim()(0) == 0


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's alone gives memory back")
def test_glibc_gives_back():
    assert memory._trim().__name__ == "malloc_trim"

"""The subject ``hls``: what it needs, and how it tells that a kernel died."""

import numpy as np
import pytest

from srq.errors import MissingDependencyError
from srq.verify import hls as subject
from srq.verify.hls import COMPILER, TYPES, Build, hls
from tests.hw.kernels import GET_COMPILER, small_program


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        (TYPES, "/nowhere", "needs the open ap_int.h, .* pip install da4ml"),
        (COMPILER, "no-such-compiler", "there is no 'no-such-compiler'; install g.. or clang"),
    ],
)
def test_what_is_missing_is_named(monkeypatch, variable, value, sentence):
    monkeypatch.setenv(variable, value)
    with pytest.raises(MissingDependencyError, match=sentence), hls(small_program()):
        pass


def test_without_da4ml_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.delenv(TYPES, raising=False)
    monkeypatch.setattr(subject, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match="pip install da4ml"):
        Build().flags()


def test_plain_integers_need_no_da4ml(monkeypatch):
    monkeypatch.setenv(TYPES, "/nowhere")
    assert "-DSRQ_FAST" in Build(fast=True).flags()


def test_a_kernel_that_dies_is_told_with_its_last_word(require_tool):
    require_tool("g++", GET_COMPILER)
    build = Build(fast=True, optimize="-O0")
    with hls(small_program(), build) as running, pytest.raises(RuntimeError) as error:
        running.run(np.zeros((1, 4097), np.uint8))
    assert str(error.value) == (
        "the simulated kernel ended with code 1: 4097 columns, and the kernel was built for 4096"
    )

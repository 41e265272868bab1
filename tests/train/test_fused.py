import json
from pathlib import Path

import pytest
import torch

from srq.errors import MissingDependencyError
from srq.models import build
from srq.models.expand import expand
from srq.runs.processes import Processes
from srq.train import fused
from srq.train.config import RunConfig
from srq.train.fused import build as build_module
from srq.train.fused import choice
from srq.train.fused.build import library
from srq.train.machine import resolved
from srq.train.objective import loss_of


def step(model, lr, hr, loss, **how):
    model.zero_grad()
    value = loss_of(model, lr, hr, loss, **how)
    (2 * value).backward()
    return value.item(), [p.grad.clone() for p in model.parameters()]


def pixels(*shape):
    return torch.randint(0, 256, shape, dtype=torch.uint8)


@pytest.mark.parametrize("loss", ["l1", "l2", "charbonnier"])
@pytest.mark.parametrize(
    ("scale", "wide", "narrow", "expanded"),
    [(2, 32, 16, False), (2, 32, 16, True), (3, 16, 16, False), (4, 48, 32, True)],
)
def test_the_fused_step_is_pytorchs_to_rounding(loss, scale, wide, narrow, expanded):
    torch.manual_seed(scale * wide)
    model = build("kim", scale=scale, wide=wide, narrow=narrow)
    if expanded:
        expand(model, hidden=8)
    lr, hr = pixels(3, 1, 7, 11), pixels(3, 1, 7 * scale, 11 * scale)
    # float64 decides; float32 in another order may differ by rounding, not by a wrong term.
    single, exact = step(model, lr, hr, loss, compiled=True), step(model, lr, hr, loss)
    assert single[0] == pytest.approx(exact[0], rel=1e-6)
    for ours, theirs in zip(single[1], exact[1], strict=True):
        assert (ours - theirs).abs().max() <= 3e-5 * theirs.abs().max()


def test_the_crops_of_a_batch_are_averaged():
    torch.manual_seed(0)
    model = build("kim")
    lr, hr = pixels(5, 1, 6, 5), pixels(5, 1, 12, 10)
    value, gradients = step(model, lr, hr, "l2", compiled=True)
    each = [step(model, lr[i : i + 1], hr[i : i + 1], "l2", compiled=True) for i in range(5)]
    assert value == pytest.approx(sum(v for v, _ in each) / 5, rel=1e-5)
    for i, gradient in enumerate(gradients):
        mean = torch.stack([g[i] for _, g in each]).mean(0)
        assert torch.allclose(gradient, mean, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_same_thread_count_gives_the_same_bits(threads):
    torch.manual_seed(0)
    model = build("kim")
    lr, hr = pixels(4, 1, 9, 8), pixels(4, 1, 18, 16)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        first, second = (step(model, lr, hr, "l1", compiled=True) for _ in range(2))
    finally:
        torch.set_num_threads(before)
    assert first[0] == second[0]
    assert all(torch.equal(a, b) for a, b in zip(first[1], second[1], strict=True))


def test_only_a_float32_kim_of_whole_lanes_is_supported():
    assert fused.supports(build("kim"))
    assert not fused.supports(build("kim").double())
    assert not fused.supports(build("kim", wide=24))
    assert not fused.supports(build("espcn"))


def test_without_a_compiler_training_goes_on_layer_by_layer(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    library.cache_clear()
    try:
        assert resolved(RunConfig(device="cpu"), Processes()).fused == "off"
        with pytest.raises(MissingDependencyError, match=r"No C\+\+ compiler .*fused=off"):
            resolved(RunConfig(device="cpu", fused="on"), Processes())
    finally:
        library.cache_clear()


def test_a_set_that_is_called_faster_was_measured_so():
    results = Path(__file__).parents[2] / "benchmarks" / "results" / "training"
    for isa in choice.BENCHMARKED - {"avx512bw"}:
        newest = json.loads((results / f"{isa}.json").read_text(encoding="utf-8"))[-1]["measured"]
        for batch in ("ours", "paper"):
            compiled, layers = (newest[f"srq{way}; {batch}"] for way in ("", ", layer by layer"))
            assert compiled["step_ms"] < layers["step_ms"], isa


@pytest.mark.parametrize(("isa", "expected"), [("avx2", "on"), ("neon", "off"), (None, "off")])
def test_auto_takes_what_is_faster(monkeypatch, isa, expected):
    monkeypatch.setattr(choice.provenance, "isa", lambda: isa)
    # Where nothing is known, the compiled step is made the slower one.
    seconds = iter([2.0, 1.0])
    monkeypatch.setattr(choice, "_seconds", lambda loss: next(seconds))
    choice.is_faster.cache_clear()
    try:
        assert resolved(RunConfig(device="cpu"), Processes()).fused == expected
        assert resolved(RunConfig(device="cpu", fused="on"), Processes()).fused == "on"
    finally:
        choice.is_faster.cache_clear()


def test_both_ways_are_timed_without_a_trace_in_torchs_random_numbers():
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    assert choice._measured() in (False, True)
    assert torch.equal(torch.rand(3), expected)


def test_it_is_compiled_for_avx2_where_the_engine_is_held_to_that(monkeypatch):
    assert build_module._machine_flag() == "-march=native"
    monkeypatch.setenv("SRQ_NATIVE_ISA", "avx2")
    assert build_module._machine_flag() == "-march=x86-64-v3"


def test_a_compiler_that_fails_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("CXX", "false")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    library.cache_clear()
    try:
        with pytest.raises(MissingDependencyError, match="false failed"):
            library()
    finally:
        library.cache_clear()
    assert not list(tmp_path.rglob("*.so"))

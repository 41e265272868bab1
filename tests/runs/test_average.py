import pytest
import torch

from srq.runs.average import KernelAverage


def test_the_average_of_a_constant_is_that_constant():
    average = KernelAverage(0.9, {"w": torch.full((2,), 0.3)})
    for _ in range(50):
        average.update({"w": torch.full((2,), 0.3)})
    assert torch.equal(average.state["w"], torch.full((2,), 0.3))


def test_a_late_average_follows_the_textbook():
    average = KernelAverage(0.75, {"w": torch.zeros(1)}, updates=1000)
    expected = 0.0
    for value in (1.0, 2.0, -1.0):
        average.update({"w": torch.tensor([value])})
        expected = 0.75 * expected + 0.25 * value
    assert average.state["w"].item() == pytest.approx(expected, rel=1e-6)


def test_the_start_is_soon_forgotten():
    average = KernelAverage(0.999, {"w": torch.full((1,), 100.0)})
    for _ in range(300):
        average.update({"w": torch.zeros(1)})
    # A fixed decay of 0.999 would still hold 74 of the 100.
    assert abs(average.state["w"].item()) < 1e-6


def test_without_a_decay_the_last_state_is_delivered():
    average = KernelAverage(0.0, {"w": torch.zeros(1)})
    average.update({"w": torch.tensor([5.0])})
    assert average.state["w"].item() == 5.0


def test_it_keeps_its_own_tensors():
    weight = torch.zeros(1)
    average = KernelAverage(0.5, {"w": weight})
    weight += 7
    assert average.state["w"].item() == 0.0

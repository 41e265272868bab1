import pytest
import torch
from torch import nn

from srq.models import build
from srq.train.objective import loss_of, penalty, to_unit
from srq.train.teacher import Teacher


class Constant(nn.Module):
    """Answers one value everywhere, at twice the size."""

    def __init__(self, value):
        super().__init__()
        self.value = nn.Parameter(torch.tensor(value))

    def forward(self, x):
        return self.value.expand(x.shape[0], 1, 2 * x.shape[2], 2 * x.shape[3])


def batch(hr):
    return torch.zeros(2, 1, 3, 3, dtype=torch.uint8), torch.full((2, 1, 6, 6), hr).byte()


@pytest.mark.parametrize(
    ("loss", "value"), [("l1", 0.3), ("l2", 0.09), ("charbonnier", (0.09 + 1e-6) ** 0.5)]
)
def test_the_penalties_are_those_of_their_names(loss, value):
    assert loss_of(Constant(0.5), *batch(51), loss).item() == pytest.approx(value, rel=1e-6)
    assert penalty(torch.tensor([-0.3]), loss).item() == pytest.approx(value, rel=1e-6)


def test_every_code_value_becomes_its_share_of_full_scale():
    codes = torch.arange(256).byte()
    assert torch.equal(to_unit(codes), (torch.arange(256, dtype=torch.float64) / 255).float())


def test_a_teacher_takes_its_share_of_the_target_and_learns_nothing():
    student, teacher = Constant(0.5), Constant(0.9)
    loss = loss_of(student, *batch(0), "l1", Teacher(teacher, 0.25))
    loss.backward()
    assert loss.item() == pytest.approx(0.75 * 0.5 + 0.25 * 0.4)
    assert student.value.grad.item() == pytest.approx(0.75 - 0.25)
    assert teacher.value.grad is None


def test_the_gradient_is_that_of_finite_differences():
    torch.manual_seed(3)
    model = build("kim", scale=2, wide=3, narrow=2).double()
    lr = torch.randint(0, 256, (1, 1, 5, 6), dtype=torch.uint8)
    hr = torch.randint(0, 256, (1, 1, 10, 12), dtype=torch.uint8)
    weight = model.pointwise4.weight
    loss_of(_AsDouble(model), lr, hr, "l2").backward()
    with torch.no_grad():
        numeric = []
        for sign in (1, -1):
            weight[0, 0] += sign * 1e-4
            numeric.append(loss_of(_AsDouble(model), lr, hr, "l2").item())
            weight[0, 0] -= sign * 1e-4
    expected = (numeric[0] - numeric[1]) / 2e-4
    assert weight.grad[0, 0].item() == pytest.approx(expected, rel=1e-3)


class _AsDouble(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x.double())

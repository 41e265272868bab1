"""Partial non-local attention: only holes ask, only what is whole answers."""

import pytest
import torch

from srq.restore.networks import attention
from srq.restore.networks.attention import PartialNonLocal


@pytest.fixture
def layer(drawn):
    return drawn(PartialNonLocal(16))


def test_only_holes_change(layer):
    z, mask = torch.randn(2, 16, 12, 12), torch.zeros(2, 1, 12, 12)
    mask[1, :, 3:6, 4:9] = 1
    made = layer(z, mask, layer.remember(torch.randn(2, 16, 8, 8), torch.zeros(2, 1, 8, 8)))
    changed = (made != z).any(1)
    assert torch.equal(changed, mask[:, 0] > 0)


def test_it_is_the_plain_formula(layer):
    z, mask = torch.randn(1, 16, 9, 9), torch.ones(1, 1, 9, 9)
    seen, hidden = torch.randn(1, 16, 7, 7), (torch.rand(1, 1, 7, 7) < 0.4).float()
    made = layer(z, mask, layer.remember(seen, hidden))
    flat = lambda part: part[0].flatten(1).t()  # noqa: E731
    left = hidden.flatten() < 0.5
    scores = flat(layer.query(z)) @ flat(layer.key(seen))[left].t() / 4
    answers = torch.softmax(scores, 1) @ flat(layer.value(seen))[left]
    expected = z + layer.out(answers.t().view(1, 16, 9, 9))
    torch.testing.assert_close(made, expected)


def test_a_picture_hidden_altogether_still_answers(layer):
    z, mask = torch.randn(1, 16, 4, 4), torch.ones(1, 1, 4, 4)
    made = layer(z, mask, layer.remember(torch.randn(1, 16, 4, 4), mask))
    assert torch.isfinite(made).all()


def test_an_answer_does_not_depend_on_the_other_questions():
    """To the bit, or tiles would differ."""
    queries, keys, values = torch.randn(600, 24), torch.randn(900, 24), torch.randn(900, 24)
    bias = torch.zeros(900)
    all_answers = attention._answers(queries, keys, values, bias)
    for first in (1, 100, attention.CHUNK, 599):
        some = attention._answers(queries[first:], keys, values, bias)
        assert torch.equal(some, all_answers[first:])


def test_memory_grows_with_holes_not_with_the_square_of_the_picture(layer, monkeypatch):
    asked = []
    answers = attention._answers

    def note(queries, keys, *rest):
        asked.append((len(queries), len(keys)))
        return answers(queries, keys, *rest)

    monkeypatch.setattr(attention, "_answers", note)
    z, mask = torch.randn(1, 16, 128, 128), torch.zeros(1, 1, 128, 128)
    mask[..., :3, :5] = 1
    layer(z, mask, layer.remember(torch.randn(1, 16, 8, 8), torch.zeros(1, 1, 8, 8)))
    assert asked == [(15, 64)]

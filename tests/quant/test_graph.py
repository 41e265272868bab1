import torch
from torch import nn
from torch.nn import functional as F

from srq.models import build
from srq.models.capture import capture
from srq.quant.graph import NodeKind, Rounding, quantized_graph
from tests.models.test_capture import Made

RELU, SIGNED, PICTURE = Rounding.RELU, Rounding.SIGNED, Rounding.PICTURE


def nodes(network):
    return quantized_graph(capture(network))


def roundings(network):
    return {node.name: node.rounding for node in nodes(network) if node.rounding}


def conv(inputs, outputs):
    return nn.Conv2d(inputs, outputs, 1)


def test_the_papers_network_rounds_as_the_contract_says():
    assert roundings(build("kim")) == {
        **dict.fromkeys(("head", "pointwise1", "sum", "pointwise3"), RELU),
        **{f"depthwise{i}": SIGNED for i in (1, 2, 3, 4)},
        "sum_2": PICTURE,
    }


def test_without_a_global_skip_the_last_convolution_makes_the_picture():
    assert roundings(build("espcn", act="relu")) == {
        "extract": RELU,
        "map": RELU,
        "subpixels": PICTURE,
    }


def test_a_value_both_convolved_and_summed_is_rounded_once_for_both():
    network = Made(
        lambda m, x: F.pixel_shuffle(m.b(a := m.a(x)) + a, 2), a=conv(1, 4), b=conv(4, 4)
    )
    made = {node.name: node for node in nodes(network)}
    assert made["sum"].sources == ("b", "a")
    assert (made["a"].rounding, made["b"].rounding) == (SIGNED, None)


def test_a_relu_beside_another_reader_is_a_stage_of_its_own():
    network = Made(lambda m, x: F.pixel_shuffle((a := m.a(x)) + torch.relu(a), 2), a=conv(1, 4))
    made = {node.name: node for node in nodes(network)}
    assert (made["relu"].kind, made["relu"].rounding) == (NodeKind.REQUANTIZE, RELU)
    assert made["a"].rounding is None
    assert made["sum"].sources == ("a", "relu")


def test_roundings_move_in_front_of_shuffles():
    network = Made(
        lambda m, x: m.b(torch.relu(F.pixel_shuffle(m.a(x), 2))), a=conv(1, 8), b=conv(2, 1)
    )
    assert roundings(network) == {"a": RELU, "b": PICTURE}
    assert [s.name for s in nodes(network)] == ["lr", "a", "shuffled", "b", "hr"]


def test_a_relu_before_the_picture_is_no_second_rounding():
    network = Made(lambda m, x: torch.relu(torch.relu(m.a(x))), a=conv(1, 1))
    assert roundings(network) == {"a": PICTURE}


def test_a_shuffled_value_read_twice_is_rounded_for_the_one_that_asks():
    network = Made(
        lambda m, x: (s := F.pixel_shuffle(m.a(x), 2)) + m.b(torch.relu(s)),
        a=conv(1, 4),
        b=conv(1, 1),
    )
    made = {node.name: node for node in nodes(network)}
    assert (made["relu"].kind, made["relu"].sources) == (NodeKind.REQUANTIZE, ("shuffled",))
    assert made["sum"].rounding is PICTURE


def test_a_network_that_gives_its_input_back_still_ends_in_a_picture():
    assert roundings(Made(lambda m, x: F.interpolate(x, scale_factor=2))) == {"picture": PICTURE}

import math

import pytest
import torch

from srq.quant import choose_formats
from srq.quant.report import tensor_reports
from tests.quant.networks import calibration, small_twin


def reports(twin):
    return {report.name: report for report in tensor_reports(twin, calibration())}


def test_every_free_tensor_is_reported_with_its_format():
    twin = small_twin(weight_bits=9, activation_bits=11)
    choose_formats(twin, calibration().pictures)
    found = reports(twin)
    assert list(found) == list(twin.quantizers)
    assert {report.kind for name, report in found.items() if "weight" in name} == {"weight"}
    for name, quantizer in twin.quantizers.items():
        assert found[name].format == str(quantizer.format)


def test_the_extremes_of_a_format_per_channel():
    twin = small_twin(per_channel=True)
    twin.quantizers["head.weight"].set_fracs((7, 9, 8, 7, 7, 7, 7, 7))
    assert reports(twin)["head.weight"].format == "s10.7..9"


def test_saturation_and_noise_of_weights():
    twin = small_twin(weight_bits=4)
    weight = twin.conv("head").weight
    with torch.no_grad():
        weight.fill_(0.3)
        weight[0] = 9.0
    twin.quantizers["head.weight"].set_fracs((2,))
    report = reports(twin)["head.weight"]
    assert report.saturation == pytest.approx(1 / 8)
    # 0.3 becomes 0.25, 9 becomes 1.75.
    error, power = 7 * 0.05**2 + 7.25**2, 7 * 0.3**2 + 81
    assert report.sqnr == pytest.approx(10 * math.log10(power / error), abs=1e-3)


def test_below_zero_is_no_saturation_of_a_relu():
    twin = small_twin()
    for quantizer in twin.quantizers.values():
        quantizer.set_fracs((6,))
    with torch.no_grad():
        twin.conv("head").weight.neg_().abs_().neg_()
    report = reports(twin)["head"]
    assert (report.saturation, report.sqnr) == (0, math.inf)


def test_activations_are_those_of_the_quantized_network():
    twin = small_twin(activation_bits=5)
    choose_formats(twin, calibration().pictures)
    values = twin.values(calibration().pictures)
    exact = twin.conv("depthwise1")(values["head"], 0).detach()
    error = (values["depthwise1"].detach() - exact).double().square().sum()
    expected = 10 * torch.log10(exact.double().square().sum() / error)
    assert reports(twin)["depthwise1"].sqnr == pytest.approx(float(expected), abs=1e-3)

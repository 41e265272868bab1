import torch

from srq.quant import Calibration, choose_formats, fit, search_formats
from tests.quant.networks import calibration, small_kim, small_twin


def target(crops, network):
    """Calibration whose HR is what the float network makes: quantization alone is the error."""
    made = network(crops.pictures).clamp(0, 1) * 255
    return Calibration(crops.lr, made.round().to(torch.uint8).numpy())


def test_it_finds_its_way_back_from_spoilt_formats():
    crops = target(calibration(), small_kim())
    twin = small_twin(weight_bits=8, activation_bits=8)
    choose_formats(twin, crops.pictures)
    good = crops.error(twin)
    for name in ("head.weight", "depthwise2", "pointwise3"):
        quantizer = twin.quantizers[name]
        quantizer.set_fracs([quantizer.fracs[0] - 3])
    found = search_formats(twin, crops, passes=8)
    assert found.after > found.before + 3
    assert crops.error(twin) < 1.1 * good


def test_no_tensor_can_then_be_moved_for_the_better():
    crops = target(calibration(), small_kim())
    twin = small_twin(weight_bits=5, activation_bits=6)
    heard = []
    found = fit(twin, crops, search=True)
    assert found is not None
    best = crops.error(twin)
    for quantizer in twin.quantizers.values():
        kept = quantizer.fracs
        for step in (1, -1):
            quantizer.set_fracs([frac + step for frac in kept])
            assert crops.error(twin) >= best * (1 - 1e-4)
        quantizer.set_fracs(kept)
    search_formats(twin, crops, passes=1, on_tensor=lambda name, psnr: heard.append((name, psnr)))
    assert [name for name, _ in heard] == list(twin.quantizers)
    assert found.after == heard[-1][1] == crops.psnr(twin)


def test_channels_move_together():
    crops = calibration()
    twin = small_twin(per_channel=True, weight_bits=6)
    choose_formats(twin, crops.pictures)
    before = {name: q.fracs for name, q in twin.quantizers.items()}
    search_formats(twin, crops, passes=2)
    for name, quantizer in twin.quantizers.items():
        steps = {new - old for new, old in zip(quantizer.fracs, before[name], strict=True)}
        assert len(steps) == 1

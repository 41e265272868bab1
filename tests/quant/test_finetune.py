import numpy as np
import pytest
import torch

from srq.errors import ConfigError
from srq.image.io import Picture, write
from srq.quant import calibration_set, fit
from srq.quant.finetune import Finetuner, finetune
from srq.runs.progress import Watcher
from srq.train.config import TrainConfig
from srq.train.pictures import training_pool
from tests.quant.networks import small_kim, small_twin


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for number in range(3):
        waves = np.add.outer(*(np.sin(np.arange(64) * f) for f in rng.uniform(0.2, 1.2, 2)))
        pixels = np.clip(128 + 50 * waves, 0, 255).astype(np.uint8)
        write(folder / f"{number}.png", Picture(pixels))
    return folder


def config(folder, **changes):
    settings = {"steps": 6, "optim.lr": 0.002, "optim.warmup": 0, "run.threads": 1} | changes
    text = f"""
        [data]
        train = ["{folder}"]
        augment_scales = [1.0]
        crop = 8
        batch = 4
        [run]
        device = "cpu"
        checkpoint_every = 2
        log_every = 2
    """
    return TrainConfig.parse(text, "test", [f"{k}={v}" for k, v in settings.items()])


def fitted(folder, seed=0):
    twin = small_twin(seed, weight_bits=4, activation_bits=6)
    fit(twin, calibration_set([folder], scale=2, crop=8, crops=4))
    return twin


def weights(twin):
    return {name: parameter.detach().clone() for name, parameter in twin.named_parameters()}


def assert_same(first, second):
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_the_error_falls_and_the_formats_stay(pictures):
    twin = fitted(pictures)
    crops = calibration_set([pictures], scale=2, crop=16, crops=8, seed=9)
    formats = {name: q.fracs for name, q in twin.quantizers.items()}
    before = crops.psnr(twin)
    settings = config(pictures, steps=80, **{"optim.lr": 0.01})
    tuner = Finetuner(twin, settings, training_pool(settings, 1))
    for _ in range(80):
        tuner.take_step()
    assert crops.psnr(tuner.rounded_twin()) > before + 1
    assert {name: q.fracs for name, q in twin.quantizers.items()} == formats


def test_stopped_and_gone_on_it_is_the_same_to_the_bit(pictures, tmp_path):
    straight = fitted(pictures)
    finetune(straight, config(pictures))

    class Stop(Watcher):
        def advanced(self, entry):
            if entry["step"] == 4:
                raise KeyboardInterrupt

    resumed = fitted(pictures)
    with pytest.raises(KeyboardInterrupt):
        finetune(resumed, config(pictures), folder=tmp_path, watcher=Stop())
    resumed = fitted(pictures)
    steps = []

    class Watch(Watcher):
        def began(self, step, _):
            steps.append(step)

    finetune(resumed, config(pictures), folder=tmp_path, watcher=Watch())
    assert steps == [2]
    assert_same(weights(resumed), weights(straight))
    assert not resumed.training


def test_what_is_delivered_lies_on_its_grid_and_is_what_was_measured(pictures):
    twin = fitted(pictures)
    tuner = Finetuner(twin, config(pictures), training_pool(config(pictures), 1))
    for _ in range(3):
        tuner.take_step()
    half_way = tuner.rounded_twin()
    assert not torch.equal(half_way.conv("head").weight, twin.conv("head").weight)
    tuner.deliver()
    assert_same(weights(twin), weights(half_way))
    for name in twin.convs:
        conv = twin.conv(name)
        assert conv.fixed.active
        assert torch.equal(conv.fixed(conv.weight), conv.weight)


def test_a_folder_of_another_fine_tuning_is_refused(pictures, tmp_path):
    finetune(fitted(pictures), config(pictures), folder=tmp_path)
    with pytest.raises(ConfigError, match="another fine-tuning"):
        finetune(fitted(pictures, seed=1), config(pictures), folder=tmp_path)
    with pytest.raises(ConfigError, match="another fine-tuning"):
        finetune(fitted(pictures), config(pictures, **{"optim.lr": 0.1}), folder=tmp_path)


def test_a_configuration_of_another_network_is_refused(pictures):
    with pytest.raises(ConfigError, match=r"for kim at x3, the network is kim at x2"):
        finetune(small_twin(), config(pictures, **{"model.scale": 3}))


def test_measures_are_heard(pictures):
    heard = []

    class Ear(Watcher):
        def advanced(self, entry):
            heard.append(entry)

    changes = {"validate.every": 3}
    finetune(
        fitted(pictures),
        config(pictures, **changes),
        watcher=Ear(),
        measure=lambda twin: {"weights": float(twin.conv("head").weight.detach().abs().sum())},
    )
    assert [entry["step"] for entry in heard if "psnr" in entry] == [3, 6]
    assert [entry["step"] for entry in heard if "loss" in entry] == [2, 4, 6]


def test_the_float_network_can_teach(pictures, tmp_path):
    from srq.models.checkpoint import write_checkpoint

    network = small_kim()
    path = tmp_path / "teacher.safetensors"
    write_checkpoint(path, network, network.state_dict(), {})
    plain, taught = fitted(pictures), fitted(pictures)
    changes = {"steps": 20, "optim.lr": 0.02}
    finetune(plain, config(pictures, **changes))
    finetune(taught, config(pictures, **changes, **{"teacher.checkpoint": path}))
    assert not torch.equal(
        weights(plain)["convs.head.weight"], weights(taught)["convs.head.weight"]
    )

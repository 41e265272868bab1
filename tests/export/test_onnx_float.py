"""The kind float: what torch computes, in all three forms."""

import numpy as np
import pytest
import torch

from srq.errors import CheckpointError, ProgramError
from srq.export import export
from srq.export.onnx.network import find_checkpoint
from srq.image.resize import bicubic
from srq.lower import lower
from srq.models import build
from srq.models.checkpoint import load_model, write_checkpoint
from srq.program import load
from srq.quant.twin import Twin
from srq.zoo import resolve
from tests.export.onnx_runs import Onnx, checked, run, upscaled
from tests.kim_program import kim_program
from tests.zoo_programs import SMALL


def program_of(name):
    return load(resolve(name, "program"))


def by_torch(name, luma):
    """(H, W) of 0 to 1 through the network, in float64, not clipped."""
    network = load_model(find_checkpoint(program_of(name), None)).double()
    with torch.inference_mode():
        return network(torch.from_numpy(luma).double()[None, None])[0, 0].numpy()


def noise(*shape):
    return np.random.default_rng(1).random(shape, np.float32)


@pytest.mark.parametrize("name", SMALL)
def test_gray_is_the_network_clipped(name):
    model = checked(Onnx(kind="float", form="gray").model(program_of(name)))
    for shape in ((1, 1), (2, 7), (33, 21)):
        expected = np.clip(by_torch(name, noise(*shape)), 0, 1)
        np.testing.assert_allclose(upscaled(model, noise(*shape)), expected, atol=1e-5)


def test_luma_is_rounded():
    codes = (noise(30, 40) * 255).astype(np.uint8)
    model = checked(Onnx(kind="float").model(program_of("kim-x2")))
    made = upscaled(model, codes)
    exact = np.clip(by_torch("kim-x2", codes / 255) * 255, 0, 255)
    assert made.dtype == np.uint8
    np.testing.assert_array_less(np.abs(made - exact), 0.5 + 1e-3)


def test_rgb_has_the_networks_luma_and_bicubic_chroma():
    picture = noise(3, 14, 19)
    model = checked(Onnx(kind="float", form="rgb").model(program_of("kim-x2")))
    made = run(model, picture[None])[0]
    y = 16 + 219 * np.tensordot([0.299, 0.587, 0.114], picture.astype(np.float64), axes=1)
    detail = 255 * by_torch("kim-x2", y / 255) - bicubic(y, scale=2)
    for channel, expected in zip(made, picture.astype(np.float64), strict=True):
        large = bicubic(expected, scale=2) + detail / 219
        np.testing.assert_allclose(channel, np.clip(large, 0, 1), atol=1e-5)


def test_any_network_that_became_a_program(tmp_path):
    """Biases, even kernels and other formats of scale, from a checkpoint that is named."""
    torch.manual_seed(0)
    network = build("ecbsr", scale=3, act="relu", blocks=1).eval()
    for parameter in network.parameters():
        if parameter.dim() == 1:
            torch.nn.init.uniform_(parameter, -0.1, 0.1)
    path = tmp_path / "own.safetensors"
    write_checkpoint(path, network, network.state_dict(), {})
    program = lower(Twin(network), name="own")
    model = checked(Onnx(kind="float", form="gray", checkpoint=path).model(program))
    with torch.inference_mode():
        expected = network(torch.from_numpy(noise(9, 8))[None, None])[0, 0].numpy()
    np.testing.assert_allclose(upscaled(model, noise(9, 8)), np.clip(expected, 0, 1), atol=1e-5)
    (problem,) = Onnx(kind="float").check(program)
    assert problem == (
        "The zoo has no float network for the program 'own';"
        " name the checkpoint that it was made of."
    )


def test_another_networks_checkpoint_is_refused(tmp_path):
    exporter = Onnx(kind="float", checkpoint="kim-x2-compressed")
    with pytest.raises(ProgramError, match="is not what the program 'kim-x2' was made of, a file"):
        export(program_of("kim-x2"), exporter, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_network_of_another_scale_is_refused():
    with pytest.raises(CheckpointError, match="enlarges by 3, but the program .* by 2; name"):
        Onnx(kind="float", checkpoint="kim-x3").files(kim_program())


def test_a_checkpoint_that_is_missing_is_told():
    (problem,) = Onnx(kind="float", checkpoint="kim-x9").check(kim_program())
    assert problem.startswith("No float checkpoint is called 'kim-x9'")

"""Scorers: each sees its own defect, gives a number for any picture, and one by ONNX."""

import math

import numpy as np
import pytest

from srq.datasets.curate.recipe import CurationRecipe
from srq.datasets.curate.scorers.network import Network
from srq.datasets.curate.scorers.registry import SCORERS
from srq.errors import ConfigError
from tests.datasets.curate.scenes import blurred, jpeg, noisy, save, scene

SPOILT = {
    "blur": lambda pixels: blurred(pixels, 1.5),
    "noise": lambda pixels: noisy(pixels, 10),
    "jpeg": lambda pixels: jpeg(pixels, 30),
}


@pytest.mark.parametrize(
    ("name", "defect"),
    [
        ("grid", "jpeg"),
        ("laplacian", "blur"),
        ("reblur", "blur"),
        ("high_frequency", "blur"),
        ("flat_noise", "noise"),
        ("defects", "blur"),
        ("defects", "noise"),
        ("defects", "jpeg"),
    ],
)
def test_a_scorer_sees_its_defect(name, defect):
    scorer = SCORERS.load(name)
    sign = 1 if scorer.better == "higher" else -1
    for number in range(6):
        pixels = scene(number)
        assert sign * scorer.measure(pixels) > sign * scorer.measure(SPOILT[defect](pixels))


@pytest.mark.parametrize("name", SCORERS)
def test_any_picture_has_a_number_or_none_without_a_warning(name):
    scorer = SCORERS.load(name)
    assert scorer.name == name
    for shape in ((64, 96, 3), (64, 96), (17, 33), (3, 3), (1, 1, 3)):
        for value in (0, 255):
            assert not math.isinf(scorer.measure(np.full(shape, value, np.uint8)))
    pixels = scene(0)
    assert math.isfinite(scorer.measure(pixels))
    assert scorer.measure(pixels) == scorer.measure(pixels.copy())
    assert math.isfinite(scorer.measure(pixels[..., 1]))


def test_entropy_is_that_of_the_histogram():
    levels = np.repeat(np.arange(0, 256, 16, dtype=np.uint8), 16).reshape(16, 16)
    assert SCORERS.load("entropy").measure(levels) == 4


def test_flat_noise_is_the_noise():
    flat = np.full((128, 128), 128, np.uint8)
    assert SCORERS.load("flat_noise").measure(noisy(flat, 8)) == pytest.approx(8, rel=0.1)


def onnx_mean(path, batch):
    """A network that gives the mean of each crop's first channel."""
    onnx = pytest.importorskip("onnx")
    helper = onnx.helper
    kind = onnx.TensorProto.FLOAT
    nodes = [
        helper.make_node("Constant", [], ["at"], value_ints=[0]),
        helper.make_node("Constant", [], ["axis"], value_ints=[1]),
        helper.make_node("Gather", ["x", "at"], ["red"], axis=1),
        helper.make_node("ReduceMean", ["red"], ["y"], axes=[1, 2, 3], keepdims=0),
    ]
    graph = helper.make_graph(
        [nodes[0], nodes[2], nodes[3]],
        "mean",
        [helper.make_tensor_value_info("x", kind, [batch, 3, 32, 32])],
        [helper.make_tensor_value_info("y", kind, [batch])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, path)
    return str(path)


@pytest.mark.parametrize("batch", [1, 3, "N"])
def test_a_network_gets_the_crops_of_its_contract(tmp_path, batch):
    pytest.importorskip("onnxruntime")
    path = onnx_mean(tmp_path / "mean.onnx", batch)
    network = Network("mean", path, crops=9, side=32)
    pixels = scene(0, 100, 80)
    tops, lefts = (0, 34, 68), (0, 24, 48)
    crops = [pixels[t : t + 32, x : x + 32, 0] for t in tops for x in lefts]
    expected = (np.mean([crop.mean() for crop in crops]) / 255 - 0.485) / 0.229
    assert network.scorer().measure(pixels) == pytest.approx(expected, abs=1e-5)
    assert math.isfinite(network.scorer().measure(scene(0, 20, 20)[..., 0]))


def test_a_recipe_scores_by_a_network(tmp_path):
    pytest.importorskip("onnxruntime")
    onnx_mean(tmp_path / "mean.onnx", "N")
    (tmp_path / "mine.toml").write_text(
        '[scorer.mean]\nonnx = "mean.onnx"\nside = 32\n[[stage]]\nkind = "score"\nby = "mean"\n'
        '[[stage]]\nkind = "cut"\nby = "mean"\ncount = 1\n'
    )
    for number, level in enumerate((50, 200, 100)):
        save(tmp_path / "in" / f"{number}.png", np.full((40, 40, 3), level, np.uint8))
    from srq.datasets.curate.run import curate

    curate(CurationRecipe.load(tmp_path / "mine.toml"), tmp_path / "in", tmp_path / "out")
    assert [path.name for path in (tmp_path / "out" / "hr").iterdir()] == ["1.png"]


def test_a_network_that_is_none_is_one_sentence(tmp_path):
    pytest.importorskip("onnxruntime")
    with pytest.raises(ConfigError, match="no such file"):
        Network("x", str(tmp_path / "x.onnx")).scorer()
    (tmp_path / "x.onnx").write_bytes(b"junk")
    with pytest.raises(ConfigError, match="no ONNX network"):
        Network("x", str(tmp_path / "x.onnx")).scorer()
    path = onnx_mean(tmp_path / "mean.onnx", 2)
    with pytest.raises(ConfigError, match="do not make 25"):
        Network("x", path, side=32).scorer()

"""A network at scale 1 keeps the size; its Program runs everywhere."""

import numpy as np
import pytest
import torch

import srq
from srq.engines import open_engine
from srq.export import EXPORTERS, export, open_exporter
from srq.lower import lower
from srq.models import build
from srq.program import NearestUpsample, PixelShuffle
from srq.program.reference import Reference
from srq.quant import Twin, fit
from srq.quant.calibration import Calibration
from srq.train.fused import supports


@pytest.fixture(scope="module", params=["kim", "plain"])
def program(request):
    torch.manual_seed(0)
    crops = np.random.default_rng(0).integers(0, 256, (4, 1, 16, 16), dtype=np.uint8)
    settings = {"wide": 4, "narrow": 4} if request.param == "kim" else {"width": 4, "blocks": 1}
    twin = Twin(build(request.param, scale=1, **settings))
    fit(twin, Calibration(crops, crops))
    return lower(twin, name=f"{request.param}-x1")


def test_nothing_in_it_enlarges(program):
    assert program.scale == 1
    assert not any(isinstance(op, PixelShuffle | NearestUpsample) for op in program.ops)


def test_engines_agree(program):
    picture = np.random.default_rng(1).integers(0, 256, (21, 34), dtype=np.uint8)
    expected = Reference(program)(picture)
    assert expected.shape == picture.shape
    for name in ("native", "onnx"):
        assert np.array_equal(open_engine(program, name)(picture), expected), name


def test_a_picture_keeps_its_size(program):
    colours = np.random.default_rng(2).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    assert srq.upscale(colours, program).shape == colours.shape


@pytest.mark.parametrize("name", EXPORTERS)
def test_every_exporter_takes_it(program, name, tmp_path):
    assert export(program, open_exporter(name), tmp_path / name)


def test_the_compiled_step_leaves_it_to_torch():
    assert supports(build("kim"))
    assert not supports(build("kim", scale=1))

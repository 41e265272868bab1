import numpy as np
import pytest
from skimage import data

from srq.datasets.protocol import clean_pair
from srq.errors import ConfigError
from srq.image.io import Picture, read, write
from srq.image.metrics import psnr
from srq.quant.evaluation import Pictures
from srq.quant.figure import draw_sweep
from srq.quant.sweep import Widths, parse_widths, psnr_table, sweep
from tests.quant.networks import calibration, small_kim


def test_widths_as_they_are_written():
    assert parse_widths("8x8") == [Widths(8, 8)]
    assert parse_widths("4-5x6-7") == [Widths(5, 7), Widths(5, 6), Widths(4, 7), Widths(4, 6)]
    assert len(parse_widths("4-12x6-16")) == 99


@pytest.mark.parametrize("text", ["8", "axb", "9-4x8", "4-8x2-8", "4-17x8", "8x8x8", ""])
def test_widths_that_make_no_sense_are_refused(text):
    with pytest.raises(ConfigError, match=r"sweep"):
        parse_widths(text)


def test_every_width_is_fitted_in_turn():
    network, crops = small_kim(), calibration()
    errors = {}
    for widths, twin in sweep(network, [Widths(bits, 8) for bits in (10, 5, 3)], crops):
        assert (twin.weight_bits, twin.activation_bits) == (widths.weights, widths.activations)
        made = twin(crops.pictures) - network(crops.pictures).clamp(0, 1)
        errors[widths.weights] = made.square().mean().item()
    assert errors[3] > errors[5] > errors[10]


def test_the_table_has_a_row_for_each_width_of_weights():
    scores = {Widths(4, 6): 33.333, Widths(5, 6): 34.0, Widths(5, 7): 35.0}
    assert psnr_table(scores.get, parse_widths("4-5x6-7")) == (
        "| weights \\ activations | 6 | 7 |\n|---|---|---|\n"
        "| 4 | 33.33 |  |\n| 5 | 34.00 | 35.00 |\n"
    )


def test_the_plot_is_drawn(tmp_path):
    scores = {width: 36 - 1 / width.weights for width in parse_widths("4-6x6-9")}
    path = tmp_path / "plot.png"
    draw_sweep({"one": scores, "two": scores}, path, reference=36.0, title="Set")
    assert path.read_bytes().startswith(b"\x89PNG")


def test_pictures_are_scored_by_set_and_may_be_thinned(tmp_path):
    for name in "abcd":
        write(tmp_path / f"{name}.png", Picture(np.roll(data.camera()[:48, :64], ord(name) * 7)))
    whole = Pictures([str(tmp_path)], scale=2)
    thin = Pictures([str(tmp_path)], scale=2, most=2)
    assert [example.name for example in whole.examples] == ["a", "b", "c", "d"]
    assert [example.name for example in thin.examples] == ["a", "c"]
    scores = whole.psnr(lambda lr: np.kron(lr, np.ones((2, 2), np.uint8)))
    assert list(scores) == [tmp_path.name]
    pairs = [clean_pair(read(path).pixels, 2) for path in tmp_path.iterdir()]
    expected = [psnr(np.kron(lr, np.ones((2, 2), np.uint8)), hr, shave=2) for lr, hr in pairs]
    assert scores[tmp_path.name] == pytest.approx(np.mean(expected))

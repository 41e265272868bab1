"""Which engine each picture gets."""

import io
from threading import Thread

import numpy as np
import pytest
from PIL import Image
from skimage import data

import srq
from srq.errors import ConfigError, ModelError
from srq.image.coding import Coding
from srq.image.io import decode
from srq.upscaling import networks as module
from srq.upscaling.networks import Networks, ZooNetworks, networks_of, open_networks
from srq.upscaling.speed import frames_a_second
from srq.zoo.networks import NETWORKS, Network, at_scale

COARSE = Coding("JPEG", True, 40)
CLIP = Coding("h264", True, None, 5.0)
CAT = np.ascontiguousarray(data.chelsea()[100:148, 100:164])


def file(kind, **options):
    stream = io.BytesIO()
    Image.fromarray(CAT).save(stream, kind, **options)
    return stream.getvalue()


def test_each_is_opened_once_even_by_threads():
    networks = open_networks(quality="fast")
    assert (networks.model, networks.scale, networks.only) == ("auto", 2, None)
    found = []
    threads = [Thread(target=lambda: found.append(networks.take(COARSE))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(taken.engine) for taken in found}) == 1
    assert found[0].model == found[0].engine.program.name == "kim-x2-compressed"
    assert networks.take(Coding("PNG", False)).engine is networks.take(None).engine


def test_a_named_model_is_taken_for_everything():
    networks = open_networks("kim-x3", engine="reference")
    taken = networks.take(COARSE)
    assert (taken.model, taken.reason, networks.scale) == ("kim-x3", None, 3)
    assert networks.only is taken.engine
    assert networks_of(networks) is networks
    assert networks_of(taken.engine).take(None).engine is taken.engine


def test_a_scale_without_a_model():
    assert open_networks(scale=4, quality="fast").take(Coding("PNG", False)).model == "kim-x4"


def test_what_is_refused():
    with pytest.raises(ConfigError, match="kim-x3 enlarges by 3, not by 2; leave one of --model"):
        open_networks("kim-x3", 2)
    with pytest.raises(ConfigError, match="No network of the zoo enlarges by 7; choose one of 1"):
        open_networks(scale=7)
    with pytest.raises(ConfigError, match="There is no engine 'gpu'"):
        open_networks(engine="gpu")
    with pytest.raises(ModelError, match="is called 'autos'"):
        open_networks("autos")


def test_all_that_decides_which_bits_come_out_is_in_the_fingerprint():
    several = ZooNetworks().fingerprint()
    assert set(several) - {"quality"} == set(at_scale(2))
    one = srq.load("kim-x2")
    assert Networks(one).fingerprint() == one.program.fingerprint == several["kim-x2"]


def test_python_takes_the_network_that_suits():
    coarse, fine = file("JPEG", quality=40), file("JPEG", quality=98)
    for data_, name in ((coarse, "kim-x2-compressed"), (fine, "kim-x2")):
        picture = decode(data_, "it")
        expected = srq.upscale(picture, srq.load(name)).pixels
        assert np.array_equal(srq.upscale(picture, quality="fast").pixels, expected)
        image = Image.open(io.BytesIO(data_))
        assert np.array_equal(np.asarray(srq.upscale(image, quality="fast")), expected)
    assert srq.upscale(CAT, scale=3).shape == (144, 192, 3)


def test_an_array_that_was_a_jpeg_is_found_out():
    large = np.ascontiguousarray(data.astronaut()[:256, :256])
    stream = io.BytesIO()
    Image.fromarray(large).save(stream, "JPEG", quality=50)
    pixels = np.asarray(Image.open(stream))
    compressed, clean = srq.load("kim-x2-compressed"), srq.load("kim-x2")
    made = srq.upscale(pixels, quality="fast"), srq.upscale(large, quality="fast")
    assert np.array_equal(made[0], srq.upscale(pixels, compressed))
    assert np.array_equal(made[1], srq.upscale(large, clean))


@pytest.fixture
def ladder(monkeypatch):
    """Three networks of x2, of which each but the first is of a higher quality, and their speeds;
    what was measured is in the list."""
    ladder = {
        name: Network(2, "clean", quality, 2560, 10)
        for name, quality in (("kim-x2", "fast"), ("kim-x2-8bit", "good"), ("kim-x4", "best"))
    }
    whole = dict(NETWORKS)
    NETWORKS.clear()
    NETWORKS.update(ladder)
    speeds, measured = {"kim-x2": 90.0, "kim-x2-8bit": 30.0, "kim-x4": 4.0}, []

    def frames_a_second(engine, size):
        measured.append((engine.program.name, size))
        return speeds[engine.program.name]

    monkeypatch.setattr(module, "frames_a_second", frames_a_second)
    yield measured
    NETWORKS.clear()  # and filled again in its order, which counts
    NETWORKS.update(whole)


def test_a_quality_names_the_network(ladder):
    taken = {q: open_networks(quality=q).take(None).model for q in ("fast", "good", "best")}
    assert taken == {"fast": "kim-x2", "good": "kim-x2-8bit", "best": "kim-x4"}
    assert open_networks().take(None).model == "kim-x2-8bit"
    assert open_networks().take_for_video(CLIP, (8, 8)).model == "kim-x2"
    assert open_networks(quality="best").take_for_video(CLIP, (8, 8)).model == "kim-x4"
    assert len({str(open_networks(quality=q).fingerprint()) for q in ("fast", "good", None)}) == 3


@pytest.mark.parametrize(
    ("fps", "name", "reached", "count"),
    [(1, "kim-x4", 4, 3), (5, "kim-x2-8bit", 30, 3), (30, "kim-x2-8bit", 30, 3),
     (31, "kim-x2", 90, 2), (200, "kim-x2", 90, 2)],
)  # fmt: skip
def test_a_frame_rate_takes_the_best_that_keeps_up(ladder, fps, name, reached, count):
    taken = open_networks(fps=fps).take_for_video(CLIP, (270, 480))
    assert taken.model == name
    assert taken.reason == f"H.264, 5 bits per pixel; it makes {reached} frames a second here"
    assert len(ladder) == count
    assert all(size == (270, 480) for _, size in ladder)


def test_what_of_qualities_and_rates_is_refused():
    with pytest.raises(ConfigError, match="There is no quality 'god'; did you mean 'good'"):
        open_networks(quality="god")
    with pytest.raises(ConfigError, match="leave one of --quality and --fps"):
        open_networks(quality="good", fps=24)
    with pytest.raises(ConfigError, match="--fps chooses among .* and kim-x2 is named"):
        open_networks("kim-x2", fps=24)
    with pytest.raises(ConfigError, match="--quality chooses among .* and kim-x2 is named"):
        open_networks("kim-x2", quality="good")


def test_a_rate_is_measured_on_a_part_of_a_frame():
    engine = srq.load("kim-x2", engine="reference")
    seen = []

    class Counted:
        program, scale, name, streams = engine.program, 2, "counted", True

        def __call__(self, picture):
            seen.append(picture.shape)
            return picture

    assert frames_a_second(Counted(), (1600, 20)) > 0
    assert frames_a_second(Counted(), (40, 20)) > 0
    assert seen == [(200, 20)] * 2 + [(40, 20)] * 2

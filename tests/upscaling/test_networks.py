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
from srq.upscaling.networks import Networks, ZooNetworks, networks_of, open_networks

COARSE = Coding("JPEG", True, 40)
CAT = np.ascontiguousarray(data.chelsea()[100:148, 100:164])


def file(kind, **options):
    stream = io.BytesIO()
    Image.fromarray(CAT).save(stream, kind, **options)
    return stream.getvalue()


def test_each_is_opened_once_even_by_threads():
    networks = open_networks()
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
    assert open_networks(scale=4).take(Coding("PNG", False)).model == "kim-x4"


def test_what_is_refused():
    with pytest.raises(ConfigError, match="kim-x3 enlarges by 3, not by 2; leave one of --model"):
        open_networks("kim-x3", 2)
    with pytest.raises(ConfigError, match="No network of the zoo enlarges by 7; choose one of 2,"):
        open_networks(scale=7)
    with pytest.raises(ConfigError, match="There is no engine 'gpu'"):
        open_networks(engine="gpu")
    with pytest.raises(ModelError, match="is called 'autos'"):
        open_networks("autos")


def test_all_that_decides_which_bits_come_out_is_in_the_fingerprint():
    several = ZooNetworks().fingerprint()
    assert set(several) == {"kim-x2", "kim-x2-8bit", "kim-x2-compressed"}
    one = srq.load("kim-x2")
    assert Networks(one).fingerprint() == one.program.fingerprint == several["kim-x2"]


def test_python_takes_the_network_that_suits():
    coarse, fine = file("JPEG", quality=40), file("JPEG", quality=98)
    for data_, name in ((coarse, "kim-x2-compressed"), (fine, "kim-x2")):
        picture = decode(data_, "it")
        expected = srq.upscale(picture, srq.load(name)).pixels
        assert np.array_equal(srq.upscale(picture).pixels, expected)
        image = Image.open(io.BytesIO(data_))
        assert np.array_equal(np.asarray(srq.upscale(image)), expected)
    assert srq.upscale(CAT, scale=3).shape == (144, 192, 3)


def test_an_array_that_was_a_jpeg_is_found_out():
    large = np.ascontiguousarray(data.astronaut()[:256, :256])
    stream = io.BytesIO()
    Image.fromarray(large).save(stream, "JPEG", quality=50)
    pixels = np.asarray(Image.open(stream))
    compressed, clean = srq.load("kim-x2-compressed"), srq.load("kim-x2")
    assert np.array_equal(srq.upscale(pixels), srq.upscale(pixels, compressed))
    assert np.array_equal(srq.upscale(large), srq.upscale(large, clean))

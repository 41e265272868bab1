import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

import srq
from srq.errors import ImageError
from srq.image.io import Picture
from srq.upscaling.enlarge import enlarge

ROOT = Path(__file__).parents[2]


def noise(shape, dtype=np.uint8):
    return np.random.default_rng(0).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [(), (2,), (3,), (4,)])
def test_arrays_come_back_as_they_went(engine, dtype, channels):
    given = noise((5, 7, *channels), dtype)
    made = srq.upscale(given, engine)
    assert made.shape == (10, 14, *channels)
    assert made.dtype == dtype


def test_alpha_is_the_last_channel(engine):
    given = noise((6, 6, 4))
    expected = enlarge(Picture(given[..., :3], given[..., 3]), engine)
    assert np.array_equal(srq.upscale(given, engine), expected.channels())


def test_an_array_may_be_a_view(engine):
    given = noise((12, 14, 3))
    view = given[::2, ::-2]
    assert np.array_equal(srq.upscale(view, engine), srq.upscale(view.copy(), engine))


def test_a_picture_comes_back_as_a_picture(engine):
    given = Picture(noise((4, 5, 3)), icc=b"a profile")
    made = srq.upscale(given, engine)
    assert isinstance(made, Picture)
    assert made.icc == b"a profile"


@pytest.mark.parametrize(
    ("mode", "returned"),
    [
        ("L", "L"), ("LA", "LA"), ("RGB", "RGB"), ("RGBA", "RGBA"), ("I;16", "I;16"),
        ("1", "L"), ("P", "RGB"),
    ],
)  # fmt: skip
def test_pillow_images_come_back_as_such(engine, mode, returned):
    if mode == "I;16":
        image = Image.fromarray(noise((5, 7), np.uint16))
    else:
        image = Image.fromarray(noise((5, 7, 3))).convert(mode)
    made = srq.upscale(image, engine)
    assert (made.mode, made.size) == (returned, (14, 10))
    plain = np.asarray(image if mode == returned else image.convert(returned))
    assert np.array_equal(np.asarray(made), srq.upscale(plain, engine))


def test_a_transparent_colour_becomes_alpha(engine):
    for mode, returned in (("P", "RGBA"), ("L", "LA"), ("RGB", "RGBA")):
        image = Image.fromarray(np.zeros((4, 4, 3), np.uint8)).convert(mode)
        image.info["transparency"] = (0, 0, 0) if mode == "RGB" else 0
        made = srq.upscale(image, engine)
        assert made.mode == returned
        assert made.getextrema()[-1] == (0, 0)
        assert "transparency" not in made.info


def test_what_a_pillow_image_says_of_itself_goes_along(engine, tmp_path):
    image = Image.fromarray(noise((6, 8, 3)))
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "a maker"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExifImageWidth] = 8
    image.save(tmp_path / "it.png", exif=exif, dpi=(72, 72), icc_profile=b"a profile")
    with Image.open(tmp_path / "it.png") as opened:
        made = srq.upscale(opened, engine)
    made.save(tmp_path / "made.png", exif=made.info["exif"])
    with Image.open(tmp_path / "made.png") as found:
        assert found.info["icc_profile"] == b"a profile"
        tags = found.getexif()
        assert tags[ExifTags.Base.Make] == "a maker"
        assert tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExifImageWidth] == 16


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        ("photo.jpg", "must be a NumPy array, .* not str; read files with srq.image.io.read"),
        (np.zeros((4, 4, 5), np.uint8), r"2, 3 or 4 channels, but its shape is \(4, 4, 5\)"),
        (np.zeros((4, 4, 1), np.uint8), r"its shape is \(4, 4, 1\)"),
        (np.zeros(4, np.uint8), r"its shape is \(4,\)"),
        (np.zeros((4, 4)), "must be uint8 or uint16, not float64"),
        (np.zeros((0, 4), np.uint8), "not empty"),
        (Image.new("CMYK", (2, 2)), "mode 'CMYK' cannot be taken as it is; convert it to 'RGB'"),
    ],
)
def test_anything_else_is_refused(engine, image, sentence):
    with pytest.raises(ImageError, match=sentence):
        srq.upscale(image, engine)


def test_the_model_is_the_zoos_by_default(stocked_zoo, engine):
    given = noise((5, 6, 3))
    assert np.array_equal(srq.upscale(given), srq.upscale(given, engine))


def test_upscaling_leaves_torch_out(stocked_zoo):
    script = """
import sys, numpy, srq
srq.upscale(numpy.zeros((4, 4, 3), numpy.uint8), sys.argv[1])
print(*({"torch", "brevitas"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(stocked_zoo / "kim-x2.srq")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "\n")

import json
from importlib import resources

import PIL
import pytest
from PIL import features

from srq.datasets.degrading.run import degrade
from srq.datasets.degrading.settings import SETTINGS, codec_versions, differing_versions
from srq.degrade import Recipe
from srq.errors import DataError
from srq.files import sha256_file


def recipe(*steps):
    lines = "".join(f"[[step]]\n{step}\n" for step in ('kind = "downscale"', *steps))
    return Recipe.parse(lines, "r")


def test_the_codecs_and_packages_that_decide_bytes_are_recorded(photos, tmp_path):
    found = codec_versions(recipe())
    assert found["pillow"] == PIL.__version__
    assert found["libwebp"] == features.version("webp")
    assert found["libjpeg-turbo"] == features.version("libjpeg_turbo")
    assert "libavcodec" not in found
    degrade(photos, tmp_path / "out", recipe=recipe(), scale=2)
    assert json.loads((tmp_path / "out" / SETTINGS).read_text())["versions"] == found


def test_a_video_codec_adds_its_library():
    av = pytest.importorskip("av")
    found = codec_versions(recipe('kind = "h264"\ncrf = 30'))
    assert found["libavcodec"] == ".".join(map(str, av.library_versions["libavcodec"]))


def test_a_model_in_a_file_is_known_by_its_hash(tmp_path):
    model = tmp_path / "m.safetensors"
    shipped = resources.files("srq.degrade") / "noise_model" / "models" / "camera.safetensors"
    model.write_bytes(shipped.read_bytes())
    found = codec_versions(recipe(f'kind = "fitted"\nmodel = "{model}"'))
    assert found[str(model)] == sha256_file(model)


def test_differences_are_told_both_ways(photos, tmp_path):
    degrade(photos, tmp_path / "out", recipe=recipe(), scale=2)
    path = tmp_path / "out" / SETTINGS
    plain = json.loads(path.read_text())
    here = codec_versions(recipe())
    plain["versions"] |= {"libwebp": "1.2.3", "other": "4"}
    path.write_text(json.dumps(plain))
    with pytest.raises(DataError, match=r"was begun with libwebp 1\.2\.3 \(here .*\), other 4"):
        degrade(photos, tmp_path / "out", recipe=recipe(), scale=2)
    from srq.datasets.degrading.settings import read_settings

    assert differing_versions(read_settings(tmp_path / "out"), here) == [
        f"libwebp 1.2.3 wanted, {here['libwebp']} is here",
        "other 4 wanted, none is here",
    ]

"""The search: its floor, its bytes, and what comes back."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("imagecodecs", reason="pip install 'srq[store]'")

from srq.errors import ConfigError, DataError
from srq.image.io import decode
from srq.store.candidates import Way, all_ways
from srq.store.choose import Trials, choose, smallest_above
from srq.store.codecs import LOSSLESS, Codec
from srq.store.fidelity import fidelity
from srq.store.form import PIXELS, Form
from srq.store.modes import mode_named
from srq.store.restore import restore_file, restore_picture
from tests.store.conftest import file_of


def test_modes():
    assert mode_named("high").floor == 70
    assert mode_named("exact").is_exact
    assert mode_named("budget:300kB").budget(10**9) == 300_000
    assert mode_named("budget:12.5%").budget(1000) == 125
    for wrong in ("hihg", "budget:", "budget:0", "budget:101%"):
        with pytest.raises(ConfigError):
            mode_named(wrong)


def test_exact_gives_the_file_back(photo, programs):
    came = file_of(photo, "JPEG", quality=93) + b"and a tail"
    choice = choose(came, "it", mode_named("exact"), programs)
    assert choice.stored.name == "jpeg in jxl"
    assert choice.stored.bytes < len(came)
    assert restore_file(choice.stored.data, choice.stored.form) == came
    with pytest.raises(DataError, match="not what was stored"):
        restore_file(choice.stored.data, replace(choice.stored.form, restored="0" * 64))


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["high", "small"])
def test_the_winner_holds_its_floor_and_is_smallest(photo, programs, mode):
    came = file_of(photo, "JPEG", quality=95)
    wanted = mode_named(mode)
    assert wanted.floor is not None
    chosen = choose(came, "it", wanted, programs).stored
    form = Form.from_json(chosen.form.to_json())
    restored = restore_picture(chosen.data, form, programs.engine).pixels
    original = decode(came, "it").pixels
    assert restored.shape == original.shape
    assert fidelity(original, restored) == chosen.fidelity
    assert chosen.fidelity.ssimulacra2 >= wanted.floor
    tried = Trials(decode(came, "it"), programs)
    for way in all_ways(programs):
        if way.scale == 1:
            alone = smallest_above(tried, way, wanted.floor, len(came))
            assert alone is None or chosen.bytes <= alone.bytes


def test_a_budget_is_kept_within(photo, programs):
    came = file_of(photo, "JPEG", quality=95)
    ways = [Way("avif", "avif"), Way("webp", "webp")]
    choice = choose(came, "it", mode_named("budget:2kB"), programs, ways)
    assert choice.stored.bytes <= 2000
    assert choice.stored.fidelity.ssimulacra2 == max(
        one.fidelity.ssimulacra2 for one in choice.ways.values() if one.fidelity
    )
    none = choose(came, "it", mode_named("budget:50"), programs, ways)
    assert none.kept == "nothing that is left of it fits into 50 bytes"
    assert restore_file(none.stored.data, none.stored.form) == came


@pytest.mark.slow
def test_text_stays_at_full_size(page, programs):
    chosen = choose(file_of(page), "it", mode_named("small"), programs).stored
    assert chosen.form.scale == 1


def test_a_codec_whose_quality_is_not_monotone_never_falls_below_the_floor(photo, programs):
    noise = np.random.default_rng(5).integers(-60, 61, photo.shape)

    def encode(pixels, quality):  # worse and smaller, but for every third quality
        share = 0.02 if quality % 3 == 0 else (LOSSLESS - quality) / LOSSLESS
        worse = np.clip(pixels + share * noise, 0, 255).astype(np.uint8)
        return file_of(worse) + bytes(quality)

    from srq.store import candidates

    odd = Codec("odd", ".png", encode, lambda data: decode(data.rstrip(b"\0"), "it").pixels)
    patch = pytest.MonkeyPatch()
    with patch.context() as patched:
        patched.setitem(candidates.CODECS, "odd", odd)
        came = file_of(photo)
        tried = Trials(decode(came, "it"), programs)
        for floor in (60, 80, 95):
            one = smallest_above(tried, Way("odd", "odd"), floor, 10**9)
            assert one is None or one.fidelity.ssimulacra2 >= floor


def test_what_cannot_be_coded_anew_is_kept_with_its_reason(photo, programs):
    came = file_of(photo[..., 0])
    choice = choose(came, "it", mode_named("small"), programs)
    assert choice.kept == "it is gray"
    assert restore_file(choice.stored.data, choice.stored.form) == came


def test_records():
    form = Form(PIXELS, ".avif", "ab", (3, 4), "avif", 50, 2, "cd", exif=b"II*\0" * 9, icc=b"p")
    assert Form.from_json(form.to_json()) == form
    with pytest.raises(DataError, match="of version 2"):
        Form.from_json(form.to_json().replace('"version":1', '"version":2'))
    for wrong in ("", "[]", "{}", '{"version":1}', form.to_json().replace("size", "sizes")):
        with pytest.raises(DataError):
            Form.from_json(wrong)

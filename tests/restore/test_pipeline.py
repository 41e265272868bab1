import numpy as np
import pytest
import torch
from skimage import data

import srq
from srq.errors import ConfigError, ImageError
from srq.image.io import Picture
from srq.restore import stages
from srq.restore.defects import grown
from srq.restore.inpaint import inpaint
from srq.restore.pipeline import Options, restore_picture
from srq.restore.stages import Networks
from tests.restore.stand_ins import Judge, Lighter, Spread, WhiteIsDamage

CAT = np.ascontiguousarray(data.chelsea()[60:150, 100:220] // 2)
MASK = np.zeros(CAT.shape[:2], np.uint8)
MASK[40:43] = 255
ALL = Networks(Lighter(), WhiteIsDamage(), Spread())


def test_without_networks_a_mask_is_filled():
    made = restore_picture(Picture(CAT), Networks(), mask=MASK)
    filled = inpaint(CAT.astype(np.float32) / 255, MASK > 0)
    assert np.array_equal(made.picture.pixels, np.floor(filled * 255.0 + 0.5).astype(np.uint8))
    assert np.array_equal(made.mask, MASK)
    assert made.damaged == pytest.approx(3 / 90)
    assert not made.needed_nothing


def test_what_needs_nothing_is_the_same_picture():
    picture = Picture(CAT)
    made = restore_picture(picture, Networks(Lighter(-1.0), WhiteIsDamage(), Spread(0)))
    assert made.picture is picture
    assert made.needed_nothing
    assert not made.mask.any()


def test_damage_is_found_and_grows_by_a_pixel():
    torn = CAT.copy()
    torn[50:52, 20:60] = 255
    made = restore_picture(Picture(torn), Networks(detector=WhiteIsDamage()))
    wanted = np.zeros_like(MASK)
    wanted[49:53, 19:61] = 255
    assert np.array_equal(made.mask, wanted)
    error = np.abs(made.picture.pixels.astype(int) - CAT)[49:53, 19:61]
    assert error.mean() < 12
    assert np.array_equal(made.picture.pixels[wanted == 0], torn[wanted == 0])


def test_the_tone_is_read_off_what_is_restored():
    torn = CAT.copy()
    torn[50:52, 20:60] = 255
    seen = []
    for picture in (torn, CAT):
        tone = Lighter()
        restore_picture(Picture(picture), Networks(tone, WhiteIsDamage()))
        seen.append(tone.seen)
    assert (seen[0] - seen[1]).abs().max() < 0.1
    assert seen[0].max() < 0.6


def test_the_translation_judges_what_the_detector_suspects():
    torn = CAT.copy()
    torn[50:52, 20:60] = 255
    torn[20:22, 20:60] = 220  # suspected too, but sound
    networks = Networks(detector=WhiteIsDamage(0.8), translation=Judge())
    made = restore_picture(Picture(torn), networks)
    wanted = np.zeros_like(MASK)
    wanted[49:53, 19:61] = 255
    assert np.array_equal(made.mask, wanted)
    assert not made.translated
    suspected = grown((torn >= 0.8 * 255).all(2))
    filled = inpaint(torn.astype(np.float32) / 255, suspected)
    mended = np.floor(filled * 255.0 + 0.5).astype(np.uint8)
    assert np.array_equal(made.picture.pixels[50:52, 20:60], mended[50:52, 20:60])
    torn[50:52, 20:60] = made.picture.pixels[50:52, 20:60]
    assert np.array_equal(made.picture.pixels, torn)


def test_a_false_alarm_that_the_translation_sees_leaves_the_picture():
    torn = CAT.copy()
    torn[20:22, 20:60] = 220
    picture = Picture(torn)
    made = restore_picture(picture, Networks(detector=WhiteIsDamage(0.8), translation=Judge()))
    assert made.picture is picture
    assert made.needed_nothing


def test_the_translation_is_told_how_sure_it_is():
    judge = Judge()
    networks = Networks(detector=WhiteIsDamage(0.4), translation=judge)
    restore_picture(Picture(CAT), networks)
    height, width = CAT.shape[:2]
    mask = judge.seen[2][0, 0, :height, :width].numpy()
    sure = 1 / (1 + np.exp(-1000 * (CAT.min(2) / 255 - 0.4)))
    assert np.abs(mask - sure).max() < 1e-3
    restore_picture(Picture(CAT), networks, mask=MASK)
    assert np.array_equal(judge.seen[2][0, 0, :height, :width].numpy(), MASK / 255)
    restore_picture(Picture(CAT), networks, Options(only="noise"))
    assert not judge.seen[2].any()


def test_what_a_user_marks_the_translation_sees_filled_alone():
    judge = Judge()
    restore_picture(Picture(CAT), Networks(translation=judge), mask=MASK)
    picture, filled = judge.seen[0], judge.seen[1]
    assert torch.equal(picture, filled)
    before = torch.from_numpy(CAT.transpose(2, 0, 1) / np.float32(255))
    differ = (picture[0, :, :90, :120] != before).any(0).numpy()
    assert differ.any()
    assert not differ[MASK == 0].any()


def test_what_a_user_marks_is_mended_whatever_the_change():
    made = restore_picture(Picture(CAT), Networks(translation=Judge()), mask=MASK)
    assert np.array_equal(made.mask, MASK)


def test_tone_is_mended_where_it_is_asked_for():
    made = restore_picture(Picture(CAT), Networks(Lighter()))
    assert made.toned
    wanted = np.minimum(2 * CAT.astype(int), 255)
    assert np.abs(made.picture.pixels.astype(int) - wanted).max() <= 1
    kept = restore_picture(Picture(CAT), Networks(Lighter()), Options(tone="keep"))
    assert kept.needed_nothing


@pytest.mark.parametrize("needed", [-5.0, 1.0])
def test_tone_is_left_where_the_network_is_not_sure(needed):
    assert restore_picture(Picture(CAT), Networks(Lighter(needed))).needed_nothing


def test_the_thumbnail_is_made_of_areas():
    light = Lighter()
    restore_picture(Picture(np.full((300, 200, 3), 51, np.uint8)), Networks(light))
    assert light.seen.shape == (1, 3, 64, 64)
    assert np.abs(light.seen.numpy() - 0.2).max() < 1e-6


def test_gray_takes_the_colour_away():
    made = restore_picture(Picture(CAT), Networks(), Options(tone="gray")).picture.pixels
    assert made.shape == CAT.shape
    assert np.array_equal(made[..., 0], made[..., 1])
    assert np.array_equal(made[..., 0], made[..., 2])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("gray", [False, True])
def test_kind_depth_and_what_a_picture_carries_are_kept(dtype, gray):
    pixels = (CAT[..., 0] if gray else CAT).astype(dtype) * dtype(np.iinfo(dtype).max // 255)
    alpha = np.full(CAT.shape[:2], np.iinfo(dtype).max, dtype)
    alpha[:, :20] = 0
    made = restore_picture(Picture(pixels, alpha, exif=b"II*\0\x08\0\0\0\0\0"), ALL, mask=MASK)
    assert made.picture.pixels.shape == pixels.shape
    assert made.picture.pixels.dtype == dtype
    assert np.array_equal(made.picture.alpha, alpha)
    assert made.picture.exif == b"II*\0\x08\0\0\0\0\0"
    assert not made.mask[:, :20].any()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_is_not_changed_keeps_its_last_bit(dtype):
    pixels = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, CAT.shape, dtype)
    made = restore_picture(Picture(pixels), Networks(), mask=MASK).picture.pixels
    assert np.array_equal(made[MASK == 0], pixels[MASK == 0])


def test_strength_goes_from_nothing_to_all():
    one = restore_picture(Picture(CAT), ALL, mask=MASK).picture.pixels.astype(int)
    none = restore_picture(Picture(CAT), ALL, Options(strength=0), mask=MASK).picture.pixels
    half = restore_picture(Picture(CAT), ALL, Options(strength=0.5), mask=MASK).picture.pixels
    assert np.array_equal(none, CAT)
    assert np.abs(half - (one + CAT) / 2).max() <= 1


def test_only_one_part_is_done():
    scratches = restore_picture(Picture(CAT), ALL, Options(only="scratches"), mask=MASK)
    assert np.array_equal(scratches.picture.pixels[MASK == 0], CAT[MASK == 0])
    assert not np.array_equal(scratches.picture.pixels, CAT)
    assert not scratches.toned
    noise = restore_picture(Picture(CAT), ALL, Options(only="noise"), mask=MASK)
    assert not noise.mask.any()
    assert noise.translated
    assert not noise.toned
    tone = restore_picture(Picture(CAT), ALL, Options(only="tone"), mask=MASK)
    assert tone.toned
    assert not tone.mask.any()
    assert not tone.translated


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("sepia", None, 1), "The tone must be auto, keep or gray, not 'sepia'."),
        (("auto", "dust", 1), "must be scratches, tone or noise, not 'dust'."),
        (("auto", None, 1.5), "The strength must be from 0 to 1, not 1.5."),
    ],
)
def test_other_words_are_refused(words, sentence):
    with pytest.raises(ConfigError, match=sentence):
        Options.named(*words)


def test_a_part_that_nothing_does_is_refused():
    scratches, noise = Options(only="scratches"), Options(only="noise")
    with pytest.raises(ConfigError, match="No network that finds scratches ships; give a mask"):
        scratches.check(Networks(), masked=False)
    with pytest.raises(ConfigError, match="takes noise away ships; name a run folder"):
        noise.check(Networks(detector=WhiteIsDamage()), masked=True)
    scratches.check(Networks(), masked=True)
    scratches.check(Networks(detector=WhiteIsDamage()), masked=False)
    noise.check(Networks(translation=Spread()), masked=False)
    Options().check(Networks(), masked=False)


def test_a_mask_of_another_size_is_refused():
    with pytest.raises(ImageError, match="as large as its picture, 120 x 90, but it is 5 x 4"):
        restore_picture(Picture(CAT), ALL, mask=np.zeros((4, 5), np.uint8))


def test_a_single_pixel():
    assert restore_picture(Picture(CAT[:1, :1]), ALL).picture.size == (1, 1)


def test_the_door_takes_what_upscale_takes(monkeypatch):
    monkeypatch.setattr(stages, "opened", lambda run=None: Networks(detector=WhiteIsDamage()))
    torn = CAT.copy()
    torn[50] = 255
    made = srq.restore(torn)
    assert np.array_equal(made, restore_picture(Picture(torn), stages.opened()).picture.pixels)
    assert srq.restore(CAT) is CAT
    masked = srq.restore(torn, mask=np.dstack([MASK] * 3), strength=0.5)
    assert masked.shape == CAT.shape
    assert np.array_equal(masked[50], torn[50])
    with pytest.raises(ConfigError, match="The tone must be"):
        srq.restore(torn, tone="brown")
    with pytest.raises(ImageError, match="must be a NumPy array"):
        srq.restore("photo.jpg")

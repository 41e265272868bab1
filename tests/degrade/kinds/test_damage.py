"""Damage and colour: marks where the mask says, of the sizes asked for, smooth and repeatable."""

import numpy as np
import pytest

from srq.degrade.degradation import Setting
from srq.degrade.kinds.colour.fade import fade
from srq.degrade.kinds.colour.sepia import sepia
from srq.degrade.kinds.damage.layer import Layer, blob, stroke
from srq.degrade.kinds.damage.masks import DRAWS, damaged
from srq.degrade.registry import DEGRADATIONS
from srq.errors import ConfigError
from tests.degrade.test_kinds import asked

DAMAGE = sorted(DRAWS)


def setting(kind, seed=0, **values):
    parameters = DEGRADATIONS.load(kind).parameters
    drawn = {
        p.name: p.parse(values.get(p.name, asked(kind, p.name)), "test").at(0.5) for p in parameters
    }
    return Setting(drawn, 1, np.random.default_rng(seed))


def gradient(shape):
    y, x = np.mgrid[: shape[0], : shape[1]]
    plane = (x + 2 * y) % 200 + 28
    return plane if len(shape) == 2 else np.stack([plane, plane[::-1], plane[:, ::-1]], axis=-1)


def test_every_damage_has_a_mask():
    family = [kind for kind in DEGRADATIONS if DEGRADATIONS.load(kind).family == "damage"]
    assert family == DAMAGE
    with pytest.raises(ConfigError, match="did you mean 'scratches'?"):
        damaged("scratch", np.zeros((4, 4)), setting("scratches"))


@pytest.mark.parametrize("kind", DAMAGE)
@pytest.mark.parametrize("shape", [(120, 160, 3), (120, 160), (1, 1, 3), (3, 90, 3)])
def test_the_mask_is_where_the_picture_changed(kind, shape):
    before = gradient(shape).astype(np.float64)
    picture, mask = damaged(kind, before, setting(kind, 3))
    assert np.array_equal(picture, DEGRADATIONS.load(kind).apply(before, setting(kind, 3)))
    assert mask.shape == shape[:2]
    assert mask.min() >= 0
    assert mask.max() <= 1
    changed = np.abs(picture - before).reshape(*shape[:2], -1).max(axis=2) > 0
    assert not changed[mask == 0].any()
    assert picture.min() >= 0
    assert picture.max() <= 255
    if shape[0] > 100:
        assert changed.any()
        assert (mask > 0).mean() < 0.9
        # Smooth: between hidden and not there are pixels hidden in part.
        assert ((mask > 0.05) & (mask < 0.95)).any()


@pytest.mark.parametrize("kind", DAMAGE)
def test_nothing_asked_for_changes_nothing(kind):
    before = gradient((40, 50, 3))
    none = {"density": 0} if kind == "dust" else {"count": 0}
    picture, mask = damaged(kind, before, setting(kind, **none))
    assert np.array_equal(picture, before)
    assert not mask.any()


@pytest.mark.parametrize("width", [0.5, 1, 2, 5])
def test_a_line_hides_its_width_in_any_direction(width):
    for angle in (0, 0.3, np.pi / 4, 1.2, np.pi / 2):
        layer = Layer.empty((200, 200))
        step = 80 * np.array([np.sin(angle), np.cos(angle)])
        points = np.stack([100.3 - step, 100.3 + step])
        ones = np.ones(2)
        stroke(layer, points, width * ones, ones, (255.0, 255.0, 255.0))
        # Its ends are half a disc each; a thin slanting line meets pixels unevenly.
        within = 0.08 if width > 1 else 0.15
        assert layer.cover.sum() == pytest.approx(160 * width, rel=within)


def test_a_mark_hides_its_area_wherever_it_is():
    rng = np.random.default_rng(0)
    for place in ((50.0, 50.0), (50.4, 49.7)):
        layer = Layer.empty((100, 100))
        blob(layer, place, 10.0, (0.0, 0.0, 0.0), rng, rough=0.0)
        assert layer.cover.sum() == pytest.approx(np.pi * 100, rel=0.02)
    layer = Layer.empty((100, 100))
    blob(layer, (0.0, 0.0), 10.0, (0.0, 0.0, 0.0), rng, rough=0.0)
    assert layer.cover.sum() == pytest.approx(np.pi * 25, rel=0.15)


def test_a_mark_over_another_shows_its_own_tone():
    layer = Layer.empty((9, 9))
    layer.add(0, 0, np.full((9, 9), 0.5), (0.0, 0.0, 0.0))
    layer.add(0, 0, np.full((9, 9), 1.0), (200.0, 100.0, 50.0))
    assert np.allclose(layer.over(np.full((9, 9, 3), 128)), (200, 100, 50))
    half = Layer.empty((1, 1))
    half.add(0, 0, np.full((1, 1), 0.5), (0.0, 0.0, 0.0))
    half.add(0, 0, np.full((1, 1), 0.5), (200.0, 200.0, 200.0))
    # As if laid one after the other: 100 of 100 -> 50 -> 125.
    assert np.allclose(half.over(np.full((1, 1, 3), 100)), 125)


def test_gathered_marks_lie_in_heaps():
    def apart(gathered):
        values = {"density": 10, "size": 1, "fibres": 0, "gathered": gathered}
        seen = [
            damaged("dust", np.zeros((200, 200)), setting("dust", seed, **values))[1]
            for seed in range(8)
        ]
        # A heap fills few of the fields of 20 x 20 pixels.
        fields = [mask.reshape(10, 20, 10, 20).max((1, 3)) > 0.3 for mask in seen]
        return np.mean(fields)

    assert apart(1) < 0.5 * apart(0)


def test_broken_scratches_hide_less():
    def hidden(broken):
        values = {"count": 20, "length": 0.8, "width": 2, "gathered": 0, "broken": broken}
        return damaged("scratches", np.zeros((99, 99)), setting("scratches", **values))[1].sum()

    assert 0 < hidden(1) < 0.5 * hidden(0)


def test_a_blotch_is_clear_or_cloudy_and_its_edge_as_soft_as_asked():
    def drawn(**values):
        values = {"count": 1, "radius": 30, "strength": 1, "soft": 0, "uneven": 0, **values}
        return damaged("blotches", np.zeros((200, 200)), setting("blotches", 2, **values))[1]

    clear, cloudy, soft = drawn(), drawn(uneven=1), drawn(soft=1)
    inside = clear > 0.99
    assert inside.sum() > 0.9 * (clear > 0).sum() > 500
    assert cloudy[inside].std() > 0.05
    assert ((soft > 0.1) & (soft < 0.9)).sum() > 3 * ((clear > 0.1) & (clear < 0.9)).sum()


def test_upright_scratches_are_upright():
    values = {"count": 8, "angle": 0, "spread": 0, "width": 1, "length": 1.0}
    _, mask = damaged("scratches", np.zeros((200, 200)), setting("scratches", **values))
    assert np.abs(np.diff(mask, axis=1)).sum() > 3 * np.abs(np.diff(mask, axis=0)).sum()


def test_a_print_whose_cyan_fades_turns_red_and_white_stays():
    gray = np.full((4, 4, 3), 100.0)
    faded = fade(gray, 0.5, "cyan")
    assert (faded[..., 0] > faded[..., 1]).all()
    assert (faded > gray).all()
    assert (fade(np.full((4, 4, 3), 255.0), 0.8) == 255).all()
    yellow = fade(np.full((4, 4, 3), 255.0), 0, "even", 1.0)
    assert (yellow[..., 2] < yellow[..., 1]).all()
    assert np.array_equal(fade(gray, 0), gray)


def test_sepia_keeps_the_order_of_lumas_and_one_hue():
    ramp = np.repeat(np.arange(256.0)[None, :, None], 3, axis=2)
    toned = sepia(ramp)
    assert (np.diff(toned, axis=1) > 0).all()
    assert (toned[..., 0] > toned[..., 2]).all()
    assert np.array_equal(sepia(ramp, 0), ramp)

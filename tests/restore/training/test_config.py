"""The configuration of a training of restoration."""

import pytest

from srq.errors import ConfigError
from srq.restore.networks.detector import Detector
from srq.restore.networks.direct import Direct
from srq.restore.training.config import STAGES, RestoreConfig, is_restoration


def test_the_shipped_one_has_all_stages_and_writes_itself():
    config = RestoreConfig.load("restore")
    assert config.stages == STAGES
    assert RestoreConfig.parse(config.to_toml(), "again") == config


def test_settings(tiny):
    config = tiny("mapping.attention=false", "stages=tone", "detector.lr=0.01")
    assert config.stages == ("tone",)
    assert not config.mapping.attention
    assert config.of("vae-x") is config.vae_x
    assert config.detector.lr == 0.01


@pytest.mark.parametrize(
    ("assignment", "sentence"),
    [
        ("detector.lrr=1", "did you mean 'detector.lr'"),
        ("stages=tones", 'must be "tone"'),
        ("vae_y.latent=32", "at least 48"),
        ("detector.crop=64", "must fit a sheet of 32"),
        ("detector.film=0.9", "at most 1, not 1.025"),
        ("detector.crop=24", "detector, 24, must be a multiple of 16"),
        ("detector.kept=0.5", "name them in 'detector.begin'"),
        ("vae_y.kept=0.5", "name them in 'vae_y.begin'"),
        ("direct.crop=26", "direct, 26, must be a multiple of 4"),
    ],
)
def test_mistakes(tiny, assignment, sentence):
    with pytest.raises(ConfigError, match=sentence):
        tiny(assignment)


def test_crops_are_what_the_networks_take():
    """The configuration knows it without torch."""
    config = RestoreConfig()
    detector = Detector(config.detector.widths, config.detector.scales)
    assert config.detector.multiple == detector.multiple << detector.scales - 1
    assert config.direct.multiple == Direct(config.direct.widths).multiple


def test_what_may_change_on_the_way(tiny):
    config = tiny()
    assert config.changed(["stages=direct", "vae_y.steps=9"]).vae_y.steps == 9
    with pytest.raises(ConfigError, match="keeps its settings"):
        config.changed(["vae_y.lr=0.1"])
    with pytest.raises(ConfigError, match="cannot have 2"):
        config.changed(["tone.steps=2"])


def test_which_file_is_one(tmp_path, tiny_toml):
    file = tmp_path / "mine.toml"
    assert not is_restoration(file)
    file.write_text("steps = 3")
    assert not is_restoration(file)
    file.write_text(tiny_toml)
    assert is_restoration(file)


def test_a_sheet_of_a_stage_is_named_as_it_is_set(tiny):
    with pytest.raises(ConfigError, match=r"a sheet of 32 \('vae_y.sheet'\)"):
        tiny("vae_y.sheet=32", "vae_y.crop=36")

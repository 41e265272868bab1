import dataclasses
import re
from pathlib import Path

import pytest

from srq.degrade import Recipe
from srq.errors import ConfigError, StorageError
from srq.models import build
from srq.train.config import TrainConfig


@pytest.mark.parametrize("name", TrainConfig.names())
def test_shipped_configurations_name_things_that_exist(name):
    config = TrainConfig.load(name)
    Recipe.load(config.data.recipe)
    Recipe.load(config.validate.recipe)
    build(config.model.name, scale=config.model.scale, **config.model.options)
    assert TrainConfig.parse(config.to_toml(), "copy") == config


def test_the_papers_configuration_has_the_papers_settings():
    config = TrainConfig.load("paper")
    assert (config.data.batch, config.data.crop * config.model.scale) == (2, 128)
    assert (config.optim.name, config.optim.lr, config.optim.divide_by) == ("adam", 1e-4, 10)
    assert (config.loss, config.optim.schedule, config.expand.hidden) == ("l1", "steps", 0)


def test_a_file_is_read_and_assignments_go_over_it(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("steps = 900\n[optim]\nlr = 0.01\n")
    config = TrainConfig.load(file, ["optim.lr=0.02", "model.options.wide=8"])
    assert (config.steps, config.optim.lr, config.model.options) == (900, 0.02, {"wide": 8})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[optim]\nlearning_rate = 1", "c: unknown key 'optim.learning_rate'; known here: optim."),
        ("[optim]\nlrr = 1", "c: unknown key 'optim.lrr'; did you mean 'optim.lr'?"),
        ("steps = ", "c is not valid TOML: "),
        ("[data]\ntrain = []", "c: 'data.train' is empty; name at least one set or folder."),
        ("[data]\naugment_scales = []", "c: 'data.augment_scales' is empty; write [1.0] for none."),
        ("[optim]\nbetas = [0.9]", "c: 'optim.betas' must be two numbers, not 1."),
    ],
)
def test_mistakes_are_refused_in_a_sentence(text, sentence):
    with pytest.raises(ConfigError) as caught:
        TrainConfig.parse(text, "c")
    assert str(caught.value).startswith(sentence)


def test_an_unknown_name_lists_those_that_ship():
    with pytest.raises(ConfigError, match=r"'kim-x5' \(there are: .*kim-x2.*must end in \.toml"):
        TrainConfig.load("kim-x5")


def test_a_file_that_is_absent_or_no_text_is_said_to_be(tmp_path):
    with pytest.raises(StorageError, match="it does not exist"):
        TrainConfig.load(tmp_path / "absent.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        TrainConfig.load(tmp_path / "bytes.toml")


def settings(config, prefix=""):
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if dataclasses.is_dataclass(value):
            yield from settings(value, f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}", value


def test_the_page_tells_every_setting_with_its_default():
    page = (Path(__file__).parents[2] / "docs" / "guide" / "training.md").read_text()
    told = {}
    for keys, defaults in re.findall(r"^\| (`[a-z_.`, ]+`) \| (.+?) \|", page, re.MULTILINE):
        names, values = re.findall(r"`(.+?)`", keys), defaults.replace("`", "")
        told |= dict(zip(names, values.split(", ") if len(names) > 1 else [values], strict=True))
    expected = {
        key: str(list(value))
        if isinstance(value, tuple)
        else f'"{value}"'
        if isinstance(value, str)
        else str(value)
        for key, value in settings(TrainConfig())
    }
    assert {key: told.get(key, "").replace('"', "'") for key in expected} == {
        key: text.replace('"', "'") for key, text in expected.items()
    }


def test_the_page_tells_of_every_shipped_configuration():
    page = (Path(__file__).parents[2] / "docs" / "guide" / "training.md").read_text()
    assert [name for name in TrainConfig.names() if f"`{name}`" not in page] == []

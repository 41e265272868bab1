"""From what a user writes to an engine."""

import numpy as np
import pytest
import torch

from srq import zoo
from srq.errors import CheckpointError, ConfigError, ModelError
from srq.evaluate.choose import default_models, open_model
from srq.files import sha256_file
from srq.models import build
from srq.models.checkpoint import write_checkpoint
from srq.program import save
from tests.kim_program import kim_program


@pytest.fixture
def own_zoo(tmp_path, monkeypatch):
    """A zoo with kim-x2 in both kinds and kim-x3 as a checkpoint only."""
    monkeypatch.setattr(zoo, "FOLDER", tmp_path)
    for scale in (2, 3):
        torch.manual_seed(scale)
        network = build("kim", scale=scale)
        write_checkpoint(tmp_path / f"kim-x{scale}.safetensors", network, network.state_dict(), {})
    save(kim_program(), tmp_path / "kim-x2.srq")
    return tmp_path


def test_a_name_of_the_zoo_means_its_program(own_zoo):
    engine = open_model("kim-x2", engine="reference")
    assert engine.name == "kim-x2 (integer)"
    about = engine.about
    assert (about.kind, about.weights) == ("integer program", 2560)
    assert about.runs_on == "reference engine"
    assert about.fingerprint == kim_program().fingerprint
    assert about.sha256 == sha256_file(own_zoo / "kim-x2.srq")
    assert engine(np.zeros((3, 4), np.uint8)).shape == (6, 8)


def test_float_asks_for_the_checkpoint(own_zoo):
    engine = open_model("float:kim-x2")
    assert engine.name == "kim-x2 (float)"
    assert engine.about.sha256 == sha256_file(own_zoo / "kim-x2.safetensors")


def test_a_name_without_a_program_means_its_checkpoint(own_zoo):
    engine = open_model("kim-x3")
    assert (engine.name, engine.scale) == ("kim-x3 (float)", 3)


def test_a_label_renames(own_zoo):
    assert open_model("old one=float:kim-x2").name == "old one"
    with pytest.raises(ConfigError, match="must name a model, or LABEL=MODEL"):
        open_model("label=")


def test_a_file_whose_name_has_an_equals_sign_is_a_file(own_zoo):
    path = own_zoo / "lr=2.safetensors"
    path.write_bytes((own_zoo / "kim-x2.safetensors").read_bytes())
    assert open_model(str(path)).name == "lr=2 (float)"


def test_defaults_are_what_the_zoo_has(own_zoo):
    assert default_models(2, compressed=False) == ["float:kim-x2", "program:kim-x2"]
    assert default_models(2, compressed=True) == ["float:kim-x2", "program:kim-x2"]
    assert default_models(3, compressed=False) == ["float:kim-x3"]
    assert default_models(4, compressed=False) == []


def test_unknown_names_are_answered_with_the_nearest(own_zoo):
    with pytest.raises(ModelError, match="No float checkpoint is called 'kim-2'; did you mean"):
        open_model("kim-2")


def test_a_checkpoint_that_is_none_is_refused(own_zoo):
    (own_zoo / "text.safetensors").write_text("text")
    with pytest.raises(CheckpointError, match="is no safetensors file"):
        open_model(str(own_zoo / "text.safetensors"))

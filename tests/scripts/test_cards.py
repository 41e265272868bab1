"""Model cards say what the checkpoint says, and those of the zoo belong to their files."""

from dataclasses import asdict

import pytest

from scripts.tools.cards import RESULTS, SCORES, card, zoo_card
from srq import zoo
from srq.cli.output import write_json
from srq.errors import CheckpointError
from srq.evaluate import Suite, evaluate
from srq.evaluate.tables import markdown
from srq.files import sha256_file
from srq.models import build
from srq.models.checkpoint import write_checkpoint
from srq.program import load
from srq.train.config import TrainConfig


@pytest.fixture
def checkpoint(tmp_path):
    network = build("kim")
    path = tmp_path / "zoo" / "kim-x2.safetensors"
    notes = {
        "srq": "0.1.0",
        "torch": "2.13.0",
        "recipe": {"name": "bicubic", "fingerprint": "beef"},
        "pictures": "cafe",
        "seed": 3,
        "steps": 1200,
        "config": asdict(TrainConfig()),
    }
    write_checkpoint(path, network, network.state_dict(), notes)
    return path


def test_a_card_says_how_the_network_came_about(checkpoint):
    text = card(checkpoint, [])
    assert text.startswith("# kim-x2\n")
    assert "| network | `kim` (scale 2, wide 32, narrow 16) |" in text
    assert "| weights | 2,560, float32 |" in text
    assert "| trained on | T91, BSD200, without BSD200/302003 (it is Set5's 'woman'" in text
    assert "| degradation | `bicubic` (`beef`) |" in text
    assert "| training steps, seed | 1,200, 3 |" in text
    assert sha256_file(checkpoint) in text
    config = text.partition("```toml\n")[2].partition("```")[0]
    path = checkpoint.with_suffix(".toml")
    path.write_text(config)
    assert TrainConfig.load(path) == TrainConfig()


def test_the_scores_are_those_of_the_result_file(checkpoint, pictures, monkeypatch):
    evaluation = evaluate([], Suite([str(pictures)]))
    result = checkpoint.parents[1] / "results" / "r.json"
    write_json(evaluation.to_json(), result)
    monkeypatch.setattr(zoo, "FOLDER", checkpoint.parent)
    path, text = zoo_card("kim-x2", [result])
    assert path == checkpoint.with_suffix(".md")
    assert "<!-- table: ../results/r.json -->\n\n" + markdown(evaluation) in text


def test_a_checkpoint_that_does_not_say_is_refused(tmp_path):
    network = build("kim")
    path = tmp_path / "bare.safetensors"
    write_checkpoint(path, network, network.state_dict(), {})
    with pytest.raises(CheckpointError, match="bare.safetensors does not say 'recipe'|'config'"):
        card(path, [])


def test_every_network_of_the_zoo_has_a_card():
    assert set(SCORES) == {*zoo.names("float"), *zoo.names("program")}


@pytest.mark.parametrize("name", SCORES)
def test_the_cards_of_the_zoo_are_current(name):
    path, text = zoo_card(name, [RESULTS / file for file in SCORES[name]])
    assert path.read_text(encoding="utf-8") == text, "run: scripts/fill-pages"
    if name in zoo.names("program"):
        assert load(zoo.resolve(name, "program")).fingerprint in text
    if name in zoo.names("float"):
        assert sha256_file(zoo.resolve(name, "float")) in text

"""Whole trainings of restoration: all stages, stopped and gone on with to the byte."""

import json
import shutil

import pytest
import torch

from srq.errors import ConfigError, DataError, StorageError
from srq.restore.networks import load
from srq.restore.training import learner, run
from srq.restore.training.config import STAGES, RestoreConfig
from srq.restore.training.stages.direct import DirectStage
from srq.runs.loop import DivergedError
from srq.runs.record import read_log


@pytest.fixture(scope="module")
def trained(tmp_path_factory, tiny_toml):
    """A run folder with all stages trained, and what they delivered."""
    folder = tmp_path_factory.mktemp("run") / "whole"
    results = run.start(RestoreConfig.parse(tiny_toml, "tiny"), folder)
    return folder, results


def test_every_stage_delivers(trained):
    folder, results = trained
    assert tuple(results) == STAGES
    for name in STAGES:
        network = load(name, folder)
        assert all(torch.isfinite(tensor).all() for tensor in network.state_dict().values())
        log = read_log(folder / name)
        assert [entry["step"] for entry in log if "loss" in entry] == [3, 6]
        assert results[name].steps == 6
        assert (folder / name / "curves.png").exists()
        assert list((folder / name / "pictures").glob("*.png"))
    assert results["detector"].scores.keys() == {"f1", "precision", "recall", "alarms"}
    for stage in ("mapping", "direct"):
        assert results[stage].scores.keys() == {"made", "input", "told", "filled", "clean"}


@pytest.mark.parametrize("stage", STAGES)
def test_stopped_and_resumed_it_is_the_same_to_the_byte(
    stage, trained, tiny, tmp_path, monkeypatch
):
    whole, _ = trained
    part = tmp_path / "part"
    before = STAGES[: STAGES.index(stage)] if stage in ("vae-x", "mapping", "direct") else ()
    for name in before:
        target = part / name / "model.safetensors"
        target.parent.mkdir(parents=True)
        target.write_bytes((whole / name / "model.safetensors").read_bytes())
    (part / "config.toml").parent.mkdir(exist_ok=True)
    (part / "config.toml").write_text(tiny(f"stages={stage}").to_toml())

    class Stopped(Exception):
        pass

    step = learner.StageLearner.take_step

    def stop(self, wished=False):
        if self.step == 5:
            raise Stopped
        return step(self, wished)

    monkeypatch.setattr(learner.StageLearner, "take_step", stop)
    with pytest.raises(Stopped):
        run.resume(part)
    monkeypatch.undo()
    run.resume(part)
    name = f"{stage}/model.safetensors"
    assert (part / name).read_bytes() == (whole / name).read_bytes()


def test_a_finished_one_is_passed_over_and_can_become_longer(trained, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(trained[0], folder)
    before = (folder / "tone/model.safetensors").read_bytes()
    run.resume(folder)
    assert (folder / "tone/model.safetensors").read_bytes() == before
    results = run.resume(folder, assignments=["stages=tone", "tone.steps=8"])
    assert results["tone"].steps == 8
    assert (
        "stages = [" + ", ".join(json.dumps(s) for s in STAGES)
        in (folder / "config.toml").read_text()
    )


def test_mistakes_come_before_anything_is_written(tiny, tmp_path, trained):
    folder = tmp_path / "new"
    with pytest.raises(ConfigError, match="No recipe is called"):
        run.start(tiny("data.recipe=old-photos"), folder)
    assert not folder.exists()
    with pytest.raises(ConfigError, match="already holds a training"):
        run.start(tiny(), trained[0])
    with pytest.raises(ConfigError, match="'vae-y' comes first"):
        run.start(tiny("stages=vae-x"), tmp_path / "alone")


def test_other_pictures_are_refused(trained, tmp_path, photographs):
    folder, other = tmp_path / "copy", tmp_path / "pictures"
    shutil.copytree(trained[0], folder)
    shutil.copytree(photographs, other)
    shutil.copy(other / "1.png", other / "9.png")
    file = folder / "config.toml"
    file.write_text(file.read_text().replace(str(photographs), str(other)))
    with pytest.raises(DataError, match="not those"):
        run.resume(folder)


def test_a_loss_that_is_not_finite_stops(tiny, tmp_path, monkeypatch):
    def loss(self, batch):
        return sum(p.sum() for p in self.network.parameters()) * float("nan")

    monkeypatch.setattr(DirectStage, "loss", loss)
    with pytest.raises(DivergedError, match="step 1: its loss is nan"):
        run.start(tiny("stages=direct"), tmp_path / "far")


def test_without_real_photographs_there_is_no_adversary(tiny, tmp_path):
    results = run.start(tiny("data.real=", 'stages=["vae-y","vae-x"]'), tmp_path / "run")
    assert results["vae-x"].steps == 6


def test_a_stage_begins_with_weights_of_an_earlier_training(trained, tiny, tmp_path):
    first = trained[0] / "detector/model.safetensors"
    begin = ["stages=detector", f"detector.begin={first}"]
    weights = run.start(tiny(*begin, "detector.lr=1e-9"), tmp_path / "run")["detector"].weights
    before, after = (load("detector", path.parent.parent) for path in (first, weights))
    assert torch.allclose(before.net.out.weight, after.net.out.weight, atol=1e-7)
    # A training that goes on no longer needs them.
    assert run.resume(tmp_path / "run")["detector"].steps == 6

    with pytest.raises(ConfigError, match="another shape"):
        run.start(tiny(*begin, "detector.widths=[4, 6]"), tmp_path / "shape")
    with pytest.raises(ConfigError, match="of the stage 'detector'"):
        run.start(tiny("stages=tone", f"tone.begin={first}"), tmp_path / "other")
    with pytest.raises(StorageError, match="nowhere"):
        run.start(tiny("tone.begin=nowhere"), tmp_path / "none")
    assert not (tmp_path / "other").exists()
    assert not (tmp_path / "none").exists()


def test_a_share_of_the_weights_to_begin_with_is_kept(trained, tiny, tmp_path):
    first = trained[0] / "detector/model.safetensors"
    begin = ["stages=detector", f"detector.begin={first}", "detector.lr=0.1"]
    kept = {
        share: run.start(tiny(*begin, f"detector.kept={share}"), tmp_path / f"kept{share}")
        for share in (0, 0.75, 1)
    }
    learned, mean, same = (
        load("detector", result["detector"].weights.parent.parent).net.out.weight
        for result in kept.values()
    )
    before = load("detector", trained[0]).net.out.weight
    assert torch.equal(same, before)
    assert not torch.allclose(learned, before, atol=1e-3)
    torch.testing.assert_close(mean, 0.75 * before + 0.25 * learned)


def test_what_begins_learned_has_its_first_lessons_behind_it(trained, tiny, tmp_path, monkeypatch):
    """The first quarter of a new training of ``direct`` sees no damage, and asks for little."""
    seen = []
    batch = DirectStage.batch

    def spy(self, step):
        crops, enough = batch(self, step)
        seen.append(enough)
        return crops, enough

    monkeypatch.setattr(DirectStage, "batch", spy)
    run.start(tiny("stages=direct"), tmp_path / "fresh")
    begin = trained[0] / "direct/model.safetensors"
    run.start(tiny("stages=direct", f"direct.begin={begin}"), tmp_path / "learned")
    assert seen[:2] == [30, 30]
    assert set(seen[6:]) == {40}


def test_a_stage_may_have_larger_sheets(tiny, tmp_path):
    """Smaller pictures are left out of that stage alone."""
    results = run.start(tiny("stages=detector", "detector.sheet=40"), tmp_path / "some")
    assert results["detector"].steps == 6
    with pytest.raises(DataError, match="None of the 4 pictures has 100 pixels on each side"):
        run.start(tiny("stages=detector", "detector.sheet=100"), tmp_path / "none")


def test_sums_may_be_rougher_than_weights(trained, tiny, tmp_path):
    only = ["stages=direct", "run.precision=bfloat16"]
    run.start(tiny(*only), tmp_path / "rough")
    rough, fine = (
        load("direct", folder).state_dict() for folder in (tmp_path / "rough", trained[0])
    )
    assert all(tensor.dtype == torch.float32 for tensor in rough.values())
    assert any(not torch.equal(rough[name], fine[name]) for name in fine)
    assert all(torch.allclose(rough[name], fine[name], atol=0.05) for name in fine)

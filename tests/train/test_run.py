import errno
import os

import numpy as np
import pytest
import torch
from PIL import Image

from srq.errors import CheckpointError, ConfigError, DataError, ModelError, SrqError, StorageError
from srq.runs.progress import Watcher
from srq.runs.record import read_log
from srq.train import run
from srq.train.config import TrainConfig
from srq.train.trainer import DivergedError, Trainer
from srq.train.weights import find_weights


class Notebook(Watcher):
    """Keeps the sentences that a person would have been told."""

    def __init__(self):
        self.sentences = []

    def say(self, sentence):
        self.sentences.append(sentence)


class Stopped(Exception):
    """What a test stops a training with, in place of a power cut."""


@pytest.fixture
def stop_at(monkeypatch):
    """``stop_at(step)``: the next trainings break off before that step; None lets them run."""
    take_step = Trainer.take_step
    limit = {}

    def limited(trainer, stop=False):
        if trainer.step == limit.get("step"):
            raise Stopped
        return take_step(trainer, stop)

    monkeypatch.setattr(Trainer, "take_step", limited)
    return lambda step: limit.update(step=step)


def weights(folder):
    return (folder / "model.safetensors").read_bytes()


def states(folder):
    return sorted(path.name for path in (folder / "states").iterdir())


def test_a_training_leaves_all_that_it_promises(tmp_path, tiny, pictures):
    config = tiny()
    result = run.start(config, tmp_path / "run")
    folder = tmp_path / "run"
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.toml",
        "curves.png",
        "events.out.tfevents.0.srq",
        "log.jsonl",
        "model.safetensors",
        "pictures",
        "states",
    ]
    assert result.checkpoint == folder / "model.safetensors"
    assert states(folder) == ["step-000000016.safetensors", "step-000000024.safetensors"]
    assert TrainConfig.load(folder / "config.toml") == config
    log = read_log(folder)
    assert [entry["step"] for entry in log if "loss" in entry] == [6, 12, 18, 24]
    assert [entry["step"] for entry in log if "psnr" in entry] == [12, 24]
    assert log[-1]["psnr"] == result.scores
    assert result.scores.keys() == {"train", pictures.name}
    notes = find_weights(folder).notes
    assert (notes["steps"], notes["seed"], notes["recipe"]["name"]) == (24, 1, "bicubic")
    assert notes["scores"] == result.scores
    # Bicubic, the network and HR side by side, of the first picture, which is 50x40.
    assert [path.name for path in (folder / "pictures").iterdir()] == [f"{pictures.name}-0.png"]
    with Image.open(folder / "pictures" / f"{pictures.name}-0.png") as picture:
        assert picture.size == (150, 40)


def test_training_makes_the_network_better(tmp_path, tiny):
    run.start(tiny("steps=200", "optim.lr=0.01"), tmp_path / "run")
    log = read_log(tmp_path / "run")
    scores = [entry["psnr"]["train"] for entry in log if "psnr" in entry]
    assert scores[-1] > scores[0] + 1


EXACT = {
    "kim": [],
    "dense": ["model.name=ecbsr", "model.options={}"],
    "fused": ["model.options={wide = 16, narrow = 16}", "run.fused=on"],
    "soap": ["expand.hidden=0", "optim.name=soap", "loss=charbonnier", "ema=0"],
}


@pytest.mark.parametrize("kind", EXACT)
@pytest.mark.parametrize("broken_at", [[8, 13, 17], [3, 23]])
def test_a_broken_training_resumes_to_the_same_bits(tmp_path, tiny, stop_at, kind, broken_at):
    config = tiny(*EXACT[kind], "optim.clip=0.1")
    run.start(config, tmp_path / "whole")
    for number, step in enumerate(broken_at):
        stop_at(step)
        with pytest.raises(Stopped):
            if number:
                run.resume(tmp_path / "broken")
            else:
                run.start(config, tmp_path / "broken")
    stop_at(None)
    run.resume(tmp_path / "broken")
    assert weights(tmp_path / "broken") == weights(tmp_path / "whole")
    kept = [
        [{k: v for k, v in entry.items() if k not in ("time", "steps_per_second")} for entry in log]
        for log in (read_log(tmp_path / "broken"), read_log(tmp_path / "whole"))
    ]
    assert kept[0] == kept[1]


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped"])
def test_a_damaged_state_is_passed_over_with_a_warning(tmp_path, tiny, stop_at, damage):
    run.start(tiny(), tmp_path / "whole")
    stop_at(20)
    with pytest.raises(Stopped):
        run.start(tiny(), tmp_path / "run")
    newest = tmp_path / "run" / "states" / "step-000000016.safetensors"
    data = bytearray(newest.read_bytes())
    data[-5] ^= 1
    newest.write_bytes({"cut": data[:-9], "empty": b"", "flipped": bytes(data)}[damage])
    stop_at(None)
    notebook = Notebook()
    run.resume(tmp_path / "run", notebook)
    assert weights(tmp_path / "run") == weights(tmp_path / "whole")
    assert any("step-000000016" in s and "The state before it" in s for s in notebook.sentences)
    assert "Going on from step 8." in notebook.sentences


def test_what_a_killed_process_was_writing_is_swept_up(tmp_path, tiny, monkeypatch):
    run.start(tiny(), tmp_path / "run")

    def killed(source, target):
        raise SystemExit

    with monkeypatch.context() as patch:
        # As kill -9 between writing and renaming: the temporary file stays.
        patch.setattr(os, "replace", killed)
        patch.setattr(os, "unlink", lambda path: None)
        with pytest.raises(SystemExit):
            run.resume(tmp_path / "run", steps=40)
    assert list((tmp_path / "run").rglob("*.tmp"))
    run.resume(tmp_path / "run", steps=40)
    assert not list((tmp_path / "run").rglob("*.tmp"))


def test_states_that_are_all_damaged_end_in_a_sentence(tmp_path, tiny):
    run.start(tiny(), tmp_path / "run")
    for state in (tmp_path / "run" / "states").iterdir():
        state.write_bytes(b"x")
    with pytest.raises(CheckpointError, match=r"No state in .* is readable; start a new run"):
        run.resume(tmp_path / "run")


def test_a_full_disk_ends_in_a_sentence_and_costs_no_state(tmp_path, tiny, monkeypatch):
    fsync, calls = os.fsync, []

    def full(handle):
        calls.append(handle)
        # config.toml, the log, the events, the curves and one picture, then two states.
        if len(list((tmp_path / "run").glob("states/step-*"))) == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match=r"^Cannot write .*: the disk is full; free some space"):
        run.start(tiny(), tmp_path / "run")
    assert states(tmp_path / "run") == ["step-000000008.safetensors"]
    assert not list((tmp_path / "run").rglob("*.tmp"))
    monkeypatch.undo()
    run.resume(tmp_path / "run")
    run.start(tiny(), tmp_path / "whole")
    assert weights(tmp_path / "run") == weights(tmp_path / "whole")


def test_a_loss_that_is_not_finite_stops_and_keeps_the_last_good_state(tmp_path, tiny, monkeypatch):
    take_step = Trainer.take_step

    def poisoned(trainer, stop=False):
        if trainer.step == 19:
            with torch.no_grad():
                next(iter(trainer.network.parameters())).fill_(float("nan"))
        return take_step(trainer, stop)

    monkeypatch.setattr(Trainer, "take_step", poisoned)
    with pytest.raises(DivergedError, match=r"step 20: its loss is nan\. .* lower optim"):
        run.start(tiny(), tmp_path / "run")
    assert states(tmp_path / "run") == ["step-000000008.safetensors", "step-000000016.safetensors"]
    for tensor in find_weights(tmp_path / "run").network().state_dict().values():
        assert torch.isfinite(tensor).all()


def test_weights_that_are_not_finite_are_never_saved(tmp_path, tiny, monkeypatch):
    take_step = Trainer.take_step

    def poisoned(trainer, stop=False):
        taken = take_step(trainer, stop)
        if trainer.step == 16:
            with torch.no_grad():
                next(iter(trainer.network.parameters()))[0, 0] = float("inf")
        return taken

    monkeypatch.setattr(Trainer, "take_step", poisoned)
    with pytest.raises(DivergedError, match=r"step 16: model/\S+ holds a number that is not fin"):
        run.start(tiny(), tmp_path / "run")
    assert states(tmp_path / "run") == ["step-000000008.safetensors"]


def test_a_rate_far_too_high_is_noticed_by_itself(tmp_path, tiny):
    with pytest.raises(DivergedError):
        run.start(
            tiny("optim.lr=10", "optim.betas=[0.0, 0.0]", "steps=400", "loss=l2"), tmp_path / "run"
        )


def test_a_folder_in_use_is_refused(tmp_path, tiny):
    run.start(tiny(), tmp_path / "run")
    before = weights(tmp_path / "run")
    with pytest.raises(ConfigError, match=r"already holds a training; go on with 'srq train --res"):
        run.start(tiny(), tmp_path / "run")
    assert weights(tmp_path / "run") == before
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").write_text("")
    with pytest.raises(ConfigError, match="is not empty; choose another one with --out"):
        run.start(tiny(), tmp_path / "other")


def test_a_half_trained_run_stands_where_a_checkpoint_may(tmp_path, tiny, stop_at):
    stop_at(20)
    with pytest.raises(Stopped):
        run.start(tiny(), tmp_path / "half")
    stop_at(None)
    half = find_weights(tmp_path / "half").network()
    assert find_weights(tmp_path / "half").notes["step"] == 16
    # A rate of nothing worth mention: what starts from it stays it, expanded or not.
    for hidden in (0, 8):
        folder = tmp_path / f"tuned{hidden}"
        config = tiny(f"init_from={tmp_path / 'half'}", f"expand.hidden={hidden}", "optim.lr=1e-9")
        run.start(config, folder)
        tuned = find_weights(folder).network().state_dict()
        for name, tensor in half.state_dict().items():
            assert torch.allclose(tuned[name], tensor, atol=1e-5), name


def test_a_resumed_training_no_longer_needs_what_it_started_from(tmp_path, tiny, stop_at):
    run.start(tiny(), tmp_path / "first")
    config = tiny(f"init_from={tmp_path / 'first'}")
    run.start(config, tmp_path / "whole")
    stop_at(20)
    with pytest.raises(Stopped):
        run.start(config, tmp_path / "second")
    stop_at(None)
    (tmp_path / "first").rename(tmp_path / "gone")
    run.resume(tmp_path / "second")
    assert weights(tmp_path / "second") == weights(tmp_path / "whole")


def test_another_scale_starts_from_the_layers_that_are_alike(tmp_path, tiny):
    run.start(tiny(), tmp_path / "x2")
    run.start(
        tiny(f"init_from={tmp_path / 'x2'}", "model.scale=3", "optim.lr=1e-9", "data.crop=6"),
        tmp_path / "x3",
    )
    two, three = (find_weights(tmp_path / name).network().state_dict() for name in ("x2", "x3"))
    assert torch.allclose(two["pointwise1.weight"], three["pointwise1.weight"], atol=1e-5)
    assert three["pointwise4.weight"].shape[0] == 9


def test_the_same_size_starts_from_the_mean_of_a_block(tmp_path, tiny):
    run.start(tiny(), tmp_path / "x2")
    run.start(
        tiny(f"init_from={tmp_path / 'x2'}", "model.scale=1", "optim.lr=1e-9"), tmp_path / "x1"
    )
    two, one = (find_weights(tmp_path / name).network().state_dict() for name in ("x2", "x1"))
    mean = two["pointwise4.weight"].mean(0, keepdim=True)
    assert torch.allclose(one["pointwise4.weight"], mean, atol=1e-5)


def test_a_teacher_changes_what_is_learnt(tmp_path, tiny):
    run.start(tiny(), tmp_path / "teacher")
    run.start(tiny(f"teacher.checkpoint={tmp_path / 'teacher'}", "seed=2"), tmp_path / "taught")
    run.start(tiny("seed=2"), tmp_path / "alone")
    taught, alone = (
        find_weights(tmp_path / name).network().state_dict() for name in ("taught", "alone")
    )
    assert not torch.equal(taught["head.weight"], alone["head.weight"])
    with pytest.raises(CheckpointError, match=r"is of scale 2, and the configuration asks for"):
        run.start(
            tiny(f"teacher.checkpoint={tmp_path / 'teacher'}", "model.scale=3", "data.crop=6"),
            tmp_path / "x3",
        )


def test_a_longer_training_goes_on_from_a_finished_one(tmp_path, tiny):
    run.start(tiny(), tmp_path / "run")
    assert run.resume(tmp_path / "run").steps == 24
    assert run.resume(tmp_path / "run", steps=30).steps == 30
    assert TrainConfig.load(tmp_path / "run" / "config.toml").steps == 30
    assert find_weights(tmp_path / "run").notes["steps"] == 30
    with pytest.raises(ConfigError, match="a training of 30 steps and cannot become one of 20"):
        run.resume(tmp_path / "run", steps=20)


def test_a_resumed_training_refuses_other_pictures(tmp_path, tiny_toml, pictures):
    mine = tmp_path / "mine"
    mine.mkdir()
    for path in pictures.iterdir():
        (mine / path.name).write_bytes(path.read_bytes())
    config = TrainConfig.parse(tiny_toml, "tiny.toml", [f"data.train={mine}"])
    run.start(config, tmp_path / "run")
    (mine / "2.png").unlink()
    with pytest.raises(DataError, match="The training pictures are not those that"):
        run.resume(tmp_path / "run")


def small_picture(folder):
    folder.mkdir()
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(folder / "dot.png")
    return folder


@pytest.mark.parametrize(
    ("assignments", "kind", "sentence"),
    [
        (["data.train={tmp}/empty"], DataError, "holds no pictures"),
        (["data.train={tmp}/small"], DataError, "No training pair is left; add larger pictures"),
        (["data.train={tmp}/absent"], DataError, "is neither a training set"),
        (["data.train={tmp}/corrupt"], SrqError, "broken.png"),
        (["data.train=Set5"], DataError, "Set5 is a test set and must not be trained on"),
        (["data.recipe=bicubics"], ConfigError, "did you mean 'bicubic'"),
        (["model.name=kin"], ModelError, "did you mean 'kim'"),
        (["model.options.wode=3"], ModelError, "did you mean 'wide'"),
        (["init_from={tmp}/small/dot.png"], CheckpointError, "is no safetensors file"),
        (["init_from={tmp}/absent"], ModelError, "There is no file .*absent"),
        (["init_from=kim-x9"], ModelError, "did you mean 'kim-x"),
        (["run.device=cuda"], ConfigError, "this torch finds no CUDA device"),
        (["validate.sets={tmp}/empty"], DataError, "holds no pictures"),
        (["data.train={tmp}/m.jsonl,{tmp}/small"], ConfigError, "a manifest must stand alone"),
    ],
)
@pytest.mark.skipif(torch.cuda.is_available(), reason="one case wants a machine without CUDA")
def test_mistakes_are_told_before_anything_is_written(tmp_path, tiny, assignments, kind, sentence):
    (tmp_path / "empty").mkdir()
    small_picture(tmp_path / "small")
    (tmp_path / "corrupt").mkdir()
    (tmp_path / "corrupt" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n nothing")
    config = tiny(*(text.format(tmp=tmp_path) for text in assignments))
    with pytest.raises(kind, match=sentence) as caught:
        run.start(config, tmp_path / "run")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_a_checkpoint_of_another_network_cannot_start_this_one(tmp_path, tiny):
    run.start(tiny(), tmp_path / "first")
    config = tiny(f"init_from={tmp_path / 'first'}", "model.options={wide = 8, narrow = 4}")
    with pytest.raises(CheckpointError, match=r"holds kim .* and the configuration asks for kim"):
        run.start(config, tmp_path / "run")


def test_a_folder_without_a_training_cannot_be_resumed(tmp_path):
    with pytest.raises(ConfigError, match="holds no training to resume"):
        run.resume(tmp_path)


def test_a_manifest_of_pairs_trains_as_the_pictures_it_was_made_of(tmp_path, tiny, pictures):
    from srq.datasets.manifest import Entry, LowRes, write_manifest
    from srq.datasets.protocol import modcrop
    from srq.image.resize import bicubic

    entries = []
    for path in sorted(pictures.iterdir()):
        luma = np.asarray(Image.open(path).convert("L"))
        hr, lr = tmp_path / f"hr-{path.name}", tmp_path / f"lr-{path.name}"
        Image.fromarray(luma).save(hr)
        Image.fromarray(bicubic(modcrop(luma, 2), scale=0.5)).save(lr)
        entries.append(Entry(hr, 2, (LowRes(lr),)))
    write_manifest(tmp_path / "pairs.jsonl", entries)
    result = run.start(tiny(f"data.train={tmp_path / 'pairs.jsonl'}"), tmp_path / "run")
    assert result.steps == 24


def test_a_data_set_trains_alike_from_a_folder_and_from_tars(tmp_path, tiny, pictures):
    from srq.datasets.degrading.run import degrade
    from srq.degrade import Recipe

    networks = []
    for form in ("folder", "tar"):
        recipe = Recipe.load("compressed")
        made = degrade(pictures, tmp_path / form, recipe=recipe, scale=2, form=form, streams=True)
        run.start(tiny(f"data.train={made.manifest}"), tmp_path / f"run-{form}")
        networks.append(find_weights(tmp_path / f"run-{form}").network().state_dict())
    one, other = networks
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_cache_changes_nothing(tmp_path, tiny):
    run.start(tiny(), tmp_path / "plain")
    for name in ("first", "second"):
        run.start(tiny(f"data.cache={tmp_path / 'cache'}"), tmp_path / name)
    assert len(list((tmp_path / "cache").iterdir())) == 1
    plain, first, second = (
        find_weights(tmp_path / name).network().state_dict()
        for name in ("plain", "first", "second")
    )
    for name in plain:
        assert torch.equal(plain[name], first[name])
        assert torch.equal(first[name], second[name])

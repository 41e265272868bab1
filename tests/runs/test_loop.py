"""A loop around a learner of one number: broken off anywhere, it resumes to the same bits."""

import itertools
from dataclasses import replace

import pytest
import torch

from srq.errors import StorageError
from srq.runs.loop import DivergedError, Loop, Schedule
from srq.runs.progress import Watcher
from srq.runs.record import read_log
from srq.runs.state import newest_state, save_state

SCHEDULE = Schedule(steps=20, log_every=3, measure_every=10, save_every=4)


class Breakdown(Exception):
    """What a test breaks a run off with."""


class Learner:
    """Its loss is that of a number on its way to 1; ``break_at`` raises before that step."""

    def __init__(self, break_at=None, diverge_at=None):
        self.step = 0
        self.rate = 0.0
        self.value = torch.zeros((), dtype=torch.float64)
        self._break_at = break_at
        self._diverge_at = diverge_at

    def take_step(self, stop=False):
        if self.step == self._break_at:
            raise Breakdown
        if self.step == self._diverge_at:
            raise DivergedError("It went off.")
        self.rate = 1 / (self.step + 2)
        loss = float(1 - self.value)
        self.value = self.value + self.rate * loss
        self.step += 1
        return loss, stop

    def tensors(self):
        return {"value": self.value}

    def restore(self, tensors, step, name):
        self.value, self.step = tensors["value"], step


class Notebook(Watcher):
    """Keeps what a person would have been told."""

    def __init__(self):
        self.sentences, self.entries, self.span = [], [], None

    def say(self, sentence):
        self.sentences.append(sentence)

    def began(self, step, steps):
        self.span = step, steps

    def advanced(self, entry):
        self.entries.append(entry)


def go_on(folder, learner, watcher=None, **options):
    loop = Loop(
        learner,
        SCHEDULE,
        folder=folder,
        notes={"of": "a test"},
        measure=lambda: {"set": float(learner.value)},
        watcher=watcher,
        **options,
    )
    state = newest_state(folder)
    if state is not None:
        loop.restore(state)
    loop.run()
    return loop


def figures(folder):
    return [
        {key: value for key, value in entry.items() if key not in ("time", "steps_per_second")}
        for entry in read_log(folder)
    ]


@pytest.mark.parametrize("moments", [[1], [4, 5], [6, 13, 19], [11, 12]])
def test_broken_off_and_resumed_it_is_the_same_to_the_bit(tmp_path, moments):
    whole = Learner()
    scores = go_on(tmp_path / "whole", whole).scores
    for moment in moments:
        with pytest.raises(Breakdown):
            go_on(tmp_path / "broken", Learner(break_at=moment))
    last = Learner()
    assert go_on(tmp_path / "broken", last).scores == scores
    assert torch.equal(last.value, whole.value)
    assert figures(tmp_path / "broken") == figures(tmp_path / "whole")
    newest = newest_state(tmp_path / "broken")
    assert (newest.step, newest.notes["of"]) == (20, "a test")
    assert (tmp_path / "broken" / "curves.png").is_file()


def test_everything_is_done_when_it_is_due_and_after_the_last_step(tmp_path):
    notebook = Notebook()
    go_on(tmp_path, Learner(), notebook)
    log = figures(tmp_path)
    assert [e["step"] for e in log if "loss" in e] == [3, 6, 9, 12, 15, 18, 20]
    assert [e["step"] for e in log if "psnr" in e] == [10, 20]
    assert [path.name for path in sorted((tmp_path / "states").iterdir())] == [
        "step-000000016.safetensors",
        "step-000000020.safetensors",
    ]
    assert notebook.span == (0, 20)
    assert [e["step"] for e in notebook.entries] == [e["step"] for e in log]


def test_a_state_is_saved_by_the_clock_too(tmp_path, monkeypatch):
    clock = itertools.count()
    monkeypatch.setattr("srq.runs.loop.time.monotonic", lambda: float(next(clock)))
    schedule = Schedule(
        steps=50, log_every=1000, measure_every=1000, save_every=1000, save_seconds=5
    )
    saved = []
    monkeypatch.setattr(
        "srq.runs.folder.save_state", lambda run, step, *others: saved.append(step) or run
    )
    learner = Learner()
    Loop(learner, schedule, folder=tmp_path).run()
    gaps = [after - before for before, after in zip([0, *saved], saved, strict=False)]
    assert saved[-1] == 50
    assert 1 < max(gaps) <= 6
    saved.clear()
    Loop(Learner(), replace(schedule, save_seconds=0), folder=tmp_path / "steps").run()
    assert saved == [50]


def test_without_a_folder_it_runs_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    notebook, learner = Notebook(), Learner()
    Loop(learner, SCHEDULE, watcher=notebook).run()
    assert learner.step == 20
    assert len(notebook.entries) == 7
    assert not list(tmp_path.iterdir())


def test_a_wish_to_stop_saves_the_state_and_tells_how_to_go_on(tmp_path):
    class Eager(Learner):
        def take_step(self, stop=False):
            return super().take_step(self.step == 6)

    notebook = Notebook()
    with pytest.raises(KeyboardInterrupt):
        go_on(tmp_path, Eager(), notebook, resume="go on with: it")
    assert newest_state(tmp_path).step == 7
    assert notebook.sentences == ["Stopped after step 7; go on with: it"]


def test_what_diverges_keeps_its_last_state_and_has_its_curves_drawn(tmp_path):
    with pytest.raises(DivergedError, match="It went off"):
        go_on(tmp_path, Learner(diverge_at=14))
    assert newest_state(tmp_path).step == 12
    assert (tmp_path / "curves.png").is_file()


def test_a_state_without_figures_of_the_log_is_gone_on_from(tmp_path):
    # As fine-tunings wrote them that had no log.
    half = Learner(break_at=8)
    with pytest.raises(Breakdown):
        Loop(half, SCHEDULE).run()
    save_state(tmp_path, 8, half.tensors(), {"fine-tuning": {}})
    notebook, learner, whole = Notebook(), Learner(), Learner()
    go_on(tmp_path, learner, notebook)
    Loop(whole, SCHEDULE).run()
    assert torch.equal(learner.value, whole.value)
    assert notebook.sentences == ["Going on from step 8."]
    # Finished and begun once more, there is nothing to do but to draw.
    go_on(tmp_path, Learner())


def test_a_file_system_that_refuses_ends_in_a_sentence(tmp_path):
    (tmp_path / "run").write_text("a file")
    with pytest.raises(StorageError, match=r"^Cannot read .*a part of the path is a file"):
        Loop(Learner(), SCHEDULE, folder=tmp_path / "run").run()

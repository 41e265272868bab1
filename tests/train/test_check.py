"""A first training: what is wrong is told at once, and what goes on is told as it does."""

import pytest

from srq.errors import SrqError
from srq.train import run
from srq.train.config import TrainConfig
from tests.train.test_run import Notebook


@pytest.mark.parametrize(
    ("assignment", "sentence"),
    [
        ("model.name=kin", "did you mean 'kim'"),
        ("model.options.wode=3", "did you mean 'wide'"),
        ("data.recipe=bicubics", "did you mean 'bicubic'"),
        ("validate.recipe=bicubics", "did you mean 'bicubic'"),
        ("init_from=kim-x9", "did you mean 'kim-x"),
        ("teacher.checkpoint=kim-x9", "did you mean 'kim-x"),
        ("teacher.checkpoint=kim-x3", "is of scale 3, and the configuration asks for scale 2"),
        ("data.train=pictures", "exists; 'srq data download' fetches public pictures"),
        ("data.train=absent.jsonl", "absent.jsonl: it does not exist"),
        ("validate.sets=pictures", "exists; 'srq data download' fetches public pictures"),
        ("data.train=T91", "or fetch pictures with 'srq data download' and name their folder"),
        ("validate.sets=Set5", "or fetch pictures with 'srq data download' and name their folder"),
    ],
)
def test_what_is_missing_or_misspelt_is_told_before_any_work(
    tmp_path, tiny, monkeypatch, assignment, sentence
):
    monkeypatch.setenv("SRQ_DATA", str(tmp_path))
    notebook = Notebook()
    with pytest.raises(SrqError) as caught:
        run.start(tiny(assignment), tmp_path / "run", notebook)
    assert sentence in str(caught.value)
    assert notebook.sentences == []
    assert not (tmp_path / "run").exists()


def test_a_picture_of_a_set_that_is_not_there_is_told_before_any_work(tmp_path, tiny, monkeypatch):
    columns = "set,file,mode,sha256_pixels"
    (tmp_path / "MANIFEST.csv").write_text(f"{columns}\nSet5,baby.png,RGB,00\n")
    monkeypatch.setenv("SRQ_DATA", str(tmp_path))
    notebook = Notebook()
    with pytest.raises(SrqError, match=r"Cannot read .*baby\.png: it does not exist"):
        run.start(tiny("validate.sets=Set5"), tmp_path / "run", notebook)
    assert notebook.sentences == []


def test_a_line_tells_when_preparing_begins_and_ends(tmp_path, tiny, pictures):
    notebook = Notebook()
    run.start(tiny("steps=3", "optim.warmup=0"), tmp_path / "run", notebook)
    first, last = notebook.sentences
    assert first == f"Preparing the pictures of {pictures}."
    assert last.startswith("6 pictures are ready, after ")


def test_a_warm_up_that_is_too_long_is_cut_and_told(tmp_path, tiny):
    notebook = Notebook()
    run.start(tiny("steps=50", "optim.warmup=500"), tmp_path / "run", notebook)
    sentence = "The warm-up is cut from 500 steps to 5, a tenth of the training."
    assert sentence in notebook.sentences
    assert TrainConfig.load(tmp_path / "run" / "config.toml").optim.warmup == 500

"""Names of shipped networks, both forms side by side."""

import pytest

from srq import zoo
from srq.errors import ModelError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for file in ("kim-x2.safetensors", "kim-x2.srq", "kim-x3.safetensors", "kim-x2.md"):
        (tmp_path / file).touch()
    monkeypatch.setattr(zoo, "FOLDER", tmp_path)
    return tmp_path


def test_the_form_chooses_the_file(folder):
    assert zoo.resolve("kim-x2", "float") == folder / "kim-x2.safetensors"
    assert zoo.resolve("kim-x2", "program") == folder / "kim-x2.srq"
    assert zoo.names("float") == ("kim-x2", "kim-x3")
    assert zoo.names("program") == ("kim-x2",)


def test_a_path_is_taken_as_it_is(folder, tmp_path):
    own = tmp_path / "own.srq"
    own.touch()
    assert zoo.resolve(own, "program") == own
    assert zoo.resolve(str(tmp_path), "float") == tmp_path


def test_a_name_comes_before_a_file_of_that_name(folder, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here" / "kim-x2").touch()
    assert zoo.resolve("kim-x2", "float") == folder / "kim-x2.safetensors"


@pytest.mark.parametrize(
    ("name", "form", "sentence"),
    [
        ("kimx2", "float", "No float checkpoint is called 'kimx2'; did you mean 'kim-x2'?"),
        ("kim-x3", "program", "No integer program is called 'kim-x3'; did you mean 'kim-x2'?"),
        (
            "other",
            "program",
            "No integer program is called 'other'; choose one of kim-x2.",
        ),
        ("no/such.srq", "program", "There is no file no/such.srq; name a file, or one of kim-x2."),
        ("gone.srq", "program", "There is no file gone.srq; name a file, or one of kim-x2."),
    ],
)
def test_what_is_neither_is_answered_in_one_sentence(folder, name, form, sentence):
    with pytest.raises(ModelError) as error:
        zoo.resolve(name, form)
    assert str(error.value) == sentence


def test_every_network_that_ships_has_a_card():
    shipped = {*zoo.names("float"), *zoo.names("program")}
    assert {name for name in shipped if not (zoo.FOLDER / f"{name}.md").exists()} == set()

import numpy as np
import pytest

from srq import engines
from srq.engines import AUTO, ENGINES, Engine, open_engine
from srq.errors import ConfigError, MissingDependencyError
from srq.program.reference import Reference
from srq.registry import Entry, Registry
from tests.kim_program import kim_program

PROGRAM = kim_program()


@pytest.mark.parametrize("name", [AUTO, *ENGINES])
def test_every_engine_is_made_from_a_program(name):
    engine = open_engine(PROGRAM, name, threads=1)
    assert isinstance(engine, Engine)
    assert engine.program is PROGRAM
    assert engine.scale == 2
    assert engine.name in ENGINES
    assert engine(np.zeros((2, 3), np.uint8)).shape == (4, 6)


def test_an_unknown_engine_is_refused():
    with pytest.raises(ConfigError, match="no engine 'gpu'; choose one of .*reference"):
        open_engine(PROGRAM, "gpu")


def test_auto_passes_over_what_is_not_installed(monkeypatch):
    absent = Entry("srq_absent:Engine", get="pip install 'srq[absent]'")
    entries = {"absent": absent, "reference": ENGINES["reference"]}
    monkeypatch.setattr(engines, "ENGINES", Registry("engine", entries))
    assert isinstance(open_engine(PROGRAM), Reference)
    with pytest.raises(MissingDependencyError) as error:
        open_engine(PROGRAM, "absent")
    assert str(error.value) == (
        "The engine 'absent' needs srq_absent, which is not installed; pip install 'srq[absent]'."
    )


def test_auto_says_once_what_it_does_without(monkeypatch, caplog):
    absent = Entry("srq_absent:Engine", get="pip install 'srq[fast]'")
    entries = {"fast": absent, "reference": ENGINES["reference"]}
    monkeypatch.setattr(engines, "ENGINES", Registry("engine", entries))
    open_engine(PROGRAM)
    open_engine(PROGRAM)
    assert caplog.messages == [
        "The engine 'fast' is not installed, so 'reference' runs, which is slower;"
        " pip install 'srq[fast]'."
    ]


def test_auto_with_no_engine_at_all_says_so(monkeypatch):
    entries = {"absent": Entry("srq_absent:Engine")}
    monkeypatch.setattr(engines, "ENGINES", Registry("engine", entries))
    with pytest.raises(ConfigError, match="There is no engine to run a Program with"):
        open_engine(PROGRAM)

import numpy as np
import pytest

from srq.engines import ENGINES
from srq.errors import ConfigError
from srq.export.c import C
from srq.export.hls import Hls
from srq.stimuli import Stimulus
from srq.stimuli.sets import USE_SIZES
from srq.verify import SUBJECTS
from srq.verify.check import Expectations, State, check
from srq.verify.engines import REFERENCE
from srq.verify.subjects import TWIN, chosen, subjects, twin_of
from tests.verify.programs import tiny


def test_every_engine_and_every_entry_is_a_subject_once():
    engines = [name for name in ENGINES if name != REFERENCE]
    found = subjects()
    assert len(found) == len(engines) + len(SUBJECTS)
    assert [*found][len(engines) :] == [*SUBJECTS]
    for name in engines:
        assert found[f"{name}-engine" if name in SUBJECTS else name].help == f"the engine {name}"


def test_each_says_what_it_is():
    for entry in subjects().values():
        assert entry.help
        assert entry.within in (0, 1)


def test_names_choose_in_the_order_of_the_report():
    known = subjects()
    assert chosen(known, []) == {name: known[name] for name in known if not known[name].asked}
    assert [name for name in known if known[name].asked] == ["netlist"]
    last_first = [*known][::-1]
    assert [*chosen(known, last_first)] == [*known]
    with pytest.raises(ConfigError) as error:
        chosen(known, ["tile"])
    assert str(error.value) == "There is no subject 'tile'; did you mean 'tiles'?"


def test_a_twin_is_found_next_to_its_program_and_comes_first(tmp_path):
    file = tmp_path / "net-twin.safetensors"
    file.touch()
    assert twin_of(tmp_path / "net.srq") == file
    assert twin_of(tmp_path / "other.srq") is None
    assert TWIN not in subjects()
    assert next(iter(subjects(file))) == TWIN
    with pytest.raises(ConfigError, match="no file .*gone; name the twin"):
        subjects(tmp_path / "gone")


def test_pictures_of_the_greatest_width_of_every_export_are_used():
    widths = {columns for _, columns in USE_SIZES}
    assert {C().max_width, Hls().max_width} <= widths
    assert all(SUBJECTS[name].widest >= C().max_width for name in ("c", "hls"))


def test_tiles_are_more_than_one():
    program = tiny()
    picture = np.random.default_rng(0).integers(0, 256, (61, 113)).astype(np.uint8)
    expected = Expectations(program, [Stimulus("noise", picture)])
    (outcome,) = check(program, chosen(subjects(), ["tiles"]), expected)
    assert outcome.state is State.EQUAL

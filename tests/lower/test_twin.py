import numpy as np
import pytest
import torch

from srq.errors import CheckpointError, ProgramError
from srq.lower import lower
from srq.lower import twin as twin_room
from srq.lower.twin import twin
from srq.quant import choose_formats
from srq.quant.twin_file import save_twin
from srq.stimuli import Stimulus
from srq.verify.check import Expectations, State, check
from srq.verify.subjects import TWIN, subjects
from tests.quant.networks import calibration, small_twin
from tests.verify.programs import tiny


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A Program, and the file of its twin."""
    file = tmp_path_factory.mktemp("twin") / "net-twin.safetensors"
    network = small_twin()
    choose_formats(network, calibration().pictures)
    save_twin(file, network, {})
    return lower(network, name="net"), file


def test_the_twin_equals_its_program_tensor_by_tensor(made):
    program, file = made
    picture = np.random.default_rng(0).integers(0, 256, (9, 11)).astype(np.uint8)
    expected = Expectations(program, [Stimulus("noise", picture)])
    (outcome,) = check(program, {TWIN: subjects(file)[TWIN]}, expected)
    assert outcome.state is State.EQUAL, outcome
    assert outcome.integers == sum(tensor.size for tensor in expected.all[0].trace.values())


def test_the_twin_computes_a_picture_once_and_on_one_thread(made, monkeypatch):
    program, file = made
    calls = []
    integers = twin_room.integers
    monkeypatch.setattr(
        twin_room,
        "integers",
        lambda *given: calls.append(torch.get_num_threads()) or integers(*given),
    )
    pictures = [np.full((3, 4), grey, np.uint8) for grey in (1, 2)]
    threads = torch.get_num_threads()
    with twin(program, file) as subject:
        for picture in pictures:
            made_picture = subject.run(picture)
            np.testing.assert_array_equal(subject.trace(picture)["hr"][0], made_picture)
    assert calls == [1, 1]
    assert torch.get_num_threads() == threads


def test_the_twin_of_another_program_is_refused(made):
    with (
        pytest.raises(CheckpointError, match="is the twin of another program"),
        twin(tiny(), made[1]),
    ):
        pass


def test_a_program_of_deeper_luma_has_no_twin(made):
    with (
        pytest.raises(ProgramError, match=r"A twin reads 8-bit luma.*u10.10"),
        twin(tiny(bits=10), made[1]),
    ):
        pass

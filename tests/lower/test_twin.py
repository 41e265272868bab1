import numpy as np
import pytest

from srq.errors import CheckpointError, ProgramError
from srq.lower import lower
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

import numpy as np
import pytest

from srq.errors import CheckpointError, ProgramError
from srq.lower import lower
from srq.quant import choose_formats
from srq.quant.twin_file import save_twin
from srq.stimuli.pictures import Case
from srq.verify.candidates import TWIN, candidates
from srq.verify.check import Expectations, State, check
from srq.verify.twin import beside, twin
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
    expected = Expectations(program, [Case("noise", picture)])
    (outcome,) = check(program, [candidates(file)[TWIN]], expected)
    assert outcome.state is State.EQUAL, outcome
    assert outcome.integers == sum(tensor.size for tensor in expected.all[0].trace.values())


def test_the_twin_of_another_program_is_refused(made):
    with (
        pytest.raises(CheckpointError, match="is the twin of another program"),
        twin(made[1], tiny()),
    ):
        pass


def test_a_program_of_deeper_luma_has_no_twin(made):
    with (
        pytest.raises(ProgramError, match=r"A twin reads 8-bit luma.*u10.10"),
        twin(made[1], tiny(bits=10)),
    ):
        pass


def test_it_is_found_beside_the_program(made):
    file = made[1]
    assert beside(file.with_name("net.srq")) == file
    assert beside(file.with_name("other.srq")) is None
    assert TWIN not in candidates()
    assert next(iter(candidates(file))) == TWIN

"""Programs made by hypothesis, in everything that they can become: the same bits.

SRQ_CONFORMANCE_EXAMPLES=N takes N times as many.
"""

import os

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from srq.stimuli import Stimulus
from srq.stimuli.adversarial import driven
from srq.verify.check import Expectations
from tests.conformance.verified import SUBJECTS, verified
from tests.strategies import pictures, programs

SLOW = {"c": 3, "glsl": 3, "hls": 1, "libplacebo": 3, "rtl": 1, "wasm": 3}
"""How many Programs, for those that take a compiler."""

TIMES = int(os.environ.get("SRQ_CONFORMANCE_EXAMPLES", "1"))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_all_agree_on_any_program(subject):
    @given(st.data())
    @settings(
        max_examples=TIMES * SLOW.get(subject, 12),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    def agree(data):
        program = data.draw(programs())
        drawn = [data.draw(pictures(program, max_side=side)) for side in (3, 9)]
        found = [Stimulus(f"drawn {n}", picture) for n, picture in enumerate(drawn)]
        found += [Stimulus(f"drives {op}", picture) for op, picture in driven(program, channels=2)]
        outcome = verified(program, subject, Expectations(program, found))
        event(outcome.state.value)

    agree()

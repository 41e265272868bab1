"""What tests of every room share."""

import os
import shutil
import signal
from collections.abc import Callable

import hypothesis
import pytest

# How long an example takes is the machine's affair, and a busy one is no failure. A failing
# example prints what reproduces it.
hypothesis.settings.register_profile(
    "srq",
    deadline=None,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("srq")

# A shell starts its background jobs with Ctrl-C ignored, and so would all that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def require_tool() -> Callable[[str, str], str]:
    """``require_tool(name, how)``: the path of an external program.

    Where it is missing, the test skips and says ``how`` to get it; under SRQ_REQUIRE_TOOLS=1,
    as in CI, it fails instead.
    """

    def find(name: str, how: str) -> str:
        path = shutil.which(name)
        if path is None:
            reason = f"{name} is not installed; to get it: {how}"
            if os.environ.get("SRQ_REQUIRE_TOOLS") == "1":
                pytest.fail(reason)
            pytest.skip(reason)
        return path

    return find

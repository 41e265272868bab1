"""What tests of every room share."""

import importlib.util
import os
import shutil
import signal
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

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


ROOT = Path(__file__).parents[1]

SLOW = {
    "tests/benchmarks",
    "tests/cli/test_data.py::test_ctrl_c_leaves_whole_pictures_and_the_rest_follows",
    "tests/cli/test_quantize.py",
    "tests/cli/test_upscale.py::test_ctrl_c_leaves_whole_files_and_ends_with_130",
    "tests/cli/test_upscale_video.py",
    "tests/conformance",
    "tests/dataflow/test_agreement.py",
    "tests/engines/test_native_ops.py",
    "tests/engines/test_native_runner.py",
    "tests/evaluate/test_benchmark_figures.py",
    "tests/export/rtl",
    "tests/export/test_c_build.py",
    "tests/export/test_glsl_players.py",
    "tests/export/test_vectors.py",
    "tests/export/test_wasm_page.py",
    "tests/hw",
    "tests/lower/test_bridge.py",
    "tests/program/test_file_fuzz.py",
    "tests/quant/test_compiled.py",
    "tests/quant/test_curvature.py",
    "tests/quant/test_cut.py",
    "tests/quant/test_equalize.py",
    "tests/quant/test_finetune.py",
    "tests/quant/test_freezing.py",
    "tests/quant/test_pipeline.py",
    "tests/quant/test_search.py",
    "tests/quant/test_sweep.py",
    "tests/quant/test_widths.py",
    "tests/stimuli/test_adversarial.py",
    "tests/test_add_an_op.py",
    "tests/test_docs_examples.py",
    "tests/test_public.py::test_a_users_script_is_strictly_typed",
    "tests/test_public.py::test_a_users_script_runs",
    "tests/test_site.py",
    "tests/test_wheel.py",
    "tests/train/test_fused.py",
    "tests/train/test_killed.py",
    "tests/train/test_run.py",
    "tests/upscaling/test_memory.py",
    "tests/verify/test_hls.py",
    "tests/video/test_faults.py",
    "tests/video/test_ray.py",
    "tests/video/test_run.py",
    "tests/video/test_source.py",
}
"""Folders, files and tests that ``scripts/test --fast`` leaves out: they compile, start processes,
encode video or train. A single new test is marked where it stands: ``@pytest.mark.slow``."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what SLOW names."""
    for item in items:
        path = item.path.relative_to(ROOT)
        names = {str(path.as_posix()), *(parent.as_posix() for parent in path.parents)}
        names.add(f"{path.as_posix()}::{getattr(item, 'originalname', item.name)}")
        if names & SLOW:
            item.add_marker(pytest.mark.slow)


OPTIONAL = {
    "alembic": "store",
    "argon2": "store",
    "av": "video",
    "brevitas": "train",
    "cocotb": "rtl",
    "cocotb_tools": "rtl",
    "fastapi": "store",
    "imagecodecs": "store",
    "matplotlib": "train",
    "obstore": "store",
    "onnx": "onnx",
    "onnxruntime": "onnx",
    "pillow_heif": "heic",
    "psycopg": "postgres",
    "pylibjxl": "jxl",
    "pyosys": "rtl",
    "scipy": "train",
    "skimage": "train",
    "sqlalchemy": "store",
    "torch": "train",
    "uvicorn": "store",
    "z3": "rtl",
}
"""Packages that srq runs without, and the extra that brings each."""


def skip_where_absent(
    report: pytest.CollectReport | pytest.TestReport, path: Path, error: BaseException | None
) -> None:
    """Make a failure a skip if it came from an optional package that is missing.

    Under SRQ_REQUIRE_TOOLS=1, as in CI, it stays a failure, unless SRQ_LEFT_OUT names the extra.
    """
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name in OPTIONAL:
            extra = OPTIONAL[error.name]
            left_out = extra in os.environ.get("SRQ_LEFT_OUT", "").split(",")
            if left_out or os.environ.get("SRQ_REQUIRE_TOOLS") != "1":
                why = f"{error.name} is not installed; to get it: pip install 'srq[{extra}]'"
                report.outcome = "skipped"
                report.longrepr = (str(path), 0, f"Skipped: {why}")
            return
        error = error.__cause__ or error.__context__


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """A file of tests that imports an optional package is skipped where that is missing."""
    report = yield
    raised = getattr(getattr(report, "call", None), "excinfo", None)
    if report.failed and raised is not None:
        skip_where_absent(report, collector.path, raised.value)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Any, Any]:
    """So is a test that meets it as it runs."""
    report = yield
    if report.failed and call.excinfo is not None:
        skip_where_absent(report, item.path, call.excinfo.value)
    return report


@pytest.fixture(autouse=True)
def process_stays_ordinary() -> Generator[None]:
    """No test leaves this process with real-time priority, which would starve all others."""
    yield
    if hasattr(os, "sched_getscheduler"):
        assert os.sched_getscheduler(0) == os.SCHED_OTHER, "this process became a real-time one"


@pytest.fixture(scope="session")
def require_package() -> Callable[[str], None]:
    """``require_package(name)``: as if the test imported an optional package, which it does not.

    pyosys must not be imported where other tests run: it has the process load all later libraries
    with their names visible to each other, and argon2 then called a function of cocotb's.
    """

    def find(name: str) -> None:
        if importlib.util.find_spec(name) is None:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)

    return find


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

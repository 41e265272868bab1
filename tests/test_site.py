"""The site builds without a warning, without a network, and its API page has every public name."""

import importlib
import importlib.util
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import srq

ROOT = Path(__file__).parents[1]
ROOMS = ["srq", *(f"srq.{room.name}" for room in pkgutil.iter_modules(srq.__path__))]
ROOMS.remove("srq.__main__")


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site."""
    if importlib.util.find_spec("mkdocs") is None:
        reason = "mkdocs is not installed; to get it: pip install '.[docs]'"
        if os.environ.get("SRQ_REQUIRE_TOOLS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("room", ROOMS)
def test_the_api_page_has_every_public_name(site, room):
    page = (site / "reference" / "api.html").read_text(encoding="utf-8")
    public = getattr(importlib.import_module(room), "__all__", [])
    missing = {
        name
        for name in public
        if not name.startswith("__") and not re.search(rf'id="{room}\.{name}[".]', page)
    }
    assert missing == set()


def test_pages_load_nothing_from_elsewhere(site):
    loaded = re.compile(
        r"<(?:script|img|iframe|link rel=.?stylesheet.?)[^>]*(?:src|href)=.?https?:"
    )
    pages = sorted(site.glob("**/*.html"))
    assert len(pages) > 40
    assert [page.name for page in pages if loaded.search(page.read_text(encoding="utf-8"))] == []

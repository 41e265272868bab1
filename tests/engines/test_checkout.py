"""Python started in a checkout's root imports the sources, which hold no extension."""

import os
import subprocess
import sys
from pathlib import Path

import srq

TRY = "import srq; srq.load('kim-x2', engine='native')"


def checkout(tmp_path):
    """srq's sources without an extension, as a clone has them."""
    root = tmp_path / "clone"
    root.mkdir()
    (root / "pyproject.toml").touch()
    sources = root / "srq"
    package = Path(srq.__file__).parent
    for file in package.rglob("*"):
        if file.suffix in (".py", ".srq"):
            copy = sources / file.relative_to(package)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.symlink_to(file) if file.suffix == ".srq" else copy.write_bytes(file.read_bytes())
    return root


def said(root, *others):
    """What Python says, started in ``root``, where srq is installed in ``others`` as well."""
    paths = [root, *others, *(Path(place) for place in sys.path if "site-packages" in place)]
    # Without site's hooks, which would lead an editable srq to its own extension.
    command = [sys.executable, "-S", "-c", TRY]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    return done.stderr.splitlines()[-1].partition(": ")[2]


def test_what_is_wrong_and_what_to_do_is_told(tmp_path):
    root = checkout(tmp_path)
    installed = tmp_path / "installed"
    (installed / "srq").mkdir(parents=True)
    (installed / "srq" / "version.py").touch()
    begins = (
        f"The engine 'native' cannot be imported (Python took srq from its sources in {root},"
        " where no extension is built); "
    )
    assert said(root, installed) == (
        f"{begins}start Python in another folder than {root}, and it takes the srq that is"
        " installed."
    )
    assert said(root) == (f"{begins}run 'pip install -e .' in {root}, with a C++ compiler at hand.")

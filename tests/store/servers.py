"""A Postgres and an S3 of this machine's own, for tests: fixtures, registered in conftest.py."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HOW = "apt-get install postgresql"


class Postgres:
    """A server in a folder of its own, reached by a socket in it; nothing else knows of it."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder = folder
        self._programs = programs

    def start(self) -> None:
        self._run("pg_ctl", "start", "-w", "-s", "-D", "data", "-l", "log", "-o", self._options())

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-w", "-s", "-m", "immediate", "-D", "data")

    def make(self) -> None:
        self._run("initdb", "-D", "data", "-A", "trust", "-U", "it", "-E", "UTF8", "--no-sync")

    def database(self) -> str:
        """The URL of a new database."""
        name = f"it_{secrets.token_hex(6)}"
        self._run("createdb", "-h", str(self._folder), "-U", "it", name)
        return f"postgresql://it@/{name}?host={self._folder}"

    def _options(self) -> str:
        return f"-k {self._folder} -c listen_addresses='' -c fsync=off -c shared_buffers=16MB"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        if os.geteuid() == 0:  # which Postgres refuses to run as
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(
            command, cwd=self._folder, check=True, stdout=subprocess.DEVNULL, timeout=120
        )


@pytest.fixture(scope="session")
def postgres(require_tool: Callable[[str, str], str]) -> Iterator[Postgres]:
    """A Postgres; the tests that want it are skipped where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    programs = (found[-1] if found else Path(require_tool("initdb", HOW))).parent
    folder = Path(tempfile.mkdtemp(prefix="srq-postgres-"))  # pytest's own are root's alone
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    server = Postgres(folder, programs)
    try:
        server.make()
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The endpoint of an S3 with a bucket "pictures"."""
    server_of = pytest.importorskip("moto.server", reason="pip install 'srq[dev]'")
    boto3 = pytest.importorskip("boto3", reason="pip install 'srq[dev]'")
    server = server_of.ThreadedMotoServer(port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    endpoint = f"http://127.0.0.1:{port}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "it")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "it")
        client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
        client.create_bucket(Bucket="pictures")
        client.close()
        yield endpoint
    server.stop()


@pytest.fixture
def bucket(s3: str) -> str:
    """The URL of a part of the bucket that nothing else uses."""
    return f"s3://pictures/{secrets.token_hex(6)}?endpoint={s3}&region=us-east-1"

"""kill -9 at any time: nothing that was accepted is lost, and nothing is left over."""

import os
import random
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import event, update

pytest.importorskip("imagecodecs", reason="pip install 'srq[store]'")

import contextlib

from srq.errors import StorageError
from srq.store import choose
from srq.store.candidates import Way
from srq.store.library import jobs, pictures
from srq.store.library.fsck import check
from srq.store.library.gc import collect
from srq.store.library.library import open_library
from srq.store.library.restored import download, wish
from srq.store.library.tables import Job, Picture, now
from srq.store.library.worker import Worker
from tests.store.conftest import file_of
from tests.store.library import killed
from tests.store.library.conftest import (
    assert_sound,
    drain,
    jobs_of,
    new_account,
    taken,
)

KILLS = int(os.environ.get("SRQ_KILLS", "8"))
ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is of POSIX")


@pytest.fixture
def small_jpeg() -> bytes:
    return file_of(Image.effect_noise((24, 16), 50).convert("RGB"), "JPEG", quality=90)


@pytest.mark.slow
def test_kill_9_of_all_at_once_again_and_again(place, small_jpeg, tmp_path):
    random.seed(14)
    (tmp_path / "small.jpg").write_bytes(small_jpeg)
    accepted: dict[str, int] = {}
    removed: set[str] = set()
    library = killed.opened(place.folder)
    new_account(library, "ann")
    for kill in range(KILLS):
        roles = ["take", *random.sample(["take", "work", "remove", "collect"], 2)]
        # Not forked: a child would inherit locks of threads that it does not have.
        processes = [
            subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.store.library.killed"),
                    *(
                        role,
                        str(place.folder),
                        str(tmp_path / "small.jpg"),
                        str(10 * kill + number),
                    ),
                ],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for number, role in enumerate(roles)
        ]
        try:
            takes = processes[0].stdout
            assert takes is not None
            select.select([takes], [], [], 60)  # Something was accepted.
            time.sleep(random.uniform(0.1, 0.8))
        finally:
            for process in random.sample(processes, len(processes)):
                process.kill()
        for process in processes:
            out, err = process.communicate()
            assert process.returncode == -signal.SIGKILL, err.decode()
            for line in out.decode().splitlines():
                if line.startswith("-"):
                    removed.add(line[1:])
                elif line.startswith("+") and " " in line:
                    accepted[line[1:].split()[0]] = int(line.split()[1])
        assert check(library, orphan_age=3600).lost == []
    kept = {one for one in accepted if one not in removed}
    assert kept
    finish(library)
    with library.database.reading() as session:
        assert {one.state for one in session.query(Picture)} <= {"settled"}
    for one in kept:
        data = b"".join(download(library, wish(library, one)).pieces(0, None))
        assert len(data) == accepted[one]
        assert data.startswith(small_jpeg)
    library.close()


def finish(library):
    """End what was begun, and find nothing missing and nothing left over."""
    found = check(library, repair=True, orphan_age=-1)
    assert found.lost == []
    # What a kill may leave is a file whose row was still to come, and nothing else.
    assert all("has no row" in line for line in found.wrong)
    with library.database.writing() as session:
        session.execute(update(Job).values(leased=None, run_at=now()))
    drain(library)
    assert jobs_of(library) == []
    collect(library)
    assert_sound(library)


class Crash(BaseException):
    """The power is cut here."""


class Points:
    """Counts the points at which a crash would matter, and crashes at one of them."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.passed = 0

    def __call__(self, *_: object) -> None:
        if self.at >= 0:
            if self.passed == self.at:
                self.at = -1
                raise Crash
            self.passed += 1


def watched(library, points: Points, patch: pytest.MonkeyPatch) -> None:
    """Points before and after each blob that is put or deleted, and each commit."""
    for name in ("put", "delete"):
        real = getattr(library.blobs, name)

        def around(argument, real=real):
            points()
            made = real(argument)
            points()
            return made

        patch.setattr(library.blobs, name, around)
    event.listen(library.database.engine, "commit", points)


def do_a_job(library):
    Worker(library)._do(jobs.lease(library.database, "it"))


def a_life(library, account, jpeg, accepted):
    """All that happens to pictures; ``accepted`` gets what must be there."""
    first = taken(library, account, jpeg)
    accepted[first] = jpeg
    do_a_job(library)
    download(library, wish(library, first, "original"))
    collect(library)
    download(library, wish(library, first, "original"))
    accepted[first] = None  # From here on its pixels must be there, measured.
    with library.database.writing() as session:
        pictures.choose_mode(session, session.get(Picture, first), "budget:90%")
    do_a_job(library)
    collect(library)
    second = taken(library, account, jpeg + b"2")
    accepted[second] = jpeg + b"2"
    del accepted[first]
    with library.database.writing() as session:
        pictures.trash(session, account, [first])
        session.execute(update(Picture).where(Picture.id == first).values(trashed=now() - 9))
    collect(library)


@pytest.mark.slow
def test_a_crash_at_any_point_loses_nothing(place, settings, small_jpeg, tmp_path):
    at = 0
    while True:
        folder = tmp_path / f"crash{at}"
        library = open_library(type(place)(folder), settings)
        account = new_account(library, "ann")
        points, accepted = Points(at), {}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(choose, "all_ways", lambda _: [Way("webp", "webp")])
            watched(library, points, patch)
            with contextlib.suppress(Crash):
                a_life(library, account, small_jpeg, accepted)
        ended = points.at >= 0
        library.close()
        library = open_library(type(place)(folder), settings)
        finish(library)
        for one, data in accepted.items():
            found = b"".join(download(library, wish(library, one)).pieces(0, None))
            assert data is None or found == data
        library.close()
        if ended:
            break
        at += 1
    assert at > 40


def test_a_full_disk_refuses_and_loses_nothing(library, account, jpeg):
    import resource

    first = taken(library, account, jpeg)
    large = file_of(Image.effect_noise((700, 700), 90), "PNG")
    assert len(large) > 300_000
    size = library.database.size()
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    refused = 0
    try:
        for limit in (250_000, size + 20_000, len(jpeg) + 10, 100):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, old[1]))
            for data in (large, jpeg + bytes([limit % 251])):
                try:
                    taken(library, account, data)
                except StorageError:
                    refused += 1
            resource.setrlimit(resource.RLIMIT_FSIZE, old)
            assert check(library).lost == []
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, ignored)
    assert refused >= 5
    assert taken(library, account, large, "large.png")
    drain(library)
    assert download(library, wish(library, first)).size == len(jpeg)
    check(library, repair=True, orphan_age=-1)
    collect(library)
    assert_sound(library)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_the_child_ends_with_a_worker_that_is_killed(place, tmp_path):
    library = killed.opened(place.folder)
    account = new_account(library, "ann", mode="small")
    taken(library, account, file_of(Image.effect_noise((900, 900), 90).convert("RGB")))
    library.close()
    command = [sys.executable, "-m", "srq", "store", "worker", "--library", str(place.folder)]
    worker = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: children(place.folder))
    finally:
        worker.kill()
        worker.wait()
    wait_until(lambda: not children(place.folder))


def children(folder: Path) -> list[int]:
    """The processes that work on a file of the library in ``folder``."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"srq.store.library.child" in words and str(folder).encode() in b" ".join(words):
            found.append(int(path.parent.name))
    return found


def wait_until(condition) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)

import pytest

pytest.importorskip("sqlalchemy", reason="pip install 'srq[store]'")

from sqlalchemy import select

from srq.store.library import child, optimise, restored
from srq.store.library import worker as worker_module
from srq.store.library.accounts import account_named
from srq.store.library.blobs import FolderBlobs
from srq.store.library.fsck import check
from srq.store.library.library import Library, Place, open_library
from srq.store.library.pictures import take_in
from srq.store.library.settings import Settings
from srq.store.library.tables import Account, Job, Picture
from srq.store.library.worker import Worker
from tests.store.conftest import file_of


def pytest_generate_tests(metafunc):
    """Tests of modules that say EVERYWHERE run on SQLite and a folder, and on Postgres and S3."""
    if getattr(metafunc.module, "EVERYWHERE", False) and "place" in metafunc.fixturenames:
        metafunc.parametrize("place", ["folder", "servers"], indirect=True)


@pytest.fixture
def place(request, tmp_path) -> Place:
    if getattr(request, "param", "folder") == "folder":
        return Place(tmp_path / "library")
    database = request.getfixturevalue("postgres").database()
    return Place(tmp_path / "library", database, request.getfixturevalue("bucket"))


@pytest.fixture
def settings() -> Settings:
    """Everything that is over is over at once."""
    return Settings(grace=0, trash=0, unused=-1)


@pytest.fixture
def library(place, settings):
    opened = open_library(place, settings)
    yield opened
    opened.close()


@pytest.fixture
def account(library) -> str:
    """The id of an account that keeps every byte, since that is quick."""
    return new_account(library, "ann")


def new_account(library: Library, name: str, **fields) -> str:
    with library.database.writing() as session:
        made = account_named(session, name, make=True)
        for key, value in {"mode": "exact", **fields}.items():
            setattr(made, key, value)
        return made.id


def picture_of(library: Library, picture_id: str) -> Picture:
    with library.database.reading() as session:
        return session.get_one(Picture, picture_id)


def account_of(library: Library, account_id: str) -> Account:
    with library.database.reading() as session:
        return session.get_one(Account, account_id)


def jobs_of(library: Library) -> list[Job]:
    with library.database.reading() as session:
        return list(session.scalars(select(Job)))


def taken(library: Library, account_id: str, data: bytes, name="it.jpg", **options) -> str:
    options = {"compare": False, **options}
    return take_in(library, account_id, data, name, **options).picture_id


def drain(library: Library) -> list[str]:
    """Do all jobs; what was told."""
    told: list[str] = []
    Worker(library, told=told.append).run(drain=True)
    return told


def assert_sound(library: Library) -> None:
    found = check(library, deep=True, orphan_age=-1)
    assert (found.lost, found.wrong) == ([], [])


def damage(library: Library, sha256: str) -> None:
    """Change a bit of a blob."""
    data = bytearray(library.blobs.get(sha256))
    data[9] ^= 1
    if isinstance(library.blobs, FolderBlobs):
        library.blobs.path(sha256).write_bytes(data)
    else:
        import obstore

        obstore.put(library.blobs._store, library.blobs._key(sha256), bytes(data))


@pytest.fixture
def jpeg(photo) -> bytes:
    return file_of(photo, "JPEG", quality=93)


@pytest.fixture
def in_a_child() -> None:
    """For tests that search in a child process, as a worker does."""


@pytest.fixture(autouse=True)
def search_here(request, monkeypatch):
    """Other tests search in their own process, which is quicker."""

    def run(task, folder, limits, beat=None):
        work = child._optimise if task["task"] == "optimise" else child._picture
        return work(task, folder)

    if "in_a_child" not in request.fixturenames:
        monkeypatch.setattr(optimise, "run_limited", run)
        monkeypatch.setattr(restored, "run_limited", run)


@pytest.fixture(autouse=True)
def no_idling(monkeypatch):
    monkeypatch.setattr(worker_module, "_IDLE", 0.02)

"""A library, opened: its database, its blobs and the Programs that restore its pictures."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Self

from sqlalchemy.exc import IntegrityError

from srq.errors import DataError
from srq.files import storage_error, write_bytes
from srq.store.library.blobs import Blobs, FolderBlobs, open_blobs
from srq.store.library.database import Database
from srq.store.library.references import hold
from srq.store.library.settings import Settings
from srq.store.library.tables import KeptProgram
from srq.upscaling.fingerprints import Engine, Programs


class Library:
    """``database``, ``blobs``, ``programs`` and ``settings``, and a folder for what is local.

    Closed at the end of a ``with`` block.
    """

    def __init__(
        self, place: "Place", database: Database, blobs: Blobs, settings: Settings | None = None
    ) -> None:
        self.place = place
        self.folder = place.folder
        self.database = database
        self.blobs = blobs
        self.settings = settings or Settings()
        self.programs = Programs(place.folder / "programs")
        self._lock = Lock()

    @property
    def is_at_hand(self) -> bool:
        """Whether rows and files lie on this machine: to read a few takes no time to speak of."""
        return self.database.is_sqlite and isinstance(self.blobs, FolderBlobs)

    def engine(self, fingerprint: str) -> Engine:
        """The engine of a Program: of the zoo, or that the library kept; DataError without."""
        try:
            return self.programs.engine(fingerprint)
        except DataError:
            with self.database.reading() as session:
                kept = session.get(KeptProgram, fingerprint)
            if kept is None or kept.blob is None:
                raise
            with self._lock:
                path = self.folder / "programs" / f"{fingerprint}.srq"
                write_bytes(path, self.blobs.get(kept.blob))
            return self.programs.engine(fingerprint)

    def keep_program(self, fingerprint: str) -> None:
        """Keep the file of a Program, before a record names it."""
        with self.database.reading() as session:
            if session.get(KeptProgram, fingerprint) is not None:
                return
        blob = self.blobs.put(self.programs.keep(fingerprint))
        with suppress(IntegrityError), self.database.writing() as session:  # of another worker
            if session.get(KeptProgram, fingerprint) is None:
                name = hold(session, self.blobs, blob)
                session.add(KeptProgram(fingerprint=fingerprint, blob=name))

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True)
class Place:
    """Where a library is: a folder, and the URLs of a Postgres and a bucket that hold it in the
    folder's place."""

    folder: Path
    database: str | None = None
    blobs: str | None = None


def open_library(place: Place, settings: Settings | None = None) -> Library:
    """The library of a place, made where there is none, its tables brought up to date.

    Raises ConfigError for wrong URLs, StorageError where something refuses.
    """
    folder = place.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error("write", folder, error) from error
    blobs = open_blobs(place.blobs or str(folder / "blobs"))
    database = Database(place.database or f"sqlite:///{(folder / 'library.db').resolve()}")
    try:
        database.migrate()
    except BaseException:
        database.close()
        raise
    return Library(place, database, blobs, settings)

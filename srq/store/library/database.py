"""The database of a library: SQLite in a file, or Postgres by URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from srq.errors import ConfigError, MissingDependencyError, StorageError
from srq.store.library.tables import Base, table_of

_BUSY_SECONDS = 30
_WRITES = "srq_writes"
_MIGRATION_LOCK = 0x737271  # a number of ours among Postgres' advisory locks


class Database:
    """Transactions on the database of ``url``: "sqlite:///library.db" or "postgresql://...".

    May be used by several threads and processes at once. Raises ConfigError for another URL.
    """

    def __init__(self, url: str) -> None:
        self.url = _checked(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"pool_pre_ping": True, "pool_size": 20, "max_overflow": 30}
        if self.is_sqlite:
            options = {"connect_args": {"timeout": _BUSY_SECONDS}, "pool_size": 50}
        try:
            self.engine = create_engine(self.url, **options)
        except ModuleNotFoundError as error:
            raise MissingDependencyError(
                f"This database needs the package {error.name}; pip install 'srq[postgres]'"
            ) from error
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        self._reading = sessionmaker(self.engine, expire_on_commit=False)
        writing = self.engine.execution_options(**{_WRITES: True})
        self._writing = sessionmaker(writing, expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that changes nothing; rows that it gave may be read after it.

        Raises StorageError where the database refuses.
        """
        with _refusing(), self._reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction, committed if the block ends without error.

        On SQLite it is alone from its beginning on, so that it should end soon. Raises StorageError
        where the database refuses.
        """
        with _refusing(), self._writing.begin() as session:
            yield session

    def migrate(self, revision: str = "head") -> None:
        """Bring the tables up to this srq's; several processes may do so at once.

        Raises StorageError where there is no such database.
        """
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self.writing() as session:
            connection = session.connection()
            if not self.is_sqlite:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            config.attributes["connection"] = connection
            command.upgrade(config, revision)

    def size(self) -> int:
        """The bytes that the database takes."""
        query = "SELECT pg_database_size(current_database())"
        if self.is_sqlite:
            query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        with self.engine.connect() as connection:
            return int(connection.exec_driver_sql(query).scalar_one())

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self.engine.dispose()


@contextmanager
def _refusing() -> Iterator[None]:
    """The database is full, locked for long, or away: that is no defect."""
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0] if str(error.orig) else "it is away"
        raise StorageError(f"The database refuses: {reason}.") from error


def insert_into(session: Session, table: type[Base], **values: Any) -> sqlite.Insert:
    """An INSERT that may say what it does where the row is there (``on_conflict_do_update``)."""
    return insert_for(dialect_of(session), table).values(**values)


def insert_for(dialect: str, table: type[Base]) -> sqlite.Insert:
    """The same for a dialect and without values, to be made once; what is executed names them."""
    # Both are alike in what is used of them.
    make: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return make(table_of(table))


def dialect_of(session: Session) -> str:
    """What the database speaks: "sqlite" or "postgresql"."""
    return session.get_bind().dialect.name


def _checked(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ConfigError("A database is a URL: sqlite:///FILE or postgresql://...") from error
    backend = url.get_backend_name()
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite" or not url.database or url.database == ":memory:":
        raise ConfigError(
            "The database of a library is sqlite:///FILE or postgresql://..., not"
            f" {url.render_as_string()}."
        )
    return url


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # Transactions begin where SQLAlchemy says so.
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

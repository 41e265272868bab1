import sys
import threading

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from srq.errors import ConfigError, MissingDependencyError, StorageError
from srq.store.library.database import Database
from srq.store.library.tables import Album, Base, Picture


@pytest.fixture
def database(tmp_path):
    made = Database(f"sqlite:///{tmp_path / 'it.db'}")
    yield made
    made.close()


def test_the_migrations_make_the_tables(database):
    database.migrate()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert database.size() > 0


def test_the_bytes_of_older_pictures_are_noted(database):
    database.migrate("0001")
    older = sa.MetaData()
    older.reflect(database.engine)
    blobs = {"a": 100, "b": 10, "c": 3}
    whole = {"account_id": "ann", "kind": "JPEG", "came": 100, "mode": "high", "bytes": 0}
    whole |= {"state": "settled", "compare": False, "created": 0, "record": "record"}
    pictures = [
        {"id": "1", "name": "1", "sha256": "1", "original": "a", "stored": "b", "preview": "c"},
        {"id": "2", "name": "2", "sha256": "2", "original": "a", "stored": "a", "preview": None},
        {"id": "3", "name": "3", "sha256": "3", "original": None, "stored": "b", "preview": None},
    ]
    with database.writing() as session:
        account = {"id": "ann", "name": "ann", "is_admin": 0, "is_disabled": 0, "mode": "high"}
        session.execute(older.tables["account"].insert(), [{**account, "used": 0, "created": 0}])
        rows = [{"sha256": name, "size": size, "refs": 1} for name, size in blobs.items()]
        session.execute(older.tables["blob"].insert(), rows)
        session.execute(older.tables["picture"].insert(), [{**whole, **one} for one in pictures])
    database.migrate()
    with database.reading() as session:
        columns = (Picture.stored_bytes, Picture.original_bytes, Picture.preview_bytes)
        found = session.execute(sa.select(*columns).order_by(Picture.id)).all()
    assert found == [(16, 100, 3), (106, 0, 0), (16, 0, 0)]


def test_several_may_migrate_at_once(tmp_path):
    url = f"sqlite:///{tmp_path / 'it.db'}"
    failed = []

    def migrate():
        try:
            one = Database(url)
            one.migrate()
            one.close()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=migrate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_rows_name_rows_that_are_there(database):
    database.migrate()
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(Album(account_id="nobody", name="it"))


def test_what_fails_changes_nothing(library, account):
    with pytest.raises(RuntimeError), library.database.writing() as session:
        session.add(Album(account_id=account, name="it"))
        raise RuntimeError
    with library.database.reading() as session:
        assert session.scalars(sa.select(Album)).all() == []


def test_it_outlives_a_power_cut(database):
    database.migrate()
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_the_extra_of_a_missing_driver_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingDependencyError, match=r"psycopg; pip install 'srq\[postgres\]'"):
        Database("postgresql://it@/it")


def test_wrong_urls(tmp_path):
    for wrong in ("nothing", "mysql://it", "sqlite://", "sqlite:///:memory:"):
        with pytest.raises(ConfigError):
            Database(wrong)
    with pytest.raises(StorageError):
        Database(f"sqlite:///{tmp_path / 'no' / 'it.db'}").migrate()

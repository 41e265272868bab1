"""Servers that refuse or go away: an error is told, nothing is lost, and all goes on after it."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from srq.errors import StorageError
from srq.store.library import bucket
from srq.store.library.database import Database
from srq.store.library.library import Place, open_library
from tests.store.library.conftest import assert_sound, drain, jobs_of, new_account, taken


class Refusing(BaseHTTPRequestHandler):
    """Answers 503 to everything."""

    def do_any(self):
        self.send_response(503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = do_any

    def log_message(self, *_):
        pass


@pytest.fixture
def refusing(monkeypatch):
    monkeypatch.setattr(bucket, "_RETRIES", {"max_retries": 1})
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "it")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "it")
    server = HTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"s3://pictures/it?endpoint=http://127.0.0.1:{server.server_port}&region=us-east-1"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_bucket_that_refuses_or_is_away(refusing, tmp_path):
    away = "s3://pictures/it?endpoint=http://127.0.0.1:1&region=us-east-1"
    for url in (refusing, away):
        library = open_library(Place(tmp_path / "library", blobs=url))
        account = new_account(library, "ann")
        with pytest.raises(StorageError, match="Cannot write s3://pictures"):
            taken(library, account, b"\x89PNG\r\n\x1a\n it is not looked at yet")
        for refused in (
            lambda: library.blobs.has("a" * 64),  # noqa: B023 (called at once)
            lambda: library.blobs.get("a" * 64),  # noqa: B023
            lambda: library.blobs.pieces("a" * 64),  # noqa: B023
            lambda: library.blobs.delete("a" * 64),  # noqa: B023
            lambda: list(library.blobs.all()),  # noqa: B023
        ):
            with pytest.raises(StorageError, match="s3://pictures"):
                refused()
        assert jobs_of(library) == []
        library.close()


def test_a_database_that_starts_again(postgres, bucket, tmp_path, jpeg):
    library = open_library(Place(tmp_path / "library", postgres.database(), bucket))
    account = new_account(library, "ann")
    taken(library, account, jpeg)
    with pytest.raises(StorageError, match="The database refuses"), library.database.writing():
        postgres.stop()
        jobs_of(library)
    with pytest.raises(StorageError):
        taken(library, account, jpeg + b"2")
    postgres.start()
    taken(library, account, jpeg + b"2")
    drain(library)
    assert jobs_of(library) == []
    assert_sound(library)
    library.close()


def test_a_database_that_is_not_there(tmp_path):
    with pytest.raises(StorageError, match="The database refuses"):
        Database(f"postgresql://it@/it?host={tmp_path}").migrate()

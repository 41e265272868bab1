"""Blobs in a bucket of S3, or of a server that speaks its protocol."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from srq.errors import ConfigError, MissingDependencyError, StorageError
from srq.store.library.blobs import PIECE, Blob, Found, blob_of, missing, whole

_OPTIONS = ("endpoint", "region")
_TIMEOUT = timedelta(seconds=30)
_RETRIES: Any = {"max_retries": 5, "retry_timeout": timedelta(seconds=60)}


class BucketBlobs:
    """Blobs in ``s3://BUCKET/PREFIX?endpoint=URL&region=NAME``, as ``PREFIX/ab/abcdef...``.

    Keys and all else come from the environment, as AWS's own tools take them
    (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY).
    """

    def __init__(self, url: str) -> None:
        try:
            from obstore.store import S3Store
        except ImportError as error:
            raise MissingDependencyError(
                "A library in S3 needs the package obstore; pip install 'srq[store]'"
            ) from error
        parts = urlsplit(url)
        options: dict[str, Any] = dict(parse_qsl(parts.query))
        wrong = sorted(set(options) - set(_OPTIONS))
        if wrong or not parts.netloc:
            raise ConfigError(
                f"A bucket is s3://BUCKET/PREFIX, with endpoint= and region= at most, not {url}."
            )
        plain = options.get("endpoint", "").startswith("http://")
        self._prefix = parts.path.strip("/")
        self._where = f"s3://{parts.netloc}"
        self._store = S3Store(
            parts.netloc,
            **options,
            client_options={"timeout": _TIMEOUT, "allow_http": plain},
            retry_config=_RETRIES,
        )

    def put(self, source: bytes | Path | Blob) -> Blob:
        """Keep the bytes; a blob that is there already is not written again."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        blob = blob_of(source)
        with self._refusing("write"), suppress(AlreadyExistsError):
            obstore.put(self._store, self._key(blob.sha256), blob.source, mode="create")
        return blob

    def has(self, sha256: str) -> bool:
        """Whether it is there."""
        import obstore

        with self._refusing("read"):
            try:
                obstore.head(self._store, self._key(sha256))
            except FileNotFoundError:
                return False
        return True

    def get(self, sha256: str) -> bytes:
        """Its bytes, checked."""
        import obstore

        with self._refusing("read"):
            try:
                data = bytes(obstore.get(self._store, self._key(sha256)).bytes())
            except FileNotFoundError:
                raise missing(sha256) from None
        return whole(sha256, data)

    def pieces(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Its bytes from ``start`` up to ``end``, unchecked."""
        import obstore

        with self._refusing("read"):
            try:
                size = obstore.head(self._store, self._key(sha256))["size"]
            except FileNotFoundError:
                raise missing(sha256) from None
        last = size if end is None else min(end, size)

        def read() -> Iterator[bytes]:
            for at in range(start, last, PIECE):
                with self._refusing("read"):
                    yield bytes(
                        obstore.get_range(
                            self._store, self._key(sha256), start=at, end=min(at + PIECE, last)
                        )
                    )

        return read()

    def delete(self, sha256: str) -> None:
        """Remove it."""
        import obstore

        with self._refusing("write"), suppress(FileNotFoundError):
            obstore.delete(self._store, self._key(sha256))

    def all(self, begins: str = "") -> Iterator[Found]:
        """Every blob."""
        import obstore

        prefix = "/".join(part for part in (self._prefix, begins) if part)
        with self._refusing("read"):
            for batch in obstore.list(self._store, prefix=prefix or None):
                for one in batch:
                    name = one["path"].rpartition("/")[2]
                    if re.fullmatch(r"[0-9a-f]{64}", name):
                        yield Found(name, one["size"], one["last_modified"].timestamp())

    def sweep(self) -> None:
        """Nothing is ever half written in a bucket."""

    def _key(self, sha256: str) -> str:
        place = f"{sha256[:2]}/{sha256}"
        return f"{self._prefix}/{place}" if self._prefix else place

    @contextmanager
    def _refusing(self, action: str) -> Iterator[None]:
        from obstore.exceptions import BaseError

        try:
            yield
        except BaseError as error:
            reason = str(error).splitlines()[0]
            raise StorageError(f"Cannot {action} {self._where}: {reason}.") from error

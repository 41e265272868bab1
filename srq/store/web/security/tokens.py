"""Secrets that browsers and programs carry: the database has only their hashes."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits as 43 characters that may stand in a URL."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is kept of a token. Tokens are long and random, so that no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def are_equal(given: object, wanted: str | None) -> bool:
    """Whether both are the same text, in the same time wherever they differ."""
    if not isinstance(given, str) or not wanted:
        return False
    return secrets.compare_digest(given.encode(), wanted.encode())

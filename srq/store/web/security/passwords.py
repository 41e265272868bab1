"""Passwords: argon2id, at most two at a time, and the same time for names that do not exist."""

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST = 10
MOST = 200
"""Characters of a password."""

_AT_ONCE = 2
_PATIENCE = 10.0


class BusyError(Exception):
    """Too many passwords are being checked; ask again."""


class Passwords:
    """Hashes and checks. Each takes 64 MiB and a third of a second, so that few run at a time."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._slots = BoundedSemaphore(_AT_ONCE)
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """What is kept of ``password``. Raises BusyError."""
        with self._slot():
            return self._hasher.hash(password)

    def check(self, kept: str | None, password: str) -> bool:
        """Whether ``password`` is the one; None takes as long and is not. Raises BusyError."""
        with self._slot():
            try:
                right = self._hasher.verify(kept or self._nobody, password)
            except (VerificationError, InvalidHashError):
                return False
        return right and kept is not None

    def is_dated(self, kept: str) -> bool:
        """Whether it should be hashed anew, with today's cost."""
        return self._hasher.check_needs_rehash(kept)

    def _slot(self) -> "_Slot":
        return _Slot(self._slots)


class _Slot:
    def __init__(self, slots: BoundedSemaphore) -> None:
        self._slots = slots

    def __enter__(self) -> None:
        if not self._slots.acquire(timeout=_PATIENCE):
            raise BusyError

    def __exit__(self, *raised: object) -> None:
        self._slots.release()


def fault_of(password: str, name: str = "") -> str | None:
    """The sentence of what is wrong with a new password; None where it may be."""
    if len(password) < LEAST:
        return f"A password has {LEAST} characters or more."
    if len(password) > MOST:
        return f"A password has {MOST} characters at most."
    if name and name.casefold() in password.casefold():
        return "A password does not hold the name of its account."
    if len(set(password)) < 4 or password.casefold() in _COMMON:
        return "That password is among the first that are guessed."
    return None


_COMMON = frozenset(
    [
        "1234567890",
        "0123456789",
        "password12",
        "password123",
        "password1234",
        "passwordpassword",
        "qwertyuiop",
        "qwerty12345",
        "iloveyou12",
        "letmein1234",
        "administrator",
        "changeme123",
        "welcome1234",
        "abcdefghij",
        "1q2w3e4r5t",
        "1qaz2wsx3edc",
    ]
)

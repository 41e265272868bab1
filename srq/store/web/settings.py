"""What the one who runs the server chooses."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from srq.errors import ConfigError

MB = 1_000_000


@dataclass(frozen=True)
class Settings:
    """The server's settings; the defaults are the safe ones.

    url:            the address that people use, where a proxy stands before the server; cookies are
                    bound to https if it begins so. None: the address that is listened on.
    open_sign_up:   whether strangers may make accounts. The first account is always made with the
                    code that the server prints.
    upload_bytes:   the most bytes of one picture's file.
    quota_bytes:    the most bytes that an account's pictures may take as they came; None is no end.
    trusted_proxy:  whether the address of a client is the last one of X-Forwarded-For.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    url: str | None = None
    open_sign_up: bool = False
    upload_bytes: int = 200 * MB
    quota_bytes: int | None = None
    session_days: int = 30
    upload_days: int = 2
    sign_in_tries: int = 5
    address_tries: int = 20
    body_seconds: float = 30.0
    trusted_proxy: bool = False
    setup_code: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.url is not None:
            parts = urlsplit(self.url)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
                raise ConfigError(
                    f"--url is an address such as https://pictures.example, not '{self.url}'."
                )

    @property
    def is_https(self) -> bool:
        """Whether people reach the server by https only."""
        return self.url is not None and self.url.startswith("https:")

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in ("127.0.0.1", "::1", "localhost")

    @property
    def hosts(self) -> frozenset[str] | None:
        """The names by which it may be asked, in lower case; one without a port holds for all."""
        if self.url is not None:
            return frozenset({urlsplit(self.url).netloc.lower()})
        if self.is_local:
            return frozenset({"127.0.0.1", "localhost", "[::1]"})
        return None

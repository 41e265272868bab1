"""What all requests share."""

from dataclasses import dataclass

from fastapi import Request

from srq.store.library.database import Database
from srq.store.library.library import Library
from srq.store.web.security.passwords import Passwords
from srq.store.web.security.sessions import Cookie
from srq.store.web.settings import Settings


@dataclass(frozen=True)
class Server:
    """The library that is served, and how."""

    settings: Settings
    library: Library
    passwords: Passwords
    cookie: Cookie

    @property
    def database(self) -> Database:
        """That of the library."""
        return self.library.database


def server_of(request: Request) -> Server:
    """The server that answers ``request``."""
    return request.app.state.server


def address_of(request: Request) -> str:
    """The address of who asks, as limits count it: of IPv6, the network of a household."""
    server = server_of(request)
    address = request.client.host if request.client else ""
    if server.settings.trusted_proxy:
        address = request.headers.get("x-forwarded-for", address).rpartition(",")[2].strip()
    return ":".join(address.split(":")[:4]) if ":" in address else address

"""Files of pictures, which pages ask for by the dozen: one transaction, and no thread if it can be.

FastAPI's routes find out who asks in a transaction and a thread of its own, and then run the
function of the route in another. Here the visitor, the owner of the picture and the place of the
file are asked for in one. Where rows and files lie on this machine, that takes less time than
threads that wait for each other; what must be made, written or fetched has a thread.
"""

from collections.abc import Callable

from fastapi import Request, Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from srq.store.web.files import Asked, Shown
from srq.store.web.security.visitor import Known, Visitor, known_in, note, page_visitor
from srq.store.web.server import server_of

Find = Callable[[Session, Request, Visitor], Asked | Shown]
"""Finds what is asked for; raises 404 where it is not the visitor's."""


def sends(routes: list[Route], path: str) -> Callable[[Find], Find]:
    """Answer GET at ``path`` with what the function finds, for who has signed in; the route is
    added to ``routes``."""

    def added(find: Find) -> Find:
        def found_by(request: Request) -> tuple[Known, Asked | Shown]:
            with server_of(request).database.reading() as session:
                known = known_in(session, request)
                return known, find(session, request, page_visitor(known.visitor))

        def answer(request: Request) -> Response:
            known, found = found_by(request)
            note(server_of(request), known)
            return found.response(request)

        async def endpoint(request: Request) -> Response:
            request.scope["route"] = route  # by which it is logged; FastAPI notes only its own
            if server_of(request).library.is_at_hand:
                known, found = found_by(request)
                if known.noting is None and found.is_at_hand:
                    return found.response(request)
            return await run_in_threadpool(answer, request)

        route = Route(path, endpoint, methods=["GET"], include_in_schema=False)
        routes.append(route)
        return find

    return added

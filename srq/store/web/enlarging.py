"""Pictures that browsers enlarge themselves: the small file is sent, with the network to it.

Of a picture that is stored smaller and restored by a network of the zoo, the stored file has a part
of the restored one's bytes, and ``<srq-image>`` (``srq.export.wasm``) makes of it what the server
would.
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import chain

from fastapi import APIRouter, HTTPException, Response

from srq.errors import MissingDependencyError
from srq.export import wasm
from srq.store.candidates import NETWORKS
from srq.store.form import PIXELS, Form
from srq.store.library.tables import Picture
from srq.store.web.security.headers import POLICY
from srq.upscaling.fingerprints import Programs

router = APIRouter(prefix="/static/wasm", include_in_schema=False)

ENLARGING_POLICY = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
"""For pages with such pictures, and the scripts of their workers: WebAssembly may be compiled."""

SCRIPT = "/static/wasm/srq-image.js"

_KEPT = {"cache-control": "public, max-age=86400", "content-security-policy": ENLARGING_POLICY}


@dataclass(frozen=True)
class Enlarged:
    """What ``<srq-image>`` is told beside the address of the small file."""

    network: str
    width: int
    height: int
    script: str = SCRIPT


def enlarged_by_browsers(picture: Picture) -> Enlarged | None:
    """How a browser restores ``picture``; None where the server does."""
    form = Form.from_json(picture.record or "", picture.name)
    if form.kind != PIXELS or form.scale == 1 or form.program not in _modules():
        return None
    height, width = form.size
    return Enlarged(f"/static/wasm/{form.program}.wasm", width, height)


@router.get("/{fingerprint}.wasm")
def network(fingerprint: str) -> Response:
    """A network of the zoo as WebAssembly."""
    if fingerprint not in _modules():
        raise HTTPException(404, "There is no such network.")
    return Response(_modules()[fingerprint], media_type="application/wasm", headers=_KEPT)


@router.get("/{name}")
def script(name: str) -> Response:
    """The element and what it stands on."""
    if name not in wasm.SCRIPTS:
        raise HTTPException(404, "There is no such script.")
    return Response(wasm.scripts()[name], media_type="text/javascript", headers=_KEPT)


@cache
def _modules() -> dict[str, bytes]:
    """The networks that restore stored pictures and ship as WebAssembly, by their fingerprints."""
    programs, found = Programs(), dict[str, bytes]()
    for name in chain.from_iterable(NETWORKS.values()):
        fingerprint = programs.of_zoo(name)
        with suppress(MissingDependencyError):  # it would have to be compiled here
            found[fingerprint] = wasm.module(programs.program(fingerprint))
    return found

"""What Prometheus reads, with the key of an account that runs the store."""

from fastapi import APIRouter, HTTPException, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, Histogram
from prometheus_client import generate_latest as written
from sqlalchemy import func, select

from srq.store.library.tables import Account, Blob, Job, Picture
from srq.store.web.security.visitor import ApiVisitor
from srq.store.web.server import server_of

REQUESTS = Counter("srq_requests_total", "Requests.", ["method", "path", "status"])
SECONDS = Histogram(
    "srq_request_seconds",
    "How long requests took.",
    ["method", "path"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
)
PICTURES = Gauge("srq_pictures", "Pictures by their state.", ["state"])
BYTES = Gauge("srq_bytes", "Bytes that came, and that blobs take.", ["of"])
JOBS = Gauge("srq_jobs", "Jobs that wait or run.")
ACCOUNTS = Gauge("srq_accounts", "Accounts.")

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
def metrics(request: Request, visitor: ApiVisitor) -> Response:
    """Counts since the server's start, and sums of the library."""
    if not visitor.is_admin:
        raise HTTPException(404, "There is no such page.")
    with server_of(request).database.reading() as session:
        PICTURES.clear()
        states = select(Picture.state, func.count()).group_by(Picture.state)
        for state, count in session.execute(states):
            PICTURES.labels(state).set(count)
        came = session.scalar(select(func.coalesce(func.sum(Picture.came), 0)))
        takes = session.scalar(select(func.coalesce(func.sum(Blob.size), 0)))
        BYTES.labels("came").set(float(came or 0))
        BYTES.labels("blobs").set(float(takes or 0))
        JOBS.set(session.scalar(select(func.count()).select_from(Job)) or 0)
        ACCOUNTS.set(session.scalar(select(func.count()).select_from(Account)) or 0)
    return Response(written(REGISTRY), media_type=CONTENT_TYPE_LATEST)


@router.get("/health")
def health(request: Request) -> dict[str, str]:
    """Whether the server answers and its database does."""
    with server_of(request).database.reading() as session:
        session.execute(select(1))
    return {"status": "ok"}

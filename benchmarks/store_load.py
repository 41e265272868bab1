"""What does ``srq store serve`` bear while its workers are full, beside static bytes?

    python -m benchmarks.store_load [--rounds 2] [--seconds 8] [--folder FOLDER]

A library of 10,000 pictures on SQLite and a folder is served, and a worker has more pictures of 8
megapixels to judge than it will get done. ``wrk`` (Debian's package) asks for pages, files, uploads
and restored pictures, and, in turns with that, a server of Starlette and uvicorn for as many bytes
that lie in its memory. What wrk takes of the processors is measured too: server, workers and client
share them.
"""

import argparse
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks import harness
from benchmarks.store_growth import filled
from srq.provenance import Provenance
from srq.store.codecs import CODECS
from srq.store.form import PIXELS, Form
from srq.store.lanczos import reduced
from srq.store.library.jobs import waiting
from srq.store.library.library import Library, Place, open_library
from srq.store.library.pictures import SETTLED, recount, take_in
from srq.store.library.references import hold
from srq.store.library.restored import download, wish
from srq.store.library.tables import ApiKey, Picture
from srq.store.restore import digest, restored_pixels
from srq.store.web.security import sessions
from srq.store.web.security.tokens import hash_of, new_token

PICTURES = 10_000
WORKERS = 2
USERS, THINK = 100, 5.0
LARGE = (2448, 3264)  # 8 megapixels
MIDDLE = (700, 900)  # about 300 kB as JPEG
UPLOAD_BYTES = 3_000_000
JOBS = 12
RESTORES = 150  # pictures, more than are restored in a round

SERVERS = ("srq", "static")

SCRIPT = Path(__file__).parent / "store_load.lua"

TASKS = {
    "list": f"list pages, {USERS} users who look at each for {THINK:.0f} s",
    "pages": "list pages, as many as it can",
    "download": "downloads from the cache",
    "upload": "uploads of 3 MB, accepted",
    "restore": "pictures of 8 megapixels restored, as JPEG",
}

STATIC = """
import sys, uvicorn
from pathlib import Path
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

def file(path):
    data = Path(path).read_bytes()
    async def send(request):
        return Response(data, media_type="application/octet-stream")
    return send

async def begin(request):
    return Response(None, 201, {"location": "/uploads/it"})

async def take(request):
    async for piece in request.stream():
        pass
    return Response(None, 204)

page, middle, large = map(file, sys.argv[2:])
app = Starlette(routes=[
    Route("/page", page), Route("/middle", middle), Route("/large", large),
    Route("/uploads", begin, methods=["POST"]), Route("/uploads/it", take, methods=["PATCH"]),
])
uvicorn.run(app, port=int(sys.argv[1]), http="httptools", ws="none", lifespan="off",
            access_log=False, log_level="warning", timeout_keep_alive=15)
"""


@dataclass
class Filled:
    """What is asked for: cookies of signed-in browsers, a key, and paths of each task."""

    cookies: list[str]
    key: str
    paths: dict[str, list[str]]
    folder: Path
    static: dict[str, str] = field(default_factory=dict)

    def plan(self, task: str, turn: int, *, static: bool) -> str:
        """As the script takes it."""
        parts: dict[str, Any] = {"cookies": self.cookies, "mark": f"{task} {turn} {static}"}
        parts["paths"] = [self.static[task]] if static else self.paths.get(task, [])
        if task == "list":
            parts["think"] = THINK
        elif task == "upload":
            parts |= {"upload": str(self.folder / "upload.jpg"), "key": self.key}
        elif task == "restore" and not static:
            parts["from"] = turn * RESTORES
        return "return {" + ", ".join(f"['{key}'] = {_lua(v)}" for key, v in parts.items()) + "}"


def _lua(value: Any) -> str:
    if isinstance(value, list):
        return "{" + ", ".join(map(_lua, value)) + "}"
    return json.dumps(value)


def main() -> None:
    options = _options()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed; to get it: apt-get install wrk")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        with open_library(Place(folder / "library")) as library:
            made = prepared(library, folder, options.rounds)
        with served(folder, made) as (ours, static, pid):
            shares: list[dict[str, float]] = []
            found = {
                task: in_turns(made, task, ours, static, pid, options, shares) for task in TASKS
            }
        with open_library(Place(folder / "library")) as library, library.database.reading() as rows:
            left = waiting(rows)
    result = {
        "made": Provenance.now().to_json(),
        "workers": WORKERS,
        "cores": os.cpu_count(),
        "rounds": options.rounds,
        "seconds": options.seconds,
        "pictures": PICTURES,
        "large_left": left > 0,
        "tasks": found,
        "client": {key: median(one[key] for one in shares) for key in shares[0]},
    }
    harness.keep("store_load", result, options.json)


def in_turns(
    made: Filled,
    task: str,
    ours: str,
    static: str,
    pid: int,
    options: argparse.Namespace,
    shares: list[dict[str, float]],
) -> dict[str, Any]:
    """What of a task the store and the static server bear: medians over the rounds."""
    seconds = options.seconds * (2 if task in ("list", "restore") else 1)
    found: dict[str, list[dict[str, float]]] = {server: [] for server in SERVERS}
    for turn in range(options.rounds):
        for server, url in (("srq", ours), ("static", static)):
            plan = made.folder / "plan.lua"
            plan.write_text(made.plan(task, turn, static=server == "static"))
            one, share = asked(url, plan, task, seconds, pid)
            if server == "srq":
                shares.append(share)
                one["processor_ms"] = 1000 * share["server"] / one["per_second"]
            found[server].append(one)
            print(task, server, one, share, flush=True)
    both = {
        server: {key: median(one[key] for one in every) for key in every[0]}
        for server, every in found.items()
    }
    return {**both, "ratio": both["srq"]["per_second"] / both["static"]["per_second"]}


def asked(
    url: str, plan: Path, task: str, seconds: int, pid: int
) -> tuple[dict[str, float], dict[str, float]]:
    """What wrk measured, and which share of a processor wrk and the store's server took."""
    connections = {"list": USERS, "upload": 2, "restore": 2}.get(task, 8)
    threads = 1 if task == "restore" else 2
    command = [
        "wrk", "--threads", str(threads), "--connections", str(connections),
        "--duration", f"{seconds}s", "--timeout", "60s", "--script", str(SCRIPT), url, "--",
        str(plan),
    ]  # fmt: skip
    before, server, began = _children(), _processor_seconds(pid), time.perf_counter()
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    wall = time.perf_counter() - began
    share = {
        "wrk": (_children() - before) / wall,
        "server": (_processor_seconds(pid) - server) / wall,
    }
    found = json.loads(out.splitlines()[-1])
    steps = 2 if task == "upload" else 1  # begun, and sent
    per_second = found["requests"] / found["seconds"] / steps
    kept = {key: found[key] for key in ("p50", "p95", "failed")}
    return {"per_second": per_second, **kept}, share


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def prepared(library: Library, folder: Path, rounds: int) -> Filled:
    """The pictures, sessions and files that are asked for."""
    account_id = filled(library, PICTURES)
    with library.database.writing() as session:
        cookies = [f"srq-session={sessions.begin(session, account_id, 1)}" for _ in range(USERS)]
        key = f"srq_{new_token()}"
        session.add(ApiKey(account_id=account_id, name="load", token_hash=hash_of(key)))
    large, middle = colours(*LARGE), colours(*MIDDLE)
    restores = kept(library, account_id, large, rounds * RESTORES)
    (cached,) = kept(library, account_id, middle, 1)
    file = download(library, wish(library, cached, suffix=".jpg"))
    (folder / "middle").write_bytes(b"".join(file.pieces(0, None)))
    file = download(
        library, wish(library, kept(library, account_id, large[:-2], 1)[0], suffix=".jpg")
    )
    (folder / "large").write_bytes(b"".join(file.pieces(0, None)))
    (folder / "upload.jpg").write_bytes(jpeg(middle, 95).ljust(UPLOAD_BYTES, b"\0"))
    for number in range(JOBS):
        take_in(library, account_id, jpeg(np.roll(large, 64 * number, 0), 92), f"{number}.jpg")
    paths = {
        "list": ["/", "/?q=photo", "/?tag=tag+7", "/trash", "/albums"],
        "pages": ["/"],
        "download": [f"/pictures/{cached}/file/restored?suffix=.jpg"],
        "restore": [f"/pictures/{one}/file/restored?suffix=.jpg" for one in restores],
    }
    return Filled(cookies, key, paths, folder)


def colours(height: int, width: int) -> NDArray[np.uint8]:
    """The harness's scene in three colours."""
    scene = harness.scene(height, width)
    return np.dstack([scene, np.roll(scene, 40, 0), np.roll(scene, 90, 1)])


def jpeg(pixels: NDArray[np.uint8], quality: int) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def kept(library: Library, account_id: str, pixels: NDArray[np.uint8], count: int) -> list[str]:
    """Ids of ``count`` settled pictures of the same pixels, at half their size with a network.
    Their records differ, so that each is restored for itself."""
    program = library.programs.of_zoo("kim-x2")
    library.keep_program(program)
    data = CODECS["avif444"].encode(reduced(pixels, 2), 60)
    size = (pixels.shape[0], pixels.shape[1])
    form = Form(PIXELS, ".avif", "", size, "avif444", 60, 2, program)
    found = digest(restored_pixels(data, form, library.engine))
    blob = library.blobs.put(data)
    rows = []
    with library.database.writing() as session:
        for number in range(count):
            record = Form(PIXELS, ".avif", found, size, "avif444", number, 2, program).to_json()
            row = Picture(
                account_id=account_id, name=f"{size[0]} {number}.jpg", kind="JPEG", mode="high",
                sha256=hash_of(f"{size} {number}"), came=UPLOAD_BYTES, state=SETTLED,
                height=size[0], width=size[1], way="avif444 1/2 kim-x2", record=record,
                stored=hold(session, library.blobs, blob), ssimulacra2=70.0,
            )  # fmt: skip
            session.add(row)
            session.flush()
            recount(session, row)
            rows.append(row.id)
    return rows


@contextmanager
def served(folder: Path, made: Filled) -> Iterator[tuple[str, str, int]]:
    """The addresses of the store and of the static server, and the store's process."""
    command = [sys.executable, "-m", "srq", "store", "serve", "--library", "library", "--port", "0"]
    with open(folder / "log", "w") as log:
        store = subprocess.Popen(
            [*command, "--workers", str(WORKERS)],
            cwd=folder, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        assert store.stdout is not None
        ours = store.stdout.readline().split()[-1].split("/sign-up")[0].rstrip("/")
        request = urllib.request.Request(f"{ours}/", headers={"Cookie": made.cookies[0]})
        (folder / "page").write_bytes(urllib.request.urlopen(request).read())
        port = "8799"
        files = [str(folder / name) for name in ("page", "middle", "large")]
        static = subprocess.Popen([sys.executable, "-c", STATIC, port, *files])
        made.static = {
            "list": "/page", "pages": "/page", "download": "/middle", "restore": "/large",
            "upload": "",
        }  # fmt: skip
        try:
            time.sleep(5)  # until the workers have begun
            yield ours, f"http://127.0.0.1:{port}", store.pid
        finally:
            static.terminate()
            store.send_signal(signal.SIGTERM)
            store.wait(60)
            static.wait(10)


def tables() -> dict[str, str]:
    """What is borne, beside static bytes, by instruction set."""
    found = harness.newest("store_load")
    return {"load": "\n\n".join(map(_table, found.values())) or "Not measured yet."}


def _table(result: dict[str, Any]) -> str:
    failed = sum(one[server]["failed"] for one in result["tasks"].values() for server in SERVERS)
    told = "no request failed" if not failed else f"{failed:.0f} requests failed"
    lines = [
        f"{result['workers']} workers, {result['cores']} cores, medians of {result['rounds']}"
        f" rounds, load of the machine {result['made']['load']:.1f}; {told}; wrk took"
        f" {100 * result['client']['wrk']:.0f} % of a core.",
        "",
        "| task | a second | p50, ms | p95, ms | processor, ms"
        " | static, a second | p95, ms | ratio |",
        "|---|" + "---:|" * 7,
    ]
    for task, told in TASKS.items():
        one = result["tasks"][task]
        ours, static = one["srq"], one["static"]
        lines.append(
            f"| {told} | {ours['per_second']:.1f} | {ours['p50']:.0f} | {ours['p95']:.0f}"
            f" | {ours['processor_ms']:.1f} | {static['per_second']:.1f} | {static['p95']:.0f}"
            f" | {one['ratio']:.2f} |"
        )
    return "\n".join(lines)


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=8, help="of a turn of a task")
    parser.add_argument("--folder", type=Path, help="where the library is made")
    parser.add_argument("--json", type=Path, help="write the result there alone")
    return parser.parse_args()


if __name__ == "__main__":
    main()

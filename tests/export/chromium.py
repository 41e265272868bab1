"""A folder in a real browser: served under a strict policy, and what a page posts back."""

import subprocess
import tempfile
import threading
from collections.abc import Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self';"
    " connect-src 'self'; img-src 'self'; style-src 'none'; object-src 'none'; base-uri 'none'"
)
"""Nothing inline, nothing evaluated, all from the page's own origin."""

KINDS = {
    ".avif": "image/avif",
    ".html": "text/html; charset=utf-8",
    ".jpg": "image/jpeg",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".wasm": "application/wasm",
    ".webp": "image/webp",
}


def visit(
    chromium: str, folder: Path, page: str, more: Mapping[str, bytes] = {}, seconds: float = 120
) -> dict[str, bytes]:
    """What ``page`` of ``folder`` posts to ``/posted/NAME``, until it posts ``done``.

    more: files beside those of the folder. TimeoutError where that takes too long.
    """
    posted: dict[str, bytes] = {}
    done = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            name = self.path.lstrip("/").partition("?")[0]
            file = folder / name
            if name not in more and not file.is_file():
                self.send_error(404)
                return
            data = more[name] if name in more else file.read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", KINDS.get(Path(name).suffix, "text/plain"))
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self):
            name = self.path.removeprefix("/posted/")
            posted[name] = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()
            if name == "done":
                done.set()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            with _browser(chromium, f"http://127.0.0.1:{server.server_port}/{page}"):
                if not done.wait(seconds):
                    raise TimeoutError(f"{page} posted {sorted(posted)}, but was never done")
        finally:
            server.shutdown()
    return posted


@contextmanager
def _browser(chromium: str, address: str):
    with tempfile.TemporaryDirectory(prefix="srq-chromium-", ignore_cleanup_errors=True) as profile:
        flags = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run")
        process = subprocess.Popen(
            [chromium, *flags, f"--user-data-dir={profile}", address],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield
        finally:
            process.terminate()
            process.wait()

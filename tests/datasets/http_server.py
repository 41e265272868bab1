"""A file server on 127.0.0.1 that misbehaves as told."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Server(ThreadingHTTPServer):
    """Serves ``content`` under every path.

    ``faults`` are used up one a request, in order; afterwards requests are answered well:

    - ("cut", n): the connection is closed after n bytes of the body;
    - ("status", code): that answer, without a body;
    - ("no range",): the whole file, whatever was asked;
    - ("wrong range", first): a partial answer that says it begins at ``first``;
    - ("no length",): the whole file without Content-Length, the connection then closed;
    - ("other", content): another file, whole;
    - ("silent", seconds): nothing for so long, in the middle of the body;
    - ("slow", seconds): the body in eight pieces, with so long between them.

    ``requests`` notes the Range header of each request, or None.
    """

    daemon_threads = True

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = content
        self.faults: list[tuple[Any, ...]] = []
        self.requests: list[str | None] = []

    def url(self, name: str = "set.bin") -> str:
        return f"http://127.0.0.1:{self.server_port}/sets/{name}?version=1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves early is no error here."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.requests.append(asked)
        kind, *detail = self.server.faults.pop(0) if self.server.faults else ("well",)
        self.close_connection = True
        if kind == "status":
            self.send_response(detail[0])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = detail[0] if kind == "other" else self.server.content
        first = 0
        if asked and kind not in ("no range", "other"):
            first = int(asked.removeprefix("bytes=").rstrip("-"))
            if first >= len(body):
                self.send_response(416)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            said = detail[0] if kind == "wrong range" else first
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {said}-{len(body) - 1}/{len(body)}")
        else:
            self.send_response(200)
        body = body[first:]
        if kind != "no length":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if kind == "cut":
            self.wfile.write(body[: detail[0]])
        elif kind == "silent":
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            time.sleep(detail[0])
        elif kind == "slow":
            step = -(-len(body) // 8)
            for start in range(0, len(body), step):
                time.sleep(detail[0])
                self.wfile.write(body[start : start + step])
        else:
            self.wfile.write(body)


@contextmanager
def serving(content: bytes) -> Iterator[Server]:
    """A running server, stopped at the end."""
    with Server(content) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()

"""Runs the server and its workers until they are told to stop."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

import uvicorn

from srq.errors import StorageError
from srq.store.library.library import Library
from srq.store.web.app import make_app
from srq.store.web.people import has_people
from srq.store.web.protocol import ImpatientProtocol
from srq.store.web.settings import Settings

_CONNECTIONS = 500
_GRACE_SECONDS = 10
_PAUSE_SECONDS = 2.0


def serve(
    library: Library,
    settings: Settings,
    worker: Sequence[str] | None,
    said: Callable[[str], None],
    environment: Mapping[str, str] | None = None,
) -> None:
    """Serve ``library`` until SIGINT or SIGTERM.

    worker: the command line of the worker process, begun again where it dies; None is none.
    said:   gets the one line that names the address, once it can be asked.
    environment: what the worker has beside ours.

    Raises StorageError where the address is taken.
    """
    app = make_app(library, settings)
    running = _Announced(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=ImpatientProtocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_CONNECTIONS,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        ),
        lambda port: said(address(settings, port, has_people(library.database))),
    )
    working = Workers(worker, environment or {}) if worker is not None else None
    try:
        if working is not None:
            working.start()
        try:
            running.run()
        except SystemExit as error:  # of uvicorn, which has said why
            raise StorageError(
                f"Cannot listen on {settings.host}:{settings.port}; choose another --port."
            ) from error
    finally:
        if working is not None:
            working.stop()


def address(settings: Settings, port: int, has_accounts: bool) -> str:
    """What to open in a browser: of a store without accounts, with the code for the first one."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = settings.url or f"http://{host}:{port}"
    return base if has_accounts else f"{base.rstrip('/')}/sign-up?code={settings.setup_code}"


class _Announced(uvicorn.Server):
    """Says its port once it listens; it stops on the second signal at once, as uvicorn does."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[int], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        if self.started:
            bound = self.servers[0].sockets[0].getsockname()
            self._listening(bound[1])

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; uvicorn would raise the signal once more at its end, which is not a clean end."""
        super().handle_exit(sig, frame)
        self._captured_signals.clear()


class Workers:
    """The worker process, begun again where it dies."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command = list(command)
        self._environment = {**os.environ, **environment}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Let it give its work back and end; kill it if that takes too long."""
        self._stopping.set()
        with self._lock:
            process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            with self._lock:
                if self._stopping.is_set():
                    return
                # A session of its own: Ctrl-C in the terminal reaches it by us, once.
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                    env=self._environment,
                )
            began = time.monotonic()
            self._process.wait()
            if not self._stopping.is_set() and time.monotonic() - began < _PAUSE_SECONDS:
                self._stopping.wait(_PAUSE_SECONDS)


def worker_command(*options: str) -> list[str]:
    """The command line of ``srq store worker`` with this Python."""
    return [sys.executable, "-m", "srq", "store", "worker", "--quiet", *options]

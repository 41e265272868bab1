"""``srq store serve`` as a process, and ``srq store account``."""

import re
import signal
import socket
import subprocess
import sys
import time

import pytest

pytest.importorskip("uvicorn", reason="pip install 'srq[store]'")

from srq.store.library.library import Place, open_library
from srq.store.web.people import has_people
from srq.store.web.protocol import ImpatientProtocol
from srq.store.web.security.passwords import Passwords
from srq.store.web.serve import Workers, address
from srq.store.web.settings import Settings
from tests.store.web.conftest import PASSWORD

SRQ = [sys.executable, "-m", "srq", "store"]


def begun(folder, *options):
    """The process, and the address that it printed."""
    process = subprocess.Popen(
        [*SRQ, "serve", "--library", str(folder), "--port", "0", *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    return process, process.stdout.readline()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_command_one_address_and_a_clean_end(tmp_path, number):
    process, line = begun(tmp_path / "library")
    try:
        found = re.fullmatch(r"Open http://127\.0\.0\.1:(\d+)/sign-up\?code=[\w-]{16}\n", line)
        assert found, line
        with socket.create_connection(("127.0.0.1", int(found[1]))) as client:
            client.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert client.recv(20).startswith(b"HTTP/1.1 200 OK")
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


@pytest.mark.slow
def test_a_port_that_is_taken_is_told_in_a_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*SRQ, "serve", "--library", str(tmp_path), "--port", port, "--workers", "0"],
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
    assert done.returncode == 2
    assert "choose another --port" in done.stderr


@pytest.mark.slow
def test_an_account_by_the_command_line(tmp_path):
    def account(name, password):
        return subprocess.run(
            [*SRQ, "account", name, "--library", str(tmp_path)],
            input=password + "\n", capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    done = account("Ann", PASSWORD)
    assert (done.returncode, done.stdout) == (0, "Ann was made.\n"), done.stderr
    assert account("ann", "another good password").stdout == "ann has a new password.\n"
    assert account("bob", "short").returncode == 2
    library = open_library(Place(tmp_path))
    assert has_people(library.database)
    library.close()


def test_the_address():
    settings = Settings(setup_code="abc")
    assert address(settings, 8000, False) == "http://127.0.0.1:8000/sign-up?code=abc"
    assert address(settings, 8000, True) == "http://127.0.0.1:8000"
    proxied = Settings(url="https://pictures.example/", setup_code="abc")
    assert address(proxied, 8000, False) == "https://pictures.example/sign-up?code=abc"
    assert address(Settings(host="::1"), 1, True) == "http://[::1]:1"


def test_a_worker_that_dies_is_begun_again(tmp_path, monkeypatch):
    monkeypatch.setattr("srq.store.web.serve._PAUSE_SECONDS", 0.01)
    code = f"open({str(tmp_path / 'begun')!r}, 'a').write('x')"
    workers = Workers([sys.executable, "-c", code], {})
    workers.start()
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if (tmp_path / "begun").exists() and len((tmp_path / "begun").read_text()) >= 3:
            break
        time.sleep(0.05)
    workers.stop()
    assert len((tmp_path / "begun").read_text()) >= 3


def spoken(sends, app=None):
    """What the server answers to the pieces of ``sends`` until it closes the connection."""
    import asyncio

    import uvicorn

    async def nobody(scope, receive, send):
        raise AssertionError("nobody asked")

    async def run():
        config = uvicorn.Config(
            app or nobody, http=ImpatientProtocol, lifespan="off", log_level="critical"
        )
        config.load()
        server = uvicorn.Server(config)
        loop = asyncio.get_running_loop()
        made = await loop.create_server(
            lambda: ImpatientProtocol(config, server.server_state, {}), "127.0.0.1", 0
        )
        async with made:
            reader, writer = await asyncio.open_connection(*made.sockets[0].getsockname())
            for piece in sends:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.01)  # so that it comes by itself
            answer = await asyncio.wait_for(reader.read(), 30)
            writer.close()
            return answer

    return asyncio.run(run())


@pytest.mark.parametrize("sends", [b"", b"GET /health HTTP/1.1\r\nHost: a"])
def test_clients_that_do_not_ask_are_let_go(monkeypatch, sends):
    monkeypatch.setattr("srq.store.web.protocol.HEAD_SECONDS", 0.1)
    assert spoken([sends]) == b""


@pytest.mark.parametrize(
    "sends",
    [
        [b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 20_000, b"x" * 20_000],
        [b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 40_000 + b"\r\n\r\n"],
        [b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"],
    ],
)
def test_heads_without_an_end_are_refused(sends):
    assert spoken(sends).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x, chunked, y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n X: folded\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET / HTTP/1.1\nHost: a\0b\n\n",
        b"NO / HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_heads_that_two_servers_might_read_otherwise_are_refused(head):
    assert spoken([head]).startswith(b"HTTP/1.1 400 ")


def test_a_long_body_is_no_head():
    got = []

    async def app(scope, receive, send):
        more, size = True, 0
        while more:
            message = await receive()
            size += len(message["body"])
            more = message["more_body"]
        got.append(size)
        headers = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body"})

    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 180000\r\n%s\r\n"
    body = [b"x" * 60_000] * 3
    answer = spoken([head % b"", *body, head % b"Connection: close\r\n", *body], app)
    assert answer.count(b"HTTP/1.1 204 ") == 2
    assert got == [180_000, 180_000]


def test_two_passwords_at_a_time():
    from threading import Event, Thread

    from srq.store.web.security import passwords
    from tests.store.web.conftest import Hasher

    inside, go, most, now_inside = Event(), Event(), [0], [0]

    class Slow(Hasher):
        def hash(self, password, **options):
            now_inside[0] += 1
            most[0] = max(most[0], now_inside[0])
            if password == "slow":
                inside.set()
                go.wait(60)
            now_inside[0] -= 1
            return super().hash(password, **options)

    made = Passwords(Slow())
    threads = [Thread(target=made.hash, args=("slow",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    inside.wait(60)
    time.sleep(0.05)
    assert most[0] <= passwords._AT_ONCE
    go.set()
    for thread in threads:
        thread.join()
    assert most[0] <= passwords._AT_ONCE

"""A server in this process, and browsers of several accounts."""

import base64
import hashlib
import io
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("fastapi", reason="pip install 'srq[store]'")

from argon2 import PasswordHasher
from starlette.testclient import TestClient

from srq.store.library.library import Place, open_library
from srq.store.web.app import make_app
from srq.store.web.security.passwords import Passwords
from srq.store.web.settings import Settings

HOST = "pictures.test"
CODE = "the-code-of-this-server"
PASSWORD = "three small blue boats"
SETTINGS = Settings(
    host="0.0.0.0", setup_code=CODE, open_sign_up=True, sign_in_tries=50, address_tries=10_000
)


class Lines:
    """What was logged."""

    def __init__(self):
        self.lines = []

    def info(self, event, **fields):
        self.lines.append((event, fields))

    exception = info


class Browser:
    """A browser: it keeps cookies, and sends the forms of the page that it saw last."""

    def __init__(self, app, https=False):
        self.origin = f"http{'s' if https else ''}://{HOST}"
        self.client = TestClient(app, base_url=self.origin, follow_redirects=False)
        self.token = ""

    def see(self, path):
        answer = self.client.get(path)
        found = re.search(r'name="form-token" content="([^"]*)"', answer.text)
        if found:
            self.token = found[1]
        return answer

    def send(self, path, fields=None, **options):
        headers = {"Origin": self.origin, **options.pop("headers", {})}
        data = {"form_token": self.token, **(fields or {})}
        return self.client.post(path, data=data, headers=headers, **options)

    def sign_up(self, name, password=PASSWORD, code=CODE):
        self.see(f"/sign-up?code={code}")
        answer = self.send("/sign-up", {"name": name, "password": password, "code": code})
        if answer.status_code == 303:
            self.see("/")
        return answer

    def sign_in(self, name, password=PASSWORD, **options):
        self.see("/sign-in")
        return self.send("/sign-in", {"name": name, "password": password}, **options)

    def headers(self, more=None):
        told = {"Tus-Resumable": "1.0.0", "X-Form-Token": self.token, "Origin": self.origin}
        return {**told, **(more or {})}

    def begin(self, length, name="a.jpg", **told):
        told = {"filename": name, **told}
        packed = ",".join(
            f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items()
        )
        headers = self.headers({"Upload-Length": str(length), "Upload-Metadata": packed})
        return self.client.post("/uploads", headers=headers)

    def append(self, place, offset, data):
        headers = self.headers(
            {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        )
        return self.client.patch(place, content=data, headers=headers)

    def upload(self, data, name="a.jpg", **told):
        """The id of the picture that it became."""
        begun = self.begin(len(data), name, **told)
        assert begun.status_code == 201, begun.text
        done = self.append(begun.headers["location"], 0, data)
        assert done.status_code == 204, done.text
        return done.headers["x-picture"]

    def key(self):
        """A new key's header."""
        self.see("/account")
        shown = self.send("/account/keys", {"name": "a program", "days": "30"})
        return {"Authorization": f"Bearer {re.search(r'srq_[A-Za-z0-9_-]{43}', shown.text)[0]}"}


class Hasher(PasswordHasher):
    """The cheapest argon2id, which counts."""

    def __init__(self, time_cost=1):
        super().__init__(time_cost=time_cost, memory_cost=8, parallelism=1)
        self.count = 0

    def hash(self, password, **options):
        self.count += 1
        return super().hash(password, **options)

    def verify(self, kept, password):
        self.count += 1
        return super().verify(kept, password)


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    """The folder of a library with its tables."""
    folder = tmp_path_factory.mktemp("empty") / "library"
    open_library(Place(folder)).close()
    return folder


@pytest.fixture
def library(tmp_path, empty):
    shutil.copytree(empty, tmp_path / "library")
    opened = open_library(Place(tmp_path / "library"))
    yield opened
    opened.close()


@pytest.fixture
def hasher():
    return Hasher()


@pytest.fixture
def make(library, hasher):
    """Servers of one library, their settings changed."""

    def made(by=hasher, **changed):
        log = Lines()
        app = make_app(library, replace(SETTINGS, **changed), Passwords(by), log)
        app.state.log = log
        return app

    return made


@pytest.fixture
def app(make):
    return make()


@pytest.fixture
def ann(app):
    browser = Browser(app)
    assert browser.sign_up("ann").status_code == 303
    return browser


@pytest.fixture
def bob(app, ann):
    browser = Browser(app)
    assert browser.sign_up("bob").status_code == 303
    return browser


def jpeg(seed=0, exif=None, size=(48, 40)) -> bytes:
    """A small picture of its own for each ``seed``."""
    pixels = np.random.default_rng(seed).integers(0, 256, (*size[::-1], 3), np.uint8)
    stream = io.BytesIO()
    options = {} if exif is None else {"exif": exif}
    Image.fromarray(pixels).save(stream, "JPEG", quality=90, **options)
    return stream.getvalue()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

"""Pictures that browsers restore themselves."""

import threading
import time

import numpy as np
import pytest
import uvicorn
from skimage import data

from srq.image.io import decode
from srq.store.candidates import Way
from srq.store.choose import Trials
from srq.store.library import references
from srq.store.library.tables import Picture
from srq.store.restore import restored_pixels
from srq.store.web.security.headers import POLICY
from tests.store.conftest import file_of
from tests.store.web.conftest import Browser
from tests.store.web.test_shares import link_of


@pytest.fixture
def halved(ann, library, programs):
    """A picture that is stored at half its size, and its restored pixels."""
    came = file_of(np.ascontiguousarray(data.astronaut()[20:85, 130:197]))
    picture = ann.upload(came, "face.png")
    way = Way("avif444 1/2 kim-x2", "avif444", 2, programs.of_zoo("kim-x2"))
    one = Trials(decode(came, "it"), programs).measured(way, 80)
    blob = library.blobs.put(one.data)
    with library.database.writing() as session:
        row = session.get(Picture, picture)
        references.release(session, row.stored, row.original)
        row.stored = references.hold(session, library.blobs, blob)
        row.original, row.record, row.state = None, one.form.to_json(), "settled"
        row.width, row.height, row.way = 67, 65, one.name
        row.ssimulacra2, row.psnr, row.ssim = 70.0, 30.0, 0.9
    return picture, restored_pixels(one.data, one.form, programs.engine)


def test_the_page_has_the_element_and_what_it_needs(ann, app, halved):
    picture, _ = halved
    stranger = Browser(app)
    link = link_of(ann, picture=picture)
    for browser, path in ((ann, f"/pictures/{picture}"), (stranger, link)):
        shown = browser.see(path)
        assert "<srq-image" in shown.text
        policy = shown.headers["content-security-policy"]
        assert "script-src 'self' 'wasm-unsafe-eval';" in policy
        assert "unsafe-inline" not in policy
    assert ann.see("/").headers["content-security-policy"] == POLICY
    small = stranger.client.get(f"{link}/{picture}/small")
    assert small.headers["content-type"] == "image/avif"
    network = shown.text.partition('network="')[2].partition('"')[0]
    assert stranger.client.get(network).content.startswith(b"\0asm")
    assert stranger.client.get("/static/wasm/srq-image.js").status_code == 200
    for wrong in ("else.js", "0.wasm", "%2e%2e%2fapp.py"):
        assert stranger.client.get(f"/static/wasm/{wrong}").status_code == 404


@pytest.mark.slow
def test_chromium_makes_the_pixels_that_the_server_would(make, ann, halved, require_tool):
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install 'srq[dev]'")
    path = require_tool("chromium", "apt install chromium")
    picture, wanted = halved
    link = link_of(ann, picture=picture)
    config = uvicorn.Config(make(), port=0, lifespan="off", ws="none", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        with playwright.sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
            page = browser.new_page()
            told = []
            page.on(
                "console", lambda line: told.append(line.text) if line.type == "error" else None
            )
            page.goto(f"http://127.0.0.1:{port}{link}")
            page.wait_for_selector("srq-image[state=enlarged]", timeout=60_000)
            found = page.evaluate(
                """() => {
                  const { shadowRoot } = document.querySelector("srq-image");
                  const canvas = shadowRoot.querySelector("canvas");
                  const context = canvas.getContext("2d");
                  const { width, height } = canvas;
                  return [height, width, [...context.getImageData(0, 0, width, height).data]];
                }"""
            )
            browser.close()
    finally:
        server.should_exit = True
        thread.join()
    height, width, pixels = found
    made = np.array(pixels, np.uint8).reshape(height, width, 4)
    assert (made[..., 3] == 255).all()
    np.testing.assert_array_equal(made[..., :3], wanted)
    assert not told, told

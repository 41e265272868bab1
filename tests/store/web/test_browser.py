"""The whole way in a real browser: sign up, upload by dragging, slide, share, download, delete."""

import base64
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from skimage import data

pytest.importorskip("playwright", reason="pip install 'srq[dev]'")

from playwright.sync_api import expect, sync_playwright

from tests.store.conftest import file_of
from tests.store.web.conftest import PASSWORD

pytestmark = pytest.mark.slow

DRAG = """
(files) => {
  const sent = new Promise((done) => document.addEventListener("uploaded", () => done(
    [...document.querySelectorAll("#tray li .name span:last-child")].map((at) => at.textContent))));
  const carried = new DataTransfer();
  for (const [name, packed] of files) {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    carried.items.add(new File([bytes], name, { type: "image/jpeg" }));
  }
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(
      new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
  }
  return sent;
}
"""


@pytest.fixture(params=["SQLite and a folder", "Postgres and S3"])
def address(tmp_path, request):
    """Where a server answers, with the code for the first account."""
    environment = dict(os.environ)
    if request.param == "Postgres and S3":
        environment["SRQ_STORE_DATABASE"] = request.getfixturevalue("postgres").database()
        environment["SRQ_STORE_BLOBS"] = request.getfixturevalue("bucket")
        environment |= {"AWS_ACCESS_KEY_ID": "it", "AWS_SECRET_ACCESS_KEY": "it"}
    process = subprocess.Popen(
        [sys.executable, "-m", "srq", "store", "serve", "--library", str(tmp_path / "library"),
         "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment,
    )  # fmt: skip
    try:
        yield process.stdout.readline().removeprefix("Open ").strip()
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert '"level": "error"' not in errors
    finally:
        process.kill()


@pytest.fixture
def browser(require_tool):
    """Chromium, Debian's."""
    path = require_tool("chromium", "apt install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


def test_the_whole_way(address, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = context.new_page()
    told = []
    page.on("console", lambda line: told.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: told.append(str(error)))

    page.goto(address)
    page.get_by_label("Name").fill("ann")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("heading", name="Drop pictures here")).to_be_visible()
    # The button comes when the scripts have run; before that nothing would take the drop.
    expect(page.get_by_role("button", name="Upload", exact=True)).to_be_visible()

    astronaut = data.astronaut()
    files = [
        ("face.jpg", file_of(astronaut[20:84, 130:194], "JPEG", quality=95)),
        ("suit.jpg", file_of(astronaut[300:364, 130:194], "JPEG", quality=95)),
    ]
    packed = [[name, base64.b64encode(content).decode()] for name, content in files]
    with page.expect_event("load"):  # the grid is shown anew once all are sent
        assert page.evaluate(DRAG, packed) == ["stored", "stored"]
    expect(page.locator(".tile")).to_have_count(2)
    expect(page.locator(".tile img")).to_have_count(2, timeout=240_000)
    expect(page.locator(".tile .chip.warm")).to_have_count(0, timeout=240_000)

    # A second time they are known by their hashes, and not sent.
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    with page.expect_event("load"):
        assert page.evaluate(DRAG, packed) == ["already here", "already here"]
    assert "PATCH" not in sent

    page.get_by_role("link", name="face.jpg").first.click()
    page.wait_for_load_state()  # with its scripts
    slider = page.get_by_role("slider")
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    assert slider.input_value() == "45"
    at = page.locator(".layers").evaluate("one => one.style.getPropertyValue('--at')")
    assert at == "45%"
    assert page.get_by_role("radio").count() == 4
    small = page.get_by_role("radio", name=re.compile("Small"))
    small.check()
    expect(page.locator("img.after")).to_have_attribute("src", small.get_attribute("data-view"))
    for image in page.locator(".stage img").all():
        assert image.evaluate("async one => { await one.decode(); return one.naturalWidth; }") == 64
    with page.expect_download() as download:
        page.get_by_role("link", name="Original").click()
    assert Path(download.value.path()).read_bytes() == files[0][1]
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Let the original go").click()
    expect(page.get_by_role("link", name="Original")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="Restored PNG").click()
    assert download.value.suggested_filename == "face.png"

    page.get_by_role("link", name="Share", exact=True).click()
    page.get_by_label("Password").fill("open sesame")
    page.get_by_role("button", name="Make the link").click()
    link = page.locator("#link").inner_text()
    stranger = browser.new_context().new_page()
    stranger.goto(link)
    stranger.get_by_label("Password").fill("open sesame")
    stranger.get_by_role("button", name="Look").click()
    seen = stranger.locator("img.after")
    assert seen.evaluate("async one => { await one.decode(); return one.naturalWidth; }") == 64

    page.get_by_role("link", name="Saved").click()
    expect(page.get_by_role("heading", name="What was saved")).to_be_visible()
    page.get_by_role("link", name="Pictures", exact=True).click()
    page.get_by_label("Pick suit.jpg").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="ZIP").click()
    assert download.value.suggested_filename == "pictures.zip"
    page.get_by_role("button", name="To the trash").click()
    expect(page.locator(".tile")).to_have_count(1)
    page.get_by_role("link", name="Trash").click()
    page.wait_for_load_state()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Empty the trash").click()
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    assert not told, told

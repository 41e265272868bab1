"""The page and the element of the WebAssembly export in Chromium, under a strict policy."""

import json

import numpy as np
import pytest
from PIL import Image

from srq.export import export
from srq.export.wasm import Wasm
from srq.image.picture import Picture
from srq.program import load
from srq.upscaling.engine import open_model
from srq.upscaling.enlarge import enlarge
from srq.zoo import resolve
from tests.export.chromium import visit
from tests.export.wasm_tools import CHROMIUM

MODEL = "kim-x2"


@pytest.fixture(scope="module")
def chromium(require_tool):
    return require_tool("chromium", CHROMIUM)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wasm") / "kim"
    export(load(resolve(MODEL, "program")), Wasm(), folder)
    return folder


REPORT = b"""
const place = (id) => document.getElementById(id).value;
const post = (name, body) => fetch(`/posted/${name}`, { method: "POST", body });
while (["here", "worker"].some((id) => place(id) === "running") || place("element") === "waiting")
  await new Promise((resolve) => setTimeout(resolve, 20));
await post("said", JSON.stringify(["here", "worker", "element"].map(place)));
await post("done", "");
"""


def test_the_page_says_equal_here_and_in_a_worker(chromium, folder):
    page = (folder / "index.html").read_bytes()
    reported = page.replace(b"</head>", b'<script type="module" src="report.js"></script></head>')
    posted = visit(chromium, folder, "page.html", {"page.html": reported, "report.js": REPORT})
    assert json.loads(posted["said"]) == ["equal: 9216 pixels", "equal: 9216 pixels", "enlarged"]


PAGE = b"""<!doctype html>
<title>Pictures</title>
<script type="module" src="srq-image.js"></script>
<script type="module" src="pictures.js"></script>
"""

PICTURES = """
import { SrqImage } from "./srq-image.js";
const post = (name, body) => fetch(`/posted/${name}`, { method: "POST", body });
const told = {};
for (const [name, attributes] of Object.entries(%s)) {
  const element = document.createElement("srq-image");
  const state = new Promise((resolve) => {
    element.addEventListener("srq-state", ({ detail }) => resolve(detail));
  });
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  document.body.append(element);
  element.scrollIntoView();
  const before = element.getBoundingClientRect();
  const late = new Promise((resolve) => {
    setTimeout(resolve, attributes.wait ?? 20000, { state: null });
  });
  const detail = await Promise.race([state, late]);
  const after = element.getBoundingClientRect();
  const canvas = element.shadowRoot.querySelector("canvas");
  const image = element.shadowRoot.querySelector("img");
  told[name] = {
    ...detail, attribute: element.getAttribute("state"), alt: image.alt,
    before: [before.width, before.height], after: [after.width, after.height],
    canvas: canvas && [canvas.width, canvas.height], hidden: canvas?.getAttribute("aria-hidden"),
  };
  if (canvas) {
    const context = canvas.getContext("2d");
    await post(name, context.getImageData(0, 0, canvas.width, canvas.height).data);
  }
}
await post("told", JSON.stringify(told));
await post("done", "");
"""


def shown(chromium, folder, elements, more):
    """What the elements tell, and their larger pictures as RGB by name."""
    script = (PICTURES % json.dumps(elements)).encode()
    more = {"pictures.html": PAGE, "pictures.js": script, **more}
    posted = visit(chromium, folder, "pictures.html", more)
    told = json.loads(posted.pop("told"))
    pictures = {}
    for name, data in told.items():
        if data["canvas"]:
            width, height = data["canvas"]
            rgba = np.frombuffer(posted[name], np.uint8).reshape(height, width, 4)
            assert (rgba[..., 3] == 255).all()
            pictures[name] = rgba[..., :3]
    return told, pictures


@pytest.fixture(scope="module")
def photo():
    skimage = pytest.importorskip("skimage.data")
    return np.ascontiguousarray(skimage.astronaut()[20:153, 140:301])


def saved(tmp_path, pixels, name, **options):
    Image.fromarray(pixels).save(tmp_path / name, **options)
    return (tmp_path / name).read_bytes()


def upscaled(data):
    return enlarge(Picture(np.asarray(data)), open_model(MODEL)).pixels


FILES = {
    "lossless.png": {},
    "lossless.webp": {"lossless": True},
    "whole.jpg": {"quality": 90, "subsampling": "4:4:4"},
    "half.jpg": {"quality": 90, "subsampling": "4:2:0"},
    "lossy.webp": {"quality": 80},
    "half.avif": {"quality": 70, "subsampling": "4:2:0"},
    "whole.avif": {"quality": 70, "subsampling": "4:4:4"},
}
"""Chromium decodes them to Pillow's RGB."""


def test_a_picture_is_that_of_srq_upscale(chromium, folder, photo, tmp_path):
    files = {n: saved(tmp_path, photo, n, **o) for n, o in FILES.items()}
    height, width = 2 * photo.shape[0], 2 * photo.shape[1]
    size = {"width": width, "height": height, "alt": "An astronaut"}
    elements = {name: {"src": name, **size} for name in files}
    elements["odd.png"] = {"src": "lossless.png", "width": width - 1, "height": height - 1}
    told, pictures = shown(chromium, folder, elements, files)
    for name in files:
        assert told[name]["state"] == told[name]["attribute"] == "enlarged", told[name]
        assert told[name]["alt"] == "An astronaut"
        assert told[name]["hidden"] == "true"
        assert told[name]["before"] == told[name]["after"] == [width, height]
        expected = upscaled(Image.open(tmp_path / name).convert("RGB"))
        np.testing.assert_array_equal(pictures[name], expected, err_msg=name)
    np.testing.assert_array_equal(pictures["odd.png"], pictures["lossless.png"][:-1, :-1])


def test_what_cannot_be_enlarged_stays_the_small_picture(chromium, folder, photo, tmp_path):
    small = saved(tmp_path, photo, "small.png")
    clear = saved(tmp_path, np.dstack([photo, photo[..., 0]]), "clear.png")
    size = {"width": 322, "height": 266, "alt": "still here"}
    elements = {
        "clear": {"src": "clear.png", **size},
        "no network": {"src": "small.png", "network": "none.wasm", **size},
        "no module": {"src": "small.png", "network": "small.png", **size},
        "no picture": {"src": "none.png", "wait": 500, **size},
        "no picture at all": {"src": "srq.js", "wait": 500, **size},
        "no larger": {"src": "small.png", "width": 161, "height": 133, "wait": 500},
    }
    told, _ = shown(chromium, folder, elements, {"small.png": small, "clear.png": clear})
    reasons = {name: data.get("reason", "") for name, data in told.items()}
    assert reasons["clear"].endswith("clear.png is transparent, and stays as it is.")
    assert reasons["no network"].endswith("none.wasm cannot be had: status 404.")
    assert reasons["no module"].startswith("WebAssembly")
    for name in ("no picture", "no picture at all", "no larger"):
        assert told[name]["state"] is None
    for name, data in told.items():
        assert data["canvas"] is None
        assert data["before"] == data["after"]
        assert data["attribute"] in (None, "plain")
        assert name == "no larger" or data["alt"] == "still here"


def test_a_new_source_is_shown_and_the_old_picture_goes(chromium, folder, photo, tmp_path):
    files = {name: saved(tmp_path, photo[::step], name)
             for name, step in (("one.png", 1), ("two.png", -1))}  # fmt: skip
    script = b"""
    import "./srq-image.js";
    const post = (name, body) => fetch(`/posted/${name}`, { method: "POST", body });
    const element = document.createElement("srq-image");
    const states = [];
    element.addEventListener("srq-state", ({ detail: { state } }) => states.push(state));
    element.setAttribute("src", "one.png");
    element.setAttribute("width", "322");
    document.body.append(element);
    const until = async (count) => {
      while (states.length < count) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    await until(1);
    element.setAttribute("src", "two.png");
    await until(3);
    const canvas = element.shadowRoot.querySelector("canvas");
    await post("two", canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data);
    await post("states", JSON.stringify(states));
    await post("done", "");
    """
    page = PAGE.replace(b"pictures.js", b"change.js")
    posted = visit(
        chromium, folder, "change.html", {"change.html": page, "change.js": script, **files}
    )
    assert json.loads(posted["states"]) == ["enlarged", "plain", "enlarged"]
    expected = upscaled(Image.open(tmp_path / "two.png"))
    made = np.frombuffer(posted["two"], np.uint8).reshape(*expected.shape[:2], 4)
    np.testing.assert_array_equal(made[..., :3], expected)

"""The WebAssembly export: its folder, the modules that ship, its scripts under Node.

That it computes any Program is shown with all other subjects, in tests/conformance.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from scripts.tools.wasm_modules import shipping
from srq.errors import ConfigError, MissingDependencyError
from srq.export import export
from srq.export.wasm import SCRIPTS, Wasm, built, compiler, module, scripts
from srq.export.wasm.built import digest
from srq.export.wasm.sources import WIDEST, sources
from srq.image.picture import Picture
from srq.program import load
from srq.upscaling.engine import open_model
from srq.upscaling.enlarge import enlarge
from srq.zoo import resolve
from tests.export.wasm_tools import NODE, run_node
from tests.missing import skipping
from tests.verify.programs import tiny

KIM = load(resolve("kim-x2", "program"))
PLACE = Path(built.__file__).parent / built.FOLDER
RECORD = json.loads((PLACE / built.RECORD).read_text())
TINY = tiny()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The export of kim-x2, whose module ships."""
    folder = tmp_path_factory.mktemp("wasm") / "kim"
    export(KIM, Wasm(), folder)
    return folder


@pytest.mark.parametrize("name", shipping())
def test_the_modules_that_ship_are_compiled_from_the_sources_of_today(name):
    program = shipping()[name]
    entry = RECORD[program.fingerprint]
    assert entry["file"] == f"{name}.wasm"
    assert entry["sources"] == digest(sources(program)), "run python -m scripts.tools.wasm_modules"
    assert module(program) == (PLACE / entry["file"]).read_bytes()
    assert program.fingerprint.encode() in module(program)


def test_no_other_module_ships_and_all_are_small():
    files = list(PLACE.glob("*.wasm"))
    assert {file.name for file in files} == {entry["file"] for entry in RECORD.values()}
    assert {program.fingerprint for program in shipping().values()} == set(RECORD)
    assert {"kim-x2.wasm", "kim-x2-compressed.wasm"} <= {file.name for file in files}
    assert sum(file.stat().st_size for file in files) < 700_000  # of the wheel's 8 MB


def test_a_network_of_the_zoo_needs_no_compiler(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(compiler, "find_spec", lambda _: None)
    assert Wasm().files(KIM)["network.wasm"].startswith(b"\0asm")


def test_another_network_needs_one_and_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv(compiler.COMPILER, raising=False)
    monkeypatch.setattr(compiler, "find_spec", lambda _: None)
    with pytest.raises(MissingDependencyError) as error:
        export(TINY, Wasm(), tmp_path / "out")
    assert str(error.value) == (
        "A module of WebAssembly is compiled by clang and wasm-ld, or by zig, and there is none of"
        " them; apt install clang lld, or pip install ziglang, or name yours in SRQ_WASM_CC."
    )
    assert not (tmp_path / "out").exists()


def test_zig_is_taken_where_there_is_no_clang(monkeypatch):
    monkeypatch.delenv(compiler.COMPILER, raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(compiler, "find_spec", lambda name: name == "ziglang")
    assert compiler.compiler() == [sys.executable, "-m", "ziglang", "cc", *compiler.ZIG]
    monkeypatch.setattr(shutil, "which", lambda name: name == "zig")
    assert compiler.compiler()[:2] == ["zig", "cc"]
    monkeypatch.setattr(shutil, "which", lambda name: name)
    assert compiler.compiler()[0] == "clang"
    monkeypatch.setenv(compiler.COMPILER, "/opt/zig/zig cc")
    assert compiler.compiler() == ["/opt/zig/zig", "cc", *compiler.ZIG]


def test_a_compiler_that_fails_is_a_sentence(monkeypatch):
    monkeypatch.setenv(compiler.COMPILER, "false --loudly")
    with pytest.raises(ConfigError, match=r"^false --loudly .* compiles no WebAssembly: "):
        module(TINY)


def test_the_folder_names_its_program_and_holds_what_its_page_says(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    files = set(manifest["files"])
    assert set(SCRIPTS) <= files
    readme = (folder / "README.md").read_text()
    assert KIM.fingerprint in readme
    rows = re.findall(r"^\| (`.*?) \|", readme, re.M)
    listed = {name for row in rows for name in row.split(", ")}
    assert {name.strip("`") for name in listed} == {path.partition("/")[0] for path in files} - {
        "README.md",
        "package.json",
    }
    package = json.loads((folder / "package.json").read_text())
    assert {path.removeprefix("./") for path in package["exports"].values()} <= files
    assert package["name"] == "srq-kim-x2"


def test_the_readmes_command_compiles_the_module(require_tool, folder, tmp_path):
    require_tool("clang", "apt-get install clang")
    require_tool("wasm-ld", "apt-get install lld")
    copy = shutil.copytree(folder, tmp_path / "copy")
    (commands,) = re.findall(r"```\n(cd source\n.*?)```", (copy / "README.md").read_text(), re.S)
    (copy / "network.wasm").unlink()
    subprocess.run(["bash", "-euc", commands], cwd=copy, check=True)
    with skipping():
        assert (copy / "network.wasm").read_bytes() == compiler.compiled(sources(KIM))


def test_a_module_imports_nothing_and_its_memory_does_not_grow(require_tool, folder):
    node = require_tool("node", NODE)
    said = run_node(
        node,
        folder,
        """
        import { readFileSync } from "node:fs";
        const module = await WebAssembly.compile(readFileSync("network.wasm"));
        console.log(WebAssembly.Module.imports(module).length);
        console.log(WebAssembly.Module.exports(module).map(({ name }) => name).sort().join(" "));
        """,
    )
    assert said == "0\nabout begin flush memory push\n"


def test_no_script_evaluates_text_or_reaches_out():
    for name, text in scripts().items():
        code = re.sub(rb"^ *//.*$", b"", text, flags=re.M)
        wrong = rb"\beval\b|new Function|innerHTML|https?:|\.style\b|import\("
        assert not re.search(wrong, code), name


def test_the_check_says_equal_and_finds_a_wrong_pixel(require_tool, folder, tmp_path):
    node = require_tool("node", NODE)
    done = subprocess.run([node, "check.mjs"], cwd=folder, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "equal: 9216 pixels, from 72 x 32\n")
    wrong = shutil.copytree(folder, tmp_path / "wrong")
    pixels = bytearray((wrong / "vector/larger.raw").read_bytes())
    pixels[145] ^= 1
    (wrong / "vector/larger.raw").write_bytes(pixels)
    done = subprocess.run([node, "check.mjs"], cwd=wrong, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == f"row 1, column 1: {pixels[145] ^ 1}, not {pixels[145]}\n"


MISUSE = """
import { readFileSync } from "node:fs";
import { Enlarger } from "./srq.js";
import { enlargePicture } from "./picture.js";
const bytes = readFileSync("network.wasm");
const enlarger = await Enlarger.create(bytes);
const say = async (work) => {
  try {
    await work();
    console.log("fine");
  } catch (error) {
    console.log(`${error.name}: ${error.message}`);
  }
};
const luma = new Uint8Array(12);
await say(() => enlarger.enlarge(luma, 4, 3));
await say(() => enlarger.enlarge(luma, 4, 4));
await say(() => enlarger.enlarge(luma, 0, 3));
await say(() => enlarger.enlarge(luma, 2.5, 3));
await say(() => enlarger.enlarge([1, 2], 1, 2));
await say(() => enlarger.enlarge(luma, 4, 3, { columns: 0 }));
await say(() => enlargePicture(enlarger, luma, 4, 3));
await say(() => enlargePicture({ inBits: 10, outBits: 8 }, luma, 1, 3));
await say(() => Enlarger.create(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])));
await say(() => Enlarger.create(new Response("", { status: 404 })));
await say(() => Enlarger.create(Promise.resolve(new WebAssembly.Module(bytes))));
"""


def test_misuse_is_one_sentence(require_tool, folder):
    said = run_node(require_tool("node", NODE), folder, MISUSE).splitlines()
    assert said == [
        "fine",
        "RangeError: A picture of 4 x 4 has 16 values, not 12.",
        "RangeError: A picture has whole sides of at least 1 pixel, not 0 x 3.",
        "RangeError: A picture has whole sides of at least 1 pixel, not 2.5 x 3.",
        "TypeError: The pixels must be a typed array, such as a Uint8Array.",
        "RangeError: A strip has at least 1 column, not 0.",
        "RangeError: A picture of 4 x 3 has 48 values, not 12.",
        "RangeError: A picture in colour needs a network of 8-bit luma.",
        "TypeError: This module is none that srq exports.",
        "TypeError:  cannot be had: status 404.",
        "fine",
    ]


STRIPS = """
import { readFileSync } from "node:fs";
import { Enlarger } from "./srq.js";
const enlarger = await Enlarger.create(readFileSync("network.wasm"));
for (let width = 1; width < 40; width++) {
  const luma = Uint8Array.from({ length: 5 * width }, (_, i) => (i * 2654435761) >>> 24);
  const whole = Buffer.from(enlarger.enlarge(luma, width, 5));
  for (let columns = 1; columns <= width + 1; columns++)
    if (!whole.equals(enlarger.enlarge(luma, width, 5, { columns })))
      console.log(`${width} columns in strips of ${columns} differ`);
}
"""


def test_no_strip_changes_a_pixel(require_tool, folder):
    assert run_node(require_tool("node", NODE), folder, STRIPS) == ""


COLOUR = """
import { readFileSync, writeFileSync } from "node:fs";
import { Enlarger } from "./srq.js";
import { enlargePicture } from "./picture.js";
const enlarger = await Enlarger.create(readFileSync("network.wasm"));
writeFileSync("made.raw", enlargePicture(enlarger, readFileSync("rgba.raw"), WIDTH, HEIGHT));
"""


@pytest.mark.parametrize("model", ["kim-x2", "kim-x3", "kim-x4"])
@pytest.mark.parametrize("size", [(1, 1), (1, 7), (23, 3), (37, 61)])
def test_a_picture_in_colour_is_that_of_srq_upscale(require_tool, tmp_path, model, size):
    node = require_tool("node", NODE)
    export(load(resolve(model, "program")), Wasm(), tmp_path / "out")
    rng = np.random.default_rng(sum(size))
    extremes = rng.choice([0, 255], (*size, 3))
    pixels = np.where(rng.random((*size, 1)) < 0.5, extremes, rng.integers(0, 256, (*size, 3)))
    pixels = pixels.astype(np.uint8)
    rgba = np.dstack([pixels, np.full(size, 255, np.uint8)])
    (tmp_path / "out/rgba.raw").write_bytes(rgba.tobytes())
    script = COLOUR.replace("HEIGHT", str(size[0])).replace("WIDTH", str(size[1]))
    run_node(node, tmp_path / "out", script)
    expected = enlarge(Picture(pixels), open_model(model)).pixels
    made = np.fromfile(tmp_path / "out/made.raw", np.uint8).reshape(*expected.shape[:2], 4)
    np.testing.assert_array_equal(made[..., :3], expected)
    assert (made[..., 3] == 255).all()


def test_the_page_says_the_width_that_is_computed_at_once():
    assert f"{WIDEST} columns" in Wasm().files(KIM)["README.md"].decode()

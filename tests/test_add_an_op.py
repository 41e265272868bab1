"""docs/design/add-an-op.md walks every place that knows the kinds of ops, and no other is left.

A place is a function that tells one kind from another: by ``isinstance``, ``match``, a comparison,
a table, or a member of OpKind, of LayerKind (a float network's layers) or of NodeKind (a
twin's). Which kinds it names is read from its syntax tree and compared with the page.
"""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from srq.program import OP_TYPES, OpKind

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "design" / "add-an-op.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([\w/.]+\.py)` `([\w.]+)` \| ([\w, ]+) \| (.+) \|$", PAGE, re.MULTILINE)
FILES = set(re.findall(r"`((?:srq|hw|tests|docs)/[\w/.]+)`", PAGE))

CLASSES = {op.__name__: kind.value for kind, op in OP_TYPES.items()}
KINDS = {kind.value for kind in OpKind}
ENUMS = {"OpKind", "LayerKind", "NodeKind"}
SHORT = {"shuffle": "pixel_shuffle", "nearest": "nearest_upsample"}
"""What layers and stages call the ops that have longer names."""


def places(file: Path) -> dict[str, set[str]]:
    """The kinds that each function, method or table of a Python file tells from others."""
    found: dict[str, set[str]] = defaultdict(set)
    visit(ast.parse(file.read_text(encoding="utf-8")), "", found)
    return found


def visit(node: ast.AST, place: str, found: dict[str, set[str]], in_class: bool = True) -> None:
    """Look into ``node``, which is of ``place``: a function's, or a class's if ``in_class``."""
    for child in ast.iter_child_nodes(node):
        inside, is_class = place, in_class
        match child:
            case ast.Assert():
                continue  # it tells the reader, not the code
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) if in_class:
                # A method is a place of its own; a function within a function belongs to it.
                inside = f"{place}.{name}" if place else name
                is_class = isinstance(child, ast.ClassDef)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if name == "kind" and place:
                    continue  # the op's definition
                inside = place or name
        if named := kinds_named(child):
            found[inside] |= named
        visit(child, inside, found, is_class)


def kinds_named(node: ast.AST) -> set[str]:
    """The kinds that this node itself asks for; what only types or makes an op does not count."""
    match node:
        case ast.Attribute(value=ast.Name(id=enum), attr=member) if enum in ENUMS:
            return {SHORT.get(member.lower(), member.lower())}
        case ast.MatchClass(cls=asked):
            return names([asked])
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, asked]):
            return names(ast.walk(asked))
        case ast.Dict(keys=keys):
            return names(keys)
        case ast.Compare():
            return names([node.left, *node.comparators])
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return names(elements)
    return set()


def names(nodes) -> set[str]:
    return {CLASSES[n.id] for n in nodes if isinstance(n, ast.Name) and n.id in CLASSES}


def all_places() -> dict[tuple[str, str], set[str]]:
    return {
        (str(file.relative_to(ROOT)), symbol): kinds
        for file in sorted((ROOT / "srq").rglob("*.py"))
        # Rooms that know no Program, by contract; there an Output is an LR picture.
        if file.relative_to(ROOT / "srq").parts[0] not in ("degrade", "datasets")
        for symbol, kinds in places(file).items()
    }


FOUND = all_places()


def test_no_place_tells_ops_apart_without_standing_on_the_page():
    assert set(FOUND) - {(file, symbol) for file, symbol, _, _ in ROWS} == set()


def test_no_place_stands_on_the_page_twice():
    listed = [(file, symbol) for file, symbol, _, _ in ROWS]
    assert len(set(listed)) == len(listed)


@pytest.mark.parametrize(("file", "symbol", "kinds", "does"), ROWS)
def test_a_place_names_the_kinds_that_the_page_says(file, symbol, kinds, does):
    wanted = KINDS if kinds == "each" else set(kinds.split(", "))
    assert FOUND[file, symbol] == wanted
    if not wanted >= KINDS:
        assert "others" in does, "the page must say what becomes of the other kinds"


def test_the_files_that_it_names_exist():
    assert [file for file in sorted(FILES) if not (ROOT / file).exists()] == []


def test_the_native_engine_numbers_the_kinds_as_its_encoding_does():
    header = (ROOT / "srq/engines/native/src/plan/program.hpp").read_text()
    (enum,) = re.findall(r"enum class Kind[^{]*\{(.*?)\}", header, re.DOTALL)
    listed = re.findall(r"^\s*(\w+),", re.sub(r"//.*", "", enum), re.MULTILINE)
    encoding = (ROOT / "srq/engines/native/encoding.py").read_text()
    (kinds,) = re.findall(r"^_KINDS = \((.*?)^\)", encoding, re.DOTALL | re.MULTILINE)
    numbered = [name.lower() for name in re.findall(r"OpKind\.(\w+)", kinds)]
    assert numbered == [name for name in listed if name != "count"]
    assert set(numbered) == KINDS


@pytest.mark.parametrize("folder", ["srq/engines/native/src"])
def test_the_files_of_the_native_engine_that_know_kinds_are_named(folder):
    sources = [file for kind in ("*.cpp", "*.hpp") for file in (ROOT / folder).rglob(kind)]
    knowing = {str(f.relative_to(ROOT)) for f in sources if "Kind::" in f.read_text()}
    assert knowing <= FILES


def test_the_tests_that_it_names_make_every_op():
    for file in ("tests/strategies.py", "tests/program/integers.py"):
        assert file in FILES
        text = (ROOT / file).read_text()
        assert [name for name in CLASSES if not re.search(rf"\b{name}\(", text)] == []

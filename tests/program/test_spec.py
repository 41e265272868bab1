"""docs/reference/program-spec.md and its ops/ say what the code does, to every value."""

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest

from srq.fixed import Format, requantize
from srq.program import OP_TYPES, SCHEMA, Conv, Input, OpKind, Padding, Value, limits
from srq.program.description import describe
from srq.program.file import FORMAT
from srq.program.reference import run_step
from srq.program.steps import derive
from tests.program.srq_bytes import split
from tests.program.test_file import DATA

DOCS = Path(__file__).parents[2] / "docs" / "reference"
SPEC = (DOCS / "program-spec.md").read_text()
PAGES = {kind: DOCS / "ops" / f"{kind.value}.md" for kind in OpKind}


def tables(text):
    """Every table of a page: a list of rows, each a dict by the column's head."""
    for block in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        lines = [line[1:-1].split("|") for line in block.splitlines()]
        head, _, *rows = [[cell.strip() for cell in line] for line in lines]
        yield [dict(zip(head, row, strict=True)) for row in rows]


def table(text, *heads):
    """The one table whose first columns are ``heads``."""
    (found,) = [rows for rows in tables(text) if tuple(rows[0])[: len(heads)] == heads]
    return found


def test_the_list_of_ops_and_fields():
    listed = {
        re.match(r"\[`(\w+)`\]\(ops/(\w+)\.md\)", row["op"]).groups(): re.findall(
            r"`(\w+)`", row["fields"]
        )
        for row in table(SPEC, "op", "fields")
    }
    assert listed == {
        (kind.value, kind.value): [field.name for field in dataclasses.fields(OP_TYPES[kind])]
        for kind in OpKind
    }


def test_there_is_one_page_an_op():
    assert {path.name for path in (DOCS / "ops").glob("*.md")} == {p.name for p in PAGES.values()}


@pytest.mark.parametrize("kind", OpKind, ids=lambda kind: kind.value)
def test_an_ops_page_has_its_name_and_fields(kind):
    page = PAGES[kind].read_text()
    assert page.startswith(f"# {kind.value}\n")
    fields = [row["field"].strip("`") for row in table(page, "field", "type")]
    assert fields == [field.name for field in dataclasses.fields(OP_TYPES[kind])]


@pytest.mark.parametrize("kind", OpKind, ids=lambda kind: kind.value)
def test_every_rule_is_a_must(kind):
    for rule in re.findall(r"^\d\. (?:.*\n)(?:   .*\n)*", PAGES[kind].read_text(), re.MULTILINE):
        assert re.search(r"\bmust\b", rule) or rule.startswith("3. The scale of the Program is")


def test_the_table_of_requantizing():
    rows = table(SPEC, "acc", "shift")
    assert len(rows) > 20
    for row in rows:
        fmt = Format.parse(row["format"])
        assert requantize(int(row["acc"]), int(row["shift"]), fmt) == int(row["result"]), row


def cell(text):
    """A cell's JSON; a format or a kind in backticks stands for itself."""
    inner = text.strip("`")
    return inner if re.fullmatch(r"[su]\d+\.-?\d+", inner) else json.loads(inner)


def value(name, tensor, fmt):
    return Value(name, len(tensor), 1, Format.parse(fmt))


def sources_of(kind, row):
    """The tensors that an example reads, with their values."""
    match kind:
        case OpKind.INPUT:
            return []
        case OpKind.ADD:
            pairs = [(row["a"], row["format of a"]), (row["b"], row["format of b"])]
        case OpKind.CONV:
            pairs = [(row["source"], "u8.8")]
        case _:
            pairs = [(row["source"], row.get("format of source", "s16.8"))]
    return [
        (value(f"source{index}", tensor, fmt), np.array(tensor, np.int32))
        for index, (tensor, fmt) in enumerate(pairs)
    ]


def op_of(kind, row):
    """The op of an example: its columns that are fields, over plain ones."""
    fmt = row.get("format")
    fields = {"name": "op", "format": None if fmt is None else Format.parse(fmt)}
    if kind is OpKind.CONV:
        return Conv(
            source="source0",
            weight=row["weight"],
            weight_bits=16,
            weight_frac=row["weight_frac"],
            bias=row["bias"],
            padding=Padding(*row["padding"]),
            groups=row["groups"],
            **fields,
        )
    fields |= {"a": "source0", "b": "source1", "source": "source0", "scale": row.get("scale")}
    wanted = {field.name for field in dataclasses.fields(OP_TYPES[kind])}
    return OP_TYPES[kind](**{name: fields[name] for name in wanted})


EXAMPLES = [
    pytest.param(kind, {head: cell(text) for head, text in row.items()}, id=f"{kind.value}-{i}")
    for kind in OpKind
    for rows in tables(PAGES[kind].read_text())
    if "value" in rows[0]
    for i, row in enumerate(rows)
]


@pytest.mark.parametrize(("kind", "row"), EXAMPLES)
def test_the_values_of_an_ops_page(kind, row):
    sources = sources_of(kind, row)
    step = derive(op_of(kind, row), tuple(source for source, _ in sources))
    picture = np.array(row.get("picture", [[0]]))
    made = run_step(step, [tensor for _, tensor in sources], picture)
    assert made.tolist() == row["value"]
    assert made.shape[0] == step.value.channels


def test_every_op_has_examples():
    assert {param.values[0] for param in EXAMPLES} == set(OpKind)


def test_the_limits():
    paragraph = SPEC[SPEC.index("## Limits") : SPEC.index("## Fingerprint")]
    for words in (
        f"{limits.MAX_OPS} ops",
        f"{limits.MAX_CHANNELS} channels",
        f"{limits.MAX_KERNEL}\nrows or columns",
        f"2^{limits.MAX_WEIGHTS.bit_length() - 1} weights",
        f"a scale of {limits.MAX_SCALE}",
        f"a file of {limits.MAX_FILE_BYTES >> 20} MiB",
        f"header of\n{limits.MAX_HEADER_BYTES >> 20} MiB",
    ):
        assert words in paragraph
    assert f"at most {limits.MAX_NAME} characters" in SPEC
    assert f"at most {limits.MAX_VALUE_BITS} bits" in SPEC


def test_the_files_keys():
    header, _ = split(DATA)
    rows = {row["key"].strip("`"): row["value"] for row in table(SPEC, "key", "value")}
    assert set(rows) == set(header["__metadata__"])
    assert rows["format"] == f"`{FORMAT}`"
    assert rows["schema"] == f"`{SCHEMA}`"
    assert f"schema {SCHEMA}." in SPEC


def test_a_described_op_has_its_kind_and_its_fields():
    op = Input("lr", Format.parse("u8.8"))
    assert describe(op) == {"kind": "input", "name": "lr", "format": "u8.8"}

"""Any bytes are a Program or a ProgramError. benchmarks/studies/fuzz_program.py asks for longer."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from srq.errors import ProgramError
from srq.program import from_bytes, to_bytes
from tests.kim_program import kim_program
from tests.program.srq_bytes import join, split
from tests.strategies import programs

KIM = to_bytes(kim_program(per_channel=True, bias=True))

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-2, 20)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["lr", "conv1", "conv", "u8.8", "s14.-3", "I16", "F64", "NaN"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def program_or_refusal(data):
    """What ``from_bytes`` must do with any bytes: a Program that survives, or one sentence."""
    try:
        program = from_bytes(data)
    except ProgramError:
        return None
    assert from_bytes(to_bytes(program)) == program
    return program


@settings(deadline=None, max_examples=150)
@given(st.binary())
def test_any_bytes(data):
    assert program_or_refusal(data) is None


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.integers(0, len(KIM) - 1), st.binary(max_size=3)), min_size=1))
def test_spliced_bytes(splices):
    data = bytearray(KIM)
    for at, piece in splices:
        data[at : at + len(piece)] = piece
    program_or_refusal(bytes(data))


def paths(value, path=()):
    """Every place in a JSON value."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from paths(value[key], (*path, key))


def replaced(value, path, new):
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_anything_anywhere_in_the_ops_or_the_header(data):
    header, body = split(to_bytes(data.draw(programs(max_ops=3))))
    ops = json.loads(header["__metadata__"]["ops"])
    for _ in range(data.draw(st.integers(1, 3))):
        if data.draw(st.booleans()):
            ops = replaced(ops, data.draw(st.sampled_from(list(paths(ops)))), data.draw(JSON))
        else:
            place = data.draw(st.sampled_from(list(paths(header))))
            header = replaced(header, place, data.draw(JSON))
    if isinstance(header, dict) and isinstance(header.get("__metadata__"), dict):
        header["__metadata__"]["ops"] = json.dumps(ops)
    program_or_refusal(join(json.dumps(header), body))

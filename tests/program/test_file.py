"""The .srq file: what is kept, and one sentence for everything that is wrong with one."""

import json
import os
import tracemalloc

import numpy as np
import pytest
import safetensors
import safetensors.numpy
from hypothesis import given, settings

from srq.errors import ProgramError, StorageError
from srq.program import (
    SCHEMA,
    Program,
    from_bytes,
    load,
    save,
    to_bytes,
)
from srq.program.limits import MAX_FILE_BYTES, MAX_HEADER_BYTES
from tests.kim_program import kim_program
from tests.program.srq_bytes import join, split, with_metadata, with_ops, with_tensor
from tests.strategies import programs

KIM = kim_program(per_channel=True, bias=True)
DATA = to_bytes(KIM)


@settings(deadline=None, max_examples=60)
@given(programs())
def test_a_program_survives_its_file(program):
    read = from_bytes(to_bytes(program))
    assert read == program
    assert read.ops == program.ops
    assert read.name == program.name
    assert to_bytes(read) == to_bytes(program)


def test_the_card_survives_the_file(tmp_path):
    program = Program(KIM.ops, name="kim ✓", provenance={"data": "T91 + BSD200", "seed": "3\n4"})
    save(program, tmp_path / "new" / "kim.srq")
    read = load(tmp_path / "new" / "kim.srq")
    assert (read.name, read.provenance) == (program.name, program.provenance)
    assert sorted(os.listdir(tmp_path / "new")) == ["kim.srq"]


def test_it_is_a_safetensors_file(tmp_path):
    """Read, and written anew, by the format's own library."""
    path = tmp_path / "kim.srq"
    save(KIM, path)
    with safetensors.safe_open(path, "np") as file:
        metadata = file.metadata()
    tensors = safetensors.numpy.load_file(path)
    for op in KIM.convs:
        np.testing.assert_array_equal(tensors[f"{op.name}.weight"], op.weight)
        np.testing.assert_array_equal(tensors[f"{op.name}.bias"], op.bias)
    assert metadata["fingerprint"] == KIM.fingerprint
    assert metadata["schema"] == str(SCHEMA)
    assert from_bytes(safetensors.numpy.save(tensors, metadata)) == KIM


def test_arrays_do_not_depend_on_the_machines_byte_order():
    program = kim_program()
    _, body = split(to_bytes(program))
    assert body == b"".join(op.weight.astype("<i2").tobytes() for op in program.convs)


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 100, len(DATA) - 1])
def test_a_truncated_file_is_refused(length):
    with pytest.raises(ProgramError):
        from_bytes(DATA[:length])


def test_every_single_bit_of_the_numbers_is_watched():
    header, body = split(DATA)
    rng = np.random.default_rng(0)
    for at in rng.integers(0, 8 * len(body), 60):
        altered = bytearray(body)
        altered[at // 8] ^= 1 << at % 8
        with pytest.raises(ProgramError):
            from_bytes(join(header, bytes(altered)))


def op(index, **fields):
    return with_ops(DATA, lambda ops: ops[index].update(fields))


HEADER, BODY = split(DATA)
DEEP = "[" * 100_000 + "]" * 100_000
HOSTILE = {
    "not JSON": (join("{", BODY), "header is not valid JSON"),
    "not UTF-8": (b"\x02" + bytes(7) + b"\xff\xff", "header is not valid JSON"),
    "UTF-16": (b"\x06" + bytes(7) + "{}".encode("utf-16"), "header is not valid JSON"),
    "deep JSON": (join(DEEP, b""), "header is not valid JSON"),
    "a list": (join([], BODY), "its header is not a JSON object"),
    "huge header": (b"\xff" * 8 + DATA[8:], "its first bytes give no header's length"),
    "long header": (
        (MAX_HEADER_BYTES - 1).to_bytes(8, "little") + DATA[8:],
        "ends within its header",
    ),
    "a key twice": (join('{"a": 1, "a": 1}', b""), "header is not valid JSON"),
    "no metadata": (join({}, b""), "no Program; name a .srq file"),
    "metadata of numbers": (join({"__metadata__": {"schema": 1}}, b""), "metadata are not strings"),
    "another safetensors": (with_metadata(DATA, format="pt"), "no Program; name a .srq file"),
    "no schema": (with_metadata(DATA, schema=None), "must have a schema number, not None"),
    "a newer schema": (with_metadata(DATA, schema="2"), "schema 2, and this srq knows up to 1"),
    "schema 0": (with_metadata(DATA, schema="0"), "schema 0, and the first is 1"),
    "a wordy schema": (with_metadata(DATA, schema="one"), "a schema number, not 'one'"),
    "an endless schema": (with_metadata(DATA, schema="9" * 9999), "a schema number, not '999"),
    "no ops": (with_metadata(DATA, ops=None), "lacks its ops"),
    "no fingerprint": (with_metadata(DATA, fingerprint=None), "lacks its fingerprint"),
    "another fingerprint": (with_metadata(DATA, fingerprint="0" * 64), "altered or damaged"),
    "ops of NaN": (with_metadata(DATA, ops="[NaN]"), "ops is not valid JSON"),
    "an endless number": (with_metadata(DATA, ops="[" + "9" * 9999 + "]"), "ops is not valid JSON"),
    "deep ops": (with_metadata(DATA, ops=DEEP), "ops is not valid JSON"),
    "ops of no list": (with_metadata(DATA, ops="{}"), "a list of at most 256 ops"),
    "many ops": (with_metadata(DATA, ops=json.dumps([{}] * 257)), "a list of at most 256 ops"),
    "an op of no object": (with_metadata(DATA, ops="[[[[1]]]]"), r"not \[\[\[\.\.\.\]\]\]"),
    "a nameless op": (with_metadata(DATA, ops="[{}]"), "An op must have a name, not None"),
    "a card of a list": (with_metadata(DATA, card="[]"), "card must have a name and a provenance"),
    "a card with more": (
        with_metadata(DATA, card='{"name": "", "provenance": {}, "x": 1}'),
        "card must have a name and a provenance",
    ),
    "a card of numbers": (
        with_metadata(DATA, card='{"name": "", "provenance": {"a": 1}}'),
        "provenance must be text, not 1",
    ),
    "an unknown kind": (op(1, kind="softmax"), "a kind that this srq knows, not 'softmax'"),
    "a kind of a list": (op(1, kind=[]), r"a kind that this srq knows, not \[\]"),
    "an unknown field": (op(1, dilation=2), "has the unknown field 'dilation'"),
    "a missing field": (
        with_ops(DATA, lambda ops: ops[1].pop("groups")),
        "lacks the field 'groups'",
    ),
    "a dangling reference": (op(2, source="gone"), "must read a value made before it"),
    "a reference to itself": (op(2, source="dw2"), "must read a value made before it"),
    "a cycle": (op(2, source="pw2"), "must read a value made before it"),
    "a source of a number": (op(2, source=7), "must read a value made before it"),
    "a negative format": (
        op(1, format="u-14.12"),
        "Op .conv1. has a wrong format: A format is written like",
    ),
    "a format of a number": (op(1, format=14), "must have a format like s14.10, not 14"),
    "a long format": (op(1, format="u" * 9999), "must have a format like s14.10, not 'uuu"),
    "a wide format": (op(1, format="u31.12"), "a format of at most 16 bits, not u31.12"),
    "a far shift": (op(1, format="u14.-40"), "must not shift by more than 31 bits"),
    "a far weight_frac": (op(1, weight_frac=[99]), "wrong weight_frac"),
    "a weight_frac of floats": (op(1, weight_frac=[9.0]), "must be an integer, not 9.0"),
    "a weight_frac of a number": (op(1, weight_frac=9), "a list as its weight_frac"),
    "many weight_fracs": (op(1, weight_frac=[9] * 999), "must have 1 or 32 weight fractions"),
    "a negative scale": (op(-4, scale=-2), "a scale of 2 to 16, not -2"),
    "a huge scale": (op(-4, scale=10**30), "a scale of 2 to 16"),
    "a scale of NaN": (op(-4, scale="NaN"), "must be an integer, not 'NaN'"),
    "huge groups": (op(1, groups=10**18), "must have 1 to 1024 groups"),
    "no groups": (op(1, groups=0), "must have 1 to 1024 groups, not 0"),
    "a padding of one": (op(1, padding=[1]), "must have a padding of 4 sides"),
    "a negative padding": (op(1, padding=[-1, 3, 1, 1]), "must be 0 to 63, not -1"),
    "a huge weight": (op(1, weight=[2**40, 2**40, 3, 3]), "a weight of the shape"),
    "a weight of NaN": (op(1, weight="NaN"), "a weight of the shape"),
    "no weight": (op(1, weight=None), "Op 'conv1' must have"),
    "no input": (with_ops(DATA, lambda ops: ops.pop(0)), "must begin with its only Input"),
    "two outputs": (
        with_ops(DATA, lambda ops: ops.append(dict(ops[-1], name="b"))),
        "only Output",
    ),
    "float weights": (with_tensor(DATA, "conv1.weight", dtype="F32"), "I16 or I32, not 'F32'"),
    "a dtype of a list": (with_tensor(DATA, "conv1.weight", dtype=[]), r"I16 or I32, not \[\]"),
    "a huge shape": (
        with_tensor(DATA, "conv1.weight", shape=[2**62, 2**62, 3, 3]),
        "which its shape .* does not fill",
    ),
    "an empty shape": (
        with_tensor(DATA, "conv1.weight", shape=[0, 1, 3, 3]),
        "which its shape .* does not fill",
    ),
    "a shape of many": (with_tensor(DATA, "conv1.weight", shape=[1] * 5), "has a wrong shape"),
    "a negative shape": (with_tensor(DATA, "conv1.weight", shape=[-1, 1]), "has a wrong shape"),
    "a shape of floats": (with_tensor(DATA, "conv1.weight", shape=[32.0]), "has a wrong shape"),
    "offsets beyond": (
        with_tensor(DATA, "conv1.weight", data_offsets=[0, 2**60]),
        "does not follow|does not fill",
    ),
    "offsets backwards": (
        with_tensor(DATA, "conv1.weight", data_offsets=[576, 0]),
        "does not follow",
    ),
    "overlapping tensors": (
        with_tensor(DATA, "dw2.weight", data_offsets=HEADER["conv1.weight"]["data_offsets"]),
        "does not follow",
    ),
    "negative offsets": (with_tensor(DATA, "conv1.weight", data_offsets=[-8, 8]), "wrong offsets"),
    "three offsets": (with_tensor(DATA, "conv1.weight", data_offsets=[0, 1, 2]), "wrong offsets"),
    "a tensor of no object": (join({**HEADER, "x": 3}, BODY), "must have a dtype, a shape"),
    "trailing bytes": (DATA + b"\0\0", "2 bytes that belong to no tensor"),
    "a tensor too many": (
        with_tensor(
            DATA + b"\0\0", "z", dtype="I16", shape=[1], data_offsets=[len(BODY), len(BODY) + 2]
        ),
        "has the tensor 'z', which no op uses",
    ),
    "thousands of tensors": (join({str(i): {} for i in range(513)}, b""), "at most 512 tensors"),
}


def test_a_program_that_can_overflow_is_refused_when_loaded():
    """Every other rule is kept and the fingerprint would be its own."""
    weight = np.full((1, 1, 17, 17), 30000)
    ops = [
        {"kind": "input", "name": "lr", "format": "u8.8"},
        {
            "kind": "conv",
            "name": "wide",
            "source": "lr",
            "weight": [1, 1, 17, 17],
            "weight_bits": 16,
            "weight_frac": [20],
            "padding": [8, 8, 8, 8],
            "format": "u8.8",
            "groups": 1,
            "bias": None,
        },
        {"kind": "output", "name": "hr", "source": "wide"},
    ]
    header, _ = split(DATA)
    metadata = {**header["__metadata__"], "ops": json.dumps(ops)}
    body = weight.astype("<i2").tobytes()
    entry = {"dtype": "I16", "shape": [1, 1, 17, 17], "data_offsets": [0, len(body)]}
    with pytest.raises(ProgramError, match="Op 'wide' can overflow .* channel 0 can reach 22"):
        from_bytes(join({"__metadata__": metadata, "wide.weight": entry}, body))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_one_sentence_and_little_memory(name):
    data, message = HOSTILE[name]
    tracemalloc.start()
    try:
        with pytest.raises(ProgramError, match=message) as caught:
            from_bytes(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(data) + (4 << 20)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert len(sentence) < 300
    assert sentence.endswith(".")


def test_the_path_stands_before_what_is_wrong_with_a_file(tmp_path):
    path = tmp_path / "bad.srq"
    path.write_bytes(DATA[:50])
    with pytest.raises(ProgramError, match=r"^Cannot load .*bad\.srq: The file ends within"):
        load(path)


def test_a_missing_file_is_a_storage_error(tmp_path):
    with pytest.raises(StorageError, match="Cannot read .*none.srq"):
        load(tmp_path / "none.srq")


def test_what_is_no_file_is_refused_without_reading(tmp_path):
    fifo = tmp_path / "fifo.srq"
    os.mkfifo(fifo)  # opening one would wait forever
    for path in (tmp_path, fifo, "/dev/zero"):
        with pytest.raises(ProgramError, match="is not a file; name a .srq file"):
            load(path)


def test_a_file_beyond_any_program_is_refused_without_reading(tmp_path):
    path = tmp_path / "huge.srq"
    with open(path, "wb") as stream:
        stream.truncate(MAX_FILE_BYTES + 1)
    tracemalloc.start()
    try:
        with pytest.raises(ProgramError, match="a Program has at most"):
            load(path)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_card_too_long_to_be_read_back_is_refused(tmp_path):
    program = Program(KIM.ops, provenance={"story": "x" * MAX_HEADER_BYTES})
    with pytest.raises(ProgramError, match="shorten its provenance"):
        save(program, tmp_path / "long.srq")
    assert os.listdir(tmp_path) == []

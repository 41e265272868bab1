"""The Program: a super-resolution network as integers, proved and fingerprinted."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from srq.errors import ProgramError
from srq.program.description import arrays_of, build, describe
from srq.program.op import Op, shown
from srq.program.ops import Conv, Input, Output
from srq.program.ranges import Ranges, prove
from srq.program.steps import Step, Value, resolve

SCHEMA = 1
"""The version of the ops' meaning and of the file; a reader refuses what is newer."""


class Program:
    """A frozen list of ops in order, checked and proved when made.

    ops:        the ops; each reads only values of ops before it.
    name:       what people call it.
    provenance: where it comes from (data, configuration, scores), as strings.

    ``name`` and ``provenance`` are its card: they say nothing about what it computes, and the
    fingerprint leaves them out. Two Programs are equal if their fingerprints are.

    A code generator walks ``steps``: ops in order, with formats, shifts and last uses derived.

    Raises ProgramError if the ops are no graph, do not fit each other, or if an int32
    accumulator cannot be proved free of overflow.
    """

    def __init__(
        self, ops: Iterable[Op], *, name: str = "", provenance: Mapping[str, str] | None = None
    ) -> None:
        self._ops = tuple(ops)
        self._name, self._provenance = _checked_card(name, provenance or {})
        self._steps = resolve(self._ops)
        self._ranges = prove(self._steps)

    @property
    def ops(self) -> tuple[Op, ...]:
        """Its ops in order, Input first, Output last."""
        return self._ops

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its ops in order with all that is derived from their neighbours."""
        return self._steps

    @property
    def ranges(self) -> Ranges:
        """The proof: what every value and every accumulator can be."""
        return self._ranges

    @property
    def name(self) -> str:
        """What people call it; may be empty."""
        return self._name

    @property
    def provenance(self) -> Mapping[str, str]:
        """Where it comes from, as strings by topic."""
        return self._provenance

    @property
    def input(self) -> Input:
        """Its first op."""
        op = self._ops[0]
        assert isinstance(op, Input)
        return op

    @property
    def output(self) -> Output:
        """Its last op."""
        op = self._ops[-1]
        assert isinstance(op, Output)
        return op

    @property
    def convs(self) -> tuple[Conv, ...]:
        """Its convolutions in order."""
        return tuple(op for op in self._ops if isinstance(op, Conv))

    @property
    def input_value(self) -> Value:
        """The value that stands for the low-resolution picture."""
        return self._steps[0].value

    @property
    def output_value(self) -> Value:
        """The value that stands for the high-resolution picture."""
        return self._steps[-1].value

    @property
    def scale(self) -> int:
        """How many times higher and wider the output is than the input."""
        return self.output_value.scale

    def step(self, name: str) -> Step:
        """The step of the op called ``name``; KeyError if there is none."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Step]:
        return {step.op.name: step for step in self._steps}

    def canonical_pieces(self) -> Iterator[bytes]:
        """The canonical bytes, in pieces: the schema and ops as JSON, then every array.

        The JSON has sorted keys, no spaces, only ASCII; the arrays follow in the order of the
        ops, weight before bias, little-endian, row-major.
        docs/reference/program-spec.md has the letter.
        """
        described = {"ops": [describe(op) for op in self._ops], "schema": SCHEMA}
        yield json.dumps(described, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"
        for op in self._ops:
            for array in arrays_of(op).values():
                yield array.tobytes()

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the canonical bytes, in hexadecimal: equal if and only if the ops are."""
        digest = hashlib.sha256()
        for piece in self.canonical_pieces():
            digest.update(piece)
        return digest.hexdigest()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Program):
            return NotImplemented
        return self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __reduce__(self) -> tuple[Callable[..., "Program"], tuple[object, ...]]:
        # Copied and pickled as plain descriptions: what arrives is checked and frozen as well.
        described = [describe(op) for op in self._ops]
        arrays = {name: array for op in self._ops for name, array in arrays_of(op).items()}
        return _rebuilt, (described, arrays, self._name, dict(self._provenance))

    def __repr__(self) -> str:
        return f"<Program {self._name or '(no name)'} x{self.scale} {self.fingerprint[:12]}>"


def _rebuilt(
    described: list[object],
    arrays: Mapping[str, NDArray[np.integer]],
    name: str,
    provenance: Mapping[str, str],
) -> Program:
    """The Program that ``Program.__reduce__`` took apart."""
    ops = [build(op, arrays) for op in described]
    return Program(ops, name=name, provenance=provenance)


def _checked_card(name: str, provenance: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    _check_text("name", name)
    for key, value in provenance.items():
        _check_text("provenance", key)
        _check_text("provenance", value)
    return name, MappingProxyType(dict(provenance))


def _check_text(what: str, text: object) -> None:
    """Refuse what is no text, or would do something to the terminal that prints it."""
    if not isinstance(text, str):
        raise ProgramError(f"A Program's {what} must be text, not {shown(text)}.")
    if not all(character.isprintable() or character in "\n\t" for character in text):
        raise ProgramError(f"A Program's {what} must be printable text, not {shown(text)}.")

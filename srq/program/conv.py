"""The convolution: the one op that has weights."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from srq.errors import ProgramError
from srq.fixed import Format
from srq.program.limits import (
    MAX_CHANNELS,
    MAX_KERNEL,
    MAX_WEIGHT_BITS,
    MAX_WEIGHTS,
    MIN_WEIGHT_BITS,
)
from srq.program.op import Op, OpKind, as_integer, shown

_Int = TypeVar("_Int", bound=np.signedinteger)


@dataclass(frozen=True)
class Padding:
    """How many rows and columns of zeros stand around a picture before a convolution."""

    top: int
    bottom: int
    left: int
    right: int

    def __post_init__(self) -> None:
        for side in ("top", "bottom", "left", "right"):
            size = as_integer(f"A padding's {side}", getattr(self, side))
            if not 0 <= size < MAX_KERNEL:
                raise ProgramError(f"A padding's {side} must be 0 to {MAX_KERNEL - 1}, not {size}.")
            object.__setattr__(self, side, size)

    @classmethod
    def same(cls, kernel_height: int, kernel_width: int) -> "Padding":
        """The symmetric padding of an odd kernel; ProgramError for an even one."""
        if kernel_height % 2 == 0 or kernel_width % 2 == 0:
            raise ProgramError(
                f"A {kernel_height}x{kernel_width} kernel has no symmetric padding;"
                " give its four sides."
            )
        rows, columns = kernel_height // 2, kernel_width // 2
        return cls(rows, rows, columns, columns)


@dataclass(frozen=True, eq=False, init=False)
class Conv(Op):
    """A convolution (cross-correlation) of stride 1 that keeps the picture's size.

    source:      the value it reads.
    weight:      int16 (out, in / groups, kernel height, kernel width), read-only.
    weight_bits: the declared width of the weights, sign included, 2..16.
    weight_frac: the fraction bits of the weights, of length 1 (for all) or ``out`` (one per
                 output channel); an int is taken too. Equal ones are kept as one.
    bias:        int32 (out,), read-only, each at its own channel's accumulator precision
                 (the source's frac + that channel's weight frac), or None. All zero is kept
                 as None.
    groups:      divides the channels of the source and ``out``.
    padding:     top + bottom = kernel height - 1 and left + right = kernel width - 1.
    format:      of the requantized result (unsigned is a ReLU); None keeps the accumulator.
    """

    kind = OpKind.CONV
    source_fields = ("source",)

    source: str
    weight: NDArray[np.int16]
    weight_bits: int
    weight_frac: tuple[int, ...]
    padding: Padding
    format: Format | None
    groups: int = 1
    bias: NDArray[np.int32] | None = None

    def __init__(
        self,
        name: str,
        source: str,
        weight: ArrayLike,
        *,
        weight_bits: int,
        weight_frac: int | Sequence[int],
        padding: Padding | None = None,
        format: Format | None = None,  # noqa: A002 (the field's name)
        groups: int = 1,
        bias: ArrayLike | None = None,
    ) -> None:
        """``padding`` None is the symmetric one. Raises ProgramError where a field is wrong."""
        put = object.__setattr__
        put(self, "name", name)
        super().__post_init__()
        put(self, "source", source)
        put(self, "weight_bits", as_integer(f"The weight_bits of op {name!r}", weight_bits))
        put(self, "weight", self._checked_weight(weight))
        put(self, "weight_frac", self._checked_frac(weight_frac))
        put(self, "padding", self._checked_padding(padding))
        self._check_format(format)
        put(self, "format", format)
        put(self, "groups", self._checked_groups(groups))
        put(self, "bias", self._checked_bias(bias))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Conv):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> tuple[object, ...]:
        values: Iterator[Any] = (getattr(self, field.name) for field in fields(self))
        return tuple(
            (cast("NDArray[Any]", value).shape, cast("NDArray[Any]", value).tobytes())
            if isinstance(value, np.ndarray)
            else value
            for value in values
        )

    @property
    def out_channels(self) -> int:
        """How many channels it makes."""
        return self.weight.shape[0]

    @property
    def in_channels(self) -> int:
        """How many channels it reads."""
        return self.weight.shape[1] * self.groups

    @property
    def kernel(self) -> tuple[int, int]:
        """Its height and width."""
        return self.weight.shape[2], self.weight.shape[3]

    @property
    def channel_fracs(self) -> tuple[int, ...]:
        """The weight's fraction bits of every output channel."""
        repeat = self.out_channels if len(self.weight_frac) == 1 else 1
        return self.weight_frac * repeat

    def _checked_weight(self, weight: ArrayLike) -> NDArray[np.int16]:
        array = self._integers("weight", weight)
        if array.ndim != 4:
            raise self._refuse(
                f"must have a weight of 4 dimensions (out, in, height, width), not {array.ndim}"
            )
        for side, size, most in (
            ("output channels", array.shape[0], MAX_CHANNELS),
            ("input channels", array.shape[1], MAX_CHANNELS),
            ("kernel rows", array.shape[2], MAX_KERNEL),
            ("kernel columns", array.shape[3], MAX_KERNEL),
        ):
            if not 1 <= size <= most:
                raise self._refuse(f"must have 1 to {most} {side}, not {size}")
        if array.size > MAX_WEIGHTS:
            raise self._refuse(f"must have at most {MAX_WEIGHTS} weights, not {array.size}")
        if not MIN_WEIGHT_BITS <= self.weight_bits <= MAX_WEIGHT_BITS:
            raise self._refuse(
                f"must have weights of {MIN_WEIGHT_BITS} to {MAX_WEIGHT_BITS} bits,"
                f" not {self.weight_bits}"
            )
        limit = 1 << (self.weight_bits - 1)
        if array.min() < -limit or array.max() >= limit:
            worst = array.min() if array.min() < -limit else array.max()
            raise self._refuse(
                f"has the weight {worst}, which does not fit its {self.weight_bits} bits"
            )
        return _read_only(array, np.int16)

    def _checked_frac(self, frac: int | Sequence[int]) -> tuple[int, ...]:
        values = frac if isinstance(frac, Sequence | np.ndarray) else (frac,)
        fracs = tuple(as_integer(f"The weight_frac of op {self.name!r}", v) for v in values)
        if len(fracs) not in (1, self.out_channels):
            raise self._refuse(
                f"must have 1 or {self.out_channels} weight fractions, not {len(fracs)}"
            )
        for value in fracs:
            try:
                Format(True, self.weight_bits, value)
            except ValueError as error:
                raise self._refuse(f"has a wrong weight_frac: {str(error).rstrip('.')}") from None
        return fracs[:1] if len(set(fracs)) == 1 else fracs

    def _checked_padding(self, padding: object) -> Padding:
        height, width = self.kernel
        if padding is None:
            padding = Padding.same(height, width)
        if not isinstance(padding, Padding):
            raise self._refuse(f"must have a Padding, not {shown(padding)}")
        for sides, total, size in (
            ("top and bottom", padding.top + padding.bottom, height),
            ("left and right", padding.left + padding.right, width),
        ):
            if total != size - 1:
                raise self._refuse(
                    f"must pad {size - 1} zeros at {sides} together, as its {height}x{width}"
                    f" kernel needs, not {total}"
                )
        return padding

    def _checked_groups(self, groups: int) -> int:
        groups = as_integer(f"The groups of op {self.name!r}", groups)
        most = MAX_CHANNELS // self.weight.shape[1]
        if not 1 <= groups <= most:
            raise self._refuse(f"must have 1 to {most} groups, not {groups}")
        if self.out_channels % groups:
            raise self._refuse(
                f"must have groups that divide its {self.out_channels} output channels,"
                f" not {groups}"
            )
        return groups

    def _checked_bias(self, bias: ArrayLike | None) -> NDArray[np.int32] | None:
        if bias is None:
            return None
        array = self._integers("bias", bias)
        if array.shape != (self.out_channels,):
            raise self._refuse(
                f"must have a bias of {self.out_channels} numbers, not of shape {array.shape}"
            )
        info = np.iinfo(np.int32)
        if array.min() < info.min or array.max() > info.max:
            raise self._refuse("has a bias that does not fit 32 bits")
        return _read_only(array, np.int32) if array.any() else None

    def _integers(self, what: str, values: ArrayLike) -> NDArray[np.integer]:
        array = np.asarray(values)
        if array.dtype.kind not in "iu":
            raise self._refuse(f"must have integers as its {what}, not {array.dtype}")
        return array


def _read_only(array: NDArray[np.integer], dtype: type[_Int]) -> NDArray[_Int]:
    """A read-only copy, C-contiguous, in the machine's byte order."""
    copy = np.array(array, dtype=dtype, order="C")
    copy.flags.writeable = False
    return copy

"""The loops of port_pressure.py: AVX-512 instructions as text, the operands in AT&T's order.

%rsi points to pixels, %rdx to weights and %rcx to results. In the kernels' loops sums are zmm0 to
zmm15, and what no loop changes stands in zmm29 to zmm31.
"""

import re
from itertools import count

PRODUCT = "vpdpwssd"
WEIGHTS, ALIGNED, RIGHT, LEFT, LO, HI, CONSTANT = 24, 26, 27, 28, 29, 30, 31
VECTOR = 64
"""The bytes of a register."""

KINDS = {
    PRODUCT: "vpdpwssd %zmm30, %zmm31, %zmm{sum}",
    "vpaddw": "vpaddw %zmm30, %zmm31, %zmm{to}",
    "vpminsw": "vpminsw %zmm30, %zmm31, %zmm{to}",
    "vpblendmw": "vpblendmw %zmm30, %zmm31, %zmm{to}{{%k1}}",
    "vpunpckldq": "vpunpckldq %zmm30, %zmm31, %zmm{to}",
    "vpsravd": "vpsravd %zmm30, %zmm31, %zmm{to}",
    "valignd": "valignd $1, %zmm30, %zmm31, %zmm{to}",
    "vpackssdw": "vpackssdw %zmm30, %zmm31, %zmm{to}",
    "vpshufb": "vpshufb %zmm30, %zmm31, %zmm{to}",
    "load, aligned": "vmovdqa64 {line}(%rsi), %zmm{to}",
    "load, across cache lines": "vmovdqu64 4+{line}(%rsi), %zmm{to}",
    "load, broadcast": "vpbroadcastd {word}(%rdx), %zmm{to}",
    "store": "vmovdqa64 %zmm30, {line}(%rcx)",
}
"""Each instruction with none that it waits for, but for sums."""

CHAIN, MULTIPLY = 24, 3
"""Of `clock`: so many imul, each of so many clocks."""

WAITING = (0, 16, 32, 48, 64, 72, 80, 96)
"""Of `window`: how many instructions wait."""

Body = list[str]


def loops() -> dict[str, Body]:
    """Every loop by its name."""
    alone = {f"{kind}, alone": repeated(kind) for kind in KINDS}
    interleaved = {f"{kind}, interleaved": repeated(PRODUCT, kind) for kind in KINDS}
    mixed = {"mixed": repeated(PRODUCT, "vpaddw", "load, aligned"), "clock": clock()}
    windows = {f"window {waiting}": window(waiting) for waiting in WAITING}
    return alone | interleaved | mixed | kernels() | windows


def kernels() -> dict[str, Body]:
    """The inner loops of the engine, and what they could be."""
    found = {f"dense, {2 * pairs} inputs": dense(pairs) for pairs in (8, 16)}
    for outs in (2, 4):
        found[f"dense, 32 inputs, traded for {outs} of 4 outputs"] = dense(16, outs)
    found["dense, 32 inputs, traded for 4, without the rounding"] = dense(16, 4, rounded=False)
    for rows, columns in ((1, 5), (3, 3)):
        made, ended = products(rows, columns), rounding()
        halves = [(products(rows, columns, first), rounding(first)) for first in (0, 8)]
        (made0, ended0), (made1, ended1) = halves
        name = f"depthwise {rows}x{columns}"
        found |= {
            name: made + ended,
            f"{name}, its products alone": made,
            f"{name}, its rounding alone": ended,
            f"{name}, its rounding waiting for nothing": made + waiting_for_nothing(ended),
            f"{name}, halves, channels by turns": made0 + ended0 + made1 + ended1,
            f"{name}, halves, rounded a half later": made0 + ended1 + made1 + ended0,
        }
    return found


def uses_unit(line: str) -> bool:
    """Whether a vector unit has work: not by loads, stores, copies of registers or the clock."""
    return not line.startswith(("vmovdq", "vpbroadcast", "vpxor", "imul"))


def is_product(line: str) -> bool:
    """Whether it is a vpdpwssd."""
    return line.startswith(PRODUCT)


def repeated(*kinds: str, times: int = 48) -> Body:
    """The instructions by turns, on registers that go round."""
    return [
        KINDS[kind].format(sum=i % 16, to=16 + i % 14, line=VECTOR * (i % 16), word=4 * (i % 16))
        for i in range(times)
        for kind in kinds
    ]


def clock() -> Body:
    """A chain of a known time, mixed with vectors, so that the clock is the one that they have."""
    return [
        line for i in range(CHAIN) for line in ("imul %rax, %rax", _do(PRODUCT, 30, 31, i % 16))
    ]


def window(waiting: int) -> Body:
    """A chain of products, and instructions that wait for its end; the next chain waits for none.

    The chains of successive rounds overlap as far as the processor sees beyond what waits.
    """
    chain = [_do("vpxord", 0, 0, 0)] + [_do(PRODUCT, 30, 31, 0)] * CHAIN
    return chain + [_do("vpaddw", 0, 31, 1 + i % 16) for i in range(waiting)]


def dense(pairs: int, traded: int = 0, rounded: bool = True) -> Body:
    """4 outputs of 64 pixels from pairs of inputs: micro_kernel() of kernels/dense.hpp.

    `traded` outputs take two pairs of inputs (a, b) and weights (v, w) in one product
    (a + w) * (b + v), less a * b, which all outputs share, and v * w, which is known.
    """
    together = range(2 if traded else 1)
    body = []
    for out in range(4):
        if out < traded:
            body += [_broadcast(4 * out, WEIGHTS)]
            shared = [f"{1024 + VECTOR * v}(%rdx)" for v in range(4)]
            body += [_do("vpsubd", shared[v], WEIGHTS, 4 * out + v) for v in range(4)]
        else:
            body += _start(4 * out, 4, 4 * out)
    for pair in range(0, pairs, len(together)):
        body += [
            _load(VECTOR * (8 * pair + 4 * p + v), 16 + 4 * p + v)
            for p in together
            for v in range(4)
        ]
        for out in range(4):
            body += [_broadcast(16 * (pair + p + 1) + 4 * out, WEIGHTS + p) for p in together]
            if out < traded:
                for v in range(4):
                    body += [
                        _do("vpaddw", WEIGHTS + 1, 16 + v, 26),
                        _do("vpaddw", WEIGHTS, 20 + v, 27),
                    ]
                    body += [_do(PRODUCT, 26, 27, 4 * out + v)]
            else:
                body += [
                    _do(PRODUCT, WEIGHTS + p, 16 + 4 * p + v, 4 * out + v)
                    for p in together
                    for v in range(4)
                ]
    for out in range(4 if rounded else 0):
        body += [_broadcast(480 + 4 * out, RIGHT)]
        for v in (4 * out, 4 * out + 2):
            body += [_do("vpsravd", RIGHT, v, v), _do("vpsravd", RIGHT, v + 1, v + 1)]
            body += [_do("vpackusdw", v + 1, v, v), _do("vpminuw", HI, v, v), _store(v, v)]
    return body


def products(rows: int, columns: int, first: int | None = None) -> Body:
    """The sums of two channels, of even and of odd pixels by turns: FixedSums of
    kernels/depthwise.hpp.

    Of 128 pixels, one channel after the other; or from register `first` on of 64, channels by
    turns.
    """
    blocks, groups = (4, ((0,), (1,))) if first is None else (2, ((0, 1),))
    sums = [(first or 0) + 2 * blocks * channel for channel in (0, 1)]
    weights = count(16, 4)
    body = []
    for channels in groups:
        for channel in channels:
            body += _start(sums[channel], 2 * blocks, 4 * channel)
        for row in range(rows):
            lines = {channel: 16 + (blocks + 2) * i for i, channel in enumerate(channels)}
            for channel, line in lines.items():
                at = 6 * (rows * channel + row) + (first or 0) // 4
                body += [_load(VECTOR * (at + v), line + v) for v in range(blocks + 2)]
            for pair in (-1, 0, 1):
                taken = [odd for odd in (0, 1) if abs(2 * pair + 0.5 - odd) <= columns / 2]
                for channel, line in lines.items():
                    body += [_broadcast(next(weights), WEIGHTS + odd) for odd in taken]
                    for b in range(blocks):
                        aligned, pixels = _shifted(pair, line + b + 1)
                        to = sums[channel] + 2 * b
                        body += aligned + [_do(PRODUCT, WEIGHTS + o, pixels, to + o) for o in taken]
    return body


def rounding(first: int | None = None) -> Body:
    """What becomes of these sums: shifted, blended, clamped, brought into order and stored."""
    vectors = 8 if first is None else 4
    body = [_broadcast(480, RIGHT), _broadcast(484, LEFT)]
    for v in range(first or 0, (first or 0) + vectors):
        second = v + vectors
        body += [_do("vpsravd", RIGHT, v, v), _do("vpsllvd", LEFT, second, second)]
        body += [_do("vpblendmw", second, v, v) + "{%k1}"]
        body += [_do("vpmaxsw", LO, v, v), _do("vpminsw", HI, v, v)]
        if v % 2:
            body += [_do("vpunpckldq", v, v - 1, second), _store(v - 1, second)]
            body += [_do("vpunpckhdq", v, v - 1, second), _store(v, second)]
    return body


def waiting_for_nothing(body: Body) -> Body:
    """The same instructions, but of a constant."""
    return [re.sub(r"%zmm\d+(?=,)", f"%zmm{CONSTANT}", line) for line in body]


def _do(name: str, *operands: int | str) -> str:
    return f"{name} " + ", ".join(o if isinstance(o, str) else f"%zmm{o}" for o in operands)


def _shifted(pair: int, line: int) -> tuple[Body, int]:
    """The register of the pairs of pixels so far to the side of a register's, and what loads it."""
    if pair < 0:
        return [_do("valignd", "$15", line - 1, line, ALIGNED)], ALIGNED
    if pair > 0:
        return [_do("valignd", "$1", line, line + 1, ALIGNED)], ALIGNED
    return [], line


def _load(at: int, to: int) -> str:
    return _do("vmovdqa64", f"{at}(%rsi)", to)


def _broadcast(at: int, to: int) -> str:
    return _do("vpbroadcastd", f"{at}(%rdx)", to)


def _store(vector: int, register: int) -> str:
    return _do("vmovdqu64", register, f"{VECTOR * vector}(%rcx)")


def _start(first: int, sums: int, at: int) -> Body:
    copies = range(first + 1, first + sums)
    return [_broadcast(at, first)] + [_do("vmovdqa64", first, to) for to in copies]

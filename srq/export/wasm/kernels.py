"""Loops in WebAssembly's SIMD128, in place of those that the exported C has in plain C99.

``i32x4.dot_i16x8_s`` multiplies eight pairs of 16 bits and adds each two products: exact, as no sum
of a Program overflows 32 bits in whatever order it is made.
"""

from srq.export.c.kernels import PORTABLE, Loops
from srq.export.c.memory import S16, S32, Cells
from srq.export.c.schedule import Schedule
from srq.export.text import fill, indented
from srq.program import Conv

_STORES = {
    S16: {
        "meaning": "halves are rounded up",
        "vectors": "v128_t values",
        "store_part": "wasm_v128_store(part, values);",
    },
    S32: {
        "meaning": "an accumulator is kept as it is, or shifted left",
        "vectors": "v128_t low, v128_t high",
        "store_part": "wasm_v128_store(part, low);\n    wasm_v128_store(part + 4, high);",
    },
}
"""The cells that SIMD128 makes."""

MOST_TAPS = 25
"""Of a kernel on one channel that is written out in full."""


def convolve(plan: Schedule, source: Cells, made: Cells, state: str) -> dict[str, str]:
    """See ``srq.export.c.kernels.Loops``."""
    if source != S16 or made not in _STORES:
        return PORTABLE.convolve(plan, source, made, state)
    convs = [place.step.op for place in plan.places.values() if isinstance(place.step.op, Conv)]
    pairs = fill(
        "wasm/convolve.c",
        pairs=max(_channel_pairs(op) * op.kernel[0] * op.kernel[1] for op in convs),
        lines=max(max(_channel_pairs(op), op.kernel[1]) * op.kernel[0] for op in convs),
        outs=max(op.out_channels // op.groups for op in convs),
        single_taps=MOST_TAPS,
    )
    to = fill(
        "wasm/convolve_to.c",
        state=state,
        target=made.suffix,
        target_type=made.ctype,
        single=indented(_singles(convs, made), 8),
        rest=indented(_rest(convs, made), 8),
    )
    return {**_store(plan, made), "pairs": pairs, f"to {source.suffix} {made.suffix}": to}


def put(plan: Schedule, cells: Cells) -> dict[str, str]:
    """See ``srq.export.c.kernels.Loops``."""
    if cells not in _STORES:
        return PORTABLE.put(plan, cells)
    return {**_store(plan, cells), f"put {cells.suffix}": fill(f"wasm/put_{cells.suffix}.c")}


SIMD128 = Loops(convolve, put)
"""Of 16-bit values that are signed to 16 or 32 bits; all else is portable."""


def _store(plan: Schedule, cells: Cells) -> dict[str, str]:
    """What takes vectors of sums to ``cells``."""
    body = fill(f"wasm/store_{cells.suffix}.c").rstrip("\n")
    steps = [place.step for place in plan.places.values() if place.cells == cells]
    store = fill(
        "wasm/store.c",
        target=cells.suffix,
        target_type=cells.ctype,
        shifts_left=int(any(shift < 0 for step in steps for shift in step.shifts)),
        store=body,
        **_STORES[cells],
    )
    return {"vectors": fill("wasm/vectors.c"), f"store {cells.suffix}": store}


def _channel_pairs(op: Conv) -> int:
    return -(-op.weight.shape[1] // 2)


def _singles(convs: list[Conv], made: Cells) -> list[str]:
    """The choice of kernels that make one channel of one."""
    lines = []
    for rows, columns in sorted({op.kernel for op in convs if _is_single(op)}):
        lines += [
            f"if (l->outs == 1 && l->ins == 1 && l->rows == {rows} && l->columns == {columns}) {{",
            f"    conv_one_{made.suffix}(l, {rows}, {columns}, group, rows, group * pitch,",
            "                 to + group * to_pitch, n);",
            "    continue;",
            "}",
        ]
    return lines


def _rest(convs: list[Conv], made: Cells) -> list[str]:
    """The loop over output channels that are fewer than four, if there are any."""
    if all(_is_single(op) or op.out_channels // op.groups % 4 == 0 for op in convs):
        return []
    return [
        "for (; k < l->outs; k++, out++)",
        f"    conv_some_{made.suffix}(l, 1, out, made, place, packed + k * pairs, pairs,",
        "                  to + out * to_pitch + x, to_pitch, some);",
    ]


def _is_single(op: Conv) -> bool:
    outs, ins, rows, columns = op.weight.shape
    return outs == op.groups and ins == 1 and rows * columns <= MOST_TAPS

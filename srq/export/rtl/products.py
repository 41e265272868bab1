"""A layer as plain products and sums: what synthesis tools may make of it is theirs."""

from srq.export.rtl.datapath.layer import Layer
from srq.export.rtl.datapath.module import Module

LATENCY = 3


def products_module(layer: Layer, name: str) -> Module:
    lo, hi = layer.sums.lo.min(), layer.sums.hi.max()
    width = max(int(lo).bit_length(), int(hi).bit_length()) + 2
    bits, fmt = layer.format.bits, layer.format
    ports = [f"    input  logic [{port.bits - 1}:0] {port.name},\n" for port in layer.ports]
    lines = []
    elements = [(p, i) for p in layer.ports for i in range(p.elements)]
    for o in range(layer.outputs):
        terms = [f"{width}'sd{int(layer.rounding[o]) % (1 << width)}" if layer.rounding[o] >= 0 else f"-{width}'sd{-int(layer.rounding[o])}"]
        for c, w in enumerate(layer.matrix[o]):
            if w:
                port, i = elements[c]
                b = port.format.bits
                x = f"{port.name}[{i * b}+:{b}]"
                x = f"$signed({x})" if port.format.signed else f"$signed({{1'b0, {x}}})"
                w = int(w)
                const = f"{width}'sd{w}" if w >= 0 else f"(-{width}'sd{-w})"
                terms.append(f"{width}'({x}) * {const}")
        lines.append(f"    logic signed [{width - 1}:0] sum{o}, kept{o};")
        lines.append(f"    assign sum{o} = " + "\n        + ".join(terms) + ";")
        lines.append(f"    assign kept{o} = sum{o} >>> {layer.shifts[o]};")
        lines.append(
            f"    assign made[{o * bits}+:{bits}] = kept{o} < {_lit(fmt.lo, width)} ? {bits}'({_lit(fmt.lo, width)})"
            f" : kept{o} > {_lit(fmt.hi, width)} ? {bits}'({_lit(fmt.hi, width)}) : {bits}'(kept{o});"
        )
    total = layer.outputs * bits
    text = (
        f"module {name} (\n    input  logic clk,\n    input  logic ce,\n" + "".join(ports)
        + f"    output logic [{total - 1}:0] y\n);\n    logic [{total - 1}:0] made, d1, d2;\n"
        + "\n".join(lines)
        + "\n    always_ff @(posedge clk) if (ce) begin\n        d1 <= made;\n        d2 <= d1;\n        y <= d2;\n    end\nendmodule\n"
    )
    return Module(name, text, LATENCY)


def _lit(n: int, width: int) -> str:
    return f"{width}'sd{n}" if n >= 0 else f"-{width}'sd{-n}"

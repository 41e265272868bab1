"""SystemVerilog text that all datapaths write: a module's head, operands, registers."""

from collections.abc import Iterable

from srq.export.rtl.datapath.layer import Layer


def header(layer: Layer, name: str, latency: int, more: Iterable[str] = ()) -> str:
    """A module's contract and its ports; ``more`` are ports of the datapath's own."""
    bits = layer.format.bits
    ports = ["input  wire clk", "input  wire ce", *more]
    lines = [
        f"// {layer.name}: {layer.outputs} outputs of {layer.format} from"
        + ",".join(
            f" {port.elements} inputs of {port.format} ({port.name})" for port in layer.ports
        )
        + ".",
        f"// y belongs to the inputs of {latency} enabled clocks ago.",
    ]
    ports += [f"input  wire [{port.bits - 1}:0] {port.name}" for port in layer.ports]
    ports.append(f"output wire [{layer.outputs * bits - 1}:0] y")
    return "\n".join([*lines, f"module {name} (", "    " + ",\n    ".join(ports), ");\n"])


def operand(name: str, limits: tuple[int, int], has: int, shift: int, width: int) -> str:
    """The value ``name`` of ``has`` bits, shifted left (right where negative), in ``width`` bits.

    The value is extended by its sign where ``limits`` go below zero; without one it has none.
    """
    low, zeros = max(-shift, 0), max(shift, 0)
    if zeros >= width:
        return constant(0, width)
    high = min(has, low + width - zeros)
    signed = limits[0] < 0
    if low >= has:
        return f"{{{width}{{{name}[{has - 1}]}}}}" if signed else constant(0, width)
    parts = []
    more = width - zeros - (high - low)
    if more:
        parts.append(f"{{{more}{{{name}[{has - 1}]}}}}" if signed else constant(0, more))
    parts.append(name if (low, high) == (0, has) else f"{name}[{high - 1}:{low}]")
    if zeros:
        parts.append(constant(0, zeros))
    return parts[0] if len(parts) == 1 else "{" + ", ".join(parts) + "}"


def constant(value: int, width: int) -> str:
    """An integer in ``width`` bits of two's complement."""
    return f"{width}'d{value % (1 << width)}"


def delayed(name: str, clocks: int) -> str:
    """The name of a value after so many enabled clocks."""
    return f"{name}_d{clocks}" if clocks else name


def requantize(
    layer: Layer, output: int, width: int, limits: tuple[int, int], sum_: str, result: str = ""
) -> str:
    """The instance that brings a sum, whose half is added already, to an output's format.

    Saturation that ``limits`` prove unreachable is left out.
    """
    shift, fmt = layer.shifts[output], layer.format
    result = result or f"q{output}"
    low, high = limits[0] >> shift < fmt.lo, limits[1] >> shift > fmt.hi
    return (
        f"    srq_requantize #(.IN_BITS({width}), .SHIFT({shift}), .OUT_BITS({fmt.bits}),"
        f" .OUT_SIGNED({int(fmt.signed)}), .LOW({int(low)}), .HIGH({int(high)}))"
        f" requantize_{result} (.sum({sum_}), .y({result}));"
    )


def declarations(of: Iterable[tuple[str, str, int]]) -> list[str]:
    """The registers that ``registers`` clocks; they stand before what reads them."""
    return [f"    reg [{bits - 1}:0] {name};" for name, _, bits in of]


def registers(of: Iterable[tuple[str, str, int]]) -> list[str]:
    """Registers that take a value at every enabled clock: their name, the value, their bits."""
    taken = [f"            {name} <= {value};" for name, value, _ in of]
    if not taken:
        return []
    return ["    always @(posedge clk)", "        if (ce) begin", *taken, "        end"]

"""The top module's name and ports: AXI4-Stream video at both ends, and a wire for each fault."""

from srq.export.rtl.shape import Shape
from srq.export.text import symbol
from srq.program import Program

FAULTS = ("short_line", "long_line", "short_frame", "long_frame", "wrong_size")


def core_name(program: Program) -> str:
    """The top module."""
    return f"{symbol(program)}_core"


def in_bits(program: Program, shape: Shape) -> int:
    """Bits of the pixels of a beat that comes in."""
    return shape.pixels * program.input_value.format.bits


def out_bits(program: Program, shape: Shape) -> int:
    """Bits of the pixels of a beat that goes out."""
    return shape.pixels * program.scale**2 * program.output_value.format.bits


def whole_bytes(bits: int) -> int:
    """``bits`` rounded up to bytes, as AXI4-Stream has it."""
    return -(-bits // 8) * 8


def header(program: Program, shape: Shape, more: str = "") -> str:
    """The module's head; ``more`` are further ports, each line with its comma."""
    columns = shape.column_bits
    faults = ",\n".join(f"    output logic {name}" for name in FAULTS)
    return f"""\
module {core_name(program)} (
    input  logic aclk,
    input  logic aresetn,
    input  logic [{columns - 1}:0] columns,
    input  logic [15:0] rows,
    input  logic s_axis_tvalid,
    output logic s_axis_tready,
    input  logic [{whole_bytes(in_bits(program, shape)) - 1}:0] s_axis_tdata,
    input  logic s_axis_tuser,
    input  logic s_axis_tlast,
    output logic m_axis_tvalid,
    input  logic m_axis_tready,
    output logic [{whole_bytes(out_bits(program, shape)) - 1}:0] m_axis_tdata,
    output logic m_axis_tuser,
    output logic m_axis_tlast,
{more}{faults}
);"""

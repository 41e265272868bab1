"""The text of what loads weights: AXI4-Lite in, the set that waits, the set that is at work."""

from collections.abc import Iterable, Iterator

from srq.export.rtl.datapath import Module
from srq.export.rtl.datapath.dsp import B_BITS
from srq.export.rtl.datapath.loaded import BIAS_BITS

INITIAL = "weights.hex"
"""The file of the set that a core has from the start."""

_IN = (
    ("awaddr", "address"),
    ("awvalid", 1),
    ("wdata", 32),
    ("wstrb", 4),
    ("wvalid", 1),
    ("bready", 1),
    ("araddr", "address"),
    ("arvalid", 1),
    ("rready", 1),
)
_OUT = (
    ("awready", 1),
    ("wready", 1),
    ("bresp", 2),
    ("bvalid", 1),
    ("arready", 1),
    ("rdata", 32),
    ("rresp", 2),
    ("rvalid", 1),
)


def set_sizes(modules: Iterable[Module]) -> tuple[int, int]:
    """The weights and the biases of a set; 0 and 0 where they are not loaded."""
    each = list(modules)
    return sum(made.weights for made in each), sum(made.biases for made in each)


def address_bits(weights: int, biases: int) -> int:
    """Of a byte's address in a core with such a set."""
    return max((weights + biases - 1).bit_length() + 3, 5)


def axi_ports(bits: int) -> str:
    """The ports of a top module whose addresses have so many bits; each line ends in a comma."""
    lines = []
    for direction, signals in (("input ", _IN), ("output", _OUT)):
        for name, width in signals:
            wide = bits if isinstance(width, str) else width
            range_ = f"[{wide - 1}:0] " if wide > 1 else ""
            lines.append(f"    {direction} logic {range_}s_axil_{name},")
    return "\n".join([*lines, ""])


def axi_connections(signal: str = "s_axil_{}") -> str:
    """The connections of all of them."""
    return ", ".join(f".s_axil_{name}({signal.format(name)})" for name, _ in (*_IN, *_OUT))


def idle_connections() -> str:
    """The connections of a bus on which nothing happens, in order; the outputs are left open."""
    return ", ".join(f".s_axil_{name}('0)" for name, _ in _IN)


def loading(weights: int, biases: int, layout: int) -> Iterator[str]:
    """The vectors ``weights`` and ``biases``, which are exchanged between two frames.

    ``pending`` asks for that; after ``resize`` the stream ``taken`` is held back, and is ``open``
    when they are there.
    """
    yield f"""\
    // ---- weights ----
    logic copying, load_weight, load_bias;
    logic [31:0] word;
    logic [{weights * B_BITS - 1}:0] weights;
    logic [{biases * BIAS_BITS - 1}:0] biases;
    srq_weights #(
        .WEIGHTS({weights}), .BIASES({biases}), .ADDRESS_BITS({address_bits(weights, biases)}),
        .LAYOUT(32'h{layout:08x}), .INIT("{INITIAL}")
    ) waiting (
        .clk(aclk), .rst(rst), .pending(pending), .take(resize), .copying(copying),
        .load_weight(load_weight), .load_bias(load_bias), .word(word),
        {axi_connections()}
    );
    srq_chain #(.BITS({B_BITS}), .WORDS({weights})) chain_weights (
        .clk(aclk), .load(load_weight), .d(word[{B_BITS - 1}:0]), .q(weights)
    );
    srq_chain #(.BITS({BIAS_BITS}), .WORDS({biases})) chain_biases (
        .clk(aclk), .load(load_bias), .d(word), .q(biases)
    );
    logic open_valid, open_ready;
    assign open_valid = taken_valid && !copying;
    assign taken_ready = open_ready && !copying;
"""

"""The DSP slice as it is instantiated does what its behavioural twin does."""

from tests.export.rtl.simulation import GET_ICARUS, HARDWARE, ROOT, run

BENCH = """
module bench;
    reg clk = 0, ce = 1;
    reg signed [26:0] a, a2;
    reg signed [17:0] b, b2;
    reg signed [47:0] c;
    wire signed [47:0] p, chain, last, unused;
    srq_multiply_add #(.CASCADE(0)) first (
        .clk(clk), .ce(ce), .a(a), .b(b), .c(c), .pcin(48'd0), .p(p), .pcout(chain));
    srq_multiply_add #(.CASCADE(1)) second (
        .clk(clk), .ce(ce), .a(a2), .b(b2), .c(48'd0), .pcin(chain), .p(last), .pcout(unused));
    integer i;
    initial begin
        for (i = 0; i < 300; i = i + 1) begin
            ce = i < 8 || $random; a = $random; a2 = $random; b = $random; b2 = $random;
            c = {$random, $random};
            #1 clk = 1; #1 clk = 0;
            if (i >= 8) $display("%h %h", p, last);
        end
        $finish;
    end
endmodule
"""


def test_the_instance_is_its_twin(tmp_path, require_tool):
    iverilog = require_tool("iverilog", GET_ICARUS)
    (tmp_path / "bench.sv").write_text(BENCH)
    cell = HARDWARE / "srq_multiply_add.sv"
    said = []
    for more in ([], ["-DSRQ_XILINX", ROOT / "tests/hw/dsp48e2.v"]):
        run(tmp_path, iverilog, "-g2012", "-s", "bench", "-o", "bench.vvp", *more, "bench.sv", cell)
        said.append(run(tmp_path, "vvp", "bench.vvp"))
    assert said[0] == said[1]
    assert said[0].count("\n") == 292
    assert "x" not in said[0]

// Lets a beat through every FOLD cycles at the most, so that a core of FOLD clocks a pixel fills evenly.
//
// Contract: every beat taken at `s_*` is given at `m_*` in the same cycle, unchanged; the data goes
// beside this cell. FOLD - 1 cycles or more lie between two beats.
module srq_pace #(
    parameter int FOLD = 2  // from 2 up
) (
    input  logic clk,
    input  logic rst,      // synchronous
    input  logic s_valid,
    output logic s_ready,
    output logic m_valid,
    input  logic m_ready
);
    localparam int COUNT = $clog2(FOLD);
    logic [COUNT-1:0] left;  // cycles until the next beat may pass
    logic open;

    assign open = left == '0;
    assign m_valid = s_valid && open;
    assign s_ready = m_ready && open;

    always_ff @(posedge clk) begin
        if (rst) left <= '0;
        else if (!open) left <= left - 1'b1;
        else if (s_valid && m_ready) left <= COUNT'(FOLD - 1);
    end

`ifndef SYNTHESIS
    initial if (FOLD < 2) $fatal(1, "%m: FOLD must be 2 or more, not %0d", FOLD);
`endif
endmodule

// The valid bits beside a pipeline of arithmetic, and the pipeline's clock enable.
//
// Contract: a pipeline whose registers all have the enable `ce` gives, while `m_valid`, what it made
// of the beat taken at `s_*` LATENCY enabled cycles before. It stands still while a result waits at
// its end, and moves otherwise, whether or not a beat comes in. `s_ready` is `ce`.
module srq_pipe #(
    parameter int LATENCY = 1  // registers from the pipeline's input to its output, from 0 up
) (
    input  logic clk,
    input  logic rst,      // synchronous; forgets the beats in the pipeline
    input  logic s_valid,
    output logic s_ready,
    output logic m_valid,
    input  logic m_ready,
    output logic ce        // of every register of the pipeline
);
    assign s_ready = ce;
    generate
        if (LATENCY == 0) begin : g_wires
            assign ce = m_ready;
            assign m_valid = s_valid;
            logic unused;
            assign unused = &{1'b0, clk, rst};
        end else begin : g_registers
            logic [LATENCY:0] valid;  // valid[0] is what comes in
            logic [LATENCY-1:0] stages;
            assign valid = {stages, s_valid};
            assign ce = m_ready || !m_valid;
            assign m_valid = valid[LATENCY];
            always_ff @(posedge clk) begin
                if (rst) stages <= '0;
                else if (ce) stages <= valid[LATENCY-1:0];
            end
        end
    endgenerate

`ifndef SYNTHESIS
    initial if (LATENCY < 0) $fatal(1, "%m: LATENCY must be 0 or more, not %0d", LATENCY);
`endif
endmodule

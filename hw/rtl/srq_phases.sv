// Keeps each beat at a pipeline's input for FOLD phases, so that few multipliers do all its products.
//
// Contract: `phase` counts from 0 to FOLD - 1, in cycles with `s_valid` and `m_ready`; in the last one the
// beat is taken and given, both in the same cycle. `m_ready` does not wait for `m_valid`: it is the
// `ce` of the pipeline that reads the beat in every phase. The data goes beside this cell, unchanged.
module srq_phases #(
    parameter int FOLD = 2,  // from 2 up
    parameter int PHASE_BITS = 1  // 2^PHASE_BITS >= FOLD
) (
    input  logic                  clk,
    input  logic                  rst,      // synchronous; begins a beat anew
    input  logic                  s_valid,
    output logic                  s_ready,
    output logic                  m_valid,
    input  logic                  m_ready,
    output logic [PHASE_BITS-1:0] phase
);
    logic last;

    assign last = phase == PHASE_BITS'(FOLD - 1);
    assign m_valid = s_valid && last;
    assign s_ready = m_ready && last;

    always_ff @(posedge clk) begin
        if (rst) phase <= '0;
        else if (s_valid && m_ready) phase <= last ? '0 : phase + 1'b1;
    end

`ifndef SYNTHESIS
    initial begin
        if (FOLD < 2) $fatal(1, "%m: FOLD must be 2 or more, not %0d", FOLD);
        if ((1 << PHASE_BITS) < FOLD) $fatal(1, "%m: PHASE_BITS is too small for %0d phases", FOLD);
    end
`endif
endmodule
